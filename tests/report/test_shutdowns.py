"""Valves to close and houses to tell, against the counts of outages and against walking every path."""

import numpy as np
import pytest

import heatnet as hn
from heatnet.reachability.paths import supply_paths
from heatnet.report.shutdowns import Shutdowns


@pytest.fixture(scope="module")
def network() -> hn.Network:
    return hn.synthetic.make_city(length_km=14.0, stations=2, rng=5).network


def test_the_valves_named_are_as_many_as_an_outage_needs(network: hn.Network) -> None:
    shutdowns = Shutdowns(network)
    counts = hn.supply_loss(network, isolate="section")["valves_to_close"].to_numpy()
    assert counts.max() > 1
    for asset in range(network.n_segments):
        named = ", ".join(shutdowns.valves(np.array([asset])))
        ends = {
            (segment, end)
            for valve, segment, end in zip(
                network.valves["valve_id"], network.valve_segment, network.valve_end, strict=True
            )
            if valve in named.split(", ")
        }
        assert len(ends) == counts[asset]


def test_the_houses_told_are_those_whose_path_runs_through_what_is_drained(network: hn.Network) -> None:
    shutdowns, paths = Shutdowns(network), supply_paths(network)
    for asset in range(0, network.n_assets, 7):
        drained = {asset, *np.flatnonzero(shutdowns.drained(np.array([asset]))).tolist()}
        told = [node for node in network.building_nodes.tolist() if drained & set(paths.path_of(node).tolist())]
        assert shutdowns.buildings(np.array([asset])).tolist() == told


def test_the_area_behind_is_that_of_the_buildings_behind(network: hn.Network) -> None:
    shutdowns, paths = Shutdowns(network), supply_paths(network)
    area, asset = network.nodes["area_m2"].fillna(0.0).to_numpy(), 3
    behind = [node for node in network.building_nodes if asset in paths.path_of(int(node))]
    assert shutdowns.area_behind().iloc[asset] == pytest.approx(area[behind].sum())
