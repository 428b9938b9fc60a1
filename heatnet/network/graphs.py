"""A network's tables as a networkx graph, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatnet.errors import HeatnetError

if TYPE_CHECKING:
    import networkx as nx

_NEEDED = {
    "nodes": ("node_id", "kind"),
    "segments": ("segment_id", "from_node", "to_node", "length_m", "diameter_mm"),
}


def graph_of(nodes: pd.DataFrame, segments: pd.DataFrame, valves: pd.DataFrame) -> nx.MultiGraph[Any]:
    """Return the tables as a multigraph; `Network.to_networkx` says how."""
    import networkx as nx

    graph: nx.MultiGraph[Any] = nx.MultiGraph()
    for row in nodes.to_dict("records"):
        graph.add_node(row["node_id"], **_attributes(row))
    for row in segments.to_dict("records"):
        graph.add_edge(row["from_node"], row["to_node"], key=row["segment_id"], **_attributes(row))
    if len(valves):
        graph.graph["valves"] = json.dumps([_attributes(row) for row in valves.to_dict("records")], ensure_ascii=False)
    return graph


def tables_of(graph: nx.Graph[Any]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None]:
    """Return nodes, segments and valves of a graph; `Network.from_networkx` says how."""
    import networkx as nx

    if not isinstance(graph, nx.Graph):
        raise HeatnetError(f"graph is {type(graph).__name__}; give a networkx graph.")
    nodes = [{"node_id": str(name), **attributes} for name, attributes in graph.nodes(data=True)]
    if isinstance(graph, nx.MultiGraph):
        edges = [(u, v, str(key), attributes) for u, v, key, attributes in graph.edges(keys=True, data=True)]
    else:
        edges = [(u, v, f"{u}-{v}", attributes) for u, v, attributes in graph.edges(data=True)]
    segments = [
        {"segment_id": key, "from_node": str(u), "to_node": str(v), **attributes} for u, v, key, attributes in edges
    ]
    valves = graph.graph.get("valves")
    return (
        _table("nodes", nodes),
        _table("segments", segments),
        None if valves is None else pd.DataFrame(json.loads(valves)),
    )


def _table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(_NEEDED[name]))


def _attributes(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what a row says, in types that every graph format can hold."""
    known = {str(column): value for column, value in row.items() if not pd.isna(value)}
    return {column: _plain(value) for column, value in known.items()}


def _plain(value: Any) -> bool | float | str:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, float, np.number)):
        return float(value)
    return str(value.date()) if isinstance(value, pd.Timestamp) else str(value)
