"""The steady flow of the intact network: by hand, and beside the slow twin on random networks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings

import heatnet as hn
from heatnet.hydraulics import steady_flow
from tests.hydraulics_oracle import HydraulicTwin, NotSolvedError, hydraulic_networks, is_close

thorough = settings(derandomize=True, deadline=None, max_examples=60)
R_100 = 8 * 0.11 * (0.5 / 100) ** 0.25 * 1000 * 1.2 / (np.pi**2 * 9.81 * 0.1**5)  # 1 km of DN 100


def network_of(nodes: list[dict[str, Any]], segments: list[dict[str, Any]], valves: Any = None) -> hn.Network:
    """Pairs of DN 100 and 1 km where nothing else is said."""
    rows = [{"length_m": 1000.0, "diameter_mm": 100.0} | row for row in segments]
    return hn.Network(pd.DataFrame(nodes), pd.DataFrame(rows), None if valves is None else pd.DataFrame(valves))


def node(name: str, kind: str, **more: float) -> dict[str, Any]:
    return {"node_id": name, "kind": kind} | more


def row(name: str, one: str, two: str, **more: Any) -> dict[str, Any]:
    return {"segment_id": name, "from_node": one, "to_node": two} | more


def one_main(**source: float) -> hn.Network:
    return network_of([node("A", "source", **source), node("B", "building", load_kw=4190.0)], [row("S", "A", "B")])


def test_a_consumer_asks_its_load_at_fifty_kelvin_and_the_head_is_what_is_needed_and_a_tenth() -> None:
    flow = steady_flow(one_main())
    lost = 2 * R_100 * 0.02**2  # 4,190 kW at 50 K are 0.02 m3/s
    assert flow.segments.loc["S", "flow_m3_h"] == pytest.approx(72.0, rel=1e-6)
    assert flow.segments.loc["S", "velocity_m_s"] == pytest.approx(0.02 / (np.pi * 0.05**2), rel=1e-6)
    assert flow.segments.loc["S", "head_loss_m"] == pytest.approx(lost, rel=1e-6)
    assert flow.sources.loc["A", "head_m"] == pytest.approx(1.1 * (lost + 15.0), rel=1e-6)
    assert flow.nodes.loc["B", "flow_share"] == 1.0


def test_with_too_little_head_the_share_is_the_root_of_the_head_over_what_is_needed() -> None:
    flow = steady_flow(one_main(head_m=20.0))
    share = np.sqrt(20.0 / (15.0 + 2 * R_100 * 0.02**2))  # 20 = 2 r (s q)^2 + 15 s^2
    assert flow.nodes.loc["B", "flow_share"] == pytest.approx(share, rel=1e-6)
    assert flow.nodes.loc["B", "head_m"] == pytest.approx(15.0 * share**2, rel=1e-6)
    assert flow.findings["rule"].tolist() == ["weak_end"]


def test_two_equal_mains_share_the_flow_and_a_quarter_of_the_loss_is_left() -> None:
    nodes = [node("A", "source", head_m=100.0), node("B", "building", load_kw=4190.0)]
    flow = steady_flow(network_of(nodes, [row("S", "A", "B"), row("T", "A", "B")]))
    assert flow.segments["flow_m3_h"].tolist() == pytest.approx([36.0, 36.0], rel=1e-6)
    assert flow.nodes.loc["B", "head_m"] == pytest.approx(100.0 - 2 * R_100 * 0.01**2, rel=1e-6)


def test_a_weaker_source_is_kept_shut_by_its_check_valve() -> None:
    nodes = [node("A", "source", head_m=300.0), node("B", "building", load_kw=419.0), node("C", "source", head_m=20.0)]
    flow = steady_flow(network_of(nodes, [row("S", "A", "B"), row("T", "B", "C")]))
    assert flow.sources["flow_m3_h"].tolist() == pytest.approx([7.2, 0.0], abs=1e-5)
    assert flow.nodes.loc["C", "head_m"] > 200.0


def test_a_building_behind_a_station_gets_its_own_share_of_the_station_s_share() -> None:
    nodes = [node("A", "source", head_m=20.0), node("T", "station", head_m=4.0), node("B", "building", load_kw=4190.0)]
    wide = {"level": "secondary", "diameter_mm": 3000.0, "length_m": 1.0}
    flow = steady_flow(network_of(nodes, [row("S", "A", "T"), row("U", "T", "B", **wide)]))
    of_station = np.sqrt(20.0 / (15.0 + 2 * R_100 * 0.02**2))
    assert flow.nodes.loc["T", "flow_share"] == pytest.approx(of_station, rel=1e-6)
    assert flow.nodes.loc["B", "flow_share"] == pytest.approx(of_station * np.sqrt(4.0 / 5.0), rel=1e-5)


def test_a_return_of_its_own_carries_the_flow_of_the_supply_back() -> None:
    nodes = [node("A", "source", head_m=100.0), node("J", "junction"), node("B", "building", load_kw=419.0)]
    rows = [row("S", "A", "B", line="supply"), row("R", "B", "J", line="return"), row("Q", "J", "A", line="return")]
    flow = steady_flow(network_of(nodes, rows))
    assert flow.segments["flow_m3_h"].tolist() == pytest.approx([7.2, 7.2, 7.2], rel=1e-6)
    assert flow.nodes.loc["B", "head_m"] == pytest.approx(100.0 - 3 * R_100 * 0.002**2, rel=1e-6)
    assert np.isnan(flow.nodes.loc["J", "head_m"])  # it stands in the return layer alone


def test_a_building_whose_sides_meet_no_common_source_gets_nothing() -> None:
    nodes = [node("A", "source"), node("B", "building", load_kw=10.0), node("C", "source")]
    rows = [row("S", "A", "B", line="supply"), row("R", "B", "C", line="return")]
    assert steady_flow(network_of(nodes, rows)).nodes.loc["B", "flow_share"] == 0.0


def test_a_head_beside_a_given_one_is_the_least_that_serves_everybody_it_reaches() -> None:
    nodes = [node("A", "source", head_m=30.0), node("B", "building", load_kw=2095.0), node("C", "source")]
    nodes.append(node("D", "building", load_kw=2095.0))
    rows = [row("S", "A", "B"), row("T", "B", "C", length_m=4000.0), row("U", "C", "D")]
    network = network_of(nodes, rows)
    least = steady_flow(network).sources.loc["C", "head_m"] / 1.1
    heads = network.nodes.assign(head_m=[30.0, np.nan, least * 1.0001, np.nan])
    assert (steady_flow(hn.Network(heads, network.segments)).nodes["flow_share"].dropna() == 1.0).all()
    heads["head_m"] = [30.0, np.nan, least * 0.999, np.nan]
    assert steady_flow(hn.Network(heads, network.segments)).nodes["flow_share"].min() < 1.0


def test_narrow_pipes_and_heads_that_no_pump_gives_are_findings() -> None:
    narrow = network_of(
        [node("A", "source"), node("B", "building", load_kw=4190.0)], [row("S", "A", "B", diameter_mm=65.0)]
    )
    assert set(steady_flow(narrow).findings["rule"]) == {"fast_pipe", "high_head"}


def test_nothing_is_asked_where_nothing_is_known_and_it_is_said() -> None:
    network = network_of([node("A", "source"), node("B", "building")], [row("S", "A", "B")])
    flow = steady_flow(network)
    assert flow.segments["flow_m3_h"].tolist() == pytest.approx([0.0], abs=1e-9)
    assert flow.findings["rule"].tolist() == ["unknown_load"]


@thorough
@given(hydraulic_networks())
def test_flow_shares_are_those_of_the_slow_twin(network: hn.Network) -> None:
    try:
        twin = HydraulicTwin(network)
    except NotSolvedError:
        assume(False)
    found = steady_flow(network).nodes["flow_share"]
    for building, share in twin.intact.items():
        assert is_close(found[building], share)
