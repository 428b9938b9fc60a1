"""The assets of a network by id, with what a history and a failure model ask of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from heatnet._arrays import Floats
from heatnet.network import Network
from heatnet.network.positions import is_sorted

_PLACE = ("x_m", "y_m")
_SEGMENT_COLUMNS = (
    "length_m",
    "diameter_mm",
    "laid_year",
    "level",
    "line",
    "material",
    "insulation",
    "laying",
    "street",
    "wall_mm",
    "wall_left_mm",
    "soil_corrosion",
    "is_flooded",
    "is_crossing",
)


def asset_table(network: Network, columns: Iterable[str] | None = None) -> pd.DataFrame:
    """Return attributes of every asset: index asset_id sorted as text, ``position`` in the network's `asset_ids`.

    A station has the year in which it was built as ``laid_year``; its other attributes are missing. `columns` names
    those that are asked for beside ``position`` and ``asset_kind``; None: all.
    """
    names = (*_SEGMENT_COLUMNS, *_PLACE) if columns is None else tuple(columns)
    segments, stations = network.segments, network.nodes.iloc[network.station_nodes]
    middle = _middles(network) if set(_PLACE) & set(names) else {}
    pipes = pd.DataFrame({name: middle[name] if name in middle else segments[name] for name in names}, copy=False)
    houses = pd.DataFrame({"laid_year": stations["built_year"], "x_m": stations["x_m"], "y_m": stations["y_m"]})
    houses = houses.reindex(columns=pipes.columns).astype(pipes.dtypes)
    # Column by column: whole tables are searched value by value for columns without any.
    table = pd.DataFrame({name: pd.concat([pipes[name], houses[name]], ignore_index=True) for name in names})
    table.insert(0, "position", np.arange(network.n_assets))
    table.insert(1, "asset_kind", network.asset_kind)
    table.index = network.asset_ids
    order = network.assets_by_id
    return table if is_sorted(order) else table.iloc[order]


def _middles(network: Network) -> dict[str, Floats]:
    """Return the middle of each segment's two end nodes, of one where the place of the other is unknown."""
    place = network.nodes[[*_PLACE]].to_numpy(dtype=np.float64)
    ends = np.stack([place[network.from_node], place[network.to_node]])
    known = np.isfinite(ends).all(axis=2)
    weight = known / np.maximum(known.sum(axis=0), 1)
    middle = np.where(known.any(axis=0)[:, None], np.einsum("en,enk->nk", weight, np.nan_to_num(ends)), np.nan)
    return dict(zip(_PLACE, middle.T, strict=True))


def asset_numbers(network: Network) -> pd.DataFrame:
    """Return ``position``, ``length_m`` and ``laid_year`` of `asset_table` alone, without the ids."""
    unknown = np.full(len(network.station_nodes), np.nan)
    built = network.nodes["built_year"].to_numpy(dtype=np.float64)[network.station_nodes]
    laid = np.concatenate([network.segments["laid_year"].to_numpy(dtype=np.float64), built])
    order = network.assets_by_id
    length = np.concatenate([network.length_m, unknown])
    return pd.DataFrame({"position": order, "length_m": length[order], "laid_year": laid[order]})
