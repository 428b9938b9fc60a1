"""Workbooks to raw tables: a sheet for each table, under the names that offices give them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.errors import HeatnetError, MissingExtraError
from heatnet.interop.grids import LOOKED_AT, heading_rows
from heatnet.interop.sheets_xml import SheetMarks, sheet_marks
from heatnet.interop.titles import kind_in
from heatnet.language import note
from heatnet.schema import ESCAPED_FORMULA, ROW, RawTable, TableSpec
from heatnet.schema.findings import all_findings, findings_at
from heatnet.schema.plain import cell_text

_MOST_CELLS = 60_000_000  # of one sheet, blank ones included
_OLD = "save it as .xlsx (in the spreadsheet: Save as, Excel workbook)"


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One sheet of a workbook.

    Attributes
    ----------
    name : str
        Its name.
    rows : list of list
        Its cells from A1 on, values of formulas, merged cells filled downwards.
    marks : SheetMarks
        Hidden rows, formulas without a value, merged cells.
    """

    name: str
    rows: list[list[Any]]
    marks: SheetMarks


def sheets_of(file: Path) -> list[Sheet]:
    """Return the sheets of a workbook that hold anything.

    Raises
    ------
    MissingExtraError
        python-calamine is not installed.
    HeatnetError
        The file cannot be opened, or is no workbook.
    """
    try:
        import python_calamine
    except ImportError as error:
        raise MissingExtraError("excel", f"reading {file}") from error
    marks = sheet_marks(file)
    known = (python_calamine.CalamineError, OSError, ValueError, OverflowError, MemoryError)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(file))
        found = []
        for name in book.sheet_names:
            its = marks.get(name, SheetMarks())
            if its.n_cells_spanned > _MOST_CELLS:
                raise HeatnetError(
                    f"{file}, sheet {name}: a cell stands at {its.last_cell}; delete the empty rows and columns"
                )
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if any(cell not in ("", None) for row in rows for cell in row):
                found.append(Sheet(name, _filled([list(row) for row in rows], its), its))
        return found
    except known as error:
        if isinstance(error, HeatnetError):
            raise
        raise HeatnetError(f"{file} is not a workbook that can be read: {error}") from error


def refused_workbook(file: Path) -> HeatnetError:
    """Return the error for workbooks of old or other formats."""
    return HeatnetError(f"{file}: heatnet reads workbooks as .xlsx, not {file.suffix}; {_OLD}")


def raw_sheet(
    file: Path, sheet: Sheet, spec: TableSpec, *, kind: str = "", headings: Mapping[str, str] | None = None
) -> RawTable:
    """Return one sheet as a raw table: its heading found, its rows numbered as the spreadsheet does."""
    texts = [[_as_text(cell) for cell in row] for row in _across(sheet.rows[:LOOKED_AT], sheet.marks)]
    found = heading_rows(texts, spec, headings)
    start = found.first + found.count
    width = len(found.texts)
    body = [[_cell(cell) for cell in row[:width]] for row in sheet.rows[start:]]
    cells = pd.DataFrame(body, columns=range(width), dtype=object).set_axis(list(found.texts), axis=1)
    cells.index = pd.Index(np.arange(len(cells), dtype=np.int64) + start + 1, name=ROW)
    if spec.name == "nodes" and not kind:
        kind = kind_in(texts[: found.first])
    return RawTable(
        spec.name, cells, file=str(file), sheet=sheet.name, kind=kind, findings=_findings(sheet, spec.name, start)
    )


def _findings(sheet: Sheet, table: str, start: int) -> pd.DataFrame:
    """Return what is said of a sheet: rows that are hidden and read all the same, formulas without a value."""
    found = []
    hidden = tuple(row for row in sheet.marks.hidden if start < row <= len(sheet.rows) and any(sheet.rows[row - 1]))
    if hidden:
        said = note("interop.hidden_rows", sheet=sheet.name, count=len(hidden), rows=tuple(map(str, hidden)))
        found.append(findings_at("warning", "hidden_rows", table, "", [""], said))
    if sheet.marks.without_value:
        cells = sheet.marks.without_value
        said = note("interop.formula_without_value", sheet=sheet.name, count=len(cells), cells=cells)
        found.append(findings_at("warning", "formula_without_value", table, "", [""], said))
    return all_findings(found)


def _cell(cell: Any) -> Any:
    """Return a cell as conforming takes it: empty ones missing, whole numbers whole, text without heatnet's mark."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        return _unescaped(cell)
    if isinstance(cell, dt.timedelta):
        return f"{cell.total_seconds() / 3600:g}h"
    return cell


def _unescaped(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and re.match(ESCAPED_FORMULA, cell) else cell


def _as_text(cell: Any) -> str:
    return (cell_text(cell) or "").strip()


def _filled(rows: list[list[Any]], marks: SheetMarks) -> list[list[Any]]:
    """Fill merged cells downwards, so that every row holds what a reader sees; in place."""
    for top, left, bottom, _ in marks.merged:
        if top < len(rows) and left < len(rows[top]):
            for row in rows[top + 1 : bottom + 1]:
                if left < len(row) and row[left] in ("", None):
                    row[left] = rows[top][left]
    return rows


def _across(rows: Sequence[list[Any]], marks: SheetMarks) -> list[list[Any]]:
    """Return the first rows with merged cells filled to the right as well, but for those that span a whole row."""
    filled = [list(row) for row in rows]
    for top, left, bottom, right in marks.merged:
        for at in range(top, min(bottom + 1, len(filled))):
            row = filled[at]
            if (
                right - left + 1 < max(2, sum(cell not in ("", None) for cell in row) + right - left)
                or len(row) > right + 1
            ):
                for place in range(left + 1, min(right + 1, len(row))):
                    if row[place] in ("", None):
                        row[place] = row[left]
    return filled
