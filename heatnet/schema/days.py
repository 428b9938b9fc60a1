"""Days as people write them, to days; what names no day, and what cannot be told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt

from heatnet.schema.folding import folded_cell

# Days outside stand for "not known" (0001-01-01, 1900-01-01, 9999-12-31) or are damaged.
FIRST_DAY, LAST_DAY = date(1901, 1, 1), date(2100, 12, 31)
_SERIAL_START = date(1899, 12, 30)  # day 0 of a spreadsheet; its days are counted from here after 1900-02-28
_SERIALS = (20000.0, 80000.0)  # 1954-10-03 to 2119-01-11
_TIME = (
    r"(?:[t日\s,]*\(?(?:上午|下午|中午|晚上?|早上?|am|pm)?\)?\s*\d{1,2}\s*(?:[:时点h]|$).*"
    r"|\s*\(?[星周期一二三四五六日天]*\)?)?"
)
_YEAR_FIRST = re.compile(rf"^(\d{{4}})\s*[-/.年]\s*(\d{{1,2}})\s*[-/.月]\s*(\d{{1,2}})\s*[日号]?{_TIME}\.?$")
_COMPACT = re.compile(rf"^(\d{{4}})(\d{{2}})(\d{{2}})(?:\d{{4}}|\d{{6}})?{_TIME}$")
_YEAR_LAST = re.compile(rf"^(\d{{1,2}})\s*[-/.]\s*(\d{{1,2}})\s*[-/.]\s*(\d{{4}})\s*(?:г\.?|年)?{_TIME}$")
_MONTH = re.compile(r"^(\d{4})\s*(?:年|[-/.])\s*(\d{1,2})\s*月?(?:份|中旬)?$")
_NO_YEAR = re.compile(r"^\d{1,2}\s*[月/.\-]\s*\d{1,2}\s*[日号]?(?:\s.*)?$")
_NAMED = re.compile(
    r"^(\d{1,2})[\s.\-]*([a-zа-я]{3,9})\.?[\s,\-]*(\d{4})(?:\s*г\.?)?$|^([a-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?\s*(\d{4})$"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan янв", "feb фев", "mar мар", "apr апр", "may мая май", "jun июн", "jul июл", "aug авг", "sep сен",
         "oct окт", "nov ноя", "dec дек"), 1)
    for name in names.split()
}  # fmt: skip

_ISO_LETTERS = 10
_ISO_DIGITS = np.array([letter != "-" for letter in "yyyy-mm-dd"])

Order = Literal["", "day_month", "month_day"]


@dataclass(frozen=True, slots=True)
class Day:
    """What a cell says of a day.

    Attributes
    ----------
    day : date or None
        The day; ``None``: none can be read, or none is known.
    how : str
        Empty: as written. ``serial``, ``order``, ``month``: read, with a doubt. ``impossible``: stands for unknown.
        ``no_year``, ``order_unknown``, ``unreadable``: cannot be read.
    """

    day: date | None
    how: str = ""


def days_of(cells: Sequence[str], order: str = "") -> list[Day]:
    """Return what each cell says of a day; day and month are told apart by the column as a whole.

    Parameters
    ----------
    cells : sequence of str
        The different cells of a column, none of them empty.
    order : str
        ``"d/m/y"`` or ``"m/d/y"`` where the user has said how days are written; empty: the column settles it.

    Examples
    --------
    >>> [str(one.day) for one in days_of(["2025年11月3日 9时", "2025.11.03", "20251103", "45964"])]
    ['2025-11-03', '2025-11-03', '2025-11-03', '2025-11-03']
    >>> [one.how for one in days_of(["11/3/2025"])], str(days_of(["11/3/2025", "11/25/2025"])[0].day)
    (['order_unknown'], '2025-11-03')
    """
    texts = [folded_cell(cell) for cell in cells]
    settled = {"d/m/y": "day_month", "m/d/y": "month_day"}.get(order) or _order(texts)
    return [_day(text, settled) for text in texts]


def iso_days(cells: Sequence[str]) -> npt.NDArray[np.datetime64] | None:
    """Return the days of cells that are all written like 2025-11-03 and can be meant; ``None`` where any is not.

    Examples
    --------
    >>> iso_days(["2025-11-03"]), iso_days(["2025-11-03", "2025-11-31"]) is None, iso_days(["3.11.2025"]) is None
    (array(['2025-11-03T00:00:00'], dtype='datetime64[s]'), True, True)
    """
    together = "".join(cells)
    if not cells or not together.isascii() or any(len(cell) != _ISO_LETTERS for cell in cells):
        return None
    letters = np.frombuffer(together.encode(), dtype=np.uint8).reshape(len(cells), _ISO_LETTERS)
    is_digit = (letters >= ord("0")) & (letters <= ord("9"))
    if not (is_digit == _ISO_DIGITS).all() or not (letters[:, ~_ISO_DIGITS] == ord("-")).all():
        return None
    try:
        days = np.array(cells, dtype="datetime64[D]")
    except ValueError:
        return None
    if days.min() < np.datetime64(FIRST_DAY) or days.max() > np.datetime64(LAST_DAY):
        return None
    return days.astype("datetime64[s]")


def _order(texts: Sequence[str]) -> str:
    """Return whether days stand before months, settled by those cells that can only be read in one way."""
    found = [match for match in map(_YEAR_LAST.match, texts) if match]
    day_first = any(int(match[1]) > 12 for match in found)
    month_first = any(int(match[2]) > 12 for match in found)
    if day_first == month_first:
        return ""
    return "day_month" if day_first else "month_day"


def _day(text: str, order: str) -> Day:
    if found := (_YEAR_FIRST.match(text) or _COMPACT.match(text)):
        return _of(int(found[1]), int(found[2]), int(found[3]))
    if found := _YEAR_LAST.match(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        if not order:
            return Day(None, "order_unknown")
        month, day = (second, first) if order == "day_month" else (first, second)
        return _of(year, month, day, "order")
    if found := _NAMED.match(text):
        name, number, its_year = (found[2], found[1], found[3]) if found[2] else (found[4], found[5], found[6])
        return _of(int(its_year), _MONTHS.get(name[:3], 0), int(number))
    return _rarer(text)


def _rarer(text: str) -> Day:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if _SERIALS[0] <= number <= _SERIALS[1]:
        return Day(_SERIAL_START + timedelta(days=int(number)), "serial")
    if number in (0.0, -1.0, 1.0, 9999.0, 99999999.0):
        return Day(None, "impossible")
    if (found := _MONTH.match(text)) and 1 <= int(found[2]) <= 12:
        return _of(int(found[1]), int(found[2]), 15, "month")
    return Day(None, "no_year" if _NO_YEAR.match(text) else "unreadable")


def _of(year: int, month: int, day: int, how: str = "") -> Day:
    if (month, day) == (0, 0) or year in (0, 9999):
        return Day(None, "impossible")
    try:
        read = date(year, month, day)
    except ValueError:
        return Day(None, "unreadable")
    return Day(read, how) if FIRST_DAY <= read <= LAST_DAY else Day(None, "impossible")
