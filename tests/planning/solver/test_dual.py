"""Prices of limits, bounds, patterns and choices, worked by hand on one or two streets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import InfeasiblePlanError
from heatnet.planning import PlanRules, Prices
from heatnet.planning.model.building import build_model
from heatnet.planning.model.candidates import candidate_table, priced_table
from heatnet.planning.schedule.dating import prune
from heatnet.planning.schedule.searching import StreetFit
from heatnet.planning.schedule.solving import solve
from heatnet.planning.solver.choice import choose, excess
from heatnet.planning.solver.dual import Relaxation, solve_dual
from heatnet.planning.solver.openings import enumerated_units, margins
from heatnet.planning.solver.patterns import enumerate_patterns, pattern_counts
from heatnet.planning.solver.programme import Programme

# One metre costs 10, a trench 500.
PRICES = Prices(cost_per_m=(10.0, 0.0), job_cost=500.0, station_cost=2000.0)
FIT = StreetFit().fits


def streets(*rows, **columns):
    """Segments of 100 m as (asset_id, hours, from, to, street)."""
    names = ["asset_id", "cold_household_hours", "from_node", "to_node", "street"]
    return pd.DataFrame(rows, columns=names).assign(asset_kind="segment", length_m=100.0, **columns)


def model_of(table, **rules):
    return build_model(priced_table(candidate_table(table), PRICES), PlanRules(**rules), PRICES)[0]


ROW = streets(("p1", 50.0, "a", "b", "Ash"), ("p2", 10.0, "b", "c", "Ash"), ("p3", 40.0, "c", "d", "Ash"))


def test_patterns_of_a_street_count_its_trenches():
    model = model_of(ROW, budget=9000.0)
    assert pattern_counts(model).tolist() == pytest.approx([8.0])
    patterns = enumerate_patterns(model, 0, FIT)
    found = {
        tuple(np.flatnonzero(row)): (b, u[0])
        for row, b, u in zip(patterns.chosen, patterns.benefit, patterns.use, strict=True)
    }
    assert found[()] == (0.0, 0.0)
    assert found[0, 2] == (90.0, 3000.0)  # two trenches
    assert found[0, 1, 2] == (100.0, 3500.0)  # one


def test_a_must_is_in_every_pattern_and_short_trenches_in_none():
    model = model_of(ROW, must=["p2"], min_job_m=150.0)
    chosen = enumerate_patterns(model, 0, FIT).chosen
    assert {tuple(np.flatnonzero(row)) for row in chosen} == {(0, 1), (1, 2), (0, 1, 2)}


def test_the_dual_of_a_knapsack_is_its_fractional_optimum():
    # Stations of 2000: 30 and 20 hours; money for one and a half: the bound is 30 + 10.
    table = pd.DataFrame({"asset_id": ["s1", "s2"], "asset_kind": "station", "cold_household_hours": [30.0, 20.0]})
    model = model_of(table, budget=3000.0)
    relaxation = Relaxation(model, {})
    dual = solve_dual(relaxation)
    assert dual.bound == pytest.approx(40.0, rel=1e-4)
    assert dual.bound >= 40.0
    assert dual.prices == pytest.approx([20.0 / 2000.0], rel=1e-3)
    # At that price s1 is worth ten more than it costs.
    assert margins(model, relaxation, np.array([0.01])).tolist() == [10.0, 0.0]


def test_without_limits_the_bound_is_the_best_value():
    model = model_of(ROW)
    assert solve_dual(Relaxation(model, {})).bound == pytest.approx(100.0)
    charged = model_of(ROW.assign(worth=[2000.0, 100.0, 1800.0]), min_ratio=1.0)
    # All in one trench: 3900 - 3000 - 500; without p2: 3800 - 2000 - 1000.
    assert solve_dual(Relaxation(charged, {})).bound == pytest.approx(800.0)
    assert solve(charged).options.tolist() == [0, 2]


def test_what_can_only_lose_has_a_bound_below_nothing():
    model = model_of(ROW.assign(worth=[0.0, 0.0, 0.0], community="n"), min_ratio=1.0, min_km={"n": 0.2})
    solution = solve(model)
    # Two neighbours in one trench: 2 * 1000 + 500.
    assert solution.benefit == -2500.0
    assert -2500.0 <= solution.bound <= -2500.0 * (1 - 1e-6)
    with pytest.raises(InfeasiblePlanError, match=r"n wants 0.4 km of 0.3 km"):
        solve(model_of(ROW.assign(community="n"), min_km={"n": 0.4}))


def test_the_programme_chooses_the_best_that_keeps_the_limit_and_forgets_what_is_cut():
    model = model_of(ROW, budget=3400.0)
    enumerated = enumerated_units(model, FIT)
    relaxation = Relaxation(model, enumerated)
    programme = Programme(relaxation, solve_dual(relaxation), enumerated, FIT, np.inf)
    best = choose(programme, np.array([3400.0]), gap=0.0)
    assert best.options.tolist() == [0, 2]
    assert 90.0 <= best.bound <= 90.0 * (1 + 1e-9)
    programme.cut(np.array([0, 2]), [0])
    assert choose(programme, np.array([3400.0]), gap=0.0).options.tolist() == [0, 1]


def test_a_choice_beyond_a_limit_says_by_how_much():
    model = model_of(ROW, budget=3400.0)
    assert excess(model, np.array([0, 2])).tolist() == [0.0]
    assert excess(model, np.array([0, 1, 2])).tolist() == [100.0]


def test_what_brings_nothing_is_taken_out_again():
    model = model_of(ROW.assign(cold_household_hours=[50.0, 0.0, 40.0]))
    # Without p2 there would be one trench more; without p3 at the end p2 joins nothing.
    assert prune(model, np.array([0, 1, 2])).tolist() == [0, 1, 2]
    assert prune(model, np.array([0, 1])).tolist() == [0]
    losing = model_of(ROW.assign(worth=[2000.0, 100.0, 1400.0]), min_ratio=1.0)
    # p3 alone: 1400 - 1000 - 500.
    assert prune(losing, np.array([0, 2])).tolist() == [0]
