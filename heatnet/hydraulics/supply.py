"""What still arrives in every outage as a table, and heat shares for whoever counts hours with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from heatnet._arrays import AnyInts, Floats, Ints, Truths
from heatnet._typed import typed
from heatnet.graph.ranges import group_by, positions_in
from heatnet.hydraulics.asking import HEAT_EXPONENT, building_load_kw, flow_asked_m3_s
from heatnet.hydraulics.outages import Changes, OutageFlows, outage_flows
from heatnet.network import Network, computed_in_id_order
from heatnet.reachability.cut_off import Outages, outages
from heatnet.reachability.serving import served

NORM_SHARE = 0.85
_CASES_AT_ONCE, _CELLS_AT_ONCE = 1000, 2_000_000


class Block(NamedTuple):
    """Heat shares of some cases: parallel arrays, one entry per case and building whose heat share is below 1.

    Attributes
    ----------
    case, node : array of int
        Number of the case, position of the building.
    heat_share : array of float
        Share of the heat asked for that still arrives, 0 where the building is cut off.
    """

    case: Ints
    node: Ints
    heat_share: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Usual:
    """Shares of the buildings that the intact network serves, with nothing out and valves opened.

    `share` and `intact`: flow shares so, and in the intact network; `heat`: the heat share; `below`: places where it is
    below 1; `place`: per node its place among the buildings, -1: none; `by_station`, `starts`: the places of those on
    the secondary level, station by station.
    """

    flows: OutageFlows
    buildings: Ints
    share: Floats
    intact: Floats
    heat: Floats
    below: Ints
    place: Ints
    by_station: AnyInts
    starts: AnyInts

    @classmethod
    def of(cls, network: Network, flows: OutageFlows, buildings: Ints) -> Usual:
        """Return the shares of these buildings."""
        nothing = Changes(None, np.zeros(0, dtype=np.int64), np.zeros(0))
        share, intact = flow_shares_of(flows, nothing, buildings), flows.intact_share[buildings]
        heat = heat_shares_of(share, intact)
        place = np.full(network.n_nodes, -1)
        place[buildings] = np.arange(len(buildings))
        fed = np.flatnonzero(flows.is_secondary[buildings])
        order, starts = group_by(flows.station[buildings[fed]] + 1, len(flows.station_share) + 1)
        return cls(flows, buildings, share, intact, heat, np.flatnonzero(heat < 1.0), place, fed[order], starts)

    def moved(self, change: Changes) -> tuple[Ints, Floats]:
        """Return the places of the buildings that a case moves, no place twice, and their flow shares."""
        place, share = self.place[change.building], change.share
        here = place >= 0
        place, share = place[here], share[here]
        if change.stations is None:
            return place, share
        stations = np.flatnonzero(change.stations != self.flows.station_share) + 1
        of_stations = self.by_station[positions_in(self.starts[stations], self.starts[stations + 1])].astype(np.int64)
        of_stations = of_stations[~np.isin(of_stations, place)]
        nodes = self.buildings[of_stations]
        arrives = self.flows.own_share[nodes] * change.stations[self.flows.station[nodes]]
        return np.append(place, of_stations), np.append(share, arrives)

    def below_one(self, moved: list[tuple[Ints, Floats]]) -> list[tuple[Ints, Floats]]:
        """Return buildings and heat shares below 1 of each of several cases, given what `moved` says of them."""
        if not moved:
            return []
        n, n_cases = len(self.buildings), len(moved)
        case = np.repeat(np.arange(n_cases), [len(place) for place, _ in moved])
        place = np.concatenate([place for place, _ in moved])
        heat = heat_shares_of(np.concatenate([share for _, share in moved]), self.intact[place])
        here, low = case * n + place, heat < 1.0
        at, heat = here[low], heat[low]
        if len(self.below):  # those that are below 1 as ever stay so, but where a case moves them
            usual = (np.arange(n_cases)[:, None] * n + self.below).reshape(-1)
            stays = ~np.isin(usual, here)
            at = np.append(at, usual[stays])
            heat = np.append(heat, np.tile(self.heat[self.below], n_cases)[stays])
        order = np.argsort(at, kind="stable")
        at, heat = at[order], heat[order]
        stops = np.searchsorted(at, np.arange(n_cases + 1) * n).tolist()
        node = self.buildings[at % n] if n else at
        return [(node[start:stop], heat[start:stop]) for start, stop in pairwise(stops)]


@dataclass(frozen=True, slots=True, eq=False)
class HeatShares:
    """The share of its heat that each building still gets in each outage.

    Parameters
    ----------
    asset_case : array of int
        Per asset (segments, then stations, as in the network): its case. Assets whose outage drains the same are one.
    is_solved : array of bool
        Per case: False where no steady flow was found, so that nothing is known.
    flow_share : array of float
        Per case: share of all flow asked for that still arrives.
    """

    asset_case: Ints
    is_solved: Truths
    flow_share: Floats
    _flows: OutageFlows
    _usual: Usual

    @property
    def n_cases(self) -> int:
        """Number of cases."""
        return len(self.is_solved)

    def blocks(self, most_entries: int = 2_000_000) -> Iterator[Block]:
        """Return the heat shares below 1 of the buildings that the intact network serves, some cases at a time.

        Parameters
        ----------
        most_entries : int
            A block holds so many entries, or one case.

        Yields
        ------
        Block
            Every case that changes anything, whole, cases in rising order. Cases that were not solved are left out.
        """
        kept: list[tuple[int, Ints, Floats]] = []
        size = 0
        for case, node, share in self._all_below_one():
            if kept and size + len(node) > most_entries:
                yield _block(kept)
                kept, size = [], 0
            kept.append((case, node, share))
            size += len(node)
        if kept:
            yield _block(kept)

    def of_case(self, case: int) -> tuple[Ints, Floats]:
        """Return the buildings whose heat share is below 1 in a case, and theirs."""
        return self._usual.below_one([self._usual.moved(self._flows.cases[case])])[0]

    def _all_below_one(self) -> Iterator[tuple[int, Ints, Floats]]:
        """Yield each solved case that leaves any building less than its heat, these buildings and their heat shares."""
        cases, moved, size = [], [], 0
        for case in np.flatnonzero(self.is_solved).tolist():
            cases.append(case)
            moved.append(self._usual.moved(self._flows.cases[case]))
            size += len(moved[-1][0]) + len(self._usual.below)
            if size >= _CELLS_AT_ONCE or len(cases) == _CASES_AT_ONCE:
                yield from self._of_cases(cases, moved)
                cases, moved, size = [], [], 0
        yield from self._of_cases(cases, moved)

    def _of_cases(self, cases: list[int], moved: list[tuple[Ints, Floats]]) -> Iterator[tuple[int, Ints, Floats]]:
        for case, (node, share) in zip(cases, self._usual.below_one(moved), strict=True):
            if len(node):
                yield case, node, share

    def outages(self) -> Iterator[tuple[Ints, Ints, Floats]]:
        """Return, outage by outage, what leaves some homes a part of their heat.

        Yields
        ------
        assets, nodes, heat_share : array
            Positions of the assets whose outage it is; buildings whose heat share is below 1, and theirs. Outages after
            which every building has all of its heat or is cut off are left out, those of unknown flow too.
        """
        order, starts = group_by(self.asset_case, self.n_cases)
        for case, nodes, share in self._all_below_one():
            assets = order[starts[case] : starts[case + 1]].astype(np.int64)
            if len(assets) and (share > 0.0).any():
                yield assets, nodes, share

    def short(self, weights: Floats, norm_share: float = NORM_SHARE) -> tuple[Floats, Floats]:
        """Return per asset the weight of the buildings that its outage leaves short of heat, and their mean heat share.

        Parameters
        ----------
        weights : array of float
            Per node, or per node and column: households, or 1 for each building.
        norm_share : float
            A home whose heat share is below it is short.

        Returns
        -------
        short, mean_share : array of float
            Both missing where the flow is unknown; the mean is missing where nobody is short. Columns as in `weights`.
        """
        columns = weights.reshape(len(weights), -1)
        total, heat = np.zeros((2, self.n_cases, columns.shape[1]))
        for block in self.blocks():
            is_short = block.heat_share < norm_share
            case, share = block.case[is_short], block.heat_share[is_short]
            for k, weight in enumerate(columns[block.node[is_short]].T):
                total[:, k] += np.bincount(case, weight, minlength=self.n_cases)
                heat[:, k] += np.bincount(case, weight * share, minlength=self.n_cases)
        total[~self.is_solved] = np.nan
        mean = np.divide(heat, total, out=np.full(total.shape, np.nan), where=total > 0.0)
        shape = (len(self.asset_case), *weights.shape[1:])
        return total[self.asset_case].reshape(shape), mean[self.asset_case].reshape(shape)

    @property
    def without_flow(self) -> Ints:
        """Buildings that are connected and yet get no flow when intact; their heat share counts as 1."""
        return self._usual.buildings[~(self._usual.intact > 0.0)]


def heat_shares(network: Network, isolate: Literal["segment", "section"] | None = None) -> HeatShares:
    """Return the share of its heat that each building still gets in each outage.

    Parameters
    ----------
    network : Network
        The network; positions are those of its tables if these are in the order of ids (`Network.in_id_order`).
    isolate : {None, "segment", "section"}
        As in `supply_loss`.
    """
    return heat_shares_in(network, outage_flows(network, isolate), served_buildings(network))


def heat_shares_in(network: Network, flows: OutageFlows, buildings: Ints) -> HeatShares:
    """Return the heat shares of these buildings, given what arrives in each outage."""
    asked = _asked(network, flows)[buildings]
    usual = Usual.of(network, flows, buildings)
    total, usual_total = asked.sum(), (usual.share * asked).sum()
    shares = np.full(len(flows.cases), np.nan)
    for case, change in enumerate(flows.cases):
        if not change.is_solved or not total > 0.0:
            continue
        moved, share = usual.moved(change)
        arrives = usual_total + (asked[moved] * (share - usual.share[moved])).sum()
        shares[case] = min(1.0, max(0.0, arrives / total))
    is_solved = np.array([change.is_solved for change in flows.cases], dtype=bool)
    return HeatShares(flows.asset_case, is_solved, shares, flows, usual)


def flow_shares_of(flows: OutageFlows, change: Changes, buildings: Ints) -> Floats:
    """Return the flow share of buildings in one case."""
    stations = flows.station_share if change.stations is None else change.stations
    share = flows.own_share * np.where(flows.is_secondary, stations[flows.station], 1.0)
    share[change.building] = change.share
    return np.asarray(share[buildings])


def heat_shares_of(flow_share: Floats, intact_share: Floats) -> Floats:
    """Return ``min(1, flow share / flow share when intact)**0.4``; a building without flow when intact loses nothing.

    Examples
    --------
    >>> heat_shares_of(np.array([0.5, 1.0, 0.0]), np.array([1.0, 0.9, 0.0])).round(3).tolist()
    [0.758, 1.0, 1.0]
    """
    ratio = np.divide(flow_share, intact_share, out=np.ones_like(flow_share), where=intact_share > 0.0)
    share: Floats = np.minimum(1.0, np.maximum(0.0, ratio)) ** HEAT_EXPONENT
    return share


@typed
@computed_in_id_order
def outage_supply(
    network: Network, *, isolate: Literal["segment", "section"] | None = None, norm_share: float = NORM_SHARE
) -> pd.DataFrame:
    """Return what still arrives in the outage of every segment and every station.

    In an outage the drained pipes are closed, valves that turn are opened, sources keep their head, and stations ask
    what they ask when intact. A building's heat share is ``min(1, flow share / its flow share when intact)**0.4``, 0
    where it is cut off. Exact to 1e-6 of a steady flow solved for each outage alone. See docs/hydraulics.md.

    Parameters
    ----------
    network : Network
        The network.
    isolate : {None, "segment", "section"}
        As in `supply_loss`.
    norm_share : float
        A home whose heat share is below it is short, 0 to 1.

    Returns
    -------
    DataFrame
        Index ``asset_id``: segments, then stations, in table order. ``flow_share``: of all flow that buildings served
        when intact ask, the share that still arrives, 0 to 1; missing where they ask nothing. ``households_short``
        and ``buildings_short``: whose heat share is below `norm_share`, those cut off included. All three are missing
        for an outage of which no steady flow was found.

    Raises
    ------
    HeatnetError
        If `isolate` is another word, or the intact network has no steady flow.

    Examples
    --------
    >>> from heatnet.examples import line, twin_mains
    >>> outage_supply(twin_mains())["households_short"].to_dict()
    {'S': 0.0, 'T': 0.0}
    >>> outage_supply(line())["flow_share"].round(6).to_dict()
    {'S': 0.0, 'T': 0.4}
    """
    shares = heat_shares(network, isolate)
    weights = np.stack([network.households, np.ones(network.n_nodes)], axis=1)
    short = short_of_heat(shares, outages(network, isolate), weights, norm_share)
    columns = {
        "flow_share": shares.flow_share[shares.asset_case],
        "households_short": short[:, 0],
        "buildings_short": short[:, 1],
    }
    return pd.DataFrame(columns, index=network.asset_ids)


def short_of_heat(shares: HeatShares, cut: Outages, weights: Floats, norm_share: float) -> Floats:
    """Return per asset the weight of the buildings whose heat share is below the norm, those cut off included.

    A building without any flow when intact is short where it is cut off.
    """
    is_dry = np.zeros(len(weights))
    is_dry[shares.without_flow] = 1.0
    return shares.short(weights, norm_share)[0] + cut.lost((weights.T * is_dry).T)


def _block(kept: list[tuple[int, Ints, Floats]]) -> Block:
    case = np.repeat([case for case, _, _ in kept], [len(node) for _, node, _ in kept])
    return Block(case, np.concatenate([node for _, node, _ in kept]), np.concatenate([share for _, _, share in kept]))


def served_buildings(network: Network) -> Ints:
    """Return the nodes of the buildings that the intact network serves."""
    is_served: Truths = served(network)["is_served"].to_numpy(dtype=bool)
    return network.building_nodes[is_served]


def _asked(network: Network, flows: OutageFlows) -> Floats:
    load = building_load_kw(network)
    return np.where(flows.is_secondary, flow_asked_m3_s(load, "secondary"), flow_asked_m3_s(load, "primary"))
