"""Both levels as pipes, consumers and sources between points, and the parts that hang together.

A *side* is a node, or the secondary side of a station (number ``n_nodes + k``); a *point* is a side in the supply or in
the return layer. Sides that hang on by one supply and one return pipe from the same neighbour are ends: what flows out
through the one comes back through the other, so both pipes count as one of the sum of their resistances and only the
head difference of an end matters. What is left is the core.

::

    supply   A ====== B ------ c ------ d        core: A, B in two layers
    return   A ====== B ------ c ------ d        ends: c hangs on B, d on c; one vertex each
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatnet._arrays import Floats, Ints, Truths
from heatnet.hydraulics.asking import (
    building_load_kw,
    flow_asked_m3_s,
    required_heads,
    resistances,
    station_load_kw,
)
from heatnet.network import BUILDING, Network
from heatnet.reachability.cut_off import feeding_sources
from heatnet.reachability.parts import valve_ends

_SLOW_M_S = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """The ends of the network; arrays per side.

    Parameters
    ----------
    parent : array of int
        The side on which an end hangs, -1 for sides of the core.
    rows : array of int, shape (2, n_sides)
        The supply and the return row between an end and its parent.
    root : array of int
        The side of the core on which it hangs at last; a core side: itself.
    rounds : tuple of array of int
        The ends in the order in which they were taken away; what hangs on an end stands before it.
    """

    parent: Ints
    rows: Ints
    root: Ints
    rounds: tuple[Ints, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Consumers:
    """Stations (their primary sides) and buildings, what hangs on one end standing together.

    Parameters
    ----------
    node : array of int
        Node of each, which is also its side.
    station : array of int
        Number of the station, -1 for buildings.
    is_secondary : array of bool
        A building on the secondary level.
    asked_m3_s, required_m : array of float
        What it asks; the head with which it gets all of it.
    first, stop : array of int
        Per side: the consumers at it and at the ends that hang on it.
    """

    node: Ints
    station: Ints
    is_secondary: Truths
    asked_m3_s: Floats
    required_m: Floats
    first: Ints
    stop: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Plumbing:
    """The network as sides, rows, consumers and sources; positions of the network's tables throughout.

    Parameters
    ----------
    n_nodes, n_sides : int
        Nodes; nodes and secondary sides of stations.
    end_sides : array of int, shape (2, n_segments)
        Sides at both ends of each row.
    in_layer : array of bool, shape (2, n_segments)
        The row has a pipe that may carry in supply, in return.
    is_shut : array of bool
        Per row: an operable valve on it stands closed.
    resistance, slow_m3_s : array of float
        Per row: of one pipe; the flow at 0.1 mm/s.
    source_side, source_node, source_station : array of int
        Per source: feeding sources of the primary level, then stations (their secondary sides); -1: no station.
    part : array of int
        Per side: the connected part (all valves that turn opened), levels apart.
    full_m3_s, needed_m : array of float
        Per side: what all consumers at it and at its ends ask; the head with which they all get it, -inf where nobody
        needs any.
    """

    n_nodes: int
    n_sides: int
    end_sides: Ints
    in_layer: Truths
    is_shut: Truths
    resistance: Floats
    slow_m3_s: Floats
    source_side: Ints
    source_node: Ints
    source_station: Ints
    part: Ints
    ends: Ends
    consumers: Consumers
    full_m3_s: Floats
    needed_m: Floats


def plumbing_of(network: Network) -> Plumbing:
    """Return the pipes, consumers and sources of a network, and its ends."""
    stations, n_nodes = network.station_nodes, network.n_nodes
    secondary_sides = n_nodes + np.arange(len(stations))
    n_sides = n_nodes + len(stations)
    side_on_secondary = np.arange(n_nodes)
    side_on_secondary[stations] = secondary_sides
    end_nodes = np.stack([network.from_node, network.to_node])
    end_sides = np.where(network.is_primary, end_nodes, side_on_secondary[end_nodes])
    in_layer = np.stack([network.in_supply, network.in_return]) & ~valve_ends(network).is_blocked.any(axis=0)
    is_shut = np.zeros(network.n_segments, dtype=bool)
    is_shut[network.valve_segment[network.valve_operable & ~network.valve_open]] = True
    sources = feeding_sources(network)
    source_side = np.concatenate([sources, secondary_sides])
    ends = _ends(end_sides, in_layer, source_side, n_sides)
    part = _parts(end_sides[:, in_layer.any(axis=0)], n_sides)
    area_m2 = np.pi / 4.0 * (network.diameter_mm / 1000.0) ** 2
    consumers, resistance = _consumers(network, ends, part, n_sides), resistances(network)
    full_m3_s = _full_flow(consumers, ends, n_sides)
    return Plumbing(
        n_nodes=n_nodes,
        n_sides=n_sides,
        end_sides=end_sides,
        in_layer=in_layer,
        is_shut=is_shut,
        resistance=resistance,
        slow_m3_s=area_m2 * _SLOW_M_S,
        source_side=source_side,
        source_node=np.concatenate([sources, stations]),
        source_station=np.concatenate([np.full(len(sources), -1), np.arange(len(stations))]),
        part=part,
        ends=ends,
        consumers=consumers,
        full_m3_s=full_m3_s,
        needed_m=_needed_heads(consumers, ends, resistance, full_m3_s),
    )


def _full_flow(consumers: Consumers, ends: Ends, n_sides: int) -> Floats:
    total: Floats = np.bincount(consumers.node, consumers.asked_m3_s, minlength=n_sides).astype(np.float64)
    for found in ends.rounds:
        np.add.at(total, ends.parent[found], total[found])
    return total


def _needed_heads(consumers: Consumers, ends: Ends, resistance: Floats, full_m3_s: Floats) -> Floats:
    needed = np.full(len(full_m3_s), -np.inf)
    asks = consumers.required_m > 0.0
    np.maximum.at(needed, consumers.node[asks], consumers.required_m[asks])
    for found in ends.rounds:
        lost = resistance[ends.rows[:, found]].sum(axis=0) * full_m3_s[found] ** 2
        np.maximum.at(needed, ends.parent[found], needed[found] + lost)
    return needed


def _consumers(network: Network, ends: Ends, part: Ints, n_sides: int) -> Consumers:
    """Return the consumers, part by part, those at one core side together, those at one end together."""
    on_secondary, is_touched = np.zeros(network.n_nodes, dtype=bool), np.zeros(network.n_nodes, dtype=bool)
    for end in (network.from_node, network.to_node):
        on_secondary[end[~network.is_primary]] = True
        is_touched[end] = True
    buildings = np.flatnonzero((network.node_kind == BUILDING) & is_touched)
    stations = network.station_nodes
    load = building_load_kw(network)
    asked = np.where(
        on_secondary[buildings],
        flow_asked_m3_s(load[buildings], "secondary"),
        flow_asked_m3_s(load[buildings], "primary"),
    )
    node = np.concatenate([stations, buildings])
    first, stop = _places(node, ends, part, n_sides)
    order = np.argsort(first[node], kind="stable")
    of_station = np.concatenate([np.arange(len(stations)), np.full(len(buildings), -1)])
    asked = np.concatenate([flow_asked_m3_s(station_load_kw(network, load), "primary"), asked])
    return Consumers(
        node=node[order],
        station=of_station[order],
        is_secondary=((of_station < 0) & on_secondary[node])[order],
        asked_m3_s=asked[order],
        required_m=required_heads(network)[node][order],
        first=first,
        stop=stop,
    )


def _places(node: Ints, ends: Ends, part: Ints, n_sides: int) -> tuple[Ints, Ints]:
    """Return per side which places the consumers at it and at its ends have in one order; its own comes first."""
    own = np.bincount(node, minlength=n_sides)
    count = own.copy()
    for found in ends.rounds:
        np.add.at(count, ends.parent[found], count[found])
    first = np.zeros(n_sides, dtype=np.int64)
    core = np.flatnonzero(ends.parent < 0)
    core = core[np.argsort(part[core], kind="stable")]
    first[core] = np.cumsum(count[core]) - count[core]
    cursor = first + own
    for found in reversed(ends.rounds):
        before = ends.parent[found]
        by_parent = np.argsort(before, kind="stable")
        found, before = found[by_parent], before[by_parent]
        ahead = np.cumsum(count[found]) - count[found]
        is_new = np.append(True, before[1:] != before[:-1])
        ahead -= np.repeat(ahead[is_new], np.diff(np.append(np.flatnonzero(is_new), len(found))))
        first[found] = cursor[before] + ahead
        np.add.at(cursor, before, count[found])
        cursor[found] = first[found] + own[found]
    return first, first + count


def _parts(end_sides: Ints, n_sides: int) -> Ints:
    ones = np.ones(end_sides.shape[1], dtype=np.int8)
    graph = coo_array((ones, (end_sides[0], end_sides[1])), shape=(n_sides, n_sides))
    _, labels = connected_components(graph, directed=False)
    return labels.astype(np.int64)


def _ends(end_sides: Ints, in_layer: Truths, source_side: Ints, n_sides: int) -> Ends:
    """Take ends away round by round: sides with one neighbour, to which one supply and one return pipe lead."""
    low, high = end_sides.min(axis=0), end_sides.max(axis=0)
    carries = np.flatnonzero(in_layer.any(axis=0))
    keys, link = np.unique(low[carries] * n_sides + high[carries], return_inverse=True)
    link = link.reshape(-1)
    counts = np.stack([np.bincount(link, weights=layer[carries], minlength=len(keys)) for layer in in_layer])
    rows = np.full((2, len(keys)), -1)
    for layer in (0, 1):
        chosen = in_layer[layer, carries]
        rows[layer, link[chosen]] = carries[chosen]
    is_matched = (counts == 1).all(axis=0)
    a, b = np.divmod(keys, n_sides)
    degree = np.bincount(np.concatenate([a, b]), minlength=n_sides)
    number = np.arange(len(keys))
    of_links = np.bincount(np.concatenate([a, b]), weights=np.tile(number, 2), minlength=n_sides).astype(np.int64)
    stays = np.zeros(n_sides, dtype=bool)
    stays[source_side] = True
    parent, parent_rows = np.full(n_sides, -1), np.full((2, n_sides), -1)
    removal = []
    found = np.flatnonzero((degree == 1) & ~stays)
    while len(found):
        last = of_links[found]
        found, last = found[is_matched[last]], last[is_matched[last]]
        before = a[last] + b[last] - found
        # Of two sides that hang only on each other the larger one goes.
        keeps = (degree[before] > 1) | stays[before] | (found > before)
        found, last, before = found[keeps], last[keeps], before[keeps]
        if not len(found):
            break
        parent[found], parent_rows[:, found] = before, rows[:, last]
        degree[found] = 0
        np.subtract.at(degree, before, 1)
        np.subtract.at(of_links, before, last)
        removal.append(found)
        found = np.unique(before[(degree[before] == 1) & ~stays[before]])
    root = np.arange(n_sides)
    for found in reversed(removal):
        root[found] = root[parent[found]]
    return Ends(parent, parent_rows, root, tuple(removal))
