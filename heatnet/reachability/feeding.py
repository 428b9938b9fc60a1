"""The secondary side: a building there is cut off when every station that feeds its part in one layer is dead.

All of a connected secondary part hangs on the set T of live stations joined to it, in each layer. If K(T) says that
all of T die, a building on the sets T (supply) and U (return) is cut off by a primary or station outage when K(T) or
K(U), and

    K(T) or K(U)  =  K(T) + K(U) - K(T and U),        K(T) and K(U) = K(T + U),

so its weight is shared among at most three sets. A set of one station dies with that station.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet._arrays import AnyInts, Truths
from heatnet.graph.ranges import group_by


@dataclass(frozen=True, slots=True)
class Feeding:
    """Which sets of stations feed which buildings.

    Attributes
    ----------
    sets : list of tuple of int
        Sets of two stations or more; set number ``n_stations + k`` is ``sets[k]``, a smaller number is a station alone.
    share_node, share_set, share_sign : ndarray of int
        The node's weight enters the set with this sign.
    """

    sets: list[tuple[int, ...]]
    share_node: AnyInts
    share_set: AnyInts
    share_sign: AnyInts


def feeding(nodes: AnyInts, node_branch: AnyInts, station_branch: AnyInts, is_live: Truths) -> Feeding:
    """Return the sets of stations that feed the buildings.

    Parameters
    ----------
    nodes : ndarray of int
        Buildings that are served on the secondary level.
    node_branch : ndarray of int, shape (n_layers, len(nodes))
        The connected part that each belongs to, in each layer.
    station_branch : ndarray of int, shape (n_layers, n_stations)
        The connected part that each station feeds, in each layer.
    is_live : ndarray of bool, shape (n_stations,)
        Whether it feeds anything.
    """
    numbers = _SetNumbers(len(is_live))
    set_of_branch = _sets_by_branch(station_branch, np.flatnonzero(is_live), numbers)
    node_set = set_of_branch[node_branch]
    supply, other = node_set[0], node_set[-1]
    same = supply == other
    share_node, share_set, share_sign = [nodes[same]], [supply[same]], [np.ones(int(same.sum()), np.int64)]
    n_sets = len(is_live) + len(numbers.sets)
    pairs, which = np.unique(supply[~same] * n_sets + other[~same], return_inverse=True)
    order, starts = group_by(which.reshape(-1), len(pairs))
    for number, pair in enumerate(pairs.tolist()):
        concerned = nodes[~same][order[starts[number] : starts[number + 1]]]
        for set_number, sign in _union_terms(numbers, *divmod(pair, n_sets)):
            share_node.append(concerned)
            share_set.append(np.full(len(concerned), set_number))
            share_sign.append(np.full(len(concerned), sign))
    return Feeding(numbers.sets, np.concatenate(share_node), np.concatenate(share_set), np.concatenate(share_sign))


class _SetNumbers:
    """Numbers for sets of stations: a station alone keeps its own, larger sets are numbered as they are met."""

    def __init__(self, n_stations: int) -> None:
        self.n_stations = n_stations
        self.sets: list[tuple[int, ...]] = []
        self._number: dict[tuple[int, ...], int] = {}

    def number(self, stations: tuple[int, ...]) -> int:
        if len(stations) == 1:
            return stations[0]
        if stations not in self._number:
            self._number[stations] = self.n_stations + len(self.sets)
            self.sets.append(stations)
        return self._number[stations]

    def members(self, number: int) -> tuple[int, ...]:
        return (number,) if number < self.n_stations else self.sets[number - self.n_stations]


def _sets_by_branch(station_branch: AnyInts, live: AnyInts, numbers: _SetNumbers) -> AnyInts:
    """Return the number of the set that feeds each branch."""
    branch = station_branch[:, live].reshape(-1)
    n_branches = int(branch.max(initial=-1)) + 1
    order, starts = group_by(branch, n_branches)
    station = np.tile(live, len(station_branch))[order]
    set_of_branch = np.full(n_branches, -1, dtype=np.int64)
    counts = np.diff(starts)
    set_of_branch[counts == 1] = station[starts[:-1][counts == 1]]
    for number in np.flatnonzero(counts > 1).tolist():
        members = tuple(sorted(station[starts[number] : starts[number + 1]].tolist()))
        set_of_branch[number] = numbers.number(members)
    return set_of_branch


def _union_terms(numbers: _SetNumbers, one: int, two: int) -> list[tuple[int, int]]:
    """Return the sets, with signs, whose sum says that all of one set or all of the other die."""
    in_one, in_two = set(numbers.members(one)), set(numbers.members(two))
    if in_one <= in_two:
        return [(one, 1)]
    if in_two <= in_one:
        return [(two, 1)]
    return [(one, 1), (two, 1), (numbers.number(tuple(sorted(in_one | in_two))), -1)]
