"""Forecast against what came: chances of cold visits, captures and tenths, beside slow obvious twins."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import heatnet as hn
from heatnet.inventory.contents import inventory_of
from heatnet.reachability.paths import supply_paths
from heatnet.review.blame import Winter
from heatnet.review.forecasts import _cold_chance, calibrated, captured, cold_forecast, fault_forecast, summed
from heatnet.review.states import PastWinters
from heatnet.value import Settings
from tests.location_oracle import random_network


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_the_chance_of_a_cold_visit_is_that_of_counting_every_case(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng).in_id_order
    winter = Winter(network, supply_paths(network), None)  # type: ignore[arg-type]
    ill, own = rng.random(network.n_assets), rng.random(len(network.building_nodes))
    rates = np.sort(rng.random(3))
    chance = _cold_chance(winter, ill, own, rates)
    for place, node in enumerate(network.building_nodes.tolist()):
        path = winter.paths.path_of(node)
        probs = [*ill[path], own[place]]
        expected = 0.0
        for states in itertools.product((0, 1), repeat=len(probs)):
            weight = np.prod([prob if state else 1 - prob for prob, state in zip(probs, states, strict=True)])
            expected += weight * rates[min(sum(states), 2)]
        assert chance[place] == pytest.approx(expected, rel=1e-9)


def city() -> hn.Inventory:
    drawn = hn.synthetic.make_city(length_km=12, stations=1, visited_households=120, first_season=2023, rng=3)
    return inventory_of(drawn.network, {name: drawn.tables[name] for name in ("visits", "faults", "works")}).in_id_order


def test_no_visit_of_the_season_reaches_its_forecast() -> None:
    known = city()
    visits = known.visits
    assert visits is not None
    later = (visits["visited_on"] >= "2025-10-15").to_numpy(dtype=bool)
    unread = visits.assign(room_temp_c=np.nan)
    warm = unread.assign(is_cold=visits["is_cold"].where(~later, False))
    first, second = (
        cold_forecast(PastWinters(inventory_of(known, {"visits": one}), Settings()), 2025, np.random.default_rng(0))
        for one in (unread, warm)
    )
    assert first is not None
    assert second is not None
    pd.testing.assert_series_equal(first.buildings["chance"], second.buildings["chance"])
    assert first.buildings["came"].sum() > 0 == second.buildings["came"].sum()
    assert first.low <= first.buildings["expected"].sum() <= first.high


# Four pipes of 100 m; the list puts d first, but d was renewed. Faults came at a (2) and c (1).
RANKING = pd.DataFrame(
    {
        "rank": [2, 3, 4, 1], "asset_kind": "segment", "length_m": 100.0, "laid_year": [1980, 2000, None, 1990],
        "past_faults": [0, 2, 0, 5], "faults_mean": [0.5, 0.3, 0.2, 2.0], "faults_low": 0.0, "faults_high": 0.0,
        "faults_after": 0.01, "visits": 0, "cold_visits": 0,
    },
    index=pd.Index(list("abcd"), name="asset_id"),
)  # fmt: skip


def four_pipes() -> pd.DataFrame:
    nodes = pd.DataFrame({"node_id": list("SABCD"), "kind": ["source"] + ["building"] * 4})
    segments = pd.DataFrame(
        {"segment_id": list("abcd"), "from_node": "S", "to_node": list("ABCD"), "length_m": 100, "diameter_mm": 80}
    )
    faults = pd.DataFrame({"asset_id": ["a", "a", "c"], "found_on": ["2025-11-01", "2026-09-01", "2025-12-01"]})
    faults.insert(0, "fault_id", ["F1", "F2", "F3"])
    old = pd.DataFrame({"fault_id": ["F4"], "asset_id": ["b"], "found_on": ["2024-12-01"]})
    known = inventory_of(hn.Network(nodes, segments), {"faults": pd.concat([faults, old], ignore_index=True)})
    return fault_forecast(RANKING, known.in_id_order, np.array([False, False, False, True]), 2025)


def test_the_forecast_of_a_renewed_pipe_is_that_of_the_new_one() -> None:
    faults = four_pipes()
    assert faults["expected"].tolist() == [0.5, 0.3, 0.2, 0.01]
    assert faults["came"].tolist() == [2, 0, 1, 0]
    assert summed(faults, None).loc["faults", ["expected", "came", "ratio"]].tolist() == pytest.approx([1.0, 3, 3.0])


def test_what_was_renewed_is_left_out_of_the_capture() -> None:
    caught = captured(four_pipes(), 2025, np.random.default_rng(0))
    # 20 % of the 300 m left are 60 m: of the pipe that each ranks first, 60 of its 100 m.
    assert caught["0.2"].to_dict() == pytest.approx(
        {"list": 0.6 * 2 / 3, "heatnet": 0.6 * 2 / 3, "age": 0.6 * 2 / 3, "past_faults": 0.0, "random": 0.2}
    )
    assert caught.loc["random", "standard_error_0.2"] == 0


def test_tenths_add_up_to_what_was_expected_and_came() -> None:
    table = calibrated(four_pipes(), None)
    assert table.index.get_level_values("outcome").unique().tolist() == ["faults"]
    assert table[["count", "expected", "came"]].sum().tolist() == pytest.approx([3, 1.0, 3])
