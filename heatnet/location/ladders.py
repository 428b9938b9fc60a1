"""Two or three numbers in ascending order, some of them given, as numbers that are free within bounds.

One number is the anchor (a given one where there is one), the others are steps away from it that are not negative; so
"not below the one before" is a plain bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heatnet._arrays import Floats
from heatnet.location.climbing import Box

_LEAST_DISTANCE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """The rungs ``base + columns * free``, ascending.

    Parameters
    ----------
    base : array of float
        The rungs where every free number is 0.
    columns : array of float
        Shape (rungs, free numbers).
    box : Box
        Bounds of the free numbers.
    anchor : int
        The rung that the others stand on.
    free_rungs : tuple of int
        Per free number: the rung that it moves.
    """

    base: Floats
    columns: Floats
    box: Box
    anchor: int
    free_rungs: tuple[int, ...]

    @classmethod
    def of(cls, given: Sequence[float | None], bounds: tuple[float, float]) -> Ladder:
        """Return the ladder with these rungs given (None: free), a free anchor within the bounds."""
        n = len(given)
        anchor = next((k for k in (1, 0, n - 1) if k < n and given[k] is not None), 0)
        base, columns, least, largest, rungs = np.zeros(n), [], [], [], []
        if given[anchor] is None:
            columns.append(np.ones(n))
            least.append(bounds[0])
            largest.append(bounds[1])
            rungs.append(anchor)
        else:
            base[:] = given[anchor]
        for direction in (1, -1):
            k = anchor + direction
            while 0 <= k < n:
                beyond = np.arange(n) * direction >= k * direction
                number = given[k]
                if number is not None:
                    base[beyond] = number
                    for column in columns:
                        column[beyond] = 0.0
                else:
                    after = given[k + direction] if 0 <= k + direction < n else None
                    columns.append(np.where(beyond, float(direction), 0.0))
                    least.append(0.0)
                    largest.append(abs(after - base[k]) if after is not None else bounds[1] - bounds[0])
                    rungs.append(k)
                k += direction
        shape = np.array(columns).T if columns else np.zeros((n, 0))
        return cls(base, shape, Box(np.array(least), np.array(largest)), anchor, tuple(rungs))

    @property
    def n_free(self) -> int:
        """How many numbers are free."""
        return len(self.free_rungs)

    def rungs(self, free: Floats) -> Floats:
        """Return the rungs from the free numbers."""
        rungs: Floats = self.base + (self.columns * free).sum(axis=1)
        return rungs

    def of_free(self, slope: Floats) -> Floats:
        """Return the slope along the free numbers from that along the rungs."""
        along: Floats = (self.columns * slope[:, None]).sum(axis=0)
        return along

    def bend_of_free(self, bend: Floats) -> Floats:
        """Return about how the surface bends along the free numbers (a matrix) from how it does along each rung."""
        along: Floats = (self.columns[:, :, None] * self.columns[:, None, :] * bend[:, None, None]).sum(axis=0)
        return along

    def start(self, wanted: Sequence[float], *, apart: float = _LEAST_DISTANCE) -> Floats:
        """Return free numbers whose rungs are about these, moved apart where they are too near each other."""
        free = np.zeros(self.n_free)
        for place, rung in enumerate(self.free_rungs):
            if rung == self.anchor:
                free[place] = wanted[rung]
            else:
                direction = 1 if rung > self.anchor else -1
                now = self.rungs(free)[rung]
                free[place] = max(direction * (wanted[rung] - now), apart)
            free[place] = np.clip(free[place], self.box.least[place], self.box.largest[place])
        return free


def block_diagonal(blocks: Sequence[Floats]) -> Floats:
    """Return one matrix with these along its diagonal and 0 elsewhere.

    Examples
    --------
    >>> block_diagonal([np.array([[1.0]]), np.array([[2.0]])]).tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    """
    n = sum(len(block) for block in blocks)
    whole, start = np.zeros((n, n)), 0
    for block in blocks:
        stop = start + len(block)
        whole[start:stop, start:stop] = block
        start = stop
    return whole
