"""Degrees of longitude and latitude to metres.

A transverse Mercator grid on the ellipsoid of CGCS2000, as the national grids of China and Russia are: central meridian
the multiple of 3 degrees nearest to the median longitude, no scaling, false easting 500 km. The series of Krüger (1912)
to the fourth power of the third flattening is right to a millimetre within 10 degrees of the meridian.
"""

from __future__ import annotations

import numpy as np

from heatnet._arrays import Floats, Truths

_A, _F = 6378137.0, 1 / 298.257222101
_N = _F / (2 - _F)
_RADIUS = _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_ALPHA = (
    _N / 2 - 2 * _N**2 / 3 + 5 * _N**3 / 16 + 41 * _N**4 / 180,
    13 * _N**2 / 48 - 3 * _N**3 / 5 + 557 * _N**4 / 1440,
    61 * _N**3 / 240 - 103 * _N**4 / 140,
    49561 * _N**4 / 161280,
)
_FALSE_EASTING_M = 500_000.0
_ZONE_DEG = 3.0
_WIDEST_DEG = 3.0  # of one network
_DECIMALS = 3  # of degrees that place one thing to 100 m
_FAR_M = 5000.0  # from every node: as metres such a place is none of this network


def meridian_of(longitude: Floats) -> float:
    """Return the central meridian of the zone of these longitudes, in degrees; not a number where none is known."""
    known = longitude[~np.isnan(longitude)]
    return float(np.round(np.sort(known)[len(known) // 2] / _ZONE_DEG) * _ZONE_DEG) if len(known) else float("nan")


def grid_of(longitude: Floats, latitude: Floats, meridian: float) -> tuple[Floats, Floats]:
    """Return easting and northing in metres.

    Parameters
    ----------
    longitude, latitude : array of float
        Degrees; unknown where not a number.
    meridian : float
        Central meridian in degrees.

    Examples
    --------
    >>> x, y = grid_of(np.array([99.0, 98.27]), np.array([39.77, 39.77]), 99.0)
    >>> [round(float(v)) for v in x], [round(float(v)) for v in y]
    ([500000, 437454], [4403992, 4404246])
    """
    phi, lam = np.radians(latitude), np.radians(longitude - meridian)
    root = 2 * np.sqrt(_N) / (1 + _N)
    with np.errstate(invalid="ignore"):
        t = np.sinh(np.arctanh(np.sin(phi)) - root * np.arctanh(root * np.sin(phi)))
        xi, eta = np.arctan2(t, np.cos(lam)), np.arctanh(np.sin(lam) / np.sqrt(1 + t * t))
    x, y = eta.copy(), xi.copy()
    for order, alpha in enumerate(_ALPHA, 1):
        y = y + alpha * np.sin(2 * order * xi) * np.cosh(2 * order * eta)
        x = x + alpha * np.cos(2 * order * xi) * np.sinh(2 * order * eta)
    return _FALSE_EASTING_M + _RADIUS * x, _RADIUS * y


def can_be_degrees(x: Floats, y: Floats) -> bool:
    """Return whether all known coordinates can be longitude and latitude."""
    with np.errstate(invalid="ignore"):
        return not ((np.abs(x) > 180).any() or (np.abs(y) > 90).any())


def look_like_degrees(x: Floats, y: Floats) -> bool:
    """Return whether coordinates under headings of metres are degrees: a town within three degrees, in fractions.

    Examples
    --------
    >>> look_like_degrees(np.array([98.27, 98.2758]), np.array([39.77, 39.7714]))
    True
    >>> look_like_degrees(np.array([0.0, 50.0, 100.0]), np.array([0.0, 0.0, 50.0]))
    False
    """
    known = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[known], y[known]
    if not len(x) or not can_be_degrees(x, y):
        return False
    narrow = np.ptp(x) <= _WIDEST_DEG and np.ptp(y) <= _WIDEST_DEG
    away = min(np.abs(x).min(), np.abs(y).min()) > _WIDEST_DEG
    decimals = 1 if max(np.ptp(x), np.ptp(y)) > 0 else _DECIMALS  # a town is wider than three metres
    fine_x, fine_y = _is_fine(x, decimals), _is_fine(y, decimals)
    return bool(narrow and away and fine_x.any() and fine_y.any() and (fine_x | fine_y).mean() >= 0.5)


def in_grid_of(
    x: Floats, y: Floats, nodes_x: Floats, nodes_y: Floats, meridian: float
) -> tuple[Floats, Floats, Truths]:
    """Return places of records in the grid of the nodes, and which of them were degrees.

    Degrees are told by their decimals and how close they lie, or by lying far from every node as metres. They are
    turned into the grid of nodes that came in degrees themselves; else they become unknown.

    Parameters
    ----------
    x, y : array of float
        Places of records as read.
    nodes_x, nodes_y : array of float
        Those of the nodes, in metres.
    meridian : float
        Central meridian of the nodes' grid where they came in degrees, else not a number.

    Examples
    --------
    >>> nodes = np.array([0.0, 600.0]), np.array([0.0, 400.0])
    >>> x, y, degrees = in_grid_of(np.array([98.289152, 98.291152]), np.array([39.773012, 39.775012]), *nodes, np.nan)
    >>> x.tolist(), degrees.tolist()
    ([nan, nan], [True, True])
    """
    known = np.isfinite(x) & np.isfinite(y)
    nodes = np.isfinite(nodes_x) & np.isfinite(nodes_y)
    if not known.any() or not nodes.any():
        return x, y, np.zeros(len(x), dtype=bool)
    with np.errstate(invalid="ignore"):
        possible = known & (np.abs(x) <= 180) & (np.abs(y) <= 90)
        off_x = np.maximum(nodes_x[nodes].min() - x, x - nodes_x[nodes].max())
        off_y = np.maximum(nodes_y[nodes].min() - y, y - nodes_y[nodes].max())
        degrees = possible & (np.maximum(off_x, off_y) > _FAR_M) & (_is_fine(x, 1) | _is_fine(y, 1))
    if possible.any():
        narrow = max(np.ptp(x[possible]), np.ptp(y[possible])) <= _WIDEST_DEG
        fine = (_is_fine(x, 4) & _is_fine(y, 4))[possible].mean() >= 0.5
        degrees |= possible & narrow & fine & (np.minimum(np.abs(x), np.abs(y)) > _WIDEST_DEG)
    grid_x, grid_y = grid_of(np.where(degrees, x, np.nan), np.where(degrees, y, np.nan), meridian)
    return np.where(degrees, grid_x, x), np.where(degrees, grid_y, y), degrees


def _is_fine(values: Floats, decimals: int) -> Truths:
    """Return which numbers have at least so many decimals."""
    scaled = values * 10 ** (decimals - 1)
    with np.errstate(invalid="ignore"):
        fine: Truths = np.abs(scaled - np.round(scaled)) > 1e-6
    return fine
