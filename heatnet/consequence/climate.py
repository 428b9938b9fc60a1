"""Outdoor temperatures of the heating time: the check of a given series, and one assumed winter."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet.errors import HeatnetError
from heatnet.language import note

CLIMATE_ASSUMPTION = note("consequence.climate_assumed")

# Outdoor temperature in degC and the number of days with that daily mean, 15 October to 15 April.
DAYS_AT_TEMPERATURE = (
    (-20.0, 1),
    (-18.0, 1),
    (-16.0, 3),
    (-14.0, 7),
    (-12.0, 9),
    (-10.0, 14),
    (-8.0, 17),
    (-6.0, 17),
    (-4.0, 19),
    (-2.0, 18),
    (0.0, 17),
    (2.0, 16),
    (4.0, 14),
    (6.0, 12),
    (8.0, 9),
    (10.0, 5),
    (12.0, 3),
    (14.0, 1),
)


def default_climate() -> npt.NDArray[np.float64]:
    """Return daily mean outdoor temperatures of an assumed heating time, degC, coldest first.

    An assumption, not a measurement (`CLIMATE_ASSUMPTION` is the note to print beside results): 183 days of equal
    weight, 15 October to 15 April, of a dry continental winter such as that of the Hexi corridor. Give the
    temperatures of the nearest weather station wherever there are any.

    Returns
    -------
    numpy.ndarray
        Shape (183,), degC, a new array at each call.

    Examples
    --------
    >>> climate = default_climate()
    >>> len(climate), round(float(climate.mean()), 2), int((climate < -14.5).sum())
    (183, -2.46, 5)
    """
    temperatures, days = zip(*DAYS_AT_TEMPERATURE, strict=True)
    return np.repeat(np.array(temperatures, dtype=np.float64), days)


def as_temperatures(climate: Any) -> npt.NDArray[np.float64]:
    """Return the outdoor temperatures as a one-dimensional array, each with equal weight.

    Parameters
    ----------
    climate : array-like of float
        Temperatures of the heating time in degC: hourly or daily values, in any order.

    Raises
    ------
    HeatnetError
        When `climate` is not a one-dimensional row of numbers, is empty, or holds a value that is not finite.

    Examples
    --------
    >>> as_temperatures([-10, 0])
    array([-10.,   0.])
    """
    try:
        values = np.asarray(climate, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise HeatnetError(
            f"climate holds something that is no number ({error}): give outdoor temperatures in degC."
        ) from error
    if values.ndim != 1:
        raise HeatnetError(
            f"climate has {values.ndim} dimensions: give one row of outdoor temperatures of the heating time in degC."
        )
    if not len(values):
        raise HeatnetError("climate is empty: give outdoor temperatures of the heating time in degC.")
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        first = ", ".join(str(label) for label in pd.Index(bad[:5]))
        raise HeatnetError(
            f"climate holds {len(bad)} values that are not finite (first at position {first}): leave them out or fill "
            "them in."
        )
    return values
