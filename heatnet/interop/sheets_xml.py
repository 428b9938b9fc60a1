"""What a workbook's own files say beside the values of cells: hidden rows, merged cells, formulas without a value."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from heatnet.errors import HeatnetError

_MOST_BYTES = 3_000_000_000  # of one sheet unpacked
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_NUMBER = re.compile(rb'\br="(\d+)"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\b[^>]*\br="([A-Z]+\d+)"[^>]*>\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>'
)
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^>]*)/?>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)/?>")
_NAMED = re.compile(rb'\bname="([^"]*)"')
_REFERS = re.compile(rb'\b\w+:id="([^"]*)"')
_ID, _TARGET = re.compile(rb'\bId="([^"]*)"'), re.compile(rb'\bTarget="([^"]*)"')
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}


@dataclass(frozen=True, slots=True)
class SheetMarks:
    """What a sheet says beside its values.

    Attributes
    ----------
    hidden : tuple of int
        Numbers of hidden rows.
    merged : tuple of (top, left, bottom, right)
        Merged cells, rows and columns counted from 0.
    without_value : tuple of str
        Cells whose formula has no stored value.
    n_cells_spanned : int
        Rows times columns up to the last cell.
    last_cell : str
        The last cell.
    """

    hidden: tuple[int, ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    without_value: tuple[str, ...] = ()
    n_cells_spanned: int = 0
    last_cell: str = ""


def sheet_marks(file: Path) -> dict[str, SheetMarks]:
    """Return the marks of each sheet of a workbook by the sheet's name.

    Raises
    ------
    HeatnetError
        The file cannot be opened, or is no workbook.
    """
    try:
        with zipfile.ZipFile(file) as package:
            return {name: _marks(package, part, file) for name, part in _parts(package).items()}
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        if isinstance(error, HeatnetError):
            raise
        raise HeatnetError(
            f"{file} is not a workbook that can be read (damaged, or with a password): {error}"
        ) from error
    except OSError as error:
        raise HeatnetError(f"{file} cannot be opened: {error.strerror or error}") from error


def _parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Return the file of each sheet inside the package."""
    relations = {}
    for relation in _RELATION.findall(package.read("xl/_rels/workbook.xml.rels")):
        name, target = _ID.search(relation), _TARGET.search(relation)
        if name and target:
            path = target[1].decode("utf-8", "replace")
            relations[name[1]] = path.lstrip("/") if path.startswith("/") else f"xl/{path}"
    parts = {}
    for sheet in _SHEET.findall(package.read("xl/workbook.xml")):
        name, refers = _NAMED.search(sheet), _REFERS.search(sheet)
        if name and refers and refers[1] in relations:
            parts[_plain(name[1].decode("utf-8", "replace"))] = relations[refers[1]]
    return parts


def _plain(text: str) -> str:
    for entity, letter in _ENTITIES.items():
        text = text.replace(entity, letter)
    return text


def _marks(package: zipfile.ZipFile, part: str, file: Path) -> SheetMarks:
    if part not in package.namelist() or "worksheets" not in part:
        return SheetMarks()
    if package.getinfo(part).file_size > _MOST_BYTES:
        raise HeatnetError(f"{file} holds a sheet of more than {_MOST_BYTES // 10**9} GB; save it as CSV")
    xml = package.read(part)
    rows = [(_NUMBER.search(row), _HIDDEN.search(row)) for row in _ROW.findall(xml)] if b"hidden=" in xml else []
    hidden = tuple(int(number[1]) for number, is_hidden in rows if number and is_hidden)
    merged = tuple(
        (int(top) - 1, _column(left), int(bottom) - 1, _column(right))
        for left, top, right, bottom in _MERGED.findall(xml)
    )
    without = tuple(cell.decode() for cell in _FORMULA.findall(xml)) if b"<f" in xml or b":f" in xml else ()
    last_row, last_column = _last(xml)
    return SheetMarks(hidden, merged, without, last_row * last_column, f"row {last_row}, column {last_column}")


def _last(xml: bytes) -> tuple[int, int]:
    """Return the last row and column in which a cell stands."""
    row = column = 0
    widest = b""
    for letters, number in _CELL.findall(xml):
        row = max(row, int(number))
        if (len(letters), letters) > (len(widest), widest):
            widest = letters
            column = _column(letters) + 1
    return row, column


def _column(letters: bytes) -> int:
    """Return the place of a column, A being 0."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1
