"""Text files of cells between separators, in any encoding, to raw tables."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.errors import HeatnetError
from heatnet.interop.encodings import Decoded, decoded
from heatnet.interop.grids import LOOKED_AT, HeadingRows, heading_rows
from heatnet.interop.titles import kind_in
from heatnet.language import note
from heatnet.schema import ESCAPED_FORMULA, PANDAS_VERSION, ROW, Column, RawTable, TableSpec
from heatnet.schema.findings import all_findings, findings_at
from heatnet.schema.headings import meanings
from heatnet.schema.plain import TEXT_DTYPE
from heatnet.schema.units import STANDARD
from heatnet.schema.years import FIRST_YEAR, LAST_YEAR

# Numbers keep their last digit; from 3.1 on pandas reads them so by itself.
_EXACT_NUMBERS: dict[str, Any] = {} if PANDAS_VERSION >= (3, 1) else {"float_precision": "round_trip"}
# What the parser is told of a column: nothing of numbers. From 3.1 on pandas guesses text much faster than it reads
# what is said to be text, and turns words of categories into numbers, which it must not.
_PARSED: dict[str, Any] = {"digits": str}
if PANDAS_VERSION < (3, 1):
    _PARSED |= {"text": str, "truth": str, "year": str, "words": "category" if PANDAS_VERSION < (3, 0) else str}
# From 3.1 on pandas reads a file part by part without missing rows that are too long, which takes less memory and time.
_BY_PARTS = PANDAS_VERSION >= (3, 1)
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*|[+-]?inf(?:inity)?|nan", re.IGNORECASE)
_TRUTH = re.compile(r"true|false", re.IGNORECASE)
_SEPARATORS = ",;\t|"
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")
_ESCAPED = re.compile(ESCAPED_FORMULA)


def read_csv(file: Path, spec: TableSpec, *, kind: str = "", headings: Mapping[str, str] | None = None) -> RawTable:
    """Return the cells of a text file.

    Parameters
    ----------
    file : Path
        The file.
    spec : TableSpec
        The table that it is read as.
    kind : str
        Of a file of nodes named for what they are: the kind of all.
    headings : mapping, optional
        The user's own headings.

    Raises
    ------
    HeatnetError
        The file cannot be opened, is empty, no text, or no table.
    """
    read = _text_of(file)
    text = read.head
    if not text.strip() and not read.text.strip():
        raise HeatnetError(f"{file} is empty: expected a heading and rows, each {spec.row}")
    separator = _separator(text)
    head = _first_rows(text, separator, file)
    found = heading_rows(head, spec, headings)
    cells = _body(read, separator, found, _kinds(head, found, spec, headings), file)
    cells.index = pd.Index(np.arange(len(cells), dtype=np.int64) + found.first + found.count + 1, name=ROW)
    return RawTable(
        spec.name,
        _without_formula_marks(cells) if b"'" in read.utf8 else cells,
        file=str(file),
        kind=kind or (kind_in(head[: found.first]) if spec.name == "nodes" else ""),
        findings=_findings(read, spec.name),
        encoding=read.encoding,
    )


def _text_of(file: Path) -> Decoded:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise HeatnetError(f"{file} cannot be opened: {error.strerror or error}") from error
    read = decoded(raw)
    if read is None:
        raise HeatnetError(f"{file} is not text: save it as CSV in UTF-8 or in the encoding of your spreadsheet")
    if b"\x00" in read.utf8:
        raise HeatnetError(f"{file} is not text: it holds zero bytes; save it as CSV in UTF-8")
    return read


def _findings(read: Decoded, table: str) -> pd.DataFrame:
    """Return what is doubtful about the text of a file."""
    found = []
    if read.encoding not in ("ascii", "utf-8", "utf-8-sig"):
        said = note("interop.encoding", encoding=read.encoding)
        found.append(findings_at("note", "encoding", table, "", [""], said))
    if read.is_doubtful:
        said = note("interop.encoding_doubtful", encoding=read.encoding)
        found.append(findings_at("warning", "encoding_doubtful", table, "", [""], said))
    if read.is_damaged:
        found.append(findings_at("warning", "text_damaged", table, "", [""], note("interop.text_damaged")))
    return all_findings(found)


def _separator(text: str) -> str:
    """Return the separator: the one that stands most often in the first lines, outside of quotes."""
    lines = [re.sub(r'"[^"]*"', "", line) for line in text[:20_000].splitlines()[:LOOKED_AT]]
    counts = {mark: max((line.count(mark) for line in lines), default=0) for mark in _SEPARATORS}
    return max(_SEPARATORS, key=lambda mark: counts[mark])


def _first_rows(text: str, separator: str, file: Path) -> list[list[str]]:
    """Return the first rows."""
    rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            rows.append([_unescaped(cell.strip()) for cell in row])
            if len(rows) >= LOOKED_AT:
                break
    except csv.Error as error:
        raise HeatnetError(f"{file} is not a table: {error}") from error
    return rows


def _kinds(head: list[list[str]], found: HeadingRows, spec: TableSpec, headings: Mapping[str, str] | None) -> list[str]:
    """Return what each column holds: ``number``, ``year``, ``truth``, ``words`` that come often, ``text``, ``digits``.

    Digits are text whose first rows look like something else; the parser must not make that of it.
    """
    named = meanings(found.texts, spec, headings=headings)
    kinds = ["text" if meant is None else _kind_of(meant.column) for meant in named]
    sample = head[found.first + found.count :]
    return [
        "digits"
        if kind not in ("number", "year") and _is_like_digits([row[at] for row in sample if at < len(row)], kind)
        else kind
        for at, kind in enumerate(kinds)
    ]


def _kind_of(column: Column) -> str:
    if column.type == "number" and column.measure in STANDARD:
        return "year" if column.measure in ("year", "season") else "number"
    return {"truth": "truth", "choice": "words", "date": "words", "number": "digits"}.get(column.type, "text")


def _is_like_digits(cells: list[str], kind: str) -> bool:
    """Return whether text looks like numbers, or like truths where none are meant."""
    if any(_NUMBER.fullmatch(cell) for cell in cells):
        return True
    return kind != "truth" and any(_TRUTH.fullmatch(cell) for cell in cells)


def _body(read: Decoded, separator: str, found: HeadingRows, kinds: list[str], file: Path) -> pd.DataFrame:
    """Return the cells below the heading: numbers as numbers where all are, text as text, often as categories."""
    names = [str(at) for at in range(len(found.texts))]
    dtype = {name: _PARSED[kind] for name, kind in zip(names, kinds, strict=True) if kind in _PARSED}
    options: dict[str, Any] = {
        "sep": separator,
        "header": None,
        "names": names,
        "skiprows": found.first + found.count,  # rows of cells; a heading may hold line breaks
        "skip_blank_lines": False,
        "keep_default_na": False,
        "na_values": [""],
        "index_col": False,
        "low_memory": _BY_PARTS,
        **_EXACT_NUMBERS,
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)
            cells: pd.DataFrame = pd.read_csv(_stream(read), dtype=dtype, **options)
            whole = {**options, "low_memory": False}
            cells = _as_of_one_part(cells, partial(pd.read_csv, **whole), read) if _BY_PARTS else cells
    except pd.errors.EmptyDataError:
        cells = pd.DataFrame({name: pd.Series(dtype=object) for name in names})
    except (pd.errors.ParserError, pd.errors.ParserWarning, ValueError, OverflowError):
        cells = _row_by_row(read.text, separator, found, names, file)
    else:
        guessed = {name: kind for name, kind in zip(names, kinds, strict=True) if name not in dtype}
        cells = _with_text(cells, guessed, partial(pd.read_csv, dtype=str, **whole), read)
    return cells.set_axis(list(found.texts), axis=1)


def _as_of_one_part(cells: pd.DataFrame, read_csv: Any, read: Decoded) -> pd.DataFrame:
    """Return the cells as the parser guesses them from whole columns, where it took parts for different things."""
    mixed = {name: cells[name] for name in cells.columns if cells[name].dtype == object}
    kinds = {name: pd.api.types.infer_dtype(column, skipna=True) for name, column in mixed.items()}
    settled: dict[str, Any] = {name: mixed[name].astype(TEXT_DTYPE) for name, kind in kinds.items() if kind == "string"}
    again = [name for name, kind in kinds.items() if kind not in ("string", "boolean")]
    if again:
        settled |= dict(read_csv(_stream(read), usecols=again).items())
    return cells.assign(**settled) if settled else cells


def _with_text(cells: pd.DataFrame, guessed: Mapping[str, str], read_csv: Any, read: Decoded) -> pd.DataFrame:
    """Return the cells with text as it stands where the parser took it for something else: it is read once more."""
    text: dict[str, Any] = {}
    again = []
    for name, kind in guessed.items():
        column = cells[name]
        if kind == "number" or isinstance(column.dtype, pd.StringDtype) or (kind == "truth" and column.dtype == bool):
            continue
        if kind == "year" and _are_full_years(column):
            continue
        if column.isna().all():
            text[name] = column.astype(TEXT_DTYPE)
        elif kind == "truth" and pd.api.types.infer_dtype(column, skipna=True) == "boolean":
            text[name] = column.astype("boolean")
        else:
            again.append(name)
    if again:
        text |= dict(read_csv(_stream(read), usecols=again).items())
    return cells.assign(**text) if text else cells


def _are_full_years(column: pd.Series[Any]) -> bool:
    """Return whether a column holds full years and nothing else, which are the same as numbers and as text."""
    if column.dtype.kind not in "if":
        return False
    years = column.dropna().to_numpy(dtype=np.float64)
    return bool(((years >= FIRST_YEAR) & (years <= LAST_YEAR) & (years == np.floor(years))).all() and len(years))


def _stream(read: Decoded) -> io.BytesIO:
    stream = io.BytesIO(read.utf8)
    stream.seek(read.start)
    return stream


def _row_by_row(text: str, separator: str, found: HeadingRows, names: list[str], file: Path) -> pd.DataFrame:
    """Return the cells of a table with rows of different length; cells beyond the heading may only be blank."""
    width, rows, too_long = len(names), [], []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for number, row in enumerate(reader, 1):
            if number <= found.first + found.count:
                continue
            if any(cell.strip() for cell in row[width:]):
                too_long.append(number)
            rows.append([cell if cell != "" else None for cell in row[:width]] + [None] * (width - len(row)))
    except csv.Error as error:
        raise HeatnetError(f"{file} is not a table: {error}") from error
    if too_long:
        numbers = ", ".join(map(str, too_long[:5]))
        more = ", ..." if len(too_long) > 5 else ""
        raise HeatnetError(
            f"{file} is not a table: a row has more cells than the heading ({len(too_long)}: row {numbers}{more});"
            " put cells that hold a separator in quotes"
        )
    return pd.DataFrame(rows, columns=names, dtype=object)


def _unescaped(cell: str) -> str:
    return cell[1:] if _ESCAPED.match(cell) else cell


def _without_formula_marks(cells: pd.DataFrame) -> pd.DataFrame:
    """Remove the ' that heatnet writes before text which a spreadsheet would take for a formula."""
    replaced = {}
    for at in range(cells.shape[1]):
        column = cells.iloc[:, at]
        if pd.api.types.is_numeric_dtype(column.dtype):
            continue
        column = column.astype(TEXT_DTYPE) if isinstance(column.dtype, pd.CategoricalDtype) else column
        codes, texts = pd.factorize(column)
        plain = [_unescaped(text) if isinstance(text, str) else text for text in texts.tolist()]
        if plain != texts.tolist():
            words = np.array([*plain, None], dtype=object)
            replaced[at] = pd.Series(words[codes], index=cells.index, dtype=column.dtype)
    if not replaced:
        return cells
    parts = [replaced.get(at, cells.iloc[:, at]) for at in range(cells.shape[1])]
    return pd.concat(parts, axis=1).set_axis(cells.columns, axis=1)
