"""Worth: the part of the risk that a cure takes away over its life, in money of today; plain tables, no network."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet._arrays import Floats
from heatnet.value.risk import is_station, require_columns
from heatnet.value.settings import Prices, Values

WORTH_COLUMNS = (
    "asset_kind",
    "length_m",
    "diameter_mm",
    "faults_mean",
    "faults_after",
    "repair_risk",
    "outage_risk",
    "cold_risk",
    "heat_risk",
    "stay",
)


def seasons_sum(factor: float | Floats, seasons: int) -> Floats:
    """Return ``sum_{k<seasons} factor**k``, term by term.

    Examples
    --------
    >>> seasons_sum(0.5, 3).item(), seasons_sum(1.0, 3).item()
    (1.75, 3.0)
    """
    term, total = (
        np.ones_like(np.asarray(factor, dtype=np.float64)),
        np.zeros_like(np.asarray(factor, dtype=np.float64)),
    )
    for _ in range(seasons):
        total = total + term
        term = term * factor
    return np.asarray(total, dtype=np.float64)


def worth_parts(assets: pd.DataFrame, values: Values, prices: Prices) -> pd.DataFrame:
    """Return what the renewal of each asset is worth and costs, in money of today.

    Over ``life`` seasons (a station: ``station_life``), with ``d = 1/(1 + discount)`` and ``g = 1 + fault_growth``::

        worth_faults = (1 - after/faults_mean) * (repair_risk + outage_risk) * sum_{k<life} (d*g)**k
        worth_heat   = heat_risk * sum_{k<life} d**k
        worth_cold   = renew_removes * cold_risk * sum_{k<life} (d*stay)**k
        worth        = their sum
        cost         = length_m * (c0 + c1*diameter_mm), of a station station_cost; without job cost
        ratio        = worth / cost,   ratio_alone = worth / (cost + job_cost)

    with ``after = min(faults_mean, renew_faults * faults_after)``; the first factor is 0 where faults_mean is 0.

    Parameters
    ----------
    assets : DataFrame
        Index asset_id; ``asset_kind``, ``length_m``, ``diameter_mm``, ``faults_mean``, ``faults_after`` (expected a
        season of the renewed asset), ``stay`` (probability that an impairment lasts a season) and the parts of
        `risk_parts`.
    values : Values
        What harm costs, and for how long a cure keeps it away.
    prices : Prices
        What cures cost.

    Returns
    -------
    DataFrame
        Index as given: ``worth``, ``worth_faults``, ``worth_heat``, ``worth_cold``, ``cost``, ``ratio``,
        ``ratio_alone``. Where something costs nothing the ratio is infinite, 0 where it is worth nothing too.

    Raises
    ------
    HeatnetError
        A column is missing.

    Examples
    --------
    Two seasons without discount or growth, half of the faults avoided: ``0.5*(3000 + 1000)*2``, ``100*2``,
    ``500*(1 + 0.7)``.

    >>> pipe = {"asset_kind": "segment", "length_m": 10.0, "diameter_mm": 100.0, "faults_mean": 0.2,
    ...         "faults_after": 0.1, "repair_risk": 3000.0, "outage_risk": 1000.0, "cold_risk": 500.0,
    ...         "heat_risk": 100.0, "stay": 0.7}
    >>> values = Values(life=2, discount=0.0, fault_growth=0.0)
    >>> worth_parts(pd.DataFrame([pipe], index=["S"]), values, Prices())[["worth", "cost", "ratio"]].values.tolist()
    [[5050.0, 15000.0, 0.33666666666666667]]
    """
    require_columns(assets, WORTH_COLUMNS)
    number = {name: assets[name].to_numpy(dtype=np.float64) for name in WORTH_COLUMNS[1:]}
    station = is_station(assets)
    d, g = 1.0 / (1.0 + values.discount), 1.0 + values.fault_growth
    faults = avoided_share(number["faults_mean"], number["faults_after"], values.renew_faults)
    worth_faults = faults * (number["repair_risk"] + number["outage_risk"]) * _over_life(d * g, station, values)
    worth_heat = number["heat_risk"] * _over_life(d, station, values)
    worth_cold = values.renew_removes * number["cold_risk"] * _over_life(d * number["stay"], station, values)
    worth = worth_faults + worth_heat + worth_cold
    cost = renewal_cost(assets, prices)
    return pd.DataFrame(
        {
            "worth": worth,
            "worth_faults": worth_faults,
            "worth_heat": worth_heat,
            "worth_cold": worth_cold,
            "cost": cost,
            "ratio": per_cost(worth, cost),
            "ratio_alone": per_cost(worth, cost + prices.job_cost),
        },
        index=assets.index,
    )


def avoided_share(faults_mean: Floats, faults_after: Floats, renew_faults: float) -> Floats:
    """Return the share of the faults that a renewal avoids, 0 where none are expected.

    Examples
    --------
    >>> avoided_share(np.array([0.2, 0.2, 0.0]), np.array([0.05, 0.3, 0.1]), 1.0).tolist()
    [0.75, 0.0, 0.0]
    """
    after = np.minimum(renew_faults * faults_after, faults_mean)
    share = np.divide(after, faults_mean, out=np.ones_like(faults_mean), where=faults_mean > 0)
    return np.asarray(1.0 - share, dtype=np.float64)


def renewal_cost(assets: pd.DataFrame, prices: Prices) -> Floats:
    """Return what the renewal of each asset costs, without job cost."""
    c0, c1 = prices.cost_per_m
    station = is_station(assets)
    length, diameter = (assets[name].to_numpy(dtype=np.float64) for name in ("length_m", "diameter_mm"))
    of_segment = np.where(station, 0.0, length) * (c0 + c1 * np.where(station, 0.0, diameter))
    return np.where(station, prices.station_cost, of_segment)


def per_cost(worth: Floats, cost: Floats) -> Floats:
    """Return worth / cost; where something costs nothing infinity, or 0 where it is worth nothing too.

    Examples
    --------
    >>> per_cost(np.array([3.0, 3.0, 0.0]), np.array([2.0, 0.0, 0.0])).tolist()
    [1.5, inf, 0.0]
    """
    free = np.where(worth > 0, np.inf, 0.0)
    return np.asarray(np.divide(worth, cost, out=free, where=cost > 0), dtype=np.float64)


def _over_life(factor: float | Floats, station: np.ndarray, values: Values) -> Floats:
    return np.where(station, seasons_sum(factor, values.station_life), seasons_sum(factor, values.life))
