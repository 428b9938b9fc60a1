"""The order is that of worth per cost; its range comes from drawn futures; the office's grades stay."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import heatnet as hn
from heatnet.assessment.ranking import _Future, _Least, _most_first, _States, rank_assets, with_office_grades
from heatnet.errors import HeatnetError
from heatnet.value.risk import RISK_PARTS, risk_parts
from heatnet.value.worth import worth_parts


def assets(n: int = 40, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    faults = rng.uniform(0.01, 0.5, n)
    prob = np.where(rng.random(n) < 0.5, 0.0, rng.random(n))
    return valued(
        pd.DataFrame(
            {
                "asset_kind": np.where(np.arange(n) % 10 == 9, "station", "segment"),
                "length_m": np.where(np.arange(n) % 10 == 9, np.nan, rng.uniform(5, 200, n)),
                "diameter_mm": np.where(np.arange(n) % 10 == 9, np.nan, 100.0),
                "heat_loss_w_m": np.nan,
                "faults_mean": faults,
                "faults_low": faults / 2,
                "faults_high": faults * 2,
                "faults_after": faults / 4,
                "impaired_prob": prob,
                "group_prob": prob,
                "ambiguity_group": None,
                "outage_hours": faults * rng.uniform(0, 1000, n),
                "no_heat_hours": 0.0,
                "chronic_hours": prob * 3000,
                "severity": 1.0,
                "stay": 0.7,
            },
            index=pd.Index([f"A{k:02}" for k in range(n)], name="asset_id"),
        )
    )


def valued(given: pd.DataFrame, **changes: object) -> pd.DataFrame:
    """The assets with what follows from their hours and faults."""
    given = given.drop(columns=["risk", "worth"], errors="ignore").assign(**changes)
    given = given.drop(columns=[name for name in (*RISK_PARTS, *WORTHS) if name in given])
    given = given.join(risk_parts(given, VALUES, heating_h=4392.0))
    return given.join(worth_parts(given, VALUES, hn.Prices()))


VALUES = hn.Values(uncertain=1.0)
WORTHS = ("worth_faults", "worth_heat", "worth_cold", "cost", "ratio", "ratio_alone")
CERTAIN = hn.Settings(values=VALUES)


def test_the_order_is_that_of_worth_per_cost() -> None:
    ranking = rank_assets(assets())
    assert ranking["rank"].tolist() == list(range(1, 41))
    assert ranking["ratio"].is_monotonic_decreasing


def test_equal_ratios_stand_by_worth_then_by_id_and_last_digits_decide_nothing() -> None:
    given = assets(4).assign(asset_kind="segment", length_m=10.0, ratio=[0.3, 0.1 + 0.2, 0.3, 0.3])
    given["worth"] = [5.0, 5.0, 7.0, 5.0 * (1 - 1e-15)]
    assert rank_assets(given).index.tolist() == ["A02", "A00", "A01", "A03"]


def test_shuffled_rows_give_the_same_ranking() -> None:
    given = assets().assign(ambiguity_group=["G1", "G2", None, "G1"] * 10)
    pd.testing.assert_frame_equal(rank_assets(given), rank_assets(given.sample(frac=1, random_state=3)))


def test_the_rank_lies_in_its_range() -> None:
    ranking = rank_assets(assets())
    assert (ranking["rank_low"] <= ranking["rank"]).all()
    assert (ranking["rank"] <= ranking["rank_high"]).all()


def certain(n: int, **changes: object) -> pd.DataFrame:
    """Assets of one length and one rate that is known, the first worth most."""
    given = assets(n).assign(asset_kind="segment", length_m=10.0, diameter_mm=100.0, chronic_hours=0.0)
    given["faults_mean"] = given["faults_low"] = given["faults_high"] = 0.2
    usual = {"faults_after": 0.0, "impaired_prob": 0.0, "outage_hours": 1e9 * 2.0 ** -np.arange(n)}
    return valued(given, **{**usual, **changes})


def test_what_is_certain_has_one_rank() -> None:
    ranking = rank_assets(certain(15), settings=CERTAIN)
    assert (ranking["rank_low"] == ranking["rank"]).all()
    assert (ranking["rank_high"] == ranking["rank"]).all()


def test_grade_a_is_the_best_share_of_length_when_all_is_certain() -> None:
    grades = rank_assets(certain(10), grade_share=0.3, settings=CERTAIN)["grade"].tolist()
    assert grades == ["A"] * 3 + ["C"] * 7


def test_values_that_may_be_off_widen_the_range_of_what_hangs_on_them() -> None:
    """One asset is worth something for its repairs, the other for cold homes: the values decide which is first."""
    given = certain(2, outage_hours=0.0)
    given = valued(given, impaired_prob=1.0, group_prob=1.0, chronic_hours=[0.0, 160_000.0], faults_mean=[0.2, 1e-9],
                   faults_low=[0.2, 1e-9], faults_high=[0.2, 1e-9])  # fmt: skip
    assert 0.5 < given["worth"].iloc[0] / given["worth"].iloc[1] < 2
    sure, unsure = rank_assets(given, settings=CERTAIN), rank_assets(given)
    assert (sure["rank_low"] == sure["rank_high"]).all()
    assert (unsure["rank_high"] - unsure["rank_low"]).tolist() == [1, 1]


def test_nine_in_ten_draws_of_a_value_lie_within_a_factor_of_two_and_an_hour_has_one_value_everywhere() -> None:
    """The first asset is worth only lost heat, the others only cold homes: always ill, and so in every outage."""
    given = certain(3, outage_hours=0.0, chronic_hours=0.0, faults_mean=0.0, faults_low=0.0, faults_high=0.0)
    given = valued(given, chronic_hours=[0.0, 5e4, 1e5], heat_loss_w_m=[300.0, np.nan, np.nan], impaired_prob=1.0,
                   group_prob=1.0)  # fmt: skip
    future, rng = _Future.of(given, hn.Settings()), np.random.default_rng(3)
    drawn = np.array([future.drawn(rng) for _ in range(4000)]) / given["ratio"].to_numpy()
    low, middle, high = np.quantile(drawn[:, 0], [0.05, 0.5, 0.95])
    assert (low, middle, high) == pytest.approx((0.5, 1.0, 2.0), rel=0.06)
    np.testing.assert_allclose(drawn[:, 1], drawn[:, 2], rtol=1e-5)
    assert abs(np.corrcoef(np.log(drawn[:, 0]), np.log(drawn[:, 1]))[0, 1]) < 0.05


def test_an_impairment_that_is_a_coin_toss_gets_grade_b() -> None:
    given = valued(
        certain(2),
        outage_hours=[0.0, 1000.0],
        chronic_hours=[1e6, 0.0],
        impaired_prob=[0.5, 0.0],
        group_prob=[0.5, 0.0],
        faults_mean=[1e-9, 0.2],
        faults_low=[1e-9, 0.2],
        faults_high=[1e-9, 0.2],
    )
    assert rank_assets(given, grade_share=0.5, draws=400, settings=CERTAIN)["grade"].tolist() == ["B", "B"]


def test_assets_of_one_group_are_ill_together_as_often_as_their_posterior_says() -> None:
    prob = np.array([0.2, 0.3, 0.1, 0.25])
    table = pd.DataFrame({"impaired_prob": prob, "group_prob": [0.5, 0.5, 0.5, 0.25]})
    table["ambiguity_group"] = ["G", "G", "G", None]
    states, rng = _States.of(table), np.random.default_rng(0)
    drawn = np.array([states.drawn(rng) for _ in range(20_000)])
    np.testing.assert_allclose(drawn.mean(axis=0), prob, atol=0.015)
    any_ill = drawn[:, :3].any(axis=1)
    assert any_ill.mean() == pytest.approx(0.5, abs=0.015)
    # 0.2 + 0.3 + 0.1 = 1.2 of the group's 0.5: a second member is ill in a fifth of the cases
    assert (drawn[any_ill, :3].sum(axis=1) == 2).mean() == pytest.approx(0.2, abs=0.02)


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
def test_the_order_is_that_of_a_plain_sort_and_equal_ones_stand_as_they_do(ratios: list[float]) -> None:
    order = sorted(range(len(ratios)), key=lambda place: -ratios[place])
    assert _most_first(np.array(ratios, dtype=np.float32)).tolist() == order


@given(st.lists(st.lists(st.integers(-50, 50), min_size=3, max_size=3), min_size=1, max_size=12), st.data())
def test_the_least_numbers_are_those_of_a_sort(draws: list[list[int]], data: st.DataObject) -> None:
    count = data.draw(st.integers(1, len(draws)))
    kept = _Least(count, 3)
    for numbers in draws:
        kept.add(np.array(numbers, dtype=np.int32))
    assert kept.last().tolist() == [sorted(of_asset)[count - 1] for of_asset in zip(*draws, strict=True)]
