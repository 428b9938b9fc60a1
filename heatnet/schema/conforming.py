"""Bring a table into the form of its specification; nothing that happens on the way is silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import AnyInts, Truths
from heatnet.schema.cells import READERS, Cells, Meant
from heatnet.schema.clock import with_times_of_day
from heatnet.schema.columns import Column, TableSpec
from heatnet.schema.completing import completed
from heatnet.schema.folding import folded_word
from heatnet.schema.headings import Heading
from heatnet.schema.judging import Judged, RowNames, judge_column, judge_empty
from heatnet.schema.layout import is_example, layout_reason, not_blank
from heatnet.schema.merging import merged
from heatnet.schema.naming import named_columns
from heatnet.schema.problems import Problem, raise_problems, row_numbers
from heatnet.schema.raw import RawTable
from heatnet.schema.reading import Reading, reading_of, with_rows_aside

Raw = RawTable | Sequence[RawTable] | pd.DataFrame


def conform(table: pd.DataFrame, spec: TableSpec, *, origin: str | None = None) -> pd.DataFrame:
    """Return the table in the form of its specification.

    Parameters
    ----------
    table : DataFrame
        Rows of the table, any order of columns, any of the understood headings.
    spec : TableSpec
        What the table should be.
    origin : str, optional
        The file it came from, for messages; rows are then counted as in the file, its heading being row 1.
        Without it rows are counted from 0.

    Returns
    -------
    DataFrame
        A new table with a RangeIndex, every column of `spec` in its order; of a network's tables other columns stand
        behind. Ids and text are text (missing: NaN), numbers float64 (NaN), dates datetime64[s] (NaT), truths bool
        where they have a default, else nullable boolean. Blank rows, totals and remarks are left out, and records
        whose required cells say nothing.

    Raises
    ------
    HeatnetError
        Everything in the table that cannot be used, at once.

    Examples
    --------
    >>> from heatnet.schema import VALVES
    >>> valves = pd.DataFrame({"阀门编号": ["V1"], "segment_id": ["S1"], "node_id": ["N1"], "is_open": ["否"]})
    >>> conform(valves, VALVES).loc[0].to_dict()
    {'valve_id': 'V1', 'segment_id': 'S1', 'node_id': 'N1', 'is_operable': True, 'is_open': False}
    """
    given: Any = table
    if not isinstance(given, pd.DataFrame):
        raise_problems([_no_table(given, spec)])
    reading = _reading(RawTable(spec.name, table, file=origin or ""), spec, keep=None if not spec.is_record else ())
    raise_problems(reading.problems, {spec.name: origin} if origin else {})
    return reading.table


def conform_leniently(table: Any, spec: TableSpec, *, origin: str | None = None) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the table as `conform` does, with unusable cells as missing, and the list of what is wrong.

    Records whose required cells say nothing stay in the table and are in the list; what helps to find the building or
    asset of a record stands behind the columns of the table, where it was given.
    """
    if not isinstance(table, pd.DataFrame):
        return pd.DataFrame(columns=[column.name for column in spec.columns]), [_no_table(table, spec)]
    raw = RawTable(spec.name, table, file=origin or "")
    reading = _reading(raw, spec, keep=None if not spec.is_record else (), stays=True)
    return reading.table, list(reading.problems)


def conformed(
    raw: Raw,
    spec: TableSpec,
    *,
    headings: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    keep: Sequence[str] = (),
) -> Reading:
    """Return what conforming makes of a table: the rows that can be used, and everything that happened on the way.

    Parameters
    ----------
    raw : RawTable, sequence of RawTable, or DataFrame
        The cells; several sheets for one table become one.
    spec : TableSpec
        What the table should be.
    headings : mapping, optional
        The user's own headings, each with its column.
    units : mapping, optional
        By column: the unit of its cells, against what heatnet would think; of a date ``"d/m/y"`` or ``"m/d/y"``.
    keep : sequence of str
        Headings of other columns to carry along.

    Returns
    -------
    Reading
        Nothing is raised for what stands in the table; ``problems`` holds what cannot be.

    Examples
    --------
    >>> from heatnet.schema import MAKEUP
    >>> water = {"换热站编号": ["T1", "合计"], "采暖年度": ["2024-2025", ""], "补水量(万m³)": ["0.125", "0.125"]}
    >>> reading = conformed(pd.DataFrame(water), MAKEUP)
    >>> reading.table.to_dict("records"), reading.set_aside["reason"].tolist()
    ([{'station_id': 'T1', 'season': 2024.0, 'makeup_m3': 1250.0}], ['total_row'])
    """
    if isinstance(raw, pd.DataFrame):
        raw = RawTable(spec.name, raw)
    parts = [raw] if isinstance(raw, RawTable) else list(raw)
    readings = [
        with_rows_aside(_reading(part, spec, headings=headings, units=units, keep=tuple(keep)), part.aside, spec.name)
        for part in parts
    ]
    return merged(readings, parts, spec)


def _no_table(table: Any, spec: TableSpec) -> Problem:
    return Problem(spec.name, "", f"is not a table but {type(table).__name__}; give a pandas DataFrame")


def _reading(
    raw: RawTable,
    spec: TableSpec,
    *,
    headings: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    keep: tuple[str, ...] | None = (),
    stays: bool = False,
) -> Reading:
    """Return the reading of one part; rows of its layout are found by what they lack, and the rest is read again.

    With ``keep=None`` all other columns are carried along; with `stays` records are not set aside but problems.
    """
    rows = row_numbers(raw.cells, raw.origin or None)
    filled = not_blank(raw.cells)
    cells = raw.cells if filled.all() else raw.cells[filled]
    rows = rows[filled]
    found = named_columns(cells, spec, raw, headings=headings, units=units or {})
    read = _read_columns(cells, found.headings, spec)
    layout = _layout_rows(cells, read, found.headings, spec)
    used = np.ones(len(cells), dtype=bool)
    if layout:
        used[list(layout)] = False
        read = _read_columns(cells[used], found.headings, spec)
    judged = _judged(cells[used], rows[used], read, found.headings, spec, raw, found.problems, units or {})
    for heading_findings in found.findings:
        judged.findings.append(heading_findings)
    others = _others(cells[used], found.headings, keep)
    others = others.loc[:, [name not in {column.name for column in spec.columns} for name in others.columns]]
    hints = _hints(cells[used], found.headings, spec)
    if stays:
        others = pd.concat([others, hints[[name for name in hints.columns if name in _given(found.headings)]]], axis=1)
    numbered = {int(rows[at]): reason for at, reason in layout.items()}
    return reading_of(judged, hints, others, numbered, found.understood, stays=stays)


def _read_columns(cells: pd.DataFrame, headings: Sequence[Heading], spec: TableSpec) -> dict[str, tuple[Meant, Cells]]:
    """Return the columns of the table that stand in the cells, read."""
    names = {column.name for column in spec.columns}
    read: dict[str, tuple[Meant, Cells]] = {}
    for at, heading in enumerate(headings):
        meant = heading.meant
        if meant is not None and meant.column.name in names and meant.column.name not in read:
            read[meant.column.name] = (meant, READERS[meant.column.type](cells.iloc[:, at], meant))
    return with_times_of_day(read, headings, cells) if "outage_h" in read else read


def _layout_rows(
    cells: pd.DataFrame, read: Mapping[str, tuple[Meant, Cells]], headings: Sequence[Heading], spec: TableSpec
) -> dict[int, str]:
    """Return the rows (by position) that are no records, among those that lack what a record needs."""
    lacks = np.zeros(len(cells), dtype=bool)
    for name in _needed(spec):
        if name in read:
            values = read[name][1].values
            lacks |= pd.isna(pd.Series(values)).to_numpy(dtype=bool)
            lacks |= _sums(values) if read[name][0].column.type in ("id", "reference") else False
            lacks[:_FIRST] |= np.array([is_example(folded_word(str(value))) for value in values[:_FIRST]], dtype=bool)
    texts = [heading.text for heading in headings]
    found = {at: layout_reason(cells.iloc[at].tolist(), texts) for at in np.flatnonzero(lacks).tolist()}
    return {at: reason for at, reason in found.items() if reason}


def _needed(spec: TableSpec) -> list[str]:
    return [column.name for column in spec.columns if column.required or column.name in spec.key]


_FIRST = 3  # rows among which an example may stand
_SUM_WORDS = (
    "合计",
    "总计",
    "小计",
    "共计",
    "汇总",
    "Total",
    "total",
    "TOTAL",
    "Итого",
    "ИТОГО",
    "итого",
    "Всего",
    "Sum",
)


def _sums(values: Any) -> Truths:
    found: Truths = pd.Series(values).isin(_SUM_WORDS).to_numpy(dtype=bool)
    return found


def _judged(
    cells: pd.DataFrame,
    rows: AnyInts,
    read: dict[str, tuple[Meant, Cells]],
    headings: Sequence[Heading],
    spec: TableSpec,
    raw: RawTable,
    problems: Sequence[Problem],
    units: Mapping[str, str],
) -> Judged:
    """Return the table in standard form with everything judged."""
    size = len(cells)
    columns = {
        column.name: read[column.name][1].values if column.name in read else _default_cells(spec, column, size)
        for column in spec.columns
    }
    table = pd.DataFrame(columns, index=pd.RangeIndex(size))
    behind = {
        heading.meant.column.name: cells.iloc[:, at] for at, heading in enumerate(headings) if heading.meant is not None
    }
    key = spec.key[0] if spec.key else None
    names = RowNames(None if key is None else table[key], rows)
    judged = Judged(spec, table, behind, rows, names, raw.origin)
    judged.problems.extend(problems)
    for meant, found in read.values():
        judge_column(judged, meant, found)
    for column in spec.columns:
        if column.required and column.name in read:
            judge_empty(judged, column, read[column.name][1])
    completed(judged, read, headings, cells, raw, units)
    return judged


def _default_cells(spec: TableSpec, column: Column, size: int) -> Any:
    """Return what a missing column means, for so many rows."""
    cell = pd.Series(READERS[column.type](pd.Series([None], dtype=object), Meant(spec.name, column)).values)
    return cell.array.take(np.zeros(size, dtype=np.int64))


def _hints(cells: pd.DataFrame, headings: Sequence[Heading], spec: TableSpec) -> pd.DataFrame:
    """Return the text that helps to find what a row is about; all columns, whether given or not."""
    at = {heading.meant.column.name: place for place, heading in enumerate(headings) if heading.meant is not None}
    read = {}
    for hint in spec.hints:
        if hint.name in at:
            read[hint.name] = READERS["text"](cells.iloc[:, at[hint.name]], Meant(spec.name, hint)).values.array
        else:
            read[hint.name] = _default_cells(spec, hint, len(cells))
    return pd.DataFrame(read, index=pd.RangeIndex(len(cells)))


def _given(headings: Sequence[Heading]) -> set[str]:
    return {heading.meant.column.name for heading in headings if heading.meant is not None}


def _others(cells: pd.DataFrame, headings: Sequence[Heading], keep: tuple[str, ...] | None) -> pd.DataFrame:
    """Return the columns that are carried along as they are: all that are not read, or those asked for."""
    places = [
        at
        for at, heading in enumerate(headings)
        if heading.meant is None and heading.text and (keep is None or heading.text in keep)
    ]
    kept = cells.iloc[:, places]
    return kept.set_axis([headings[at].text for at in places], axis=1).reset_index(drop=True)
