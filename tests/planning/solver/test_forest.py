"""The best trenches of trees against trying all."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.planning.solver.forest import plant_forest

PROFILE = settings(derandomize=True, deadline=None, max_examples=60)


@PROFILE
@given(
    edges=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(-5, 9)), min_size=1, max_size=8),
    price=st.integers(0, 6),
)
def test_the_best_trenches_of_a_tree_are_those_of_trying_all(edges, price):
    tree = nx.Graph()
    kept = []
    for a, b, gain in edges:
        if a != b and not (a in tree and b in tree and nx.has_path(tree, a, b)):
            tree.add_edge(a, b)
            kept.append((a, b, gain))
    if not kept:
        return

    def value(chosen):
        graph = nx.Graph((a, b) for a, b, _ in chosen)
        return sum(gain for _, _, gain in chosen) - price * nx.number_connected_components(graph)

    every = [list(itertools.compress(kept, mask)) for mask in itertools.product([False, True], repeat=len(kept))]
    a, b, gain = (np.array(column) for column in zip(*kept, strict=True))
    forest, closes = plant_forest(a, b, np.zeros(len(a), dtype=np.int64), gain.astype(float))
    assert not closes.any()
    prices = np.array([float(price)])
    chosen = forest.best(gain.astype(float), prices)
    assert value(list(itertools.compress(kept, chosen))) == max(value(one) for one in every)
    assert forest.jobs(chosen, 1)[0] == nx.number_connected_components(
        nx.Graph((u, v) for u, v, _ in itertools.compress(kept, chosen))
    )
    margins = forest.margins(gain.astype(float), prices)
    for number, edge in enumerate(kept):
        best_in = max(value(one) for one in every if edge in one)
        best_out = max(value(one) for one in every if edge not in one)
        assert margins[number] == best_in - best_out


def test_edges_of_great_weight_become_the_trees_and_parallel_ones_and_rings_close_loops():
    a, b = np.array([0, 0, 1, 2, 3]), np.array([1, 1, 2, 0, 3])
    forest, closes = plant_forest(a, b, np.zeros(5, dtype=np.int64), np.array([1.0, 2.0, 5.0, 4.0, 9.0]))
    # 1-2 (5) and 2-0 (4) join all three; both edges 0-1 and the edge from 3 to itself are over.
    assert closes.tolist() == [True, True, False, False, True]
    # Below the roots 0 and 3: node 2 and the three loops; below 2: node 1.
    assert [len(layer) for layer in forest.layers] == [2, 4, 1]
    # Everything chosen: nodes 0, 1, 2 and 3 are touched; the loops' own nodes count for nothing: 4 less 5 edges.
    assert forest.jobs(np.ones(5, dtype=bool), 1).tolist() == [-1]


def test_of_equal_weights_the_first_edges_are_in_the_forest():
    a, b = np.array([0, 1, 2]), np.array([1, 2, 0])
    assert plant_forest(a, b, np.zeros(3, dtype=np.int64), np.zeros(3))[1].tolist() == [False, False, True]
