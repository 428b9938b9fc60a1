"""What the past winters say reaches the ranking."""

import pandas as pd
import pytest

import heatnet as hn
from heatnet.inventory.records import records_before
from heatnet.location.winters import past_winters


def street() -> hn.Network:
    """A station T behind p, a near building N behind q, a far one F behind r (2 km: likelier ill than its riser)."""
    nodes = pd.DataFrame(
        {
            "node_id": ["A", "T", "N", "F"],
            "kind": ["source", "station", "building", "building"],
            "households": [0, 0, 50, 50],
        }
    )
    segments = pd.DataFrame(
        {
            "segment_id": ["p", "q", "r"],
            "from_node": ["A", "T", "N"],
            "to_node": ["T", "N", "F"],
            "length_m": [100.0, 100.0, 2000.0],
            "diameter_mm": 100.0,
            "level": ["primary", "secondary", "secondary"],
        }
    )
    return hn.Network(nodes, segments)


def visits(*groups: tuple[str, str, int, int], channel: str = "home_visit") -> pd.DataFrame:
    """Groups of building, day, warm visits and cold visits; each of its own household."""
    rows = [
        {"building_id": building, "visited_on": day, "is_cold": number >= warm, "channel": channel}
        for building, day, warm, cold in groups
        for number in range(warm + cold)
    ]
    return pd.DataFrame(rows).assign(visit_id=lambda table: table.index.astype(str))


def test_the_prior_of_an_impairment_is_not_the_probability_of_a_burst() -> None:
    table = visits(("N", "2023-12-10", 9, 1))
    faults = pd.DataFrame({"fault_id": ["f"], "found_on": ["2020-01-01"], "asset_id": ["p"]})
    for records in (records_before(2024, visits=table), records_before(2024, visits=table, faults=faults)):
        told = past_winters(street(), records, season=2024, settings=hn.Settings())
        assert told.location.prior["T"] == pytest.approx(0.03, rel=0.05)
        assert told.location.season == 2023


def test_calls_count_against_all_households_where_both_are_there() -> None:
    table = visits(("N", "2023-12-10", 0, 2), channel="hotline")
    told = past_winters(street(), records_before(2024, visits=table), season=2024, settings=hn.Settings())
    assert told.location.calls == "households"
    assert any("Hotline and app rows count as calls" in str(note) for note in told.notes)


def test_calls_stay_visits_where_most_callers_live_in_buildings_of_unknown_households() -> None:
    table = visits(("N", "2023-12-10", 0, 2), ("F", "2023-12-10", 0, 3), channel="hotline")
    network = street()
    partly = hn.Network(network.nodes.assign(households=[0, 0, 50, None]), network.segments)
    told = past_winters(partly, records_before(2024, visits=table), season=2024, settings=hn.Settings())
    assert told.location.calls == "visits"
    assert told.location.buildings["visits"].to_dict() == {"N": 2, "F": 3}
    more = visits(("N", "2023-12-10", 0, 4), ("F", "2023-12-10", 0, 3), channel="hotline")
    told = past_winters(partly, records_before(2024, visits=more), season=2024, settings=hn.Settings())
    assert told.location.calls == "households"
    assert any("calls of all households (4 cold ones)" in str(note) for note in told.notes)


def test_a_winter_without_visits_does_not_go_on_with_those_before_it() -> None:
    table = visits(*(("F", day, 0, 12) for day in ("2021-12-10", "2022-12-10")), ("N", "2022-12-10", 12, 0))
    told = past_winters(street(), records_before(2024, visits=table), season=2024, settings=hn.Settings())
    assert (told.winters_ill == 0).all()
    told = past_winters(street(), records_before(2023, visits=table), season=2023, settings=hn.Settings())
    assert told.winters_ill["r"] == 2


def test_winters_in_a_row_are_counted_and_told() -> None:
    days = ("2021-12-10", "2022-12-10", "2023-12-10")
    table = visits(*(("F", day, 0, 12) for day in days), *(("N", day, 12, 0) for day in days))
    told = past_winters(street(), records_before(2024, visits=table), season=2024, settings=hn.Settings())
    assert told.winters_ill["r"] == 3
    assert told.winters_ill["p"] == 0
    home = table.groupby(["building_id", "visited_on"]).cumcount().astype(str)
    for known in (table, table.assign(household_id=table["building_id"] + home)):  # the same homes every winter
        ranking = hn.assess(street(), season=2024, visits=known).ranking
        assert "12 of 12 visited homes cold" in ranking.loc["r", "reason"]
        assert "probably ill 3 winters running" in ranking.loc["r", "reason"]


def test_without_visits_nothing_is_known_and_it_is_said() -> None:
    told = past_winters(street(), records_before(2024), season=2024, settings=hn.Settings())
    assert [str(note) for note in told.notes] == [
        "No visits of season 2023 on record: chronic cold is unknown, not zero."
    ]
    assert told.findings.empty
    assert (told.winters_ill == 0).all()


def fan() -> hn.Network:
    """A station T behind p; behind k five streets with a building each."""
    homes = [f"B{i}" for i in range(5)]
    nodes = pd.DataFrame(
        {"node_id": ["A", "T", "J", *homes], "kind": ["source", "station", "junction"] + ["building"] * 5}
    )
    segments = pd.DataFrame(
        {
            "segment_id": ["p", "k", *(f"s{i}" for i in range(5))],
            "from_node": ["A", "T"] + ["J"] * 5,
            "to_node": ["T", "J", *homes],
            "length_m": [300.0, 50.0] + [100.0] * 5,
            "diameter_mm": [400.0, 250.0] + [100.0] * 5,
            "level": ["primary"] + ["secondary"] * 6,
        }
    )
    return hn.Network(nodes, segments)


@pytest.mark.parametrize(("word", "station_is_ill"), [("station", True), ("network", False)])
def test_what_crews_wrote_decides_between_the_station_and_the_pipes(word: str, station_is_ill: bool) -> None:
    days = [f"2024-01-{day:02d}" for day in (10, 17, 24, 31)]
    table = visits(*((f"B{i}", day, 0, 1) for i in range(5) for day in days)).assign(cause=word)
    told = hn.assess(fan(), season=2024, visits=table).ranking["impaired_prob"]
    if station_is_ill:
        assert told["T"] > 0.7
        assert told.drop("T").max() < told["T"]
    else:
        assert told["T"] < 0.25
        assert told.idxmax() in ("p", "k")


def test_ten_copies_of_a_remark_weigh_as_one() -> None:
    once = visits(*((f"B{i}", "2024-01-10", 0, 10) for i in range(5))).assign(cause=None)
    once.loc[once.groupby("building_id").head(1).index, "cause"] = "station"
    copied = once.assign(cause="station")
    told = [hn.assess(fan(), season=2024, visits=table).ranking["impaired_prob"] for table in (once, copied)]
    pd.testing.assert_series_equal(*told)
