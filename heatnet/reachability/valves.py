"""What a working valve is worth: by how much it lowers the households that outages are expected to cut off.

A valve that turns splits its section in two, where the end at which it sits is the only way between them. All other
outages stay as they are: what is drained is the same, and heat passes the new valve. So new valves in sections that no
row drains together do not disturb each other, and one evaluation of the network tries one valve in each of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from heatnet._arrays import AnyInts, Floats, Truths
from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.graph.ranges import group_by
from heatnet.graph.walks import cut_by_links, neighbours, walk_from
from heatnet.network import JUNCTION, Network, computed_in_id_order
from heatnet.reachability.cut_off import outages_of_parts
from heatnet.reachability.parts import Ends, Parts, layer_rows, section_parts, valve_ends


@typed
@computed_in_id_order
def valve_value(network: Network, *, rates: pd.Series[float] | None = None) -> pd.DataFrame:
    """Return what repairing each stuck valve, or a new valve at each end without one, is worth; best first.

    The worth is the drop of ``sum(rate x households cut off)`` over all assets, outages being isolated by sections.
    Exact: the same as evaluating the network anew with that one valve working.

    Parameters
    ----------
    network : Network
        The network.
    rates : Series of float, optional
        Expected outages of each asset, by ``asset_id``; an asset that is not named has none. None: one per km of
        segment, none at stations, so that only the order and ratios mean something.

    Returns
    -------
    DataFrame
        One row per stuck valve (``measure`` repair) and per end of a segment without a valve (new), by falling
        ``households_saved``, then by id. Columns ``measure``, ``valve_id`` (missing for new), ``segment_id``,
        ``node_id`` and ``households_saved``. The repair of a valve that is stuck closed may be worth less than
        nothing: it lets more buildings be served, so that there is more to lose.

    Raises
    ------
    HeatnetError
        If `rates` names an unknown asset, or holds a negative or missing number.

    Examples
    --------
    >>> from heatnet.examples import line
    >>> best = valve_value(line()).head(1)
    >>> best[["segment_id", "node_id", "households_saved"]].to_dict("records")
    [{'segment_id': 'T', 'node_id': 'B', 'households_saved': 4.0}]
    """
    return worth_of_valves(network, rates, CutOff(network))


class Harm(Protocol):
    """How many households each asset's outage harms."""

    def of_sections(self, parts: Parts, rows: Truths) -> Floats:
        """Return it per asset with these sections; of segments it need be right in `rows` alone."""

    def of_repair(self, valve: int) -> Floats:
        """Return it per asset with one valve (by position) repaired."""


class CutOff:
    """Households that are cut off."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def of_sections(self, parts: Parts, rows: Truths) -> Floats:  # noqa: ARG002 - all are as fast as some
        """Return the households that each asset's outage cuts off with these sections."""
        return outages_of_parts(self._network, parts, "section").lost(self._network.households)

    def of_repair(self, valve: int) -> Floats:
        """Return the households that each asset's outage cuts off with one valve repaired."""
        parts = section_parts(self._network, valve_ends(self._network, repaired=valve))
        return self.of_sections(parts, np.ones(self._network.n_segments, dtype=bool))


def worth_of_valves(network: Network, rates: pd.Series[float] | None, harm: Harm) -> pd.DataFrame:
    """Return the table of `valve_value` for households harmed in this way."""
    rate = _rates(network, rates)
    base = valve_ends(network)
    parts = section_parts(network, base)
    expected = rate * harm.of_sections(parts, np.ones(network.n_segments, dtype=bool))
    saved_at = _worth_of_ends(network, (base, parts), rate, expected, harm)
    saved_by = _worth_of_repairs(network, base, saved_at, (rate, expected), harm)
    stuck = np.flatnonzero(~network.valve_operable)
    has_valve = np.zeros((2, network.n_segments), dtype=bool)
    has_valve[network.valve_end, network.valve_segment] = True
    new_end, new_segment = np.nonzero(~has_valve)
    end = np.concatenate([network.valve_end[stuck], new_end])
    segment = np.concatenate([network.valve_segment[stuck], new_segment])
    node = np.where(end == 0, network.from_node[segment], network.to_node[segment])
    valve_ids = network.valves["valve_id"].to_numpy(dtype=object)[stuck]
    table = pd.DataFrame(
        {
            "measure": ["repair"] * len(stuck) + ["new"] * len(new_end),
            "valve_id": np.concatenate([valve_ids, np.full(len(new_end), None, dtype=object)]),
            "segment_id": network.segment_ids.to_numpy(dtype=object)[segment],
            "node_id": network.node_ids.to_numpy(dtype=object)[node],
            "households_saved": np.concatenate([saved_by, saved_at[new_end, new_segment]]),
        }
    )
    order = ["households_saved", "segment_id", "node_id", "valve_id"]
    return table.sort_values(order, ascending=[False, True, True, True], kind="stable", ignore_index=True)


def _rates(network: Network, rates: pd.Series[float] | None) -> Floats:
    """Return the rate of each asset."""
    rate = np.zeros(network.n_assets)
    if rates is None:
        rate[: network.n_segments] = network.length_m / 1000
        return rate
    position = network.asset_positions([str(asset) for asset in rates.index])
    values = pd.to_numeric(rates, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    for bad, what in ((position < 0, "names unknown assets"), (~(values >= 0), "must be numbers of 0 or more")):
        if bad.any():
            names = ", ".join(str(asset) for asset in rates.index[bad][:5])
            raise HeatnetError(f"rates: {what} ({int(bad.sum())}: {names}); leave them out or correct them")
    rate[position] = values
    return rate


def _worth_of_repairs(
    network: Network, base: Ends, saved_at: Floats, before: tuple[Floats, Floats], harm: Harm
) -> Floats:
    """Return what the repair of each stuck valve saves: an open one as a new one would, a closed one by evaluation."""
    rate, expected = before
    worth = []
    for valve in np.flatnonzero(~network.valve_operable).tolist():
        end, segment = network.valve_end[valve], network.valve_segment[valve]
        if network.valve_open[valve] or not _would_pass(network, base, valve):
            worth.append(float(saved_at[end, segment]))
            continue
        worth.append(float((expected - rate * harm.of_repair(valve)).sum()))
    return np.array(worth, dtype=np.float64)


def _would_pass(network: Network, base: Ends, valve: int) -> bool:
    """Return whether the repair of a valve lets heat pass its segment at last."""
    segment = network.valve_segment[valve]
    still_blocked = valve_ends(network, repaired=valve).is_blocked[:, segment]
    return bool(base.is_blocked[:, segment].any() and not still_blocked.any())


def _worth_of_ends(network: Network, today: tuple[Ends, Parts], rate: Floats, expected: Floats, harm: Harm) -> Floats:
    """Return what a working valve at each end saves, shape (2, n_segments)."""
    base, parts = today
    worth = np.zeros((2, network.n_segments))
    end, segment, same_as = _splitting_ends(network, base)
    cluster = _drained_together(parts)
    chosen = np.unique(same_as)
    order, starts = group_by(cluster[segment[chosen]], int(cluster.max(initial=-1)) + 1)
    round_of = np.empty(len(chosen), dtype=np.int64)
    round_of[order] = np.arange(len(chosen)) - np.repeat(starts[:-1], np.diff(starts))
    of_representative = np.zeros(len(end))
    of_segments, n_segments = expected[: network.n_segments], network.n_segments
    for number in range(int(round_of.max(initial=-1)) + 1):
        tried = chosen[round_of == number]
        is_operable, is_bounded = base.is_operable.copy(), base.is_bounded.copy()
        is_operable[end[tried], segment[tried]] = is_bounded[end[tried], segment[tried]] = True
        ends = replace(base, is_operable=is_operable, is_bounded=is_bounded)
        is_tried = np.zeros(int(cluster.max(initial=-1)) + 1, dtype=bool)
        is_tried[cluster[segment[tried]]] = True
        lost = harm.of_sections(section_parts(network, ends), is_tried[cluster])
        saved = np.bincount(cluster, weights=of_segments - rate[:n_segments] * lost[:n_segments])
        of_representative[tried] = saved[cluster[segment[tried]]]
    worth[end, segment] = of_representative[same_as]
    return worth


def _splitting_ends(network: Network, base: Ends) -> tuple[AnyInts, AnyInts, AnyInts]:
    """Return the ends at which a valve splits a section, and for each the first one that splits off the same.

    Points and pipes are vertices, free ends are links: an end splits its section where it is a bridge. What the two
    halves hold besides plain junctions decides; of two ends around a plain junction one is enough.
    """
    in_layer = layer_rows(network)
    n_layers, n_segments = in_layer.shape
    parts = section_parts(network, base)
    n_points = parts.point_part.size
    pipe = n_points + np.arange(in_layer.size).reshape(in_layer.shape)
    point = parts.end_points[:, None, :] + (np.arange(n_layers) * parts.point_part.shape[1])[:, None]
    is_free = in_layer & ~base.is_bounded[:, None, :]
    end, layer, segment = np.nonzero(is_free)
    link_from, link_to = pipe[layer, segment], point[end, layer, segment]
    n_vertices = n_points + in_layer.size
    section = np.full(n_vertices, -1)
    section[:n_points], section[n_points:] = parts.point_part.ravel(), parts.pipe_unit.ravel()
    roots = np.unique(section, return_index=True)[1]
    walk = walk_from(roots, neighbours(n_vertices, link_from, link_to))
    cuts = cut_by_links(walk, link_from, link_to)
    matters = np.zeros(n_vertices, dtype=bool)
    matters[n_points:] = in_layer.ravel()
    kinds = np.ones((n_layers, parts.point_part.shape[1]), dtype=bool)
    kinds[:, : network.n_nodes] = network.node_kind != JUNCTION
    matters[:n_points] = kinds.ravel()
    matters[point[in_layer & base.is_bounded[:, None, :]]] = True
    at = np.zeros(len(walk.parent) + 1, dtype=np.int64)
    at[1 + walk.position[matters & (walk.position >= 0)]] = 1
    held = np.cumsum(at)
    halves = np.zeros((2, n_segments, n_layers, 2), dtype=np.int64)
    halves[end, segment, layer, 0], halves[end, segment, layer, 1] = held[cuts.first], held[cuts.stop]
    split_end, split_segment = np.nonzero((halves[..., 0] < halves[..., 1]).any(axis=2))
    _, first, number = np.unique(
        halves[split_end, split_segment].reshape(len(split_end), 2 * n_layers),
        axis=0,
        return_index=True,
        return_inverse=True,
    )
    return split_end, split_segment, first[number.reshape(-1)]


def _drained_together(parts: Parts) -> AnyInts:
    """Return a number per segment; sections that one row drains together, and all rows in them, share it."""
    supply, other = parts.pipe_unit[0], parts.pipe_unit[-1]
    both = (supply >= 0) & (other >= 0)
    order, starts = group_by(supply[both], parts.n_parts)
    ones = np.ones(len(order), dtype=np.float64)
    graph: csr_array[np.float64] = csr_array((ones, other[both][order], starts), shape=(parts.n_parts, parts.n_parts))
    labels = connected_components(graph, directed=False)[1]
    together: AnyInts = labels[np.maximum(supply, other)]
    return together
