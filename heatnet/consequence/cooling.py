"""How a home cools in an outage: temperatures, hours in the cold, the frost at which an outage becomes critical.

One lumped capacity: a home without heat follows ``t_in(z) = t_out + (t_start - t_out) * exp(-z / cooling_h)``, z in
hours, with a constant outdoor temperature during the outage. This is the formula by which Russian heat-supply codes
judge the reliability of heating networks. Sun, residents' own heaters and neighbours that stay warm are left out; all
of them slow the cooling, so the results lie on the safe side.

Everything here takes numbers and arrays and returns arrays; nothing here knows a network.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from heatnet._arrays import Floats
from heatnet.consequence.climate import as_temperatures
from heatnet.errors import HeatnetError

DEFAULT_COOLING_H = 40.0


def room_temperature(
    hours: npt.ArrayLike,
    outdoor_c: npt.ArrayLike,
    *,
    cooling_h: npt.ArrayLike = DEFAULT_COOLING_H,
    t_start_c: float = 20.0,
) -> Floats:
    """Room temperature after some hours without heat, degC.

    ``t_in(z) = t_out + (t_start - t_out) * exp(-z / cooling_h)``.

    Parameters
    ----------
    hours : array-like of float
        Hours since the heat stopped, >= 0.
    outdoor_c : array-like of float
        Outdoor temperature, degC.
    cooling_h : array-like of float
        Thermal time constant, hours, >= 0; 0: the home is as cold as outdoors at once.
    t_start_c : float
        Room temperature when the heat stops, degC.

    Returns
    -------
    numpy.ndarray
        Shape of the arguments broadcast against each other.

    Examples
    --------
    >>> room_temperature([0, 40], -10.0).round(2)
    array([20.  ,  1.04])
    """
    outdoor = np.asarray(outdoor_c, dtype=np.float64)
    kept = np.exp(-_in_time_constants(hours, _time_constants(cooling_h)))
    return np.asarray(outdoor + (t_start_c - outdoor) * kept, dtype=np.float64)


def hours_to_reach(
    target_c: float, outdoor_c: npt.ArrayLike, *, cooling_h: npt.ArrayLike = DEFAULT_COOLING_H, t_start_c: float = 20.0
) -> Floats:
    """Hours without heat after which a home has cooled down to a temperature.

    ``cooling_h * ln((t_start - t_out) / (target - t_out))``; infinite where it is not colder outdoors than `target_c`.

    Parameters
    ----------
    target_c : float
        Room temperature to be reached, degC, not above `t_start_c`.
    outdoor_c : array-like of float
        Outdoor temperature, degC.
    cooling_h : array-like of float
        Thermal time constant, hours, >= 0.
    t_start_c : float
        Room temperature when the heat stops, degC.

    Raises
    ------
    HeatnetError
        When `target_c` lies above `t_start_c`, or a time constant is negative or not finite.

    Examples
    --------
    >>> hours_to_reach(12.0, [-10.0, -20.0, -30.0, 12.0]).round(2)
    array([12.41,  8.93,  6.97,   inf])
    """
    require_warm_start(t_start_c, "target_c", target_c)
    outdoor, constant = np.broadcast_arrays(np.asarray(outdoor_c, dtype=np.float64), _time_constants(cooling_h))
    hours = np.full(outdoor.shape, np.inf)
    cold = outdoor < target_c
    hours[cold] = constant[cold] * (np.log(t_start_c - outdoor[cold]) - np.log(target_c - outdoor[cold]))
    return hours


def mean_cold_hours(
    repair_h: npt.ArrayLike,
    cooling_h: npt.ArrayLike,
    climate: Any,
    *,
    t_start_c: float = 20.0,
    t_cold_c: float = 16.0,
) -> Floats:
    """Hours that a home spends below a temperature in one outage, mean over the outdoor temperatures.

    The mean over `climate` of ``max(0, repair_h - cooling_h * ln((t_start - t_out) / (t_cold - t_out)))``, which is 0
    where ``t_out >= t_cold``. The logarithms are sorted once; each pair of arguments then costs one bisection, so no
    table of outages by temperatures is built.

    Parameters
    ----------
    repair_h : array-like of float
        Hours without heat, >= 0.
    cooling_h : array-like of float
        Thermal time constant, hours, >= 0; broadcast against `repair_h`.
    climate : array-like of float
        Outdoor temperatures in degC, one-dimensional, equal weights.
    t_start_c : float
        Room temperature when the heat stops, degC.
    t_cold_c : float
        Room temperature below which a home counts as cold, degC, not above `t_start_c`.

    Returns
    -------
    numpy.ndarray
        Hours from 0 to `repair_h`; shape of `repair_h` and `cooling_h` broadcast against each other.

    Raises
    ------
    HeatnetError
        When `climate` is empty or not finite, `t_cold_c` lies above `t_start_c`, or a time constant is negative.

    Examples
    --------
    >>> mean_cold_hours([8.0, 24.0], 40.0, [-10.0, 20.0]).round(3)  # 5.7236 h to cool from 20 to 16 at -10
    array([1.138, 9.138])
    """
    require_warm_start(t_start_c, "t_cold_c", t_cold_c)
    outdoor = as_temperatures(climate)
    delays = _delays(outdoor, t_start_c, t_cold_c)
    sums = np.concatenate([[0.0], np.cumsum(delays)])
    repair, constant = np.asarray(repair_h, dtype=np.float64), _time_constants(cooling_h)
    reached = np.searchsorted(delays, _in_time_constants(repair, constant))
    hours = (reached * repair - constant * sums[reached]) / len(outdoor)
    return np.asarray(np.maximum(hours, 0.0), dtype=np.float64)


def critical_outdoor_c(
    repair_h: npt.ArrayLike, cooling_h: npt.ArrayLike, *, t_start_c: float = 20.0, t_crit_c: float = 12.0
) -> Floats:
    """Outdoor temperature at which an outage just cools a home down to a critical temperature, degC.

    ``(t_crit - t_start * e) / (1 - e)`` with ``e = exp(-repair_h / cooling_h)``. In a deeper frost the home falls
    below `t_crit_c`.

    Parameters
    ----------
    repair_h : array-like of float
        Hours without heat, >= 0.
    cooling_h : array-like of float
        Thermal time constant, hours, >= 0; 0: the answer is `t_crit_c` itself.
    t_start_c : float
        Room temperature when the heat stops, degC.
    t_crit_c : float
        Critical room temperature, degC, not above `t_start_c`.

    Returns
    -------
    numpy.ndarray
        degC, shape of the arguments broadcast; minus infinity where the home does not cool at all in that time
        (`repair_h` 0, or too short against `cooling_h` to be told from 0).

    Raises
    ------
    HeatnetError
        When `t_crit_c` lies above `t_start_c`, or a time constant is negative or not finite.

    Examples
    --------
    >>> critical_outdoor_c(8.0, [40.0, 0.0]).round(2)
    array([-24.13,  12.  ])
    """
    require_warm_start(t_start_c, "t_crit_c", t_crit_c)
    lost = -np.expm1(-_in_time_constants(repair_h, _time_constants(cooling_h)))  # 1 - e, exact where e is close to 1
    drop = t_start_c - t_crit_c
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(t_start_c - np.divide(drop, lost) if drop > 0 else np.full_like(lost, t_crit_c))


def critical_share(
    repair_h: npt.ArrayLike, cooling_h: npt.ArrayLike, climate: Any, *, t_start_c: float = 20.0, t_crit_c: float = 12.0
) -> Floats:
    """Share of the outdoor temperatures at which an outage cools a home below a critical temperature, 0 to 1.

    The share of `climate` below `critical_outdoor_c`; a temperature equal to it is not below it.

    Parameters
    ----------
    repair_h : array-like of float
        Hours without heat, >= 0.
    cooling_h : array-like of float
        Thermal time constant, hours, >= 0; broadcast against `repair_h`.
    climate : array-like of float
        Outdoor temperatures in degC, one-dimensional, equal weights.
    t_start_c : float
        Room temperature when the heat stops, degC.
    t_crit_c : float
        Critical room temperature, degC, not above `t_start_c`.

    Raises
    ------
    HeatnetError
        When `climate` is empty or not finite, `t_crit_c` lies above `t_start_c`, or a time constant is negative.

    Examples
    --------
    >>> critical_share([8.0, 13.0], 40.0, [-25.0, -24.0, 0.0, 5.0])  # critical: -24.13 and -8.85 degC
    array([0.25, 0.5 ])
    """
    require_warm_start(t_start_c, "t_crit_c", t_crit_c)
    outdoor = as_temperatures(climate)
    delays = _delays(outdoor, t_start_c, t_crit_c)
    reached = np.searchsorted(delays, _in_time_constants(repair_h, _time_constants(cooling_h)))
    return np.asarray(reached / len(outdoor), dtype=np.float64)


def require_warm_start(t_start_c: float, name: str, target_c: float) -> None:
    """Raise `HeatnetError` unless both temperatures are finite and the home starts at or above the target.

    Examples
    --------
    >>> require_warm_start(20.0, "t_cold_c", 16.0)
    """
    if not (math.isfinite(t_start_c) and math.isfinite(target_c)):
        raise HeatnetError(f"t_start_c ({t_start_c}) and {name} ({target_c}) must be finite temperatures in degC.")
    if t_start_c < target_c:
        raise HeatnetError(
            f"t_start_c ({t_start_c:g}) lies below {name} ({target_c:g}): the home would be cold before the outage; "
            f"give a start temperature of at least {target_c:g} degC."
        )


def _delays(outdoor: Floats, t_start_c: float, target_c: float) -> Floats:
    """Time constants after which a home reaches the target, shortest first, one per temperature below the target."""
    cold = outdoor[outdoor < target_c]
    return np.sort(np.log(t_start_c - cold) - np.log(target_c - cold), kind="stable")


def _time_constants(cooling_h: npt.ArrayLike) -> Floats:
    """Time constants as an array, checked."""
    constant = np.asarray(cooling_h, dtype=np.float64)
    if not (np.isfinite(constant) & (constant >= 0)).all():
        raise HeatnetError("cooling_h must be finite and not negative: give thermal time constants in hours.")
    return constant


def _in_time_constants(hours: npt.ArrayLike, constant: Floats) -> Floats:
    """Hours over the time constant; infinite where the constant is 0 and the hours are not, 0 where the hours are 0."""
    over = np.asarray(hours, dtype=np.float64)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        ratio = np.asarray(over / constant)
    if (constant == 0).any():
        ratio = np.where(over > 0, ratio, 0.0)
    return ratio
