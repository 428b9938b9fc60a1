"""The supply path of every node: the way of least resistance from a source, as a tree of assets.

Every node has one side, a station two: its primary side and its secondary side, which heat reaches through the station
or through the pipes of another one. A side is entered by one asset (a segment, or the station itself), so the
paths form a forest in which each asset on a path stands for the side that it enters.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet.graph.resistances import Links, least_resistances
from heatnet.graph.streams import Forest
from heatnet.network import SOURCE, Network


@dataclass(frozen=True, slots=True, eq=False)
class SupplyPaths:
    """The supply paths of a network.

    Node sides are numbered: side ``i`` is node ``i`` (of a station its primary side), side ``n_nodes + k`` is the
    secondary side of station ``k``. Resistances are in m/mm^5.

    Parameters
    ----------
    n_nodes : int
        Number of nodes.
    side_resistance : array of float
        Per side: resistance of its path, infinite where no path reaches it, 0 at a source.
    entering_asset : array of int
        Per side: position of the asset that enters it, -1 at sources and where no path reaches.
    parent_side : array of int
        Per side: the side from which the entering asset comes, -1 like `entering_asset`.
    parent_asset : array of int
        Per asset: the asset before it on every path that holds it, -1 for the first one of a path and for assets
        on no path.
    forest : Forest
        The assets on paths as trees, first assets of paths as roots.
    """

    n_nodes: int
    side_resistance: Floats
    entering_asset: Ints
    parent_side: Ints
    parent_asset: Ints
    forest: Forest

    @property
    def resistance(self) -> Floats:
        """Per node (station: its primary side): resistance of its path, infinite where no path reaches it."""
        return self.side_resistance[: self.n_nodes]

    @property
    def last_asset(self) -> Ints:
        """Per node (station: its primary side): the last asset of its path, -1 where there is none."""
        return self.entering_asset[: self.n_nodes]

    @property
    def order(self) -> Ints:
        """The assets that paths run through, each behind the assets before it."""
        return self.forest.order

    def path_of(self, node: int) -> Ints:
        """Return the positions of the assets on the path of a node (station: its primary side), the source's first.

        Examples
        --------
        >>> from heatnet.examples import fork
        >>> supply_paths(fork()).path_of(2).tolist()
        [0, 1]
        """
        path = []
        asset = int(self.last_asset[node])
        while asset >= 0:
            path.append(asset)
            asset = int(self.parent_asset[asset])
        return np.array(path[::-1], dtype=np.int64)

    def subtree_sum(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return, per asset, the sum over the nodes whose path holds it.

        Parameters
        ----------
        values : array
            One number per node, e.g. ``network.households``. A station counts where its primary side is reached.

        Returns
        -------
        array
            One number per asset, of the same type; 0 for an asset on no path.
        """
        of_asset = np.zeros(len(self.parent_asset), dtype=values.dtype)
        reached = self.last_asset >= 0
        of_asset[self.last_asset[reached]] = values[reached]
        return self.forest.subtree_sum(of_asset)


def supply_paths(network: Network) -> SupplyPaths:
    """Return the supply path of every node.

    The resistance of a path is the sum of ``length_m / diameter_mm**5`` from the source outwards; a station adds
    nothing and is passed only from primary to secondary. A side takes the entering segment with the least sum, of equal
    ones the smallest ``segment_id`` as text. No path runs through a closed valve, and only pair and supply rows
    carry paths. Sources feed the primary level only.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    SupplyPaths
        The paths, on positions of nodes and assets.
    """
    pipes = _Pipes.of(network)
    n_sides = network.n_nodes + len(network.station_nodes)
    roots = _roots(network)
    resistance = least_resistances(pipes.links(network), roots, n_sides)
    ways = _best_ways(pipes, resistance, roots)
    if (resistance[ways.tail] == resistance[ways.head]).any():
        # A resistance too small to change the sum: only the order of settling tells before from behind.
        entering, parent_side = _settled_one_by_one(pipes, network, roots, n_sides)
    else:
        entering, parent_side = _best_entries(ways, network, resistance)
    parent_asset = np.full(network.n_assets, -1, dtype=np.int64)
    entered = np.flatnonzero(entering >= 0)
    parent_asset[entering[entered]] = entering[parent_side[entered]]
    membership = np.full(network.n_assets, -2, dtype=np.int64)
    membership[entering[entered]] = parent_asset[entering[entered]]
    arrays = (resistance, entering, parent_side, parent_asset)
    for array in arrays:
        array.flags.writeable = False
    return SupplyPaths(network.n_nodes, *arrays, Forest.of(membership))


@dataclass(frozen=True, slots=True, eq=False)
class _Pipes:
    """The segments that carry paths, between sides `a` and `b`."""

    a: Ints
    b: Ints
    segment: Ints
    resistance: Floats

    @classmethod
    def of(cls, network: Network) -> _Pipes:
        has_closed_valve = np.zeros(network.n_segments, dtype=bool)
        has_closed_valve[network.valve_segment[~network.valve_open]] = True
        which, diameters = pd.factorize(network.diameter_mm)
        # One power per diameter, by the plain float type: the same double on every machine.
        with np.errstate(divide="ignore", over="ignore"):
            resistance = network.length_m / np.array([_fifth_power(d) for d in diameters.tolist()])[which]
        used = np.flatnonzero(network.in_supply & ~has_closed_valve & np.isfinite(resistance))
        side = np.arange(network.n_nodes)
        secondary_side = side.copy()
        secondary_side[network.station_nodes] = network.n_nodes + np.arange(len(network.station_nodes))
        is_primary = network.is_primary[used]
        a, b = network.from_node[used], network.to_node[used]
        a, b = np.where(is_primary, a, secondary_side[a]), np.where(is_primary, b, secondary_side[b])
        return cls(a, b, used, resistance[used])

    def links(self, network: Network) -> Links:
        """Return the pipes and, one way, each station from its primary to its secondary side."""
        stations = network.station_nodes
        return Links(
            np.concatenate([self.a, stations]),
            np.concatenate([self.b, network.n_nodes + np.arange(len(stations))]),
            np.concatenate([self.resistance, np.zeros(len(stations))]),
            n_one_way=len(stations),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Ways:
    """Segments passed from side `tail` to side `head` that keep the least resistance of `head`."""

    tail: Ints
    head: Ints
    segment: Ints


def _fifth_power(diameter: float) -> float:
    try:
        return diameter**5
    except OverflowError:
        return float("inf")


def _roots(network: Network) -> Ints:
    """Return the sources, but for those on the secondary level, which feed nothing."""
    on_secondary = np.zeros(network.n_nodes, dtype=bool)
    on_secondary[network.from_node[~network.is_primary]] = True
    on_secondary[network.to_node[~network.is_primary]] = True
    return np.flatnonzero((network.node_kind == SOURCE) & ~on_secondary)


def _best_ways(pipes: _Pipes, resistance: Floats, roots: Ints) -> _Ways:
    """Return the ways by which sides that are no roots are reached with their least resistance."""
    at_a, at_b = resistance[pipes.a], resistance[pipes.b]
    is_root = np.zeros(len(resistance), dtype=bool)
    is_root[roots] = True
    forth = np.flatnonzero((at_a + pipes.resistance == at_b) & np.isfinite(at_b) & ~is_root[pipes.b])
    back = np.flatnonzero((at_b + pipes.resistance == at_a) & np.isfinite(at_a) & ~is_root[pipes.a])
    return _Ways(
        np.concatenate([pipes.a[forth], pipes.b[back]]),
        np.concatenate([pipes.b[forth], pipes.a[back]]),
        pipes.segment[np.concatenate([forth, back])],
    )


def _best_entries(ways: _Ways, network: Network, resistance: Floats) -> tuple[Ints, Ints]:
    """Return the entering asset and the parent side of every side, from the ways that keep its least resistance."""
    n_nodes, n_sides = network.n_nodes, len(resistance)
    entering = np.full(n_sides, -1, dtype=np.int64)
    parent_side = np.full(n_sides, -1, dtype=np.int64)
    entering[ways.head] = ways.segment
    parent_side[ways.head] = ways.tail
    ids = network.segment_ids
    tied = np.flatnonzero(np.bincount(ways.head, minlength=n_sides)[ways.head] > 1)
    names = ids[ways.segment[tied]].to_numpy(dtype=object)
    for i in tied[np.argsort(names, kind="stable")][::-1].tolist():
        entering[ways.head[i]] = ways.segment[i]
        parent_side[ways.head[i]] = ways.tail[i]
    for k, station in enumerate(network.station_nodes.tolist()):
        secondary = n_nodes + k
        if not np.isfinite(resistance[station]) or resistance[station] != resistance[secondary]:
            continue
        rival = entering[secondary]
        if rival < 0 or ids[entering[station]] < ids[rival]:
            entering[secondary] = network.n_segments + k
            parent_side[secondary] = station
    return entering, parent_side


def _settled_one_by_one(pipes: _Pipes, network: Network, roots: Ints, n_sides: int) -> tuple[Ints, Ints]:
    """Return the same as `_best_entries`, side by side in the order of (resistance, segment id)."""
    ways_out: list[list[tuple[int, int, float]]] = [[] for _ in range(n_sides)]
    rows = zip(pipes.a.tolist(), pipes.b.tolist(), pipes.segment.tolist(), pipes.resistance.tolist(), strict=True)
    for a, b, segment, resistance in rows:
        ways_out[a].append((b, segment, resistance))
        ways_out[b].append((a, segment, resistance))
    secondary_of = {node: (network.n_nodes + k, k) for k, node in enumerate(network.station_nodes.tolist())}
    entering = np.full(n_sides, -1, dtype=np.int64)
    parent_side = np.full(n_sides, -1, dtype=np.int64)
    settled = np.zeros(n_sides, dtype=bool)
    ids = [str(name) for name in network.segment_ids]
    queue = [(0.0, "", root, -1, -1) for root in roots.tolist()]
    heapq.heapify(queue)
    while queue:
        total, name, side, asset, before = heapq.heappop(queue)
        if settled[side]:
            continue
        settled[side], entering[side], parent_side[side] = True, asset, before
        if side in secondary_of:
            secondary, k = secondary_of[side]
            heapq.heappush(queue, (total, name, secondary, network.n_segments + k, side))
        for head, segment, resistance in ways_out[side]:
            if not settled[head]:
                heapq.heappush(queue, (total + resistance, ids[segment], head, segment, side))
    return entering, parent_side
