"""From faults and hours to risk and worth, asset by asset; what is to be claimed, flushed or measured first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from heatnet.consequence import heating_hours
from heatnet.failure import FailureModel
from heatnet.language import Note, note
from heatnet.network import Network
from heatnet.value import Settings, Values
from heatnet.value.knowing import is_measured_first
from heatnet.value.measures import soft_measures
from heatnet.value.risk import risk_parts
from heatnet.value.warranty import under_warranty
from heatnet.value.worth import worth_parts


def expected_of(model: FailureModel, network: Network, season: int, settings: Settings) -> pd.DataFrame:
    """Return the faults expected in a season, and of each asset once it is renewed (``faults_after``, never more)."""
    expected = model.expected_faults(network, season=season)
    values = settings.values
    after = model.faults_after(
        network,
        season=season,
        life=values.life,
        station_life=values.station_life,
        fault_growth=values.fault_growth,
    )
    return expected.assign(faults_after=np.minimum(after.to_numpy(), expected["faults_mean"].to_numpy()))


def valued_assets(
    assets: pd.DataFrame, accepted_on: pd.Series[Any], *, season: int, settings: Settings
) -> pd.DataFrame:
    """Return the assets with risk, worth, cost and ratio, and with what is to be done before any digging.

    Parameters
    ----------
    assets : DataFrame
        Index asset_id; what `heatnet.value.risk_parts` and `heatnet.value.worth_parts` ask for, ``past_faults``,
        ``cold_visits``, ``impaired_prob``.
    accepted_on : Series
        By asset_id: days of acceptance.
    season : int
        The coming season.
    settings : Settings
        Prices, values, heating time.

    Returns
    -------
    DataFrame
        With the columns of `risk_parts` and `worth_parts`, ``cold_household_hours``, ``measure_first``, ``soft_pays``
        (cleaning or balancing is worth its cost), ``is_claim`` (under warranty, and a fault or cold homes behind it).
    """
    values, prices = settings.values, settings.prices
    hours = heating_hours(season, heating_from=settings.heating_from, heating_to=settings.heating_to)
    valued = assets.copy(deep=False)  # columns are added one by one: many columns of many assets are copied once
    valued["cold_household_hours"] = assets["outage_hours"] + assets["chronic_hours"]
    for name, column in risk_parts(assets, values, heating_h=hours).items():
        valued[name] = column
    for name, column in worth_parts(valued, values, prices).items():
        valued[name] = column
    soft = soft_measures(valued, values, prices)
    claimed = under_warranty(accepted_on.reindex(assets.index), pd.Timestamp(season, 5, 1))
    valued["measure_first"] = is_measured_first(valued)
    valued["soft_pays"] = (soft["worth"] >= soft["cost"]) & (soft["worth"] > 0)
    valued["is_claim"] = claimed & ((assets["past_faults"] > 0) | (assets["cold_visits"] > 0))
    return valued


def value_notes(settings: Settings) -> tuple[Note, ...]:
    """Return what to say of the values: where they are heatnet's own, that they are."""
    values = settings.values
    if values != Values():
        return ()
    money = {name: getattr(values, name) for name in ("cold_hour", "no_heat_hour", "heat_gj")}
    return (note("assessment.values_assumed", **money),)
