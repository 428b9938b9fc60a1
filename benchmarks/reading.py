"""Jobs: a large inventory drawn and written, read by heatnet, and its CSV files read by plain pandas."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.growth import written_city
from heatnet.inventory.reading import read_inventory


def written(folder: str, segments: int) -> Callable[[], None]:
    """Job: write a city as CSV and as Parquet, and the settings of a ranking without capacity."""

    def write() -> None:
        written_city(folder, segments, parquet=True)()
        (Path(folder) / "settings.toml").write_text("capacity = false\n", encoding="utf-8")

    return write


def inventory(folder: str, kind: str) -> Callable[[], Any]:
    """Job: read the inventory from ``csv`` or ``parquet``."""
    return partial(read_inventory, Path(folder) / kind)


def plain_csv(folder: str) -> Callable[[], Any]:
    """Job: read the CSV files, one after the other, and hold them all."""
    files = sorted((Path(folder) / "csv").glob("*.csv"))
    return lambda: [pd.read_csv(file, low_memory=False) for file in files]
