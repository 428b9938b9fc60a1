"""The straight line between two end points that lies nearest to a place."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from heatnet._arrays import Floats, Ints, Truths

_SQUARES = 1000  # along one side of the map
_SHORT_M = 200.0  # half of a line that is near to a place only where its middle is not far
_SPACING_M = 50.0  # distance between the sample points by which candidate lines are found


def nearest_lines(places: Floats, starts: Floats, ends: Floats, *, within_m: float) -> Ints:
    """Return the position of the straight line nearest to each place, -1 where none is near enough.

    Parameters
    ----------
    places : array (k, 2)
        Coordinates in metres; a place with a missing coordinate has no nearest line.
    starts, ends : array (n, 2)
        End points of the lines in metres; a line with a missing coordinate is near to nothing.
    within_m : float
        Largest distance in metres from a place to its line, > 0.

    Returns
    -------
    array (k,)
        Positions of lines; among equally near ones the first.

    Examples
    --------
    >>> starts, ends = np.array([[0.0, 0.0], [0.0, 50.0]]), np.array([[100.0, 0.0], [100.0, 50.0]])
    >>> nearest_lines(np.array([[40.0, 10.0], [40.0, 400.0]]), starts, ends, within_m=30).tolist()
    [0, -1]
    """
    nearest = np.full(len(places), -1, dtype=np.int64)
    lines = np.flatnonzero(np.isfinite(starts).all(axis=1) & np.isfinite(ends).all(axis=1))
    asked = np.flatnonzero(np.isfinite(places).all(axis=1))
    if not len(lines) or not len(asked):
        return nearest
    radius = within_m + _SPACING_M / 2
    half = np.hypot(*(ends[lines] - starts[lines]).T) / 2
    middle = (starts[lines] + ends[lines]) / 2
    lines = lines[(half > _SHORT_M) | _near_some(middle, places[asked], radius + _SHORT_M)]
    points, line_of_point = _sample_points(starts[lines], ends[lines])
    near_some = _near_some(points, places[asked], radius)
    points, line_of_point = points[near_some], line_of_point[near_some]
    candidates = cKDTree(points).query_ball_point(places[asked], radius)
    for place, near in zip(asked, candidates, strict=True):
        near_lines = lines[np.unique(line_of_point[near])]
        if not len(near_lines):
            continue
        distance = _distance(places[place], starts[near_lines], ends[near_lines])
        best = int(np.argmin(distance))
        if distance[best] <= within_m:
            nearest[place] = near_lines[best]
    return nearest


def _sample_points(starts: Floats, ends: Floats) -> tuple[Floats, Ints]:
    """Return points along each line at most `_SPACING_M` apart, both ends included, and the line of each."""
    pieces = np.maximum(1, np.ceil(np.hypot(*(ends - starts).T) / _SPACING_M)).astype(np.int64)
    line = np.repeat(np.arange(len(starts)), pieces + 1)
    first = np.cumsum(pieces + 1) - (pieces + 1)
    share = (np.arange(len(line)) - first[line]) / pieces[line]
    return starts[line] + (ends - starts)[line] * share[:, None], line


def _near_some(points: Floats, places: Floats, radius: float) -> Truths:
    """Return which points lie in a square that is near to a place; few places on a large map need few of its points."""
    low = places.min(axis=0)
    size = max(1.001 * radius, float(np.ptp(places, axis=0).max()) / _SQUARES)
    count = ((places.max(axis=0) - low) // size).astype(np.int64) + 5  # two squares more on each side
    is_near = np.zeros(tuple(count), dtype=bool)
    x, y = ((places - low) // size).astype(np.int64).T + 2
    for right in (-1, 0, 1):
        for up in (-1, 0, 1):
            is_near[x + right, y + up] = True
    square = np.clip((points - low) // size + 2, 0, count - 1).astype(np.int64)
    found: Truths = is_near[square[:, 0], square[:, 1]]
    return found


def _distance(place: Floats, starts: Floats, ends: Floats) -> Floats:
    along = ends - starts
    square = np.maximum((along**2).sum(axis=1), np.finfo(float).tiny)
    share = np.clip(((place - starts) * along).sum(axis=1) / square, 0.0, 1.0)
    offset: Floats = np.hypot(*(starts + along * share[:, None] - place).T)
    return offset
