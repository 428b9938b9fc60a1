"""Days for the jobs of a choice, and what to forbid where a job found none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heatnet._arrays import Floats, Ints
from heatnet.graph.ranges import group_by
from heatnet.planning.model.building import Model
from heatnet.planning.model.days import DaySpan
from heatnet.planning.model.jobs import Job, job_of, jobs_of
from heatnet.planning.model.options import trenches_of
from heatnet.planning.schedule.calendar import SEARCHED_JOBS, fit_calendar
from heatnet.planning.solver.choice import benefit_of, excess, parts_of
from heatnet.planning.solver.programme import Programme

FEW_DAYS = 30


@dataclass(frozen=True, slots=True, eq=False)
class Dated:
    """A choice, its jobs and their starts (None: no days found, or no calendar)."""

    options: Ints
    jobs: tuple[Job, ...]
    starts: tuple[int | None, ...]

    def late(self, model: Model) -> list[int]:
        """Return jobs that found no days."""
        return [] if model.window is None else [one for one, start in enumerate(self.starts) if start is None]


def date_jobs(model: Model, jobs: Sequence[Job]) -> tuple[tuple[int | None, ...], bool]:
    """Start of each job, None where none was found or without a calendar; whether a failure is proven."""
    starts: list[int | None] = [None] * len(jobs)
    proven = True
    if model.window is None:
        return tuple(starts), True
    for period, crews in enumerate(model.crews):
        mine = [one for one, job in enumerate(jobs) if model.units[job.unit].period == period]
        found, is_proof = fit_calendar([jobs[one] for one in mine], crews, model.window, shutdowns=model.shutdowns)
        proven &= is_proof
        for one, start in zip(mine, found, strict=True):
            starts[one] = start
    return tuple(starts), proven


def without_late(model: Model, dated: Dated, late: Sequence[int]) -> Dated | None:
    """Return the choice without the jobs that found no days; None where a minimum or a must forbids that."""
    gone = {option for one in late for option in dated.jobs[one].options}
    if any(model.options.is_must[option] for option in gone):
        return None
    kept = np.array([one for one in dated.options.tolist() if one not in gone], dtype=np.int64)
    if gone and (excess(model, kept) > 0).any():
        return None
    stay = [one for one in range(len(dated.jobs)) if one not in set(late)]
    return Dated(kept, tuple(dated.jobs[one] for one in stay), tuple(dated.starts[one] for one in stay))


def lowered_limits(model: Model, limits: Floats, dated: Dated, late: Sequence[int], lowered: int) -> Floats:
    """Return the crew days, and days of shut households, lowered where jobs found no days.

    Crew days fall by half of what is out, a day or a few where that is little, and by what lay idle while every street
    was banned.
    """
    limits = limits.copy()
    days = sum(dated.jobs[one].days for one in late)
    step = float(days // 2 if days > FEW_DAYS else 1 + lowered // 4)
    periods = {model.units[dated.jobs[one].unit].period for one in late}
    for number, limit in enumerate(model.limits):
        if limit.period not in periods:
            continue
        if limit.kind == "shut_days":
            limits[number] -= step / days * math.fsum(_use(model, dated.jobs[one], number) for one in late)
        elif limit.kind == "crew_days":
            limits[number] -= step
            if not limit.name:
                idle = _idle_in_bans(model, dated, limit.period)
                limits[number] = min(limits[number], limit.total - idle - step)
    return limits


def _use(model: Model, job: Job, limit: int) -> float:
    of_job = float(model.job_use[job.unit, limit]) if job.is_trench else 0.0
    return math.fsum([of_job, *model.use[list(job.options), limit].tolist()])


def _idle_in_bans(model: Model, dated: Dated, period: int) -> int:
    spells = model.city_bans[period]
    free = sum(max(0, spell.after - max(spell.first, day)) for spell in spells for day in model.crews[period] or ())
    used = 0
    for job, start in zip(dated.jobs, dated.starts, strict=True):
        if start is not None and model.units[job.unit].period == period:
            used += sum(DaySpan(start, start + job.days).overlap(spell).days for spell in spells)
    return free - used


def forbid(model: Model, programme: Programme, chosen: Ints, jobs: Sequence[Job], *, proven: bool) -> bool:
    """Forbid a smallest part of a choice that is proven to fit no calendar; False where nothing is proven."""
    for job in jobs:
        if not _fits_alone(model, job):
            programme.cut(_misfit_part(model, job), [job.unit])
            return True
    units = sorted({job.unit for job in jobs})
    if not proven or len(jobs) > SEARCHED_JOBS or any(unit in programme.loops for unit in units):
        return False
    for unit in list(units):
        starts, is_proof = date_jobs(model, [job for job in jobs if job.unit in units and job.unit != unit])
        if is_proof and any(start is None for start in starts):
            units.remove(unit)
    programme.cut(chosen, units)
    return True


def _fits_alone(model: Model, job: Job) -> bool:
    return job.rule is None or (job.rule.earliest(job.days) is not None and model.shutdowns.allows(job.shuts))


def _misfit_part(model: Model, job: Job) -> Ints:
    """Return a connected part of a trench that already fits no days of its street, or shuts too many households."""
    options = model.options
    part: list[int] = []
    reached: set[int] = set()
    left = list(job.options)
    while left and (not part or _fits_alone(model, job_of(model, np.array(part), is_trench=job.is_trench))):
        ends = [(one, {int(options.node_a[one]), int(options.node_b[one])}) for one in left]
        one, nodes = next(((one, nodes) for one, nodes in ends if not part or nodes & reached))
        part.append(one)
        left.remove(one)
        reached |= nodes
    return np.array(sorted(part), dtype=np.int64)


def prune(model: Model, chosen: Ints) -> Ints:
    """Return a choice without what brings nothing: cures and jobs that may go at no loss, opening no trench more."""
    unit, kept, is_changed = model.options.unit, chosen, True
    is_kept = np.zeros(len(unit), dtype=bool)
    is_kept[chosen] = True
    by_unit, first = group_by(unit[chosen], len(model.units))
    while is_changed:
        is_changed = False
        for part in parts_of(model, kept):
            if not _may_be_idle(model, part) or not is_kept[part].all():
                continue
            here = int(unit[part[0]])
            of_unit = chosen[by_unit[first[here] : first[here + 1]]]
            mine = of_unit[is_kept[of_unit]]
            rest = np.setdiff1d(mine, part)
            if benefit_of(model, rest) < benefit_of(model, mine):
                continue
            if len(model.short_trenches(rest)) > len(model.short_trenches(mine)):
                continue
            if len(trenches_of(model.options, rest)) > len(trenches_of(model.options, mine)):
                continue
            fewer = np.setdiff1d(kept, part)
            if not (excess(model, fewer) > 0).any():
                kept, is_changed = fewer, True
                is_kept[part] = False
    return kept


def _may_be_idle(model: Model, part: Ints) -> bool:
    """Return whether taking a part away may be no loss: a quick look before it is weighed."""
    gain = math.fsum(model.options.benefit[part].tolist())
    return gain <= -float(model.job_benefit[model.options.unit[part[0]]])


def dated_choice(model: Model, options: Ints) -> tuple[Dated, bool]:
    """Return a choice with its jobs and their starts; whether that a job has none is proven."""
    jobs = jobs_of(model, options)
    starts, proven = date_jobs(model, jobs)
    return Dated(options, jobs, starts), proven
