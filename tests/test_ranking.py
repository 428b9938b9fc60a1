"""The order is that of the hours; its range comes from drawn futures; each reason tells the row's own numbers."""

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import HeatnetError
from heatnet.ranking import rank_assets, reasons


def assets(n: int = 40, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    faults = rng.uniform(0.01, 0.5, n)
    prob = np.where(rng.random(n) < 0.5, 0.0, rng.random(n))
    return pd.DataFrame(
        {
            "length_m": np.where(np.arange(n) % 10 == 9, np.nan, rng.uniform(5, 200, n)),
            "faults_mean": faults,
            "faults_low": faults / 2,
            "faults_high": faults * 2,
            "impaired_prob": prob,
            "outage_hours": faults * rng.uniform(0, 1000, n),
            "chronic_hours": prob * 300,
        },
        index=pd.Index([f"A{k:02}" for k in range(n)], name="asset_id"),
    )


def test_the_order_is_that_of_the_hours_and_hours_add_up() -> None:
    ranking = rank_assets(assets())
    assert ranking["rank"].tolist() == list(range(1, 41))
    assert ranking["cold_household_hours"].is_monotonic_decreasing
    total = ranking["outage_hours"] + ranking["chronic_hours"]
    np.testing.assert_allclose(ranking["cold_household_hours"], total, rtol=1e-12)


def test_shuffled_rows_give_the_same_ranking() -> None:
    given = assets()
    pd.testing.assert_frame_equal(rank_assets(given), rank_assets(given.sample(frac=1, random_state=3)))


def test_the_rank_lies_in_its_range_and_the_hours_in_theirs() -> None:
    ranking = rank_assets(assets())
    assert (ranking["rank_low"] <= ranking["rank"]).all()
    assert (ranking["rank"] <= ranking["rank_high"]).all()
    assert (ranking["hours_low"] <= ranking["cold_household_hours"]).all()
    assert (ranking["cold_household_hours"] <= ranking["hours_high"]).all()


def test_what_is_certain_has_one_rank() -> None:
    given = assets().assign(chronic_hours=0.0)
    given["faults_low"] = given["faults_high"] = given["faults_mean"]
    given["outage_hours"] = 1000.0 * 2.0 ** -np.arange(len(given))
    ranking = rank_assets(given)
    assert (ranking["rank_low"] == ranking["rank"]).all()
    assert (ranking["rank_high"] == ranking["rank"]).all()


def test_grade_a_is_the_best_share_of_length_when_all_is_certain() -> None:
    given = assets(10).assign(length_m=10.0, chronic_hours=0.0, outage_hours=2.0 ** -np.arange(10))
    given["faults_low"] = given["faults_high"] = given["faults_mean"]
    grades = rank_assets(given, grade_share=0.3)["grade"].tolist()
    assert grades == ["A"] * 3 + ["C"] * 7


def test_an_impairment_that_is_a_coin_toss_gets_grade_b() -> None:
    given = pd.DataFrame(
        {
            "length_m": [10.0, 10.0],
            "faults_mean": 0.1,
            "faults_low": 0.1,
            "faults_high": 0.1,
            "impaired_prob": [0.5, 0.0],
            "outage_hours": [0.0, 10.0],
            "chronic_hours": [50.0, 0.0],
        },
        index=pd.Index(["X", "Y"], name="asset_id"),
    )
    assert rank_assets(given, grade_share=0.5, draws=400)["grade"].tolist() == ["B", "B"]


def test_an_asset_that_saves_nothing_is_never_among_the_best() -> None:
    given = assets().assign(outage_hours=0.0, chronic_hours=0.0)
    assert set(rank_assets(given)["grade"]) == {"C"}


def test_the_mean_of_the_draws_is_the_expectation() -> None:
    given = assets(1).assign(impaired_prob=0.3, outage_hours=100.0, chronic_hours=60.0)
    ranking = rank_assets(given, draws=4000)
    assert ranking["hours_low"].iloc[0] < 160 < ranking["hours_high"].iloc[0]


@pytest.mark.parametrize(("options", "message"), [({"grade_share": 0}, "grade_share"), ({"draws": 0}, "draws")])
def test_settings_out_of_range_are_refused(options: dict[str, int], message: str) -> None:
    with pytest.raises(HeatnetError, match=message):
        rank_assets(assets(), **options)


def test_an_empty_table_has_an_empty_ranking() -> None:
    assert rank_assets(assets()[:0]).empty


def test_a_reason_begins_with_what_weighs_most_and_tells_its_numbers() -> None:
    rows = pd.DataFrame(
        {
            "asset_kind": ["segment", "segment", "station"],
            "length_m": [84.0, 20.4, np.nan],
            "laid_year": [1989.0, np.nan, np.nan],
            "past_faults": [3, 0, 1],
            "past_seasons": [6, 6, 6],
            "visits": [14, 0, 1],
            "cold_visits": [9, 0, 1],
            "buildings_lost": [8, 0, 1],
            "households_lost": [640.0, 0.0, 30.0],
            "outage_hours": [10.0, 1.0, 1.0],
            "chronic_hours": [50.0, 0.0, 0.0],
        },
        index=pd.Index(["S1", "S2", "T1"], name="asset_id"),
    )
    assert reasons(rows).tolist() == [
        "9 of 14 visits behind it cold; laid 1989; 3 faults in 6 seasons on 84 m; "
        "its outage cuts off 8 buildings with 640 households",
        "laying year unknown; no faults in 6 seasons on 20 m; its outage cuts off no building",
        "1 fault in 6 seasons; its outage cuts off 1 building with 30 households; 1 of 1 visit behind it cold",
    ]
