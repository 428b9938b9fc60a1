"""Where to knock next: the buildings whose visit does most to bring ill pipes into the length that will be cured.

The best `cure_share` of the length is cured, down to some probability t. A visit to building b is cold with probability
``f = C p_clear + (1 - C) p_impaired``, C being the probability that its path is clear. An asset on the path that was
impaired with probability p is so with ``p p_impaired / f`` after a cold visit and ``p (1 - p_impaired) / (1 - f)``
after a warm one, exactly. Cured or not after the visit rather than before it, a metre of it is worth

    max(0, p p_impaired - t f) + max(0, p (1 - p_impaired) - t (1 - f)) - max(0, p - t)

more ill metres, and the gain of the visit is the sum of that over the metres on the path. Visits are named one by one.
On an asset on which k named visits gain already the next one gains 1/(k + 1) of it: they will tell much the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.language import note, worded
from heatnet.location.posterior import Location
from heatnet.reachability.paths import SupplyPaths, supply_paths

_LEAST_GAIN_M = 1e-9


@typed
def suggest_visits(location: Location, n: int, *, cure_share: float = 0.024, language: str = "en") -> pd.DataFrame:
    """Return the next visits to make, the most telling first.

    Each building is named once. When some of the visits have been made, locate again with them and ask again: that
    finds more than all visits chosen at once.

    Parameters
    ----------
    location : Location
        What is known so far.
    n : int
        Number of visits, 1 or more.
    cure_share : float
        Share of the length that can be cured, above 0 and below 1: what matters is which segments belong to it.
    language : str
        Language of `reason`.

    Returns
    -------
    DataFrame
        Index ``visit`` (1, 2, ...): ``building_id``; ``cold_prob``: probability that the visit is cold, as known before
        the first of them; ``gain_m``: what it is worth, metres of ill length that it is expected to bring into the
        cured length; ``street``: of the segment at which the building hangs; ``households``; ``asset_id``: the segment
        of which it tells most; ``reason``. Fewer than `n` rows where no other visit can change what is cured.

    Raises
    ------
    HeatnetError
        When `n` is not 1 or more, or `cure_share` does not lie between 0 and 1.

    Examples
    --------
    Something behind one of two mains is ill; nobody has been at C yet.

    >>> from heatnet.location import locate_faults
    >>> from heatnet.network import Network
    >>> network = Network(
    ...     pd.DataFrame({"node_id": ["A", "B", "C"], "kind": ["source", "building", "building"]}),
    ...     pd.DataFrame({"segment_id": ["b", "c"], "from_node": "A", "to_node": ["B", "C"], "length_m": 2000,
    ...                   "diameter_mm": 100}))
    >>> visits = pd.DataFrame({"visit_id": range(9), "building_id": "B", "visited_on": "2024-01-10", "is_cold": False})
    >>> suggest_visits(locate_faults(network, visits, season=2023), 1)["building_id"].tolist()
    ['C']
    """
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise HeatnetError(f"n is {n!r}; ask for 1 visit or more, a whole number.")
    if not 0 < cure_share < 1:
        raise HeatnetError(f"cure_share is {cure_share!r}; give the share of the length that can be cured, e.g. 0.024.")
    network, paths = location.network, supply_paths(location.network)
    nodes = network.building_nodes
    path_prob = location.buildings["path_prob"].to_numpy(dtype=np.float64)
    cold_prob = location.p_clear + path_prob * (location.p_impaired - location.p_clear)
    gains = _gains(location, paths, cold_prob, _least_cured(location, cure_share))
    names = network.node_ids[nodes]
    chosen, gain_m, told = gains.chosen(n, np.argsort(np.argsort(names.to_numpy(dtype=object), kind="stable")))
    prob = location.assets["impaired_prob"].to_numpy(dtype=np.float64)
    assets = network.asset_ids[told].astype("object")
    why = [
        worded(note("location.why_visit", asset=str(asset), prob=float(prob[k]), gain_m=gain), language)
        for asset, k, gain in zip(assets, told, gain_m, strict=True)
    ]
    streets = np.append(network.segments["street"].to_numpy(dtype=object), [None] * len(network.station_nodes))
    return pd.DataFrame(
        {
            "building_id": names[chosen],
            "cold_prob": cold_prob[chosen],
            "gain_m": gain_m,
            "street": pd.Series(streets[paths.last_asset[nodes[chosen]]], dtype="object").to_numpy(dtype=object),
            "households": network.households[nodes[chosen]],
            "asset_id": assets,
            "reason": np.array(why, dtype=object),
        },
        index=pd.RangeIndex(1, len(chosen) + 1, name="visit"),
    )


def _least_cured(location: Location, cure_share: float) -> float:
    """Return the probability down to which the best segments make up the share of the length."""
    length = location.network.length_m
    prob = location.assets["impaired_prob"].to_numpy(dtype=np.float64)[: len(length)]
    order = np.argsort(-prob, kind="stable")
    reached = int(np.searchsorted(np.cumsum(length[order]), cure_share * length.sum()))
    return float(prob[order[reached]]) if len(order) else 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Gains:
    """Metres that a visit to a building gains on each segment of its path, in one row after the other.

    Of building ``b`` the rows ``first[b]`` to ``first[b + 1]``.
    """

    first: Ints
    segment: Ints
    metres: Floats

    def chosen(self, n: int, rank: Ints) -> tuple[list[int], list[float], list[int]]:
        """Return up to n buildings, their gains and the segment of which each tells most.

        The largest gain comes first, of equal ones the building of the lowest rank.
        """
        named = np.zeros(self.segment.max(initial=-1) + 1)

        def gain(building: int) -> float:
            rows = slice(self.first[building], self.first[building + 1])
            return float((self.metres[rows] / (1 + named[self.segment[rows]])).sum())

        waiting = [(-gain(building), int(rank[building]), building) for building in range(len(rank))]
        heapify(waiting)
        chosen: list[int] = []
        gains: list[float] = []
        told: list[int] = []
        while waiting and len(chosen) < n:
            _, place, building = heappop(waiting)
            now = gain(building)  # at most what it was: no other building has to be looked at again
            if now <= _LEAST_GAIN_M:
                continue
            if waiting and (-now, place) > waiting[0][:2]:
                heappush(waiting, (-now, place, building))
                continue
            chosen.append(building)
            gains.append(now)
            rows = slice(self.first[building], self.first[building + 1])
            told.append(int(self.segment[rows][np.argmax(self.metres[rows] / (1 + named[self.segment[rows]]))]))
            named[self.segment[self.first[building] : self.first[building + 1]]] += 1
        return chosen, gains, told


def _gains(location: Location, paths: SupplyPaths, cold_prob: Floats, least: float) -> _Gains:
    """Return the gains, on the segments for which one visit may tell whether they belong to the cured ones."""
    network, high = location.network, location.p_impaired
    prob = location.assets["impaired_prob"].to_numpy(dtype=np.float64)
    may_rise = prob * high > least * location.p_clear
    may_fall = prob * (1 - high) < least * (1 - location.p_clear)
    is_open = may_rise & may_fall & (np.arange(network.n_assets) < network.n_segments)
    own = np.where(is_open, np.arange(network.n_assets) + 1.0, 0.0)
    nearest = paths.forest.path_sum(own, is_open).astype(np.int64) - 1  # itself, or the last one before it; -1: none
    building = np.flatnonzero(paths.last_asset[network.building_nodes] >= 0)
    segment = nearest[paths.last_asset[network.building_nodes[building]]]
    found = []
    while len(building):
        building, segment = building[segment >= 0], segment[segment >= 0]
        p, cold = prob[segment], cold_prob[building]
        worth = np.maximum(p * high - least * cold, 0.0) + np.maximum(p * (1 - high) - least * (1 - cold), 0.0)
        metres = (worth - np.maximum(p - least, 0.0)) * network.length_m[segment]
        gains = metres > _LEAST_GAIN_M
        found.append((building[gains], segment[gains], metres[gains]))
        before = paths.parent_asset[segment]
        segment = np.where(before >= 0, nearest[before], -1)
    if not found:
        return _Gains(np.zeros(len(network.building_nodes) + 1, dtype=np.int64), segment, np.zeros(0))
    buildings, segments, all_metres = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.argsort(buildings, kind="stable")
    first = np.searchsorted(buildings[order], np.arange(len(network.building_nodes) + 1))
    return _Gains(first, segments[order], all_metres[order])
