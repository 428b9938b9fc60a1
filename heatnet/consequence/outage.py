"""What outages mean in a home: cold household-hours of each asset's outage, reliability of each building's heat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet._typed import typed
from heatnet.consequence.asset_values import values_by_asset
from heatnet.consequence.climate import as_temperatures
from heatnet.consequence.cooling import (
    DEFAULT_COOLING_H,
    critical_share,
    mean_cold_hours,
    require_reheat,
    require_warm_start,
)
from heatnet.consequence.durations import outage_hours
from heatnet.consequence.heat_shares import HeatShares, with_shares
from heatnet.consequence.outage_sums import sum_over_assets, sum_over_buildings
from heatnet.hydraulics import heat_shares
from heatnet.network import Network, computed_in_id_order
from heatnet.reachability import Outages, outages

HOURS_PER_YEAR = 8760.0


@typed
@computed_in_id_order
def cold_hours(
    network: Network,
    *,
    climate: Any,
    outage_h: float | pd.Series[Any] | None = None,
    isolate: Literal["segment", "section"] | None = None,
    t_start_c: float = 20.0,
    t_cold_c: float = 18.0,
    reheat: float | None = 1.2,
    capacity: bool = False,
) -> pd.DataFrame:
    """Return cold household-hours, and household-hours without heat, of one outage of each asset.

    Sum over the buildings that the outage cuts off of households x the hours below `t_cold_c` in the outage and in the
    recovery after it (`heatnet.consequence.cooling.mean_cold_hours`), mean over `climate`; and of households x
    `outage_h`. A building counts when the intact network serves it and the network without the asset does not. A
    building without ``cooling_h`` has 40 h, one without households counts as none. With d different ``cooling_h`` or
    outage times, whichever are fewer, the cost is d sums over the network.

    Parameters
    ----------
    network : Network
        The network.
    climate : array-like of float
        Outdoor temperatures of the heating time in degC, equal weights (assumed ones:
        `heatnet.consequence.climate.default_climate`).
    outage_h : Series by asset_id or float, optional
        Hours until heat is back, > 0. Default: a Russian norm for the repair by diameter (8, 13, 20, 24, 30 h below
        225, 450, 750, 950 mm and above) and, an assumption, 8 h for a station, plus 6 h; see `outage_time`.
    isolate : {"segment", "section"}, optional
        What an outage of a segment shuts, as in `supply_loss`.
    t_start_c, t_cold_c : float
        Room temperature when the heat stops, and below which a home counts as cold, degC. The service rule in
        Chinese cities is 18 +- 2.
    reheat : float, optional
        Heat given after the outage as a multiple of what a home needs, above 1; None: the recovery does not count.
    capacity : bool
        Whether homes count with the share of their heat that pipes and pumps still carry (True; see `outage_supply`),
        or as cut off or not.

    Returns
    -------
    DataFrame
        Index asset_id (segments, then stations, in table order): ``outage_h``, ``cold_household_hours``,
        ``no_heat_hours``.

    Raises
    ------
    HeatnetError
        When `climate` is empty or not finite, `outage_h` lacks an asset or is not above 0, `t_start_c` lies below
        `t_cold_c`, or `reheat` is not above 1.

    Examples
    --------
    Fifty homes, 14 h, -10 degC: ``50 * (14 - 40 ln(30/28) + 40 ln((26 - 11.14)/(26 - 18)))``; 50 x 14 h without heat.

    >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"], "households": [None, 50]})
    >>> segments = pd.DataFrame(
    ...     {"segment_id": ["S"], "from_node": ["A"], "to_node": ["B"], "length_m": [50], "diameter_mm": [100]}
    ... )
    >>> cold_hours(Network(nodes, segments), climate=[-10.0]).round(1)  # doctest: +NORMALIZE_WHITESPACE
              outage_h  cold_household_hours  no_heat_hours
    asset_id
    S             14.0                1800.4          700.0
    """
    homes = Homes(as_temperatures(climate), t_start_c, t_cold_c, reheat)
    hours = outage_hours(network, outage_h)
    lost = outages(network, isolate=isolate)
    shares = heat_shares(network, isolate) if capacity else None
    cold, without = hours_of_outages(lost, network.households, hours, time_constants(network), homes, shares=shares)
    if shares is not None:  # what no flow was found for is no number
        unknown = ~shares.is_solved[shares.asset_case]
        cold[unknown], without[unknown] = np.nan, np.nan
    columns = {"outage_h": hours, "cold_household_hours": cold, "no_heat_hours": without}
    return pd.DataFrame(columns, index=network.asset_ids)


@dataclass(frozen=True, slots=True, eq=False)
class Homes:
    """What a home goes through: outdoor temperatures, its own at the start, the limit of cold, the heat after it.

    Parameters
    ----------
    climate : numpy.ndarray
        Outdoor temperatures of the heating time in degC, equal weights.
    t_start_c, t_cold_c, reheat
        As in `cold_hours`.

    Raises
    ------
    HeatnetError
        When `t_start_c` lies below `t_cold_c`, or `reheat` is not above 1.
    """

    climate: Floats
    t_start_c: float = 20.0
    t_cold_c: float = 18.0
    reheat: float | None = 1.2

    def __post_init__(self) -> None:
        require_warm_start(self.t_start_c, "t_cold_c", self.t_cold_c)
        require_reheat(self.reheat)

    @property
    def least_warm_share(self) -> float:
        """The share of its heat with which no home ever falls below `t_cold_c`, on the coldest day."""
        coldest = float(self.climate.min())
        needed = (self.t_cold_c - coldest) / (self.t_start_c - coldest) if coldest < self.t_start_c else 0.0
        return max(0.0, needed)

    def cold_hours(self, outage_h: npt.ArrayLike, cooling_h: npt.ArrayLike, heat_share: npt.ArrayLike = 0.0) -> Floats:
        """Return hours below `t_cold_c` of one home, mean over the climate (`mean_cold_hours`)."""
        return mean_cold_hours(
            outage_h,
            cooling_h,
            self.climate,
            heat_share=heat_share,
            t_start_c=self.t_start_c,
            t_cold_c=self.t_cold_c,
            reheat=self.reheat,
        )


def hours_of_outages(
    lost: Outages,
    weights: Floats,
    outage_h: Floats,
    cooling_h: Floats,
    homes: Homes,
    *,
    shares: HeatShares | None = None,
) -> tuple[Floats, Floats]:
    """Return hours in the cold, and hours without heat, of one outage of each asset, from arrays by position.

    Parameters
    ----------
    lost : Outages
        What each outage cuts off (`heatnet.reachability.outages`).
    weights : numpy.ndarray
        Per node: households, or households x priority.
    outage_h : numpy.ndarray
        Per asset: hours.
    cooling_h : numpy.ndarray
        Per node: time constant of the building, hours (`time_constants`).
    homes : Homes
        Climate and temperatures.
    shares : HeatShares, optional
        Share of its heat that each building still gets in an outage; None: it is cut off or untouched.

    Returns
    -------
    cold, no_heat : numpy.ndarray
        Shape (n_assets,): sum of weight x hours below `t_cold_c`; sum of weight x (1 - share) x `outage_h`.
    """
    cold = sum_over_buildings(lost, weights, outage_h, cooling_h, homes.cold_hours)
    without = lost.lost(weights) * outage_h

    def cold_at(hours: float, nodes: Ints, share: Floats) -> Floats:
        cold = np.zeros(len(nodes))
        chosen = np.flatnonzero(share < homes.least_warm_share)
        cold[chosen] = homes.cold_hours(hours, cooling_h[nodes[chosen]], share[chosen])
        return cold

    def without_at(hours: float, _: Ints, share: Floats) -> Floats:
        without_heat: Floats = (1.0 - share) * hours
        return without_heat

    return (
        with_shares(cold, shares, weights, outage_h, cold_at),
        with_shares(without, shares, weights, outage_h, without_at),
    )


@typed
@computed_in_id_order
def reliability(  # noqa: PLR0913 - the public contract
    network: Network,
    faults_mean: float | pd.Series[Any],
    *,
    climate: Any,
    outage_h: float | pd.Series[Any] | None = None,
    isolate: Literal["segment", "section"] | None = None,
    t_start_c: float = 20.0,
    t_crit_c: float = 12.0,
    availability_norm: float = 0.97,
    warm_norm: float = 0.9,
) -> pd.DataFrame:
    """Return the availability of heat, and probability of a season without a dangerously cold home, of every building.

    ``availability = 1 - sum(faults_mean * outage_h) / 8760`` and ``warm_prob = exp(-sum(faults_mean * share))``, with
    `share` the share of `climate` below ``t_out_crit = (t_crit - t_start*e) / (1 - e)``, ``e = exp(-outage_h /
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
    outage_h : Series by asset_id or float, optional
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
    One fault in ten years of 14 h each, two days in four below -7.1 degC: ``1 - 0.1 * 14 / 8760``, ``exp(-0.1 / 2)``.

    >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]})
    >>> segments = pd.DataFrame(
    ...     {"segment_id": ["S"], "from_node": ["A"], "to_node": ["B"], "length_m": [50], "diameter_mm": [100]}
    ... )
    >>> indices = reliability(Network(nodes, segments), 0.1, climate=[-30.0, -10.0, 0.0, 5.0])
    >>> indices[["availability", "warm_prob"]].round(6)  # doctest: +NORMALIZE_WHITESPACE
                 availability  warm_prob
    building_id
    B                 0.99984   0.951229
    """
    temperatures = np.sort(as_temperatures(climate))
    require_warm_start(t_start_c, "t_crit_c", t_crit_c)
    rates = values_by_asset(network, faults_mean, "faults_mean", above_zero=False)
    hours = outage_hours(network, outage_h)
    lost = outages(network, isolate=isolate)

    def effect(outage: npt.ArrayLike, constant: npt.ArrayLike) -> Floats:
        return critical_share(outage, constant, temperatures, t_start_c=t_start_c, t_crit_c=t_crit_c)

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
    """Return the thermal time constant per node position, hours; 40 where none is recorded."""
    recorded = network.nodes["cooling_h"].to_numpy(dtype=np.float64)
    return np.where(np.isnan(recorded), DEFAULT_COOLING_H, recorded)
