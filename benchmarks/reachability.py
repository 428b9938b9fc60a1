"""Jobs: `supply_loss` beside rustworkx, igraph, networkx and WNTR, on cities, chains and stars.

rustworkx and igraph find bridges of one layer (and merge parallel mains): a yardstick of time, not the same answer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

import heatnet as hn
from heatnet.reachability import supply_loss

_REMOVALS = 20

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


def losses(folder: str, case: str) -> Callable[[], Any]:
    """Job: `supply_loss` by sections, the slower mode."""
    network = hn.Network(*tables_of(case))
    return partial(supply_loss, network, "section")


def networkx_removals(folder: str, case: str) -> Callable[[], Any]:
    """Job: remove a segment, see what is still connected, put it back; only a few of them."""
    n_nodes, ends = _graph(case)

    def remove_some() -> dict[str, float]:
        graph = nx.MultiGraph(ends)
        graph.add_nodes_from(range(n_nodes))
        for one, two in ends[:_REMOVALS]:
            graph.remove_edge(one, two)
            nx.node_connected_component(graph, one)
            graph.add_edge(one, two)
        return {"share_done": _REMOVALS / len(ends)}

    return remove_some


def networkx_bridges(folder: str, case: str) -> Callable[[], Any]:
    """Job: the graph and its bridges."""
    _, ends = _graph(case)
    return lambda: [*nx.bridges(nx.MultiGraph(ends))]


def rustworkx_bridges(folder: str, case: str) -> Callable[[], Any]:
    """Job: the graph and its bridges."""
    import rustworkx as rx

    n_nodes, ends = _graph(case)

    def bridges() -> Any:
        graph = rx.PyGraph()
        graph.add_nodes_from(range(n_nodes))
        graph.add_edges_from_no_data(ends)
        return rx.bridges(graph)

    return bridges


def igraph_bridges(folder: str, case: str) -> Callable[[], Any]:
    """Job: the graph and its bridges."""
    import igraph

    n_nodes, ends = _graph(case)
    return lambda: igraph.Graph(n_nodes, ends).bridges()


def wntr_sections(folder: str, case: str) -> Callable[[], Any]:
    """Job: WNTR's `valve_segments` on the same nodes, pipes and valves."""
    from wntr.metrics.topographic import valve_segments

    nodes, segments, valves = tables_of(case)
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    graph.add_nodes_from(nodes["node_id"])
    graph.add_edges_from(zip(segments["from_node"], segments["to_node"], segments["segment_id"], strict=True))
    layer = valves.rename(columns={"segment_id": "link", "node_id": "node"})[["link", "node"]]
    return partial(valve_segments, graph, layer)


def tables_of(case: str) -> Tables:
    """Return the tables of ``city-25k``, ``city-25k-split``, ``chain-300k``, ``star-300k`` and the like."""
    shape, size, *split = case.split("-")
    n_segments = int(size.removesuffix("k")) * 1000
    if shape == "city":
        return city(n_segments, split_share=0.02 if split else 0.0)
    return {"chain": chain, "star": star}[shape](n_segments)


def _graph(case: str) -> tuple[int, list[tuple[int, int]]]:
    network = hn.Network(*tables_of(case))
    return network.n_nodes, list(zip(network.from_node.tolist(), network.to_node.tolist(), strict=True))
