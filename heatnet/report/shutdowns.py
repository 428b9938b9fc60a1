"""What a crew has to close and whom it has to tell before it drains a job's pipes."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import AnyInts, Ints, Truths
from heatnet.network import Network
from heatnet.reachability.parts import section_parts, valve_ends
from heatnet.reachability.paths import SupplyPaths, supply_paths


class Shutdowns:
    """The sections of a network, their valves, and the buildings behind each pipe.

    Examples
    --------
    >>> from heatnet.examples import fork
    >>> shutdowns = Shutdowns(fork())
    >>> shutdowns.valves(np.array([0])), shutdowns.buildings(np.array([0])).tolist()
    ([], [2, 3])
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self._parts = section_parts(network)

    @cached_property
    def paths(self) -> SupplyPaths:
        """The supply path of every node."""
        return supply_paths(self.network)

    @cached_property
    def _ids(self) -> dict[tuple[int, int], str]:
        """The ids of the operable valves at each end (0, 1) of each segment."""
        network = self.network
        found: dict[tuple[int, int], str] = {}
        ids = network.valves["valve_id"].tolist()
        rows = zip(network.valve_end.tolist(), network.valve_segment.tolist(), ids, strict=True)
        for row, can_turn in sorted(zip(rows, network.valve_operable.tolist(), strict=True), key=str):
            if can_turn:
                end, segment, name = row
                found[end, segment] = ", ".join(filter(None, (found.get((end, segment), ""), str(name))))
        return found

    def drained(self, assets: Ints) -> Truths:
        """Return which segments lie in the sections of these assets (positions); of a station none."""
        pipes = assets[assets < self.network.n_segments]
        is_drained = np.zeros(self.network.n_segments, dtype=bool)
        for layer in self._parts.pipe_unit:
            mine = np.unique(layer[pipes])
            is_drained |= np.isin(layer, mine[mine >= 0])
        return is_drained

    def valves(self, assets: Ints) -> list[str]:
        """Return the valves to close so that the sections of these assets (positions) can be drained.

        A valve is one of them where, in some layer, exactly one of pipe and node is drained; of a station those at it.
        """
        end, segment, nodes, sides = self._valve_sides
        is_border = np.zeros(len(end), dtype=bool)
        pipes = assets[assets < self.network.n_segments]
        is_mine = np.zeros(self._parts.n_parts + 1, dtype=bool)  # the last one: of no section
        for units, (of_pipe, of_point) in zip(self._parts.pipe_unit, sides, strict=True):
            is_mine[:] = False
            is_mine[units[pipes]] = True
            is_mine[-1] = False
            is_border |= is_mine[of_pipe] != is_mine[of_point]
        stations = assets[assets >= self.network.n_segments]
        if len(stations):
            is_border |= np.isin(nodes, self.network.station_nodes[stations - self.network.n_segments])
        found = zip(end[is_border].tolist(), segment[is_border].tolist(), strict=True)
        return sorted(self._ids[one] for one in found)

    @cached_property
    def _valve_sides(self) -> tuple[AnyInts, AnyInts, Ints, list[tuple[AnyInts, AnyInts]]]:
        """Return end, segment and node of the ends with an operable valve, and per layer the sections on both sides."""
        end, segment = np.nonzero(valve_ends(self.network).is_operable)
        nodes = np.stack([self.network.from_node, self.network.to_node])[end, segment]
        points = self._parts.end_points[end, segment]
        layers = zip(self._parts.pipe_unit, self._parts.point_part, strict=True)
        return end, segment, nodes, [(units[segment], of_point[points]) for units, of_point in layers]

    @cached_property
    def _spans(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Return where each asset stands in a walk of the tree, where its subtree ends, and buildings in that order."""
        parent = self.paths.parent_asset
        children: dict[int, list[int]] = {}
        for asset in self.paths.order.tolist():
            children.setdefault(int(parent[asset]), []).append(asset)
        begin = np.full(len(parent), -1, dtype=np.int64)
        stop = np.full(len(parent), -1, dtype=np.int64)
        turn, stack = 0, [(asset, False) for asset in reversed(children.get(-1, []))]
        while stack:
            asset, is_done = stack.pop()
            if is_done:
                stop[asset] = turn
                continue
            begin[asset] = turn
            turn += 1
            stack.append((asset, True))
            stack += [(child, False) for child in reversed(children.get(asset, []))]
        nodes = self.network.building_nodes
        last = self.paths.last_asset[nodes]
        nodes, last = nodes[last >= 0], last[last >= 0]
        order = np.argsort(begin[last], kind="stable")
        return begin, stop, begin[last][order], nodes[order]

    def buildings(self, assets: Ints) -> Ints:
        """Return the buildings (node positions, ascending) whose supply path runs through what these assets drain."""
        begin, stop, at, nodes = self._spans
        every: AnyInts = np.union1d(assets, np.flatnonzero(self.drained(assets)))
        every = every[begin[every] >= 0]
        is_told = np.zeros(len(nodes) + 1, dtype=np.int64)
        np.add.at(is_told, np.searchsorted(at, begin[every]), 1)
        np.add.at(is_told, np.searchsorted(at, stop[every]), -1)
        found: Ints = np.sort(nodes[np.cumsum(is_told)[:-1] > 0])
        return found

    def area_behind(self) -> pd.Series[Any]:
        """Return the heated area behind each asset, m2, by asset_id."""
        area = self.network.nodes["area_m2"].fillna(0.0).to_numpy(dtype=np.float64)
        return pd.Series(self.paths.subtree_sum(area), index=self.network.asset_ids)
