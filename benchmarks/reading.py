"""Jobs: a large inventory read by heatnet, and its CSV files by plain pandas."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet.inventory.reading import read_inventory


def inventory(folder: str, kind: str) -> Callable[[], Any]:
    """Job: read the inventory from ``csv`` or ``parquet``."""
    return partial(read_inventory, Path(folder) / kind)


def plain_csv(folder: str) -> Callable[[], Any]:
    """Job: read the CSV files, one after the other, and hold them all."""
    files = sorted((Path(folder) / "csv").glob("*.csv"))
    return lambda: [pd.read_csv(file, low_memory=False) for file in files]
