"""Whole neighbourhoods of a large network, from which its few rates and factors are learned.

A handful of rates and a few dozen factors say how cold visits and calls come about in a network. Twenty thousand
buildings tell them about as well as a million would: the standard error of a rate of 0.1 is then about 0.003. What each
asset is like is always read from all visits.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from heatnet._arrays import Ints, Truths
from heatnet.network import Network
from heatnet.reachability.paths import SupplyPaths

MOST_BUILDINGS = 20_000
"""Up to so many observed buildings all are learned from."""
NEIGHBOURHOOD = 500
"""The buildings that hang together behind one asset and are taken or left together, at most."""


def sampled_nodes(network: Network, paths: SupplyPaths, observed: Sequence[Ints]) -> Truths | None:
    """Return, per node, whether it belongs to the buildings that are learned from; None: all do.

    Neighbourhoods are all that hangs behind one asset, as large as `NEIGHBOURHOOD` allows. They are taken in the order
    of a hash of that asset's name, whatever was seen behind it, until a winter has `MOST_BUILDINGS` on average; where
    there are not half as many in neighbourhoods all buildings are learned from.

    Parameters
    ----------
    network : Network
        The network.
    paths : SupplyPaths
        Its paths.
    observed : sequence of array of int
        Per winter: node positions of the observed buildings, each reached by a path.
    """
    if max((len(nodes) for nodes in observed), default=0) <= MOST_BUILDINGS:
        return None
    times = np.bincount(np.concatenate(observed), minlength=network.n_nodes)
    is_observed = (times > 0).astype(np.int64)
    behind = paths.subtree_sum(is_observed)
    parent = paths.parent_asset
    begins = np.zeros(len(parent), dtype=bool)
    begins[paths.order] = ((behind <= NEIGHBOURHOOD) & ((parent < 0) | (behind[parent] > NEIGHBOURHOOD)))[paths.order]
    number = paths.forest.path_sum(np.where(begins, np.arange(1, len(parent) + 1), 0).astype(np.float64))
    nodes = np.flatnonzero(is_observed)
    of_node = number[paths.last_asset[nodes]].astype(np.int64) - 1  # -1: it hangs on what serves more than that
    first = np.flatnonzero(begins)
    by_hash = first[np.argsort(pd.util.hash_array(network.asset_names[first], categorize=False), kind="stable")]
    size = np.bincount(of_node[of_node >= 0], weights=times[nodes[of_node >= 0]], minlength=len(parent))
    taken = by_hash[np.cumsum(size[by_hash]) - size[by_hash] < MOST_BUILDINGS * len(observed)]
    if 2 * size[taken].sum() < MOST_BUILDINGS * len(observed):
        return None  # most hang directly on what serves many, as along one line
    is_taken = np.zeros(len(parent) + 1, dtype=bool)
    is_taken[taken] = True
    chosen = np.zeros(network.n_nodes, dtype=bool)
    chosen[nodes] = is_taken[of_node]
    return chosen
