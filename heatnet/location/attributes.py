"""What may make one asset fall ill more often than another: classes by what the tables say of it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet.graph.streams import Forest
from heatnet.inventory.records import Records
from heatnet.location.base import Attributes
from heatnet.network import Network

AGE_YEARS = (10, 20, 30, 40)
DIAMETERS_MM = (80, 150, 250)
MAKEUP_TIMES_MEDIAN = (1.0, 2.0)
LEAST_SHARE = 0.02
"""A material with less than this share of the segments stands with other rare ones."""


def attributes_of(network: Network, records: Records, *, season: int, forest: Forest) -> Attributes:
    """Return the classes of every asset: kind, age, diameter, material, faults on record, make-up water behind.

    Parameters
    ----------
    network : Network
        The network.
    records : Records
        Its faults and make-up water, of the seasons before the coming one.
    season : int
        The coming season, at which ages are told.
    forest : Forest
        The supply paths.
    """
    n, stations = network.n_segments, len(network.station_nodes)
    table = network.segments

    def of_segments(texts: Any) -> pd.Series[str]:
        return pd.Series([*texts, *([None] * stations)], dtype="object")

    age = season - table["laid_year"].to_numpy(dtype=np.float64, na_value=np.nan)
    material = table["material"].astype("object")
    share = material.map(material.value_counts(normalize=True))
    material = material.mask(
        (share < LEAST_SHARE).to_numpy(dtype=bool) & material.notna().to_numpy(dtype=bool), "other"
    )
    columns: Mapping[str, pd.Series[str]] = {
        "kind": pd.Series([*np.where(network.is_primary, "primary", "secondary"), *(["station"] * stations)]),
        "age": of_segments(_between(age, AGE_YEARS, "years")),
        "diameter": of_segments(_between(network.diameter_mm, DIAMETERS_MM, "mm")),
        "material": of_segments(material.where(material.notna(), None)),
        "faults": _times(_faults(network, records)),
        "makeup": _makeup(network, records, forest),
    }
    assert len(columns["age"]) == n + stations
    return Attributes.of(columns)


def _between(values: Floats, limits: tuple[float, ...], unit: str) -> list[str | None]:
    """Return the class of each value; values on a limit belong below it."""
    names = [f"to {limits[0]:g} {unit}"]
    names += [f"{low:g} to {high:g} {unit}" for low, high in pairwise(limits)]
    names.append(f"over {limits[-1]:g} {unit}")
    place = np.searchsorted(np.array(limits), values, side="left")
    found: list[str | None] = np.array([*names, None], dtype=object)[np.where(np.isnan(values), -1, place)].tolist()
    return found


def _faults(network: Network, records: Records) -> Ints | None:
    if records.faults is None or "asset_id" not in records.faults:
        return None
    assets = network.asset_positions(records.faults["asset_id"])
    counts: Ints = np.bincount(assets[assets >= 0], minlength=network.n_assets).astype(np.int64)
    return counts


def _times(counts: Ints | None) -> pd.Series[str]:
    if counts is None:
        return pd.Series([], dtype="object")
    return pd.Series(np.array(["none", "one", "several"], dtype=object)[np.minimum(counts, 2)])


def _makeup(network: Network, records: Records, forest: Forest) -> pd.Series[str]:
    """Return the class of the secondary net behind each station by its make-up water per metre, all seasons."""
    texts = pd.Series([None] * network.n_assets, dtype="object")
    if records.makeup is None or not len(records.makeup):
        return texts
    stations = network.asset_ids[network.n_segments :]
    metres = np.zeros(network.n_assets)
    metres[: network.n_segments] = np.where(network.is_primary, 0.0, network.length_m)
    behind = forest.subtree_sum(metres)[network.n_segments :]
    mean = records.makeup.groupby("station_id")["makeup_m3"].mean().reindex(stations).to_numpy(dtype=np.float64)
    per_metre = np.divide(mean, behind, out=np.full(len(mean), np.nan), where=behind > 0)
    if np.isnan(per_metre).all():
        return texts
    times = per_metre / np.nanmedian(per_metre) if np.nanmedian(per_metre) > 0 else np.full(len(mean), np.nan)
    marks = np.zeros(network.n_assets)
    marks[network.n_segments :] = np.arange(len(mean)) + 1.0
    own = np.zeros(network.n_assets, dtype=bool)
    own[network.n_segments :] = True
    station = forest.path_sum(marks, own).astype(np.int64) - 1
    is_behind = (station >= 0) & (metres > 0)
    of_station = np.array([*_between(times, MAKEUP_TIMES_MEDIAN, "times the median"), None], dtype=object)
    texts[is_behind] = of_station[station[is_behind]]
    return texts
