"""Hydraulic models of EPANET to networks; needs the extra ``epanet``."""

from __future__ import annotations

import os
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet._typed import typed
from heatnet.errors import HeatnetError, MissingExtraError, MissingFileError
from heatnet.network import Network

_KW_PER_FLOW = 4.19 * 1000.0 * 50.0  # kW that a cubic metre per second carries on the primary level
_LEAST_M = 0.01
_FITTING_M = 1.0  # length of the segment that stands for a valve or a pump
_PER_MM = 1000.0
# What wntr makes of a damaged file.
_DAMAGE = (ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError)


@typed
def from_epanet(path: str | os.PathLike[str]) -> Network:
    """Return the network of an EPANET model.

    Parameters
    ----------
    path : path
        The ``.inp`` file.

    Returns
    -------
    Network
        Reservoirs and tanks are sources, junctions with a demand buildings, other junctions junctions; pipes are
        segments, valves and pumps segments of 1 m (a pump as wide as the widest pipe beside it), each with a row of the
        valves table; so is a pipe that is closed. ``load_kw`` is the load that asks for the junction's demand at 50 K.
        ``head_m`` of a source is its total head above the highest junction with a demand, which is what it gives
        everywhere without flow. ``roughness_mm`` is known where the model counts losses after Darcy-Weisbach. Behind
        the columns of the tables: ``elevation_m``, ``total_head_m`` of nodes, ``roughness`` as the model has it of
        segments.

    Raises
    ------
    MissingFileError, HeatnetError
        No such file, or no model that can be read.
    MissingExtraError
        wntr is not installed.

    Examples
    --------
    >>> import heatnet as hn
    >>> hn.from_epanet("town.inp")  # doctest: +SKIP
    Network(785 nodes, 909 segments, 0 stations, 747 buildings, 4 valves, 43.167 km)
    """
    tables = epanet_tables(Path(path))
    return Network(**tables, origins=dict.fromkeys(tables, str(path)))


def epanet_tables(file: Path) -> dict[str, pd.DataFrame]:
    """Return nodes, segments and valves of an EPANET model; `from_epanet` says how."""
    model = _model(file)
    links = [link for _, link in model.links()]
    demand = {name: sum(each.base_value for each in node.demand_timeseries_list) for name, node in model.junctions()}
    nodes = _nodes(model, demand)
    segments, valves = _segments(model, links)
    return {"nodes": nodes, "segments": segments, "valves": valves}


def _model(file: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wntr: Any = import_module("wntr")
    except ImportError as error:
        raise MissingExtraError("epanet", f"reading {file}") from error
    if not file.exists():
        raise MissingFileError(f"{file}: no such file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return wntr.network.WaterNetworkModel(str(file))
    except (wntr.epanet.exceptions.EpanetException, *_DAMAGE) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise HeatnetError(f"{file} is no EPANET model that can be read: {said}; export it anew as .inp") from error


def _nodes(model: Any, demand: dict[str, float]) -> pd.DataFrame:
    rows = []
    for name, node in model.nodes():
        x, y = node.coordinates
        row = {"node_id": str(name), "x_m": x, "y_m": y, "load_kw": np.nan, "total_head_m": np.nan}
        if node.node_type == "Junction":
            asks = demand[name] > 0
            row |= {"kind": "building" if asks else "junction", "elevation_m": node.elevation}
            row["load_kw"] = demand[name] * _KW_PER_FLOW if asks else np.nan
        elif node.node_type == "Tank":
            row |= {"kind": "source", "elevation_m": node.elevation}
            row["total_head_m"] = node.elevation + node.init_level
        else:
            row |= {"kind": "source", "elevation_m": np.nan, "total_head_m": node.base_head}
        rows.append(row)
    columns = ["node_id", "kind", "x_m", "y_m", "load_kw", "elevation_m", "total_head_m"]
    table = pd.DataFrame(rows, columns=columns)
    if not (table[["x_m", "y_m"]] != 0).any(axis=None):
        table[["x_m", "y_m"]] = np.nan
    asked = table.loc[table["kind"] == "building", "elevation_m"]
    head = (table["total_head_m"] - (asked.max() if len(asked) else np.nan)).clip(lower=0.0)
    return table.assign(head_m=head.where(head <= 500.0))


def _segments(model: Any, links: list[Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return pipes, valves and pumps as segments, and the rows of valves."""
    is_rough = str(model.options.hydraulic.headloss).upper().startswith("D")
    widest: dict[str, float] = {}
    for link in links:
        width = getattr(link, "diameter", None) or 0.0
        for end in (link.start_node_name, link.end_node_name):
            widest[end] = max(widest.get(end, 0.0), width)
    some = max(widest.values(), default=0.0) or 0.1
    rows, valves = [], []
    for link in links:
        name, is_pipe = str(link.name), link.link_type == "Pipe"
        ends = (link.start_node_name, link.end_node_name)
        width = getattr(link, "diameter", None) or max(widest[end] for end in ends) or some
        rough = link.roughness if is_pipe else np.nan
        rows.append(
            {
                "segment_id": name, "from_node": str(ends[0]), "to_node": str(ends[1]),
                "length_m": max(link.length, _LEAST_M) if is_pipe else _FITTING_M, "diameter_mm": width * _PER_MM,
                "roughness_mm": rough * _PER_MM if is_rough else np.nan, "roughness": rough,
                "geometry": _course(model, link),
            }
        )  # fmt: skip
        is_closed = str(link.initial_status) == "Closed"
        if not is_pipe or is_closed:
            valves.append({"valve_id": name, "segment_id": name, "node_id": str(ends[0]), "is_open": not is_closed})
    columns = ["segment_id", "from_node", "to_node", "length_m", "diameter_mm", "roughness_mm", "roughness", "geometry"]
    return (
        pd.DataFrame(rows, columns=columns),
        pd.DataFrame(valves, columns=["valve_id", "segment_id", "node_id", "is_open"]),
    )


def _course(model: Any, link: Any) -> str | None:
    """Return the course of a link that has corners, as WKT."""
    if not link.vertices:
        return None
    ends = [model.get_node(name).coordinates for name in (link.start_node_name, link.end_node_name)]
    points = [ends[0], *link.vertices, ends[1]]
    return f"LINESTRING ({', '.join(f'{float(x)!r} {float(y)!r}' for x, y in points)})"
