"""What cleaning leaves, and what it says about the rest."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.errors import HeatnetError
from heatnet.location import clean_visits, visit_findings
from heatnet.network import Network

NETWORK = Network(
    pd.DataFrame({"node_id": ["A", "J", "B", "C"], "kind": ["source", "junction", "building", "building"]}),
    pd.DataFrame(
        {
            "segment_id": ["s", "b", "c"],
            "from_node": ["A", "J", "J"],
            "to_node": ["J", "B", "C"],
            "length_m": 100,
            "diameter_mm": 100,
        }
    ),
)


def visits(*rows: dict[str, object]) -> pd.DataFrame:
    """Cold home visits at B on 10 January 2024, but for what the rows say."""
    usual = {"building_id": "B", "visited_on": "2024-01-10", "is_cold": True}
    return pd.DataFrame([{"visit_id": f"v{i}", **usual, **row} for i, row in enumerate(rows)])


def kept(table: pd.DataFrame, **settings_: object) -> dict[str, bool]:
    clean = clean_visits(table, NETWORK, **settings_)
    return dict(zip(clean["visit_id"], clean["is_cold"].astype(bool), strict=True))


def said(table: pd.DataFrame, **settings_: object) -> set[tuple[str, str]]:
    findings = visit_findings(table, NETWORK, **settings_)
    return set(zip(findings["rule"], findings["row_id"], strict=True))


def test_clean_visits_come_through_unchanged() -> None:
    table = visits({}, {"is_cold": False}, {"building_id": "C"})
    assert kept(table) == {"v0": True, "v1": False, "v2": True}
    assert said(table) == set()


def test_rows_at_no_building_are_left_out_as_errors() -> None:
    table = visits({"building_id": "X"}, {"building_id": None}, {"building_id": "J"}, {})
    assert kept(table) == {"v3": True}
    assert said(table) == {("unknown_building", f"v{i}") for i in range(3)}
    assert set(visit_findings(table, NETWORK)["severity"]) == {"error"}


def test_an_empty_is_cold_follows_from_the_room_temperature() -> None:
    table = visits(
        {"is_cold": None, "room_temp_c": 17.9},
        {"is_cold": None, "room_temp_c": 18.0},
        {"is_cold": True, "room_temp_c": 19.0},
        {"is_cold": False, "room_temp_c": 12.0},
    )
    assert kept(table) == {"v0": True, "v1": False, "v2": True, "v3": False}
    assert said(table) == {
        ("visit_cold_from_temperature", "v0"),
        ("visit_cold_from_temperature", "v1"),
        ("visit_cold_but_warm_room", "v2"),
    }
    assert kept(table, room_min_c=20.0)["v1"] is True


def test_the_first_days_of_heating_are_left_out() -> None:
    days = ["2023-10-15", "2023-10-18", "2023-10-19", "2024-10-14"]
    table = visits(*({"visited_on": day} for day in days))
    assert kept(table) == {"v2": True, "v3": True}
    assert said(table) == {("visit_late_start", "v0"), ("visit_late_start", "v1")}
    assert kept(table, late_start_days=0) == dict.fromkeys(("v0", "v1", "v2", "v3"), True)
    late = visits(*({"visited_on": day} for day in ("2023-10-31", "2023-11-01", "2023-11-04", "2023-11-05")))
    assert kept(late, heating_from="11-01") == {"v3": True}
    assert ("visit_before_heating", "v0") in said(late, heating_from="11-01")


def test_heating_that_starts_before_the_season_does_has_first_days_too() -> None:
    days = ("2023-09-19", "2023-09-20", "2023-09-23", "2023-09-24", "2023-10-15")
    table = visits(*({"visited_on": day} for day in days))
    assert kept(table, heating_from="09-20") == {"v0": True, "v3": True, "v4": True}
    assert said(table, heating_from="09-20") == {("visit_late_start", "v1"), ("visit_late_start", "v2")}


def test_causes_outside_the_network_are_not_held_against_it() -> None:
    causes = ["household", "building", "station", "network", "unknown", "closed", None]
    table = visits(*({"cause": cause} for cause in causes), {"cause": "household", "is_cold": False})
    expected = {"v0": False, "v1": False, "v2": True, "v3": True, "v4": True, "v6": True, "v7": False}
    assert kept(table) == expected
    assert said(table) == {("visit_own_cause", "v0"), ("visit_own_cause", "v1"), ("visit_closed", "v5")}


def test_one_household_is_one_observation_a_week() -> None:
    # From the 10th: 10 (warm), 12 (cold), 16 are one observation, its cold row stands for it; the 19th starts the next.
    days = ["2024-01-16", "2024-01-10", "2024-01-12", "2024-01-19"]
    table = visits(*({"visited_on": day, "household_id": "h1", "is_cold": day != "2024-01-10"} for day in days))
    assert kept(table) == {"v2": True, "v3": True}
    assert said(table) == {("visit_repeated", "v0"), ("visit_repeated", "v1")}
    assert len(kept(table, repeat_days=0)) == 4
    assert kept(table, repeat_days=8) == {"v2": True}
    other = visits({"household_id": "h1"}, {"household_id": "h2"})
    assert len(kept(other)) == 2


@pytest.mark.parametrize(
    ("causes", "expected"),
    [
        ([None, "household"], {"v1": False}),  # a call, then the inspection that found the valve shut at home
        (["building", None], {"v0": False}),
        (["household", "network"], {"v1": True}),
        (["station", "household"], {"v0": True}),
        (["unknown", None], {"v0": True}),
    ],
)
def test_the_cause_that_was_found_stands_for_the_household_that_week(causes: list, expected: dict) -> None:
    days = ("2024-01-10", "2024-01-12")
    rows = [{"visited_on": day, "household_id": "h", "cause": cause} for day, cause in zip(days, causes, strict=True)]
    assert kept(visits(*rows)) == expected


def test_without_household_the_same_building_day_and_category_are_one() -> None:
    table = visits({"category": "no heat"}, {"category": "no heat"}, {"category": "leak"}, {}, {})
    assert sorted(kept(table)) == ["v0", "v2", "v3", "v4"]
    elsewhere = visits({"category": "no heat"}, {"category": "no heat", "building_id": "C"})
    assert len(kept(elsewhere)) == 2


def test_a_household_cold_in_three_seasons_counts_as_its_own_cause() -> None:
    days = ["2021-12-01", "2022-12-01", "2023-12-01"]
    table = visits(*({"visited_on": day, "household_id": "h"} for day in days))
    assert kept(table) == {"v0": False, "v1": False, "v2": False}
    assert said(table) == {("visit_own_by_habit", f"v{i}") for i in range(3)}
    assert set(kept(table, own_after_seasons=4).values()) == {True}
    assert set(kept(table, own_after_seasons=0).values()) == {True}
    once_network = table.assign(cause=["network", None, None])
    assert set(kept(once_network).values()) == {True}
    two_seasons = visits(*({"visited_on": day, "household_id": "h"} for day in [*days[:2], "2023-01-20"]))
    assert set(kept(two_seasons).values()) == {True}


def test_neighbours_that_are_cold_year_after_year_are_not_their_own_cause() -> None:
    days = ["2021-12-01", "2022-12-01", "2023-12-01"]
    homes = [("B", "h1"), ("B", "h2"), ("C", "h3"), ("C", "h4")]
    table = visits(
        *(
            {"visited_on": day, "building_id": building, "household_id": home, "is_cold": home != "h4"}
            for building, home in homes
            for day in days
        )
    )
    is_cold = kept(table)
    assert [is_cold[f"v{i}"] for i in range(12)] == [True] * 6 + [False] * 6
    assert said(table) == {("visit_own_by_habit", f"v{i}") for i in (6, 7, 8)}
    inspected = table.assign(cause=["network", *[None] * 11])  # h1 is cold for the network, so h2 is alone again
    assert [kept(inspected)[f"v{i}"] for i in range(6)] == [True] * 3 + [False] * 3


def test_findings_never_name_a_household() -> None:
    table = visits(*({"household_id": "secret", "visited_on": f"2024-01-1{i}"} for i in range(3)))
    assert (
        not visit_findings(table, NETWORK)
        .astype(str)
        .apply(lambda column: column.str.contains("secret"))
        .any(axis=None)
    )


def test_a_negative_number_of_days_is_an_error() -> None:
    with pytest.raises(HeatnetError, match="late_start_days"):
        clean_visits(visits({}), NETWORK, late_start_days=-1)
    with pytest.raises(HeatnetError, match="repeat_days is '7'"):
        clean_visits(visits({}), NETWORK, repeat_days="7")
    with pytest.raises(HeatnetError, match="room_min_c"):
        clean_visits(visits({}), NETWORK, room_min_c=float("nan"))
    with pytest.raises(HeatnetError, match="MM-DD"):
        clean_visits(visits({}), NETWORK, heating_from="soon")


def test_an_empty_table_stays_empty() -> None:
    assert clean_visits(visits({}).iloc[:0], NETWORK).empty
    assert visit_findings(visits({}).iloc[:0], NETWORK).empty


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.data())
def test_the_order_of_rows_changes_nothing_and_cleaning_twice_is_cleaning_once(seed: int, data: st.DataObject) -> None:
    row = st.fixed_dictionaries(
        {
            "building_id": st.sampled_from(["B", "C", "X"]),
            "visited_on": st.sampled_from(["2022-01-10", "2023-10-16", "2024-01-10", "2024-01-12", "2024-01-17"]),
            "is_cold": st.booleans(),
            "category": st.sampled_from(["no heat", None]),
            "cause": st.sampled_from(["household", "closed", "network", "unknown", None]),
            "household_id": st.sampled_from(["h1", "h2", None]),
        }
    )
    table = visits(*data.draw(st.lists(row, min_size=1, max_size=12)))
    once = clean_visits(table, NETWORK)
    shuffled = clean_visits(table.sample(frac=1, random_state=seed % 1000), NETWORK)
    pd.testing.assert_frame_equal(
        once.sort_values("visit_id", ignore_index=True), shuffled.sort_values("visit_id", ignore_index=True)
    )
    again = clean_visits(once, NETWORK, own_after_seasons=0)
    assert set(again["visit_id"]) == set(once["visit_id"])
    told = visit_findings(table, NETWORK)
    dropped = set(table["visit_id"]) - set(once["visit_id"])
    assert dropped <= set(told["row_id"])
