"""Stations to diagnose before anything is dug up: homes are colder the further they are, and nothing leaks."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from heatnet._arrays import Floats
from heatnet.errors import HeatnetError
from heatnet.location.locating import Location
from heatnet.reachability.paths import supply_paths

CHECKS = "balance, strainer, riser"


def diagnose_first(
    location: Location, *, leaking: Collection[str] = (), least_z: float = 2.0, least_visits: int = 10
) -> pd.DataFrame:
    """Return the stations whose cold homes point to balance, strainer or riser rather than to a pipe.

    Behind such a station the share of cold visits rises with the length of pipe from it (Cochran-Armitage test for
    a trend), nothing speaks for a leak, and neither it nor an asset behind it was probably impaired, nor one of several
    that no visit tells apart (`group_prob`). Its chronic cold belongs on a list of its own, outside the plan.

    Parameters
    ----------
    location : Location
        What the visits say; calls counted against households do not enter here.
    leaking : collection of str
        Stations for whose secondary side something speaks for a leak, such as make-up water or faults.
    least_z : float
        Least value of the test, in standard deviations.
    least_visits : int
        Least number of visits behind the station.

    Returns
    -------
    DataFrame
        Index ``station_id``, the clearest first: ``visits``, ``cold_visits``; ``near_cold_share``, ``far_cold_share``:
        share of cold visits in the nearer and in the farther half of the visited buildings (by length of pipe);
        ``trend_z``; ``check``: what to look at.

    Raises
    ------
    HeatnetError
        When `leaking` is one text rather than a collection.

    Examples
    --------
    >>> from heatnet.location import locate_faults
    >>> from heatnet.network import Network
    >>> network = Network(
    ...     pd.DataFrame({"node_id": ["A", "S", "N", "F"], "kind": ["source", "station", "building", "building"]}),
    ...     pd.DataFrame({"segment_id": ["p", "q", "r"], "from_node": ["A", "S", "N"], "to_node": ["S", "N", "F"],
    ...                   "length_m": 100, "diameter_mm": 100, "level": ["primary", "secondary", "secondary"]}))
    >>> visits = pd.DataFrame({"visit_id": range(20), "building_id": ["N"] * 10 + ["F"] * 10,
    ...                        "visited_on": "2023-12-10", "is_cold": [False] * 10 + [True] * 5 + [False] * 5})
    >>> location = locate_faults(network, visits, season=2023, p_clear=0.2, p_impaired=0.6)
    >>> diagnose_first(location)[["near_cold_share", "far_cold_share", "check"]].to_dict("index")
    {'S': {'near_cold_share': 0.0, 'far_cold_share': 0.5, 'check': 'balance, strainer, riser'}}
    """
    if isinstance(leaking, str):
        raise HeatnetError(f"leaking is {leaking!r}; give a list of station ids.")
    network, paths = location.network, supply_paths(location.network)
    is_station = np.arange(network.n_assets) >= network.n_segments
    length = np.r_[network.length_m, np.zeros(len(network.station_nodes))]
    distance = paths.forest.path_sum(length, is_station)
    own = np.where(is_station, np.arange(network.n_assets) + 1.0, 0.0)
    station = paths.forest.path_sum(own, is_station).astype(np.int64) - 1
    last = paths.last_asset[network.building_nodes]
    table = location.buildings
    seen = table["visits"].to_numpy(dtype=np.float64) - table["calls"].to_numpy(dtype=np.float64)
    cold = table["cold_visits"].to_numpy(dtype=np.float64) - table["calls"].to_numpy(dtype=np.float64)
    visited = (seen > 0) & (last >= 0)
    visited[visited] = station[last[visited]] >= 0
    suspect = (location.assets["group_prob"] > 0.5).to_numpy(dtype=bool)
    behind = paths.order[suspect[paths.order]]
    explained = set(station[behind].tolist())
    rows = []
    for k in np.unique(station[last[visited]]).tolist():
        name = str(network.asset_ids[k])
        here = np.flatnonzero(visited)[station[last[visited]] == k]
        z = _trend(distance[last[here]], seen[here], cold[here])
        if seen[here].sum() < least_visits or z < least_z or name in leaking or k in explained:
            continue
        near = distance[last[here]] <= np.median(distance[last[here]])
        shares = [_share(cold[here][half], seen[here][half]) for half in (near, ~near)]
        rows.append((name, int(seen[here].sum()), int(cold[here].sum()), *shares, z, CHECKS))
    columns = ["station_id", "visits", "cold_visits", "near_cold_share", "far_cold_share", "trend_z", "check"]
    found = pd.DataFrame(rows, columns=columns).sort_values("station_id", kind="stable")
    return found.sort_values("trend_z", ascending=False, kind="stable").set_index("station_id")


def _trend(distance: Floats, seen: Floats, cold: Floats) -> float:
    """Return the test for a rise of the cold share with distance, in standard deviations; 0 where nothing varies."""
    share = cold.sum() / seen.sum()
    away = distance - (seen * distance).sum() / seen.sum()
    spread = share * (1 - share) * (seen * away**2).sum()
    return float((away * (cold - seen * share)).sum() / np.sqrt(spread)) if spread > 0 else 0.0


def _share(cold: Floats, seen: Floats) -> float:
    return float(cold.sum() / seen.sum()) if seen.sum() > 0 else float("nan")
