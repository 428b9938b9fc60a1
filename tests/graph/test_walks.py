from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.graph import walks
from heatnet.graph.walks import neighbours, walk_from

SIZES = st.integers(1, 12)


@st.composite
def links(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]], list[int]]:
    n = draw(SIZES)
    vertices = st.integers(0, n - 1)
    ends = draw(st.lists(st.tuples(vertices, vertices), max_size=40))
    return n, ends, sorted(draw(st.sets(vertices, min_size=1)))


@given(links(), st.integers(2, 6))
def test_a_hub_is_walked_as_any_other_vertex(drawn: tuple[int, list[tuple[int, int]], list[int]], most: int) -> None:
    n, ends, roots = drawn
    link_from, link_to = (np.array([end[side] for end in ends], dtype=np.int32) for side in (0, 1))
    graph = neighbours(n, link_from, link_to)
    whole = walk_from(np.array(roots), graph)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walks, "_MOST_LINKS", most)
        spread, owner = walks._with_spines(graph)
        cut_up = walk_from(np.array(roots), graph)
    assert np.diff(spread.starts).max() <= most
    assert len(spread.starts) == n + len(owner) + 1
    for name in ("position", "parent", "stop", "roots"):
        assert getattr(whole, name).tolist() == getattr(cut_up, name).tolist(), name


def test_a_hub_hands_its_links_to_a_line_behind_it() -> None:
    """Vertex 0 meets 1 to 7; three links each: two and one on to the next, and the last has no next."""
    graph = neighbours(8, np.zeros(7, dtype=np.int32), np.arange(1, 8, dtype=np.int32))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walks, "_MOST_LINKS", 3)
        spread, owner = walks._with_spines(graph)
    rows = [spread.indices[spread.starts[row] : spread.starts[row + 1]].tolist() for row in range(10)]
    assert owner.tolist() == [0, 0]
    assert [rows[0], rows[8], rows[9]] == [[1, 2, 8], [3, 4, 9], [5, 6, 7]]
