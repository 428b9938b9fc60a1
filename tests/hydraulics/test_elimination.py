"""Heads by taking vertices away: a star by hand, and beside dense equations for any number of cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.hydraulics.elimination import Elimination, Sums

thorough = settings(derandomize=True, deadline=None, max_examples=60)


def test_a_star_shares_what_comes_in_by_conductance() -> None:
    order = Elimination.of(np.array([0, 0, 0]), np.array([1, 2, 3]), 4)
    conductance, inflow = np.array([[1.0], [2.0], [4.0]]), np.array([[3.0], [-3.0], [0.0], [0.0]])
    heads = order.heads(conductance, inflow)
    assert (heads[0] - heads[1]).tolist() == pytest.approx([3.0])
    assert (heads[0] - heads[2]).tolist() == pytest.approx([0.0])


def test_a_vertex_without_neighbours_has_no_head() -> None:
    order = Elimination.of(np.array([0, 1]), np.array([2, 1]), 3)
    heads = order.heads(np.array([[2.0], [5.0]]), np.array([[1.0], [0.0], [-1.0]]))
    assert heads[:, 0].tolist() == pytest.approx([0.5, 0.0, 0.0])


@thorough
@given(st.integers(0, 10**6), st.integers(2, 30), st.sampled_from([1, 2, 40, 700]))
def test_heads_balance_every_vertex(seed: int, n_vertices: int, n_cases: int) -> None:
    rng = np.random.default_rng(seed)
    a = np.append(np.arange(1, n_vertices), rng.integers(0, n_vertices, n_vertices))
    b = np.append([rng.integers(0, one) for one in range(1, n_vertices)], rng.integers(0, n_vertices, n_vertices))
    conductance = 10.0 ** rng.uniform(-3, 3, (len(a), n_cases))
    inflow = rng.normal(size=(n_vertices, n_cases))
    inflow[0] -= inflow.sum(axis=0)
    heads = Elimination.of(a, b, n_vertices).heads(conductance, inflow)
    flow = conductance * (heads[a] - heads[b])
    left = inflow.copy()
    np.subtract.at(left, a, flow)
    np.add.at(left, b, flow)
    assert np.abs(left).max() <= 1e-9 * max(1.0, float(np.abs(flow).max()))


@thorough
@given(st.lists(st.integers(-1, 6), max_size=40), st.sampled_from([1, 3, 50]))
def test_sums_go_to_their_targets(targets: list[int], n_cases: int) -> None:
    rows = np.arange(1.0, len(targets) * n_cases + 1).reshape(-1, n_cases)
    onto, slow = np.ones((7, n_cases)), np.ones((7, n_cases))
    Sums.of(np.array(targets, dtype=np.int64)).add(rows, onto)
    for target, row in zip(targets, rows, strict=True):
        if target >= 0:
            slow[target] += row
    assert onto.tolist() == slow.tolist()
