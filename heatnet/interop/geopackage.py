"""GeoPackages written without any other package: SQLite as OGC 12-128r18 describes it, with QGIS styles inside.

The same layers give the same bytes: the file holds no moment of its making.
"""

from __future__ import annotations

import contextlib
import sqlite3
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from heatnet._arrays import Floats
from heatnet.errors import HeatnetError, MissingExtraError

Shape = Literal["", "POINT", "LINESTRING", "MULTILINESTRING"]

_CODES = {"POINT": 1, "LINESTRING": 2, "MULTILINESTRING": 5}
_APPLICATION, _VERSION = 0x47504B47, 10300  # "GPKG", 1.3
_MOMENT = "2000-01-01T00:00:00.000Z"  # of every file, so that the same tables give the same bytes
_OWN_SRS, _NO_SRS = 100_000, -1
_KEY, _SHAPE = "fid", "geom"
_SCHEMA = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY
  (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name), CONSTRAINT fk_gc_tn FOREIGN KEY
  (table_name) REFERENCES gpkg_contents(table_name), CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id)
  REFERENCES gpkg_spatial_ref_sys (srs_id));
"""
_STYLES = """
CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME);
"""


@dataclass(frozen=True, slots=True, eq=False)
class MapLayer:
    """One table of a GeoPackage.

    Attributes
    ----------
    name : str
        Of the table.
    table : DataFrame
        Its columns; an index with a name is the first of them.
    shape : str
        ``POINT``, ``LINESTRING``, ``MULTILINESTRING``; empty: no map.
    courses : sequence of list of arrays
        Per row: its parts, each points of two columns; none: the row lies nowhere.
    title : str
        What people call it.
    style : str
        QGIS style (QML), empty: none.
    """

    name: str
    table: pd.DataFrame
    shape: Shape = ""
    courses: Sequence[list[Floats]] = ()
    title: str = ""
    style: str = ""


def write_geopackage(layers: Sequence[MapLayer], path: Path, *, crs: str = "") -> None:
    """Write layers as a new GeoPackage.

    Parameters
    ----------
    layers : sequence of MapLayer
        In the order in which they are listed.
    path : path
        A file that is not there yet.
    crs : str
        The grid in which places stand, as PROJ names it (``EPSG:4547``); empty: unknown.

    Raises
    ------
    HeatnetError
        The grid is no name that PROJ knows, or the file cannot be written.
    MissingExtraError
        The grid has no EPSG number, and pyproj, which describes it, is not installed.
    """
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as base:
            base.execute("PRAGMA journal_mode = OFF")
            base.execute("PRAGMA page_size = 4096")
            base.execute(f"PRAGMA application_id = {_APPLICATION}")
            base.execute(f"PRAGMA user_version = {_VERSION}")
            base.execute("BEGIN")
            for statement in filter(str.strip, _SCHEMA.split(";\n")):
                base.execute(statement)
            srs = _add_grids(base, crs)
            for layer in layers:
                _add_layer(base, layer, srs)
            _add_styles(base, [layer for layer in layers if layer.style])
            base.execute("COMMIT")
    except sqlite3.Error as error:
        raise HeatnetError(f"{path.name} cannot be written: {error}") from error


def _add_grids(base: sqlite3.Connection, crs: str) -> int:
    """Add the grids that every file must have, and that of the map; return its number."""
    wgs84 = (
        'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],'
        'UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]'
    )
    rows = [
        ("Undefined cartesian SRS", _NO_SRS, "NONE", -1, "undefined", None),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined", None),
        ("WGS 84 geodetic", 4326, "EPSG", 4326, wgs84, None),
    ]
    number = _NO_SRS
    if crs:
        name, code, definition = _defined(crs)
        number = code or _OWN_SRS
        rows.append((name, number, "EPSG" if code else "heatnet", number, definition, None))
    base.executemany("INSERT OR REPLACE INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", rows)
    return number


def _defined(crs: str) -> tuple[str, int, str]:
    """Return name, EPSG number (0: none) and definition of a grid."""
    head, _, tail = crs.partition(":")
    code = int(tail) if head.upper() == "EPSG" and tail.isdigit() else 0
    try:
        pyproj: Any = import_module("pyproj")
    except ImportError:
        if code:
            return crs, code, "undefined"  # readers look the number up
        raise MissingExtraError("geo", f"describing the grid {crs[:80]}") from None
    try:
        known = pyproj.CRS.from_user_input(crs)
        text = known.to_wkt("WKT1_GDAL")
    except (pyproj.exceptions.CRSError, ValueError, TypeError) as error:
        raise HeatnetError(f"the grid {crs[:80]!r} is not known; name it like EPSG:4547") from error
    return str(known.name), code or int(known.to_epsg() or 0), str(text)


def _add_layer(base: sqlite3.Connection, layer: MapLayer, srs: int) -> None:
    table = layer.table.reset_index() if layer.table.index.name is not None else layer.table
    columns = [(_quoted(str(name)), *_stored(table.iloc[:, at])) for at, name in enumerate(table.columns)]
    shape = [f"{_SHAPE} {layer.shape}"] if layer.shape else []
    given = [
        f"{_KEY} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL",
        *shape,
        *(f"{name} {kind}" for name, kind, _ in columns),
    ]
    base.execute(f"CREATE TABLE {_quoted(layer.name)} ({', '.join(given)})")
    cells = [values for _, _, values in columns]
    blobs: list[list[bytes | None]] = []
    boxes = _boxes(layer.courses)
    if layer.shape:
        box_of = map(tuple, boxes.tolist())
        blobs.append([_blob(parts, next(box_of), layer.shape, srs) if parts else None for parts in layer.courses])
    marks = ", ".join("?" * (1 + len(blobs) + len(cells)))
    rows = zip(range(1, len(table) + 1), *blobs, *cells, strict=True)
    base.executemany(f"INSERT INTO {_quoted(layer.name)} VALUES ({marks})", rows)
    box = [*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()] if len(boxes) else [None] * 4
    kind = "features" if layer.shape else "attributes"
    row = (layer.name, kind, layer.title or layer.name, "", _MOMENT, *box, srs if layer.shape else None)
    base.execute("INSERT INTO gpkg_contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    if layer.shape:
        column = (layer.name, _SHAPE, layer.shape, srs, 0, 0)
        base.execute("INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, ?, ?)", column)


def _add_styles(base: sqlite3.Connection, layers: Sequence[MapLayer]) -> None:
    if not layers:
        return
    base.execute(_STYLES.strip().rstrip(";"))
    rows = [
        ("", "", layer.name, _SHAPE, layer.name[:30], layer.style, "", 1, layer.title, "", None, _MOMENT)
        for layer in layers
    ]
    base.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
        " styleQML, styleSLD, useAsDefault, description, owner, ui, update_time)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    row = ("layer_styles", "attributes", "layer_styles", "", _MOMENT, None, None, None, None, None)
    base.execute("INSERT INTO gpkg_contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def _quoted(name: str) -> str:
    return '"' + _clean(name).replace('"', '""') + '"'


def _clean(text: str) -> str:
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", " ").encode("utf-8", "backslashreplace").decode("utf-8")


def _stored(values: pd.Series[Any]) -> tuple[str, list[Any]]:
    """Return the type of a column and its cells as SQLite holds them."""
    missing = values.isna().to_numpy(dtype=bool)
    kind = values.dtype
    if pd.api.types.is_datetime64_any_dtype(kind):
        stored, cells = "DATE", values.dt.strftime("%Y-%m-%d").tolist()
    elif pd.api.types.is_bool_dtype(kind):
        stored, cells = "BOOLEAN", [None if cell is pd.NA else int(cell) for cell in values.tolist()]
    elif pd.api.types.is_integer_dtype(kind):
        stored, cells = "INTEGER", values.tolist()
    elif pd.api.types.is_float_dtype(kind):
        stored, cells = "DOUBLE", values.to_numpy(dtype=np.float64, na_value=np.nan).tolist()
    else:
        stored, cells = "TEXT", _cleaned(list(map(str, values.to_numpy(dtype=object).tolist())))
    for place in np.flatnonzero(missing).tolist():
        cells[place] = None
    return stored, cells


def _cleaned(texts: list[str]) -> list[str]:
    together = "".join(texts)
    if together.isascii() and "\x00" not in together:
        return texts
    return [_clean(text) for text in texts]


def _boxes(courses: Sequence[list[Floats]]) -> Floats:
    """Return the least and largest coordinates of each row that has a shape: low x, low y, high x, high y."""
    held = [np.concatenate(parts) if len(parts) > 1 else parts[0] for parts in courses if parts]
    if not held:
        return np.zeros((0, 4))
    points, counts = np.concatenate(held), [len(points) for points in held]
    first = np.cumsum([0, *counts[:-1]])
    return np.hstack([np.minimum.reduceat(points, first), np.maximum.reduceat(points, first)])


def _blob(parts: list[Floats], box: tuple[float, float, float, float], shape: Shape, srs: int) -> bytes:
    """Return a shape as the standard's clause 2.1.3 writes it: a head with its box, then WKB."""
    low_x, low_y, high_x, high_y = box
    head = struct.pack("<2sBBi4d", b"GP", 0, 0b11, srs, low_x, high_x, low_y, high_y)
    if shape == "POINT":
        return head + struct.pack("<BI", 1, 1) + _doubles(parts[0][:1])
    lines = [struct.pack("<BII", 1, 2, len(part)) + _doubles(part) for part in parts]
    if shape == "LINESTRING":
        return head + lines[0]
    return head + struct.pack("<BII", 1, _CODES[shape], len(lines)) + b"".join(lines)


def _doubles(points: Floats) -> bytes:
    return np.ascontiguousarray(points, dtype="<f8").tobytes()
