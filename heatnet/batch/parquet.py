"""Tables to Parquet files and back: the same bytes for the same table, whichever pandas made it."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from heatnet.errors import MissingExtraError

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

_ROWS_AT_ONCE = 8192
_NOTE = b"heatnet"


def require_parquet() -> None:
    """Raise `MissingExtraError` where Parquet files cannot be written."""
    if importlib.util.find_spec("pyarrow") is None:
        raise MissingExtraError("parquet", "scoring many inventories")


def write_parquet(table: pd.DataFrame, file: Path, note: Mapping[str, Any] | None = None) -> None:
    """Write a table without its index; text columns as text even where all are missing.

    Parameters
    ----------
    table : DataFrame
        Columns of numbers, truths or text.
    file : Path
        Where to write; not whole-or-nothing by itself.
    note : mapping, optional
        Kept with the table; `read_note` returns it.
    """
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    rows = arrow_table(table)
    if note is not None:
        rows = rows.replace_schema_metadata({_NOTE: json.dumps(dict(note), sort_keys=True).encode()})
    pq.write_table(rows, file, row_group_size=_ROWS_AT_ONCE)


def arrow_table(table: pd.DataFrame) -> pa.Table:
    """Return an Arrow table of the columns, without anything that tells how it was made."""
    import pyarrow as pa

    columns = {}
    for name in table.columns:
        values = table[name]
        is_number = pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype)
        columns[str(name)] = pa.array(values, from_pandas=True, type=None if is_number else pa.string())
    return pa.table(columns)


def read_parquet(file: Path, columns: list[str] | None = None, filters: Any = None) -> pd.DataFrame:
    """Return a table, or some columns of those rows that pass a filter of pyarrow."""
    import pyarrow.parquet as pq

    table = pq.read_table(file, columns=columns, filters=filters, use_threads=False)
    return pd.DataFrame(table.to_pandas(use_threads=False))


def read_columns(file: Path) -> dict[str, Any]:
    """Return the columns of a table as arrays; missing is NaN among numbers and None among text."""
    import pyarrow.parquet as pq

    table = pq.read_table(file, use_threads=False)
    return {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}


def read_note(file: Path) -> dict[str, Any]:
    """Return the note kept with a table; empty where there is no such file, or it is not one of ours."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_schema(file).metadata
    except (OSError, pa.ArrowInvalid):
        return {}
    note: dict[str, Any] = json.loads((metadata or {}).get(_NOTE, b"{}"))
    return note
