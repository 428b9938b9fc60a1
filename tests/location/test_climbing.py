"""Climbing from several starts side by side against climbing from one after the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.location.climbing import Box, Place, top_of, tops_of
from heatnet.location.ladders import Ladder
from heatnet.location.priors import default_prior
from heatnet.location.rates import _Surface
from heatnet.location.watched import Asked, watched_winter
from tests.location_oracle import random_network, random_visits


def two_hills(at: np.ndarray) -> Place:
    """A hill of height 0 at 1 and a lower one, of height -1, at -1: -(x^2 - 1)^2 + (x - 1)/2."""
    x = float(at[0])
    height = -((x**2 - 1) ** 2) + (x - 1) / 2
    return Place(at, height, np.array([-4 * x * (x**2 - 1) + 0.5]), np.array([[8.0]]))


def test_each_start_finds_the_top_of_its_hill_and_starts_of_one_hill_the_same_top() -> None:
    box, starts = Box(np.array([-3.0]), np.array([3.0])), [np.array([x]) for x in (0.9, -0.9, 1.3, -1.1)]
    asked: list[int] = []

    def places(ats: Sequence[np.ndarray]) -> list[Place]:
        asked.append(len(ats))
        return [two_hills(at) for at in ats]

    tops = tops_of(places, box, starts, 1e-6)
    assert tops[0] is tops[2]
    assert tops[1] is tops[3]
    # Where 4 x (x^2 - 1) = 1/2.
    assert [top.at[0] for top in tops[:2]] == pytest.approx([1.05745, -0.93040], abs=1e-4)
    alone = [top_of(two_hills, box, start) for start in starts[:2]]
    assert [top.at[0] for top in tops[:2]] == [top.at[0] for top in alone]
    assert asked[0] == 4


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.sampled_from(["visits", "households"]))
def test_places_side_by_side_are_those_looked_at_alone(seed: int, dose: bool, calls: str) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng).in_id_order
    nodes = network.nodes
    nodes["households"] = np.where(nodes["kind"] == "building", rng.integers(1, 30, len(nodes)), np.nan)
    network = network.replace(nodes=nodes).in_id_order
    visits = random_visits(rng, network, int(rng.integers(1, 30)))
    visits["channel"] = rng.choice(np.array(["hotline", "home_visit"]), len(visits))
    asked = Asked(calls="households" if calls == "households" else "visits", dose=dose, building_prior=0.05)
    winter = watched_winter(network, visits, season=2023, asked=asked)
    known = winter.known(default_prior(network).to_numpy(), with_causes=False)
    own = rng.random(len(winter.evidence.node)) * 0.2
    n = 3 if dose else 2
    ladder = Ladder.of([None] * n, (-20.0, 20.0))
    rate = float(winter.evidence.calls.sum() / max(winter.evidence.callers.sum(), 1.0))
    of_calls = Ladder.of([None if rate else 0.0] * n, (-20.0, 20.0))
    surface = _Surface(winter.tree, known, winter.evidence, own, ladder, of_calls, rate)
    frees = [rng.uniform(0.1, 1.0, ladder.n_free + of_calls.n_free) for _ in range(4)]
    for free, together in zip(frees, surface.places(frees), strict=True):
        alone = surface.place(free)
        assert together.height == pytest.approx(alone.height, rel=1e-12, abs=1e-10)
        assert together.slope == pytest.approx(alone.slope, rel=1e-9, abs=1e-9)
        assert together.bend == pytest.approx(alone.bend, rel=1e-9, abs=1e-9)
