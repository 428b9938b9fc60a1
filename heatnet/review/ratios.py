"""How much is left after a cure: ratios of what came to what would have come, with honest intervals.

Counts. What came to the treated assets, ``Y``, is Poisson with mean ``r * L``; what would have come without the cure,
``L``, is known from untreated assets that looked the same up to a gamma error of mean ``E`` and variance ``V``. So
``r = G(Y + 1/2) * V / (E * G'(E**2/V))`` with two gamma variables: quantiles of F (Gelman et al., Bayesian Data
Analysis, ch. 2.6, with Jeffreys' prior). Counts that come in clusters weigh as fewer: both are divided by their
dispersion.

Illness. Nobody sees whether an asset was ill; the winter's visits raise or lower the odds that something in its group
(those that no observation can tell apart) was by a factor ``B``. An asset that would have been ill with probability
``q`` is so with ``r * q`` after the cure; with ``Q = 1 - prod(1 - q) over the untreated * prod(1 - r*q) over the
treated`` of a group, its visits have the likelihood ``1 - Q + Q*B``. The product over the groups, with prior
``r**-1/2``, gives the quantiles of r. Without a cure ``q = (1 - p)*f*prior + p*s``, p the probability of the winter
before; f and s are learned from the groups without a treated asset.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import f as f_distribution

from heatnet._arrays import Floats, Ints, Truths

LEVEL = 0.9
_LARGEST = 20.0
_STEPS = 4000


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


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Assets by group, and what the visits of a winter say of each group.

    Parameters
    ----------
    group : array of int
        The group of each asset.
    odds : array
        Per group: factor by which the visits raised the odds that something in it was ill.
    """

    group: Ints
    odds: Floats

    def any_ill(self, prob: Floats) -> Floats:
        """Return per group the probability that one of its assets is ill, from that of each asset."""
        clear = np.log1p(-np.minimum(prob, 1.0 - 1e-12))
        return -np.expm1(np.bincount(self.group, weights=clear, minlength=len(self.odds)))


def ratio_of_illness(groups: Groups, without: Floats, treated: Truths) -> Ratio:
    """Return the ratio of the share of ill assets to that without the cure.

    Parameters
    ----------
    groups : Groups
        The assets and what the visits say afterwards.
    without : array
        Probability of each asset to be ill without the cure.
    treated : array of bool
        The assets that were treated.

    Examples
    --------
    >>> groups = Groups(np.arange(40), np.full(40, 0.01))
    >>> estimate = ratio_of_illness(groups, np.full(40, 0.7), np.ones(40, dtype=bool))
    >>> estimate.high < 0.1
    True
    """
    concerned = np.unique(groups.group[treated])
    if not len(concerned) or np.allclose(groups.odds[concerned], 1.0):
        return NOTHING_KNOWN
    others = groups.any_ill(np.where(treated, 0.0, without))[concerned]
    largest = min(_LARGEST, 1.0 / max(float(without[treated].mean()), 1e-9))
    grid = (np.arange(_STEPS) + 0.5) / _STEPS * largest
    weight = -0.5 * np.log(grid)
    place = np.searchsorted(concerned, groups.group[treated])
    q, odds = without[treated], groups.odds[concerned]
    for k in range(len(concerned)):
        clear = np.full(_STEPS, 1.0 - others[k])
        for one in q[place == k].tolist():
            clear *= 1.0 - np.minimum(grid * one, 1.0 - 1e-9)
        weight += np.log(np.maximum(clear + (1.0 - clear) * odds[k], 1e-300))
    share = np.cumsum(np.exp(weight - weight.max()))
    share /= share[-1]
    low, middle, high = np.interp([(1.0 - LEVEL) / 2.0, 0.5, (1.0 + LEVEL) / 2.0], share, grid).tolist()
    return Ratio(middle, low, high)


def illness_rates(
    groups: Groups, before: Floats, prior: Floats, *, stay: float = 0.7, rounds: int = 500
) -> tuple[float, float]:
    """Return how likely a clear asset fell ill, as a multiple of its prior, and an ill one stayed so.

    Expectation and maximisation over untreated assets, as if ten more ill assets had been followed and a share `stay`
    of them had stayed ill, and one more clear asset had been expected to fall ill and had done so.

    Parameters
    ----------
    groups : Groups
        The assets and what the visits of this winter say.
    before, prior : array
        Probability of each asset to have been ill in the winter before; before any visit.
    stay : float
        What is assumed before anything is seen.

    Examples
    --------
    >>> before, odds = np.r_[np.zeros(500), np.ones(50)], np.r_[np.full(500, 0.2), np.full(50, 9.0)]
    >>> factor, stays = illness_rates(Groups(np.arange(550), odds), before, np.full(550, 0.01))
    >>> factor < 0.5 < 0.9 < stays
    True
    """
    factor, stays = 1.0, stay
    for _ in range(rounds):
        fresh, still = np.minimum((1.0 - before) * factor * prior, 0.5), before * stays
        q = fresh + still
        any_ill = groups.any_ill(q)
        odds = any_ill * groups.odds
        now = (odds / (1.0 - any_ill + odds) / np.maximum(any_ill, 1e-300))[groups.group]
        new_fresh, new_still = float((fresh * now).sum()), float((still * now).sum())
        new_factor = (new_fresh + 1.0) / (float(((1.0 - before) * prior).sum()) + 1.0)
        new_stays = min((new_still + 10.0 * stay) / (float(before.sum()) + 10.0), 1.0)
        moved = max(abs(new_factor - factor), abs(new_stays - stays))
        factor, stays = new_factor, new_stays
        if moved < 1e-9:
            break
    return factor, stays
