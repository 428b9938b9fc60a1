"""The slow twin of `heatnet.hydraulics`: one outage at a time, by plain dense Newton steps.

Nothing is contracted, folded, shared or started warm: each outage is written down anew, pipe by pipe in two layers,
from the words of what a network is. The laws have one solution, so an answer that fulfils them all is the answer.
"""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import strategies as st

import heatnet as hn
from tests.reachability_oracle import LAYERS, Out, Twin, layered_tables, tables

DELTA_T = {"primary": 50.0, "secondary": 15.0}
REQUIRED = {"primary": 15.0, "secondary": 5.0}


class HydraulicTwin:
    """Answers about one network in which every source and station has its head given or all of a part have none."""

    def __init__(self, network: hn.Network) -> None:
        self.plain = Twin(network)
        self.sources_now: list[str] | None = None
        nodes = network.nodes.set_index("node_id")
        self.rows = network.segments.set_index("segment_id").to_dict("index")
        self.kind = nodes["kind"].to_dict()
        self.level = {}
        for row in self.rows.values():
            for end in (row["from_node"], row["to_node"]):
                if self.kind[end] != "station":
                    self.level[end] = row["level"]
        self.load = {}
        for name, row in nodes[nodes["kind"] == "building"].iterrows():
            guesses = (row["load_kw"], row["households"] * 5.0, row["area_m2"] * 0.05, 0.0)
            self.load[name] = next(guess for guess in guesses if not np.isnan(guess))
        self.required = {n: self._required(n, nodes.loc[n, "required_head_m"]) for n in self.kind}
        self.given = nodes["head_m"].to_dict()
        self.shut = {
            (v["segment_id"]) for v in network.valves.to_dict("records") if v["is_operable"] and not v["is_open"]
        }
        self.station_of = {b: self._station(b, Out(), is_intact=True) for b in self.plain.buildings}
        self.station_load = dict.fromkeys(self.plain.stations, 0.0)
        for building, station in self.station_of.items():
            if station:
                self.station_load[station] += self.load[building]
        self.heads: dict[str, float] = {}
        self._work_out_heads()
        self.intact = self.shares(Out(), is_intact=True)

    def _required(self, node: str, given: float) -> float:
        if not np.isnan(given):
            return given
        return REQUIRED[self.level.get(node, "primary")]

    # --- parts of the network -----------------------------------------------------------------------------------

    def carrying(self, layer: str, level: str, out: Out, *, is_intact: bool) -> list[tuple[str, str, str]]:
        found = []
        for s in self.plain.pipes(layer, level):
            u, v = self.plain.ends[s]
            blocked = (s, u) in self.plain.blocked_ends or (s, v) in self.plain.blocked_ends
            gone = (s, layer) in out.pipes or {(u, level, layer), (v, level, layer)} & out.points
            if not (blocked or gone or (is_intact and s in self.shut)):
                found.append((s, u, v))
        return found

    def parts(self, level: str, out: Out, *, is_intact: bool) -> dict[str, dict[str, int]]:
        """Which part each node belongs to, layer by layer."""
        labels: dict[str, dict[str, int]] = {}
        for layer in LAYERS:
            graph: nx.Graph = nx.Graph()
            graph.add_nodes_from(n for n in self.kind if (n, level, layer) not in out.points)
            graph.add_edges_from((u, v) for _, u, v in self.carrying(layer, level, out, is_intact=is_intact))
            labels[layer] = {n: k for k, part in enumerate(nx.connected_components(graph)) for n in part}
        return labels

    def sources(self, level: str, out: Out, *, is_intact: bool) -> list[str]:
        if self.sources_now is not None:
            return self.sources_now
        if level == "primary":
            names = [n for n, kind in self.kind.items() if kind == "source" and self.level.get(n) != "secondary"]
        else:
            names = [t for t in self.plain.stations if t not in out.stations and self._is_live(t, out, is_intact)]
        return [n for n in names if not {(n, level, layer) for layer in LAYERS} & out.points]

    def _is_live(self, station: str, out: Out, is_intact: bool) -> bool:
        return station in self.joined("primary", [station], out, is_intact=is_intact)

    def joined(self, level: str, nodes: list[str], out: Out, *, is_intact: bool) -> set[str]:
        """Nodes whose two sides meet a common source."""
        labels = self.parts(level, out, is_intact=is_intact)
        supply, back = labels["supply"], labels["return"]
        meets = {(supply[n], back[n]) for n in self.sources(level, out, is_intact=is_intact)}
        return {n for n in nodes if n in supply and n in back and (supply[n], back[n]) in meets}

    def consumers(self, level: str, out: Out, *, is_intact: bool) -> list[str]:
        names = [b for b in self.plain.buildings if self.level.get(b) == level]
        if level == "primary":
            names += [t for t in self.plain.stations if t not in out.stations]
        return sorted(self.joined(level, names, out, is_intact=is_intact))

    def asked(self, node: str, level: str) -> float:
        load = self.station_load[node] if self.kind[node] == "station" else self.load[node]
        return load / (4190.0 * DELTA_T[level])

    def _station(self, building: str, out: Out, *, is_intact: bool) -> str:
        """The station on the supply path: plain Dijkstra by (resistance, id of the segment that enters)."""
        import heapq

        starts = self.sources("primary", Out(), is_intact=is_intact)
        starts = [n for n in starts if (n, "primary", "supply") not in out.points]
        edges: dict[tuple[str, str], list[tuple[float, str, tuple[str, str]]]] = {}
        for level in ("primary", "secondary"):
            for s, u, v in self.carrying("supply", level, out, is_intact=is_intact):
                loss = self.rows[s]["length_m"] / self.rows[s]["diameter_mm"] ** 5
                edges.setdefault((u, level), []).append((loss, s, (v, level)))
                edges.setdefault((v, level), []).append((loss, s, (u, level)))
        for t in self.plain.stations:
            if t not in out.stations and (t, "secondary", "supply") not in out.points:
                edges.setdefault((t, "primary"), []).append((0.0, "", (t, "secondary")))
        queue = [(0.0, "", (n, "primary"), "") for n in starts]
        heapq.heapify(queue)
        found: dict[tuple[str, str], str] = {}
        while queue:
            total, name, at, station = heapq.heappop(queue)
            if at in found:
                continue
            found[at] = station
            for loss, segment, to in edges.get(at, []):
                passes = to[0] if at[1] == "primary" and to[1] == "secondary" else station
                heapq.heappush(queue, (total + loss, segment or name, to, passes))
        return found.get((building, "secondary"), "")

    # --- one steady flow ----------------------------------------------------------------------------------------

    def resistance(self, segment: str) -> float:
        row = self.rows[segment]
        diameter, rough = row["diameter_mm"] / 1000.0, row["roughness_mm"]
        rough = 0.0005 if np.isnan(rough) else rough / 1000.0
        friction = 0.11 * (rough / diameter) ** 0.25
        return 8.0 * friction * row["length_m"] * 1.2 / (np.pi**2 * 9.81 * diameter**5)

    def level_shares(
        self, level: str, out: Out, heads: dict[str, float], *, is_intact: bool, is_full: bool = False
    ) -> Any:
        """Flow shares of the consumers of a level; with `is_full` what head each lacks when all take what they ask."""
        consumers = self.consumers(level, out, is_intact=is_intact)
        labels = self.parts(level, out, is_intact=is_intact)
        sides = {n: (labels["supply"].get(n), labels["return"].get(n)) for n in self.kind}
        sources = [
            n for n in self.sources(level, out, is_intact=is_intact) if sides[n] in {sides[c] for c in consumers}
        ]
        points: dict[tuple[str, str], int] = {}

        def at(n: str, layer: str) -> int:
            return points.setdefault((n, layer), len(points))

        pipes = [
            (at(u, layer), at(v, layer), self.resistance(s))
            for layer in LAYERS
            for s, u, v in self.carrying(layer, level, out, is_intact=is_intact)
        ]
        feeds = [(at(n, "return"), at(n, "supply"), heads[n]) for n in sources]
        asks = [(at(n, "supply"), at(n, "return"), self.asked(n, level), self.required[n], is_full) for n in consumers]
        heads_found, by_flow = solved(len(points), pipes, feeds, asks)
        shares = {}
        for k, (n, (supply, back, asked, required, _)) in enumerate(zip(consumers, asks, strict=True)):
            h = heads_found[supply] - heads_found[back]
            if is_full:
                shares[n] = required - h
            elif required == 0.0:
                shares[n] = 1.0
            else:
                shares[n] = by_flow[k] if asked > 0 else min(1.0, np.sqrt(max(0.0, h) / required))
        return shares

    def _work_out_heads(self) -> None:
        for level in ("primary", "secondary"):
            sources = self.sources(level, Out(), is_intact=True)
            graph: nx.Graph = nx.Graph()
            graph.add_nodes_from(self.kind)
            for layer in LAYERS:
                graph.add_edges_from((u, v) for _, u, v in self.carrying(layer, level, Out(), is_intact=True))
            part = {n: k for k, members in enumerate(nx.connected_components(graph)) for n in members}
            missing = [n for n in sources if np.isnan(self.given[n])]
            if level == "secondary":  # stations without heat in parts without any count as if they had some
                warm = {part[n] for n in sources}
                sources = [n for n in self.plain.stations if n in sources or part[n] not in warm]
                missing = [n for n in sources if np.isnan(self.given[n])]
            trial = {n: 0.0 if n in missing else self.given[n] for n in sources}
            if missing:
                mixed = {part[n] for n in missing} & {part[n] for n in sources if n not in missing}
                assert not mixed, "the twin knows parts with all heads or with none"
                self.sources_now = sources
                lacks = self.level_shares(level, Out(), trial, is_intact=True, is_full=True)
                self.sources_now = None
                for n in missing:
                    worst = [lack for c, lack in lacks.items() if part[c] == part[n] and self.required[c] > 0.0]
                    trial[n] = 1.1 * max([*worst, 0.0])
            self.heads |= {(n, level): head for n, head in trial.items()}

    def shares(self, out: Out, *, is_intact: bool = False) -> dict[str, float]:
        """Flow share of every building."""
        own: dict[str, dict[str, float]] = {}
        for level in ("primary", "secondary"):
            heads = {
                n: self.heads.get((n, level), self.given[n]) for n in self.sources(level, out, is_intact=is_intact)
            }
            own[level] = self.level_shares(level, out, heads, is_intact=is_intact)
        self.own = own
        result = {}
        for b in self.plain.buildings:
            level = self.level.get(b, "")
            share = own[level].get(b, 0.0) if level else 0.0
            if level == "secondary":
                share *= own["primary"].get(self._station(b, out, is_intact=is_intact), 0.0)
            result[b] = share
        return result

    def outage_supply(self, isolate: str | None = None, norm_share: float = 0.85) -> pd.DataFrame:
        isolate = self.plain.mode(isolate)
        served = self.plain.intact
        asks = {b: self.asked(b, self.level[b]) for b in served}
        rows = []
        for asset in self.plain.assets:
            out = self.plain.out(asset, isolate)
            shares, cut = self.shares(out), self.plain.lost(asset, isolate)
            heat = {b: self.heat_share(shares[b], self.intact[b]) if b not in cut else 0.0 for b in served}
            short = [b for b in served if heat[b] < norm_share]
            total = sum(asks.values())
            rows.append(
                {
                    "asset_id": asset,
                    "flow_share": sum(asks[b] * shares[b] for b in served) / total if total else np.nan,
                    "households_short": sum(self.plain.households[b] for b in short),
                    "buildings_short": len(short),
                }
            )
        columns = ["asset_id", "flow_share", "households_short", "buildings_short"]
        return pd.DataFrame(rows, columns=columns).set_index("asset_id")

    @staticmethod
    def heat_share(share: float, intact: float) -> float:
        return min(1.0, share / intact) ** 0.4 if intact > 0.0 else 1.0


def solved(n_points: int, pipes: list[Any], feeds: list[Any], asks: list[Any]) -> tuple[np.ndarray, list[float]]:
    """Heads of the points and flow shares of the consumers: plain Newton, dense, with states at the kinks.

    A consumer is full, between, or off; a source open or closed. All equations of the states assumed are linearised and
    solved at once; states that the answer contradicts are changed. Only an answer that fulfils every law is returned.
    """
    if not asks:
        return np.zeros(n_points), []
    scale = sum(ask[2] for ask in asks) or 1e-6
    edges = [*pipes, *feeds, *asks]
    a = np.zeros((n_points, len(edges)))
    for k, edge in enumerate(edges):
        a[edge[0], k], a[edge[1], k] = 1.0, -1.0
    of_pipes = slice(0, len(pipes))
    of_feeds = slice(len(pipes), len(pipes) + len(feeds))
    of_asks = slice(len(pipes) + len(feeds), len(edges))
    r = np.array([pipe[2] for pipe in pipes]) * scale**2
    head = np.array([feed[2] for feed in feeds])
    q = np.array([ask[2] for ask in asks]) / scale
    required = np.array([ask[3] for ask in asks])
    is_fixed = np.array([ask[4] for ask in asks], dtype=bool) | (required == 0.0) | (q == 0.0)
    rng = np.random.default_rng(0)
    for step in range(1000):
        if step % 250 == 0:  # anew, from another start
            x = np.concatenate(
                [rng.uniform(-0.2, 0.2, len(pipes)), np.zeros(len(feeds)), q * rng.uniform(0.1, 1.0, len(q))]
            )
            state = np.full(len(asks), 2 if step == 0 else 1)
            is_open = np.ones(len(feeds), dtype=bool)
        slope, base = np.zeros(len(edges)), x.copy()  # flow = base + slope*drop, or drop = given
        p, d = x[of_pipes], x[of_asks]
        steep = 2 * r * np.maximum(np.abs(p), 1e-5)
        slope[of_pipes], base[of_pipes] = 1 / steep, p - r * p * np.abs(p) / steep
        inside = (state == 1) & ~is_fixed
        safe = np.where(inside, np.maximum(d, 1e-7 * q), 1.0)
        rise = np.where(inside, 2 * required * safe / np.where(q > 0, q, 1.0) ** 2, 1.0)
        slope[of_asks] = np.where(inside, 1 / rise, 0.0)
        taken = required * (safe / np.where(q > 0, q, 1.0)) ** 2
        base[of_asks] = np.where(inside, safe - taken / rise, np.where(is_fixed | (state == 2), q, 0.0))
        base[of_feeds] = 0.0
        heads, given = _linear(a, slope, base, of_feeds, head, is_open)
        drop = a.T @ heads
        new = base + slope * drop
        new[of_feeds] = given
        before = (state.copy(), is_open.copy())
        h, d = drop[of_asks], new[of_asks]
        state = np.where(inside & (d > q), 2, np.where(inside & (d < 0), 0, state))
        state = np.where(
            (before[0] == 2) & (h < required - 1e-12), 1, np.where((before[0] == 0) & (h > 1e-12), 1, state)
        )
        new[of_asks] = np.where(
            (before[0] == 0) & (state == 1), q * np.sqrt(np.clip(h / np.where(required > 0, required, 1), 0, 1)), d
        )
        is_open = np.where(is_open, new[of_feeds] >= -1e-12, -drop[of_feeds] < head - 1e-12)
        same = ((state == before[0]) | is_fixed).all() and (is_open == before[1]).all()
        p = new[of_pipes]
        per = np.where(q > 0, q, 1)
        law = max(
            np.abs(r * p * np.abs(p) - drop[of_pipes]).max(initial=0.0),
            1e5 * np.abs(np.where(inside & same, required * (d / per) ** 2 - h, 0.0)).max(initial=0.0),
        )
        if same and law < 1e-6:
            if np.abs(a @ new).max(initial=0.0) > 1e-6:
                break
            return heads, np.where(is_fixed, 1.0, np.clip(d / per, 0, 1)).tolist()
        x = x + (1.0 if step % 250 < 40 else rng.uniform(0.1, 1.0)) * (new - x)
    raise NotSolvedError


class NotSolvedError(Exception):
    """The plain method ran in a circle; says nothing about the network."""


def _linear(
    a: np.ndarray, slope: np.ndarray, base: np.ndarray, of_feeds: slice, head: np.ndarray, is_open: np.ndarray
) -> Any:
    """Heads, and flows of the sources: conservation at every point, open sources hold their head."""
    n, m = len(a), len(head)
    left = np.zeros((n + m, n + m))
    left[:n, :n] = (a * slope) @ a.T
    left[:n, n:] = a[:, of_feeds]
    right = np.concatenate([-(a @ base), np.where(is_open, -head, 0.0)])
    left[n:, :n] = np.where(is_open[:, None], a[:, of_feeds].T, 0.0)
    left[n:, n:] = np.diag(np.where(is_open, 0.0, 1.0))
    graph: nx.Graph = nx.Graph()
    graph.add_nodes_from(range(n))
    for k in np.flatnonzero(slope > 0.0).tolist() + (of_feeds.start + np.flatnonzero(is_open)).tolist():
        graph.add_edge(*np.flatnonzero(a[:, k]).tolist())
    for part in nx.connected_components(graph):
        left[min(part)] = 0.0
        left[min(part), min(part)], right[min(part)] = 1.0, 0.0
    size = np.sqrt(np.concatenate([np.maximum(np.diag(left)[:n], 1e-30), np.ones(m)]))
    scaled = left / np.outer(size, size)
    answer = np.zeros(n + m)
    for _ in range(3):
        answer += np.linalg.solve(scaled, (right - left @ answer) / size) / size
    return answer[:n], answer[n:]


@st.composite
def hydraulic_networks(draw: st.DrawFn, max_nodes: int = 10) -> hn.Network:
    """Networks of every kind; heads all given or none, loads and needs of every kind."""
    n_nodes = draw(st.integers(2, max_nodes))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_valves = draw(st.integers(0, 2 * n_nodes))
    if draw(st.booleans()):
        nodes, segments, valves = layered_tables(rng, n_nodes, draw(st.integers(0, 4)), n_valves)
    else:
        nodes, segments, valves = tables(rng, n_nodes, draw(st.integers(n_nodes, 2 * n_nodes)), n_valves)
    if draw(st.booleans()):
        nodes["head_m"] = rng.choice([0.5, 4.0, 16.0, 20.0, 60.0], len(nodes))
    nodes["required_head_m"] = rng.choice([np.nan, np.nan, 5.0, 12.0, 0.0], len(nodes))
    nodes["area_m2"] = rng.choice([np.nan, 2000.0], len(nodes))
    segments["diameter_mm"] = rng.choice([40.0, 65.0, 100.0, 300.0], len(segments))
    segments["length_m"] *= 10.0
    segments["roughness_mm"] = rng.choice([np.nan, 0.2], len(segments))
    if draw(st.booleans()):
        segments["line"] = "pair"
    return hn.Network(nodes, segments, valves)


def is_close(found: float, slow: float) -> bool:
    """The twin knows a share to about 1e-6 of the head, so that very small shares count as none."""
    return bool((np.isnan(found) and np.isnan(slow)) or abs(found - slow) < 2e-6 or max(found, slow) < 2e-3)
