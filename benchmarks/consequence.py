"""Time of `cold_hours` and `reliability` against `supply_loss`, and against a table of assets by buildings.

    python benchmarks/consequence.py [--segments 30000]

One network in the manner of a city: a looped primary level with valves, stations, secondary trees of buildings. Process
time, the best of three runs each, in one process; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from heatnet.climate import default_climate
from heatnet.consequence import cold_hours, norm_repair_h, reliability
from heatnet.cooling import mean_cold_hours
from heatnet.network import Network
from heatnet.reachability import outages, supply_loss

SEGMENTS_PER_STATION = 350
ALLOWED_RATIO = 10.0


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


def seconds(task: Callable[[], Any]) -> float:
    """Return the least process time of three runs."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        task()
        taken.append(time.process_time() - start)
    return min(taken)


def against_supply_loss(n_segments: int) -> None:
    rng = np.random.default_rng(1)
    climate = rng.normal(-2.0, 9.0, 365)
    print(
        f"{n_segments} segments, {len(climate)} temperatures; ratios to supply_loss, at most {ALLOWED_RATIO:g} wanted"
    )
    print("isolate  cooling_h    repair_h  supply_loss ms  cold_hours  reliability  both")
    for isolate in ("section", "segment"):
        for n_constants in (1, 5, 20):
            network = sample_network(n_segments, n_constants, rng)
            ids = network.asset_ids
            rates = pd.Series(rng.random(len(ids)) / 50, ids)
            own = pd.Series(rng.random(len(ids)) * 30 + 4, ids)
            for words, repair_h in (("norm", None), ("all differ", own)):
                given: dict[str, Any] = {"climate": climate, "repair_h": repair_h, "isolate": isolate}
                base = seconds(partial(supply_loss, network, isolate))
                cold = seconds(partial(cold_hours, network, **given)) / base
                sure = seconds(partial(reliability, network, rates, **given)) / base
                print(
                    f"{isolate}  {n_constants:>9}  {words:>10}  {base * 1000:>14.0f}  {cold:>10.1f}  {sure:>11.1f}"
                    f"  {cold + sure:>4.1f}"
                )


def against_a_full_table(n_segments: int) -> None:
    """Compare with the table of assets by buildings, which is exact too but grows with their product."""
    rng = np.random.default_rng(2)
    network, climate = sample_network(n_segments, 20, rng), default_climate()
    lost = outages(network)
    constants, weights = network.nodes["cooling_h"].to_numpy(), network.households
    repair_h = np.concatenate([norm_repair_h(network.diameter_mm), np.full(len(network.station_nodes), 8.0)])

    def full_table() -> Any:
        is_lost = np.stack([lost.lost(one) for one in np.eye(network.n_nodes)], axis=1) > 0
        hours = mean_cold_hours(repair_h[:, None], constants[None, :], climate)
        return (is_lost * hours * weights).sum(axis=1)

    slow_start = time.process_time()
    slow = full_table()
    slow_s = time.process_time() - slow_start
    fast_s = seconds(lambda: cold_hours(network, climate=climate))
    fast = cold_hours(network, climate=climate)["cold_household_hours"].to_numpy()
    error = float((np.abs(fast - slow) / np.maximum(np.abs(slow), 1.0)).max())
    times = f"{slow_s / fast_s:.0f} times as long as cold_hours"
    print(f"{n_segments} segments: the full table takes {times}, largest relative difference {error:.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--segments", type=int, default=30000)
    against_supply_loss(parser.parse_args().segments)
    against_a_full_table(1500)


if __name__ == "__main__":
    main()
