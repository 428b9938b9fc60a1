"""What every single outage takes away: by hand on paper networks, and against the slow twin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import heatnet as hn
from heatnet.reachability import isolation_sections, outages, served, supply_loss
from heatnet.reachability.sections import _pairs_of
from tests.reachability_oracle import Twin, networks

thorough = settings(derandomize=True, deadline=None, max_examples=500)


def network_of(kinds: dict[str, str], rows: list[str], valves: list[str] | None = None) -> hn.Network:
    """Build from words: rows "S A B [secondary] [supply]", valves "S A [stuck] [closed]"; lengths 10, 20, 30, ..."""
    nodes = pd.DataFrame({"node_id": list(kinds), "kind": list(kinds.values())})
    nodes["households"] = np.where(nodes["kind"] == "building", 10.0 * (1 + np.arange(len(nodes))), np.nan)
    split = [row.split() for row in rows]
    segments = pd.DataFrame([row[:3] for row in split], columns=["segment_id", "from_node", "to_node"])
    segments["level"] = ["secondary" if "secondary" in row else "primary" for row in split]
    segments["line"] = [next((line for line in ("supply", "return") if line in row), "pair") for row in split]
    segments["length_m"], segments["diameter_mm"] = 10.0 * (1 + np.arange(len(rows))), 100.0
    words = [valve.split() for valve in valves or []]
    table = pd.DataFrame([valve[:2] for valve in words], columns=["segment_id", "node_id"])
    table.insert(0, "valve_id", [f"v{i}" for i in range(len(words))])
    table["is_operable"] = ["stuck" not in valve for valve in words]
    table["is_open"] = ["closed" not in valve for valve in words]
    return hn.Network(nodes, segments, table)


def lost(network: hn.Network, isolate: str | None = None) -> dict[str, int]:
    return {str(a): int(n) for a, n in supply_loss(network, isolate)["buildings_lost"].items() if n}


HOUSES = {"A": "source", "J": "junction", "K": "junction", "B": "building", "C": "building"}


def test_on_a_tree_every_segment_takes_what_hangs_below():
    assert lost(network_of(HOUSES, ["S A J", "T J B", "U J C"])) == {"S": 2, "T": 1, "U": 1}


def test_in_a_loop_only_the_branch_pipes_matter():
    network = network_of(HOUSES, ["S A J", "T J K", "U K A", "V J B", "W K C"])
    assert lost(network) == {"V": 1, "W": 1}


def test_parallel_mains_stand_in_for_each_other():
    assert lost(network_of(HOUSES, ["S1 A J", "S2 A J", "T J B"])) == {"T": 1}


def test_parallel_mains_of_one_section_fall_out_together():
    network = network_of(HOUSES, ["S1 A J", "S2 A J", "T J B"], ["T J"])
    assert lost(network) == {"S1": 1, "S2": 1, "T": 1}
    assert supply_loss(network)["drained_m"].tolist() == [30.0, 30.0, 30.0]
    assert supply_loss(network)["valves_to_close"].tolist() == [1, 1, 1]


def test_two_sources_keep_what_lies_between_them():
    kinds = {"A": "source", "Z": "source", "B": "building"}
    assert lost(network_of(kinds, ["S A B", "T Z B"])) == {}


def test_supply_and_return_may_come_from_different_sources():
    kinds = {"A": "source", "Z": "source", "B": "building"}
    assert lost(network_of(kinds, ["S A B supply", "R Z B return"])) == {"S": 1, "R": 1}


def test_a_building_cut_off_in_both_layers_is_lost_once():
    network = network_of(HOUSES, ["S A J", "T J B supply", "U J B return"])
    assert lost(network) == {"S": 1, "T": 1, "U": 1}


STATIONS = {"A": "source", "T1": "station", "T2": "station", "B": "building", "C": "building"}


def test_a_station_takes_the_buildings_that_it_alone_feeds():
    network = network_of(STATIONS, ["P A T1", "S T1 B secondary"])
    assert lost(network) == {"P": 1, "S": 1, "T1": 1}


def test_two_stations_on_one_secondary_net_stand_in_for_each_other():
    rows = ["P A T1", "Q A T2", "S T1 B secondary", "U T2 C secondary", "V B C secondary"]
    assert lost(network_of(STATIONS, rows)) == {}
    assert lost(network_of(STATIONS, [*rows[:3], "V B C secondary"])) == {"P": 1 + 1, "S": 2, "V": 1, "T1": 2}


def test_heat_never_passes_from_the_secondary_to_the_primary_side():
    kinds = {**STATIONS, "D": "building"}
    rows = ["P A T1", "S T1 T2 secondary", "Q T2 D"]
    assert served(network_of(kinds, rows))["is_served"].to_dict() == {"B": False, "C": False, "D": False}


def test_a_pipe_between_two_stations_carries_on_each_side():
    rows = ["P A T1", "Q T1 T2", "S T2 B secondary", "U T1 T2 secondary"]
    assert lost(network_of(STATIONS, rows)) == {"P": 1, "S": 1}


def test_a_station_drained_in_one_layer_feeds_neither():
    rows = ["P A T1", "R T1 A return", "S T1 B secondary"]
    network = network_of(STATIONS, rows, ["P T1 stuck", "S B"])
    assert lost(network)["P"] == 1


def test_stations_may_die_one_by_supply_and_one_by_return_of_the_same_row():
    kinds = {"A": "source", "J": "junction", "T1": "station", "T2": "station", "B": "building"}
    rows = ["X A J", "P J T1 supply", "PR A T1 return", "Q A T2 supply", "QR J T2 return"]
    network = network_of(kinds, [*rows, "S T1 B secondary", "U T2 B secondary"])
    assert lost(network) == {"X": 1}


def test_a_source_on_the_secondary_level_feeds_nothing():
    kinds = {"A": "source", "Z": "source", "T1": "station", "B": "building"}
    network = network_of(kinds, ["P A T1", "S Z B secondary"])
    assert not served(network)["is_served"].any()


def test_a_stuck_closed_valve_blocks_and_a_turnable_one_carries():
    assert lost(network_of(HOUSES, ["S A J", "T J B"], ["T J closed"])) == {"S": 1, "T": 1}
    network = network_of(HOUSES, ["S A J", "T J B"], ["T J closed stuck"])
    assert not served(network)["is_served"].any()
    assert supply_loss(network)["drained_m"].tolist() == [10.0, 20.0]
    assert supply_loss(network)["valves_to_close"].tolist() == [0, 0]


def test_a_stuck_open_valve_bounds_nothing_but_asks_for_sections():
    network = network_of(HOUSES, ["S A J", "T J B", "U J C"], ["T J stuck"])
    assert lost(network) == {"S": 2, "T": 2, "U": 2}
    assert lost(network, "segment") == {"S": 2, "T": 1, "U": 1}


def test_a_second_valve_at_the_same_end_is_not_closed_twice():
    network = network_of(HOUSES, ["S A J", "T J B"], ["T J", "T J"])
    assert supply_loss(network)["valves_to_close"].tolist() == [1, 1]


def test_a_pair_row_drains_a_section_in_each_layer():
    network = network_of(HOUSES, ["S A J", "T J B supply", "U J B return"], ["U J"])
    loss = supply_loss(network)
    assert loss["drained_m"].to_dict() == {"S": 30.0, "T": 30.0, "U": 30.0}
    assert loss["valves_to_close"].to_dict() == {"S": 1, "T": 0, "U": 1}
    assert isolation_sections(network).to_dict() == {"S": "S", "T": "T", "U": "U"}


def test_reasons_name_layer_station_and_valve():
    kinds = {"A": "source", "T": "station", "B": "building", "C": "building", "D": "building", "E": "building"}
    rows = ["P A T supply", "S T B secondary", "U A C supply", "V A D"]
    reasons = served(network_of(kinds, rows, ["V D closed stuck"]))["reason"].to_dict()
    assert reasons == {
        "B": "joined in supply and return only to stations that no source feeds in supply and return",
        "C": "not joined to a source in return",
        "D": "not joined to a source in supply and return; a closed valve that cannot be turned is in the way",
        "E": "no segment joins it",
    }


def test_an_empty_network_has_an_empty_loss():
    network = network_of({"A": "source"}, [])
    assert supply_loss(network).empty
    assert outages(network).carried([]).tolist() == [0.0]


def test_another_word_for_the_isolation_is_refused():
    with pytest.raises(hn.HeatnetError, match="isolate must be"):
        supply_loss(network_of(HOUSES, ["S A J"]), "street")


def test_weights_of_another_shape_are_refused():
    with pytest.raises(hn.HeatnetError, match="weights must have 5 rows"):
        outages(network_of(HOUSES, ["S A J"])).lost([1.0])
    with pytest.raises(hn.HeatnetError, match="weights must be finite"):
        outages(network_of(HOUSES, ["S A J"])).lost([1.0, 2.0, 3.0, 4.0, np.nan])


def test_tiny_weights_beside_huge_ones_come_out_whole_and_without_dust():
    network = network_of(HOUSES, ["S A J", "T J B", "U J C", "V A J"])
    assert outages(network).lost([0, 0, 0, 1e15, 1e-3]).tolist() == [0.0, 1e15, 1e-3, 0.0]


@thorough
@given(network=networks())
def test_losses_and_sections_agree_with_the_slow_twin(network: hn.Network):
    twin = Twin(network)
    assert set(served(network).query("is_served").index) == twin.intact
    for isolate in ("segment", "section"):
        compare_loss(supply_loss(network, isolate), twin.supply_loss(isolate))
    drained, sections = twin.same_section(), isolation_sections(network)
    assert list(sections.index) == list(network.segment_ids)
    assert sections.to_dict() == {s: min(t for t in drained if drained[t] == drained[s]) for s in drained}


@thorough
@given(network=networks())
def test_any_weights_and_values_agree_with_the_slow_twin(network: hn.Network):
    twin, rng = Twin(network), np.random.default_rng(0)
    for isolate in ("segment", "section"):
        cut = np.array([network.node_ids.isin(twin.lost(a, isolate)) for a in twin.assets], dtype=float)
        cut = cut.reshape(len(twin.assets), network.n_nodes)
        weights = rng.random((network.n_nodes, 2)) * 10.0 ** rng.integers(-4, 5, (network.n_nodes, 2))
        values = rng.random((network.n_assets, 2)) * 10.0 ** rng.integers(-4, 5, (network.n_assets, 2))
        answer = outages(network, isolate)
        np.testing.assert_allclose(answer.lost(weights), cut @ weights, rtol=1e-12, atol=0)
        np.testing.assert_allclose(answer.carried(values), cut.T @ values, rtol=1e-12, atol=0)
        assets, nodes = np.indices(cut.shape).reshape(2, -1)
        np.testing.assert_array_equal(answer.cuts_off(assets, nodes), cut.ravel() > 0)


@settings(thorough, max_examples=70)
@given(network=networks())
def test_shuffled_rows_and_new_ids_change_nothing(network: hn.Network):
    rng = np.random.default_rng(1)
    tables = [table.sample(frac=1, random_state=rng) for table in (network.nodes, network.segments, network.valves)]
    names = {n: f"x{i}" for i, n in enumerate([*tables[0]["node_id"], *tables[1]["segment_id"]])}
    for table in tables:
        for column in {"node_id", "segment_id", "from_node", "to_node"} & set(table):
            table[column] = table[column].map(names)
    other = hn.Network(*tables)
    for isolate in ("segment", "section"):
        loss = supply_loss(network, isolate).rename(index=names)
        pd.testing.assert_frame_equal(supply_loss(other, isolate).loc[loss.index], loss, check_exact=True)


def compare_loss(fast: pd.DataFrame, slow: pd.DataFrame) -> None:
    assert list(fast.index) == list(slow.index)
    assert fast.index.name == "asset_id"
    for column in ("asset_kind", "buildings_lost", "households_lost", "drained_m", "valves_to_close"):
        assert fast[column].tolist() == slow[column].tolist(), column
    np.testing.assert_allclose(
        fast["load_lost_kw"].to_numpy(dtype=float), slow["load_lost_kw"].to_numpy(dtype=float), rtol=1e-12, atol=0
    )
    assert fast["buildings_lost"].dtype == fast["valves_to_close"].dtype == np.int64


def test_the_drawing_of_the_manual_holds():
    kinds = {"A": "source", "J": "junction", "K": "junction", "T1": "station", "T2": "station"}
    kinds |= {"B1": "building", "B2": "building"}
    rows = ["AJ A J", "AK A K", "JK J K", "JT J T1", "KT K T2"]
    rows += ["S1 T1 B1 secondary", "S2 B1 B2 secondary", "S3 T2 B2 secondary"]
    network = network_of(kinds, rows, ["JT J", "KT K", "S2 B2"])
    assert lost(network, "segment") == {}
    assert lost(network) == {"AJ": 2, "AK": 2, "JK": 2, "S1": 1, "S2": 1, "S3": 1}


def test_pairs_of_sections_are_found_where_they_stand():
    # Parts 0 to 4, -1: no pipe in that layer. Part 1 stands in two pairs, part 3 in none.
    supply, other = np.array([0, 1, 1, -1, 3]), np.array([2, 2, 4, 0, -1])
    pairs, number = _pairs_of(supply, other, 5)
    assert number[3:].tolist() == [-1, -1]
    assert len(set(number[:3].tolist())) == 3
    assert max(number.tolist()) < len(pairs)
    assert pairs.find(supply[:3], other[:3]).tolist() == number[:3].tolist()
    assert pairs.find(np.array([0, 1, 2, 3]), np.array([4, 0, 2, 4])).tolist() == [-1] * 4
