"""Sections: what the crew drains, and the valves it closes for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet.network import Network
from heatnet.reachability.exact_sums import apply_exactly
from heatnet.reachability.parts import Parts, Truths, section_parts, valve_ends

Integers = npt.NDArray[np.integer[Any]]


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
    >>> nodes = pd.DataFrame({"node_id": ["A", "B", "C"], "kind": ["source", "junction", "building"]})
    >>> segments = pd.DataFrame(
    ...     {
    ...         "segment_id": ["S", "T"],
    ...         "from_node": ["A", "B"],
    ...         "to_node": ["B", "C"],
    ...         "length_m": 50,
    ...         "diameter_mm": 100,
    ...     }
    ... )
    >>> isolation_sections(Network(nodes, segments)).to_dict()
    {'S': 'S', 'T': 'S'}
    >>> valves = pd.DataFrame({"valve_id": ["V"], "segment_id": ["T"], "node_id": ["B"]})
    >>> isolation_sections(Network(nodes, segments, valves)).to_dict()
    {'S': 'S', 'T': 'T'}
    """
    group = section_groups(section_parts(network))
    return pd.Series(_smallest_ids(network, group), index=network.segment_ids, name="section_id")


def section_groups(parts: Parts) -> Integers:
    """Return a number per segment; equal numbers: the outages drain the same pipes."""
    return _pair_numbers(parts.pipe_unit[0], parts.pipe_unit[-1], parts.n_parts)[1]


def drained_length(network: Network, parts: Parts) -> npt.NDArray[np.float64]:
    """Return per segment the length in m of all rows of which its outage drains a pipe, each row once."""
    supply, other = parts.pipe_unit[0], parts.pipe_unit[-1]
    pairs, number = _pair_numbers(supply, other, parts.n_parts)
    has_two = (supply >= 0) & (other >= 0) & (len(parts.pipe_unit) > 1)

    def drained(length: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        total = np.zeros(len(length), dtype=np.int64)
        for part in parts.pipe_unit:
            of_part = np.zeros(parts.n_parts + 1, dtype=np.int64)  # the last one is for rows without a pipe
            np.add.at(of_part, part, length)
            of_part[-1] = 0
            total += of_part[part]
        of_pair = np.zeros(len(pairs), dtype=np.int64)
        np.add.at(of_pair, number[has_two], length[has_two])
        total[has_two] -= of_pair[number[has_two]]
        return total

    return apply_exactly(drained, network.length_m, network.n_segments)


def valves_to_close(network: Network, parts: Parts) -> npt.NDArray[np.int64]:
    """Return per segment the number of ends with an operable valve that its outage needs closed."""
    supply, other = parts.pipe_unit[0], parts.pipe_unit[-1]
    end, segment = np.nonzero(valve_ends(network).is_operable)
    inside = parts.pipe_unit[:, segment]
    outside = parts.point_part[:, parts.end_points[end, segment]]
    is_border = (inside >= 0) & (inside != outside)
    count = np.zeros(network.n_segments, dtype=np.int64)
    for part, pipes, points, borders in zip(parts.pipe_unit, inside, outside, is_border, strict=True):
        of_part = np.bincount(np.concatenate([pipes[borders], points[borders]]), minlength=parts.n_parts + 1)
        count += of_part[part]
    if len(parts.pipe_unit) == 2:
        count -= _borders_of_both(parts, inside, outside, is_border.all(axis=0), (supply >= 0) & (other >= 0))
    return count


def _borders_of_both(parts: Parts, inside: Integers, outside: Integers, chosen: Truths, has_two: Truths) -> Integers:
    """Return per segment the ends at which both its sections end, one in supply, the other in return."""
    pairs, number = _pair_numbers(parts.pipe_unit[0], parts.pipe_unit[1], parts.n_parts)
    of_pair = np.zeros(len(pairs) + 1, dtype=np.int64)
    for supply in (inside[0, chosen], outside[0, chosen]):
        for other in (inside[1, chosen], outside[1, chosen]):
            keys = _pair_keys(supply, other, parts.n_parts)
            found = np.minimum(np.searchsorted(pairs, keys), len(pairs) - 1)
            np.add.at(of_pair, np.where(pairs[found] == keys, found, len(pairs)), 1)
    return np.where(has_two, of_pair[number], 0)


def _pair_numbers(supply: Integers, other: Integers, n_parts: int) -> tuple[Integers, Integers]:
    """Return the distinct pairs of parts, as sorted keys, and the number of each segment's pair among them."""
    pairs, number = np.unique(_pair_keys(supply, other, n_parts), return_inverse=True)
    return pairs, number.reshape(-1)


def _pair_keys(supply: Integers, other: Integers, n_parts: int) -> Integers:
    return (supply.astype(np.int64) + 1) * (n_parts + 1) + other + 1


def _smallest_ids(network: Network, group: Integers) -> npt.NDArray[np.object_]:
    """Return for each segment the smallest id, as text, of its group."""
    ids = network.segment_ids.to_numpy(dtype=object)
    by_text = np.argsort(ids, kind="stable")
    _, first = np.unique(group[by_text], return_index=True)
    smallest: npt.NDArray[np.object_] = ids[by_text[first]][group]
    return smallest
