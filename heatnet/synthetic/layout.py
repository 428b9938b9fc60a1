"""The drawn pipes of both levels as one network: places, lengths, loads, diameters, supply paths and valves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from heatnet._arrays import Floats, Ints, Truths
from heatnet.network import BUILDING, JUNCTION, SOURCE, STATION
from heatnet.synthetic.blocks import Blocks
from heatnet.synthetic.pipes import FEED, MAIN, RISER, SERVICE, TIE, Pipes, joined
from heatnet.synthetic.primary import draw_primary, sources_of
from heatnet.synthetic.secondary import draw_ties, draw_trees
from heatnet.synthetic.sizing import sized_diameters
from heatnet.synthetic.trees import Forest, forest_of

_TWIN_SHARE = 0.015
_SHORTEST_M = 1.0
_BEND_M, _BEND_LENGTH_M = 170.0, 1500.0
_DN = np.array(
    [40, 50, 65, 80, 100, 125, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900, 1000], dtype=np.float64
)
_PRIMARY_DN, _SECONDARY_DN = _DN[_DN >= 200], _DN[_DN <= 300]
_LEAST_MAIN_DN = 350.0
_KW_PER_KG_S = {"primary": 4.19 * 60.0, "secondary": 4.19 * 20.0}


@dataclass(frozen=True, slots=True)
class Layout:
    """The network as arrays; nodes in the order sources, stations, junctions, buildings, return rows last.

    Parameters
    ----------
    pipes : Pipes
        Nodes and segments, in metres as scaled.
    node_kind : int8 array
        Per node, as in `heatnet.network`.
    length_m, diameter_mm : float array
        Per segment.
    twin : int array
        Per segment: for a return row its supply row, for a supply row its return row, -1 for a pair.
    is_return : bool array
        Per segment.
    households : float array
        Per node, 0 where no building stands.
    tree : Forest
        Least-resistance supply tree over the nodes.
    entering : int array
        Per node: the segment by which heat comes in, -1 at sources.
    """

    pipes: Pipes
    node_kind: npt.NDArray[np.int8]
    length_m: Floats
    diameter_mm: Floats
    twin: Ints
    is_return: Truths
    households: Floats
    tree: Forest
    entering: Ints

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_kind)

    @property
    def n_segments(self) -> int:
        """Number of segments."""
        return len(self.length_m)

    @property
    def is_primary(self) -> Truths:
        """Per segment: on the primary level."""
        return self.pipes.role <= SERVICE

    @property
    def stations(self) -> Ints:
        """Nodes of the stations, in the order of the blocks."""
        return np.flatnonzero(self.node_kind == STATION)

    @property
    def buildings(self) -> Ints:
        """Nodes of the buildings."""
        return np.flatnonzero(self.node_kind == BUILDING)


def draw_layout(rng: np.random.Generator, blocks: Blocks, length_km: float, recipe: int) -> Layout:
    """Draw the pipes of the city, as long in all as asked for to the decimetre."""
    primary = draw_primary(rng, blocks)
    first_station = sources_of(blocks.count)
    trees = draw_trees(rng, blocks, first_station, len(primary.x_m))
    base = joined(primary, trees, draw_ties(rng, blocks, trees))
    kind = np.full(len(base.x_m), JUNCTION, dtype=np.int8)
    kind[:first_station] = SOURCE
    kind[first_station : first_station + blocks.count] = STATION
    kind[base.to_node[base.role == RISER]] = BUILDING
    pipes, twin, is_return = _with_return_rows(rng, _bent(rng, base))
    pipes, length_m = _scaled(rng, pipes, twin, is_return, length_km)
    households = np.zeros(len(kind))
    is_building = kind == BUILDING
    households[is_building] = _households(rng, int(is_building.sum()))
    diameter_mm = _diameters(pipes, length_m, households, len(primary.from_node), first_station, recipe)
    diameter_mm[is_return] = diameter_mm[twin[is_return]]
    entering, parent = _supply_tree(pipes, length_m, diameter_mm, len(primary.from_node), first_station)
    return Layout(
        pipes=pipes,
        node_kind=kind,
        length_m=length_m,
        diameter_mm=diameter_mm,
        twin=twin,
        is_return=is_return,
        households=households,
        tree=forest_of(parent),
        entering=entering,
    )


def _bent(rng: np.random.Generator, pipes: Pipes) -> Pipes:
    """Turn the grid a little off north and bend it gently, as towns along a river or a railway are."""
    turn, wave = rng.uniform(-0.22, 0.22), rng.uniform(0.0, 2.0 * np.pi, 2)
    x = pipes.x_m + _BEND_M * np.sin(pipes.y_m / _BEND_LENGTH_M + wave[0])
    y = pipes.y_m + _BEND_M * np.sin(pipes.x_m / _BEND_LENGTH_M + wave[1])
    cos, sin = np.cos(turn), np.sin(turn)
    return replace(pipes, x_m=cos * x - sin * y, y_m=sin * x + cos * y)


def _with_return_rows(rng: np.random.Generator, pipes: Pipes) -> tuple[Pipes, Ints, Truths]:
    """List a few segments as a supply row and a return row instead of a pair; return rows stand at the end."""
    count = len(pipes.from_node)
    can_split = np.flatnonzero(~pipes.is_closed)
    split = np.sort(rng.choice(can_split, round(_TWIN_SHARE * count), replace=False))
    rows = np.append(np.arange(count), split)
    twin = np.full(len(rows), -1)
    twin[split] = count + np.arange(len(split))
    twin[count:] = split
    both = replace(
        pipes,
        from_node=pipes.from_node[rows],
        to_node=pipes.to_node[rows],
        role=pipes.role[rows],
        street=pipes.street[rows],
        run=pipes.run[rows],
        is_closed=pipes.is_closed[rows],
    )
    return both, twin, np.arange(len(rows)) >= count


def _scaled(
    rng: np.random.Generator, pipes: Pipes, twin: Ints, is_return: Truths, length_km: float
) -> tuple[Pipes, Floats]:
    """Scale the map so that the segments, a little longer than the crow flies, add up to the length asked for."""
    a, b = pipes.from_node, pipes.to_node
    straight_m = np.hypot(pipes.x_m[a] - pipes.x_m[b], pipes.y_m[a] - pipes.y_m[b])
    detour = 1.0 + 0.08 * rng.random(len(a)) ** 2
    detour[is_return] = detour[twin[is_return]]
    drawn_m = np.maximum(straight_m * detour, _SHORTEST_M)
    factor = length_km * 1000.0 / float(np.cumsum(drawn_m)[-1])
    ends_dm = np.rint(np.cumsum(drawn_m) * (factor * 10.0))
    length_m = np.maximum(np.diff(ends_dm, prepend=0.0), 1.0) / 10.0
    x_m, y_m = pipes.x_m * factor, pipes.y_m * factor
    return (
        replace(
            pipes,
            x_m=np.round(x_m - x_m.min() + 1000.0, 1),
            y_m=np.round(y_m - y_m.min() + 1000.0, 1),
        ),
        length_m,
    )


def _households(rng: np.random.Generator, count: int) -> Floats:
    """Return buildings of 20 to 200 households, most of them slabs of two to five entrances."""
    households: Floats = np.clip(np.rint(np.exp(rng.normal(np.log(38.0), 0.5, count))), 20.0, 200.0)
    return households


def _diameters(
    pipes: Pipes, length_m: Floats, households: Floats, n_primary: int, first_station: int, recipe: int
) -> Floats:
    """Size every pipe for the flow behind it at an even pressure drop, rounded up to a nominal diameter."""
    uniform = np.full(len(length_m), 100.0)
    entering, parent = _supply_tree(pipes, length_m, uniform, n_primary, first_station)
    behind_kw = forest_of(parent).sum_up(households) * 4.3
    segment_kw = np.zeros(len(length_m))
    has_parent = entering >= 0
    segment_kw[entering[has_parent]] = behind_kw[has_parent]
    if recipe > 1:
        return sized_diameters(pipes, segment_kw, entering)
    on_primary = pipes.role <= SERVICE
    kg_s = segment_kw / np.where(on_primary, _KW_PER_KG_S["primary"], _KW_PER_KG_S["secondary"])
    wanted_mm = 44.0 * kg_s**0.38  # an even 60 Pa/m in rough steel pipes
    primary_mm = _PRIMARY_DN[np.minimum(np.searchsorted(_PRIMARY_DN, 0.95 * wanted_mm), len(_PRIMARY_DN) - 1)]
    is_main = (pipes.role == MAIN) | (pipes.role == FEED)
    primary_mm = np.where(is_main, np.maximum(primary_mm, _LEAST_MAIN_DN), primary_mm)
    secondary = np.minimum(np.searchsorted(_SECONDARY_DN, 0.95 * wanted_mm), len(_SECONDARY_DN) - 1)
    sized = np.where(on_primary, primary_mm, _SECONDARY_DN[secondary])
    ties = np.flatnonzero(pipes.role == TIE)
    ends = entering[np.stack([pipes.from_node[ties], pipes.to_node[ties]])]
    sized[ties] = sized[ends].max(axis=0)
    return sized


def _supply_tree(
    pipes: Pipes, length_m: Floats, diameter_mm: Floats, n_primary: int, first_station: int
) -> tuple[Ints, Ints]:
    """Return for each node the segment through which it is supplied at least resistance, and its node before."""
    n_nodes = len(pipes.x_m)
    entering, parent = np.full(n_nodes, -1), np.full(n_nodes, -1)
    kept = np.flatnonzero(~pipes.is_closed[:n_primary])
    a, b = pipes.from_node[kept], pipes.to_node[kept]
    n_joined = int(max(a.max(), b.max())) + 1
    resistance = csr_array((length_m[kept] / diameter_mm[kept] ** 5, (a, b)), shape=(n_joined, n_joined))
    _, before, _ = dijkstra(
        resistance, directed=False, indices=np.arange(first_station), min_only=True, return_predecessors=True
    )
    reached = np.flatnonzero(before >= 0)
    ends = np.sort(np.stack([a, b]), axis=0)
    key = ends[0] * n_joined + ends[1]
    wanted = np.minimum(before[reached], reached) * n_joined + np.maximum(before[reached], reached)
    by_key = np.argsort(key, kind="stable")
    entering[reached] = kept[by_key[np.searchsorted(key[by_key], wanted)]]
    parent[reached] = before[reached]
    of_tree = np.arange(n_primary, n_primary + n_nodes - n_joined)  # each other node has its own segment
    entering[pipes.to_node[of_tree]] = of_tree
    parent[pipes.to_node[of_tree]] = pipes.from_node[of_tree]
    return entering, parent
