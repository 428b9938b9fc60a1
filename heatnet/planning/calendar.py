"""When each job runs: crews that do one job at a time, streets that bear one job at a time, bans, shared digs.

Crews are alike, so a calendar is a start for each job such that no more jobs run on any day than there are
crews; `crews_of` names the crews afterwards.

Few jobs are searched completely: jobs are placed in the order of their starts, each as early as it may. Any
calendar replayed in that way starts no job later than before, so the search misses none.
Many jobs are packed: those with bans, digs or a street to share first, where they break the least free time; the
others fill the gaps that remain by subset sums. With a limit of households shut together, jobs that shut any are
placed one by one, where the limit leaves days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from heatnet.planning.shutdowns import Shut, ShutDays, Shutdowns
from heatnet.planning.streets import StreetRule

SEARCH_STEPS = 4000
SEARCHED_JOBS = 12
NO_SHUTDOWNS = Shutdowns()


@dataclass(frozen=True, slots=True)
class Task:
    """One job that wants days.

    Its street (None: nameless or a station without one), length in days, rule, and the sections it shuts (none where
    nobody limits that).
    """

    street: str | None
    days: int
    rule: StreetRule
    shuts: tuple[Shut, ...] = ()


def search_calendar(
    tasks: Sequence[Task],
    crews: Sequence[int],
    *,
    steps: int = SEARCH_STEPS,
    shutdowns: Shutdowns = NO_SHUTDOWNS,
) -> tuple[list[int] | None, bool]:
    """Starts of all tasks, or None; and whether None is proven (the search ended by itself).

    `crews` holds the day from which each crew is free.
    """
    search = _Search(tasks, steps, shutdowns)
    free = tuple(sorted(crews)[: len(tasks)])
    shut = {section: (days, count) for section, count, days in shutdowns.under_way}
    found = search.place(frozenset(range(len(tasks))), 0, free, _Busy({}, shut))
    if found is None:
        return None, search.steps > 0
    starts = dict(found)
    return [starts[number] for number in range(len(tasks))], True


@dataclass(frozen=True, slots=True)
class _Busy:
    """Day from which each street is free, and from which each section is in service, with its households."""

    streets: dict[str, int]
    shut: dict[str, tuple[int, float]]

    def after(self, now: int, waiting: set[str | None]) -> _Busy:
        """What still matters from a day on."""
        return _Busy(
            {street: day for street, day in self.streets.items() if day > now and street in waiting},
            {section: one for section, one in self.shut.items() if one[0] > now},
        )

    def plus(self, task: Task, end: int) -> _Busy:
        """With one more job, which lasts until the day before `end`."""
        streets = self.streets if task.street is None else {**self.streets, task.street: end}
        mine = {section: (max(end, self.shut.get(section, (0, 0.0))[0]), count) for section, count in task.shuts}
        return _Busy(streets, {**self.shut, **mine})


class _Search:
    """A depth-first search over the order of starts, with the states that failed."""

    def __init__(self, tasks: Sequence[Task], steps: int, shutdowns: Shutdowns) -> None:
        self.tasks, self.steps, self.shutdowns = tasks, steps, shutdowns
        on_street = Counter(task.street for task in tasks)
        # Tasks alike in all that matters are tried once at each step.
        self.alike = [
            (task.rule, task.days, task.street if task.street is None or on_street[task.street] > 1 else "", task.shuts)
            for task in tasks
        ]
        self.last_day = max((task.rule.runs[-1][1] for task in tasks if task.rule.runs), default=-1)
        self.failed: set[object] = set()

    def place(self, left: frozenset[int], now: int, free: tuple[int, ...], busy: _Busy) -> list[tuple[int, int]] | None:
        if not left:
            return []
        self.steps -= 1
        free = tuple(sorted(max(day, now) for day in free))
        busy = busy.after(now, {self.tasks[one].street for one in left})
        state = (left, now, free, tuple(sorted(busy.streets.items())), tuple(sorted(busy.shut.items())))
        room = sum(self.last_day + 1 - day for day in free)
        if self.steps < 0 or not free or state in self.failed or room < sum(self.tasks[one].days for one in left):
            return None
        starts: dict[int, int] = {}
        for one in sorted(left):
            start = self._earliest(self.tasks[one], free[0], busy)
            if start is None:
                self.failed.add(state)
                return None
            starts[one] = start
        tried = set()
        for one in sorted(left, key=lambda one: (starts[one], -self.tasks[one].days, one)):
            if self.alike[one] in tried:
                continue
            tried.add(self.alike[one])
            task, start = self.tasks[one], starts[one]
            end = start + task.days
            turn = max(number for number, day in enumerate(free) if day <= start)
            crews = (*free[:turn], *free[turn + 1 :], end)
            rest = self.place(left - {one}, start, crews, busy.plus(task, end))
            if rest is not None:
                return [(one, start), *rest]
            if self.steps < 0:
                return None
        self.failed.add(state)
        return None

    def _earliest(self, task: Task, free_from: int, busy: _Busy) -> int | None:
        """First day on which a job may start; whatever is shut by then only ends, so that day alone decides."""
        start = task.rule.earliest(task.days, max(free_from, busy.streets.get(task.street or "", 0)))
        while start is not None and task.shuts:
            running = {section: one for section, one in busy.shut.items() if one[0] > start}
            if self.shutdowns.allows(task.shuts, [(section, count) for section, (_, count) in running.items()]):
                break
            if not running:
                return None
            start = task.rule.earliest(task.days, min(day for day, _ in running.values()))
        return start


def fit_calendar(
    tasks: Sequence[Task],
    crews: Sequence[int] | None,
    window: int,
    *,
    shutdowns: Shutdowns = NO_SHUTDOWNS,
) -> tuple[list[int | None], bool]:
    """Starts of the tasks, None for those that found no place; and whether a failure is proven.

    `crews` holds the day from which each crew is free; None = no limit.
    """
    if crews is None and not any(task.shuts for task in tasks):
        return _without_crews(tasks)
    crews = (0,) * len(tasks) if crews is None else crews
    if len(tasks) <= SEARCHED_JOBS:
        found, proven = search_calendar(tasks, crews, shutdowns=shutdowns)
        if found is not None:
            return list(found), True
        return _packed(tasks, crews, window, shutdowns), proven
    proven = sum(task.days for task in tasks) > sum(window - day for day in crews)
    return _packed(tasks, crews, window, shutdowns), proven


def _without_crews(tasks: Sequence[Task]) -> tuple[list[int | None], bool]:
    starts: list[int | None] = [task.rule.earliest(task.days) for task in tasks]
    proven = True
    streets: dict[str, list[int]] = {}
    for number, task in enumerate(tasks):
        if task.street is not None:
            streets.setdefault(task.street, []).append(number)
    for numbers in streets.values():
        if len(numbers) == 1:
            continue
        found, is_proof = search_calendar([tasks[one] for one in numbers], (0,))
        proven &= is_proof
        for place, one in enumerate(numbers):
            starts[one] = None if found is None else found[place]
    return starts, proven


def _packed(tasks: Sequence[Task], crews: Sequence[int], window: int, shutdowns: Shutdowns) -> list[int | None]:
    """Best of a few ways to fill the gaps."""
    best: list[int | None] = [None] * len(tasks)
    left = sum(task.days for task in tasks) + 1
    # First as though nothing were shut: often the limit is kept all the same.
    for shuts in (False, True) if any(task.shuts for task in tasks) else (False,):
        given = tasks if shuts else [replace(task, shuts=()) for task in tasks]
        for big_gaps_first in (False, True):
            starts = _pack_once(given, crews, window, shutdowns, big_gaps_first=big_gaps_first)
            out = sum(task.days for task, start in zip(tasks, starts, strict=True) if start is None)
            if out < left and (shuts or _keeps_shutdowns(tasks, starts, window, shutdowns)):
                best, left = starts, out
            if not left:
                return best
    return best


def _keeps_shutdowns(tasks: Sequence[Task], starts: Sequence[int | None], window: int, shutdowns: Shutdowns) -> bool:
    book = ShutDays(shutdowns, window)
    for task, start in zip(tasks, starts, strict=True):
        if start is not None and task.shuts:
            if not book.open_days(task.shuts)[start : start + task.days].all():
                return False
            book.book(start, start + task.days, task.shuts)
    return True


@dataclass(slots=True)
class _Book:
    """Free spells of all crews (first and last day, crew), what is shut, and the days taken on each street."""

    gaps: list[tuple[int, int, int]]
    shut: ShutDays
    taken: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def book(self, gap: int, start: int, task: Task) -> None:
        first, last, crew = self.gaps.pop(gap)
        end = start + task.days - 1
        parts = (first, start - 1, crew), (end + 1, last, crew)
        self.gaps += [spell for spell in parts if spell[0] <= spell[1]]
        self.gaps.sort()
        if task.street is not None:
            self.taken.setdefault(task.street, []).append((start, end))
        self.shut.book(start, end + 1, task.shuts)


def _pack_once(
    tasks: Sequence[Task], crews: Sequence[int], window: int, shutdowns: Shutdowns, *, big_gaps_first: bool
) -> list[int | None]:
    """One packing: jobs bound by a rule of their own, then jobs without any, then those with the usual open days."""
    starts: list[int | None] = [None] * len(tasks)
    gaps = [(day, window - 1, crew) for crew, day in enumerate(sorted(crews)) if day < window]
    book = _Book(gaps, ShutDays(shutdowns, window))
    on_street = Counter(task.street for task in tasks if task.street is not None)
    whole = ((0, window - 1),)
    alone = [
        one
        for one, task in enumerate(tasks)
        if task.rule.digs is None and not task.shuts and (task.street is None or on_street[task.street] == 1)
    ]
    usual = _usual_runs([tasks[one] for one in alone], whole)
    free = [one for one in alone if tasks[one].rule.runs == usual]
    easy = [one for one in alone if tasks[one].rule.runs == whole != usual]
    bound = sorted(set(range(len(tasks))) - set(free) - set(easy))
    slack = {number: _slack(tasks[number]) for number in bound}
    for number in sorted(bound, key=lambda one: (slack[one], -tasks[one].days, one)):
        place = _least_broken(tasks[number], book)
        if place is not None:
            starts[number] = place[1]
            book.book(*place, tasks[number])
    if easy:
        _bridge_bans(tasks, easy, book, usual, starts, window)
    easy = [one for one in easy if starts[one] is None]
    _fill_gaps(tasks, free + easy, book, usual, starts, big_gaps_first=big_gaps_first)
    easy = [one for one in easy if starts[one] is None]
    _fill_gaps(tasks, easy, book, whole, starts, big_gaps_first=big_gaps_first)
    return starts


def _bridge_bans(
    tasks: Sequence[Task],
    easy: list[int],
    book: _Book,
    usual: tuple[tuple[int, int], ...],
    starts: list[int | None],
    window: int,
) -> None:
    """Jobs without any rule use the days on which the others are banned, one on each crew, longest first."""
    edges = [-1, *(day for run in usual for day in run), window]
    bans = [(edges[one] + 1, edges[one + 1] - 1) for one in range(0, len(edges), 2)]
    for number in sorted(easy, key=lambda one: (-tasks[one].days, one)):
        days = tasks[number].days
        places = [
            (first, gap)
            for first, last in bans
            for gap, (begin, until, _) in enumerate(book.gaps)
            if first <= last and begin <= first and max(first + days - 1, last) <= until
        ]
        if places:
            first, gap = min(places)
            starts[number] = first
            book.book(gap, first, tasks[number])


def _usual_runs(tasks: Sequence[Task], whole: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Open days that most tasks share."""
    count = Counter(task.rule.runs for task in tasks)
    return max(sorted(count), key=lambda runs: count[runs], default=whole)


def _slack(task: Task) -> int:
    days = sum(max(0, last - first + 2 - task.days) for first, last in task.rule.runs)
    if task.rule.digs is not None:
        days = min(days, sum(last - max(first, 0) + 1 for first, last, _ in task.rule.digs))
    return days


def _least_broken(task: Task, book: _Book) -> tuple[int, int] | None:
    """Gap and start that shut the fewest further households, and then leave the least of a gap unusable."""
    best: tuple[float, int, int, int, int] | None = None
    allowed = _allowed_starts(task, book)
    so_far = np.concatenate([[0.0], np.cumsum(book.shut.added(task.shuts))])
    added = np.round(so_far[allowed + task.days] - so_far[allowed], 6)
    for gap, (first, last, _) in enumerate(book.gaps):
        left, right = np.searchsorted(allowed, [first, last - task.days + 2]).tolist()
        places = {left, right - 1, left + int(np.argmin(added[left:right]))} if left < right else ()
        for place in sorted(places):
            start = int(allowed[place])
            before, after = start - first, last - (start + task.days - 1)
            key = (float(added[place]), min(before, after), max(before, after), start, gap)
            if best is None or key < best:
                best = key
    return None if best is None else (best[4], best[3])


def _allowed_starts(task: Task, book: _Book) -> npt.NDArray[np.int64]:
    """Days on which a job may start, as far as its street, its rule and the sections it shuts are concerned."""
    is_open = book.shut.open_days(task.shuts)
    for start, end in book.taken.get(task.street or "", []):
        is_open[start : end + 1] = False
    closed_before = np.concatenate([[0], np.cumsum(~is_open)])
    may_start = np.zeros(len(is_open), dtype=bool)
    spans = [(0, len(is_open))] if task.rule.digs is None else [(first, last) for first, last, _ in task.rule.digs]
    for run_first, run_last in task.rule.runs:
        for first, last in spans:
            may_start[max(run_first, first, 0) : max(0, min(run_last - task.days + 1, last) + 1)] = True
    starts: npt.NDArray[np.int64] = np.flatnonzero(may_start)
    is_clear = closed_before[starts + task.days] == closed_before[starts]
    return np.asarray(starts[is_clear], dtype=np.int64)


def _fill_gaps(
    tasks: Sequence[Task],
    numbers: list[int],
    book: _Book,
    runs: tuple[tuple[int, int], ...],
    starts: list[int | None],
    *,
    big_gaps_first: bool,
) -> None:
    """Fill the gaps, as far as they lie in `runs`, with jobs that may lie anywhere in them."""
    left = sorted(numbers, key=lambda one: (-tasks[one].days, one))
    spells = [
        (max(first, run[0]), min(last, run[1]), crew)
        for first, last, crew in book.gaps
        for run in runs
        if max(first, run[0]) <= min(last, run[1])
    ]
    for first, last, crew in sorted(spells, key=lambda one: ((one[1] - one[0]) * (-1 if big_gaps_first else 1), one)):
        chosen = _largest_sum([tasks[one].days for one in left], last - first + 1)
        day = first
        for place in chosen:
            number = left[place]
            end = day + tasks[number].days - 1
            gap = next(
                one
                for one, (begin, until, whose) in enumerate(book.gaps)
                if whose == crew and begin <= day and end <= until
            )
            starts[number] = day
            book.book(gap, day, tasks[number])
            day += tasks[number].days
        used = set(chosen)
        left = [one for place, one in enumerate(left) if place not in used]


def _largest_sum(days: list[int], room: int) -> list[int]:
    """Positions of a subset with the largest sum up to `room`; among those, one with the longest jobs."""
    whole = (1 << (room + 1)) - 1
    # reach[k]: the sums that jobs k, k+1, ... can make.
    reach = [1] * (len(days) + 1)
    for place in range(len(days) - 1, -1, -1):
        reach[place] = (reach[place + 1] | (reach[place + 1] << days[place])) & whole
    target = reach[0].bit_length() - 1
    chosen = []
    for place, length in enumerate(days):
        if 0 < length <= target and (reach[place + 1] >> (target - length)) & 1:
            chosen.append(place)
            target -= length
        elif length == 0:
            chosen.append(place)
    return chosen


def crews_of(tasks: Sequence[Task], starts: Sequence[int | None], crews: Sequence[int]) -> list[int | None]:
    """Crew of each task, counted from 1: the one that became free last, so that crews are kept busy."""
    numbers: list[int | None] = [None] * len(tasks)
    free_from = list(crews)
    for _, one in sorted((start, number) for number, start in enumerate(starts) if start is not None):
        start = starts[one]
        idle = [crew for crew, day in enumerate(free_from) if start is not None and day <= start]
        crew = max(idle, key=lambda crew: (free_from[crew], -crew))
        numbers[one] = crew + 1
        free_from[crew] = (start or 0) + tasks[one].days
    return numbers
