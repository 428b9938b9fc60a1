"""Rows of a table as the lines of a CSV file: days without time, whole numbers without a point, no formulas."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import AnyInts, Floats
from heatnet.inventory.digits import BREAK, COMMA, Words, lines_of_words, words_of, words_of_numbers
from heatnet.schema import FORMULA

ROWS_AT_ONCE = 16_384  # the texts of more rows would fill the memory
_LOOKED_AT = 512  # so many cells tell whether a column repeats itself
_MOST_WHOLE = 2**53  # beyond it a double no longer holds every whole number
_TWELVE_DIGITS = 1e12
_ANY_FORMULA = re.compile(FORMULA)
_NO_BREAK = re.compile("[\r\x00]")
_BREAK = re.compile("\r\n|[\r\n\x00]")  # would end a row, for some readers even between quotes


def lines_of(table: pd.DataFrame, *, exact: bool = False, keeps_breaks: bool = False) -> Iterator[bytes]:
    """Yield the text of a CSV file in UTF-8, the line of headings first, then many rows at a time.

    Parameters
    ----------
    table : DataFrame
        Its index is written where it has a name.
    exact : bool
        Numbers with all their digits; otherwise with twelve.
    keeps_breaks : bool
        Line breaks within cells stay; otherwise they become blanks.

    Examples
    --------
    >>> table = pd.DataFrame({"street": ["North, 1", "=1+1"], "length_m": [0.1 + 0.2, 5.0]})
    >>> print(b"".join(lines_of(table)).decode(), end="")
    street,length_m
    "North, 1",0.3
    '=1+1,5
    """
    columns = [table.index.to_series()] if table.index.name is not None else []
    columns += [table.iloc[:, place] for place in range(table.shape[1])]
    names = [table.index.name] * (table.index.name is not None) + list(table.columns)
    yield _lines([_quoted(safe_text([str(name)])) for name in names])
    whole = [exact and _is_whole(column) for column in columns]
    for first in range(0, len(table), ROWS_AT_ONCE):
        rows = slice(first, first + ROWS_AT_ONCE)
        yield _lines(
            [
                _written(column.iloc[rows], exact and not is_whole, keeps_breaks)
                for column, is_whole in zip(columns, whole, strict=True)
            ]
        )


def safe_text(cells: list[str], keeps_breaks: bool = False) -> list[str]:
    """Return cells that stay one cell each and that no spreadsheet takes for a formula."""
    together = "\n".join(cells)
    if any(first == "'" or _ANY_FORMULA.match(first) for first in {cell[:1] for cell in cells}):
        cells = ["'" + cell if _ANY_FORMULA.match(cell) else cell for cell in cells]
    if "\r" in together or "\x00" in together or together.count("\n") >= len(cells):
        cells = [(_NO_BREAK if keeps_breaks else _BREAK).sub(" ", cell) for cell in cells]
    return cells


def _lines(columns: list[list[str] | Words]) -> bytes:
    """Return rows as text in UTF-8; a row that is one empty cell is no blank line."""
    parts: list[list[bytes]] = []
    for is_words, run in itertools.groupby(columns, key=lambda column: isinstance(column, np.ndarray)):
        if is_words:
            parts.append(lines_of_words(cast(list[Words], list(run))))
        else:
            parts += map(_encoded, cast(Iterator[list[str]], run))
    if len(columns) == 1:
        return b"".join([cell + BREAK if cell else b'""\n' for cell in parts[0]])
    return b"\n".join([*map(COMMA.join, zip(*parts, strict=True)), b""])


def _encoded(cells: list[str]) -> list[bytes]:
    """Return cells in UTF-8; what it cannot hold is written as an escape."""
    together = "\n".join(cells)
    if together.count("\n") < len(cells):
        return together.encode("utf-8", errors="backslashreplace").split(BREAK)
    return [cell.encode("utf-8", errors="backslashreplace") for cell in cells]


def _written(values: pd.Series[Any], exact: bool, keeps_breaks: bool) -> list[str] | Words:
    """Return the cells of a column as they are written: as text, or as words that begin with a comma."""
    dtype = values.dtype
    if pd.api.types.is_datetime64_any_dtype(dtype):
        codes, days = pd.factorize(values)
        return _taken(list(pd.DatetimeIndex(days).strftime("%Y-%m-%d")), codes)
    if pd.api.types.is_bool_dtype(dtype):
        return _taken(["false", "true"], values.astype("boolean").astype("Int8").fillna(-1).to_numpy(dtype=np.intp))
    if pd.api.types.is_float_dtype(dtype):
        if exact and isinstance(dtype, np.dtype) and dtype != np.float64:  # with the digits of its own type
            return list(np.where(values.isna(), "", values.to_numpy().astype(str)).tolist())
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return _all_digits_of(numbers) if exact else words_of_numbers(numbers, _twelve_digits)
    if isinstance(dtype, np.dtype) and dtype.kind in "iu":
        numbers = values.to_numpy(dtype=np.float64)
        is_small = bool((np.abs(numbers) < _TWELVE_DIGITS).all())
        return words_of_numbers(numbers, _twelve_digits) if is_small else list(map(str, values.tolist()))
    return _texts(values, keeps_breaks)


def _texts(values: pd.Series[Any], keeps_breaks: bool) -> list[str] | Words:
    """Return the cells of a column of text, each different one made safe and quoted once where it repeats itself."""
    is_number = pd.api.types.is_numeric_dtype(values.dtype)
    is_text = not is_number and pd.api.types.infer_dtype(values, skipna=True) == "string"
    if is_text and _repeats(values):
        codes, distinct = pd.factorize(values)
        words = _quoted(safe_text([str(word) for word in distinct], keeps_breaks))
        if not any("\n" in word for word in words):
            return _taken(words, codes)
    is_missing = values.isna().to_numpy()
    cells = values.to_numpy(dtype=object)
    cells = np.where(is_missing, "", cells) if is_missing.any() else cells
    texts = [str(cell) for cell in cells.tolist()] if is_number or not is_text else cells.tolist()
    return texts if is_number else _quoted(safe_text(texts, keeps_breaks))


def _repeats(values: pd.Series[Any] | npt.NDArray[Any]) -> bool:
    """Return whether a column repeats itself often."""
    return len(values) >= _LOOKED_AT and len(pd.unique(values[:_LOOKED_AT])) <= _LOOKED_AT // 2


def _taken(texts: list[str], codes: AnyInts) -> Words:
    """Return the text of each code; that of -1, a missing value, is empty."""
    return words_of([*texts, ""]).take(codes, axis=0)


def _quoted(cells: list[str]) -> list[str]:
    """Return cells between quotes where they hold what ends a cell."""
    together = "\n".join(cells)
    if '"' not in together and together.count("\n") < len(cells):
        return [f'"{cell}"' if "," in cell else cell for cell in cells] if "," in together else cells
    return [
        '"' + cell.replace('"', '""') + '"' if "," in cell or '"' in cell or "\n" in cell else cell for cell in cells
    ]


def _all_digits_of(numbers: Floats) -> list[str] | Words:
    """Return each number with all its digits."""
    if not _repeats(numbers):
        return _all_digits(numbers)
    codes, distinct = pd.factorize(numbers)
    return _taken(_all_digits(distinct), codes)


def _all_digits(numbers: Floats) -> list[str]:
    return ["" if np.isnan(number) else repr(number) for number in numbers.tolist()]


def _twelve_digits(numbers: Floats) -> list[str]:
    """Return each number as text: that nearest to it that has twelve digits, in the shortest way to write it.

    Exact powers of ten (up to 10**22) scale a number to twelve digits before the point. What is smaller than 10**-11,
    or has more than twelve digits before the point, keeps its digits.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        power = 11 - np.floor(np.log10(np.abs(numbers)))
        is_scaled = (power >= 0) & (power <= 22)
        scale = 10.0 ** np.where(is_scaled, power, 0)
        short = np.where(is_scaled, np.rint(numbers * scale) / scale, numbers) + 0.0  # no -0
    texts = [f"{number:.12g}" for number in short.tolist()]
    for place in np.flatnonzero(~(is_scaled & (np.abs(short) < _TWELVE_DIGITS)) & (short != 0)).tolist():
        number = float(short[place])
        is_whole = number.is_integer() and abs(number) < _MOST_WHOLE
        texts[place] = "" if np.isnan(number) else str(int(number)) if is_whole else repr(number)
    return texts


def _is_whole(values: pd.Series[Any]) -> bool:
    """Return whether a column of numbers with a point holds whole numbers alone."""
    if not pd.api.types.is_float_dtype(values.dtype):
        return False
    known = values.dropna()
    return bool(len(known) and (known % 1 == 0).all() and known.abs().max() < _MOST_WHOLE)
