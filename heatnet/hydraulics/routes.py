"""From which station a building has its heat in an outage: the station on its supply path.

The resistance of a path is that of its primary part, up to a station, and that of its secondary part behind it. Both
are worked out apart: the first once per outage on the primary level, the second once per part that several stations
feed.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from heatnet._arrays import Floats, Ints, Truths
from heatnet.hydraulics.plumbing import Plumbing
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

    def reach(self, rows_out: Ints, sides_out: Ints) -> Floats:
        """Return the least resistance from a source to each station, infinite where none is reached."""
        roots = self.roots[~np.isin(self.roots, sides_out)]
        if not len(roots) or not self.n_stations:
            return np.full(self.n_stations, np.inf)
        rows = self._left(self.primary, rows_out, sides_out)
        a, b = self.plumbing.end_sides[:, rows]
        n_sides = self.plumbing.n_nodes
        graph, index = _graph(a, b, self.resistance[rows], roots, n_sides)
        least = dijkstra(graph, directed=False, indices=index[roots], min_only=True)
        found = np.full(self.n_stations, np.inf)
        drawn = index[self.station_nodes] >= 0
        found[drawn] = least[index[self.station_nodes[drawn]]]
        found[np.isin(self.station_nodes, sides_out)] = np.inf
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
        index, least = behind
        at = index[nodes]
        total = reach[stations][:, None] + np.where(at >= 0, least[:, np.maximum(at, 0)], np.inf)
        best = total.argmin(axis=0)
        return np.where(np.isfinite(total[best, np.arange(len(nodes))]), stations[best], -1)

    def _from_stations(self, part: int, stations: Ints, rows_out: Ints, sides_out: Ints) -> tuple[Ints, Floats]:
        first, stop = np.searchsorted(self._part_of_row, [part, part + 1])
        rows = self._left(self._secondary_of_part[first:stop], rows_out, sides_out)
        a, b = self.plumbing.end_sides[:, rows]
        sides = self.plumbing.n_nodes + stations
        graph, index = _graph(a, b, self.resistance[rows], sides, self.plumbing.n_sides)
        least = np.atleast_2d(dijkstra(graph, directed=False, indices=index[sides]))
        least[np.isin(sides, sides_out)] = np.inf
        return index, least

    def _left(self, rows: Ints, rows_out: Ints, sides_out: Ints) -> Ints:
        gone: Truths = np.isin(rows, rows_out)
        if len(sides_out):
            gone |= np.isin(self.plumbing.end_sides[:, rows], sides_out).any(axis=0)
        return rows[~gone]


def _graph(a: Ints, b: Ints, resistance: Floats, roots: Ints, n_sides: int) -> tuple[csr_array[np.float64], Ints]:
    """Return links as a matrix over the sides that occur, of parallel ones the least, and the place of each side."""
    sides = np.unique(np.concatenate([a, b, roots]))
    index = np.full(n_sides, -1)
    index[sides] = np.arange(len(sides))
    low, high = np.minimum(index[a], index[b]), np.maximum(index[a], index[b])
    order = np.lexsort((resistance, low * len(sides) + high))
    key = (low * len(sides) + high)[order]
    first = np.append(True, key[1:] != key[:-1]) if len(key) else np.zeros(0, dtype=bool)
    kept = order[first]
    graph: csr_array[np.float64] = coo_array(
        (resistance[kept], (low[kept], high[kept])), shape=(len(sides), len(sides))
    ).tocsr()
    return graph, index
