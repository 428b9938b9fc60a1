"""The tables of a network as GeoDataFrames, and as layers of a GeoPackage."""

from __future__ import annotations

import itertools
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats
from heatnet.errors import HeatnetError, MissingExtraError
from heatnet.interop.geopackage import MapLayer
from heatnet.network import Network


def frame_of(network: Network, table: str, crs: str | None) -> Any:
    """Return nodes or segments as a GeoDataFrame; `Network.to_geodataframe` says how."""
    try:
        geopandas, shapely = import_module("geopandas"), import_module("shapely")
    except ImportError as error:
        raise MissingExtraError("geo", "a GeoDataFrame") from error
    if table not in ("segments", "nodes"):
        raise HeatnetError(f"table is {table!r}; give 'segments' or 'nodes'")
    grid = network.crs or None if crs is None else crs
    if table == "nodes":
        place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
        known = np.isfinite(place).all(axis=1)
        shapes = np.full(len(place), None, dtype=object)
        shapes[known] = shapely.points(place[known])
        return geopandas.GeoDataFrame(network.nodes, geometry=shapes, crs=grid)
    xy, start = network.lines
    counts = np.diff(start)
    shapes = np.full(network.n_segments, None, dtype=object)
    number = np.cumsum(counts > 0) - 1
    if len(xy):
        shapes[counts > 0] = shapely.linestrings(xy, indices=np.repeat(number, counts))
    rows = network.segments.drop(columns="geometry", errors="ignore")
    return geopandas.GeoDataFrame(rows, geometry=shapes, crs=grid)


def table_layers(tables: dict[str, pd.DataFrame], network: Network) -> list[MapLayer]:
    """Return the tables of an inventory as layers: nodes as points, segments as lines, the others without a map."""
    layers = []
    for name, table in tables.items():
        if name == "nodes":
            layers.append(MapLayer(name, table, "POINT", places_of(network)))
        elif name == "segments":
            courses = courses_of(network)
            layers.append(MapLayer(name, table.drop(columns="geometry", errors="ignore"), "LINESTRING", courses))
        else:
            layers.append(MapLayer(name, table))
    return layers


def places_of(network: Network) -> list[list[Floats]]:
    """Return per node its place as a shape of one point; none where it is unknown."""
    place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    known = np.isfinite(place).all(axis=1).tolist()
    return [[place[at : at + 1]] if is_known else [] for at, is_known in enumerate(known)]


def courses_of(network: Network) -> list[list[Floats]]:
    """Return per segment its course as a shape of one line; none where it is unknown."""
    xy, start = network.lines
    bounds = start.tolist()
    return [[xy[low:high]] if high > low else [] for low, high in itertools.pairwise(bounds)]
