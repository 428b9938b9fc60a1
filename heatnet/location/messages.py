"""Exact inference on a tree of stretches: one pass up from the buildings, one pass down from the sources.

A path is in one of a few states (`heatnet.location.states`), 0 where nothing on it is impaired. Write ``U(v)`` for the
probability of all that was seen at or below the lower end of a stretch when the path to that end is in state v: the
product of what its building says and of what the stretches behind it hand up. With ``T(u, v)`` the probability
that the stretch leads from state u to v, it hands

    M(u) = sum over v of T(u, v) U(v)

to the one above it. On the way down, with ``S(u)`` the probability (given everything seen) that the path above a
stretch is in state u,

    S_below(v) = sum over u of S(u) T(u, v) U(v) / M(u),

and something inside the stretch that is impaired while the stretch is in state x with probability a(x), before
anything was seen, is so with probability ``sum over x of a(x) * sum over u of S(u) U(u joined with x) / M(u)``. All
terms are positive and kept as logarithms, so nothing is lost however improbable it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from heatnet._arrays import Floats, Ints, Truths
from heatnet.errors import HeatnetError
from heatnet.graph.streams import Pairing, columns, put_columns
from heatnet.location.groups import GroupTree, Stretches
from heatnet.location.states import TWO, PathStates
from heatnet.reachability.paths import SupplyPaths

_JUST_TWO = 2
_FEW = 400
"""Fewer logarithms than this are added by one call a term, more by vectors."""
_LEAST_LOG = -1e300
"""Stands for the log of nil where differences are taken."""
Levels = list[tuple[Floats, Floats]]
"""Of the members of streams, pairs of them, pairs of pairs and so on: log weights of their ways, and M."""
_quiet = np.errstate(invalid="ignore", divide="ignore")
"""Logs of nil and their differences are no accidents here."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What was seen at each building, as logs of probabilities by the state of its path; one constant is free.

    Parameters
    ----------
    if_own_clear, if_own_impaired : array of float
        Shape (states, buildings): where the building itself is not impaired, and where it is.
    building_prior : float or array of float
        Probability that it is, before anything was seen; of all buildings or of each.
    """

    if_own_clear: Floats
    if_own_impaired: Floats
    building_prior: float | Floats

    @property
    def has_own(self) -> bool:
        """Whether any building itself may be impaired."""
        return bool(np.any(self.building_prior))

    @property
    def log_own(self) -> Floats:
        """The log of the prior of each building itself."""
        with np.errstate(divide="ignore"):
            return np.log(np.asarray(self.building_prior, dtype=np.float64))

    @property
    @_quiet
    def total(self) -> Floats:
        """The building itself impaired or not."""
        if not self.has_own:
            return self.if_own_clear
        return _log_sum([np.log1p(-self.building_prior) + self.if_own_clear, self.log_own + self.if_own_impaired])


@dataclass(frozen=True, slots=True, eq=False)
class Beliefs:
    """What the observations say about the stretches and buildings of a tree; logs of probabilities.

    Parameters
    ----------
    states : PathStates
        What is told apart.
    log_evidence : float or array of float
        Log probability of everything seen, without the constants that no rate changes; of each time.
    ends, message : array of float
        Shape (states, stretches): U and M.
    above, below : array of float
        Shape (states, stretches): the state of the path before and after each stretch, given everything seen.
    of_building : array of float
        Shape (states, buildings): the state of the path of each building, given everything seen.
    seen : Seen
        What was seen at the buildings.
    """

    states: PathStates
    log_evidence: float | Floats
    ends: Floats
    message: Floats
    above: Floats
    of_building: Floats
    seen: Seen

    @_quiet
    def weights(self) -> Floats:
        """Return, per state and stretch, how much likelier everything seen makes that the stretch is in the state."""
        joins, ratios = self.states.joins, {}
        rows = np.empty_like(self.ends)
        for x, row in enumerate(rows):
            for u in range(len(self.states)):
                if (u, joins[u][x]) not in ratios:
                    ratios[u, joins[u][x]] = _minus(self.above[u] + self.ends[joins[u][x]], self.message[u])
            row[:] = _log_sum([ratios[u, joins[u][x]] for u in range(len(self.states))])
        return rows

    def clear_buildings(self) -> Floats:
        """Return, per building, the log probability that neither its path nor it itself is impaired."""
        own = np.log1p(-self.seen.building_prior)
        return _minus(self.of_building[0] + own + self.seen.if_own_clear[0], self.seen.total[0])

    @_quiet
    def own_impaired(self) -> Floats:
        """Return, per building, the probability that it itself is impaired."""
        if not self.seen.has_own:
            return np.zeros(self.of_building.shape[1])
        total, own = self.seen.total, self.seen.log_own + self.seen.if_own_impaired
        parts = [_minus(self.of_building[v] + own[v], total[v]) for v in range(len(total))]
        posterior: Floats = np.exp(_log_sum(parts))
        return np.minimum(posterior, 1.0)

    def counts(self) -> Floats:
        """Return, shape (3, buildings), the probability of none, one, two or more impaired, the building included."""
        total, prior = self.seen.total, self.seen.building_prior
        found = np.zeros((3, *self.of_building.shape[1:]))
        for v, count in enumerate(self.states.counts):
            with np.errstate(over="ignore"):
                log_clear = _minus(self.of_building[v] + np.log1p(-prior) + self.seen.if_own_clear[v], total[v])
                found[count] += np.exp(log_clear)
                if self.seen.has_own:
                    log_own = _minus(self.of_building[v] + self.seen.log_own + self.seen.if_own_impaired[v], total[v])
                    found[self.states.with_one_more(v)] += np.exp(log_own)
        if not self.states.dose:
            assert not found[TWO].any()
        return found


def beliefs(tree: GroupTree, known: Stretches, seen: Seen) -> Beliefs:
    """Return the exact beliefs; the buildings of `seen` are aligned with ``tree.group_of_building``.

    Its arrays, and those of the steps of `known`, may have a last axis more: the same tree several times side by side,
    which costs little more than once where the tree is small.

    Raises
    ------
    HeatnetError
        When what was seen is impossible with these rates and priors.
    """
    total = seen.total
    ends, message, levels = _upward(tree, known, total)
    roots = message[0][tree.parent < 0]
    if np.isnan(total).any() or np.isnan(ends).any() or np.isneginf(roots).any():
        raise HeatnetError(
            "The visits are impossible with these rates and priors: a rate of 0 or 1, or a prior of 0, leaves "
            "no way to them. Give rates strictly between 0 and 1."
        )
    above, below = _downward(tree, known.states, levels, ends)
    of_buildings = columns(below, tree.group_of_building)
    return Beliefs(known.states, roots.sum(axis=0), ends, message, above, of_buildings, seen)


def log_evidence(tree: GroupTree, known: Stretches, seen: Seen) -> float:
    """Return the log probability of everything seen, as `beliefs` gives it, in half the time."""
    message = _upward(tree, known, seen.total)[1]
    return float(message[0][tree.parent < 0].sum())


@_quiet
def _upward(tree: GroupTree, known: Stretches, of_buildings: Floats) -> tuple[Floats, Floats, list[Levels]]:
    """Return the logs of U and M of every stretch, given what its building says, and what leads down again."""
    states = known.states
    ends = np.zeros((len(states), len(tree), *of_buildings.shape[2:]))
    put_columns(ends, tree.group_of_building, of_buildings)
    message = np.empty_like(ends)
    after = np.array([v for _, v in states.pairs])
    of_streams = []
    for streams, of_tree in zip(reversed(tree.forest.streams), reversed(tree.ways), strict=True):
        here = streams.members
        matrix = ends[after, here]
        matrix += known.steps[:, here]
        levels = [(matrix, message[:, here])]
        _handed_up(states, streams.pairings, levels)
        of_streams.append(levels)
        for of_ends, of_message in zip(ends, message, strict=True):
            if len(of_tree.inner):
                of_ends[of_tree.inner] += of_message[of_tree.after_inner]
            if len(of_tree.joint):
                _add_at(of_ends, of_tree.joint, of_message[of_tree.joining])
    return ends, message, of_streams[::-1]


@_quiet
def _downward(tree: GroupTree, states: PathStates, of_streams: list[Levels], like: Floats) -> tuple[Floats, Floats]:
    """Return the logs of the state of the path before and after every stretch, shaped as `like`."""
    below, times = np.empty_like(like), like.shape[2:]
    at_source = np.full((len(states), *[1] * (below.ndim - 1)), -np.inf)
    at_source[0] = 0.0
    for streams, of_tree, levels in zip(tree.forest.streams, tree.ways, of_streams, strict=True):
        here = streams.members
        start = np.full((len(states), streams.stop - streams.start, *times), -np.inf)
        above = np.where(_like(of_tree.is_root, below), at_source, columns(below, streams.joint))
        put_columns(start, of_tree.firsts, above)
        _handed_down(states, levels, start, streams.pairings, below[:, here])
    return np.where(_like(tree.parent < 0, below), at_source, columns(below, tree.parent)), below


def _like(of_stretches: Truths, ends: Floats) -> Truths:
    """Return the same ready to be laid beside `ends`, of one time or of several."""
    return of_stretches if ends.ndim == _JUST_TWO else of_stretches[:, None]


def _add_at(sums: Floats, places: Ints, values: Floats) -> None:
    """Add values at places, several of which may be the same; of several times side by side."""
    if sums.ndim > 1:
        times = sums.shape[1]
        places, values = (places[:, None] * times + np.arange(times)).ravel(), values.ravel()
    np.add.at(sums.reshape(-1), places, values)


def _handed_up(states: PathStates, pairings: tuple[Pairing, ...], levels: Levels) -> None:
    """Set the log of M of each member of streams, from the weights of its ways; what hangs below is the next one.

    The last of `levels` are the members; further levels are added for pairs of them, pairs of pairs, and so on.
    """
    matrix, message = levels[-1]
    if not pairings:
        for of_state, ways in zip(message, states.from_state, strict=True):
            of_state[:] = _log_sum([matrix[i] for i in ways])
        return
    pairing = pairings[0]
    lower = columns(matrix, pairing.lower)
    pairs = _joined(states, columns(matrix, pairing.upper), lower, pairing)
    of_pairs = np.empty((len(states), *pairs.shape[1:]))
    levels.append((pairs, of_pairs))
    _handed_up(states, pairings[1:], levels)
    message[:] = 0.0  # nothing hangs below the last ones
    put_columns(message, pairing.before, columns(of_pairs, pairing.follows))
    below = columns(message, pairing.lower)
    for row, (_, v) in zip(lower, states.pairs, strict=True):
        row += below[v]
    for of_state, ways, row in zip(message, states.from_state, of_pairs, strict=True):
        of_state[pairing.lower] = _log_sum([lower[i] for i in ways])
        of_state[pairing.upper] = row


def _handed_down(
    states: PathStates, levels: Levels, before: Floats, pairings: tuple[Pairing, ...], after: Floats
) -> None:
    """Set the log of the state after each member of streams; `before` holds the states before their first ones."""
    matrix, message = levels[0]
    if not pairings:
        likely = np.empty_like(matrix)
        for row, of_way, (u, _) in zip(likely, matrix, states.pairs, strict=True):
            np.subtract(of_way, message[u], out=row)
        of_ends = _after(states, before, np.fmax(likely, -np.inf, out=likely))  # nil over nil is nil
        for of_state, row in zip(after, of_ends, strict=True):
            of_state[:] = row
        return
    pairing = pairings[0]
    of_pairs = np.empty((len(states), *levels[1][0].shape[1:]))
    _handed_down(states, levels[1:], columns(before, pairing.upper), pairings[1:], of_pairs)
    put_columns(before, pairing.later, columns(of_pairs, pairing.led))
    # How likely each way is, given what was seen behind the upper one of a pair.
    likely, upper = columns(matrix, pairing.upper), columns(message, pairing.upper)
    lower = np.zeros_like(upper)  # nothing hangs below the odd last ones
    put_columns(lower, pairing.joined, columns(message, pairing.lower))
    for row, (u, v) in zip(likely, states.pairs, strict=True):
        row += lower[v]
        row -= upper[u]
    of_uppers = _after(states, columns(before, pairing.upper), np.fmax(likely, -np.inf, out=likely))
    for of_state, of_upper, of_pair in zip(after, of_uppers, of_pairs, strict=True):
        of_state[pairing.upper] = of_upper
        of_state[pairing.lower] = of_pair[pairing.joined]


def _joined(states: PathStates, pairs: Floats, lower: Floats, pairing: Pairing) -> Floats:
    """Return the log weights of the ways through pairs of stretches, the odd ones as they are; set in place."""
    first = columns(pairs, pairing.joined)
    for row, ways in zip(pairs, states.chained, strict=True):
        row[pairing.joined] = _log_sum([first[a] + lower[b] for a, b in ways])
    return pairs


def _after(states: PathStates, before: Floats, matrix: Floats) -> list[Floats]:
    """Return the log probability of each state after a stretch."""
    start = [u for u, _ in states.pairs]
    return [_log_sum([before[start[i]] + matrix[i] for i in ways]) for ways in states.to_state]


def _log_sum(parts: Sequence[Floats]) -> Floats:
    """Return the log of a sum from the logs of its positive terms; minus infinity is nil. Its callers are `_quiet`."""
    if len(parts) == 1:
        return parts[0]
    if parts[0].size < _FEW:
        return reduce(np.logaddexp, parts)
    if len(parts) == _JUST_TWO:
        a, b = parts
        two: Floats = a - b
        np.abs(two, out=two)
        np.negative(two, out=two)
        np.fmin(two, 0.0, out=two)  # equal infinities have no difference: fmin makes it 0
        np.exp(two, out=two)
        np.log1p(two, out=two)
        two += np.maximum(a, b)
        return two
    top = np.maximum(parts[0], parts[1])
    for part in parts[2:]:
        np.maximum(top, part, out=top)
    np.fmax(top, _LEAST_LOG, out=top)
    total = parts[0] - top
    np.exp(total, out=total)
    term = np.empty_like(total)
    for part in parts[1:]:
        np.subtract(part, top, out=term)
        total += np.exp(term, out=term)
    np.log(total, out=total)
    total += top
    return total


def _minus(a: Floats, b: Floats) -> Floats:
    """Return the log of a ratio; nil over nil is nil."""
    with np.errstate(invalid="ignore"):
        difference: Floats = a - b
    np.fmax(difference, -np.inf, out=difference)
    return difference


def log_clear_paths(paths: SupplyPaths, tree: GroupTree, known: Stretches, belief: Beliefs, prior: Floats) -> Floats:
    """Return, per asset on a path, the log probability that neither it nor anything before it is impaired.

    Inside a stretch the assets up to this one are clear, and the others are impaired or not as what lies below says.
    """
    group = tree.member_group
    with np.errstate(invalid="ignore"):
        below = _log_sum([known.rest[x] + belief.ends[x, group] for x in range(len(known.states))])
        inside = belief.above[0, group] + known.clear_before + below - belief.message[0, group]
    log_clear = np.log1p(-prior)
    log_clear[tree.members] = np.where(np.isneginf(belief.above[0, group]), -np.inf, np.minimum(inside, 0.0))
    return paths.forest.path_sum(log_clear, tree.group_of_asset >= 0)
