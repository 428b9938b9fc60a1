"""How a home cools in an outage and warms up again: hours in the cold, the frost at which an outage becomes critical.

One lumped capacity: a home without heat follows ``t_in(z) = t_out + (t_start - t_out) * exp(-z / cooling_h)``, z in
hours, with a constant outdoor temperature during the outage. This is the formula by which Russian heat-supply codes
judge the reliability of heating networks. Sun, residents' own heaters and neighbours that stay warm are left out; all
of them slow the cooling, so the results lie on the safe side.

Everything here takes numbers and arrays and returns arrays; nothing here knows a network.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from heatnet._arrays import Floats
from heatnet.consequence.climate import as_temperatures
from heatnet.errors import HeatnetError

DEFAULT_COOLING_H = 40.0
_HOTTEST_C = 1e6
_MOST_REHEAT = 1e6


def room_temperature(
    hours: npt.ArrayLike,
    outdoor_c: npt.ArrayLike,
    *,
    cooling_h: npt.ArrayLike = DEFAULT_COOLING_H,
    t_start_c: float = 20.0,
) -> Floats:
    """Return the room temperature after some hours without heat, degC.

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
    """Return hours without heat after which a home has cooled down to a temperature.

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
    outage_h: npt.ArrayLike,
    cooling_h: npt.ArrayLike,
    climate: Any,
    *,
    heat_share: npt.ArrayLike = 0.0,
    t_start_c: float = 20.0,
    t_cold_c: float = 18.0,
    reheat: float | None = 1.2,
) -> Floats:
    """Return hours that a home spends below a temperature because of one outage, mean over the outdoor temperatures.

    In the outage the home goes from ``t_start`` towards ``E = t_out + s*(t_start - t_out)``, s the share of its heat
    that still arrives, and is cold from ``cooling_h * ln((t_start - E) / (t_cold - E))`` on, where ``E < t_cold``.
    Afterwards it goes from the temperature ``t_e`` that it has reached towards ``R = t_out + r*(t_start - t_out)``, r
    times the heat that it needs, and stays cold for ``cooling_h * ln((R - t_e) / (R - t_cold))`` more, where ``t_e <
    t_cold``. Nothing counts where ``t_out >= t_cold``.

    Parameters
    ----------
    outage_h : array-like of float
        Hours of the outage, >= 0.
    cooling_h : array-like of float
        Thermal time constant, hours, >= 0; broadcast against `outage_h`. 0: cold at once, warm again at once.
    climate : array-like of float
        Outdoor temperatures in degC, one-dimensional, equal weights, in any order.
    heat_share : array-like of float
        Share of its heat that the home still gets in the outage, 0 (cut off) to 1; broadcast.
    t_start_c : float
        Room temperature when the outage begins, degC.
    t_cold_c : float
        Room temperature below which a home counts as cold, degC, not above `t_start_c`.
    reheat : float, optional
        Heat given after the outage as a multiple of what the home needs, above 1; None: the recovery does not count.

    Returns
    -------
    numpy.ndarray
        Hours, 0 or more; shape of the arguments broadcast against each other.

    Raises
    ------
    HeatnetError
        When `climate` is empty or not finite, `t_cold_c` lies above `t_start_c`, `reheat` is not above 1, or a time
        constant is negative.

    Examples
    --------
    At -10 degC a home cools from 20 to 18 in ``40 ln(30/28)`` = 2.76 h, at 20 degC never. After 8 h it has 14.56 degC
    and needs ``40 ln((26 - 14.56) / (26 - 18))`` = 14.30 h to get back to 18.

    >>> mean_cold_hours([8.0], 40.0, [-10.0, 20.0], reheat=None).round(3).tolist()
    [2.62]
    >>> mean_cold_hours([8.0], 40.0, [-10.0, 20.0]).round(3).tolist()
    [9.77]
    """
    require_warm_start(t_start_c, "t_cold_c", t_cold_c)
    require_reheat(reheat)
    outdoor, days = np.unique(as_temperatures(climate), return_counts=True)
    hours, constant = np.asarray(outage_h, dtype=np.float64), _time_constants(cooling_h)
    elapsed = _in_time_constants(hours, constant)
    share = np.asarray(heat_share, dtype=np.float64)
    if constant.ndim == 0 and share.ndim == 0 and elapsed.ndim:
        return _cold_hours_of_one_home(hours, elapsed, constant, share, (outdoor, days), (t_start_c, t_cold_c, reheat))
    total = np.zeros(np.broadcast_shapes(elapsed.shape, constant.shape, share.shape))
    for t_out, count in zip(outdoor[outdoor < t_cold_c].tolist(), days.tolist(), strict=False):
        one = _cold_hours_at(t_out, hours, constant, elapsed, share, (t_start_c, t_cold_c, reheat))
        total += count * one
    return np.asarray(total / days.sum(), dtype=np.float64)


def _cold_hours_at(
    t_out: float,
    hours: Floats,
    constant: Floats,
    elapsed: Floats,
    share: Floats,
    temperatures: tuple[float, float, float | None],
) -> Floats:
    """Return cold hours in the outage and after it at one outdoor temperature below `t_cold`."""
    t_start, t_cold, reheat = temperatures
    towards = t_out + share * (t_start - t_out)
    gets_cold = towards < t_cold
    below = np.where(gets_cold, t_cold - towards, 1.0)
    delay = np.log(np.maximum(t_start - towards, below) / below)
    cold = np.where(gets_cold & (elapsed > delay), hours - constant * np.where(gets_cold, delay, 0.0), 0.0)
    cold = np.maximum(cold, 0.0)
    if reheat is None:
        return cold
    reached = towards + (t_start - towards) * np.exp(-elapsed)
    warm = t_out + reheat * (t_start - t_out)
    back = constant * np.log((warm - np.minimum(reached, t_cold)) / (warm - t_cold))
    return np.asarray(cold + back, dtype=np.float64)


def _cold_hours_of_one_home(
    hours: Floats,
    elapsed: Floats,
    constant: Floats,
    share: Floats,
    climate: tuple[Floats, npt.NDArray[np.int64]],
    temperatures: tuple[float, float, float | None],
) -> Floats:
    """Return mean cold hours of one home in outages of many durations, all days of the climate at once.

    With ``D = t_start - t_out``, ``d = t_start - t_cold`` and ``q = 1 - exp(-hours / cooling_h)`` the home gets cold on
    the days with ``D > d / ((1 - s) * q)``, the coldest ones. On these the hours in the outage are ``hours +
    cooling_h * ln(1 - d / ((1 - s) * D))``, and those after it ``cooling_h * (ln D + ln(r - 1 + (1 - s) * q) -
    ln((r - 1) * D + d))``. What depends on the day alone is summed up once, from the coldest day on.
    """
    t_start, t_cold, reheat = temperatures
    outdoor, days = climate
    kept = 1.0 - float(share)  # of what the home would lose without any heat
    drop = t_start - t_cold
    is_ever_cold = (outdoor < t_cold) & (kept * (t_start - outdoor) > drop)
    colder_by, count = (t_start - outdoor)[is_ever_cold], days[is_ever_cold]
    of_day = np.log1p(-drop / (kept * colder_by)) if len(colder_by) else colder_by
    if reheat is not None:
        of_day = of_day + np.log(colder_by) - np.log((reheat - 1.0) * colder_by + drop)
    lost = kept * -np.expm1(-elapsed)
    with np.errstate(over="ignore"):
        limit = np.divide(drop, lost, out=np.full_like(lost, np.inf), where=lost > 0)
    reached = np.searchsorted(-colder_by, -limit)
    n_days = np.append(0, np.cumsum(count)).take(reached)
    over_days = np.append(0.0, np.cumsum(count * of_day)).take(reached)
    if reheat is not None:
        over_days = over_days + n_days * np.log(reheat - 1.0 + lost)
    total = n_days * hours + constant * over_days
    return np.asarray(np.maximum(total, 0.0) / days.sum(), dtype=np.float64)


def critical_outdoor_c(
    outage_h: npt.ArrayLike, cooling_h: npt.ArrayLike, *, t_start_c: float = 20.0, t_crit_c: float = 12.0
) -> Floats:
    """Return the outdoor temperature at which an outage just cools a home down to a critical temperature, degC.

    ``(t_crit - t_start * e) / (1 - e)`` with ``e = exp(-outage_h / cooling_h)``. In a deeper frost the home falls
    below `t_crit_c`.

    Parameters
    ----------
    outage_h : array-like of float
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
        (`outage_h` 0, or too short against `cooling_h` to be told from 0).

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
    lost = -np.expm1(-_in_time_constants(outage_h, _time_constants(cooling_h)))  # 1 - e, exact where e is close to 1
    drop = t_start_c - t_crit_c
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(t_start_c - np.divide(drop, lost) if drop > 0 else np.full_like(lost, t_crit_c))


def critical_share(
    outage_h: npt.ArrayLike, cooling_h: npt.ArrayLike, climate: Any, *, t_start_c: float = 20.0, t_crit_c: float = 12.0
) -> Floats:
    """Return the share of outdoor temperatures at which an outage cools a home below a critical one, 0 to 1.

    The share of `climate` below `critical_outdoor_c`; a temperature equal to it is not below it.

    Parameters
    ----------
    outage_h : array-like of float
        Hours without heat, >= 0.
    cooling_h : array-like of float
        Thermal time constant, hours, >= 0; broadcast against `outage_h`.
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
    reached = np.searchsorted(delays, _in_time_constants(outage_h, _time_constants(cooling_h)))
    return np.asarray(reached / len(outdoor), dtype=np.float64)


def require_warm_start(t_start_c: float, name: str, target_c: float) -> None:
    """Raise `HeatnetError` unless both temperatures are those of rooms and the home starts at or above the target.

    Examples
    --------
    >>> require_warm_start(20.0, "t_cold_c", 16.0)
    """
    if not (abs(t_start_c) <= _HOTTEST_C and abs(target_c) <= _HOTTEST_C):
        raise HeatnetError(f"t_start_c ({t_start_c}) and {name} ({target_c}) must be temperatures of rooms in degC.")
    if t_start_c < target_c:
        raise HeatnetError(
            f"t_start_c ({t_start_c:g}) lies below {name} ({target_c:g}): the home would be cold before the outage; "
            f"give a start temperature of at least {target_c:g} degC."
        )


def require_reheat(reheat: float | None) -> None:
    """Raise `HeatnetError` unless `reheat` is None or a number above 1 with which can be reckoned.

    Examples
    --------
    >>> require_reheat(1.2)
    """
    if reheat is not None and not 1 < reheat <= _MOST_REHEAT:
        raise HeatnetError(
            f"reheat is {reheat!r}: give the heat after an outage as a multiple above 1 of what a home needs (up to "
            f"{_MOST_REHEAT:,.0f}), or None."
        )


def _delays(outdoor: Floats, t_start_c: float, target_c: float) -> Floats:
    """Return the time constants after which a home reaches the target, one per temperature below it, shortest first."""
    cold = outdoor[outdoor < target_c]
    return np.sort(np.log(t_start_c - cold) - np.log(target_c - cold), kind="stable")


def _time_constants(cooling_h: npt.ArrayLike) -> Floats:
    """Return the time constants as an array, checked."""
    constant = np.asarray(cooling_h, dtype=np.float64)
    if not (np.isfinite(constant) & (constant >= 0)).all():
        raise HeatnetError("cooling_h must be finite and not negative: give thermal time constants in hours.")
    return constant


def _in_time_constants(hours: npt.ArrayLike, constant: Floats) -> Floats:
    """Return hours over the time constant; infinite where the constant is 0, but 0 where the hours are 0."""
    over = np.asarray(hours, dtype=np.float64)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        ratio = np.asarray(over / constant)
    if (constant == 0).any():
        ratio = np.where(over > 0, ratio, 0.0)
    return ratio
