"""Drawn lines to nodes and segments: ends that lie together become one node, an end on another line splits it.

Lines that cross without an end there do not join: pipes pass over each other. What joins does not depend on the order
of the lines: places are looked at in the order of their coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from heatnet._arrays import Floats, Ints, Objects, Truths
from heatnet.interop.gis_layers import geo_packages

ANY = -1  # the level of a place that takes the ends of every level
_NONE = -2  # of a place that splits no line
_TINY_M = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Places that are known beside the lines.

    Attributes
    ----------
    xy : array of float
        In metres, two columns.
    is_node : array of bool
        A node of its own, which never becomes one with another such; others (valves) join what lies there.
    passes : array of bool
        Levels meet there (a station).
    is_leaf : array of bool
        Where a line ends there, it splits no other that passes by (a building).
    """

    xy: Floats
    is_node: Truths
    passes: Truths
    is_leaf: Truths


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Pieces of lines between nodes.

    Attributes
    ----------
    line : array of int
        Per piece: the line that it is of.
    from_node, to_node : array of int
        Per piece: its nodes.
    course : array of object
        Per piece: its shape.
    share : array of float
        Per piece: its share of the line's length.
    place : array of float
        Per node: where it lies.
    node_of : array of int
        Per given place: its node.
    lost : array of int
        Lines that have no piece, for their ends are one place.
    gaps_m : array of float
        Distances over which ends were joined, without those of 0.
    """

    line: Ints
    from_node: Ints
    to_node: Ints
    course: Objects
    share: Floats
    place: Floats
    node_of: Ints
    lost: Ints
    gaps_m: Floats


def joined(lines: Objects, level: Ints, places: Places, *, snap_m: float) -> Joined:
    """Return the nodes and pieces of drawn lines.

    Parameters
    ----------
    lines : array of object
        LineStrings in metres, none empty.
    level : array of int
        Per line, 0 or more: ends and lines of different levels do not join but at a place that `passes`.
    places : Places
        Known nodes, and valves.
    snap_m : float
        Farthest apart that ends are one node, and that an end lies on a line, in metres.
    """
    _, shapely = geo_packages("reading a map")
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)])
    sites = _Sites(ends, np.tile(level, 2), places)
    node, gaps = sites.merged(snap_m)
    count = len(lines)
    from_node, to_node = node[sites.of_end[:count]], node[sites.of_end[count:]]
    place = np.full((int(node.max(initial=-1)) + 1, 2), np.nan)
    order = np.lexsort((np.arange(len(node)), ~sites.is_node))[::-1]  # a known node's own place is written last
    place[node[order]] = sites.xy[order]
    may = _levels_at(node, sites, len(place))
    may[node[sites.of_place[places.is_leaf]]] = _NONE
    may[np.setdiff1d(np.arange(len(place)), np.concatenate([from_node, to_node]))] = ANY
    split_line, split_node, split_at = _splits(lines, level, place, may, (from_node, to_node), snap_m)
    is_lost = from_node == to_node
    kept = ~is_lost[split_line]
    cuts = (split_line[kept], split_node[kept], split_at[kept])
    line, course, first, last = _cut(lines, from_node, to_node, cuts)
    stays = (first != last) & ~is_lost[line]
    whole = shapely.length(lines)[line]
    share = np.divide(shapely.length(course), whole, out=np.ones(len(line)), where=whole > 0)
    has_piece = np.zeros(count, dtype=bool)
    has_piece[line[stays]] = True
    return Joined(
        line=line[stays], from_node=first[stays], to_node=last[stays], course=course[stays], share=share[stays],
        place=place, node_of=node[sites.of_place], lost=np.flatnonzero(~has_piece), gaps_m=gaps,
    )  # fmt: skip


class _Sites:
    """Different places of line ends and given ones, sorted by coordinates, so that the order of lines is forgotten."""

    def __init__(self, ends: Floats, level: Ints, places: Places) -> None:
        count = len(places.xy)
        apart = np.arange(1, count + 1) * places.is_node  # each known node is a site of its own
        keys = np.concatenate(
            [
                np.column_stack([places.xy, np.full(count, ANY), apart]),
                np.column_stack([ends, level, np.zeros(len(ends))]),
            ]
        )
        unique, of = np.unique(keys, axis=0, return_inverse=True)
        of = of.reshape(-1)
        self.xy: Floats = unique[:, :2]
        self.level: Ints = unique[:, 2].astype(np.int64)
        self.is_node: Truths = unique[:, 3] > 0
        self.of_place: Ints = of[:count]
        self.of_end: Ints = of[count:]
        self.passes: Truths = np.zeros(len(unique), dtype=bool)
        self.passes[self.of_place] = places.passes

    def merged(self, snap_m: float) -> tuple[Ints, Floats]:
        """Return the node of each site, and the distances over which sites became one."""
        pairs = cKDTree(self.xy).query_pairs(snap_m, output_type="ndarray").astype(np.int64)
        one, other = pairs.min(axis=1, initial=0), pairs.max(axis=1, initial=0)
        one, other = (pairs.min(axis=1), pairs.max(axis=1)) if len(pairs) else (one[:0], other[:0])
        meet = (self.level[one] == self.level[other]) | (self.level[one] == ANY) | (self.level[other] == ANY)
        one, other = one[meet], other[meet]
        apart = np.hypot(*(self.xy[one] - self.xy[other]).T)
        label = _components(len(self.xy), one, other)
        doubtful = self._doubtful(label)
        if doubtful.any():
            is_asked = doubtful[label[one]]
            order = np.lexsort((other, one, apart))
            chosen = [at for at in order.tolist() if is_asked[at]]
            kept = ~is_asked
            kept[self._one_by_one(one, other, chosen)] = True
            one, other, apart = one[kept], other[kept], apart[kept]
            label = _components(len(self.xy), one, other)
        return label, apart[apart > _TINY_M]

    def _doubtful(self, label: Ints) -> Truths:
        """Return which sets of sites hold two known nodes, both ends of a line, or two levels where none may meet."""
        count = int(label.max(initial=-1)) + 1
        bad = np.bincount(label[self.is_node], minlength=count) > 1
        half = len(self.of_end) // 2
        first, last = label[self.of_end[:half]], label[self.of_end[half:]]
        closed = self.of_end[:half] == self.of_end[half:]
        bad[first[(first == last) & ~closed]] = True
        low, high = _range_of(label, self.level, count)
        passing = np.bincount(label[self.passes], minlength=count) > 0
        return bad | ((low < high) & ~passing)

    def _one_by_one(self, one: Ints, other: Ints, order: list[int]) -> list[int]:
        """Return the pairs that become one, nearest first, so that nothing meets that must not."""
        half = len(self.of_end) // 2
        asked = {int(site) for at in order for site in (one[at], other[at])}
        lines_at: dict[int, set[int]] = {site: set() for site in asked}
        for at, site in enumerate(self.of_end.tolist()):
            if site in asked:
                lines_at[site].add(at % half)
        root = {site: site for site in asked}
        known = {site: int(self.is_node[site]) for site in asked}
        levels = {site: {int(self.level[site])} - {ANY} for site in asked}
        passing = {site: bool(self.passes[site]) for site in asked}

        def top(site: int) -> int:
            while root[site] != site:
                root[site] = root[root[site]]
                site = root[site]
            return site

        kept = []
        for at in order:
            a, b = top(int(one[at])), top(int(other[at]))
            both = levels[a] | levels[b]
            if a == b or known[a] + known[b] > 1 or (len(both) > 1 and not (passing[a] or passing[b])):
                continue
            if not lines_at[a].isdisjoint(lines_at[b]):
                continue
            root[b] = a
            known[a] += known[b]
            levels[a], passing[a] = both, passing[a] or passing[b]
            lines_at[a] |= lines_at[b]
            kept.append(at)
        return kept


def _components(count: int, one: Ints, other: Ints) -> Ints:
    """Return the number of the connected set of each site, numbered by the first site in it."""
    links = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(count, count))
    label = connected_components(links, directed=False)[1].astype(np.int64)
    _, first, again = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return np.asarray(rank[again.reshape(-1)], dtype=np.int64)


def _range_of(label: Ints, level: Ints, count: int) -> tuple[Ints, Ints]:
    low, high = np.full(count, np.iinfo(np.int64).max), np.full(count, -1, dtype=np.int64)
    is_known = level != ANY
    np.minimum.at(low, label[is_known], level[is_known])
    np.maximum.at(high, label[is_known], level[is_known])
    return low, high


def _levels_at(node: Ints, sites: _Sites, count: int) -> Ints:
    """Return the level that alone may join each node: `ANY` where all may."""
    low, high = _range_of(node, sites.level, count)
    passing = np.bincount(node[sites.passes], minlength=count) > 0
    return np.where((low < high) | (high < 0) | passing, ANY, high)


def _splits(
    lines: Objects, level: Ints, place: Floats, level_at: Ints, own: tuple[Ints, Ints], snap_m: float
) -> tuple[Ints, Ints, Floats]:
    """Return where nodes lie on lines between their ends: line, node, distance from its beginning, in that order."""
    _, shapely = geo_packages("reading a map")
    from_node, to_node = own
    points = shapely.points(place)
    at, line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=snap_m)
    is_own = (from_node[line] == at) | (to_node[line] == at)
    meets = (level_at[at] == ANY) | (level_at[at] == level[line])
    at, line = at[~is_own & meets], line[~is_own & meets]
    along = shapely.line_locate_point(lines[line], points[at])
    inside = (along > snap_m) & (along < shapely.length(lines[line]) - snap_m)
    at, line, along = at[inside].astype(np.int64), line[inside].astype(np.int64), along[inside]
    order = np.lexsort((at, along, line))
    return line[order], at[order], along[order]


def _cut(
    lines: Objects, from_node: Ints, to_node: Ints, at: tuple[Ints, Ints, Floats]
) -> tuple[Ints, Objects, Ints, Ints]:
    """Return the pieces of lines that are cut at these distances: line, shape, first and last node."""
    _, shapely = geo_packages("reading a map")
    line, node, along = at
    count = len(lines)
    cuts = np.bincount(line, minlength=count)
    of_piece = np.repeat(np.arange(count), cuts + 1)
    begins = np.concatenate([[0], np.cumsum(cuts + 1)])[:-1]
    first, last = from_node[of_piece], to_node[of_piece]
    rank = np.arange(len(line)) - np.repeat(np.concatenate([[0], np.cumsum(cuts)])[:-1], cuts)
    last[begins[line] + rank] = node
    first[begins[line] + rank + 1] = node
    course = np.empty(len(of_piece), dtype=object)
    course[begins] = lines
    touched = np.flatnonzero(cuts)
    if len(touched):
        course[np.isin(of_piece, touched)] = _courses(lines, touched, line, along, shapely)
    return of_piece, course, first, last


def _courses(lines: Objects, touched: Ints, line: Ints, along: Floats, shapely: Any) -> Objects:
    """Return the shapes of the pieces of the lines that are cut."""
    xy, of = shapely.get_coordinates(lines[touched], return_index=True)
    steps = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    steps[np.flatnonzero(np.diff(of, prepend=-1))] = 0.0
    total = np.cumsum(steps)
    begin = total[np.searchsorted(of, np.arange(len(touched)))]
    way = total - begin[of]
    cut_of = np.searchsorted(touched, line)
    points = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], along))
    twice = np.repeat(np.arange(len(line)), 2)
    all_of = np.concatenate([of, cut_of[twice]])
    all_way = np.concatenate([way, along[twice]])
    kind = np.concatenate([np.zeros(len(of)), np.tile([1, 2], len(line))])  # a cut ends one piece and begins the next
    number = np.concatenate([np.zeros(len(of)), twice])
    order = np.lexsort((kind, number, all_way, all_of))
    begins = np.zeros(len(order), dtype=np.int64)
    begins[np.flatnonzero(np.diff(all_of[order], prepend=-1))] = 1
    begins[kind[order] == 2] = 1
    shapes: Objects = shapely.linestrings(np.concatenate([xy, points[twice]])[order], indices=np.cumsum(begins) - 1)
    return shapes


def alike(made: Joined, kind: Ints, *, snap_m: float) -> tuple[Ints, Truths]:
    """Return pieces drawn once more beside one of the same nodes and kind, and whether the other way round."""
    _, shapely = geo_packages("reading a map")
    low, high = np.minimum(made.from_node, made.to_node), np.maximum(made.from_node, made.to_node)
    order = np.lexsort((np.arange(len(low)), kind[made.line], high, low))
    same = np.zeros(len(order), dtype=bool)
    keys = np.column_stack([low, high, kind[made.line]])[order]
    same[1:] = (keys[1:] == keys[:-1]).all(axis=1)
    later, earlier = order[same], order[np.flatnonzero(same) - 1]
    near = shapely.hausdorff_distance(made.course[later], made.course[earlier]) <= snap_m
    later, earlier = later[near], earlier[near]
    return later, made.from_node[later] != made.from_node[earlier]
