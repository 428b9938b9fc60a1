"""Parquet files to raw tables."""

from __future__ import annotations

from collections.abc import Set
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.errors import HeatnetError, MissingExtraError
from heatnet.schema import ROW, RawTable, TableSpec
from heatnet.schema.days import FIRST_DAY, LAST_DAY

_SMALL = 4  # bytes a row that a column takes at most whose words repeat


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
        opened = pq.ParquetFile(file)
        often = _often_repeated(opened.metadata, opened.schema_arrow, pa)
        table = pq.ParquetFile(file, read_dictionary=often).read() if often else opened.read()
        table.validate(full=True)
        cells = _as_frame(table, set(often), {column.name for column in spec.columns if column.type == "date"})
    except (pa.ArrowException, ValueError, OSError, KeyError, IndexError, TypeError, OverflowError) as error:
        raise HeatnetError(f"{file} is not a Parquet file that can be read: {str(error).splitlines()[0]}") from error
    cells.index = pd.Index(np.arange(len(cells), dtype=np.int64) + 2, name=ROW)
    return RawTable(spec.name, cells, file=str(file), kind=kind)


def _often_repeated(metadata: Any, schema: Any, pa: Any) -> list[str]:
    """Return the columns of text that take little room for so many rows: few words, which are then kept once."""
    size: dict[str, int] = {}
    for group in range(metadata.num_row_groups):
        for at in range(metadata.num_columns):
            column = metadata.row_group(group).column(at)
            size[column.path_in_schema] = size.get(column.path_in_schema, 0) + column.total_uncompressed_size
    kinds = (pa.string(), pa.large_string())
    texts = [field.name for field in schema if field.type in kinds and schema.names.count(field.name) == 1]
    return [name for name in texts if size.get(name, metadata.num_rows * _SMALL + 1) <= metadata.num_rows * _SMALL]


def _as_frame(table: Any, often: Set[str], days: Set[str]) -> pd.DataFrame:
    """Return the columns one by one, without what pandas once noted about them; an index that was written is one.

    Columns of text whose words repeat `often` become categories, and those that name `days` are days where all can be.
    """
    noted = table.schema.pandas_metadata
    if noted is not None and not (isinstance(noted, dict) and {"columns", "index_columns"} <= set(noted)):
        raise ValueError("what is noted of its columns is damaged")
    columns, names = [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        known = _known_days(column) if name in days else None
        columns.append(known if known is not None else _as_categories(column) if name in often else _cells(column))
        names.append("" if name.startswith("__index_level_") else name)
    if not columns:
        return pd.DataFrame()
    return pd.concat(columns, axis=1).set_axis(names, axis=1)


def _as_categories(column: Any) -> pd.Series[Any]:
    """Return text of few words as categories."""
    one: Any = column.unify_dictionaries().combine_chunks()
    if one.dictionary.null_count:
        return _cells(column)
    return _categories(one.dictionary.to_pylist(), one.indices)


def _categories(words: list[Any], places: Any) -> pd.Series[Any]:
    codes = places.fill_null(-1).to_numpy(zero_copy_only=False)
    categories: pd.Index[Any] = pd.Index(words, dtype=object)
    return pd.Series(pd.Categorical.from_codes(codes, categories=categories))


def _cells(column: Any) -> pd.Series[Any]:
    """Return one column: days that pandas cannot hold, decimals and nested values as objects."""
    types: Any = import_module("pyarrow").types
    kind = column.type
    if types.is_dictionary(kind):
        return _cells(column.cast(kind.value_type))
    if types.is_timestamp(kind) or types.is_date(kind):
        return _plain_days(column)
    if types.is_decimal(kind) or types.is_nested(kind):
        return pd.Series(list(column.to_pylist()), dtype=object)
    if types.is_boolean(kind):
        return pd.Series(column.to_pandas(types_mapper={kind: pd.BooleanDtype()}.get))
    return pd.Series(column.to_pandas())


def _known_days(column: Any) -> pd.Series[Any] | None:
    """Return days as days; None where one could not be meant, or is no day."""
    types: Any = import_module("pyarrow").types
    pc: Any = import_module("pyarrow.compute")
    if not (types.is_timestamp(column.type) or types.is_date(column.type)):
        return None
    local = pc.local_timestamp(column) if getattr(column.type, "tz", None) else column
    days = local.to_numpy().astype("datetime64[D]")
    first, last = np.datetime64(FIRST_DAY), np.datetime64(LAST_DAY)
    if not (np.isnat(days) | ((days >= first) & (days <= last))).all():
        return None
    return pd.Series(days.astype("datetime64[s]"))


def _plain_days(column: Any) -> pd.Series[Any]:
    """Return days as their text, which needs no range."""
    pa: Any = import_module("pyarrow")
    pc: Any = import_module("pyarrow.compute")
    local = pc.local_timestamp(column) if getattr(column.type, "tz", None) else column
    texts = pc.cast(local, pa.string())
    if pc.any(pc.starts_with(texts, "<")).as_py():
        raise ValueError("a day that no calendar holds")
    days = pc.utf8_slice_codeunits(texts, 0, 10).combine_chunks().dictionary_encode()  # few, each many times
    return _categories(days.dictionary.to_pylist(), days.indices)
