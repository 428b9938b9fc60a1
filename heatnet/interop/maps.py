"""GIS layers to the raw tables of an inventory: points to nodes, lines to segments, their ends joined where needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Objects, Truths
from heatnet.errors import HeatnetError
from heatnet.interop.gis_layers import Layer, geo_packages, layers_of
from heatnet.interop.loose_lines import Headings, LooseLines, columns_meant, meant
from heatnet.interop.metres import in_metres
from heatnet.interop.titles import table_of
from heatnet.language import note
from heatnet.schema import NODES, SEGMENTS, TABLES, RawTable, TableSpec
from heatnet.schema.findings import findings_at

SNAP_M = 1.0
_MOST_SNAP_M = 50.0
_SHORT = 10  # bytes that a shapefile leaves of a heading
_MOST_M = 5.0  # wider is no pipe: under a heading cut off, such numbers are millimetres

Drawing = tuple[list[RawTable], str, list[pd.DataFrame]]


def tables_on_maps(
    files: Sequence[Path], headings: Headings, *, snap_m: float = SNAP_M, others: Sequence[RawTable] = ()
) -> Drawing:
    """Return the tables that lie in GIS files, the name of their grid, and what was found.

    Parameters
    ----------
    files : sequence of Path
        Files of one inventory, that belong on one map.
    headings : mapping
        By table: the user's own headings.
    snap_m : float
        Farthest apart, in metres, that ends of lines are one node.
    others : sequence of RawTable
        Tables of the inventory in files of other kinds: nodes among them join lines, too.

    Raises
    ------
    MissingExtraError, HeatnetError
        As `layers_of` and `in_metres`; a layer of lines or points fits no table; `snap_m` is not above 0 or too wide.
    """
    return tables_of_layers(
        [layer for file in files for layer in layers_of(file)], headings, snap_m=snap_m, others=others
    )


def tables_of_layers(
    drawn_layers: Sequence[Layer], headings: Headings, *, snap_m: float = SNAP_M, others: Sequence[RawTable] = ()
) -> Drawing:
    """Return the tables that lie in layers, wherever these were read; otherwise as `tables_on_maps`."""
    if not 0 < snap_m <= _MOST_SNAP_M:
        raise HeatnetError(f"snap_m is {snap_m}; give metres above 0, at most {_MOST_SNAP_M:g}")
    layers, crs, findings = in_metres(drawn_layers)
    _, shapely = geo_packages("reading a map")
    parts: list[tuple[RawTable, Objects]] = []
    for layer in layers:
        for name, kind, rows in _named(layer, headings, shapely):
            if not name:
                said = note("interop.layer_unknown", name=layer.name)
                findings.append(findings_at("note", "layer_unknown", "", "", [layer.name], said))
                continue
            parts.append(_part(layer, name, kind, rows, headings, shapely))
    lines = [part for part in parts if part[0].name == "segments"]
    drawn = [part for part in lines if not _names_its_ends(part[0], headings)]
    tables = [_with_lengths(raw, shapes, headings, findings, shapely) for raw, shapes in parts]
    return LooseLines(parts, others, headings, snap_m).tables(findings) if drawn else tables, crs, findings


def _with_lengths(
    raw: RawTable, shapes: Objects, headings: Headings, findings: list[pd.DataFrame], shapely: Any
) -> RawTable:
    """Return segments with lengths as drawn, and their course, where no column tells lengths."""
    if raw.name != "segments" or "length_m" in meant(raw.cells, SEGMENTS, headings) or shapely.is_missing(shapes).all():
        return raw
    said = note("interop.length_measured", count=len(shapes))
    findings.append(findings_at("note", "length_measured", "segments", "length_m", [""], said))
    course = shapely.to_wkt(shapely.line_merge(shapes), rounding_precision=-1)
    return replace(raw, cells=raw.cells.assign(length_m=shapely.length(shapes), geometry=course))


def _named(layer: Layer, headings: Headings, shapely: Any) -> list[tuple[str, str, Truths]]:
    """Return the tables of a layer, each with the kind of its nodes and its rows: by name, else by its shapes."""
    name, kind = table_of(layer.name)
    every = np.ones(len(layer.shapes), dtype=bool)
    if name:
        return [(name, kind, every)]
    of_file = table_of(Path(layer.file).stem)
    types = shapely.get_type_id(layer.shapes)
    is_line, is_place = np.isin(types, (1, 5, 2)), np.isin(types, (0, 3, 4, 6))
    found = []
    if is_line.any():
        found.append(("segments", "", is_line | (types < 0) if not is_place.any() else is_line))
    if is_place.any():
        told, its_kind = of_file if of_file[0] and not is_line.any() else ("nodes", "")
        if told == "nodes" and not its_kind and not meant(layer.cells, NODES, headings) >= {"kind"}:
            told = _told_by_headings(layer.cells, headings)
        found.append((told, its_kind, is_place))
    if not found:
        found.append((_told_by_headings(layer.cells, headings), "", every))
    return found


def _told_by_headings(cells: pd.DataFrame, headings: Headings) -> str:
    """Return the only table of which a layer has all that is required, but for places."""
    fitting = [
        name
        for name, spec in TABLES.items()
        if {column.name for column in spec.columns if column.required} <= meant(cells, spec, headings)
    ]
    return fitting[0] if len(fitting) == 1 else ""


def _part(
    layer: Layer, name: str, kind: str, rows: Truths, headings: Headings, shapely: Any
) -> tuple[RawTable, Objects]:
    """Return the rows of a layer as a raw table with ids and places among its cells, and their shapes."""
    spec = TABLES[name]
    cells, shapes = layer.cells[rows], layer.shapes[rows]
    if not rows.all():
        cells = cells.loc[:, cells.notna().any()]
    if layer.is_short:
        cells = _with_whole_headings(cells, spec)
    means = columns_meant(cells, spec, headings)
    if not spec.is_record and spec.key[0] not in means.values():
        cells = cells.assign(**{spec.key[0]: layer.ids[rows]})
    has_shape = ~shapely.is_missing(shapes)
    if name in ("nodes", "faults") and has_shape.any():
        cells = cells.loc[:, [means.get(at) not in ("x_m", "y_m") for at in range(cells.shape[1])]]
        is_area = np.isin(shapely.get_type_id(shapes), (3, 6))
        places = np.where(is_area, shapely.point_on_surface(shapes), shapely.centroid(shapes))
        cells = cells.assign(x_m=shapely.get_x(places), y_m=shapely.get_y(places))
    elif name == "segments":
        cells = _with_courses(cells, shapes, means, shapely)
    sheet = "" if layer.name == Path(layer.file).stem else layer.name
    return RawTable(name, cells, file=layer.file, sheet=sheet, kind=kind), shapes


def _with_courses(cells: pd.DataFrame, shapes: Objects, means: dict[int, str], shapely: Any) -> pd.DataFrame:
    """Return segments with the courses that are no straight lines, and with lengths where none are given."""
    merged = np.where(shapely.get_type_id(shapes) == 5, shapely.line_merge(shapes), shapes)
    is_line = shapely.get_type_id(merged) == 1
    if not is_line.any():
        return cells
    course = np.full(len(cells), None, dtype=object)
    bends = is_line & (shapely.get_num_coordinates(merged) > 2)
    course[bends] = shapely.to_wkt(merged[bends], rounding_precision=-1)
    kept = [at for at in range(cells.shape[1]) if means.get(at) != "geometry"]
    known = cells.iloc[:, kept].assign(geometry=course)
    if "length_m" in means.values():
        return known
    return known.assign(length_m=np.where(is_line, shapely.length(merged), np.nan))


def _with_whole_headings(cells: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    """Return the cells of a shapefile with the headings of heatnet's own that were cut off made whole.

    ``diameter_m`` is what is left of ``diameter_mm``: where its numbers are too large for metres they are millimetres.
    """
    whole = {column.name[:_SHORT]: column.name for column in spec.columns if len(column.name) > _SHORT}
    known = {column.name for column in spec.columns}
    names = []
    for at, heading in enumerate(cells.columns):
        name = whole.get(str(heading).casefold(), heading) if heading not in known else heading
        if name == "diameter_mm":
            numbers = pd.to_numeric(cells.iloc[:, at], errors="coerce").to_numpy(dtype=np.float64)
            name = name if np.nanmax(numbers, initial=0.0) > _MOST_M else heading
        names.append(name)
    return cells.set_axis(names, axis=1)


def _names_its_ends(raw: RawTable, headings: Headings) -> bool:
    """Return whether every line says between which nodes it lies."""
    ends = [at for at, name in columns_meant(raw.cells, SEGMENTS, headings).items() if name in ("from_node", "to_node")]
    return len(ends) == 2 and bool(raw.cells.iloc[:, ends].notna().all(axis=None))
