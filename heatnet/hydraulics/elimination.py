"""Linear flows of many cases at once by star-mesh steps, in an order that depends on the drawing alone.

Taking a vertex away that is joined to its neighbours by the conductances ``c_i`` puts ``c_i*c_j/sum(c)`` between each
two of them (the star becomes a mesh) and passes its inflow on in the shares ``c_i/sum(c)``. Nothing is ever subtracted,
so conductances may differ by any factor; a part without a fixed head takes the head 0 at its last vertex. All cases
(outages) share one order, and every number is the same sum in the same order whatever the machine does besides.

Source: star-mesh transform, A. Rosen, "A new network theorem", J. IEE 62 (1924) 916-918; order by least degree, D. J.
Rose (1972).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from heatnet._arrays import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Which rows are added up, in a fixed order, and where the sums go."""

    order: Ints
    starts: Ints
    targets: Ints

    @classmethod
    def of(cls, targets: Ints) -> Sums:
        """Return the sums of rows by target; targets in rising order."""
        order = np.argsort(targets, kind="stable")
        found, starts = np.unique(targets[order], return_index=True)
        return cls(order, starts, found)

    def add(self, values: Floats, onto: Floats) -> None:
        """Add the rows of values onto the rows that are their targets."""
        if not len(self.order):
            return
        ordered = values[self.order]
        onto[self.targets] += ordered if len(self.starts) == len(ordered) else np.add.reduceat(ordered, self.starts)


@dataclass(frozen=True, slots=True, eq=False)
class _Round:
    """Vertices taken away together: no two of them are joined.

    `entry` lists the conductances to the neighbours, vertex after vertex; `owner` is the place of the vertex in
    `pivots`, `other` the neighbour.
    """

    pivots: Ints
    entry: Ints
    owner: Ints
    owner_starts: Ints
    other: Ints
    mesh_one: Ints
    mesh_two: Ints
    mesh: Sums
    inflow: Sums


@dataclass(frozen=True, slots=True, eq=False)
class Elimination:
    """The order in which vertices are taken away, round by round, for one drawing.

    Parameters
    ----------
    n_vertices, n_entries : int
        Vertices; conductances between two vertices, those that come up on the way included.
    edges : Sums
        From edges to entries.
    edge_count : int
        Number of edges.
    """

    n_vertices: int
    n_entries: int
    edges: Sums
    rounds: tuple[_Round, ...]

    @classmethod
    def of(cls, a: Ints, b: Ints, n_vertices: int) -> Elimination:
        """Return the order for edges between `a` and `b`, by least degree, the smaller vertex first."""
        neighbours: list[set[int]] = [set() for _ in range(n_vertices)]
        for one, two in zip(a.tolist(), b.tolist(), strict=True):
            if one != two:
                neighbours[one].add(two)
                neighbours[two].add(one)
        stars, height = _least_degree_first(neighbours)
        number: dict[tuple[int, int], int] = {}
        for vertex, star in stars:
            for other in star:
                number[(vertex, other) if vertex < other else (other, vertex)] = len(number)
        edge_entry = np.array(
            [number.get((min(p, q), max(p, q)), -1) for p, q in zip(a.tolist(), b.tolist(), strict=True)],
            dtype=np.int64,
        )
        by_round: list[list[tuple[int, list[int]]]] = [[] for _ in range(max(height, default=-1) + 1)]
        for vertex, star in stars:
            by_round[height[vertex]].append((vertex, star))
        real = np.flatnonzero(edge_entry >= 0)
        edges = Sums.of(edge_entry[real])
        edges = Sums(real[edges.order], edges.starts, edges.targets)
        return cls(n_vertices, len(number), edges, tuple(_round_of(members, number) for members in by_round))

    def heads(self, conductance: Floats, inflow: Floats) -> Floats:
        """Return the heads of all vertices in every case.

        Parameters
        ----------
        conductance : array of float, shape (n_edges, n_cases)
            Flow per head of each edge, 0 where it is closed.
        inflow : array of float, shape (n_vertices, n_cases)
            What comes in at each vertex; in each joined part it adds up to 0. Overwritten.

        Returns
        -------
        array of float, shape (n_vertices, n_cases)
        """
        n_cases = conductance.shape[1]
        entries = np.zeros((self.n_entries, n_cases))
        self.edges.add(conductance, entries)
        inverse, shares = [], []
        for one in self.rounds:
            total = np.add.reduceat(entries[one.entry], one.owner_starts) if len(one.entry) else None
            if total is None:
                inverse.append(np.zeros((0, n_cases)))
                shares.append(np.zeros((0, n_cases)))
                continue
            inv = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0.0)
            share = entries[one.entry] * inv[one.owner]
            inverse.append(inv)
            shares.append(share)
            if len(one.mesh_one):
                one.mesh.add(share[one.mesh_one] * entries[one.entry[one.mesh_two]], entries)
            one.inflow.add(share * inflow[one.pivots][one.owner], inflow)
        heads = np.zeros((self.n_vertices, n_cases))
        for one, inv, share in zip(reversed(self.rounds), reversed(inverse), reversed(shares), strict=True):
            if len(one.entry):
                passed = np.add.reduceat(share * heads[one.other], one.owner_starts)
                heads[one.pivots] = inflow[one.pivots] * inv + passed
        return heads


def _least_degree_first(neighbours: list[set[int]]) -> tuple[list[tuple[int, list[int]]], list[int]]:
    """Return each vertex with the neighbours it has when it goes, and the round in which it goes."""
    queue = [(len(around), vertex) for vertex, around in enumerate(neighbours)]
    heapq.heapify(queue)
    height = [0] * len(neighbours)
    gone = [False] * len(neighbours)
    stars = []
    while queue:
        degree, vertex = heapq.heappop(queue)
        if gone[vertex] or degree != len(neighbours[vertex]):
            continue
        gone[vertex] = True
        star = sorted(neighbours[vertex])
        stars.append((vertex, star))
        for place, other in enumerate(star):
            around = neighbours[other]
            around.discard(vertex)
            around.update(star[:place])
            around.update(star[place + 1 :])
            height[other] = max(height[other], height[vertex] + 1)
            heapq.heappush(queue, (len(around), other))
    return stars, height


def _round_of(members: list[tuple[int, list[int]]], number: dict[tuple[int, int], int]) -> _Round:
    """Return the arrays of one round; vertices without a neighbour keep the head 0 and are left out."""
    pivots: list[int] = []
    entry: list[int] = []
    owner: list[int] = []
    other: list[int] = []
    starts: list[int] = []
    one: list[int] = []
    two: list[int] = []
    target: list[int] = []
    for vertex, star in members:
        if not star:
            continue
        starts.append(len(entry))
        for place, neighbour in enumerate(star):
            for before in range(place):
                one.append(starts[-1] + before)
                two.append(starts[-1] + place)
                target.append(number[star[before], neighbour])
            entry.append(number[(vertex, neighbour) if vertex < neighbour else (neighbour, vertex)])
            owner.append(len(pivots))
            other.append(neighbour)
        pivots.append(vertex)
    neighbour_of = np.array(other, dtype=np.int64)
    return _Round(
        pivots=np.array(pivots, dtype=np.int64),
        entry=np.array(entry, dtype=np.int64),
        owner=np.array(owner, dtype=np.int64),
        owner_starts=np.array(starts, dtype=np.int64),
        other=neighbour_of,
        mesh_one=np.array(one, dtype=np.int64),
        mesh_two=np.array(two, dtype=np.int64),
        mesh=Sums.of(np.array(target, dtype=np.int64)),
        inflow=Sums.of(neighbour_of),
    )
