"""When each job runs: crews that do one job at a time, streets that bear one job at a time, bans, shared digs.

Crews are alike, so a calendar is a start for each job such that no more jobs run on any day than there are
crews; `crews_of` names the crews afterwards. Few jobs are searched completely, many are packed.
"""

from __future__ import annotations

from collections.abc import Sequence

from heatnet.planning.model.jobs import Job
from heatnet.planning.model.shutdowns import Shutdowns
from heatnet.planning.schedule.packing import pack_calendar
from heatnet.planning.schedule.searching import NO_SHUTDOWNS, search_calendar

SEARCHED_JOBS = 12


def fit_calendar(
    jobs: Sequence[Job],
    crews: Sequence[int] | None,
    window: int,
    *,
    shutdowns: Shutdowns = NO_SHUTDOWNS,
) -> tuple[list[int | None], bool]:
    """Return starts of the jobs, None for those that found no place; and whether a failure is proven.

    `crews` holds the day from which each crew is free; None = no limit.
    """
    if crews is None and not any(job.shuts for job in jobs):
        return _without_crews(jobs)
    crews = (0,) * len(jobs) if crews is None else crews
    if len(jobs) <= SEARCHED_JOBS:
        found, proven = search_calendar(jobs, crews, shutdowns=shutdowns)
        if found is not None:
            return list(found), True
        return pack_calendar(jobs, crews, window, shutdowns), proven
    proven = sum(job.days for job in jobs) > sum(window - day for day in crews)
    return pack_calendar(jobs, crews, window, shutdowns), proven


def _without_crews(jobs: Sequence[Job]) -> tuple[list[int | None], bool]:
    starts = [None if job.rule is None else job.rule.earliest(job.days) for job in jobs]
    proven = True
    streets: dict[str, list[int]] = {}
    for number, job in enumerate(jobs):
        if job.street is not None:
            streets.setdefault(job.street, []).append(number)
    for numbers in streets.values():
        if len(numbers) == 1:
            continue
        found, is_proof = search_calendar([jobs[one] for one in numbers], (0,))
        proven &= is_proof
        for place, one in enumerate(numbers):
            starts[one] = None if found is None else found[place]
    return starts, proven


def crews_of(jobs: Sequence[Job], starts: Sequence[int | None], crews: Sequence[int]) -> list[int | None]:
    """Return the crew of each job, counted from 1: the one that became free last, so that crews are kept busy."""
    numbers: list[int | None] = [None] * len(jobs)
    free_from = list(crews)
    for start, one in sorted((start, number) for number, start in enumerate(starts) if start is not None):
        idle = [crew for crew, day in enumerate(free_from) if day <= start]
        crew = max(idle, key=lambda crew: (free_from[crew], -crew))
        numbers[one] = crew + 1
        free_from[crew] = start + jobs[one].days
    return numbers
