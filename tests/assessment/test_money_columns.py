"""Every money column of an assessment and its plan, recomputed from the other columns by the formulas written out."""

import math

import numpy as np
import pandas as pd
import pytest

import heatnet as hn
from heatnet.synthetic import make_city

SEASON = 2026
HEATING_H = 24 * 183  # 15 October 2026 to 15 April 2027, both ends counted
PRICES = hn.Prices(job_cost=9000.0, clean_cost_per_m=1.0, balance_cost=20.0)  # so that some measures pay here
SETTINGS = hn.Settings(prices=PRICES)
VALUES = SETTINGS.values
D, G = 1 / 1.04, 1.03


@pytest.fixture(scope="module")
def assessment() -> hn.Assessment:
    city = make_city(length_km=20, stations=2, rng=5)
    records = {name: getattr(city, name) for name in ("visits", "faults", "works", "makeup")}
    return hn.assess(city.network, season=SEASON, settings=SETTINGS, **records)


def same(found: pd.Series, expected: list[float]) -> None:
    assert found.to_numpy(dtype=float) == pytest.approx(np.array(expected), rel=1e-9, abs=1e-6), found.name


def test_the_ranking(assessment: hn.Assessment) -> None:
    ranking, by_hand = assessment.ranking, []
    for row in ranking.to_dict("records"):
        is_pipe = row["asset_kind"] == "segment"
        seasons = range(30 if is_pipe else 20)
        repair = row["faults_mean"] * (15_000 + 100 * row["diameter_mm"] if is_pipe else 15_000)
        outage = row["no_heat_hours"] * 3 + row["outage_hours"] * 0.25
        cold = row["chronic_hours"] * row["severity"] * 0.25
        heat = 0.0
        if not math.isnan(row["heat_loss_w_m"]):
            watts = max(0.0, row["heat_loss_w_m"] - 36 - 0.13 * row["diameter_mm"]) * row["length_m"]
            heat = watts * HEATING_H * 3.6e-6 * 44.45
        avoided = 1 - row["faults_after"] / row["faults_mean"] if row["faults_mean"] > 0 else 0.0
        of_faults = avoided * (repair + outage) * sum((D * G) ** k for k in seasons)
        of_heat = heat * sum(D**k for k in seasons)
        of_cold = cold * sum((D * row["stay"]) ** k for k in seasons)
        worth = of_faults + of_heat + of_cold
        cost = row["length_m"] * (900 + 6 * row["diameter_mm"]) if is_pipe else 1_200_000
        by_hand.append(
            {
                "repair_risk": repair,
                "outage_risk": outage,
                "cold_risk": cold,
                "heat_risk": heat,
                "risk": repair + outage + cold + heat,
                "worth_faults": of_faults,
                "worth_heat": of_heat,
                "worth_cold": of_cold,
                "worth": worth,
                "cost": cost,
                "ratio": worth / cost,
                "ratio_alone": worth / (cost + 9000),
            }
        )
    for name, column in pd.DataFrame(by_hand).items():
        same(ranking[name], column.tolist())


def test_the_candidates(assessment: hn.Assessment) -> None:
    ranking = assessment.ranking
    offered = assessment.candidates(measures=["renew", "clean", "balance"])
    assert set(offered["measure"]) == {"renew", "clean", "balance"}
    for name, row in offered.iterrows():
        whole = ranking.loc[name]
        if row["measure"] == "renew":
            continue  # tests of what is flushed first say what a renewal beside flushing counts
        seasons = range(30 if row["measure"] == "clean" else 20)
        worth = 0.5 * whole["cold_risk"] * sum((D * whole["stay"]) ** k for k in seasons)
        cost = whole["length_m"] if row["measure"] == "clean" else 20
        assert row["worth"] == pytest.approx(worth)
        assert row["worth_cold"] == row["worth"]
        assert row["cost"] == pytest.approx(cost)
        assert row["ratio"] == pytest.approx(worth / cost)
        assert worth >= cost


def test_the_plan(assessment: hn.Assessment) -> None:
    plan = hn.plan_cures(assessment, max_km=1.5, max_stations=1)
    offered = assessment.candidates()
    renewals = offered[offered["measure"] == "renew"]
    least = renewals["worth"].sum() / renewals["cost"].sum()
    assert set(plan.cures["measure"]) >= {"renew", "clean"}
    worth_of_job, cost_of_job, benefit_of_job, all_worth = {}, {}, {}, []
    for name, row in plan.cures.iterrows():
        offer = offered[(offered.index == name) & (offered["measure"] == row["measure"])].iloc[0]
        assert row["worth"] == pytest.approx(offer["worth"])
        assert row["cost"] == pytest.approx(offer["cost"])
        assert row["ratio"] == pytest.approx(row["worth"] / row["cost"])
        assert row["benefit"] == pytest.approx(row["worth"] - least * row["cost"])
        all_worth.append(row["worth"])
        job = row["job_id"]
        worth_of_job[job] = worth_of_job.get(job, 0.0) + row["worth"]
        cost_of_job[job] = cost_of_job.get(job, 0.0) + row["cost"]
        benefit_of_job[job] = benefit_of_job.get(job, 0.0) + row["benefit"]
    for job, row in plan.jobs.iterrows():
        trench = 9000.0 if row["job_kind"] == "trench" else 0.0
        assert row["job_cost"] == trench
        assert row["worth"] == pytest.approx(worth_of_job[job])
        assert row["cost"] == pytest.approx(cost_of_job[job] + trench)
        assert row["benefit"] == pytest.approx(benefit_of_job[job] - least * trench)
        assert row["ratio"] == pytest.approx(row["worth"] / row["cost"])
    assert plan.worth == pytest.approx(sum(all_worth))
    assert plan.cost == pytest.approx(sum(cost_of_job.values()) + plan.jobs["job_cost"].sum())
    without_job = plan.cures.loc[plan.cures["job_id"].isna(), "benefit"].sum()
    assert plan.benefit == pytest.approx(plan.jobs["benefit"].sum() + without_job)
    assert plan.paying_jobs == sum(row["worth"] > row["cost"] for _, row in plan.jobs.iterrows())


def test_what_to_measure_first(assessment: hn.Assessment) -> None:
    ranking, table = assessment.ranking, assessment.measure_first
    least = ranking["worth"].sum() / ranking["cost"].sum()
    assert len(table) > 3
    for label, row in table.iterrows():
        members = ranking.loc[row["assets"].split(", ")]
        knowing = 0.0
        for _, one in members.iterrows():
            p = one["impaired_prob"] if pd.isna(one["ambiguity_group"]) else one["group_prob"]
            sound, digs = one["worth"] - one["worth_cold"], least * one["cost"]
            ill = sound + one["worth_cold"] / p if p > 0 else sound
            now = max(0.0, one["worth"] - digs)
            knowing += max(0.0, p * max(0.0, ill - digs) + (1 - p) * max(0.0, sound - digs) - now)
        assert row["knowing_worth"] == pytest.approx(knowing, abs=1e-6), label
        assert row["worth"] == pytest.approx(members["worth"].sum())
        assert (row["readings"], row["reading_cost"]) == (2, 1000.0)
        assert row["visit_cost"] == 50.0 * row["visits"]
        is_visit = 0 < row["visit_cost"] < row["reading_cost"]
        assert row["action"] == ("visit" if is_visit else "read")
        assert row["cost"] == (row["visit_cost"] if is_visit else row["reading_cost"])
        assert row["net_worth"] == pytest.approx(row["knowing_worth"] - row["cost"])
