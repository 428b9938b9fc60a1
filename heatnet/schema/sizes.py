"""Numbers whose size cannot be the unit meant: told by what they stand beside, with the unit that they look like.

A network whose lengths are a thousandth of the distances between its nodes is one of kilometres; a building that asks
4 W per household has its load in megawatts; a home on 0.01 square metres its area in ten thousands of them. Medians are
compared, so that single odd cells, which are findings of their own, decide nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet.schema.problems import Problem

_LEAST_ROWS = 2
_LENGTH_TO_DISTANCE = (0.02, 100.0)  # of a pipe: never shorter than its distance, rarely twice as long
_SHORTEST_M = 1.0  # a median length below it is none of metres
_LOAD_PER_HOME_KW = (0.05, 2000.0)
_LOAD_PER_M2_KW = (0.0005, 5.0)
_LEAST_LOAD_KW = 1.0
_AREA_PER_HOME_M2 = (1.0, 1e6)
_LEAST_AREA_M2 = 10.0
_LEAST_DIAMETER_MM = 3.0


def size_problems(
    tables: Mapping[str, pd.DataFrame],
    *,
    units: Mapping[str, Mapping[str, str]] | None = None,
    origins: Mapping[str, str] | None = None,
    ends: tuple[Ints, Ints] | None = None,
) -> list[Problem]:
    """Return the columns whose numbers are of another unit than the one meant.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables in standard form; nodes and segments are looked at.
    units : mapping, optional
        By table and column: the units that the user has said, which are not doubted.
    origins : mapping, optional
        The file of each table.
    ends : pair of array of int, optional
        Rows of the nodes at both ends of each segment, -1 where one is unknown, if they are known already.

    Returns
    -------
    list of Problem
        One per column, each saying what its numbers look like and how to say so.

    Examples
    --------
    >>> segments = pd.DataFrame({"from_node": "A", "to_node": "B", "length_m": [0.52, 0.11], "diameter_mm": 100.0})
    >>> [problem.column for problem in size_problems({"segments": segments})]
    ['length_m']
    """
    said = units or {}
    found: list[tuple[str, str, str, str]] = []
    if "segments" in tables:
        found += _lengths(tables["segments"], tables.get("nodes"), ends)
        found += _diameters(tables["segments"])
    if "nodes" in tables:
        found += [*_loads(tables["nodes"]), *_areas(tables["nodes"])]
    return [
        Problem(table, column, _sentence(table, column, what, unit), origin=(origins or {}).get(table, ""))
        for table, column, what, unit in found
        if not said.get(table, {}).get(column)
    ]


def _sentence(table: str, column: str, what: str, unit: str) -> str:
    if not unit:
        return what
    return (
        f'{what}; it looks like {unit}: say so in the heading, or in the settings (units.{table}, {column} = "{unit}")'
    )


def _known(values: Any) -> Floats:
    numbers = np.asarray(values, dtype=np.float64)
    return numbers[np.isfinite(numbers)]


def _median(values: Floats) -> float:
    """Return the lower median; not a number where there are too few."""
    return float(np.sort(values)[(len(values) - 1) // 2]) if len(values) >= _LEAST_ROWS else float("nan")


def _lengths(
    segments: pd.DataFrame, nodes: pd.DataFrame | None, ends: tuple[Ints, Ints] | None
) -> list[tuple[str, str, str, str]]:
    lengths = segments["length_m"].to_numpy(dtype=np.float64)
    ratio = _median(_to_distance(segments, nodes, lengths, ends)) if nodes is not None else float("nan")
    typical = _median(_known(lengths))
    if ratio < _LENGTH_TO_DISTANCE[0]:
        return [("segments", "length_m", f"is {ratio:.2g} times the distance between the ends of a segment", "km")]
    if ratio > _LENGTH_TO_DISTANCE[1]:
        what = f"are so near to each other that a segment is {ratio:.2g} times the distance between its ends"
        unit = "km" if ratio < 1e4 else "degrees"
        return [("nodes", "x_m", what, unit)]
    if typical < _SHORTEST_M and np.isnan(ratio):
        return [("segments", "length_m", f"is {typical:.2g} in the middle of all segments, below a metre", "km")]
    return []


def _to_distance(
    segments: pd.DataFrame, nodes: pd.DataFrame, lengths: Floats, ends: tuple[Ints, Ints] | None
) -> Floats:
    """Return lengths over the distances between the ends, where both ends have a place and not the same one."""
    if ends is None:
        known = nodes.drop_duplicates("node_id").set_index("node_id")[["x_m", "y_m"]]
        start = known.reindex(segments["from_node"]).to_numpy(dtype=np.float64)
        end = known.reindex(segments["to_node"]).to_numpy(dtype=np.float64)
    else:
        places = np.append(nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64), [[np.nan, np.nan]], axis=0)
        start, end = places[ends[0]], places[ends[1]]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        distance = np.hypot(*(end - start).T)
        ratio: Floats = np.where(distance > 0, lengths / distance, np.nan)
    return _known(ratio)


def _diameters(segments: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    typical = _median(_known(segments["diameter_mm"]))
    if typical < _LEAST_DIAMETER_MM:
        return [("segments", "diameter_mm", f"is {typical:.2g} in the middle of all segments", "m")]
    return []


def _loads(nodes: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    load = nodes["load_kw"].to_numpy(dtype=np.float64)
    for other, limits, name in (
        ("households", _LOAD_PER_HOME_KW, "household"),
        ("area_m2", _LOAD_PER_M2_KW, "square metre"),
    ):
        ratio = _median(_over(load, nodes[other]))
        if ratio < limits[0]:
            return [("nodes", "load_kw", f"is {ratio:.2g} kW per {name}", "MW")]
        if ratio > limits[1]:
            return [("nodes", "load_kw", f"is {ratio:.2g} kW per {name}", "W")]
        if not np.isnan(ratio):
            return []
    typical = _median(load[load > 0])
    return [("nodes", "load_kw", f"is {typical:.2g} kW in the middle", "MW")] if typical < _LEAST_LOAD_KW else []


def _areas(nodes: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    area = nodes["area_m2"].to_numpy(dtype=np.float64)
    ratio = _median(_over(area, nodes["households"]))
    if ratio < _AREA_PER_HOME_M2[0]:
        return [("nodes", "area_m2", f"is {ratio:.2g} square metres per household", "万㎡")]
    typical = _median(area[area > 0])
    if np.isnan(ratio) and typical < _LEAST_AREA_M2:
        return [("nodes", "area_m2", f"is {typical:.2g} square metres in the middle", "万㎡")]
    return []


def _over(values: Floats, others: Any) -> Floats:
    """Return values over others, where both are above 0."""
    below = np.asarray(others, dtype=np.float64)
    where = (values > 0) & (below > 0)
    return values[where] / below[where]
