"""Sections: what the crew drains, and the valves it closes for it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import AnyInts, Floats, Truths
from heatnet._typed import typed
from heatnet.graph.exact_sums import apply_exactly
from heatnet.network import Network, computed_in_id_order
from heatnet.reachability.parts import Parts, section_parts, valve_ends


@typed
@computed_in_id_order
def isolation_sections(network: Network) -> pd.Series[str]:
    """Return the section that each segment drains when it is isolated.

    A section is what lies between operable valves on one level and in one layer. A pair row drains a section in each
    layer; two rows share a ``section_id`` exactly when their outages drain the same pipes.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    Series of str
        Index ``segment_id`` in table order, name ``section_id``: the smallest ``segment_id``, as text, of the rows that
        share it.

    Examples
    --------
    >>> from heatnet.examples import line
    >>> isolation_sections(line()).to_dict()
    {'S': 'S', 'T': 'S'}
    >>> valves = pd.DataFrame({"valve_id": ["V"], "segment_id": ["T"], "node_id": ["B"]})
    >>> with_valve = Network(line().nodes, line().segments, valves)
    >>> isolation_sections(with_valve).to_dict()
    {'S': 'S', 'T': 'T'}
    """
    group = section_groups(section_parts(network))
    return pd.Series(_smallest_ids(network, group), index=network.segment_ids, name="section_id")


@computed_in_id_order
def section_table(network: Network) -> pd.DataFrame:
    """Return one row per section: what lies in it, and how many valves it takes to drain it.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    DataFrame
        Index ``section_id`` (as in `isolation_sections`), sorted as text. Columns ``level``, ``segments`` (rows with
        this id), ``length_m`` (of these rows), ``drained_m`` (of all rows with a drained pipe; more than ``length_m``
        only where single rows share a section with pairs), ``volume_m3`` (of all drained pipes; a pair has two),
        ``buildings`` and ``households`` (that stand in the section in supply or return, served or not) and
        ``valves_to_close``.

    Examples
    --------
    >>> from heatnet.examples import line
    >>> valves = pd.DataFrame({"valve_id": ["V"], "segment_id": ["T"], "node_id": ["B"]})
    >>> section_table(Network(line().nodes, line().segments, valves))["buildings"].to_dict()
    {'S': 1, 'T': 1}
    """
    parts = section_parts(network)
    group = section_groups(parts)
    _, first, count = np.unique(group, return_index=True, return_counts=True)
    node_part = parts.point_part[:, network.building_nodes]
    length_m = apply_exactly(lambda length: _sums(group, length, len(first)), network.length_m, network.n_segments)
    buildings = _sum_in_sections(parts, node_part, np.ones(node_part.shape[1]))
    households = _sum_in_sections(parts, node_part, network.households[network.building_nodes])
    table = pd.DataFrame(
        {
            "level": np.where(network.is_primary[first], "primary", "secondary"),
            "segments": count,
            "length_m": length_m,
            "drained_m": drained_length(network, parts)[first],
            "volume_m3": drained_volume(network, parts)[first],
            "buildings": buildings[first].astype(np.int64),
            "households": households[first],
            "valves_to_close": valves_to_close(network, parts)[first],
        },
        index=pd.Index(_smallest_ids(network, group)[first], name="section_id"),
    )
    return table.sort_index(kind="stable")


def section_groups(parts: Parts) -> AnyInts:
    """Return a number per segment; equal numbers: the outages drain the same pipes."""
    return _pair_numbers(parts.pipe_unit[0], parts.pipe_unit[-1], parts.n_parts)[1]


def drained_length(network: Network, parts: Parts) -> Floats:
    """Return per segment the length in m of all rows of which its outage drains a pipe, each row once."""
    return _sum_in_sections(parts, parts.pipe_unit, network.length_m)


def drained_volume(network: Network, parts: Parts) -> Floats:
    """Return per segment the volume in m3 of all pipes that its outage drains."""
    pipe_m3 = network.length_m * np.pi / 4 * (network.diameter_mm / 1000) ** 2
    if len(parts.pipe_unit) == 1:
        return _sum_in_sections(parts, parts.pipe_unit, 2 * pipe_m3)
    nothing = np.full_like(parts.pipe_unit[:1], -1)
    supply = _sum_in_sections(parts, np.concatenate([parts.pipe_unit[:1], nothing]), pipe_m3)
    return supply + _sum_in_sections(parts, np.concatenate([nothing, parts.pipe_unit[1:]]), pipe_m3)


def _sum_in_sections(parts: Parts, thing_part: AnyInts, weights: npt.ArrayLike) -> Floats:
    """Return per segment the sum over the things that lie in one of its sections, each thing once.

    Parameters
    ----------
    parts : Parts
        The sections.
    thing_part : ndarray of int, shape (n_layers, n_things)
        The section of each thing in each layer, -1: none.
    weights : array-like, shape (n_things,)
        What is summed.
    """
    pairs, number, in_two, found = _NONE, _NONE, _NONE, _NONE  # in one layer a thing lies in one section
    if len(parts.pipe_unit) == 2:
        pairs, number = _pair_numbers(parts.pipe_unit[0], parts.pipe_unit[1], parts.n_parts)
        in_two = np.flatnonzero((thing_part >= 0).all(axis=0))
        found = _find_pairs(pairs, thing_part[0, in_two], thing_part[1, in_two], parts.n_parts)
        in_two, found = in_two[found >= 0], found[found >= 0]

    def total(weight: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        result = np.zeros(parts.pipe_unit.shape[1], dtype=np.int64)
        for part, things in zip(parts.pipe_unit, thing_part, strict=True):
            of_part = np.zeros(parts.n_parts + 1, dtype=np.int64)
            np.add.at(of_part, things, weight)
            of_part[-1] = 0  # things and rows without a pipe in the layer
            result += of_part[part]
        if len(pairs):
            of_pair = np.zeros(len(pairs), dtype=np.int64)
            np.add.at(of_pair, found, weight[in_two])
            result -= of_pair[number]
        return result

    return apply_exactly(total, weights, thing_part.shape[1], "weights")


def valves_to_close(network: Network, parts: Parts) -> npt.NDArray[np.int64]:
    """Return per segment the number of ends with an operable valve that its outage needs closed."""
    end, segment = np.nonzero(valve_ends(network).is_operable)
    inside = parts.pipe_unit[:, segment]
    outside = parts.point_part[:, parts.end_points[end, segment]]
    is_border = (inside >= 0) & (inside != outside)
    count = np.zeros(network.n_segments, dtype=np.int64)
    for part, pipes, points, borders in zip(parts.pipe_unit, inside, outside, is_border, strict=True):
        of_part = np.bincount(np.concatenate([pipes[borders], points[borders]]), minlength=parts.n_parts + 1)
        count += of_part[part]
    if len(parts.pipe_unit) == 2:
        count -= _borders_of_both(parts, inside, outside, is_border.all(axis=0))
    return count


def _borders_of_both(parts: Parts, inside: AnyInts, outside: AnyInts, chosen: Truths) -> AnyInts:
    """Return per segment the ends at which both its sections end, one in supply, the other in return."""
    pairs, number = _pair_numbers(parts.pipe_unit[0], parts.pipe_unit[1], parts.n_parts)
    of_pair = np.zeros(len(pairs) + 1, dtype=np.int64)
    for supply in (inside[0, chosen], outside[0, chosen]):
        for other in (inside[1, chosen], outside[1, chosen]):
            np.add.at(of_pair, _find_pairs(pairs, supply, other, parts.n_parts), 1)  # those not found: behind the last
    return of_pair[number]


_NONE: AnyInts = np.empty(0, dtype=np.int64)


def _pair_numbers(supply: AnyInts, other: AnyInts, n_parts: int) -> tuple[AnyInts, AnyInts]:
    """Return the distinct pairs of parts, as sorted keys, and the number of each segment's pair among them."""
    pairs, number = np.unique(_pair_keys(supply, other, n_parts), return_inverse=True)
    return pairs, number.reshape(-1)


def _find_pairs(pairs: AnyInts, supply: AnyInts, other: AnyInts, n_parts: int) -> AnyInts:
    """Return where each pair of parts stands among the distinct ones, -1: nowhere.

    Most supply parts stand in one pair only, at a place that needs no search.
    """
    keys = _pair_keys(supply, other, n_parts)
    starts = np.zeros(n_parts + 2, dtype=np.int64)
    np.cumsum(np.bincount(pairs // (n_parts + 1), minlength=n_parts + 1), out=starts[1:])
    found, stop = starts[supply + 1], starts[supply + 2]
    is_any = found < stop
    several = np.flatnonzero(is_any & (stop - found > 1))
    found[several] = np.searchsorted(pairs, keys[several])
    found[~is_any] = 0
    return np.where(is_any & (pairs[np.minimum(found, len(pairs) - 1)] == keys), found, -1)


def _pair_keys(supply: AnyInts, other: AnyInts, n_parts: int) -> AnyInts:
    return (supply.astype(np.int64) + 1) * (n_parts + 1) + other + 1


def _sums(group: AnyInts, values: npt.NDArray[np.int64], n_groups: int) -> npt.NDArray[np.int64]:
    total = np.zeros(n_groups, dtype=np.int64)
    np.add.at(total, group, values)
    return total


def _smallest_ids(network: Network, group: AnyInts) -> npt.NDArray[np.object_]:
    """Return for each segment the smallest id, as text, of its group."""
    ids = network.segment_ids.to_numpy(dtype=object)
    by_text = np.argsort(ids, kind="stable")
    _, first = np.unique(group[by_text], return_index=True)
    smallest: npt.NDArray[np.object_] = ids[by_text[first]][group]
    return smallest
