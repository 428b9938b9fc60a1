"""An inventory written in heatnet's own form: standard headings, units and words, whatever it was read from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from heatnet.errors import HeatnetError, MissingExtraError
from heatnet.interop.book_writing import write_tables
from heatnet.interop.geoframes import table_layers
from heatnet.interop.geopackage import write_geopackage
from heatnet.inventory.contents import Inventory
from heatnet.inventory.door import RECORD_TABLES
from heatnet.inventory.staging import PathLike, whole_file, whole_folder
from heatnet.inventory.writing import refuse_inventory, write_csv
from heatnet.schema import TABLES

Form = Literal["csv", "parquet", "xlsx", "gpkg"]
FORMS: tuple[Form, ...] = ("csv", "parquet", "xlsx", "gpkg")
_FILES: dict[str, Form] = {".xlsx": "xlsx", ".gpkg": "gpkg"}
_RETURNS = re.compile("\r\n?")


def convert_inventory(
    inventory: Inventory, path: PathLike, *, form: Form | None = None, keep: Sequence[str] = ()
) -> list[str]:
    """Write an inventory in heatnet's own form, whole or not at all.

    Parameters
    ----------
    inventory : Inventory
        What was read. Rows that name no building or asset are written as well; residents' data were never kept.
    path : path
        A folder for CSV or Parquet, made if absent, or a file that ends in ``.xlsx`` or ``.gpkg``.
    form : str, optional
        ``csv``, ``parquet``, ``xlsx`` or ``gpkg``; by default what `path` ends in, else CSV.
    keep : sequence of str
        Columns of the records that are no part of their tables and were carried along, to be written all the same.

    Returns
    -------
    list of str
        The tables written.

    Raises
    ------
    HeatnetError
        An inventory lies there already, the form does not fit the path, or a file cannot be written.
    MissingExtraError
        The package that writes the form is not installed.

    Notes
    -----
    Numbers keep all their digits. A carriage return within a text becomes a line break, and a character that no file of
    the form can hold a blank; everything else is read back as it was.

    Examples
    --------
    >>> import tempfile
    >>> import heatnet as hn
    >>> with tempfile.TemporaryDirectory() as home:
    ...     hn.inventory.convert_inventory(hn.examples.yard_inventory(), Path(home, "yard"))  # doctest: +SKIP
    ['nodes', 'segments', 'visits', 'faults']
    """
    target = Path(path)
    own = _FILES.get(target.suffix.casefold())
    asked = form or own or "csv"
    if asked not in FORMS:
        raise HeatnetError(f"the form is {asked!r}; heatnet writes {', '.join(FORMS)}")
    if own != (asked if asked in _FILES.values() else None):
        raise HeatnetError(f"{target}: xlsx and gpkg are files that end so, the other forms are a folder of files")
    tables = tables_of(inventory, keep)
    if own is not None:
        if target.exists():
            raise HeatnetError(f"{target} is there already and is not written over: name another file")
        with whole_file(target) as stage:
            if own == "xlsx":
                write_tables(tables, stage)
            else:
                write_geopackage(table_layers(tables, inventory.network), stage, crs=inventory.network.crs)
        return list(tables)
    refuse_inventory(target)
    with whole_folder(target) as folder:
        for name, table in tables.items():
            if asked == "csv":
                write_csv(table, folder / f"{name}.csv", exact=True, keeps_breaks=True)
            else:
                _write_parquet(table, folder / f"{name}.parquet")
        refuse_inventory(target)
    return list(tables)


def tables_of(inventory: Inventory, keep: Sequence[str] = ()) -> dict[str, pd.DataFrame]:
    """Return the tables of an inventory in standard form: the columns of the schema that say something."""
    network = inventory.network
    stray = network.set_aside.drop(columns="reason", errors="ignore")
    valves = network.valves if stray.empty else pd.concat([network.valves, stray], ignore_index=True)
    tables: dict[str, Any] = {"nodes": network.nodes, "segments": network.segments, "valves": valves}
    tables |= {name: getattr(inventory, name) for name in RECORD_TABLES}
    return {
        name: _standard(table, name, keep if name in RECORD_TABLES else ())
        for name, table in tables.items()
        if _is_given(table, name)
    }


def _is_given(table: pd.DataFrame | None, name: str) -> bool:
    return table is not None and (name != "valves" or len(table) > 0)


def _standard(table: pd.DataFrame, name: str, keep: Sequence[str]) -> pd.DataFrame:
    spec = TABLES[name]
    names = [column.name for column in spec.columns if column.name in table.columns]
    needed = {column.name for column in spec.columns if column.required} | set(spec.key)
    kept = [one for one in names if one in needed or table[one].notna().any()]
    known = table[
        [*kept, *(one for one in (*keep, "matched_by") if one in table.columns and one not in kept)]
    ].reset_index(drop=True)
    texts = [
        column.name for column in spec.columns if column.name in kept and column.type in ("id", "reference", "text")
    ]
    return known.assign(**{one: _with_line_breaks(known[one]) for one in texts})


def _with_line_breaks(texts: pd.Series[Any]) -> pd.Series[Any]:
    """Return texts whose lines all end alike; no other tool tells a carriage return from the end of a row."""
    cells = [_RETURNS.sub("\n", cell) if isinstance(cell, str) and "\r" in cell else cell for cell in texts.tolist()]
    return pd.Series([None if pd.isna(cell) else cell for cell in cells], index=texts.index, dtype=object)


def _write_parquet(table: pd.DataFrame, path: Path) -> None:
    try:
        table.to_parquet(path, index=False)
    except ImportError as error:
        raise MissingExtraError("parquet", f"writing {path.name}") from error
