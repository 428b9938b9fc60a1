"""Dose, crews' words and readings against counting every combination, word by word of the definition."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.errors import HeatnetError
from heatnet.location import locate_faults
from heatnet.location.states import path_states
from heatnet.network import Network
from tests.location_oracle import FullEnumeration, building_paths, random_network, random_visits, season_rows

CAUSES = ["household", "building", "station", "network", "unknown", "closed", None]
RATES = (0.2, 0.55, 0.85)


def told_visits(rng: np.random.Generator, network: Network) -> pd.DataFrame:
    visits = random_visits(rng, network, int(rng.integers(0, 25)))
    temp = np.where(rng.random(len(visits)) < 0.6, rng.normal(18, 3, len(visits)).round(1), np.nan)
    return visits.assign(cause=rng.choice(np.array(CAUSES, dtype=object), len(visits)), room_temp_c=temp)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(st.integers(0, 2**32 - 1))
def test_dose_words_and_readings_equal_the_count_over_all_combinations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng, n_primary=4, n_stations=2, n_secondary=4)
    visits = told_visits(rng, network)
    prior = pd.Series(rng.choice([0.0, 1e-12, 0.05, 0.3, 0.95], network.n_assets), index=network.asset_ids)
    is_small = network.n_assets + len(network.building_nodes) < 16
    building_prior = float(rng.choice([0.0, 0.05, 0.4])) if is_small else 0.0
    dose, words, temperatures = ((True, False, False), (False, True, False), (True, True, False), (True, True, True))[
        int(rng.integers(4))
    ]
    error = float(rng.choice([0.05, 0.2, 0.6])) if words else None
    calls = "households" if rng.random() < 0.4 else "visits"
    p = RATES if dose else (*RATES[:2], RATES[1])
    location = locate_faults(
        network,
        visits,
        season=2023,
        prior=prior,
        p_clear=p[0],
        p_impaired=p[1],
        p_double=p[2] if dose else None,
        calls=calls,
        building_prior=building_prior,
        cause_error=error,
        temperatures=temperatures,
    )
    counts_calls = not math.isnan(location.c_clear)
    oracle = FullEnumeration(network, visits, prior, building_prior=building_prior, counts_calls=counts_calls)
    rows = oracle.rows
    if calls == "households" and not counts_calls:  # without a single call that counts, calls are left out
        oracle.rows = rows = rows[~rows["channel"].isin(["hotline", "app"])]
    c = (location.c_clear, location.c_impaired, location.c_double) if counts_calls else (1.0, 1.0, 1.0)
    readings = None
    if location.reading_means_c is not None:
        readings = (location.reading_means_c, location.reading_scale_c)
        assert np.all(np.diff(readings[0]) <= 0)
    weight = oracle.weights_of(p, c, cause_error=error, readings=readings)
    check_probabilities(location, oracle, weight, prior, building_prior)
    check_groups(network, location, oracle, weight, words, calls)


def check_probabilities(location, oracle, weight, prior, building_prior) -> None:
    for asset, posterior in location.assets["impaired_prob"].items():
        expected = weight[oracle.any_impaired([asset])].sum() if asset in oracle.names else prior[asset]
        assert posterior == pytest.approx(expected, abs=1e-9)
    for building, row in location.buildings.iterrows():
        if building in oracle.is_bad:
            assert row["path_prob"] == pytest.approx(weight[oracle.is_bad[building]].sum(), abs=1e-9)
            own = weight[oracle.any_impaired([f"own {building}"])].sum() if building_prior else 0.0
            assert row["impaired_prob"] == pytest.approx(own, abs=1e-9)


def check_groups(network, location, oracle, weight, words, calls) -> None:
    paths, rows = building_paths(network), season_rows(network, oracle.rows)
    stations = set(network.nodes.loc[network.nodes["kind"] == "station", "node_id"])
    is_call = rows["channel"].isin(["hotline", "app"]) & (calls == "households")
    counted = rows[~is_call | (rows["is_cold"] & (rows["building_id"].map(oracle.households) > 0))]
    callers = {b for b in paths if oracle.counts_calls and oracle.households[b] > 0}
    observed = set(counted["building_id"]) | callers
    heard = set(counted.loc[counted["is_cold"] & counted["cause"].isin(CAUSES[:4]), "building_id"]) if words else set()
    behind = {asset: frozenset(b for b in observed if asset in paths[b]) for asset in location.assets.index}

    def key(asset: str) -> object:
        return behind[asset], asset in stations and bool(behind[asset] & heard)

    for asset, row in location.assets.iterrows():
        if not behind[asset]:
            assert pd.isna(row["ambiguity_group"])
            assert row["group_prob"] == row["impaired_prob"]
            continue
        group = [other for other in behind if key(other) == key(asset)]
        assert row["ambiguity_group"] == min(group)
        assert row["group_prob"] == pytest.approx(weight[oracle.any_impaired(group)].sum(), abs=1e-9)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_the_learned_dose_is_the_most_probable_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng, n_primary=4, n_stations=2, n_secondary=4)
    visits = told_visits(rng, network)
    prior = pd.Series(rng.choice([0.05, 0.3, 0.6], network.n_assets), index=network.asset_ids)
    location = locate_faults(network, visits, season=2023, prior=prior, dose=True)
    oracle = FullEnumeration(network, visits, prior)
    rates = (location.p_clear, location.p_impaired, location.p_double)

    def height(p: tuple[float, float, float]) -> float:
        joint = oracle.log_joint_of(p, (1.0, 1.0, 1.0))
        extra = sum(cold * math.log(of) + (10 - cold) * math.log1p(-of) for cold, of in zip((1, 6, 8), p, strict=True))
        return float(joint.max() + np.log(np.exp(joint - joint.max()).sum())) + extra

    best = height(rates)
    assert rates[0] <= rates[1] <= rates[2]
    for _ in range(40):
        assert height(tuple(np.sort(rng.uniform(0.01, 0.99, 3)))) <= best + 1e-9
    for step in np.vstack([np.eye(3), -np.eye(3), np.ones((1, 3)), [[0, 1, 1]], [[1, 1, 0]]]) * 1e-4:
        near = tuple(np.array(rates) + step)
        if near[0] <= near[1] <= near[2]:
            assert height(near) <= best + 1e-12


def test_joining_stretches_neither_hangs_on_the_order_nor_on_the_grouping() -> None:
    for dose in (False, True):
        for causes in (False, True):
            joins = path_states(dose=dose, causes=causes).joins
            # A path passes one station at most, so of the joins with a station only those with segments are used.
            states = range(len(joins))
            for a in states:
                assert joins[0][a] == joins[a][0] == a
                for b in states:
                    assert joins[a][b] == joins[b][a]
                    for c in states:
                        assert joins[joins[a][b]][c] == joins[a][joins[b][c]]


def one_station() -> Network:
    nodes = pd.DataFrame({"node_id": ["A", "T", "B"], "kind": ["source", "station", "building"]})
    segments = pd.DataFrame(
        {
            "segment_id": ["p", "q"],
            "from_node": ["A", "T"],
            "to_node": ["T", "B"],
            "length_m": 100.0,
            "diameter_mm": 100.0,
            "level": ["primary", "secondary"],
        }
    )
    return Network(nodes, segments)


def test_one_word_follows_the_rule_of_bayes() -> None:
    # One cold row, word "station"; only T (0.5) may be impaired. o = 0.2/0.8 = 0.25; e = 0.2.
    # Impaired: 0.8 * (0.75*0.8 + 0.25*0.1) = 0.5; clear: 0.2 * 0.1 = 0.02; 0.5/0.52.
    visits = pd.DataFrame(
        {"visit_id": ["1"], "building_id": "B", "visited_on": "2024-01-10", "is_cold": True, "cause": "station"}
    )
    prior = pd.Series({"p": 0.0, "q": 0.0, "T": 0.5})
    location = locate_faults(
        one_station(), visits, season=2023, prior=prior, p_clear=0.2, p_impaired=0.8, cause_error=0.2
    )
    assert location.assets.loc["T", "impaired_prob"] == pytest.approx(0.5 / 0.52, abs=1e-14)
    assert location.assets["ambiguity_group"].to_dict() == {"p": "p", "q": "p", "T": "T"}


def test_a_colder_room_never_speaks_for_a_clear_path() -> None:
    visits = pd.DataFrame(
        {"visit_id": range(6), "building_id": "B", "visited_on": "2024-01-10", "is_cold": [False] * 3 + [True] * 3}
    )
    visits["room_temp_c"] = [21.0, 22.0, 20.0, 16.0, 15.0, 14.0]
    location = locate_faults(one_station(), visits, season=2023, dose=True, temperatures=True)
    means, scale = location.reading_means_c, location.reading_scale_c
    assert means[0] >= means[1] >= means[2]
    from heatnet.location.evidence import ReadingRates

    falling = ReadingRates(means, scale).log_densities(np.linspace(-10, 40, 200))
    assert (np.diff(falling[1] - falling[0]) <= 1e-12).all()
    assert (np.diff(falling[2] - falling[0]) <= 1e-12).all()


@pytest.mark.parametrize("error", [0.0, 2 / 3, -0.1, 1.0])
def test_an_error_of_words_out_of_range_is_said_at_the_door(error: float) -> None:
    visits = pd.DataFrame({"visit_id": ["1"], "building_id": "B", "visited_on": "2024-01-10", "is_cold": True})
    with pytest.raises(HeatnetError, match="cause_error"):
        locate_faults(one_station(), visits, season=2023, cause_error=error)
