"""What it is worth to know whether an asset is ill before it is dug up; plain tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet._arrays import Floats
from heatnet.value.risk import require_columns

UNSURE = 0.5


def is_measured_first(assets: pd.DataFrame) -> pd.Series[bool]:
    """Return which renewals are to be measured first: mostly for cold homes, and less likely ill than not.

    More than half of the worth is the cold term, and ``impaired_prob`` is below 0.5.

    Examples
    --------
    >>> table = pd.DataFrame({"worth": [10.0, 10.0, 10.0], "worth_cold": [6.0, 6.0, 5.0],
    ...                       "impaired_prob": [0.4, 0.6, 0.4]})
    >>> is_measured_first(table).tolist()
    [True, False, False]
    """
    require_columns(assets, ("worth", "worth_cold", "impaired_prob"))
    mostly_cold = assets["worth_cold"] > 0.5 * assets["worth"]
    return (mostly_cold & (assets["impaired_prob"] < UNSURE)).rename("measure_first")


def total_ratio(assets: pd.DataFrame) -> float:
    """Return total worth / total cost of all renewals: what digging anywhere returns; 0 where nothing costs anything.

    Examples
    --------
    >>> total_ratio(pd.DataFrame({"worth": [1.0, 5.0], "cost": [10.0, 10.0]}))
    0.3
    """
    require_columns(assets, ("worth", "cost"))
    worth, cost = (float(np.sort(assets[name].to_numpy(dtype=np.float64)).sum()) for name in ("worth", "cost"))
    return worth / cost if cost > 0 else 0.0


def knowing_worth(assets: pd.DataFrame, group_prob: Floats, least_ratio: float) -> Floats:
    """Return, asset by asset, its share of what it is worth to know whether its group is ill.

    ``p*max(0, W1 - l*c) + (1-p)*max(0, W0 - l*c) - max(0, W - l*c)`` with ``W0 = worth - worth_cold``, ``W1 = W0 +
    worth_cold/p``, c the cost of the renewal and l the ratio below which nothing is dug: the expected worth of the
    better plan less that of today's. Never below 0; 0 where p is 0 or 1.

    Parameters
    ----------
    assets : DataFrame
        ``worth``, ``worth_cold``, ``cost``.
    group_prob : array
        p: probability that anything of the asset's group is ill, 0 to 1.
    least_ratio : float
        l.

    Examples
    --------
    Ill with 0.2: worth 500, else nothing; at a cost of 100 nobody digs for 100, but 0.2 * 400 is lost.

    >>> table = pd.DataFrame({"worth": [100.0], "worth_cold": [100.0], "cost": [100.0]})
    >>> knowing_worth(table, np.array([0.2]), 1.0).tolist()
    [80.0]
    """
    require_columns(assets, ("worth", "worth_cold", "cost"))
    worth, cold, cost = (assets[name].to_numpy(dtype=np.float64) for name in ("worth", "worth_cold", "cost"))
    prob = np.asarray(group_prob, dtype=np.float64)
    least = least_ratio * cost
    sound = worth - cold
    ill = sound + np.divide(cold, prob, out=np.zeros(len(prob)), where=prob > 0)
    better = prob * np.maximum(ill - least, 0.0) + (1.0 - prob) * np.maximum(sound - least, 0.0)
    gain = np.where(prob > 0, better - np.maximum(worth - least, 0.0), 0.0)
    return np.asarray(np.maximum(gain, 0.0), dtype=np.float64)
