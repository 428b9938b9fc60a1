"""One project's justification on one sheet of paper, for those who pay: its number is written into a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heatnet.interop.book_writing import asks_whole_number
from heatnet.report.cells import A4, LONGEST_NAME, cell, formula_cell, height_of, letter, set_print, set_widths
from heatnet.report.programme import Sheet
from heatnet.report.words import COLUMNS, column_heading, label

if TYPE_CHECKING:
    from openpyxl import Workbook

_WIDTHS = (22, 74)
_FIRST_ROW = 3  # of the rows of a list: above them stand its caption and its headings
_ASKED = "$B$2"
_LINES = (
    *("project", "job_id", "location", "content", "length_m", "sizes", "problem_said", "evidence", "effect"),
    *("otherwise", "served", "area", "investment", "fund", "owner_of", "contractor", "deadline"),
)


def add_proof_form(book: Workbook, projects: Sheet, proof: Sheet, language: str) -> None:
    """Write the form: what stands in the lists of projects and of justifications under the number in its cell.

    Parameters
    ----------
    book : Workbook
        The workbook, in which both lists stand.
    projects, proof : Sheet
        The two lists, with the same numbers from 1.
    language : str
        The reader's language.
    """
    count = len(proof.table)
    page = book.create_sheet(label("proof_form", language))
    set_widths(page, _WIDTHS)
    set_print(page, is_landscape=False, paper=A4, most_pages=1)
    asks_whole_number(page, _ASKED.replace("$", ""), 1, count)
    page.append([cell(page, label("proof_form_caption", language, count=count), "section"), cell(page, "", "section")])
    page.append([cell(page, column_heading("number", language), "text fact"), cell(page, 1, "asked")])
    lists = [sheet for sheet in (proof, projects) if len(sheet.table)]
    for number, name in enumerate(_LINES, _FIRST_ROW):
        found = next((sheet for sheet in lists if name in sheet.table.columns), None)
        if found is None:
            page.append([cell(page, column_heading(name, language), "text"), cell(page, None, "long")])
            continue
        texts = [text for text in found.table[name].tolist() if isinstance(text, str)]
        page.row_dimensions[number].height = 6 + max((height_of(text, _WIDTHS[1]) for text in texts), default=15.0)
        form = COLUMNS[name].form
        style = "long" if form == "text" else form if form == "long" else f"{form} fact"
        page.append(
            [cell(page, column_heading(name, language), "text"), formula_cell(page, _looked_up(found, name), style)]
        )
    for key in ("prepared", "checked", "approved"):
        page.append([])
        signed = f"{label(key, language)} / {label('date', language)}"
        page.append([cell(page, signed, "text fact"), cell(page, "", "sign here")])


def _looked_up(sheet: Sheet, name: str) -> str:
    """Return the formula of a list's cell in the row of the number asked for; nothing where the cell is empty."""
    columns, last = list(sheet.table.columns), _FIRST_ROW + len(sheet.table) - 1
    title = sheet.title[:LONGEST_NAME].replace("'", "''")

    def cells(column: str) -> str:
        place = letter(columns.index(column) + 1)
        return f"'{title}'!${place}${_FIRST_ROW}:${place}${last}"

    found = f"INDEX({cells(name)},MATCH({_ASKED},{cells('number')},0))"
    return f'=IF({found}="","",{found})'
