"""Maps brought to metres: degrees and distorted grids into a transverse Mercator grid, others left as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Objects
from heatnet.errors import HeatnetError
from heatnet.interop.gis_layers import Layer, geo_packages
from heatnet.language import note
from heatnet.schema.coordinates import can_be_degrees, look_like_degrees, meridian_of
from heatnet.schema.findings import findings_at

_SHIFTED = re.compile(r"gcj[-_ ]?0?2|bd[-_ ]?09|baidu|百度|火星|高德|amap", re.IGNORECASE)
_ZONE_DEG, _FIRST_DEG, _LAST_DEG, _FIRST_EPSG = 3, 75, 135, 4534  # CGCS2000 / 3-degree Gauss-Kruger CM 75E to CM 135E
_FAR_M = 1e8
DEGREES = "EPSG:4326"


def in_metres(layers: Sequence[Layer]) -> tuple[list[Layer], str, list[pd.DataFrame]]:
    """Return layers whose shapes all stand in one grid of metres, the name of that grid, and what was assumed.

    A grid of metres stays as it is; degrees (WGS 84, CGCS2000, any datum) and Mercator's grid of web maps, whose metres
    grow with the latitude, are turned into the 3-degree Gauss-Krüger grid of the meridian nearest to the map.

    Raises
    ------
    HeatnetError
        A grid is one of the shifted ones of Chinese web maps (GCJ-02, BD-09), of which no exact way leads back; it is
        unknown to PROJ; or a place lies outside of it.
    """
    _, shapely = geo_packages("reading a map")
    for layer in layers:
        said = next((text for text in (_name_of(layer.crs), layer.name) if _SHIFTED.search(text)), "")
        if said:
            raise HeatnetError(
                f"{layer.file}: {said} is a shifted grid of web maps (GCJ-02, BD-09), off by some hundred metres; "
                "export the map in CGCS2000 from the survey, or shift it back in QGIS (plugin GeoHey) and save it anew"
            )
    drawn = [layer for layer in layers if not shapely.is_missing(layer.shapes).all()]
    if not drawn:
        return list(layers), "", []
    first = next((one for one in drawn if (shapely.get_type_id(one.shapes) % 4 == 1).any()), drawn[0])
    findings: list[pd.DataFrame] = []
    crs = {id(layer): _own(layer) or _guessed(layer, shapely, findings) for layer in drawn}
    target = _target(crs[id(first)], first, shapely)
    turned = [_turned(layer, crs[id(layer)], target, shapely) if id(layer) in crs else layer for layer in layers]
    return turned, target, findings


def _own(layer: Layer) -> str:
    """Return the grid that a layer names; empty where it names none, or one of the drawing's own."""
    return "" if not layer.crs or _known(layer.crs, layer).type_name == "Engineering CRS" else layer.crs


def _guessed(layer: Layer, shapely: Any, findings: list[pd.DataFrame]) -> str:
    """Return degrees where a layer that does not name its grid can be nothing else; else an unknown grid of metres."""
    xy = shapely.get_coordinates(layer.shapes)
    if len(xy) and can_be_degrees(xy[:, 0], xy[:, 1]) and look_like_degrees(xy[:, 0], xy[:, 1]):
        said = note("interop.grid_guessed", name=layer.name)
        findings.append(findings_at("warning", "grid_guessed", "", "", [layer.name], said))
        return DEGREES
    findings.append(
        findings_at("note", "grid_unknown", "", "", [layer.name], note("interop.grid_unknown", name=layer.name))
    )
    return ""


def _known(crs: str, layer: Layer) -> Any:
    pyproj: Any = import_module("pyproj")
    try:
        return pyproj.CRS.from_user_input(crs)
    except (pyproj.exceptions.CRSError, ValueError, TypeError) as error:
        raise HeatnetError(f"{layer.file}: its grid is not known: {crs[:80]}; save it in another one") from error


def _name_of(crs: str) -> str:
    return crs if crs.startswith("EPSG:") else crs[:200]


def _target(crs: str, layer: Layer, shapely: Any) -> str:
    """Return the grid of metres into which a layer goes; empty where its own is unknown."""
    if not crs:
        return ""
    known = _known(crs, layer)
    if not known.is_projected and not known.is_geographic:
        raise HeatnetError(f"{layer.file}: its grid {known.name} is none of the surface; save it in another one")
    if known.is_projected and _is_metric(known):
        return crs
    xy = shapely.get_coordinates(layer.shapes)
    degrees = _moved(xy, crs, known.geodetic_crs, layer)
    meridian = int(meridian_of(degrees[:, 0]))
    is_chinese = "china" in str(known.geodetic_crs.datum.name).casefold() or "CGCS" in str(known.geodetic_crs.name)
    if is_chinese and _FIRST_DEG <= meridian <= _LAST_DEG:
        return f"EPSG:{_FIRST_EPSG + (meridian - _FIRST_DEG) // _ZONE_DEG}"
    return f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0=500000 +y_0=0 +datum=WGS84 +units=m +no_defs +type=crs"


def _is_metric(known: Any) -> bool:
    """Return whether a projected grid has metres that are metres on the ground."""
    method = str(known.coordinate_operation.method_name).casefold()
    is_web = "mercator" in method and "transverse" not in method and "oblique" not in method
    return not is_web and all(axis.unit_conversion_factor == 1.0 for axis in known.axis_info[:2])


def _turned(layer: Layer, crs: str, target: str, shapely: Any) -> Layer:
    """Return a layer with its shapes in the target, flat."""
    flat = shapely.force_2d(layer.shapes)
    if bool(crs) != bool(target):
        raise HeatnetError(f"{layer.file}: layer {layer.name} does not name its grid, others do; name it for all")
    if crs != target and not _known(crs, layer).equals(_known(target, layer)):
        flat = _with_coordinates(flat, _moved(shapely.get_coordinates(flat), crs, target, layer), shapely)
    xy = shapely.get_coordinates(flat)
    if len(xy) and not (np.abs(xy) < _FAR_M).all():  # also where not a number
        raise HeatnetError(f"{layer.file}: layer {layer.name} holds places that lie nowhere on earth; look at its grid")
    return replace(layer, shapes=flat)


def _with_coordinates(shapes: Objects, xy: Floats, shapely: Any) -> Objects:
    moved: Objects = shapely.set_coordinates(shapes.copy(), xy)
    return moved


def _moved(xy: Floats, crs: Any, target: Any, layer: Layer) -> Floats:
    pyproj: Any = import_module("pyproj")
    try:
        way = pyproj.Transformer.from_crs(crs, target, always_xy=True)
        moved = np.stack(way.transform(xy[:, 0], xy[:, 1], errcheck=False), axis=1)
    except pyproj.exceptions.ProjError as error:
        raise HeatnetError(f"{layer.file}: layer {layer.name} cannot be brought to metres: {error}") from error
    if len(moved) and not np.isfinite(moved).all():
        raise HeatnetError(f"{layer.file}: layer {layer.name} holds places outside of its grid {crs}; look at its grid")
    return np.asarray(moved, dtype=np.float64)
