"""The heating year: which season a date belongs to, and when heating runs in it."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet.errors import HeatnetError

SEASON_START_MONTH, SEASON_START_DAY = 10, 15
FIRST_SEASON, LAST_SEASON = 1900, 2200
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})")
# "10-10" lies in the calendar year that names the season, "04-15" in the next one.
_FIRST_MONTH_OF_SEASON_YEAR = 7


def season_of(dates: pd.Series) -> pd.Series:
    """Return the season of each date: the calendar year in which its heating year starts.

    The heating year runs from 15 October to 14 October, so every date lies in exactly one season.

    Parameters
    ----------
    dates : pandas.Series
        Dates (datetime64); NaT = unknown.

    Returns
    -------
    pandas.Series
        float64, same index as `dates`: the season, NaN where the date is unknown (so that no comparison
        with a season holds for it).

    Examples
    --------
    >>> season_of(pd.Series(pd.to_datetime(["2020-10-14", "2020-10-15", None]))).tolist()
    [2019.0, 2020.0, nan]
    """
    when = pd.to_datetime(dates)
    month, day = when.dt.month, when.dt.day
    begun = (month > SEASON_START_MONTH) | ((month == SEASON_START_MONTH) & (day >= SEASON_START_DAY))
    return when.dt.year.astype("float64") - np.where(begun, 0.0, 1.0)


def season_start(season: int) -> pd.Timestamp:
    """Return the first day of a season, at midnight.

    Examples
    --------
    >>> season_start(2020)
    Timestamp('2020-10-15 00:00:00')
    """
    return pd.Timestamp(year=season, month=SEASON_START_MONTH, day=SEASON_START_DAY)


def season_end(season: int) -> pd.Timestamp:
    """Return the last day of a season, at midnight: the day before the next season starts.

    Examples
    --------
    >>> season_end(2020)
    Timestamp('2021-10-14 00:00:00')
    """
    return season_start(season + 1) - pd.Timedelta(days=1)


def checked_season(season: int) -> int:
    """Return the season as an int, or raise `HeatnetError`."""
    if isinstance(season, bool) or not isinstance(season, (int, np.integer)):
        raise HeatnetError(f"season is {season!r}; give the calendar year in which it starts, e.g. 2025.")
    if not FIRST_SEASON <= season <= LAST_SEASON:
        raise HeatnetError(f"season is {season!r}; give a year between {FIRST_SEASON} and {LAST_SEASON}.")
    return int(season)


def heating_interval(
    season: int, *, heating_from: str = "10-15", heating_to: str = "04-15"
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and last day on which heating runs in a season.

    Parameters
    ----------
    season : int
        Calendar year in which the heating year starts.
    heating_from, heating_to : str
        Month and day, ``"MM-DD"``. Days from July on lie in the calendar year that names the season, the
        others in the year after it; ``"02-29"`` is read as 28 February in a common year.

    Raises
    ------
    HeatnetError
        When a day is not of the form ``"MM-DD"`` or is no day of the calendar, or when
        heating would end before it starts.

    Examples
    --------
    >>> first, last = heating_interval(2020)
    >>> print(first.date(), last.date())
    2020-10-15 2021-04-15
    """
    first, last = _day_in(season, heating_from), _day_in(season, heating_to)
    if last < first:
        raise HeatnetError(f"Heating from {heating_from} to {heating_to} ends before it starts: swap the two days.")
    return first, last


def is_heating(dates: pd.Series, *, heating_from: str = "10-15", heating_to: str = "04-15") -> npt.NDArray[np.bool_]:
    """Return whether heating runs on each date (first and last day included); False where the date is unknown.

    Parameters
    ----------
    dates : pandas.Series
        Dates (datetime64); NaT = unknown.
    heating_from, heating_to : str
        Month and day, ``"MM-DD"``, as in `heating_interval`.

    Examples
    --------
    >>> is_heating(pd.Series(pd.to_datetime(["2021-01-31", "2021-07-01", None]))).tolist()
    [True, False, False]
    """
    first, last = heating_interval(1999, heating_from=heating_from, heating_to=heating_to)
    when = pd.to_datetime(dates)
    month_day = (when.dt.month * 100 + when.dt.day).to_numpy(dtype="float64")
    start, stop = first.month * 100 + first.day, last.month * 100 + last.day
    from_start, to_stop = month_day >= start, month_day <= stop
    if first.year == last.year:
        return np.asarray(from_start & to_stop, dtype=bool)
    return np.asarray(from_start | to_stop, dtype=bool)


def _day_in(season: int, month_day: str) -> pd.Timestamp:
    match = _MONTH_DAY.fullmatch(month_day)
    if match is None:
        raise HeatnetError(f"{month_day!r} is not a month and day: write it as MM-DD, e.g. 10-15.")
    month, day = int(match[1]), int(match[2])
    year = season if month >= _FIRST_MONTH_OF_SEASON_YEAR else season + 1
    if (month, day) == (2, 29) and not pd.Timestamp(year=year, month=1, day=1).is_leap_year:
        day = 28
    try:
        return pd.Timestamp(year=year, month=month, day=day)
    except ValueError as error:
        raise HeatnetError(f"{month_day!r} is no day of the calendar: write it as MM-DD, e.g. 10-15.") from error
