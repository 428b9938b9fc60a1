"""Sums over outages and the buildings they cut off, with an effect that depends on outage time and time constant.

An outage of asset a, lasting r_a hours, does ``effect(r_a, c_b)`` to building b with time constant c_b. A table of
assets by buildings would be too large; but the effect depends on two numbers only. Buildings with the same time
constant (or assets with the same outage time, whichever are fewer) share one sum that reachability does for all
outages at once. The results are exact for any number of different values; the cost is that of
``min(different time constants, different outage times)`` sums over the network.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from heatnet._arrays import Floats, Ints
from heatnet.reachability import Outages

Effect = Callable[[npt.ArrayLike, npt.ArrayLike], Floats]


def sum_over_buildings(
    outages: Outages, weights: Floats, outage_h: Floats, cooling_h: Floats, effect: Effect
) -> Floats:
    """Sum of weight x effect over the buildings that each asset's outage cuts off.

    Parameters
    ----------
    outages : Outages
        What each outage cuts off.
    weights, cooling_h : numpy.ndarray
        Per node: weight of the building, e.g. its households; time constant, hours.
    outage_h : numpy.ndarray
        Per asset: hours.
    effect : callable
        Of outage times and time constants, one of them a single number; never negative.

    Returns
    -------
    numpy.ndarray
        Per asset.
    """
    buildings = np.flatnonzero(outages.is_served & (weights != 0))
    times, time_of, constants, constant_of = _distinct(outage_h, cooling_h[buildings])
    totals = np.zeros(len(outage_h))
    if len(constants) <= len(times):
        for number, constant in enumerate(constants):
            alike = buildings[constant_of == number]
            of_alike = np.zeros(len(weights))
            of_alike[alike] = weights[alike]
            lost = outages.lost(of_alike)
            cutting = np.flatnonzero(lost)  # most assets cut off homes of few kinds
            asked = np.flatnonzero(np.bincount(time_of[cutting], minlength=len(times)))
            of_time = np.zeros(len(times))
            of_time[asked] = effect(times[asked], constant)
            totals[cutting] += lost[cutting] * of_time[time_of[cutting]]
    else:
        for number, time in enumerate(times):
            affected = np.zeros(len(weights))
            affected[buildings] = weights[buildings] * effect(time, constants)[constant_of]
            alike = np.flatnonzero(time_of == number)
            totals[alike] = outages.lost(affected)[alike]
    return np.maximum(totals, 0.0)


def sum_over_assets(outages: Outages, rates: Floats, outage_h: Floats, cooling_h: Floats, effect: Effect) -> Floats:
    """Sum of rate x effect over the assets whose outage cuts each building off.

    Parameters
    ----------
    outages : Outages
        What each outage cuts off.
    rates, outage_h : numpy.ndarray
        Per asset: outages per year; hours.
    cooling_h : numpy.ndarray
        Per node: time constant of the building, hours.
    effect : callable
        As in `sum_over_buildings`.

    Returns
    -------
    numpy.ndarray
        Per node; 0 where the intact network serves no building.
    """
    buildings = np.flatnonzero(outages.is_served)
    assets = np.flatnonzero(rates != 0)
    times, time_of, constants, constant_of = _distinct(outage_h[assets], cooling_h[buildings])
    totals = np.zeros(len(cooling_h))
    if len(constants) <= len(times):
        for number, constant in enumerate(constants):
            affecting = np.zeros(len(rates))
            affecting[assets] = rates[assets] * effect(times, constant)[time_of]
            alike = buildings[constant_of == number]
            totals[alike] = outages.carried(affecting)[alike]
    else:
        for number, time in enumerate(times):
            alike = assets[time_of == number]
            of_alike = np.zeros(len(rates))
            of_alike[alike] = rates[alike]
            totals[buildings] += outages.carried(of_alike)[buildings] * effect(time, constants)[constant_of]
    return np.maximum(totals, 0.0)


def _distinct(outage_h: Floats, cooling_h: Floats) -> tuple[Floats, Ints, Floats, Ints]:
    """Return different outage times and time constants, each with the position of every asset's and building's own."""
    times, time_of = np.unique(outage_h, return_inverse=True)
    constants, constant_of = np.unique(cooling_h, return_inverse=True)
    return times, time_of, constants, constant_of
