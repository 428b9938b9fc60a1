"""Items that two intervals hold at once: the overlap of what an outage cuts off in supply and in return.

An item has a place in the order of each layer, an outage an interval in each; the items in both intervals are the
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

    def without(self, chosen: AnyInts) -> Intervals:
        """Return the intervals with those chosen made empty."""
        first, stop = self.first.copy(), self.stop.copy()
        first[chosen] = stop[chosen] = 0
        return Intervals(first, stop)

    def counted(self, before: AnyInts) -> Intervals:
        """Return them as intervals of the items in order of position, given how many stand before each position."""
        return Intervals(before.take(self.first), before.take(self.stop))


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


def ranked(item_position: AnyInts, n_positions: int) -> tuple[tuple[AnyInts, ...], ...]:
    """Return per layer the items in order of position, the place of each in that order, and how many stand before each.

    What an outage does depends on the items alone, so that their places are all that need be kept.
    """
    layers = []
    for position in item_position:
        order, starts = group_by(position, n_positions)
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order), dtype=order.dtype)
        layers.append((order, rank, starts))
    return tuple(zip(*layers, strict=True))


def is_within(one: Intervals, other: Intervals, in_other: AnyInts) -> Truths:
    """Return for each outage whether every item in its first interval is in its second as well.

    Parameters
    ----------
    one, other : Intervals
        The two intervals of each outage.
    in_other : ndarray of int, shape (n_items,)
        The place, in the order of the second layer, of each item in the order of the first.
    """
    answer: Truths = one.first == one.stop
    asked = np.flatnonzero(~answer)
    first, stop = one.first.take(asked), one.stop.take(asked)
    # Where both layers have the same order, the first item of an interval is the least and the last one the greatest.
    turns = np.zeros(len(in_other), dtype=np.int32)
    np.cumsum(in_other[1:] < in_other[:-1], out=turns[1:])
    least, most = in_other.take(first), in_other.take(stop - 1)
    mixed = np.flatnonzero(turns.take(first) != turns.take(stop - 1))
    if len(mixed):
        least[mixed] = range_minimum(in_other, first[mixed], stop[mixed])
        most[mixed] = -range_minimum(-in_other, first[mixed], stop[mixed])
    answer[asked] = (least >= other.first.take(asked)) & (most < other.stop.take(asked))
    return answer


def overlap_of(outages: AnyInts, one: Intervals, other: Intervals, order: AnyInts, at_other: AnyInts) -> Overlap:
    """Return the overlap of the intervals of the outages named by position.

    Parameters
    ----------
    outages : ndarray of int
        The outages asked for.
    one, other : Intervals
        The two intervals of all outages.
    order : ndarray of int, shape (n_items,)
        The items in the order of the first layer.
    at_other : ndarray of int, shape (n_items,)
        The place of each item in the order of the second layer.
    """
    items, first, stop = _covered(order, one.first[outages], one.stop[outages])
    at_other = at_other[items].astype(np.int64)
    span = int(max(at_other.max(initial=0), other.stop[outages].max(initial=0))) + 1
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


def _covered(order: AnyInts, first: AnyInts, stop: AnyInts) -> tuple[AnyInts, AnyInts, AnyInts]:
    """Return the items that lie in any of the intervals, in order, and the intervals among them."""
    change = np.bincount(first, minlength=len(order) + 1) - np.bincount(stop, minlength=len(order) + 1)
    is_covered = np.cumsum(change[:-1]) > 0
    before = np.concatenate([[0], np.cumsum(is_covered)])
    return order[is_covered], before[first], before[stop]
