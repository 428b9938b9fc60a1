"""Choose, give every job its days, and choose again where a job found none."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from heatnet._arrays import Ints
from heatnet.errors import InfeasiblePlanError
from heatnet.planning.model.building import Model
from heatnet.planning.model.jobs import Job
from heatnet.planning.schedule.dating import Dated, dated_choice, forbid, lowered_limits, prune, without_late
from heatnet.planning.schedule.early import best_first
from heatnet.planning.schedule.searching import StreetFit
from heatnet.planning.solver.choice import benefit_of, choose
from heatnet.planning.solver.dual import Dual, Relaxation, solve_dual
from heatnet.planning.solver.openings import OPENINGS, enumerated_units, has_no_pattern, opening, why_infeasible
from heatnet.planning.solver.programme import Programme

CUT_ROUNDS = 150
LOWER_ROUNDS = 14
LARGE_GAP, GOOD_GAP = 2e-4, 5e-4


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Chosen options, their jobs with starts (None without a calendar), bound and prices of the limits."""

    options: Ints
    jobs: tuple[Job, ...]
    starts: tuple[int | None, ...]
    benefit: float
    bound: float
    dual: Dual
    relaxation: Relaxation


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A dated choice, its benefit, a bound, and the benefit of the first choice before any calendar."""

    dated: Dated
    benefit: float
    bound: float
    chosen: float
    open_loss: float


def solve(model: Model) -> Solution:
    """Return the best plan found, with a bound that no feasible plan exceeds.

    Raises
    ------
    InfeasiblePlanError
        When no plan keeps the minima and musts within the limits.
    """
    fit = StreetFit().fits
    enumerated = enumerated_units(model, fit)
    relaxation = Relaxation(model, enumerated)
    dual = solve_dual(relaxation)
    if has_no_pattern(enumerated) or dual.bound < model.least_benefit:
        raise InfeasiblePlanError(why_infeasible(model))
    best: _Found | None = None
    for most, options in OPENINGS:
        open_loss = opening(relaxation, dual, most=most * abs(dual.bound), options=options)
        if best is not None:
            # What loses more is in no better plan.
            open_loss = min(open_loss, dual.bound - best.chosen)
            if best.open_loss >= open_loss or options == OPENINGS[-1][1]:
                break
        programme = Programme(relaxation, dual, enumerated, fit, open_loss)
        found = _choose_and_date(model, programme, gap=0.0 if math.isinf(open_loss) else LARGE_GAP)
        if found is not None:
            best = found if best is None else _better(best, found)
            if dual.bound - best.chosen <= max(open_loss, GOOD_GAP * abs(dual.bound), 2 * dual.slack):
                break
    if best is None:
        raise InfeasiblePlanError(why_infeasible(model))
    bound = max(min(dual.bound, best.bound), best.benefit)
    dated = best.dated
    starts = best_first(model, dated.jobs, dated.starts) if model.options.worth.any() else dated.starts
    return Solution(dated.options, dated.jobs, starts, best.benefit, bound, dual, relaxation)


def _better(one: _Found, two: _Found) -> _Found:
    bound, chosen = min(one.bound, two.bound), max(one.chosen, two.chosen)
    return replace(two if two.benefit >= one.benefit else one, bound=bound, chosen=chosen, open_loss=two.open_loss)


def _choose_and_date(model: Model, programme: Programme, *, gap: float) -> _Found | None:
    """Return the best dated choice of a programme; None where it holds none."""
    limits = np.array([limit.total for limit in model.limits])
    can_lower = any(limit.kind in ("crew_days", "shut_days") for limit in model.limits)
    best: Dated | None = None
    best_benefit, bound, first = -math.inf, math.inf, -math.inf
    lowered = 0
    for _ in range(CUT_ROUNDS):
        chosen = choose(programme, limits, gap=gap)
        if chosen is None:
            break
        bound = bound if lowered else min(bound, chosen.bound)
        options = prune(model, chosen.options)
        benefit = benefit_of(model, options)
        first = max(first, benefit)
        if benefit <= best_benefit:
            break
        dated, proven = dated_choice(model, options)
        late = dated.late(model)
        kept = without_late(model, dated, late)
        if kept is not None and benefit_of(model, kept.options) > best_benefit:
            best, best_benefit = kept, benefit_of(model, kept.options)
        if not late:
            break
        if forbid(model, programme, chosen.options, dated.jobs, proven=proven):
            continue
        lowered += 1
        if lowered > LOWER_ROUNDS or not can_lower:
            break
        limits = lowered_limits(model, limits, dated, late, lowered)
    if best is None:
        return None
    # What the programme leaves out loses more than its open loss.
    bound = max(bound, programme.dual.bound - programme.open_loss)
    return _Found(best, best_benefit, bound, first, programme.open_loss)
