"""From which station a building has its heat in an outage: the station on its supply path.

The resistance of a path is that of its primary part, up to a station, and that of its secondary part behind it. Both
are worked out apart: the first once per outage on the primary level, the second once per part that several stations
feed.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.sparse.csgraph import dijkstra

from heatnet._arrays import Floats, Ints, Truths
from heatnet.hydraulics.plumbing import Plumbing
from heatnet.hydraulics.shortest import ShortestPaths, least_links
from heatnet.network import Network


class Routes:
    """Resistances of supply paths, all valves that turn opened.

    Parameters
    ----------
    network : Network
    plumbing : Plumbing
    """

    def __init__(self, network: Network, plumbing: Plumbing) -> None:
        self.plumbing = plumbing
        self.n_stations = len(network.station_nodes)
        self.station_nodes = network.station_nodes
        carries = plumbing.in_layer[0]
        self.primary = np.flatnonzero(carries & network.is_primary)
        self.secondary = np.flatnonzero(carries & ~network.is_primary)
        with np.errstate(over="ignore", divide="ignore"):
            self.resistance = network.length_m / network.diameter_mm**5
        self.roots = plumbing.source_side[plumbing.source_station < 0]
        self._behind: dict[int, tuple[Ints, Floats]] = {}
        order = np.argsort(plumbing.part[plumbing.end_sides[0, self.secondary]], kind="stable")
        self._secondary_of_part = self.secondary[order]
        self._part_of_row = plumbing.part[plumbing.end_sides[0, self._secondary_of_part]]

    @cached_property
    def _primary_paths(self) -> ShortestPaths:
        a, b = self.plumbing.end_sides[:, self.primary]
        return ShortestPaths.of(a, b, self.resistance[self.primary], self.roots, self.plumbing.n_nodes)

    @cached_property
    def _station_at(self) -> Ints:
        """Per node its station, -1: none."""
        station = np.full(self.plumbing.n_nodes, -1)
        station[self.station_nodes] = np.arange(self.n_stations)
        return station

    def reach(self, rows_out: Ints, sides_out: Ints) -> Floats:
        """Return the least resistance from a source to each station, infinite where none is reached."""
        found = self._primary_paths.least[self.station_nodes]
        place = np.searchsorted(self.primary, rows_out)
        is_primary = np.append(self.primary, -1)[place] == rows_out
        sides, least = self._primary_paths.without(place[is_primary], sides_out[sides_out < self.plumbing.n_nodes])
        station = self._station_at[sides]
        found[station[station >= 0]] = least[station >= 0]
        return found

    def stations(self, reach: Floats, part: int, stations: Ints, nodes: Ints, rows_out: Ints, sides_out: Ints) -> Ints:
        """Return the station on the supply path of each node of a part, -1 where no path leads there.

        Parameters
        ----------
        reach : array of float
            Of `reach`; infinite for stations that are out.
        part : int
            The part.
        stations : array of int
            Its stations.
        nodes : array of int
            Nodes of it.
        rows_out, sides_out : array of int
            What is drained in it in the supply layer.
        """
        if len(rows_out) or len(sides_out):
            behind = self._from_stations(part, stations, rows_out, sides_out)
        else:
            if part not in self._behind:
                self._behind[part] = self._from_stations(part, stations, rows_out, sides_out)
            behind = self._behind[part]
        sides, least = behind
        at = np.minimum(np.searchsorted(sides, nodes), len(sides) - 1)
        total = reach[stations][:, None] + np.where(sides[at] == nodes, least[:, at], np.inf)
        best = total.argmin(axis=0)
        return np.where(np.isfinite(total[best, np.arange(len(nodes))]), stations[best], -1)

    def _from_stations(self, part: int, stations: Ints, rows_out: Ints, sides_out: Ints) -> tuple[Ints, Floats]:
        """Return the sides of a part and the least resistance from each of its stations to each of them."""
        first, stop = np.searchsorted(self._part_of_row, [part, part + 1])
        rows = self._left(self._secondary_of_part[first:stop], rows_out, sides_out)
        ends = self.plumbing.end_sides[:, rows]
        at_stations = self.plumbing.n_nodes + stations
        sides, number = np.unique(np.append(ends.reshape(-1), at_stations), return_inverse=True)
        a, b = number[: 2 * len(rows)].reshape(2, -1)
        graph, _ = least_links(a, b, self.resistance[rows], len(sides))
        least = np.atleast_2d(dijkstra(graph, directed=False, indices=number[2 * len(rows) :]))
        least[np.isin(at_stations, sides_out)] = np.inf
        return sides, least

    def _left(self, rows: Ints, rows_out: Ints, sides_out: Ints) -> Ints:
        gone: Truths = np.isin(rows, rows_out)
        if len(sides_out):
            gone |= np.isin(self.plumbing.end_sides[:, rows], sides_out).any(axis=0)
        return rows[~gone]
