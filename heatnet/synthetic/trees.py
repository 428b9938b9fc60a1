"""Trees given by the parent of each node, worked through level by level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from heatnet._arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Forest:
    """Nodes in which each knows its parent (-1: a root).

    Parameters
    ----------
    parent : int array
        Parent of each node.
    order : int array
        Nodes from the roots outwards.
    bounds : int array
        Where each depth starts in `order`.
    """

    parent: Ints
    order: Ints
    bounds: Ints

    def sum_up(self, values: Floats) -> Floats:
        """Return for each node the sum over itself and all nodes behind it."""
        total = values.astype(np.float64, copy=True)
        for start, stop in zip(self.bounds[-2:0:-1], self.bounds[:1:-1], strict=True):
            nodes = self.order[start:stop]
            np.add.at(total, self.parent[nodes], total[nodes])
        return total

    def spread_down(self, marks: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return for each node the marks (truths or bits) of it and of all nodes before it, joined."""
        spread = marks.copy()
        for start, stop in zip(self.bounds[1:-1], self.bounds[2:], strict=True):
            nodes = self.order[start:stop]
            spread[nodes] |= spread[self.parent[nodes]]
        return spread

    def most_on_path(self, values: Floats) -> Floats:
        """Return for each node the largest value of it and of all nodes before it."""
        most = values.copy()
        for start, stop in zip(self.bounds[1:-1], self.bounds[2:], strict=True):
            nodes = self.order[start:stop]
            most[nodes] = np.maximum(most[nodes], most[self.parent[nodes]])
        return most


def forest_of(parent: Ints) -> Forest:
    """Return the forest with these parents (-1: a root).

    Examples
    --------
    >>> forest_of(np.array([1, -1, 1])).sum_up(np.array([1.0, 2.0, 4.0])).tolist()
    [1.0, 7.0, 4.0]
    """
    nowhere = len(parent)
    jump = np.append(np.where(parent < 0, nowhere, parent), nowhere)
    depth = np.append((parent >= 0).astype(np.int64), 0)
    while (jump < nowhere).any():  # doubles the stride, so that long mains take few rounds
        depth = depth + depth[jump]
        jump = jump[jump]
    depth = depth[:-1]
    order = np.argsort(depth, kind="stable")
    bounds = np.searchsorted(depth[order], np.arange(int(depth.max(initial=-1)) + 2))
    return Forest(parent=parent, order=order, bounds=bounds)
