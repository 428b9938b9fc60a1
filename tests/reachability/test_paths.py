"""Supply paths against hand-worked cases and against a slow twin that reads like the definition."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.network import Network
from heatnet.reachability.paths import Forest, SupplyPaths, supply_paths
from tests.location_oracle import random_network, slow_paths


def network_of(nodes: dict[str, str], rows: list[tuple], valves: list[tuple] = ()) -> Network:
    segments = pd.DataFrame(rows, columns=["segment_id", "from_node", "to_node", "length_m", "diameter_mm", "level"])
    valve_table = pd.DataFrame(
        [(f"v{i}", *valve) for i, valve in enumerate(valves)],
        columns=["valve_id", "segment_id", "node_id", "is_operable", "is_open"],
    )
    return Network(pd.DataFrame({"node_id": list(nodes), "kind": list(nodes.values())}), segments, valve_table)


def path_ids(network: Network, node: str) -> list[str]:
    return list(network.asset_ids[supply_paths(network).path_of(int(network.node_positions([node])[0]))])


def check_against_slow(network: Network) -> None:
    paths: SupplyPaths = supply_paths(network)
    slow = slow_paths(network)
    ids = network.asset_ids
    stations = {node: k for k, node in enumerate(network.node_ids[network.station_nodes])}
    levels = {}
    for row in network.segments.to_dict("records"):
        levels[row["from_node"]] = levels[row["to_node"]] = row["level"]
    for position, node in enumerate(network.node_ids):
        level = "primary" if node in stations else levels.get(node, "primary")
        total, expected = slow.get((node, level), (np.inf, []))
        assert paths.resistance[position] == total
        assert list(ids[paths.path_of(position)]) == expected
    for node, k in stations.items():
        total, expected = slow.get((node, "secondary"), (np.inf, []))
        assert paths.side_resistance[network.n_nodes + k] == total
        last = paths.entering_asset[network.n_nodes + k]
        assert (ids[last] if last >= 0 else None) == (expected[-1] if expected else None)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.integers(0, 2**32 - 1))
def test_paths_equal_the_slow_twin_on_random_networks(seed: int) -> None:
    check_against_slow(random_network(np.random.default_rng(seed)))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_no_path(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    shuffled = Network(
        network.nodes.sample(frac=1, random_state=rng),
        network.segments.sample(frac=1, random_state=rng),
        network.valves.sample(frac=1, random_state=rng),
    )
    for node in network.node_ids:
        assert path_ids(network, node) == path_ids(shuffled, node)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_subtree_sums_count_the_nodes_whose_path_holds_the_asset(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    paths = supply_paths(network)
    values = rng.integers(0, 100, network.n_nodes)
    expected = np.zeros(network.n_assets, dtype=np.int64)
    for node in range(network.n_nodes):
        expected[paths.path_of(node)] += values[node]
    assert paths.subtree_sum(values).tolist() == expected.tolist()
    assert paths.subtree_sum(values.astype(float)).tolist() == expected.tolist()


def test_the_wider_way_round_a_loop_wins() -> None:
    # A-B direct: 100/100^5; A-C-B: 2 * 100/200^5 = 1/16 of it
    network = network_of(
        {"A": "source", "C": "junction", "B": "building"},
        [
            ("direct", "A", "B", 100, 100, "primary"),
            ("x", "A", "C", 100, 200, "primary"),
            ("y", "C", "B", 100, 200, "primary"),
        ],
    )
    assert path_ids(network, "B") == ["x", "y"]


def test_equal_parallel_mains_give_the_smallest_id_as_text() -> None:
    network = network_of(
        {"A": "source", "B": "building"},
        [("9", "A", "B", 100, 100, "primary"), ("10", "B", "A", 100, 100, "primary")],
    )
    assert path_ids(network, "B") == ["10"]


def test_no_path_runs_through_a_closed_valve_operable_or_not() -> None:
    for is_operable in (True, False):
        for end in ("A", "B"):
            network = network_of(
                {"A": "source", "B": "building"},
                [("s", "A", "B", 100, 100, "primary")],
                [("s", end, True, True), ("s", end, is_operable, False)],
            )
            assert path_ids(network, "B") == []


def test_a_station_is_on_the_path_only_where_the_path_passes_through_it() -> None:
    # S1 is near, S2 far away on the primary side; both feed one secondary net.
    network = network_of(
        {"A": "source", "S1": "station", "S2": "station", "B": "building", "P": "building"},
        [
            ("p1", "A", "S1", 10, 500, "primary"),
            ("p2", "S1", "S2", 5000, 100, "primary"),
            ("p3", "S2", "P", 10, 100, "primary"),
            ("q1", "S1", "S2", 10, 300, "secondary"),
            ("q2", "S2", "B", 10, 300, "secondary"),
        ],
    )
    assert path_ids(network, "B") == ["p1", "S1", "q1", "q2"]  # through the secondary side of S2, not through S2
    assert path_ids(network, "P") == ["p1", "p2", "p3"]  # touches primary sides only
    assert path_ids(network, "S2") == ["p1", "p2"]


def test_a_source_on_the_secondary_level_feeds_nothing() -> None:
    network = network_of({"A": "source", "B": "building"}, [("q", "A", "B", 10, 100, "secondary")])
    assert np.isinf(supply_paths(network).resistance).all()


def test_return_rows_carry_no_path() -> None:
    nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]})
    segments = pd.DataFrame(
        {"segment_id": ["r"], "from_node": "A", "to_node": "B", "length_m": 1, "diameter_mm": 50, "line": "return"}
    )
    assert path_ids(Network(nodes, segments), "B") == []


def test_resistances_too_small_to_change_the_sum_still_give_a_tree() -> None:
    # Behind 5 km of DN20 the DN2000 ring adds less than half a unit in the last place.
    ring = [(f"r{i}", f"J{i}", f"J{(i + 1) % 6}", 1e-6, 2000, "primary") for i in range(6)]
    network = network_of(
        {"A": "source", **{f"J{i}": "junction" for i in range(6)}, "B": "building"},
        [("in", "A", "J0", 5000, 20, "primary"), *ring, ("out", "J3", "B", 10, 50, "primary")],
    )
    paths = supply_paths(network)
    assert (paths.last_asset[1:] >= 0).all()
    path = path_ids(network, "B")
    assert path[0] == "in"
    assert path[-1] == "out"
    assert sorted(path[1:-1]) in (["r0", "r1", "r2"], ["r3", "r4", "r5"])
    assert len(paths.order) == len(set(paths.order.tolist())) == 7


def test_a_network_without_source_or_without_segment_has_no_path() -> None:
    empty = network_of({"A": "source", "B": "building"}, [])
    assert supply_paths(empty).last_asset.tolist() == [-1, -1]
    without_source = network_of({"A": "junction", "B": "building"}, [("s", "A", "B", 1, 50, "primary")])
    assert supply_paths(without_source).order.tolist() == []


def test_deep_and_bushy_forests_sum_alike() -> None:
    line = Forest.of(np.arange(-1, 299))
    assert len(line.streams) == 1
    assert line.subtree_sum(np.ones(300, dtype=np.int64)).tolist() == list(range(300, 0, -1))
    star = Forest.of(np.array([-1] + [0] * 299))
    assert [len(streams.top) for streams in star.streams] == [1, 299]
    assert star.subtree_sum(np.ones(300, dtype=np.int64)).tolist() == [300] + [1] * 299


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.integers(0, 2**32 - 1))
def test_sums_in_forests_of_any_shape_equal_plain_loops(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 120))
    own = np.arange(n)
    reach = rng.choice([0.02, 0.5, 1.0, 8.0])  # from lines over bushes to stars
    before = np.where(rng.random(n) < 0.05, -1, (rng.random(n) ** reach * own).astype(np.int64))
    before[0] = -1
    place = rng.permutation(n)
    parent = np.full(n + 3, -2, dtype=np.int64)  # the last three are no members
    parent[place] = np.where(before >= 0, place[before], -1)
    forest = Forest.of(parent)
    rank = {member: i for i, member in enumerate(forest.order.tolist())}
    assert sorted(rank) == list(range(n))
    assert all(parent[member] < 0 or rank[int(parent[member])] < rank[member] for member in rank)
    assert len(forest.streams) <= np.log2(n) + 1
    values, is_total = rng.integers(0, 100, n + 3), rng.random(n + 3) < 0.2
    behind, along = values.copy(), values.astype(float)
    for i in reversed(range(1, n)):
        if before[i] >= 0:
            behind[place[before[i]]] += behind[place[i]]
    for i in range(1, n):
        if before[i] >= 0 and not is_total[place[i]]:
            along[place[i]] += along[place[before[i]]]
    behind[n:] = 0
    assert forest.subtree_sum(values).tolist() == behind.tolist()
    assert forest.path_sum(values.astype(float), is_total).tolist() == along.tolist()
