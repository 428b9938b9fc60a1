"""Where the intact network itself falls short: weak ends, fast water, heads that no pump would give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatnet._arrays import Truths
from heatnet.language import worded_rows
from heatnet.network import BUILDING, Network
from heatnet.schema.findings import all_findings, findings_at

if TYPE_CHECKING:
    from heatnet.hydraulics.intact import Intact

FASTEST_M_S = 3.0
_FULL_SHARE = 0.999
_MOST_HEAD_M = {"primary": 150.0, "secondary": 50.0}


def shortcomings(
    network: Network, segments: pd.DataFrame, nodes: pd.DataFrame, intact: Intact, *, language: str = "en"
) -> pd.DataFrame:
    """Return the findings of an intact network in steady flow, columns as in `check_network`.

    Parameters
    ----------
    network : Network
        In id order.
    segments, nodes : DataFrame
        As in `SteadyFlow`.
    intact : Intact
        Its flow.
    language : str
        One of `heatnet.language.languages`.
    """
    return all_findings(
        [
            _weak_ends(network, nodes, intact, language),
            _fast_pipes(segments, language),
            _high_heads(network, intact, language),
            _unknown_loads(network, language),
        ]
    )


def _weak_ends(network: Network, nodes: pd.DataFrame, intact: Intact, language: str) -> pd.DataFrame:
    """Return what is joined, yet short: how much of what it asks it gets, and the head that it lacks."""
    consumers = intact.plumbing.consumers
    share, short = np.ones(network.n_nodes), np.zeros(network.n_nodes)
    joined = np.zeros(network.n_nodes, dtype=bool)
    joined[consumers.node] = intact.is_joined
    share[consumers.node] = intact.share
    short[consumers.node] = consumers.required_m
    head = nodes["head_m"].reindex(network.node_ids).to_numpy(dtype=np.float64)
    short = np.where(joined, short - np.where(np.isnan(head), 0.0, head), 0.0)
    weak = np.flatnonzero(joined & (share < _FULL_SHARE))
    values = {"share": share[weak].tolist(), "short": short[weak].tolist()}
    messages = worded_rows("hydraulics.weak_end", values, language)
    return findings_at("warning", "weak_end", "nodes", "required_head_m", network.node_ids[weak], messages)


def _fast_pipes(segments: pd.DataFrame, language: str) -> pd.DataFrame:
    fast = segments[segments["velocity_m_s"] > FASTEST_M_S]
    values = {"velocity": fast["velocity_m_s"].tolist(), "lost": fast["head_loss_m"].tolist()}
    messages = worded_rows("hydraulics.fast_pipe", values, language)
    return findings_at("warning", "fast_pipe", "segments", "diameter_mm", fast.index, messages)


def _high_heads(network: Network, intact: Intact, language: str) -> pd.DataFrame:
    plumbing = intact.plumbing
    most = np.where(plumbing.source_station < 0, _MOST_HEAD_M["primary"], _MOST_HEAD_M["secondary"])
    high: Truths = intact.is_feeding & ~intact.head_given & (intact.head_m > most)
    values = {"head": intact.head_m[high].tolist(), "most": most[high].tolist()}
    messages = worded_rows("hydraulics.high_head", values, language)
    ids = network.node_ids[plumbing.source_node[high]]
    return findings_at("warning", "high_head", "nodes", "head_m", ids, messages)


def _unknown_loads(network: Network, language: str) -> pd.DataFrame:
    """Return the buildings that ask nothing, as neither load, households nor area are known."""
    table = network.nodes
    unknown = table["load_kw"].isna() & table["households"].isna() & table["area_m2"].isna()
    bare = network.node_ids[np.flatnonzero(unknown.to_numpy(dtype=bool) & (network.node_kind == BUILDING))]
    messages = worded_rows("hydraulics.unknown_load", {"id": list(bare)}, language)
    return findings_at("note", "unknown_load", "nodes", "load_kw", bare, messages)
