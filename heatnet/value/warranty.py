"""Which assets their contractor still answers for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

HEATING_TIMES_OF_CLAIM = 2
_SUMMER_BEGINS = (4, 15)


def under_warranty(accepted_on: pd.Series, day: pd.Timestamp) -> npt.NDArray[np.bool_]:
    """Return which assets are under warranty on a day: fewer than two whole heating times have passed since acceptance.

    The rule of Chinese construction law for heating systems: two heating times. A heating time runs from 15 October to
    15 April.

    Parameters
    ----------
    accepted_on : Series
        Days of acceptance (datetime64); NaT: not under warranty.
    day : Timestamp
        The day, such as the first one of the working summer.

    Examples
    --------
    >>> days = pd.Series(pd.to_datetime(["2024-10-01", "2024-10-20", None]))
    >>> under_warranty(days, pd.Timestamp("2026-05-01")).tolist()
    [False, True, False]
    """
    last_start = day.year - 1 if (day.month, day.day) > _SUMMER_BEGINS else day.year - 2
    since = pd.Timestamp(last_start - HEATING_TIMES_OF_CLAIM + 1, 10, 15)
    return (accepted_on > since).to_numpy(dtype=bool) & accepted_on.notna().to_numpy(dtype=bool)
