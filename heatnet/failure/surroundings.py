"""Who lies near whom: sums over the segments around each segment, itself left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from heatnet._arrays import Floats, Ints

# Segments are gathered in squares, so that the work stays linear however densely they lie.
_SQUARE_M = 50.0
_SCALE_M = 150.0
_LIMIT_M = 300.0
_SQUARES_AT_ONCE = 2048


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """Neighbours of every asset.

    Attributes
    ----------
    square : array (assets,)
        The square in which the middle of a segment lies; -1 = without coordinates, or a station.
    kernel : tuple of sparse array (some squares, squares)
        Weight ``exp(-distance / 150 m)`` between the centres of squares up to 300 m apart; 1 within a square. The rows
        of some thousands of squares after another: put together they would stand in memory twice.
    street : array (assets,)
        Number of the street; -1 = without a street, or a station.
    """

    square: Ints
    kernel: tuple[csr_array, ...]
    street: Ints

    def near(self, values: Floats) -> Floats:
        """Return the weighted sum over the other segments around; 0 where the place is unknown."""
        placed = self.square >= 0
        around = np.zeros(len(values))
        if self.kernel:
            by_square = np.bincount(self.square[placed], weights=values[placed], minlength=self.kernel[0].shape[1])
            summed = np.concatenate([rows @ by_square for rows in self.kernel])
            around[placed] = summed[self.square[placed]] - values[placed]
        return np.maximum(around, 0.0, out=around)

    def same_street(self, values: Floats) -> Floats:
        """Sum over the other segments of the street; 0 where the street is unknown."""
        named = self.street >= 0
        by_street = np.bincount(self.street[named], weights=values[named])
        around = np.zeros(len(values))
        around[named] = by_street[self.street[named]] - values[named]
        return np.maximum(around, 0.0, out=around)


ASKED_OF_ASSETS = ("street", "x_m", "y_m")


def surroundings(assets: pd.DataFrame) -> Surroundings:
    """Return who lies near whom among the segments of an asset table (`heatnet.history.assets.asset_table`)."""
    is_segment = (assets["asset_kind"] == "segment").to_numpy(dtype=bool)
    place = assets[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    placed = is_segment & np.isfinite(place).all(axis=1)
    square = np.full(len(assets), -1, dtype=np.int64)
    east, north = (np.unique(np.floor(one / _SQUARE_M), return_inverse=True)[1] for one in place[placed].T)
    square[placed] = np.unique(east * (north.max(initial=0) + 1) + north, return_inverse=True)[1]
    street = pd.factorize(assets["street"])[0].astype(np.int64)
    street[~is_segment] = -1
    del assets  # made for this alone where networks are large
    return Surroundings(square, _kernel(square[placed], place[placed]), street)


def _kernel(square: Ints, place: Floats) -> tuple[csr_array, ...]:
    """Return weights between squares, by the mean place of the segments in each."""
    if not len(square):
        return ()
    size = np.bincount(square)
    centre = np.stack([np.bincount(square, weights=place[:, axis]) / size for axis in (0, 1)], axis=1)
    tree = cKDTree(centre)
    return tuple(_weights(tree, centre, first) for first in range(0, len(size), _SQUARES_AT_ONCE))


def _weights(tree: cKDTree, centre: Floats, first: int) -> csr_array:
    """Return the weights of some squares towards all around them, these in order.

    The pairs of all squares of a million segments at once would take gigabytes.
    """
    some = centre[first : first + _SQUARES_AT_ONCE]
    near = cKDTree(some).sparse_distance_matrix(tree, _LIMIT_M, output_type="ndarray")
    pairs = near["i"] << 32 | near["j"]  # one number for each, for numbers are sorted faster than pairs
    del near
    pairs.sort()
    one, other = pairs >> 32, (pairs & 0xFFFFFFFF).astype(np.int32)
    weight = np.exp(-np.hypot(*(some[one] - centre[other]).T) / _SCALE_M)
    starts = np.zeros(len(some) + 1, dtype=np.int32)
    np.cumsum(np.bincount(one, minlength=len(some)), out=starts[1:])
    return csr_array((weight, other, starts), shape=(len(some), len(centre)))
