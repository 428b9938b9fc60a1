"""Ties that promise to help in an outage: from where heads stand high to where they are missing, near and wide.

What a tie promises is guessed from the head difference between its ends and its own resistance, and is at most what is
missing behind it. The guess only chooses what is tried; what a tie brings is solved anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from heatnet._arrays import Floats, Ints, Truths
from heatnet.errors import HeatnetError
from heatnet.hydraulics.asking import REQUIRED_M, pipe_resistance
from heatnet.hydraulics.closing import END
from heatnet.hydraulics.intact import flow_shares
from heatnet.hydraulics.joining import meets_source, vertex_labels
from heatnet.network import Network

if TYPE_CHECKING:
    from heatnet.hydraulics.newton import Flows
    from heatnet.hydraulics.one_outage import OneOutage

DETOUR = 1.3
_NEAREST = 6
_WIDE_MM = (0.0, 200.0, 400.0, 600.0, 800.0, 1000.0)
_TIE, _VALVES = "heatnet:tie", ("heatnet:tie:from", "heatnet:tie:to")


def promising_ties(outage: OneOutage, flows: Flows, most: int) -> pd.DataFrame:
    """Return the ties that promise most flow for their price, each node in one of them at the most.

    Parameters
    ----------
    outage : OneOutage
    flows : Flows
        Its steady flow.
    most : int
        How many.

    Returns
    -------
    DataFrame
        Columns ``from_node`` (has head), ``to_node`` (lacks it), ``level``, ``diameter_mm``, ``length_m``.
    """
    network, plumbing = outage.network, outage.work.plumbing
    place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    place = np.concatenate([place, place[network.station_nodes]])
    if np.isnan(place).all():
        raise HeatnetError("ties need to know where nodes lie; fill in x_m and y_m of the nodes")
    seen = _Seen.of(outage, flows)
    pairs = []
    for level in ("primary", "secondary"):
        on_level = network.is_primary if level == "primary" else ~network.is_primary
        rows = np.flatnonzero(on_level & plumbing.in_layer.all(axis=0) & ~seen.row_out)
        widest = np.zeros(plumbing.n_sides)
        for sides in plumbing.end_sides[:, rows]:
            np.maximum.at(widest, sides, network.diameter_mm[rows])
        usable = (widest > 0.0) & ~seen.side_out & ~np.isnan(place).any(axis=1)
        weak = np.flatnonzero(usable & (seen.head_m < REQUIRED_M[level]))
        strong = np.flatnonzero(usable & (seen.head_m >= REQUIRED_M[level]))
        if len(weak) and len(strong):
            missing = seen.missing_behind(rows)
            pairs.append(_pairs(level, place, widest, seen.head_m, missing, weak, strong))
    if not pairs:
        return pd.DataFrame(columns=["from_node", "to_node", "level", "diameter_mm", "length_m"])
    return _best(network, pd.concat(pairs, ignore_index=True), most)


def with_tie(network: Network, tie: pd.Series[Any]) -> Network:
    """Return the network with one tie, shut by a valve at each end until an outage opens them."""
    row: dict[Any, Any] = {
        "segment_id": _TIE,
        **tie[["from_node", "to_node", "level", "diameter_mm", "length_m"]].to_dict(),
    }
    valves: list[dict[Any, Any]] = [
        {"valve_id": valve, "segment_id": _TIE, "node_id": tie[end], "is_open": False}
        for valve, end in zip(_VALVES, ("from_node", "to_node"), strict=True)
    ]
    return network.replace(segments=_with_rows(network.segments, [row]), valves=_with_rows(network.valves, valves))


def _with_rows(table: pd.DataFrame, rows: list[dict[Any, Any]]) -> pd.DataFrame:
    """Return the given columns of a table with rows below; what these do not say is left to the defaults."""
    filled = [name for name in table.columns if table[name].notna().any() or name in rows[0]]
    more = pd.DataFrame(rows).reindex(columns=filled).astype(object)
    return pd.concat([table[filled].astype(object), more], ignore_index=True)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What an outage leaves at each side.

    `head_m`: of the supply side above the return side, 0 where no source is reached, NaN where none is when intact.
    `missing_m3_s`: what consumers at it get less than with nothing out. `row_out`, `side_out`: drained. `end_sides`:
    sides at the ends of each row.
    """

    head_m: Floats
    missing_m3_s: Floats
    row_out: Truths
    side_out: Truths
    end_sides: Ints

    @classmethod
    def of(cls, outage: OneOutage, flows: Flows) -> _Seen:
        work = outage.work
        plumbing, consumers = work.plumbing, work.consumers
        row_out, side_out = np.zeros(outage.network.n_segments, dtype=bool), np.zeros(plumbing.n_sides, dtype=bool)
        if outage.case < work.closings.case_units.shape[1]:
            rows, sides = work.closings.drained_in_supply(outage.case)
            row_out[rows], side_out[sides] = True, True
        head = _intact_heads(outage)
        sketch = outage.sketch
        head[sketch.sides] = _heads_of(outage, flows)
        own, area = work.own.copy(), outage.area
        own[area.first : area.stop] = flow_shares(sketch, flows, outage.is_joined)[:, 0]
        stations = outage.changes(flows).stations
        if stations is not None:
            died = np.flatnonzero((stations[:-1] <= 0.0) & (work.station_share[:-1] > 0.0))
            for part in sorted(work.parts.fed_by(died)):
                one = work.area(part)
                at, of_part = slice(one.first, one.stop), work.parts.stations(part)
                gone = of_part[np.isin(of_part, died)]
                own[at] = one.with_dead(work.parts.source_of(gone))
                head[one.sides] = 0.0 if len(gone) == len(of_part) else np.nan  # else known where homes are alone
                head[consumers.node[at]] = consumers.required_m[at] * own[at] ** 2
        missing = consumers.asked_m3_s * np.maximum(0.0, work.own - own)
        at_side = np.bincount(consumers.node, missing, minlength=plumbing.n_sides).astype(np.float64)
        return cls(head, at_side, row_out, side_out, plumbing.end_sides)

    def missing_behind(self, rows: Ints) -> Floats:
        """Return per side what a tie to it could bring: what is missing in its dry part, or where heads are low."""
        dry = self.head_m <= 0.0
        inside = rows[dry[self.end_sides[:, rows]].all(axis=0)]
        a, b = self.end_sides[:, inside]
        n_sides = len(self.head_m)
        graph = coo_array((np.ones(len(inside), dtype=np.int8), (a, b)), shape=(n_sides, n_sides))
        labels = connected_components(graph, directed=False)[1]
        of_part = np.bincount(labels, self.missing_m3_s)
        on_level = np.zeros(n_sides, dtype=bool)
        on_level[self.end_sides[:, rows]] = True
        return np.where(dry, of_part[labels], self.missing_m3_s[on_level & ~dry].sum())


def _intact_heads(outage: OneOutage) -> Floats:
    intact = outage.work.intact
    sketch, found = intact.sketch, np.full(outage.work.plumbing.n_sides, np.nan)
    head = intact.flows.head_m[sketch.side_supply, 0] - intact.flows.head_m[sketch.side_return, 0]
    found[sketch.sides] = np.where(intact.side_joined, head, np.nan)
    return found


def _heads_of(outage: OneOutage, flows: Flows) -> Floats:
    """Return the heads of the sides of the part that is touched; those at or behind a closed end are dry."""
    sketch, ends = outage.sketch, outage.work.plumbing.ends
    n_pipes, n_sources = sketch.drawing.n_pipes, len(sketch.sources)
    is_open = outage.cases.is_open
    labels = vertex_labels(sketch.drawing, is_open[:n_pipes])
    joined = meets_source(
        sketch.drawing, labels, is_open[len(is_open) - n_sources :], sketch.side_supply, sketch.side_return
    )[:, 0]
    head = flows.head_m[sketch.side_supply, 0] - flows.head_m[sketch.side_return, 0]
    is_dry = np.zeros(len(ends.parent), dtype=bool)
    is_dry[outage.out.item[outage.out.kind == END]] = True
    for found in reversed(ends.rounds):
        is_dry[found] |= is_dry[ends.parent[found]]
    return np.where(joined & ~is_dry[sketch.sides], np.maximum(head, 0.0), 0.0)


def _pairs(
    level: str, place: Floats, widest: Floats, head_m: Floats, missing: Floats, weak: Ints, strong: Ints
) -> pd.DataFrame:
    """Return the nearest strong sides of each weak one, and how much a tie promises."""
    found = []
    for at_least in _WIDE_MM:  # what lies nearest is often too narrow to help
        from_here, to_here = strong[widest[strong] >= at_least], weak[widest[weak] >= at_least]
        if len(from_here) and len(to_here):
            near = min(_NEAREST, len(from_here))
            _, which = cKDTree(place[from_here]).query(place[to_here], k=near)
            found.append(np.stack([from_here[np.reshape(which, -1)], np.repeat(to_here, near)]))
    one, two = np.unique(np.concatenate(found, axis=1), axis=1)
    length = np.maximum(1.0, DETOUR * np.hypot(*(place[one] - place[two]).T))
    diameter = np.minimum(widest[one], widest[two])
    pushed = np.sqrt((head_m[one] - head_m[two]) / (2.0 * pipe_resistance(length, diameter)))
    columns = {"one": one, "two": two, "diameter_mm": diameter, "length_m": length}
    promised = np.minimum(pushed, missing[two]) * (1.0 if level == "secondary" else 50.0 / 15.0)
    return pd.DataFrame(columns).assign(level=level, promised=promised)


def _best(network: Network, pairs: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the best pairs, each node once: in turn the one that promises most for its price, and most of all."""
    pairs = pairs[pairs["promised"] > 0.0].reset_index(drop=True)
    for_price = pairs["promised"] / (pairs["length_m"] * (900.0 + 6.0 * pairs["diameter_mm"]))
    ways = [np.lexsort((pairs["two"], pairs["one"], -much)) for much in (for_price, pairs["promised"])]
    in_turn = np.stack(ways, axis=1).reshape(-1).tolist()
    one, two = pairs["one"].tolist(), pairs["two"].tolist()
    used: set[int] = set()
    chosen: list[int] = []
    for at in in_turn:
        if one[at] not in used and two[at] not in used and len(chosen) < most:
            used |= {one[at], two[at]}
            chosen.append(at)
    found = pairs.loc[chosen].reset_index(drop=True)
    node_of = np.concatenate([np.arange(network.n_nodes), network.station_nodes])
    ids = network.node_ids.to_numpy(dtype=object)
    found.insert(0, "from_node", ids[node_of[found["one"].to_numpy(dtype=np.int64)]])
    found.insert(1, "to_node", ids[node_of[found["two"].to_numpy(dtype=np.int64)]])
    return found[["from_node", "to_node", "level", "diameter_mm", "length_m"]]
