"""Bring a table into the form of its specification, collecting everything that cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet.errors import HeatnetError
from heatnet.schema.cells import READERS
from heatnet.schema.columns import Column, TableSpec
from heatnet.schema.tables import VISITS


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a table that cannot be used, with the rows where it stands."""

    table: str
    column: str
    what: str
    rows: tuple[int, ...] = ()
    ids: tuple[str, ...] = ()
    count: int = 0

    def sentence(self) -> str:
        """Return one plain sentence: the column, what is wrong, the count, rows and ids of the first five."""
        text = f"column {self.column}: {self.what}" if self.column else self.what
        if not self.count:
            return text
        rows = ", ".join(str(row) for row in self.rows)
        ids = f"; id {', '.join(self.ids)}" if self.ids else ""
        more = ", ..." if self.count > len(self.rows) else ""
        noun, label = ("row", "row") if self.count == 1 else ("rows", "rows")
        return f"{text} ({self.count} {noun}: {label} {rows}{ids}{more})"


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
        A new table with a RangeIndex, every column of `spec` in its order and other columns behind. Ids and
        text are text (missing: NaN), numbers float64 (NaN), dates datetime64[s] (NaT), truths bool where they have
        a default, else nullable boolean.

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
    conformed, problems = conform_leniently(table, spec, origin=origin)
    raise_problems(problems, {spec.name: origin} if origin else {})
    return conformed


def conform_leniently(table: Any, spec: TableSpec, *, origin: str | None = None) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the table as `conform` does, with unusable cells as missing, and the list of what is wrong."""
    if not isinstance(table, pd.DataFrame):
        what = f"is not a table but {type(table).__name__}; give a pandas DataFrame"
        return pd.DataFrame(columns=[column.name for column in spec.columns]), [Problem(spec.name, "", what)]
    renamed, problems = _standard_headings(table, spec)
    columns: dict[str, Any] = {}
    bad_cells: list[tuple[Column, np.ndarray[Any, Any], str]] = []
    for column in spec.columns:
        if column.name in renamed.columns:
            values, bad, what = READERS[column.type](renamed[column.name], column)
            if bad.any():
                bad_cells.append((column, bad, what))
        else:
            if column.required:
                problems.append(Problem(spec.name, column.name, "is missing; the table needs it"))
            values = _default_cells(column, len(renamed))
        columns[column.name] = values
    others = {name: renamed[name] for name in renamed.columns if name not in columns}
    conformed = pd.DataFrame({**columns, **others}, index=pd.RangeIndex(len(renamed)))
    first_row = 2 if origin else 0
    for column, bad, what in bad_cells:
        shown = "" if spec.name == "visits" else _shown(renamed[column.name][bad])
        problems.append(problem_at(conformed, spec, column.name, bad, what + shown, first_row))
    for column in spec.columns:
        if column.required and column.name in renamed.columns:
            empty = conformed[column.name].isna().to_numpy() & ~_marked(bad_cells, column, len(conformed))
            if empty.any():
                problems.append(problem_at(conformed, spec, column.name, empty, "must not be empty", first_row))
    problems += _key_problems(conformed, renamed, spec, first_row)
    if spec.name == "visits":
        problems += _visit_problems(conformed, renamed, first_row)
    return conformed, problems


def _default_cells(column: Column, size: int) -> Any:
    """Return what a missing column means, for so many rows."""
    cell = pd.Series(READERS[column.type](pd.Series([None], dtype=object), column)[0])
    return cell.array.take(np.zeros(size, dtype=np.int64))


def problem_at(
    table: pd.DataFrame, spec: TableSpec, column: str, bad: np.ndarray[Any, Any], what: str, first_row: int
) -> Problem:
    """Return the problem that holds at the rows where `bad` is true, naming the first five."""
    positions = np.flatnonzero(bad)
    first = positions[:5]
    ids = tuple(str(value) for name in spec.key[:1] for value in table[name].iloc[first] if not pd.isna(value))
    return Problem(spec.name, column, what, tuple(int(row) + first_row for row in first), ids, len(positions))


def raise_problems(problems: Sequence[Problem], origins: dict[str, str]) -> None:
    """Raise one `HeatnetError` that lists all problems by table, or return when there are none."""
    if not problems:
        return
    lines = []
    for name in dict.fromkeys(problem.table for problem in problems):
        lines.append(f"{origins.get(name, 'table ' + name)} cannot be used:")
        lines += [f"  - {problem.sentence()}" for problem in problems if problem.table == name]
    raise HeatnetError("\n".join(lines))


def _shown(cells: pd.Series[Any]) -> str:
    """Return the cells that cannot be used, for a message; never called for visits, which may hold personal data."""
    return ", not " + ", ".join(dict.fromkeys(repr(str(cell))[:40] for cell in cells.iloc[:5]))


def _standard_headings(table: pd.DataFrame, spec: TableSpec) -> tuple[pd.DataFrame, list[Problem]]:
    """Rename understood headings; a standard name wins over an alias of another column."""
    headings = [str(heading).strip() for heading in table.columns]
    standard = {column.name for column in spec.columns}
    taken = {heading.casefold() for heading in headings} & standard
    aliases = {
        alias.casefold(): column.name for column in spec.columns if column.name not in taken for alias in column.aliases
    }
    names = []
    for heading in headings:
        folded = heading.casefold()
        names.append(folded if folded in standard else aliases.get(folded, heading))
    twice = sorted({name for name in names if names.count(name) > 1})
    problems = [Problem(spec.name, name, "stands twice in the heading; keep one") for name in twice]
    renamed = table.set_axis(names, axis=1)
    return renamed.loc[:, ~renamed.columns.duplicated()].reset_index(drop=True), problems


def _key_problems(conformed: pd.DataFrame, renamed: pd.DataFrame, spec: TableSpec, first_row: int) -> list[Problem]:
    """Return the rows whose key stands in an earlier or later row as well."""
    key = list(spec.key)
    if not key or any(name not in renamed.columns for name in key):
        return []
    twice = conformed.duplicated(key, keep=False).to_numpy() & conformed[key].notna().all(axis=1).to_numpy()
    if not twice.any():
        return []
    return [
        problem_at(conformed, spec, " and ".join(key), twice, "stands more than once; ids must be unique", first_row)
    ]


def _visit_problems(conformed: pd.DataFrame, renamed: pd.DataFrame, first_row: int) -> list[Problem]:
    """A visit needs `is_cold` or a room temperature."""
    if "is_cold" not in renamed.columns and "room_temp_c" not in renamed.columns:
        return [Problem("visits", "is_cold", "is missing; the table needs it (or room_temp_c)")]
    silent = (conformed["is_cold"].isna() & conformed["room_temp_c"].isna()).to_numpy()
    if not silent.any():
        return []
    what = "must be true or false where room_temp_c is empty"
    return [problem_at(conformed, VISITS, "is_cold", silent, what, first_row)]


def _marked(
    bad_cells: list[tuple[Column, np.ndarray[Any, Any], str]], column: Column, size: int
) -> np.ndarray[Any, Any]:
    """Cells of the column that are already reported."""
    return next((bad for other, bad, _ in bad_cells if other is column), np.zeros(size, dtype=bool))
