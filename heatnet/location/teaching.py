"""The winters that rates and factors are learned from: of a large network some neighbourhoods, and nothing else of it.

Most winters observe nearly the same buildings: all whose households could have called. Such winters are looked at as if
all of these buildings had been observed in each; where nothing was seen nothing is said, so their posteriors are the
same, and their stretches have to be told apart once only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from heatnet._arrays import Floats, Ints, Truths
from heatnet.location.base import Attributes, Base, Found
from heatnet.location.groups import GroupTree
from heatnet.location.samples import sampled_nodes
from heatnet.location.watched import SeenWinter, WatchedWinter

MOST_OF_ALL = 0.9
"""Winters that observed at least this share of all buildings ever observed are looked at together."""


@dataclass(frozen=True, slots=True, eq=False)
class Winter:
    """One winter of the filter.

    Parameters
    ----------
    season : int
        The winter.
    seen : SeenWinter
        What was seen in it; without a visit its posterior is its prior.
    kept : array of float
        Per asset: share of an impairment of the winter before that works have left, 1 in the first winter.
    """

    season: int
    seen: SeenWinter
    kept: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Teaching:
    """The winters that are learned from, of a large network with no other assets and buildings than they tell of.

    Parameters
    ----------
    winters : tuple of Winter
        The winters, with their stretches told apart.
    told : tuple of array of bool
        Per winter and asset: whether anybody was observed behind it.
    assets : array of int or None
        Positions of the assets that the winters know of; None: all.
    n_nodes : int
        How many buildings, and other nodes, they know of.
    """

    winters: tuple[Winter, ...]
    told: tuple[Truths, ...]
    assets: Ints | None
    n_nodes: int

    def base_of(self, base: Base) -> Base:
        """Return the base of these assets."""
        if self.assets is None:
            return base
        of = base.attributes
        classes = tuple(of_asset[self.assets] for of_asset in of.classes)
        return Base(base.hazard[self.assets], Attributes(of.names, of.values, classes), base.factors)

    def found_of_all(self, found: Found, n_assets: int) -> Found:
        """Return what the winters say of each asset of the whole network: nothing of those that they do not know of."""
        if self.assets is None:
            return found
        ill, chances = np.zeros((2, n_assets))
        ill[self.assets], chances[self.assets] = found.ill, found.chances
        return Found(ill, chances)


def looked_at_together(winters: Sequence[Winter]) -> tuple[Winter, ...]:
    """Return the winters, those that observed nearly all buildings ever observed as if they had observed all."""
    if not winters:
        return ()
    together = _all_nodes(winters)
    return tuple(
        replace(winter, seen=winter.seen.at(together))
        if MOST_OF_ALL * len(together) <= len(winter.seen.evidence.node) < len(together)
        else winter
        for winter in winters
    )


def teaching_winters(winters: Sequence[Winter]) -> Teaching:
    """Return the winters (`looked_at_together`) to learn from."""
    if not winters:
        return Teaching((), (), None, 0)
    network, paths = winters[0].seen.network, winters[0].seen.paths
    chosen = sampled_nodes(network, paths, [winter.seen.evidence.node for winter in winters])
    nodes = None if chosen is None else np.flatnonzero(chosen)
    few: list[Winter] = []
    for winter in winters:
        seen = winter.seen if nodes is None else winter.seen.at(nodes)
        few.append(replace(winter, seen=seen.watched(few[-1].seen if few else None)))
    told = tuple(_watched(winter).is_told_of() for winter in few)
    if nodes is None:
        return Teaching(tuple(few), told, None, network.n_nodes)
    is_known = np.zeros(network.n_assets, dtype=bool)
    for winter in few:
        is_known[_watched(winter).tree.members] = True
    assets = np.flatnonzero(is_known)
    trees: dict[int, GroupTree] = {}
    renumbered = []
    for winter in few:
        seen = _watched(winter)
        tree = trees.setdefault(id(seen.tree), seen.tree.among(assets))
        evidence = replace(seen.evidence, node=np.searchsorted(nodes, seen.evidence.node))
        renumbered.append(replace(winter, seen=replace(seen, evidence=evidence, tree=tree), kept=winter.kept[assets]))
    return Teaching(tuple(renumbered), tuple(of_all[assets] for of_all in told), assets, len(nodes))


def _watched(winter: Winter) -> WatchedWinter:
    assert isinstance(winter.seen, WatchedWinter)
    return winter.seen


def _all_nodes(winters: Sequence[Winter]) -> Ints:
    is_observed = np.zeros(winters[0].seen.network.n_nodes, dtype=bool)
    for winter in winters:
        is_observed[winter.seen.evidence.node] = True
    return np.flatnonzero(is_observed)
