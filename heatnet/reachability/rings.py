"""Pairs of links whose joint loss cuts something off in one layer: rings of links that share a label.

In the order of the walk, give each link that is not on the tree a random label, and each link of the tree the sum
(exclusive or) of the labels of the links that bridge over it. Two links cut a piece off together exactly when their
labels are equal. Links with one label lie one below the other, at most one of them off the tree and then last, and

    what two of them cut off  =  what hangs below the upper one  -  what hangs below the lower one

(nothing hangs below the one off the tree). So the pair of the first and the last one is the worst of its ring, and
every other pair is found by moving inwards from a worse one. Labels are 63 bits long and drawn from a fixed start;
that two of a million are equal by chance has a probability below 1e-6.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from heatnet._arrays import AnyInts, Floats, Truths
from heatnet.graph.overlap import Intervals
from heatnet.graph.walks import Cuts
from heatnet.network import Network
from heatnet.reachability.cut_off import feeding_sources
from heatnet.reachability.parts import Parts


@dataclass(frozen=True, slots=True)
class Rings:
    """Links by ring, from the top down.

    Attributes
    ----------
    segments : ndarray of int
        The segment of each link, rings end to end.
    starts : ndarray of int
        Where each ring starts in `segments`, and the end.
    hanging : Intervals
        Per link: the positions of what hangs below it; empty off the tree.
    """

    segments: AnyInts
    starts: AnyInts
    hanging: Intervals

    def spans(self, hanging: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return per link what hangs between the top of its ring and it, and between it and the last of its ring."""
        length = np.diff(self.starts)
        top, last = hanging[np.repeat(self.starts[:-1], length)], hanging[np.repeat(self.starts[1:] - 1, length)]
        return top - hanging, hanging - last


def rings_of(network: Network, parts: Parts, joined: Cuts, is_live: Truths) -> Rings:
    """Return the rings of the network in all layers, walked in the order `joined`."""
    lower, upper, link = _reached_links(parts, joined)
    is_tree = _on_tree(lower, upper)
    sources = parts.point_part[:, feeding_sources(network)]
    secondary_sides = parts.point_part[:, network.n_nodes :][:, is_live]
    roots = joined.position[np.concatenate([sources.ravel(), secondary_sides.ravel()])]
    label = _labels(joined, lower, upper, is_tree, roots)
    segment_of_link = np.empty(len(parts.link_from), dtype=np.int64)
    layer, carrying = np.nonzero(parts.pipe_unit >= 0)
    segment_of_link[parts.pipe_unit[layer, carrying]] = carrying
    from_above = np.lexsort((segment_of_link[link], np.where(is_tree, lower, len(joined.tree_stop)), label))
    from_above = from_above[label[from_above] != 0]
    is_first = np.diff(label[from_above], prepend=0) != 0
    starts = np.append(np.flatnonzero(is_first), len(from_above))
    first = np.where(is_tree, lower, 0)[from_above]
    stop = np.where(is_tree, joined.tree_stop[lower], 0)[from_above]
    return Rings(segment_of_link[link[from_above]], starts, Intervals(first, stop))


def _reached_links(parts: Parts, joined: Cuts) -> tuple[AnyInts, AnyInts, AnyInts]:
    """Return the lower and the upper end of each link that the root reaches, by position, and which link it is."""
    ends = np.stack([joined.position[parts.link_from], joined.position[parts.link_to]])
    link = np.flatnonzero(ends[0] >= 0)
    return ends[:, link].max(axis=0), ends[:, link].min(axis=0), link


def _on_tree(lower: AnyInts, upper: AnyInts) -> Truths:
    """Return which links the walk went down: of all that lead up from a vertex, one to the lowest end."""
    by_lower = np.lexsort((upper, lower))
    is_last = np.append(np.diff(lower[by_lower]) != 0, True)[: len(by_lower)]
    is_tree = np.zeros(len(lower), dtype=bool)
    is_tree[by_lower[is_last]] = True
    return is_tree


def _labels(joined: Cuts, lower: AnyInts, upper: AnyInts, is_tree: Truths, roots: AnyInts) -> AnyInts:
    """Return the label of each link, 0 for a bridge; ends at the root that the walk met later are links too."""
    n = len(joined.tree_stop)
    has_parent = np.zeros(n, dtype=bool)
    has_parent[lower] = True
    met_later = roots[has_parent[roots]]
    draw = np.random.default_rng(0).integers(1, 2**63, len(lower) + len(met_later))
    own, of_roots = draw[: len(lower)], draw[len(lower) :]
    change = np.zeros(n + 1, dtype=np.int64)
    np.bitwise_xor.at(change, lower[~is_tree], own[~is_tree])
    np.bitwise_xor.at(change, upper[~is_tree], own[~is_tree])
    np.bitwise_xor.at(change, met_later, of_roots)
    before = np.concatenate([[0], np.bitwise_xor.accumulate(change)])
    return np.where(is_tree, before[joined.tree_stop[lower]] ^ before[lower], own)


def worst_pairs(rings: Rings, chosen: AnyInts, below: Floats, top: int) -> tuple[AnyInts, AnyInts]:
    """Return the links of the worst pairs within the chosen rings: those that no `top` pairs exceed, ties included.

    Parameters
    ----------
    rings : Rings
        The rings.
    chosen : ndarray of int
        The rings to look at.
    below : ndarray of float, shape (n_links, 2)
        Buildings and households that hang below each link of the rings.
    top : int
        Number of pairs wanted.
    """
    queue: list[tuple[float, float, int, int, int]] = []

    def push(one: int, other: int, end: int) -> None:
        if one < other and below[one, 0] > below[other, 0]:
            buildings, households = below[one] - below[other]
            heapq.heappush(queue, (-float(households), -float(buildings), one, other, end))

    for ring in chosen.tolist():
        push(int(rings.starts[ring]), int(rings.starts[ring + 1]) - 1, int(rings.starts[ring + 1]) - 1)
    found: list[tuple[int, int]] = []
    level: tuple[float, float] | None = None
    while queue and (len(found) < top or queue[0][:2] == level):
        households, buildings, one, other, end = heapq.heappop(queue)
        level = (households, buildings)
        found.append((one, other))
        push(one, other - 1, end)
        if other == end:
            push(one + 1, other, end)
    pairs = np.array(found, dtype=np.int64).reshape(len(found), 2)
    return pairs[:, 0], pairs[:, 1]
