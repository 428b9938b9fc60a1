"""Networks small enough to draw, for examples and first steps; `synthetic` draws whole cities.

Examples
--------
>>> import heatnet as hn
>>> hn.supply_loss(line())["households_lost"].to_dict()
{'S': 50.0, 'T': 30.0}
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from heatnet.network import Network

__all__ = ["fork", "fork_visits", "line", "one_main", "twin_mains", "yard", "yard_tables"]


def one_main() -> Network:
    """Return one main: source A, segment S (500 m, DN 100), building B with 40 households.

    ::

        A --S-- B

    Examples
    --------
    >>> one_main().segments["length_m"].tolist()
    [500.0]
    """
    return _network({"A": None, "B": 40}, {"S": ("A", "B", 500, 100)})


def line() -> Network:
    """Return two segments in line: source A, buildings B (20 households) and C (30); no valves.

    ::

        A --S-- B --T-- C        S 100 m, T 200 m, DN 100

    Examples
    --------
    >>> line().segments["segment_id"].tolist()
    ['S', 'T']
    """
    return _network({"A": None, "B": 20, "C": 30}, {"S": ("A", "B", 100, 100), "T": ("B", "C", 200, 100)})


def twin_mains() -> Network:
    """Return two mains side by side: source A, building B with 20 households; neither S nor T alone cuts it off.

    ::

        A ==S,T== B              50 m, DN 100

    Examples
    --------
    >>> twin_mains().segments["from_node"].tolist()
    ['A', 'A']
    """
    return _network({"A": None, "B": 20}, {"S": ("A", "B", 50, 100), "T": ("A", "B", 50, 100)})


def fork() -> Network:
    """Return one main that forks: source A, junction J, buildings B (20 households) and C (30).

    ::

                  +--b-- B
        A --main--J                main 1000 m DN 200; b, c 200 m DN 80
                  +--c-- C

    Examples
    --------
    >>> fork().nodes["kind"].tolist()
    ['source', 'junction', 'building', 'building']
    """
    mains = {"main": ("A", "J", 1000, 200), "b": ("J", "B", 200, 80), "c": ("J", "C", 200, 80)}
    return _network({"A": None, "J": None, "B": 20, "C": 30}, mains)


def yard() -> Network:
    """Return a station and two buildings behind it: source A, station W, buildings B (20 households) and C (30).

    ::

                                  +--b-- B
        A --main-- W --lane-- J --+
                                  +--c-- C

    Examples
    --------
    >>> yard().segments["level"].tolist()
    ['primary', 'secondary', 'secondary', 'secondary']
    """
    tables = yard_tables()
    return Network(tables["nodes"], tables["segments"])


def yard_tables() -> dict[str, pd.DataFrame]:
    """Return the tables of an inventory of `yard`, with a few records of each kind; `write_inventory` writes them.

    Examples
    --------
    >>> list(yard_tables())
    ['nodes', 'segments', 'visits', 'faults', 'works', 'digs', 'makeup']
    """
    rows: dict[str, list[dict[str, Any]]] = {
        "nodes": [
            {"node_id": "A", "kind": "source"},
            {"node_id": "W", "kind": "station"},
            {"node_id": "J", "kind": "junction"},
            {"node_id": "B", "kind": "building", "households": 20},
            {"node_id": "C", "kind": "building", "households": 30},
        ],
        "segments": [
            {"segment_id": "main", "from_node": "A", "to_node": "W", "length_m": 1000, "diameter_mm": 200},
            {"segment_id": "lane", "from_node": "W", "to_node": "J", "length_m": 150, "diameter_mm": 100},
            {"segment_id": "b", "from_node": "J", "to_node": "B", "length_m": 50, "diameter_mm": 80},
            {"segment_id": "c", "from_node": "J", "to_node": "C", "length_m": 60, "diameter_mm": 80},
        ],
        "visits": [
            {"visit_id": "1", "building_id": "B", "visited_on": "2026-01-10", "is_cold": True},
            {"visit_id": "2", "building_id": "C", "visited_on": "2026-01-10", "is_cold": False},
        ],
        "faults": [{"fault_id": "F1", "found_on": "2025-12-03", "asset_id": "lane", "outage_h": 9}],
        "works": [{"work_id": "W1", "asset_id": "c", "done_on": "2025-07-20", "kind": "renewal"}],
        "digs": [{"dig_id": "D1", "street": "Ash Lane", "start_on": "2026-06-01", "end_on": "2026-06-20"}],
        "makeup": [{"station_id": "W", "season": 2025, "makeup_m3": 120}],
    }
    tables = {name: pd.DataFrame(table) for name, table in rows.items()}
    street, level = "Ash Lane", ["primary", "secondary", "secondary", "secondary"]
    return {**tables, "segments": tables["segments"].assign(street=street, level=level, laid_year=1998)}


def fork_visits() -> pd.DataFrame:
    """Return three visits to the homes of `fork` in January 2024: two cold ones in B, a warm one in C.

    Examples
    --------
    >>> fork_visits()["is_cold"].tolist()
    [True, True, False]
    """
    return pd.DataFrame(
        {
            "visit_id": ["1", "2", "3"],
            "building_id": ["B", "B", "C"],
            "visited_on": "2024-01-10",
            "is_cold": [True, True, False],
        }
    )


def _network(households: dict[str, int | None], segments: dict[str, tuple[str, str, int, int]]) -> Network:
    """Return the network of nodes with their households (none: A the source, else a junction) and of segments."""
    kinds = {"A": "source"}
    nodes: dict[str, Any] = {
        "node_id": list(households),
        "kind": [kinds.get(name, "junction" if homes is None else "building") for name, homes in households.items()],
        "households": list(households.values()),
    }
    table = pd.DataFrame.from_dict(
        segments, orient="index", columns=["from_node", "to_node", "length_m", "diameter_mm"]
    )
    return Network(pd.DataFrame(nodes), table.rename_axis("segment_id").reset_index())
