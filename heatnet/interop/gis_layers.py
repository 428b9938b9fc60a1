"""Layers of GIS files: their attributes as cells, their shapes, and the grid in which these stand."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Objects
from heatnet.errors import HeatnetError, MissingExtraError
from heatnet.interop.parquet import read_parquet
from heatnet.schema import ROW, SEGMENTS

GIS_SUFFIXES = (".gpkg", ".shp", ".geojson", ".geoparquet")
_NO_TABLES = ("layer_styles", "qgis_projects")
_CODE_PAGES = ("utf-8", "gb18030")
_SQLITE = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One layer of a GIS file.

    Attributes
    ----------
    name : str
        Its name, or that of its file.
    file : str
        Where it stands.
    cells : DataFrame
        Its attributes; the index is named ``row`` and counts as if headings stood in row 1.
    ids : array of object
        The number of each feature in the file, as text.
    shapes : array of object
        Shapely geometries, None where a row has none.
    crs : str
        The grid as the file names it; empty: it does not say.
    is_short : bool
        Headings are cut off after ten bytes, as in a shapefile.
    """

    name: str
    file: str
    cells: pd.DataFrame
    ids: Objects
    shapes: Objects
    crs: str
    is_short: bool = False


def geo_packages(purpose: str) -> tuple[Any, Any]:
    """Return pyogrio and shapely.

    Raises
    ------
    MissingExtraError
        One of them, or pyproj, is not installed.
    """
    try:
        import_module("pyproj")
        return import_module("pyogrio"), import_module("shapely")
    except ImportError as error:
        raise MissingExtraError("geo", purpose) from error


def layers_of(file: Path) -> list[Layer]:
    """Return the layers of a GIS file that hold rows or headings.

    Raises
    ------
    MissingExtraError
        The packages that read it are not installed.
    HeatnetError
        It cannot be opened, is damaged, or ends too early.
    """
    pyogrio, shapely = geo_packages(f"reading {file}")
    if file.suffix.lower() in (".parquet", ".geoparquet"):
        return [_of_parquet(file, shapely)]
    with _plain_errors(file, pyogrio, shapely):
        _refuse_torn(file)
        names = [str(name) for name, _ in pyogrio.list_layers(file)]
        return [_read(file, name, pyogrio, shapely) for name in names if name not in _NO_TABLES]


def parts_of(file: Path) -> tuple[Path, ...]:
    """Return the files that a file consists of: itself, of a shapefile also its table, index, grid and encoding."""
    if file.suffix.lower() != ".shp":
        return (file,)
    others = (file.with_suffix(suffix) for name in (".cpg", ".dbf", ".prj", ".shx") for suffix in (name, name.upper()))
    return (file, *dict.fromkeys(other for other in others if other.is_file()))


def is_geoparquet(file: Path) -> bool:
    """Return whether a Parquet file holds shapes; False also where it cannot be read, which others tell."""
    try:
        pq: Any = import_module("pyarrow.parquet")
        return b"geo" in (pq.read_metadata(file).metadata or {})
    except (ArithmeticError, ImportError, LookupError, OSError, RuntimeError, TypeError, ValueError):
        return False


@contextlib.contextmanager
def _plain_errors(file: Path, pyogrio: Any, shapely: Any) -> Iterator[None]:
    """Turn what the libraries raise for damaged files into one plain error; their warnings too: rows may be lacking."""
    known = (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.GeometryError,
        pyogrio.errors.FieldError,
        pyogrio.errors.CRSError,
        shapely.errors.ShapelyError,
        sqlite3.Error,
        struct.error,
        OSError,
        ValueError,
        TypeError,
        OverflowError,
        MemoryError,
    )
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")  # raised as errors they would be lost within the library
            yield
        doubts = [str(one.message) for one in told if issubclass(one.category, (RuntimeWarning, UserWarning))]
        if doubts:
            raise ValueError(doubts[0])
    except known as error:
        if isinstance(error, HeatnetError):
            raise
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise HeatnetError(f"{file} cannot be read as a map: {said}; export it anew") from error


def _refuse_torn(file: Path) -> None:
    """Refuse files of which a part is missing that GDAL would read as far as it goes."""
    suffix = file.suffix.lower()
    if suffix == ".gpkg":
        with file.open("rb") as stream:
            if stream.read(16) != _SQLITE:
                raise HeatnetError(f"{file} is not a GeoPackage: it does not begin like one; export it anew")
        with contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as base:
            found = base.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise HeatnetError(f"{file} is a damaged GeoPackage ({str(found).splitlines()[-1]}); export it anew")
    if suffix == ".shp":
        _refuse_torn_shapefile(file)


def _refuse_torn_shapefile(file: Path) -> None:
    """Refuse a shapefile without its table, or of which a part is shorter than its head says."""
    with file.open("rb") as stream:
        head = stream.read(100)
    if len(head) < 100 or struct.unpack(">i", head[:4])[0] != 9994:
        raise HeatnetError(f"{file} is not a shapefile; export it anew")
    lacks = 2 * struct.unpack(">i", head[24:28])[0] - file.stat().st_size
    table = next((path for path in (file.with_suffix(".dbf"), file.with_suffix(".DBF")) if path.is_file()), None)
    if table is None:
        raise HeatnetError(f"{file} lacks its table {file.with_suffix('.dbf').name}; copy the files of a map together")
    with table.open("rb") as stream:
        mark = stream.read(32)
    if len(mark) < 32:
        raise HeatnetError(f"{table} is damaged: it ends too early; export the map anew")
    count, first, size = struct.unpack("<IHH", mark[4:12])
    lacks = max(lacks, first + count * size - table.stat().st_size)
    if lacks > 0:
        raise HeatnetError(f"{file} or its table ends {lacks} bytes too early; copy or export the map anew")


def _read(file: Path, name: str, pyogrio: Any, shapely: Any) -> Layer:
    is_shapefile = file.suffix.lower() == ".shp"
    encoding = _encoding_of(file) if is_shapefile else None
    meta, ids, shapes, columns = pyogrio.raw.read(
        file, layer=name, return_fids=True, encoding=encoding, datetime_as_string=True
    )
    names = [str(field) for field in meta["fields"]]
    cells = pd.DataFrame({at: _cells(column) for at, column in enumerate(columns)}, index=_rows(len(ids)))
    cells = cells.set_axis(names, axis=1)
    found = np.full(len(ids), None, dtype=object)
    if shapes is not None:
        found[:] = shapely.from_wkb(shapes, on_invalid="ignore")
    numbers = np.array([str(number) for number in ids.tolist()], dtype=object)
    return Layer(name, str(file), cells, numbers, found, str(meta["crs"] or ""), is_shapefile)


def _rows(count: int) -> pd.Index[Any]:
    return pd.Index(np.arange(count, dtype=np.int64) + 2, name=ROW)


def _cells(column: Any) -> Any:
    """Return a column as conforming takes it: days as text, bytes and blank texts as missing."""
    if column.dtype.kind == "M":
        return np.where(np.isnat(column), None, np.datetime_as_string(column, unit="D").astype(object))
    if column.dtype != object:
        return column
    return np.array([None if cell == "" or isinstance(cell, bytes) else cell for cell in column.tolist()], dtype=object)


def _encoding_of(file: Path) -> str | None:
    """Return the encoding of a shapefile's table, None where its parts say it themselves.

    Without a .cpg and a mark in the table GDAL takes Latin-1; towns' files of that kind are GB 18030 or UTF-8.
    """
    if any(file.with_suffix(suffix).is_file() for suffix in (".cpg", ".CPG")):
        return None
    table = next(path for path in (file.with_suffix(".dbf"), file.with_suffix(".DBF")) if path.is_file())
    content = table.read_bytes()
    if len(content) > 29 and content[29]:
        return None
    for encoding in _CODE_PAGES:
        with contextlib.suppress(UnicodeDecodeError):
            content[32:].decode(encoding)
            return encoding
    return "gb18030"


def _of_parquet(file: Path, shapely: Any) -> Layer:
    raw = read_parquet(file, SEGMENTS)
    pq: Any = import_module("pyarrow.parquet")
    try:
        told = json.loads((pq.read_metadata(file).metadata or {}).get(b"geo", b"{}"))
        name = told["primary_column"]
        column = told["columns"][name]
        crs = json.dumps(column["crs"]) if column.get("crs") else "OGC:CRS84" if "crs" not in column else ""
        if column.get("encoding") != "WKB":
            raise HeatnetError(f"{file}: its shapes are written as {column.get('encoding')}; heatnet reads WKB")
        shapes = shapely.from_wkb(raw.cells[name].to_numpy(dtype=object), on_invalid="ignore")
    except (ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError) as error:
        if isinstance(error, HeatnetError):
            raise
        raise HeatnetError(f"{file} holds no shapes that can be read: {error}; export it as GeoParquet") from error
    found = np.full(len(raw.cells), None, dtype=object)
    found[:] = shapes
    numbers = np.array([str(number) for number in range(1, len(found) + 1)], dtype=object)
    return Layer(file.stem, str(file), raw.cells.drop(columns=name), numbers, found, crs)
