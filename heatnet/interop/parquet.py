"""Parquet files to raw tables."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.errors import HeatnetError, MissingExtraError
from heatnet.schema import ROW, RawTable, TableSpec


def read_parquet(file: Path, spec: TableSpec, *, kind: str = "") -> RawTable:
    """Return the cells of a Parquet file; rows are counted as if its heading were row 1.

    Raises
    ------
    MissingExtraError
        pyarrow is not installed.
    HeatnetError
        The file cannot be opened, or is damaged.
    """
    try:
        pa: Any = import_module("pyarrow")
        pq: Any = import_module("pyarrow.parquet")
    except ImportError as error:
        raise MissingExtraError("parquet", f"reading {file}") from error
    try:
        table = pq.ParquetFile(file).read()
        table.validate(full=True)
        cells = _as_frame(table)
    except (pa.ArrowException, ValueError, OSError, KeyError, IndexError, TypeError, OverflowError) as error:
        raise HeatnetError(f"{file} is not a Parquet file that can be read: {str(error).splitlines()[0]}") from error
    cells.index = pd.Index(np.arange(len(cells), dtype=np.int64) + 2, name=ROW)
    return RawTable(spec.name, cells, file=str(file), kind=kind)


def _as_frame(table: Any) -> pd.DataFrame:
    """Return the columns one by one, without what pandas once noted about them; an index that was written is one."""
    noted = table.schema.pandas_metadata
    if noted is not None and not (isinstance(noted, dict) and {"columns", "index_columns"} <= set(noted)):
        raise ValueError("what is noted of its columns is damaged")
    columns, names = [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        columns.append(_cells(column))
        names.append("" if name.startswith("__index_level_") else name)
    if not columns:
        return pd.DataFrame()
    return pd.concat(columns, axis=1).set_axis(names, axis=1)


def _cells(column: Any) -> pd.Series[Any]:
    """Return one column: days that pandas cannot hold, decimals and nested values as objects."""
    types: Any = import_module("pyarrow").types
    kind = column.type
    if types.is_dictionary(kind):
        return _cells(column.cast(kind.value_type))
    if types.is_timestamp(kind) or types.is_date(kind) or types.is_decimal(kind) or types.is_nested(kind):
        return pd.Series(_plain_days(column), dtype=object)
    if types.is_boolean(kind):
        return pd.Series(column.to_pandas(types_mapper={kind: pd.BooleanDtype()}.get))
    return pd.Series(column.to_pandas())


def _plain_days(column: Any) -> list[Any]:
    """Return days as their text, which needs no range; other values as Python's."""
    pa: Any = import_module("pyarrow")
    pc: Any = import_module("pyarrow.compute")
    types, kind = pa.types, column.type
    if types.is_timestamp(kind) or types.is_date(kind):
        local = pc.local_timestamp(column) if getattr(kind, "tz", None) else column
        texts = pc.cast(local, pa.string())
        if pc.any(pc.starts_with(texts, "<")).as_py():
            raise ValueError("a day that no calendar holds")
        days = pc.utf8_slice_codeunits(texts, 0, 10).combine_chunks().dictionary_encode()  # few, each many times
        words = np.array([*days.dictionary.to_pylist(), None], dtype=object)
        found: list[Any] = words[days.indices.fill_null(-1).to_numpy(zero_copy_only=False)].tolist()
        return found
    return list(column.to_pylist())
