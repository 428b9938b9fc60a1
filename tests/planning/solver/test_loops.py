"""Rows that count the trenches of a street with loops."""

from __future__ import annotations

import numpy as np

from heatnet.planning.solver.loops import Loops

# A triangle of the nodes 0, 1, 2 (columns 0 to 2) whose segments have the forest shares 3 to 5.
TRIANGLE = Loops(
    shares={0: 3, 1: 4, 2: 5},
    nodes={0: 0, 1: 1, 2: 2},
    joins={0: [(1, 3), (2, 5)], 1: [(0, 3), (2, 4)], 2: [(1, 4), (0, 5)]},
    rings=(frozenset({0, 1, 2}),),
    pieces=(frozenset({0, 1, 2}),),
)


def test_a_whole_loop_saves_no_more_trenches_than_its_nodes_less_one():
    everything = np.ones(6)
    ((columns, weights, least, most),) = TRIANGLE.broken_rows(everything)
    assert (least, most) == (-np.inf, 0.0)
    assert everything[columns] @ weights == 1.0
    forest = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.0])
    assert forest[columns] @ weights == 0.0
    assert TRIANGLE.broken_rows(forest) == []


def test_a_node_touched_in_part_bears_no_more_of_the_forest_than_that():
    # Half of each node is touched: half a trench at least is left of 1.5 - 1.2 shares.
    halves = np.array([0.5, 0.5, 0.5, 0.4, 0.4, 0.4])
    ((columns, weights, _, _),) = TRIANGLE.broken_rows(halves)
    assert np.isclose(halves[columns] @ weights, 0.2)
    assert TRIANGLE.broken_rows(np.array([0.5, 0.5, 0.5, 0.4, 0.3, 0.3])) == []


def test_what_no_loop_and_no_group_holds_breaks_no_row():
    assert TRIANGLE.broken_rows(np.zeros(6), [{0, 1}]) == []
