"""What entered and what left from one plan to another, by hand."""

from __future__ import annotations

import pandas as pd

import heatnet as hn


def stations(**hours: float) -> pd.DataFrame:
    index = pd.Index(list(hours), name="asset_id", dtype=object)
    return pd.DataFrame({"asset_kind": "station", "cold_household_hours": list(hours.values())}, index=index)


def test_what_entered_left_and_stayed_is_told_with_its_own_values() -> None:
    before = hn.plan_cures(stations(s1=10.0, s2=20.0, s3=30.0), max_stations=2)
    now = hn.plan_cures(stations(s1=40.0, s2=20.0, s3=30.0), max_stations=2)
    found = hn.compare(before, now)
    assert found.cures["change"].to_dict() == {"s1": "entered", "s2": "left", "s3": "stayed"}
    assert "cold household-hours from 10 to 40" in found.cures.at["s1", "why"]
    assert "s2 is out" in found.cures.at["s2", "why"]
    assert found.totals.loc["benefit"].to_dict() == {"a": 50.0, "b": 70.0, "difference": 20.0}
    assert found.asked.empty
    assert repr(found) == "Comparison(1 entered, 1 left, 0 moved, 1 stayed)"


def test_what_was_asked_otherwise_is_told() -> None:
    table = stations(s1=10.0, s2=20.0)
    found = hn.compare(hn.plan_cures(table, max_stations=1), hn.plan_cures(table, max_stations=2, never=["s2"]))
    assert found.asked.loc["max_stations"].tolist() == ["1.0", "2.0"]
    assert found.asked.loc["never"].tolist() == ["", "s2"]
    assert (
        "移出"
        in hn.compare(hn.plan_cures(table, max_stations=1), hn.plan_cures(table, never=["s2"]), language="zh").to_text()
    )


def test_another_day_is_a_move() -> None:
    table = stations(s1=10.0)
    early, late = (
        hn.plan_cures(table, summer=hn.Summer(first, "2026-09-30", crews=1)) for first in ("2026-05-01", "2026-06-01")
    )
    found = hn.compare(early, late)
    assert found.cures["change"].tolist() == ["moved"]
    assert "2026-06-01" in found.cures.at["s1", "why"]
    assert hn.compare(early, early).to_text().endswith("on the same days.\n")


def test_an_asset_that_was_no_candidate_is_told() -> None:
    found = hn.compare(hn.plan_cures(stations(s1=10.0)), hn.plan_cures(stations(s1=10.0, s2=5.0)))
    assert "s2 was no candidate" in found.cures.at["s2", "why"]
