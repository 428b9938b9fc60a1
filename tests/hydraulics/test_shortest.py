"""Shortest paths where something is out, beside a search from the roots in the network that is left."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.hydraulics.shortest import ShortestPaths

N_SIDES = 9
SIDES = st.integers(0, N_SIDES - 1)
LINKS = st.lists(st.tuples(SIDES, SIDES, st.sampled_from([0.5, 1.0, 1.5, 2.25, 7.0])), max_size=16)


def resistances_left(links, roots, links_out=(), sides_out=()) -> list[float]:  # type: ignore[no-untyped-def]
    """Return what a search from the roots finds; parallel links as they are."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(set(range(N_SIDES)) - set(sides_out))
    for number, (a, b, weight) in enumerate(links):
        if number not in links_out and a in graph and b in graph:
            graph.add_edge(a, b, weight=weight)
    roots = [root for root in roots if root in graph]
    found = nx.multi_source_dijkstra_path_length(graph, roots) if roots else {}
    return [float(found.get(side, np.inf)) for side in range(N_SIDES)]


@settings(derandomize=True, deadline=None, max_examples=300)
@given(LINKS, st.sets(SIDES, max_size=3), st.data())
def test_only_what_hangs_behind_what_is_out_moves(links, roots, data) -> None:  # type: ignore[no-untyped-def]
    links = [link for link in links if link[0] != link[1]]
    a, b = (np.array([link[k] for link in links], dtype=np.int64) for k in (0, 1))
    resistance = np.array([weight for _, _, weight in links])
    paths = ShortestPaths.of(a, b, resistance, np.array(sorted(roots), dtype=np.int64), N_SIDES)
    assert paths.least.tolist() == resistances_left(links, roots)
    out = data.draw(st.sets(st.integers(0, max(len(links) - 1, 0)), max_size=3)) if links else set()
    gone = data.draw(st.sets(SIDES, max_size=2))
    moved, least = paths.without(np.array(sorted(out), dtype=np.int64), np.array(sorted(gone), dtype=np.int64))
    found = paths.least.copy()
    found[moved] = least
    told = resistances_left(links, roots, out, gone)
    assert found.tolist() == told
    assert roots or not len(moved)


def test_a_detour_by_the_other_of_two_parallel_links() -> None:
    a, b, resistance = np.array([0, 0, 1]), np.array([1, 1, 2]), np.array([1.0, 3.0, 0.5])
    paths = ShortestPaths.of(a, b, resistance, np.array([0]), 3)
    assert paths.least.tolist() == [0.0, 1.0, 1.5]
    none = np.zeros(0, dtype=np.int64)
    moved, least = paths.without(np.array([0]), none)
    assert dict(zip(moved.tolist(), least.tolist(), strict=True)) == {1: 3.0, 2: 3.5}
    assert paths.without(np.array([1]), none)[0].tolist() == []
    moved, least = paths.without(none, np.array([1]))
    assert dict(zip(moved.tolist(), least.tolist(), strict=True)) == {1: np.inf, 2: np.inf}
