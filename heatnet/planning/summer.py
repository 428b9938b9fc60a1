"""What the office sets before planning: the summer's calendar."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import pandas as pd

from heatnet.errors import HeatnetError

# A summer lies within these years and is no longer than one; counts above are no counts of days or crews.
YEARS = (1900, 2199)
LONGEST = 366
MOST = 9999


@dataclass(frozen=True, slots=True)
class Summer:
    """The days on which work is possible, and how fast it goes.

    Jobs end on ``last_day - test_days`` at the latest, so that the pressure test fits before the season.
    The days from `first_day` to then are the working window.

    Parameters
    ----------
    first_day, last_day : str, date or Timestamp
        First working day, and the day before which everything must be back in service.
    test_days : int
        Days for tests before `last_day`.
    crews : int, optional
        Crews at work at the same time; None = no limit.
    metres_per_day : float
        Route metres of one crew in a day.
    setup_days : int
        Days to set up and clear one trench.
    station_days : int
        Days for one station.
    no_dig_years : float
        Years for which a street stays closed after a dig that gives no `closed_years` of its own.

    Raises
    ------
    HeatnetError
        When a day is no date, the window holds no day, or a number is out of range.

    Examples
    --------
    >>> summer = Summer("2026-05-01", "2026-09-30", crews=6)
    >>> summer.working_days
    139
    """

    first_day: Any
    last_day: Any
    test_days: int = 14
    crews: int | None = None
    metres_per_day: float = 25.0
    setup_days: int = 5
    station_days: int = 10
    no_dig_years: float = 3

    def __post_init__(self) -> None:
        for name in ("first_day", "last_day"):
            object.__setattr__(self, name, day_of(name, getattr(self, name)))
        for name, least in (("test_days", 0), ("setup_days", 0), ("station_days", 1)):
            object.__setattr__(self, name, _count(name, getattr(self, name), least=least))
        if self.crews is not None:
            object.__setattr__(self, "crews", _count("crews", self.crews, least=0))
        _number("metres_per_day", self.metres_per_day, least=0.001, most=1e6)
        _number("no_dig_years", self.no_dig_years, least=0, most=1000)
        if (self.last_day - self.first_day).days > LONGEST:
            raise HeatnetError(
                f"The summer from {self.first_day.date()} to {self.last_day.date()} is longer than a year."
            )
        if self.working_days < 1:
            raise HeatnetError(
                f"The summer from {self.first_day.date()} to {self.last_day.date()} leaves no working day "
                f"before its {self.test_days} test days: move last_day or lower test_days."
            )

    @property
    def working_days(self) -> int:
        """Number of days from `first_day` to the last day on which a job may end."""
        return int((self.last_day - self.first_day).days) - self.test_days + 1


def first_ids(ids: Iterable[Hashable]) -> str:
    """Return the first five ids and the count, for a message.

    >>> first_ids("abcdefg")
    'a, b, c, d, e ... (7 in all)'
    """
    names = [str(asset_id) for asset_id in ids]
    return ", ".join(names) if len(names) <= 5 else ", ".join(names[:5]) + f" ... ({len(names)} in all)"


def day_of(name: str, day: Any) -> pd.Timestamp:
    """Return a day as a date; HeatnetError where it is none."""
    try:
        when = pd.Timestamp(day)
        missing = bool(pd.isna(when))
    except (TypeError, ValueError, OverflowError) as error:
        raise HeatnetError(f"{name} is {day!r}: give a date such as 2026-05-01.") from error
    if missing:
        raise HeatnetError(f"{name} is missing: give a date such as 2026-05-01.")
    if isinstance(day, (bool, int, float)) or not YEARS[0] <= when.year <= YEARS[1]:
        raise HeatnetError(f"{name} is {day!r}: give a date between {YEARS[0]} and {YEARS[1]}, such as 2026-05-01.")
    return when.tz_localize(None).normalize()


def _count(name: str, number: Any, *, least: int) -> int:
    if not _is_number(number) or not least <= number <= MOST or int(number) != number:
        raise HeatnetError(f"{name} is {number!r}: give a whole number from {least} to {MOST}.")
    return int(number)


def _number(name: str, number: Any, *, least: float, most: float) -> None:
    if not _is_number(number) or not least <= number <= most:
        raise HeatnetError(f"{name} is {number!r}: give a number from {least:g} to {most:g}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
