"""Two segments at once, and the path of one building: by hand and against the slow twin."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import heatnet as hn
from heatnet.reachability import critical_pairs, supply_path
from tests.reachability_oracle import Out, Twin, networks

thorough = settings(derandomize=True, deadline=None, max_examples=80)


def network_of(kinds: dict[str, str], rows: list[str]) -> hn.Network:
    """Build from words such as "S A B secondary"; every building has 10 households."""
    nodes = pd.DataFrame({"node_id": list(kinds), "kind": list(kinds.values())})
    nodes["households"] = np.where(nodes["kind"] == "building", 10.0, np.nan)
    split = [row.split() for row in rows]
    segments = pd.DataFrame([row[:3] for row in split], columns=["segment_id", "from_node", "to_node"])
    segments["level"] = ["secondary" if "secondary" in row else "primary" for row in split]
    segments["length_m"], segments["diameter_mm"] = 100.0, 100.0
    return hn.Network(nodes, segments)


def pairs(network: hn.Network, top: int = 100) -> list[tuple[str, str, float]]:
    table = critical_pairs(network, top)
    keys = (table["segment_id"], table["other_segment_id"], table["extra_households"].tolist())
    return list(zip(*keys, strict=True))


RING = {"A": "source", "B": "building", "C": "building"}


def test_on_a_ring_the_two_ends_are_the_worst_pair():
    ring = network_of(RING, ["S A B", "T B C", "U C A"])
    assert pairs(ring) == [("S", "U", 20.0), ("S", "T", 10.0), ("T", "U", 10.0)]
    assert pairs(ring, 1) == [("S", "U", 20.0)]


def test_on_a_tree_no_pair_adds_anything():
    assert critical_pairs(network_of(RING, ["S A B", "T B C"])).empty


def test_the_feeders_of_two_stations_on_one_net_are_a_pair():
    kinds = {"A": "source", "T1": "station", "T2": "station", "B": "building"}
    rows = ["P A T1", "Q A T2", "S T1 B secondary", "U B T2 secondary"]
    assert pairs(network_of(kinds, rows)) == [
        ("P", "Q", 10.0),
        ("P", "U", 10.0),
        ("Q", "S", 10.0),
        ("S", "U", 10.0),
    ]


def test_fewer_than_one_pair_is_refused():
    with pytest.raises(hn.HeatnetError, match="top must be 1 or more"):
        critical_pairs(network_of(RING, ["S A B"]), 0)


@thorough
@given(network=networks(max_nodes=9))
def test_pairs_of_any_network_agree_with_brute_force(network: hn.Network):
    compare(network)


@thorough
@given(network=networks(max_nodes=11))
def test_pairs_of_networks_of_pairs_agree_with_brute_force(network: hn.Network):
    compare(hn.Network(network.nodes, network.segments.assign(line="pair"), network.valves))


def compare(network: hn.Network) -> None:
    twin = Twin(network)
    alone = {s: twin.lost(s, "segment") for s in twin.rows}
    rows = []
    for one, other in combinations(sorted(twin.rows), 2):
        pipes = twin.out(one, "segment").pipes | twin.out(other, "segment").pipes
        joint = twin.intact - twin.served(Out(pipes=pipes))
        extra = len(joint) - len(alone[one]) - len(alone[other])
        if extra > 0:
            homes = [sum(twin.households[b] for b in cut) for cut in (joint, alone[one], alone[other])]
            rows.append((one, other, len(joint), homes[0], extra, homes[0] - homes[1] - homes[2]))
    rows.sort(key=lambda row: (-row[5], -row[4], row[0], row[1]))
    columns = ["segment_id", "other_segment_id", "buildings_lost", "households_lost", "extra_buildings"]
    for top in (3, 1000):
        table = critical_pairs(network, top)
        found = list(table[[*columns, "extra_households"]].itertuples(index=False, name=None))
        assert found == rows[:top]


def test_a_path_names_its_assets_from_the_source_outwards():
    kinds = {"A": "source", "T1": "station", "B": "building", "C": "building"}
    network = network_of(kinds, ["S T1 B secondary", "P A T1"])
    path = supply_path(network, "B")
    assert path.index.tolist() == ["P", "T1", "S"]
    assert path["asset_kind"].tolist() == ["segment", "station", "segment"]
    assert path["length_m"].fillna(-1).tolist() == [100.0, -1.0, 100.0]
    assert supply_path(network, "C").empty


def test_a_path_to_nowhere_is_refused():
    with pytest.raises(hn.HeatnetError, match="'X' is no node"):
        supply_path(network_of(RING, ["S A B"]), "X")
