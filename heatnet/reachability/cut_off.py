"""What every single outage cuts off, for all assets and any weights at once.

::

      supply of the primary level        walk from a root joined to the sources   ->  live stations
      return of the primary level
      supply of the secondary level      walk from a root joined to the live stations
      return of the secondary level

      every outage: one interval of positions per layer (`walks`)
      every building: one position per layer, and the set of stations it hangs on (`feeding`)
      lost  =  sum over supply interval + sum over return interval - sum over both (`overlap`)

Steps, each in its own module: `parts` shrinks what falls out together, `walks` finds what hangs on what, `feeding`
passes losses of the primary level on to the secondary one, `overlap` counts nothing twice, `exact_sums` keeps sums
free of rounding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from heatnet._arrays import AnyInts, Floats, Truths
from heatnet.errors import HeatnetError
from heatnet.graph.exact_sums import apply_exactly
from heatnet.graph.overlap import Intervals, Overlap, is_within, overlap_of, ranked
from heatnet.graph.ranges import group_by, positions_in
from heatnet.graph.walks import (
    Cuts,
    common_ancestors,
    cut_by_links,
    cut_by_vertices,
    neighbours,
    walk_from,
)
from heatnet.network import BUILDING, Network
from heatnet.reachability.feeding import Feeding, feeding
from heatnet.reachability.parts import Parts, section_parts, segment_parts

Isolation = Literal["segment", "section"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Outages:
    """What each single outage cuts off, ready for any weights; made by `outages`.

    *Cut off* means: served by the intact network, not served after the outage. *Served* means connected; whether
    pipes and pumps carry enough is not checked.

    Attributes
    ----------
    is_served : ndarray of bool, shape (n_nodes,)
        The buildings that the intact network serves; false at every other node.
    is_live : ndarray of bool, shape (n_stations,)
        The stations whose primary side is joined to a source in supply and return.
    isolate : str
        ``"segment"`` or ``"section"``.
    """

    is_served: Truths
    is_live: Truths
    isolate: Isolation
    _n_segments: int
    _cut: tuple[Intervals, ...]
    _item_rank: tuple[AnyInts, ...]
    _items_before: tuple[AnyInts, ...]
    _first_set: int
    _share_node: AnyInts
    _share_item: AnyInts
    _share_sign: AnyInts
    _overlap: Overlap
    _extra_outage: AnyInts
    _extra_item: AnyInts

    def lost(self, weights: npt.ArrayLike) -> Floats:
        """Return the sum of weights over the buildings that the outage of each asset cuts off.

        Parameters
        ----------
        weights : array-like, shape (n_nodes,) or (n_nodes, k)
            Weight of each node; only those of buildings that are served enter.

        Returns
        -------
        ndarray of float64, shape (n_assets,) or (n_assets, k)
            Whole weights give whole sums; an outage that cuts nobody off gives exactly 0.0.

        Examples
        --------
        >>> from heatnet.examples import line
        >>> outages(line()).lost([0, 10, 0.5]).tolist()
        [10.5, 0.5]
        """
        return apply_exactly(self._lost, weights, len(self.is_served), "weights")

    def carried(self, values: npt.ArrayLike) -> Floats:
        """Return per node the sum of values over the assets whose outage cuts it off; the transpose of `lost`.

        Parameters
        ----------
        values : array-like, shape (n_assets,) or (n_assets, k)
            Value of each asset.

        Returns
        -------
        ndarray of float64, shape (n_nodes,) or (n_nodes, k)
            0.0 at nodes that are no served building.

        Examples
        --------
        >>> from heatnet.examples import line
        >>> outages(line()).carried([0.25, 0.5]).tolist()
        [0.0, 0.25, 0.75]
        """
        return apply_exactly(self._carried, values, self._n_segments + len(self.is_live), "values")

    def cuts_off(self, assets: AnyInts, nodes: AnyInts) -> Truths:
        """Return, pair by pair, whether the outage of an asset cuts off the building at a node.

        Parameters
        ----------
        assets, nodes : ndarray of int, of one length
            Positions of assets and nodes.

        Examples
        --------
        >>> import pandas as pd
        >>> network = Network(
        ...     pd.DataFrame({"node_id": ["A", "B", "C"], "kind": ["source", "building", "building"]}),
        ...     pd.DataFrame(
        ...         {
        ...             "segment_id": ["S", "T"],
        ...             "from_node": ["A", "B"],
        ...             "to_node": ["B", "C"],
        ...             "length_m": 50,
        ...             "diameter_mm": 100,
        ...         }
        ...     ),
        ... )
        >>> outages(network).cuts_off(np.array([0, 1, 1]), np.array([2, 2, 1])).tolist()
        [True, True, False]
        """
        order, starts = group_by(self._share_node, len(self.is_served))
        shares = (starts[1:] - starts[:-1])[nodes]
        pair = np.repeat(np.arange(len(nodes)), shares)
        share = order[positions_in(starts[nodes], starts[nodes] + shares)]
        inside = self._holds(np.asarray(assets)[pair], self._share_item[share])
        signed = np.where(inside, self._share_sign[share], 0)
        return np.asarray(np.bincount(pair, weights=signed, minlength=len(nodes)) > 0.5)

    def _holds(self, assets: AnyInts, items: AnyInts) -> Truths:
        """Return, pair by pair, whether an item falls out in the outage of an asset."""
        is_segment = assets < self._n_segments
        segment = np.where(is_segment, assets, 0)
        inside = np.zeros(len(assets), dtype=bool)
        for cut, rank in zip(self._cut, self._item_rank, strict=True):
            at = rank[items]
            inside |= (cut.first[segment] <= at) & (at < cut.stop[segment])
        n_items = len(self._item_rank[0])
        extra = np.asarray(self._extra_outage, dtype=np.int64) * n_items + self._extra_item
        inside |= np.isin(segment.astype(np.int64) * n_items + items, extra)
        return np.where(is_segment, inside, items == self._first_set + assets - self._n_segments)

    def hanging_at(self, cut: Intervals, weights: npt.ArrayLike) -> Floats:
        """Return the sum of weights of all that hangs at the positions of each interval, counted in each layer.

        A building behind a station counts where the station stands, and may count twice if its supply hangs on one
        station and its return on another.
        """
        nothing = np.empty(0, dtype=np.int64)
        loose = replace(
            self,
            _n_segments=len(cut.first),
            _cut=tuple(cut.counted(before) for before in self._items_before),
            _share_sign=np.maximum(self._share_sign, 0),
            _overlap=Overlap(nothing, nothing, nothing, nothing),
            _extra_outage=nothing,
            _extra_item=nothing,
        )
        return loose.lost(weights)[: len(cut.first)]

    def _lost(self, weights: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        n_items, n_own = len(self._item_rank[0]), self._first_set
        items = np.zeros(n_items, dtype=np.int64)
        items[:n_own] = weights.take(self._share_node[:n_own])  # each building is an item of its own first
        shares = weights.take(self._share_node[n_own:]) * self._share_sign[n_own:]
        np.add.at(items, self._share_item[n_own:], shares)
        n_stations = len(self.is_live)
        lost = np.zeros(self._n_segments + n_stations, dtype=np.int64)
        by_segment = lost[: self._n_segments]
        before = np.zeros(n_items + 1, dtype=np.int64)
        for cut, rank in zip(self._cut, self._item_rank, strict=True):
            before[1:][rank] = items
            np.cumsum(before, out=before)
            by_segment += before.take(cut.stop)
            by_segment -= before.take(cut.first)
            before[0] = 0
        by_segment -= self._overlap.sums(items, self._n_segments)
        np.add.at(by_segment, self._extra_outage, items[self._extra_item])
        lost[self._n_segments :] = items[self._first_set : self._first_set + n_stations]
        return lost

    def _carried(self, values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        n_items, n_stations = len(self._item_rank[0]), len(self.is_live)
        of_segments = values[: self._n_segments]
        items = np.zeros(n_items, dtype=np.int64)
        for cut, rank in zip(self._cut, self._item_rank, strict=True):
            change = np.zeros(n_items + 1, dtype=np.int64)
            np.add.at(change, cut.first, of_segments)
            np.subtract.at(change, cut.stop, of_segments)
            items += np.cumsum(change).take(rank)
        items -= self._overlap.shares(of_segments, n_items)
        np.add.at(items, self._extra_item, of_segments[self._extra_outage])
        items[self._first_set : self._first_set + n_stations] += values[self._n_segments :]
        nodes = np.zeros(len(self.is_served), dtype=np.int64)
        np.add.at(nodes, self._share_node, items[self._share_item] * self._share_sign)
        return nodes


def outages(network: Network, isolate: Isolation | None = None) -> Outages:
    """Return what each single outage cuts off, in near-linear time for all assets together.

    Parameters
    ----------
    network : Network
        The network.
    isolate : {None, "segment", "section"}
        ``"segment"``: the row alone is out. ``"section"``: each pipe of the row drains its section, bounded by operable
        valves. None: sections where the network has a valve, operable or not, else segments.

    Returns
    -------
    Outages
        Its `lost` and `carried` take weights.

    Raises
    ------
    HeatnetError
        If `isolate` is another word.
    """
    isolate = isolation(network, isolate)
    parts = section_parts(network) if isolate == "section" else segment_parts(network)
    return outages_of_parts(network, parts, isolate)


def outages_of_parts(network: Network, parts: Parts, isolate: Isolation) -> Outages:
    """Return what each single outage cuts off, where the parts for this isolation are at hand."""
    primary, secondary, is_live = both_levels(network, parts, isolate)
    joined = one_order(primary, secondary)
    node_position = joined.position.take(parts.point_part[:, : network.n_nodes])
    is_served = (network.node_kind == BUILDING) & (node_position >= 0).all(axis=0)
    station_position = np.where(is_live, node_position[:, network.station_nodes], 0)
    buildings = np.flatnonzero(is_served)
    fed = _fed(network, parts, secondary, buildings, is_live)
    set_position = np.stack([_set_positions(primary, where, fed.sets) for where in station_position])
    item_position = np.concatenate([node_position.take(buildings, axis=1), station_position, set_position], axis=1)
    order, rank, before = ranked(item_position, len(joined.tree_stop))
    cut = tuple(intervals(unit, joined).counted(starts) for unit, starts in zip(parts.pipe_unit, before, strict=True))
    first_set = len(buildings)
    cut, disputed = _without_repeats(cut, order, rank)
    overlap = overlap_of(disputed, cut[0], cut[-1], order[0], rank[-1])
    station_rank = [of_items[first_set : first_set + len(is_live)] for of_items in rank]
    extra_outage, extra_set = _together(disputed, cut, station_rank, fed.sets)
    return Outages(
        is_served=is_served,
        is_live=is_live,
        isolate=isolate,
        _n_segments=network.n_segments,
        _cut=cut,
        _item_rank=rank,
        _items_before=before,
        _first_set=first_set,
        _share_node=np.concatenate([buildings, fed.share_node]),
        _share_item=np.concatenate([np.arange(first_set), first_set + fed.share_set]),
        _share_sign=np.concatenate([np.ones(first_set, dtype=np.int64), fed.share_sign]),
        _overlap=overlap,
        _extra_outage=extra_outage,
        _extra_item=first_set + len(is_live) + extra_set,
    )


def both_levels(network: Network, parts: Parts, isolate: Isolation) -> tuple[Cuts, Cuts, Truths]:
    """Return the cuts of the primary and of the secondary level, and which stations are live."""
    graph = neighbours(parts.n_parts, parts.link_from, parts.link_to)
    cut_by = cut_by_links if isolate == "segment" else cut_by_vertices

    def cuts_from(roots: AnyInts) -> Cuts:
        return cut_by(walk_from(np.unique(roots), graph), parts.link_from, parts.link_to)

    secondary_sides = parts.point_part[:, network.n_nodes :]
    primary = cuts_from(parts.point_part[:, feeding_sources(network)])
    at_primary_side = primary.position[parts.point_part[:, network.station_nodes]]
    is_live = np.asarray((at_primary_side >= 0).all(axis=0))
    return primary, cuts_from(secondary_sides[:, is_live]), is_live


def feeding_sources(network: Network) -> AnyInts:
    """Return the nodes of the sources but for those on the secondary level, which feed nothing."""
    on_secondary = np.zeros(network.n_nodes, dtype=bool)
    for end in (network.from_node, network.to_node):
        on_secondary[end[~network.is_primary]] = True
    return network.source_nodes[~on_secondary[network.source_nodes]]


def one_order(primary: Cuts, secondary: Cuts) -> Cuts:
    """Return the positions of both levels in one order, the secondary ones behind."""
    shift = len(primary.tree_stop)
    is_cut = secondary.stop > secondary.first
    return Cuts(
        np.where(secondary.position >= 0, secondary.position + shift, primary.position),
        np.where(is_cut, secondary.first + shift, primary.first),
        np.where(is_cut, secondary.stop + shift, primary.stop),
        np.concatenate([primary.tree_stop, secondary.tree_stop + shift]),
        secondary.branch,
    )


def intervals(unit: AnyInts, cuts: Cuts) -> Intervals:
    """Return what the loss of each segment cuts off in one layer."""
    return Intervals(np.append(cuts.first, 0).take(unit), np.append(cuts.stop, 0).take(unit))


def _without_repeats(
    cut: tuple[Intervals, ...], order: tuple[AnyInts, ...], rank: tuple[AnyInts, ...]
) -> tuple[tuple[Intervals, ...], AnyInts]:
    """Empty the intervals that say nothing new beside that of the other layer; return also where both are needed.

    Parameters
    ----------
    cut : tuple of Intervals
        One per layer.
    order, rank : tuple of ndarray of int
        Per layer the items in order, and the place of each.
    """
    if len(cut) == 1:
        return cut, np.empty(0, dtype=np.int64)
    supply, other = cut
    both = np.flatnonzero((supply.first < supply.stop) & (other.first < other.stop))
    of_both = [Intervals(side.first.take(both), side.stop.take(both)) for side in cut]
    supply_repeats = is_within(of_both[0], of_both[1], rank[1].take(order[0]))
    rest = np.flatnonzero(~supply_repeats)
    of_rest = [Intervals(side.first.take(rest), side.stop.take(rest)) for side in of_both]
    other_repeats = is_within(of_rest[1], of_rest[0], rank[0].take(order[1]))
    disputed = both[rest[~other_repeats]]
    return (supply.without(both[supply_repeats]), other.without(both[rest[other_repeats]])), disputed


def _fed(network: Network, parts: Parts, secondary: Cuts, buildings: AnyInts, is_live: Truths) -> Feeding:
    """Return which stations feed the served buildings of the secondary level."""
    node_branch = secondary.branch.take(parts.point_part.take(buildings, axis=1))
    on_secondary = node_branch[0] >= 0
    station_branch = secondary.branch[parts.point_part[:, network.n_nodes :]]
    return feeding(buildings[on_secondary], node_branch[:, on_secondary], station_branch, is_live)


def _set_positions(primary: Cuts, station_position: AnyInts, sets: list[tuple[int, ...]]) -> AnyInts:
    """Return for each set of stations the position of the last vertex below which all of them hang."""
    lowest = np.array([station_position[list(stations)].min() for stations in sets], dtype=np.int64)
    highest = np.array([station_position[list(stations)].max() for stations in sets], dtype=np.int64)
    return common_ancestors(primary, lowest, highest) if sets else lowest


def _together(
    disputed: AnyInts, cut: tuple[Intervals, ...], station_rank: list[AnyInts], sets: list[tuple[int, ...]]
) -> tuple[AnyInts, AnyInts]:
    """Return outages and sets where some stations of the set die in supply and the others in return.

    Only outages that cut off different things in the two layers can do so; these few are looked at one set at a time.
    """
    found = [np.empty((2, 0), dtype=np.int64)]
    kills_in_each = np.ones(len(disputed), dtype=bool)
    for side, at in zip(cut, station_rank, strict=True):
        in_sets = np.sort(at[[station for stations in sets for station in stations]])
        first, stop = np.searchsorted(in_sets, side.first[disputed]), np.searchsorted(in_sets, side.stop[disputed])
        kills_in_each &= first < stop
    disputed = disputed[kills_in_each]
    for number, stations in enumerate(sets if len(disputed) else []):
        members = list(stations)
        dead = [
            (side.first[disputed, None] <= at[members]) & (at[members] < side.stop[disputed, None])
            for side, at in zip(cut, station_rank, strict=True)
        ]
        neither_alone = ~dead[0].all(axis=1) & ~dead[1].all(axis=1)
        outages_found = disputed[neither_alone & (dead[0] | dead[1]).all(axis=1)]
        found.append(np.stack([outages_found, np.full(len(outages_found), number)]))
    outage, set_number = np.concatenate(found, axis=1)
    return outage, set_number


def isolation(network: Network, isolate: Isolation | None) -> Isolation:
    """Return how outages are isolated: as asked, else by sections where there is a valve."""
    if isolate is None:
        return "section" if len(network.valve_segment) else "segment"
    if isolate not in ("segment", "section"):
        raise HeatnetError(f'isolate must be "segment", "section" or None, not {isolate!r}')
    return isolate
