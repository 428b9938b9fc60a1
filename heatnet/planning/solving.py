"""Choose, give every job its days, and choose again where a job found none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from heatnet._arrays import Floats, Ints
from heatnet.errors import HeatnetError, InfeasiblePlanError
from heatnet.planning.bound import Dual, Relaxation, solve_dual
from heatnet.planning.calendar import SEARCHED_JOBS, Task, fit_calendar
from heatnet.planning.choice import Programme, Selection, excess
from heatnet.planning.model import Model
from heatnet.planning.patterns import (
    PATTERN_LIMIT,
    Patterns,
    StreetFit,
    enumerate_patterns,
    is_tight,
    job_labels,
    pattern_counts,
    units_with_loops,
)

ALL_PATTERNS = 20_000
EXACT_PATTERNS = 3_000
ODD_PATTERN_LIMIT, ODD_PATTERNS = 16_384, 300_000
CUT_ROUNDS = 150
LOWER_ROUNDS = 14
FEW_DAYS = 30
LARGE_GAP, GOOD_GAP = 2e-4, 5e-4
# Share of the bound that open patterns may lose, and how many stay open: first few, then more; the last only where
# no plan was found.
OPENINGS = ((0.001, 300), (1.0, 2_000), (math.inf, 6_000), (math.inf, 20_000))


@dataclass(frozen=True, slots=True)
class Work:
    """One job of a choice: its unit, its options in canonical order, whether a trench, and its days."""

    unit: int
    options: tuple[int, ...]
    is_trench: bool
    days: int


Dated = tuple[Ints, tuple[Work, ...], tuple[int | None, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Chosen options, their jobs with starts (None without a calendar), bound and prices of the limits."""

    options: Ints
    works: tuple[Work, ...]
    starts: tuple[int | None, ...]
    benefit: float
    bound: float
    dual: Dual
    relaxation: Relaxation


def solve(model: Model) -> Solution:
    """Best plan found, with a bound that no feasible plan exceeds.

    Raises
    ------
    InfeasiblePlanError
        When no plan keeps the minima and musts within the limits.
    """
    fit = StreetFit()
    enumerated = _enumerated(model, fit)
    relaxation = Relaxation(model, enumerated)
    dual = solve_dual(relaxation)
    if any(not len(part.benefit) for part in enumerated.values()) or dual.bound < 0:
        raise InfeasiblePlanError(_infeasible(model))
    best: _Found | None = None
    for most, options in OPENINGS:
        open_loss = _open_loss(relaxation, dual, most=most * dual.bound, options=options)
        if best is not None:
            # What loses more is in no better plan.
            open_loss = min(open_loss, dual.bound - best.chosen)
            if best.open_loss >= open_loss or options == OPENINGS[-1][1]:
                break
        programme = Programme(relaxation, dual, enumerated, fit, open_loss)
        is_all = math.isinf(open_loss)
        found = _choose_and_date(model, programme, gap=0.0 if is_all else LARGE_GAP)
        if found is not None:
            best = found if best is None else _better(best, found)
            if dual.bound - best.chosen <= max(open_loss, GOOD_GAP * dual.bound):
                break
    if best is None:
        raise InfeasiblePlanError(_infeasible(model))
    bound = max(min(dual.bound, best.bound), best.benefit)
    return Solution(*best.dated, best.benefit, bound, dual, relaxation)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A dated choice, its benefit, a bound, and the benefit of the first choice before any calendar."""

    dated: Dated
    benefit: float
    bound: float
    chosen: float
    open_loss: float


def _better(one: _Found, two: _Found) -> _Found:
    bound, chosen = min(one.bound, two.bound), max(one.chosen, two.chosen)
    return replace(two if two.benefit >= one.benefit else one, bound=bound, chosen=chosen, open_loss=two.open_loss)


def _open_loss(relaxation: Relaxation, dual: Dual, *, most: float, options: int) -> float:
    """Loss up to which patterns stay open: so that few enough are; infinite where all are few enough."""
    losses = [np.maximum(0.0, -margin_of_trees(relaxation, dual.prices)[1])]
    value = relaxation.benefit - relaxation.use @ dual.prices
    if len(value):
        sizes = np.diff(np.append(relaxation.starts, len(value)))
        losses.append(np.repeat(np.maximum.reduceat(value, relaxation.starts), sizes) - value)
    every = np.sort(np.concatenate(losses))
    if len(every) <= EXACT_PATTERNS:
        return math.inf
    spare = options + int((every <= 0).sum())
    return most if len(every) <= spare else min(most, float(every[spare]))


def _enumerated(model: Model, fit: StreetFit) -> dict[int, Patterns]:
    """Patterns of all small units of a small model; of a large one, only where trees are not exact."""
    counts = pattern_counts(model)
    small = counts <= PATTERN_LIMIT
    if counts[small].sum() <= ALL_PATTERNS:
        wanted = np.flatnonzero(small).tolist()
    else:
        loops = set(units_with_loops(model))
        odd = [one for one in range(len(counts)) if one in loops or is_tight(model, one)]
        odd = sorted((one for one in odd if counts[one] <= ODD_PATTERN_LIMIT), key=lambda one: (counts[one], one))
        wanted = [
            one for one, sum_so_far in zip(odd, np.cumsum(counts[odd]), strict=True) if sum_so_far <= ODD_PATTERNS
        ]
    return {unit: enumerate_patterns(model, unit, fit) for unit in wanted}


def _infeasible(model: Model) -> str:
    least = []
    for number, row in enumerate(model.rows):
        if row.kind == "min_km":
            there = 0.0 - math.fsum(model.use[:, number].tolist()) / row.per
            least.append(f"{row.name} wants {-row.limit:g} km of {there:g} km that may be planned")
    wishes = "; ".join(least) if least else "the musts alone exceed them"
    return f"No plan was found that keeps the limits: {wishes}. Lower the minima or raise the other limits."


def _choose_and_date(model: Model, programme: Programme, *, gap: float) -> _Found | None:
    """Best dated choice of a programme; None where it holds none."""
    limits = np.array([row.total for row in model.rows])
    can_lower = any(row.kind in ("crew_days", "shut_days") for row in model.rows)
    best: Dated | None = None
    best_benefit, bound, first = -math.inf, math.inf, -math.inf
    is_lowered, lowered = False, 0
    for _ in range(CUT_ROUNDS):
        chosen = programme.solve(limits, gap=gap)
        if chosen is None:
            break
        if not is_lowered:
            bound = min(bound, chosen.bound)
        options = prune(model, chosen.options)
        first = max(first, _benefit(model, options))
        if _benefit(model, options) <= best_benefit:
            break
        works = works_of(model, options)
        starts, proven = date_works(model, works)
        out = [one for one, start in enumerate(starts) if start is None and model.window is not None]
        kept = _without(model, options, works, starts, out)
        if kept is not None and _benefit(model, kept[0]) > best_benefit:
            best, best_benefit = kept, _benefit(model, kept[0])
        if not out:
            break
        if _cut(model, programme, chosen, works, proven=proven):
            continue
        lowered += 1
        if lowered > LOWER_ROUNDS or not can_lower:
            break
        is_lowered = True
        limits = _lowered(model, limits, works, starts, out=out, lowered=lowered)
    if best is None:
        return None
    # What the programme leaves out loses more than its open loss.
    bound = max(bound, programme.dual.bound - programme.open_loss)
    return _Found(best, best_benefit, bound, first, programme.open_loss)


def _lowered(
    model: Model,
    limits: Floats,
    works: Sequence[Work],
    starts: Sequence[int | None],
    *,
    out: Sequence[int],
    lowered: int,
) -> Floats:
    """Crew days, and days of shut households, lowered where jobs found no days.

    Crew days fall by half of what is out, a day or a few where that is little, and by what lay idle while every street
    was banned.
    """
    limits = limits.copy()
    days = sum(works[one].days for one in out)
    step = float(days // 2 if days > FEW_DAYS else 1 + lowered // 4)
    periods = {model.units[works[one].unit].period for one in out}
    for number, row in enumerate(model.rows):
        if row.period not in periods:
            continue
        if row.kind == "shut_days":
            limits[number] -= step / days * math.fsum(_use(model, works[one], number) for one in out)
        elif row.kind == "crew_days":
            limits[number] -= step
            if not row.name:
                idle = _idle_in_bans(model, works, starts, row.period)
                limits[number] = min(limits[number], row.total - idle - step)
    return limits


def _use(model: Model, work: Work, row: int) -> float:
    of_job = float(model.job_use[work.unit, row]) if work.is_trench else 0.0
    return math.fsum([of_job, *model.use[list(work.options), row].tolist()])


def _idle_in_bans(model: Model, works: Sequence[Work], starts: Sequence[int | None], period: int) -> int:
    spells = model.city_bans[period]
    free = sum(max(0, last - max(first, day) + 1) for first, last in spells for day in model.crews[period] or ())
    used = 0
    for work, start in zip(works, starts, strict=True):
        if start is not None and model.units[work.unit].period == period:
            end = start + work.days - 1
            used += sum(max(0, min(end, last) - max(start, first) + 1) for first, last in spells)
    return free - used


def _benefit(model: Model, options: Ints) -> float:
    return math.fsum(model.benefit[options].tolist())


def works_of(model: Model, options: Ints) -> tuple[Work, ...]:
    """Jobs of a choice, in the order of units; trenches by their first option, then stations."""
    works: list[Work] = []
    for unit in np.unique(model.unit[options]).tolist():
        mine = options[model.unit[options] == unit]
        labels = job_labels(model, mine, np.ones((1, len(mine)), dtype=bool))[0].tolist()
        trenches: dict[int, list[int]] = {}
        for option, label in zip(mine.tolist(), labels, strict=True):
            if label >= 0:
                trenches.setdefault(label, []).append(option)
        setup = model.units[unit].setup_days
        works += [Work(unit, tuple(group), True, setup + int(model.days[group].sum())) for group in trenches.values()]
        works += [
            Work(unit, (option,), False, int(model.days[option]))
            for option in mine.tolist()
            if model.is_station[option]
        ]
    return tuple(works)


def date_works(model: Model, works: Sequence[Work]) -> tuple[tuple[int | None, ...], bool]:
    """Start of each job, None where none was found or without a calendar; whether a failure is proven."""
    starts: list[int | None] = [None] * len(works)
    proven = True
    if model.window is None:
        return tuple(starts), True
    for period, crews in enumerate(model.crews):
        mine = [one for one, work in enumerate(works) if model.units[work.unit].period == period]
        tasks = [task_of(model, works[one]) for one in mine]
        found, is_proof = fit_calendar(tasks, crews, model.window, shutdowns=model.shutdowns)
        proven &= is_proof
        for one, start in zip(mine, found, strict=True):
            starts[one] = start
    return tuple(starts), proven


def task_of(model: Model, work: Work) -> Task:
    """A job as the calendar sees it."""
    unit = model.units[work.unit]
    if unit.rule is None:
        raise HeatnetError("A plan without a summer has no calendar.")
    return Task(unit.street, work.days, unit.rule, model.shuts(work.options))


def _without(
    model: Model, options: Ints, works: tuple[Work, ...], starts: tuple[int | None, ...], out: Sequence[int]
) -> Dated | None:
    """The choice without the jobs that found no days; None where a minimum or a must forbids that."""
    gone = {option for one in out for option in works[one].options}
    if any(model.is_must[option] for option in gone):
        return None
    kept = np.array([one for one in options.tolist() if one not in gone], dtype=np.int64)
    if gone and (excess(model, kept) > 0).any():
        return None
    stay = [one for one in range(len(works)) if one not in set(out)]
    return kept, tuple(works[one] for one in stay), tuple(starts[one] for one in stay)


def _cut(model: Model, programme: Programme, chosen: Selection, works: Sequence[Work], *, proven: bool) -> bool:
    """Forbid a smallest part of a choice that is proven to fit no calendar; False where nothing is proven."""
    units = sorted({work.unit for work in works})
    mine = {unit: [work for work in works if work.unit == unit] for unit in units}
    for unit in units:
        for work in mine[unit]:
            if not _fits_alone(model, work):
                programme.cut(_misfit_part(model, work), [unit])
                return True
    if not proven or len(works) > SEARCHED_JOBS or any(unit in programme.loops for unit in units):
        return False
    for unit in list(units):
        fewer = [work for one in units if one != unit for work in mine[one]]
        starts, is_proof = date_works(model, fewer)
        if is_proof and any(start is None for start in starts):
            units.remove(unit)
    programme.cut(chosen.options, units)
    return True


def _fits_alone(model: Model, work: Work) -> bool:
    task = task_of(model, work)
    return task.rule.earliest(task.days) is not None and model.shutdowns.allows(task.shuts)


def _misfit_part(model: Model, work: Work) -> Ints:
    """A connected part of a trench that already fits no days of its street, or shuts too many households."""
    setup = model.units[work.unit].setup_days
    part: list[int] = []
    reached: set[int] = set()
    left = list(work.options)
    while left and _fits_alone(model, replace(work, options=tuple(part), days=setup + int(model.days[part].sum()))):
        ends = [(one, {int(model.node_a[one]), int(model.node_b[one])}) for one in left]
        one, nodes = next(((one, nodes) for one, nodes in ends if not part or nodes & reached))
        part.append(one)
        left.remove(one)
        reached |= nodes
    return np.array(sorted(part), dtype=np.int64)


def prune(model: Model, options: Ints) -> Ints:
    """A choice without the cures that avoid nothing, where dropping them opens no trench and breaks no minimum."""
    kept = options
    is_changed = True
    while is_changed:
        is_changed = False
        for option in kept[(model.benefit[kept] == 0) & ~model.is_must[kept]].tolist():
            fewer = kept[kept != option]
            unit = model.unit[option]
            here = [model.unit[some] == unit for some in (fewer, kept)]
            jobs = [len(works_of(model, some[mine])) for some, mine in zip((fewer, kept), here, strict=True)]
            if jobs[0] <= jobs[1] and not (excess(model, fewer) > 0).any():
                kept, is_changed = fewer, True
    return kept


def margin_of_trees(relaxation: Relaxation, prices: Floats) -> tuple[Ints, Floats]:
    """Options on trees, and for each the best value with it in less the best with its asset out."""
    model = relaxation.model
    offers = relaxation.offers(prices)
    edge_margin = relaxation.forest.margins(offers.gain, model.job_use @ prices)
    edge_of = np.full(len(relaxation.must), -1, dtype=np.int64)
    edge_of[relaxation.edge_asset] = np.arange(len(relaxation.edge_asset))
    edge = edge_of[model.asset[relaxation.trench]]
    behind = offers.value[offers.trench][edge] - offers.value[relaxation.trench]
    return (
        np.concatenate([relaxation.trench, relaxation.flat]),
        np.concatenate([edge_margin[edge] - behind, offers.value[relaxation.flat]]),
    )


def margins(model: Model, relaxation: Relaxation, prices: Floats) -> Floats:
    """Best value of each option's unit with the option in, less the best without its asset, at these prices."""
    margin = np.zeros(len(model.benefit))
    options, values = margin_of_trees(relaxation, prices)
    margin[options] = values
    for number, unit in enumerate(relaxation.units.tolist()):
        part = relaxation.parts[number]
        value = part.benefit - part.use @ prices
        options = model.units[unit].options
        for place, option in enumerate(options.tolist()):
            within = part.chosen[:, place]
            without = ~part.chosen[:, model.asset[options] == model.asset[option]].any(axis=1)
            best_in = value[within].max(initial=-np.inf)
            best_out = value[without].max(initial=-np.inf)
            margin[option] = best_in - best_out if np.isfinite(best_out) else best_in
    return margin
