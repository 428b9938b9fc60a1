"""Every money column, recomputed from the others by the formulas written out plainly; what may never lower a risk."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import heatnet as hn
from heatnet.value.measures import renewals, soft_measures
from heatnet.value.risk import risk_parts
from heatnet.value.worth import worth_parts

HEATING_H = 4392.0


def money(least: float, most: float) -> st.SearchStrategy[float]:
    return st.floats(least, most, allow_nan=False)


VALUES = st.builds(
    hn.Values,
    cold_hour=money(0, 5),
    no_heat_hour=money(0, 20),
    repair_cost=st.tuples(money(0, 5e4), money(0, 500)),
    station_repair=money(0, 5e4),
    heat_gj=money(0, 200),
    new_heat_loss_w_m=st.tuples(money(0, 50), money(0, 1)),
    life=st.integers(1, 40),
    station_life=st.integers(1, 40),
    discount=money(0, 0.2),
    fault_growth=money(-0.1, 0.1),
    clean_removes=money(0, 1),
    renew_removes=money(0, 1),
    renew_faults=money(0, 3),
)
PRICES = st.builds(hn.Prices, cost_per_m=st.tuples(money(100, 5e3), money(0, 20)), job_cost=money(0, 1e5))


@st.composite
def fleets(draw: st.DrawFn) -> pd.DataFrame:
    """A few assets with whatever hours and rates, the last one a station."""
    rows = []
    for kind in ["segment"] * draw(st.integers(1, 4)) + ["station"]:
        mean = draw(st.sampled_from([0.0, 0.01, 0.3, 2.0]))
        rows.append(
            {
                "asset_kind": kind,
                "length_m": draw(money(1, 500)) if kind == "segment" else np.nan,
                "diameter_mm": draw(money(25, 1200)) if kind == "segment" else np.nan,
                "heat_loss_w_m": draw(st.sampled_from([np.nan, 0.0, 30.0, 250.0])) if kind == "segment" else np.nan,
                "faults_mean": mean,
                "faults_after": mean * draw(money(0, 1)),
                "outage_hours": mean * draw(money(0, 1e5)),
                "no_heat_hours": mean * draw(money(0, 1e5)),
                "chronic_hours": draw(money(0, 1e6)),
                "severity": draw(money(0.1, 4)),
                "stay": draw(money(0, 1)),
            }
        )
    return pd.DataFrame(rows, index=pd.Index([f"A{n}" for n in range(len(rows))], name="asset_id"))


@hypothesis_settings(derandomize=True, deadline=None, max_examples=60)
@given(fleet=fleets(), values=VALUES, prices=PRICES)
def test_every_money_column_is_its_formula_written_out(
    fleet: pd.DataFrame, values: hn.Values, prices: hn.Prices
) -> None:
    risk = risk_parts(fleet, values, heating_h=HEATING_H)
    worth = worth_parts(fleet.join(risk), values, prices)
    for name, row in fleet.iterrows():
        by_hand = _by_hand(row, values, prices)
        for column, expected in by_hand.items():
            found = (risk if column in risk else worth).loc[name, column]
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), column


def _by_hand(row: pd.Series, values: hn.Values, prices: hn.Prices) -> dict[str, float]:
    is_station = row["asset_kind"] == "station"
    d, g = 1 / (1 + values.discount), 1 + values.fault_growth
    life = values.station_life if is_station else values.life
    repair = values.station_repair if is_station else values.repair_cost[0] + values.repair_cost[1] * row["diameter_mm"]
    told = {"repair_risk": row["faults_mean"] * repair}
    told["outage_risk"] = row["no_heat_hours"] * values.no_heat_hour + row["outage_hours"] * values.cold_hour
    told["cold_risk"] = row["chronic_hours"] * row["severity"] * values.cold_hour
    told["heat_risk"] = 0.0
    if not np.isnan(row["heat_loss_w_m"]):
        new = values.new_heat_loss_w_m[0] + values.new_heat_loss_w_m[1] * row["diameter_mm"]
        watts = max(0.0, row["heat_loss_w_m"] - new) * row["length_m"]
        told["heat_risk"] = watts * HEATING_H * 3.6e-6 * values.heat_gj
    told["risk"] = told["repair_risk"] + told["outage_risk"] + told["cold_risk"] + told["heat_risk"]
    mean = row["faults_mean"]
    avoided = 1 - min(mean, values.renew_faults * row["faults_after"]) / mean if mean > 0 else 0.0
    of_faults = told["repair_risk"] + told["outage_risk"]
    told["worth_faults"] = avoided * of_faults * sum((d * g) ** k for k in range(life))
    told["worth_heat"] = told["heat_risk"] * sum(d**k for k in range(life))
    told["worth_cold"] = values.renew_removes * told["cold_risk"] * sum((d * row["stay"]) ** k for k in range(life))
    told["worth"] = told["worth_faults"] + told["worth_heat"] + told["worth_cold"]
    per_m = prices.cost_per_m[0] + prices.cost_per_m[1] * row["diameter_mm"]
    told["cost"] = prices.station_cost if is_station else row["length_m"] * per_m
    told["ratio"] = told["worth"] / told["cost"]
    told["ratio_alone"] = told["worth"] / (told["cost"] + prices.job_cost)
    return told


@hypothesis_settings(derandomize=True, deadline=None, max_examples=40)
@given(fleet=fleets(), values=VALUES, more=money(0, 3), column=st.sampled_from(
    ["faults_mean", "outage_hours", "no_heat_hours", "chronic_hours", "severity", "heat_loss_w_m"]))  # fmt: skip
def test_more_of_any_harm_never_lowers_a_risk(fleet: pd.DataFrame, values: hn.Values, more: float, column: str) -> None:
    before = risk_parts(fleet, values, heating_h=HEATING_H)["risk"]
    after = risk_parts(fleet.assign(**{column: fleet[column] * (1 + more)}), values, heating_h=HEATING_H)["risk"]
    assert (after >= before * (1 - 1e-12)).all()


@hypothesis_settings(derandomize=True, deadline=None, max_examples=40)
@given(fleet=fleets(), values=VALUES, prices=PRICES)
def test_cleaning_takes_its_share_of_the_cold_term_alone(
    fleet: pd.DataFrame, values: hn.Values, prices: hn.Prices
) -> None:
    table = fleet.join(risk_parts(fleet, values, heating_h=HEATING_H))
    soft, whole = soft_measures(table, values, prices), renewals(table, values, prices)
    expected = whole["worth_cold"] * values.clean_removes
    assert (soft["worth"] * values.renew_removes).to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-9, abs=1e-9)
    is_station = (fleet["asset_kind"] == "station").to_numpy()
    metres = fleet["length_m"].to_numpy() * prices.clean_cost_per_m
    assert soft["cost"].to_numpy() == pytest.approx(np.where(is_station, prices.balance_cost, metres))
    assert soft["measure"].tolist() == np.where(is_station, "balance", "clean").tolist()
    assert soft["removes"].between(0, values.clean_removes).all()


def test_a_column_that_is_missing_is_named() -> None:
    table = pd.DataFrame({"asset_kind": ["segment"]})
    with pytest.raises(hn.HeatnetError, match="faults_mean"):
        risk_parts(table, hn.Values(), heating_h=HEATING_H)
    with pytest.raises(hn.HeatnetError, match="stay"):
        worth_parts(table, hn.Values(), hn.Prices())
