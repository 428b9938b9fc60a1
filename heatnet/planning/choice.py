"""Which options to take: an integer programme over the patterns of streets that the prices leave open.

A pattern that loses more than `open_loss` at the prices of the limits is left out; no plan within `open_loss` of
the bound can hold it, so ``max(bound of the programme, bound of the prices - open_loss)`` is a bound as well.
Units too large to enumerate enter segment by segment, with ``trenches = touched nodes - segments + loops``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from heatnet.planning.bound import Dual, Relaxation
from heatnet.planning.model import Bools, Floats, Ints, Model
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

NODE_LIMIT = 400
COVERS, SHRINKS = 6, 6
LOOP_ROUNDS, MANY_COLUMNS = 20, 1_500
# Twice the tolerance to which the solver keeps a row.
TOLERANCE = 2e-6

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
        self.rows: list[tuple[list[int], list[float], float, float]] = []
        self.benefit: list[float] = []
        self.use: list[Floats] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.is_whole: list[int] = []
        self.column_options: list[Ints] = []
        self.columns_of: dict[int, list[int]] = {}
        self.loops: dict[int, int] = {}
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
        for family, columns in families.items():
            if columns:
                self.rows.append((columns, [1.0] * len(columns), 1.0 if family in owing else -np.inf, 1.0))

    def _open_options(self, relaxation: Relaxation) -> tuple[Bools, Floats, Floats]:
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
        keep = value >= max(best, float(value.max(initial=-np.inf))) - self.open_loss
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
        nodes: dict[int, int] = {}
        by_asset: dict[int, list[int]] = {}
        columns = []
        for option in options:
            use = model.use[option] - (job_use if model.is_trench[option] else 0.0)
            column = self._column(float(model.benefit[option]), use, np.array([option], dtype=np.int64))
            self.low[column] = low[option]
            columns.append(column)
            by_asset.setdefault(int(model.asset[option]), []).append(column)
            self.rows.append(([column, switch], [1.0, -1.0], -np.inf, 0.0))
            for node in {int(model.node_a[option]), int(model.node_b[option])} - {-1}:
                if node not in nodes:
                    nodes[node] = self._column(0.0, job_use, none, whole=0)
                self.rows.append(([column, nodes[node]], [1.0, -1.0], -np.inf, 0.0))
        must = set(model.asset[model.units[unit].options[model.is_must[model.units[unit].options]]].tolist())
        for asset, group in by_asset.items():
            if asset in must or len(group) > 1:
                self.rows.append((group, [1.0] * len(group), 1.0 if asset in must else -np.inf, 1.0))
        self._add_street_days(unit, columns, list(nodes.values()))
        self.loops[unit] = self._column(0.0, job_use, none, high=float(len(options)), whole=0)
        self.columns_of[unit] = columns
        return [switch]

    def _add_street_days(self, unit: int, columns: list[int], nodes: list[int]) -> None:
        """Jobs of a street take turns, so their days cannot exceed the street's open days."""
        model, one = self.model, self.model.units[unit]
        if one.rule is None or one.street is None:
            return
        options = [int(self.column_options[column][0]) for column in columns]
        days = [float(model.days[option] - one.setup_days * model.is_trench[option]) for option in options]
        open_days = sum(last - first + 1 for first, last in one.rule.runs)
        weights = [*days, *([float(one.setup_days)] * len(nodes))]
        self.rows.append(([*columns, *nodes], weights, -np.inf, float(open_days)))

    def solve(self, limits: Floats, *, gap: float) -> Selection | None:
        """Best choice under these limits (in the unit of `use`), None when there is none."""
        if not self.benefit:
            is_kept = all(row.is_kept([0.0]) for row in self.model.rows)
            return Selection(np.zeros(0, dtype=np.int64), 0.0) if is_kept else None
        given, limits = limits, limits.copy()
        bound = math.inf
        chosen = np.zeros(0, dtype=np.int64)
        trial, loop_rounds = 0, LOOP_ROUNDS if len(self.benefit) <= MANY_COLUMNS else LOOP_ROUNDS // 5
        while trial < COVERS + SHRINKS:
            found = self._milp(limits, gap)
            if found is None:
                return None
            chosen, reached = found
            if (limits == given).all():
                bound = min(bound, reached)
            if loop_rounds and self._add_loop_rows(chosen):
                loop_rounds -= 1
                continue
            over = excess(self.model, chosen, limits=given)
            if not (over > 0).any():
                return Selection(chosen, bound)
            trial += 1
            # The solver's tolerance let a limit slip: forbid this choice and all that hold it, or shrink the row.
            if trial <= COVERS and self._cover(chosen, over > 0):
                continue
            size = np.maximum(np.abs(limits), np.abs(np.stack(self.use)).max(axis=0))
            limits -= np.where(over > 0, over + TOLERANCE * np.maximum(size, 1e-300), 0.0)
        fewer = _thinned(self.model, chosen, given)
        return None if fewer is None else Selection(fewer, bound)

    def _milp(self, limits: Floats, gap: float) -> tuple[Ints, float] | None:
        benefit = np.array(self.benefit)
        worth = max(float(benefit.max(initial=0.0)), 1e-300)
        constraints = [LinearConstraint(*self._matrix())]
        if len(limits):
            use = np.stack(self.use, axis=1)
            size = np.maximum(np.abs(limits), np.abs(use).max(axis=1))
            size[size == 0] = 1.0
            constraints.append(LinearConstraint(sparse.csr_array(use / size[:, None]), -np.inf, limits / size))
        found = milp(
            -benefit / worth,
            integrality=np.array(self.is_whole),
            bounds=Bounds(np.array(self.low), np.array(self.high)),
            constraints=constraints,
            options={"node_limit": NODE_LIMIT, "mip_rel_gap": gap, "presolve": False},
        )
        if found.x is None:
            return None
        picked = np.flatnonzero((found.x > 0.5) & (np.array(self.is_whole) == 1))
        chosen = np.concatenate([np.zeros(0, dtype=np.int64), *(self.column_options[one] for one in picked)])
        reached = -found.fun if found.mip_dual_bound is None else -found.mip_dual_bound
        return np.sort(chosen), float(reached) * worth

    def _cover(self, chosen: Ints, is_over: Bools) -> bool:
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

    def _add_loop_rows(self, chosen: Ints) -> bool:
        """Count a trench again for chosen segments that close loops in large units; True if any was missed."""
        added = False
        for unit, loops in self.loops.items():
            mine = chosen[(self.model.unit[chosen] == unit) & self.model.is_trench[chosen]]
            core = _loop_core(self.model, mine)
            if not len(core):
                continue
            labels = job_labels(self.model, core, np.ones((1, len(core)), dtype=bool))[0]
            # All loops at once, and each group of loops that hang together.
            for part in [core, *(core[labels == label] for label in np.unique(labels))]:
                row = self._loop_row(unit, loops, part)
                if row not in self.rows:
                    self.rows.append(row)
                    added = True
        return added

    def _loop_row(self, unit: int, loops: int, part: Ints) -> tuple[list[int], list[float], float, float]:
        """Loops of a unit are at least the segments chosen among `part` less the rank of `part`."""
        labels = job_labels(self.model, part, np.ones((1, len(part)), dtype=bool))[0]
        ends = np.unique(np.concatenate([self.model.node_a[part], self.model.node_b[part]]))
        wanted = set(self.model.asset[part].tolist())
        columns = [
            one
            for one in self.columns_of[unit]
            if int(self.model.asset[self.column_options[one][0]]) in wanted
            and self.model.is_trench[self.column_options[one][0]]
        ]
        rank = float(len(ends) - len(np.unique(labels)))
        return [*columns, loops], [1.0] * len(columns) + [-1.0], -np.inf, rank

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


def _loop_core(model: Model, trenches: Ints) -> Ints:
    """Trenches that lie on loops or between them: dead ends taken away until none is left."""
    core = trenches
    while len(core):
        ends = np.stack([model.node_a[core], model.node_b[core]])
        _, number, count = np.unique(ends, return_inverse=True, return_counts=True)
        keep = (count[number.reshape(ends.shape)] > 1).all(axis=0)
        if keep.all():
            break
        core = core[keep]
    return core


def _thinned(model: Model, chosen: Ints, limits: Floats) -> Ints | None:
    """A choice without its least worthy cures, so that it keeps the limits; None where that is no way."""
    over = excess(model, chosen, limits=limits)
    while (over > 0).any():
        free = chosen[~model.is_must[chosen]]
        weight = np.maximum(model.use[free][:, over > 0], 0.0) / np.maximum(np.abs(limits[over > 0]), 1e-9)
        takes = weight.sum(axis=1)
        if not (takes > 0).any():
            return None
        worth = np.where(takes > 0, model.benefit[free] / np.where(takes > 0, takes, 1.0), np.inf)
        chosen = chosen[chosen != free[int(np.argmin(worth))]]
        over = excess(model, chosen, limits=limits)
    return chosen


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
