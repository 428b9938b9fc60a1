"""Ends taken away and hung on again have the sums of a plain search, to the last digit."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.graph.resistances import Links, least_resistances


def searched(links: Links, roots: list[int], n_sides: int) -> list[float]:
    """The same by a plain search from the roots outwards."""
    ways: list[list[tuple[int, float]]] = [[] for _ in range(n_sides)]
    rows = list(zip(links.a.tolist(), links.b.tolist(), links.resistance.tolist(), strict=True))
    for number, (a, b, resistance) in enumerate(rows):
        ways[a].append((b, resistance))
        if number < len(rows) - links.n_one_way:
            ways[b].append((a, resistance))
    least = [np.inf] * n_sides
    queue = [(0.0, root) for root in roots]
    while queue:
        total, side = heapq.heappop(queue)
        if total >= least[side]:
            continue
        least[side] = total
        for other, resistance in ways[side]:
            heapq.heappush(queue, (total + resistance, other))
    return least


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.integers(0, 2**32 - 1))
def test_sums_equal_a_plain_search_on_random_networks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n_sides = int(rng.integers(1, 30))
    n_links = int(rng.integers(0, 40)) if n_sides > 1 else 0
    if rng.random() < 0.5:  # mostly trees, with some parallel links and loops
        b = np.arange(1, n_sides)
        a = (rng.random(n_sides - 1) * b).astype(np.int64)
        some = rng.integers(0, n_sides - 1, rng.integers(0, 4)) if n_sides > 1 else np.zeros(0, dtype=np.int64)
        a, b = np.concatenate([a, a[some]]), np.concatenate([b, b[some]])
    else:
        a = rng.integers(0, n_sides, n_links)
        b = (a + rng.integers(1, max(n_sides, 2), n_links)) % n_sides
    links = Links(
        a, b, rng.choice([0.0, 0.1, 0.2, 0.3, 0.7, 1e-20], len(a)), n_one_way=int(rng.integers(0, len(a) + 1))
    )
    roots = rng.choice(n_sides, int(rng.integers(0, min(n_sides, 3) + 1)), replace=False)
    expected = searched(links, roots.tolist(), n_sides)
    for fewest in (1, 3, 100):
        assert least_resistances(links, roots, n_sides, fewest_ends=fewest).tolist() == expected


@pytest.mark.parametrize("fewest_ends", [1, 100])
def test_a_station_that_only_its_secondary_side_reaches_stays_without_heat(fewest_ends: int) -> None:
    # 0 is the source of a street 0 - 1; side 2 is a station's primary side and leads one way to 1.
    links = Links(np.array([0, 2]), np.array([1, 1]), np.array([1.0, 0.0]), n_one_way=1)
    assert least_resistances(links, np.array([0]), 3, fewest_ends=fewest_ends).tolist() == [0.0, 1.0, np.inf]
