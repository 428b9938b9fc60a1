"""The network is checked once, cannot be changed, and translates ids to positions."""

import dataclasses
import pickle

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import HeatnetError
from heatnet.network import BUILDING, SOURCE, STATION, Network


def tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    nodes = pd.DataFrame(
        {
            "node_id": ["H", "T", "B1", "B2"],
            "kind": ["source", "station", "building", "building"],
            "households": [5, None, 20, None],
            "load_kw": [None, None, 60, 90],
        }
    )
    segments = pd.DataFrame(
        {
            "segment_id": ["S1", "S2", "S3"],
            "from_node": ["H", "T", "T"],
            "to_node": ["T", "B1", "B2"],
            "length_m": [100, 50, 80],
            "diameter_mm": [200, 100, 100],
            "level": ["primary", "secondary", "secondary"],
            "line": ["pair", "supply", "return"],
        }
    )
    valves = pd.DataFrame(
        {"valve_id": ["V1", "V2"], "segment_id": ["S2", "S1"], "node_id": ["B1", "H"], "is_operable": [False, True]}
    )
    return nodes, segments, valves


def test_positions_follow_the_tables() -> None:
    network = Network(*tables())
    assert network.from_node.tolist() == [0, 1, 1]
    assert network.to_node.tolist() == [1, 2, 3]
    assert network.node_kind.tolist() == [SOURCE, STATION, BUILDING, BUILDING]
    assert network.asset_ids.tolist() == ["S1", "S2", "S3", "T"]
    assert network.asset_kind.tolist() == ["segment"] * 3 + ["station"]
    assert network.source_nodes.tolist() == [0]
    assert network.station_nodes.tolist() == [1]
    assert network.building_nodes.tolist() == [2, 3]
    assert network.is_primary.tolist() == [True, False, False]
    assert network.in_supply.tolist() == [True, True, False]
    assert network.in_return.tolist() == [True, False, True]
    assert network.valve_segment.tolist() == [1, 0]
    assert network.valve_end.tolist() == [1, 0]
    assert network.valve_operable.tolist() == [False, True]
    assert network.asset_positions(["T", "S2", "nowhere", None]).tolist() == [3, 1, -1, -1]
    assert network.node_positions(["B2"]).tolist() == [3]


def test_only_buildings_have_households_and_missing_counts_as_none() -> None:
    network = Network(*tables())
    assert network.households.tolist() == [0, 0, 20, 0]
    assert network.load_kw.tolist() == [0, 0, 60, 90]


def test_nothing_in_a_network_can_be_changed() -> None:
    network = Network(*tables())
    with pytest.raises(dataclasses.FrozenInstanceError):
        network.length_m = np.ones(3)  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        network.length_m[0] = 1.0
    segments, nodes = network.segments, network.nodes
    segments.loc[0, "length_m"] = 1.0
    nodes["kind"] = "source"
    assert network.segments.loc[0, "length_m"] == 100.0
    assert network.nodes["kind"].tolist()[1] == "station"


def test_a_network_leaves_its_tables_as_they_were_and_does_not_follow_their_changes() -> None:
    nodes, segments, valves = tables()
    before = segments.copy(deep=True)
    network = Network(nodes, segments, valves)
    pd.testing.assert_frame_equal(segments, before)
    segments.loc[0, "length_m"] = 7
    assert network.length_m[0] == 100.0


def test_a_network_travels_to_workers() -> None:
    network = pickle.loads(pickle.dumps(Network(*tables())))
    assert network.asset_ids.tolist() == ["S1", "S2", "S3", "T"]
    assert network.length_m.tolist() == [100, 50, 80]


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "message"),
    [
        ("segments", 1, "to_node", "T", "equals from_node"),
        ("segments", 1, "to_node", "X", "names a node that is not in the table of nodes ('X')"),
        ("segments", 1, "segment_id", "T", "also the id of a station"),
        ("segments", 2, "level", "primary", None),
        ("valves", 0, "node_id", "H", "names no end of its segment"),
        ("nodes", 3, "node_id", "B1", "stands more than once"),
    ],
)
def test_impossible_tables_are_refused_at_the_door(table: str, row: int, column: str, value: str, message: str) -> None:
    given = dict(zip(("nodes", "segments", "valves"), tables(), strict=True))
    given[table].loc[row, column] = value
    if message is None:  # a station may touch both levels, so this one is possible
        Network(**given)
        return
    with pytest.raises(HeatnetError) as caught:
        Network(**given)
    assert message in str(caught.value)


@pytest.mark.parametrize("kind", ["junction", "building", "source"])
def test_only_a_station_may_touch_both_levels(kind: str) -> None:
    nodes, segments, _ = tables()
    nodes.loc[1, "kind"] = kind
    with pytest.raises(HeatnetError, match="only a station may touch both levels"):
        Network(nodes, segments)


def test_several_faults_of_several_tables_come_in_one_message() -> None:
    nodes, segments, valves = tables()
    segments.loc[0, "length_m"] = -1
    segments.loc[1, "to_node"] = "X"
    nodes.loc[3, "households"] = -4
    with pytest.raises(HeatnetError) as caught:
        Network(nodes, segments, valves, origins={"nodes": "nodes.csv", "segments": "segments.csv"})
    message = str(caught.value)
    assert "nodes.csv cannot be used:\n  - column households: must be a number of 0 or more" in message
    assert "row 5; id B2" in message
    assert "segments.csv cannot be used:" in message
    assert "column length_m" in message
    assert "column to_node" in message


def test_a_valve_on_an_unknown_segment_is_set_aside_with_its_reason() -> None:
    nodes, segments, valves = tables()
    valves.loc[2] = ["V3", "S9", "H", True]
    network = Network(nodes, segments, valves)
    assert network.valves["valve_id"].tolist() == ["V1", "V2"]
    assert network.set_aside["valve_id"].tolist() == ["V3"]
    assert network.set_aside["reason"].tolist() == ["names no segment of the network"]


def test_networkx_keeps_parallel_segments_apart() -> None:
    nodes, segments, valves = tables()
    segments.loc[3] = ["S4", "H", "T", 90, 150, "primary", "pair"]
    graph = Network(nodes, segments, valves).to_networkx()
    assert set(graph["H"]["T"]) == {"S1", "S4"}
    assert graph["H"]["T"]["S4"]["length_m"] == 90
    assert graph.nodes["B1"]["households"] == 20


def test_a_network_without_segments_is_a_network() -> None:
    nodes = pd.DataFrame({"node_id": ["H"], "kind": ["source"]})
    segments = pd.DataFrame(columns=["segment_id", "from_node", "to_node", "length_m", "diameter_mm"])
    assert Network(nodes, segments).n_assets == 0


def test_rows_of_the_network_in_id_order_come_back_whether_they_are_looked_up_or_not() -> None:
    nodes, segments, valves = tables()
    more = pd.DataFrame({"node_id": ["T0", "A0"], "kind": ["station", "building"]})
    network = Network(pd.concat([nodes, more], ignore_index=True), segments.iloc[[2, 0, 1]], valves)
    ordered = network.in_id_order
    for name in ("asset_ids", "segment_ids", "node_ids", "building_ids"):
        ids = getattr(ordered, name)
        values = pd.Series(range(len(ids)), index=ids)
        looked_up = pd.Series(range(len(ids)), index=ids.copy(deep=True))
        assert not looked_up.index.is_(ids)
        back = network.in_table_order(values)
        assert back.index.tolist() == getattr(network, name).tolist()
        pd.testing.assert_series_equal(back, network.in_table_order(looked_up))


def test_rows_in_another_order_are_the_same_network_in_id_order() -> None:
    nodes = pd.DataFrame({"node_id": ["C", "A", "B"], "kind": ["building", "source", "junction"]})
    segments = pd.DataFrame(
        {
            "segment_id": ["T", "S"],
            "from_node": ["B", "A"],
            "to_node": ["C", "B"],
            "length_m": [20.0, 10.0],
            "diameter_mm": 100,
        }
    )
    valves = pd.DataFrame({"valve_id": ["W", "V"], "segment_id": ["T", "S"], "node_id": ["C", "B"]})
    network = Network(nodes, segments, valves)
    ordered = network.in_id_order
    assert ordered.node_ids.tolist() == ["A", "B", "C"]
    assert ordered.segment_ids.tolist() == ["S", "T"]
    assert ordered.length_m.tolist() == [10.0, 20.0]
    assert ordered.node_ids[ordered.from_node].tolist() == ["A", "B"]
    assert ordered.node_ids[ordered.to_node].tolist() == ["B", "C"]
    assert ordered.valves["valve_id"].tolist() == ["V", "W"]
    assert ordered.segment_ids[ordered.valve_segment].tolist() == ["S", "T"]
    assert ordered.valve_end.tolist() == [1, 1]
    assert ordered.in_id_order is ordered
    again = Network(ordered.nodes, ordered.segments, ordered.valves)
    assert again.in_id_order is again
    values = pd.Series([1.0, 2.0], index=ordered.segment_ids)
    assert network.in_table_order(values).index.tolist() == ["T", "S"]
