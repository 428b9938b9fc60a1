"""The model of two streets, a station and a nameless pipe, worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.errors import HeatnetError, InfeasiblePlanError
from heatnet.planning import PlanRules, Prices, Summer
from heatnet.planning.model.building import build_model, priced
from heatnet.planning.model.candidates import candidate_table, priced_table, total_ratio
from heatnet.planning.model.days import DaySpan
from heatnet.planning.model.jobs import jobs_of, trench_labels
from heatnet.planning.model.limits import Limit
from heatnet.planning.model.options import joined_options, trenches_of
from heatnet.planning.model.streets import street_rules

# One metre costs 10, a trench 500, a station 2000; a shared street saves a tenth.
PRICES = Prices(cost_per_m=(10.0, 0.0), job_cost=500.0, station_cost=2000.0, dig_saving=0.1)
SUMMER = Summer("2026-05-01", "2026-06-30", test_days=11, crews=2)  # 50 working days


def town():
    """Ash Street a-b-c with a gap to d-e, Birch Street, a station and a pipe without a street."""
    rows = [
        ("p1", "segment", 50.0, 100.0, "a", "b", "Ash"),
        ("p2", "segment", 30.0, 60.0, "b", "c", "Ash"),
        ("p3", "segment", 20.0, 10.0, "d", "e", "Ash"),
        ("p4", "segment", 45.0, 100.0, "a", "b", "Birch"),
        ("p5", "segment", 5.0, 30.0, "x", None, None),
        ("s1", "station", 90.0, None, None, None, None),
    ]
    names = ["asset_id", "asset_kind", "cold_household_hours", "length_m", "from_node", "to_node", "street"]
    return priced_table(candidate_table(pd.DataFrame(rows, columns=names)), PRICES)


def model_of(table=None, **rules):
    return build_model(town() if table is None else table, PlanRules(**rules), PRICES)[0]


def test_options_have_named_columns_in_the_order_of_candidates():
    options = model_of(summer=SUMMER).options
    assert options.benefit.tolist() == [50.0, 30.0, 20.0, 45.0, 5.0, 90.0]
    assert options.cost.tolist() == [1000.0, 600.0, 100.0, 1000.0, 300.0, 2000.0]
    assert options.days.tolist() == [4, 3, 1, 4, 2, 10]
    assert options.is_station.tolist() == [False] * 5 + [True]
    # Node b of Ash and Birch are not the same; the unknown end of p5 is shared by none.
    assert options.node_a.tolist() == [0, 1, 2, 3, 4, -1]
    assert options.node_b.tolist() == [1, 5, 6, 7, 8, -1]
    assert options.unit.tolist() == [0, 0, 0, 1, 2, 3]


def test_limits_say_what_options_and_trenches_take():
    model = model_of(budget=5000.0, max_km=0.2, max_stations=1, min_km={"north": 0.0}, summer=SUMMER)
    assert [limit.kind for limit in model.limits] == ["budget", "max_km", "max_stations", "min_km", "crew_days"]
    assert [limit.total for limit in model.limits] == [5000.0, 200.0, 1.0, 0.0, 100.0]
    assert model.use[0].tolist() == [1000.0, 100.0, 0.0, 0.0, 4.0]
    assert model.use[5].tolist() == [2000.0, 0.0, 1.0, 0.0, 10.0]
    assert model.job_use.tolist() == [[500.0, 0.0, 0.0, 0.0, 5.0]] * 4
    assert priced(model.use, np.array([0.01, 0.0, 1.0, 0.0, 2.0])).tolist() == [18.0, 12.0, 3.0, 18.0, 7.0, 41.0]


def test_options_become_jobs_in_one_place():
    model = model_of(summer=SUMMER)
    everything = np.arange(6)
    assert [group.tolist() for group in trenches_of(model.options, everything)] == [[0, 1], [2], [3], [4]]
    assert trenches_of(model.options, np.array([5])) == []
    jobs = jobs_of(model, np.array([5, 2, 1, 0]))
    assert [(job.street, job.options, job.days, job.is_trench) for job in jobs] == [
        ("Ash", (0, 1), 5 + 4 + 3, True),
        ("Ash", (2,), 5 + 1, True),
        (None, (5,), 10, False),
    ]
    chosen = np.array([[True, True, True], [True, False, True], [False, False, False]])
    labels = trench_labels(model.options, np.arange(3), chosen)
    assert labels[0, 0] == labels[0, 1] != labels[0, 2]
    assert labels[1].tolist()[1] == -1
    assert labels[2].tolist() == [-1, -1, -1]


def test_what_alone_exceeds_a_limit_is_no_option_and_says_why():
    model = model_of(budget=1400.0, max_km=0.08)
    assert model.options.candidate.tolist() == [1, 2, 4]
    assert {asset: str(why) for asset, why in model.too_much.items()} == {
        "p1": "it alone costs more than the budget leaves",
        "p4": "it alone costs more than the budget leaves",
        "s1": "it alone costs more than the budget leaves",
    }
    # The must takes 1000 of 2100: p2 just fits (600 and one trench), p4 with a trench (1500) does not, nor the station.
    beside = model_of(budget=2100.0, must=["p1"])
    assert sorted(beside.too_much) == ["p4", "s1"]
    with pytest.raises(InfeasiblePlanError, match="p1"):
        model_of(budget=1400.0, must=["p1"])


def test_worth_is_charged_with_the_least_ratio_and_so_is_each_trench():
    table = town().assign(worth=[900.0, 700.0, 0.0, 1500.0, 150.0, 2500.0])
    model = model_of(table, min_ratio=0.5)
    assert model.options.benefit.tolist() == [400.0, 400.0, -50.0, 1000.0, 0.0, 1500.0]
    assert model.job_benefit.tolist() == [-250.0] * 4
    groups = trenches_of(model.options, np.array([0, 1, 2]))
    assert model.benefit_of(np.array([0, 1, 2]), groups) == 400.0 + 400.0 - 50.0 - 2 * 250.0
    # Nothing falls below a trench for each of five pipes, and the loss of p3.
    assert model.least_benefit == -5 * 250.0 - 50.0
    assert total_ratio(table) == 5750.0 / 5000.0


def test_trenches_that_cannot_be_long_enough_are_no_options():
    model = model_of(min_job_m=120.0)
    # Ash a-b-c has 160 m; d-e, Birch and the nameless pipe are too short by themselves.
    assert model.options.candidate.tolist() == [0, 1, 5]
    assert [group.tolist() for group in model.short_trenches(np.array([0]))] == [[0]]
    assert model.short_trenches(np.array([0, 1])) == []


def test_the_ends_of_a_pipe_know_the_station():
    table = town().assign(to_node=["b", "c", "s1", "b", None, None])
    station = model_of(table).options
    assert station.station.tolist() == [-1, -1, int(station.asset[5]), -1, -1, int(station.asset[5])]


def test_options_of_two_summers_share_nothing():
    options = model_of().options
    both = joined_options([options, options], [4, 4])
    assert both.asset.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert both.node_a.tolist()[6:] == [9, 10, 11, 12, 13, -1]
    assert both.unit.tolist()[6:] == [4, 4, 4, 5, 6, 7]


def test_digs_and_bans_make_half_open_spans():
    digs = pd.DataFrame(
        {
            "dig_id": ["ban", "dig"],
            "street": ["Ash", "Birch"],
            "start_on": ["2026-05-11", "2026-04-20"],
            "end_on": ["2026-05-20", "2026-05-05"],
            "is_ban": ["yes", "否"],
        }
    )
    rules = street_rules(digs, SUMMER, ["Ash", "Birch", "Cedar"])
    assert rules.of("Ash").runs == (DaySpan(0, 10), DaySpan(20, 50))
    assert rules.of("Ash").earliest(11) == 20
    assert rules.of("Ash").earliest(31) is None
    birch = rules.of("Birch")
    assert birch.digs == ((DaySpan(-11, 5), "dig"),)
    assert (birch.earliest(9), birch.earliest(9, 5), birch.dig_at(4), birch.dig_at(5)) == (0, None, "dig", None)
    assert birch.row_days == 5
    assert rules.of("Cedar").runs == rules.of(None).runs == (DaySpan(0, 50),)


def test_candidates_are_read_as_the_readers_do():
    table = pd.DataFrame(
        {
            "asset_id": [102.0, 101.0],
            "asset_kind": pd.Categorical(["station", "station"]),
            "worth": ["5", "7"],
            "measure_first": ["是", None],
            "street": [" Ash ", ""],
        }
    )
    read = candidate_table(table)
    assert read["asset_id"].tolist() == ["101", "102"]
    assert read["worth"].tolist() == [7.0, 5.0]
    assert read["measure_first"].tolist() == [False, True]
    assert read["street"].tolist() == [None, "Ash"]
    with pytest.raises(HeatnetError, match="two columns worth"):
        candidate_table(pd.concat([table, table[["worth"]]], axis=1))
    with pytest.raises(HeatnetError, match="beyond 1e"):
        candidate_table(table.assign(worth=1e300))


@given(
    crews=st.lists(st.lists(st.integers(1, 14), max_size=4), min_size=1, max_size=4),
    ban=st.integers(2, 11),
)
@settings(derandomize=True, deadline=None)
def test_what_counts_as_worked_beside_a_ban_is_never_more_than_what_is(crews, ban):
    of_all = np.array([days for crew in crews for days in crew], dtype=np.int64)
    beside = sum(max(0, sum(crew) - ban) for crew in crews)  # each crew works in the ban all that it can
    for granted in (0, (ban + 1) // 2):
        limit = Limit("crew_days", "streets", 0.0, ban_days=ban, granted=granted)
        assert limit.beside_ban(of_all).sum() <= beside + granted * len(crews)


def test_half_a_ban_is_granted_to_each_crew_and_the_rest_goes_by_the_job():
    limit = Limit("crew_days", "crews", 0.0, ban_days=9, granted=5)
    # 15 days: 9 in the ban, of which 5 are granted, so 11 count; 7 days: two such fill the ban, 2 are taken off each.
    assert limit.beside_ban(np.array([15, 9, 8, 7, 6, 0])).tolist() == [11.0, 5.0, 5.0, 5.0, 4.0, 0.0]
