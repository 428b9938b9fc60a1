"""Explanations that can be counted by hand, and visits that are worth making."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.errors import HeatnetError
from heatnet.location import Location, explain_location, locate_faults, suggest_visits
from heatnet.network import Network
from tests.location_oracle import building_paths, random_network, random_visits, season_rows

#          +- a1 - a2 - B      (two rows in a line: nobody lives between them)
# A - main-J
#          +- c - C
#          +- d - D            (nobody was visited)
NODES = {"A": "source", "J": "junction", "K": "junction", "B": "building", "C": "building", "D": "building"}
ROWS = [
    ("main", "A", "J", 1000),
    ("a1", "J", "K", 300),
    ("a2", "K", "B", 300),
    ("c", "J", "C", 200),
    ("d", "J", "D", 200),
]


def network() -> Network:
    nodes = pd.DataFrame({"node_id": list(NODES), "kind": list(NODES.values()), "households": 10})
    segments = pd.DataFrame(ROWS, columns=["segment_id", "from_node", "to_node", "length_m"]).assign(diameter_mm=100)
    return Network(nodes, segments)


def located(**arguments: object) -> Location:
    rows = [("B", True)] * 3 + [("B", False)] + [("C", False)] * 2 + [("C", True)]
    visits = pd.DataFrame(rows, columns=["building_id", "is_cold"]).assign(visited_on="2024-01-10", channel="hotline")
    return locate_faults(network(), visits, season=2023, p_clear=0.2, p_impaired=0.7, **arguments)


def test_an_explanation_counts_the_visits_behind_and_beside() -> None:
    told = explain_location(located(), "a2")
    assert told.group == ("a1", "a2")
    assert (told.visits, told.cold_visits) == (4, 3)
    assert (told.beside_visits, told.beside_cold_visits) == (3, 1)
    assert told.cold_if_clear == pytest.approx(0.8)
    assert told.cold_if_impaired == pytest.approx(2.8)
    assert told.suspect_before == "main"
    assert told.suspect_behind is None
    # three cold visits, one warm: (0.7/0.2)^3 * (0.3/0.8)
    assert told.buildings["odds_factor"].to_dict() == pytest.approx({"B": 3.5**3 * 0.375})
    assert told.prior == pytest.approx(1 - math.exp(-0.03))
    assert "No visit can tell these 2 apart: a1, a2" in str(told)
    assert "3 of 4 visits were cold" in str(told)
    assert "1 of 3 visits were cold" in str(told)


def test_an_explanation_of_a_main_lists_all_buildings_behind_it() -> None:
    told = explain_location(located(), "main")
    assert told.buildings[["visits", "cold_visits"]].to_dict("index") == {
        "B": {"visits": 4, "cold_visits": 3},
        "C": {"visits": 3, "cold_visits": 1},
    }
    assert told.suspect_before is None
    assert told.suspect_behind == "a1"
    assert "1 building speaks for something impaired on its path and 1 against." in told.sentences


def test_an_asset_without_visits_says_so() -> None:
    told = explain_location(located(), "d")
    assert told.impaired_prob == told.prior == told.group_prob
    assert told.group == ("d",)
    assert "No visited building hangs on it" in str(told)
    with pytest.raises(HeatnetError, match="'z' is no segment"):
        explain_location(located(), "z")


def test_every_probability_of_an_explanation_is_the_count_over_all_cases() -> None:
    rows = [("B", True), ("B", True), ("C", False)]
    visits = pd.DataFrame(rows, columns=["building_id", "is_cold"]).assign(visited_on="2024-01-10")
    prior = pd.Series({"main": 0.1, "a1": 0.1, "a2": 0.1, "c": 0.2, "d": 0.2})
    location = locate_faults(network(), visits, season=2023, prior=prior, p_clear=0.2, p_impaired=0.6)
    # B: 0.2^2 = 0.04 if clear, 0.36 if impaired; C: 0.8 and 0.4. main ill: 0.1 * 0.36 * 0.4 = 0.0144.
    # main well: 0.9 * (0.19 * 0.36 + 0.81 * 0.04) * (0.2 * 0.4 + 0.8 * 0.8) = 0.9 * 0.1008 * 0.72 = 0.0653184.
    total = 0.0144 + 0.0653184
    told = explain_location(location, "a1")
    assert told.group_prob == pytest.approx((0.0144 * 0.19 + 0.9 * 0.19 * 0.36 * 0.72) / total)
    assert told.impaired_prob == pytest.approx((0.0144 * 0.1 + 0.9 * 0.1 * 0.36 * 0.72) / total)
    assert told.buildings["odds_factor"].to_dict() == pytest.approx({"B": 9.0})
    assert explain_location(location, "main").buildings["odds_factor"].to_dict() == pytest.approx({"B": 9.0, "C": 0.5})
    assert told.sentences == (
        "a1 was impaired with probability 0.311 (0.100 before the visits).",
        "No visit can tell these 2 apart: a1, a2; at least one of them was impaired with probability 0.590.",
        "Behind it 2 of 2 visits were cold; 0.4 would be if nothing were impaired, 1.2 if something were.",
        "1 building speaks for something impaired on its path and 0 against.",
        "At its neighbours on the same path, 0 of 1 visits were cold.",
        "Before it on the path, main is the most suspect (0.181).",
    )
    assert explain_location(location, "c").sentences == (
        # (0.0144 * 0.2 + 0.9 * 0.1008 * 0.2 * 0.4) / total
        "c was impaired with probability 0.127 (0.200 before the visits).",
        "Behind it 0 of 1 visits were cold; 0.2 would be if nothing were impaired, 0.6 if something were.",
        "0 buildings speak for something impaired on its path and 1 against.",
        "At its neighbours on the same path, 2 of 2 visits were cold.",
        "Before it on the path, main is the most suspect (0.181).",
    )


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_the_counts_of_an_explanation_are_those_of_the_table(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    visits = random_visits(rng, network, 12)
    location = locate_faults(network, visits, season=2023, p_clear=0.2, p_impaired=0.7)
    paths, rows = building_paths(network), season_rows(network, visits)
    below = {asset: {b for b in rows["building_id"] if asset in paths[b]} for asset in network.asset_ids}
    for asset, behind in below.items():
        told = explain_location(location, asset)
        here = rows[rows["building_id"].isin(behind)]
        assert [told.visits, told.cold_visits] == [len(here), here["is_cold"].sum()]
        assert [told.cold_if_clear, told.cold_if_impaired] == pytest.approx([0.2 * len(here), 0.7 * len(here)])
        for building in behind:
            cold = rows.loc[rows["building_id"] == building, "is_cold"]
            factor = 3.5 ** cold.sum() * 0.375 ** (~cold).sum()
            assert told.buildings.loc[building, "odds_factor"] == pytest.approx(factor)
        assert set(told.buildings.index) == behind
        assert set(told.group) == ({other for other in below if below[other] == behind} if behind else {asset})
        if behind:
            path = next(paths[b] for b in behind)
            before = path[: path.index(told.group[0])]
            beside = rows[rows["building_id"].isin(below[before[-1]] - behind)] if before else rows.iloc[:0]
            assert [told.beside_visits, told.beside_cold_visits] == [len(beside), beside["is_cold"].sum()]
            assert told.group == tuple(path[len(before) : len(before) + len(told.group)])


def test_calls_are_told_apart_from_visits_and_set_against_households() -> None:
    # B: 2 calls and 1 of 2 visits cold; C: 1 call; D: silence; 10 households each.
    rows = [("B", True, "app"), ("B", True, "hotline"), ("B", True, "sensor"), ("B", False, "home_visit")]
    rows += [("C", True, "hotline"), ("C", False, "hotline")]  # a call that is not cold is none
    visits = pd.DataFrame(rows, columns=["building_id", "is_cold", "channel"]).assign(visited_on="2024-01-10")
    location = locate_faults(network(), visits, season=2023, p_clear=0.2, p_impaired=0.7, calls="households")
    low, high = location.c_clear, location.c_impaired
    main, a = explain_location(location, "main"), explain_location(location, "a1")
    assert (main.visits, main.cold_visits, main.calls, main.households) == (5, 4, 3, 30)
    assert main.cold_if_clear == pytest.approx(2 * 0.2 + 30 * low)
    assert main.cold_if_impaired == pytest.approx(2 * 0.7 + 30 * high)
    assert main.buildings["households"].to_dict() == {"B": 10, "C": 10, "D": 10}
    assert (a.beside_visits, a.beside_cold_visits, a.beside_calls, a.beside_households) == (1, 1, 1, 20)
    assert "Behind it 1 of 2 visits were cold and 3 cold calls came from 30 households;" in str(main)
    assert "At its neighbours on the same path, 1 cold call came from 20 households." in str(a)
    assert "Behind it 0 cold calls came from 10 households;" in str(explain_location(location, "d"))


def test_with_calls_against_households_silence_is_explained_too() -> None:
    location = located(calls="households")
    told = explain_location(location, "main")
    # 3 and 1 cold calls from 10 households each, none from D
    low, high = location.c_clear, location.c_impaired
    expected = {
        name: (high / low) ** calls * math.exp(-10 * (high - low)) for name, calls in (("B", 3), ("C", 1), ("D", 0))
    }
    assert told.buildings["odds_factor"].to_dict() == pytest.approx(expected)
    assert location.buildings["calls"].to_dict() == {"B": 3, "C": 1, "D": 0}


def test_suggestions_tell_how_probably_the_visit_is_cold() -> None:
    location = located()
    visits = suggest_visits(location, 3)
    assert visits.index.tolist() == list(range(1, len(visits) + 1))
    assert (visits["gain_m"].to_numpy() > 0).all()
    path_prob = location.buildings["path_prob"][visits["building_id"]].to_numpy()
    assert visits["cold_prob"].to_numpy() == pytest.approx(0.2 + 0.5 * path_prob)


def star(*probs: float, length_m: float = 100.0) -> Location:
    """Buildings B0, B1, ... each on a pipe of its own, impaired with these probabilities; nobody was visited."""
    n = len(probs)
    names = [f"s{i}" for i in range(n)]
    nodes = pd.DataFrame({"node_id": ["A"] + [f"B{i}" for i in range(n)], "kind": ["source"] + ["building"] * n})
    segments = pd.DataFrame({"segment_id": names, "from_node": "A", "to_node": nodes["node_id"][1:].to_numpy()})
    nothing = pd.DataFrame({"building_id": [], "visited_on": [], "is_cold": []})
    prior = pd.Series(probs, index=names)
    network = Network(nodes, segments.assign(length_m=length_m, diameter_mm=100))
    return locate_faults(network, nothing, season=2023, prior=prior, p_clear=0.1, p_impaired=0.6)


def test_the_gain_of_a_visit_is_the_ill_length_that_it_moves_into_the_cured_length() -> None:
    # One of four equal pipes is cured, down to t = 0.3: s1. Cold with f = 0.1 + 0.5 p.
    visits = suggest_visits(star(0.02, 0.3, 0.2, 0.1), 10, cure_share=0.25)
    gain = {
        "B1": 100 * (0.3 * 0.6 - 0.3 * 0.25),  # cold, it is above t; warm, it leaves room for what is at t
        "B2": 100 * (0.2 * 0.6 - 0.3 * 0.2),
        "B3": 100 * (0.1 * 0.6 - 0.3 * 0.15),
    }  # B0: even a cold visit leaves 0.02 * 0.6 / 0.11 = 0.11, below t
    assert visits["building_id"].tolist() == ["B1", "B2", "B3"]
    assert dict(zip(visits["building_id"], visits["gain_m"], strict=True)) == pytest.approx(gain)
    # s1 lies above t = 0.2 now: a warm visit, 0.3 * 0.4 / 0.75 = 0.16, would take it out.
    lower = suggest_visits(star(0.02, 0.3, 0.2, 0.1), 10, cure_share=0.5).set_index("building_id")["gain_m"]
    assert lower["B1"] == pytest.approx(100 * (0.2 * 0.75 - 0.3 * 0.4))


def test_the_gain_is_the_one_of_the_exact_posterior_after_either_answer() -> None:
    location = located(building_prior=0.1)
    length = location.network.length_m
    prob = location.assets["impaired_prob"].to_numpy()
    least = prob.max()  # 2.4 % of the length: a part of the most suspect one
    visits = suggest_visits(location, 1)
    building = visits["building_id"].iloc[0]
    rows = [("B", True)] * 3 + [("B", False)] + [("C", False)] * 2 + [("C", True)]
    path = {"B": ["main", "a1", "a2"], "C": ["main", "c"], "D": ["main", "d"]}[building]
    on_path = location.network.asset_positions(path)
    gain = -np.maximum(prob - least, 0.0)
    for is_cold, chance in ((True, visits["cold_prob"].iloc[0]), (False, 1 - visits["cold_prob"].iloc[0])):
        more = pd.DataFrame([*rows, (building, is_cold)], columns=["building_id", "is_cold"])
        after = locate_faults(
            location.network,
            more.assign(visited_on="2024-01-10"),
            season=2023,
            p_clear=0.2,
            p_impaired=0.7,
            building_prior=0.1,
        )
        gain += chance * np.maximum(after.assets["impaired_prob"].to_numpy() - least, 0.0)
    assert visits["gain_m"].iloc[0] == pytest.approx((gain * length)[on_path].sum())


def test_a_second_visit_behind_the_same_pipe_counts_half() -> None:
    # A long main with two houses close to each other, and a shorter one of the same probability elsewhere.
    kinds = {"A": "source", "J": "junction", "B": "building", "C": "building", "D": "building"}
    ends = [("main", "A", "J", 1000), ("b", "J", "B", 1), ("c", "J", "C", 1), ("other", "A", "D", 600)]
    segments = pd.DataFrame(ends, columns=["segment_id", "from_node", "to_node", "length_m"]).assign(diameter_mm=100)
    nothing = pd.DataFrame({"building_id": [], "visited_on": [], "is_cold": []})
    prior = pd.Series({"main": 0.1, "other": 0.1, "b": 0.0, "c": 0.0})
    network = Network(pd.DataFrame({"node_id": list(kinds), "kind": list(kinds.values())}), segments)
    location = locate_faults(network, nothing, season=2023, prior=prior, p_clear=0.1, p_impaired=0.6)
    visits = suggest_visits(location, 3)
    assert visits["building_id"].tolist() == ["B", "D", "C"]
    # t = 0.1 and f = 0.15: 0.1 * 0.6 - 0.1 * 0.15 = 0.045 per metre
    assert visits["gain_m"].tolist() == pytest.approx([45.0, 27.0, 22.5])


def test_each_building_is_named_once_and_none_where_no_visit_can_change_what_is_cured() -> None:
    assert suggest_visits(located(), 100)["building_id"].is_unique
    assert suggest_visits(star(0.0, 0.0), 5).empty
    assert suggest_visits(star(), 5).empty
    assert suggest_visits(star(0.0, 0.0), 5).columns.tolist()[:3] == ["building_id", "cold_prob", "gain_m"]


def test_suggestions_do_not_hang_on_the_order_of_the_rows() -> None:
    location = located()
    shuffled = Network(location.network.nodes.iloc[::-1], location.network.segments.iloc[::-1])
    rows = [("B", True)] * 3 + [("B", False)] + [("C", False)] * 2 + [("C", True)]
    visits = pd.DataFrame(rows, columns=["building_id", "is_cold"]).assign(visited_on="2024-01-10")
    again = locate_faults(shuffled, visits, season=2023, p_clear=0.2, p_impaired=0.7)
    assert suggest_visits(again, 12)["building_id"].tolist() == suggest_visits(location, 12)["building_id"].tolist()


def test_what_cannot_be_suggested_is_said() -> None:
    for n in (0, 2.5, "2"):
        with pytest.raises(HeatnetError, match="1 visit or more"):
            suggest_visits(located(), n)
    with pytest.raises(HeatnetError, match="cure_share"):
        suggest_visits(located(), 1, cure_share=0.0)


def test_an_explanation_speaks_the_language_asked_for() -> None:
    told = explain_location(located(), "a1", language="zh")
    assert len(told.sentences) == len(told.notes)
    assert told.sentences[0].startswith("a1 供热不良的概率为0.")
    assert not re.search("[A-Za-z]{3,} [A-Za-z]{3,}", str(told))
