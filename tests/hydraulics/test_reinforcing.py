"""What widening a pipe gives back in an outage: beside the outage of the network with that pipe widened."""

from __future__ import annotations

import numpy as np
import pytest

import heatnet as hn
from heatnet.errors import HeatnetError
from heatnet.hydraulics import outage_supply, reinforcements
from tests.hydraulics.test_steady import network_of, node, row


@pytest.fixture(scope="module")
def ring() -> hn.Network:
    #   A --S-- B --T-- C --U-- A      and D behind C
    nodes = [node("A", "source", head_m=60.0)]
    nodes += [node(name, "building", load_kw=1500.0, households=50.0) for name in "BCD"]
    return network_of(nodes, [row("S", "A", "B"), row("T", "B", "C"), row("U", "C", "A"), row("V", "C", "D")])


def test_each_gain_is_that_of_the_network_with_the_pipe_widened(ring: hn.Network) -> None:
    table = reinforcements(ring, "S")
    today = outage_supply(ring, isolate="segment").loc["S", "flow_share"]
    assert set(table.index) == {"T", "U", "V"}
    for name in table.index:
        segments = ring.segments
        segments.loc[segments["segment_id"] == name, "diameter_mm"] = 150.0
        wider = outage_supply(hn.Network(ring.nodes, segments), isolate="segment").loc["S", "flow_share"]
        assert table.loc[name, "flow_share"] == pytest.approx(wider, abs=1e-6)
        assert table.loc[name, "gain"] == pytest.approx(wider - today, abs=1e-6)
    assert table["gain"].is_monotonic_decreasing
    assert table.index[0] == "U"  # all three hang on it


def test_stations_and_their_homes_count_in_the_gain() -> None:
    nodes = [node("A", "source", head_m=25.0), node("T", "station", head_m=8.0)]
    nodes.append(node("B", "building", load_kw=4190.0, households=50.0))
    wide = {"level": "secondary", "diameter_mm": 400.0, "length_m": 10.0}
    network = network_of(nodes, [row("S", "A", "T"), row("R", "A", "T"), row("X", "T", "B", **wide)])
    table = reinforcements(network, "S")
    segments = network.segments
    segments.loc[segments["segment_id"] == "R", "diameter_mm"] = 150.0
    wider = outage_supply(hn.Network(network.nodes, segments)).loc["S", "flow_share"]
    assert table.loc["R", "flow_share"] == pytest.approx(wider, abs=1e-6)


def test_an_unknown_asset_is_refused(ring: hn.Network) -> None:
    with pytest.raises(HeatnetError, match="no segment or station"):
        reinforcements(ring, "Q")


def test_the_rows_tried_are_those_that_lose_most_head(ring: hn.Network) -> None:
    assert len(reinforcements(ring, "S", most=1)) == 1
    assert np.isfinite(reinforcements(ring, "S", most=1)["gain"]).all()
