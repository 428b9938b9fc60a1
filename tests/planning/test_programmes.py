"""Programmes of some hundred segments and of several summers, against bounds and against trying all."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pandas as pd

from heatnet.planning import Prices, Summer, check_plan, plan_cures, plan_years


def programme(rng, count):
    """Streets of a few segments, some of them loops, for a medium programme."""
    rows = []
    for street in range(count // 4):
        for number in range(4):
            a, b = number, number + 1 if rng.random() < 0.9 else 0
            rows.append((f"p{street:03d}{number}", "segment", f"{street}-{a}", f"{street}-{b}", f"street {street:03d}"))
    table = pd.DataFrame(rows, columns=["asset_id", "asset_kind", "from_node", "to_node", "street"])
    table = table[table["from_node"] != table["to_node"]].set_index("asset_id")
    table["cold_household_hours"] = rng.lognormal(3, 1, len(table)).round(2)
    table["length_m"] = rng.lognormal(4, 0.6, len(table)).round(1)
    table["diameter_mm"] = rng.choice([100.0, 200.0, 400.0], len(table))
    table["community"] = rng.choice(["n", "s"], len(table))
    return table


def test_a_programme_of_four_hundred_segments_is_proven_within_a_percent():
    for seed in range(4):
        rng = np.random.default_rng(seed)
        table = programme(rng, 400)
        rules = {
            "prices": Prices(),
            "budget": float(rng.integers(2, 8)) * 1e6,
            "max_km": 2.5,
            "min_km": {"n": 0.8},
            "summer": Summer("2026-05-01", "2026-09-30", crews=int(rng.integers(1, 4))),
        }
        plan = plan_cures(table, **rules)
        assert plan.gap <= 0.01
        assert check_plan(plan, table, **rules).empty
        again = plan_cures(table.sample(frac=1, random_state=seed), **rules)
        pd.testing.assert_frame_equal(again.cures, plan.cures)
        pd.testing.assert_frame_equal(again.jobs, plan.jobs)


def test_a_nameless_network_with_loops_keeps_its_budget():
    rng = np.random.default_rng(3)
    side = 12
    rows = [
        (f"p{i:02d}{j:02d}{k}", f"{i}-{j}", f"{i + 1 - k}-{j + k}")
        for i in range(side)
        for j in range(side)
        for k in (0, 1)
    ]
    table = pd.DataFrame(rows, columns=["asset_id", "from_node", "to_node"]).set_index("asset_id")
    table["asset_kind"] = "segment"
    table["cold_household_hours"] = rng.lognormal(3, 1, len(table)).round(2)
    table["length_m"] = 100.0
    table["diameter_mm"] = 100.0
    rules = {"prices": Prices(job_cost=150_000.0), "budget": 6e6}
    plan = plan_cures(table, **rules)
    assert check_plan(plan, table, **rules).empty
    assert plan.gap <= 0.02


def best_years(table, prices, budget, growth, years):
    """Try every summer (or none) for every street, and every choice on it."""
    streets = [part for _, part in table.groupby("street")]
    offers = []
    for part in streets:
        mine = [(0.0, None, 0.0)]
        for mask in itertools.product([False, True], repeat=len(part)):
            chosen = part[list(mask)]
            if chosen.empty:
                continue
            graph = nx.Graph(zip(chosen["from_node"], chosen["to_node"], strict=True))
            cost = chosen["length_m"].sum() * prices.cost_per_m[0]
            cost += prices.job_cost * nx.number_connected_components(graph)
            hours = chosen["cold_household_hours"].sum()
            mine += [(hours * sum(growth**s for s in range(year, years)), year, cost) for year in range(years)]
        offers.append(mine)
    best = 0.0
    for picks in itertools.product(*offers):
        spent = [sum(cost for _, year, cost in picks if year == one) for one in range(years)]
        if max(spent) <= budget:
            best = max(best, sum(worth for worth, _, _ in picks))
    return best


def test_years_are_planned_as_well_as_by_trying_everything():
    prices = Prices(cost_per_m=(10.0, 0.0), job_cost=300.0)
    summers = [Summer(f"{year}-05-01", f"{year}-09-30") for year in (2026, 2027)]
    for seed in range(25):
        rng = np.random.default_rng(seed)
        table = pd.DataFrame(
            {
                "asset_kind": "segment",
                "cold_household_hours": rng.integers(1, 50, 6).astype(float),
                "length_m": rng.integers(20, 120, 6).astype(float),
                "from_node": ["a", "b", "a", "b", "a", "b"],
                "to_node": ["b", "c", "b", "c", "b", "c"],
                "street": ["Ash", "Ash", "Birch", "Birch", "Cedar", "Cedar"],
            },
            index=pd.Index([f"p{n}" for n in range(6)], name="asset_id"),
        )
        budget = float(rng.integers(1000, 3000))
        years = plan_years(table, summers=summers, budget=budget, prices=prices, growth=1.1)
        best = best_years(table, prices, budget, 1.1, 2)
        assert abs(years.benefit - best) <= 1e-6 * max(best, 1)
        assert years.bound >= best * (1 - 1e-9)
        assert years.cures.groupby("street")["summer"].nunique().max() <= 1
        assert years.cost <= 2 * budget
