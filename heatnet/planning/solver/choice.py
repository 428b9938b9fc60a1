"""Which options to take: the best choice of an integer programme that truly keeps every limit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint

from heatnet._arrays import Floats, Ints, Truths
from heatnet.graph.ranges import group_by
from heatnet.planning.model.building import Model
from heatnet.planning.model.options import trenches_of
from heatnet.planning.solver.highs import solve_integer
from heatnet.planning.solver.loops import Constraint, loop_core
from heatnet.planning.solver.programme import Programme

NODE_LIMIT, LOOP_NODE_LIMIT = 400, 20
COVERS, SHRINKS = 6, 6
LOOP_ROUNDS, FRACTION_ROUNDS, SHORT_ROUNDS = 2, 40, 60
# Share of the bound with which a choice in units with loops is good enough.
NEAR = 0.002
# Share of the bound below which another round of rows for loops is not worth its time.
IDLE = 2e-5
# Twice the tolerance to which the solver keeps a row, or the best value.
TOLERANCE = 2e-6
# By how much the values of small programmes are raised, so that the solver's tolerance is that much smaller.
FINE = 1e5
# Benefits that differ by more than this share are judged again without the greatest.
SPREAD = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Chosen options and a bound on what any choice within the programme brings."""

    options: Ints
    bound: float


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """Values of the columns (None where nothing was found), what no values exceed, and how far that may be off."""

    values: Floats | None
    reached: float
    slack: float


def choose(programme: Programme, limits: Floats, *, gap: float) -> Selection | None:
    """Return the best choice under these limits (in the unit of `use`), None when there is none."""
    if programme.is_void:
        return None
    if not programme.columns.benefit:
        is_kept = all(limit.is_kept([0.0]) for limit in programme.model.limits)
        return Selection(np.zeros(0, dtype=np.int64), 0.0) if is_kept else None
    return _Choosing(programme, limits, gap).run()


class _Choosing:
    """Ask the solver until its answer truly keeps the limits: it counts trenches of loops and rounds loosely."""

    def __init__(self, programme: Programme, limits: Floats, gap: float) -> None:
        self.programme, self.model, self.gap = programme, programme.model, gap
        self.given, self.limits = limits, limits.copy()
        self.bound, self.best = math.inf, None
        self.trials, self.loop_rounds, self.short_rounds = 0, LOOP_ROUNDS, SHORT_ROUNDS

    best: Ints | None

    def run(self) -> Selection | None:
        self._count_loops_of_fractions()
        while self.trials < COVERS + SHRINKS:
            answer = self._solve()
            if answer.values is None:
                return None
            if (self.limits == self.given).all():
                self.bound = min(self.bound, answer.reached + answer.slack)
                if self.gap == 0.0 and self._drop_above(answer.slack):
                    continue
            chosen = self._chosen(answer.values)
            if self._lengthen(chosen):
                continue
            chosen = _without_short(self.model, chosen)
            over = excess(self.model, chosen, limits=self.given)
            if self.model.short_trenches(chosen):
                return None
            if not (over > 0).any():
                return Selection(chosen, self.bound)
            if not self._mend(answer.values, chosen, over):
                break
        return None if self.best is None else Selection(self.best, self.bound)

    def _count_loops_of_fractions(self) -> None:
        """Add rows for the loops that the programme's relaxation breaks, as long as they tell."""
        before = math.inf
        for _ in range(FRACTION_ROUNDS if self.programme.loops else 0):
            answer = self._solve(whole=False)
            is_idle = not math.isinf(before) and answer.reached > before - IDLE * abs(before)
            if answer.values is None or is_idle or not self._add_loop_rows(answer.values):
                break
            before = answer.reached

    def _mend(self, values: Floats, chosen: Ints, over: Floats) -> bool:
        """Forbid what exceeds the limits in some way; False where the best so far has to do."""
        has_loops = bool(self.programme.loops)
        if has_loops or self.trials == COVERS + SHRINKS - 1:
            self.best = _better(self.model, self.best, _thinned(self.model, chosen, self.given))
        if has_loops and self.best is not None:
            self.loop_rounds -= 1
            is_near = benefit_of(self.model, self.best) >= self.bound - NEAR * abs(self.bound)
            return not is_near and self.loop_rounds >= 0 and self._add_loop_rows(values)
        self.trials += 1
        # The solver's tolerance let a limit slip: forbid this choice and all that hold it, or shrink the limit.
        if self.trials > COVERS or not self._cover(chosen, over > 0):
            size = np.maximum(np.abs(self.limits), np.abs(np.stack(self.programme.columns.use)).max(axis=0))
            self.limits -= np.where(over > 0, over + TOLERANCE * np.maximum(size, 1e-300), 0.0)
        return True

    def _lengthen(self, chosen: Ints) -> bool:
        """Forbid the short trenches of large units; False where there is none, or it was tried often enough."""
        unit_of = self.model.options.unit
        short = [group for group in self.model.short_trenches(chosen) if int(unit_of[group[0]]) in self.programme.loops]
        if not short or self.short_rounds <= 0:
            return False
        self.short_rounds -= 1
        for group in short:
            self.programme.lengthen(int(unit_of[group[0]]), group)
        return True

    def _drop_above(self, slack: float) -> bool:
        """Shut columns that bring more than the bound, which no plan can hold; True if the solver's slack hung on them.

        Where nothing forces a loss, what a plan holds brings no more than the whole plan.
        """
        columns = self.programme.columns
        benefit, high = np.array(columns.benefit), np.array(columns.high)
        if self.programme.loops or slack <= SPREAD * TOLERANCE * abs(self.bound) or (benefit < 0).any():
            return False
        above = np.flatnonzero((benefit > self.bound) & (high > 0))
        for column in above.tolist():
            columns.high[column] = 0.0
        return bool(len(above))

    def _solve(self, *, whole: bool = True) -> _Answer:
        columns = self.programme.columns
        benefit = np.array(columns.benefit) * (np.array(columns.high) > 0)
        unit = max(float(np.abs(benefit).max(initial=0.0)), 1e-300) / (FINE if self.gap == 0.0 else 1.0)
        constraints = [LinearConstraint(*self.programme.matrix())]
        if len(self.limits):
            use = np.stack(columns.use, axis=1)
            size = np.maximum(np.abs(self.limits), np.abs(use).max(axis=1))
            size[size == 0] = 1.0
            constraints.append(LinearConstraint(sparse.csr_array(use / size[:, None]), -np.inf, self.limits / size))
        found = solve_integer(
            -benefit / unit,
            integrality=np.array(columns.is_whole) * whole,
            bounds=Bounds(np.array(columns.low), np.array(columns.high)),
            constraints=constraints,
            options={
                "node_limit": LOOP_NODE_LIMIT if self.programme.loops else NODE_LIMIT,
                "mip_rel_gap": self.gap,
                "presolve": False,
            },
        )
        if found.x is None:
            return _Answer(None, -math.inf, 0.0)
        reached = -found.fun if found.mip_dual_bound is None else -found.mip_dual_bound
        return _Answer(np.asarray(found.x), float(reached) * unit, TOLERANCE * unit)

    def _chosen(self, values: Floats) -> Ints:
        columns = self.programme.columns
        picked = np.flatnonzero((values > 0.5) & (np.array(columns.is_whole) == 1))
        return np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *(columns.options[one] for one in picked)]))

    def _cover(self, chosen: Ints, is_over: Truths) -> bool:
        """Forbid an excessive choice and every larger one; False where a larger one might keep the limits."""
        if any(limit.kind == "min_km" for limit, over in zip(self.model.limits, is_over, strict=True) if over):
            return False
        unit_of = self.model.options.unit
        units = np.unique(unit_of[chosen]).tolist()
        if any(unit in self.programme.loops for unit in units):
            return False
        options = self.programme.columns.options
        patterns = {tuple(options[one].tolist()): one for unit in units for one in self.programme.columns_of[unit]}
        picked = [patterns[tuple(chosen[unit_of[chosen] == unit].tolist())] for unit in units]
        self.programme.rows.append(Constraint(picked, [1.0] * len(picked), -np.inf, len(picked) - 1.0))
        return True

    def _add_loop_rows(self, values: Floats) -> bool:
        """Add rows that count trenches right where segments close loops in large units; True if any was broken."""
        rows: list[Constraint] = []
        chosen, options = self._chosen(values), self.model.options
        trenches = chosen[options.is_trench[chosen]]
        by_unit, first = group_by(options.unit[trenches], len(self.model.units))
        for unit, loops in self.programme.loops.items():
            core = loop_core(self.model, trenches[by_unit[first[unit] : first[unit + 1]]])
            groups = [
                {*options.node_a[group].tolist(), *options.node_b[group].tolist()}
                for group in trenches_of(options, core)
            ]
            rows += loops.broken_rows(values, groups)
        self.programme.rows += rows
        return bool(rows)


def benefit_of(model: Model, chosen: Ints) -> float:
    """Return what a choice brings, its trenches counted."""
    return model.benefit_of(chosen, trenches_of(model.options, chosen))


def _better(model: Model, one: Ints | None, two: Ints | None) -> Ints | None:
    if one is None or two is None:
        return two if one is None else one
    return two if benefit_of(model, two) > benefit_of(model, one) else one


def _thinned(model: Model, chosen: Ints, limits: Floats) -> Ints | None:
    """Return a choice without its least worthy cures and jobs, so that it keeps the limits; None if that is no way."""
    over = excess(model, chosen, limits=limits)
    while (over > 0).any():
        best: tuple[float, Ints] | None = None
        for part in parts_of(model, chosen):
            mine = chosen[model.options.unit[chosen] == model.options.unit[part[0]]]
            rest = np.setdiff1d(mine, part)
            freed = _use_of(model, mine) - _use_of(model, rest)
            helps = (np.clip(freed, 0.0, over) / np.maximum(np.abs(limits), 1e-9))[over > 0].sum()
            loss = benefit_of(model, mine) - benefit_of(model, rest)
            if helps > 0 and (best is None or loss / helps < best[0]):
                best = loss / helps, part
        if best is None:
            return None
        chosen = _without_short(model, np.setdiff1d(chosen, best[1]))
        over = excess(model, chosen, limits=limits)
    return None if model.short_trenches(chosen) else chosen


def _without_short(model: Model, chosen: Ints) -> Ints:
    """Return a choice without the trenches that are too short, but for musts."""
    for group in model.short_trenches(chosen):
        if not model.options.is_must[group].any():
            chosen = np.setdiff1d(chosen, group)
    return chosen


def parts_of(model: Model, chosen: Ints) -> list[Ints]:
    """Return what may be taken from a choice: single cures and whole jobs without a must."""
    parts = [np.array([one]) for one in chosen.tolist()]
    parts += [group for group in trenches_of(model.options, chosen) if len(group) > 1]
    return [part for part in parts if not model.options.is_must[part].any()]


def _use_of(model: Model, options: Ints) -> Floats:
    """Return what options of one unit take of each limit."""
    if not len(options):
        return np.zeros(len(model.limits))
    jobs = len(trenches_of(model.options, options))
    return np.asarray(model.use[options].sum(axis=0) + jobs * model.job_use[model.options.unit[options[0]]])


def excess(model: Model, chosen: Ints, *, limits: Floats | None = None) -> Floats:
    """Return how far a choice, with its true number of trenches, exceeds each limit; 0 where it keeps it.

    `limits` replaces the model's own limits where it differs from them.
    """
    jobs = [int(model.options.unit[group[0]]) for group in trenches_of(model.options, chosen)]
    over = np.zeros(len(model.limits))
    for number, limit in enumerate(model.limits):
        uses = [*model.use[chosen, number].tolist(), *model.job_use[jobs, number].tolist()]
        most = limit.total if limits is None else float(limits[number])
        is_kept = limit.is_kept(uses) if most == limit.total else math.fsum(uses) <= most
        if not is_kept:
            over[number] = max(math.fsum(uses) - most, 1e-12 * max(abs(most), 1e-300))
    return over
