"""What a working valve is worth, and what lies in a section: by hand and against the slow twin."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import heatnet as hn
from heatnet.reachability import isolation_sections, section_table, valve_value
from tests.reachability_oracle import Twin, networks


def line(valves: pd.DataFrame | None = None) -> hn.Network:
    """A source, then two buildings of 20 and 30 households on 100 m and 200 m of pipe."""
    nodes = pd.DataFrame({"node_id": ["A", "B", "C"], "kind": ["source", "building", "building"]})
    nodes["households"] = [np.nan, 20.0, 30.0]
    segments = pd.DataFrame({"segment_id": ["S", "T"], "from_node": ["A", "B"], "to_node": ["B", "C"]})
    segments["length_m"], segments["diameter_mm"] = [100.0, 200.0], 1000.0
    return hn.Network(nodes, segments, valves)


def valve(segment: str, node: str, *, is_open: bool = True) -> pd.DataFrame:
    return pd.DataFrame(
        {"valve_id": ["V"], "segment_id": [segment], "node_id": [node], "is_operable": False, "is_open": is_open}
    )


def saved(network: hn.Network, rates: pd.Series | None = None) -> dict[tuple[str, str, str], float]:
    table = valve_value(network, rates=rates)
    keys = zip(table["measure"], table["segment_id"], table["node_id"], strict=True)
    return dict(zip(keys, table["households_saved"].tolist(), strict=True))


def test_a_valve_before_the_second_building_keeps_the_first_one_warm():
    # 0.3 outages x 50 households before; 0.1 x 50 + 0.2 x 30 with the valve at T's near end
    # a valve at the far end of S leaves B with T: 0.1 x 50 + 0.2 x 50; nothing helps at the source and the last house
    assert saved(line()) == {
        ("new", "S", "A"): pytest.approx(0.0),
        ("new", "S", "B"): pytest.approx(0.0),
        ("new", "T", "B"): pytest.approx(4.0),
        ("new", "T", "C"): pytest.approx(0.0),
    }


def test_repairing_a_stuck_open_valve_is_worth_as_much_as_a_new_one_there():
    assert saved(line(valve("T", "B")))[("repair", "T", "B")] == saved(line())[("new", "T", "B")]


def test_repairing_a_stuck_closed_valve_gives_more_to_lose():
    # before: only S counts, 0.1 x 20; after: 0.1 x 50 + 0.2 x 30
    assert saved(line(valve("T", "B", is_open=False)))[("repair", "T", "B")] == pytest.approx(2.0 - 11.0)


def test_given_rates_replace_the_length():
    assert saved(line(), pd.Series({"S": 0.0, "T": 1.0}))[("new", "T", "B")] == pytest.approx(20.0)


def test_rates_of_unknown_assets_or_below_zero_are_refused():
    with pytest.raises(hn.HeatnetError, match="unknown assets \\(1: X\\)"):
        valve_value(line(), rates=pd.Series({"X": 1.0}))
    with pytest.raises(hn.HeatnetError, match="0 or more \\(1: S\\)"):
        valve_value(line(), rates=pd.Series({"S": np.nan}))


@settings(derandomize=True, deadline=None, max_examples=70)
@given(network=networks(max_nodes=8))
def test_values_agree_with_evaluating_anew(network: hn.Network):
    twin = Twin(network)
    rates = {a: 1.0 + 7 * i % 5 for i, a in enumerate(twin.assets)}
    table = valve_value(network, rates=pd.Series(rates, dtype=float))
    before = expected(twin, rates)
    for row in table.to_dict("records"):
        after = expected(with_working_valve(twin, network.valves, row), rates)
        assert row["households_saved"] == pytest.approx(before - after, abs=1e-9)
    assert table["households_saved"].is_monotonic_decreasing
    at_ends = set(zip(network.valves["segment_id"], network.valves["node_id"], strict=True))
    assert len(table) == (~network.valve_operable).sum() + 2 * network.n_segments - len(at_ends)


def expected(twin: Twin, rates: dict[str, float]) -> float:
    return sum(rates[a] * sum(twin.households[b] for b in twin.lost(a, "section")) for a in twin.assets)


def with_working_valve(twin: Twin, valves: pd.DataFrame, row: dict[str, str]) -> Twin:
    end = (row["segment_id"], row["node_id"])
    here = (valves["segment_id"] == end[0]) & (valves["node_id"] == end[1]) & (valves["valve_id"] != row["valve_id"])
    others_block = (here & ~valves["is_operable"] & ~valves["is_open"]).any()
    other = copy.copy(twin)
    other.operable_ends = twin.operable_ends | {end}
    other.blocked_ends = twin.blocked_ends if others_block else twin.blocked_ends - {end}
    other.known_sections = {}
    other.intact = other.served()
    return other


def test_the_table_of_sections_adds_up_by_hand():
    network = line(valve("T", "B").assign(is_operable=True))
    assert section_table(network).to_dict("index") == {
        "S": {
            "level": "primary",
            "segments": 1,
            "length_m": 100.0,
            "drained_m": 100.0,
            "volume_m3": pytest.approx(2 * 100 * np.pi / 4),
            "buildings": 1,
            "households": 20.0,
            "valves_to_close": 1,
        },
        "T": {
            "level": "primary",
            "segments": 1,
            "length_m": 200.0,
            "drained_m": 200.0,
            "volume_m3": pytest.approx(2 * 200 * np.pi / 4),
            "buildings": 1,
            "households": 30.0,
            "valves_to_close": 1,
        },
    }


@settings(derandomize=True, deadline=None, max_examples=70)
@given(network=networks())
def test_the_table_of_sections_agrees_with_the_slow_twin(network: hn.Network):
    twin, table, sections = Twin(network), section_table(network), isolation_sections(network)
    assert list(table.index) == sorted(set(sections))
    for section, row in table.iterrows():
        out = twin.out(str(section), "section")
        members = sections.index[sections == section]
        inside = {n for n, _, _ in out.points if twin.kind[n] == "building"}
        area = {s: np.pi / 4 * (twin.rows[s]["diameter_mm"] / 1000) ** 2 for s in twin.rows}
        assert row["level"] == twin.rows[str(section)]["level"]
        assert row["segments"] == len(members)
        assert row["length_m"] == sum(twin.rows[s]["length_m"] for s in members)
        assert row["drained_m"] == twin.drained_m(str(section), "section")
        assert row["volume_m3"] == pytest.approx(sum(area[s] * twin.rows[s]["length_m"] for s, _ in out.pipes))
        assert row["buildings"] == len(inside)
        assert row["households"] == sum(twin.households[b] for b in inside)
        assert row["valves_to_close"] == twin.valves_to_close(str(section), "section")
