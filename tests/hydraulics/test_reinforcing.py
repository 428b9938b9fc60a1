"""What widening a pipe gives back in an outage: beside the outage of the network with that pipe widened."""

from __future__ import annotations

import numpy as np
import pandas as pd
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


def two_branches() -> hn.Network:
    #   A --S-- B --T-- C          A --U-- D --V-- E; C and E are 50 m apart, B and D 500 m
    places = {"A": (0.0, 250.0), "B": (400.0, 500.0), "C": (900.0, 275.0), "D": (400.0, 0.0), "E": (900.0, 225.0)}
    nodes = [node("A", "source", head_m=60.0)]
    nodes += [node(name, "building", load_kw=300.0, households=50.0) for name in "BCDE"]
    rows = [row("S", "A", "B"), row("T", "B", "C"), row("U", "A", "D"), row("V", "D", "E")]
    network = network_of(nodes, rows)
    at = pd.DataFrame([places[name] for name in network.nodes["node_id"]], columns=["x_m", "y_m"])
    return network.replace(nodes=network.nodes.assign(**at))


def test_the_tie_between_the_two_ends_gives_back_what_the_network_with_it_has() -> None:
    network = two_branches()
    ties = reinforcements(network, "S", measure="tie", isolate="segment")
    assert ties.attrs == {"flow_share": pytest.approx(0.5), "households_short": 100.0}
    best = ties.sort_values("cost_per_point").iloc[0]
    assert (best["from_node"], best["to_node"], best["level"], best["diameter_mm"]) == ("E", "C", "primary", 100.0)
    assert best["length_m"] == pytest.approx(1.3 * 50.0)
    assert best["cost"] == pytest.approx(65.0 * (900.0 + 6.0 * 100.0))
    segments = [row("S", "A", "B"), row("T", "B", "C"), row("U", "A", "D"), row("V", "D", "E")]
    tied = network_of(network.nodes.to_dict("records"), [*segments, row("X", "E", "C", length_m=65.0)])
    then = outage_supply(tied, isolate="segment").loc["S"]
    assert best["flow_share"] == pytest.approx(then["flow_share"], abs=1e-6)
    assert best["gain"] == pytest.approx(then["flow_share"] - 0.5, abs=1e-6)
    assert best["households_short"] == then["households_short"]


def test_a_station_that_is_out_is_helped_by_a_tie_to_the_net_of_its_neighbour() -> None:
    nodes = [node("A", "source", head_m=60.0, x_m=0.0, y_m=0.0)]
    nodes += [node(name, "station", head_m=12.0, x_m=500.0, y_m=y) for name, y in (("T", 0.0), ("W", 200.0))]
    places = (("B", 0.0), ("C", 200.0))
    nodes += [node(name, "building", load_kw=100.0, households=9.0, x_m=600.0, y_m=y) for name, y in places]
    rows = [row("S", "A", "T"), row("R", "A", "W")]
    rows += [
        row(name, one, two, level="secondary", length_m=100.0) for name, one, two in (("X", "T", "B"), ("Y", "W", "C"))
    ]
    network = network_of(nodes, rows)
    ties = reinforcements(network, "T", measure="tie")
    assert ties["households_short"].min() == 0.0
    assert ties.attrs["households_short"] == 9.0
    assert set(ties["level"]) == {"secondary"}


def test_ties_need_places_and_widening_adds_up(ring: hn.Network) -> None:
    with pytest.raises(HeatnetError, match="x_m and y_m"):
        reinforcements(ring, "S", measure="tie")
    table = reinforcements(ring, "S", prices=hn.Prices(cost_per_m=(100.0, 2.0)))
    assert table["cost"].tolist() == [1000.0 * (100.0 + 2.0 * 150.0)] * 3
    assert table["together_cost"].tolist() == pytest.approx([4e5, 8e5, 12e5])
    segments = ring.segments
    segments.loc[segments["segment_id"].isin(["T", "U", "V"]), "diameter_mm"] = 150.0
    wider = outage_supply(hn.Network(ring.nodes, segments), isolate="segment").loc["S", "flow_share"]
    assert table["together_share"].iloc[-1] == pytest.approx(wider, abs=1e-6)
    assert table["together_share"].iloc[0] == pytest.approx(table["flow_share"].iloc[0], abs=1e-9)
