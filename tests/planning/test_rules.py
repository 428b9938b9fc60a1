"""What the office asks, as one value."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import HeatnetError, InfeasiblePlanError
from heatnet.planning import PlanRules, Prices, Summer, check_plan, plan_cures, plan_frontier, plan_years, replan
from heatnet.planning.rules import FieldsButBudget, RuleFields

SUMMER = Summer("2026-05-01", "2026-09-30")


def stations():
    return pd.DataFrame(
        {"asset_kind": "station", "cold_household_hours": [10.0, 20.0, 30.0]},
        index=pd.Index(["s1", "s2", "s3"], name="asset_id"),
    )


def test_every_field_is_a_keyword_and_no_other():
    assert set(RuleFields.__annotations__) == set(PlanRules.__dataclass_fields__)
    assert set(FieldsButBudget.__annotations__) == set(RuleFields.__annotations__) - {"budget"}


def test_rules_and_their_fields_make_the_same_plan_and_both_at_once_are_a_type_error():
    rules = PlanRules(max_stations=2, must=["s1"], prices=Prices(station_cost=5.0), summer=SUMMER)
    one = plan_cures(stations(), rules)
    two = plan_cures(stations(), max_stations=2, must=["s1"], prices=Prices(station_cost=5.0), summer=SUMMER)
    pd.testing.assert_frame_equal(one.cures, two.cures)
    assert one.cures.index.tolist() == ["s1", "s3"]
    assert one.request.rules == two.request.rules == rules
    assert check_plan(one, stations(), rules).empty
    assert plan_frontier(stations(), [5.0, 10.0], rules)["benefit"].tolist() == [10.0, 40.0]
    # Two stations each summer: s3 and s2 at once (2*30 + 2*20), the must a year later.
    years = plan_years(stations(), rules.replace(summer=None), summers=[SUMMER, Summer("2027-05-01", "2027-09-30")])
    assert years.benefit == 110.0
    assert replan(one, today="2026-05-02", done=[], started=[], max_stations=1).plan.cures.index.tolist() == ["s1"]
    calls = [
        lambda: plan_cures(stations(), rules, max_stations=2),
        lambda: plan_frontier(stations(), [1.0], rules, max_stations=2),
        lambda: check_plan(one, stations(), rules, max_stations=2),
        lambda: replan(one, None, rules, today="2026-05-02", max_stations=2),
        lambda: plan_years(stations(), PlanRules(budget=1.0), summers=[SUMMER], budget=1.0),
        lambda: plan_cures(stations(), max_wishes=2),
    ]
    for call in calls:
        with pytest.raises(TypeError):
            call()


def test_rules_are_frozen_keep_what_was_given_and_travel():
    digs = pd.DataFrame({"dig_id": ["d"], "street": ["Ash"], "start_on": ["2026-05-01"], "end_on": ["2026-05-02"]})
    rules = PlanRules(owners={"b", "a"}, never=[102.0, " x "], digs=digs, min_km={7: np.float64(1)}, budget={"city": 3})
    assert rules.owners == ("a", "b")
    assert rules.never == {"102", "x"}
    assert rules.min_km == {"7": 1.0}
    assert rules.funds == {"city": 3.0}
    assert rules.digs is digs
    assert pickle.loads(pickle.dumps(rules)) == rules
    assert rules != rules.replace(horizon=2)
    with pytest.raises(TypeError):
        hash(rules)
    with pytest.raises(AttributeError):
        rules.budget = 4.0


@pytest.mark.parametrize(
    "fields",
    [
        {"budget": "x"},
        {"budget": True},
        {"budget": [1.0, 2.0]},
        {"budget": {"city": None}},
        {"max_km": float("inf")},
        {"max_stations": np.array([1, 2])},
        {"min_km": 3.0},
        {"min_km": {"n": -1.0}},
        {"owners": "AB"},
        {"owners": 5},
        {"must": [["s1"]]},
        {"never": [None]},
        {"under_way": {"s1": 1}},
        {"digs": [1]},
        {"prices": 900.0},
        {"summer": "2026"},
        {"horizon": 1e308},
        {"horizon": "long"},
        {"measure_first": "ask"},
        {"min_ratio": -0.1},
        {"min_job_m": "short"},
    ],
)
def test_what_makes_no_sense_is_refused_by_name(fields):
    with pytest.raises(HeatnetError, match=next(iter(fields))):
        PlanRules(**fields)


def test_a_plan_that_cannot_be_is_told_apart_from_input_that_cannot_be_used():
    with pytest.raises(InfeasiblePlanError, match="it alone costs more than the budget leaves"):
        plan_cures(stations(), must=["s1"], budget=1.0)
    with pytest.raises(InfeasiblePlanError, match="n wants 1 km of 0 km"):
        plan_cures(stations(), min_km={"n": 1.0})
    with pytest.raises(InfeasiblePlanError, match="forbidden by you"):
        plan_cures(stations(), must=["s1"], never=["s1"])
    with pytest.raises(HeatnetError, match="no candidates: s9") as caught:
        plan_cures(stations(), must=["s9"])
    assert not isinstance(caught.value, InfeasiblePlanError)


def test_an_asset_under_way_that_is_no_candidate_is_said():
    notes = plan_cures(stations(), under_way=["x1"]).notes
    assert any("Said to be under way, but no candidates: x1 (1 in all)." in note for note in notes)


def test_why_is_said_in_the_language_asked_for():
    plan = plan_cures(stations(), max_stations=1, never=["s1"])
    assert plan.why("s1") == "s1 is out: forbidden by you."
    assert plan.why("s1", language="zh") == "s1 未列入：已指定不予列入。"
    assert plan.why("s3", language="zh").startswith("s3 已列入：以 1,200,000 减少低温 30 户·小时")
