"""Files to tables in standard form.

An inventory is a folder that holds each table as ``<table>.csv`` or ``<table>.parquet``. CSV may be UTF-8 (with or
without byte order mark), UTF-16 or GB 18030, separated by commas, semicolons or tabs, with English or Chinese headings.
"""

from __future__ import annotations

import csv
import io
import os
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet._typed import typed
from heatnet.errors import HeatnetError, MissingExtraError, MissingFileError
from heatnet.inventory.contents import Inventory, inventory_of
from heatnet.network import Network
from heatnet.schema import ESCAPED_FORMULA, PANDAS_VERSION, TABLES, TableSpec, conform
from heatnet.value import Settings, read_settings

_SUFFIXES = (".csv", ".parquet")
_NETWORK_TABLES: tuple[str, ...] = ("nodes", "segments", "valves")
# Numbers keep their last digit; from 3.1 on pandas reads them so by itself.
_EXACT_NUMBERS = {} if PANDAS_VERSION >= (3, 1) else {"float_precision": "round_trip"}

PathLike = str | os.PathLike[str]


@typed
def read_inventory(path: PathLike, *, settings: Settings | None = None) -> Inventory:
    """Return the network and all records of an inventory.

    Parameters
    ----------
    path : path
        Folder of the inventory.
    settings : Settings, optional
        Instead of the inventory's own ``settings.toml``.

    Returns
    -------
    Inventory
        ``network``, the tables ``visits``, ``faults``, ``works``, ``digs``, ``makeup`` (``None`` where absent),
        ``findings`` and ``accounts``: what became of every row.

    Raises
    ------
    MissingFileError
        No such folder, or it lacks the table of nodes or of segments.
    HeatnetError
        Everything in a table that cannot be used, at once.

    Examples
    --------
    >>> import tempfile
    >>> import heatnet as hn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     hn.write_inventory(hn.examples.yard_tables(), folder)
    ...     len(hn.read_inventory(folder).findings)
    0
    """
    network = read_network(path)
    files = _table_files(Path(path))
    records = {
        name: _read_table(files[name], spec)
        for name, spec in TABLES.items()
        if name in files and name not in _NETWORK_TABLES
    }
    own = Path(path) / "settings.toml"
    if settings is None and own.is_file():
        settings = read_settings(own)
    inventory = inventory_of(network, records, files=tuple(sorted(files.values())))
    return replace(inventory, settings=settings)


@typed
def read_network(path: PathLike) -> Network:
    """Return the network of an inventory.

    Parameters
    ----------
    path : path
        Folder with ``nodes``, ``segments`` and, if there are any, ``valves`` as ``.csv`` or ``.parquet``.

    Returns
    -------
    Network
        The checked, frozen network.

    Raises
    ------
    MissingFileError
        No such folder, or it lacks the table of nodes or of segments.
    HeatnetError
        Everything in the tables that cannot be used, at once, with file, rows, column and ids.

    Examples
    --------
    >>> import tempfile
    >>> import heatnet as hn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     hn.write_inventory(hn.examples.yard_tables(), folder)
    ...     hn.read_network(folder).n_segments
    4
    """
    folder = Path(path)
    files = _table_files(folder)
    absent = [name for name in ("nodes", "segments") if name not in files]
    if absent:
        wanted = " and ".join(f"{name}.csv" for name in absent)
        raise MissingFileError(f"{folder} is not an inventory: it lacks {wanted} (or .parquet)")
    tables = {name: _read_raw(files[name], TABLES[name]) for name in _NETWORK_TABLES if name in files}
    origins = {name: str(files[name]) for name in tables}
    return Network(tables["nodes"], tables["segments"], tables.get("valves"), origins=origins)


@typed
def read_visits(path: PathLike) -> pd.DataFrame:
    """Return the visits of an inventory or of one file.

    Parameters
    ----------
    path : path
        Folder of an inventory, or one ``.csv`` or ``.parquet`` file.

    Returns
    -------
    DataFrame
        One row per visit with the columns of the table ``visits``; ``household_id`` is a running number.

    Raises
    ------
    MissingFileError
        No such file, or an inventory without visits.
    HeatnetError
        Everything in the table that cannot be used, at once.

    Examples
    --------
    >>> import tempfile
    >>> import heatnet as hn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     hn.write_inventory(hn.examples.yard_tables(), folder)
    ...     hn.read_visits(folder)["is_cold"].tolist()
    [True, False]
    """
    return _read_records(path, "visits")


@typed
def read_faults(path: PathLike) -> pd.DataFrame:
    """Return the faults of an inventory or of one file; columns of the table ``faults``. Errors as `read_visits`.

    Examples
    --------
    >>> import tempfile
    >>> import heatnet as hn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     hn.write_inventory(hn.examples.yard_tables(), folder)
    ...     hn.read_faults(folder)["asset_id"].tolist()
    ['lane']
    """
    return _read_records(path, "faults")


@typed
def read_works(path: PathLike) -> pd.DataFrame:
    """Return the works of an inventory or of one file; columns of the table ``works``. Errors as `read_visits`.

    Examples
    --------
    >>> import tempfile
    >>> import heatnet as hn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     hn.write_inventory(hn.examples.yard_tables(), folder)
    ...     hn.read_works(folder)["kind"].tolist()
    ['renewal']
    """
    return _read_records(path, "works")


@typed
def read_digs(path: PathLike) -> pd.DataFrame:
    """Return the digs of an inventory or of one file; columns of the table ``digs``. Errors as `read_visits`.

    Examples
    --------
    >>> import tempfile
    >>> import heatnet as hn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     hn.write_inventory(hn.examples.yard_tables(), folder)
    ...     hn.read_digs(folder)["is_ban"].tolist()
    [False]
    """
    return _read_records(path, "digs")


@typed
def read_makeup(path: PathLike) -> pd.DataFrame:
    """Return the make-up water of an inventory or of one file; columns of ``makeup``. Errors as `read_visits`.

    Examples
    --------
    >>> import tempfile
    >>> import heatnet as hn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     hn.write_inventory(hn.examples.yard_tables(), folder)
    ...     hn.read_makeup(folder)["makeup_m3"].tolist()
    [120.0]
    """
    return _read_records(path, "makeup")


def _read_records(path: PathLike, name: str) -> pd.DataFrame:
    file = Path(path)
    if file.is_dir():
        files = _table_files(file)
        if name not in files:
            raise MissingFileError(f"{file} holds no table of {name}: expected {name}.csv or {name}.parquet")
        file = files[name]
    return _read_table(file, TABLES[name])


def _read_table(file: Path, spec: TableSpec) -> pd.DataFrame:
    return conform(_read_raw(file, spec), spec, origin=str(file))


def _table_files(folder: Path) -> dict[str, Path]:
    """Return the file of each table in an inventory folder."""
    if not folder.exists():
        raise MissingFileError(f"{folder}: no such file or folder")
    if not folder.is_dir():
        raise HeatnetError(f"{folder} is not an inventory: give a folder that holds nodes.csv and segments.csv")
    files: dict[str, Path] = {}
    for name in TABLES:
        found = [folder / f"{name}{suffix}" for suffix in _SUFFIXES if (folder / f"{name}{suffix}").is_file()]
        if len(found) > 1:
            raise HeatnetError(f"{folder} holds the table of {name} twice ({found[0].name}, {found[1].name}); keep one")
        if found:
            files[name] = found[0]
    return files


def _read_raw(file: Path, spec: TableSpec) -> pd.DataFrame:
    """Return the cells of a file; numbers as numbers where all are, text as text."""
    if not file.is_file():
        raise MissingFileError(f"{file}: no such file")
    if file.suffix == ".parquet":
        return _read_parquet(file)
    if file.suffix == ".csv":
        return _read_csv(file, spec)
    raise HeatnetError(
        f"{file}: heatnet reads tables from .csv and .parquet, not {file.suffix or 'files without suffix'}"
    )


def _read_parquet(file: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(file)
    except ImportError as error:
        raise MissingExtraError("parquet", f"reading {file}") from error
    except (ValueError, OSError) as error:  # pyarrow's ArrowInvalid is a ValueError
        raise HeatnetError(f"{file} is not a Parquet file: {error}") from error


def _read_csv(file: Path, spec: TableSpec) -> pd.DataFrame:
    try:
        text = _decoded(file)
        heading = next(csv.reader([text.partition("\n")[0].rstrip("\r")], delimiter=_separator(text)), [])
        options: dict[str, Any] = {
            "sep": _separator(text),
            "dtype": {name: str for name in heading if name not in _number_headings(spec, heading)},
            "keep_default_na": False,
            "na_values": [""],
            "index_col": False,
            "low_memory": False,
            **_EXACT_NUMBERS,
        }
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            table = pd.read_csv(io.StringIO(text), **options)
    except pd.errors.EmptyDataError as error:
        raise HeatnetError(f"{file} is empty: expected a heading and rows, each {spec.row}") from error
    except (pd.errors.ParserError, pd.errors.ParserWarning, csv.Error) as error:
        raise HeatnetError(
            f"{file} is not a table: a row has more cells than the heading ({str(error).strip()})"
        ) from error
    return _without_formula_marks(table)


def _decoded(file: Path) -> str:
    """Return the text of a file in one of the encodings that spreadsheets write."""
    raw = file.read_bytes()
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise HeatnetError(f"{file} is not text: save it as CSV in UTF-8 or GB 18030")


def _separator(text: str) -> str:
    """Return the separator of the heading: the one of comma, semicolon and tab that stands there most."""
    heading = text.partition("\n")[0]
    return max(",;\t", key=heading.count)


def _number_headings(spec: TableSpec, heading: list[str]) -> set[str]:
    """Return the headings whose cells the CSV parser may read as numbers."""
    numbers = {
        word.casefold() for column in spec.columns if column.type == "number" for word in (column.name, *column.aliases)
    }
    return {name for name in heading if name.strip().casefold() in numbers}


def _without_formula_marks(table: pd.DataFrame) -> pd.DataFrame:
    """Remove the ' that heatnet writes before text which a spreadsheet would take for a formula."""
    for name in table.columns:
        if not pd.api.types.is_numeric_dtype(table[name].dtype):
            marked = table[name].str.match(ESCAPED_FORMULA, na=False).to_numpy(dtype=bool)
            if marked.any():
                table[name] = table[name].where(~marked, table[name].str.slice(1))
    return table
