"""Workbooks written: tables as they are, a sheet each, the same bytes on every machine; needs the extra ``excel``."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from heatnet.errors import HeatnetError, MissingExtraError
from heatnet.schema import FORMULA

if TYPE_CHECKING:
    from openpyxl import Workbook

UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # no XML file can hold them
LONGEST_TEXT = 32_767  # letters in a cell of a workbook
MOST_ROWS = 1_048_576
_MOMENT = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP file can hold: no clock enters the file
_SAVED_AT = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
_DAY, _TEXT = "yyyy-mm-dd", "@"
_LAST_ROW_TO_FILL = 5_000


@dataclass(frozen=True, slots=True)
class BlankColumn:
    """A column of a sheet to be filled by an office: its heading, the words it may hold, the example, the form.

    Attributes
    ----------
    heading : str
        Name and unit.
    words : tuple of str
        The words among which to choose; empty: anything.
    example : object
        What stands in the example row; None: nothing.
    is_required : bool
        The heading is marked.
    """

    heading: str
    words: tuple[str, ...]
    example: Any
    is_required: bool


@dataclass(frozen=True, slots=True)
class BlankSheet:
    """A sheet to be filled: its name, one line of what to do, its columns."""

    name: str
    title: str
    columns: tuple[BlankColumn, ...]


def write_tables(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write tables as one workbook, a sheet each, a heading and rows; text as text, days as days.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By the name of the sheet.
    path : Path
        The file; replaced where it exists.

    Raises
    ------
    MissingExtraError
        openpyxl is not installed.
    HeatnetError
        A table has more rows, or a text more letters, than a workbook holds.
    """
    book = empty_book("writing a workbook")
    for name, table in tables.items():
        if len(table) >= MOST_ROWS:
            raise HeatnetError(f"{name} has {len(table):,} rows, more than a workbook holds: write Parquet or CSV.")
        page = book.create_sheet(name)
        page.freeze_panes = "A2"
        page.append([_cell(page, str(column)) for column in table.columns])
        columns = [_values(table[column], name) for column in table.columns]
        for row in zip(*columns, strict=True):
            page.append([_cell(page, value) for value in row])
    save_book(book, path)


def write_blank_book(sheets: Sequence[BlankSheet], path: Path) -> None:
    """Write a workbook to be filled: headings, an example row in grey, words to choose from.

    Raises
    ------
    MissingExtraError
        openpyxl is not installed.
    """
    book = empty_book("writing a template")
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        page.freeze_panes = "A3"
        for at, column in enumerate(sheet.columns, 1):
            page.column_dimensions[get_column_letter(at)].width = 3.0 + max(10.0, 1.6 * len(column.heading))
            if column.words:
                _offer(page, get_column_letter(at), column.words)
        page.append([_styled(_cell(page, sheet.title), Font(italic=True, color="FF595959"))])
        head = Font(bold=True)
        fills = [PatternFill("solid", fgColor="FFFFE699" if one.is_required else "FFD9E1F2") for one in sheet.columns]
        page.append(
            [_styled(_cell(page, one.heading), head, fill) for one, fill in zip(sheet.columns, fills, strict=True)]
        )
        grey = Font(color="FF808080", italic=True)
        page.append([_styled(_cell(page, one.example), grey) for one in sheet.columns])
    save_book(book, path)


def _offer(page: Any, letter: str, words: tuple[str, ...]) -> None:
    """Let the cells of a column choose from words; others stay possible, for the reader understands more of them."""
    from openpyxl.worksheet.datavalidation import DataValidation

    listed = ",".join(words)
    offered = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False)
    offered.add(f"{letter}3:{letter}{_LAST_ROW_TO_FILL}")
    page.data_validations.append(offered)


def asks_whole_number(page: Any, place: str, least: int, most: int) -> None:
    """Let a cell take whole numbers from the least to the most alone."""
    from openpyxl.worksheet.datavalidation import DataValidation

    taken = DataValidation(type="whole", operator="between", formula1=str(least), formula2=str(most))
    taken.add(place)
    page.data_validations.append(taken)


def empty_book(purpose: str) -> Workbook:
    """Return an empty workbook that is written row by row.

    Raises
    ------
    MissingExtraError
        openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise MissingExtraError("excel", purpose) from error
    return Workbook(write_only=True)


def save_book(book: Workbook, path: Path) -> None:
    """Write the workbook without any moment of its making in it."""
    made = io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as dated, zipfile.ZipFile(path, "w") as undated:
        for name in dated.namelist():
            entry = zipfile.ZipInfo(name, date_time=_MOMENT)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            undated.writestr(entry, _SAVED_AT.sub(b"", dated.read(name)))


def safe_text(text: str) -> str:
    r"""Return a text that an XML file can hold and that no spreadsheet takes for a formula.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("a\x00b")
    ("'=1+1", 'a b')
    """
    kept = UNWRITABLE.sub(" ", text)
    return f"'{kept}" if re.match(FORMULA, kept) else kept


def _values(column: pd.Series[Any], table: str) -> list[Any]:
    """Return the cells of a column as a workbook holds them; whole numbers as such."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return [None if pd.isna(day) else pd.Timestamp(day).to_pydatetime() for day in column.tolist()]
    cells = [None if pd.isna(cell) else cell for cell in column.tolist()]
    longest = max((len(cell) for cell in cells if isinstance(cell, str)), default=0)
    if longest >= LONGEST_TEXT:
        raise HeatnetError(f"{table}, column {column.name}: a text of {longest:,} letters is more than a cell holds.")
    return [
        int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53 else cell for cell in cells
    ]


def _cell(page: Any, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    made = WriteOnlyCell(page)
    if isinstance(value, str):
        made.value, made.number_format = safe_text(value), _TEXT
        made.data_type = "s"
    else:
        made.value = value
        if isinstance(value, pd.Timestamp) or hasattr(value, "year"):
            made.number_format = _DAY
    return made


def _styled(cell: Any, font: Any, fill: Any = None) -> Any:
    cell.font = font
    if fill is not None:
        cell.fill = fill
    return cell
