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

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heatnet._arrays import Floats
from heatnet.errors import HeatnetError
from heatnet.graph.streams import Pairing
from heatnet.location.evidence import Evidence, Rates
from heatnet.location.groups import GroupTree
from heatnet.reachability.paths import SupplyPaths


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
    up = _messages(tree, evidence, rates, building_prior)
    roots = up.message[tree.parent < 0]
    if np.isnan(up.of_building).any() or np.isnan(up.ends).any() or np.isneginf(roots).any():
        raise HeatnetError(
            "The visits are impossible with these rates and priors: a rate of 0 or 1, or a prior of 0, leaves "
            "no way to them. Give rates strictly between 0 and 1."
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        log_clear = tree.forest.path_sum(_log_stays_clear(tree.log_any - tree.log_none, up.ends))
        log_clear_path = log_clear[tree.group_of_building]
        own_clear = _log_stays_clear(np.log(building_prior) - np.log1p(-building_prior), up.ratio)
    return Beliefs(
        up.log_evidence(tree),
        up.ends,
        up.message,
        np.where(tree.parent >= 0, log_clear[tree.parent], 0.0),
        log_clear_path + own_clear,
        up.of_building,
        log_clear_path,
    )


def log_evidence(tree: GroupTree, evidence: Evidence, rates: Rates, building_prior: float) -> float:
    """Return the log probability of everything seen, as `beliefs` gives it, in half the time."""
    return _messages(tree, evidence, rates, building_prior).log_evidence(tree)


@dataclass(frozen=True, slots=True, eq=False)
class _Messages:
    """What goes up the trees: D and M of each group, what buildings hand up, and their own likelihoods."""

    ends: Floats
    message: Floats
    of_building: Floats
    ratio: Floats
    if_impaired: Floats

    def log_evidence(self, tree: GroupTree) -> float:
        with np.errstate(invalid="ignore"):
            return float(self.if_impaired.sum() + self.message[tree.parent < 0].sum())


def _messages(tree: GroupTree, evidence: Evidence, rates: Rates, building_prior: float) -> _Messages:
    if_clear, if_impaired = evidence.log_likelihoods(rates)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = of_building = if_clear - if_impaired
        if building_prior:
            of_building = _log_sum(np.log(building_prior), np.log1p(-building_prior) + ratio)
        seen = np.zeros(len(tree))
        seen[tree.group_of_building] = of_building
        return _Messages(*_upward(tree, seen), of_building, ratio, if_impaired)


def _log_stays_clear(log_odds: Floats | float, ratio: Floats) -> Floats:
    """Return log of (1 - Q) exp(D) / (Q + (1 - Q) exp(D)) from the log odds of Q and from D; Q = 0 stays clear."""
    if np.isneginf(log_odds).all():
        return np.zeros(len(ratio))
    stays: Floats = -_log_sum(0.0, log_odds - ratio)
    return np.where(np.isneginf(log_odds), 0.0, stays)


def _upward(tree: GroupTree, seen: Floats) -> tuple[Floats, Floats]:
    """Return D and M of every group, given what the buildings hand up.

    Along a stream of groups each M is ``log(exp(offset) + exp(weight) * exp(M below))``: two such steps make one.
    """
    ends, message = seen.copy(), np.empty(len(tree))
    for streams in reversed(tree.forest.streams):
        here = streams.members
        weight, offset = tree.log_none[here] + ends[here], tree.log_any[here].copy()
        bottom = streams.bottom - streams.start
        offset[bottom], weight[bottom] = _log_sum(offset[bottom], weight[bottom]), -np.inf
        message[here] = _handed_up(weight, offset, streams.pairings)
        inner = np.ones(len(weight), dtype=bool)
        inner[bottom] = False
        inner = np.flatnonzero(inner) + streams.start
        ends[inner] += message[inner + 1]
        hangs = streams.joint >= 0
        np.add.at(ends, streams.joint[hangs], message[streams.top[hangs]])
    return ends, message


def _handed_up(weight: Floats, offset: Floats, pairings: tuple[Pairing, ...]) -> Floats:
    """Return M of each member of streams whose bottom has no weight."""
    if not pairings:
        return offset
    pairing = pairings[0]
    pair_weight, pair_offset = weight[pairing.upper].copy(), offset[pairing.upper].copy()
    above = pair_weight[pairing.joined]
    of_lower = _log_product(above, offset[pairing.lower])
    pair_weight[pairing.joined] = _log_product(above, weight[pairing.lower])
    pair_offset[pairing.joined] = _log_sum(pair_offset[pairing.joined], of_lower)
    pairs = _handed_up(pair_weight, pair_offset, pairings[1:])
    message = offset.copy()
    message[pairing.upper] = pairs
    before = pairing.before  # the last ones of the pairs above
    message[before] = _log_sum(offset[before], _log_product(weight[before], pairs[pairing.follows]))
    return message


def _log_product(a: Floats, b: Floats) -> Floats:
    """Return the log of a product from the logs of its factors; nil times infinity is nil."""
    product: Floats = np.fmax(a + b, -np.inf)
    return product


def _log_sum(a: npt.ArrayLike, b: Floats) -> Floats:
    """Return ``np.logaddexp(a, b)``, several times faster where numpy has array instructions for exp and log1p."""
    # Equal infinities have no difference: fmin makes it 0.
    total: Floats = np.maximum(a, b) + np.log1p(np.exp(np.fmin(-np.abs(np.subtract(a, b)), 0.0)))
    return total


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
        below = _log_sum(np.log(-np.expm1(rest)), rest + told.ends[group]) - told.message[group]
    below = np.where(np.isposinf(told.message[group]), -so_far, below)
    log_clear = log_none.copy()
    log_clear[inside] = np.minimum(told.log_clear_above[group] + so_far + below, 0.0)
    return paths.forest.path_sum(log_clear, tree.group_of_asset >= 0)
