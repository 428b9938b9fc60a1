"""An inventory as it lies on disk, a folder or one workbook, to raw tables: which file or sheet is which table."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.errors import HeatnetError, MissingFileError
from heatnet.interop.csv_text import read_csv
from heatnet.interop.databases import database_tables, is_database
from heatnet.interop.epanet import epanet_tables
from heatnet.interop.gis_layers import GIS_SUFFIXES, is_geoparquet, parts_of
from heatnet.interop.maps import SNAP_M, tables_of_layers, tables_on_maps
from heatnet.interop.pandapipes import pandapipes_tables
from heatnet.interop.parquet import read_parquet
from heatnet.interop.titles import table_of
from heatnet.interop.workbooks import Sheet, raw_sheet, refused_workbook, sheets_of
from heatnet.language import note
from heatnet.schema import ROW, TABLES, RawTable
from heatnet.schema.findings import all_findings, findings_at
from heatnet.schema.folding import folded_word
from heatnet.schema.headings import understood
from heatnet.schema.vocabulary import folded

SUFFIXES = (".csv", ".parquet", ".xlsx")
MODEL_SUFFIXES = (".inp", ".json")
_TEXTS = (".csv", ".tsv", ".txt")
_OLD_WORKBOOKS = (".xls", ".et", ".ods", ".xlsb", ".xlsm")

Headings = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class RawTables:
    """The tables of an inventory as they lie on disk.

    Attributes
    ----------
    tables : tuple of RawTable
        In the order of the schema; several of one name are parts of one table.
    files : tuple of Path
        The files read, sorted by name.
    findings : DataFrame
        Files and sheets whose name says no table.
    crs : str
        The grid in which places stand, as PROJ names it; empty: unknown.
    """

    tables: tuple[RawTable, ...]
    files: tuple[Path, ...]
    findings: pd.DataFrame
    crs: str = ""

    def of(self, name: str) -> tuple[RawTable, ...]:
        """Return the parts of one table."""
        return tuple(table for table in self.tables if table.name == name)


def raw_tables(
    path: Any,
    *,
    headings: Headings | None = None,
    snap_m: float = SNAP_M,
    queries: Mapping[str, str] | None = None,
) -> RawTables:
    """Return the tables of an inventory: a folder of CSV, Parquet, workbooks and maps, a workbook, a map, a database.

    Parameters
    ----------
    path : path
        The folder or the workbook; address, file or engine of a database.
    headings : mapping, optional
        By table: the user's own headings.
    snap_m : float
        Farthest apart, in metres, that ends of lines on a map are one node.
    queries : mapping, optional
        Of a database: the SQL that gives each table.

    Raises
    ------
    MissingFileError
        No such file or folder.
    HeatnetError
        A file cannot be opened or is damaged; a table's file is a folder or a link to nothing; one table stands in
        several files; the workbook is of an old format.
    """
    if is_database(path):
        return _of_database(path, headings or {}, snap_m, queries)
    if queries is not None:
        raise HeatnetError(f"queries are for databases: {path} is none")
    place = Path(path)
    _must_exist(place)
    if place.is_dir():
        return _of_folder(place, headings or {}, snap_m=snap_m)
    if _is_map(place):
        found, crs, said = tables_on_maps([place], headings or {}, snap_m=snap_m)
        return RawTables(_ordered(found), parts_of(place), all_findings(said), crs)
    if place.suffix.lower() == ".xlsx":
        tables, findings = _of_workbook(place, headings or {})
        return RawTables(_ordered(tables), (place,), all_findings(findings))
    if place.suffix.lower() in _OLD_WORKBOOKS:
        raise refused_workbook(place)
    if place.suffix.lower() in MODEL_SUFFIXES:
        return RawTables(_ordered(_of_model(place)), (place,), all_findings([]))
    raise HeatnetError(
        f"{place} is not an inventory: give a folder that holds nodes.csv and segments.csv, a workbook (.xlsx)"
        ", a map (.gpkg, .shp, .geojson, .geoparquet) or a model (EPANET's .inp, pandapipes' .json)"
    )


def _of_database(
    where: Any, headings: Headings, snap_m: float, queries: Mapping[str, str] | None = None, only: str = ""
) -> RawTables:
    raws, layers, label = database_tables(where, queries=queries, only=only)
    if not raws and not layers and not only:
        raise MissingFileError(
            f"{label} holds no table of an inventory (nodes, segments, ...): name its schema, or give queries"
        )
    crs = ""
    findings: list[pd.DataFrame] = []
    if layers:
        on_map, crs, findings = tables_of_layers(layers, headings, snap_m=snap_m, others=raws)
        raws = [*raws, *on_map]
    files = (Path(where),) if isinstance(where, (str, Path)) and Path(where).is_file() else ()
    return RawTables(_ordered(raws), files, all_findings(findings), crs)


def raw_table(path: Any, name: str, *, headings: Headings | None = None) -> tuple[RawTable, ...]:
    """Return the parts of one table, of an inventory or of one file of any name.

    Raises
    ------
    MissingFileError
        No such file, or an inventory without that table.
    HeatnetError
        As `raw_tables`.
    """
    if is_database(path):
        of_base = _of_database(path, headings or {}, SNAP_M, only=name).of(name)
        if not of_base:
            raise MissingFileError(f"the database holds no table of {name}")
        return of_base
    place = Path(path)
    _must_exist(place)
    if place.is_dir():
        found = _of_folder(place, headings or {}, only=name).of(name)
        if not found:
            raise MissingFileError(
                f"{place} holds no table of {name}: expected {name}.csv, {name}.parquet or {name}.xlsx"
            )
        return found
    if place.suffix.lower() == ".xlsx":
        return _table_in_workbook(place, name, headings or {})
    if _is_map(place):
        on_map = tables_on_maps([place], headings or {})[0]
        asked = tuple(raw for raw in on_map if raw.name == name)
        if not asked:
            raise MissingFileError(f"{place} holds no layer of {name}")
        return asked
    return (_read_file(place, name, "", headings or {}),)


def _of_model(file: Path) -> list[RawTable]:
    """Return nodes, segments and valves of a hydraulic model."""
    tables = epanet_tables(file) if file.suffix.lower() == ".inp" else pandapipes_tables(file)
    found = []
    for name, table in tables.items():
        known = [column.name for column in TABLES[name].columns if column.name in table.columns]
        cells = table[known].set_axis(pd.Index(np.arange(len(table), dtype=np.int64) + 2, name=ROW), axis=0)
        found += [RawTable(name, cells, file=str(file))] if len(cells) or name != "valves" else []
    return found


def _is_map(file: Path) -> bool:
    """Return whether a file is one of a GIS."""
    suffix = file.suffix.lower()
    return suffix in GIS_SUFFIXES or (suffix == ".parquet" and is_geoparquet(file))


def _must_exist(place: Path) -> None:
    try:
        place.stat()
    except FileNotFoundError as error:
        gone = " (a link to nothing)" if place.is_symlink() else ""
        raise MissingFileError(f"{place}: no such file or folder{gone}") from error
    except (OSError, ValueError) as error:
        raise HeatnetError(f"{place} cannot be opened: {getattr(error, 'strerror', None) or error}") from error


def _of_folder(folder: Path, headings: Headings, only: str = "", snap_m: float = SNAP_M) -> RawTables:
    """Return the tables of a folder: first those of files named for them, then those in other workbooks and maps."""
    named, others = _named_files(folder, only)
    _refuse_twins(folder, named)
    tables: list[RawTable] = []
    findings: list[pd.DataFrame] = []
    maps = [file for given in named.values() for file, _ in given if _is_map(file)]
    used = [file for given in named.values() for file, _ in given]
    for name, given in named.items():
        for file, kind in given:
            tables += [] if file in maps else _parts_in(file, name, kind, headings)
    for file in others if not only else []:
        if _is_map(file):
            maps, used = [*maps, file], [*used, file]
        elif file.suffix.lower() == ".xlsx":
            found, said = _of_workbook(file, headings)
            tables, findings, used = tables + found, findings + said, [*used, file]
        else:
            findings.append(_not_understood(file.name, "interop.file_unknown"))
    on_maps, crs, said = tables_on_maps(maps, headings, snap_m=snap_m, others=tables) if maps else ([], "", [])
    read = [part for file in used for part in parts_of(file)]
    return RawTables(_ordered(tables + on_maps), tuple(sorted(read)), all_findings([*findings, *said]), crs)


def _refuse_twins(folder: Path, named: Mapping[str, list[tuple[Path, str]]]) -> None:
    """Refuse tables that stand in several files of one name, that are no files, or in workbooks of old formats."""
    for name, given in named.items():
        stems = [file.stem for file, _ in given]
        if len(set(stems)) < len(stems):
            twice = [file.name for file, _ in given if stems.count(file.stem) > 1]
            raise HeatnetError(f"{folder} holds the table of {name} twice ({', '.join(twice[:2])}); keep one")
        for file, _ in given:
            _must_be_file(file, name)
            if file.suffix.lower() in _OLD_WORKBOOKS:
                raise refused_workbook(file)


def _named_files(folder: Path, only: str) -> tuple[dict[str, list[tuple[Path, str]]], list[Path]]:
    """Return the files that are named for a table, each with its kind of nodes, and the other tables in sight."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise HeatnetError(f"{folder} cannot be opened: {error.strerror or error}") from error
    named: dict[str, list[tuple[Path, str]]] = {}
    others = []
    for entry in entries:
        if entry.suffix.lower() not in (*SUFFIXES, *GIS_SUFFIXES, ".xls") or entry.name.startswith((".", "~$")):
            continue
        name, kind = table_of(entry.stem)
        if name and (not only or name == only):
            named.setdefault(name, []).append((entry, kind))
        elif not name and entry.is_file() and entry.suffix.lower() in (*SUFFIXES, *GIS_SUFFIXES):
            others.append(entry)
    return named, others


def _parts_in(file: Path, name: str, kind: str, headings: Headings) -> list[RawTable]:
    if file.suffix.lower() == ".xlsx":
        return list(_table_in_workbook(file, name, headings, kind))
    return [_read_file(file, name, kind, headings)]


def _must_be_file(entry: Path, name: str) -> None:
    """Refuse what stands in the place of a table and is no file."""
    if entry.is_symlink() and not entry.exists():
        raise HeatnetError(f"{entry}, the table of {name}, is a link to nothing: {entry.readlink()}")
    if not entry.is_file():
        what = "a folder" if entry.is_dir() else "no file"
        raise HeatnetError(f"{entry}, the table of {name}, is {what}; put a file in its place")


def _read_file(file: Path, name: str, kind: str, headings: Headings) -> RawTable:
    suffix = file.suffix.lower()
    if file.is_dir() or not file.is_file():
        _must_be_file(file, name)
    if suffix in _TEXTS:
        return read_csv(file, TABLES[name], kind=kind, headings=headings.get(name))
    if suffix == ".parquet":
        return read_parquet(file, TABLES[name], kind=kind)
    if suffix in _OLD_WORKBOOKS:
        raise refused_workbook(file)
    raise HeatnetError(
        f"{file}: heatnet reads tables from .csv, .parquet and .xlsx, not {file.suffix or 'files without suffix'}"
    )


def _of_workbook(file: Path, headings: Headings) -> tuple[list[RawTable], list[pd.DataFrame]]:
    """Return the tables in a workbook, and its sheets that are none."""
    tables, findings = [], []
    for sheet in sheets_of(file):
        name, kind = table_of(sheet.name)
        if not name:
            name, kind = _told_by_headings(file, sheet, headings)
        if name:
            tables.append(raw_sheet(file, sheet, TABLES[name], kind=kind, headings=headings.get(name)))
        else:
            findings.append(_not_understood(sheet.name, "interop.sheet_unknown"))
    return tables, findings


def _told_by_headings(file: Path, sheet: Sheet, headings: Headings) -> tuple[str, str]:
    """Return the table of a sheet whose name says nothing: the only one of which it has all that is required."""
    fitting = []
    for name, spec in TABLES.items():
        raw = raw_sheet(file, sheet, spec, headings=headings.get(name))
        named = understood([str(text) for text in raw.cells.columns], spec, headings=headings.get(name))
        given = {heading.meant.column.name for heading in named if heading.meant is not None}
        if {column.name for column in spec.columns if column.required} <= given:
            fitting.append((len(given), name))
    fitting.sort(reverse=True)
    return (fitting[0][1], "") if fitting and (len(fitting) == 1 or fitting[0][0] > fitting[1][0]) else ("", "")


def _table_in_workbook(file: Path, name: str, headings: Headings, kind: str = "") -> tuple[RawTable, ...]:
    """Return one table of a workbook: the sheets that are named for it, or the only sheet there is."""
    sheets = sheets_of(file)
    named = [(sheet, table_of(sheet.name)) for sheet in sheets]
    found = [(sheet, its_kind) for sheet, (its_name, its_kind) in named if its_name == name]
    if not found and len(sheets) == 1:
        found = [(sheets[0], kind)]
    if not found:
        names = ", ".join(sheet.name for sheet in sheets[:5])
        raise MissingFileError(f"{file} holds no sheet of {name} (its sheets: {names or 'none'})")
    return tuple(
        raw_sheet(file, sheet, TABLES[name], kind=its_kind, headings=headings.get(name)) for sheet, its_kind in found
    )


def _not_understood(title: str, key: str) -> pd.DataFrame:
    known = [word for name in TABLES for word in (name, *folded("sheets", name))]
    near = difflib.get_close_matches(folded_word(title.partition(".")[0]), known, n=1, cutoff=0.6)
    said = note(f"{key}_near", name=title, nearest=near[0]) if near else note(key, name=title)
    return findings_at("warning" if near else "note", key.partition(".")[2], "", "", [title], said)


def _ordered(tables: list[RawTable]) -> tuple[RawTable, ...]:
    order = list(TABLES)
    return tuple(sorted(tables, key=lambda table: (order.index(table.name), table.file, table.sheet)))
