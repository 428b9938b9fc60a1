"""Jobs: `cold_hours` and `reliability` beside `supply_loss`, on one made-up network.

It is made in the manner of a city: a looped primary level with valves, stations, secondary trees of buildings.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from heatnet.consequence import cold_hours, reliability
from heatnet.network import Network
from heatnet.reachability import supply_loss

SEGMENTS_PER_STATION = 350


def sample_network(n_segments: int, n_constants: int, rng: np.random.Generator) -> Network:
    """Return a looped primary level that feeds secondary trees, with valves at one segment end in five."""
    n_stations = max(n_segments // SEGMENTS_PER_STATION, 1)
    n_junctions = 8 * n_stations
    n_buildings = n_segments - int(1.3 * n_junctions) - n_stations
    names = ["source", *(f"j{i}" for i in range(n_junctions)), *(f"t{i}" for i in range(n_stations))]
    first_station, first_building = 1 + n_junctions, 1 + n_junctions + n_stations
    names += [f"b{i}" for i in range(n_buildings)]
    ring = np.arange(n_junctions)
    chords = rng.integers(1, 1 + n_junctions, (int(0.3 * n_junctions), 2))
    chords = chords[chords[:, 0] != chords[:, 1]]
    feeders = np.column_stack([rng.integers(1, 1 + n_junctions, n_stations), first_station + np.arange(n_stations)])
    station_of = rng.integers(0, n_stations, n_buildings)
    parent = first_station + station_of
    for station in range(n_stations):
        own = np.flatnonzero(station_of == station)
        picks = (rng.random(len(own)) * np.arange(len(own)))[1:].astype(int)
        parent[own[1:]] = first_building + own[picks]
    ends = np.concatenate(
        [
            np.column_stack([ring, ring + 1]),
            chords,
            feeders,
            np.column_stack([parent, first_building + np.arange(n_buildings)]),
        ]
    )
    n_primary = len(ends) - n_buildings
    label = np.array(names, dtype=object)
    segments = pd.DataFrame(
        {
            "segment_id": [f"s{i}" for i in range(len(ends))],
            "from_node": label[ends[:, 0]],
            "to_node": label[ends[:, 1]],
            "length_m": rng.integers(20, 200, len(ends)),
            "diameter_mm": np.where(
                np.arange(len(ends)) < n_primary, rng.choice([300, 600, 800, 1000], len(ends)), 150
            ),
            "level": np.where(np.arange(len(ends)) < n_primary, "primary", "secondary"),
        }
    )
    nodes = pd.DataFrame({"node_id": names})
    nodes["kind"] = ["source"] + ["junction"] * n_junctions + ["station"] * n_stations + ["building"] * n_buildings
    nodes["households"] = rng.integers(20, 200, len(names))
    nodes["cooling_h"] = rng.integers(0, n_constants, len(names)) * 4.0 + 20.0
    chosen = rng.choice(len(ends), len(ends) // 5, replace=False)
    valves = pd.DataFrame({"valve_id": [f"v{i}" for i in chosen], "segment_id": [f"s{i}" for i in chosen]})
    return Network(nodes, segments, valves.assign(node_id=segments["from_node"].to_numpy()[chosen]))


def supply_loss_job(folder: str, segments: int, constants: int) -> Callable[[], Any]:
    """Job: the losses of every outage, without hours."""
    return partial(supply_loss, sample_network(segments, constants, np.random.default_rng(1)))


def cold_hours_job(folder: str, segments: int, constants: int, repairs_differ: bool) -> Callable[[], Any]:
    """Job: hours in the cold by asset."""
    network, given = _asked(segments, constants, repairs_differ)
    return partial(cold_hours, network, **given)


def reliability_job(folder: str, segments: int, constants: int, repairs_differ: bool) -> Callable[[], Any]:
    """Job: hours in the cold by building."""
    network, given = _asked(segments, constants, repairs_differ)
    rates = pd.Series(np.random.default_rng(2).random(network.n_assets) / 50, network.asset_ids)
    return partial(reliability, network, rates, **given)


def _asked(segments: int, constants: int, repairs_differ: bool) -> tuple[Network, dict[str, Any]]:
    rng = np.random.default_rng(1)
    network = sample_network(segments, constants, rng)
    own = pd.Series(rng.random(network.n_assets) * 30 + 4, network.asset_ids)
    return network, {"climate": rng.normal(-2.0, 9.0, 365), "outage_h": own if repairs_differ else None}
