"""The tables of a location: the posterior by asset and by building."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet.location.evidence import Evidence
from heatnet.location.groups import GroupTree, Stretches
from heatnet.location.messages import Beliefs
from heatnet.network import Network
from heatnet.network.positions import ranks_of, text_order


def asset_table(
    network: Network, tree: GroupTree, evidence: Evidence, known: Stretches, told: Beliefs, prior: Floats
) -> pd.DataFrame:
    """Return the posterior of every asset and of its ambiguity group."""
    weights = told.weights()
    posterior, group_prob = prior.copy(), prior.copy()
    group = tree.member_group
    posterior[tree.members] = summed(known.of_members, weights, group)
    of_any = summed(known.moves[1:], weights[1:])
    of_segments = summed(known.of_segments, weights)
    is_apart = _stations_apart(tree, evidence)
    # A station that words tell from the pipes around it is a group of its own, the pipes another one.
    label = group + np.where(is_apart[group] & tree.is_station, len(tree), 0)
    alone = is_apart[group] & tree.is_station
    group_prob[tree.members] = np.where(
        alone, posterior[tree.members], np.where(is_apart[group], of_segments[group], of_any[group])
    )
    smallest = np.full(network.n_assets, -1, dtype=np.int64)
    smallest[tree.members] = smallest_names(network, tree.members, label)
    return pd.DataFrame(
        {
            "impaired_prob": posterior,
            "ambiguity_group": network.asset_ids.array.take(smallest, allow_fill=True),
            "group_prob": group_prob,
        },
        index=network.asset_ids,
    )


def summed(logs: Floats, weights: Floats, places: Ints | None = None) -> Floats:
    """Return the sum over the states of what something has in each, times how likely the visits make it.

    `places` are where the weights of each thing stand; None: in the same order.
    """
    total = np.zeros(logs.shape[1])
    for log, weight in zip(logs, weights, strict=True):
        part = weight.copy() if places is None else weight.take(places)
        with np.errstate(invalid="ignore"):
            part += log
        np.fmax(part, -np.inf, out=part)
        total += np.exp(part, out=part)
    return np.minimum(total, 1.0, out=total)


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


def smallest_names(network: Network, assets: Ints, label: Ints) -> Ints:
    """Return, for each of some assets, the one whose id as text is the smallest of its label."""
    by_name = _by_name(network)
    rank = ranks_of(by_name)[assets]
    by_label = np.argsort(label, kind="stable")
    is_first = np.diff(label[by_label], prepend=-1) != 0
    first = np.flatnonzero(is_first)
    smallest = np.minimum.reduceat(rank[by_label], first) if len(first) else rank
    found = np.empty(len(assets), dtype=np.int64)
    found[by_label] = by_name[smallest][np.cumsum(is_first) - 1]
    return found


def _by_name(network: Network) -> Ints:
    """Return the assets in the order of their ids as text."""
    names, n = network.asset_names, network.n_segments
    if network.in_id_order is not network:
        return text_order(pd.Index(names, dtype=object))
    # Segments are in that order, and so are stations.
    ahead = np.searchsorted(names[:n], names[n:])
    return np.insert(np.arange(n), ahead, np.arange(n, len(names)))


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
        index=network.building_ids,
    )
