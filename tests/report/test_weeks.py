"""Weeks of a calendar, against counting day by day."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from heatnet.planning import Summer
from heatnet.report.weeks import days_in_weeks, most_at_once, weeks_of

SUMMER = Summer("2026-05-01", "2026-07-15")
SPELLS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 15)), min_size=1, max_size=8)


def test_weeks_begin_on_the_monday_before_the_first_day() -> None:
    weeks = weeks_of(SUMMER)
    assert weeks[0] == pd.Timestamp("2026-04-27")
    assert weeks[-1] == pd.Timestamp("2026-07-13")
    assert (weeks.day_of_week == 0).all()


@given(SPELLS)
def test_days_are_counted_as_one_would_on_a_wall_calendar(spells: list[tuple[int, int]]) -> None:
    weeks = weeks_of(SUMMER)
    start = [SUMMER.first_day + pd.Timedelta(days=begin) for begin, _ in spells]
    end = [day + pd.Timedelta(days=more) for day, (_, more) in zip(start, spells, strict=True)]
    at_work = [list(pd.date_range(one, other)) for one, other in zip(start, end, strict=True)]
    week_days = [list(pd.date_range(monday, periods=7)) for monday in weeks]
    expected = [[sum(day in days for day in week) for week in week_days] for days in at_work]
    assert days_in_weeks(start, end, weeks).tolist() == expected
    most = [max(sum(day in days for days in at_work) for day in week) for week in week_days]
    assert most_at_once(start, end, weeks).tolist() == most
