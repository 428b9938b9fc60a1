"""Exact inference on a tree of groups: one pass up from the buildings, one pass down from the sources.

Write ``U(s)`` for the log probability of all that was seen at or below the lower end of a group when that end is clear
(s = 0) or impaired (s = 1), and ``D = U(0) - U(1)``. An impaired end makes everything below it impaired, so the
group hands

    M = log(Q + (1 - Q) * exp(D))

to the one above it, Q being the probability that any of its assets is impaired, and the D of a group is the sum of
what its building and the groups behind it hand up. On the way down, with S the probability (given everything seen) that
the end of a group is clear,

    S = S_above * (1 - Q) * exp(D) / (Q + (1 - Q) * exp(D)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heatnet.errors import HeatnetError
from heatnet.location.evidence import Evidence, Rates
from heatnet.location.groups import GroupTree
from heatnet.reachability.paths import SupplyPaths

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Beliefs:
    """What the observations say about the groups and buildings of a tree.

    Parameters
    ----------
    log_evidence : float
        Log probability of everything seen, without the constants that no rate changes; not a number where an
        impaired end is impossible (a rate of 1).
    ends, message : array of float
        Per group: D and M, the log of how much likelier what was seen is with its lower end, or the end above it,
        clear than impaired.
    log_clear_above : array of float
        Per group: log probability that nothing before it is impaired, given everything seen.
    log_clear_building : array of float
        Per building: log probability that nothing on its path nor it itself is impaired, given everything seen.
    building_message : array of float
        Per building: what it hands to its group.
    log_clear_path : array of float
        Per building: log probability that nothing on its path is impaired, given everything seen.
    """

    log_evidence: float
    ends: Floats
    message: Floats
    log_clear_above: Floats
    log_clear_building: Floats
    building_message: Floats
    log_clear_path: Floats

    def of_members(self, group: npt.NDArray[np.int64], log_prior: Floats) -> Floats:
        """Return the posterior of things inside groups with these log priors: an asset, or the whole group."""
        return _posterior(log_prior, self.log_clear_above[group], self.message[group])

    def of_buildings(self, building_prior: float) -> Floats:
        """Return the posterior of each building itself."""
        with np.errstate(divide="ignore"):
            log_prior = np.full(len(self.building_message), np.log(building_prior))
        return _posterior(log_prior, self.log_clear_path, self.building_message)


def _posterior(log_prior: Floats, log_clear_above: Floats, message: Floats) -> Floats:
    """Return the posterior of something impaired, given the log probability that all before it is clear.

    With something impaired before it, the observations say nothing about it; else it weighs as an impaired end does.
    """
    with np.errstate(invalid="ignore"):
        told = np.where(np.isneginf(log_clear_above), 0.0, np.exp(log_clear_above + log_prior - message))
    untold = -np.expm1(log_clear_above) * np.exp(log_prior)
    posterior: Floats = np.clip(told + untold, 0.0, 1.0)
    return posterior


def beliefs(tree: GroupTree, evidence: Evidence, rates: Rates, building_prior: float) -> Beliefs:
    """Return the exact beliefs; `evidence` is aligned with ``tree.group_of_building``.

    Raises
    ------
    HeatnetError
        When what was seen is impossible with these rates and priors.
    """
    if_clear, if_impaired = evidence.log_likelihoods(rates)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = if_clear - if_impaired
        own_any, own_none = np.log(building_prior), np.log1p(-building_prior)
        building_message = np.logaddexp(own_any, own_none + ratio)
        seen = np.zeros(len(tree))
        seen[tree.group_of_building] = building_message
        ends, message = _upward(tree, seen)
        roots = message[tree.parent < 0]
        if np.isnan(building_message).any() or np.isnan(message).any() or np.isneginf(roots).any():
            raise HeatnetError(
                "The visits are impossible with these rates and priors: a rate of 0 or 1, or a prior of 0, leaves "
                "no way to them. Give rates strictly between 0 and 1."
            )
        stays_clear = _log_stays_clear(tree.log_any - tree.log_none, ends)
        log_clear = tree.forest.path_sum(stays_clear, np.zeros(len(tree), dtype=bool))
        own_clear = _log_stays_clear(own_any - own_none, ratio)
        log_evidence = float(if_impaired.sum() + roots.sum())
    above = np.where(tree.parent >= 0, log_clear[tree.parent], 0.0)
    log_clear_path = log_clear[tree.group_of_building]
    return Beliefs(
        log_evidence,
        ends,
        message,
        above,
        log_clear_path + own_clear,
        building_message,
        log_clear_path,
    )


def _log_stays_clear(log_odds: Floats, ratio: Floats) -> Floats:
    """Return log of (1 - Q) exp(D) / (Q + (1 - Q) exp(D)) from the log odds of Q and from D; Q = 0 stays clear."""
    stays: Floats = -np.logaddexp(0.0, log_odds - ratio)
    return np.where(np.isneginf(log_odds), 0.0, stays)


def _upward(tree: GroupTree, seen: Floats) -> tuple[Floats, Floats]:
    """Return D and M of every group, given what the buildings hand up."""
    starts = tree.forest.level_start
    if starts is None:
        return _upward_one_by_one(tree, seen)
    ends, message = seen.copy(), np.empty(len(tree))
    for level in range(len(starts) - 2, -1, -1):
        here = slice(starts[level], starts[level + 1])
        message[here] = np.logaddexp(tree.log_any[here], tree.log_none[here] + ends[here])
        if level:
            first, last = starts[level - 1], starts[level]
            ends[first:last] += np.bincount(tree.parent[here] - first, message[here], minlength=last - first)
    return ends, message


def _upward_one_by_one(tree: GroupTree, seen: Floats) -> tuple[Floats, Floats]:
    exp, log1p = math.exp, math.log1p
    ends, message = seen.tolist(), [0.0] * len(tree)
    rows = zip(
        range(len(tree) - 1, -1, -1),
        tree.parent[::-1].tolist(),
        tree.log_any[::-1].tolist(),
        tree.log_none[::-1].tolist(),
        strict=True,
    )
    for i, above, impaired, none in rows:
        clear = none + ends[i]
        if clear > impaired:
            handed = clear + log1p(exp(impaired - clear))
        elif impaired > -math.inf:
            handed = impaired + log1p(exp(clear - impaired))
        else:
            handed = clear
        message[i] = handed
        if above >= 0:
            ends[above] += handed
    return np.array(ends), np.array(message)


def log_clear_paths(paths: SupplyPaths, tree: GroupTree, told: Beliefs, prior: Floats) -> Floats:
    """Return, per asset on a path, the log probability that neither it nor anything before it is impaired.

    Inside a group the assets up to this one are clear, and the others are impaired or not as what lies below says.
    """
    log_none = np.log1p(-prior)
    inside = paths.order[tree.group_of_asset[paths.order] >= 0]
    inside = inside[np.argsort(tree.group_of_asset[inside], kind="stable")]
    group = tree.group_of_asset[inside]
    running = np.r_[0.0, np.cumsum(log_none[inside])]
    is_first = np.r_[True, group[1:] != group[:-1]] if len(group) else np.zeros(0, dtype=bool)
    so_far = running[1:] - running[:-1][is_first][group]
    rest = np.minimum(tree.log_none[group] - so_far, 0.0)
    rest[np.r_[is_first[1:], True] if len(group) else is_first] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        below = np.logaddexp(np.log(-np.expm1(rest)), rest + told.ends[group]) - told.message[group]
    below = np.where(np.isposinf(told.message[group]), -so_far, below)
    log_clear = log_none.copy()
    log_clear[inside] = np.minimum(told.log_clear_above[group] + so_far + below, 0.0)
    return paths.forest.path_sum(log_clear, tree.group_of_asset >= 0)
