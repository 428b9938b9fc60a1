"""How a workbook's cells look, how its pages print, and how it is saved; needs the extra ``excel``."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from heatnet.interop.book_writing import empty_book, safe_text

if TYPE_CHECKING:
    from openpyxl import Workbook

_FORMATS = {
    "count": "#,##0",
    "length": "#,##0.0",
    "sum": "#,##0",
    "money": "#,##0.00",
    "km": "#,##0.00",
    "year": "0",
    "date": "yyyy-mm-dd",
    "share": "0.0%",
    "gap": "0.00%",
    "rate": "0.000",
    "ratio": "0.00",
    "week": "mm-dd",
    "text": "@",
    "long": "@",
}
A3, A4 = 8, 9  # numbers of the paper sizes
LONGEST_NAME = 31  # letters of a sheet's name at most
_BLUE, _ORANGE, _GREEN, _GREY, _DARK, _YELLOW = "FF9DC3E6", "FFF4B183", "FFA9D18E", "FFF2F2F2", "FF1F4E78", "FFFFE699"
_CHARACTERS_ON_A4 = 116.0  # across, landscape
_FIRST_WIDE = 0x2E7F  # the last character before the Chinese ones


def new_workbook() -> Workbook:
    """Return an empty workbook with a named style for each form of cell, plain and banded, for headings and for bars.

    Raises
    ------
    MissingExtraError
        openpyxl is not installed.
    """
    book = empty_book("writing a workbook")
    _add_styles(book)
    return book


def _add_styles(book: Workbook) -> None:
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

    def style(name: str, number_format: str = "@", fill: str | None = None, **looks: Any) -> None:
        if fill:
            looks["fill"] = PatternFill("solid", fgColor=fill)
        book.add_named_style(NamedStyle(name, number_format=number_format, **looks))

    line = Border(bottom=Side("hair", color="FFBFBFBF"))
    for form, number_format in _FORMATS.items():
        plain = Alignment(vertical="top")
        if form in ("text", "long"):
            plain = Alignment("left", "top", wrap_text=form == "long", indent=1)
        style(form, number_format, border=line, alignment=plain)
        style(f"{form} banded", number_format, _GREY, border=line, alignment=plain)
        style(f"{form} total", number_format, font=Font(bold=True), border=Border(top=Side("medium")))
        style(f"{form} fact", number_format, alignment=Alignment(horizontal="left", vertical="top"))
    style("headline", font=Font(bold=True, size=16, color=_DARK))
    style("caption", font=Font(italic=True, color="FF595959"))
    style("section", font=Font(bold=True, size=12, color=_DARK), border=Border(bottom=Side("medium", color=_DARK)))
    style("sentence", alignment=Alignment(wrap_text=True, vertical="top"))
    style("warning", font=Font(bold=True, color="FFC00000"), alignment=Alignment(wrap_text=True, vertical="top"))
    style("sign here", border=Border(bottom=Side("thin")))
    style("asked", "0", _YELLOW, font=Font(bold=True), alignment=Alignment(horizontal="left"))
    middle = Alignment(wrap_text=True, vertical="center", horizontal="center")
    style("heading", fill=_DARK, font=Font(bold=True, color="FFFFFFFF"), alignment=middle)
    upright = Alignment(text_rotation=90, horizontal="center", vertical="center")
    style("week heading", _FORMATS["week"], _DARK, font=Font(bold=True, color="FFFFFFFF"), alignment=upright)
    for name, colour in (("trench", _BLUE), ("station", _ORANGE), ("test", _GREEN)):
        style(f"{name} bar", "0", colour, border=line, alignment=Alignment(horizontal="center", vertical="top"))


def cell(page: Any, value: Any, style: str) -> Any:
    """Return a cell: text never as a formula or an error, days as days, nothing for what is missing."""
    from openpyxl.cell import WriteOnlyCell

    made = WriteOnlyCell(page)
    made.style = style
    return _filled(made, value)


def formula_cell(page: Any, formula: str, style: str) -> Any:
    """Return a cell with one of heatnet's own formulas; text from files never comes here."""
    from openpyxl.cell import WriteOnlyCell

    made = WriteOnlyCell(page, formula)
    made.style = style
    return made


class Cells:
    """The cells of rows that are written one by one: a cell per place and style, filled anew for each row."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._made: dict[tuple[int, str], Any] = {}

    def row(self, values: Iterable[Any], styles: Iterable[str]) -> list[Any]:
        """Return the cells of a row; they hold until the next one is asked for."""
        cells = []
        for place, (value, style) in enumerate(zip(values, styles, strict=True)):
            if (place, style) not in self._made:
                self._made[place, style] = cell(self._page, None, style)
            cells.append(_filled(self._made[place, style], value))
        return cells


def _filled(cell: Any, value: Any) -> Any:
    if isinstance(value, str):
        cell.value = safe_text(value)
        cell.data_type = "s"
    elif value is None or pd.isna(value):
        cell.value = None
    elif isinstance(value, float):
        cell.value = float(f"{value:.12g}")  # as in the CSV files: the order of rows moves the rest
    else:
        cell.value = value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
    return cell


def letter(column: int) -> str:
    """Return the letter of a column, the first being 1."""
    from openpyxl.utils import get_column_letter

    return get_column_letter(column)


def set_widths(page: Any, widths: Iterable[float]) -> None:
    """Set the widths of a sheet's columns, in characters."""
    for column, width in enumerate(widths, 1):
        page.column_dimensions[letter(column)].width = width


def set_print(page: Any, *, is_landscape: bool, paper: int, title_rows: str | None = None, most_pages: int = 0) -> None:
    """Set a page up for printing: all columns on one page across, headings on every page, numbered below.

    It prints on `most_pages` at most; 0: as many as it takes.
    """
    page.page_setup.orientation = "landscape" if is_landscape else "portrait"
    page.page_setup.paperSize = paper
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, most_pages
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_margins.left = page.page_margins.right = 0.4
    page.page_margins.top, page.page_margins.bottom, page.page_margins.footer = 0.5, 0.75, 0.3
    page.oddFooter.center.text = "&A  &P / &N"
    if title_rows:
        page.print_title_rows = title_rows


def set_scale(page: Any, *, paper: int, width: float) -> None:
    """Set a page of so many characters up for printing across, page breaks kept where they are."""
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", paper
    page.page_setup.scale = max(10, min(100, int(100 * _CHARACTERS_ON_A4 / width)))
    page.page_margins.left = page.page_margins.right = 0.4
    page.page_margins.top, page.page_margins.bottom, page.page_margins.footer = 0.5, 0.75, 0.3
    page.oddFooter.center.text = "&A  &P / &N"


def height_of(text: str, width: float) -> float:
    """Return the height in points of a text in a column so wide; Chinese characters are two wide and break anywhere."""
    if not text.isascii():
        lines = math.ceil(sum(2 if ord(character) > _FIRST_WIDE else 1 for character in text) / (width - 2))
    else:
        lines = len(textwrap.wrap(text, max(1, int(width) - 2)))
    return (15.0 if text.isascii() else 16.5) * max(1, lines)
