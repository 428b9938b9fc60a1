"""Risk: what doing nothing with an asset costs in the coming season, in four parts; plain tables, no network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats
from heatnet.errors import HeatnetError
from heatnet.value.settings import Values

GJ_PER_WATT_HOUR = 3.6e-6
RISK_PARTS = ("repair_risk", "outage_risk", "cold_risk", "heat_risk")
RISK_COLUMNS = (
    "asset_kind",
    "length_m",
    "diameter_mm",
    "heat_loss_w_m",
    "faults_mean",
    "outage_hours",
    "no_heat_hours",
    "chronic_hours",
    "severity",
)


def risk_parts(assets: pd.DataFrame, values: Values, *, heating_h: float) -> pd.DataFrame:
    """Return what doing nothing with each asset costs in the coming season, in money.

    ::

        repair_risk = faults_mean * (c0 + c1*diameter_mm), of a station faults_mean * station_repair
        outage_risk = no_heat_hours * no_heat_hour + outage_hours * cold_hour
        cold_risk   = chronic_hours * severity * cold_hour
        heat_risk   = max(0, heat_loss_w_m - new loss) * length_m * heating_h * 3.6e-6 * heat_gj
        risk        = their sum

    with the loss of a new pair ``n0 + n1*diameter_mm`` watts per metre of route (`Values.new_heat_loss_w_m`). An hour
    in the cold costs the same whatever its cause.

    Parameters
    ----------
    assets : DataFrame
        Index asset_id; ``asset_kind``, ``length_m``, ``diameter_mm`` (missing at stations), ``heat_loss_w_m``
        (measured; missing: no heat part), ``faults_mean``, and per season, households weighted as the office wants:
        ``outage_hours``, ``no_heat_hours``, ``chronic_hours``; ``severity`` (1: as cold as usual).
    values : Values
        What harm costs.
    heating_h : float
        Hours of the heating time.

    Returns
    -------
    DataFrame
        Index as given: ``repair_risk``, ``outage_risk``, ``cold_risk``, ``heat_risk``, ``risk``; money a season.

    Raises
    ------
    HeatnetError
        A column is missing.

    Examples
    --------
    >>> pipe = {"asset_kind": "segment", "length_m": 100.0, "diameter_mm": 200.0, "heat_loss_w_m": 162.0,
    ...         "faults_mean": 0.1, "outage_hours": 400.0, "no_heat_hours": 200.0, "chronic_hours": 8000.0,
    ...         "severity": 1.5}
    >>> risk_parts(pd.DataFrame([pipe], index=["S"]), Values(), heating_h=4392.0).round(0).values.tolist()
    [[3500.0, 700.0, 3000.0, 7028.0, 14228.0]]
    """
    require_columns(assets, RISK_COLUMNS)
    number = {name: assets[name].to_numpy(dtype=np.float64) for name in RISK_COLUMNS[1:]}
    station = is_station(assets)
    repair = _linear(values.repair_cost, number["diameter_mm"], station, values.station_repair)
    new_loss = _linear(values.new_heat_loss_w_m, number["diameter_mm"], station, 0.0)
    lost_w = np.maximum(number["heat_loss_w_m"] - new_loss, 0.0) * number["length_m"]
    parts = {
        "repair_risk": number["faults_mean"] * repair,
        "outage_risk": number["no_heat_hours"] * values.no_heat_hour + number["outage_hours"] * values.cold_hour,
        "cold_risk": number["chronic_hours"] * number["severity"] * values.cold_hour,
        "heat_risk": np.nan_to_num(lost_w) * heating_h * GJ_PER_WATT_HOUR * values.heat_gj,
    }
    parts["risk"] = parts["repair_risk"] + parts["outage_risk"] + parts["cold_risk"] + parts["heat_risk"]
    return pd.DataFrame(parts, index=assets.index)


def is_station(assets: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return whether each row is a station."""
    return np.asarray(assets["asset_kind"].to_numpy(dtype=object) == "station", dtype=bool)


def require_columns(table: pd.DataFrame, names: tuple[str, ...]) -> None:
    """Raise `HeatnetError` naming the columns that a table lacks."""
    absent = [name for name in names if name not in table.columns]
    if absent:
        raise HeatnetError(f"The table of assets lacks {', '.join(absent)}: add the columns.")


def _linear(pair: tuple[float, float], diameter_mm: Floats, station: Any, of_station: float) -> Floats:
    return np.where(station, of_station, pair[0] + pair[1] * np.where(station, 0.0, diameter_mm))
