"""The order of cures by what they return, the same on every machine: ratio, then worth, to nine digits, then id."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from heatnet._arrays import Floats

DIGITS = 9
_TINY = 1e-200  # what is nearer to 0 stays as it is: the scale that rounds it is beyond the largest double


def significant(values: Floats) -> Floats:
    """Return numbers rounded to nine significant digits; what is not finite stays.

    Machines differ in the last digits of a sum; an order decided on rounded numbers does not.

    Examples
    --------
    >>> significant(np.array([1.23456789012, 0.0, 1234567890.12, np.inf])).tolist()
    [1.23456789, 0.0, 1234567890.0, inf]
    """
    values = np.asarray(values, dtype=np.float64)
    usual = np.isfinite(values) & (np.abs(values) > _TINY)
    power = np.zeros(len(values))
    power[usual] = np.floor(np.log10(np.abs(values[usual]))) - (DIGITS - 1)
    # A scale is a power of ten that a double holds exactly (up to 22), so that multiplying rounds once only.
    scale = 10.0 ** np.abs(power)
    some = np.where(usual, values, 0.0)
    with np.errstate(over="ignore"):  # of the two ways only the one that stays in range is taken
        rounded = np.where(power < 0, np.round(some * scale) / scale, np.round(some / scale) * scale)
    return np.where(usual, rounded, values)


def order_of_ratios(ratio: Floats, worth: Floats) -> npt.NDArray[np.int64]:
    """Return the positions of cures, best first; equal ones as they stand, which is to be the order of their ids.

    Examples
    --------
    >>> order_of_ratios(np.array([0.5, 0.7, 0.5, 0.5]), np.array([10.0, 5.0, 30.0, 10.0])).tolist()
    [1, 2, 0, 3]
    """
    return np.lexsort((-significant(worth), -significant(ratio)))
