"""What the drawing of a network tells: ends that do not meet, pipes drawn twice, parts and loops that should not be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from heatnet._arrays import Ints, Truths
from heatnet.doctor.rules import BY_NAME
from heatnet.language import Note, note
from heatnet.network import JUNCTION, SOURCE, STATION, Network
from heatnet.schema.findings import findings_at

NEAR_M = 0.5
OVERSHOOT_M = 3.0


def found_in_drawing(network: Network) -> list[pd.DataFrame]:
    """Return what is doubtful in how a network, in id order, is drawn."""
    return [
        _near_duplicates(network),
        *_loose_ends(network),
        _isolated_parts(network),
        _stations_without_primary(network),
        _parallel_duplicates(network),
        _secondary_loops(network),
        *_lengths(network),
    ]


def told(rule: str, column: str, ids: Iterable[Any], said: Note | list[Note] | None = None) -> pd.DataFrame:
    """Return findings of a rule at rows of its table."""
    known = BY_NAME[rule]
    return findings_at(known.severity, rule, known.table, column, ids, said or note(f"doctor.{rule}"))


def _near_duplicates(network: Network) -> pd.DataFrame:
    """Return nodes drawn at one place that no segment joins: a join that was missed."""
    place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    known = np.flatnonzero(np.isfinite(place).all(axis=1))
    pairs = (
        known[KDTree(place[known]).query_pairs(NEAR_M, output_type="ndarray")] if len(known) > 1 else np.empty((0, 2))
    )
    pairs = np.sort(pairs.astype(np.int64))
    joined = _pairs(network, network.from_node, network.to_node)
    found = sorted(pairs[~np.isin(_pairs(network, pairs[:, 0], pairs[:, 1]), joined)].tolist())
    ids = network.node_ids
    said = [note("doctor.near_duplicate_node", other=str(ids[a])) for a, _ in found]
    return told("near_duplicate_node", "x_m", [ids[b] for _, b in found], said)


def _pairs(network: Network, some: Ints, others: Ints) -> Ints:
    """Return one number for each pair of nodes, whichever stands first."""
    found: Ints = np.minimum(some, others) * network.n_nodes + np.maximum(some, others)
    return found


def _loose_ends(network: Network) -> list[pd.DataFrame]:
    """Return junctions where one pipe ends: drawn over the joint where it is short, else left open."""
    degree = np.bincount(np.concatenate([network.from_node, network.to_node]), minlength=network.n_nodes)
    reach = np.zeros(network.n_nodes)
    for ends in (network.from_node, network.to_node):
        np.maximum.at(reach, ends, network.length_m)
    is_loose = (network.node_kind == JUNCTION) & (degree == 1)
    is_short = is_loose & (reach < OVERSHOOT_M)
    ids = network.node_ids
    said = [note("doctor.overshoot", length=length) for length in reach[is_short].tolist()]
    return [
        told("dangling_end", "node_id", ids[is_loose & ~is_short]),
        told("overshoot", "node_id", ids[is_short], said),
    ]


def _parts(network: Network, rows: Truths) -> Ints:
    """Return the connected part of each node over some of the segments."""
    a, b = network.from_node[rows], network.to_node[rows]
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(network.n_nodes, network.n_nodes))
    labels: Ints = connected_components(graph, directed=False)[1].astype(np.int64)
    return labels


def _isolated_parts(network: Network) -> pd.DataFrame:
    """Return parts of two nodes or more that no source belongs to, each at its first node."""
    part = _parts(network, np.ones(network.n_segments, dtype=bool))
    size = np.bincount(part)
    has_source = np.bincount(part[network.node_kind == SOURCE], minlength=len(size)) > 0
    first = np.unique(part, return_index=True)[1]
    alone = np.flatnonzero((size > 1) & ~has_source & has_source.any())
    said = [note("doctor.isolated_part", count=int(size[one])) for one in alone]
    return told("isolated_part", "node_id", network.node_ids[first[alone]], said)


def _stations_without_primary(network: Network) -> pd.DataFrame:
    touched = np.zeros(network.n_nodes, dtype=bool)
    for ends in (network.from_node, network.to_node):
        touched[ends[network.is_primary]] = True
    return told("station_without_primary", "node_id", network.node_ids[(network.node_kind == STATION) & ~touched])


def _parallel_duplicates(network: Network) -> pd.DataFrame:
    """Return segments that are the same as another in all that counts: drawn or exported twice."""
    between = _pairs(network, network.from_node, network.to_node)
    rows = np.flatnonzero(pd.Series(between).duplicated(keep=False).to_numpy(dtype=bool))  # few are parallel at all
    table = network.segments.iloc[rows]
    same = pd.DataFrame(
        {
            "between": between[rows],
            "level": table["level"].to_numpy(dtype=object),
            "line": table["line"].to_numpy(dtype=object),
            "diameter": network.diameter_mm[rows],
            "length": np.round(network.length_m[rows], 1),
        }
    )
    first = rows[
        same.assign(row=np.arange(len(rows)))
        .groupby(list(same.columns), sort=False, dropna=False)["row"]
        .transform("first")
    ]
    is_twice = first != rows
    twice, ids = rows[is_twice], network.segment_ids
    said = [note("doctor.parallel_duplicate", other=str(ids[row])) for row in first[is_twice]]
    return told("parallel_duplicate", "segment_id", ids[twice], said)


def _secondary_loops(network: Network) -> pd.DataFrame:
    """Return secondary nets with more pipes than a tree has, each at its first segment."""
    rows = ~network.is_primary & network.in_supply
    part = _parts(network, rows)
    of_segment = part[network.from_node]
    pipes = np.bincount(of_segment[rows], minlength=part.max(initial=0) + 1)
    nodes = np.bincount(part, minlength=len(pipes))
    more = pipes - nodes + 1
    looped = np.flatnonzero((more > 0) & (pipes > 0))
    first = [int(np.flatnonzero(rows & (of_segment == one))[0]) for one in looped]
    said = [note("doctor.loop_on_secondary", count=int(more[one])) for one in looped]
    return told("loop_on_secondary", "segment_id", network.segment_ids[first] if first else [], said)


def _lengths(network: Network) -> list[pd.DataFrame]:
    """Return lengths that are far beyond the line between the ends, or unlike the course that is drawn."""
    place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    apart = np.hypot(*(place[network.to_node] - place[network.from_node]).T)
    length, ids = network.length_m, network.segment_ids
    lines = network.lines
    steps = np.hypot(*np.diff(lines.xy, axis=0).T) if len(lines.xy) > 1 else np.zeros(0)
    so_far = np.concatenate([[0.0], np.cumsum(steps)])
    first, last = lines.start[:-1], np.maximum(lines.start[1:] - 1, lines.start[:-1])
    has_line = last > first
    drawn = np.full(len(first), np.nan)
    drawn[has_line] = so_far[last[has_line]] - so_far[first[has_line]]
    has_course = network.segments["geometry"].notna().to_numpy(dtype=bool)
    far = ~has_course & (length > 3.0 * apart + 100.0)
    unlike = has_course & (np.abs(drawn - length) > 0.1 * length + 5.0)
    said = [note("doctor.length_unlike_drawing", drawn=one) for one in drawn[unlike].tolist()]
    return [
        told("length_far_above_distance", "length_m", ids[far]),
        told("length_unlike_drawing", "length_m", ids[unlike], said),
    ]
