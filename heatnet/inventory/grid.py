"""Places in metres: of the nodes of a network, and of records whose coordinates may be degrees."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heatnet._arrays import Floats, Truths
from heatnet.network import Network
from heatnet.schema.coordinates import can_be_degrees, grid_of, look_like_degrees, meridian_of

_ZONE_DEG = 3.0
_LEAST_NORTHING_M = 1e5  # below this a grid is one of the town's own, of which nobody knows where it lies
_LEAST_RATIO = 500.0  # of a pipe's length to the distance of its ends, where these are degrees taken for metres
_MOST_M = 1e8  # beyond this nothing lies on earth


class Placed(NamedTuple):
    """Places in the grid of a network: in metres, and which of them came in degrees (with no grid: unknown)."""

    places: Floats
    is_degrees: Truths


def nodes_in_degrees(network: Network) -> bool:
    """Return whether the coordinates of the nodes are degrees: such places, and pipes far longer than between them.

    Examples
    --------
    >>> import heatnet as hn
    >>> nodes_in_degrees(hn.examples.line())
    False
    """
    place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    x, y = place[:, 0], place[:, 1]
    known = ~np.isnan(place).any(axis=1)
    if not known.any() or not can_be_degrees(x, y) or np.ptp(x[known]) > _ZONE_DEG or np.ptp(y[known]) > _ZONE_DEG:
        return False
    distance = np.hypot(*(place[network.to_node] - place[network.from_node]).T)
    apart = distance > 0
    if not apart.any():
        return False
    return bool(np.median(network.length_m[apart] / distance[apart]) > _LEAST_RATIO)


def node_places(network: Network) -> Floats:
    """Return the places of the nodes in metres, turned from degrees where they are degrees."""
    place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    if not nodes_in_degrees(network):
        return place
    return np.stack(grid_of(place[:, 0], place[:, 1], meridian_of(place[:, 0])), axis=1)


def placed(network: Network, x: Floats, y: Floats) -> Placed:
    """Return places of records in the grid of the network.

    Degrees are turned into metres of the zone in which the network lies; where the network has a grid of its own,
    nobody knows where that lies, and they stay unknown.
    """
    places = np.stack([x, y], axis=1)
    places[np.abs(places).max(axis=1) > _MOST_M] = np.nan
    x, y = places[:, 0], places[:, 1]
    none = Placed(places, np.zeros(len(places), dtype=bool))
    nodes = node_places(network)
    nodes = nodes[~np.isnan(nodes).any(axis=1)]
    in_degrees = nodes_in_degrees(network)
    if not len(nodes) or not (look_like_degrees(x, y) or (in_degrees and can_be_degrees(x, y))):
        return none
    if not in_degrees and look_like_degrees(nodes[:, 0], nodes[:, 1]):
        return none
    is_degrees: Truths = np.asarray(~np.isnan(places).any(axis=1), dtype=bool)
    if np.median(nodes[:, 1]) < _LEAST_NORTHING_M:
        return Placed(np.full_like(places, np.nan), is_degrees)
    middle = np.median(nodes, axis=0)
    zone = meridian_of(x)
    turned = [np.stack(grid_of(x, y, zone + step * _ZONE_DEG), axis=1) for step in (0, -1, 1)]
    far = [float(np.nanmedian(np.hypot(*(one - middle).T))) for one in turned]
    return Placed(turned[int(np.argmin(far))], is_degrees)
