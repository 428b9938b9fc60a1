"""Tables to Parquet files and back: the same bytes for the same table, whichever pandas made it."""

from __future__ import annotations

import hashlib
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
# What pyarrow makes of a damaged file.
_DAMAGE = (ArithmeticError, LookupError, MemoryError, NotImplementedError, OSError, TypeError, ValueError)


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
        Kept with the table; `noted_columns` returns both.
    """
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    rows = arrow_table(table)
    if note is not None:
        sealed = {"note": dict(note), "seal": _seal(note, _columns(rows))}
        rows = rows.replace_schema_metadata({_NOTE: json.dumps(sealed, sort_keys=True).encode()})
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


def read_parquet(file: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """Return a table, or some of its columns."""
    return pd.DataFrame(read_arrow(file, columns).to_pandas(use_threads=False))


def read_arrow(file: Path, columns: list[str] | None = None) -> pa.Table:
    """Return an Arrow table, or some of its columns, of one file: no parts of a data set are looked for beside it."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as opened:
        return opened.read(columns, use_threads=False)


def noted_columns(file: Path) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return the note kept with a table and its columns as arrays (missing: NaN among numbers, None among text).

    None where there is no such file, it is not one of ours, or anything in it is not as it was written.
    """
    try:
        table = read_arrow(file)
        sealed = json.loads(table.schema.metadata[_NOTE])
        note, columns = dict(sealed["note"]), _columns(table)
        return (note, columns) if sealed["seal"] == _seal(note, columns) else None
    except _DAMAGE:
        return None


def _columns(table: pa.Table) -> dict[str, Any]:
    return {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}


def _seal(note: Mapping[str, Any], columns: Mapping[str, Any]) -> str:
    """Return a hash of a note and of every value of a table."""
    whole = hashlib.sha256(json.dumps(dict(note), sort_keys=True).encode())
    for name, values in columns.items():
        whole.update(f"{name} {values.dtype.str} ".encode())
        whole.update(json.dumps(values.tolist()).encode() if values.dtype == object else values.tobytes())
    return whole.hexdigest()
