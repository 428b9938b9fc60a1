"""When faults began to be recorded in earnest."""

from __future__ import annotations

import numpy as np
from scipy.special import xlogy

from heatnet._arrays import Floats

# Records count as begun late only where the early seasons hold less than a fifth of the later ones' faults for their
# exposure, and chance is out of the question (a likelihood ratio of e**10).
_THIN_SHARE = 0.2
_LEAST_LOG_RATIO = 10.0


def first_recorded(faults: Floats, exposure: Floats) -> int:
    """Return the position of the first season in which faults were recorded in earnest.

    A few old faults in the books do not mean that the seasons since then were all recorded. The seasons are cut in two
    where two rates explain their faults best; the early ones are left out where their rate is too low to be true.

    Parameters
    ----------
    faults, exposure : array (seasons,)
        Recorded faults and time at risk of all assets.

    Examples
    --------
    >>> first_recorded(np.array([1.0, 0.0, 0.0, 30.0, 40.0]), np.ones(5))
    3
    >>> first_recorded(np.array([1.0, 0.0, 0.0, 2.0, 3.0]), np.ones(5))
    0
    """
    early, early_time = np.cumsum(faults)[:-1], np.cumsum(exposure)[:-1]
    late, late_time = faults.sum() - early, exposure.sum() - early_time
    ratio = _log_likelihood(early, early_time) + _log_likelihood(late, late_time)
    ratio -= _log_likelihood(faults.sum(), exposure.sum())
    is_thin = (early * late_time < _THIN_SHARE * late * early_time) & (ratio > _LEAST_LOG_RATIO)
    if not is_thin.any():
        return 0
    return int(np.argmax(np.where(is_thin, ratio, -np.inf))) + 1


def _log_likelihood(faults: Floats, exposure: Floats) -> Floats:
    """Return the Poisson log-likelihood at the best rate, without what does not depend on the cut."""
    rate = np.divide(faults, exposure, out=np.zeros_like(faults), where=exposure > 0)
    value: Floats = xlogy(faults, rate) - rate * exposure
    return value
