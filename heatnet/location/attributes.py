"""What may make one asset fall ill more often than another: classes by what the tables say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet.graph.streams import Forest
from heatnet.inventory.records import Records
from heatnet.location.base import Attributes
from heatnet.network import Network

Words = tuple[Sequence[str], Ints]
"""Words, and the place of its word for each asset, -1 where it has none."""
KINDS = ("primary", "secondary", "station")
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
    table, stations = network.segments, np.full(len(network.station_nodes), -1)
    age = season - table["laid_year"].to_numpy(dtype=np.float64, na_value=np.nan)
    materials, of_material = _materials(table["material"])
    columns: Mapping[str, Words] = {
        "kind": (
            KINDS,
            np.concatenate([np.where(network.is_primary, 0, 1), stations + 3]),
        ),
        "age": _between(age, AGE_YEARS, "years", stations),
        "diameter": _between(network.diameter_mm, DIAMETERS_MM, "mm", stations),
        "material": (materials, np.concatenate([of_material, stations])),
        "faults": _times(_faults(network, records)),
        "makeup": _makeup(network, records, forest),
    }
    return Attributes.of(columns)


def _materials(materials: pd.Series[Any]) -> Words:
    """Return the materials and, per segment, its own; rare ones are one, called other."""
    codes, found = pd.factorize(materials)
    counts = np.bincount(codes + 1, minlength=len(found) + 1)[1:]
    words = [
        "other" if count / counts.sum() < LEAST_SHARE else str(word)
        for word, count in zip(found.tolist(), counts.tolist(), strict=True)
    ]
    names = sorted(set(words))
    return names, np.array([*(names.index(word) for word in words), -1], dtype=np.int64)[codes]


def _between(values: Floats, limits: tuple[float, ...], unit: str, others: Ints | None = None) -> Words:
    """Return the classes and that of each value; values on a limit belong below it. `others` come after them."""
    names = [f"to {limits[0]:g} {unit}"]
    names += [f"{low:g} to {high:g} {unit}" for low, high in pairwise(limits)]
    names.append(f"over {limits[-1]:g} {unit}")
    place = np.searchsorted(np.array(limits), values, side="left")
    place[np.isnan(values)] = -1
    return names, place if others is None else np.concatenate([place, others])


def _faults(network: Network, records: Records) -> Ints | None:
    if records.faults is None or "asset_id" not in records.faults:
        return None
    assets = network.asset_positions(records.faults["asset_id"])
    counts: Ints = np.bincount(assets[assets >= 0], minlength=network.n_assets).astype(np.int64)
    return counts


def _times(counts: Ints | None) -> Words:
    if counts is None:
        return (), np.zeros(0, dtype=np.int64)
    return ("none", "one", "several"), np.minimum(counts, 2)


def _makeup(network: Network, records: Records, forest: Forest) -> Words:
    """Return the class of the secondary net behind each station by its make-up water per metre, all seasons."""
    nothing = np.full(network.n_assets, -1)
    if records.makeup is None or not len(records.makeup):
        return (), nothing
    stations = network.asset_ids[network.n_segments :]
    metres = np.zeros(network.n_assets)
    metres[: network.n_segments] = np.where(network.is_primary, 0.0, network.length_m)
    behind = forest.subtree_sum(metres)[network.n_segments :]
    mean = records.makeup.groupby("station_id")["makeup_m3"].mean().reindex(stations).to_numpy(dtype=np.float64)
    per_metre = np.divide(mean, behind, out=np.full(len(mean), np.nan), where=behind > 0)
    if np.isnan(per_metre).all():
        return (), nothing
    times = per_metre / np.nanmedian(per_metre) if np.nanmedian(per_metre) > 0 else np.full(len(mean), np.nan)
    marks = np.zeros(network.n_assets)
    marks[network.n_segments :] = np.arange(len(mean)) + 1.0
    own = np.zeros(network.n_assets, dtype=bool)
    own[network.n_segments :] = True
    station = forest.path_sum(marks, own).astype(np.int64) - 1
    words, of_station = _between(times, MAKEUP_TIMES_MEDIAN, "times the median")
    is_behind = (station >= 0) & (metres > 0)
    return words, np.where(is_behind, np.append(of_station, -1)[station], -1)
