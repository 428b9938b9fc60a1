"""The least resistance from the sources to every side.

Most of a heating network hangs on by one pipe: streets without a loop, risers, stubs. Ends are taken away round by
round, what is left is searched (Dijkstra), and the ends are hung on again, the last ones first. Each sum is the one
that the search would have made, pipe after pipe from the source outwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from heatnet._arrays import Floats, Ints

_FEWEST_ENDS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Links between sides `a` and `b`; the last `n_one_way` of them are passed from `a` to `b` only."""

    a: Ints
    b: Ints
    resistance: Floats
    n_one_way: int = 0


def least_resistances(links: Links, roots: Ints, n_sides: int, *, fewest_ends: int = _FEWEST_ENDS) -> Floats:
    """Return the least resistance of every side from one of the roots, infinite where no way leads there.

    Parameters
    ----------
    links : Links
        Their resistances are 0 or more.
    roots : array of int
        Sides from which heat comes.
    n_sides : int
        Number of sides.
    fewest_ends : int
        Taking ends away stops where a round finds fewer; searching them is then quicker.

    Examples
    --------
    >>> links = Links(np.array([0, 1, 0]), np.array([1, 2, 2]), np.array([1.0, 1.0, 5.0]))
    >>> least_resistances(links, np.array([0]), 4).tolist()
    [0.0, 1.0, 2.0, inf]
    """
    least = np.full(n_sides, np.inf)
    least[roots] = 0.0
    if not len(roots):
        return least
    rounds, is_left = _ends_taken_away(links, roots, n_sides, fewest_ends)
    if not rounds:
        return _searched(links, roots, n_sides)
    place = np.cumsum(is_left) - 1
    least[is_left] = _searched(_between(links, is_left, place), place[roots], int(place[-1]) + 1)
    one_way = np.arange(len(links.a)) >= len(links.a) - links.n_one_way
    for ends, link in reversed(rounds):
        before = links.a[link] + links.b[link] - ends
        is_passed = ~(one_way[link] & (links.a[link] == ends))
        least[ends] = np.where(is_passed, least[before] + links.resistance[link], np.inf)
    return least


def _ends_taken_away(
    links: Links, roots: Ints, n_sides: int, fewest_ends: int
) -> tuple[list[tuple[Ints, Ints]], npt.NDArray[np.bool_]]:
    """Return the ends of each round and the one link of each, and which sides are left."""
    both = np.concatenate([links.a, links.b])
    count = np.bincount(both, minlength=n_sides)
    is_left = np.ones(n_sides, dtype=bool)
    may_go = is_left.copy()
    may_go[roots] = False
    rounds: list[tuple[Ints, Ints]] = []
    ends = np.flatnonzero((count == 1) & may_go)
    if len(ends) < fewest_ends:
        return rounds, is_left
    number = np.arange(len(links.a))
    # Sum of the numbers of its links, which of a single link is its number; exact in floats below 2**53.
    of_links = np.bincount(both, weights=np.concatenate([number, number]), minlength=n_sides).astype(np.int64)
    nth = np.empty(n_sides, dtype=np.int64)
    while len(ends) >= fewest_ends:
        link = of_links[ends]
        before = links.a[link] + links.b[link] - ends
        rounds.append((ends, link))
        is_left[ends], count[ends] = False, 0
        np.subtract.at(count, before, 1)
        np.subtract.at(of_links, before, link)
        ends = before[(count[before] == 1) & may_go[before] & is_left[before]]
        nth[ends] = np.arange(len(ends))
        ends = ends[nth[ends] == np.arange(len(ends))]  # each once, as its last entry
    return rounds, is_left


def _between(links: Links, is_left: npt.NDArray[np.bool_], place: Ints) -> Links:
    """Return the links between sides that are left, numbered by their places among them."""
    stays = is_left[links.a] & is_left[links.b]
    n_one_way = int(stays[len(stays) - links.n_one_way :].sum())
    return Links(place[links.a[stays]], place[links.b[stays]], links.resistance[stays], n_one_way)


def _searched(links: Links, roots: Ints, n_sides: int) -> Floats:
    two_way = slice(0, len(links.a) - links.n_one_way)
    tail = np.concatenate([links.a, links.b[two_way]]).astype(np.int32)
    head = np.concatenate([links.b, links.a[two_way]]).astype(np.int32)
    weight = np.concatenate([links.resistance, links.resistance[two_way]])
    graph = coo_array((weight, (tail, head)), shape=(n_sides, n_sides)).tocsr()
    if graph.nnz < len(weight):  # parallel links were added up: of each two ends only the least may stay
        key = tail.astype(np.int64) * n_sides + head
        least_first = np.lexsort((weight, key))
        best = least_first[np.r_[True, np.diff(key[least_first]) > 0]]
        graph = coo_array((weight[best], (tail[best], head[best])), shape=(n_sides, n_sides)).tocsr()
    least: Floats = dijkstra(graph, directed=True, indices=roots, min_only=True)
    return least
