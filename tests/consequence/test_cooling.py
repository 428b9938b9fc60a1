import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.consequence.cooling import (
    critical_outdoor_c,
    critical_share,
    hours_to_reach,
    mean_cold_hours,
    room_temperature,
)
from heatnet.errors import HeatnetError
from tests.consequence_oracle import slow_home

TEMPERATURES = st.lists(st.integers(-4500, 3500).map(lambda cents: cents / 100), min_size=1, max_size=30)
HOURS = st.floats(0.01, 500)
CONSTANTS = st.one_of(st.just(0.0), st.floats(0.01, 400))


RULES = {"t_cold_c": 16.0, "reheat": None}
REHEATS = st.sampled_from([None, 1.05, 1.2, 2.0])
SHARES = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1))


def test_a_home_of_forty_hours_reaches_twelve_degrees_after_the_published_hours() -> None:
    # 40*ln(30/22), 40*ln(40/32), 40*ln(50/42)
    assert hours_to_reach(12, [-10, -20, -30]).round(2).tolist() == [12.41, 8.93, 6.97]


def test_an_outage_of_eight_hours_just_reaches_twelve_degrees_at_the_published_frost() -> None:
    # e = exp(-0.2) = 0.81873; (12 - 16.3746)/0.18127 = -24.13
    assert critical_outdoor_c(8, 40).round(2) == -24.13


def test_after_one_time_constant_a_home_has_lost_63_percent_of_the_difference() -> None:
    assert room_temperature(40, -10.0) == pytest.approx(-10 + 30 * 0.36787944, abs=1e-6)


def test_a_home_does_not_get_cold_when_outdoors_is_as_warm_as_the_limit() -> None:
    assert hours_to_reach(16, [16, 17, 30]).tolist() == [math.inf] * 3
    assert mean_cold_hours(1000, 40, [16.0, 25.0], t_cold_c=16) == 0


def test_an_outage_shorter_than_the_cooling_time_leaves_no_cold_hours() -> None:
    # at -10 the way from 20 to 16 takes 40*ln(30/26) = 5.724 h
    assert mean_cold_hours([5.0, 5.7], 40, [-10.0], t_cold_c=16).tolist() == [0, 0]
    assert mean_cold_hours(8, 40, [-10.0], **RULES) == pytest.approx(8 - 40 * math.log(30 / 26), abs=1e-12)


def test_a_home_that_cools_at_once_is_cold_for_the_whole_repair_on_cold_days() -> None:
    assert mean_cold_hours(8, 0, [-10.0, 0.0, 15.9, 16.0], t_cold_c=16) == pytest.approx(6, abs=1e-12)
    assert critical_outdoor_c(8, 0) == 12
    assert room_temperature([0, 1], -10.0, cooling_h=0).tolist() == [20, -10]
    assert hours_to_reach(16, [-10, 20], cooling_h=0).tolist() == [0, math.inf]


def test_a_home_that_starts_at_the_limit_is_cold_from_the_first_minute() -> None:
    assert mean_cold_hours(8, 40, [-10.0, 18.0], t_start_c=16, **RULES) == pytest.approx(4, abs=1e-12)
    assert critical_outdoor_c([8, 1e-300], 40, t_start_c=12).tolist() == [12, 12]


def test_an_outage_too_short_to_be_felt_needs_an_infinite_frost() -> None:
    assert critical_outdoor_c([0, 5e-324], 40).tolist() == [-math.inf, -math.inf]
    assert critical_share([0, 5e-324, 1e-6], 400, [-40.0]).tolist() == [0, 0, 0]


def test_a_temperature_equal_to_the_critical_one_is_not_below_it() -> None:
    # cooling at once or starting at the limit, the critical frost is the limit of 12 degrees itself
    assert critical_share([1, 9], 0, [12.0, 11.9, 13.0, -5.0]).tolist() == [0.5, 0.5]
    assert critical_share(1, 40, [12.0, 11.9, 13.0, -5.0], t_start_c=12) == 0.5


@pytest.mark.parametrize(
    ("start", "target"),
    [(15.0, 16.0), (math.nan, 16.0), (20.0, math.inf), (1e308, 1.0)],
    ids=["colder", "unknown", "infinite", "beyond reckoning"],
)
def test_a_home_that_would_be_cold_before_the_outage_is_refused(start: float, target: float) -> None:
    with pytest.raises(HeatnetError, match="t_cold_c"):
        mean_cold_hours(8, 40, [0.0], t_start_c=start, t_cold_c=target)
    with pytest.raises(HeatnetError, match="t_crit_c"):
        critical_outdoor_c(8, 40, t_start_c=start, t_crit_c=target)
    with pytest.raises(HeatnetError, match="t_crit_c"):
        critical_share(8, 40, [0.0], t_start_c=start, t_crit_c=target)
    with pytest.raises(HeatnetError, match="target_c"):
        hours_to_reach(target, 0.0, t_start_c=start)


@pytest.mark.parametrize("constant", [-1.0, math.nan, math.inf])
def test_a_time_constant_that_cannot_be_is_refused(constant: float) -> None:
    with pytest.raises(HeatnetError, match="cooling_h"):
        mean_cold_hours(8, [40, constant], [0.0])


@settings(derandomize=True, deadline=None, max_examples=200)
@given(HOURS, CONSTANTS, TEMPERATURES, st.integers(-50, 200).map(lambda tenths: tenths / 10), REHEATS, SHARES)
def test_sums_over_equal_days_equal_the_formula_day_by_day(hours, constant, climate, cold, reheat, share) -> None:
    slow = sum(slow_home(hours, constant, t_out, share, (20.0, cold, reheat)) for t_out in climate) / len(climate)
    fast = mean_cold_hours(hours, constant, climate, t_cold_c=cold, reheat=reheat, heat_share=share)
    assert fast == pytest.approx(slow, rel=1e-9, abs=1e-9)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.lists(st.one_of(HOURS, st.sampled_from([0.0, 5e-324, 1e-9])), min_size=1, max_size=5),
    CONSTANTS,
    TEMPERATURES,
    st.integers(-50, 200).map(lambda tenths: tenths / 10),
    REHEATS,
    SHARES,
)
def test_many_outages_of_one_home_are_as_cold_as_each_alone(hours, constant, climate, cold, reheat, share) -> None:
    rules = {"t_cold_c": cold, "reheat": reheat, "heat_share": share}
    slow = [
        sum(slow_home(time, constant, t_out, share, (20.0, cold, reheat)) for t_out in climate) / len(climate)
        for time in hours
    ]
    np.testing.assert_allclose(mean_cold_hours(hours, constant, climate, **rules), slow, rtol=1e-9, atol=1e-9)
    day_by_day = mean_cold_hours(hours, [constant] * len(hours), climate, **rules)
    np.testing.assert_allclose(mean_cold_hours(hours, constant, climate, **rules), day_by_day, rtol=1e-9, atol=1e-9)


def test_a_home_warms_up_as_worked_by_hand() -> None:
    # 8 h at -10: -10 + 30*exp(-0.2) = 14.5619; towards -10 + 1.2*30 = 26: 40*ln((26 - 14.5619)/(26 - 18)) = 14.3003
    cold = 8 - 40 * math.log(30 / 28)
    assert mean_cold_hours(8, 40, [-10.0], reheat=None) == pytest.approx(cold, abs=1e-12)
    assert mean_cold_hours(8, 40, [-10.0]) == pytest.approx(cold + 14.3003, abs=1e-4)


def test_half_the_heat_keeps_a_home_warmer() -> None:
    # E = -10 + 0.5*30 = 5; 40 h: 40*ln((20 - 5)/(18 - 5)) = 5.7240 h until 18
    assert mean_cold_hours(40, 40, [-10.0], heat_share=0.5, reheat=None) == pytest.approx(40 - 5.7240, abs=1e-4)
    assert mean_cold_hours(1000, 40, [-10.0], heat_share=0.94) == 0  # E = 18.2


@pytest.mark.parametrize("reheat", [1.0, 0.5, math.nan, math.inf, 1e30])
def test_a_recovery_that_never_ends_is_refused(reheat: float) -> None:
    with pytest.raises(HeatnetError, match="reheat"):
        mean_cold_hours(8, 40, [0.0], reheat=reheat)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(HOURS, CONSTANTS, TEMPERATURES, st.floats(0, 20))
def test_longer_repairs_and_colder_winters_never_shorten_the_cold(
    repair: float, constant: float, climate: list, more: float
) -> None:
    hours = mean_cold_hours(repair, constant, climate)
    assert hours >= 0
    assert mean_cold_hours(repair + more, constant, climate) >= hours - 1e-9
    assert mean_cold_hours(repair, constant, np.array(climate) - more) >= hours - 1e-9
    assert mean_cold_hours(repair, constant, climate, heat_share=min(1.0, more / 20)) <= hours + 1e-9
    alone = mean_cold_hours(repair, constant, climate, reheat=None)
    assert 0 <= alone <= repair * (1 + 1e-12)
    assert mean_cold_hours(repair, constant + more, climate, reheat=None) <= alone + 1e-9


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.floats(0.5, 300), st.floats(1, 200))
def test_at_the_critical_frost_the_home_ends_exactly_at_the_critical_temperature(
    repair: float, constant: float
) -> None:
    frost = critical_outdoor_c(repair, constant)
    assert room_temperature(repair, frost, cooling_h=constant) == pytest.approx(12, abs=1e-7)
    e = math.exp(-repair / constant)
    assert frost == pytest.approx((12 - 20 * e) / (1 - e), rel=1e-9, abs=1e-9)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(HOURS, CONSTANTS, TEMPERATURES, st.floats(0, 20))
def test_the_critical_share_is_the_share_of_days_below_the_critical_frost(
    repair: float, constant: float, climate: list, more: float
) -> None:
    share = critical_share(repair, constant, climate)
    assert share == sum(outdoor < critical_outdoor_c(repair, constant) for outdoor in climate) / len(climate)
    assert critical_share(repair + more, constant, climate) >= share
    assert critical_share(repair, constant, np.array(climate) - more) >= share
    assert critical_share(repair, constant + more, climate) <= share
