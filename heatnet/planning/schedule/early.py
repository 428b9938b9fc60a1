"""Jobs of more worth start earlier: the same jobs, placed again by what they are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from heatnet._arrays import Truths
from heatnet.planning.model.building import Model
from heatnet.planning.model.days import DaySpan
from heatnet.planning.model.jobs import Job
from heatnet.planning.model.shutdowns import ShutDays


@dataclass(slots=True, eq=False)
class _Placing:
    """Days on which crews, streets and sections are taken."""

    window: int
    crews: list[Truths] | None
    shut: ShutDays
    taken: dict[str, Truths] = field(default_factory=dict)

    def free(self, job: Job) -> Truths:
        """Return days on which a job may start."""
        is_open = self.shut.open_days(job.shuts)
        if job.street is not None and job.street in self.taken:
            is_open = is_open & ~self.taken[job.street]
        starts = np.zeros(self.window, dtype=bool)
        for span in [] if job.rule is None else job.rule.starts(job.days):
            starts[max(span.first, 0) : max(span.after, 0)] = True
        starts &= _runs_of(is_open, job.days)
        if self.crews is not None:
            starts &= np.any(
                [_runs_of(~busy, job.days) for busy in self.crews] or [np.zeros(self.window, bool)], axis=0
            )
        return starts

    def book(self, job: Job, start: int) -> None:
        """Give a job its days."""
        span = slice(start, start + job.days)
        if self.crews is not None:
            # The crew that became free last takes it, so that the others stay free for long jobs.
            able = [busy for busy in self.crews if not busy[span].any()]
            crew = max(able, key=lambda busy: int(np.flatnonzero(busy[:start]).max(initial=-1)))
            crew[span] = True
        if job.street is not None:
            self.taken.setdefault(job.street, np.zeros(self.window, dtype=bool))[span] = True
        self.shut.book(start, start + job.days, job.shuts)


def _runs_of(is_free: Truths, days: int) -> Truths:
    """Return days from which so many are free in a row."""
    blocked = np.concatenate([[0], np.cumsum(~is_free)])
    starts = np.zeros(len(is_free), dtype=bool)
    last = len(is_free) - days
    if last >= 0:
        starts[: last + 1] = blocked[days:] == blocked[: last + 1]
    return starts


def best_first(model: Model, jobs: Sequence[Job], starts: Sequence[int | None]) -> tuple[int | None, ...]:
    """Return starts of the same jobs, those of more worth earlier, a station's pipes while it is at work.

    Where placing them one by one leaves a job without days, the starts stay, but that jobs which may stand in each
    other's place change places.
    """
    found = list(starts)
    if model.window is None:
        return tuple(found)
    for period in range(len(model.crews)):
        mine = [one for one, job in enumerate(jobs) if model.units[job.unit].period == period]
        placed = _placed(model, [jobs[one] for one in mine], period)
        if placed is None:
            placed = _exchanged(model, [jobs[one] for one in mine], [starts[one] for one in mine])
        for one, start in zip(mine, placed, strict=True):
            found[one] = start
    return tuple(found)


def worth_of(model: Model, job: Job) -> float:
    """Return what a job is worth."""
    return float(model.options.worth[list(job.options)].sum())


def _placed(model: Model, jobs: Sequence[Job], period: int) -> list[int | None] | None:
    """Return starts by worth, the greatest first, each as early as it may; None where one finds no days."""
    window, crews = model.window or 0, model.crews[period]
    busy = None if crews is None else [np.arange(window) < day for day in crews]
    placing = _Placing(window, busy, ShutDays(model.shutdowns, window))
    starts: list[int | None] = [None] * len(jobs)
    at_station: dict[int, DaySpan] = {}
    stations_of = _stations_of(model, jobs)
    for number in _order(model, jobs, stations_of):
        job = jobs[number]
        free = np.flatnonzero(placing.free(job))
        if not len(free):
            return None
        stations = stations_of[number]
        beside = [at_station[station] for station in sorted(stations) if station in at_station]
        start = int(_beside(free, job.days, beside)[0])
        placing.book(job, start)
        starts[number] = start
        at_station |= dict.fromkeys(stations - set(at_station), DaySpan(start, start + job.days))
    return starts


def _beside(free: np.ndarray[tuple[int], np.dtype[np.int64]], days: int, spans: Sequence[DaySpan]) -> np.ndarray:
    """Return the free days from which a job overlaps one of the spans; all where none does."""
    if not spans:
        return free
    overlaps = np.any([(free < span.after) & (free + days > span.first) for span in spans], axis=0)
    return free[overlaps] if overlaps.any() else free


def _stations_of(model: Model, jobs: Sequence[Job]) -> list[set[int]]:
    """Return stations at which each job works, as far as they are cured themselves."""
    touched = [{int(one) for one in model.options.station[list(job.options)] if one >= 0} for job in jobs]
    cured = {station for job, stations in zip(jobs, touched, strict=True) if not job.is_trench for station in stations}
    return [stations & cured for stations in touched]


def _order(model: Model, jobs: Sequence[Job], stations_of: Sequence[set[int]]) -> list[int]:
    """Return jobs by worth, those of one station behind each other."""
    worth = [worth_of(model, job) for job in jobs]
    best: dict[int, tuple[float, int]] = {}
    for number, stations in enumerate(stations_of):
        for station in stations:
            best[station] = min(best.get(station, (0.0, len(jobs))), (-worth[number], number))

    def key(number: int) -> tuple[float, int, float, int]:
        lead = min([best[one] for one in stations_of[number]], default=(-worth[number], number))
        return (*lead, -worth[number], number)

    return sorted(range(len(jobs)), key=key)


def _exchanged(model: Model, jobs: Sequence[Job], starts: Sequence[int | None]) -> list[int | None]:
    """Return starts exchanged among jobs that are alike to the calendar and alone on their streets."""
    found = list(starts)
    streets: dict[str | None, int] = {}
    for job in jobs:
        streets[job.street] = streets.get(job.street, 0) + 1
    alike: dict[object, list[int]] = {}
    for number, job in enumerate(jobs):
        if starts[number] is not None and (job.street is None or streets[job.street] == 1):
            alike.setdefault((job.days, job.rule, job.shuts), []).append(number)
    for group in alike.values():
        order = sorted(group, key=lambda one: (-worth_of(model, jobs[one]), one))
        for one, start in zip(
            order, sorted(start for start in (starts[k] for k in group) if start is not None), strict=True
        ):
            found[one] = start
    return found
