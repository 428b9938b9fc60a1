"""One network of a Parquet dataset partitioned by ``network_id``: ``<table>/network_id=<name>/*.parquet``."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from heatnet.errors import HeatnetError, MissingFileError
from heatnet.inventory import Inventory, inventory_of
from heatnet.network import Network
from heatnet.schema import TABLES, RawTable
from heatnet.value import Settings

_NETWORK_TABLES = ("nodes", "segments", "valves")


def read_partition(
    folder: Path, partition: str, files: tuple[Path, ...], *, settings: Settings | None = None
) -> Inventory:
    """Return the tables of one network of a partitioned dataset.

    Parameters
    ----------
    folder : Path
        Folder of the dataset, with a folder per table.
    partition : str
        Folder name ``network_id=<name>`` within each table.
    files : tuple of Path
        Its files.
    settings : Settings, optional
        Instead of the defaults.

    Raises
    ------
    MissingFileError
        It has no nodes or no segments.
    HeatnetError
        Everything in a table that cannot be used, at once.
    """
    raw = {name: _read(parts) for name in TABLES if (parts := [file for file in files if file.parts[-3] == name])}
    absent = [name for name in ("nodes", "segments") if name not in raw]
    if absent:
        raise MissingFileError(f"{folder} lacks {' and '.join(absent)} of {partition}")
    origins = {name: f"{name}/{partition}" for name in raw}
    network = Network(raw["nodes"], raw["segments"], raw.get("valves"), origins=origins)
    records = {
        name: RawTable(name, table, file=origins[name]) for name, table in raw.items() if name not in _NETWORK_TABLES
    }
    return inventory_of(network, records, files=files, settings=settings)


def _read(files: list[Path]) -> pd.DataFrame:
    try:
        # Each by itself: the name of a folder is no column of the inventory. Household ids are not needed.
        tables = [pd.read_parquet(file, partitioning=None) for file in files]
    except (ValueError, OSError) as error:
        raise HeatnetError(f"{files[0]} is not a Parquet file: {error}") from error
    return pd.concat(tables, ignore_index=True).drop(columns="household_id", errors="ignore")
