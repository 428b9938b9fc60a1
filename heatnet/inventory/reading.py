"""Files to an inventory, or to one table of it.

An inventory is a folder that holds each table as CSV, Parquet or a workbook, or one workbook with a sheet per table,
with headings, units and words in English, Chinese or Russian.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet._freed import from_the_system
from heatnet._typed import typed
from heatnet.errors import MissingFileError
from heatnet.interop import SNAP_M, RawTables, is_database, label_of, raw_table, raw_tables
from heatnet.inventory.contents import Inventory, with_records
from heatnet.inventory.door import known_records, read_table, says_in_words
from heatnet.inventory.drawn import NETWORK_TABLES, drawn_network
from heatnet.network import Lookups, Network, looked_up
from heatnet.schema import TABLES, Problem, RawTable, Reading, raise_problems, size_problems
from heatnet.value import Settings, read_settings

PathLike = str | os.PathLike[str]
Source = PathLike | Any  # or an engine of SQLAlchemy


@typed
def read_inventory(
    path: Source,
    *,
    settings: Settings | PathLike | None = None,
    keep: Sequence[str] = (),
    snap_m: float = SNAP_M,
    queries: Mapping[str, str] | None = None,
) -> Inventory:
    """Return the network and all records of an inventory.

    Parameters
    ----------
    path : path
        Folder of the inventory, a workbook (``.xlsx``) with a sheet per table, or a GeoPackage (``.gpkg``) with a layer
        per table; also lines alone (``.shp``, ``.geojson``, GeoParquet) and models (``.inp``, pandapipes' ``.json``);
        or a database: its address (``postgresql://host/heat?schema=net``, any of SQLAlchemy), its file (``.sqlite``,
        ``.db``, ``.duckdb``) or an engine, with tables or views of these names.
    settings : Settings or path, optional
        Settings instead of the inventory's own, or a TOML file that is laid over its own ``settings.toml``.
    keep : sequence of str
        Headings of columns that are no part of a table, residents' data among them, to carry along in the records.
    snap_m : float
        Farthest apart, in metres, that ends of lines on a map are one node, where the lines name no nodes.
    queries : mapping, optional
        Of a database: by table the SQL that gives it, where tables have other names or need a selection.

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
    with from_the_system():
        return _inventory(path, _settings_of(path, settings), keep, snap_m, queries)


def _inventory(
    path: Source, town: Settings | None, keep: Sequence[str], snap_m: float, queries: Mapping[str, str] | None
) -> Inventory:
    """Return the inventory, read as the settings of its town say."""
    raw = raw_tables(path, headings=_headings(town), snap_m=snap_m, queries=queries)
    origins, parts = _origins(raw), _by_name(raw)
    raw = replace(raw, tables=())  # the cells of a table are let go as soon as it is in standard form
    readings, problems, lookups = _readings(parts, origins, label_of(path), town, keep)
    network, matched = drawn_network(readings, origins, problems, lookups)
    network = network.with_crs(raw.crs)
    of_network = {name: _told_of(readings.pop(name)) for name in NETWORK_TABLES if name in readings}
    readings = {name: reading for name, reading in readings.items() if not _is_untouched(reading)}
    base = Inventory(network, files=raw.files, settings=town, of_network=of_network, matched=(raw.findings, *matched))
    return with_records(base, readings)


@typed
def read_network(path: Source, *, snap_m: float = SNAP_M) -> Network:
    """Return the network of an inventory.

    Parameters
    ----------
    path : path
        Folder with ``nodes``, ``segments`` and, if there are any, ``valves`` as ``.csv``, ``.parquet`` or ``.xlsx``,
        one workbook with a sheet per table, a GeoPackage with a layer per table, lines (``.shp``, ``.geojson``,
        GeoParquet), a model of EPANET (``.inp``) or pandapipes (``.json``), or a database, as in `read_inventory`.
    snap_m : float
        Farthest apart, in metres, that ends of lines on a map are one node, where the lines name no nodes.

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
    town = _settings_of(path, None)
    raw = raw_tables(path, headings=_headings(town), snap_m=snap_m)
    of_network = RawTables(tuple(part for part in raw.tables if part.name in NETWORK_TABLES), raw.files, raw.findings)
    origins, parts = _origins(of_network), _by_name(of_network)
    raw = of_network = replace(of_network, tables=(), crs=raw.crs)
    readings, problems, lookups = _readings(parts, origins, label_of(path), town)
    return drawn_network(readings, origins, problems, lookups)[0].with_crs(raw.crs)


@typed
def read_visits(path: Source) -> pd.DataFrame:
    """Return the visits of an inventory or of one file.

    Parameters
    ----------
    path : path
        Folder of an inventory, a workbook, or one file of any name.

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
def read_faults(path: Source) -> pd.DataFrame:
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
def read_works(path: Source) -> pd.DataFrame:
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
def read_digs(path: Source) -> pd.DataFrame:
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
def read_makeup(path: Source) -> pd.DataFrame:
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


def _read_records(path: Source, name: str) -> pd.DataFrame:
    town = _settings_of(path, None)
    reading = read_table(raw_table(path, name, headings=_headings(town)), name, town)
    raise_problems(reading.problems)
    if not says_in_words(reading, name) or not _holds_a_network(path, town):
        return reading.table
    return known_records(read_network(path), {name: reading})[name].table


def _holds_a_network(path: Source, town: Settings | None) -> bool:
    """Return whether the path is an inventory with a network, to which rows without ids can be matched."""
    if not is_database(path) and not Path(path).is_dir() and Path(path).suffix.casefold() != ".xlsx":
        return False
    raw = raw_tables(path, headings=_headings(town))
    return all(raw.of(name) for name in ("nodes", "segments"))


def _settings_of(path: Source, settings: Settings | PathLike | None) -> Settings | None:
    """Return the settings of an inventory: its own, a file laid over them, or those given."""
    if isinstance(settings, Settings):
        return settings
    own = None if is_database(path) else Path(path) / "settings.toml"
    town = read_settings(own) if own is not None and _is_file(own) else None
    return town if settings is None else read_settings(settings, base=town)


def _is_file(path: Path) -> bool:
    """Return whether there is such a file; a name too long for any is told of where the inventory is read."""
    try:
        return path.is_file()
    except OSError:
        return False


def _headings(town: Settings | None) -> Mapping[str, Mapping[str, str]] | None:
    return None if town is None else town.headings


def _readings(
    parts: dict[str, tuple[RawTable, ...]],
    origins: Mapping[str, str],
    path: str,
    town: Settings | None,
    keep: Sequence[str] = (),
) -> tuple[dict[str, Reading], list[Problem], Lookups | None]:
    """Return the tables in standard form, what makes any of them unusable, and the ids that were looked up.

    The cells are taken out of `parts` table by table.

    Raises
    ------
    MissingFileError
        There are no nodes or no segments.
    """
    absent = [name for name in ("nodes", "segments") if name not in parts]
    if absent:
        wanted = " and ".join(f"{name}.csv" for name in absent)
        raise MissingFileError(f"{path} is not an inventory: it lacks {wanted} (or .parquet, or a sheet in a workbook)")
    first_of = {name: of_one[0].origin for name, of_one in parts.items()}
    readings = {name: read_table(parts.pop(name), name, town, keep) for name in TABLES if name in parts}
    problems = [problem for reading in readings.values() for problem in reading.problems]
    empty = [name for name in ("nodes", "segments") if not len(readings[name].table) and not readings[name].problems]
    problems += [Problem(name, "", f"has no rows; each is {TABLES[name].row}", origin=first_of[name]) for name in empty]
    if problems:
        return readings, problems, None
    tables = {name: readings[name].table for name in NETWORK_TABLES if name in readings}
    lookups, units = looked_up(tables), None if town is None else town.units
    ends = lookups.found["segments", "from_node"], lookups.found["segments", "to_node"]
    return readings, size_problems(tables, units=units, origins=dict(origins), ends=ends), lookups


def _told_of(reading: Reading) -> Reading:
    """Return what is told of a table whose rows stand in the network: they are not kept twice."""
    nothing = pd.DataFrame(columns=reading.table.columns)
    return replace(reading, table=nothing, rows=reading.rows[:0].copy(), hints=nothing.iloc[:, :0])


def _is_untouched(reading: Reading) -> bool:
    """Return whether a sheet of a template was left as it is: then nothing is recorded, not that nothing happened."""
    return not len(reading.table) and set(reading.set_aside["reason"]) == {"example_row"}


def _by_name(raw: RawTables) -> dict[str, tuple[RawTable, ...]]:
    """Return the parts of each table that there is."""
    return {name: of_one for name in TABLES if (of_one := raw.of(name))}


def _origins(raw: RawTables) -> dict[str, str]:
    """Return where each table stands, for messages."""
    return {name: ", ".join(dict.fromkeys(part.origin for part in raw.of(name))) for name in TABLES if raw.of(name)}
