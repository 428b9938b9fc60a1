"""What still arrives in every outage: heat and flow shares of all buildings, case by case.

The primary level comes first, its stations as consumers; then the secondary level, stations as sources. Only what an
outage touches is solved: its own connected part, and the parts on whose stations the water has ceased. Everything else
stands as in the network with nothing out and all valves that turn opened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np

from heatnet._arrays import Floats, Ints, Truths
from heatnet.graph.ranges import group_by, positions_in
from heatnet.hydraulics.areas import Area, Delivered, Out
from heatnet.hydraulics.closing import CONSUMER, END, PIPE, SOURCE, closings_of
from heatnet.hydraulics.intact import intact_of
from heatnet.hydraulics.plumbing import Plumbing
from heatnet.hydraulics.routes import Routes
from heatnet.hydraulics.steady import building_shares
from heatnet.network import Network
from heatnet.reachability.cut_off import isolation
from heatnet.reachability.parts import Parts

_SAME = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What one case changes against the network with nothing out, valves opened.

    Attributes
    ----------
    stations : array of float or None
        Flow share of every station, 0 at the end; None: as ever.
    building, share : array
        Buildings (node positions) whose flow share is not that of their own times that of their station, and theirs.
    is_solved : bool
        False: no steady flow was found, nothing is known.
    """

    stations: Floats | None
    building: Ints
    share: Floats
    is_solved: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class OutageFlows:
    """What arrives in every case; a case is what the outage of an asset takes out.

    Attributes
    ----------
    intact_share : array of float
        Per node: flow share of a building in the intact network, NaN elsewhere.
    own_share, station : array
        Per node: with nothing out and valves opened, a building's own flow share, and the station on its supply path
        (-1: none).
    is_secondary : array of bool
        Per node: a building on the secondary level, whose flow share is its own times that of its station.
    station_share : array of float
        Per station, likewise; 0 at the end, for no station.
    asset_case : array of int
        Per asset (segments, then stations): its case.
    cases : list of Changes
        Per case.
    """

    intact_share: Floats
    own_share: Floats
    station: Ints
    is_secondary: Truths
    station_share: Floats
    asset_case: Ints
    cases: list[Changes]


def outage_flows(network: Network, isolate: Literal["segment", "section"] | None = None) -> OutageFlows:
    """Return what arrives in every outage of the network (in id order)."""
    return OutageWork(network, isolation(network, isolate)).answer()


class OutageWork:
    """One run over all outages of a network."""

    def __init__(self, network: Network, isolate: Literal["segment", "section"]) -> None:
        self.network, self.intact = network, intact_of(network)
        self.plumbing = self.intact.plumbing
        self.consumers = self.plumbing.consumers
        self.closings = closings_of(network, self.plumbing, isolate)
        self.routes = Routes(network, self.plumbing)
        self.parts = _Parts(network, self.plumbing)
        self.own, self.joined = np.zeros(len(self.consumers.node)), np.zeros(len(self.consumers.node), dtype=bool)
        self._areas: dict[int, Area] = {}
        self._begin()

    def _begin(self) -> None:
        """Solve the network with nothing out, valves opened: the primary level first."""
        n_stations, at_station = len(self.network.station_nodes), self.plumbing.source_station
        self.feeds = at_station < 0
        for part in self.parts.of_level(secondary=False):
            self._untouched(part)
        is_station = self.consumers.station >= 0
        numbers = self.consumers.station[is_station]
        live = np.zeros(n_stations + 1, dtype=bool)
        live[numbers] = self.joined[is_station]
        self.feeds = np.where(at_station >= 0, live[at_station], True)
        for part in self.parts.of_level(secondary=True):
            self._untouched(part)
        self.station_share = np.zeros(n_stations + 1)  # the last one stands for: no station
        self.station_share[numbers] = self.own[is_station]
        self.reach = self.routes.reach(_NONE, _NONE)
        self.station = np.full(self.network.n_nodes, -1)
        for part in self.parts.of_level(secondary=True):
            area, stations = self.area(part), self.parts.stations(part)
            nodes = self.consumers.node[area.first : area.stop]
            if len(stations) == 1:
                self.station[nodes] = stations[0]
            elif len(stations):
                self.station[nodes] = self.routes.stations(self.reach, part, stations, nodes, _NONE, _NONE)

    def area(self, part: int) -> Area:
        """Return the part as an area; built when first asked for."""
        if part not in self._areas:
            sides, rows = self.parts.sides(part), self.parts.rows(part)
            self._areas[part] = Area(self.plumbing, sides, rows, self.intact.head_m, self.feeds)
        return self._areas[part]

    def _untouched(self, part: int) -> None:
        area = self.area(part)
        self.own[area.first : area.stop] = area.untouched.share[:, 0]
        self.joined[area.first : area.stop] = area.untouched.is_joined[:, 0]

    def drain_by(self, parts: Parts) -> None:
        """Drain by other sections from now on, which lets nobody but the outages of rows be different."""
        self.closings = closings_of(self.network, self.plumbing, "section", parts)

    def answer(self, rows: Truths | None = None) -> OutageFlows:
        """Return what arrives in every case: rows first, then stations.

        With `rows` in the cases of these alone; all other assets share a last case that changes nothing.
        """
        n_cases, n_stations = self.closings.case_units.shape[1], len(self.network.station_nodes)
        case_of = np.concatenate([self.closings.row_case, n_cases + np.arange(n_stations)])
        chosen = np.arange(n_cases + n_stations)
        if rows is not None:
            chosen = np.unique(case_of[: -n_stations or None][rows])
            place = np.full(n_cases + n_stations, len(chosen))
            place[chosen] = np.arange(len(chosen))
            case_of = place[case_of]
        cases = [Changes(None, _NONE, np.zeros(0))] * (len(chosen) + (rows is not None))
        outs = [self._out(number) for number in chosen.tolist()]
        touched = np.array([self.parts.touched(out, self.consumers.node) for out in outs], dtype=np.int64)
        order = np.argsort(touched, kind="stable")
        order = order[touched[order] >= 0]
        for places in np.split(order, np.flatnonzero(np.diff(touched[order])) + 1) if len(order) else []:
            part = int(touched[places[0]])
            for first, found in self.area(part).delivered([outs[at] for at in places.tolist()]):
                if not self.parts.is_secondary(part):
                    self._prepare(part, found)
                block = places[first : first + found.share.shape[1]]
                for at, change in zip(block.tolist(), self._all_changes(part, chosen[block], found), strict=True):
                    cases[at] = change
        return replace(self.base, asset_case=case_of, cases=cases)

    def _out(self, number: int) -> Out:
        station = number - self.closings.case_units.shape[1]
        if station < 0:
            return Out(*self.closings.of_case(number))
        return Out(np.array([CONSUMER]), self._place[self.network.station_nodes[[station]]])

    @cached_property
    def _place(self) -> Ints:
        """Per node its place among the consumers, -1: none."""
        place = np.full(self.network.n_nodes, -1)
        place[self.consumers.node] = np.arange(len(self.consumers.node))
        return place

    @cached_property
    def base(self) -> OutageFlows:
        """What arrives with nothing out, valves opened; no cases."""
        own = np.full(self.network.n_nodes, np.nan)
        own[self.consumers.node] = self.own
        is_secondary = np.zeros(self.network.n_nodes, dtype=bool)
        is_secondary[self.consumers.node] = self.consumers.is_secondary
        return OutageFlows(
            intact_share=building_shares(self.network, self.intact),
            own_share=own,
            station=self.station,
            is_secondary=is_secondary,
            station_share=self.station_share,
            asset_case=_NONE,
            cases=[],
        )

    def _all_changes(self, part: int, numbers: Ints, found: Delivered) -> Iterable[Changes]:
        """Return what each of several cases changes that touch a part."""
        is_one = self.parts.is_secondary(part) and part not in self._split
        if not is_one:  # stations cease, or it matters on which one a building hangs
            by_case = zip(numbers.tolist(), found.share.T, found.is_joined.T, strict=True)
            return [self.changes(part, number, share, joined) for number, share, joined in by_case]
        at = slice(self.area(part).first, self.area(part).stop)
        nodes = self.consumers.node[at]
        of_station = self.station_share[self.station[nodes]][:, None]
        share = found.share * of_station
        is_moved = ~(np.abs(share - self.own[at][:, None] * of_station) <= _SAME)
        is_solved = np.asarray(~np.isnan(found.share).any(axis=0))
        case, place = np.nonzero((is_moved & is_solved).T)
        node, value = nodes[place], share[place, case]
        stops: list[int] = np.searchsorted(case, np.arange(len(numbers) + 1)).tolist()
        return [
            Changes(None, node[start:stop], value[start:stop], is_known)
            for (start, stop), is_known in zip(pairwise(stops), is_solved.tolist(), strict=True)
        ]

    def changes(self, part: int, number: int, share: Floats, joined: Truths) -> Changes:
        """Return what a case changes, from what the consumers of the part it touches get."""
        if np.isnan(share).any():
            return Changes(None, _NONE, np.zeros(0), is_solved=False)
        if self.parts.is_secondary(part):
            drained = self.closings.drained_in_supply(number)
            reach = self.reach if part in self._split else None
            return Changes(None, *self._buildings(part, share, self.station_share, reach, drained))
        return self._primary_changes(part, number, share, joined)

    def _prepare(self, part: int, found: Delivered) -> None:
        """Solve the parts of the secondary level whose stations cease in these cases, part by part."""
        at = slice(self.area(part).first, self.area(part).stop)
        number_at = self.consumers.station[at]
        is_dead = (number_at >= 0)[:, None] & ~found.is_joined & self.joined[at][:, None]
        of_part: dict[int, list[Ints]] = {}
        for k in np.flatnonzero(is_dead.any(axis=0)).tolist():
            dead = number_at[is_dead[:, k]]
            for one in sorted(self.parts.fed_by(dead)):
                of_part.setdefault(one, []).append(self._ceased(one, dead))
        for one, several in of_part.items():
            self.area(one).prepare([self.parts.source_of(ceased) for ceased in several])

    def _ceased(self, part: int, dead: Ints) -> Ints:
        """Return the stations of a part that are among the dead."""
        of_part = self.parts.stations(part)
        return of_part[np.isin(of_part, dead)]

    def _primary_changes(self, part: int, number: int, share: Floats, joined: Truths) -> Changes:
        places = np.arange(self.area(part).first, self.area(part).stop)
        number_at, nodes = self.consumers.station[places], self.consumers.node[places]
        is_moved = np.abs(share - self.own[places]) > _SAME
        is_own = is_moved & (number_at < 0)
        is_dead = (number_at >= 0) & ~joined & self.joined[places]
        building, shares, is_solved = [nodes[is_own]], [share[is_own]], True
        if not (is_moved | is_dead)[number_at >= 0].any():
            return Changes(None, building[0], shares[0])
        stations = self.station_share.copy()
        stations[number_at[number_at >= 0]] = share[number_at >= 0]
        dead = number_at[is_dead]
        split = self.parts.split(stations)
        reach: Floats | None = None
        for one in sorted(self.parts.fed_by(dead) | split):
            ceased = self._ceased(one, dead)
            own = self.own[self.area(one).first : self.area(one).stop]
            if len(ceased):
                own = self.area(one).with_dead(self.parts.source_of(ceased))
                is_solved &= not np.isnan(own).any()
            if reach is None and one in split:
                reach = self._reach(number)
            node, value = self._buildings(one, own, stations, reach if one in split else None, (_NONE, _NONE))
            building.append(node)
            shares.append(value)
        return Changes(stations, np.concatenate(building), np.concatenate(shares), is_solved)

    def _reach(self, number: int) -> Floats:
        """Return the resistance of the way to each station in a case of the primary level."""
        station = number - self.closings.case_units.shape[1]
        if station < 0:
            return self.routes.reach(*self.closings.drained_in_supply(number))
        reach = self.reach.copy()
        reach[station] = np.inf
        return reach

    @cached_property
    def _split(self) -> set[int]:
        return self.parts.split(self.station_share)

    def _buildings(
        self, part: int, own: Floats, stations: Floats, reach: Floats | None, drained: tuple[Ints, Ints]
    ) -> tuple[Ints, Floats]:
        """Return the buildings of a part whose flow share is not as ever times their station's, and theirs.

        `reach` as in `Routes.reach` where it matters on which station of the part a building hangs.
        """
        area = self.area(part)
        nodes = self.consumers.node[area.first : area.stop]
        before = station = self.station[nodes]
        if reach is not None:
            station = self.routes.stations(reach, part, self.parts.stations(part), nodes, *drained)
        share = own * stations[station]
        is_moved = ~(np.abs(share - self.own[area.first : area.stop] * stations[before]) <= _SAME)
        return nodes[is_moved], share[is_moved]


class _Parts:
    """Sides, rows and stations of the connected parts of both levels."""

    def __init__(self, network: Network, plumbing: Plumbing) -> None:
        self.plumbing = plumbing
        n_parts = int(plumbing.part.max(initial=-1)) + 1
        carrying = np.flatnonzero(plumbing.in_layer.any(axis=0))
        row_part = plumbing.part[plumbing.end_sides[0, carrying]]
        self._sides, self._side_starts = group_by(plumbing.part, n_parts)
        order, self._row_starts = group_by(row_part, n_parts)
        self._rows = carrying[order]
        self._secondary = np.zeros(n_parts, dtype=bool)
        self._secondary[row_part[~network.is_primary[carrying]]] = True
        self._asked = np.bincount(plumbing.part[plumbing.consumers.node], minlength=n_parts) > 0
        station = plumbing.source_station
        at = np.flatnonzero(station >= 0)
        order, self._station_starts = group_by(plumbing.part[plumbing.source_side[at]], n_parts)
        self._stations = station[at][order].astype(np.int64)
        self._source = np.full(len(at) + 1, -1)
        self._source[station[at]] = at
        self._station_part = np.full(len(at), -1)
        self._station_part[station[at]] = plumbing.part[plumbing.source_side[at]]
        counts = np.diff(self._station_starts)
        self._shared = np.flatnonzero(self._secondary & self._asked & (counts > 1))
        sizes = counts[self._shared]
        self._shared_starts = np.cumsum(sizes) - sizes
        first = self._station_starts[self._shared]
        self._of_shared = self._stations[positions_in(first, first + sizes)]

    def of_level(self, *, secondary: bool) -> list[int]:
        """Return the parts of a level in which somebody asks."""
        found: list[int] = np.flatnonzero(self._asked & (self._secondary == secondary)).tolist()
        return found

    def is_secondary(self, part: int) -> bool:
        """Return whether a part belongs to the secondary level."""
        return bool(self._secondary[part])

    def sides(self, part: int) -> Ints:
        """Return the sides of a part."""
        return self._sides[self._side_starts[part] : self._side_starts[part + 1]].astype(np.int64)

    def rows(self, part: int) -> Ints:
        """Return the rows of a part that carry."""
        return np.sort(self._rows[self._row_starts[part] : self._row_starts[part + 1]])

    def stations(self, part: int) -> Ints:
        """Return the stations whose secondary side lies in a part."""
        return self._stations[self._station_starts[part] : self._station_starts[part + 1]]

    def split(self, station_share: Floats) -> set[int]:
        """Return the parts with several stations in which it matters on which of them a building hangs."""
        if not len(self._shared):
            return set()
        share = station_share[self._of_shared]
        most, least = (each.reduceat(share, self._shared_starts) for each in (np.maximum, np.minimum))
        return set(self._shared[most - least > _SAME].tolist())

    def source_of(self, stations: Ints) -> Ints:
        """Return the position of stations among the sources."""
        return self._source[stations]

    def fed_by(self, stations: Ints) -> set[int]:
        """Return the parts of the secondary level that these stations feed and in which somebody asks."""
        return {part for part in self._station_part[stations].tolist() if self._asked[part] and self._secondary[part]}

    def touched(self, out: Out, consumer_node: Ints) -> int:
        """Return the part in which a case closes anything, -1: none."""
        if not len(out.kind):
            return -1
        kind, item = int(out.kind[0]), int(out.item[0])
        if kind == PIPE:
            side = int(self.plumbing.end_sides[0, item // 2])
        elif kind == SOURCE:
            side = int(self.plumbing.source_side[item])
        else:
            side = item if kind == END else int(consumer_node[item])
        part = int(self.plumbing.part[side])
        return part if self._asked[part] else -1


_NONE = np.zeros(0, dtype=np.int64)
