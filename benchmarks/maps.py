"""Jobs: lines of a map joined to a network, a hydraulic model read, beside the packages that only open the files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

STREET_M = 50.0
MODEL = Path(__file__).parents[2] / "shared" / "data" / "epanet" / "PacificCity.inp"


def written(folder: str, lines: int) -> Callable[[], Any]:
    """Job: write the inputs."""
    return partial(_write, Path(folder), lines)


def _write(folder: Path, lines: int) -> None:
    import geopandas as gpd
    import shapely

    size = int(np.sqrt(lines / 2)) + 1
    rng = np.random.default_rng(0)
    x, y = np.meshgrid(np.arange(size) * STREET_M, np.arange(size) * STREET_M)
    corner = np.stack([x, y], axis=-1) + rng.uniform(-8, 8, (size, size, 2))
    begin = np.concatenate([corner[:, :-1].reshape(-1, 2), corner[:-1].reshape(-1, 2)])
    end = np.concatenate([corner[:, 1:].reshape(-1, 2), corner[1:].reshape(-1, 2)])
    begin, end = (ends + rng.uniform(-0.2, 0.2, ends.shape) for ends in (begin, end))
    middle = (begin + end) / 2 + rng.uniform(-3, 3, begin.shape)
    courses = shapely.linestrings(np.stack([begin, middle, end], axis=1))
    ids = [f"S{number}" for number in range(len(courses))]
    table = gpd.GeoDataFrame({"segment_id": ids, "diameter_mm": 200.0}, geometry=courses, crs="EPSG:4547")
    table.to_file(folder / "lines.gpkg", layer="segments")
    if MODEL.exists():
        shutil.copyfile(MODEL, folder / "model.inp")
    else:
        _write_model(folder / "model.inp", 9_660)


def _write_model(file: Path, pipes: int) -> None:
    """Write a row of pipes as an EPANET model."""
    nodes = "".join(f"N{at} 10 1\n" for at in range(1, pipes + 1))
    links = "".join(f"P{at} N{at - 1} N{at} 50 200 100 0 Open\n" for at in range(1, pipes + 1))
    file.write_text(f"[JUNCTIONS]\n{nodes}[RESERVOIRS]\nN0 60\n[PIPES]\n{links}[OPTIONS]\nUnits LPS\n[END]\n")


def lines_joined(folder: str) -> Callable[[], Any]:
    """Job: make a network of the lines."""
    from heatnet import read_network

    return partial(read_network, Path(folder) / "lines.gpkg")


def lines_read(folder: str) -> Callable[[], Any]:
    """Job: only read the lines."""
    import pyogrio

    return partial(pyogrio.read_dataframe, Path(folder) / "lines.gpkg")


def model(folder: str) -> Callable[[], Any]:
    """Job: make a network of the model; wntr is imported before."""
    import wntr  # noqa: F401

    from heatnet import from_epanet

    return partial(from_epanet, Path(folder) / "model.inp")


def model_read(folder: str) -> Callable[[], Any]:
    """Job: only read the model."""
    import wntr

    return partial(wntr.network.WaterNetworkModel, str(Path(folder) / "model.inp"))
