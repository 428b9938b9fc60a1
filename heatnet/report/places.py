"""What people call pipes, stations and the ends of pipes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from heatnet.network import Network
from heatnet.report.words import label


def asset_places(network: Network, language: str) -> pd.Series[Any]:
    """Return what people call each asset: the street of a segment, the name of a station (else its id)."""
    street = network.segments["street"].astype(object)
    named = street.where(street.notna(), label("no_street", language)).to_numpy(dtype=object)
    places = np.concatenate([named, np.array(station_names(network), dtype=object)])
    return pd.Series(places, index=network.asset_ids, dtype=object)


def station_names(network: Network) -> list[str]:
    """Return the name of each station, its id where it has none."""
    names = network.nodes["name"].iloc[network.station_nodes].tolist()
    ids = network.node_ids[network.station_nodes].tolist()
    return [str(one) if pd.isna(name) else str(name) for one, name in zip(ids, names, strict=True)]


def street_names(network: Network) -> list[set[str]]:
    """Return the names of the streets whose pipes meet at each node."""
    streets: list[set[str]] = [set() for _ in range(network.n_nodes)]
    named = network.segments["street"].tolist()
    for start, stop, street in zip(network.from_node.tolist(), network.to_node.tolist(), named, strict=True):
        if not pd.isna(street):
            streets[start].add(str(street))
            streets[stop].add(str(street))
    return streets
