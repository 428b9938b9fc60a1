"""Sections: what the crew drains, and the valves it closes for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import AnyInts, Floats, Truths
from heatnet._typed import typed
from heatnet.graph.exact_sums import apply_exactly
from heatnet.graph.ranges import rows_and_columns
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
    first = np.empty(int(group.max(initial=-1)) + 1, dtype=np.int32)
    first[group[::-1]] = np.arange(len(group), dtype=np.int32)[::-1]  # of several rows the first one stays
    smallest = network.segment_ids.take(first.take(group))
    return pd.Series(smallest.array, index=network.segment_ids, name="section_id")


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
    _, first, group, count = np.unique(
        section_groups(parts), return_index=True, return_inverse=True, return_counts=True
    )
    group = group.reshape(-1)
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
        index=network.segment_ids[first].rename("section_id"),
    )
    return table.sort_index(kind="stable")


def section_groups(parts: Parts) -> AnyInts:
    """Return a number per segment; equal numbers: the outages drain the same pipes."""
    supply: AnyInts = parts.pipe_unit[0]
    other: AnyInts = parts.pipe_unit[-1]
    if len(parts.pipe_unit) == 1:
        return supply
    pairs, number = _pairs_of(supply, other, parts.n_parts)
    return np.where(number >= 0, number, len(pairs) + np.maximum(supply, other))


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
    sums = [(unit, things, parts.n_parts, 1) for unit, things in zip(parts.pipe_unit, thing_part, strict=True)]
    if len(parts.pipe_unit) == 2:  # in one layer a thing lies in one section
        pairs, number = _pairs_of(parts.pipe_unit[0], parts.pipe_unit[1], parts.n_parts)
        of_things = number if thing_part is parts.pipe_unit else _pairs_of_things(pairs, thing_part)
        sums.append((number, of_things, len(pairs), -1))

    def total(weight: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        result = np.zeros(parts.pipe_unit.shape[1], dtype=np.int64)
        for of_row, of_thing, n_groups, sign in sums:
            of_group = np.zeros(n_groups + 1, dtype=np.int64)
            np.add.at(of_group, of_thing, weight)
            of_group[-1] = 0  # things and rows that lie in none
            result += sign * of_group.take(of_row)
        return result

    return apply_exactly(total, weights, thing_part.shape[1], "weights")


def _pairs_of_things(pairs: _Pairs, thing_part: AnyInts) -> AnyInts:
    """Return the number of the pair of sections in which each thing lies, -1: none that a row drains together."""
    in_two = np.flatnonzero((thing_part[0] >= 0) & (thing_part[1] >= 0))
    number = np.full(thing_part.shape[1], -1, dtype=np.int64)
    number[in_two] = pairs.find(thing_part[0, in_two], thing_part[1, in_two])
    return number


def valves_to_close(network: Network, parts: Parts) -> npt.NDArray[np.int64]:
    """Return per segment the number of ends with an operable valve that its outage needs closed."""
    end, segment = rows_and_columns(valve_ends(network).is_operable)
    inside = parts.pipe_unit.take(segment, axis=1)
    outside = parts.point_part.take(parts.end_points[end, segment], axis=1)
    is_border = (inside >= 0) & (inside != outside)
    count = np.zeros(network.n_segments, dtype=np.int64)
    for part, pipes, points, borders in zip(parts.pipe_unit, inside, outside, is_border, strict=True):
        of_part = np.bincount(np.concatenate([pipes[borders], points[borders]]), minlength=parts.n_parts + 1)
        count += of_part.take(part)
    if len(parts.pipe_unit) == 2:
        count -= _borders_of_both(parts, inside, outside, is_border.all(axis=0))
    return count


def _borders_of_both(parts: Parts, inside: AnyInts, outside: AnyInts, chosen: Truths) -> AnyInts:
    """Return per segment the ends at which both its sections end, one in supply, the other in return."""
    pairs, number = _pairs_of(parts.pipe_unit[0], parts.pipe_unit[1], parts.n_parts)
    chosen_ends = np.flatnonzero(chosen)
    inside, outside = inside.take(chosen_ends, axis=1), outside.take(chosen_ends, axis=1)
    of_pair = np.zeros(len(pairs) + 1, dtype=np.int64)
    for supply in (inside[0], outside[0]):
        for other in (inside[1], outside[1]):
            np.add.at(of_pair, pairs.find(supply, other), 1)
    of_pair[-1] = 0  # what was not found, and rows with a pipe in one layer
    return of_pair.take(number)


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """The pairs of sections, one in supply and one in return, that some row drains together, and their numbers.

    Most supply sections are drained with one return section alone: the pair takes the number of its supply section, and
    neither numbering nor finding it needs a search. The few others are numbered behind.

    Parameters
    ----------
    usual : ndarray of int, shape (n_parts,)
        A return section that is drained with each supply section, -1: none is.
    others : ndarray of int
        The other pairs, as sorted keys.
    has_others : ndarray of bool, shape (n_parts,)
        Whether there are others with this supply section.
    """

    usual: AnyInts
    others: AnyInts
    has_others: Truths

    def __len__(self) -> int:
        return len(self.usual) + len(self.others)

    def find(self, supply: AnyInts, other: AnyInts) -> AnyInts:
        """Return the number of each pair of sections, -1: no row drains both."""
        found = np.where(self.usual.take(supply) == other, supply, -1)
        asked = np.flatnonzero((found < 0) & self.has_others.take(supply))
        if len(asked):
            keys = _pair_keys(supply[asked], other[asked], len(self.usual))
            at = np.minimum(np.searchsorted(self.others, keys), len(self.others) - 1)
            found[asked] = np.where(self.others[at] == keys, len(self.usual) + at, -1)
        return found


def _pairs_of(supply: AnyInts, other: AnyInts, n_parts: int) -> tuple[_Pairs, AnyInts]:
    """Return the pairs of sections that rows drain together, and the number of each row's pair, -1: it has one only."""
    both = np.flatnonzero((supply >= 0) & (other >= 0))
    supply, other, number = supply.take(both), other.take(both), np.full(len(supply), -1, dtype=np.int64)
    usual = np.full(n_parts, -1, dtype=np.int64)
    usual[supply] = other
    is_other = usual.take(supply) != other
    others, which = np.unique(_pair_keys(supply[is_other], other[is_other], n_parts), return_inverse=True)
    has_others = np.zeros(n_parts, dtype=bool)
    has_others[supply[is_other]] = True
    number[both] = supply
    number[both[is_other]] = n_parts + which.reshape(-1)
    return _Pairs(usual, others, has_others), number


def _pair_keys(supply: AnyInts, other: AnyInts, n_parts: int) -> AnyInts:
    return supply.astype(np.int64) * n_parts + other


def _sums(group: AnyInts, values: npt.NDArray[np.int64], n_groups: int) -> npt.NDArray[np.int64]:
    total = np.zeros(n_groups, dtype=np.int64)
    np.add.at(total, group, values)
    return total
