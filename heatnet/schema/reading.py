"""What conforming made of a table: the rows used, the rows set aside, and what was understood as what."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from heatnet._arrays import Ints
from heatnet.schema.problems import Problem
from heatnet.schema.raw import ROW

SET_ASIDE_COLUMNS = ("row", "row_id", "reason", "column", "message")
UNDERSTOOD_COLUMNS = ("file", "table", "heading", "column", "unit", "why")
# Rows that belong to the layout of a ledger and were never records.
LAYOUT_REASONS = frozenset({"total_row", "remark_row", "repeated_heading"})


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
    """

    table: pd.DataFrame
    rows: Ints
    hints: pd.DataFrame
    set_aside: pd.DataFrame
    findings: pd.DataFrame
    understood: pd.DataFrame
    n_rows: int
    problems: tuple[Problem, ...] = ()

    def numbered(self) -> pd.DataFrame:
        """Return the table with the rows of the file as its index, so that later messages can name them."""
        return self.table.set_axis(pd.Index(self.rows, name=ROW), axis=0)
