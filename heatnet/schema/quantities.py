"""Numbers with units as people write them, to the unit in the column's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan

from heatnet.schema.folding import folded_cell
from heatnet.schema.units import factor_of
from heatnet.schema.vocabulary import folded_cells

_NUMBER = r"[-+−]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?"
_FULL = re.compile(_NUMBER)
_PLAIN = re.compile(rf"^({_NUMBER})\s*(.*)$")
_THOUSANDS = re.compile(
    r"^([-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?|\d{1,3}(?:'\d{3})+)(?![\d,])\s*(.*)$"
)
_DECIMAL_COMMA = re.compile(r"^([-+]?\d+),(\d+)(?![\d,.])\s*(.*)$")
_IS_DECIMAL = re.compile(r"^[-+]?(?:0,\d+|\d+,\d{1,2}|\d{4,},\d+|\d+,\d{4,})(?![\d,])")
_BETWEEN = re.compile(rf"^({_NUMBER})\s*(\D*?)\s*(?:~|-|–|—|至|到|\.\.\.|…)\s*(\d+(?:\.\d+)?)\s*(\D*)$")
_CLOCK = re.compile(r"^(\d{1,3})\s*(?:小时|时|h|ч)\s*(\d{1,2})\s*(?:分钟?|min|m|мин)?$")
_TIME = re.compile(r"^\d{1,2}:\d{2}(?::\d{2})?$")
_ROUND = re.compile(r"\(.*?\)$")


@dataclass(frozen=True, slots=True)
class Number:
    """What a cell says of a number.

    Attributes
    ----------
    value : float
        In the standard unit; not a number where none is known or read.
    how : str
        Empty: as written. ``about``, ``range``, ``decimal_comma``, ``clock``, ``short_year``, ``decade``, ``serial``,
        ``metres``, ``outer``: read, with a doubt. ``impossible``: stands for unknown. ``unreadable``,
        ``foreign_unit``, ``age_or_year``: cannot be read.
    """

    value: float
    how: str = ""


def numbers_of(cells: Sequence[str], measure: str, factor: float = 1.0) -> list[Number]:
    """Return the number that each cell names, in the standard unit of the measure.

    Parameters
    ----------
    cells : sequence of str
        The different cells of a column, none of them empty.
    measure : str
        What is measured; says which units are understood.
    factor : float
        Of the unit of the whole column (from its heading), for cells that name none of their own.

    Examples
    --------
    >>> [one.value for one in numbers_of(["1,150", "150米", "1.2km", "１５０", "1 150"], "length")]
    [1150.0, 150.0, 1200.0, 150.0, 1150.0]
    >>> numbers_of(["约150"], "length"), numbers_of(["15~17℃"], "temperature")
    ([Number(value=150.0, how='about')], [Number(value=16.0, how='range')])
    """
    texts = [folded_cell(cell) for cell in cells]
    comma_is_decimal = any(map(_IS_DECIMAL.match, texts))
    return [_number(text, measure, factor, comma_is_decimal) for text in texts]


def _number(text: str, measure: str, factor: float, comma_is_decimal: bool) -> Number:
    if _FULL.fullmatch(text):
        return _finite(float(text.replace("−", "-")) * factor, "")
    bare, is_rough = _without_marks(text)
    if comma_is_decimal and (found := _DECIMAL_COMMA.match(bare)):
        bare, doubt = f"{found[1]}.{found[2]}{found[3]}", "decimal_comma" if len(found[2]) == 3 else ""
    else:
        doubt = ""
    doubt = "about" if is_rough else doubt
    if found := _THOUSANDS.match(bare):
        digits = re.sub(r"[ ']|,(?=\d{3})", "", found[1]).replace(",", ".")
        return _with_unit(digits, found[2], measure, factor, doubt)
    if measure == "hours" and (found := _CLOCK.match(bare)):
        return Number(float(found[1]) + float(found[2]) / 60, doubt)
    if measure == "hours" and _TIME.match(bare):
        return Number(nan, "time_of_day")
    if found := _BETWEEN.match(bare):
        return _middle(found, measure, factor)
    if found := _PLAIN.match(bare):
        return _with_unit(found[1], found[2], measure, factor, doubt)
    return Number(nan, "unreadable")


def _without_marks(text: str) -> tuple[str, bool]:
    """Return the text without the words for "about" before and behind it, and whether there were any."""
    marks = sorted(folded_cells("approximate") - {""}, key=len, reverse=True)
    bare = text
    for mark in marks:
        bare = bare.removeprefix(mark).strip() if bare.startswith(mark) else bare
        bare = bare.removesuffix(mark).strip() if bare.endswith(mark) else bare
    return bare, bare != text


def _with_unit(digits: str, unit: str, measure: str, factor: float, doubt: str) -> Number:
    unit = unit.strip()
    if unit and factor_of(unit, measure) is None:
        unit, doubt = _ROUND.sub("", unit).strip(), doubt or "about"  # 150(估)
    own = factor if not unit else factor_of(unit, measure)
    if own is None:
        return Number(nan, "foreign_unit")
    return _finite(float(digits.replace("−", "-")) * own, doubt)


def _middle(found: re.Match[str], measure: str, factor: float) -> Number:
    """Return the middle of a range."""
    unit = (found[4] or found[2]).strip()
    own = factor if not unit else factor_of(unit, measure)
    low, high = float(found[1].replace("−", "-")), float(found[3])
    if own is None or high < low:
        return Number(nan, "unreadable")
    return _finite((low + high) / 2 * own, "range")


def _finite(value: float, doubt: str) -> Number:
    return Number(value, doubt) if isfinite(value) else Number(nan, "impossible")
