"""The planner's rules, one by one, on programmes that fit on paper."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import HeatnetError
from heatnet.inventory.writing import write_csv
from heatnet.planning import (
    Prices,
    Summer,
    check_plan,
    plan_changes,
    plan_cures,
    plan_from_tables,
    plan_frontier,
    plan_years,
    replan,
)
from heatnet.planning.plan import CURE_COLUMNS, JOB_COLUMNS

# One metre costs 10, a trench 500, a station 2000; a shared street saves a tenth.
PRICES = Prices(cost_per_m=(10.0, 0.0), job_cost=500.0, station_cost=2000.0, dig_saving=0.1)
SUMMER = Summer("2026-05-01", "2026-06-30", test_days=11, crews=2)  # 50 working days


def pipes(*rows, **columns):
    """Segments of 100 m as (asset_id, hours, from, to, street)."""
    table = pd.DataFrame(
        rows, columns=["asset_id", "cold_household_hours", "from_node", "to_node", "street"]
    ).set_index("asset_id")
    table["asset_kind"] = "segment"
    table["length_m"] = 100.0
    for name, values in columns.items():
        table[name] = values
    return table


def ash_and_birch(**columns):
    """Three in a row on Ash Street, one on Birch Street."""
    return pipes(
        ("p1", 50.0, "a", "b", "Ash"),
        ("p2", 30.0, "b", "c", "Ash"),
        ("p3", 20.0, "c", "d", "Ash"),
        ("p4", 45.0, "x", "y", "Birch"),
        **columns,
    )


def digs(*rows):
    return pd.DataFrame(rows, columns=["dig_id", "street", "start_on", "end_on", "is_ban"]).assign(
        start_on=lambda table: pd.to_datetime(table["start_on"]),
        end_on=lambda table: pd.to_datetime(table["end_on"]),
    )


def plan_and_check(table, **rules):
    plan = plan_cures(table, **rules)
    rules.setdefault("prices", Prices())
    assert check_plan(plan, table, **rules)["message"].tolist() == []
    assert plan.benefit <= plan.bound
    return plan


def test_tables_have_the_columns_promised_in_their_order():
    plan = plan_and_check(ash_and_birch(), prices=PRICES, summer=SUMMER)
    assert tuple(plan.cures.columns[: len(CURE_COLUMNS)]) == CURE_COLUMNS
    assert tuple(plan.jobs.columns[: len(JOB_COLUMNS)]) == JOB_COLUMNS
    assert plan.cures.index.name == "asset_id"
    assert plan.jobs.index.name == "job_id"
    assert plan.jobs["start_on"].dtype == plan.cures["end_on"].dtype == "datetime64[s]"
    assert plan.jobs["crew"].dtype == plan.jobs["days"].dtype == "Int64"


def test_neighbours_on_one_street_share_a_trench():
    plan = plan_and_check(ash_and_birch(), prices=PRICES, budget=2500.0)
    # p1 and p2 in one trench cost 2500; p1 and p4 in two trenches would cost 3000.
    assert plan.cures.index.tolist() == ["p1", "p2"]
    assert plan.cost == 2500.0
    assert plan.jobs["cures"].tolist() == [2]


def test_a_gap_in_the_street_makes_two_trenches():
    plan = plan_and_check(ash_and_birch(), prices=PRICES, must=["p1", "p3"], never=["p2", "p4"])
    assert len(plan.jobs) == 2
    assert plan.cost == 3000.0


def test_parallel_mains_that_close_a_loop_are_one_trench():
    table = pipes(("p1", 5.0, "a", "b", "Ash"), ("p2", 6.0, "a", "b", "Ash"), ("p3", 1.0, "b", "a", None))
    plan = plan_and_check(table, prices=PRICES)
    assert plan.jobs["cures"].tolist() == [2, 1]


def test_segments_without_a_street_join_each_other_but_no_named_street():
    table = pipes(("p1", 5.0, "a", "b", None), ("p2", 6.0, "b", "c", None), ("p3", 1.0, "c", "d", "Ash"))
    plan = plan_and_check(table, prices=PRICES, summer=SUMMER)
    assert sorted(plan.jobs["cures"].tolist()) == [1, 2]


def test_days_of_a_trench_are_its_setup_and_each_cure_rounded_up():
    table = ash_and_birch()
    table["length_m"] = [30.0, 3.0, 25.0, 25.1]
    plan = plan_and_check(table, prices=PRICES, summer=SUMMER)
    assert plan.jobs.set_index("street")["days"].to_dict() == {"Ash": 5 + 2 + 1 + 1, "Birch": 5 + 2}
    assert ((plan.jobs["end_on"] - plan.jobs["start_on"]).dt.days + 1 == plan.jobs["days"]).all()


def test_one_crew_does_one_job_at_a_time():
    summer = Summer("2026-05-01", "2026-05-18", test_days=0, crews=1)  # 18 days, each trench takes 9
    plan = plan_and_check(
        pipes(*((f"p{n}", 10.0 + n, f"a{n}", f"b{n}", f"street {n}") for n in range(3))),
        prices=PRICES,
        summer=summer,
    )
    assert plan.cures.index.tolist() == ["p1", "p2"]
    assert plan.jobs["crew"].tolist() == [1, 1]
    assert plan.jobs["start_on"].dt.day.tolist() == [1, 10]
    assert plan.bound == pytest.approx(23.0)


def test_without_a_limit_of_crews_no_crew_is_named():
    plan = plan_and_check(ash_and_birch(), prices=PRICES, summer=Summer("2026-05-01", "2026-06-30"))
    assert plan.jobs["crew"].isna().all()


def test_a_street_banned_all_summer_is_left_alone():
    bans = digs(("b1", "Ash", "2026-04-01", "2026-12-01", True))
    plan = plan_and_check(ash_and_birch(), prices=PRICES, summer=SUMMER, digs=bans)
    assert plan.cures.index.tolist() == ["p4"]
    assert plan.why("p1") == "p1 is out: its job fits no open days of the summer."


def test_a_dig_on_a_street_that_no_candidate_has_is_said():
    bans = digs(("b1", "Ahs", "2026-05-01", "2026-05-20", True), ("b2", "*", "2026-05-01", "2026-05-02", True))
    plan = plan_and_check(ash_and_birch(), prices=PRICES, summer=SUMMER, digs=bans)
    assert [str(note) for note in plan.notes] == ["Digs b1 name streets that no candidate has and change nothing: Ahs."]


def test_work_waits_for_the_end_of_a_ban():
    bans = digs(("b1", "*", "2026-05-01", "2026-05-20", True))
    plan = plan_and_check(ash_and_birch(), prices=PRICES, summer=SUMMER, digs=bans)
    assert plan.jobs["start_on"].min() == pd.Timestamp("2026-05-21")


def test_a_shared_street_is_cheaper_and_its_jobs_start_inside_the_dig():
    shared = digs(("d1", "Ash", "2026-05-10", "2026-05-12", False))
    plan = plan_and_check(ash_and_birch(), prices=PRICES, summer=SUMMER, digs=shared)
    ash = plan.jobs[plan.jobs["street"] == "Ash"].iloc[0]
    assert ash["start_on"] == pd.Timestamp("2026-05-10")
    assert ash["dig_id"] == "d1"
    assert ash["cost"] == pytest.approx(0.9 * 3500.0)


@pytest.mark.parametrize(("ended", "is_closed"), [("2023-05-01", False), ("2023-05-02", True)])
def test_a_street_opened_less_than_three_years_ago_stays_closed(ended, is_closed):
    old = digs(("d1", "Ash", "2023-04-01", ended, False))
    plan = plan_and_check(ash_and_birch(), prices=PRICES, summer=SUMMER, digs=old)
    assert ("p1" not in plan.cures.index) == is_closed


def test_a_dig_may_bring_closed_years_of_its_own():
    old = digs(("d1", "Ash", "2023-04-01", "2023-06-01", False)).assign(closed_years=1.0)
    plan = plan_and_check(ash_and_birch(), prices=PRICES, summer=SUMMER, digs=old)
    assert "p1" in plan.cures.index


def test_a_job_longer_than_the_summer_is_planned_in_part():
    table = pipes(
        ("p1", 5.0, "a", "b", "Ash"),
        ("p2", 9.0, "b", "c", "Ash"),
        ("p3", 1.0, "c", "d", "Ash"),
        length_m=[500.0, 500.0, 2000.0],
    )
    plan = plan_and_check(table, prices=PRICES, summer=SUMMER)
    assert plan.cures.index.tolist() == ["p1", "p2"]
    assert "p3" in plan.left_out.index


def test_a_long_trench_through_many_segments_is_cut_to_the_summer():
    table = pipes(*((f"p{n:03d}", 10.0 + n % 7, f"n{n}", f"n{n + 1}", "Long Road") for n in range(40)))
    plan = plan_and_check(table, prices=PRICES, summer=SUMMER)
    assert plan.jobs["days"].sum() <= 50
    assert len(plan.cures) >= 9
    assert plan.gap < 0.05


def test_at_most_one_measure_of_an_asset_is_chosen():
    table = pd.concat([ash_and_birch(), ash_and_birch().assign(measure="clean", removes=0.5, cost=10.0)])
    table["measure"] = table["measure"].where(table["measure"].notna(), None)
    plan = plan_and_check(table, prices=PRICES, budget=1540.0)
    # One trench on Ash for p1 (1500 for 50 hours) and cleaning three others (30 for 47.5 hours).
    assert plan.cures["measure"].to_dict() == {"p1": "renew", "p2": "clean", "p3": "clean", "p4": "clean"}
    assert plan.benefit == 50.0 + (30.0 + 20.0 + 45.0) / 2
    assert plan.cures["job_id"].notna().sum() == 1


def test_kilometres_and_stations_count_renewals_only():
    table = ash_and_birch().assign(measure="part")
    plan = plan_and_check(table, prices=PRICES, max_km=0.0)
    assert len(plan.cures) == 4
    assert len(plan_and_check(table.assign(measure="renew"), prices=PRICES, max_km=0.2).cures) == 2


def test_stations_take_no_job_cost():
    table = pd.DataFrame(
        {"asset_kind": "station", "cold_household_hours": [5.0, 9.0, 7.0]},
        index=pd.Index(["s1", "s2", "s3"], name="asset_id"),
    )
    plan = plan_and_check(table, prices=PRICES, max_stations=2, summer=SUMMER, horizon=3)
    assert plan.cures.index.tolist() == ["s2", "s3"]
    assert plan.benefit == 48.0
    assert plan.cost == 4000.0
    assert plan.jobs["job_kind"].tolist() == ["station", "station"]
    assert plan.jobs["days"].tolist() == [10, 10]


def test_each_fund_pays_its_own():
    table = ash_and_birch(fund=["city", "city", "state", "state"])
    rules = {"prices": PRICES, "budget": {"city": 1500.0, "state": 2500.0}}
    plan = plan_and_check(table, **rules)
    # Ash is opened by the city, which has most of its length: 1000 + 500; the state adds p3 or p4.
    assert "p1" in plan.cures.index
    assert "p2" not in plan.cures.index
    assert plan.jobs["fund"].tolist() == ["city", "state"] or plan.jobs["fund"].tolist() == ["city"]
    poor = plan_and_check(table, prices=PRICES, budget={"state": 1500.0})
    assert poor.cures.index.tolist() == ["p4"]
    assert poor.why("p1") == "p1 is out: no fund with a budget pays for it."


def test_only_the_owners_named_are_planned():
    table = ash_and_birch(owner=["a", "b", "a", None])
    plan = plan_and_check(table, prices=PRICES, owners=["a"])
    assert plan.cures.index.tolist() == ["p1", "p3"]
    assert plan.why("p4") == "p4 is out: belongs to another owner."


def test_a_minimum_of_a_community_is_kept_even_if_others_are_worth_more():
    table = ash_and_birch(community=["north", "north", "north", "south"])
    plan = plan_and_check(table, prices=PRICES, max_km=0.2, min_km={"south": 0.1})
    assert plan.cures.index.tolist() == ["p1", "p4"]


def test_a_cure_that_avoids_nothing_is_planned_only_for_a_minimum():
    table = ash_and_birch(community=["north", "north", "north", "south"])
    table.loc["p4", "cold_household_hours"] = 0.0
    assert "p4" not in plan_and_check(table, prices=PRICES).cures.index
    assert "p4" in plan_and_check(table, prices=PRICES, min_km={"south": 0.1}).cures.index


def test_musts_and_nevers_are_obeyed():
    plan = plan_and_check(ash_and_birch(), prices=PRICES, max_km=0.1, must=["p3"], never=["p1"])
    assert plan.cures.index.tolist() == ["p3"]
    assert plan.why("p3").startswith("p3 is in because you said so")
    assert plan.why("p1") == "p1 is out: forbidden by you."


def test_cures_under_way_are_not_planned_twice():
    plan = plan_and_check(ash_and_birch(), prices=PRICES, under_way=["p1"])
    assert plan.why("p1") == "p1 is out: already under way."


def test_what_is_under_warranty_is_claimed_and_not_paid():
    accepted = pd.to_datetime(["2024-10-16", "2024-10-15", None, None])
    table = ash_and_birch(accepted_on=accepted)
    plan = plan_and_check(table, prices=PRICES, summer=SUMMER)
    assert plan.claims.index.tolist() == ["p1"]
    assert plan.cures.index.tolist() == ["p2", "p3", "p4"]
    assert "claim it there" in plan.why("p1")


@pytest.mark.parametrize(
    "rules",
    [
        {"min_km": {"south": 9.0}},
        {"min_km": {"west": 0.1}},
        {"min_km": {"south": 0.1}, "max_km": 0.05},
        {"min_km": {"south": 0.1}, "budget": 1400.0},
        {"must": ["p1"], "budget": 100.0},
        {"must": ["p1"], "never": ["p1"]},
        {"must": ["nobody"]},
        {"never": ["P1"]},
        {"budget": -1.0},
        {"max_km": float("nan")},
        {"horizon": 0},
    ],
)
def test_limits_that_cannot_be_kept_are_an_error(rules):
    table = ash_and_birch(community=["north", "north", "north", "south"])
    with pytest.raises(HeatnetError):
        plan_cures(table, prices=PRICES, **rules)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("cold_household_hours", np.nan, "cold_household_hours is missing or negative for p1"),
        ("cold_household_hours", -1.0, "cold_household_hours is missing or negative"),
        ("asset_kind", "pump", "asset_kind is not segment or station"),
        ("measure", "pray", "measure is none of"),
        ("removes", 1.5, "removes is no share"),
        ("cost", -5.0, "cost is negative"),
        ("length_m", np.nan, "length_m is needed and missing"),
    ],
)
def test_candidates_that_cannot_be_used_are_an_error(column, value, message):
    table = ash_and_birch(measure="renew", removes=1.0, cost=np.nan)
    table.loc["p1", column] = value
    with pytest.raises(HeatnetError, match=message):
        plan_cures(table, prices=PRICES)


def test_an_asset_offered_twice_with_one_measure_is_an_error():
    with pytest.raises(HeatnetError, match="offered twice for p1, p2, p3, p4"):
        plan_cures(pd.concat([ash_and_birch(), ash_and_birch()]))


def test_a_diameter_is_only_needed_for_a_price_that_uses_it():
    with pytest.raises(HeatnetError, match="diameter_mm is needed"):
        plan_cures(ash_and_birch())
    assert plan_cures(ash_and_birch(cost=[1.0, 2.0, 3.0, 4.0])).cost == 10.0 + 2 * 60000.0


@pytest.mark.parametrize(
    "make",
    [
        lambda: Summer("2026-05-01", "2026-05-10"),
        lambda: Summer("soon", "2026-05-10"),
        lambda: Summer("2026-05-01", "2026-09-30", crews=-1),
        lambda: Summer("2026-05-01", "2026-09-30", metres_per_day=0),
        lambda: Summer("2026-05-01", "2026-09-30", setup_days=1.5),
        lambda: Summer("2026-05-01", "2026-09-30", no_dig_years=-1),
        lambda: Summer(None, "2026-09-30"),
        lambda: Summer("1700-01-01", "2262-01-01"),
        lambda: Summer("2026-01-01", "2027-05-01"),
        lambda: Summer("0001-01-01", "0001-09-30"),
        lambda: Summer("9999-01-01", "9999-09-30"),
        lambda: Summer(20260501, "2026-09-30"),
        lambda: Summer("2026-05-01", "2026-09-30", crews=10**30),
        lambda: Summer("2026-05-01", "2026-09-30", crews="4"),
        lambda: Summer("2026-05-01", "2026-09-30", metres_per_day="fast"),
        lambda: Summer("2026-05-01", "2026-09-30", metres_per_day=1e-300),
        lambda: Prices(cost_per_m=900.0),
        lambda: Prices(job_cost=-1.0),
        lambda: Prices(dig_saving=1.5),
    ],
)
def test_terms_that_make_no_sense_are_an_error(make):
    with pytest.raises(HeatnetError):
        make()


def test_digs_that_make_no_sense_are_an_error():
    with pytest.raises(HeatnetError, match="correct d1"):
        plan_cures(
            ash_and_birch(),
            prices=PRICES,
            summer=SUMMER,
            digs=digs(("d1", "Ash", "2026-06-01", "2026-05-01", False)),
        )
    with pytest.raises(HeatnetError, match="column street: is missing"):
        plan_cures(ash_and_birch(), prices=PRICES, summer=SUMMER, digs=pd.DataFrame({"dig_id": ["d"]}))


def test_no_candidates_make_an_empty_plan():
    plan = plan_and_check(ash_and_birch().iloc[:0], prices=PRICES, summer=SUMMER, budget=1.0)
    assert (len(plan.cures), len(plan.jobs), plan.benefit, plan.bound, plan.gap, plan.cost) == (0, 0, 0, 0, 0, 0)
    assert tuple(plan.cures.columns[: len(CURE_COLUMNS)]) == CURE_COLUMNS


@pytest.mark.parametrize(
    "rules", [{"budget": 0.0}, {"max_km": 0.0}, {"summer": Summer("2026-05-01", "2026-09-30", crews=0)}]
)
def test_a_limit_of_nothing_makes_an_empty_plan(rules):
    plan = plan_and_check(ash_and_birch(), prices=PRICES, **rules)
    assert len(plan.cures) == 0
    assert plan.gap == 0


def test_cures_for_nothing_are_all_taken():
    plan = plan_and_check(ash_and_birch(cost=0.0), prices=Prices(job_cost=0.0), budget=0.0)
    assert len(plan.cures) == 4
    assert plan.cost == 0.0


def test_default_prices_are_marked_as_not_yours():
    table = ash_and_birch(diameter_mm=100.0)
    assert any("not yours" in str(note) for note in plan_cures(table).notes)
    assert plan_cures(table, prices=PRICES).notes == ()


def test_any_object_with_candidates_can_be_planned():
    class Assessment:
        def candidates(self):
            return ash_and_birch()

    plan = plan_cures(Assessment(), prices=PRICES)
    pd.testing.assert_frame_equal(plan.cures, plan_cures(ash_and_birch(), prices=PRICES).cures)
    with pytest.raises(HeatnetError, match="Candidates are list"):
        plan_cures([1, 2])


def shut(table, *rows):
    """Candidates with (section_id, households_shut) of each row."""
    return table.assign(section_id=[one for one, _ in rows], households_shut=[count for _, count in rows])


def test_a_job_counts_each_section_it_drains_once():
    table = shut(ash_and_birch(), ("u", 30.0), ("u", 30.0), ("v", 12.0), (None, 7.0))
    plan = plan_and_check(table, prices=PRICES)
    assert plan.jobs.set_index("street")["households_shut"].to_dict() == {"Ash": 42.0, "Birch": 7.0}


def test_households_of_a_job_are_missing_where_one_of_its_sections_is_not_known():
    table = shut(ash_and_birch(), ("u", 30.0), ("v", None), ("v", None), (None, 7.0))
    jobs = plan_and_check(table, prices=PRICES).jobs.set_index("street")
    assert np.isnan(jobs.at["Ash", "households_shut"])
    assert plan_and_check(ash_and_birch(), prices=PRICES).jobs["households_shut"].isna().all()


@pytest.mark.parametrize(("other", "together"), [("v", False), ("u", True)])
def test_jobs_wait_for_each_other_unless_they_drain_the_same_section(other, together):
    table = shut(ash_and_birch(), ("u", 30.0), ("u", 30.0), ("u", 30.0), (other, 30.0))
    jobs = plan_and_check(table, prices=PRICES, summer=SUMMER, max_households_shut=50).jobs.set_index("street")
    overlap = jobs["start_on"].max() <= jobs["end_on"].min()
    assert len(jobs) == 2
    assert overlap == together


def test_what_alone_cuts_off_too_many_households_is_left_out_with_the_reason():
    table = shut(ash_and_birch(), ("u", 30.0), ("v", 30.0), ("w", 51.0), (None, 7.0))
    plan = plan_and_check(table, prices=PRICES, summer=SUMMER, max_households_shut=50)
    # p1 and p2 in one trench would cut off 60.
    assert sorted(plan.cures.index) == ["p1", "p4"]
    assert plan.bound == pytest.approx(95.0)
    assert "more households than may be shut together" in plan.why("p3")


def test_a_limit_of_households_needs_a_summer_and_every_number():
    table = shut(ash_and_birch(), ("u", 30.0), ("u", 30.0), ("v", None), (None, 7.0))
    with pytest.raises(HeatnetError, match="give a summer"):
        plan_cures(table, max_households_shut=50)
    with pytest.raises(HeatnetError, match="missing for p3"):
        plan_cures(table, summer=SUMMER, max_households_shut=50)
    table["households_shut"] = [30.0, 31.0, 12.0, 7.0]
    with pytest.raises(HeatnetError, match="differs within one section_id for p1, p2"):
        plan_cures(table)


def test_many_jobs_keep_the_limit_of_households_on_every_day():
    rows = [(f"p{n:02d}", 10.0 + n % 7, f"a{n}", f"b{n}", f"street {n}") for n in range(40)]
    table = shut(pipes(*rows), *((f"s{n // 2}", 20.0 + n // 2 % 5) for n in range(40)))
    summer = Summer("2026-05-01", "2026-06-30", test_days=11, crews=8)
    plan = plan_and_check(table, prices=PRICES, summer=summer, max_households_shut=72)
    # Any three sections fit together: at most five turns of nine days with two jobs in each of three sections.
    assert 28 <= len(plan.jobs) <= 30
    free = plan_and_check(table, prices=PRICES, summer=summer)
    assert len(free.jobs) == 40
    assert set(check_plan(free, table, prices=PRICES, summer=summer, max_households_shut=72)["rule"]) == {
        "households_shut"
    }


def test_planning_again_counts_the_sections_that_jobs_at_work_keep_shut():
    rows = [(f"p{n}", 10.0 + n, f"a{n}", f"b{n}", f"street {n}") for n in range(4)]
    table = shut(pipes(*rows), ("u", 30.0), ("v", 30.0), ("w", 30.0), ("x", 20.0))
    summer = Summer("2026-05-01", "2026-06-20", test_days=0, crews=4)
    rules = {"prices": PRICES, "summer": summer, "max_households_shut": 50}
    first = plan_cures(table, **rules)
    at_work = first.jobs.index[0]
    again = replan(first, today="2026-05-04", started={at_work: "2026-05-20"}).plan
    assert again.jobs.at[at_work, "end_on"] == pd.Timestamp("2026-05-20")
    late = again.jobs[(again.jobs["households_shut"] > 20) & (again.jobs.index != at_work)]
    assert len(late) == 2
    assert (late["start_on"] > pd.Timestamp("2026-05-20")).all()
    findings = check_plan(again, table, **rules)
    assert set(findings["rule"]) <= {"days"}  # The job at work takes longer than planned.


def test_planning_alters_neither_candidates_nor_digs():
    table, known = ash_and_birch(), digs(("d1", "Ash", "2026-05-10", "2026-05-12", False))
    before = table.copy(), known.copy()
    plan_cures(table, prices=PRICES, summer=SUMMER, digs=known)
    pd.testing.assert_frame_equal(table, before[0])
    pd.testing.assert_frame_equal(known, before[1])


def test_thousands_of_digs_change_nothing_elsewhere():
    many = digs(*((f"d{n}", f"far {n}", "2026-05-01", "2026-06-01", n % 2 == 0) for n in range(5000)))
    plan = plan_and_check(ash_and_birch(), prices=PRICES, summer=SUMMER, digs=many)
    plain = plan_cures(ash_and_birch(), prices=PRICES, summer=SUMMER)
    pd.testing.assert_frame_equal(plan.jobs, plain.jobs)


def test_why_tells_the_price_at_which_a_cure_would_turn():
    plan = plan_cures(ash_and_birch(), prices=PRICES, budget=2500.0)
    assert plan.why("p4").startswith("p4 is out: it avoids 45 cold household-hours for 1,000")
    assert plan.why("p1").startswith("p1 is in: it avoids 50 cold household-hours for 1,000")
    with pytest.raises(HeatnetError, match="p9 was no candidate"):
        plan.why("p9")


def test_the_price_at_which_a_cure_turns_is_where_the_plan_turns():
    rng = np.random.default_rng(5)
    count = 60
    table = pipes(*((f"p{n:02d}", float(rng.integers(20, 99)), f"a{n}", f"b{n}", f"street {n}") for n in range(count)))
    table["cost"] = rng.integers(500, 3000, count).astype(float)
    plan = plan_cures(table, prices=PRICES, budget=20_000.0)
    asset = next(one for one in table.index if one not in plan.cures.index and "below a cost of" in plan.why(one))
    turn = float(plan.why(asset).split("below a cost of ")[1].rstrip(".").replace(",", ""))
    cheaper = table.copy()
    cheaper.loc[asset, "cost"] = max(0.0, turn - 150)
    assert asset in plan_cures(cheaper, prices=PRICES, budget=20_000.0).cures.index
    dearer = table.copy()
    dearer.loc[asset, "cost"] = turn + 150
    assert asset not in plan_cures(dearer, prices=PRICES, budget=20_000.0).cures.index


def test_the_calendar_is_drawn_as_text_with_a_line_per_job():
    plan = plan_cures(ash_and_birch(), prices=PRICES, summer=SUMMER)
    lines = plan.gantt_text(width=60).splitlines()
    assert len(lines) == 1 + len(plan.jobs)
    assert lines[0].split() == ["2026-05-01", "2026-06-30"]
    assert all(len(line) <= 60 for line in lines)
    assert lines[1].startswith("J001 Ash crew 1   ====")
    with pytest.raises(HeatnetError, match="no calendar"):
        plan_cures(ash_and_birch(), prices=PRICES).gantt_text()


def test_a_saved_plan_is_read_back_and_checked(tmp_path):
    plan = plan_cures(ash_and_birch(), prices=PRICES, summer=SUMMER)
    plan.cures.to_csv(tmp_path / "cures.csv")
    plan.jobs.to_csv(tmp_path / "jobs.csv")
    saved = plan_from_tables(pd.read_csv(tmp_path / "cures.csv"), pd.read_csv(tmp_path / "jobs.csv"))
    assert check_plan(saved, ash_and_birch(), prices=PRICES, summer=SUMMER).empty


def test_a_plan_saved_by_heatnet_is_read_back_with_odd_ids_and_checked(tmp_path):
    table = ash_and_birch(fund="city").rename(index={"p1": "007", "p2": "=p2", "p3": "'q"})
    table["cold_household_hours"] /= 3
    rules = {"prices": PRICES, "summer": SUMMER, "budget": {"city": 4000.0}}
    plan = plan_cures(table, **rules)
    write_csv(plan.cures, tmp_path / "cures.csv")
    write_csv(plan.jobs, tmp_path / "jobs.csv")
    tables = [pd.read_csv(tmp_path / name, dtype=str) for name in ("cures.csv", "jobs.csv")]
    assert check_plan(plan_from_tables(*tables), table, **rules)["message"].tolist() == []
    poor = rules | {"budget": {"city": 1000.0}}
    assert check_plan(plan_from_tables(*tables), table, **poor)["rule"].tolist() == ["budget"]


def test_a_saved_table_without_its_columns_is_an_error():
    plan = plan_cures(ash_and_birch(), prices=PRICES)
    with pytest.raises(HeatnetError, match="no column job_id"):
        plan_from_tables(plan.cures.drop(columns="job_id"), plan.jobs)


@pytest.mark.parametrize(
    ("rules", "rule"),
    [
        ({"budget": 100.0}, "budget"),
        ({"max_km": 0.3}, "max_km"),
        ({"min_km": {"east": 1.0}}, "min_km"),
        ({"owners": ["me"]}, "owner"),
        ({"must": ["p9"]}, "must"),
        ({"never": ["p1"]}, "never"),
        ({"horizon": 2}, "benefit"),
        ({"prices": Prices(cost_per_m=(1.0, 0.0))}, "cost"),
        ({"summer": Summer("2026-05-03", "2026-06-30", test_days=11, crews=2)}, "window"),
        ({"summer": Summer("2026-05-01", "2026-06-30", test_days=11, crews=2, setup_days=6)}, "days"),
        ({"digs": digs(("b1", "Ash", "2026-05-02", "2026-05-03", True))}, "ban"),
        ({"digs": digs(("d1", "Ash", "2026-03-02", "2026-04-03", False))}, "closed"),
        ({"digs": digs(("d1", "Ash", "2026-05-20", "2026-05-23", False))}, "cost"),
    ],
)
def test_a_broken_rule_is_found(rules, rule):
    base = {"prices": PRICES, "summer": SUMMER}
    plan = plan_cures(ash_and_birch(), **base)
    findings = check_plan(plan, ash_and_birch(), **(base | rules))
    assert rule in findings["rule"].tolist()


def test_a_plan_that_was_tampered_with_is_found():
    plan = plan_cures(ash_and_birch(), prices=PRICES, summer=SUMMER)
    late = plan.jobs.assign(crew=1, start_on=plan.jobs["start_on"].min())
    late["end_on"] = late["start_on"] + pd.to_timedelta(late["days"].astype(int) - 1, unit="D")
    checks = {
        "overlap": plan_from_tables(plan.cures, late),
        "job": plan_from_tables(plan.cures.assign(job_id="J001"), plan.jobs),
        "once": plan_from_tables(pd.concat([plan.cures, plan.cures]), plan.jobs),
        "candidate": plan_from_tables(plan.cures.assign(measure="valve"), plan.jobs),
        "job_cost": plan_from_tables(plan.cures, plan.jobs.assign(job_cost=1.0)),
        "crew": plan_from_tables(plan.cures, plan.jobs.assign(crew=7)),
        "calendar": plan_from_tables(plan.cures, plan.jobs.assign(start_on=pd.NaT)),
    }
    for rule, tables in checks.items():
        found = check_plan(tables, ash_and_birch(), prices=PRICES, summer=SUMMER)
        assert rule in found["rule"].tolist(), rule


def test_more_money_never_buys_less():
    table = plan_frontier(ash_and_birch(), [4000.0, 0.0, 2500.0, 1500.0, 9000.0], prices=PRICES)
    assert table.index.tolist() == [0.0, 1500.0, 2500.0, 4000.0, 9000.0]
    assert table["benefit"].tolist() == [0.0, 50.0, 80.0, 125.0, 145.0]
    assert (table["bound"] >= table["benefit"]).all()
    assert table["km"].tolist() == [0.0, 0.1, 0.2, 0.3, 0.4]
    with pytest.raises(HeatnetError, match="empty"):
        plan_frontier(ash_and_birch(), [], prices=PRICES)


def test_a_street_is_opened_once_in_all_summers():
    summers = [Summer(f"{year}-05-01", f"{year}-09-30") for year in (2026, 2027)]
    years = plan_years(ash_and_birch(), summers=summers, budget=2500.0, prices=PRICES, growth=1.0)
    # Ash (p1, p2) at once for two seasons, Birch the year after: 2*80 + 45; the other way round 2*45 + 80.
    assert years.cures["summer"].to_dict() == {"p1": 2026, "p2": 2026, "p4": 2027}
    assert years.benefit == pytest.approx(205.0)
    assert years.bound == pytest.approx(205.0)
    assert years.jobs.index.tolist() == ["2026-J001", "2027-J001"]
    assert years.gap == pytest.approx(0.0, abs=1e-9)


def test_what_grows_fast_is_cured_before_what_is_worse_today():
    table = pd.DataFrame(
        {"asset_kind": "station", "cold_household_hours": [10.0, 9.0]},
        index=pd.Index(["old", "new"], name="asset_id"),
    )
    summers = [Summer(f"{year}-05-01", f"{year}-09-30") for year in (2026, 2027)]
    rules = {"summers": summers, "max_stations": 1, "prices": PRICES}
    # Season values: old 10 and 10, new 9 and 18. Both cured: the second one only for the second season.
    # old first: 20 + 18 = 38; new first: 27 + 10 = 37.
    years = plan_years(table, growth=pd.Series({"new": 2.0}), **rules)
    assert years.cures["summer"].to_dict() == {"old": 2026, "new": 2027}
    assert years.benefit == pytest.approx(38.0)
    # With one season more: old first 30 + 18 + 36 = 84, new first 63 + 20 = 83.
    assert plan_years(table, growth=pd.Series({"new": 2.0}), horizon=2, **rules).benefit == pytest.approx(84.0)


@pytest.mark.parametrize(
    "rules",
    [
        {"summers": []},
        {"summers": [SUMMER, SUMMER]},
        {"summers": [SUMMER], "horizon": 0},
        {"summers": [SUMMER], "owners": "AB"},
        {"summers": [SUMMER], "growth": 0.0},
        {"summers": [SUMMER], "budget": [1.0, 2.0]},
        {"summers": [SUMMER], "growth": pd.Series([1.0, 2.0], index=["p1", "p1"])},
    ],
)
def test_years_that_make_no_sense_are_an_error(rules):
    with pytest.raises(HeatnetError):
        plan_years(ash_and_birch(), prices=PRICES, **rules)


def test_in_august_the_rest_of_the_summer_is_planned_again():
    table = pipes(*((f"p{n}", 10.0 + n, f"a{n}", f"b{n}", f"street {n}") for n in range(6)))
    summer = Summer("2026-05-01", "2026-06-04", test_days=8, crews=1)  # 27 days, three trenches of 9
    rules = {"prices": PRICES, "summer": summer}
    plan = plan_cures(table, **rules)
    assert plan.cures.index.tolist() == ["p3", "p4", "p5"]
    # Rain: the first job ends on the 14th instead of the 9th, then one more fits.
    again = replan(plan, today="2026-05-12", done=[], started={"J001": "2026-05-14"})
    assert again.plan.cures.index.tolist() == ["p3", "p5"]
    assert again.plan.jobs.loc["J004", "start_on"] == pd.Timestamp("2026-05-15")
    assert again.plan.jobs.loc["J001", "days"] == 14
    assert again.benefit_lost == 14.0
    assert again.cost_added == -1500.0
    assert again.changes["change"].to_dict() == {"p3": "carried over", "p4": "dropped", "p5": "carried over"}
    early = replan(plan, today="2026-05-08", done=["J001"], started=[]).plan.jobs
    assert early.loc["J001", "end_on"] == pd.Timestamp("2026-05-07")
    # All as planned: nothing changes but the names of jobs to come.
    same = replan(plan, today="2026-05-10")
    assert same.benefit_lost == 0.0
    assert check_plan(same.plan, table, **rules).empty
    assert same.plan.jobs.index.tolist() == ["J001", "J004", "J005"]
    with pytest.raises(HeatnetError, match="not in the plan: J9"):
        replan(plan, today="2026-05-10", done=["J9"])
    with pytest.raises(HeatnetError, match="has to lie"):
        replan(plan, today="2026-04-10")
    with pytest.raises(HeatnetError, match="no calendar"):
        replan(plan_cures(table, prices=PRICES), today="2026-05-10")


def test_what_was_spent_is_gone_when_planning_again():
    table = ash_and_birch(community="north", fund="city")
    for budget in (4000.0, {"city": 4000.0}):
        rules = {"prices": PRICES, "budget": budget, "max_km": 0.3, "max_stations": 0, "min_km": {"north": 0.2}}
        plan = plan_cures(table, summer=SUMMER, **rules)
        again = replan(plan, today="2026-05-14", done=["J001"], started=[])
        assert again.plan.cost <= 4000.0
        assert check_plan(again.plan, table, summer=SUMMER, **rules).empty


def test_changes_between_two_years_say_why():
    last = plan_cures(ash_and_birch(), prices=PRICES, budget=4000.0)
    now = plan_cures(ash_and_birch().drop("p2"), prices=PRICES, budget=3000.0, never=["p1"])
    changes = plan_changes(last, now, done=["p2"])
    assert changes["change"].to_dict() == {"p1": "dropped", "p2": "done", "p3": "new", "p4": "carried over"}
    assert changes.at["p1", "why"] == "p1 is out: forbidden by you."
    gone = plan_changes(last, plan_cures(ash_and_birch().drop("p1"), prices=PRICES, budget=0.0))
    assert gone.at["p1", "why"] == "p1 is no candidate any more."


@pytest.mark.parametrize(
    ("changes", "rules", "message"),
    [
        ({"accepted_on": "soon"}, {}, "accepted_on: not every value is a date"),
        ({}, {"budget": "5"}, "budget is '5'"),
        ({}, {"summer": ("2026-05-01", "2026-09-30")}, "summer is tuple"),
        ({}, {"owners": "abc"}, "owners is 'abc', one text"),
    ],
)
def test_what_is_of_the_wrong_kind_is_named(changes, rules, message):
    with pytest.raises(HeatnetError, match=message):
        plan_cures(ash_and_birch().assign(**changes), **rules)


def test_the_bound_of_an_empty_plan_is_plain_zero():
    plan = plan_cures(ash_and_birch(), budget=0, prices=PRICES)
    assert str(plan.bound) == "0.0"


def test_a_ranking_is_refused_for_it_knows_no_end_nodes():
    ranking = ash_and_birch().drop(columns=["from_node", "to_node", "street"]).assign(rank=1, grade="A")
    with pytest.raises(HeatnetError, match=r"knows no streets and no end nodes: give the assessment itself"):
        plan_cures(ranking)
