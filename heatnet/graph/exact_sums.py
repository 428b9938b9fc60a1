"""Sums that do not depend on the order of their terms, over floats that stand in for exact numbers.

Losses are differences of running totals. On floats these leave dust: an outage that cuts nobody off would lose
1e-12 kW. So every column is split into one or two columns of integers, ``value = high * 2**-a + low * 2**-b``, the sums
run on integers, and only their results become floats again. Values down to 2**-70 of the largest enter exactly.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from heatnet._arrays import Floats, Ints
from heatnet.errors import HeatnetError

_BITS = 62
_HEADROOM_BITS = 3  # a value may enter a sum several times: once per layer, and once for their overlap


def apply_exactly(linear: Callable[[Ints], Ints], values: npt.ArrayLike, n_rows: int, what: str = "values") -> Floats:
    """Return ``linear(values)``, column by column, without rounding inside `linear`.

    Parameters
    ----------
    linear : callable
        Takes and returns a one-dimensional int64 array; sums, differences and copies of its input only.
    values : array-like, shape (n_rows,) or (n_rows, k)
        Finite numbers.
    n_rows : int
        Number of rows that are expected.
    what : str
        Name of `values` in the message of the error.

    Returns
    -------
    ndarray of float64, shape (m,) or (m, k)
        Whole numbers up to 2**53 come out whole.

    Raises
    ------
    HeatnetError
        If `values` has another number of rows, or is not finite.

    Examples
    --------
    >>> apply_exactly(lambda column: np.cumsum(column), [0.1, 0.2, 0.3], 3).tolist()
    [0.1, 0.30000000000000004, 0.6]
    """
    columns = np.asarray(values, dtype=np.float64)
    if columns.ndim not in (1, 2) or len(columns) != n_rows:
        raise HeatnetError(f"{what} must have {n_rows} rows and one or two dimensions, not the shape {columns.shape}")
    if not np.isfinite(columns).all():
        raise HeatnetError(f"{what} must be finite numbers")
    if columns.ndim == 1:
        return _apply_to_column(linear, columns)
    results = [_apply_to_column(linear, np.ascontiguousarray(column)) for column in columns.T]
    return np.stack(results, axis=1) if results else np.zeros((len(linear(np.zeros(n_rows, np.int64))), 0))


def _apply_to_column(linear: Callable[[Ints], Ints], column: Floats) -> Floats:
    largest = float(np.abs(column).max(initial=0.0))
    bits = _BITS - _HEADROOM_BITS - len(column).bit_length()
    high_bits = bits - int(np.frexp(largest)[1]) if largest else 0
    high = np.floor(np.ldexp(column, high_bits))
    low = np.rint(np.ldexp(np.ldexp(column, high_bits) - high, bits))
    total: Floats = np.ldexp(linear(high.astype(np.int64)).astype(np.float64), -high_bits)
    if low.any():
        total += np.ldexp(linear(low.astype(np.int64)).astype(np.float64), -high_bits - bits)
    return total
