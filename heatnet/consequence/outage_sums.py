"""Sums over outages and the buildings they cut off, with an effect that depends on repair time and time constant.

An outage of asset a, repaired in r_a hours, does ``effect(r_a, c_b)`` to building b with time constant c_b. A table of
assets by buildings would be too large; but the effect depends on two numbers only. Buildings with the same time
constant (or assets with the same repair time, whichever are fewer) share one column of a sum that reachability does
for all outages at once. The results are exact for any number of different values; the cost is that of
``min(different time constants, different repair times)`` columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from heatnet.reachability import Outages

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Effect = Callable[[Floats, Floats], Floats]

# Columns summed at a time: bounds the memory, 16 numbers a node and asset.
BLOCK_COLUMNS = 16


def sum_over_buildings(
    outages: Outages, weights: Floats, repair_h: Floats, cooling_h: Floats, effect: Effect
) -> Floats:
    """Sum of weight x effect over the buildings that each asset's outage cuts off.

    Parameters
    ----------
    outages : Outages
        What each outage cuts off.
    weights, cooling_h : numpy.ndarray
        Per node: weight of the building, e.g. its households; time constant, hours.
    repair_h : numpy.ndarray
        Per asset: hours.
    effect : callable
        Of arrays of repair times and time constants, broadcast against each other; never negative.

    Returns
    -------
    numpy.ndarray
        Per asset.
    """
    buildings = np.flatnonzero(outages.is_served & (weights != 0))
    repairs, repair_of, constants, constant_of = _distinct(repair_h, cooling_h[buildings])
    totals = np.zeros(len(repair_h))
    if len(constants) <= len(repairs):
        for block in _blocks(len(constants)):
            inside = (constant_of >= block.start) & (constant_of < block.stop)
            columns = np.zeros((len(weights), block.stop - block.start))
            columns[buildings[inside], constant_of[inside] - block.start] = weights[buildings[inside]]
            effects = effect(repairs[:, None], constants[None, block])
            totals += (outages.lost(columns) * effects[repair_of]).sum(axis=1)
    else:
        for block in _blocks(len(repairs)):
            columns = np.zeros((len(weights), block.stop - block.start))
            effects = effect(repairs[None, block], constants[:, None])
            columns[buildings] = weights[buildings, None] * effects[constant_of]
            assets = np.flatnonzero((repair_of >= block.start) & (repair_of < block.stop))
            totals[assets] = outages.lost(columns)[assets, repair_of[assets] - block.start]
    return np.maximum(totals, 0.0)


def sum_over_assets(outages: Outages, rates: Floats, repair_h: Floats, cooling_h: Floats, effect: Effect) -> Floats:
    """Sum of rate x effect over the assets whose outage cuts each building off.

    Parameters
    ----------
    outages : Outages
        What each outage cuts off.
    rates, repair_h : numpy.ndarray
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
    repairs, repair_of, constants, constant_of = _distinct(repair_h[assets], cooling_h[buildings])
    totals = np.zeros(len(cooling_h))
    if len(constants) <= len(repairs):
        for block in _blocks(len(constants)):
            columns = np.zeros((len(rates), block.stop - block.start))
            columns[assets] = rates[assets, None] * effect(repairs[:, None], constants[None, block])[repair_of]
            inside = (constant_of >= block.start) & (constant_of < block.stop)
            totals[buildings[inside]] = outages.carried(columns)[buildings[inside], constant_of[inside] - block.start]
    else:
        for block in _blocks(len(repairs)):
            inside = (repair_of >= block.start) & (repair_of < block.stop)
            columns = np.zeros((len(rates), block.stop - block.start))
            columns[assets[inside], repair_of[inside] - block.start] = rates[assets[inside]]
            effects = effect(repairs[None, block], constants[:, None])
            totals[buildings] += (outages.carried(columns)[buildings] * effects[constant_of]).sum(axis=1)
    return np.maximum(totals, 0.0)


def _distinct(repair_h: Floats, cooling_h: Floats) -> tuple[Floats, Integers, Floats, Integers]:
    """Different repair times and time constants, each with the position of every asset's and building's own."""
    repairs, repair_of = np.unique(repair_h, return_inverse=True)
    constants, constant_of = np.unique(cooling_h, return_inverse=True)
    return repairs, repair_of, constants, constant_of


def _blocks(n_columns: int) -> Iterator[slice]:
    """Runs of at most `BLOCK_COLUMNS` columns."""
    return (slice(start, min(start + BLOCK_COLUMNS, n_columns)) for start in range(0, n_columns, BLOCK_COLUMNS))
