"""The best trenches at given prices, for all streets at once: a dynamic programme on trees.

On a tree the number of trenches is the number of touched nodes less the number of chosen segments. With a job
price ``J`` the best choice is ``max sum(gain) + J*segments - J*touched``, found from the leaves up with two
values per node: best below it when it is untouched, and when it is touched. A segment that closes a loop hangs
on a node of its own that is touched for nothing, so that the value is never too low.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, connected_components, minimum_spanning_tree

from heatnet._arrays import AnyInts, Floats, Ints, Truths


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """Rooted trees: nodes in layers from the roots outwards, each with the edge that leads to its parent.

    Parameters
    ----------
    parent, edge : arrays of int
        Parent node and edge to it; -1 at a root.
    layers : tuple of arrays
        Nodes of each depth, sorted by parent.
    owner : array of int
        Unit of each node.
    is_free : array of bool
        Nodes that are touched for nothing.
    child : array of int
        Outer node of each edge.
    """

    parent: Ints
    edge: Ints
    layers: tuple[Ints, ...]
    owner: Ints
    is_free: Truths
    child: Ints

    def best(self, gain: Floats, job_price: Floats) -> Truths:
        """Return edges chosen: `gain` per edge without job price, `job_price` per unit."""
        price = job_price[self.owner]
        low, high = self._upwards(gain, price)
        chosen = np.zeros(len(self.child), dtype=bool)
        touched = np.zeros(len(self.parent), dtype=bool)
        for depth, nodes in enumerate(self.layers):
            if depth == 0:
                touched[nodes] = high[nodes] > low[nodes]
                continue
            edge = self.edge[nodes]
            skip = np.maximum(low[nodes], high[nodes])
            take = high[nodes] + gain[edge] + price[nodes]
            takes = touched[self.parent[nodes]] & (take > skip)
            chosen[edge] = takes
            touched[nodes] = takes | (high[nodes] > low[nodes])
        return chosen

    def jobs(self, chosen: Truths, n_units: int) -> Ints:
        """Return trenches of each unit, as the relaxation counts them: touched nodes less chosen edges."""
        touched = np.zeros(len(self.parent), dtype=bool)
        outer = self.child[chosen]
        touched[outer] = touched[self.parent[outer]] = True
        touched &= ~self.is_free
        nodes = np.bincount(self.owner[touched], minlength=n_units)
        return np.asarray(nodes - np.bincount(self.owner[outer], minlength=n_units), dtype=np.int64)

    def margins(self, gain: Floats, job_price: Floats) -> Floats:
        """Return the best value of a tree with each edge in, less the best with it out."""
        price = job_price[self.owner]
        low, high = self._upwards(gain, price)
        # Best value outside a node's subtree when the node is untouched, and touched.
        out_low, out_high = np.zeros(len(self.parent)), np.zeros(len(self.parent))
        margin = np.zeros(len(self.child))
        for nodes in self.layers[1:]:
            parent, edge = self.parent[nodes], self.edge[nodes]
            skip = np.maximum(low[nodes], high[nodes])
            join = gain[edge] + price[nodes]
            rest_low = out_low[parent] + low[parent] - skip
            rest_high = out_high[parent] + high[parent] - np.maximum(skip, high[nodes] + join)
            without, within = np.maximum(rest_low, rest_high), rest_high + join
            margin[edge] = within + high[nodes] - without - skip
            out_low[nodes], out_high[nodes] = without, np.maximum(without, within)
        return margin

    def _upwards(self, gain: Floats, price: Floats) -> tuple[Floats, Floats]:
        low = np.zeros(len(self.parent))
        high = np.where(self.is_free, 0.0, -price)
        for nodes in self.layers[:0:-1]:
            parent = self.parent[nodes]
            skip = np.maximum(low[nodes], high[nodes])
            take = high[nodes] + gain[self.edge[nodes]] + price[nodes]
            starts = np.flatnonzero(np.concatenate([[True], parent[1:] != parent[:-1]]))
            low[parent[starts]] += np.add.reduceat(skip, starts)
            high[parent[starts]] += np.add.reduceat(np.maximum(skip, take), starts)
        return low, high


def plant_forest(node_a: Ints, node_b: Ints, owner: Ints, weight: Floats) -> tuple[Forest, Truths]:
    """Return the forest of the edges given, and which of them close a loop; edges of great `weight` become the trees.

    Loops never join units, so a node belongs to the unit of its edges.
    """
    codes, ends = np.unique(np.stack([node_a, node_b]), return_inverse=True)
    ends = ends.reshape(2, -1).astype(np.int64)
    closes = _closing_edges(ends, len(codes), weight)
    extra = np.flatnonzero(closes)
    ends[1, extra] = len(codes) + np.arange(len(extra))
    n_nodes = len(codes) + len(extra)
    node_owner = np.zeros(n_nodes, dtype=np.int64)
    node_owner[ends[0]] = node_owner[ends[1]] = owner
    is_free = np.arange(n_nodes) >= len(codes)
    parent, edge, depth = _rooted(ends, n_nodes)
    order = np.lexsort((np.arange(n_nodes), parent, depth))
    cuts = np.flatnonzero(np.diff(depth[order])) + 1
    layers = tuple(np.split(order, cuts)) if n_nodes else ()
    child = np.zeros(ends.shape[1], dtype=np.int64)
    inner = np.flatnonzero(edge >= 0)
    child[edge[inner]] = inner
    return Forest(parent, edge, layers, node_owner, is_free, child), closes


def _closing_edges(ends: Ints, n_nodes: int, weight: Floats) -> Truths:
    """Return edges outside of a spanning forest of greatest weight; of equal ones the first edges are in it."""
    order = np.argsort(-weight, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    # Of parallel edges only the best can be in the forest; ranks are all different, so that the forest is one and only.
    low, high = ends.min(axis=0), ends.max(axis=0)
    best = np.lexsort((rank, high, low))
    is_first = np.ones(len(best), dtype=bool)
    is_first[1:] = (np.diff(low[best]) != 0) | (np.diff(high[best]) != 0)
    kept = best[is_first & (low[best] != high[best])]
    narrow = low[kept].astype(np.int32), high[kept].astype(np.int32)  # older scipy takes no others here
    joins = sparse.csr_array((rank[kept], narrow), shape=(n_nodes, n_nodes))
    closes = np.ones(len(rank), dtype=bool)
    closes[order[minimum_spanning_tree(joins).data.astype(np.int64) - 1]] = False
    return closes


def _rooted(ends: Ints, n_nodes: int) -> tuple[Ints, Ints, Ints]:
    """Return the parent, edge to it and depth of each node of a forest; each tree is rooted at its smallest node."""
    joins = sparse.csr_array((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=(n_nodes, n_nodes))
    tree = connected_components(joins, directed=False)[1]
    roots = np.unique(tree, return_index=True)[1]
    # All trees hang on one node more, so that one walk reaches them all.
    top = np.full(len(roots), n_nodes)
    tails, heads = np.concatenate([ends[0], top]), np.concatenate([ends[1], roots])
    whole = sparse.csr_array((np.ones(len(tails)), (tails, heads)), shape=(n_nodes + 1, n_nodes + 1))
    order, parent = breadth_first_order(whole, n_nodes, directed=False)
    edge = np.full(n_nodes, -1, dtype=np.int64)
    edge[np.where(parent[ends[1]] == ends[0], ends[1], ends[0])] = np.arange(ends.shape[1])
    above = np.where(parent[:n_nodes] == n_nodes, -1, parent[:n_nodes]).astype(np.int64)
    return above, edge, _depths(order, parent)[:n_nodes]


def _depths(order: AnyInts, parent: AnyInts) -> Ints:
    """Return how many steps each node lies below the roots, from the order and the parents of a walk layer by layer."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    of_parent = place[parent[order[1:]]]  # ascends, as the layers do
    depth = np.empty(len(order), dtype=np.int64)
    first, after, layer = 0, 1, -1
    while first < after:
        depth[order[first:after]] = layer
        first, after, layer = after, 1 + int(np.searchsorted(of_parent, after)), layer + 1
    return depth
