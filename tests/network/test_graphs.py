"""A network as a graph and back, through the formats of graph tools too."""

import io
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest

import heatnet as hn


@pytest.mark.parametrize("name", ["tree", "loop", "parallel_mains", "supply_and_return", "two_stations", "district"])
@pytest.mark.parametrize("way", ["plain", "graphml", "gml"])
def test_a_network_comes_back_as_it_was(name: str, way: str, fixtures: Path) -> None:
    network = hn.read_network(fixtures / name)
    graph = network.to_networkx()
    if way == "graphml":
        written = io.BytesIO()
        nx.write_graphml(graph, written)
        written.seek(0)
        graph = nx.read_graphml(written, force_multigraph=True)
    if way == "gml":
        written = io.BytesIO()
        nx.write_gml(graph, written)
        written.seek(0)
        graph = nx.read_gml(written)
    again = hn.Network.from_networkx(graph).in_id_order
    given = network.in_id_order
    ends = ["from_node", "to_node"]
    for table in ("nodes", "segments", "valves"):
        ours, theirs = getattr(given, table), getattr(again, table)
        plain = [column for column in ours if column not in ends]
        pd.testing.assert_frame_equal(ours[plain], theirs[plain])
    pairs = [table[ends].apply(frozenset, axis=1).tolist() for table in (given.segments, again.segments)]
    assert pairs[0] == pairs[1]  # an undirected graph may turn a segment round
    pd.testing.assert_frame_equal(
        hn.supply_loss(given).drop(columns="valves_to_close"), hn.supply_loss(again).drop(columns="valves_to_close")
    )


def test_a_plain_graph_names_its_segments_by_their_ends() -> None:
    graph = nx.path_graph(3)
    nx.set_node_attributes(graph, {0: "source", 1: "junction", 2: "building"}, "kind")
    nx.set_edge_attributes(graph, 100, "length_m")
    nx.set_edge_attributes(graph, 80, "diameter_mm")
    assert hn.Network.from_networkx(graph).segment_ids.tolist() == ["0-1", "1-2"]


def test_what_is_no_graph_or_no_network_is_refused() -> None:
    with pytest.raises(hn.HeatnetError, match="networkx graph"):
        hn.Network.from_networkx({"A": 1})  # type: ignore[arg-type]
    with pytest.raises(hn.HeatnetError):
        hn.Network.from_networkx(nx.path_graph(3))
