from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heatnet.graph.overlap import Intervals, is_within, overlap_of


@st.composite
def two_orders(draw: st.DrawFn) -> tuple[list[int], list[int], list[tuple[int, int, int, int]]]:
    """Items in the order of each layer, and intervals of both orders."""
    n = draw(st.integers(1, 9))
    orders = [draw(st.permutations(range(n))) for _ in range(2)]
    if draw(st.booleans()):
        orders[1] = orders[0]
    ends = st.tuples(*[st.integers(0, n)] * 4)
    outages = [(min(a, b), max(a, b), min(c, d), max(c, d)) for a, b, c, d in draw(st.lists(ends, max_size=6))]
    return orders[0], orders[1], outages


@given(two_orders())
def test_overlaps_are_those_of_sets(drawn: tuple[list[int], list[int], list[tuple[int, int, int, int]]]) -> None:
    first_order, second_order, outages = drawn
    n = len(first_order)
    ends = np.array(outages, dtype=np.int64).reshape(len(outages), 4).T
    one, other = Intervals(ends[0], ends[1]), Intervals(ends[2], ends[3])
    rank = np.argsort(second_order)
    sets = [(set(first_order[a:b]), set(second_order[c:d])) for a, b, c, d in outages]
    assert is_within(one, other, rank[first_order]).tolist() == [left <= right for left, right in sets]
    overlap = overlap_of(np.arange(len(outages)), one, other, np.array(first_order), rank)
    values = 10 ** np.arange(n)
    expected = [sum(int(values[item]) for item in left & right) for left, right in sets]
    assert overlap.sums(values, len(outages)).tolist() == expected
    shares = [sum(k + 1 for k, (left, right) in enumerate(sets) if item in left & right) for item in range(n)]
    assert overlap.shares(np.arange(1, len(outages) + 1), n).tolist() == shares
