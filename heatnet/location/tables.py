"""The tables of a location: the posterior by asset and by building."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet.location.evidence import Evidence
from heatnet.location.groups import GroupTree, Stretches
from heatnet.location.messages import Beliefs
from heatnet.network import Network


def asset_table(
    network: Network, tree: GroupTree, evidence: Evidence, known: Stretches, told: Beliefs, prior: Floats
) -> pd.DataFrame:
    """Return the posterior of every asset and of its ambiguity group."""
    weights = told.weights()
    posterior, group_prob = prior.copy(), prior.copy()
    group = tree.member_group
    posterior[tree.members] = summed(known.of_members, weights[:, group])
    of_any = summed(known.moves[1:], weights[1:])
    of_segments = summed(known.of_segments, weights)
    is_apart = _stations_apart(tree, evidence)
    # A station that words tell from the pipes around it is a group of its own, the pipes another one.
    label = group + np.where(is_apart[group] & tree.is_station, len(tree), 0)
    alone = is_apart[group] & tree.is_station
    group_prob[tree.members] = np.where(
        alone, posterior[tree.members], np.where(is_apart[group], of_segments[group], of_any[group])
    )
    smallest, place = _smallest_names(network, tree.members, label)
    names = np.full(network.n_assets, -1, dtype=np.int64)
    names[tree.members] = place
    return pd.DataFrame(
        {
            "impaired_prob": posterior,
            "ambiguity_group": smallest.array.take(names, allow_fill=True),
            "group_prob": group_prob,
        },
        index=network.asset_ids,
    )


def summed(logs: Floats, weights: Floats) -> Floats:
    """Return the sum over the states of what something has in each, times how likely the visits make it."""
    total = np.zeros(logs.shape[1])
    for log, weight in zip(logs, weights, strict=True):
        with np.errstate(invalid="ignore"):
            total += np.exp(np.fmax(log + weight, -np.inf))
    return np.minimum(total, 1.0)


def _stations_apart(tree: GroupTree, evidence: Evidence) -> npt.NDArray[np.bool_]:
    """Return the stretches with a station behind which a crew's word was heard."""
    is_apart = np.zeros(len(tree), dtype=bool)
    words = [words.sum(axis=0) for words in (evidence.visit_words, evidence.call_words) if words is not None]
    if not words:
        return is_apart
    heard = np.zeros(len(tree))
    heard[tree.group_of_building] = sum(words)
    heard = tree.forest.subtree_sum(heard)
    station_groups = tree.member_group[tree.is_station]
    is_apart[station_groups] = heard[station_groups] > 0
    return is_apart


def _smallest_names(network: Network, assets: Ints, label: Ints) -> tuple[pd.Index[Any], Ints]:
    """Return the smallest id as text of each label, and the place among these of each asset's label."""
    _, place = np.unique(label, return_inverse=True)
    by_label = np.argsort(place, kind="stable")
    names = network.asset_names[assets[by_label]]
    first = np.flatnonzero(np.diff(place[by_label], prepend=-1))
    smallest = np.minimum.reduceat(names, first) if len(first) else names
    return pd.Index(smallest, dtype=network.asset_ids.dtype), place.astype(np.int64)


def building_table(
    network: Network, evidence: Evidence, told: Beliefs, own_prior: Floats, path_clear: Floats
) -> pd.DataFrame:
    """Return what was seen at every building, and how likely it or something on its path is impaired."""
    place = np.full(network.n_nodes, -1, dtype=np.int64)
    place[network.building_nodes] = np.arange(len(network.building_nodes))
    seen = place[evidence.node]
    own, path_prob = own_prior.copy(), 1 - path_clear * (1 - own_prior)
    own[seen], path_prob[seen] = told.own_impaired(), -np.expm1(np.minimum(told.clear_buildings(), 0.0))
    visits, cold, calls = np.zeros((3, len(path_clear)), dtype=np.int64)
    visits[seen] = evidence.seen
    cold[seen] = evidence.cold_visits + evidence.calls
    calls[seen] = evidence.calls
    return pd.DataFrame(
        {
            "impaired_prob": own,
            "path_prob": path_prob,
            "visits": visits,
            "cold_visits": cold,
            "calls": calls,
        },
        index=network.node_ids[network.building_nodes].rename("building_id"),
    )
