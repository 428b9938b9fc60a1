"""The assets on paths to observed buildings, contracted to groups that no observation can tell apart.

Assets below which the same observed buildings hang follow each other on the paths. Such a chain acts as one asset,
impaired when any of its members is; the chains form a tree
of at most twice as many groups as there are observed buildings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatnet._arrays import Floats, Ints
from heatnet.graph.streams import Forest
from heatnet.network import Network
from heatnet.reachability.paths import SupplyPaths


@dataclass(frozen=True, slots=True, eq=False)
class GroupTree:
    """Groups in the order of their streams, each behind those before it on the paths.

    Parameters
    ----------
    forest : Forest
        The groups as trees; group ``i`` is the i-th in its order.
    group_of_asset : array of int
        Per asset: its group, -1 where no observed building hangs.
    group_of_building : array of int
        Per observed building: the group at whose lower end it hangs; a group has one building at most.
    log_none : array of float
        Per group: log probability, before any visit, that none of its assets is impaired.
    log_any : array of float
        Per group: log probability, before any visit, that at least one is impaired.
    """

    forest: Forest
    group_of_asset: Ints
    group_of_building: Ints
    log_none: Floats
    log_any: Floats

    @property
    def parent(self) -> Ints:
        """Per group: the group before it on the paths, -1 for the first."""
        return self.forest.parent

    def __len__(self) -> int:
        return len(self.log_none)

    def with_buildings(self, order: Ints) -> GroupTree:
        """Return the same tree with the observed buildings in another order."""
        return replace(self, group_of_building=self.group_of_building[order])


def group_tree(network: Network, paths: SupplyPaths, observed_nodes: Ints, below: Ints, prior: Floats) -> GroupTree:
    """Return the tree of groups on the paths to the observed buildings (each reached by a path).

    `below` is, per asset, a sum over the observed buildings on whose path it lies, of anything above 0 for each of
    them: on one path, equal sums are equal sets.
    """
    last = paths.last_asset[observed_nodes]
    active = paths.order[below[paths.order] > 0]
    parent = paths.parent_asset[active]
    continues = (parent >= 0) & (below[parent] == below[active])
    label = _chains(active, parent, continues, network.n_assets)
    n_groups = len(active) - int(continues.sum())
    top, bottom = np.empty((2, n_groups), dtype=np.int64)
    top[label[active[~continues]]] = active[~continues]
    bottom[label[active]] = active  # from the source outwards: the last one stays
    above = paths.parent_asset[top]
    group_parent = np.where(above >= 0, label[above], -1)
    by_name = Forest.of(group_parent, _sibling_key(group_parent, network.asset_names[bottom]))
    order = by_name.order
    place = np.full(n_groups + 1, -1, dtype=np.int64)  # the last entry serves parent -1
    place[order] = np.arange(n_groups)
    group_of_asset = np.full(network.n_assets, -1, dtype=np.int64)
    group_of_asset[active] = place[label[active]]
    log_none = np.zeros(n_groups)
    np.add.at(log_none, group_of_asset[active], np.log1p(-prior[active]))
    with np.errstate(divide="ignore"):
        log_any = np.log(-np.expm1(log_none))
    forest = Forest(place[group_parent[order]], np.arange(n_groups), by_name.streams)
    return GroupTree(forest, group_of_asset, group_of_asset[last], log_none, log_any)


def _sibling_key(parent: Ints, names: npt.NDArray[np.object_]) -> npt.NDArray[np.uint64]:
    """Return a number for each group that hangs on its name only.

    Siblings in the order of these numbers are added up in it, so that sums round alike whatever the order of the rows.
    """
    key = np.zeros(len(parent), dtype=np.uint64)
    has_sibling = (np.bincount(parent + 1) > 1)[parent + 1]
    key[has_sibling] = pd.util.hash_array(names[has_sibling], categorize=False)
    return key


def _chains(active: Ints, parent: Ints, continues: npt.NDArray[np.bool_], n_assets: int) -> Ints:
    """Return a chain number per asset (-1: not active); an asset that continues has the chain of its parent."""
    place = np.full(n_assets, -1, dtype=np.int64)
    place[active] = np.arange(len(active))
    tail, head = place[parent[continues]], np.flatnonzero(continues)
    links = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(len(active), len(active)))
    label = np.full(n_assets, -1, dtype=np.int64)
    if len(active):
        label[active] = connected_components(links, directed=False)[1]
    return label
