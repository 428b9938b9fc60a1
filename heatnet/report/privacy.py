"""Counts of homes that may go round: never fewer than five of them, never a single house."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet.assessment.reasons import reasons
from heatnet.assessment.results import Assessment
from heatnet.report.words import label

LEAST_COUNT = 5
_FIRST_CELL_M = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class ColdPlaces:
    """Where homes were found cold: squares, each with five of them or more.

    Attributes
    ----------
    x_m, y_m : array of float
        Centre of each square.
    side_m : array of float
        Its side.
    count : array of int
        Cold visits in it.
    hidden : int
        Those in no square: too few lie near each other.
    """

    x_m: Floats
    y_m: Floats
    side_m: Floats
    count: Ints
    hidden: int


def cold_places(x_m: Floats, y_m: Floats, count: Ints) -> ColdPlaces:
    """Return squares that hold five cold homes or more, as small as that goes: sides of 100 m, 200 m, 400 m and so on.

    A square that holds fewer is looked at again as part of one twice as wide; what is too few in the widest is hidden.

    Examples
    --------
    >>> found = cold_places(np.array([10.0, 90.0, 950.0]), np.array([5.0, 5.0, 5.0]), np.array([4, 1, 2]))
    >>> found.x_m.tolist(), found.count.tolist(), found.hidden
    ([50.0], [5], 2)
    """
    is_left = np.isfinite(x_m) & np.isfinite(y_m) & (count > 0)
    x, y, left = x_m[is_left], y_m[is_left], count[is_left].astype(np.int64)
    unplaced = int(count.sum() - left.sum())
    found: list[tuple[Floats, Floats, Floats, Ints]] = []
    side = _FIRST_CELL_M
    widest = max(float(np.ptp(x)), float(np.ptp(y)), 1.0) if len(x) else 0.0
    while len(x) and side <= 2 * widest + _FIRST_CELL_M:
        cells, of_cell = np.unique(np.floor(np.stack([x, y]) / side).astype(np.int64), axis=1, return_inverse=True)
        of_cell = of_cell.reshape(-1)
        total = np.bincount(of_cell, weights=left).astype(np.int64)
        enough = total >= LEAST_COUNT
        centre = (cells[:, enough] + 0.5) * side
        found.append((centre[0], centre[1], np.full(int(enough.sum()), side), total[enough]))
        rest = ~enough[of_cell]
        x, y, left, side = x[rest], y[rest], left[rest], 2 * side
    parts = [np.concatenate(columns) for columns in zip(*found, strict=True)] if found else [np.empty(0)] * 4
    return ColdPlaces(parts[0], parts[1], parts[2], parts[3].astype(np.int64), unplaced + int(left.sum()))


def told_count(count: float, language: str) -> str:
    """Return a count of homes as it may go round: 0, a number of at least five, or that there are fewer.

    Examples
    --------
    >>> told_count(0, "en"), told_count(3, "en"), told_count(1200, "en")
    ('0', 'fewer than 5', '1,200')
    """
    return label("few", language) if 0 < count < LEAST_COUNT else f"{count:,.0f}"


def told_reasons(assessment: Assessment, ids: pd.Index, language: str) -> pd.Series:
    """Return the reasons of assets in a language, cold visits that are fewer than five not counted.

    Returns
    -------
    Series
        Text by asset_id, in the order of `ids`; those of the assessment where nothing has to be worded anew.
    """
    ranking = assessment.ranking
    rows = ranking if ids is ranking.index else ranking.loc[ids]
    told = rows["reason"].astype(object)
    is_anew = np.full(len(rows), assessment.language != language)
    is_anew |= ((rows["cold_visits"] > 0) & (rows["cold_visits"] < LEAST_COUNT)).to_numpy(dtype=bool)
    if is_anew.any():
        told = told.copy()
        told[is_anew] = reasons(rows[is_anew], language=language, least_count=LEAST_COUNT).to_numpy(dtype=object)
    return told
