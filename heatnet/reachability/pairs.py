"""Two segments at once: pairs whose joint outage cuts off more than both alone.

Where all rows are pairs of pipes and no station shares its secondary net, such pairs lie on rings (`rings`) and the
worst are found in near-linear time. Otherwise: take one segment out for good; what the outage of another one cuts off
then, less what it cuts off in the intact network, is what the pair adds. Only a segment that heat can go around, or one
below which stands a station that shares its secondary net, can add anything: what another bridge cuts off stays as it
is for everyone else. The rings say how much a segment can add at the most, so segments are tried from the most
promising one on, until none can add as much as the pairs found.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from heatnet._arrays import AnyInts, Floats, Truths
from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.graph.walks import Cuts
from heatnet.network import Network, computed_in_id_order
from heatnet.reachability.cut_off import both_levels, intervals, one_order, outages_of_parts
from heatnet.reachability.parts import Parts, segment_parts
from heatnet.reachability.rings import Rings, rings_of, worst_pairs


@typed
@computed_in_id_order
def critical_pairs(network: Network, top: int = 100) -> pd.DataFrame:
    """Return the pairs of segments whose joint outage cuts off more buildings than the sum of each alone, worst first.

    Each row alone is out (no sections). Exact. Near-linear where all rows are pairs of pipes and each secondary net has
    one station. Each segment on a ring with a station that shares its secondary net costs one evaluation of the
    network; as soon as one row is a single supply or return pipe, so does each segment on a ring that holds as much as
    the least of the pairs returned.

    Parameters
    ----------
    network : Network
        The network.
    top : int
        Number of pairs, 1 or more.

    Returns
    -------
    DataFrame
        At most `top` rows by falling ``extra_households``, then ``extra_buildings``, then ids. Columns ``segment_id``
        and ``other_segment_id`` (the larger as text), ``buildings_lost`` (whole numbers), ``households_lost`` and
        ``load_lost_kw`` of the joint outage, and by how much these exceed the sum of both alone:
        ``extra_buildings`` (1 or more) and ``extra_households``.

    Raises
    ------
    HeatnetError
        If `top` is below 1.

    Examples
    --------
    >>> from heatnet.examples import twin_mains
    >>> worst = critical_pairs(twin_mains())
    >>> worst[["segment_id", "other_segment_id", "households_lost"]].to_dict("records")
    [{'segment_id': 'S', 'other_segment_id': 'T', 'households_lost': 20.0}]
    """
    if top < 1:
        raise HeatnetError(f"top must be 1 or more, not {top}")
    parts = segment_parts(network)
    weights = np.stack([np.ones(network.n_nodes), network.households, network.load_kw], axis=1)
    cut = outages_of_parts(network, parts, "segment")
    alone = cut.lost(weights)
    primary, secondary, is_live = both_levels(network, parts, "segment")
    joined = one_order(primary, secondary)
    shared = _shared_before(network, parts, secondary, joined, is_live)
    goes_around, is_over_shared = _able_to_add(parts, joined, shared)
    able = np.flatnonzero(goes_around | is_over_shared)
    found = _Worst(network, top)
    rings = rings_of(network, parts, joined, is_live)
    below = cut.hanging_at(rings.hanging, weights)
    meets_shared = _meets_shared(rings, shared)
    if len(parts.pipe_unit) == 1:
        one, other = worst_pairs(rings, np.flatnonzero(~meets_shared), below[:, :2], top)
        first, second = rings.segments[one], rings.segments[other]
        found.add(first, second, below[one] - below[other], alone[first] + alone[second])
    at_most = _most_added(rings, meets_shared, below[:, 1], is_over_shared)
    if len(parts.pipe_unit) == 1:
        at_most[np.isfinite(at_most)] = -1.0  # found already
    pending = np.zeros(network.n_segments, dtype=bool)
    pending[able] = True
    for segment in able[np.argsort(-at_most[able], kind="stable")].tolist():
        if at_most[segment] < max(found.least(), 0.0):
            break
        pending[segment] = False
        others = np.flatnonzero(pending)
        without = outages_of_parts(network, _without(parts, segment), "segment")
        others = others[without.lost(weights[:, 0])[others] > alone[others, 0]]
        if len(others):
            joint = alone[segment] + without.lost(weights)[others]
            found.add(np.full(len(others), segment), others, joint, alone[segment] + alone[others])
    return found.table()


class _Worst:
    """The worst pairs so far."""

    def __init__(self, network: Network, top: int) -> None:
        self._top = top
        ids = network.segment_ids.to_numpy(dtype=object)
        by_text = np.argsort(ids, kind="stable")
        self._ids = ids[by_text]
        self._rank = np.empty(len(by_text), dtype=np.int64)
        self._rank[by_text] = np.arange(len(by_text))
        self._rows = pd.DataFrame(columns=[*_PAIR_COLUMNS, "first", "second"], dtype=np.float64)

    def add(self, one: AnyInts, other: AnyInts, joint: Floats, alone: Floats) -> None:
        """Take in pairs, given what they cut off jointly and one by one."""
        ranks = np.sort(np.stack([self._rank[one], self._rank[other]]), axis=0)
        extra = joint - alone
        columns = [*joint.T, extra[:, 0], extra[:, 1], *ranks]
        rows = pd.DataFrame(dict(zip(self._rows.columns, columns, strict=True)))
        rows = rows if self._rows.empty else pd.concat([self._rows, rows])
        order = ["extra_households", "extra_buildings", "first", "second"]
        self._rows = rows.sort_values(order, ascending=[False, False, True, True]).head(self._top)

    def least(self) -> float:
        """Return the households that a pair must add to be among the worst, minus infinity while any pair will do."""
        return float(self._rows["extra_households"].iloc[-1]) if len(self._rows) == self._top else -np.inf

    def table(self) -> pd.DataFrame:
        """Return the pairs with their ids."""
        rows = self._rows.reset_index(drop=True)
        table = rows[_PAIR_COLUMNS].astype({"buildings_lost": np.int64, "extra_buildings": np.int64})
        table.insert(0, "segment_id", self._ids[rows["first"].to_numpy(dtype=np.int64)])
        table.insert(1, "other_segment_id", self._ids[rows["second"].to_numpy(dtype=np.int64)])
        return table


_ROUNDING = 1e-9

_PAIR_COLUMNS = ["buildings_lost", "households_lost", "load_lost_kw", "extra_buildings", "extra_households"]


def _without(parts: Parts, segment: int) -> Parts:
    """Return the parts with the links of the segment turned into loops, which carry nothing."""
    links = parts.pipe_unit[:, segment]
    links = links[links >= 0]
    link_to = parts.link_to.copy()
    link_to[links] = parts.link_from[links]
    return replace(parts, link_to=link_to)


def _shared_before(network: Network, parts: Parts, secondary: Cuts, joined: Cuts, is_live: Truths) -> AnyInts:
    """Return how many primary sides of stations that share a secondary net stand before each position."""
    shared = np.zeros(len(joined.tree_stop) + 1, dtype=np.int64)
    primary_sides = parts.point_part[:, network.station_nodes][:, is_live]
    for secondary_side in parts.point_part[:, network.n_nodes :][:, is_live]:
        branch = secondary.branch[secondary_side]
        shares = np.bincount(branch, minlength=1)[branch] > 1
        shared[1 + joined.position[primary_sides[:, shares]]] = 1
    return np.cumsum(shared)


def _able_to_add(parts: Parts, joined: Cuts, shared_before: AnyInts) -> tuple[Truths, Truths]:
    """Return which segments heat can go around in some layer, and which cut off a station that shares its net."""
    goes_around = np.zeros(parts.pipe_unit.shape[1], dtype=bool)
    is_over_shared = goes_around.copy()
    for unit in parts.pipe_unit if len(parts.link_from) else []:
        cut = intervals(unit, joined)
        goes_around |= (unit >= 0) & (joined.position[parts.link_from[unit]] >= 0) & (cut.first == cut.stop)
        is_over_shared |= shared_before[cut.stop] > shared_before[cut.first]
    return goes_around, is_over_shared


def _meets_shared(rings: Rings, shared_before: AnyInts) -> Truths:
    """Return per ring whether two of its links can cut off a station that shares its secondary net."""
    length = np.diff(rings.starts)
    from_top, to_last = rings.spans(shared_before[rings.hanging.stop] - shared_before[rings.hanging.first])
    meets = np.bincount(np.repeat(np.arange(len(length)), length), weights=from_top + to_last, minlength=len(length))
    return np.asarray(meets > 0)


def _most_added(rings: Rings, meets_shared: Truths, households_below: Floats, is_over_shared: Truths) -> Floats:
    """Return per segment a number of households that no pair with it exceeds; infinite where a shared station is met.

    Away from shared stations a pair adds what its two rings, one per layer, hold between its links, at the most.
    """
    at_most = np.where(is_over_shared, np.inf, 0.0)
    from_top, to_last = rings.spans(households_below)
    of_link = np.where(np.repeat(meets_shared, np.diff(rings.starts)), np.inf, np.maximum(from_top, to_last))
    np.add.at(at_most, rings.segments, of_link)
    return at_most * (1 + _ROUNDING)
