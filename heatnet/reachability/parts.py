"""The network as parts and links: what one outage takes out is one part or one link in each layer.

A *point* is a node in one layer; a station has one point per side. Isolating a segment takes out one link between two
points. Isolating a section takes out one part: points and pipes that no valve separates, shrunk to a vertex. A section
holds together by itself, so what is joined stays joined when sections become vertices.

::

    points and pipes   A ===|=== B ======= C ===|=== D        | operable valve
    parts              (A)--(==== B ===== C ====)--(D)        - link: an end with a valve

Where every segment is a pair the two layers are alike, and one stands for both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from heatnet._arrays import AnyInts, Truths
from heatnet.graph.ranges import group_by, rows_and_columns
from heatnet.network import Network


@dataclass(frozen=True, slots=True)
class Ends:
    """What the valves do at the two ends of every segment; arrays of shape (2, n_segments).

    Attributes
    ----------
    is_operable : ndarray of bool
        An operable valve sits here.
    is_bounded : ndarray of bool
        Pipe and node belong to different sections: an operable valve, or a closed one that cannot be turned.
    is_blocked : ndarray of bool
        Nothing ever passes: a closed valve that cannot be turned.
    """

    is_operable: Truths
    is_bounded: Truths
    is_blocked: Truths


@dataclass(frozen=True, slots=True)
class Parts:
    """Vertices, links, and where nodes and pipes are found among them; one row per layer.

    Attributes
    ----------
    n_parts : int
        Number of vertices, over all layers and both levels, which no link joins.
    link_from, link_to : ndarray of int
        The parts that each link joins.
    point_part : ndarray of int, shape (n_layers, n_nodes + n_stations)
        Part of the point of each node (of a station: its primary side), then of each station's secondary side.
    end_points : ndarray of int, shape (2, n_segments)
        The points, within a layer, at both ends of each segment.
    pipe_unit : ndarray of int, shape (n_layers, n_segments)
        Part (of sections) or link (of segments) that an outage of the segment takes out; -1 if none that carries.
    """

    n_parts: int
    link_from: AnyInts
    link_to: AnyInts
    point_part: AnyInts
    end_points: AnyInts
    pipe_unit: AnyInts


def valve_ends(network: Network, *, repaired: int | None = None) -> Ends:
    """Return what the valves do at the ends of the segments, one valve (by position) being repaired."""
    shape = (2, network.n_segments)
    is_operable, is_blocked = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    can_turn = network.valve_operable
    if repaired is not None:
        can_turn = can_turn.copy()
        can_turn[repaired] = True
    for mark, chosen in ((is_operable, can_turn), (is_blocked, ~can_turn & ~network.valve_open)):
        mark[network.valve_end[chosen], network.valve_segment[chosen]] = True
    return Ends(is_operable, is_operable | is_blocked, is_blocked)


def layer_rows(network: Network) -> Truths:
    """Return which segments have a pipe in which layer, shape (n_layers, n_segments); one layer if all are pairs."""
    if (network.in_supply & network.in_return).all():
        return np.ones((1, network.n_segments), dtype=bool)
    return np.stack([network.in_supply, network.in_return])


def segment_parts(network: Network, *, unblocked: bool = False) -> Parts:
    """Return every point as a part and every pipe that carries (or would, with all valves open) as a link."""
    in_layer = layer_rows(network)
    if not unblocked:
        in_layer = in_layer & ~valve_ends(network).is_blocked.any(axis=0)
    end_points, points_per_layer = _end_points(network)
    pipe_unit = np.full(in_layer.shape, -1, dtype=np.int32)
    pipe_unit[in_layer] = np.arange(int(in_layer.sum()), dtype=np.int32)
    n_parts = len(in_layer) * points_per_layer
    points = np.arange(n_parts, dtype=np.int32).reshape(len(in_layer), points_per_layer)
    return Parts(n_parts, *_spread(in_layer, end_points, points_per_layer), points, end_points, pipe_unit)


def section_parts(network: Network, ends: Ends | None = None) -> Parts:
    """Return every section as a part, joined where an end with a valve lets heat pass.

    With `ends` the valves of the network are left aside for these.
    """
    in_layer = layer_rows(network)
    ends = valve_ends(network) if ends is None else ends
    end_points, points_per_layer = _end_points(network)
    free = in_layer & ~(ends.is_bounded[0] | ends.is_bounded[1])
    point_part, n_sections = _joined_points(free, end_points, points_per_layer)
    at_from, at_to = point_part.take(end_points[0], axis=1), point_part.take(end_points[1], axis=1)
    is_alone = in_layer & (ends.is_bounded[0] & ends.is_bounded[1])
    n_alone = int(np.count_nonzero(is_alone))
    pipe_part = np.where(ends.is_bounded[0], at_to, at_from)
    pipe_part[is_alone] = n_sections + np.arange(n_alone, dtype=np.int32)
    pipe_part[~in_layer] = -1
    carries = in_layer & ~(ends.is_blocked[0] | ends.is_blocked[1])
    from_links, to_links = (np.flatnonzero(carries & is_bounded) for is_bounded in ends.is_bounded)
    return Parts(
        n_sections + n_alone,
        np.concatenate([pipe_part.take(from_links), pipe_part.take(to_links)]),
        np.concatenate([at_from.take(from_links), at_to.take(to_links)]),
        point_part,
        end_points,
        pipe_part,
    )


def _end_points(network: Network) -> tuple[AnyInts, int]:
    """Return the points at both ends of each segment, within one layer, and the number of points of a layer."""
    n_nodes, stations = network.n_nodes, network.station_nodes
    secondary_point = np.arange(n_nodes, dtype=np.int32)
    secondary_point[stations] = n_nodes + np.arange(len(stations), dtype=np.int32)
    end_nodes = np.stack([network.from_node, network.to_node]).astype(np.int32)
    end_points = np.where(network.is_primary, end_nodes, secondary_point[end_nodes])
    return end_points, n_nodes + len(stations)


def _spread(chosen: Truths, end_points: AnyInts, points_per_layer: int) -> tuple[AnyInts, AnyInts]:
    """Return the two end points of the chosen pipes, numbered over all layers."""
    layer, segment = rows_and_columns(chosen)
    offset = (layer * points_per_layer).astype(np.int32)
    return end_points[0].take(segment) + offset, end_points[1].take(segment) + offset


def _joined_points(free: Truths, end_points: AnyInts, points_per_layer: int) -> tuple[AnyInts, int]:
    """Return the number of the connected set of each point, one row per layer, and how many sets there are.

    What pipes of both layers join is joined once for both, and then by the pipes of each layer alone.
    """
    in_all = np.flatnonzero(free.all(axis=0))
    together, n_together = _joined(points_per_layer, end_points[0].take(in_all), end_points[1].take(in_all))
    if len(free) == 1:
        return together[None], n_together
    rows, n_sets = [], 0
    for of_layer in free:
        alone = np.flatnonzero(of_layer & ~(free[0] & free[1]))
        ends = [together.take(points.take(alone)) for points in end_points]
        joined, n_joined = _joined(n_together, *ends)
        rows.append(joined.take(together) + np.int32(n_sets))
        n_sets += n_joined
    return np.stack(rows), n_sets


def _joined(n_points: int, link_from: AnyInts, link_to: AnyInts) -> tuple[AnyInts, int]:
    """Return the number of the connected set of each point, and how many sets there are."""
    order, starts = group_by(link_from, n_points)
    ones = np.ones(len(order), dtype=np.float64)
    graph: csr_array[np.float64] = csr_array((ones, link_to[order], starts), shape=(n_points, n_points))
    n_sets, labels = connected_components(graph, directed=False)
    return labels, int(n_sets)
