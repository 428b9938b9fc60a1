"""What conforming made of a table: the rows used, the rows set aside, and what was understood as what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from heatnet._arrays import AnyInts
from heatnet.language import Note, note
from heatnet.schema.findings import all_findings, findings_at
from heatnet.schema.judging import Judged, requirement
from heatnet.schema.problems import Problem, problem_at
from heatnet.schema.raw import ROW

SET_ASIDE_COLUMNS = ("row", "row_id", "reason", "column", "message")
UNDERSTOOD_COLUMNS = ("file", "table", "heading", "column", "unit", "why")
# Rows that belong to the layout of a ledger and were never records.
LAYOUT_REASONS = frozenset({"total_row", "remark_row", "repeated_heading", "example_row"})


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A table in standard form, and everything that happened on the way.

    Attributes
    ----------
    table : DataFrame
        The rows that can be used, with a RangeIndex; every column of the specification.
    rows : array of int
        Row number of each in the file, as a spreadsheet counts.
    hints : DataFrame
        For the same rows, text that helps to find the building or asset of a row that names none; never written.
    set_aside : DataFrame
        One line per row left out: ``row``, ``row_id``, ``reason``, ``column``, ``message``.
    findings : DataFrame
        Everything doubtful, rows set aside included.
    understood : DataFrame
        One line per heading: ``file``, ``table``, ``heading``, ``column`` (empty: not read), ``unit``, ``why``.
    n_rows : int
        Rows below the heading that are not blank.
    problems : tuple of Problem
        What makes the table unusable; `raise_problems` turns them into one error.
    meridian : float
        Where coordinates came in degrees: the central meridian of the grid into which they were turned.
    """

    table: pd.DataFrame
    rows: AnyInts
    hints: pd.DataFrame
    set_aside: pd.DataFrame
    findings: pd.DataFrame
    understood: pd.DataFrame
    n_rows: int
    problems: tuple[Problem, ...] = ()
    meridian: float = float("nan")

    def numbered(self) -> pd.DataFrame:
        """Return the table with the rows of the file as its index, so that later messages can name them."""
        return self.table.set_axis(pd.Index(self.rows, name=ROW), axis=0)


def reading_of(
    judged: Judged,
    hints: pd.DataFrame,
    others: pd.DataFrame,
    layout: dict[int, str],
    understood: pd.DataFrame,
    *,
    stays: bool,
) -> Reading:
    """Return the reading of a table that was judged.

    Parameters
    ----------
    judged : Judged
        The table.
    hints, others : DataFrame
        What helps to place its rows, and columns carried along; as many rows as the table.
    layout : mapping of int to str
        Rows of the file that are no records, with what they are.
    understood : DataFrame
        Its headings.
    stays : bool
        Rows to be set aside stay in the table, and make a problem for each column.
    """
    name = judged.spec.name
    kept = np.ones(len(judged.table), dtype=bool)
    problems = list(judged.problems)
    aside = judged.aside
    if stays:
        problems += _as_problems(judged)
        aside = {}
    kept[list(aside)] = False
    records = sorted(aside.items())
    ids = judged.ids[np.array([at for at, _ in records], dtype=np.int64)]
    lines = [
        *[
            (row, "", reason, "", note(f"schema.{reason}"))
            for row, reason in sorted(layout.items())
            if reason != "blank"
        ],
        *[
            (int(judged.rows[at]), row_id, reason, column, said)
            for (at, (reason, column, said)), row_id in zip(records, ids, strict=True)
        ],
    ]
    set_aside = pd.DataFrame(lines, columns=list(SET_ASIDE_COLUMNS)).astype({"row": np.int64})
    findings = [
        findings_at(
            "note" if reason in LAYOUT_REASONS else "error", reason, name, column, [row_id or f"row {row}"], said
        )
        for row, row_id, reason, column, said in lines
    ]
    table = judged.table if others.empty and not len(others.columns) else pd.concat([judged.table, others], axis=1)
    if not kept.all():
        table, hints = table[kept].reset_index(drop=True), hints[kept].reset_index(drop=True)
    return Reading(
        table=table,
        rows=judged.rows[kept],
        hints=hints,
        set_aside=set_aside,
        findings=all_findings([*judged.findings, *findings]),
        understood=understood,
        n_rows=len(judged.table) + sum(reason != "blank" for reason in layout.values()),
        problems=tuple(problems),
        meridian=judged.meridian[0],
    )


def with_rows_aside(reading: Reading, aside: Sequence[tuple[str, str, str, Note]], table: str) -> Reading:
    """Return a reading with rows that were left out before they became cells: row id, reason, column, what is said."""
    if not aside:
        return reading
    lines = [(0, row_id, reason, column, said) for row_id, reason, column, said in aside]
    rows = pd.DataFrame(lines, columns=list(SET_ASIDE_COLUMNS)).astype({"row": np.int64})
    found = [findings_at("error", reason, table, column, [row_id], said) for row_id, reason, column, said in aside]
    return replace(
        reading,
        set_aside=pd.concat([reading.set_aside, rows], ignore_index=True) if len(reading.set_aside) else rows,
        findings=all_findings([reading.findings, *found]),
        n_rows=reading.n_rows + len(lines),
    )


def _as_problems(judged: Judged) -> list[Problem]:
    """Return the rows that would be set aside as problems, one for each column and reason."""
    found: dict[tuple[str, str], list[int]] = {}
    for at, (reason, column, _) in sorted(judged.aside.items()):
        found.setdefault((column, reason), []).append(at)
    problems = []
    for (column, reason), places in found.items():
        bad = np.zeros(len(judged.table), dtype=bool)
        bad[places] = True
        problems.append(
            problem_at(
                judged.table, judged.spec, column, bad, _what(judged, column, reason), judged.rows, judged.origin
            )
        )
    return problems


def _what(judged: Judged, column: str, reason: str) -> str:
    if reason == "no_answer":
        return "must be true or false where room_temp_c is empty"
    if reason.startswith("unreadable_"):
        return requirement(judged.spec.column(column), "unreadable")
    return "stands more than once; ids must be unique" if reason == "duplicate_row" else "must not be empty"
