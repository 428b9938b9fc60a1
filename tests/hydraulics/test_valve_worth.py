"""What valves are worth where capacity counts: beside the network evaluated anew with each valve working."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given, settings

import heatnet as hn
from heatnet.hydraulics import outage_supply
from tests.hydraulics.test_steady import network_of, node, row
from tests.hydraulics_oracle import hydraulic_networks


def test_a_valve_that_keeps_one_main_in_place_keeps_the_town_warm() -> None:
    #   A == B -- C: of two mains S and T, DN 100, without a valve at B both go when U is out, and each with the other
    nodes = [node("A", "source", head_m=60.0), node("B", "junction")]
    nodes.append(node("C", "building", load_kw=9000.0, households=70.0))
    valves = [{"valve_id": f"V{k}", "segment_id": s, "node_id": "A"} for k, s in enumerate("ST")]
    network = network_of(nodes, [row("S", "A", "B"), row("T", "A", "B"), row("U", "B", "C", diameter_mm=300.0)], valves)
    by_connection, by_heat = hn.valve_value(network), hn.valve_value(network, capacity=True)
    assert by_connection.iloc[0][["segment_id", "node_id"]].tolist() == ["S", "B"]
    assert by_connection.iloc[0]["households_saved"] == pytest.approx(70.0)  # T carries on when S is out
    left = outage_supply(network, isolate="segment").loc["S", "households_short"]
    assert left == 70.0  # but T alone is too narrow, so that the valve is worth nothing
    assert by_heat["households_saved"].max() == pytest.approx(0.0)


@settings(derandomize=True, deadline=None, max_examples=15)
@given(hydraulic_networks(max_nodes=7))
def test_each_worth_is_that_of_the_network_evaluated_anew(network: hn.Network) -> None:
    rates = pd.Series({a: 1.0 + 7 * i % 5 for i, a in enumerate(network.asset_ids)}, dtype=float)
    before = outage_supply(network, isolate="section")["households_short"]
    assume(before.notna().all())
    table = hn.valve_value(network, rates=rates, capacity=True)
    assert len(table) == len(hn.valve_value(network))
    for line in table.to_dict("records")[:: max(1, len(table) // 6)]:
        after = outage_supply(with_working(network, line), isolate="section")["households_short"]
        saved = (rates * (before - after)).sum()
        assert line["households_saved"] == pytest.approx(saved, abs=1e-6)


def with_working(network: hn.Network, line: dict[str, Any]) -> hn.Network:
    valves = network.valves
    if line["measure"] == "repair":
        return network.replace(
            valves=valves.assign(is_operable=valves["is_operable"] | (valves["valve_id"] == line["valve_id"]))
        )
    new = pd.DataFrame([{"valve_id": "new", "segment_id": line["segment_id"], "node_id": line["node_id"]}])
    known = valves[["valve_id", "segment_id", "node_id", "is_open", "is_operable"]].astype(object)
    both = pd.concat([known, new.assign(is_open=True, is_operable=True).astype(object)], ignore_index=True)
    return network.replace(valves=both.astype({"is_open": bool, "is_operable": bool}))
