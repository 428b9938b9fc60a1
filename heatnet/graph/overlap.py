"""Items that two intervals hold at once: the overlap of what an outage cuts off in supply and in return.

An item has a position in the order of each layer, an outage an interval in each; the items in both intervals are the
points in a rectangle. Most outages need no count: where one interval holds all items of the other, the other
interval says nothing new. For the rest, the items sorted by their first position are cut into blocks of 1, 2, 4, ...
items, each sorted by the second position: a rectangle is a few ranges of sorted blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heatnet._arrays import AnyInts, Truths
from heatnet.graph.ranges import group_by, range_minimum


@dataclass(frozen=True, slots=True)
class Intervals:
    """Half-open intervals of positions, one per outage; empty where `first` equals `stop`."""

    first: AnyInts
    stop: AnyInts

    def without(self, chosen: Truths) -> Intervals:
        """Return the intervals with those chosen made empty."""
        return Intervals(np.where(chosen, 0, self.first), np.where(chosen, 0, self.stop))


@dataclass(frozen=True, slots=True)
class Overlap:
    """Ranges of sorted blocks, and the outage to which each belongs.

    Attributes
    ----------
    items : ndarray of int
        The items of all blocks, end to end.
    first, stop : ndarray of int
        Ranges of `items`.
    outage : ndarray of int
        Position of the outage of each range.
    """

    items: AnyInts
    first: AnyInts
    stop: AnyInts
    outage: AnyInts

    def sums(self, item_values: npt.NDArray[np.int64], n_outages: int) -> npt.NDArray[np.int64]:
        """Return per outage the sum over the items in both its intervals."""
        total = np.zeros(n_outages, dtype=np.int64)
        before = np.concatenate([[0], np.cumsum(item_values[self.items])])
        np.add.at(total, self.outage, before[self.stop] - before[self.first])
        return total

    def shares(self, outage_values: npt.NDArray[np.int64], n_items: int) -> npt.NDArray[np.int64]:
        """Return per item the sum over the outages that hold it in both their intervals."""
        change = np.zeros(len(self.items) + 1, dtype=np.int64)
        np.add.at(change, self.first, outage_values[self.outage])
        np.subtract.at(change, self.stop, outage_values[self.outage])
        total = np.zeros(n_items, dtype=np.int64)
        np.add.at(total, self.items, np.cumsum(change)[:-1])
        return total


def is_within(one: Intervals, other: Intervals, at_one: AnyInts, at_other: AnyInts) -> Truths:
    """Return for each outage whether every item in its first interval is in its second as well.

    Parameters
    ----------
    one, other : Intervals
        The two intervals of each outage.
    at_one, at_other : ndarray of int, shape (n_items,)
        Positions of the items.
    """
    n_positions = int(max(at_one.max(initial=0), one.stop.max(initial=0))) + 1
    order, starts = group_by(at_one, n_positions)
    first, stop = starts[one.first], starts[one.stop]
    answer: Truths = first == stop
    asked = np.flatnonzero(~answer)
    values = at_other[order]
    least = range_minimum(values, first[asked], stop[asked])
    most = -range_minimum(-values, first[asked], stop[asked])
    answer[asked] = (least >= other.first[asked]) & (most < other.stop[asked])
    return answer


def overlap_of(outages: AnyInts, one: Intervals, other: Intervals, at_one: AnyInts, at_other: AnyInts) -> Overlap:
    """Return the overlap of the intervals of the outages named by position; items at position 0 lie in none."""
    items = np.flatnonzero((at_one > 0) & (at_other > 0))
    items = items[np.argsort(at_one[items], kind="stable")]
    first = np.searchsorted(at_one[items], one.first[outages])
    stop = np.searchsorted(at_one[items], one.stop[outages])
    at_other = at_other[items].astype(np.int64)
    span = int(max(at_other.max(initial=0), other.stop.max(initial=0))) + 1
    blocks: list[AnyInts] = [np.empty(0, dtype=np.int64)]
    ranges: list[tuple[AnyInts, AnyInts, AnyInts]] = []
    level = 0
    while (first < stop).any():
        block = np.arange(len(items)) >> level
        order = np.lexsort((at_other, block))
        keys = block[order] * span + at_other[order]
        begin = sum(map(len, blocks))
        for odd, taken in ((first & 1, first), (stop & 1, stop - 1)):
            asked = np.flatnonzero((odd == 1) & (first < stop))
            low = np.searchsorted(keys, taken[asked] * span + other.first[outages[asked]])
            high = np.searchsorted(keys, taken[asked] * span + other.stop[outages[asked]])
            ranges.append((begin + low, begin + high, outages[asked]))
        blocks.append(items[order])
        first, stop, level = (first + 1) >> 1, stop >> 1, level + 1
    if not ranges:
        return Overlap(blocks[0], blocks[0], blocks[0], blocks[0])
    low, high, outage = (np.concatenate(column) for column in zip(*ranges, strict=True))
    return Overlap(np.concatenate(blocks), low, high, outage)
