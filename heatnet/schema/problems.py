"""What makes a table unusable, told in one error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet._arrays import AnyInts, Truths
from heatnet.errors import HeatnetError
from heatnet.schema.columns import TableSpec
from heatnet.schema.raw import ROW


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a table that cannot be used, with the rows where it stands.

    Attributes
    ----------
    table, column : str
        Where it stands; an empty column: the table as a whole.
    what : str
        What is wrong.
    rows, ids : tuple
        The first five.
    count : int
        Number of rows; 0: it is not about rows.
    origin : str
        File and sheet, where known.
    """

    table: str
    column: str
    what: str
    rows: tuple[int, ...] = ()
    ids: tuple[str, ...] = ()
    count: int = 0
    origin: str = ""

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


def problem_at(
    table: pd.DataFrame, spec: TableSpec, column: str, bad: Truths, what: str, rows: int | AnyInts, origin: str = ""
) -> Problem:
    """Return the problem that holds at the rows where `bad` is true, naming the first five.

    `rows` holds their numbers, or is the number of the first, those that follow being counted on.
    """
    positions = np.flatnonzero(bad)
    first = positions[:5]
    numbers = first + rows if isinstance(rows, int) else rows[first]
    ids = tuple(str(value) for name in spec.key[:1] for value in table[name].iloc[first] if not pd.isna(value))
    return Problem(spec.name, column, what, tuple(int(row) for row in numbers), ids, len(positions), origin)


def row_numbers(table: pd.DataFrame, origin: str | None = None) -> AnyInts:
    """Return the number of each row as messages count: as its file does where that is known, else from 0.

    An index named ``row`` holds the numbers; else a table with an origin has its heading in row 1.
    """
    if table.index.name == ROW and pd.api.types.is_integer_dtype(table.index.dtype):
        return table.index.to_numpy(dtype=np.int64)
    return np.arange(len(table), dtype=np.int64) + (2 if origin else 0)


def raise_problems(problems: Sequence[Problem], origins: Mapping[str, str] | None = None) -> None:
    """Raise one `HeatnetError` that lists all problems by file or table, or return when there are none."""
    if not problems:
        return
    origins = origins or {}
    named = [problem.origin or origins.get(problem.table) or f"table {problem.table}" for problem in problems]
    lines = []
    for name in dict.fromkeys(named):
        lines.append(f"{name} cannot be used:")
        lines += [f"  - {problem.sentence()}" for problem, where in zip(problems, named, strict=True) if where == name]
    raise HeatnetError("\n".join(lines))
