"""Rates of a large network are learned from whole neighbourhoods; what the visits say is read from all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.inventory.records import records_before
from heatnet.location import clean_visits, locate_faults, samples
from heatnet.location.filtering import Winter, filtered
from heatnet.location.priors import default_prior
from heatnet.location.samples import sampled_nodes
from heatnet.location.watched import Asked, watched_winter
from heatnet.location.winters import past_winters
from heatnet.network import Network
from heatnet.reachability.paths import supply_paths
from heatnet.synthetic import City, make_city
from heatnet.value import Settings

SEASON = 2025


@pytest.fixture(scope="module")
def city() -> City:
    return make_city(length_km=150.0, stations=7, rng=4)


def observed(city: City) -> np.ndarray:
    """The buildings that somebody visited in the last winter and a path reaches."""
    network = city.network.in_id_order
    visits = city.visits[city.visits["visited_on"] >= pd.Timestamp(SEASON, 10, 15)]
    nodes = np.unique(network.node_positions(visits["building_id"]))
    return nodes[(nodes >= 0) & (supply_paths(network).last_asset[nodes] >= 0)]


def test_of_few_buildings_all_are_learned_from(city: City) -> None:
    network = city.network.in_id_order
    assert sampled_nodes(network, supply_paths(network), [observed(city)]) is None
    assert sampled_nodes(network, supply_paths(network), []) is None


def test_homes_along_one_line_are_all_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    # A source and thirty homes in a row: of ten at most, only the last ten hang together behind one asset.
    kinds = ["source", *["building"] * 30]
    nodes = pd.DataFrame({"node_id": [f"N{k:02d}" for k in range(31)], "kind": kinds})
    ends = {"from_node": nodes["node_id"][:-1].to_numpy(), "to_node": nodes["node_id"][1:].to_numpy()}
    network = Network(
        nodes,
        pd.DataFrame({"segment_id": nodes["node_id"][1:].to_numpy(), **ends, "length_m": 50.0, "diameter_mm": 100.0}),
    )
    monkeypatch.setattr(samples, "NEIGHBOURHOOD", 10)
    chosen = []
    for most in (15, 25):
        monkeypatch.setattr(samples, "MOST_BUILDINGS", most)
        chosen.append(sampled_nodes(network, supply_paths(network), [network.building_nodes]))
    assert chosen[0] is not None
    assert np.flatnonzero(chosen[0]).tolist() == list(range(21, 31))
    assert chosen[1] is None


def test_neighbourhoods_are_taken_whole(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    network, nodes = city.network.in_id_order, observed(city)
    paths = supply_paths(network)
    monkeypatch.setattr(samples, "MOST_BUILDINGS", len(nodes) // 3)
    monkeypatch.setattr(samples, "NEIGHBOURHOOD", 10)
    chosen = sampled_nodes(network, paths, [nodes])
    assert chosen is not None
    assert len(nodes) // 3 <= chosen.sum() < len(nodes) // 3 + 10  # the last one taken goes beyond
    assert set(np.flatnonzero(chosen)) <= set(nodes.tolist())
    behind: dict[int, set[int]] = {}
    for node in nodes.tolist():
        for asset in paths.path_of(node).tolist():
            behind.setdefault(asset, set()).add(node)
    for there in behind.values():
        if len(there) <= 10:
            assert len({bool(chosen[node]) for node in there}) == 1


def test_the_order_of_rows_does_not_choose(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "MOST_BUILDINGS", 60)
    monkeypatch.setattr(samples, "NEIGHBOURHOOD", 10)
    rng = np.random.default_rng(0)
    tables = (city.network.nodes, city.network.segments, city.network.valves)
    visits = clean_visits(records_before(SEASON + 1, visits=city.visits).visits, city.network)
    other = Network(*(table.iloc[rng.permutation(len(table))].reset_index(drop=True) for table in tables))
    found = [
        locate_faults(network, table, season=SEASON).assets["impaired_prob"].sort_index()
        for network, table in ((city.network, visits), (other, visits.iloc[rng.permutation(len(visits))]))
    ]
    pd.testing.assert_series_equal(*found, check_exact=True)


def test_what_visits_say_is_read_from_all_with_the_rates_of_some(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    visits = clean_visits(records_before(SEASON + 1, visits=city.visits).visits, city.network)
    by_all = locate_faults(city.network, visits, season=SEASON, dose=True)
    monkeypatch.setattr(samples, "MOST_BUILDINGS", len(observed(city)) // 2)
    monkeypatch.setattr(samples, "NEIGHBOURHOOD", 10)
    by_some = locate_faults(city.network, visits, season=SEASON, dose=True)
    assert by_some.p_clear != by_all.p_clear
    rates = {name: getattr(by_some, name) for name in ("p_clear", "p_impaired", "p_double")}
    given = locate_faults(city.network, visits, season=SEASON, dose=True, **rates)
    pd.testing.assert_frame_equal(by_some.assets, given.assets)
    assert by_some.assets["visits"].equals(by_all.assets["visits"])


def test_a_winter_with_a_given_base_has_the_rates_of_some_too(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    network = city.network.in_id_order
    visits = clean_visits(records_before(SEASON + 1, visits=city.visits).visits, network)
    monkeypatch.setattr(samples, "MOST_BUILDINGS", len(observed(city)) // 2)
    monkeypatch.setattr(samples, "NEIGHBOURHOOD", 10)
    seen = watched_winter(network, visits, season=SEASON, asked=Asked())
    base = default_prior(network).to_numpy(dtype=np.float64)
    told = filtered([Winter(SEASON, seen, np.ones(len(base)))], base, stay=0.7, attributes=None, learns=False)
    alone = locate_faults(network, visits, season=SEASON)
    assert (told.location.p_clear, told.location.p_impaired) == pytest.approx((alone.p_clear, alone.p_impaired))
    np.testing.assert_allclose(told.location.assets["impaired_prob"], alone.assets["impaired_prob"])


def test_all_winters_are_read_with_what_some_buildings_teach(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = {name: getattr(city, name) for name in ("visits", "faults", "works", "makeup")}
    records = records_before(SEASON + 1, **tables)
    by_all = past_winters(city.network.in_id_order, records, season=SEASON + 1, settings=Settings())
    monkeypatch.setattr(samples, "MOST_BUILDINGS", len(by_all.location.buildings) // 2)
    monkeypatch.setattr(samples, "NEIGHBOURHOOD", 20)
    by_some = past_winters(city.network.in_id_order, records, season=SEASON + 1, settings=Settings())
    assert by_some.location.effects()["expected"].iloc[0] < 0.8 * by_all.location.effects()["expected"].iloc[0]
    assert by_some.location.assets["visits"].equals(by_all.location.assets["visits"])
    ill = city.truth.is_impaired[SEASON].reindex(by_all.location.assets.index).to_numpy(dtype=float)
    losses = [
        -np.log(np.where(ill, one.location.assets["impaired_prob"], 1 - one.location.assets["impaired_prob"])).mean()
        for one in (by_all, by_some)
    ]
    assert losses[1] < 1.1 * losses[0]  # about as much is known of assets in the other half
