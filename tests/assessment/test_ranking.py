"""The order is that of the hours; its range comes from drawn futures; the office's grades stay."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.assessment.ranking import _ranks, rank_assets, with_office_grades
from heatnet.errors import HeatnetError


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


def test_the_office_grade_stays_and_both_are_shown() -> None:
    ranking = rank_assets(assets())
    last = ranking.index[-1]
    office = pd.DataFrame({"grade": ["A"], "grade_reason": ["promised to the hospital"]}, index=[last])
    graded = with_office_grades(ranking, office)
    assert graded.index.equals(ranking.index)
    assert graded.loc[last, ["grade", "grade_computed", "grade_reason"]].tolist() == [
        "A",
        "C",
        "promised to the hospital",
    ]
    others = graded.drop(index=last)
    assert (others["grade"] == others["grade_computed"]).all()
    assert others["grade_reason"].isna().all()


@pytest.mark.parametrize(
    ("ids", "grade", "reason", "message"),
    [
        (["nowhere"], "A", "x", "not in the ranking"),
        (["A00", "A00"], "A", "x", "more than once"),
        (["A00"], "D", "x", "none of A, B, C"),
        (["A00"], "A", " ", "no grade_reason"),
    ],
)
def test_office_grades_that_cannot_be_used_are_refused(ids: list[str], grade: str, reason: str, message: str) -> None:
    office = pd.DataFrame({"grade": grade, "grade_reason": reason}, index=ids)
    with pytest.raises(HeatnetError, match=message):
        with_office_grades(rank_assets(assets()), office)


@settings(derandomize=True, deadline=None)
@given(st.lists(st.sampled_from([0.0, 0.0, 0.25, 1.0, 1.5, 3e7]), max_size=40))
def test_ranks_are_those_of_a_plain_sort_and_equal_ones_stand_as_they_do(hours: list[float]) -> None:
    numbers = np.array(hours, dtype=np.float32)
    order = sorted(range(len(hours)), key=lambda place: -hours[place])
    rank, above = _ranks(numbers)
    assert [order[k - 1] for k in rank.tolist()] == list(range(len(hours)))
    assert above.tolist() == [place for place in order if hours[place] > 0]
