"""The network of an inventory: nodes, segments and valves whose ids and names are matched to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from heatnet.inventory.matching import Matches, identities
from heatnet.language import note
from heatnet.network import Network
from heatnet.schema import Problem, Reading
from heatnet.schema.findings import findings_at

NETWORK_TABLES = ("nodes", "segments", "valves")
_ENDS = ("from_node", "to_node")


def drawn_network(
    readings: Mapping[str, Reading], origins: Mapping[str, str], problems: Sequence[Problem] = ()
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

    Raises
    ------
    HeatnetError
        What makes the network unusable, at once.
    """
    nodes, segments = readings["nodes"], Matches("segments", "segment_id", readings["segments"].table)
    known = identities(nodes.table["node_id"], nodes.table["name"])
    for end in _ENDS:
        segments.match_ids(end, known)
    nodes, found = _with_junctions(nodes, segments.table)
    parts = [*segments.found, *found]
    tables = {"nodes": nodes.table, "segments": segments.table}
    rows = {"nodes": nodes.rows, "segments": readings["segments"].rows}
    if "valves" in readings:
        fitted = Matches("valves", "valve_id", readings["valves"].table)
        fitted.match_ids("segment_id", identities(segments.table["segment_id"]))
        fitted.match_ids("node_id", known)
        tables["valves"], rows["valves"] = fitted.table, readings["valves"].rows
        parts += fitted.found
    return Network.of_standard(tables, origins, rows, problems), tuple(parts)


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
