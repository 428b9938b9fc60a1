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
_DECIMALS = 3  # of degrees that place anything to 100 m


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
    """Return whether coordinates under headings of metres are degrees: a town within three degrees, in fine fractions.

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
    return bool(
        narrow and away and _is_fine(x).any() and _is_fine(y).any() and (_is_fine(x) | _is_fine(y)).mean() >= 0.5
    )


def _is_fine(values: Floats) -> Truths:
    """Return which numbers have at least three decimals."""
    scaled = values * 10 ** (_DECIMALS - 1)
    fine: Truths = np.abs(scaled - np.round(scaled)) > 1e-6
    return fine
