"""Time of `supply_loss` beside rustworkx, igraph, networkx and WNTR, in one run.

    python benchmarks/reachability.py                       every case
    python benchmarks/reachability.py city-200k chain-300k  these only

Peers are used where they are installed. Figures are seconds of processor time, the least of three runs. rustworkx
and igraph find bridges of one layer (and merge parallel mains): a yardstick of time, not the same answer.
"""

from __future__ import annotations

import importlib.util
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

import heatnet as hn
from heatnet.reachability import critical_pairs, supply_loss, valve_value

Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def city(n_segments: int, *, split_share: float = 0.0, valve_share: float = 0.25, seed: int = 0) -> Tables:
    """Return a city: a looped primary street grid, a station per 300 segments, a branched secondary net behind each.

    One secondary net in four is looped, one in ten is tied to the next one. `split_share` of the rows are two single
    rows instead of a pair; `valve_share` of the ends have a valve, a tenth of which is stuck, a fiftieth closed.
    """
    rng = np.random.default_rng(seed)
    n_stations = max(n_segments // 300, 1)
    width = int(np.ceil(np.sqrt(n_segments / 20)))
    grid = np.arange(width * width).reshape(width, width)
    across = np.stack([grid[:, :-1].ravel(), grid[:, 1:].ravel()])
    along = np.stack([grid[:-1].ravel(), grid[1:].ravel()])
    primary = np.concatenate([across, along], axis=1)
    primary = primary[:, rng.random(primary.shape[1]) < 0.8]
    station = width * width + np.arange(n_stations)
    feeders = np.stack([rng.integers(0, width * width, n_stations), station])
    n_house = n_segments - primary.shape[1] - n_stations
    house = station[-1] + 1 + np.arange(n_house)
    net = np.sort(rng.integers(0, n_stations, n_house))
    first = np.searchsorted(net, net)
    rank = np.arange(n_house) - first
    back = np.minimum(rank, rng.geometric(0.3, n_house))
    branches = np.stack([np.where(rank == 0, station[net], house - np.maximum(back, 1)), house])
    loops = np.flatnonzero((net % 4 == 0) & (rank > 9) & (rng.random(n_house) < 0.2))
    loops = np.stack([house[loops], house[loops] - rng.integers(3, 10, len(loops))])
    ties = np.flatnonzero((rank == 0) & (net % 10 == 0) & (net > 0))
    ties = np.stack([house[ties], house[ties] - 1])
    ends = np.concatenate([primary, feeders, branches, loops, ties], axis=1)
    level = np.where(np.arange(ends.shape[1]) < primary.shape[1] + n_stations, "primary", "secondary")
    kind = np.array(["junction"] * (house[-1] + 1), dtype=object)
    kind[rng.choice(width * width, 4, replace=False)] = "source"
    kind[station] = "station"
    is_leaf = np.bincount(ends.ravel(), minlength=len(kind))[house] == 1
    kind[house[is_leaf | (rng.random(n_house) < 0.3)]] = "building"
    return _tables(rng, kind, ends, level, split_share, valve_share)


def chain(n_segments: int) -> Tables:
    """Return one line of pipes with a building at every node."""
    rng = np.random.default_rng(0)
    kind = np.array(["source"] + ["building"] * n_segments, dtype=object)
    ends = np.stack([np.arange(n_segments), 1 + np.arange(n_segments)])
    return _tables(rng, kind, ends, np.full(n_segments, "primary"), 0.0, 0.25)


def star(n_segments: int) -> Tables:
    """Return one source with a valve in front of every building."""
    kind = np.array(["source"] + ["building"] * n_segments, dtype=object)
    ends = np.stack([np.zeros(n_segments, dtype=int), 1 + np.arange(n_segments)])
    return _tables(np.random.default_rng(0), kind, ends, np.full(n_segments, "primary"), 0.0, 0.5)


def _tables(
    rng: np.random.Generator, kind: Any, ends: Any, level: Any, split_share: float, valve_share: float
) -> Tables:
    node = np.char.add("n", np.arange(len(kind)).astype(str)).astype(object)
    nodes = pd.DataFrame({"node_id": node, "kind": kind})
    nodes["households"] = np.where(kind == "building", rng.integers(6, 60, len(kind)), np.nan)
    nodes["load_kw"] = nodes["households"] * 3.7
    is_split = rng.random(ends.shape[1]) < split_share
    row = np.concatenate([np.arange(ends.shape[1]), np.flatnonzero(is_split)])
    line = np.where(is_split[row], "supply", "pair").astype(object)
    line[ends.shape[1] :] = "return"
    shuffle = rng.permutation(len(row))
    row, line = row[shuffle], line[shuffle]
    segments = pd.DataFrame(
        {
            "segment_id": np.char.add("s", np.arange(len(row)).astype(str)).astype(object),
            "from_node": node[ends[0, row]],
            "to_node": node[ends[1, row]],
            "length_m": rng.integers(50, 1000, len(row)) / 10,
            "diameter_mm": 100.0,
            "level": level[row],
            "line": line,
        }
    )
    has_valve = np.flatnonzero(rng.random(len(row)) < 2 * valve_share)
    at_from = rng.random(len(has_valve)) < 0.5
    valves = pd.DataFrame(
        {
            "valve_id": np.char.add("v", np.arange(len(has_valve)).astype(str)).astype(object),
            "segment_id": segments["segment_id"].to_numpy()[has_valve],
            "node_id": np.where(at_from, segments["from_node"].iloc[has_valve], segments["to_node"].iloc[has_valve]),
            "is_operable": rng.random(len(has_valve)) > 0.1,
            "is_open": rng.random(len(has_valve)) > 0.02,
        }
    )
    return nodes, segments, valves


def seconds(call: Callable[[], Any], times: int = 3) -> float:
    """Return the least processor time of several calls."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return min(taken)


def rustworkx_bridges(n_nodes: int, ends: list[tuple[int, int]]) -> Any:
    import rustworkx as rx

    graph = rx.PyGraph()
    graph.add_nodes_from(range(n_nodes))
    graph.add_edges_from_no_data(ends)
    return rx.bridges(graph)


def igraph_bridges(n_nodes: int, ends: list[tuple[int, int]]) -> Any:
    import igraph

    return igraph.Graph(n_nodes, ends).bridges()


def networkx_removals(n_nodes: int, ends: list[tuple[int, int]], sample: int = 20) -> None:
    """Print the time of one removal at a time, from the first few rows."""
    graph = nx.MultiGraph(ends)
    graph.add_nodes_from(range(n_nodes))

    def remove_some() -> None:
        for one, two in ends[:sample]:
            graph.remove_edge(one, two)
            nx.node_connected_component(graph, one)
            graph.add_edge(one, two)

    each = seconds(remove_some, 1) / sample
    print(f"  networkx, one removal at a time: {each * len(ends):.0f} s (extrapolated from {sample} removals)")


def wntr_sections(tables: Tables) -> None:
    """Print the time of WNTR's valve_segments on the same nodes, pipes and valves."""
    from wntr.metrics.topographic import valve_segments

    nodes, segments, valves = tables
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    graph.add_nodes_from(nodes["node_id"])
    graph.add_edges_from(zip(segments["from_node"], segments["to_node"], segments["segment_id"], strict=True))
    layer = valves.rename(columns={"segment_id": "link", "node_id": "node"})[["link", "node"]]
    print(f"  wntr valve_segments (sections only): {seconds(lambda: valve_segments(graph, layer), 1):.2f} s")


def run(name: str, tables: Tables) -> None:
    network = hn.Network(*tables)
    ends = list(zip(network.from_node.tolist(), network.to_node.tolist(), strict=True))
    print(f"{name}: {network}")
    taken = {mode: seconds(lambda mode=mode: supply_loss(network, mode)) for mode in ("segment", "section")}
    worst = max(taken.values())
    print("  heatnet supply_loss: " + ", ".join(f"{mode} {took:.3f} s" for mode, took in taken.items()))
    print(f"  {worst / network.n_segments * 1e6:.2f} us per row in the slower mode")
    peers = {"rustworkx": rustworkx_bridges, "igraph": igraph_bridges}
    for peer, bridges in peers.items():
        if importlib.util.find_spec(peer) is None:
            print(f"  {peer}: not installed")
            continue
        took = seconds(lambda bridges=bridges: bridges(network.n_nodes, ends))
        print(f"  {peer} graph and bridges: {took:.3f} s; heatnet / {peer} = {worst / took:.2f}")
    if network.n_segments <= 30_000:
        for name, call in (("valve_value", valve_value), ("critical_pairs", critical_pairs)):
            print(f"  heatnet {name}: {seconds(lambda call=call: call(network), 1):.2f} s")
    if network.n_segments <= 20_000:
        networkx_removals(network.n_nodes, ends)
        if importlib.util.find_spec("wntr") is None:
            print("  wntr: not installed")
        else:
            wntr_sections(tables)
    print(f"  most memory so far: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


CASES: dict[str, Callable[[], Tables]] = {
    "city-10k": lambda: city(10_000),
    "city-25k": lambda: city(25_000),
    "city-25k-split": lambda: city(25_000, split_share=0.02),
    "city-200k": lambda: city(200_000),
    "city-200k-split": lambda: city(200_000, split_share=0.02),
    "city-300k": lambda: city(300_000),
    "chain-300k": lambda: chain(300_000),
    "star-300k": lambda: star(300_000),
    "city-1m": lambda: city(1_000_000),
    "city-1m-split": lambda: city(1_000_000, split_share=0.02),
}


if __name__ == "__main__":
    for case in sys.argv[1:] or CASES:
        run(case, CASES[case]())
