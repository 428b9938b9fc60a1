"""Least resistances from some roots, and what they become where something is out, case by case.

Only what hangs behind the things that are out, in the tree of shortest paths, can move. It is searched anew from its
edge, where the old resistances still hold (G. Ramalingam, T. Reps, "An incremental algorithm for a generalization of
the shortest-path problem", Journal of Algorithms 21, 1996).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from heatnet._arrays import AnyInts, Floats, Ints, Truths
from heatnet.graph.ranges import group_by, positions_in
from heatnet.graph.streams import Forest, preorder_of


@dataclass(frozen=True, slots=True, eq=False)
class ShortestPaths:
    """The shortest paths from roots over links between sides.

    Parameters
    ----------
    a, b, resistance : array
        The links: the sides at their ends, and their resistance.
    least : array of float
        Per side: the least resistance of a path from a root; infinite where none leads there.
    hangs_at : array of int
        Per link: the side that hangs at it in the tree of shortest paths, -1: none.
    order, place, size : array of int
        The sides of that tree, each followed by all that hangs behind it; per side where it stands, and how many
        sides stand there, itself included.
    links, starts : array of int
        The links of each side, side after side.
    """

    a: Ints
    b: Ints
    resistance: Floats
    least: Floats
    hangs_at: Ints
    order: Ints
    place: Ints
    size: Ints
    links: AnyInts
    starts: AnyInts

    @classmethod
    def of(cls, a: Ints, b: Ints, resistance: Floats, roots: Ints, n_sides: int) -> ShortestPaths:
        """Return the shortest paths from these roots."""
        graph, kept = least_links(a, b, resistance, n_sides)
        least, parent = np.full(n_sides, np.inf), np.full(n_sides, -9999)
        if len(roots):
            least, parent, _ = dijkstra(graph, directed=False, indices=roots, min_only=True, return_predecessors=True)
        hangs_at = np.full(len(a), -1)
        for one, other in ((a[kept], b[kept]), (b[kept], a[kept])):
            is_over = parent[one] == other
            hangs_at[kept[is_over]] = one[is_over]
        above = np.where(parent >= 0, parent, np.where(np.isfinite(least), -1, -2)).astype(np.int64)
        order, place = preorder_of(above), np.full(n_sides, -1)
        place[order] = np.arange(len(order))
        size = Forest.of(above).subtree_sum(np.ones(n_sides, dtype=np.int64))
        links, starts = group_by(np.concatenate([a, b]), n_sides)
        return cls(a, b, resistance, least, hangs_at, order, place, size, links % len(a) if len(a) else links, starts)

    def without(self, links_out: Ints, sides_out: Ints) -> tuple[Ints, Floats]:
        """Return the sides whose least resistance may move where these links and sides are out, and what it then is."""
        tops = np.append(self.hangs_at[links_out], sides_out)
        tops = tops[(tops >= 0) & (self.size[tops] > 0)]
        first = self.place[tops]
        moved = self.order[np.unique(positions_in(first, first + self.size[tops]))]
        least = np.full(len(moved), np.inf)
        is_left = ~np.isin(moved, sides_out)
        left = np.sort(moved[is_left])
        if len(left):
            least[is_left] = self._least_of(left, moved[~is_left], links_out)[np.searchsorted(left, moved[is_left])]
        return moved, least

    def _least_of(self, left: Ints, gone: Ints, links_out: Ints) -> Floats:
        """Return the least resistances of the sides that are left, from those around them that do not move."""
        links = np.unique(self.links[positions_in(self.starts[left], self.starts[left + 1])])
        links = links[~np.isin(links, links_out)]
        number = {0: _places(left, self.a[links]), 1: _places(left, self.b[links])}
        entry, to, weight = len(left), [], []
        for inside, ends in ((number[0], self.b[links]), (number[1], self.a[links])):
            enters = (inside >= 0) & (_places(left, ends) < 0) & ~np.isin(ends, gone)
            to.append(inside[enters])
            weight.append(self.least[ends[enters]] + self.resistance[links[enters]])
        is_inside = (number[0] >= 0) & (number[1] >= 0)
        enters = np.concatenate(to)
        graph, _ = least_links(
            np.append(number[0][is_inside], np.full(len(enters), entry)),
            np.append(number[1][is_inside], enters),
            np.append(self.resistance[links[is_inside]], np.concatenate(weight)),
            len(left) + 1,
        )
        found: Floats = dijkstra(graph, directed=False, indices=np.array([entry]), min_only=True)[:-1]
        return found


def least_links(a: Ints, b: Ints, resistance: Floats, n_sides: int) -> tuple[csr_array[np.float64], Ints]:
    """Return links as a matrix, of parallel ones the least, and which these are."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((resistance, low * n_sides + high))
    key = (low * n_sides + high)[order]
    is_first: Truths = np.append(True, key[1:] != key[:-1]) if len(key) else np.zeros(0, dtype=bool)
    kept = order[is_first]
    graph: csr_array[np.float64] = coo_array(
        (resistance[kept], (low[kept], high[kept])), shape=(n_sides, n_sides)
    ).tocsr()
    return graph, kept


def _places(among: Ints, sides: Ints) -> Ints:
    """Return where each side stands among sorted ones, -1: nowhere."""
    place = np.minimum(np.searchsorted(among, sides), len(among) - 1)
    return np.where(among[place] == sides, place, -1)
