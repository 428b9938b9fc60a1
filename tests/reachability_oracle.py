"""The slow twin of `heatnet.reachability`: plain sets and dictionaries, one outage at a time, close to the words.

A *point* is a node on one level and in one layer, a *pipe* a segment in one layer. A station has a point on each
level, every other node only on the level of its segments.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import strategies as st

import heatnet as hn

LAYERS = {"supply": ("pair", "supply"), "return": ("pair", "return")}
LEVELS = ("primary", "secondary")


@dataclass
class Out:
    """What an outage takes out: pipes (segment, layer), points (node, level, layer) and stations."""

    pipes: set[tuple[str, str]] = field(default_factory=set)
    points: set[tuple[str, str, str]] = field(default_factory=set)
    stations: set[str] = field(default_factory=set)


class Twin:
    """Answers about one network, each worked out from nothing."""

    def __init__(self, network: hn.Network) -> None:
        nodes, segments, valves = network.nodes, network.segments, network.valves
        self.kind = dict(zip(nodes["node_id"], nodes["kind"], strict=True))
        self.households = dict(zip(nodes["node_id"], nodes["households"].fillna(0.0), strict=True))
        self.load = dict(zip(nodes["node_id"], nodes["load_kw"].fillna(0.0), strict=True))
        self.rows = {row["segment_id"]: row for row in segments.to_dict("records")}
        self.ends = {s: (row["from_node"], row["to_node"]) for s, row in self.rows.items()}
        self.has_valves = len(valves) > 0
        self.operable_ends = set()
        self.blocked_ends = set()
        for valve in valves.to_dict("records"):
            end = (valve["segment_id"], valve["node_id"])
            if valve["is_operable"]:
                self.operable_ends.add(end)
            elif not valve["is_open"]:
                self.blocked_ends.add(end)
        self.level = {}
        for row in self.rows.values():
            self.level[row["from_node"]] = self.level[row["to_node"]] = row["level"]
        self.stations = [n for n in nodes["node_id"] if self.kind[n] == "station"]
        self.buildings = [n for n in nodes["node_id"] if self.kind[n] == "building"]
        self.assets = [*segments["segment_id"], *self.stations]
        self.known_sections: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
        self.intact = self.served()

    def pipes(self, layer: str, level: str) -> list[str]:
        return [s for s, row in self.rows.items() if row["line"] in LAYERS[layer] and row["level"] == level]

    def joined(self, layer: str, level: str, starts: Iterable[str], out: Out) -> set[str]:
        """Nodes joined to one of the starts over pipes of the layer and level, both of which are in place."""
        meets: dict[str, list[str]] = {n: [] for n in self.kind if (n, level, layer) not in out.points}
        for s in self.pipes(layer, level):
            u, v = self.ends[s]
            blocked = (s, u) in self.blocked_ends or (s, v) in self.blocked_ends
            if (s, layer) not in out.pipes and not blocked and u in meets and v in meets:
                meets[u].append(v)
                meets[v].append(u)
        reached = {n for n in starts if n in meets}
        edge = list(reached)
        while edge:
            for n in meets[edge.pop()]:
                if n not in reached:
                    reached.add(n)
                    edge.append(n)
        return reached

    def served(self, out: Out | None = None) -> set[str]:
        """Buildings that are served when that is out."""
        out = out or Out()
        sources = [n for n, kind in self.kind.items() if kind == "source" and self.level.get(n) != "secondary"]
        primary = self.joined("supply", "primary", sources, out) & self.joined("return", "primary", sources, out)
        live = [t for t in self.stations if t in primary and t not in out.stations]
        secondary = self.joined("supply", "secondary", live, out) & self.joined("return", "secondary", live, out)
        answers = {"primary": primary, "secondary": secondary, None: set()}
        return {b for b in self.buildings if b in answers[self.level.get(b)]}

    def section(self, segment: str, layer: str) -> tuple[set[str], set[str]]:
        """Segments and nodes of the section that holds the pipe of the segment in the layer."""
        if (segment, layer) in self.known_sections:
            return self.known_sections[segment, layer]
        level = self.rows[segment]["level"]
        graph: nx.Graph = nx.Graph()
        for s in self.pipes(layer, level):
            graph.add_node(("pipe", s))
            for n in self.ends[s]:
                if (s, n) not in self.operable_ends | self.blocked_ends:
                    graph.add_edge(("pipe", s), ("node", n))
        members = nx.node_connected_component(graph, ("pipe", segment))
        pipes = {name for what, name in members if what == "pipe"}
        nodes = {name for what, name in members if what == "node"}
        self.known_sections |= {(s, layer): (pipes, nodes) for s in pipes}
        return pipes, nodes

    def layers_of(self, segment: str) -> list[str]:
        return [layer for layer, lines in LAYERS.items() if self.rows[segment]["line"] in lines]

    def out(self, asset: str, isolate: str) -> Out:
        """What the outage of the asset takes out."""
        if asset not in self.rows:
            return Out(stations={asset})
        if isolate == "segment":
            return Out(pipes={(asset, layer) for layer in self.layers_of(asset)})
        out = Out()
        level = self.rows[asset]["level"]
        for layer in self.layers_of(asset):
            pipes, nodes = self.section(asset, layer)
            out.pipes |= {(s, layer) for s in pipes}
            out.points |= {(n, level, layer) for n in nodes}
        return out

    def valves_to_close(self, asset: str, isolate: str) -> int:
        if asset not in self.rows or isolate == "segment":
            return 0
        out = self.out(asset, isolate)
        return sum(
            any(
                ((s, layer) in out.pipes) != ((n, self.rows[s]["level"], layer) in out.points)
                for layer in self.layers_of(s)
            )
            for s, n in self.operable_ends
        )

    def drained_m(self, asset: str, isolate: str) -> float:
        if asset not in self.rows:
            return 0.0
        return sum(self.rows[s]["length_m"] for s in {s for s, _ in self.out(asset, isolate).pipes})

    def lost(self, asset: str, isolate: str) -> set[str]:
        return self.intact - self.served(self.out(asset, isolate))

    def mode(self, isolate: str | None) -> str:
        return isolate or ("section" if self.has_valves else "segment")

    def supply_loss(self, isolate: str | None = None) -> pd.DataFrame:
        isolate = self.mode(isolate)
        rows = []
        for asset in self.assets:
            lost = self.lost(asset, isolate)
            rows.append(
                {
                    "asset_id": asset,
                    "asset_kind": "segment" if asset in self.rows else "station",
                    "buildings_lost": len(lost),
                    "households_lost": sum(self.households[b] for b in lost),
                    "load_lost_kw": sum(self.load[b] for b in lost),
                    "drained_m": self.drained_m(asset, isolate),
                    "valves_to_close": self.valves_to_close(asset, isolate),
                }
            )
        columns = ["asset_id", "asset_kind", "buildings_lost", "households_lost", "load_lost_kw"]
        return pd.DataFrame(rows, columns=[*columns, "drained_m", "valves_to_close"]).set_index("asset_id")

    def same_section(self) -> dict[str, frozenset[tuple[str, str]]]:
        """Pipes drained by the section outage of each row."""
        return {s: frozenset(self.out(s, "section").pipes) for s in self.rows}


# --- generated networks -----------------------------------------------------------------------------------------


def tables(rng: np.random.Generator, n_nodes: int, n_segments: int, n_valves: int) -> tuple[pd.DataFrame, ...]:
    """Return nodes, segments and valves of a network in which everything that is allowed may occur."""
    kinds = rng.choice(["source", "station", "junction", "building"], n_nodes, p=_kind_share(rng))
    levels = rng.choice(LEVELS, n_nodes, p=[0.5, 0.5] if rng.random() < 0.7 else [1.0, 0.0])
    kinds[0], levels[0] = "source", "primary"
    if rng.random() < 0.7:  # primary nodes, then stations, then secondary nodes: more is served
        inwards = np.argsort(np.where(kinds == "station", 1, np.where(levels == "primary", 0, 2)), kind="stable")
        kinds, levels = kinds[inwards], levels[inwards]
    may = [set(LEVELS) if kind == "station" else {level} for kind, level in zip(kinds, levels, strict=True)]
    split = rng.choice([0.0, 0.05, 0.4, 1.0])
    stride = int(rng.choice([2, 3, 4, n_nodes]))
    segments = []
    for _ in range(n_segments):
        u = int(rng.integers(n_nodes))
        near = [v for v in range(n_nodes) if v != u and may[u] & may[v] and abs(u - v) <= stride]
        if near:
            v = int(rng.choice(near))
            level = str(rng.choice(sorted(may[u] & may[v])))
            line = str(rng.choice(["supply", "return"])) if rng.random() < split else "pair"
            for one in (line, "return") if line == "supply" and rng.random() < 0.7 else (line,):
                segments.append((f"s{len(segments)}", f"n{u}", f"n{v}", level, one))
    table = pd.DataFrame(segments, columns=["segment_id", "from_node", "to_node", "level", "line"])
    table["length_m"] = rng.integers(1, 400, len(table)) / 4
    table["diameter_mm"] = rng.choice([50.0, 100.0, 600.0], len(table))
    nodes = pd.DataFrame({"node_id": [f"n{i}" for i in range(n_nodes)], "kind": kinds})
    nodes["households"] = np.where(rng.random(n_nodes) < 0.2, np.nan, rng.integers(0, 60, n_nodes))
    nodes["load_kw"] = np.where(rng.random(n_nodes) < 0.2, np.nan, rng.random(n_nodes) * 1000)
    return nodes, table, _valves(rng, table, n_valves)


def layered_tables(rng: np.random.Generator, n_nodes: int, n_extra: int, n_valves: int) -> tuple[pd.DataFrame, ...]:
    """Return a network whose supply and return layers are two trees that differ here and there, plus a few pipes."""
    n_primary, n_stations = int(rng.integers(1, 2 + n_nodes // 3)), int(rng.integers(1, 5))
    names = {
        "primary": [f"p{i}" for i in range(n_primary)] + [f"t{i}" for i in range(n_stations)],
        "secondary": [f"t{i}" for i in range(n_stations)] + [f"q{i}" for i in range(n_nodes)],
    }
    alike, rows = float(rng.choice([0.5, 0.8, 1.0])), []
    for level, members in names.items():
        for i in range(1 if level == "primary" else n_stations, len(members)):
            supply, other = (members[int(rng.integers(max(0, i - 6), i))] for _ in range(2))
            if rng.random() < alike or supply == other:
                rows.append((supply, members[i], level, "pair"))
            else:
                rows += [(supply, members[i], level, "supply"), (members[i], other, level, "return")]
        for _ in range(int(rng.integers(0, n_extra + 1)) if len(members) > 1 else 0):
            one, two = rng.choice(len(members), 2, replace=False)
            rows.append((members[one], members[two], level, str(rng.choice(["pair", "supply", "return"]))))
    rng.shuffle(rows)
    ids = [(f"s{k}", *row) for k, row in enumerate(rows)]
    table = pd.DataFrame(ids, columns=["segment_id", "from_node", "to_node", "level", "line"])
    table["length_m"], table["diameter_mm"] = rng.integers(1, 400, len(table)) / 4, 100.0
    nodes = pd.DataFrame({"node_id": list(dict.fromkeys(names["primary"] + names["secondary"]))})
    kind = {"p": ["source", "junction", "building"], "t": ["station"], "q": ["junction", "building"]}
    nodes["kind"] = ["source" if n == "p0" else str(rng.choice(kind[n[0]])) for n in nodes["node_id"]]
    nodes["households"], nodes["load_kw"] = rng.integers(0, 60, len(nodes)), rng.random(len(nodes)) * 1000
    return nodes, table, _valves(rng, table, n_valves)


def _valves(rng: np.random.Generator, table: pd.DataFrame, n_valves: int) -> pd.DataFrame:
    valves = []
    for i in range(n_valves if len(table) else 0):
        row = table.iloc[int(rng.integers(len(table)))]
        node = row["from_node"] if rng.random() < 0.5 else row["to_node"]
        valves.append((f"v{i}", row["segment_id"], node, rng.random() < 0.8, rng.random() < 0.8))
    return pd.DataFrame(valves, columns=["valve_id", "segment_id", "node_id", "is_operable", "is_open"])


def _kind_share(rng: np.random.Generator) -> list[float]:
    shares = [[0.15, 0.25, 0.2, 0.4], [0.1, 0.1, 0.4, 0.4], [0.3, 0.3, 0.1, 0.3]]
    return shares[int(rng.integers(len(shares)))]


@st.composite
def networks(draw: st.DrawFn, max_nodes: int = 12) -> hn.Network:
    """Networks of every kind, most of them with something served."""
    n_nodes = draw(st.integers(2, max_nodes))
    n_segments = draw(st.one_of(st.integers(n_nodes, 2 * n_nodes), st.integers(0, 2 * n_nodes)))
    n_valves = draw(st.integers(0, 2 * n_segments))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    if draw(st.booleans()):
        return hn.Network(*layered_tables(rng, n_nodes, draw(st.integers(0, 3)), n_valves))
    return hn.Network(*tables(rng, n_nodes, n_segments, n_valves))
