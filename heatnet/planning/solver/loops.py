"""Trenches of a large street with loops, counted right in an integer programme.

Trenches are the touched nodes less the segments of a forest that joins them. Outside of loops every chosen segment is
in the forest; on loops each has a column for its share in it. In any group of nodes the forest has fewer segments than
touched nodes: these rows are added where a solution breaks them (they are too many to be given at once).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from heatnet._arrays import Floats, Ints
from heatnet.planning.model.building import Model

RING_STEPS = 8
BROKEN = 1e-6


class Constraint(NamedTuple):
    """A row of the integer programme: ``least <= sum(weights*columns) <= most``."""

    columns: list[int]
    weights: list[float]
    least: float
    most: float


@dataclass(frozen=True, slots=True, eq=False)
class Loops:
    """Columns of the nodes of a unit and of the forest shares of its segments on loops, by asset.

    `joins` holds for each node on a loop its neighbours with the column of the segment between; `rings` the nodes of
    short loops, `pieces` those of all that hangs together.
    """

    shares: Mapping[int, int]
    nodes: Mapping[int, int]
    joins: Mapping[int, list[tuple[int, int]]]
    rings: tuple[frozenset[int], ...]
    pieces: tuple[frozenset[int], ...]

    def trenches_of(self, group: Set[int]) -> tuple[list[int], list[float]]:
        """Return columns and weights of the segments of the forest less the touched nodes in a group of nodes."""
        inner = sorted({column for node in group for other, column in self.joins[node] if other in group})
        touched = [self.nodes[node] for node in sorted(group)]
        return [*inner, *touched], [1.0] * len(inner) + [-1.0] * len(touched)

    def broken_rows(self, values: Floats, groups: Iterable[Set[int]] = ()) -> list[Constraint]:
        """Return rows that the values of the columns break: on short loops, what hangs together with them, `groups`."""
        rows: dict[frozenset[int], Constraint] = {}
        for group in [*(self._grown(ring, values) for ring in self.rings), *map(frozenset, groups)]:
            if group in rows:
                continue
            columns, weights = self.trenches_of(group)
            most = max((self.nodes[node] for node in group), key=lambda column: (values[column], -column))
            if values[columns] @ weights + values[most] > BROKEN:
                rows[group] = Constraint([*columns, most], [*weights, 1.0], -np.inf, 0.0)
        return list(rows.values())

    def _grown(self, ring: frozenset[int], values: Floats) -> frozenset[int]:
        """Return a ring with the nodes around it that make its row harder to keep."""
        group = set(ring)
        front = sorted(ring)
        while front:
            edge = sorted({other for node in front for other, _ in self.joins[node]} - group)
            front = []
            for node in edge:
                joined = sum(values[column] for other, column in self.joins[node] if other in group)
                if joined > values[self.nodes[node]] + BROKEN:
                    group.add(node)
                    front.append(node)
        return frozenset(group)


def loop_core(model: Model, trenches: Ints) -> Ints:
    """Return trenches that lie on loops or between them: dead ends taken away until none is left."""
    core = trenches[np.unique(model.options.asset[trenches], return_index=True)[1]]
    while len(core):
        ends = np.stack([model.options.node_a[core], model.options.node_b[core]])
        _, number, count = np.unique(ends, return_inverse=True, return_counts=True)
        keep = (count[number.reshape(ends.shape)] > 1).all(axis=0)
        if keep.all():
            break
        core = core[keep]
    return core


def loops_of(model: Model, core: Ints, nodes: Mapping[int, int], shares: Mapping[int, int]) -> Loops:
    """Return loops of a unit: its trenches on loops, one option per asset, with the columns of nodes and shares."""
    joins: dict[int, list[tuple[int, int]]] = {}
    ends = [
        (int(model.options.node_a[one]), int(model.options.node_b[one]), shares[int(model.options.asset[one])])
        for one in core.tolist()
    ]
    for a, b, column in ends:
        joins.setdefault(a, []).append((b, column))
        joins.setdefault(b, []).append((a, column))
    rings = {ring for a, b, column in ends if (ring := _ring(joins, a, b, column)) is not None}
    return Loops(shares, nodes, joins, tuple(sorted(rings, key=sorted)), tuple(_pieces(joins)))


def _pieces(joins: Mapping[int, list[tuple[int, int]]]) -> list[frozenset[int]]:
    """Return the nodes of all that hangs together, in the order in which they are first named."""
    if not joins:
        return []
    place = {node: at for at, node in enumerate(joins)}
    ends = np.array([(place[node], place[other]) for node, others in joins.items() for other, _ in others]).reshape(
        -1, 2
    )
    links = sparse.coo_array((np.ones(len(ends), dtype=np.int8), ends.T), shape=(len(place), len(place)))
    count, piece_of = connected_components(links, directed=False)
    pieces: list[set[int]] = [set() for _ in range(count)]
    for node, piece in zip(joins, piece_of.tolist(), strict=True):
        pieces[piece].add(node)
    return [frozenset(piece) for piece in pieces]


def _ring(joins: Mapping[int, list[tuple[int, int]]], start: int, end: int, without: int) -> frozenset[int] | None:
    """Return nodes of a shortest way between the ends of a segment that does not use it; None where it is long."""
    came = {start: start}
    front = [start]
    for _ in range(RING_STEPS):
        further = []
        for node in front:
            for other, column in joins[node]:
                if column == without or other in came:
                    continue
                came[other] = node
                if other == end:
                    return _way(came, end)
                further.append(other)
        front = further
    return None


def _way(came: Mapping[int, int], end: int) -> frozenset[int]:
    nodes = {end}
    while came[end] != end:
        end = came[end]
        nodes.add(end)
    return frozenset(nodes)
