"""The calendar of a plan as whole weeks: which job is at work on how many days of each."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet.planning import Summer


def weeks_of(summer: Summer) -> pd.DatetimeIndex:
    """Return the Mondays of the weeks that the summer touches, from its first day to its last.

    Examples
    --------
    >>> [f"{day:%m-%d}" for day in weeks_of(Summer("2026-05-01", "2026-05-12", test_days=2))]
    ['04-27', '05-04', '05-11']
    """
    first = summer.first_day - pd.Timedelta(days=summer.first_day.weekday())
    return pd.date_range(first, summer.last_day, freq="7D")


def days_in_weeks(start_on: Any, end_on: Any, weeks: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
    """Return how many days of each spell lie in each week, a row per spell; both ends are part of the spell.

    Examples
    --------
    >>> weeks = weeks_of(Summer("2026-05-01", "2026-05-12", test_days=2))
    >>> days_in_weeks(["2026-05-01"], ["2026-05-06"], weeks).tolist()
    [[3, 3, 0]]
    """
    begin = np.asarray(pd.DatetimeIndex(start_on), dtype="datetime64[D]").astype(np.int64)[:, None]
    end = np.asarray(pd.DatetimeIndex(end_on), dtype="datetime64[D]").astype(np.int64)[:, None]
    monday = np.asarray(weeks, dtype="datetime64[D]").astype(np.int64)[None, :]
    days: npt.NDArray[np.int64] = np.clip(np.minimum(end, monday + 6) - np.maximum(begin, monday) + 1, 0, None)
    return days


def most_at_once(start_on: Any, end_on: Any, weeks: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
    """Return for each week the most spells that share one of its days.

    Examples
    --------
    >>> weeks = weeks_of(Summer("2026-05-01", "2026-05-12", test_days=2))
    >>> most_at_once(["2026-05-01", "2026-05-07"], ["2026-05-06", "2026-05-09"], weeks).tolist()
    [1, 1, 0]
    """
    days = pd.date_range(weeks[0], periods=7 * len(weeks), freq="D")
    begin, end = pd.DatetimeIndex(start_on), pd.DatetimeIndex(end_on)
    begun = begin.sort_values().searchsorted(days, side="right")
    ended = end.sort_values().searchsorted(days, side="left")
    most: npt.NDArray[np.int64] = np.asarray(begun - ended, dtype=np.int64).reshape(len(weeks), 7).max(axis=1)
    return most
