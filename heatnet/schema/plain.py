"""Cells of every type that pandas knows, as text, numbers, days or truths of the plain types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Ints

PANDAS_VERSION = tuple(int(part) for part in pd.__version__.split(".")[:2])
TEXT_DTYPE: Any = "str" if PANDAS_VERSION >= (3, 0) else object
_WHOLE = float(2**53)

# Text that a spreadsheet would take for a formula is written with a leading ', which is removed when read.
_FORMULA_STARTS = r"=+@\t\r\n＝＋－＠\-"
FORMULA = f"^'*[{_FORMULA_STARTS}]"
ESCAPED_FORMULA = f"^'+[{_FORMULA_STARTS}]"


def plain_cells(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return the cells in one of the plain types: numbers, truths, days without time zone, else text or objects.

    Categories that are no texts become what they stand for; Arrow's types, sparse ones, periods likewise.
    """
    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        if _is_text(dtype.categories):
            return values
        return plain_cells(values.astype(dtype.categories.dtype if len(dtype.categories) else object))
    if isinstance(dtype, pd.SparseDtype):
        return plain_cells(values.astype(dtype.subtype))
    if isinstance(dtype, pd.ArrowDtype):
        return _from_arrow(values)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return pd.Series(values.dt.tz_localize(None))
    if isinstance(dtype, pd.PeriodDtype):
        return pd.Series(values.dt.to_timestamp())
    if pd.api.types.is_complex_dtype(dtype):
        return pd.Series(values.astype(object))
    return values


def _from_arrow(values: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_bool_dtype(values.dtype):
        return pd.Series(values.astype("boolean"))
    if pd.api.types.is_numeric_dtype(values.dtype):
        return pd.Series(values.to_numpy(dtype=np.float64, na_value=np.nan), index=values.index)
    return pd.Series(values.astype(object))


def text_values(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return the cells as stripped text, whole numbers without a decimal point, empty cells as missing.

    Examples
    --------
    >>> text_values(pd.Series([" S1 ", 12.0, "", None])).fillna("missing").tolist()
    ['S1', '12', 'missing', 'missing']
    """
    codes, uniques = distinct(values)
    return taken(codes, uniques, values.index)


def taken(codes: Ints, uniques: list[str], index: pd.Index[Any] | None = None) -> pd.Series[Any]:
    """Return the texts at these places of the list, missing where the place is -1."""
    if TEXT_DTYPE == "str":
        of_arrow = pd.array(np.array(uniques, dtype=object), dtype=TEXT_DTYPE)
        return pd.Series(of_arrow.take(codes, allow_fill=True), index=index)
    words = np.empty(len(uniques) + 1, dtype=object)
    words[:-1], words[-1] = uniques, None
    texts: pd.Series[Any] = pd.Series(words[codes], index=index, dtype=TEXT_DTYPE)
    return texts


def distinct(values: pd.Series[Any]) -> tuple[Ints, list[str]]:
    """Return, per cell, its place in the list of different stripped texts (-1: empty), and that list."""
    codes, texts, _ = told_apart(values)
    return codes, texts


def told_apart(values: pd.Series[Any]) -> tuple[Ints, list[str], bool]:
    """Return what `distinct` does, and whether the cells are text in standard form that needed no cleaning at all."""
    plain = plain_cells(values)
    is_standard = TEXT_DTYPE == "str" and plain.dtype == TEXT_DTYPE
    if _is_text(plain):
        codes, found = pd.factorize(plain)
        cells = found.tolist()
    else:
        cells, codes = _objects_as_text(plain)
    if not _are_whole(cells):
        return (*distinct(_with_whole_letters(plain)), False)
    if "" not in cells and has_no_space("".join(cells)):
        return codes.astype(np.int64), cells, is_standard
    stripped = [cell.strip() for cell in cells]
    if stripped == cells and "" not in stripped:
        return codes.astype(np.int64), stripped, is_standard
    again, texts = pd.factorize(np.array([*stripped, ""], dtype=object))
    kept = [text for text in texts.tolist() if text]
    place = {text: at for at, text in enumerate(kept)}
    places = np.array([place.get(text, -1) for text in texts.tolist()], dtype=np.int64)
    return np.where(codes < 0, -1, places[again[codes]]), kept, False


def are_plain_ids(values: pd.Series[Any], may_hold: Callable[[list[str]], bool]) -> bool:
    """Return whether all cells that are not empty are text of ASCII that needs no cleaning.

    Letters and digits alone are seen at once; others are asked for by `may_hold`.
    """
    if values.dtype != TEXT_DTYPE or not _is_text(values):
        return False
    if TEXT_DTYPE == "str" and (values.str.isalnum() & values.str.isascii() | values.isna()).all():
        return True
    cells: list[Any] = values[values.notna().to_numpy(dtype=bool)].to_numpy(dtype=object).tolist()
    together = "".join(cells)
    if not together.isascii() or not has_no_space(together) or "" in cells:
        return False
    return together.isalnum() or may_hold(cells)


def ascends(values: pd.Series[Any]) -> bool:
    """Return whether each text comes behind the one before it, so that none stands twice and none is missing.

    Examples
    --------
    >>> ascends(pd.Series(["S1", "S2"])), ascends(pd.Series(["S1", "S1"])), ascends(pd.Series(["S1", None]))
    (True, False, False)
    """
    if not _is_text(values) or values.isna().any():
        return False
    return bool((values.iloc[1:].array > values.iloc[:-1].array).all())


def has_no_space(text: str) -> bool:
    """Return whether a text holds no white space, which is told much faster of many texts together."""
    return len(text.split(maxsplit=1)) <= 1 and text == text.strip()


def _are_whole(texts: list[str]) -> bool:
    """Return whether no text holds half of a letter, which no file can hold and pandas takes for any other half."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return False
    return True


def whole_letters(text: str) -> str:
    """Return a text with halves of letters (surrogates) joined, or marked as unreadable (U+FFFD)."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _with_whole_letters(plain: pd.Series[Any]) -> pd.Series[Any]:
    """Return the cells as text with whole letters alone."""
    words = [cell_text(cell) for cell in plain.to_numpy(dtype=object)]
    whole = [word and whole_letters(word) for word in words]
    return pd.Series(whole, index=plain.index, dtype=object)


def _is_text(plain: pd.Series[Any] | pd.Index[Any]) -> bool:
    if isinstance(plain.dtype, pd.CategoricalDtype):
        return _is_text(plain.dtype.categories)
    if isinstance(plain.dtype, pd.StringDtype):
        return True
    return plain.dtype == object and pd.api.types.infer_dtype(plain, skipna=True) in ("string", "empty")


def _objects_as_text(plain: pd.Series[Any]) -> tuple[list[str], Ints]:
    """Return the different cells as text, and the place of each cell; numbers are told apart before they are worded."""
    if plain.dtype == object:
        words = [cell_text(cell) for cell in plain.to_numpy(dtype=object)]
        codes, found = pd.factorize(np.array([None if word is None else word for word in words], dtype=object))
        return found.tolist(), codes.astype(np.int64)
    codes, numbers = pd.factorize(plain)
    return [cell_text(cell) or "" for cell in numbers.tolist()], codes.astype(np.int64)


def cell_text(cell: Any) -> str | None:
    """Return the text of one cell, ``None`` where it is empty.

    Examples
    --------
    >>> cell_text(12.0), cell_text(0.5), cell_text(float("nan")), cell_text([1])
    ('12', '0.5', None, '[1]')
    """
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return None
    if isinstance(cell, (float, np.floating)):
        number = float(cell)
        if number != number:
            return None
        return str(int(number)) if number.is_integer() and abs(number) < _WHOLE else str(cell)
    if isinstance(cell, np.datetime64 | np.timedelta64) and np.isnat(cell):
        return None
    if isinstance(cell, bytes):
        cell = cell.decode("utf-8", "replace")
    return str(cell)
