"""Ratios of what came after a cure to what would have come without, and their intervals."""

import numpy as np
import pytest
from scipy.stats import gamma

from heatnet.review.ratios import Groups, illness_rates, ratio_of_counts, ratio_of_illness


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


def test_visits_that_say_nothing_tell_nothing_of_illness() -> None:
    groups = Groups(np.arange(3), np.ones(3))
    assert np.isnan(ratio_of_illness(groups, np.full(3, 0.5), np.ones(3, dtype=bool)).ratio)


def test_illness_seen_plainly_is_a_count_of_the_ill() -> None:
    # 100 assets that would all have been ill; 30 are, beyond doubt: r is near 0.3
    odds = np.where(np.arange(100) < 30, 1e9, 1e-9)
    told = ratio_of_illness(Groups(np.arange(100), odds), np.full(100, 1.0 - 1e-9), np.ones(100, dtype=bool))
    assert told.ratio == pytest.approx(0.3, abs=0.01)
    assert told.high - told.low == pytest.approx(3.29 * np.sqrt(0.3 * 0.7 / 100), rel=0.05)


def test_an_untreated_neighbour_in_the_group_takes_its_share_of_the_blame() -> None:
    # two assets nobody can tell apart, one treated, surely one of them ill: the other may be the one
    alone = ratio_of_illness(Groups(np.array([0]), np.array([1e6])), np.array([0.5]), np.array([True]))
    both = ratio_of_illness(Groups(np.array([0, 0]), np.array([1e6])), np.array([0.5, 0.5]), np.array([True, False]))
    assert both.low < alone.low


def test_rates_are_learned_from_groups_seen_plainly() -> None:
    rng = np.random.default_rng(2)
    before = (rng.random(4000) < 0.2).astype(float)
    prior = np.full(4000, 0.05)
    ill = rng.random(4000) < np.where(before == 1, 0.6, 2.0 * prior)
    factor, stays = illness_rates(Groups(np.arange(4000), np.where(ill, 1e6, 1e-6)), before, prior)
    assert stays == pytest.approx(0.6, abs=0.04)
    assert factor == pytest.approx(2.0, abs=0.3)
