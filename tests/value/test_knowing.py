"""What it is worth to know, against the expected worth of the better plan, state by state."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.value.knowing import is_measured_first, knowing_worth, total_ratio
from heatnet.value.order import order_of_ratios, significant


@settings(derandomize=True, deadline=None)
@given(
    sound=st.floats(0, 1e6),
    cold=st.floats(0, 1e6),
    cost=st.floats(0, 1e6),
    prob=st.floats(0.001, 1),
    least=st.floats(0, 2),
)
def test_knowing_is_worth_what_the_better_decision_returns(
    sound: float, cold: float, cost: float, prob: float, least: float
) -> None:
    table = pd.DataFrame({"worth": [sound + cold], "worth_cold": [cold], "cost": [cost]})
    dig_if_ill = max(0.0, sound + cold / prob - least * cost)
    dig_if_sound = max(0.0, sound - least * cost)
    today = max(0.0, sound + cold - least * cost)
    expected = max(0.0, prob * dig_if_ill + (1 - prob) * dig_if_sound - today)
    found = knowing_worth(table, np.array([prob]), least)[0]
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6 * (sound + cold + cost + 1))
    assert found >= 0


def test_what_is_certain_needs_no_reading() -> None:
    table = pd.DataFrame({"worth": [500.0, 500.0], "worth_cold": [400.0, 400.0], "cost": [100.0, 100.0]})
    assert knowing_worth(table, np.array([1.0, 0.0]), 1.0).tolist() == pytest.approx([0, 0])


def test_a_cure_mostly_for_cold_homes_and_less_likely_ill_than_not_is_measured_first() -> None:
    table = pd.DataFrame(
        {"worth": [10.0] * 4, "worth_cold": [5.1, 5.0, 9.0, 9.0], "impaired_prob": [0.49, 0.1, 0.5, 0.1]}
    )
    assert is_measured_first(table).tolist() == [True, False, False, True]


def test_the_total_ratio_of_nothing_is_nothing() -> None:
    assert total_ratio(pd.DataFrame({"worth": [], "cost": []})) == 0


@settings(derandomize=True, deadline=None)
@given(st.lists(st.floats(1e-9, 1e12), min_size=1, max_size=20), st.integers(0, 100))
def test_the_last_digits_do_not_move_the_order(ratios: list[float], seed: int) -> None:
    given_ratios = significant(np.array(ratios))
    noise = 1 + np.random.default_rng(seed).uniform(-1e-13, 1e-13, len(ratios))
    worth = np.ones(len(ratios))
    assert order_of_ratios(given_ratios, worth).tolist() == order_of_ratios(given_ratios * noise, worth).tolist()


def test_numbers_near_nothing_and_beyond_all_measure_are_ordered_too() -> None:
    odd = np.array([5e-324, 1e-250, 0.0, np.inf])
    assert significant(odd).tolist() == odd.tolist()
    huge = np.array([1e300, 1.7e308])
    np.testing.assert_allclose(significant(huge), huge, rtol=1e-9)
