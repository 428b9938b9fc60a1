"""How good a ranking was: the share of later faults that lay on the best-ranked length, with standard errors.

Plain arrays in, values out: nothing here knows a network or a model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import xlogy

from heatnet._arrays import Floats, Ints
from heatnet.errors import HeatnetError

SHARES = (0.01, 0.024, 0.05, 0.10, 0.20)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RankedSeason:
    """The assets of one season from the best rank down, ready to be cut at any share of length.

    Build it with `ranked_season`.

    Attributes
    ----------
    asset : array (n,)
        Number of the asset, the same in all seasons; the unit that the bootstrap draws.
    length_m, faults : array (n,)
        Metres, and faults found in the season.
    last_of_tie : array (ties,)
        Positions at which a group of equal scores ends.
    """

    asset: Ints
    length_m: Floats
    faults: Floats
    last_of_tie: Ints

    def caught(self, shares: Floats, weight: Floats | None = None) -> Floats:
        """Return the faults on the best-ranked share of length, for each share.

        Within a group of equal scores faults count in proportion to length, as in the mean over all orders of it.

        Parameters
        ----------
        shares : array
            Shares of length, 0 to 1.
        weight : array, optional
            How often each asset (by its number) counts; once where not given.
        """
        times = np.ones(len(self.asset)) if weight is None else weight[self.asset]
        length = np.concatenate([[0.0], np.cumsum(times * self.length_m)[self.last_of_tie]])
        faults = np.concatenate([[0.0], np.cumsum(times * self.faults)[self.last_of_tie]])
        caught: Floats = np.interp(shares * length[-1], length, faults)
        return caught


def ranked_season(score: Floats, length_m: Floats, faults: Floats, asset: Ints | None = None) -> RankedSeason:
    """Return the assets ranked by a score, best first.

    Parameters
    ----------
    score : array (n,)
        Score per metre: assets with the highest are chosen first.
    length_m : array (n,)
        Metres, > 0.
    faults : array (n,)
        Faults found in the season.
    asset : array (n,), optional
        Number of each asset, the same in all seasons; 0 to n - 1 where not given.

    Raises
    ------
    HeatnetError
        When a score is missing or a length is not above 0.

    Examples
    --------
    >>> season = ranked_season(np.array([1.0, 3.0]), np.array([50.0, 50.0]), np.array([1.0, 2.0]))
    >>> season.caught(np.array([0.25, 0.5, 1.0])).tolist()
    [1.0, 2.0, 3.0]
    """
    if np.isnan(score).any() or not (length_m > 0).all():
        raise HeatnetError("A ranking needs a score and a length above 0 for every asset: leave the others out.")
    number = np.arange(len(score)) if asset is None else asset
    order = np.lexsort((number, -score))
    ordered = score[order]
    last_of_tie = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)[: len(ordered)]
    return RankedSeason(number[order], length_m[order], faults[order].astype(np.float64), last_of_tie)


def capture(seasons: Sequence[RankedSeason], shares: Sequence[float] = SHARES, weight: Floats | None = None) -> Floats:
    """Return the share of all seasons' faults caught on the best-ranked share of length of each season.

    Parameters
    ----------
    seasons : sequence of RankedSeason
        One per season.
    shares : sequence of float
        Shares of length, 0 to 1.
    weight : array, optional
        How often each asset counts.

    Returns
    -------
    array (shares,)
        0 to 1; NaN where no fault was found at all.
    """
    cut = np.asarray([*shares, 1.0], dtype=np.float64)
    caught = np.sum([season.caught(cut, weight) for season in seasons], axis=0)
    return caught[:-1] / caught[-1] if caught[-1] > 0 else np.full(len(cut) - 1, np.nan)


def bootstrap_capture(
    methods: Mapping[str, Sequence[RankedSeason]],
    *,
    shares: Sequence[float] = SHARES,
    repeats: int = 200,
    rng: int | np.random.Generator = 0,
) -> dict[str, Floats]:
    """Return captures of many redrawn sets of assets, the same sets for all methods.

    Assets are drawn with replacement, each with all its seasons, because faults of one asset in several seasons are not
    independent. The standard deviation over the redrawn sets is the standard error of a capture, that of the
    difference of two methods the standard error of the paired difference.

    Parameters
    ----------
    methods : mapping of str to sequence of RankedSeason
        The same assets and faults in each, ranked by different scores.
    shares : sequence of float
        Shares of length, 0 to 1.
    repeats : int
        Number of redrawn sets.
    rng : int or numpy.random.Generator
        Seed, or source of randomness.

    Returns
    -------
    dict of str to array (repeats, shares)
    """
    generator = np.random.default_rng(rng)
    n = 1 + max((int(season.asset.max(initial=-1)) for method in methods.values() for season in method), default=-1)
    drawn: dict[str, list[Floats]] = {name: [] for name in methods}
    for _ in range(repeats):
        weight = np.bincount(generator.integers(0, n, size=n), minlength=n).astype(np.float64)
        for name, seasons in methods.items():
            drawn[name].append(capture(seasons, shares, weight))
    return {name: np.array(captures) for name, captures in drawn.items()}


def calibration(expected: Floats, faults: Floats, *, groups: int = 10) -> pd.DataFrame:
    """Return observed against expected faults in groups of rising expectation, each with the same expected sum.

    Parameters
    ----------
    expected, faults : array (n,)
        Expected and observed faults of an asset in a season.
    groups : int
        Number of groups.

    Returns
    -------
    DataFrame
        Index group (1 = lowest expectation): ``assets``, ``expected``, ``observed``, ``ratio`` (observed / expected).

    Examples
    --------
    >>> calibration(np.array([0.1, 0.1, 0.2]), np.array([0, 1, 0]), groups=2)["observed"].tolist()
    [1.0, 0.0]
    """
    order = np.argsort(expected, kind="stable")
    until = np.cumsum(expected[order]) - expected[order] / 2.0
    group = np.minimum((until / max(expected.sum(), np.finfo(float).tiny) * groups).astype(np.int64), groups - 1)
    sums = [np.bincount(group, weights=values, minlength=groups) for values in (np.ones(len(order)), expected[order])]
    observed = np.bincount(group, weights=faults[order].astype(np.float64), minlength=groups)
    ratio = np.divide(observed, sums[1], out=np.full(groups, np.nan), where=sums[1] > 0)
    index = pd.RangeIndex(1, groups + 1, name="group")
    columns = {"assets": sums[0], "expected": sums[1], "observed": observed, "ratio": ratio}
    return pd.DataFrame(columns, index=index)


def brier_score(fault_prob: Floats, faults: Floats) -> float:
    """Return mean square of probability minus outcome (1 = at least one fault); 0 is perfect.

    Examples
    --------
    >>> brier_score(np.array([0.5, 0.0]), np.array([2, 0]))
    0.125
    """
    return float(np.mean((fault_prob - (faults > 0)) ** 2))


def log_score(fault_prob: Floats, faults: Floats) -> float:
    """Return mean negative logarithm of the probability given to what came (a fault or none); 0 is perfect.

    Examples
    --------
    >>> round(log_score(np.array([0.5, 0.0]), np.array([2, 0])), 4)
    0.3466
    """
    failed = (faults > 0).astype(np.float64)
    return float(-np.mean(xlogy(failed, fault_prob) + xlogy(1.0 - failed, 1.0 - fault_prob)))
