"""Which options to take: an integer programme over the patterns of streets that the prices leave open.

A pattern that loses more than `open_loss` at the prices of the limits is left out; no plan within `open_loss` of
the bound can hold it, so ``max(bound of the programme, bound of the prices - open_loss)`` is a bound as well.
Units too large to enumerate enter segment by segment, with their trenches counted as in `loops`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint

from heatnet._arrays import Floats, Ints, Truths
from heatnet.planning.bound import Dual, Relaxation
from heatnet.planning.highs import solve_integer
from heatnet.planning.loops import Loops, Row, loop_core, loops_of
from heatnet.planning.model import ROUNDING, Model
from heatnet.planning.patterns import (
    PATTERN_LIMIT,
    Patterns,
    StreetFit,
    enumerate_patterns,
    job_labels,
    jobs_in,
    pattern_counts,
)
from heatnet.planning.shutdowns import Shut

NODE_LIMIT, LOOP_NODE_LIMIT = 400, 20
COVERS, SHRINKS = 6, 6
LOOP_ROUNDS, FRACTION_ROUNDS = 2, 40
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

# Days of a job, and the sections it shuts.
Job = tuple[int, frozenset[Shut]]


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Chosen options and a bound on what any choice within the programme brings."""

    options: Ints
    bound: float


class Programme:
    """The integer programme over open patterns; `cut` forbids choices that no calendar holds."""

    def __init__(
        self, relaxation: Relaxation, dual: Dual, enumerated: dict[int, Patterns], fit: StreetFit, open_loss: float
    ) -> None:
        self.model, self.dual, self.open_loss = relaxation.model, dual, open_loss
        self.rows: list[Row] = []
        self.benefit: list[float] = []
        self.use: list[Floats] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.is_whole: list[int] = []
        self.column_options: list[Ints] = []
        self.columns_of: dict[int, list[int]] = {}
        self.loops: dict[int, Loops] = {}
        self._add_units(relaxation, enumerated, fit)

    def _add_units(self, relaxation: Relaxation, enumerated: dict[int, Patterns], fit: StreetFit) -> None:
        model, prices = self.model, self.dual.prices
        counts = pattern_counts(model)
        answer = relaxation.at(prices)
        best: dict[int, float] = {}
        for one, value in zip(model.units, answer.value.tolist(), strict=True):
            best[one.family] = max(value, best.get(one.family, -math.inf))
        is_open, low, high = self._open_options(relaxation)
        families: dict[int, list[int]] = {}
        owing: set[int] = set()
        for unit, one in enumerate(model.units):
            if unit not in enumerated and not is_open[one.options].any():
                continue
            if unit in enumerated or counts[unit] <= PATTERN_LIMIT:
                patterns = enumerated.get(unit) or enumerate_patterns(model, unit, fit)
                new = self._add_patterns(unit, patterns, best[one.family])
                if model.is_must[one.options].any():
                    owing.add(one.family)
            else:
                new = self._add_segments(unit, low, high)
            families.setdefault(one.family, []).extend(new)
        self.is_void = any(not families.get(family) for family in owing)
        for family, columns in families.items():
            if columns:
                self.rows.append((columns, [1.0] * len(columns), 1.0 if family in owing else -np.inf, 1.0))

    def _open_options(self, relaxation: Relaxation) -> tuple[Truths, Floats, Floats]:
        """Options on trees that may be chosen, and bounds of each after fixing what loses too much."""
        model = self.model
        offers = relaxation.offers(self.dual.prices)
        margin = relaxation.forest.margins(offers.gain, model.job_use @ self.dual.prices)
        high = np.zeros(len(model.benefit))
        low = np.zeros(len(model.benefit))
        edge_of = np.full(len(relaxation.must), -1, dtype=np.int64)
        edge_of[relaxation.edge_asset] = np.arange(len(relaxation.edge_asset))
        edge = edge_of[model.asset[relaxation.trench]]
        behind = offers.value[offers.trench][edge] - offers.value[relaxation.trench]
        high[relaxation.trench] = behind - margin[edge] <= self.open_loss
        high[relaxation.flat] = -offers.value[relaxation.flat] <= self.open_loss
        high[model.is_must] = 1.0
        single = np.bincount(model.asset, minlength=len(relaxation.must))[model.asset] == 1
        sure = np.zeros(len(model.benefit), dtype=bool)
        sure[relaxation.trench] = margin[edge] > self.open_loss
        low[sure & single & (model.n_families == len(model.units))] = 1.0
        return high > 0, low, high

    def _column(self, benefit: float, use: Floats, options: Ints, *, high: float = 1.0, whole: int = 1) -> int:
        self.benefit.append(benefit)
        self.use.append(use)
        self.low.append(0.0)
        self.high.append(high)
        self.is_whole.append(whole)
        self.column_options.append(options)
        return len(self.benefit) - 1

    def _add_patterns(self, unit: int, patterns: Patterns, best: float) -> list[int]:
        value = patterns.benefit - patterns.use @ self.dual.prices
        is_upper, total = self.model.upper_limits
        keep = (patterns.use[:, is_upper] <= total[is_upper] * (1 + ROUNDING)).all(axis=1)
        keep &= value >= max(best, float(value.max(initial=-np.inf))) - self.open_loss
        keep &= patterns.chosen.any(axis=1)
        options = self.model.units[unit].options
        columns = [
            self._column(float(patterns.benefit[row]), patterns.use[row], options[patterns.chosen[row]])
            for row in np.flatnonzero(keep).tolist()
        ]
        self.columns_of[unit] = columns
        return columns

    def _add_segments(self, unit: int, low: Floats, high: Floats) -> list[int]:
        """Columns for a large unit: its options, its nodes, its loops; returns the switch that opens the unit."""
        model = self.model
        options = [one for one in model.units[unit].options.tolist() if high[one] > 0]
        nothing, none = np.zeros(len(model.rows)), np.zeros(0, dtype=np.int64)
        job_use = model.job_use[unit]
        switch = self._column(0.0, nothing, none)
        core = loop_core(model, np.array([one for one in options if model.is_trench[one]], dtype=np.int64))
        shares = {asset: self._column(0.0, -job_use, none, whole=0) for asset in model.asset[core].tolist()}
        nodes: dict[int, int] = {}
        by_asset: dict[int, list[int]] = {}
        columns = []
        for option in options:
            asset = int(model.asset[option])
            joins = model.is_trench[option] and asset not in shares
            column = self._column(float(model.benefit[option]), model.use[option] - joins * job_use, np.array([option]))
            self.low[column] = low[option]
            columns.append(column)
            by_asset.setdefault(asset, []).append(column)
            self.rows.append(([column, switch], [1.0, -1.0], -np.inf, 0.0))
            for node in {int(model.node_a[option]), int(model.node_b[option])} - {-1}:
                if node not in nodes:
                    nodes[node] = self._column(0.0, job_use, none, whole=0)
                self.rows.append(([column, nodes[node]], [1.0, -1.0], -np.inf, 0.0))
        must = set(model.asset[model.units[unit].options[model.is_must[model.units[unit].options]]].tolist())
        for asset, group in by_asset.items():
            if asset in must or len(group) > 1:
                self.rows.append((group, [1.0] * len(group), 1.0 if asset in must else -np.inf, 1.0))
            if asset in shares:
                trenches = [column for column in group if model.is_trench[self.column_options[column][0]]]
                self.rows.append(([shares[asset], *trenches], [1.0] + [-1.0] * len(trenches), -np.inf, 0.0))
        self.loops[unit] = loops_of(model, core, nodes, shares)
        for piece in self.loops[unit].pieces:
            # One trench at least, where any node of a piece is touched.
            touched = self._column(0.0, nothing, none, whole=0)
            self.rows += [([nodes[node], touched], [1.0, -1.0], -np.inf, 0.0) for node in sorted(piece)]
            columns_of_row, weights = self.loops[unit].trenches_of(piece)
            self.rows.append(([touched, *columns_of_row], [1.0, *weights], -np.inf, 0.0))
        self._add_street_days(unit, columns)
        self.columns_of[unit] = columns
        return [switch]

    def _add_street_days(self, unit: int, columns: list[int]) -> None:
        """Jobs of a street take turns, so their days cannot exceed the street's open days."""
        model, one, loops = self.model, self.model.units[unit], self.loops[unit]
        if one.rule is None or one.street is None:
            return
        setup = float(one.setup_days)
        options = [int(self.column_options[column][0]) for column in columns]
        joins = [bool(model.is_trench[option]) and int(model.asset[option]) not in loops.shares for option in options]
        days = [float(model.days[option]) - setup * is_join for option, is_join in zip(options, joins, strict=True)]
        open_days = sum(last - first + 1 for first, last in one.rule.runs)
        weights = [*days, *([setup] * len(loops.nodes)), *([-setup] * len(loops.shares))]
        self.rows.append(
            ([*columns, *loops.nodes.values(), *loops.shares.values()], weights, -np.inf, float(open_days))
        )

    def solve(self, limits: Floats, *, gap: float) -> Selection | None:
        """Best choice under these limits (in the unit of `use`), None when there is none."""
        if self.is_void:
            return None
        if not self.benefit:
            is_kept = all(row.is_kept([0.0]) for row in self.model.rows)
            return Selection(np.zeros(0, dtype=np.int64), 0.0) if is_kept else None
        given, limits = limits, limits.copy()
        bound, best, before = math.inf, None, math.inf
        for _ in range(FRACTION_ROUNDS if self.loops else 0):
            values, reached, _ = self._milp(limits, gap, whole=False)
            if values is None or reached > before * (1 - IDLE) or not self._add_loop_rows(values):
                break
            before = reached
        trial, loop_rounds = 0, LOOP_ROUNDS
        while trial < COVERS + SHRINKS:
            values, reached, slack = self._milp(limits, gap)
            if values is None:
                return None
            chosen = self._chosen(values)
            if (limits == given).all():
                bound = min(bound, reached + slack)
                if gap == 0.0 and self._drop_above(bound, slack):
                    continue
            over = excess(self.model, chosen, limits=given)
            if not (over > 0).any():
                return Selection(chosen, bound)
            if self.loops or trial == COVERS + SHRINKS - 1:
                best = _better(self.model, best, _thinned(self.model, chosen, given))
            if self.loops and best is not None:
                loop_rounds -= 1
                near = float(self.model.benefit[best].sum()) >= bound * (1 - NEAR)
                if near or loop_rounds < 0 or not self._add_loop_rows(values):
                    break
                continue
            trial += 1
            # The solver's tolerance let a limit slip: forbid this choice and all that hold it, or shrink the row.
            if trial <= COVERS and self._cover(chosen, over > 0):
                continue
            size = np.maximum(np.abs(limits), np.abs(np.stack(self.use)).max(axis=0))
            limits -= np.where(over > 0, over + TOLERANCE * np.maximum(size, 1e-300), 0.0)
        return None if best is None else Selection(best, bound)

    def _drop_above(self, bound: float, slack: float) -> bool:
        """Shut columns that bring more than the bound, which no plan can hold; True if the solver's slack hung on them.

        Where nothing forces a loss, what a plan holds brings no more than the whole plan.
        """
        benefit, high = np.array(self.benefit), np.array(self.high)
        if self.loops or slack <= SPREAD * TOLERANCE * abs(bound) or (benefit < 0).any():
            return False
        above = np.flatnonzero((benefit > bound) & (high > 0))
        for column in above.tolist():
            self.high[column] = 0.0
        return bool(len(above))

    def _milp(self, limits: Floats, gap: float, *, whole: bool = True) -> tuple[Floats | None, float, float]:
        """Values of the columns (None where nothing was found), what no values exceed, and how far that may be off."""
        benefit = np.array(self.benefit)
        unit = max(float(np.abs(benefit * (np.array(self.high) > 0)).max(initial=0.0)), 1e-300)
        unit /= FINE if gap == 0.0 else 1.0
        constraints = [LinearConstraint(*self._matrix())]
        if len(limits):
            use = np.stack(self.use, axis=1)
            size = np.maximum(np.abs(limits), np.abs(use).max(axis=1))
            size[size == 0] = 1.0
            constraints.append(LinearConstraint(sparse.csr_array(use / size[:, None]), -np.inf, limits / size))
        found = solve_integer(
            -benefit / unit * (np.array(self.high) > 0),
            integrality=np.array(self.is_whole) * whole,
            bounds=Bounds(np.array(self.low), np.array(self.high)),
            constraints=constraints,
            options={
                "node_limit": LOOP_NODE_LIMIT if self.loops else NODE_LIMIT,
                "mip_rel_gap": gap,
                "presolve": False,
            },
        )
        if found.x is None:
            return None, -math.inf, 0.0
        reached = -found.fun if found.mip_dual_bound is None else -found.mip_dual_bound
        return np.asarray(found.x), float(reached) * unit, TOLERANCE * unit

    def _chosen(self, values: Floats) -> Ints:
        picked = np.flatnonzero((values > 0.5) & (np.array(self.is_whole) == 1))
        return np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *(self.column_options[one] for one in picked)]))

    def _cover(self, chosen: Ints, is_over: Truths) -> bool:
        """Forbid an excessive choice and every larger one; False where a larger one might keep the limits."""
        if any(row.kind == "min_km" for row, over in zip(self.model.rows, is_over, strict=True) if over):
            return False
        units = np.unique(self.model.unit[chosen]).tolist()
        if any(unit in self.loops for unit in units):
            return False
        patterns = {tuple(self.column_options[one].tolist()): one for unit in units for one in self.columns_of[unit]}
        picked = [patterns[tuple(chosen[self.model.unit[chosen] == unit].tolist())] for unit in units]
        self.rows.append((picked, [1.0] * len(picked), -np.inf, len(picked) - 1.0))
        return True

    def _matrix(self) -> tuple[sparse.csr_array, Floats, Floats]:
        sizes = [len(columns) for columns, _, _, _ in self.rows]
        number = np.repeat(np.arange(len(self.rows)), sizes)
        columns = np.array([one for row in self.rows for one in row[0]], dtype=np.int64)
        weights = np.array([one for row in self.rows for one in row[1]])
        matrix = sparse.csr_array((weights, (number, columns)), shape=(len(self.rows), len(self.benefit)))
        return matrix, np.array([row[2] for row in self.rows]), np.array([row[3] for row in self.rows])

    def _add_loop_rows(self, values: Floats) -> bool:
        """Rows that count trenches right where segments close loops in large units; True if any was broken."""
        rows: list[Row] = []
        chosen = self._chosen(values)
        for unit, loops in self.loops.items():
            core = loop_core(self.model, chosen[(self.model.unit[chosen] == unit) & self.model.is_trench[chosen]])
            labels = job_labels(self.model, core, np.ones((1, len(core)), dtype=bool))[0]
            ends = np.stack([self.model.node_a[core], self.model.node_b[core]])
            groups = [set(ends[:, labels == label].ravel().tolist()) for label in np.unique(labels)]
            rows += loops.broken_rows(values, groups)
        self.rows += rows
        return bool(rows)

    def cut(self, chosen: Ints, units: Sequence[int]) -> None:
        """Forbid the jobs chosen in these units, and any in their place that are at least as hard to fit."""
        columns: list[int] = []
        weight = 0
        for unit in units:
            mine = chosen[self.model.unit[chosen] == unit]
            if unit in self.loops:
                same = {tuple(self.column_options[one].tolist()): one for one in self.columns_of[unit]}
                columns += [same[(option,)] for option in mine.tolist()]
                weight += len(mine)
                continue
            want = self._jobs(unit, mine)
            columns += [
                one for one in self.columns_of[unit] if _is_as_hard(self._jobs(unit, self.column_options[one]), want)
            ]
            weight += 1
        self.rows.append((columns, [1.0] * len(columns), -np.inf, weight - 1.0))

    def _jobs(self, unit: int, options: Ints) -> list[Job]:
        labels = job_labels(self.model, options, np.ones((1, len(options)), dtype=bool))[0]
        return jobs_in(self.model, unit, options, labels)


def _better(model: Model, one: Ints | None, two: Ints | None) -> Ints | None:
    if one is None or two is None:
        return two if one is None else one
    return two if model.benefit[two].sum() > model.benefit[one].sum() else one


def _thinned(model: Model, chosen: Ints, limits: Floats) -> Ints | None:
    """A choice without its least worthy cures and jobs, so that it keeps the limits; None where that is no way."""
    over = excess(model, chosen, limits=limits)
    while (over > 0).any():
        best: tuple[float, Ints] | None = None
        for part in _parts(model, chosen):
            mine = chosen[model.unit[chosen] == model.unit[part[0]]]
            rest = np.setdiff1d(mine, part)
            freed = _use_of(model, mine) - _use_of(model, rest)
            helps = (np.clip(freed, 0.0, over) / np.maximum(np.abs(limits), 1e-9))[over > 0].sum()
            loss = float(model.benefit[part].sum())
            if helps > 0 and (best is None or loss / helps < best[0]):
                best = loss / helps, part
        if best is None:
            return None
        chosen = np.setdiff1d(chosen, best[1])
        over = excess(model, chosen, limits=limits)
    return chosen


def _parts(model: Model, chosen: Ints) -> list[Ints]:
    """What may be taken from a choice: single cures and whole jobs without a must."""
    parts = [np.array([one]) for one in chosen.tolist()]
    for unit in np.unique(model.unit[chosen]).tolist():
        mine = chosen[(model.unit[chosen] == unit) & model.is_trench[chosen]]
        labels = job_labels(model, mine, np.ones((1, len(mine)), dtype=bool))[0]
        jobs = [mine[labels == label] for label in np.unique(labels)]
        parts += [job for job in jobs if len(job) > 1]
    return [part for part in parts if not model.is_must[part].any()]


def _use_of(model: Model, options: Ints) -> Floats:
    """What options of one unit take of each row."""
    if not len(options):
        return np.zeros(len(model.rows))
    trenches = options[model.is_trench[options]]
    labels = job_labels(model, trenches, np.ones((1, len(trenches)), dtype=bool))[0]
    jobs = len(np.unique(labels))
    return np.asarray(model.use[options].sum(axis=0) + jobs * model.job_use[model.unit[options[0]]])


def _is_as_hard(jobs: list[Job], others: list[Job]) -> bool:
    """Whether each of the others has a job of its own that is at least as long and shuts all that it shuts."""
    pairs = zip(jobs, others, strict=False)
    return len(jobs) >= len(others) and all(one[0] >= two[0] and one[1] >= two[1] for one, two in pairs)


def excess(model: Model, chosen: Ints, *, limits: Floats | None = None) -> Floats:
    """How far a choice, with its true number of trenches, exceeds each row; 0 where it keeps it.

    `limits` replaces the rows' own limits where it differs from them.
    """
    jobs: list[int] = []
    for unit in np.unique(model.unit[chosen]).tolist():
        mine = chosen[(model.unit[chosen] == unit) & model.is_trench[chosen]]
        labels = job_labels(model, mine, np.ones((1, len(mine)), dtype=bool))[0]
        jobs += [unit] * len(np.unique(labels))
    over = np.zeros(len(model.rows))
    for number, row in enumerate(model.rows):
        uses = [*model.use[chosen, number].tolist(), *model.job_use[jobs, number].tolist()]
        limit = row.total if limits is None else float(limits[number])
        is_kept = row.is_kept(uses) if limit == row.total else math.fsum(uses) <= limit
        if not is_kept:
            over[number] = max(math.fsum(uses) - limit, 1e-12 * max(abs(limit), 1.0))
    return over
