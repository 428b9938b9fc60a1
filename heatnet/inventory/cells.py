"""Rows of a table as the lines of a CSV file: days without time, whole numbers without a point, no formulas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats
from heatnet.schema import FORMULA

ROWS_AT_ONCE = 8192  # the texts of more rows would fill the memory
_LOOKED_AT = 512  # so many cells tell whether a column repeats itself
_MOST_WHOLE = 2**53  # beyond it a double no longer holds every whole number
_THIRTEEN_DIGITS = 1e12
_ANY_FORMULA = re.compile(FORMULA, re.MULTILINE)
_NO_BREAK = re.compile("[\r\x00]")
_BREAK = re.compile("\r\n|[\r\n\x00]")  # would end a row, for some readers even between quotes


def lines_of(table: pd.DataFrame, *, exact: bool = False, keeps_breaks: bool = False) -> Iterator[str]:
    """Yield the text of a CSV file, the line of headings first, then many rows at a time.

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
    >>> print("".join(lines_of(table)), end="")
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
    if _ANY_FORMULA.search(together):
        cells = ["'" + cell if _ANY_FORMULA.match(cell) else cell for cell in cells]
    if "\r" in together or "\x00" in together or together.count("\n") >= len(cells):
        cells = [(_NO_BREAK if keeps_breaks else _BREAK).sub(" ", cell) for cell in cells]
    return cells


def _lines(columns: list[list[str]]) -> str:
    """Return rows as text; a row that is one empty cell is no blank line."""
    if len(columns) == 1:
        return "".join(f"{cell}\n" if cell else '""\n' for cell in columns[0])
    return "".join([f"{line}\n" for line in map(",".join, zip(*columns, strict=True))])


def _written(values: pd.Series[Any], exact: bool, keeps_breaks: bool) -> list[str]:
    """Return the cells of a column as they are written."""
    dtype = values.dtype
    if pd.api.types.is_datetime64_any_dtype(dtype):
        codes, days = pd.factorize(values)
        return _taken([*pd.DatetimeIndex(days).strftime("%Y-%m-%d"), ""], codes)
    if pd.api.types.is_bool_dtype(dtype):
        truths = np.where(values.isna(), "", values.map({True: "true", False: "false"}).to_numpy(dtype=object))
        return list(truths.tolist())
    if pd.api.types.is_float_dtype(dtype):
        if exact and isinstance(dtype, np.dtype) and dtype != np.float64:  # with the digits of its own type
            return list(np.where(values.isna(), "", values.to_numpy().astype(str)).tolist())
        return _worded(values.to_numpy(dtype=np.float64, na_value=np.nan), _all_digits if exact else _twelve_digits)
    if isinstance(dtype, np.dtype) and dtype.kind in "iu":
        return _worded(values.to_numpy(), lambda numbers: list(map(str, numbers.tolist())))
    cells = np.where(values.isna(), "", values.to_numpy(dtype=object))
    texts = [str(cell) for cell in cells.tolist()]
    return texts if pd.api.types.is_numeric_dtype(dtype) else _quoted(safe_text(texts, keeps_breaks))


def _worded(numbers: npt.NDArray[Any], word: Callable[[npt.NDArray[Any]], list[str]]) -> list[str]:
    """Return numbers as text, each different one worded once where a column repeats itself."""
    if len(numbers) < _LOOKED_AT or len(pd.unique(numbers[:_LOOKED_AT])) > _LOOKED_AT // 2:
        return word(numbers)
    codes, distinct = pd.factorize(numbers)
    return _taken([*word(distinct), ""], codes)


def _taken(texts: list[str], codes: Any) -> list[str]:
    """Return the text of each code; -1, a missing value, is the last one."""
    taken: list[str] = np.array(texts, dtype=object)[codes].tolist()
    return taken


def _quoted(cells: list[str]) -> list[str]:
    """Return cells between quotes where they hold what ends a cell."""
    together = "\n".join(cells)
    if '"' not in together and "," not in together and together.count("\n") < len(cells):
        return cells
    return [
        '"' + cell.replace('"', '""') + '"' if "," in cell or '"' in cell or "\n" in cell else cell for cell in cells
    ]


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
    for place in np.flatnonzero(~(is_scaled & (np.abs(short) < _THIRTEEN_DIGITS)) & (short != 0)).tolist():
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
