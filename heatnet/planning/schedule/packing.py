"""When many jobs run: gaps of the crews are filled, the most bound jobs first.

Jobs with bans, digs or a street to share come first, where they break the least free time; the others fill the gaps
that remain by subset sums. With a limit of households shut together, jobs that shut any are placed one by one, where
the limit leaves days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from heatnet._arrays import Ints
from heatnet.planning.model.days import DaySpan
from heatnet.planning.model.jobs import Job
from heatnet.planning.model.shutdowns import ShutDays, Shutdowns
from heatnet.planning.schedule.joining import Placed, Starts, join_gaps
from heatnet.planning.schedule.searching import runs_of
from heatnet.planning.schedule.sums import largest_sum

Runs = tuple[DaySpan, ...]


def pack_calendar(jobs: Sequence[Job], crews: Sequence[int], window: int, shutdowns: Shutdowns) -> Starts:
    """Return the starts of the jobs, None for those that found no place, by the best of a few ways to fill the gaps."""
    best: Starts = [None] * len(jobs)
    left = sum(job.days for job in jobs) + 1
    # First as though nothing were shut: often the limit is kept all the same.
    for shuts in (False, True) if any(job.shuts for job in jobs) else (False,):
        given = jobs if shuts else [replace(job, shuts=()) for job in jobs]
        for big_gaps_first in (False, True):
            starts = _pack_once(given, crews, window, shutdowns, big_gaps_first=big_gaps_first)
            out = sum(job.days for job, start in zip(jobs, starts, strict=True) if start is None)
            if out < left and (shuts or _keeps_shutdowns(jobs, starts, window, shutdowns)):
                best, left = starts, out
            if not left:
                return best
    return best


def _keeps_shutdowns(jobs: Sequence[Job], starts: Starts, window: int, shutdowns: Shutdowns) -> bool:
    book = ShutDays(shutdowns, window)
    for job, start in zip(jobs, starts, strict=True):
        if start is not None and job.shuts:
            if not book.open_days(job.shuts)[start : start + job.days].all():
                return False
            book.book(start, start + job.days, job.shuts)
    return True


@dataclass(slots=True)
class _Book:
    """Jobs with their starts so far, free spells of all crews, what is shut, and the days taken on each street."""

    jobs: Sequence[Job]
    starts: Starts
    gaps: list[tuple[DaySpan, int]]
    shut: ShutDays
    taken: dict[str, list[DaySpan]] = field(default_factory=dict)
    crew_of: dict[int, int] = field(default_factory=dict)

    def book(self, gap: int, start: int, number: int) -> None:
        """Give a job its days in one of the gaps."""
        job = self.jobs[number]
        self.starts[number] = start
        span, crew = self.gaps.pop(gap)
        self.crew_of[number] = crew
        mine = DaySpan(start, start + job.days)
        parts = (DaySpan(span.first, mine.first), crew), (DaySpan(mine.after, span.after), crew)
        self.gaps += [part for part in parts if part[0].days]
        self.gaps.sort()
        if job.street is not None:
            self.taken.setdefault(job.street, []).append(mine)
        self.shut.book(mine.first, mine.after, job.shuts)

    def waiting(self, numbers: Sequence[int]) -> list[int]:
        """Return those without a start, longest first."""
        left = [number for number in numbers if self.starts[number] is None]
        return sorted(left, key=lambda one: (-self.jobs[one].days, one))


def _pack_once(
    jobs: Sequence[Job], crews: Sequence[int], window: int, shutdowns: Shutdowns, *, big_gaps_first: bool
) -> Starts:
    """Pack once: jobs bound by a rule of their own, then jobs without any, then those with the usual open days."""
    free_from = sorted(crews)
    gaps = [(DaySpan(day, window), crew) for crew, day in enumerate(free_from) if day < window]
    book = _Book(jobs, [None] * len(jobs), gaps, ShutDays(shutdowns, window))
    on_street = Counter(job.street for job in jobs if job.street is not None)
    whole = (DaySpan(0, window),)
    alone = [one for one, job in enumerate(jobs) if _is_alone(job, on_street)]
    usual = _usual_runs([jobs[one] for one in alone], whole)
    free = [one for one in alone if runs_of(jobs[one]) == usual]
    easy = [one for one in alone if runs_of(jobs[one]) == whole != usual]
    bound = sorted(set(range(len(jobs))) - set(free) - set(easy))
    slack = {number: _slack(jobs[number]) for number in bound}
    for number in sorted(bound, key=lambda one: (slack[one], -jobs[one].days, one)):
        place = _least_broken(jobs[number], book)
        if place is not None:
            book.book(*place, number)
    _bridge_bans(easy, book, usual, window)
    _fill_gaps(free + easy, book, usual, big_gaps_first=big_gaps_first)
    _fill_gaps(easy, book, whole, big_gaps_first=big_gaps_first)
    join_gaps(Placed(jobs, book.starts, book.crew_of, free_from, usual), free=free, easy=easy)
    return book.starts


def _is_alone(job: Job, on_street: Counter[str]) -> bool:
    is_bound = job.shuts or (job.rule is not None and job.rule.digs is not None)
    return not is_bound and (job.street is None or on_street[job.street] == 1)


def _usual_runs(jobs: Sequence[Job], whole: Runs) -> Runs:
    """Open days that most jobs share."""
    count = Counter(runs_of(job) for job in jobs)
    return max(sorted(count), key=lambda runs: count[runs], default=whole)


def _slack(job: Job) -> int:
    days = sum(max(0, run.days - job.days + 1) for run in runs_of(job))
    if job.rule is not None and job.rule.digs is not None:
        days = min(days, sum(span.after - max(span.first, 0) for span, _ in job.rule.digs))
    return days


def _bridge_bans(easy: Sequence[int], book: _Book, usual: Runs, window: int) -> None:
    """Place jobs without any rule on the days on which the others are banned, one on each crew, longest first."""
    edges = [0, *(day for run in usual for day in run), window]
    bans = [DaySpan(*edges[one : one + 2]) for one in range(0, len(edges), 2)]
    for number in book.waiting(easy):
        days = book.jobs[number].days
        places = [
            (ban.first, gap)
            for ban in bans
            for gap, (free, _) in enumerate(book.gaps)
            if ban.days and free.first <= ban.first and max(ban.first + days, ban.after) <= free.after
        ]
        if places:
            first, gap = min(places)
            book.book(gap, first, number)


def _least_broken(job: Job, book: _Book) -> tuple[int, int] | None:
    """Return the gap and start that shut the fewest further households, and then leave the least of a gap unusable."""
    best: tuple[float, int, int, int, int] | None = None
    allowed = _allowed_starts(job, book)
    so_far = np.concatenate([[0.0], np.cumsum(book.shut.added(job.shuts))])
    added = np.round(so_far[allowed + job.days] - so_far[allowed], 6)
    for gap, (free, _) in enumerate(book.gaps):
        left, right = np.searchsorted(allowed, [free.first, free.after - job.days + 1]).tolist()
        places = {left, right - 1, left + int(np.argmin(added[left:right]))} if left < right else ()
        for place in sorted(places):
            start = int(allowed[place])
            before, after = start - free.first, free.after - (start + job.days)
            key = (float(added[place]), min(before, after), max(before, after), start, gap)
            if best is None or key < best:
                best = key
    return None if best is None else (best[4], best[3])


def _allowed_starts(job: Job, book: _Book) -> Ints:
    """Return days on which a job may start, as far as its street, its rule and the sections it shuts are concerned."""
    is_open = book.shut.open_days(job.shuts)
    for span in book.taken.get(job.street or "", []):
        is_open[span.first : span.after] = False
    closed_before = np.concatenate([[0], np.cumsum(~is_open)])
    may_start = np.zeros(len(is_open), dtype=bool)
    for span in [] if job.rule is None else job.rule.starts(job.days):
        may_start[max(span.first, 0) : max(span.after, 0)] = True
    starts = np.flatnonzero(may_start)
    is_clear = closed_before[starts + job.days] == closed_before[starts]
    return np.asarray(starts[is_clear], dtype=np.int64)


def _fill_gaps(numbers: Sequence[int], book: _Book, runs: Runs, *, big_gaps_first: bool) -> None:
    """Fill the gaps, as far as they lie in `runs`, with jobs that may lie anywhere in them."""
    left = book.waiting(numbers)
    spells = [(free.overlap(run), crew) for free, crew in book.gaps for run in runs if free.overlap(run).days]
    for spell, crew in sorted(spells, key=lambda one: (one[0].days * (-1 if big_gaps_first else 1), one)):
        chosen = largest_sum([book.jobs[one].days for one in left], spell.days)
        day = spell.first
        for place in chosen:
            number = left[place]
            end = day + book.jobs[number].days
            gap = next(
                one
                for one, (free, whose) in enumerate(book.gaps)
                if whose == crew and free.first <= day and end <= free.after
            )
            book.book(gap, day, number)
            day = end
        used = set(chosen)
        left = [one for place, one in enumerate(left) if place not in used]
