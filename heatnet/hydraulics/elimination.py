"""Linear flows of many cases at once by star-mesh steps, in an order that depends on the drawing alone.

Taking a vertex away that is joined to its neighbours by the conductances ``c_i`` puts ``c_i*c_j/sum(c)`` between each
two of them (the star becomes a mesh) and passes its inflow on in the shares ``c_i/sum(c)``. Nothing is ever subtracted,
so conductances may differ by any factor; a part without a fixed head takes the head 0 at its last vertex. All cases
(outages) share one order, and every number is the same sum in the same order whatever the machine does besides.

Source: star-mesh transform, A. Rosen, "A new network theorem", J. IEE 62 (1924) 916-918; order by least degree, D. J.
Rose (1972).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from scipy.sparse import csr_array

from heatnet._arrays import Floats, Ints

_FEW_NUMBERS = 1000
_SMALL_DEGREE = 4


@dataclass(frozen=True, eq=False)
class Sums:
    """Which rows are added up, in a fixed order, and where the sums go."""

    order: Ints
    starts: Ints
    targets: Ints
    n_rows: int

    @classmethod
    def of(cls, targets: Ints) -> Sums:
        """Return the sums of rows by target; targets in rising order, rows of a negative target left out."""
        order = np.argsort(targets, kind="stable")
        order = order[np.searchsorted(targets[order], 0) :]
        found, starts = np.unique(targets[order], return_index=True)
        return cls(order, starts, found, len(targets))

    def add(self, values: Floats, onto: Floats) -> None:
        """Add the rows of values onto the rows that are their targets."""
        if len(self.order):
            onto[self.targets] += self.sums(values)

    def sums(self, values: Floats) -> Floats:
        """Return the sum of the rows of each target, from its first row to its last."""
        if len(self.starts) == len(self.order):
            return np.asarray(values[self.order])
        if len(self.order) * values.shape[1] < _FEW_NUMBERS:
            return np.add.reduceat(values[self.order], self.starts)
        sums: Floats = self._matrix @ values
        return sums

    @cached_property
    def _matrix(self) -> csr_array:
        """The sums as a sparse matrix, whose products run row by row."""
        rows = np.append(self.starts, len(self.order))
        return csr_array((np.ones(len(self.order)), self.order, rows), shape=(len(self.starts), self.n_rows))


@dataclass(frozen=True, slots=True, eq=False)
class _Round:
    """Vertices taken away together: no two of them are joined.

    `entry` lists the conductances to the neighbours, vertex after vertex; `owner` is the place of the vertex in
    `pivots`, `other` the neighbour, `of_pivot` sums what is listed by vertex.
    """

    pivots: Ints
    entry: Ints
    owner: Ints
    other: Ints
    of_pivot: Sums
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
        rounds = _taken_away(neighbours)
        number: dict[tuple[int, int], int] = {}
        for vertex, star in chain.from_iterable(rounds):
            for other in star:
                number[(vertex, other) if vertex < other else (other, vertex)] = len(number)
        edge_entry = np.array(
            [number.get((min(p, q), max(p, q)), -1) for p, q in zip(a.tolist(), b.tolist(), strict=True)],
            dtype=np.int64,
        )
        return cls(
            n_vertices, len(number), Sums.of(edge_entry), tuple(_round_of(members, number) for members in rounds)
        )

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
            to_other = entries[one.entry]
            total = one.of_pivot.sums(to_other)
            inv = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0.0)
            share = to_other * inv[one.owner]
            inverse.append(inv)
            shares.append(share)
            if len(one.mesh_one):
                one.mesh.add(share[one.mesh_one] * to_other[one.mesh_two], entries)
            one.inflow.add(share * inflow[one.pivots][one.owner], inflow)
        heads = np.zeros((self.n_vertices, n_cases))
        for one, inv, share in zip(reversed(self.rounds), reversed(inverse), reversed(shares), strict=True):
            heads[one.pivots] = inflow[one.pivots] * inv + one.of_pivot.sums(share * heads[one.other])
        return heads


def _taken_away(neighbours: list[set[int]]) -> list[list[tuple[int, list[int]]]]:
    """Return round by round the vertices that go together, each with the neighbours it then has.

    In each round go vertices of the least degree, and all of a small one, no two of them neighbours: a chain of n
    vertices, or a ladder of n rungs, takes about log(n) rounds.
    """
    alive, rounds = list(range(len(neighbours))), []
    while alive:
        alive.sort(key=lambda vertex: (len(neighbours[vertex]), vertex))
        most = max(len(neighbours[alive[0]]), _SMALL_DEGREE)
        going, stays = [], set()
        for vertex in alive:
            if len(neighbours[vertex]) > most:
                break
            if vertex not in stays:
                going.append((vertex, sorted(neighbours[vertex])))
                stays |= neighbours[vertex]
        for vertex, star in going:
            for place, other in enumerate(star):
                around = neighbours[other]
                around.discard(vertex)
                around.update(star[:place])
                around.update(star[place + 1 :])
        gone = {vertex for vertex, _ in going}
        alive = [vertex for vertex in alive if vertex not in gone]
        rounds.append(going)
    return rounds


def _round_of(members: list[tuple[int, list[int]]], number: dict[tuple[int, int], int]) -> _Round:
    """Return the arrays of one round; vertices without a neighbour keep the head 0 and are left out."""
    pivots: list[int] = []
    entry: list[int] = []
    owner: list[int] = []
    other: list[int] = []
    one: list[int] = []
    two: list[int] = []
    target: list[int] = []
    for vertex, star in members:
        if not star:
            continue
        first = len(entry)
        for place, neighbour in enumerate(star):
            for before in range(place):
                one.append(first + before)
                two.append(first + place)
                target.append(number[star[before], neighbour])
            entry.append(number[(vertex, neighbour) if vertex < neighbour else (neighbour, vertex)])
            owner.append(len(pivots))
            other.append(neighbour)
        pivots.append(vertex)
    neighbour_of, owner_of = np.array(other, dtype=np.int64), np.array(owner, dtype=np.int64)
    return _Round(
        pivots=np.array(pivots, dtype=np.int64),
        entry=np.array(entry, dtype=np.int64),
        owner=owner_of,
        other=neighbour_of,
        of_pivot=Sums.of(owner_of),
        mesh_one=np.array(one, dtype=np.int64),
        mesh_two=np.array(two, dtype=np.int64),
        mesh=Sums.of(np.array(target, dtype=np.int64)),
        inflow=Sums.of(neighbour_of),
    )
