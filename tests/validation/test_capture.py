import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.errors import HeatnetError
from heatnet.validation.capture import (
    bootstrap_capture,
    brier_score,
    calibration,
    capture,
    log_score,
    ranked_season,
)


def arrays(*columns: list[float]) -> list[np.ndarray]:
    return [np.array(column, dtype=float) for column in columns]


def test_a_cut_inside_an_asset_counts_its_faults_in_proportion_to_length() -> None:
    score, length, faults = arrays([3, 2, 1], [10, 40, 50], [2, 4, 2])
    season = ranked_season(score, length, faults)
    assert season.caught(np.array([0.1, 0.3, 0.5, 1.0])).tolist() == [2.0, 4.0, 6.0, 8.0]
    assert capture([season], [0.1, 0.3, 0.5, 1.0]).tolist() == [0.25, 0.5, 0.75, 1.0]


def test_equal_scores_catch_what_a_random_order_catches_on_average() -> None:
    score, length, faults = arrays([0, 0, 0, 0], [25, 25, 25, 25], [0, 0, 0, 4])
    assert capture([ranked_season(score, length, faults)], [0.25, 0.5]).tolist() == [0.25, 0.5]


def test_seasons_are_pooled_by_faults_and_not_by_share() -> None:
    length = np.array([50.0, 50.0])
    good = ranked_season(np.array([2.0, 1.0]), length, np.array([9.0, 0.0]))
    bad = ranked_season(np.array([2.0, 1.0]), length, np.array([0.0, 1.0]))
    assert capture([good, bad], [0.5]).tolist() == [0.9]


def test_no_fault_at_all_leaves_the_capture_unknown() -> None:
    season = ranked_season(np.array([1.0]), np.array([5.0]), np.array([0.0]))
    assert np.isnan(capture([season], [0.5])).all()


@pytest.mark.parametrize(("score", "length"), [(np.nan, 1.0), (1.0, 0.0)])
def test_an_asset_without_score_or_length_cannot_be_ranked(score: float, length: float) -> None:
    with pytest.raises(HeatnetError, match="leave the others out"):
        ranked_season(np.array([score]), np.array([length]), np.array([0.0]))


@st.composite
def seasons(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = draw(st.integers(1, 8))
    column = lambda low, high: draw(st.lists(st.integers(low, high), min_size=n, max_size=n))  # noqa: E731
    return tuple(np.array(values, dtype=float) for values in (column(0, 3), column(1, 50), column(0, 3)))


def caught_metre_by_metre(score: np.ndarray, length: np.ndarray, faults: np.ndarray, metres: int) -> float:
    """Lay every metre out in a row, best first, groups of equal scores mixed evenly, and count."""
    rate = {s: faults[score == s].sum() / length[score == s].sum() for s in set(score)}
    row = [rate[s] for s in sorted(rate, reverse=True) for _ in range(int(length[score == s].sum()))]
    return sum(row[:metres])


@settings(derandomize=True, deadline=None, max_examples=100)
@given(seasons(), st.data())
def test_the_curve_agrees_with_counting_metre_by_metre(season: tuple[np.ndarray, ...], data: st.DataObject) -> None:
    score, length, faults = season
    metres = data.draw(st.integers(0, int(length.sum())))
    found = ranked_season(score, length, faults).caught(np.array([metres / length.sum()]))[0]
    assert found == pytest.approx(caught_metre_by_metre(score, length, faults, metres), abs=1e-9)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(seasons())
def test_nothing_catches_more_than_the_oracle(season: tuple[np.ndarray, ...]) -> None:
    score, length, faults = season
    shares = np.linspace(0, 1, 7)
    best = ranked_season(faults / length, length, faults).caught(shares)
    assert (ranked_season(score, length, faults).caught(shares) <= best + 1e-9).all()


def test_the_bootstrap_gives_the_standard_error_of_a_share() -> None:
    # 400 equal assets, 100 of them with one fault, 50 of these in the upper half: share 0.5 of 100 faults.
    faults = np.zeros(400)
    faults[:50] = faults[300:350] = 1
    season = ranked_season(np.arange(400, 0, -1.0), np.ones(400), faults)
    drawn = bootstrap_capture({"a": [season], "b": [season]}, shares=[0.5], repeats=400, rng=1)
    assert drawn["a"].std() == pytest.approx(np.sqrt(0.5 * 0.5 / 100), rel=0.15)
    assert (drawn["a"] == drawn["b"]).all()


def test_groups_of_the_calibration_hold_the_same_expectation() -> None:
    rng = np.random.default_rng(0)
    expected = rng.gamma(0.5, 0.02, 5000)
    table = calibration(expected, rng.poisson(expected))
    assert table["expected"].to_numpy() == pytest.approx(np.full(10, expected.sum() / 10), rel=0.02)
    assert table["observed"].sum() == pytest.approx(expected.sum(), rel=0.3)
    assert table["assets"].is_monotonic_decreasing


def test_certain_and_right_forecasts_score_zero() -> None:
    prob, faults = np.array([1.0, 0.0]), np.array([3.0, 0.0])
    assert brier_score(prob, faults) == 0.0
    assert log_score(prob, faults) == 0.0
