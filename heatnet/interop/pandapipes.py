"""Nets of pandapipes to networks and results back to their elements; pandapipes itself is never imported.

A net keeps flow and return apart as pipes and junctions of their own, joined by the consumers and by the circulation
pump. Here a building's supply side is the junction where its consumer begins; the consumer itself is a return pipe of
1 m from there to the junction where it ends, and a circulation pump one of 1 m to the junction into which it pumps,
which is the source. So each layer is joined exactly where the net joins it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatnet._arrays import Objects, Truths
from heatnet.errors import HeatnetError, MissingFileError
from heatnet.network import Network

_CONSUMERS = ("heat_consumer", "heat_exchanger")
_PUMPS = ("circ_pump_pressure", "circ_pump_mass")
_FITTINGS = ("valve", "pump", "press_control", "pressure_control", "flow_control", "compressor")
_HEAD_PER_BAR = 1e5 / (1000.0 * 9.81)
_KW_PER_KG_S = 4.19 * 50.0  # of a sink: what its flow carries on the primary level
_LEAST_M, _FITTING_M = 0.01, 1.0
_SEGMENT_COLUMNS = (
    "segment_id", "from_node", "to_node", "length_m", "diameter_mm", "roughness_mm", "line", "geometry", "is_open",
    "is_operable", "has_valve",
)  # fmt: skip


def from_pandapipes(net: Any) -> Network:
    """Return the network of a pandapipes net.

    Parameters
    ----------
    net : pandapipesNet, mapping, or path
        The net itself, its tables by name, or the JSON file that ``pandapipes.to_json`` writes.

    Returns
    -------
    Network
        Ids are element and index (``junction_33``, ``pipe_7``, ``heat_consumer_0``), so that `by_element` finds the
        way back. Flow junctions of circulation pumps and external grids are sources (``head_m`` from the pump's lift),
        junctions where consumers, exchangers and sinks begin are buildings with their load; pipes are segments, of line
        supply or return where the net keeps these apart; consumers and circulation pumps are return pipes of 1 m,
        valves and other fittings segments of 1 m with a row of the valves table. What is out of service lets nothing
        pass; a pipe without length has 1 cm.

    Raises
    ------
    MissingFileError, HeatnetError
        No such file, no pandapipes net, or one that no network can be made of.

    Examples
    --------
    >>> junctions = pd.DataFrame({"name": ["flow", "house", "back", "end"]})
    >>> pipes = pd.DataFrame(
    ...     {"from_junction": [0, 3], "to_junction": [1, 2], "length_km": [0.1, 0.1], "diameter_m": 0.1, "k_mm": 0.2}
    ... )
    >>> consumer = pd.DataFrame({"from_junction": [1], "to_junction": [3], "qext_w": [20_000.0]})
    >>> pump = pd.DataFrame({"return_junction": [2], "flow_junction": [0], "plift_bar": [1.0]})
    >>> net = {"junction": junctions, "pipe": pipes, "heat_consumer": consumer, "circ_pump_pressure": pump}
    >>> from_pandapipes(net).segments[["segment_id", "line"]].values.tolist()
    [['pipe_0', 'supply'], ['pipe_1', 'return'], ['heat_consumer_0', 'return'], ['circ_pump_pressure_0', 'return']]
    """
    origin = {}
    if isinstance(net, (str, os.PathLike)):
        origin = dict.fromkeys(("nodes", "segments", "valves"), str(net))
    tables = pandapipes_tables(net)
    return Network(**tables, origins=origin)


def by_element(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return a result of heatnet as tables of the net's elements, by their index.

    Parameters
    ----------
    table : DataFrame
        Indexed by ids of a network that `from_pandapipes` made: segments, assets, nodes or buildings.

    Returns
    -------
    dict of str to DataFrame
        By element (``pipe``, ``junction``, ``valve``, ...): its rows, indexed as in the net, sorted; to be joined with
        ``net.res_pipe`` and the like.

    Examples
    --------
    >>> loss = pd.DataFrame({"households_lost": [5, 0]}, index=["pipe_12", "pipe_3"])
    >>> by_element(loss)["pipe"].index.tolist()
    [3, 12]
    """
    parts = pd.Series(table.index.astype(str), dtype=object).str.rpartition("_")
    if not parts[2].str.fullmatch(r"-?\d+").all():
        strange = [str(name) for name in table.index if not str(name).rpartition("_")[2].lstrip("-").isdigit()]
        raise HeatnetError(f"{', '.join(strange[:5])}: no element of a pandapipes net; give a table of such a network")
    number = parts[2].astype(np.int64).to_numpy()
    found = {}
    for element in sorted(parts[0].unique()):
        rows = (parts[0] == element).to_numpy(dtype=bool)
        found[element] = table[rows].set_axis(pd.Index(number[rows]), axis=0).sort_index()
    return found


def pandapipes_tables(net: Any) -> dict[str, pd.DataFrame]:
    """Return nodes, segments and valves of a pandapipes net; `from_pandapipes` says how."""
    origin = str(net) if isinstance(net, (str, os.PathLike)) else "the net"
    try:
        tables = _tables(net)
        if "junction" not in tables or "pipe" not in tables:
            raise HeatnetError(f"{origin} has no junctions or no pipes: it is no pandapipes net")
        segments = pd.concat([_pipes(tables), *_fittings(tables), *_returns(tables)], ignore_index=True)
        nodes = _nodes(tables)
        segments["line"] = _lines(nodes["node_id"], segments, tables)
        valves = _valves(tables, segments)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        if isinstance(error, HeatnetError):
            raise
        raise HeatnetError(f"{origin} is no pandapipes net that can be read: {type(error).__name__} {error}") from error
    return {
        "nodes": nodes,
        "segments": segments.drop(columns=["is_open", "is_operable", "has_valve"]),
        "valves": valves,
    }


def _tables(net: Any) -> dict[str, pd.DataFrame]:
    """Return the tables of a net that hold rows, by name."""
    if isinstance(net, (str, os.PathLike)):
        file = Path(net)
        if not file.exists():
            raise MissingFileError(f"{file}: no such file")
        try:
            net = json.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise HeatnetError(f"{file} cannot be opened: {error.strerror or error}") from error
    if not isinstance(net, Mapping):
        raise HeatnetError(f"net is {type(net).__name__}; give a pandapipes net, its tables by name or its JSON file")
    content = net.get("_object", net)
    if isinstance(content, str):
        content = json.loads(content)
    found = {str(name): _frame(value) for name, value in content.items()}
    return {name: table for name, table in found.items() if table is not None and len(table)}


def _frame(value: Any) -> pd.DataFrame | None:
    """Return a value as a table, None where it is none."""
    if isinstance(value, pd.DataFrame):
        return value
    if not isinstance(value, Mapping) or value.get("_class") != "DataFrame":
        return None
    rows = json.loads(value["_object"]) if isinstance(value["_object"], str) else value["_object"]
    if value.get("orient", "split") != "split":
        return pd.DataFrame(rows)
    return pd.DataFrame(rows["data"], index=rows["index"], columns=rows["columns"])


def _ids(element: str, numbers: Any) -> Objects:
    return np.array([f"{element}_{int(number)}" for number in numbers], dtype=object)


def _numbers(table: pd.DataFrame, *names: str) -> pd.Series[Any]:
    """Return the first of these columns that there is, as numbers; not a number where none is."""
    name = next((name for name in names if name in table.columns), None)
    if name is None:
        return pd.Series(np.nan, index=table.index)
    return pd.to_numeric(table[name], errors="coerce").astype(np.float64)


def _in_service(table: pd.DataFrame) -> Truths:
    if "in_service" not in table.columns:
        return np.ones(len(table), dtype=bool)
    found: Truths = table["in_service"].fillna(True).to_numpy(dtype=bool)
    return found


def _between(element: str, table: pd.DataFrame, ends: tuple[str, str], **values: Any) -> pd.DataFrame:
    """Return elements as segments from one junction to another."""
    given = {
        "segment_id": _ids(element, table.index),
        "from_node": _ids("junction", table[ends[0]]),
        "to_node": _ids("junction", table[ends[1]]),
        "length_m": _FITTING_M,
        "roughness_mm": np.nan,
        "line": "pair",
        "geometry": None,
        "is_open": _in_service(table),
        "is_operable": _in_service(table),
        "has_valve": ~_in_service(table),
    }
    columns = {**given, **values}
    return pd.DataFrame({name: columns[name] for name in _SEGMENT_COLUMNS}, index=range(len(table)))


def _widths(tables: Mapping[str, pd.DataFrame], table: pd.DataFrame) -> Any:
    """Return diameters in mm; of what has none that of the widest pipe of the net."""
    known = _numbers(table, "diameter_m", "inner_diameter_mm").to_numpy() * _per(table)
    pipes = tables["pipe"]
    widest = np.nanmax(_numbers(pipes, "diameter_m", "inner_diameter_mm").to_numpy() * _per(pipes))
    return np.where(known > 0, known, widest)


def _per(table: pd.DataFrame) -> float:
    return 1000.0 if "diameter_m" in table.columns else 1.0


def _pipes(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    pipes = tables["pipe"]
    drawn = tables.get("pipe_geodata")
    course = None
    if drawn is not None and "coords" in drawn.columns:
        course = [_course(points) for points in drawn["coords"].reindex(pipes.index)]
    return _between(
        "pipe",
        pipes,
        ("from_junction", "to_junction"),
        length_m=np.maximum(_numbers(pipes, "length_km").to_numpy() * 1000.0, _LEAST_M),
        diameter_mm=_widths(tables, pipes),
        roughness_mm=_numbers(pipes, "k_mm").to_numpy(),
        geometry=course,
    )


def _course(points: Any) -> str | None:
    if not isinstance(points, (list, tuple, np.ndarray)) or len(points) < 2:
        return None
    return f"LINESTRING ({', '.join(f'{float(x)!r} {float(y)!r}' for x, y in points)})"


def _fittings(tables: Mapping[str, pd.DataFrame]) -> list[pd.DataFrame]:
    """Return valves, pumps and controls between two junctions as segments of 1 m with a valve."""
    found = []
    for element in _FITTINGS:
        table = tables.get(element)
        if table is None or "to_junction" not in table.columns:
            continue
        is_open = _in_service(table)
        if "opened" in table.columns:
            is_open = is_open & table["opened"].to_numpy(dtype=bool)
        found.append(
            _between(
                element, table, ("from_junction", "to_junction"), diameter_mm=_widths(tables, table),
                is_open=is_open, has_valve=True,
            )
        )  # fmt: skip
    return found


def _returns(tables: Mapping[str, pd.DataFrame]) -> list[pd.DataFrame]:
    """Return consumers and circulation pumps: return pipes of 1 m to the supply side's junction."""
    found = []
    for element in (*_CONSUMERS, *_PUMPS):
        table = tables.get(element)
        if table is not None:
            ends = ("from_junction", "to_junction") if element in _CONSUMERS else ("return_junction", "flow_junction")
            found.append(_between(element, table, ends, diameter_mm=_widths(tables, table), line="return"))
    return found


def _nodes(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    junctions = tables["junction"]
    place = tables.get("junction_geodata")
    x, y = (
        np.full(len(junctions), np.nan) if place is None else _numbers(place, axis).reindex(junctions.index).to_numpy()
        for axis in ("x", "y")
    )
    kind = pd.Series("junction", index=junctions.index, dtype=object)
    load = pd.Series(np.nan, index=junctions.index)
    head = pd.Series(np.nan, index=junctions.index)
    for at, kw in _loads(tables):
        kind[at] = "building"
        load[at] = np.nansum([load[at], kw])
    for at, lift in _feeding(tables):
        if kind[at] == "building":
            raise HeatnetError(f"junction {at} has a pump or external grid and a consumer; put a pipe between them")
        kind[at], head[at] = "source", lift
    named = junctions["name"] if "name" in junctions.columns else pd.Series(None, index=junctions.index, dtype=object)
    return pd.DataFrame(
        {
            "node_id": _ids("junction", junctions.index), "kind": kind.to_numpy(), "x_m": x, "y_m": y,
            "load_kw": load.to_numpy(), "head_m": head.to_numpy(), "name": named.to_numpy(dtype=object),
        }
    )  # fmt: skip


def _loads(tables: Mapping[str, pd.DataFrame]) -> list[tuple[Any, float]]:
    """Return the junctions where heat is taken, with kW."""
    found: list[tuple[Any, float]] = []
    for element in _CONSUMERS:
        table = tables.get(element, pd.DataFrame({"from_junction": []}))
        kw = _numbers(table, "qext_w") / 1000.0
        flowing = _numbers(table, "controlled_mdot_kg_per_s") * 4.19 * _numbers(table, "deltat_k")
        kw = kw.where(kw > 0, flowing)
        found += list(zip(table["from_junction"].tolist(), kw.tolist(), strict=True))
    sinks = tables.get("sink", pd.DataFrame({"junction": []}))
    found += list(
        zip(sinks["junction"].tolist(), (_numbers(sinks, "mdot_kg_per_s") * _KW_PER_KG_S).tolist(), strict=True)
    )
    return found


def _feeding(tables: Mapping[str, pd.DataFrame]) -> list[tuple[Any, float]]:
    """Return the junctions into which a circulation pump or an external grid feeds, with the head in m."""
    found: list[tuple[Any, float]] = []
    for element in _PUMPS:
        table = tables.get(element)
        if table is not None:
            lift = _numbers(table, "plift_bar") * _HEAD_PER_BAR
            found += list(zip(table["flow_junction"].tolist(), lift.where(lift >= 0).tolist(), strict=True))
    grids = tables.get("ext_grid")
    if grids is not None:
        found += [(at, float("nan")) for at in grids["junction"].tolist() if at not in {pumped for pumped, _ in found}]
    return found


def _lines(node_ids: pd.Series[Any], segments: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> Objects:
    """Return the line of each segment: supply or return where the pipes of the two do not meet, else pair."""
    place = pd.Index(node_ids)
    ends = [place.get_indexer(segments[end]) for end in ("from_node", "to_node")]
    if min(each.min(initial=0) for each in ends) < 0:
        lost = segments.loc[(ends[0] < 0) | (ends[1] < 0), "segment_id"]
        raise HeatnetError(f"{', '.join(lost[:5])} ({len(lost)}): joined to a junction that is not in the net")
    line = segments["line"].to_numpy(dtype=object).copy()
    is_pipe = line == "pair"
    joins = coo_array((is_pipe[is_pipe], (ends[0][is_pipe], ends[1][is_pipe])), shape=(len(place), len(place)))
    label = connected_components(joins, directed=False)[1]
    flows: set[int] = set()
    backs: set[int] = set()
    for element in (*_PUMPS, *_CONSUMERS):
        table = tables.get(element)
        if table is not None:
            begin, end = ("flow_junction", "return_junction") if element in _PUMPS else ("from_junction", "to_junction")
            flows |= set(label[place.get_indexer(_ids("junction", table[begin]))].tolist())
            backs |= set(label[place.get_indexer(_ids("junction", table[end]))].tolist())
    of = label[ends[0]]
    line[is_pipe & np.isin(of, list(flows - backs))] = "supply"
    line[is_pipe & np.isin(of, list(backs - flows))] = "return"
    return line


def _valves(tables: Mapping[str, pd.DataFrame], segments: pd.DataFrame) -> pd.DataFrame:
    """Return the valves: those of fittings, of what is out of service, and those that sit at the end of a pipe."""
    own = segments[segments["has_valve"]]
    rows = pd.DataFrame(
        {
            "valve_id": own["segment_id"], "segment_id": own["segment_id"], "node_id": own["from_node"],
            "is_open": own["is_open"], "is_operable": own["is_operable"],
        }
    )  # fmt: skip
    at_pipes = tables.get("valve")
    if at_pipes is None or "element" not in at_pipes.columns:
        return rows.reset_index(drop=True)
    sits = at_pipes[at_pipes["et"].isin(["pi", "pipe"])]
    more = pd.DataFrame(
        {
            "valve_id": _ids("valve", sits.index), "segment_id": _ids("pipe", sits["element"]),
            "node_id": _ids("junction", sits["junction"]), "is_open": sits["opened"].to_numpy(dtype=bool),
            "is_operable": _in_service(sits),
        }
    )  # fmt: skip
    return pd.concat([rows, more], ignore_index=True)
