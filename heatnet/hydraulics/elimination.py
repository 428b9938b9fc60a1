"""Linear flows of many cases at once by star-mesh steps, in an order that depends on the drawing alone.

Taking a vertex away that is joined to its neighbours by the conductances ``c_i`` puts ``c_i*c_j/sum(c)`` between each
two of them (the star becomes a mesh) and passes its inflow on in the shares ``c_i/sum(c)``. Nothing is ever subtracted,
so conductances may differ by any factor; a part without a fixed head takes the head 0 at its last vertex. All cases
(outages) share one order, and every number is the same sum in the same order whatever the machine does besides.

Source: star-mesh transform, A. Rosen, "A new network theorem", J. IEE 62 (1924) 916-918; order by least degree, D. J.
Rose (1972).
"""

from __future__ import annotations

from collections.abc import Iterable
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
    """Which rows are added up, in a fixed order, and where the sums go.

    `order` is None where the rows stand in that order already.
    """

    order: Ints | None
    starts: Ints
    targets: Ints
    n_rows: int

    @classmethod
    def of(cls, targets: Ints) -> Sums:
        """Return the sums of rows by target; targets in rising order, rows of a negative target left out."""
        if len(targets) and targets[0] >= 0 and (targets[1:] >= targets[:-1]).all():
            starts = np.flatnonzero(np.append(True, targets[1:] != targets[:-1]))
            return cls(None, starts, targets[starts], len(targets))
        order = np.argsort(targets, kind="stable")
        order = order[np.searchsorted(targets[order], 0) :]
        found, starts = np.unique(targets[order], return_index=True)
        return cls(order, starts, found, len(targets))

    @cached_property
    def n_added(self) -> int:
        """Number of rows that are added up."""
        return self.n_rows if self.order is None else len(self.order)

    def are_few(self, n_cases: int) -> bool:
        """Return whether so little is added that a sparse product costs more than it spares."""
        return self.n_added * n_cases < _FEW_NUMBERS

    def add(self, values: Floats, onto: Floats) -> None:
        """Add the rows of values onto the rows that are their targets."""
        if len(self.targets):
            onto[self.targets] += self.sums(values)

    def sums(self, values: Floats, are_few: bool | None = None) -> Floats:
        """Return the sum of the rows of each target, from its first row to its last."""
        is_single = len(self.starts) == self.n_added
        if is_single or (self.are_few(values.shape[1]) if are_few is None else are_few):
            listed = values if self.order is None else values.take(self.order, axis=0)
            return listed if is_single else np.add.reduceat(listed, self.starts)
        sums: Floats = self._matrix @ values
        return sums

    @cached_property
    def _matrix(self) -> csr_array:
        """The sums as a sparse matrix, whose products run row by row."""
        order = np.arange(self.n_rows) if self.order is None else self.order
        rows = np.append(self.starts, len(order))
        return csr_array((np.ones(len(order)), order, rows), shape=(len(self.starts), self.n_rows))


@dataclass(frozen=True, slots=True, eq=False)
class _Round:
    """Vertices taken away together: no two of them are joined.

    What is still at work is one list, the state: all conductances between two vertices, then the inflow of each
    vertex, both in the order in which they are taken away.

    Parameters
    ----------
    entries, vertices : slice
        The conductances between these vertices and their neighbours, vertex after vertex; the vertices.
    inflows : slice
        Where their inflows stand in the state.
    owner, other : array of int
        Per conductance: its vertex, counted from the first of the round; the place of its neighbour.
    of_vertex : Sums
        By vertex of what is listed by conductance.
    share, what : array of int
        Each share (counted from the first of the round) and the place in the state of what it is a share of: first for
        new conductances, then for inflows that are passed on.
    mesh, inflow, both : Sums
        Of these products onto the state: of the first, of the others, of all.
    """

    entries: slice
    vertices: slice
    inflows: slice
    owner: Ints
    other: Ints
    of_vertex: Sums
    share: Ints
    what: Ints
    mesh: Sums
    inflow: Sums
    both: Sums

    def pass_on(self, shares: Floats, state: Floats) -> None:
        """Add what these vertices leave to their neighbours onto the state."""
        passed = shares.take(self.share, axis=0)
        passed *= state.take(self.what, axis=0)
        n_cases = passed.shape[1]
        are_few = self.inflow.are_few(n_cases)
        if self.mesh.are_few(n_cases) == are_few:
            state[self.both.targets] += self.both.sums(passed, are_few)
        else:
            self.mesh.add(passed[: self.mesh.n_rows], state)
            self.inflow.add(passed[self.mesh.n_rows :], state)


@dataclass(frozen=True, slots=True, eq=False)
class Elimination:
    """The order in which vertices are taken away, round by round, for one drawing.

    Parameters
    ----------
    n_entries : int
        Conductances between two vertices, those that come up on the way included.
    order, place : array of int
        The vertices in the order in which they are taken away, those without a neighbour last; per vertex its place.
    edges : Sums
        From edges to entries.
    """

    n_entries: int
    order: Ints
    place: Ints
    edges: Sums
    rounds: tuple[_Round, ...]

    @classmethod
    def of(cls, a: Ints, b: Ints, n_vertices: int) -> Elimination:
        """Return the order for edges between `a` and `b`, by least degree, the smaller vertex first."""
        stars = _Stars.of(_taken_away(_neighbours(a, b, n_vertices)), n_vertices)
        return cls(len(stars.other), stars.order, stars.place, Sums.of(stars.entry_of(a, b)), tuple(stars.rounds()))

    def heads(self, conductance: Floats, inflow: Floats) -> Floats:
        """Return the heads of all vertices in every case.

        Parameters
        ----------
        conductance : array of float, shape (n_edges, n_cases)
            Flow per head of each edge, 0 where it is closed.
        inflow : array of float, shape (n_vertices, n_cases)
            What comes in at each vertex; in each joined part it adds up to 0.

        Returns
        -------
        array of float, shape (n_vertices, n_cases)
        """
        n_cases = conductance.shape[1]
        state = np.zeros((self.n_entries + len(self.order), n_cases))
        self.edges.add(conductance, state)
        np.take(inflow, self.order, axis=0, out=state[self.n_entries :], mode="clip")
        shares, inverse = np.empty((self.n_entries, n_cases)), np.zeros((len(self.order), n_cases))
        for one in self.rounds:
            to_other, inv = state[one.entries], inverse[one.vertices]
            total = one.of_vertex.sums(to_other)
            np.divide(1.0, total, out=inv, where=total > 0.0)
            share = np.multiply(to_other, inv.take(one.owner, axis=0), out=shares[one.entries])
            one.pass_on(share, state)
        heads = np.zeros_like(inverse)
        for one in reversed(self.rounds):
            drawn = one.of_vertex.sums(shares[one.entries] * heads.take(one.other, axis=0))
            np.add(state[one.inflows] * inverse[one.vertices], drawn, out=heads[one.vertices])
        return heads.take(self.place, axis=0)


def _neighbours(a: Ints, b: Ints, n_vertices: int) -> list[set[int]]:
    neighbours: list[set[int]] = [set() for _ in range(n_vertices)]
    for one, two in zip(a.tolist(), b.tolist(), strict=True):
        if one != two:
            neighbours[one].add(two)
            neighbours[two].add(one)
    return neighbours


def _taken_away(neighbours: list[set[int]]) -> list[list[tuple[int, list[int]]]]:
    """Return round by round the vertices that go together, each with the neighbours it then has.

    In each round go vertices of the least degree, and all of a small one, no two of them neighbours: a chain of n
    vertices, or a ladder of n rungs, takes about log(n) rounds.
    """
    alive, rounds = list(range(len(neighbours))), []
    while alive:
        going: list[tuple[int, list[int]]] = []
        stays: set[int] = set()
        for vertex in _of_small_degree(alive, neighbours):
            if vertex not in stays:
                going.append((vertex, sorted(neighbours[vertex])))
                stays |= neighbours[vertex]
        for vertex, star in going:
            for other in star:
                around = neighbours[other]
                if len(star) > 1:
                    around.update(star)
                    around.discard(other)
                around.discard(vertex)
        gone = {vertex for vertex, _ in going}
        alive = [vertex for vertex in alive if vertex not in gone]
        rounds.append(going)
    return rounds


def _of_small_degree(alive: list[int], neighbours: list[set[int]]) -> Iterable[int]:
    """Return the vertices of the least degree, or up to a small one, by degree and number."""
    degrees = [len(neighbours[vertex]) for vertex in alive]
    least = min(degrees)
    most = max(least, _SMALL_DEGREE)
    by_degree: list[list[int]] = [[] for _ in range(least, most + 1)]
    for vertex, degree in zip(alive, degrees, strict=True):
        if degree <= most:
            by_degree[degree - least].append(vertex)
    return chain.from_iterable(by_degree)


@dataclass(frozen=True, slots=True, eq=False)
class _Stars:
    """The stars of all vertices in the order in which these are taken away.

    Parameters
    ----------
    order, place : array of int
        As in `Elimination`.
    sizes : array of int
        Per vertex in this order: its neighbours, none at the end.
    other : array of int
        Per entry: the place of the neighbour.
    counts : list of int
        Per round: the vertices that go.
    """

    order: Ints
    place: Ints
    sizes: Ints
    other: Ints
    counts: list[int]

    @classmethod
    def of(cls, rounds: list[list[tuple[int, list[int]]]], n_vertices: int) -> _Stars:
        joined = [[(vertex, star) for vertex, star in going if star] for going in rounds]
        pairs = list(chain.from_iterable(joined))
        lonely = [vertex for going in rounds for vertex, star in going if not star]
        order = np.array([vertex for vertex, _ in pairs] + lonely, dtype=np.int64)
        place = np.empty(n_vertices, dtype=np.int64)
        place[order] = np.arange(n_vertices)
        sizes = np.array([len(star) for _, star in pairs], dtype=np.int64)
        other = np.fromiter(chain.from_iterable(star for _, star in pairs), np.int64, int(sizes.sum()))
        return cls(order, place, sizes, place[other], [len(going) for going in joined if going])

    def entry_of(self, a: Ints, b: Ints) -> Ints:
        """Return the entry between each two vertices, -1 where there is none."""
        return self._entry_between(self.place[a], self.place[b])

    def _entry_between(self, a: Ints, b: Ints) -> Ints:
        n = len(self.order)
        keys = np.repeat(np.arange(len(self.sizes)), self.sizes) * n + self.other  # who goes first is the smaller one
        by_key = np.argsort(keys)
        asked = np.minimum(a, b) * n + np.maximum(a, b)
        at = np.searchsorted(keys, asked, sorter=by_key)
        found = np.append(by_key, -1)[at]
        return np.where(np.append(keys, -1)[found] == asked, found, -1)

    def rounds(self) -> Iterable[_Round]:
        """Return the arrays of each round."""
        n_entries, n_state = len(self.other), len(self.other) + len(self.order)
        owner = np.repeat(np.arange(len(self.sizes)), self.sizes)
        round_of = np.repeat(np.arange(len(self.counts)), self.counts)[owner]
        one, two = self._pairs(owner)
        number = np.concatenate([round_of[two], round_of])
        target = np.concatenate([self._entry_between(self.other[one], self.other[two]), n_entries + self.other])
        listed = np.argsort(number * n_state + target, kind="stable")
        share, what = np.append(one, np.arange(n_entries))[listed], np.append(two, n_entries + owner)[listed]
        target = target[listed]
        vertices = _stops(self.counts)
        entries = np.append(0, np.cumsum(self.sizes))[vertices]
        products = _stops(np.bincount(number, minlength=len(self.counts)))
        n_mesh = np.bincount(round_of[two], minlength=len(self.counts))
        for k in range(len(self.counts)):
            e, v, p = (slice(int(stops[k]), int(stops[k + 1])) for stops in (entries, vertices, products))
            new = slice(p.start, p.start + int(n_mesh[k]))
            yield _Round(
                entries=e,
                vertices=v,
                inflows=slice(n_entries + v.start, n_entries + v.stop),
                owner=owner[e] - v.start,
                other=self.other[e],
                of_vertex=Sums.of(owner[e] - v.start),
                share=share[p] - e.start,
                what=what[p],
                mesh=Sums.of(target[new]),
                inflow=Sums.of(target[new.stop : p.stop]),
                both=Sums.of(target[p]),
            )

    def _pairs(self, owner: Ints) -> tuple[Ints, Ints]:
        """Return the entries between which each star becomes a mesh: each with those listed before it."""
        first = np.cumsum(self.sizes) - self.sizes
        before = np.arange(len(owner)) - first[owner]
        two = np.repeat(np.arange(len(owner)), before)
        return first[owner[two]] + np.arange(len(two)) - np.repeat(_stops(before)[:-1], before), two


def _stops(counts: Ints | list[int]) -> Ints:
    """Return where each of several stretches begins, and where the last one stops."""
    return np.append(0, np.cumsum(counts, dtype=np.int64))
