"""The steady flow of the intact network as tables, and where it falls short."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet._typed import typed
from heatnet.hydraulics.findings import shortcomings
from heatnet.hydraulics.intact import Intact, intact_of
from heatnet.network import BUILDING, Network
from heatnet.reachability.paths import SupplyPaths, supply_paths


@dataclass(frozen=True, eq=False)
class SteadyFlow:
    """The steady flow of the intact network.

    Parameters
    ----------
    segments : DataFrame
        Index ``segment_id`` in table order. ``flow_m3_h`` (of the supply pipe, of a return row of its pipe; positive
        from ``from_node`` to ``to_node``), ``velocity_m_s`` (not below 0), ``head_loss_m`` (not below 0; a pair: of
        both its pipes).
    nodes : DataFrame
        Index ``node_id`` in table order. ``head_m``: head of the supply side above the return side, of a station on
        its primary level; ``head_secondary_m``: the same of a station's secondary side; both missing where the two
        sides meet no common source. ``flow_share``: of what a station or building asks, the share that it gets, 0 to
        1; on the secondary level times that of its station; missing at other nodes.
    sources : DataFrame
        Index ``node_id``: sources and stations that feed. ``head_m`` between the two sides, ``is_given`` (else worked
        out), ``flow_m3_h``.
    findings : DataFrame
        Where the intact network falls short; columns as in `check_network`.
    """

    segments: pd.DataFrame
    nodes: pd.DataFrame
    sources: pd.DataFrame
    findings: pd.DataFrame


@typed
def steady_flow(network: Network, *, language: str = "en") -> SteadyFlow:
    """Return the flow, losses, heads and flow shares of the intact network, closed valves closed.

    Each level is one network of two layers, supply and return, in which a pipe loses ``r*q*|q|``. A consumer asks
    ``load_kw/(4190*delta_t)`` m3/s (50 K on the primary, 15 K on the secondary level) and gets ``min(1,
    sqrt(head/required_head_m))`` of it; sources (on the secondary level stations) hold ``head_m`` and take no flow in.
    A missing ``head_m`` is 1.1 x the least that serves everybody in full. See docs/hydraulics.md.

    Parameters
    ----------
    network : Network
        The network.
    language : str
        Language of the findings, one of `heatnet.language.languages`.

    Returns
    -------
    SteadyFlow
        Tables of segments, nodes and sources, and findings.

    Raises
    ------
    HeatnetError
        No steady flow was found, which only numbers far outside of what pipes are can cause.

    Examples
    --------
    >>> from heatnet.examples import line
    >>> flow = steady_flow(line())
    >>> flow.segments["flow_m3_h"].round(2).tolist()
    [4.3, 2.58]
    >>> flow.nodes["flow_share"].tolist()
    [nan, 1.0, 1.0]
    """
    ordered = network.in_id_order
    intact = intact_of(ordered)
    segments = network.in_table_order(_segments(ordered, intact))
    nodes = network.in_table_order(_nodes(ordered, intact))
    return SteadyFlow(
        segments, nodes, _sources(ordered, intact), shortcomings(ordered, segments, nodes, intact, language=language)
    )


def station_on_path(network: Network, paths: SupplyPaths) -> Ints:
    """Return per node the number of the station on its supply path, -1 where there is none."""
    n_segments = network.n_segments
    of_asset = np.full(network.n_assets + 1, -1)  # the last one: on no path
    of_asset[n_segments:-1] = np.arange(network.n_assets - n_segments)
    order, parent = paths.order, paths.parent_asset
    for asset in order[order < n_segments].tolist():
        if parent[asset] >= 0:
            of_asset[asset] = of_asset[parent[asset]]
    return of_asset[paths.last_asset]


def building_shares(network: Network, intact: Intact) -> Floats:
    """Return per node its flow share: its own, a building's on the secondary level times that of its station."""
    consumers = intact.plumbing.consumers
    of_station = np.zeros(len(network.station_nodes))
    is_station = consumers.station >= 0
    of_station[consumers.station[is_station]] = intact.share[is_station]
    station = station_on_path(network, supply_paths(network))[consumers.node]
    factor = np.where(station >= 0, of_station[station] if len(of_station) else 0.0, 0.0)
    shares = np.full(network.n_nodes, np.nan)
    shares[consumers.node] = np.where(consumers.is_secondary, intact.share * factor, intact.share)
    untouched = np.isnan(shares) & (network.node_kind == BUILDING)
    shares[untouched] = 0.0
    return shares


def _segments(network: Network, intact: Intact) -> pd.DataFrame:
    plumbing, sketch = intact.plumbing, intact.sketch
    n_pipes = sketch.drawing.n_pipes
    flow = intact.flows.flow_m3_s[:n_pipes, 0]
    of_layer = np.zeros((2, network.n_segments))
    for layer, sign in ((0, 1.0), (1, -1.0)):
        rows = sketch.pipe_row[layer]
        drawn = np.flatnonzero(rows >= 0)
        forward = np.where(plumbing.end_sides[0, rows[drawn]] == sketch.pipe_a[drawn], 1.0, -1.0)
        is_both = sketch.pipe_row[0, drawn] >= 0
        of_layer[layer, rows[drawn]] = flow[drawn] * forward * np.where(is_both & (layer == 1), sign, 1.0)
    shown = np.where(network.in_supply, of_layer[0], of_layer[1])
    lost = plumbing.resistance * (of_layer**2).sum(axis=0)
    area = np.pi / 4.0 * (network.diameter_mm / 1000.0) ** 2
    columns = {
        "flow_m3_h": shown * 3600.0 + 0.0,
        "velocity_m_s": np.abs(of_layer).max(axis=0) / area,
        "head_loss_m": lost,
    }
    return pd.DataFrame(columns, index=network.segment_ids)


def _nodes(network: Network, intact: Intact) -> pd.DataFrame:
    sketch, plumbing = intact.sketch, intact.plumbing
    head = np.full(plumbing.n_sides, np.nan)
    between = intact.flows.head_m[sketch.side_supply, 0] - intact.flows.head_m[sketch.side_return, 0]
    head[sketch.sides] = np.where(intact.side_joined, between, np.nan)
    secondary = np.full(network.n_nodes, np.nan)
    secondary[network.station_nodes] = head[network.n_nodes :]
    columns = {
        "head_m": head[: network.n_nodes],
        "head_secondary_m": secondary,
        "flow_share": building_shares(network, intact),
    }
    return pd.DataFrame(columns, index=network.node_ids)


def _sources(network: Network, intact: Intact) -> pd.DataFrame:
    drawing, plumbing = intact.sketch.drawing, intact.plumbing
    first = drawing.n_pipes + drawing.n_consumers
    feeds: Truths = intact.is_feeding
    columns = {
        "head_m": intact.head_m[feeds],
        "is_given": intact.head_given[feeds],
        "flow_m3_h": intact.flows.flow_m3_s[first:, 0][feeds] * 3600.0,
    }
    return pd.DataFrame(columns, index=network.node_ids[plumbing.source_node[feeds]])
