"""What changed in this year's list against last year's: done, done again, carried over, dropped, new; and why."""

import datetime

import pandas as pd

import heatnet as hn
from heatnet.review.relisted import list_changes, same_rules


def planned(**hours: float) -> hn.Plan:
    table = pd.DataFrame(
        {"asset_kind": "station", "cold_household_hours": list(hours.values())}, index=pd.Index(hours, name="asset_id")
    )
    return hn.plan_cures(table, max_stations=3)


def test_each_asset_of_either_list_is_told_once() -> None:
    last = planned(a=9.0, b=8.0, c=7.0, d=1.0)
    now = planned(a=9.0, b=0.0, c=2.0, d=8.0)
    assert (sorted(last.cures.index), sorted(now.cures.index)) == (["a", "b", "c"], ["a", "c", "d"])
    ranks = (pd.Series({"a": 1, "b": 2, "c": 3}), pd.Series({"a": 1, "c": 3, "d": 2}))
    days = {"a": datetime.date(2025, 7, 1), "b": datetime.date(2025, 7, 2)}
    told = list_changes(last, now, ranks, days, language="en")
    assert told["change"].to_dict() == {"a": "done_again", "b": "done", "c": "carried_over", "d": "new"}
    assert told.loc["b", "why"] == "It was done on 2025-07-02."
    assert told.loc["a", "why"].startswith("It was done on 2025-07-01, and is on the list again: ")
    assert told.loc["c", "why"].startswith("It was not done; ")
    assert told.loc["d", "why"].startswith("d entered. ")
    assert pd.isna(told.loc["b", "rank_now"])
    assert list_changes(last, planned(a=9.0, b=8.0, d=7.0), ranks, {}, language="en").loc["c", "change"] == "dropped"


def test_limits_stay_and_what_belonged_to_that_summer_goes() -> None:
    assessment = hn.assess(hn.examples.line(), season=2026)
    summer = hn.Summer("2025-05-01", "2025-09-30", crews=2)
    plan = hn.plan_cures(
        hn.assess(hn.examples.line(), season=2025), budget=5e6, max_km=1.0, min_ratio=0.0, must=["S"], never=["T"],
        summer=summer,
    )  # fmt: skip
    rules = same_rules(plan, assessment)
    assert (rules.budget, rules.max_km, rules.min_ratio, rules.never) == (5e6, 1.0, 0.0, frozenset({"T"}))
    assert (rules.summer, rules.must, rules.digs) == (None, frozenset(), None)
