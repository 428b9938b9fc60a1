"""Plans in money: least ratio, measures beside each other, warranty, short trenches, best jobs first, years."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from heatnet.errors import HeatnetError, InfeasiblePlanError
from heatnet.planning import PlanRules, Prices, Summer, check_plan, plan_cures, plan_frontier, plan_years, replan
from heatnet.value import Settings, Values

# One metre costs 10, a trench 500, a station 2000.
PRICES = Prices(
    cost_per_m=(10.0, 0.0), job_cost=500.0, station_cost=2000.0, dig_saving=0.1, clean_cost_per_m=1.0, balance_cost=30.0
)
SUMMER = Summer("2026-05-01", "2026-06-30", test_days=11, crews=1)  # 50 working days, each trench of 100 m takes 9


def pipes(*rows, **columns):
    """Segments of 100 m, each for 1000, as (asset_id, worth, from, to, street)."""
    table = pd.DataFrame(rows, columns=["asset_id", "worth", "from_node", "to_node", "street"]).set_index("asset_id")
    return table.assign(asset_kind="segment", length_m=100.0, **columns)


def ash_and_birch(**columns):
    """Three in a row on Ash Street, one on Birch Street."""
    rows = [("p1", 3000.0, "a", "b", "Ash"), ("p2", 400.0, "b", "c", "Ash"), ("p3", 2500.0, "c", "d", "Ash")]
    return pipes(*rows, ("p4", 1200.0, "x", "y", "Birch"), **columns)


def plan_and_check(table, **rules):
    rules.setdefault("prices", PRICES)
    plan = plan_cures(table, **rules)
    assert check_plan(plan, table, **rules)["message"].tolist() == []
    assert plan.bound >= plan.benefit - 1e-9 * abs(plan.benefit)
    return plan


def test_nothing_is_dug_that_returns_less_than_the_least_ratio_but_to_join_trenches():
    plan = plan_and_check(ash_and_birch(), min_ratio=1.0)
    # p1, p2, p3 in one trench: 5900 - 3000 - 500; without p2 two trenches: 5500 - 2000 - 1000 = 2500.
    # p4: 1200 - 1000 - 500 < 0.
    assert plan.cures.index.tolist() == ["p1", "p3"]
    assert plan.benefit == 2500.0
    dear = plan_and_check(ash_and_birch(), min_ratio=1.0, prices=Prices(cost_per_m=(10.0, 0.0), job_cost=800.0))
    # Now p2 loses 600 and saves a trench of 800.
    assert dear.cures.index.tolist() == ["p1", "p2", "p3"]
    assert dear.cures["benefit"].tolist() == [2000.0, -600.0, 1500.0]
    assert dear.jobs["benefit"].tolist() == [2100.0]
    assert (dear.benefit, dear.worth, dear.cost) == (2100.0, 5900.0, 3800.0)


def test_the_least_ratio_is_that_of_all_renewals_before_any_rule():
    table = ash_and_birch(owner=["a", "a", "a", "b"])
    # 7100 worth for 4000: a cure worth less than digging anywhere is none.
    for rules in ({}, {"owners": ["a"]}, {"never": ["p4"]}):
        plan = plan_and_check(table, **rules)
        assert plan.request.least_ratio == pytest.approx(7100 / 4000)
    # p3 brings 725 and its trench takes 887.50.
    assert plan.cures["benefit"].tolist() == pytest.approx([3000 - 1775])
    assert plan_and_check(table, min_ratio=0).worth == 7100.0
    assert any("1.77 of its cost, which is what renewing everything returns" in note for note in plan.notes)


def test_a_plan_says_how_many_jobs_pay_and_what_binds():
    plan = plan_and_check(ash_and_birch(), min_ratio=0, max_km=0.3)
    # Ash is worth 5900 for 3500; p1, p3 and p4 are worth 6700, each in a trench of its own, 1500 each: p4 does not pay.
    assert plan.cures.index.tolist() == ["p1", "p3", "p4"]
    assert plan.paying_jobs == 2
    assert plan.binding == ("max_km",)
    said = [str(note) for note in plan.notes]
    assert "Jobs that return more than they cost: 2 of 3." in said
    assert "What holds the plan back: kilometres." in said
    free = plan_and_check(ash_and_birch(), min_ratio=1.0)
    assert free.binding == ()
    assert "No limit holds the plan back: all that returns enough is in it." in [str(note) for note in free.notes]
    strict = plan_and_check(ash_and_birch(), min_ratio=5.0)
    assert len(strict.cures) == 0
    assert any("min_ratio 5 lies above what 4 of 4 renewals return" in note for note in strict.notes)


def test_crews_and_money_that_bind_are_told():
    rows = [(f"p{n}", 2000.0 + 100 * n, f"a{n}", f"b{n}", f"street {n}") for n in range(8)]
    # One crew has 50 days, each trench takes 9: five of eight.
    crews = plan_and_check(pipes(*rows), min_ratio=0.0, summer=SUMMER)
    assert len(crews.jobs) == 5
    assert crews.binding == ("crew_days",)
    assert "What holds the plan back: crews." in [str(note) for note in crews.notes]
    money = plan_and_check(pipes(*rows), min_ratio=0.0, budget=3000.0)
    assert money.cures.index.tolist() == ["p6", "p7"]
    assert money.binding == ("budget",)
    both = plan_and_check(pipes(*rows), min_ratio=0.0, budget=3000.0, max_km=0.2)
    assert set(both.binding) & {"budget", "max_km"}


def test_a_bad_must_makes_a_benefit_and_a_bound_below_nothing():
    plan = plan_and_check(ash_and_birch(), min_ratio=1.0, must=["p2"], never=["p1", "p3", "p4"])
    assert (plan.benefit, plan.worth) == (400.0 - 1000.0 - 500.0, 400.0)
    assert plan.bound == pytest.approx(-1100.0)
    assert plan.gap == pytest.approx(0.0, abs=1e-9)
    assert (
        plan.why("p2")
        == "p2 is in because you said so; at the plan's prices it is worth -1,100 more than leaving it out."
    )
    south = plan_and_check(ash_and_birch(community=["n", "n", "n", "s"]), min_ratio=2.0, min_km={"s": 0.1})
    assert "p4" in south.cures.index


def test_several_measures_of_an_asset_stand_beside_each_other():
    renew = ash_and_birch(measure="renew")
    clean = ash_and_birch(measure="clean").assign(worth=[1200.0, 90.0, 100.0, 600.0])
    plan = plan_and_check(pd.concat([renew, clean]), min_ratio=1.0)
    # Cleaning costs 100 a pipe. p2 by it is worth less than it costs, p4 500 more.
    assert plan.cures["measure"].to_dict() == {"p1": "renew", "p3": "renew", "p4": "clean"}
    assert plan.cures.at["p4", "cost"] == 100.0
    assert plan.benefit == 2500.0 + 500.0
    assert plan.jobs["measure"].tolist() == ["renew", "renew"]
    only = plan_and_check(clean, min_ratio=0.0)
    assert only.cures.index.tolist() == ["p1", "p3", "p4"]
    assert only.why("p2") == "p2 is out: it is worth less than it costs."
    valve = pipes(("p1", 25_000.0, "a", "b", "Ash"), measure="valve")
    assert plan_and_check(valve).cures["cost"].tolist() == [20_000.0]
    station = pd.DataFrame({"asset_kind": "station", "worth": [50.0], "measure": "balance"}, index=["s"])
    assert plan_and_check(station).cures["cost"].tolist() == [30.0]


def test_a_plan_says_what_to_flush_before_digging():
    pipe = ash_and_birch(measure="renew", cost=1000.0).loc[["p1", "p3", "p4"]]
    # Flushing p1 brings 1000 of 3000, p3 620 of 2500 (less than a quarter), p4 is left out.
    flush = pipe.assign(measure="clean", cost=100.0, worth=[1000.0, 620.0, 1190.0])
    plan = plan_and_check(pd.concat([pipe, flush]), min_ratio=0.1, max_km=0.2)
    assert plan.cures["measure"].tolist() == ["renew", "renew", "clean"]
    assert (
        "1 of 2 renewals are of assets to flush or balance first: 100 for that alone brings 1,000 of the 3,000 that "
        "renewing them is worth. Dig what then stays cold."
    ) in [str(note) for note in plan.notes]


def test_what_is_to_be_measured_first_is_planned_and_marked_or_left():
    table = ash_and_birch(measure_first=[True, False, False, False])
    plan = plan_and_check(table, min_ratio=1.0)
    assert plan.cures["measure_first"].to_dict() == {"p1": True, "p3": False}
    left = plan_and_check(table, min_ratio=1.0, measure_first="leave")
    assert left.cures.index.tolist() == ["p3"]
    assert left.why("p1") == "p1 is out: it is to be measured first."
    with pytest.raises(InfeasiblePlanError, match="measured first"):
        plan_cures(table, must=["p1"], measure_first="leave", prices=PRICES)


def test_no_trench_is_shorter_than_the_least_length():
    plan = plan_and_check(ash_and_birch(), min_ratio=1.0, min_job_m=250.0)
    assert plan.cures.index.tolist() == ["p1", "p2", "p3"]
    assert plan.why("p4") == "p4 is out: its trench would be shorter than 250 m."
    assert plan_and_check(ash_and_birch(), min_ratio=1.0, min_job_m=301.0).cures.empty
    with pytest.raises(HeatnetError, match=r"shorter than 250 m\): p4"):
        plan_cures(ash_and_birch(), min_job_m=250.0, must=["p4"], prices=PRICES)
    # A must in the middle takes a neighbour along.
    both = plan_and_check(ash_and_birch(), min_ratio=1.0, min_job_m=200.0, max_km=0.2, must=["p2"])
    assert both.cures.index.tolist() == ["p1", "p2"]
    with pytest.raises(InfeasiblePlanError, match="p2"):
        plan_cures(ash_and_birch(), min_job_m=200.0, max_km=0.1, must=["p2"], prices=PRICES)


def test_short_trenches_that_do_not_pay_are_counted():
    table = ash_and_birch().assign(length_m=[100.0, 100.0, 100.0, 15.0], worth=[3000.0, 400.0, 2500.0, 300.0])
    plan = plan_and_check(table, min_ratio=0.0)
    # p4 costs 150 and its trench 500.
    told = (
        "1 of 2 trenches are shorter than 20 m and return less than they cost: 650 for a worth of 300. min_job_m "
        "leaves them out."
    )
    assert told in [str(note) for note in plan.notes]
    long = plan_and_check(table, min_ratio=0.0, min_job_m=20.0)
    assert not any("leaves them out" in str(note) for note in long.notes)


def test_a_long_street_with_loops_is_opened_in_trenches_that_are_long_enough():
    side = 6
    rows = [
        (f"p{i}{j}{k}", 700.0 + 97.0 * ((7 * i + 5 * j + 3 * k) % 11), f"{i}-{j}", f"{i + 1 - k}-{j + k}", "Mesh")
        for i in range(side)
        for j in range(side)
        for k in (0, 1)
    ]
    plan = plan_and_check(pipes(*rows), min_ratio=1.0, min_job_m=300.0, max_km=2.0)
    assert plan.jobs["length_m"].min() >= 300.0
    assert len(plan.cures) > 5


def test_jobs_of_more_worth_start_earlier():
    rows = [(f"p{n}", 2000.0 + 100 * n, f"a{n}", f"b{n}", f"street {n}") for n in range(5)]
    plan = plan_and_check(pipes(*rows), min_ratio=0.0, summer=SUMMER)
    assert plan.jobs["worth"].tolist() == [2400.0, 2300.0, 2200.0, 2100.0, 2000.0]
    assert plan.jobs["start_on"].dt.day.tolist() == [1, 10, 19, 28, 6]
    two = plan_and_check(pipes(*rows), min_ratio=0.0, summer=Summer("2026-05-01", "2026-06-30", test_days=11, crews=2))
    assert two.jobs.sort_values(["start_on", "worth"], ascending=[True, False])["worth"].is_monotonic_decreasing


def test_a_station_and_its_pipes_are_worked_on_together():
    rows = [("p1", 9000.0, "a", "b", "Ash"), ("p2", 1600.0, "S", "c", "Birch"), ("p3", 5000.0, "x", "y", "Cedar")]
    station = pd.DataFrame({"asset_kind": "station", "worth": 6000.0}, index=pd.Index(["S"], name="asset_id"))
    table = pd.concat([pipes(*rows), station])
    summer = Summer("2026-05-01", "2026-06-30", test_days=11, crews=2)
    jobs = plan_and_check(table, min_ratio=0.0, summer=summer).jobs.set_index("street", append=True)
    days = plan_and_check(table, min_ratio=0.0, summer=summer).cures[["start_on", "end_on"]]
    assert len(jobs) == 4
    assert days.at["p2", "start_on"] <= days.at["S", "end_on"]
    assert days.at["S", "start_on"] <= days.at["p2", "end_on"]
    assert days["start_on"].idxmin() in ("p1", "S")


def test_only_what_failed_or_was_cold_is_claimed():
    table = ash_and_birch(
        accepted_on=pd.to_datetime(["2025-06-01", "2025-06-01", "2025-06-01", None]),
        past_faults=[1.0, 0.0, 0.0, 0.0],
        cold_visits=[0.0, 0.0, 2.0, 0.0],
    )
    plan = plan_and_check(table, min_ratio=0.0, summer=SUMMER)
    assert plan.cures.index.tolist() == ["p4"]
    assert plan.claims.index.tolist() == ["p1", "p3"]
    assert plan.why("p1") == "p1 is out: it is still under the contractor's warranty; claim it there."
    assert plan.why("p2") == "p2 is out: still under the contractor's warranty."


def test_jobs_say_for_whom_and_why():
    table = ash_and_birch(
        worth_faults=[2000.0, 0.0, 100.0, 0.0],
        worth_heat=0.0,
        worth_cold=[1000.0, 400.0, 2400.0, 1200.0],
        households_behind=[120.0, 100.0, 80.0, 30.0],
        community=["south", "south", "north", "south"],
    )
    plan = plan_and_check(table, min_ratio=1.0, prices=Prices(cost_per_m=(10.0, 0.0), job_cost=800.0))
    job = plan.jobs.iloc[0]
    assert (job["households"], job["area"], job["problem"], job["measure"]) == (120.0, "north, south", "cold", "renew")
    assert (job["worth"], job["cost"], job["ratio"]) == (5900.0, 3800.0, 5900 / 3800)
    assert plan.cures["ratio"].tolist() == [3.0, 0.4, 2.5]


@pytest.mark.parametrize(
    ("change", "rules", "message"),
    [
        ({"worth": [1.0, None, 2.0, 3.0]}, {}, "worth is missing or not a number for p2"),
        ({"worth": ["a", 1.0, 2.0, 3.0]}, {}, "column worth: not every value is a number"),
        ({"worth": [float("inf"), 1.0, 2.0, 3.0]}, {}, "worth is missing or not a number for p1"),
        ({}, {"horizon": 2}, "a worth has its life in it"),
        ({"stay": 1.5}, {}, "stay is no share"),
    ],
)
def test_a_worth_that_cannot_be_used_is_named(change, rules, message):
    with pytest.raises(HeatnetError, match=message):
        plan_cures(ash_and_birch(**change), prices=PRICES, **rules)


def test_a_least_ratio_asks_for_worth():
    hours = ash_and_birch().drop(columns="worth").assign(cold_household_hours=5.0)
    with pytest.raises(HeatnetError, match="min_ratio asks for worth"):
        plan_cures(hours, min_ratio=0.5, prices=PRICES)
    assert len(plan_cures(hours, min_ratio=0, prices=PRICES).cures) == 4


def test_what_is_put_off_loses_each_part_at_its_own_rate():
    # Two stations, one a summer. With d = 1/1.25, g = 1.25 a fault's worth stays, a cold home's falls by 0.8 * 0.5.
    stations = pd.DataFrame(
        {"asset_kind": "station", "worth_faults": [1000.0, 0.0], "worth_heat": [0.0, 0.0], "worth_cold": [0.0, 900.0]},
        index=pd.Index(["bursts", "cold"], name="asset_id"),
    ).assign(worth=lambda table: table["worth_faults"] + table["worth_cold"], stay=0.5)
    settings = Settings(values=Values(discount=0.25, fault_growth=0.25), prices=PRICES)
    what = SimpleNamespace(candidates=lambda prices=None: stations, settings=settings)
    summers = [Summer(f"{year}-05-01", f"{year}-09-30") for year in (2026, 2027)]
    years = plan_years(what, summers=summers, max_stations=1, min_ratio=0.0)
    # Cold homes first: 900 + 1000 * (0.8*1.25); the other way round 1000 + 900 * 0.4.
    assert years.cures["summer"].to_dict() == {"cold": 2026, "bursts": 2027}
    assert years.worth == years.benefit == pytest.approx(1900.0)
    # With a ratio the money of the second summer counts 0.8: 900 - 0.4*2000 + 1000 - 0.4*2000*0.8.
    charged = plan_years(what, summers=summers, max_stations=1, min_ratio=0.4)
    assert charged.benefit == pytest.approx(900 - 800 + 1000 - 640)
    with pytest.raises(HeatnetError, match="growth"):
        plan_years(what, summers=summers, growth=1.1)
    with pytest.raises(HeatnetError, match="To put a worth off"):
        plan_years(stations.drop(columns="worth_heat"), summers=summers)


def test_other_prices_price_an_assessment_anew():
    table = ash_and_birch()
    given = []

    def candidates(prices=None):
        given.append(prices)
        used = prices or PRICES
        return table.assign(cost=table["length_m"] * used.cost_per_m[0])

    what = SimpleNamespace(candidates=candidates, settings=Settings(prices=PRICES))
    assert plan_cures(what, min_ratio=1.0).cost == 2 * 1500.0
    double = Prices(cost_per_m=(20.0, 0.0), job_cost=500.0)
    plan = plan_cures(what, min_ratio=1.0, prices=double)
    assert plan.cures["cost"].tolist() == [2000.0]
    assert given == [None, double]
    assert check_plan(plan, what, min_ratio=1.0, prices=double).empty
    assert plan.request.prices == double


def test_more_money_and_a_new_plan_in_mid_summer_count_worth():
    table = ash_and_birch()
    frontier = plan_frontier(table, [0.0, 1500.0, 3000.0], min_ratio=1.0, prices=PRICES)
    assert frontier["benefit"].tolist() == [0.0, 1500.0, 2500.0]
    rules = PlanRules(min_ratio=1.0, prices=PRICES, summer=SUMMER)
    plan = plan_cures(table, rules)
    again = replan(plan, today="2026-05-12", done=["J001"], started=[])
    assert again.plan.benefit == plan.benefit == 2500.0
    assert again.plan.worth == 5500.0
    strict = replan(plan, today="2026-05-12", done=["J001"], started=[], min_ratio=3.0)
    assert strict.plan.cures.index.tolist() == ["p1"]
    assert check_plan(again.plan, table, rules).empty


def test_the_check_finds_what_does_not_pay():
    table = ash_and_birch()
    plan = plan_cures(table, min_ratio=0.0, prices=PRICES)
    found = check_plan(plan, table, min_ratio=1.0, prices=PRICES)["rule"].tolist()
    assert "benefit" in found
    asked = {"min_ratio": 1.0, "prices": PRICES}
    paid = plan_cures(table, **asked, must=["p4"])
    assert check_plan(paid, table, **asked)["rule"].tolist() == ["min_ratio"]
    assert check_plan(paid, table, **asked, must=["p4"], min_job_m=150.0)["rule"].tolist() == ["min_job_m"] * 3
    marked = table.assign(measure_first=True)
    assert set(check_plan(paid, marked, **asked, must=["p4"], measure_first="leave")["rule"]) == {"measure_first"}


def test_why_speaks_of_money():
    plan = plan_cures(ash_and_birch(), min_ratio=1.0, prices=PRICES)
    # At a ratio of 1 the margin of p1 is 3000 - 1000 - 500: it stays up to a cost of 1000 + 1500.
    assert plan.why("p1") == "p1 is in: it is worth 3,000 for 1,000, and would stay up to a cost of 2,500."
    assert plan.why("p4", language="zh") == "p4 未列入：费用 1,000，效益现值 1,200；费用低于 700 时会列入。"


def test_the_bound_of_long_streets_knows_of_short_trenches_and_is_safe():
    # Twenty rows of twelve pipes of 100 m on one street each, of which every third is worth digging for.
    rows = [
        (
            f"p{street:02d}{n:02d}",
            4000.0 - 10 * street if n % 3 == 1 else 300.0,
            f"{n}",
            f"{n + 1}",
            f"street {street:02d}",
        )
        for street in range(20)
        for n in range(12)
    ]
    table = pipes(*rows)
    free = plan_and_check(table, min_ratio=1.0, max_km=6.0)
    long = plan_and_check(table, min_ratio=1.0, max_km=6.0, min_job_m=300.0)
    assert long.jobs["length_m"].min() >= 300.0
    assert long.bound <= free.bound * (1 + 1e-9)
    assert long.gap < 0.05
