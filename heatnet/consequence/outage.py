"""What outages mean in a home: cold household-hours of each asset's outage, reliability of each building's heat."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats
from heatnet._typed import typed
from heatnet.consequence.asset_values import values_by_asset
from heatnet.consequence.climate import as_temperatures
from heatnet.consequence.cooling import DEFAULT_COOLING_H, critical_share, mean_cold_hours, require_warm_start
from heatnet.consequence.outage_sums import sum_over_assets, sum_over_buildings
from heatnet.consequence.repair import repair_hours
from heatnet.network import Network, computed_in_id_order
from heatnet.reachability import Outages, outages

HOURS_PER_YEAR = 8760.0


@typed
@computed_in_id_order
def cold_hours(
    network: Network,
    *,
    climate: Any,
    repair_h: float | pd.Series[Any] | None = None,
    isolate: Literal["segment", "section"] | None = None,
    t_start_c: float = 20.0,
    t_cold_c: float = 16.0,
) -> pd.DataFrame:
    """Cold household-hours of one outage of each asset.

    Sum over the buildings that the outage cuts off of households x the mean over `climate` of
    ``max(0, repair_h - cooling_h * ln((t_start - t_out) / (t_cold - t_out)))``, 0 where ``t_out >= t_cold``. A building
    counts when the intact network serves it and the network without the asset does not; "serves" means connected:
    whether pipes and pumps carry enough is not checked. A building without ``cooling_h`` has 40 h, one without
    households counts as none. With d different ``cooling_h`` or repair times, whichever are fewer, the cost is d sums
    over the network.

    Parameters
    ----------
    network : Network
        The network.
    climate : array-like of float
        Outdoor temperatures of the heating time in degC, equal weights (assumed ones:
        `heatnet.consequence.climate.default_climate`).
    repair_h : Series by asset_id or float, optional
        Hours of an outage, > 0. Default: a Russian norm by diameter (8, 13, 20, 24, 30 h below 225, 450, 750, 950 mm
        and above) and, an assumption, 8 h for a station; see `repair_time`.
    isolate : {"segment", "section"}, optional
        What an outage of a segment shuts, as in `supply_loss`.
    t_start_c, t_cold_c : float
        Room temperature when the heat stops, and below which a home counts as cold, degC. The service rule in
        Chinese cities is 18 +- 2.

    Returns
    -------
    DataFrame
        Index asset_id (segments, then stations, in table order): ``repair_h``, ``cold_household_hours``.

    Raises
    ------
    HeatnetError
        When `climate` is empty or not finite, `repair_h` lacks an asset or is not above 0, or `t_start_c` lies below
        `t_cold_c`.

    Examples
    --------
    Fifty homes, 8 h, -10 degC: ``50 * (8 - 40 * ln(30 / 26))``.

    >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"], "households": [None, 50]})
    >>> segments = pd.DataFrame(
    ...     {"segment_id": ["S"], "from_node": ["A"], "to_node": ["B"], "length_m": [50], "diameter_mm": [100]}
    ... )
    >>> cold_hours(Network(nodes, segments), climate=[-10.0]).round(2)  # doctest: +NORMALIZE_WHITESPACE
              repair_h  cold_household_hours
    asset_id
    S              8.0                113.8
    """
    temperatures = as_temperatures(climate)
    require_warm_start(t_start_c, "t_cold_c", t_cold_c)
    hours = repair_hours(network, repair_h)
    cold = cold_hours_of(
        outages(network, isolate=isolate),
        network.households,
        hours,
        time_constants(network),
        temperatures,
        t_start_c=t_start_c,
        t_cold_c=t_cold_c,
    )
    return pd.DataFrame({"repair_h": hours, "cold_household_hours": cold}, index=network.asset_ids)


def cold_hours_of(
    lost: Outages,
    weights: Floats,
    repair_h: Floats,
    cooling_h: Floats,
    climate: Any,
    *,
    t_start_c: float = 20.0,
    t_cold_c: float = 16.0,
) -> Floats:
    """Cold household-hours of one outage of each asset, from arrays by position; `cold_hours` for weights of any kind.

    Parameters
    ----------
    lost : Outages
        What each outage cuts off (`heatnet.reachability.outages`).
    weights : numpy.ndarray
        Per node: households, or households x priority.
    repair_h : numpy.ndarray
        Per asset: hours.
    cooling_h : numpy.ndarray
        Per node: time constant of the building, hours (`time_constants`).
    climate, t_start_c, t_cold_c
        As in `cold_hours`.

    Returns
    -------
    numpy.ndarray
        Shape (n_assets,).
    """
    temperatures = np.sort(as_temperatures(climate))

    def effect(repair: npt.ArrayLike, constant: npt.ArrayLike) -> Floats:
        return mean_cold_hours(repair, constant, temperatures, t_start_c=t_start_c, t_cold_c=t_cold_c)

    return sum_over_buildings(lost, weights, repair_h, cooling_h, effect)


@typed
@computed_in_id_order
def reliability(  # noqa: PLR0913 - the public contract
    network: Network,
    faults_mean: float | pd.Series[Any],
    *,
    climate: Any,
    repair_h: float | pd.Series[Any] | None = None,
    isolate: Literal["segment", "section"] | None = None,
    t_start_c: float = 20.0,
    t_crit_c: float = 12.0,
    availability_norm: float = 0.97,
    warm_norm: float = 0.9,
) -> pd.DataFrame:
    """Availability of heat, and probability of a season without a dangerously cold home, of every building.

    ``availability = 1 - sum(faults_mean * repair_h) / 8760`` and ``warm_prob = exp(-sum(faults_mean * share))``, with
    `share` the share of `climate` below ``t_out_crit = (t_crit - t_start*e) / (1 - e)``, ``e = exp(-repair_h /
    cooling_h)``. The sums run over the assets whose outage cuts the building off. Every fault counts as an outage: pass
    ``faults_mean * outage_share`` for the outages alone. The norms 0.97 and 0.9 are those of the Russian heat-supply
    code.

    Parameters
    ----------
    network : Network
        The network.
    faults_mean : Series by asset_id or float
        Expected faults of each asset in the season, >= 0.
    climate : array-like of float
        Outdoor temperatures of the heating time in degC, equal weights.
    repair_h : Series by asset_id or float, optional
        As in `cold_hours`.
    isolate : {"segment", "section"}, optional
        As in `supply_loss`.
    t_start_c, t_crit_c : float
        Room temperature when the heat stops, and below which the home must not fall, degC.
    availability_norm, warm_norm : float
        The norms that the two indices are compared with.

    Returns
    -------
    DataFrame
        Index building_id, all buildings in table order: ``availability`` (it is not cut at 0: outages may add up to
        more than a year), ``warm_prob`` (0 to 1), ``is_served`` (connected in the intact network; whether pipes and
        pumps carry enough is not checked), ``meets_availability``, ``meets_warm_prob``. No outage cuts off a building
        that is not served: both its indices are 1, and it meets neither norm.

    Raises
    ------
    HeatnetError
        When `faults_mean` lacks an asset, is negative or not finite, or as in `cold_hours`.

    Examples
    --------
    One fault in ten years of 8 h each, one day in four below -24.13 degC: ``1 - 0.1 * 8 / 8760``, ``exp(-0.1 / 4)``.

    >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]})
    >>> segments = pd.DataFrame(
    ...     {"segment_id": ["S"], "from_node": ["A"], "to_node": ["B"], "length_m": [50], "diameter_mm": [100]}
    ... )
    >>> indices = reliability(Network(nodes, segments), 0.1, climate=[-30.0, -10.0, 0.0, 5.0])
    >>> indices[["availability", "warm_prob"]].round(6)  # doctest: +NORMALIZE_WHITESPACE
                 availability  warm_prob
    building_id
    B                0.999909    0.97531
    """
    temperatures = np.sort(as_temperatures(climate))
    require_warm_start(t_start_c, "t_crit_c", t_crit_c)
    rates = values_by_asset(network, faults_mean, "faults_mean", above_zero=False)
    hours = repair_hours(network, repair_h)
    lost = outages(network, isolate=isolate)

    def effect(repair: npt.ArrayLike, constant: npt.ArrayLike) -> Floats:
        return critical_share(repair, constant, temperatures, t_start_c=t_start_c, t_crit_c=t_crit_c)

    buildings = network.building_nodes
    served = np.asarray(lost.is_served, dtype=bool)[buildings]
    off_hours = np.where(served, lost.carried(rates * hours)[buildings], 0.0)
    falls = sum_over_assets(lost, rates, hours, time_constants(network), effect)[buildings]
    availability, warm_prob = 1.0 - off_hours / HOURS_PER_YEAR, np.exp(-falls)
    return pd.DataFrame(
        {
            "availability": availability,
            "warm_prob": warm_prob,
            "is_served": served,
            "meets_availability": served & (availability >= availability_norm),
            "meets_warm_prob": served & (warm_prob >= warm_norm),
        },
        index=pd.Index(network.node_ids[buildings], name="building_id"),
    )


def time_constants(network: Network) -> Floats:
    """Thermal time constant per node position, hours; 40 where none is recorded."""
    recorded = network.nodes["cooling_h"].to_numpy(dtype=np.float64)
    return np.where(np.isnan(recorded), DEFAULT_COOLING_H, recorded)
