"""The assets on paths to observed buildings, contracted to stretches that the same observed buildings hang behind.

Assets below which the same observed buildings hang follow each other on the paths. Such a stretch acts as one thing
that is impaired in one of a few ways (`heatnet.location.states`); the stretches form a tree of at most twice as many as
there are observed buildings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatnet._arrays import Floats, Ints, Truths
from heatnet.graph.streams import Forest, Pairing, Streams, pairings_of, sums_along
from heatnet.location.states import PathStates
from heatnet.network import Network
from heatnet.reachability.paths import SupplyPaths

Counts = tuple[Floats, ...]
"""How probably none, one, two or more are impaired, of each of some things."""


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """How the streams of one order hang together, as places in the order of the tree.

    Parameters
    ----------
    inner, after_inner : array of int
        The stretches that have another one of their stream below them, and that one.
    joining, joint : array of int
        The first stretches of streams that hang on another stretch, and that one.
    firsts : array of int
        The first stretch of each stream, counted from the first of this order.
    is_root : array of bool
        Per stream: nothing is before it.
    """

    inner: Ints
    after_inner: Ints
    joining: Ints
    joint: Ints
    firsts: Ints
    is_root: Truths

    @classmethod
    def of(cls, streams: Streams) -> Ways:
        """Return how these streams hang together."""
        is_inner = np.ones(streams.stop - streams.start, dtype=bool)
        is_inner[streams.bottom - streams.start] = False
        inner = np.flatnonzero(is_inner) + streams.start
        is_root = streams.joint < 0
        top, joint = streams.top[~is_root], streams.joint[~is_root]
        return cls(inner, inner + 1, top, joint, streams.top - streams.start, is_root)


@dataclass(frozen=True, slots=True, eq=False)
class GroupTree:
    """Stretches in the order of their streams, each behind those before it on the paths.

    Parameters
    ----------
    forest : Forest
        The stretches as trees; stretch ``i`` is the i-th in its order.
    group_of_asset : array of int
        Per asset: its stretch, -1 where no observed building hangs.
    group_of_building : array of int
        Per observed building: the stretch at whose lower end it hangs; a stretch has one building at most.
    members : array of int
        The assets of the stretches, one stretch after another, each in the order of the path.
    rank : array of int
        Per member: its place in its stretch, 0 for the first.
    member_group : array of int
        Per member: its stretch.
    is_station : array of bool
        Per member: it is a station. A stretch has one at most.
    pairings : tuple of Pairing
        How the members of a stretch are joined.
    ways : tuple of Ways
        How the streams of each order hang together.
    """

    forest: Forest
    group_of_asset: Ints
    group_of_building: Ints
    members: Ints
    rank: Ints
    member_group: Ints
    is_station: Truths
    pairings: tuple[Pairing, ...]
    ways: tuple[Ways, ...]

    @property
    def parent(self) -> Ints:
        """Per stretch: the one before it on the paths, -1 for the first."""
        return self.forest.parent

    def __len__(self) -> int:
        return len(self.forest.parent)

    def among(self, assets: Ints) -> GroupTree:
        """Return the same tree where only these assets (positions, ascending, all its members among them) exist."""
        return replace(self, group_of_asset=self.group_of_asset[assets], members=np.searchsorted(assets, self.members))

    def with_buildings(self, order: Ints) -> GroupTree:
        """Return the same tree with the observed buildings in another order."""
        return replace(self, group_of_building=self.group_of_building[order])


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """What is known of the stretches of a tree before anything is seen; logs of probabilities.

    Parameters
    ----------
    states : PathStates
        What is told apart.
    moves : array of float
        Shape (states, stretches): that a stretch by itself is in a state.
    steps : array of float
        Shape (pairs of states, stretches): that a path in the first state is in the second one after the stretch.
    of_members : array of float
        Shape (states, members): that a member is impaired and its stretch in a state.
    of_segments : array of float
        Shape (states, stretches): that any segment is impaired and the stretch in a state.
    clear_before : array of float
        Per member: that it and all before it in its stretch are clear.
    rest : array of float
        Shape (states, members): that what follows a member in its stretch is in a state.
    counted : tuple of array of float
        Per stretch, no logs: that none, one, two or more of its segments are impaired; that its station is.
    """

    states: PathStates
    moves: Floats
    steps: Floats
    of_members: Floats
    of_segments: Floats
    clear_before: Floats
    rest: Floats
    counted: tuple[Floats, Floats]

    def told_apart_less(self, states: PathStates) -> Stretches:
        """Return the same where kinds are not told apart: only what goes up and down the tree."""
        segments, station = self.counted
        moves, steps = _moves_and_steps(states, segments, station, self.moves[0])
        nothing = np.zeros((len(states), 0))
        return Stretches(states, moves, steps, nothing, nothing, nothing[0], nothing, self.counted)


def group_tree(network: Network, paths: SupplyPaths, observed_nodes: Ints, below: Ints) -> GroupTree:
    """Return the tree of stretches on the paths to the observed buildings (each reached by a path).

    `below` is, per asset, a sum over the observed buildings on whose path it lies, of anything above 0 for each of
    them: on one path, equal sums are equal sets.
    """
    last = paths.last_asset[observed_nodes]
    active = paths.order[below[paths.order] > 0]
    parent = paths.parent_asset[active]
    continues = (parent >= 0) & (below[parent] == below[active])
    label = _chains(active, parent, continues, network.n_assets)
    n_groups = len(active) - int(continues.sum())
    top, bottom = np.empty((2, n_groups), dtype=np.int64)
    top[label[active[~continues]]] = active[~continues]
    bottom[label[active]] = active  # from the source outwards: the last one stays
    above = paths.parent_asset[top]
    group_parent = np.where(above >= 0, label[above], -1)
    by_name = Forest.of(group_parent, _sibling_key(group_parent, network.asset_names[bottom]))
    order = by_name.order
    place = np.full(n_groups + 1, -1, dtype=np.int64)  # the last entry serves parent -1
    place[order] = np.arange(n_groups)
    group_of_asset = np.full(network.n_assets, -1, dtype=np.int64)
    group_of_asset[active] = place[label[active]]
    members = active[np.argsort(group_of_asset[active], kind="stable")]
    group = group_of_asset[members]
    first = np.flatnonzero(np.diff(group, prepend=-1))
    rank = np.arange(len(members)) - first[group] if len(group) else group
    forest = Forest(place[group_parent[order]], np.arange(n_groups), by_name.streams)
    return GroupTree(
        forest,
        group_of_asset,
        group_of_asset[last],
        members,
        rank,
        group,
        members >= network.n_segments,
        pairings_of(rank),
        tuple(Ways.of(streams) for streams in forest.streams),
    )


def stretches(tree: GroupTree, states: PathStates, prior: Floats, *, for_tables: bool = True) -> Stretches:
    """Return what is known of the stretches before anything is seen, from the prior of each asset.

    What only tables tell (`of_segments`, `clear_before`, `rest`) is left empty where not `for_tables`.
    """
    q = prior[tree.members]
    q_segment = np.where(tree.is_station, 0.0, q)
    at_station = np.flatnonzero(tree.is_station)
    group, n_groups = tree.member_group, len(tree)
    is_first = tree.rank == 0
    first = np.flatnonzero(is_first)
    last = np.append(first[1:], len(q))[: len(first)] - 1
    log_none = np.log1p(-q_segment)
    none_so_far = sums_along(log_none, None, tree.pairings)
    behind = np.array(_counts_behind((np.exp(log_none), q_segment, np.zeros(len(q))), tree.pairings))
    after = np.empty_like(behind)
    after[:, :-1] = behind[:, 1:]
    after[:, last] = [[1.0], [0.0], [0.0]]
    segments, station = np.zeros((3, n_groups)), np.zeros(n_groups)
    segments[:, group[first]] = behind[:, first]
    np.maximum.at(station, group[at_station], q[at_station])
    station_rank = np.full(n_groups, -1)
    station_rank[group[at_station]] = tree.rank[at_station]
    log_clear = np.zeros(n_groups)
    log_clear[group[last]] = none_so_far[last]
    log_clear += np.log1p(-station)
    none_before = np.empty_like(none_so_far)
    none_before[1:] = none_so_far[:-1]
    none_before[first] = 0.0
    any_before = -np.expm1(none_before)
    # Of a segment: whether others of its stretch are impaired too, before it or after it.
    any_other = any_before + (1 - any_before) * (after[1] + after[2])
    alone = (1 - any_before) * after[0]
    of_members = _of_states(
        states, np.array([np.zeros(len(q)), q_segment * alone, q_segment * any_other]), station[group]
    )
    counted = segments[:, group[at_station]]
    of_members[:, at_station] = q[at_station] * _of_states(states, counted, np.ones(len(at_station)))
    moves, steps = _moves_and_steps(states, segments, station, log_clear)
    with np.errstate(divide="ignore"):
        np.log(of_members, out=of_members)
    if not for_tables:
        nothing = np.zeros((len(states), 0))
        return Stretches(states, moves, steps, of_members, nothing, nothing[0], nothing, (segments, station))
    of_segments = _of_states(states, np.array([np.zeros(n_groups), segments[1], segments[2]]), station)
    rest = _of_states(states, after, np.where(station_rank[group] > tree.rank, station[group], 0.0))
    before_station = (station_rank[group] >= 0) & (tree.rank >= station_rank[group])
    clear_before = none_so_far + np.where(before_station, np.log1p(-station[group]), 0.0)
    with np.errstate(divide="ignore"):
        for probability in (of_segments, rest):
            np.log(probability, out=probability)
    return Stretches(states, moves, steps, of_members, of_segments, clear_before, rest, (segments, station))


def _moves_and_steps(states: PathStates, segments: Floats, station: Floats, log_clear: Floats) -> tuple[Floats, Floats]:
    """Return the logs of how probably a stretch by itself is in each state, and leads from one state to another."""
    moves = _of_states(states, segments, station)
    logs: dict[tuple[int, ...], Floats] = {}
    with np.errstate(divide="ignore"):
        for ways in (*((state,) for state in range(len(states))), *states.moves[1:-1]):
            if ways not in logs:
                of_ways = moves[ways[0]].copy()
                for other in ways[1:]:
                    of_ways += moves[other]
                logs[ways] = np.log(of_ways, out=of_ways)
    steps = np.empty((len(states.pairs), len(station)))
    for row, ways in zip(steps[1:-1], states.moves[1:-1], strict=True):
        row[:] = logs[ways]
    steps[0], steps[-1] = log_clear, 0.0
    for state, of_state in enumerate(moves):
        of_state[:] = logs[state,] if state else log_clear
    return moves, steps


def _of_states(states: PathStates, segments: Floats, station: Floats) -> Floats:
    """Return the probability of each state from those of none, one, two or more segments and of the station."""
    none, one, two = segments
    found = np.zeros((len(states), len(none)))
    found[0] = none * (1 - station)
    found[states.one_segment] += one * (1 - station)
    found[states.two_segments] += two * (1 - station)
    found[states.station] += none * station
    found[states.station_and_segment] += (one + two) * station
    return found


def _counts_behind(counts: Counts, pairings: tuple[Pairing, ...]) -> Counts:
    """Return, for each member, how probably none, one, two or more from itself on are impaired.

    Sums of products of positive numbers only: what is improbable is as exact as what is probable. Each count is an
    array of its own, from which places are read several times faster than from rows of one.
    """
    if not pairings:
        return counts
    pairing = pairings[0]
    pairs = tuple(count[pairing.upper].copy() for count in counts)
    joined = _joined_counts([count[pairing.joined] for count in pairs], [count[pairing.lower] for count in counts])
    for count, values in zip(pairs, joined, strict=True):
        count[pairing.joined] = values
    pairs = _counts_behind(pairs, pairings[1:])
    behind = tuple(count.copy() for count in counts)
    follows = [count[pairing.follows] for count in pairs]
    joined = _joined_counts([count[pairing.before] for count in counts], follows)
    for count, of_pairs, values in zip(behind, pairs, joined, strict=True):
        count[pairing.upper] = of_pairs
        count[pairing.before] = values
    return behind


def _joined_counts(a: Sequence[Floats], b: Sequence[Floats]) -> Counts:
    return (a[0] * b[0], a[0] * b[1] + a[1] * b[0], a[0] * b[2] + a[1] * (b[1] + b[2]) + a[2])


def _sibling_key(parent: Ints, names: npt.NDArray[np.object_]) -> npt.NDArray[np.uint64]:
    """Return a number for each group that hangs on its name only.

    Siblings in the order of these numbers are added up in it, so that sums round alike whatever the order of the rows.
    """
    key = np.zeros(len(parent), dtype=np.uint64)
    has_sibling = (np.bincount(parent + 1) > 1)[parent + 1]
    key[has_sibling] = pd.util.hash_array(names[has_sibling], categorize=False)
    return key


def _chains(active: Ints, parent: Ints, continues: npt.NDArray[np.bool_], n_assets: int) -> Ints:
    """Return a chain number per asset (-1: not active); an asset that continues has the chain of its parent."""
    place = np.full(n_assets, -1, dtype=np.int64)
    place[active] = np.arange(len(active))
    tail, head = place[parent[continues]], np.flatnonzero(continues)
    links = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(len(active), len(active)))
    label = np.full(n_assets, -1, dtype=np.int64)
    if len(active):
        label[active] = connected_components(links, directed=False)[1]
    return label
