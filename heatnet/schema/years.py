"""Years and heating seasons as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from heatnet.schema.folding import folded_cell
from heatnet.schema.quantities import Number

FIRST_YEAR, LAST_YEAR = 1850, 2100
_SERIALS = (15000.0, 80000.0)  # a day in a spreadsheet, 1941 to 2119
_LATEST_SHORT = 2025  # of years written with two digits, where the column has no full ones
_YEAR = re.compile(r"^((?:18|19|20|21)\d{2})\s*(?:年|г\.?|год|year)?(?:建成?|投运|投产|投用|竣工|左右)?$")
_IN_DATE = re.compile(r"^(\d{4})\s*(?:[-/.年]\s*\d{1,2}(?:\s*[-/.月]\s*(?:\d{1,2}\s*[日号]?)?)?(?:[t\s].*)?)$")
_COMPACT = re.compile(r"^((?:18|19|20|21)\d{2})(?:0[1-9]|1[0-2])(?:[0-3]\d)?$")
_DAY_FIRST = re.compile(r"^\d{1,2}[-/.]\d{1,2}[-/.](\d{4})$")
_SHORT = re.compile(r"^'?(\d{2})\s*(年|г\.?)?(?:建成?|投运|投产|投用)?$")
_DECADE = re.compile(
    r"^(?:上世纪|二十世纪|20世纪|19|20)?(\d0|[一二三四五六七八九]十)\s*(?:年代|-е|е|s)(?:初|中|末|初期|中期|末期)?$"
)
_RANGE = re.compile(r"^(\d{4})\s*年?\s*[-~—–至/到]\s*(\d{4})\s*年?$")
_SEASON = re.compile(
    r"^(\d{4})\s*年?\s*[-~—–至到/_]+\s*(\d{4}|\d{2})\s*年?\s*(?:年度|采暖.*|供暖.*|供热.*|冬季?|г\.?г?\.?)?$"
)
_SEASON_YEAR = re.compile(r"^(\d{4})\s*(?:年度?|采暖.*|供暖.*|供热.*|冬季?)?$")
_TENS = {sign: 10 * at for at, sign in enumerate("一二三四五六七八九", 1)}
_PARTS = {"初": 2, "初期": 2, "中": 5, "中期": 5, "末": 8, "末期": 8}


def years_of(cells: Sequence[str]) -> list[Number]:
    """Return the year that each cell names; years of two digits are told from ages by the full years of the column.

    Examples
    --------
    >>> [int(one.value) for one in years_of(["1998年", "1998.6", "1998-06-30", "98", "90年代"])]
    [1998, 1998, 1998, 1998, 1995]
    >>> [one.how for one in years_of(["98", "90年代", "27年", "0"])]
    ['short_year', 'decade', 'age_or_year', 'impossible']
    """
    texts = [folded_cell(cell) for cell in cells]
    full = [int(found[1]) for found in map(_YEAR.match, texts) if found]
    latest = max((year for year in full if year <= LAST_YEAR), default=_LATEST_SHORT)
    return [_year(text, latest) for text in texts]


def _year(text: str, latest: int) -> Number:
    if found := (_YEAR.match(text) or _IN_DATE.match(text) or _COMPACT.match(text) or _DAY_FIRST.match(text)):
        return _possible(float(found[1]))
    if found := _SHORT.match(text):
        return _short(int(found[1]), latest, says_year=found[2] is not None, padded=found[1].startswith("0"))
    if found := _DECADE.match(text):
        decade = _TENS.get(found[1][0], 0) or int(found[1])
        century = 2000 if (text.startswith("20") and not text.startswith("20世纪")) or decade < 30 else 1900
        part = next((at for end, at in _PARTS.items() if text.endswith(end)), 5)
        return Number(float(century + decade + part), "decade")
    if found := _RANGE.match(text):
        first, last = int(found[1]), int(found[2])
        if FIRST_YEAR <= first <= last <= LAST_YEAR and last - first <= 30:
            return Number(float((first + last) // 2), "range")
    return _plain(text)


def _plain(text: str) -> Number:
    try:
        number = float(text)
    except ValueError:
        return Number(float("nan"), "unreadable")
    if FIRST_YEAR <= number < LAST_YEAR + 1:
        return Number(float(int(number)))
    if _SERIALS[0] <= number <= _SERIALS[1]:
        return Number(float(1900 + int((number - 1) / 365.25)), "serial")
    if 1 < number < 100 and number == int(number):
        return _short(int(number), _LATEST_SHORT, says_year=False, padded=False)
    return Number(float("nan"), "impossible")


def _short(two_digits: int, latest: int, *, says_year: bool, padded: bool) -> Number:
    """Return the year of two digits: of this century up to the latest full year, of the last one from 30 on."""
    if two_digits >= 30:
        return Number(1900.0 + two_digits, "short_year")
    if two_digits == 0 and not (padded and says_year):
        return Number(float("nan"), "impossible")
    if 2000 + two_digits <= latest:
        return Number(2000.0 + two_digits, "short_year")
    return Number(float("nan"), "age_or_year")


def _possible(year: float) -> Number:
    return Number(year) if FIRST_YEAR <= year <= LAST_YEAR else Number(float("nan"), "impossible")


def seasons_of(cells: Sequence[str]) -> list[Number]:
    """Return the year in which the heating season starts that each cell names.

    Examples
    --------
    >>> [int(one.value) for one in seasons_of(["2024-2025", "2024/25", "2024", "2024-2025采暖期"])]
    [2024, 2024, 2024, 2024]
    """
    return [_season(folded_cell(cell)) for cell in cells]


def _season(text: str) -> Number:
    if found := _SEASON.match(text):
        first, last = int(found[1]), int(found[2])
        follows = last == first + 1 or last == (first + 1) % 100
        return _possible(float(first)) if follows else Number(float("nan"), "unreadable")
    if found := _SEASON_YEAR.match(text):
        return _possible(float(found[1]))
    try:
        number = float(text)
    except ValueError:
        return Number(float("nan"), "unreadable")
    return _possible(number) if number.is_integer() else Number(float("nan"), "unreadable")
