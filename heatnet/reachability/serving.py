"""Which buildings the intact network serves, and why the others are not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import AnyInts, Truths
from heatnet.graph.walks import Neighbours, neighbours, walk_from
from heatnet.language import Note, note
from heatnet.network import Network, computed_in_id_order
from heatnet.reachability.cut_off import feeding_sources
from heatnet.reachability.parts import Parts, segment_parts

_LAYERS = {(False, False): "both_layers", (False, True): "supply", (True, False): "return"}


@computed_in_id_order
def served(network: Network) -> pd.DataFrame:
    """Return which buildings the intact network serves, and why not.

    *Served* means connected, in supply and in return: on the primary level to a source, on the secondary level to a
    live station. Whether pipes and pumps carry enough is not checked.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    DataFrame
        Index ``building_id`` in table order. Columns ``is_served`` and ``reason`` (a half sentence; empty text where
        the building is served).

    Examples
    --------
    >>> from heatnet.examples import line
    >>> supply_only = line().segments.assign(line=["pair", "supply"])
    >>> served(Network(line().nodes, supply_only))["reason"].to_dict()
    {'B': '', 'C': 'not joined to a source in return'}
    """
    is_served, reasons = served_and_why(network)
    index = pd.Index(network.node_ids[network.building_nodes], name="building_id")
    texts = pd.Series(["" if why is None else str(why) for why in reasons], index=index, dtype=object)
    return pd.DataFrame({"is_served": is_served, "reason": texts}, index=index)


def served_and_why(network: Network) -> tuple[Truths, list[Note | None]]:
    """Return per building whether the intact network serves it and, where it does not, why; in no language yet."""
    parts = segment_parts(network)
    joined, secondary_dead = _joined(network, parts)
    buildings = network.building_nodes
    is_served: Truths = np.asarray(joined[:, buildings].all(axis=0), dtype=bool)
    unblocked = _joined(network, segment_parts(network, unblocked=True))[0]
    touches, on_primary = np.zeros(network.n_nodes, dtype=bool), np.zeros(network.n_nodes, dtype=bool)
    for end in (network.from_node, network.to_node):
        touches[end] = True
        on_primary[end[network.is_primary]] = True
    reasons: list[Note | None] = [None] * len(buildings)
    for row in np.flatnonzero(~is_served).tolist():
        node = int(buildings[row])
        if not touches[node]:
            reasons[row] = note("reachability.no_segment")
            continue
        if on_primary[node]:
            key = "no_source"
        elif (joined[:, node] | secondary_dead[:, node]).all():
            key = "dead_stations"
        else:
            key = "no_live_station"
        where = note(f"reachability.{_LAYERS[bool(joined[0, node]), bool(joined[-1, node])]}")
        why = note(f"reachability.{key}", where=where)
        reasons[row] = note("reachability.closed_valve", why=why) if unblocked[:, node].all() else why
    return is_served, reasons


def _joined(network: Network, parts: Parts) -> tuple[Truths, Truths]:
    """Return per layer and node whether it is joined to a source or live station, and whether to a dead station."""
    graph = neighbours(parts.n_parts, parts.link_from, parts.link_to)
    node_part = parts.point_part[:, : network.n_nodes]
    secondary_side = parts.point_part[:, network.n_nodes :]
    on_primary = _reached(graph, parts.point_part[:, feeding_sources(network)])[node_part]
    is_live = np.asarray(on_primary[:, network.station_nodes].all(axis=0))
    on_secondary = _reached(graph, secondary_side[:, is_live])[node_part]
    on_dead = _reached(graph, secondary_side[:, ~is_live])[node_part]
    return on_primary | on_secondary, on_dead


def _reached(graph: Neighbours, roots: AnyInts) -> npt.NDArray[np.bool_]:
    is_reached: Truths = walk_from(np.unique(roots), graph).position >= 0
    return is_reached
