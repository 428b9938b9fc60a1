r"""What is cut off from the root of an undirected graph when one vertex or one link is taken out.

A depth-first walk from the root numbers the vertices; the vertices below one form an interval of these numbers, and
every link joins a vertex with one above it. So

- a link to a vertex is a bridge exactly when it is the only link that leaves the interval of that vertex: then
  its loss cuts off the interval (parallel links are several links);
- a vertex `x` separates the vertices below its child `c` exactly when no link from there climbs above `x`.

::

    walk   0 root     1 loses 4 only: from 3 a link climbs past it    new order of the same   0 1 4 2 3
           | \
           1  |                                                       each loss is an interval of it:
          / \ |                                                       of 1: 1 4    of 4: 4
         2   4|                                                       of 2: 2 3    of 3: 3
         |    |
         3 ---+

When the children that their parent separates stand before the others, what the loss of a vertex cuts off is again one
interval: the vertex and those children with all below them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import depth_first_order

from heatnet._arrays import AnyInts
from heatnet.graph.ranges import group_by, range_minimum

_MOST_LINKS = 64


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Links of an undirected graph in compressed rows: vertex v meets ``indices[starts[v] : starts[v + 1]]``."""

    starts: AnyInts
    indices: AnyInts


@dataclass(frozen=True, slots=True)
class Walk:
    """Numbers of the vertices that the root reaches, in the order of a walk; the root is number 0.

    Attributes
    ----------
    position : ndarray of int, shape (n_vertices,)
        Number of each vertex, -1 where the root does not reach it.
    parent : ndarray of int
        Number of the vertex above, by number (of the root: 0).
    stop : ndarray of int
        By number: one past the last number below.
    roots : ndarray of int
        Numbers of the vertices that the root is joined to.
    """

    position: AnyInts
    parent: AnyInts
    stop: AnyInts
    roots: AnyInts


@dataclass(frozen=True, slots=True)
class Cuts:
    """Positions in an order in which whatever is cut off by one loss is an interval.

    Attributes
    ----------
    position : ndarray of int, shape (n_vertices,)
        Position of each vertex, -1 where the root does not reach it; the root is at 0.
    first, stop : ndarray of int
        What the loss of each vertex (or link) cuts off; equal where nothing is.
    tree_stop : ndarray of int
        By position: one past the last position of the interval that starts there, for common ancestors.
    branch : ndarray of int, shape (n_vertices,)
        Vertices with equal numbers are joined without the root; -1 where the root does not reach.
    """

    position: AnyInts
    first: AnyInts
    stop: AnyInts
    tree_stop: AnyInts
    branch: AnyInts


def neighbours(n_vertices: int, link_from: AnyInts, link_to: AnyInts) -> Neighbours:
    """Return the neighbours of every vertex; parallel links stay several."""
    order, starts = group_by(np.concatenate([link_from, link_to]), n_vertices)
    return Neighbours(starts, np.concatenate([link_to, link_from])[order])


def walk_from(roots: AnyInts, graph: Neighbours) -> Walk:
    """Return the depth-first walk from a root that is joined to the vertices `roots`."""
    n = len(graph.starts) - 1
    starts = np.append(graph.starts, graph.starts[-1] + len(roots)).astype(np.int32)
    rooted = Neighbours(starts, np.concatenate([graph.indices, roots]).astype(np.int32))
    spread, owner = _with_spines(rooted)
    ones, n_all = np.ones(len(spread.indices), dtype=np.float64), len(spread.starts) - 1
    matrix: csr_array[np.float64] = csr_array((ones, spread.indices, spread.starts), shape=(n_all, n_all))
    order, predecessor = depth_first_order(matrix, n, directed=True, return_predecessors=True)
    order = order[order <= n]
    position = np.full(n + 1, -1, dtype=np.int32)
    position[order] = np.arange(len(order), dtype=np.int32)
    above = predecessor[order[1:]]
    if len(owner):
        is_behind = above > n
        above[is_behind] = owner[above[is_behind] - n - 1]
    parent = np.zeros(len(order), dtype=np.int32)
    parent[1:] = position.take(above)
    return Walk(position[:n], parent, _stops(parent), position[roots])


def cut_by_links(walk: Walk, link_from: AnyInts, link_to: AnyInts) -> Cuts:
    """Return what the loss of each link cuts off."""
    lower = np.maximum(walk.position[link_from], walk.position[link_to])
    is_bridge = (_leaving(walk, link_from, link_to) == 1)[lower] & (lower >= 0)
    first = np.where(is_bridge, lower, 0)
    return Cuts(walk.position, first, np.where(is_bridge, walk.stop[lower], 0), walk.stop, _branches(walk))


def cut_by_vertices(walk: Walk, link_from: AnyInts, link_to: AnyInts) -> Cuts:
    """Return what the loss of each vertex cuts off, itself included."""
    is_cut = _is_separated(walk, link_from, link_to)
    new_position, new_stop = _separated_first(walk, is_cut)
    is_reached = walk.position >= 0
    position = np.where(is_reached, new_position[walk.position], -1)
    stop = np.where(is_reached, new_stop[walk.position], 0)
    tree_stop = np.empty_like(new_stop)
    tree_stop[new_position] = new_stop
    return Cuts(position, np.where(is_reached, position, 0), stop, tree_stop, _branches(walk))


def common_ancestors(cuts: Cuts, lowest: AnyInts, highest: AnyInts) -> AnyInts:
    """Return the last position whose interval holds both positions of each pair, ``lowest <= highest``."""
    n = len(cuts.tree_stop)
    depth = np.arange(1, n + 1) - np.cumsum(np.bincount(cuts.tree_stop, minlength=n + 1))[:n]
    ancestor = lowest.astype(np.int64)
    apart = np.flatnonzero(lowest < highest)
    wanted = range_minimum(depth, lowest[apart] + 1, highest[apart] + 1) - 1
    order, _ = group_by(depth, n + 1)
    keys = depth[order] * n + order
    ancestor[apart] = order[np.searchsorted(keys, wanted * n + lowest[apart], side="right") - 1]
    return ancestor


def _with_spines(graph: Neighbours) -> tuple[Neighbours, AnyInts]:
    """Hand the links of a vertex with very many out to a line of vertices behind it; return also whose those are.

    The walk of scipy looks through all links of a vertex again whenever it comes back to it: quadratic at a hub. The
    line can only be entered from the hub, so the walk is one of the graph itself, its children being the hub's. Each
    has as many links as are allowed, the last of which leads to the next one of the line.
    """
    n_links = np.diff(graph.starts)
    hubs = np.flatnonzero(n_links > _MOST_LINKS)
    behind = -((_MOST_LINKS - n_links[hubs]) // (_MOST_LINKS - 1))
    owner = np.repeat(hubs, behind)
    if not len(hubs):
        return graph, owner
    width = n_links[hubs] + behind
    hub = np.repeat(np.arange(len(hubs)), width)
    place = np.arange(len(hub)) - np.repeat(np.cumsum(width) - width, width)
    row = np.minimum(place // _MOST_LINKS, behind[hub])
    link = graph.starts[hubs][hub] + place - row
    value = graph.indices[link]
    leads_on = (place % _MOST_LINKS == _MOST_LINKS - 1) & (row < behind[hub])
    value[leads_on] = len(n_links) + np.arange(len(owner))
    is_own = place < _MOST_LINKS
    kept = graph.indices.copy()
    kept[graph.starts[hubs][hub[is_own]] + place[is_own]] = value[is_own]
    is_moved = np.zeros(len(kept), dtype=bool)
    is_moved[link[~is_own & ~leads_on]] = True
    is_moved[graph.starts[hubs] + _MOST_LINKS - 1] = False
    first = int(graph.starts[hubs[0]])
    width_behind = np.full(len(owner), _MOST_LINKS)
    width_behind[np.cumsum(behind) - 1] = width - behind * _MOST_LINKS
    n_links[hubs] = _MOST_LINKS
    starts = np.zeros(len(n_links) + len(owner) + 1, dtype=np.int32)
    np.cumsum(np.concatenate([n_links, width_behind]), out=starts[1:])
    return Neighbours(starts, np.concatenate([kept[:first], kept[first:][~is_moved[first:]], value[~is_own]])), owner


def _stops(parent: AnyInts) -> AnyInts:
    """Return one past the last number below each vertex: follow last children, two, four, eight at a time."""
    n = len(parent)
    last = np.arange(n, dtype=np.int32)
    last[parent[1:]] = np.arange(1, n, dtype=np.int32)  # of several children the last one stays
    while True:
        further = last[last]
        if np.array_equal(further, last):
            last += 1
            return last
        last = further


def _leaving(walk: Walk, link_from: AnyInts, link_to: AnyInts) -> AnyInts:
    """Return by number how many links leave the vertices from there to the end of its interval."""
    n = len(walk.parent)
    at_from, at_to = walk.position[link_from], walk.position[link_to]
    is_reached = at_from >= 0
    at_from, at_to = at_from[is_reached], at_to[is_reached]
    change = np.bincount(np.maximum(at_from, at_to), minlength=n)
    change -= np.bincount(np.minimum(at_from, at_to), minlength=n)
    change += np.bincount(walk.roots, minlength=n)
    before = np.concatenate([[0], np.cumsum(change)])
    leaving: AnyInts = before[walk.stop] - before[:-1]
    return leaving


def _is_separated(walk: Walk, link_from: AnyInts, link_to: AnyInts) -> npt.NDArray[np.bool_]:
    """Return by number whether the loss of the parent cuts the vertex off."""
    n = len(walk.parent)
    highest = np.arange(n, dtype=np.int32)
    at_from, at_to = walk.position[link_from], walk.position[link_to]
    is_reached = at_from >= 0
    at_from, at_to = at_from[is_reached], at_to[is_reached]
    np.minimum.at(highest, np.maximum(at_from, at_to), np.minimum(at_from, at_to))
    highest[walk.roots] = 0
    climbs_to = range_minimum(highest, np.arange(n, dtype=np.int32), walk.stop)
    is_separated: npt.NDArray[np.bool_] = climbs_to >= walk.parent
    return is_separated


def _separated_first(walk: Walk, is_cut: npt.NDArray[np.bool_]) -> tuple[AnyInts, AnyInts]:
    """Return new positions, with the separated children of each vertex first, and where those end.

    The distance of a child from its parent is one, plus the sizes of the siblings before it; a position is the sum of
    the distances on the way down, which a running total over intervals gives.
    """
    n = len(walk.parent)
    size = walk.stop - np.arange(n)
    is_cut = is_cut.copy()
    is_cut[0] = True
    order, starts = group_by(walk.parent[1:], n)
    child = order + 1
    other_size = np.where(is_cut, 0, size)[child]
    before = np.concatenate([[0], np.cumsum(other_size)])
    earlier_others = np.empty(n, dtype=np.int64)
    earlier_others[child] = before[:-1] - before[starts[walk.parent[child]]]
    others = before[starts[1:]] - before[starts[:-1]]
    cut_total = size - 1 - others
    earlier = np.arange(n) - walk.parent - 1
    distance = 1 + np.where(is_cut, earlier - earlier_others, cut_total[walk.parent] + earlier_others)
    distance[0] = 0
    leave = np.bincount(walk.stop, weights=distance, minlength=n + 1)[:n].astype(np.int64)
    position = np.cumsum(distance - leave)
    return position, position + 1 + cut_total


def _branches(walk: Walk) -> AnyInts:
    """Return which child of the root each vertex hangs on."""
    is_top = walk.parent == 0
    is_top[0] = False
    number = np.cumsum(is_top)
    return np.where(walk.position >= 0, number[walk.position], -1)
