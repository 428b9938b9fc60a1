"""Calendars against slow obvious twins."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.planning.model.days import DaySpan
from heatnet.planning.model.jobs import Job
from heatnet.planning.model.streets import StreetRule
from heatnet.planning.schedule.calendar import crews_of, fit_calendar
from heatnet.planning.schedule.joining import Placed, join_gaps
from heatnet.planning.schedule.searching import search_calendar
from heatnet.planning.schedule.sums import largest_sum

PROFILE = settings(derandomize=True, deadline=None, max_examples=60)
WINDOW = 14


@st.composite
def some_jobs(draw, most=4):
    closed = draw(st.integers(0, WINDOW - 2))
    rules = [
        StreetRule((DaySpan(0, WINDOW),)),
        StreetRule((DaySpan(0, closed + 1), *([DaySpan(closed + 2, WINDOW)] if closed + 2 < WINDOW else []))),
        StreetRule((DaySpan(0, WINDOW),), digs=((DaySpan(draw(st.integers(-2, 6)), 8), "d"),)),
    ]
    streets = draw(st.lists(st.sampled_from([None, "a", "b"]), min_size=1, max_size=most))
    of_street = {None: rules[0], "a": rules[draw(st.integers(0, 2))], "b": rules[draw(st.integers(0, 2))]}
    return [Job(street, draw(st.integers(1, 8)), of_street[street]) for street in streets]


def keeps_the_calendar(jobs, starts, crews, window=WINDOW):
    for job, start in zip(jobs, starts, strict=True):
        if job.rule.earliest(job.days, start) != start:
            return False
    for one, two in itertools.combinations(range(len(jobs)), 2):
        overlap = starts[one] < starts[two] + jobs[two].days and starts[two] < starts[one] + jobs[one].days
        if overlap and jobs[one].street is not None and jobs[one].street == jobs[two].street:
            return False
    days = [sum(s <= day < s + job.days for job, s in zip(jobs, starts, strict=True)) for day in range(window)]
    return max(days, default=0) <= crews


@PROFILE
@given(jobs=some_jobs(), crews=st.integers(1, 3))
def test_a_calendar_is_found_whenever_there_is_one(jobs, crews):
    allowed = [[day for day in range(WINDOW) if job.rule.earliest(job.days, day) == day] or [None] for job in jobs]
    exists = any(
        None not in starts and keeps_the_calendar(jobs, starts, crews) for starts in itertools.product(*allowed)
    )
    found, proven = search_calendar(jobs, (0,) * crews)
    assert proven
    assert (found is not None) == exists
    if found is not None:
        assert keeps_the_calendar(jobs, found, crews)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(jobs=some_jobs(most=30), crews=st.integers(1, 6))
def test_a_packed_calendar_keeps_every_rule(jobs, crews):
    starts, _ = fit_calendar(jobs, (0,) * crews, WINDOW)
    placed = [(job, start) for job, start in zip(jobs, starts, strict=True) if start is not None]
    assert keeps_the_calendar([job for job, _ in placed], [start for _, start in placed], crews)
    numbers = crews_of(jobs, starts, (0,) * crews)
    for crew in range(1, crews + 1):
        mine = sorted((start, job.days) for job, start, own in zip(jobs, starts, numbers, strict=True) if own == crew)
        assert all(one[0] + one[1] <= two[0] for one, two in itertools.pairwise(mine))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    of_streets=st.lists(st.integers(1, 6), min_size=13, max_size=24),
    nameless=st.lists(st.integers(1, 7), max_size=6),
    ban=st.tuples(st.integers(2, 8), st.integers(1, 4)),
    crews=st.lists(st.integers(0, 3), min_size=2, max_size=7),
)
def test_a_calendar_packed_round_a_ban_keeps_every_rule(of_streets, nameless, ban, crews):
    usual = StreetRule((DaySpan(0, ban[0]), DaySpan(sum(ban), WINDOW)))
    jobs = [Job(f"s{number}", days, usual) for number, days in enumerate(of_streets)]
    jobs += [Job(None, days, StreetRule((DaySpan(0, WINDOW),))) for days in nameless]
    starts, _ = fit_calendar(jobs, crews, WINDOW)
    placed = [(job, start) for job, start in zip(jobs, starts, strict=True) if start is not None]
    assert keeps_the_calendar([job for job, _ in placed], [start for _, start in placed], len(crews))
    numbers = crews_of([job for job, _ in placed], [start for _, start in placed], crews)
    for crew, first in enumerate(crews, start=1):
        mine = sorted((start, job.days) for (job, start), own in zip(placed, numbers, strict=True) if own == crew)
        assert all(start >= first for start, _ in mine)
        assert all(one[0] + one[1] <= two[0] for one, two in itertools.pairwise(mine))


def test_idle_days_of_two_crews_are_brought_together_for_a_job_that_waits():
    usual, whole = StreetRule((DaySpan(0, 6), DaySpan(8, 20))), StreetRule((DaySpan(0, 20),))
    days = {"a": 5, "b": 6, "c": 9, "d": 2, "f": 10}
    jobs = [Job(street, length, usual) for street, length in days.items()]
    jobs += [Job(None, 4, whole), Job(None, 4, whole)]
    # A crew is idle on day 5, the other on day 19, before two jobs of which each fills the ban of days 6 and 7.
    starts, crew_of = [0, 0, 10, None, 10, 6, 6], {0: 0, 4: 0, 5: 0, 1: 1, 2: 1, 6: 1}
    join_gaps(Placed(jobs, starts, crew_of, (0, 0), usual.runs), free=[0, 1, 2, 3, 4], easy=[5, 6])
    assert starts[5] == 5  # a day earlier, and still there when the ban ends
    assert None not in starts
    assert keeps_the_calendar(jobs, starts, 2, window=20)


def test_many_free_jobs_fill_the_summer_to_the_day():
    rule = StreetRule((DaySpan(0, 139),))
    rng = np.random.default_rng(1)
    days = rng.integers(6, 30, 80).tolist()
    crews = 10
    while sum(days) > crews * 139:
        days.pop()
    days[-1] += crews * 139 - sum(days)
    starts, _ = fit_calendar([Job(f"s{n}", d, rule) for n, d in enumerate(days)], (0,) * crews, 139)
    assert None not in starts


def test_the_days_of_a_gap_are_filled_as_far_as_they_can_be():
    assert largest_sum([7, 5, 4], 8) == [0]
    assert largest_sum([7, 5, 4], 9) == [1, 2]
    assert largest_sum([7, 5], 4) == []
    assert largest_sum([3, 0], 2) == [1]


def test_the_crew_that_became_free_last_takes_the_next_job():
    rule = StreetRule((DaySpan(0, 20),))
    jobs = [Job(None, days, rule) for days in (5, 8, 3)]
    assert crews_of(jobs, [0, 0, 9], (0, 0)) == [1, 2, 2]
    assert crews_of(jobs, [0, None, 5], (0, 0)) == [1, None, 1]
