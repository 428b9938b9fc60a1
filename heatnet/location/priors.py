"""The chance of every asset to be impaired before any visit: by its length, or as given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats
from heatnet.errors import HeatnetError
from heatnet.network import Network
from heatnet.schema import text_values

PAIR_RATE_PER_KM, SINGLE_RATE_PER_KM, STATION_PRIOR = 0.1, 0.05, 0.03


def default_prior(network: Network) -> pd.Series[Any]:
    """Return the probability that each asset is impaired over a season, before anything is known of it.

    ``1 - exp(-0.1 km)`` for a pair row, ``1 - exp(-0.05 km)`` for a single one, 0.03 for a station.

    Examples
    --------
    >>> network = Network(
    ...     pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]}),
    ...     pd.DataFrame({"segment_id": ["s"], "from_node": "A", "to_node": "B", "length_m": 1000, "diameter_mm": 80}))
    >>> default_prior(network).round(4).to_dict()
    {'s': 0.0952}
    """
    return pd.Series(_default_prior(network), index=network.asset_ids, name="prior")


def _default_prior(network: Network) -> Floats:
    per_km = np.where(network.in_supply & network.in_return, PAIR_RATE_PER_KM, SINGLE_RATE_PER_KM)
    segments = -np.expm1(-per_km * network.length_m / 1000)
    stations = np.full(len(network.station_nodes), STATION_PRIOR)
    return np.concatenate([segments, stations])


def checked_prior(network: Network, prior: pd.Series[Any] | None) -> Floats:
    """Return the prior of every asset, the default where none is given; one that cannot be used is refused."""
    if prior is None:
        return _default_prior(network)
    if not isinstance(prior, pd.Series):
        raise HeatnetError(f"prior is a {type(prior).__name__}; give a pandas Series by asset_id.")
    ids = pd.Index(text_values(pd.Series(prior.index)))
    if ids.has_duplicates:
        raise HeatnetError(f"prior names {_first(ids[ids.duplicated()])} more than once; give one value per asset.")
    place = ids.get_indexer(network.asset_ids)
    if (place < 0).any():
        raise HeatnetError(f"prior lacks {_first(network.asset_ids[place < 0])}; give a value for every asset.")
    values: Floats = pd.to_numeric(prior, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)[place]
    outside = ~((values >= 0) & (values < 1))
    if outside.any():
        named = _first(network.asset_ids[outside])
        raise HeatnetError(f"prior of {named} is not a number from 0 to below 1; correct it.")
    return values


def _first(ids: pd.Index[Any]) -> str:
    """Return the first five ids and the count, for a message."""
    noun = "asset" if len(ids) == 1 else "assets"
    return f"{', '.join(str(name) for name in ids[:5])}{', ...' if len(ids) > 5 else ''} ({len(ids)} {noun})"
