"""What no plan can exceed, and the prices of the limits: a Lagrangian dual by cutting planes.

Every limit gets a price. At given prices each unit is best planned alone, and the sum of those values plus
``sum(price*limit)`` is at least the benefit of every feasible plan. The prices with the lowest such sum are found
by cutting planes: the sum is convex in the prices, and each evaluation gives one cut for each group of units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from heatnet._arrays import Floats, Ints
from heatnet.planning.model.building import Model, priced
from heatnet.planning.model.limits import ROUNDING
from heatnet.planning.solver.forest import plant_forest
from heatnet.planning.solver.highs import solve_linear, solver_unheard
from heatnet.planning.solver.patterns import Patterns

GROUPS = 24
ROUNDS = 120
TOLERANCE = 2e-5
# The least length of trenches is priced so often, in so many steps each, up to so many times the best benefit a metre.
PULLS, PULL_STEPS, PULL_RANGE = 2, 24, 50.0
IDLE_ROUNDS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Best choice of every unit at some prices: its benefit, use of the limits, value, metres beyond `min_job_m`."""

    benefit: Floats
    use: Floats
    value: Floats
    spare_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """Best options at some prices: per edge of the forest its gain and option, per asset its flat option."""

    value: Floats
    gain: Floats
    trench: Ints
    flat: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Dual:
    """Prices per unit of each limit's use, the bound they prove, and by how much it was raised against rounding."""

    prices: Floats
    bound: float
    slack: float = 0.0


class Relaxation:
    """The model with its limits priced: enumerated units exactly, the others on trees (see `forest`).

    On trees nobody knows how long a trench is, but in each unit ``sum(length_m) >= min_job_m * trenches``: that is
    priced too, by `pull` per metre and unit, so that `gains` and `tolls` stand in place of the benefits.
    """

    def __init__(self, model: Model, enumerated: Mapping[int, Patterns]) -> None:
        self.model = model
        self.units = np.array(sorted(enumerated), dtype=np.int64)
        self.parts = parts = [enumerated[unit] for unit in self.units.tolist()]
        sizes = np.array([len(part.benefit) for part in parts], dtype=np.int64)
        self.starts = np.cumsum(sizes) - sizes
        self.benefit = np.concatenate([np.zeros(0), *(part.benefit for part in parts)])
        self.use = np.concatenate([np.zeros((0, len(model.limits))), *(part.use for part in parts)])
        listed = np.zeros(len(model.units), dtype=bool)
        listed[self.units] = True
        on_trees = ~listed[model.options.unit]
        self.trench = np.flatnonzero(on_trees & model.options.is_trench)
        self.flat = np.flatnonzero(on_trees & ~model.options.is_trench)
        self.edge_asset, self.edge_starts = np.unique(model.options.asset[self.trench], return_index=True)
        self.flat_asset, self.flat_starts = np.unique(model.options.asset[self.flat], return_index=True)
        first = self.trench[self.edge_starts]
        weight = _best_of(model.options.benefit, self.trench, self.edge_starts)[0]
        self.forest, self.closes_loop = plant_forest(
            model.options.node_a[first], model.options.node_b[first], model.options.unit[first], weight
        )
        edge_of = np.full(model.options.n_assets, -1, dtype=np.int64)
        edge_of[self.edge_asset] = np.arange(len(self.edge_asset))
        # Edge of the forest to which each option in `trench` belongs.
        self.edge_of_trench: Ints = edge_of[model.options.asset[self.trench]]
        self.must = model.options.must_assets()
        self.on_trees = ~listed
        self.gains, self.tolls = model.options.benefit, model.job_benefit

    def pull(self, per_metre: Floats) -> None:
        """Price the least length of trenches, per unit."""
        options = self.model.options
        self.gains = options.benefit + per_metre[options.unit] * options.length_m
        self.tolls = self.model.job_benefit - per_metre * self.model.min_job_m

    def offers(self, prices: Floats) -> Offers:
        """Return the best option of each asset on the trees, as a trench and without one."""
        model = self.model
        value = self.gains - priced(model.use, prices)
        # A must is worth more than all else together, so that it is never left out.
        much = 2.0 * (np.abs(value).sum() + self.job_price(prices).sum())
        much = much if much > 0 else 1.0
        worth_flat = np.where(self.must, -much, 0.0)
        flat = np.full(len(worth_flat), -1, dtype=np.int64)
        best, option = _best_of(value, self.flat, self.flat_starts)
        better = best > worth_flat[self.flat_asset]
        flat[self.flat_asset[better]] = option[better]
        worth_flat[self.flat_asset[better]] = best[better]
        best, option = _best_of(value, self.trench, self.edge_starts)
        return Offers(value, best - worth_flat[self.edge_asset], option, flat)

    def job_price(self, prices: Floats) -> Floats:
        """Return what one more trench of each unit costs at these prices."""
        return priced(self.model.job_use, prices) - self.tolls

    def at(self, prices: Floats) -> Answer:
        """Return the best choice of every unit at these prices."""
        model = self.model
        n_units = len(model.units)
        offers = self.offers(prices)
        takes = self.forest.best(offers.gain, self.job_price(prices))
        flat = offers.flat.copy()
        flat[self.edge_asset[takes]] = -1
        picked = np.concatenate([offers.trench[takes], flat[flat >= 0]])
        owner = model.options.unit[picked]
        benefit = np.bincount(owner, weights=self.gains[picked], minlength=n_units).astype(np.float64)
        jobs = self.forest.jobs(takes, n_units).astype(np.float64)
        benefit += jobs * self.tolls
        metres = np.bincount(owner, weights=model.options.length_m[picked], minlength=n_units)
        use = jobs[:, None] * model.job_use
        for row in range(use.shape[1]):
            use[:, row] += np.bincount(owner, weights=model.use[picked, row], minlength=n_units)
        if len(self.units):
            places = np.arange(len(self.benefit))
            _, pick = _best_of(self.benefit - priced(self.use, prices), places, self.starts)
            benefit[self.units], use[self.units] = self.benefit[pick], self.use[pick]
        return self._one_per_family(
            Answer(benefit, use, benefit - priced(use, prices), metres - jobs * model.min_job_m)
        )

    def _one_per_family(self, answer: Answer) -> Answer:
        model = self.model
        if model.n_families == len(model.units):
            return answer
        family = np.array([unit.family for unit in model.units], dtype=np.int64)
        order = np.lexsort((np.arange(len(family)), -answer.value, family))
        winner = np.zeros(len(family), dtype=bool)
        winner[order[np.concatenate([[True], np.diff(family[order]) > 0])]] = True
        return Answer(answer.benefit * winner, answer.use * winner[:, None], answer.value * winner, answer.spare_m)


def _best_of(value: Floats, options: Ints, starts: Ints) -> tuple[Floats, Ints]:
    """Return the greatest value in each group of neighbours among `options`, and the first option that has it."""
    if not len(options):
        return np.zeros(0), np.zeros(0, dtype=np.int64)
    mine = value[options]
    best = np.maximum.reduceat(mine, starts)
    sizes = np.diff(np.append(starts, len(options)))
    places = np.where(mine == np.repeat(best, sizes), np.arange(len(options)), len(options))
    return best, options[np.minimum.reduceat(places, starts)]


def solve_dual(relaxation: Relaxation) -> Dual:
    """Return prices of the limits and the bound, within `TOLERANCE` of the best bound prices can prove."""
    with solver_unheard():
        dual = _solve_dual(relaxation)
        for _ in range(PULLS if relaxation.model.min_job_m and relaxation.on_trees.any() else 0):
            _pull(relaxation, dual.prices)
            dual = _solve_dual(relaxation)
        return dual


def _pull(relaxation: Relaxation, prices: Floats) -> None:
    """Price the least length of trenches where trees open shorter ones: for each unit the price of the lowest value.

    The value of a unit is convex in that price: it is halved in on where metres are neither short nor to spare.
    """
    model = relaxation.model
    n_units = len(model.units)
    low, best = np.zeros(n_units), np.zeros(n_units)
    high = np.zeros(n_units)
    np.maximum.at(high, model.options.unit, np.maximum(model.options.benefit, 0.0))
    high = np.where(relaxation.on_trees, PULL_RANGE * high / model.min_job_m, 0.0)
    relaxation.pull(low)
    lowest = relaxation.at(prices).value
    for _ in range(PULL_STEPS):
        middle = 0.5 * (low + high)
        relaxation.pull(middle)
        answer = relaxation.at(prices)
        is_lower = answer.value < lowest
        best, lowest = np.where(is_lower, middle, best), np.minimum(answer.value, lowest)
        low, high = np.where(answer.spare_m < 0, middle, low), np.where(answer.spare_m < 0, high, middle)
    relaxation.pull(best)


def _solve_dual(relaxation: Relaxation) -> Dual:
    model = relaxation.model
    rows = model.limits
    start = relaxation.at(np.zeros(len(rows)))
    greatest = (np.abs(part).max(initial=0.0) for part in (model.options.benefit, model.job_benefit))
    worth = max(float(np.abs(start.benefit).sum()), *map(float, greatest))
    if not rows or worth <= 0:
        return Dual(np.zeros(len(rows)), float(start.benefit.sum()) + ROUNDING * worth, ROUNDING * worth)
    total = np.array([row.total for row in rows])
    scale = np.where(total != 0, np.abs(total), np.maximum(np.abs(model.use).max(axis=0, initial=0.0), 1.0))
    has_minimum = bool((total < 0).any())
    ceiling = np.full(len(rows), 1e3 if has_minimum else 1.0)
    ceiling[total == 0] = 1e3
    planes = _Planes(total / scale, ceiling)
    group = np.array([unit.family for unit in model.units], dtype=np.int64) % GROUPS
    least = model.least_benefit / worth
    best_value, best_prices = np.inf, np.zeros(len(rows))
    point = np.zeros(len(rows))
    answer = start
    for _ in range(ROUNDS):
        benefit = np.bincount(group, weights=answer.benefit, minlength=GROUPS) / worth
        use = np.stack(
            [np.bincount(group, weights=answer.use[:, row], minlength=GROUPS) for row in range(len(rows))], axis=1
        )
        value = float(answer.value.sum()) / worth + float(point @ (total / scale))
        if value < best_value:
            best_value, best_prices = value, point.copy()
        point, lowest = planes.next_point(benefit, use / scale, point, value)
        is_close = best_value - lowest <= TOLERANCE * max(abs(best_value), 1e-9)
        if best_value < least - 1e-6 or (planes.is_inside and is_close):
            break
        answer = relaxation.at(point * worth / scale)
    prices = best_prices * worth / scale
    exact = float(relaxation.at(prices).value.sum()) + float(prices @ total)
    return Dual(prices, exact + ROUNDING * worth, ROUNDING * worth)


class _Planes:
    """The cutting-plane model of the dual in a box around the best point, in scaled prices."""

    def __init__(self, limit: Floats, ceiling: Floats) -> None:
        self.limit, self.ceiling = limit, ceiling
        self.cuts = np.zeros((0, GROUPS + len(limit)))
        self.right = np.zeros(0)
        self.idle = np.zeros(0, dtype=np.int64)
        self.center, self.best = np.zeros(len(limit)), np.inf
        self.radius = 0.25
        self.is_inside = False

    def next_point(self, benefit: Floats, use: Floats, point: Floats, value: float) -> tuple[Floats, float]:
        """Add the cuts found at a point; return the next point and the model's least value in the box."""
        if value < self.best:
            self.center, self.best = point.copy(), value
            if not self.is_inside:
                self.radius *= 2
        # theta_g + price*use_g >= benefit_g for each group.
        cuts = np.concatenate([-np.eye(GROUPS), -use], axis=1)
        keep = self.idle < IDLE_ROUNDS
        self.cuts = np.concatenate([self.cuts[keep], cuts])
        self.right = np.concatenate([self.right[keep], -benefit])
        self.idle = np.concatenate([self.idle[keep], np.zeros(GROUPS, dtype=np.int64)])
        while True:
            low = np.maximum(self.center - self.radius, 0.0)
            high = np.minimum(self.center + self.radius, self.ceiling)
            found = solve_linear(
                np.concatenate([np.ones(GROUPS), self.limit]),
                A_ub=self.cuts,
                b_ub=self.right,
                bounds=[(None, None)] * GROUPS + list(zip(low, high, strict=True)),
                method="highs-ds",
            )
            if found.x is None or found.fun is None:
                return self.center, -np.inf
            chosen = found.x[GROUPS:]
            at_edge = ((chosen >= high - 1e-12) & (high < self.ceiling)) | ((chosen <= low + 1e-12) & (low > 0))
            self.is_inside = not at_edge.any()
            if self.is_inside or self.best - found.fun > TOLERANCE * max(abs(self.best), 1e-9):
                break
            # The model sees nothing better in the box: look further.
            self.radius *= 4
        self.idle = np.where(found.ineqlin.residual > 1e-9, self.idle + 1, 0)
        return np.asarray(chosen, dtype=np.float64), float(found.fun)
