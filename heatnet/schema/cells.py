"""One reader per column type: cells to values, which cells cannot be read, and what is wrong with them."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import numpy as np
import pandas as pd

from heatnet.schema.columns import Column

PANDAS_VERSION = tuple(int(part) for part in pd.__version__.split(".")[:2])
_TEXT_DTYPE: Any = "str" if PANDAS_VERSION >= (3, 0) else object

# Text that a spreadsheet would take for a formula is written with a leading ', which is removed when read.
_FORMULA_STARTS = r"=+@\t\r\n＝＋－＠\-"
FORMULA = f"^'*[{_FORMULA_STARTS}]"
ESCAPED_FORMULA = f"^'+[{_FORMULA_STARTS}]"

UNKNOWN_WORDS = frozenset({"", "na", "n/a", "nan", "nat", "none", "null", "<na>", "#n/a"})
TRUTH_WORDS = {
    **dict.fromkeys(("true", "1", "1.0", "yes", "y", "t", "是", "有", "真"), True),
    **dict.fromkeys(("false", "0", "0.0", "no", "n", "f", "否", "无", "假"), False),
}

Reading = tuple[Any, np.ndarray[Any, Any], str]


def text_values(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return the cells as stripped text, whole numbers without a decimal point, empty cells as missing.

    Examples
    --------
    >>> text_values(pd.Series([" S1 ", 12.0, "", None])).fillna("missing").tolist()
    ['S1', '12', 'missing', 'missing']
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if pd.api.types.is_numeric_dtype(values.dtype) or values.dtype == object:
        cells = [_cell_text(cell) for cell in values.astype(object)]
        series: pd.Series[Any] = pd.Series(cells, index=values.index, dtype=_TEXT_DTYPE)
        return series
    stripped = values.astype(_TEXT_DTYPE).str.strip()
    return stripped.mask(stripped == "")


def _cell_text(cell: Any) -> str | None:
    if cell is None or cell is pd.NA or cell != cell:
        return None
    if isinstance(cell, (float, np.floating)) and float(cell).is_integer():
        cell = int(cell)
    return str(cell).strip() or None


def _read_text(values: pd.Series[Any], column: Column) -> Reading:
    text = text_values(values)
    return text, np.zeros(len(text), dtype=bool), ""


def _read_choice(values: pd.Series[Any], column: Column) -> Reading:
    words = {other.casefold(): word for word, others in column.choices.items() for other in (word, *others)}
    codes, uniques = pd.factorize(text_values(values))
    read = np.array([words.get(str(unique).casefold()) for unique in uniques] + [None], dtype=object)
    cells = read[codes]
    bad = (codes >= 0) & np.array([cell is None for cell in read], dtype=bool)[codes]
    if column.default is not None:
        cells = np.where(codes < 0, column.default, cells)
    text: pd.Series[Any] = pd.Series(cells, dtype=_TEXT_DTYPE)
    return text, bad, f"must be one of {', '.join(column.choices)}"


def _read_number(values: pd.Series[Any], column: Column) -> Reading:
    if pd.api.types.is_bool_dtype(values.dtype):
        numbers = np.full(len(values), np.nan)
        bad = values.notna().to_numpy(dtype=bool)
    elif pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        bad = np.isinf(numbers)
    else:
        text = text_values(values)
        numbers = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        unknown = text.isna().to_numpy(dtype=bool) | text.str.casefold().isin(UNKNOWN_WORDS).to_numpy(dtype=bool)
        bad = (np.isnan(numbers) & ~unknown) | np.isinf(numbers)
    what = "must be a number"
    if column.above is not None:
        bad, what = bad | (numbers <= column.above), f"must be a number above {column.above:g}"
    if column.least is not None:
        bad, what = bad | (numbers < column.least), f"must be a number of {column.least:g} or more"
    numbers = np.where(bad, np.nan, numbers)
    if column.default is not None:
        numbers = np.where(np.isnan(numbers), float(column.default), numbers)
    return numbers, bad, what


def _read_truth(values: pd.Series[Any], column: Column) -> Reading:
    if pd.api.types.is_bool_dtype(values.dtype) and values.dtype != object:
        nullable = values.astype("boolean")
        given: Any = nullable if column.default is None else nullable.fillna(bool(column.default)).astype(bool)
        return given.array, np.zeros(len(values), dtype=bool), ""
    codes, uniques = pd.factorize(text_values(values))
    folded = [str(unique).casefold() for unique in uniques]
    known = np.array([word in TRUTH_WORDS or word in UNKNOWN_WORDS for word in folded] + [True])
    truths = np.array([TRUTH_WORDS.get(word) for word in folded] + [None], dtype=object)[codes]
    bad = ~known[codes]
    if column.default is None:
        return pd.array(truths, dtype="boolean"), bad, "must be true or false"
    filled = np.array([column.default if truth is None else truth for truth in truths], dtype=bool)
    return filled, bad, "must be true or false"


_PLAIN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY = re.compile(r"\d{4}(-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\d{4})([T ].*)?")


def _read_date(values: pd.Series[Any], column: Column) -> Reading:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        days = values.dt.tz_localize(None) if values.dt.tz is not None else values
        return days.dt.normalize().to_numpy().astype("datetime64[s]"), np.zeros(len(values), dtype=bool), ""
    codes, uniques = pd.factorize(text_values(values))
    days = np.append(_days([str(unique) for unique in uniques]), np.datetime64("NaT", "s"))
    known = np.array([str(unique).casefold() in UNKNOWN_WORDS for unique in uniques] + [True])
    read = days[codes]
    return read, np.isnat(read) & ~known[codes], "must be a date such as 2025-11-03"


def _days(texts: list[str]) -> np.ndarray[Any, Any]:
    """Return the day of each text, all at once where all are plain dates."""
    if all(map(_PLAIN_DAY.fullmatch, texts)):
        with contextlib.suppress(ValueError):
            return np.array(texts, dtype="datetime64[D]").astype("datetime64[s]")
    return np.array([_day(text) for text in texts], dtype="datetime64[s]")


def _day(text: str) -> np.datetime64:
    """Return the day of an ISO 8601 date (also with slashes, also with a time behind), NaT if it is none."""
    if not _DAY.fullmatch(text):
        return np.datetime64("NaT", "s")
    day = re.split("[T ]", text)[0].replace("/", "-")
    if "-" in day:
        year, month, number = day.split("-")
        day = f"{year}{month:0>2}{number:0>2}"
    try:
        return np.datetime64(f"{day[:4]}-{day[4:6]}-{day[6:]}", "s")
    except ValueError:
        return np.datetime64("NaT", "s")


READERS = {
    "id": _read_text,
    "reference": _read_text,
    "text": _read_text,
    "choice": _read_choice,
    "number": _read_number,
    "truth": _read_truth,
    "date": _read_date,
}
