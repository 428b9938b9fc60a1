"""When few jobs run: all calendars are searched, so that what is not found does not exist.

Jobs are placed in the order of their starts, each as early as it may. Any calendar replayed in that way starts no job
later than before, so the search misses none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from heatnet.planning.model.days import DaySpan
from heatnet.planning.model.jobs import Job
from heatnet.planning.model.shutdowns import Shutdowns
from heatnet.planning.model.streets import StreetRule

SEARCH_STEPS = 4000
FIT_STEPS = 2000
NO_SHUTDOWNS = Shutdowns()


def search_calendar(
    jobs: Sequence[Job],
    crews: Sequence[int],
    *,
    steps: int = SEARCH_STEPS,
    shutdowns: Shutdowns = NO_SHUTDOWNS,
) -> tuple[list[int] | None, bool]:
    """Return starts of all jobs, or None; and whether None is proven (the search ended by itself).

    `crews` holds the day from which each crew is free.
    """
    search = _Search(jobs, steps, shutdowns)
    free = tuple(sorted(crews)[: len(jobs)])
    shut = {section: (days, count) for section, count, days in shutdowns.under_way}
    found = search.place(frozenset(range(len(jobs))), 0, free, _Busy({}, shut))
    if found is None:
        return None, search.steps > 0
    starts = dict(found)
    return [starts[number] for number in range(len(jobs))], True


@dataclass(slots=True)
class StreetFit:
    """Remembers which job lengths fit which rule, one job at a time."""

    seen: dict[tuple[StreetRule, bool, tuple[int, ...]], bool] = field(default_factory=dict)

    def fits(self, rule: StreetRule, days: Sequence[int], *, in_turn: bool) -> bool:
        """Return whether jobs of these lengths fit the street's days; a search that is cut short counts as a fit."""
        key = (rule, in_turn, tuple(sorted(days)))
        if key not in self.seen:
            if in_turn:
                jobs = [Job("", one, rule) for one in key[2]]
                found, proven = search_calendar(jobs, (0,), steps=FIT_STEPS)
                self.seen[key] = found is not None or not proven
            else:
                self.seen[key] = all(rule.earliest(one) is not None for one in key[2])
        return self.seen[key]


@dataclass(frozen=True, slots=True)
class _Busy:
    """Day from which each street is free, and from which each section is in service, with its households."""

    streets: dict[str, int]
    shut: dict[str, tuple[int, float]]

    def after(self, now: int, waiting: set[str | None]) -> _Busy:
        """Return what still matters from a day on."""
        return _Busy(
            {street: day for street, day in self.streets.items() if day > now and street in waiting},
            {section: one for section, one in self.shut.items() if one[0] > now},
        )

    def plus(self, job: Job, end: int) -> _Busy:
        """Return the state with one more job, which lasts until the day before `end`."""
        streets = self.streets if job.street is None else {**self.streets, job.street: end}
        mine = {section: (max(end, self.shut.get(section, (0, 0.0))[0]), count) for section, count in job.shuts}
        return _Busy(streets, {**self.shut, **mine})


class _Search:
    """A depth-first search over the order of starts, with the states that failed."""

    def __init__(self, jobs: Sequence[Job], steps: int, shutdowns: Shutdowns) -> None:
        self.jobs, self.steps, self.shutdowns = jobs, steps, shutdowns
        on_street = Counter(job.street for job in jobs)
        # Jobs alike in all that matters are tried once at each step.
        self.alike = [
            (job.rule, job.days, job.street if job.street is None or on_street[job.street] > 1 else "", job.shuts)
            for job in jobs
        ]
        self.end = max((run.after for job in jobs for run in runs_of(job)), default=0)
        self.failed: set[object] = set()

    def place(self, left: frozenset[int], now: int, free: tuple[int, ...], busy: _Busy) -> list[tuple[int, int]] | None:
        if not left:
            return []
        self.steps -= 1
        free = tuple(sorted(max(day, now) for day in free))
        busy = busy.after(now, {self.jobs[one].street for one in left})
        state = (left, now, free, tuple(sorted(busy.streets.items())), tuple(sorted(busy.shut.items())))
        room = sum(self.end - day for day in free)
        if self.steps < 0 or not free or state in self.failed or room < sum(self.jobs[one].days for one in left):
            return None
        starts = {one: self._earliest(self.jobs[one], free[0], busy) for one in sorted(left)}
        found = None if None in starts.values() else self._next(left, starts, free, busy)
        if found is None and self.steps >= 0:
            self.failed.add(state)
        return found

    def _next(
        self, left: frozenset[int], starts: dict[int, int | None], free: tuple[int, ...], busy: _Busy
    ) -> list[tuple[int, int]] | None:
        """Place one job, and the others after it."""
        tried = set()
        for start, _, one in sorted(
            (start, -self.jobs[one].days, one) for one, start in starts.items() if start is not None
        ):
            if self.alike[one] in tried:
                continue
            tried.add(self.alike[one])
            end = start + self.jobs[one].days
            turn = max(number for number, day in enumerate(free) if day <= start)
            crews = (*free[:turn], *free[turn + 1 :], end)
            rest = self.place(left - {one}, start, crews, busy.plus(self.jobs[one], end))
            if rest is not None:
                return [(one, start), *rest]
            if self.steps < 0:
                return None
        return None

    def _earliest(self, job: Job, free_from: int, busy: _Busy) -> int | None:
        """Return the first day on which a job may start; what is shut by then only ends, so that day decides."""
        if job.rule is None:
            return None
        start = job.rule.earliest(job.days, max(free_from, busy.streets.get(job.street or "", 0)))
        while start is not None and job.shuts:
            running = {section: one for section, one in busy.shut.items() if one[0] > start}
            if self.shutdowns.allows(job.shuts, [(section, count) for section, (_, count) in running.items()]):
                break
            if not running:
                return None
            start = job.rule.earliest(job.days, min(day for day, _ in running.values()))
        return start


def runs_of(job: Job) -> tuple[DaySpan, ...]:
    """Return spells of days without a ban on a job's street; none without a summer."""
    return () if job.rule is None else job.rule.runs
