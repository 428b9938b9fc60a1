"""Ratios of what came after a cure to what would have come without, and their intervals."""

import numpy as np
import pytest
from scipy.stats import gamma

from heatnet.review.ratios import Chances, ratio_by_likelihood, ratio_of_counts, ratio_of_sums


def test_with_nothing_uncertain_a_ratio_is_the_gamma_of_the_count() -> None:
    told = ratio_of_counts(10, 40.0, 0.0)
    low, middle, high = gamma(10.5, scale=1 / 40).ppf([0.05, 0.5, 0.95])
    assert (told.low, told.ratio, told.high) == pytest.approx((low, middle, high), rel=1e-4)


def test_an_uncertain_forecast_or_clustered_counts_widen_the_interval() -> None:
    plain = ratio_of_counts(10, 40.0, 0.0)
    unsure, clustered = ratio_of_counts(10, 40.0, 100.0), ratio_of_counts(10, 40.0, 0.0, dispersion=2.0)
    for wider in (unsure, clustered):
        assert wider.low < plain.low
        assert wider.high > plain.high


def test_nothing_expected_tells_nothing() -> None:
    told = ratio_of_counts(0, 0.0, 0.0)
    assert np.isnan(told.ratio)
    assert (told.low, told.high) == (0.0, float("inf"))


def test_the_interval_holds_the_truth_nine_times_out_of_ten() -> None:
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(2000):
        ratio = rng.choice([0.2, 1.0, 1.8])
        rates = rng.gamma(5.0, 6.0 / 5.0)  # what would come: mean 6, variance 7.2
        told = ratio_of_counts(float(rng.poisson(ratio * rates)), 6.0, 7.2)
        held += told.low <= ratio <= told.high
    assert 0.87 < held / 2000 < 0.95


def test_a_likelihood_that_does_not_change_tells_nothing() -> None:
    roots = np.linspace(0.0, 2.0, 17)
    assert np.isnan(ratio_by_likelihood(roots, np.full(17, -40.0), roots**2).ratio)


def test_illness_seen_plainly_is_a_count_of_the_ill() -> None:
    # 40 expected without the cure, 12 came: gamma(12.5) over 40, for the prior is r**-1/2
    roots = np.linspace(0.0, np.sqrt(5.0), 201)
    with np.errstate(divide="ignore"):
        logs = np.where(roots > 0, 24 * np.log(roots) - 40 * roots**2, -1e3)
    told = ratio_by_likelihood(roots, logs, roots**2)
    low, middle, high = gamma(12.5, scale=1 / 40).ppf([0.05, 0.5, 0.95])
    assert (told.low, told.ratio, told.high) == pytest.approx((low, middle, high), rel=0.01)


def test_where_all_are_ill_anyway_the_ratio_says_so_however_large_r_is() -> None:
    roots = np.linspace(0.0, 2.0, 201)  # each of ten would be ill with 0.5: r above 2 makes no more of them ill
    told = ratio_by_likelihood(roots, 50 * roots, np.minimum(roots**2, 2.0))
    assert told.high == pytest.approx(2.0)


def test_two_chances_are_four_sums() -> None:
    values, weights = Chances(1.0, np.array([0.5, 0.25]), np.array([2.0, 1.0])).spread_out()
    found = {round(value, 6): round(weight, 6) for value, weight in zip(values, weights, strict=True) if weight > 1e-9}
    assert sum(weight for value, weight in found.items() if value < 1.1) == pytest.approx(0.375)
    assert sum(weight for value, weight in found.items() if 1.9 < value < 2.1) == pytest.approx(0.125)
    assert sum(weight for value, weight in found.items() if 2.9 < value < 3.1) == pytest.approx(0.375)
    assert sum(weight for value, weight in found.items() if value > 3.9) == pytest.approx(0.125)


@pytest.mark.parametrize("count", [3, 400])
def test_a_sum_keeps_its_mean_and_variance_however_many_chances_there_are(count: int) -> None:
    rng = np.random.default_rng(count)
    prob, amount = rng.random(count), rng.gamma(1.0, 2.0, count)
    values, weights = Chances(5.0, prob, amount).spread_out()
    mean = float((values * weights).sum())
    assert mean == pytest.approx(5.0 + (prob * amount).sum(), rel=1e-3)
    variance = float(((values - mean) ** 2 * weights).sum())
    assert variance == pytest.approx((prob * (1 - prob) * amount**2).sum(), rel=0.02)


def test_what_comes_without_a_cure_for_certain_leaves_the_chance_of_the_visits() -> None:
    told = ratio_of_sums(10.0, 1.0, [(np.array([40.0]), np.array([1.0]))])
    low, middle, high = gamma(10.5, scale=1 / 40).ppf([0.05, 0.5, 0.95])
    assert (told.low, told.ratio, told.high) == pytest.approx((low, middle, high), rel=0.01)


def test_what_may_have_come_widens_the_interval() -> None:
    # 1000 cold visits beside 500 or 2000 that would have come: the ratio is 2 or a half
    told = ratio_of_sums(1000.0, 1e-3, [(np.array([500.0, 2000.0]), np.array([0.5, 0.5]))])
    assert (told.low, told.high) == pytest.approx((0.5, 2.0), rel=0.02)
