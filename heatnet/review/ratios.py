"""How much is left after a cure: ratios of what came to what would have come, with honest intervals.

Counts. What came to the treated assets, ``Y``, is Poisson with mean ``r * L``; what would have come without the cure,
``L``, is known from untreated assets that looked the same up to a gamma error of mean ``E`` and variance ``V``. So
``r = G(Y + 1/2) * V / (E * G'(E**2/V))`` with two gamma variables: quantiles of F (Gelman et al., Bayesian Data
Analysis, ch. 2.6, with Jeffreys' prior). Counts that come in clusters weigh as fewer: both are divided by their
dispersion.

Illness. Nobody sees whether an asset was ill, but the probability of all of a winter's visits is a likelihood of r
(`heatnet.review.illness`). With the prior ``r**-1/2``, flat in the root of r, it gives the quantiles of r.

Cold homes. What would have come without the cure is what is certain and a sum of independent illnesses, each with its
probability and its cold visits; what came is known but for the chance of single visits. The quantiles are those of the
one over the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.special import gammainc, ndtri
from scipy.stats import f as f_distribution

from heatnet._arrays import Floats

LEVEL = 0.9
_QUANTILES = (0.05, 0.5, 0.95)
_STEPS = 2000
_ONE_BY_ONE = 100
_LEAST_SAID = 0.05
_NINE = ndtri((np.arange(9) + 0.5) / 9.0)
_NINE = _NINE / np.sqrt((_NINE**2).mean())


@dataclass(frozen=True, slots=True)
class Ratio:
    """What is left after a cure, as a share of what would have been without: the middle and a 90 % interval.

    NaN, 0 and infinity where there is nothing to tell from.
    """

    ratio: float
    low: float
    high: float


NOTHING_KNOWN = Ratio(float("nan"), 0.0, float("inf"))


def ratio_of_counts(came: float, expected: float, variance: float, dispersion: float = 1.0) -> Ratio:
    """Return the ratio of a count to what was to be expected.

    Parameters
    ----------
    came : float
        What was counted, >= 0.
    expected, variance : float
        Mean and variance of what would have come without the cure.
    dispersion : float
        Variance of such counts over their mean, >= 1.

    Examples
    --------
    >>> estimate = ratio_of_counts(20, 40.0, 0.0)
    >>> round(estimate.ratio, 2), round(estimate.low, 2), round(estimate.high, 2)
    (0.5, 0.34, 0.71)
    """
    if not expected > 0.0:
        return NOTHING_KNOWN
    scale = max(dispersion, 1.0)
    freedom = 2.0 * (came / scale + 0.5)
    other = 2.0 * min(expected**2 / variance, 1e7) if variance > 0.0 else 2e7
    quantiles = np.asarray(f_distribution.ppf([(1.0 - LEVEL) / 2.0, 0.5, (1.0 + LEVEL) / 2.0], freedom, other))
    low, middle, high = (quantiles * freedom / 2.0 * scale / expected).tolist()
    return Ratio(middle, low, high)


def ratio_by_likelihood(roots: Floats, log_likelihood: Floats, meaning: Floats) -> Ratio:
    """Return the ratio from its likelihood, with a prior flat in the root of r.

    Parameters
    ----------
    roots : array
        Roots of r, ascending.
    log_likelihood : array
        Log probability of what was seen at each of them.
    meaning : array
        What each stands for: the ill assets over those without the cure, ascending (r itself, or less where ``r*q``
        would be above 1).

    Returns
    -------
    Ratio
        `NOTHING_KNOWN` where the likelihood does not change.

    Examples
    --------
    Seven of ten that would have been ill are; r is distributed as Beta(7.5, 4):

    >>> roots = np.linspace(0.01, 0.99, 99)
    >>> told = ratio_by_likelihood(roots, 14 * np.log(roots) + 3 * np.log1p(-roots**2), roots**2)
    >>> round(told.ratio, 2), round(told.low, 2), round(told.high, 2)
    (0.66, 0.42, 0.86)
    """
    if not np.ptp(log_likelihood) > _LEAST_SAID:
        return NOTHING_KNOWN
    fine = np.linspace(roots[0], roots[-1], _STEPS)
    density = np.exp(PchipInterpolator(roots, log_likelihood - log_likelihood.max())(fine))
    share = np.cumsum(density) - density / 2.0
    low, middle, high = np.interp(np.interp(_QUANTILES, share / density.sum(), fine), roots, meaning).tolist()
    return Ratio(middle, low, high)


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """A sum of what is certain and of amounts that come or do not, independently.

    Parameters
    ----------
    certain : float
        What comes anyway.
    prob, amount : array
        Probability and size of each of the others.
    """

    certain: float
    prob: Floats
    amount: Floats

    def spread_out(self) -> tuple[Floats, Floats]:
        """Return values of the sum and their probabilities.

        The amounts that matter most are added one by one on an even grid, the many small ones count by their variance.

        Examples
        --------
        >>> values, weights = Chances(1.0, np.array([0.5]), np.array([2.0])).spread_out()
        >>> values[weights > 0].tolist(), weights[weights > 0].tolist()
        ([1.0, 3.0], [0.5, 0.5])
        """
        of_each = self.prob * (1.0 - self.prob) * self.amount**2
        order = np.argsort(-of_each, kind="stable")
        large, small = order[:_ONE_BY_ONE], order[_ONE_BY_ONE:]
        certain = self.certain + float((self.prob * self.amount)[small].sum())
        step = float(self.amount[large].sum()) / _STEPS
        weights = np.zeros(_STEPS + 2)
        weights[0] = 1.0
        for prob, amount in zip(self.prob[large].tolist(), self.amount[large].tolist(), strict=True):
            whole, part = divmod(amount / step, 1.0) if step > 0.0 else (0.0, 0.0)
            moved = np.zeros(len(weights) + 1)
            place = min(int(whole), len(weights) - 1)
            moved[place:-1] += (1.0 - part) * weights[: len(weights) - place]
            moved[place + 1 :] += part * weights[: len(weights) - place]
            weights = (1.0 - prob) * weights + prob * moved[:-1]
        values = certain + step * np.arange(len(weights), dtype=np.float64)
        error = float(np.sqrt(of_each[small].sum()))
        if not error > 0.0:
            return values, weights
        around: Floats = (values[:, None] + error * _NINE).ravel()
        alike: Floats = np.repeat(weights / 9.0, 9)
        return around, alike


def ratio_of_sums(came: float, noise: float, without: list[tuple[Floats, Floats]]) -> Ratio:
    """Return the ratio of what came, but for the chance of single visits, to what would have come.

    Parameters
    ----------
    came : float
        What was counted, >= 0; its mean is gamma distributed as with Jeffreys' prior.
    noise : float
        Variance of the ratio's logarithm by the chance of single visits, times the count; above 0; Poisson: 1.
    without : list of pairs of arrays
        Values of what would have come, and their weights.

    Examples
    --------
    >>> told = ratio_of_sums(20, 1.0, [(np.array([40.0]), np.array([1.0]))])
    >>> round(told.ratio, 2), round(told.low, 2), round(told.high, 2)
    (0.5, 0.34, 0.71)
    """
    values, weights = (np.concatenate(parts) for parts in zip(*without, strict=True))
    edges = np.geomspace(max(float(values[weights > 0].min()), 1e-3), float(values.max()) + 2e-3, 301)
    bins = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, 299)
    weight = np.bincount(bins, weights=weights, minlength=300) / weights.sum()
    mean = np.bincount(bins, weights=weights * np.maximum(values, 1e-3), minlength=300) / weights.sum()
    value, weight = (mean / np.where(weight > 0, weight, 1.0))[weight > 0], weight[weight > 0]
    shape = (came + 0.5) / noise
    largest = (shape + 8.0 * np.sqrt(shape) + 20.0) * noise / float(value.min())
    x = np.linspace(0.0, 1.0, 801) ** 2 * largest
    share = (gammainc(shape, x[:, None] * value / noise) * weight).sum(axis=1)
    low, middle, high = np.interp(_QUANTILES, share, x).tolist()
    return Ratio(middle, low, high)
