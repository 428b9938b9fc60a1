"""Who lies near whom: sums over the segments around each segment, itself left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from heatnet._arrays import Floats, Ints

# Segments are gathered in squares, so that the work stays linear however densely they lie.
_SQUARE_M = 50.0
_SCALE_M = 150.0
_LIMIT_M = 300.0
_SQUARES_AT_ONCE = 8192


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """Neighbours of every asset.

    Attributes
    ----------
    square : array (assets,)
        The square in which the middle of a segment lies; -1 = without coordinates, or a station.
    kernel : sparse array (squares, squares)
        Weight ``exp(-distance / 150 m)`` between the centres of squares up to 300 m apart; 1 within a square.
    street : array (assets,)
        Number of the street; -1 = without a street, or a station.
    """

    square: Ints
    kernel: csr_array
    street: Ints

    def near(self, values: Floats) -> Floats:
        """Return the weighted sum over the other segments around; 0 where the place is unknown."""
        placed = self.square >= 0
        by_square = np.bincount(self.square[placed], weights=values[placed], minlength=self.kernel.shape[0])
        around = np.zeros(len(values))
        around[placed] = (self.kernel @ by_square)[self.square[placed]] - values[placed]
        return np.maximum(around, 0.0)

    def same_street(self, values: Floats) -> Floats:
        """Sum over the other segments of the street; 0 where the street is unknown."""
        named = self.street >= 0
        by_street = np.bincount(self.street[named], weights=values[named])
        around = np.zeros(len(values))
        around[named] = by_street[self.street[named]] - values[named]
        return np.maximum(around, 0.0)


def surroundings(assets: pd.DataFrame) -> Surroundings:
    """Return who lies near whom among the segments of an asset table (`heatnet.history.exposure.asset_table`)."""
    is_segment = (assets["asset_kind"] == "segment").to_numpy(dtype=bool)
    place = assets[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    placed = is_segment & np.isfinite(place).all(axis=1)
    square = np.full(len(assets), -1, dtype=np.int64)
    east, north = (np.unique(np.floor(one / _SQUARE_M), return_inverse=True)[1] for one in place[placed].T)
    square[placed] = np.unique(east * (north.max(initial=0) + 1) + north, return_inverse=True)[1]
    streets = assets["street"].astype("object").where(assets["street"].notna() & is_segment, None)
    street = pd.factorize(streets.to_numpy(dtype=object), sort=True)[0].astype(np.int64)
    return Surroundings(square, _kernel(square[placed], place[placed]), street)


def _kernel(square: Ints, place: Floats) -> csr_array:
    """Return weights between squares, by the mean place of the segments in each."""
    if not len(square):
        return csr_array((0, 0), dtype=np.float64)
    size = np.bincount(square)
    centre = np.stack([np.bincount(square, weights=place[:, axis]) / size for axis in (0, 1)], axis=1)
    tree = cKDTree(centre)
    rows = [_weights(tree, centre, first) for first in range(0, len(size), _SQUARES_AT_ONCE)]
    data, indices, count = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(count)])
    return csr_array((data, indices, starts.astype(np.int32)), shape=(len(size), len(size)))


def _weights(tree: cKDTree, centre: Floats, first: int) -> tuple[Floats, npt.NDArray[np.int32], Ints]:
    """Return the weights of some squares towards all around them, these in order, and how many each one has.

    The pairs of all squares of a million segments at once would take gigabytes.
    """
    some = centre[first : first + _SQUARES_AT_ONCE]
    near = cKDTree(some).sparse_distance_matrix(tree, _LIMIT_M, output_type="ndarray")
    order = np.lexsort((near["j"], near["i"]))
    one, other = near["i"][order], near["j"][order]
    weight = np.exp(-np.hypot(*(some[one] - centre[other]).T) / _SCALE_M)
    return weight, other.astype(np.int32), np.bincount(one, minlength=len(some)).astype(np.int64)
