"""What to look at before digging: the list of readings and visits that decide, their cost, what knowing is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Objects
from heatnet.language import Note, note, worded
from heatnet.location import Location
from heatnet.network import Network
from heatnet.reachability.paths import SupplyPaths, supply_paths
from heatnet.value import Prices
from heatnet.value.knowing import knowing_worth

READINGS = 2  # a gauge at each end of what is in doubt
_VISITS_NAMED = 3
_NORMAL_95 = 1.6448536269514722  # nineteen in twenty: how sure the visits of a list are to be
_NUMBERS = ("prob", "households_behind", "worth", "knowing")
_COLUMNS = (
    *("assets", "asset_count", "group_prob", "households_behind", "worth", "knowing_worth"),
    *("readings", "read_at", "reading_cost", "visits", "visit_at", "visit_cost"),
    *("action", "cost", "net_worth", "what_to_do"),
)


def measure_first_table(
    network: Network,
    ranking: pd.DataFrame,
    location: Location,
    prices: Prices,
    least_ratio: float,
    language: str = "en",
) -> pd.DataFrame:
    """Return a row per ambiguity group (an asset without one: itself) that holds an asset marked `measure_first`.

    Knowing whether a group is ill is worth the sum over its assets of `heatnet.value.knowing.knowing_worth`. Two
    gauges, one at each end of the group, decide; so do visits to homes behind it, as many as tell the two rates of cold
    visits apart in nineteen of twenty cases, where no other suspect lies on their path. The cheaper of the two is
    named.

    Parameters
    ----------
    network : Network
        The network.
    ranking : DataFrame
        Of an assessment.
    location : Location
        What the visits say.
    prices : Prices
        What visits and readings cost.
    least_ratio : float
        Ratio below which nothing is dug: total worth / total cost.
    language : str
        Language of `what_to_do`.

    Returns
    -------
    DataFrame
        Index ``ambiguity_group`` (its label, or the asset's id), most ``net_worth`` first: ``assets`` (ids, joined by a
        comma), ``asset_count``, ``group_prob``, ``households_behind``, ``worth`` (of renewing all of them),
        ``knowing_worth``, ``readings``, ``read_at`` (node ids), ``reading_cost``, ``visits``, ``visit_at`` (building
        ids, three at most; empty where visits cannot decide), ``visit_cost``, ``action`` (read or visit), ``cost``,
        ``net_worth`` (knowing less its cost), ``what_to_do``.
    """
    marked = ranking["measure_first"].to_numpy(dtype=bool)
    label = ranking["ambiguity_group"].where(ranking["ambiguity_group"].notna(), ranking.index.to_series())
    chosen = ranking[label.isin(label[marked])]
    if chosen.empty:
        return pd.DataFrame(columns=list(_COLUMNS), index=pd.Index([], name="ambiguity_group", dtype=object))
    by_label = label.loc[chosen.index]
    prob = chosen["group_prob"].where(chosen["ambiguity_group"].notna(), chosen["impaired_prob"])
    known = knowing_worth(chosen, prob.to_numpy(dtype=np.float64), least_ratio)
    actions = _Actions(network, location, prices, language)
    members = chosen.assign(label=by_label.astype(object), prob=prob, knowing=known)
    members = members.sort_index(key=lambda ids: ids.astype(object)).sort_values("label", kind="stable")
    first = np.flatnonzero(members["label"].ne(members["label"].shift()))
    groups = _Members.of(network, members)
    rows = {
        str(groups.label[start]): actions.row(groups.part(start, stop))
        for start, stop in zip(first.tolist(), [*first[1:].tolist(), len(members)], strict=True)
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(_COLUMNS)).rename_axis("ambiguity_group")
    worth = table["net_worth"].round(2).to_numpy(dtype=np.float64)
    return table.iloc[np.argsort(-worth, kind="stable")]


@dataclass(frozen=True, slots=True, eq=False)
class _Members:
    """Assets of groups, one after another, in the order of their ids within each."""

    asset: Ints
    name: Objects
    label: Objects
    prob: Floats
    households: Floats
    worth: Floats
    knowing: Floats

    @classmethod
    def of(cls, network: Network, table: pd.DataFrame) -> _Members:
        """Return the members from a table of `_COLUMNS` by asset."""
        numbers = [table[column].to_numpy(dtype=np.float64) for column in _NUMBERS]
        return cls(
            network.asset_positions(table.index),
            *(np.asarray(ids, dtype=object) for ids in (table.index, table["label"])),
            *numbers,
        )

    def part(self, start: int, stop: int) -> _Members:
        """Return the members from one place to another."""
        return _Members(*(getattr(self, field.name)[start:stop] for field in fields(self)))


class _Actions:
    """What a row of the list says of its group."""

    def __init__(self, network: Network, location: Location, prices: Prices, language: str) -> None:
        self.network, self.prices, self.language = network, prices, language
        self.paths: SupplyPaths = supply_paths(network)
        self.visits_needed = visits_to_decide(location.p_clear, location.p_impaired)
        self.children = np.bincount(self.paths.parent_asset[self.paths.parent_asset >= 0], minlength=network.n_assets)
        last = self.paths.last_asset[network.building_nodes]
        order = np.argsort(last, kind="stable")
        self.building_of, self.last_of = network.building_nodes[order], last[order]

    def row(self, group: _Members) -> tuple[Any, ...]:
        """Return the values of `_COLUMNS` for the members of one group."""
        assets = group.asset
        read_at = self._ends(assets)
        reading_cost = READINGS * self.prices.reading_cost
        visit_at = self._homes(assets)
        visits = self.visits_needed if len(visit_at) else 0
        visit_cost = visits * self.prices.visit_cost
        is_visit = bool(visits) and visit_cost < reading_cost
        cost = visit_cost if is_visit else reading_cost
        known = float(np.sort(group.knowing).sum())
        return (
            ", ".join(str(name) for name in group.name),
            len(assets),
            float(group.prob[0]),
            float(np.nanmax(group.households)) if not np.isnan(group.households).all() else float("nan"),
            float(np.sort(group.worth).sum()),
            known,
            READINGS,
            ", ".join(read_at),
            reading_cost,
            visits,
            ", ".join(visit_at),
            visit_cost,
            "visit" if is_visit else "read",
            cost,
            known - cost,
            worded(self._what_to_do(is_visit, read_at, visit_at), self.language),
        )

    def _what_to_do(self, is_visit: bool, read_at: list[str], visit_at: list[str]) -> Note:
        if is_visit:
            return note("assessment.visit_homes", visits=self.visits_needed, buildings=visit_at)
        if len(read_at) == 1:
            return note("assessment.read_station", station=read_at[0])
        return note("assessment.read_gauges", first=read_at[0], second=read_at[-1])

    def _ends(self, assets: Ints) -> list[str]:
        """Return the node before the first and behind the last of the group's assets; of a station itself."""
        network, ids = self.network, self.network.node_ids
        is_segment = assets < network.n_segments
        if not is_segment.any():
            return [str(ids[network.station_nodes[assets[0] - network.n_segments]])]
        members = set(assets.tolist())
        parents = self.paths.parent_asset[assets]
        first = next((a for a in assets.tolist() if int(self.paths.parent_asset[a]) not in members), int(assets[0]))
        last = next((a for a in assets.tolist() if a not in set(parents.tolist())), int(assets[-1]))
        return [str(ids[self._node(first, before=True)]), str(ids[self._node(last, before=False)])]

    def _node(self, asset: int, *, before: bool) -> int:
        network = self.network
        if asset >= network.n_segments:
            return int(network.station_nodes[asset - network.n_segments])
        ends = (int(network.from_node[asset]), int(network.to_node[asset]))
        if self.paths.last_asset[ends[0]] == asset:
            ends = ends[::-1]
        return ends[0] if before else ends[1]

    def _homes(self, assets: Ints) -> list[str]:
        """Return homes that hang directly on the group, whose path holds no asset behind it; none where it goes on."""
        members = set(assets.tolist())
        behind = int(self.children[assets].sum()) - sum(
            int(parent) in members for parent in self.paths.parent_asset[assets].tolist()
        )
        if behind:
            return []
        first, stop = (np.searchsorted(self.last_of, assets, side=side) for side in ("left", "right"))
        nodes = np.concatenate([self.building_of[a:b] for a, b in zip(first, stop, strict=True)])
        return sorted(str(name) for name in self.network.node_ids[nodes])[:_VISITS_NAMED]


def visits_to_decide(p_clear: float, p_impaired: float) -> int:
    """Return how many visits tell the two rates of cold visits apart in nineteen of twenty cases, each way.

    ``((z*sqrt(p(1-p)) + z*sqrt(q(1-q))) / (q - p))**2``, z the 95 % quantile of the normal distribution, rounded up:
    the usual size of a sample that is to tell one share from another. 0 where the rates do not differ.

    Examples
    --------
    >>> visits_to_decide(0.1, 0.6), visits_to_decide(0.3, 0.3)
    (7, 0)
    """
    apart = p_impaired - p_clear
    if not apart > 0:
        return 0
    spread = math.sqrt(p_clear * (1 - p_clear)) + math.sqrt(p_impaired * (1 - p_impaired))
    return math.ceil(round((_NORMAL_95 * spread / apart) ** 2, 6))
