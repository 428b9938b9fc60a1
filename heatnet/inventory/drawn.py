"""The network of an inventory: nodes, segments and valves whose ids and names are matched to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from heatnet.inventory.matching import Matches, identities
from heatnet.language import note
from heatnet.network import Lookups, Network, looked_up
from heatnet.schema import Problem, Reading
from heatnet.schema.findings import findings_at

NETWORK_TABLES = ("nodes", "segments", "valves")
_ENDS = ("from_node", "to_node")
_PLACES = ("segment_id", "node_id")  # of valves


def drawn_network(
    readings: Mapping[str, Reading],
    origins: Mapping[str, str],
    problems: Sequence[Problem] = (),
    lookups: Lookups | None = None,
) -> tuple[Network, tuple[pd.DataFrame, ...]]:
    """Return the network of tables in standard form, and what was found when they were matched to each other.

    Ends of segments and places of valves may be written in another way than in the table of nodes, or be the name of a
    node. Where no row of the table of nodes is a junction, ends that stand in no row become junctions.

    Parameters
    ----------
    readings : mapping
        ``nodes``, ``segments`` and, if there are any, ``valves``.
    origins : mapping of str to str
        The file of each table, for messages.
    problems : sequence of Problem
        What was found in these and other tables before; raised together with what is found here.
    lookups : Lookups, optional
        What was looked up in these tables before.

    Raises
    ------
    HeatnetError
        What makes the network unusable, at once.
    """
    tables = {name: readings[name].table for name in NETWORK_TABLES if name in readings}
    rows = {name: readings[name].rows for name in tables}
    found = looked_up(tables) if lookups is None else lookups
    parts: list[pd.DataFrame] = []
    known = identities(tables["nodes"]["node_id"], tables["nodes"]["name"])
    if not all(found.is_all_known(tables["segments"], "segments", end) for end in _ENDS):
        segments = Matches("segments", "segment_id", tables["segments"])
        for end in _ENDS:
            segments.match_ids(end, known)
        nodes, said = _with_junctions(readings["nodes"], segments.table)
        tables |= {"nodes": nodes.table, "segments": segments.table}
        rows["nodes"] = nodes.rows
        found = looked_up(tables)
        parts += [*segments.found, *said]
    if "valves" in tables and not all(found.is_all_known(tables["valves"], "valves", name) for name in _PLACES):
        fitted = Matches("valves", "valve_id", tables["valves"])
        fitted.match_ids("segment_id", identities(tables["segments"]["segment_id"]))
        fitted.match_ids("node_id", known)
        tables["valves"] = fitted.table
        found = looked_up(tables)
        parts += fitted.found
    return Network.of_standard(tables, origins, rows, problems, found), tuple(parts)


def _with_junctions(nodes: Reading, segments: pd.DataFrame) -> tuple[Reading, list[pd.DataFrame]]:
    """Return the nodes with a junction for each end that has no row, where stations or buildings have, but no junction.

    An office keeps ledgers of its plants, stations and buildings, and often none of its wells.
    """
    table = nodes.table
    kinds = set(table["kind"])
    if "junction" in kinds or not kinds & {"station", "building"}:
        return nodes, []
    ends = pd.concat([segments[end] for end in _ENDS]).dropna()
    lost = sorted(set(ends) - set(table["node_id"]))
    if not lost:
        return nodes, []
    priority = table["priority"].iloc[:1].to_numpy()[0] * 0 + 1.0
    made = pd.DataFrame({"node_id": lost, "kind": "junction", "priority": priority})
    both = pd.concat([table, made.reindex(columns=table.columns)], ignore_index=True).astype(table.dtypes.to_dict())
    rows = np.append(nodes.rows, np.zeros(len(lost), dtype=nodes.rows.dtype))
    said = note("findings.junction_made", column="from_node, to_node")
    found = findings_at("warning", "junction_made", "nodes", "node_id", lost, said)
    return replace(nodes, table=both, rows=rows), [found]
