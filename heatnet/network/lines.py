"""The course of each segment on the map: as drawn, else straight from node to node."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from heatnet._arrays import AnyInts, Floats, Ints, Truths

_WKT = re.compile(r"\s*LINESTRING\s*(Z|M|ZM)?\s*\(([-+.,\deE\s]+)\)\s*", re.IGNORECASE)
_FAR_M = 1e8  # beyond this nothing lies on earth


class Lines(NamedTuple):
    """Courses of segments, one behind the other.

    Attributes
    ----------
    xy : array of float
        Points in metres, two columns.
    start : array of int
        Where the points of each segment begin, and their number at the end; equal neighbours: nobody knows its place.
    """

    xy: Floats
    start: Ints

    def of(self, segment: int) -> Floats:
        """Return the points of one segment by its position."""
        return self.xy[self.start[segment] : self.start[segment + 1]]

    def wkt(self) -> list[str | None]:
        """Return the courses as WKT, None where unknown."""
        texts = [f"{x!r} {y!r}" for x, y in self.xy.tolist()]
        bounds = self.start.tolist()
        return [
            f"LINESTRING ({', '.join(texts[low:high])})" if high > low else None
            for low, high in itertools.pairwise(bounds)
        ]


def lines_of(nodes: pd.DataFrame, segments: pd.DataFrame, from_node: AnyInts, to_node: AnyInts) -> Lines:
    """Return the course of each segment; `Network.lines` says how."""
    place = nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    ends = np.stack([place[from_node], place[to_node]], axis=1)
    is_known: Truths = np.isfinite(ends).all(axis=(1, 2))
    drawn: dict[int, Floats] = {}
    if "geometry" in segments.columns:
        given = segments["geometry"]
        for at in np.flatnonzero(given.notna().to_numpy(dtype=bool)).tolist():
            points = points_in(str(given.iat[at]))
            if points is not None:
                drawn[at] = points
    if not drawn:
        counts = np.where(is_known, 2, 0)
        return Lines(ends[is_known].reshape(-1, 2), _starts(counts))
    straight = ends.tolist()
    parts = [drawn.get(at, straight[at] if is_known[at] else []) for at in range(len(segments))]
    counts = np.array([len(part) for part in parts], dtype=np.int64)
    xy = np.array([point for part in parts for point in part], dtype=np.float64).reshape(-1, 2)
    return Lines(xy, _starts(counts))


def points_in(text: str) -> Floats | None:
    """Return the points of a line written as WKT, None where it is no such text.

    Examples
    --------
    >>> points_in("LINESTRING (0 0, 3 4)").tolist(), points_in("POINT (1 2)")
    ([[0.0, 0.0], [3.0, 4.0]], None)
    """
    found = _WKT.fullmatch(text)
    if found is None:
        return None
    width = 2 + len(found[1] or "")
    rows = [row.split() for row in found[2].split(",")]
    if len(rows) < 2 or any(len(row) != width for row in rows):
        return None
    try:
        points = np.array([[float(row[0]), float(row[1])] for row in rows])
    except ValueError:
        return None
    return points if bool((np.abs(points) < _FAR_M).all()) else None


def _starts(counts: AnyInts) -> Ints:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts, dtype=np.int64)])
