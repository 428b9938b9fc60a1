"""Counts of homes that go round are of five or more."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import heatnet as hn
from heatnet.report.privacy import LEAST_COUNT, cold_places, told_count, told_reasons
from tests.small_programme import assessed

HOMES = st.lists(st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000), st.integers(0, 6)), max_size=40)


@given(HOMES)
def test_no_square_holds_fewer_than_five_and_none_is_lost(homes: list[tuple[float, float, int]]) -> None:
    x, y, count = (np.array([home[part] for home in homes]) for part in range(3))
    found = cold_places(x.astype(float), y.astype(float), count.astype(np.int64))
    assert (found.count >= LEAST_COUNT).all()
    assert found.count.sum() + found.hidden == count.sum()


def test_homes_without_a_place_are_hidden() -> None:
    found = cold_places(np.array([np.nan, 1.0]), np.array([0.0, 1.0]), np.array([9, 5]))
    assert (found.count.tolist(), found.hidden) == ([5], 9)


def test_a_few_are_said_to_be_few() -> None:
    assert [told_count(count, "zh") for count in (0, 4, 5)] == ["0", "不足5", "5"]


def test_a_reason_that_goes_round_counts_no_single_home() -> None:
    assessment = assessed()  # one cold visit, to building 04
    told = told_reasons(assessment, assessment.ranking.index, "en")
    assert "1 of 1 visited homes cold" in assessment.ranking.at["0003", "reason"]
    assert "fewer than 5 visited homes cold" in told["0003"]
    assert not told.str.contains("1 of 1").any()
    assert "不足5户次" in told_reasons(assessment, assessment.ranking.index, "zh")["0003"]


def test_reasons_are_as_they_were_where_nothing_is_few() -> None:
    assessment = hn.assess(assessed().network, season=2026)
    told = told_reasons(assessment, assessment.ranking.index, "en")
    assert told.tolist() == assessment.ranking["reason"].tolist()
