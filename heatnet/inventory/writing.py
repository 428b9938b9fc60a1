"""Tables to files: whole or not at all, safe to open in a spreadsheet, the same bytes on every machine."""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.inventory.cells import lines_of
from heatnet.inventory.staging import PathLike, whole_file, whole_folder
from heatnet.schema import TABLES

_TABLE_SUFFIXES = (".csv", ".parquet", ".xlsx", ".xls", ".txt", ".tsv")


def write_csv(table: pd.DataFrame, path: PathLike, *, exact: bool = False, keeps_breaks: bool = False) -> None:
    """Write a table as CSV, whole or not at all.

    Parameters
    ----------
    table : DataFrame
        Its index is written where it has a name.
    path : path
        The file; replaced if it exists.
    exact : bool
        Write numbers with all their digits; otherwise with twelve, which is plenty to read.
    keeps_breaks : bool
        Keep line breaks within cells, for heatnet to read back; otherwise they are written as blanks.

    Raises
    ------
    HeatnetError
        The file cannot be written.

    Notes
    -----
    UTF-8 with byte order mark. Text that a spreadsheet would take for a formula gets a leading ', which heatnet's
    readers remove. A line break within a cell is written as a blank.
    """
    file = Path(path)
    with whole_file(file) as stage, stage.open("wb") as stream:
        stream.write(codecs.BOM_UTF8)  # it makes spreadsheets show Chinese text
        stream.writelines(lines_of(table, exact=exact, keeps_breaks=keeps_breaks))


def write_json(value: Mapping[str, Any], path: PathLike) -> None:
    """Write a mapping as JSON with sorted keys, whole or not at all; `HeatnetError` where it cannot be written."""
    with whole_file(Path(path)) as stage:
        stage.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


@typed
def write_inventory(tables: Mapping[str, pd.DataFrame], path: PathLike) -> None:
    """Write tables as an inventory folder of CSV files, all or none.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Table name (nodes, segments, valves, visits, faults, works, digs, makeup) to rows. Only columns that such a
        table has are written, not those without any value, and never ``household_id``.
    path : path
        Folder; made if absent.

    Raises
    ------
    HeatnetError
        The folder holds tables of an inventory already, a table has no such name, or the folder cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> import heatnet as hn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_inventory(hn.examples.yard_tables(), folder)
    ...     hn.read_network(folder).n_segments
    4
    """
    unknown = [str(name) for name in tables if name not in TABLES]
    if unknown:
        raise HeatnetError(f"{', '.join(unknown)}: no table of an inventory; its tables are {', '.join(TABLES)}")
    refuse_inventory(path)
    with whole_folder(path) as folder:
        for name, table in tables.items():
            columns = [column.name for column in TABLES[name].columns if column.name != "household_id"]
            known = table.loc[:, [column in columns for column in table.columns]]
            write_csv(known.loc[:, known.notna().any() | (len(known) == 0)], folder / f"{name}.csv", exact=True)
        refuse_inventory(path)


def inventory_tables(folder: PathLike) -> list[Path]:
    """Return the files in a folder that are tables of an inventory, sorted; none where there is no such folder."""
    home = Path(folder)
    return sorted(file for file in home.iterdir() if _is_table(file)) if home.is_dir() else []


def refuse_inventory(folder: PathLike) -> None:
    """Refuse to write an inventory where tables of one lie already; `HeatnetError` names them."""
    tables = inventory_tables(folder)
    if tables:
        names = ", ".join(table.name for table in tables)
        raise HeatnetError(f"{folder} holds an inventory already ({names}), not to be overwritten: name another folder")


def _is_table(file: Path) -> bool:
    return file.stem.casefold() in TABLES and file.suffix.casefold() in _TABLE_SUFFIXES
