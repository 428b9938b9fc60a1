"""The headings of one table: what each means, what is missing, what stands twice, what is not understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet.language import note
from heatnet.schema.columns import TableSpec
from heatnet.schema.findings import findings_at
from heatnet.schema.headings import GENERAL, SERIAL, UNKNOWN, Heading, understood, without_general
from heatnet.schema.layout import not_blank
from heatnet.schema.problems import Problem
from heatnet.schema.raw import RawTable
from heatnet.schema.reading import UNDERSTOOD_COLUMNS

_NO_HEADING = ("unnamed:", "nan", "none", "<na>")


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """The headings of a table.

    Attributes
    ----------
    headings : list of Heading
        One per column of the cells.
    problems : list of Problem
        Columns that are missing or stand twice, units of something else.
    findings : list of DataFrame
        Headings that are not understood.
    understood : DataFrame
        One line per heading.
    """

    headings: list[Heading]
    problems: list[Problem]
    findings: list[pd.DataFrame]
    understood: pd.DataFrame


def named_columns(
    cells: pd.DataFrame,
    spec: TableSpec,
    raw: RawTable,
    *,
    headings: Mapping[str, str] | None,
    units: Mapping[str, str],
) -> Named:
    """Return what the headings of the cells mean."""
    texts = [_text(heading) for heading in cells.columns]
    found = without_general(understood(texts, spec, headings=headings, units=units))
    found, twice = _without_twins(found, cells, spec, raw.origin)
    problems = [
        *twice,
        *[
            Problem(spec.name, heading.meant.column.name, f"has the unit {heading.wrong_unit!r} in its heading"
                    f" {heading.text!r}, which is no unit of {heading.meant.column.measure}", origin=raw.origin)
            for heading in found
            if heading.meant is not None and heading.wrong_unit
        ],
        *_missing(found, spec, raw),
    ]  # fmt: skip
    return Named(found, problems, _unread(found, cells, spec), _understood(found, spec, raw))


def _text(heading: object) -> str:
    """Return a heading as text; those that a tool made up for an empty one are empty."""
    text = "" if heading is None or heading != heading else str(heading).strip()
    return "" if text.casefold().startswith(_NO_HEADING[0]) or text.casefold() in _NO_HEADING[1:] else text


def _without_twins(
    found: Sequence[Heading], cells: pd.DataFrame, spec: TableSpec, origin: str
) -> tuple[list[Heading], list[Problem]]:
    """Return the headings with a blank column giving way to one that means the same; what else stands twice."""
    kept, problems = list(found), []
    columns = [heading.meant.column.name if heading.meant else "" for heading in found]
    for name in dict.fromkeys(columns):
        places = [at for at, column in enumerate(columns) if name and column == name]
        filled = [at for at in places if len(places) > 1 and not_blank(cells.iloc[:, [at]]).any()]
        for at in places[1:] if not filled else [at for at in places if at not in filled]:
            if len(places) > 1:
                kept[at] = Heading(found[at].text, None, GENERAL)
        if name in {hint.name for hint in spec.hints}:
            for at in filled[1:]:
                kept[at] = Heading(found[at].text, None, GENERAL)
        elif len(filled) > 1:
            texts = [repr(found[at].text) for at in filled]
            same = len({text.casefold() for text in texts}) == 1
            what = (
                "stands twice in the heading; keep one"
                if same
                else f"is meant by two headings, {' and '.join(texts)}; keep one"
            )
            problems.append(Problem(spec.name, name, what, origin=origin))
    return kept, problems


def _missing(found: Sequence[Heading], spec: TableSpec, raw: RawTable) -> list[Problem]:
    """Return the required columns that no heading means and nothing stands in for."""
    given = {heading.meant.column.name for heading in found if heading.meant is not None}
    has_serial = any(heading.why == SERIAL for heading in found)
    problems = []
    for column in spec.columns:
        stands_in = (
            (column.name == "node_id" and "name" in given and bool(raw.origin))
            or (column.name == "kind" and bool(raw.kind))
            or (column.type == "id" and spec.name not in ("nodes", "valves") and has_serial)
            or (column.type == "id" and spec.is_record and bool(raw.origin))
            or (column.name == "valve_id" and has_serial)
        )
        if column.required and column.name not in given and not stands_in:
            problems.append(Problem(spec.name, column.name, "is missing; the table needs it", origin=raw.origin))
    answers = {"is_cold", "room_temp_c"}
    if answers <= {column.name for column in spec.columns} and not given & answers:
        what = "is missing; the table needs it (or room_temp_c)"
        problems.append(Problem(spec.name, "is_cold", what, origin=raw.origin))
    return problems


def _unread(found: Sequence[Heading], cells: pd.DataFrame, spec: TableSpec) -> list[pd.DataFrame]:
    """Return the findings on headings that are not understood, empty ones over cells among them."""
    findings = []
    given = {heading.meant.column.name: heading.text for heading in found if heading.meant is not None}
    for heading in found:
        if heading.why == UNKNOWN and heading.nearest and _column_of(heading.nearest) not in given:
            said = note("schema.heading_near", heading=heading.text, nearest=heading.nearest)
            findings.append(findings_at("warning", "heading_unknown", spec.name, heading.text, [""], said))
        elif heading.why == UNKNOWN:
            key = "schema.heading_near" if heading.nearest else "schema.heading_unknown"
            values = {"nearest": heading.nearest} if heading.nearest else {}
            said = note(key, heading=heading.text, **values)
            findings.append(findings_at("note", "heading_unknown", spec.name, heading.text, [""], said))
        elif heading.why == GENERAL:
            said = note("schema.heading_general", heading=heading.text, other=_other(heading, given))
            findings.append(findings_at("note", "heading_left_aside", spec.name, heading.text, [""], said))
    empty = [at for at, heading in enumerate(found) if not heading.text]
    count = sum(bool(not_blank(cells.iloc[:, [at]]).any()) for at in empty)
    if count:
        said = note("schema.heading_empty", count=count)
        findings.append(findings_at("warning", "heading_empty", spec.name, "", [""], said))
    return findings


def _column_of(nearest: str) -> str:
    """Return the column that a nearest heading names: in brackets, or it is one itself."""
    return nearest[nearest.rfind("(") + 1 : -1] if nearest.endswith(")") else nearest


def _other(heading: Heading, given: Mapping[str, str]) -> str:
    return next(iter(dict.fromkeys(text for text in given.values() if text != heading.text)), "")


def _understood(found: Sequence[Heading], spec: TableSpec, raw: RawTable) -> pd.DataFrame:
    lines = [
        (
            raw.origin,
            spec.name,
            heading.text,
            heading.meant.column.name if heading.meant else "",
            heading.meant.unit if heading.meant else "",
            heading.why,
        )
        for heading in found
    ]
    return pd.DataFrame(np.array(lines, dtype=object).reshape(-1, 6), columns=list(UNDERSTOOD_COLUMNS), dtype=object)
