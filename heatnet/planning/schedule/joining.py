"""When a job finds no gap long enough: idle days of two crews are brought together by changing jobs between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from heatnet.planning.model.days import DaySpan
from heatnet.planning.model.jobs import Job
from heatnet.planning.schedule.sums import largest_sum

Starts = list[int | None]


@dataclass(slots=True)
class _Spell:
    """Days of one crew, and the jobs on them that may lie anywhere in them."""

    span: DaySpan
    jobs: list[int]


@dataclass(frozen=True, slots=True)
class Placed:
    """Jobs and the days that they have so far.

    Attributes
    ----------
    jobs : sequence of Job
        All jobs.
    starts : list of int or None
        Their starts; changed in place.
    crew_of : dict of int to int
        Crew of each job that has a start; changed in place.
    free_from : sequence of int
        The day from which each crew is free.
    runs : sequence of DaySpan
        Days without a ban on every street.
    """

    jobs: Sequence[Job]
    starts: Starts
    crew_of: dict[int, int]
    free_from: Sequence[int]
    runs: Sequence[DaySpan]

    def days(self, numbers: Iterable[int]) -> int:
        """Return how many days jobs take together."""
        return sum(self.jobs[one].days for one in numbers)

    def of_crew(self, crew: int) -> list[tuple[int, int]]:
        """Return starts and numbers of the jobs of a crew, in order."""
        return sorted((self.starts[one] or 0, one) for one, whose in self.crew_of.items() if whose == crew)


def join_gaps(placed: Placed, *, free: Sequence[int], easy: Sequence[int]) -> None:
    """Give starts to jobs that wait among `free` and `easy`, as far as idle days can be brought together.

    Parameters
    ----------
    placed : Placed
        Jobs and their days so far; changed.
    free, easy : sequence of int
        Jobs bound by nothing but the runs, and by nothing at all.
    """
    waiting = [one for one in [*free, *easy] if placed.starts[one] is None]
    if not waiting:
        return
    _move_up(placed, easy)
    spells = _spells(placed, set(free))
    for number in sorted(waiting, key=lambda one: (-placed.jobs[one].days, one)):
        _place(number, placed, spells)


def _move_up(placed: Placed, easy: Sequence[int]) -> None:
    """Start jobs that last into a ban as soon as their crew is free, if they still last to its end.

    One too short for that changes places with a longer one of another crew, if no crew is busy longer for it.
    """
    known = _bridges(placed, easy)
    for one in known:
        if one.start(one.days) > one.free_from:
            for two in known:
                if one.start(two.days) < one.start(one.days) and one.fits(two.days) and two.fits(one.days):
                    one.job, two.job, one.days, two.days = two.job, one.job, two.days, one.days
                    break
    for one in known:
        placed.starts[one.job], placed.crew_of[one.job] = one.start(one.days), one.crew


@dataclass(slots=True)
class _Bridge:
    """A job that lasts into a ban: its crew, from when that is free, its first day, the ban's end and until when both.

    Changed where two jobs change places: `job`, `days`.
    """

    job: int
    days: int
    crew: int
    free_from: int
    first: int
    ban_end: int
    until: int

    def start(self, days: int) -> int:
        """Return when a job of so many days starts here: earlier where it still lasts to the end of the ban."""
        return max(self.free_from, min(self.first, self.ban_end - days))

    def fits(self, days: int) -> bool:
        """Return whether a job of so many days keeps the crew no longer than the one that is here."""
        return self.start(days) + days <= self.until


def _bridges(placed: Placed, easy: Sequence[int]) -> list[_Bridge]:
    """Return the jobs that last into a ban, which are among those without any rule."""
    found = []
    for job in sorted(easy):
        first, days = placed.starts[job], placed.jobs[job].days
        if first is None or any(run.first <= first and first + days <= run.after for run in placed.runs):
            continue
        crew, after = placed.crew_of[job], first + days
        others = [(begun, one) for begun, one in placed.of_crew(crew) if one != job]
        ends = [end for begun, one in others if (end := begun + placed.jobs[one].days) <= first]
        ban_end = min((run.first for run in placed.runs if run.first > first), default=after)
        until = min([max(after, ban_end), *(begun for begun, _ in others if begun >= after)])
        found.append(_Bridge(job, days, crew, max([placed.free_from[crew], *ends]), first, ban_end, until))
    count = Counter(bridge.crew for bridge in found)
    return [bridge for bridge in found if count[bridge.crew] == 1]


def _spells(placed: Placed, free: set[int]) -> list[tuple[int, _Spell]]:
    """Return crews and their spells between all that stays where it is."""
    found = []
    for crew, first in enumerate(placed.free_from):
        mine = placed.of_crew(crew)
        fixed = [DaySpan(start, start + placed.jobs[one].days) for start, one in mine if one not in free]
        for run in placed.runs:
            day = max(run.first, first)
            for stop, further in [*((span.first, span.after) for span in fixed), (run.after, run.after)]:
                span = DaySpan(day, min(stop, run.after))
                if span.days:
                    inside = [one for start, one in mine if one in free and span.first <= start < span.after]
                    found.append((crew, _Spell(span, inside)))
                day = max(day, further)
    return found


def _place(number: int, placed: Placed, spells: Sequence[tuple[int, _Spell]]) -> None:
    """Place a job in one spell, or in two whose jobs are shared out anew."""

    def idle(spell: _Spell) -> int:
        return spell.span.days - placed.days(spell.jobs)

    with_room = [(crew, spell) for crew, spell in spells if idle(spell) > 0]
    tries: Iterable[tuple[tuple[int, _Spell], ...]] = [*((one,) for one in with_room), *combinations(with_room, 2)]
    for places in tries:
        if sum(idle(spell) for _, spell in places) < placed.jobs[number].days:
            continue
        pool = [number, *(one for _, spell in places for one in spell.jobs)]
        pool.sort(key=lambda one: -placed.jobs[one].days)
        (_, smaller), *others = sorted(places, key=lambda place: place[1].span.days)
        chosen = {pool[at] for at in largest_sum([placed.jobs[one].days for one in pool], smaller.span.days)}
        rest = [one for one in pool if one not in chosen]
        if placed.days(rest) > sum(spell.span.days for _, spell in others):
            continue
        smaller.jobs = [one for one in pool if one in chosen]
        for _, spell in others:
            spell.jobs = rest
        for crew, spell in places:
            _lay(placed, crew, spell)
        return


def _lay(placed: Placed, crew: int, spell: _Spell) -> None:
    day = spell.span.first
    for one in spell.jobs:
        placed.starts[one], placed.crew_of[one] = day, crew
        day += placed.jobs[one].days
