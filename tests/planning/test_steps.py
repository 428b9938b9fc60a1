"""The planner's inner steps against slow obvious twins."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.planning import Prices, Summer, check_plan, plan_cures, plan_years
from heatnet.planning.calendar import Task, crews_of, fit_calendar, search_calendar
from heatnet.planning.forest import plant_forest
from heatnet.planning.streets import StreetRule

PROFILE = settings(derandomize=True, deadline=None, max_examples=60)
WINDOW = 14


@st.composite
def tasks(draw, most=4):
    closed = draw(st.integers(0, WINDOW - 2))
    rules = [
        StreetRule(((0, WINDOW - 1),)),
        StreetRule(((0, closed), (closed + 2, WINDOW - 1)) if closed + 2 < WINDOW else ((0, closed),)),
        StreetRule(((0, WINDOW - 1),), digs=((draw(st.integers(-2, 6)), 7, "d"),)),
    ]
    streets = draw(st.lists(st.sampled_from([None, "a", "b"]), min_size=1, max_size=most))
    of_street = {None: rules[0], "a": rules[draw(st.integers(0, 2))], "b": rules[draw(st.integers(0, 2))]}
    return [Task(street, draw(st.integers(1, 8)), of_street[street]) for street in streets]


def keeps_the_calendar(jobs, starts, crews):
    for job, start in zip(jobs, starts, strict=True):
        if job.rule.earliest(job.days, start) != start:
            return False
    for one, two in itertools.combinations(range(len(jobs)), 2):
        overlap = starts[one] < starts[two] + jobs[two].days and starts[two] < starts[one] + jobs[one].days
        if overlap and jobs[one].street is not None and jobs[one].street == jobs[two].street:
            return False
    days = [sum(s <= day < s + job.days for job, s in zip(jobs, starts, strict=True)) for day in range(WINDOW)]
    return max(days, default=0) <= crews


@PROFILE
@given(jobs=tasks(), crews=st.integers(1, 3))
def test_a_calendar_is_found_whenever_there_is_one(jobs, crews):
    allowed = [[day for day in range(WINDOW) if job.rule.earliest(job.days, day) == day] or [None] for job in jobs]
    exists = any(
        None not in starts and keeps_the_calendar(jobs, starts, crews) for starts in itertools.product(*allowed)
    )
    found, proven = search_calendar(jobs, (0,) * crews)
    assert proven
    assert (found is not None) == exists
    if found is not None:
        assert keeps_the_calendar(jobs, found, crews)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(jobs=tasks(most=30), crews=st.integers(1, 6))
def test_a_packed_calendar_keeps_every_rule(jobs, crews):
    starts, _ = fit_calendar(jobs, (0,) * crews, WINDOW)
    placed = [(job, start) for job, start in zip(jobs, starts, strict=True) if start is not None]
    assert keeps_the_calendar([job for job, _ in placed], [start for _, start in placed], crews)
    numbers = crews_of(jobs, starts, (0,) * crews)
    for crew in range(1, crews + 1):
        mine = sorted((start, job.days) for job, start, own in zip(jobs, starts, numbers, strict=True) if own == crew)
        assert all(one[0] + one[1] <= two[0] for one, two in itertools.pairwise(mine))


def test_many_free_jobs_fill_the_summer_to_the_day():
    rule = StreetRule(((0, 138),))
    rng = np.random.default_rng(1)
    days = rng.integers(6, 30, 80).tolist()
    crews = 10
    while sum(days) > crews * 139:
        days.pop()
    days[-1] += crews * 139 - sum(days)
    starts, _ = fit_calendar([Task(f"s{n}", d, rule) for n, d in enumerate(days)], (0,) * crews, 139)
    assert None not in starts


@PROFILE
@given(
    edges=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(-5, 9)), min_size=1, max_size=8),
    price=st.integers(0, 6),
)
def test_the_best_trenches_of_a_tree_are_those_of_trying_all(edges, price):
    tree = nx.Graph()
    kept = []
    for a, b, gain in edges:
        if a != b and not (a in tree and b in tree and nx.has_path(tree, a, b)):
            tree.add_edge(a, b)
            kept.append((a, b, gain))
    if not kept:
        return

    def value(chosen):
        graph = nx.Graph((a, b) for a, b, _ in chosen)
        return sum(gain for _, _, gain in chosen) - price * nx.number_connected_components(graph)

    every = [list(itertools.compress(kept, mask)) for mask in itertools.product([False, True], repeat=len(kept))]
    a, b, gain = (np.array(column) for column in zip(*kept, strict=True))
    forest, closes = plant_forest(a, b, np.zeros(len(a), dtype=np.int64), gain.astype(float))
    assert not closes.any()
    prices = np.array([float(price)])
    chosen = forest.best(gain.astype(float), prices)
    assert value(list(itertools.compress(kept, chosen))) == max(value(one) for one in every)
    assert forest.jobs(chosen, 1)[0] == nx.number_connected_components(
        nx.Graph((u, v) for u, v, _ in itertools.compress(kept, chosen))
    )
    margins = forest.margins(gain.astype(float), prices)
    for number, edge in enumerate(kept):
        best_in = max(value(one) for one in every if edge in one)
        best_out = max(value(one) for one in every if edge not in one)
        assert margins[number] == best_in - best_out


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
