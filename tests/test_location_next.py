"""Explanations that can be counted by hand, and visits that are worth making."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import HeatnetError
from heatnet.location import Location, explain_location, locate_faults, suggest_visits
from heatnet.network import Network

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
        "No visit can tell these 2 apart: a1, a2; at least one of them with probability 0.590.",
        "Behind it 2 of 2 visits were cold; 0.4 would be if nothing were impaired, 1.2 if something were.",
        "1 building speaks for something impaired on its path and 0 against.",
        "Beside it, behind the same path before, 0 of 1 visits were cold.",
        "Before it on the path, main is the most suspect (0.181).",
    )
    assert explain_location(location, "c").sentences == (
        # (0.0144 * 0.2 + 0.9 * 0.1008 * 0.2 * 0.4) / total
        "c was impaired with probability 0.127 (0.200 before the visits).",
        "Behind it 0 of 1 visits were cold; 0.2 would be if nothing were impaired, 0.6 if something were.",
        "0 buildings speak for something impaired on its path and 1 against.",
        "Beside it, behind the same path before, 2 of 2 visits were cold.",
        "Before it on the path, main is the most suspect (0.181).",
    )


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
    assert "Beside it, behind the same path before, 1 cold call came from 20 households." in str(a)
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


def test_the_first_visit_goes_where_nothing_is_known() -> None:
    visits = suggest_visits(located(), 4)
    assert visits.index.tolist() == [1, 2, 3, 4]
    assert (visits["gain_m"].to_numpy() > 0).all()
    location = located()
    path_prob = location.buildings["path_prob"][visits["building_id"]].to_numpy()
    assert visits["cold_prob"].to_numpy() == pytest.approx(0.2 + 0.5 * path_prob)


def test_no_building_is_visited_more_often_than_it_has_households() -> None:
    visits = suggest_visits(located(), 100)
    assert len(visits) <= 30
    assert visits["building_id"].value_counts().max() <= 10


def test_suggestions_do_not_hang_on_the_order_of_the_rows() -> None:
    location = located()
    shuffled = Network(location.network.nodes.iloc[::-1], location.network.segments.iloc[::-1])
    rows = [("B", True)] * 3 + [("B", False)] + [("C", False)] * 2 + [("C", True)]
    visits = pd.DataFrame(rows, columns=["building_id", "is_cold"]).assign(visited_on="2024-01-10")
    again = locate_faults(shuffled, visits, season=2023, p_clear=0.2, p_impaired=0.7)
    assert suggest_visits(again, 12)["building_id"].tolist() == suggest_visits(location, 12)["building_id"].tolist()


def test_the_covariances_behind_the_suggestions_are_those_of_the_model() -> None:
    from heatnet.location.next_visits import _covariances
    from heatnet.reachability.paths import supply_paths
    from tests.location_oracle import Enumeration

    location = located(building_prior=0.1)
    rows = [("B", True)] * 3 + [("B", False)] + [("C", False)] * 2 + [("C", True)]
    visits = pd.DataFrame(rows, columns=["building_id", "is_cold"]).assign(
        visited_on="2024-01-10", channel="home_visit"
    )
    oracle = Enumeration(location.network, visits, location.prior, building_prior=0.1)
    weight = oracle.weights((0.2, 0.7))
    nodes = location.network.building_nodes
    names = location.network.node_ids[nodes]
    assets, of_buildings, of_assets = _covariances(
        location, supply_paths(location.network), nodes, 1 - location.buildings["path_prob"].to_numpy()
    )
    is_bad = np.array([oracle.is_bad[name] for name in names], dtype=float)
    mean = is_bad @ weight
    assert of_buildings == pytest.approx((is_bad * weight) @ is_bad.T - np.outer(mean, mean), abs=1e-12)
    for i, asset in enumerate(location.network.asset_ids[assets]):
        is_impaired = oracle.any_impaired([asset]).astype(float)
        for b, name in enumerate(names):
            if asset in location.network.asset_ids[supply_paths(location.network).path_of(int(nodes[b]))]:
                exact = (is_impaired * is_bad[b]) @ weight - (is_impaired @ weight) * (is_bad[b] @ weight)
                assert of_assets[i, b] == pytest.approx(exact, abs=1e-12), (asset, name)


def test_what_cannot_be_suggested_is_said() -> None:
    with pytest.raises(HeatnetError, match="1 visit or more"):
        suggest_visits(located(), 0)
    with pytest.raises(HeatnetError, match="cure_share"):
        suggest_visits(located(), 1, cure_share=0.0)
