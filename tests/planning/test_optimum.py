"""Plans of 400 segments against the optimum of scipy.milp on the exact whole model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.planning import small_city, whole_optimum
from heatnet.planning import Prices, Summer, check_plan, plan_cures


@pytest.mark.parametrize(
    ("kind", "seed", "share"),
    [
        ("money", 3, 0.05),
        ("crews", 3, 0.05),
        ("dear", 1, 0.05),
        ("minima", 4, 0.12),
        ("minima", 1, 0.016),
        ("loops", 3, 0.05),
    ],
)
def test_a_plan_of_four_hundred_segments_is_as_good_as_the_optimum(kind, seed, share):
    table, rules = small_city(kind, seed, share)
    plan = plan_cures(table, **rules)
    best, bound = whole_optimum(table, rules)
    assert check_plan(plan, table, **rules).empty
    assert plan.benefit >= 0.99 * bound
    assert plan.bound >= best * (1 - 1e-9)
    assert plan.gap <= 0.005


@pytest.mark.parametrize(("seed", "job_cost"), [(0, 20_000.0), (1, 60_000.0), (2, 200_000.0), (3, 200_000.0)])
@pytest.mark.parametrize("street", [None, "Mesh"])
def test_a_plan_of_a_network_full_of_loops_is_as_good_as_the_optimum(seed, job_cost, street):
    rng = np.random.default_rng(seed)
    side = 5
    rows = [
        (f"p{i}{j}{k}", f"{i}-{j}", f"{i + 1 - k}-{j + k}") for i in range(side) for j in range(side) for k in (0, 1)
    ]
    table = pd.DataFrame(rows, columns=["asset_id", "from_node", "to_node"]).set_index("asset_id")
    table = table.assign(asset_kind="segment", street=street, community="c00", length_m=100.0, diameter_mm=100.0)
    table["cold_household_hours"] = rng.lognormal(3, 1, len(table)).round(2)
    rules = {
        "prices": Prices(cost_per_m=(900.0, 6.0), job_cost=job_cost),
        "budget": 1.5e6,
        "max_km": 4.0,
        "max_stations": 0,
        "summer": Summer("2026-05-01", "2026-09-30", crews=1),
    }
    plan = plan_cures(table, **rules)
    best, bound = whole_optimum(table, rules)
    assert check_plan(plan, table, **rules).empty
    assert plan.benefit >= 0.99 * bound
    assert plan.bound >= best * (1 - 1e-9)


@pytest.mark.parametrize(("budget", "best"), [(550.0, 30.0), (450.0, 20.0), (350.0, 10.0)])
def test_the_optimum_counts_one_trench_for_a_loop(budget, best):
    # Three segments of 100 close a loop in a trench of 250.
    table = pd.DataFrame(
        {
            "asset_kind": "segment",
            "cold_household_hours": 10.0,
            "length_m": 100.0,
            "diameter_mm": 100.0,
            "from_node": ["a", "b", "c"],
            "to_node": ["b", "c", "a"],
            "street": "Ring",
            "community": "c00",
        },
        index=pd.Index(["p1", "p2", "p3"], name="asset_id"),
    )
    rules = {
        "prices": Prices(cost_per_m=(1.0, 0.0), job_cost=250.0),
        "budget": budget,
        "max_km": 1.0,
        "max_stations": 0,
        "summer": Summer("2026-05-01", "2026-09-30", crews=1),
    }
    found, bound = whole_optimum(table, rules)
    assert np.allclose([found, bound, plan_cures(table, **rules).benefit], best)
