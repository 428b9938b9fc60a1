"""Cures other than a renewal: cleaning, balancing, the repair of a valve, a part of a pipe; plain tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from heatnet.errors import HeatnetError
from heatnet.value.risk import is_station, require_columns
from heatnet.value.settings import Prices, Values
from heatnet.value.worth import per_cost, renewal_cost, seasons_sum, worth_parts

_WORTHS = ("worth", "worth_faults", "worth_heat", "worth_cold")


def soft_measures(assets: pd.DataFrame, values: Values, prices: Prices) -> pd.DataFrame:
    """Return what cleaning each segment, and balancing each station, is worth and costs.

    They take ``clean_removes`` of the cold term alone, ``clean_removes * cold_risk * sum_{k<life} (d*stay)**k``, and
    cost ``clean_cost_per_m`` a metre, or ``balance_cost``.

    Parameters
    ----------
    assets : DataFrame
        Index asset_id; ``asset_kind``, ``length_m``, ``cold_risk``, ``stay``, ``outage_hours``, ``chronic_hours``.
    values : Values
        What harm costs.
    prices : Prices
        What cures cost.

    Returns
    -------
    DataFrame
        Index as given: ``measure`` (clean, balance), ``removes`` (share of the asset's cold hours), ``worth``,
        ``worth_faults``, ``worth_heat`` (both 0), ``worth_cold``, ``cost``, ``ratio``.

    Examples
    --------
    >>> pipe = {"asset_kind": "segment", "length_m": 100.0, "cold_risk": 4000.0, "stay": 0.7, "outage_hours": 100.0,
    ...         "chronic_hours": 300.0}
    >>> table = soft_measures(pd.DataFrame([pipe], index=["S"]), Values(life=2, discount=0.0), Prices())
    >>> table[["measure", "removes", "worth", "cost"]].values.tolist()  # 0.5 * 4000 * 1.7
    [['clean', 0.375, 3400.0, 3000.0]]
    """
    require_columns(assets, ("asset_kind", "length_m", "cold_risk", "stay", "outage_hours", "chronic_hours"))
    station = is_station(assets)
    d = 1.0 / (1.0 + values.discount)
    stay, cold = assets["stay"].to_numpy(dtype=np.float64), assets["cold_risk"].to_numpy(dtype=np.float64)
    lasts = np.where(station, seasons_sum(d * stay, values.station_life), seasons_sum(d * stay, values.life))
    worth = values.clean_removes * cold * lasts
    length = np.where(station, 0.0, assets["length_m"].to_numpy(dtype=np.float64))
    cost = np.where(station, prices.balance_cost, length * prices.clean_cost_per_m)
    chronic, outage = (assets[name].to_numpy(dtype=np.float64) for name in ("chronic_hours", "outage_hours"))
    share = np.divide(chronic, chronic + outage, out=np.zeros(len(assets)), where=chronic + outage > 0)
    return pd.DataFrame(
        {
            "measure": np.where(station, "balance", "clean").astype(object),
            "removes": values.clean_removes * share,
            "worth": worth,
            "worth_faults": 0.0,
            "worth_heat": 0.0,
            "worth_cold": worth,
            "cost": cost,
            "ratio": per_cost(worth, cost),
        },
        index=assets.index,
    )


def part_renewals(renewals: pd.DataFrame, part_m: pd.Series[Any]) -> pd.DataFrame:
    """Return the renewal of a part of some segments: its share of the length, of the worth and of the cost.

    Parameters
    ----------
    renewals : DataFrame
        Index asset_id; ``length_m``, ``cost`` and the worth of the whole (`worth_parts`).
    part_m : Series
        By asset_id: metres renewed, above 0 and at most the length.

    Returns
    -------
    DataFrame
        One row per asset of `part_m`, with ``measure`` part, ``removes`` (the share), ``length_m`` (the part's).

    Raises
    ------
    HeatnetError
        An asset is unknown or a station, or its part is not above 0 or longer than the asset.

    Examples
    --------
    >>> whole = {"length_m": 100.0, "cost": 2000.0, "worth": 900.0, "worth_faults": 600.0, "worth_heat": 0.0,
    ...          "worth_cold": 300.0}
    >>> part = part_renewals(pd.DataFrame([whole], index=["S"]), pd.Series({"S": 25.0}))
    >>> part[["measure", "removes", "length_m", "cost", "worth", "ratio"]].values.tolist()
    [['part', 0.25, 25.0, 500.0, 225.0, 0.45]]
    """
    rows = renewals.index.get_indexer(part_m.index)
    if (rows < 0).any():
        raise HeatnetError(f"part_m names assets that are not known: {_first(part_m.index[rows < 0])}.")
    chosen = renewals.iloc[rows]
    length, part = chosen["length_m"].to_numpy(dtype=np.float64), part_m.to_numpy(dtype=np.float64)
    bad = ~((part > 0) & (part <= length))
    if bad.any():
        raise HeatnetError(f"part_m is not above 0 and at most the length of {_first(part_m.index[bad])}.")
    share = part / length
    scaled = {name: chosen[name].to_numpy(dtype=np.float64) * share for name in (*_WORTHS, "cost")}
    ratio = per_cost(scaled["worth"], scaled["cost"])
    return chosen.assign(measure="part", removes=share, length_m=part, **scaled, ratio=ratio)


def valve_repairs(saved: pd.DataFrame, values: Values, prices: Prices) -> pd.DataFrame:
    """Return what repairing the valves of segments is worth and costs.

    Worth is the outage risk that the smaller sections take away, times ``sum_{k<life} (d*g)**k``; of several valves of
    one segment the best stands for it.

    Parameters
    ----------
    saved : DataFrame
        ``segment_id``, ``valve_id``, ``risk_saved`` (money a season).
    values : Values
        For how long it counts.
    prices : Prices
        ``valve_cost``.

    Returns
    -------
    DataFrame
        Index asset_id (the segment): ``valve_id``, ``measure`` valve, ``removes`` 0 (it lowers what outages of other
        assets do), worth, cost and ratio.

    Examples
    --------
    >>> saved = pd.DataFrame({"segment_id": ["S", "S"], "valve_id": ["V", "W"], "risk_saved": [1000.0, 50.0]})
    >>> table = valve_repairs(saved, Values(life=2, discount=0.0, fault_growth=0.0), Prices())
    >>> table[["valve_id", "worth", "cost", "ratio"]].values.tolist()
    [['V', 2000.0, 20000.0, 0.1]]
    """
    best = saved.sort_values(["segment_id", "risk_saved", "valve_id"], ascending=[True, False, True], kind="stable")
    best = best.drop_duplicates("segment_id").set_index("segment_id").rename_axis("asset_id")
    factor = float(seasons_sum((1.0 + values.fault_growth) / (1.0 + values.discount), values.life))
    worth = np.maximum(best["risk_saved"].to_numpy(dtype=np.float64), 0.0) * factor
    cost = np.full(len(best), prices.valve_cost)
    return pd.DataFrame(
        {
            "valve_id": best["valve_id"].to_numpy(dtype=object),
            "measure": "valve",
            "removes": 0.0,
            "worth": worth,
            "worth_faults": worth,
            "worth_heat": 0.0,
            "worth_cold": 0.0,
            "cost": cost,
            "ratio": per_cost(worth, cost),
        },
        index=best.index,
    )


def renewals(assets: pd.DataFrame, values: Values, prices: Prices) -> pd.DataFrame:
    """Return the renewal of each asset as a cure: ``measure`` renew, ``removes`` 1, worth and cost (`worth_parts`)."""
    worth = worth_parts(assets, values, prices)
    return worth.assign(measure="renew", removes=1.0, cost=renewal_cost(assets, prices))


def _first(ids: pd.Index[Any]) -> str:
    return ", ".join(str(name) for name in ids[:5]) + (f", ... ({len(ids)})" if len(ids) > 5 else "")
