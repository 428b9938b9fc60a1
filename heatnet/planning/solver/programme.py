"""The integer programme over the patterns of streets that the prices leave open.

A pattern that loses more than `open_loss` at the prices of the limits is left out; no plan within `open_loss` of
the bound can hold it, so ``max(bound of the programme, bound of the prices - open_loss)`` is a bound as well.
Units too large to enumerate enter segment by segment, with their trenches counted as in `loops`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from heatnet._arrays import Floats, Ints, Truths
from heatnet.planning.model.building import priced
from heatnet.planning.model.jobs import Job, jobs_of
from heatnet.planning.model.limits import ROUNDING
from heatnet.planning.solver.dual import Dual, Relaxation
from heatnet.planning.solver.loops import Constraint, Loops, loop_core, loops_of
from heatnet.planning.solver.patterns import (
    PATTERN_LIMIT,
    Fit,
    Patterns,
    enumerate_patterns,
    pattern_counts,
)


@dataclass(slots=True, eq=False)
class Columns:
    """Columns of the programme: benefit, use of the limits, range, whether whole, and the options they stand for."""

    benefit: list[float] = field(default_factory=list)
    use: list[Floats] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    is_whole: list[int] = field(default_factory=list)
    options: list[Ints] = field(default_factory=list)

    def add(self, benefit: float, use: Floats, options: Sequence[int] | Ints = (), *, whole: int = 1) -> int:
        """Add a column; return its number."""
        self.benefit.append(benefit)
        self.use.append(use)
        self.low.append(0.0)
        self.high.append(1.0)
        self.is_whole.append(whole)
        self.options.append(np.asarray(options, dtype=np.int64))
        return len(self.benefit) - 1


class Programme:
    """The integer programme over open patterns; `cut` forbids choices that no calendar holds.

    `is_void`: a must is in no column, so that nothing can be chosen.
    """

    def __init__(
        self, relaxation: Relaxation, dual: Dual, enumerated: Mapping[int, Patterns], fit: Fit, open_loss: float
    ) -> None:
        self.model, self.dual, self.open_loss = relaxation.model, dual, open_loss
        self.rows: list[Constraint] = []
        self.columns = Columns()
        self.columns_of: dict[int, list[int]] = {}
        self.loops: dict[int, Loops] = {}
        self.is_void = self._add_units(relaxation, enumerated, fit)

    def _add_units(self, relaxation: Relaxation, enumerated: Mapping[int, Patterns], fit: Fit) -> bool:
        model = self.model
        counts = pattern_counts(model)
        answer = relaxation.at(self.dual.prices)
        best: dict[int, float] = {}
        for one, value in zip(model.units, answer.value.tolist(), strict=True):
            best[one.family] = max(value, best.get(one.family, -math.inf))
        is_open, low, high = self._open_options(relaxation)
        families: dict[int, list[int]] = {}
        owing: set[int] = set()
        for unit, one in enumerate(model.units):
            if unit not in enumerated and not is_open[one.options].any():
                continue
            if model.options.is_must[one.options].any():
                owing.add(one.family)
            if unit in enumerated or counts[unit] <= PATTERN_LIMIT:
                patterns = enumerated.get(unit) or enumerate_patterns(model, unit, fit)
                new = self._add_patterns(unit, patterns, best[one.family])
            else:
                new = self._add_segments(unit, low, high)
            families.setdefault(one.family, []).extend(new)
        for family, columns in families.items():
            if columns:
                least = 1.0 if family in owing else -np.inf
                self.rows.append(Constraint(columns, [1.0] * len(columns), least, 1.0))
        return any(not families.get(family) for family in owing)

    def _open_options(self, relaxation: Relaxation) -> tuple[Truths, Floats, Floats]:
        """Return options on trees that may be chosen, and bounds of each after fixing what loses too much."""
        model, options = self.model, self.model.options
        offers = relaxation.offers(self.dual.prices)
        margin = relaxation.forest.margins(offers.gain, relaxation.job_price(self.dual.prices))
        high, low = np.zeros(len(options)), np.zeros(len(options))
        edge = relaxation.edge_of_trench
        behind = offers.value[offers.trench][edge] - offers.value[relaxation.trench]
        high[relaxation.trench] = behind - margin[edge] <= self.open_loss
        high[relaxation.flat] = -offers.value[relaxation.flat] <= self.open_loss
        high[options.is_must] = 1.0
        single = np.bincount(options.asset, minlength=options.n_assets)[options.asset] == 1
        sure = np.zeros(len(options), dtype=bool)
        sure[relaxation.trench] = margin[edge] > self.open_loss
        low[sure & single & (model.n_families == len(model.units))] = 1.0
        return high > 0, low, high

    def _add_patterns(self, unit: int, patterns: Patterns, best: float) -> list[int]:
        value = patterns.benefit - priced(patterns.use, self.dual.prices)
        is_upper, total = self.model.upper_limits
        keep = (patterns.use[:, is_upper] <= total[is_upper] * (1 + ROUNDING)).all(axis=1)
        keep &= value >= max(best, float(value.max(initial=-np.inf))) - self.open_loss
        keep &= patterns.chosen.any(axis=1)
        options = self.model.units[unit].options
        columns = [
            self.columns.add(float(patterns.benefit[row]), patterns.use[row], options[patterns.chosen[row]])
            for row in np.flatnonzero(keep).tolist()
        ]
        self.columns_of[unit] = columns
        return columns

    def _add_segments(self, unit: int, low: Floats, high: Floats) -> list[int]:
        """Add columns for a large unit: its options, nodes and loops; return the switch that opens the unit."""
        model, table = self.model, self.model.options
        options = [one for one in model.units[unit].options.tolist() if high[one] > 0]
        nothing, job_use, job_benefit = np.zeros(len(model.limits)), model.job_use[unit], float(model.job_benefit[unit])
        switch = self.columns.add(0.0, nothing)
        core = loop_core(model, np.array([one for one in options if table.is_trench[one]], dtype=np.int64))
        shares = {asset: self.columns.add(-job_benefit, -job_use, whole=0) for asset in table.asset[core].tolist()}
        nodes: dict[int, int] = {}
        by_asset: dict[int, list[int]] = {}
        columns = []
        for option in options:
            asset = int(table.asset[option])
            joins = table.is_trench[option] and asset not in shares
            benefit = float(table.benefit[option]) - joins * job_benefit
            column = self.columns.add(benefit, model.use[option] - joins * job_use, [option])
            self.columns.low[column] = low[option]
            columns.append(column)
            by_asset.setdefault(asset, []).append(column)
            self._implies(column, switch)
            for node in {int(table.node_a[option]), int(table.node_b[option])} - {-1}:
                if node not in nodes:
                    nodes[node] = self.columns.add(job_benefit, job_use, whole=0)
                self._implies(column, nodes[node])
        self._add_assets(by_asset, shares, switch, set(table.asset[table.is_must].tolist()))
        self.columns_of[unit] = columns
        short = [one for one in options if table.is_trench[one] and table.length_m[one] < model.min_job_m]
        for option in short:
            self.lengthen(unit, np.array([option]))
        self.loops[unit] = loops_of(model, core, nodes, shares)
        self._add_pieces(self.loops[unit])
        self._add_street_days(unit, columns)
        return [switch]

    def lengthen(self, unit: int, trench: Ints) -> None:
        """Forbid a trench of a large unit unless something beside it is chosen as well."""
        table = self.model.options
        nodes = {*table.node_a[trench].tolist(), *table.node_b[trench].tolist()}
        inside, assets = set(trench.tolist()), set(table.asset[trench].tolist())
        mine: list[int] = []
        beside: list[int] = []
        for column in self.columns_of[unit]:
            option = int(self.columns.options[column][0])
            if option in inside:
                mine.append(column)
            elif int(table.asset[option]) not in assets and nodes & {
                int(table.node_a[option]),
                int(table.node_b[option]),
            }:
                beside.append(column)
        weights = [1.0] * len(mine) + [-1.0] * len(beside)
        self.rows.append(Constraint([*mine, *beside], weights, -np.inf, len(mine) - 1.0))

    def _implies(self, column: int, other: int) -> None:
        self.rows.append(Constraint([column, other], [1.0, -1.0], -np.inf, 0.0))

    def _add_assets(
        self, by_asset: Mapping[int, list[int]], shares: Mapping[int, int], switch: int, must: set[int]
    ) -> None:
        """Allow one option of an asset at most, of a must one where its unit is open; shares of what is chosen only."""
        for asset, group in by_asset.items():
            if asset in must:
                self.rows.append(Constraint([*group, switch], [1.0] * len(group) + [-1.0], 0.0, 0.0))
            elif len(group) > 1:
                self.rows.append(Constraint(group, [1.0] * len(group), -np.inf, 1.0))
            if asset in shares:
                trenches = [one for one in group if self.model.options.is_trench[self.columns.options[one][0]]]
                weights = [1.0] + [-1.0] * len(trenches)
                self.rows.append(Constraint([shares[asset], *trenches], weights, -np.inf, 0.0))

    def _add_pieces(self, loops: Loops) -> None:
        """Ask for one trench at least where any node of a piece is touched."""
        for piece in loops.pieces:
            touched = self.columns.add(0.0, np.zeros(len(self.model.limits)), whole=0)
            for node in sorted(piece):
                self._implies(loops.nodes[node], touched)
            columns, weights = loops.trenches_of(piece)
            self.rows.append(Constraint([touched, *columns], [1.0, *weights], -np.inf, 0.0))

    def _add_street_days(self, unit: int, columns: list[int]) -> None:
        """Let jobs of a street take turns: their days cannot exceed the street's open days."""
        table, one, loops = self.model.options, self.model.units[unit], self.loops[unit]
        if one.rule is None or one.street is None:
            return
        setup = float(one.setup_days)
        options = [int(self.columns.options[column][0]) for column in columns]
        joins = [bool(table.is_trench[option]) and int(table.asset[option]) not in loops.shares for option in options]
        days = [float(table.days[option]) - setup * is_join for option, is_join in zip(options, joins, strict=True)]
        weights = [*days, *([setup] * len(loops.nodes)), *([-setup] * len(loops.shares))]
        places = [*columns, *loops.nodes.values(), *loops.shares.values()]
        self.rows.append(Constraint(places, weights, -np.inf, float(sum(run.days for run in one.rule.runs))))

    def matrix(self) -> tuple[sparse.csr_array, Floats, Floats]:
        """Return constraints as a matrix, with their least and most."""
        sizes = [len(row.columns) for row in self.rows]
        number = np.repeat(np.arange(len(self.rows)), sizes)
        columns = np.array([column for row in self.rows for column in row.columns], dtype=np.int64)
        weights = np.array([weight for row in self.rows for weight in row.weights])
        matrix = sparse.csr_array((weights, (number, columns)), shape=(len(self.rows), len(self.columns.benefit)))
        return matrix, np.array([row.least for row in self.rows]), np.array([row.most for row in self.rows])

    def cut(self, chosen: Ints, units: Sequence[int]) -> None:
        """Forbid the jobs chosen in these units, and any in their place that are at least as hard to fit."""
        columns: list[int] = []
        weight = 0
        for unit in units:
            mine = chosen[self.model.options.unit[chosen] == unit]
            if unit in self.loops:
                same = {tuple(self.columns.options[one].tolist()): one for one in self.columns_of[unit]}
                columns += [same[(option,)] for option in mine.tolist()]
                weight += len(mine)
                continue
            want = hardest_first(jobs_of(self.model, mine))
            for column in self.columns_of[unit]:
                if is_as_hard(hardest_first(jobs_of(self.model, self.columns.options[column])), want):
                    columns.append(column)
            weight += 1
        self.rows.append(Constraint(columns, [1.0] * len(columns), -np.inf, weight - 1.0))


def hardest_first(jobs: Sequence[Job]) -> list[Job]:
    """Return jobs of one unit, longest first."""
    return sorted(jobs, key=lambda job: (-job.days, job.shuts))


def is_as_hard(jobs: Sequence[Job], others: Sequence[Job]) -> bool:
    """Return whether each of the others has a job of its own that is at least as long and shuts all that it shuts."""
    pairs = zip(jobs, others, strict=False)
    return len(jobs) >= len(others) and all(
        one.days >= two.days and set(one.shuts) >= set(two.shuts) for one, two in pairs
    )
