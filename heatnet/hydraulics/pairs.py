"""Two mains at once: pairs whose joint outage leaves more homes short of heat than both alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatnet._arrays import Floats, Ints
from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.hydraulics.outages import OutageWork
from heatnet.hydraulics.supply import NORM_SHARE, heat_shares_in, served_buildings
from heatnet.network import Network, computed_in_id_order
from heatnet.reachability.pairs import critical_pairs as pairs_by_connection

_AT_ONCE = 4000
_WORTH = ["extra_households", "extra_buildings", "segment_id", "other_segment_id"]


@typed
@computed_in_id_order
def critical_pairs(
    network: Network, top: int = 100, *, capacity: bool = False, most: int = 120, norm_share: float = NORM_SHARE
) -> pd.DataFrame:
    """Return the pairs of segments whose joint outage harms more homes than the sum of each alone, worst first.

    Each row alone is out (no sections). Harmed are homes cut off, or with `capacity` those that are left short of heat.
    Exact; with `capacity` among the `most` primary rows on rings that carry most when intact (of rows in series that
    nothing leaves in between the first by id stands for all), both in one connected part. Then `most` rows cost as
    much as ``most**2/2`` outages of the primary level; see `heatnet.reachability.critical_pairs` for the cost without.

    Parameters
    ----------
    network : Network
        The network.
    top : int
        Number of pairs, 1 or more.
    capacity : bool
        Count homes that pipes and pumps leave short.
    most : int
        How many rows are paired, 2 or more; with `capacity` alone.
    norm_share : float
        A home whose heat share is below it is short, 0 to 1; with `capacity` alone.

    Returns
    -------
    DataFrame
        At most `top` rows by falling ``extra_households``, then ``extra_buildings``, then ids. Columns ``segment_id``
        and ``other_segment_id`` (the larger as text); ``buildings_lost`` (whole numbers), ``households_lost`` and
        ``load_lost_kw`` of the joint outage, with `capacity` its ``flow_share``, ``buildings_short`` and
        ``households_short``; and by how much these exceed the sum of both alone: ``extra_buildings`` (1 or more) and
        ``extra_households``. With `capacity` buildings without flow when intact are left out, and pairs whose outage
        has no steady flow too.

    Raises
    ------
    HeatnetError
        If `top` is below 1 or `most` below 2; with `capacity` if the intact network has no steady flow.

    Examples
    --------
    >>> from heatnet.examples import twin_mains
    >>> worst = critical_pairs(twin_mains(), capacity=True)
    >>> worst[["segment_id", "other_segment_id", "households_short"]].to_dict("records")
    [{'segment_id': 'S', 'other_segment_id': 'T', 'households_short': 20.0}]
    """
    if not capacity:
        return pairs_by_connection(network, top)
    if top < 1 or most < 2:
        raise HeatnetError(f"top must be 1 or more and most 2 or more, not {top} and {most}")
    work, buildings = OutageWork(network, "segment"), served_buildings(network)
    rows = _carrying_most(work, most)
    one, other = np.triu_indices(len(rows), 1)
    part = work.plumbing.part[work.plumbing.end_sides[0, rows]]
    together = part[one] == part[other]
    one, other = one[together], other[together]
    units = work.closings.case_units[:, work.closings.row_case[rows]]
    alone = _harm(work, buildings, units, norm_share)
    worst = _table(network, one[:0], other[:0], np.zeros((0, 5)))
    for first in range(0, len(one), _AT_ONCE):
        a, b = one[first : first + _AT_ONCE], other[first : first + _AT_ONCE]
        joint = _harm(work, buildings, np.concatenate([units[:, a], units[:, b]]), norm_share)
        extra = joint[:, 1:] - alone[a, 1:] - alone[b, 1:]
        kept = np.flatnonzero(extra[:, 0] > 0.5)
        harm = np.concatenate([joint, extra], axis=1)[kept]
        found = _table(network, rows[a[kept]], rows[b[kept]], harm)
        both = found if worst.empty else pd.concat([worst, found])
        worst = both.sort_values(_WORTH, ascending=[False, False, True, True]).head(top)
    return worst.reset_index(drop=True)


def _carrying_most(work: OutageWork, most: int) -> Ints:
    """Return the primary rows of the core that carry most when intact; of rows in series the first."""
    plumbing, intact = work.plumbing, work.intact
    is_core = (plumbing.ends.parent[plumbing.end_sides] < 0).all(axis=0) & plumbing.in_layer.any(axis=0)
    rows = np.flatnonzero(is_core & work.network.is_primary)
    flow = np.zeros(work.network.n_segments)
    of_edge = np.abs(intact.flows.flow_m3_s[: intact.sketch.drawing.n_pipes, 0])
    for row in intact.sketch.pipe_row:
        np.maximum.at(flow, row[row >= 0], of_edge[row >= 0])
    n_sides, consumers = plumbing.n_sides, plumbing.consumers
    sides = plumbing.end_sides[:, rows]
    passes = np.asarray(np.bincount(sides.reshape(-1), minlength=n_sides) == 2)
    passes = np.asarray(passes & (consumers.stop == consumers.first), dtype=bool)
    passes[plumbing.source_side] = False
    in_pair = np.asarray(plumbing.in_layer[:, rows].all(axis=0))
    at, which = sides.reshape(-1), np.tile(np.arange(len(rows)), 2)
    order = np.argsort(at, kind="stable")
    same = passes[at[order]][:-1] & (at[order][1:] == at[order][:-1])
    a, b = which[order][:-1][same], which[order][1:][same]
    both = in_pair[a] & in_pair[b]
    graph = coo_array((np.ones(int(both.sum()), dtype=np.int8), (a[both], b[both])), shape=(len(rows), len(rows)))
    series = connected_components(graph, directed=False)[1]
    rows = rows[np.unique(series, return_index=True)[1]]
    return np.sort(rows[np.argsort(-flow[rows], kind="stable")[:most]])


def _harm(work: OutageWork, buildings: Ints, units: Ints, norm_share: float) -> Floats:
    """Return flow share, buildings and households short in cases that drain these units, shape (n_cases, 3)."""
    network, n_cases = work.network, units.shape[1]
    before = work.closings
    work.closings = replace(before, case_units=units, row_case=np.arange(n_cases))
    shares = heat_shares_in(network, work.answer(), buildings)
    work.closings = before
    weights = np.stack([np.ones(network.n_nodes), network.households], axis=1)
    short = shares.short(weights, norm_share)[0][:n_cases]
    return np.concatenate([shares.flow_share[:n_cases, None], short], axis=1)


def _table(network: Network, one: Ints, other: Ints, harm: Floats) -> pd.DataFrame:
    ids = network.segment_ids.to_numpy(dtype=object)
    columns = ["flow_share", "buildings_short", "households_short", "extra_buildings", "extra_households"]
    table = pd.DataFrame(harm, columns=columns)
    table = table.astype({"buildings_short": np.int64, "extra_buildings": np.int64})
    table.insert(0, "segment_id", ids[one])
    table.insert(1, "other_segment_id", ids[other])
    return table
