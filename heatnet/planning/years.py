"""Several summers planned as one: what to open when, each street once, while untreated pipes grow worse."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Unpack

import numpy as np
import pandas as pd
from scipy import sparse

from heatnet._arrays import Floats, Ints
from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.language import Note
from heatnet.planning.model.building import Model, build_model
from heatnet.planning.model.candidates import WORTH_PARTS
from heatnet.planning.model.options import joined_options
from heatnet.planning.model.units import Unit
from heatnet.planning.plan import Request, gap_of
from heatnet.planning.planner import prepare, requested, solved
from heatnet.planning.rules import FieldsButBudget, PlanRules, is_number, rules_of
from heatnet.planning.summer import Summer, first_ids
from heatnet.planning.tables import plan_tables


@dataclass(frozen=True, slots=True, eq=False)
class YearsPlan:
    """A programme of several summers.

    Parameters
    ----------
    cures, jobs : pandas.DataFrame
        As in `Plan`, with a first column `summer` (its year); job ids carry the year, e.g. ``2026-J001``.
    benefit, bound, cost, worth : float
        Cold household-hours avoided over all seasons, or money where the candidates have worth; what no feasible
        programme exceeds; money; worth of all cures as put off, 0 where nobody says.
    notes : tuple of Note
        What the reader must know.
    """

    cures: pd.DataFrame
    jobs: pd.DataFrame
    benefit: float
    bound: float
    cost: float
    notes: tuple[Note, ...]
    worth: float = 0.0

    @property
    def gap(self) -> float:
        """Return the share of the bound that the programme may still miss."""
        return gap_of(self.benefit, self.bound)


@typed
def plan_years(
    candidates_or_assessment: Any,
    rules: PlanRules | None = None,
    *,
    summers: Sequence[Summer],
    budget: float | Sequence[float] | Mapping[str, float] | None = None,
    growth: float | pd.Series = 1.0,
    **fields: Unpack[FieldsButBudget],
) -> YearsPlan:
    """Plan several summers at once; each street is opened in one of them at most.

    A cure of the summer ``k = 0, 1, ...`` avoids ``hours x removes x (growth^k + ... + growth^last)`` with
    ``last = number of summers - 2 + horizon``: every season after it up to `horizon` seasons counted from the
    last summer. With worth a cure put off ``k`` summers is worth ``worth_faults*(d*g)^k + worth_heat*d^k +
    worth_cold*(d*stay)^k``, ``min_ratio`` times its cost and job cost counted times ``d^k``: cold homes come first, for
    they do not last. A connected piece of the nameless street counts as a street.

    Parameters
    ----------
    candidates_or_assessment, rules, **fields
        As in `plan_cures`, each limit for each summer; `horizon` counts seasons from the last summer on.
    summers : sequence of Summer
        One for each year, in order; each is named by the year of its first day.
    budget : float, sequence of float or mapping by fund, optional
        Money of each summer; a sequence gives each its own.
    growth : float or Series
        Yearly factor of the cold household-hours, > 0; a Series by asset_id (missing assets: 1).

    Raises
    ------
    HeatnetError
        When the input cannot be used, or no programme keeps the minima within the limits.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"asset_kind": "station", "cold_household_hours": [10.0, 20.0]},
    ...     index=pd.Index(["s1", "s2"], name="asset_id"),
    ... )
    >>> summers = [Summer(f"{year}-05-01", f"{year}-09-30") for year in (2026, 2027)]
    >>> years = plan_years(table, summers=summers, max_stations=1, growth=1.1)
    >>> years.cures["summer"].to_dict(), round(years.benefit, 6)
    ({'s2': 2026, 's1': 2027}, 53.0)
    """
    asked = _asked(rules, fields, summers, budget)
    request = _by_parts(requested(candidates_or_assessment, asked[0]))
    candidates = prepare(request)
    table = candidates.table
    if "worth" in table.columns:
        models = _models_of_worth(request, table, asked, growth)
    else:
        factor = _growth(growth, table)
        models = [
            _grown(build_model(table, one.replace(horizon=1.0), request.prices)[0], factor, range(year, last))
            for year, one in enumerate(asked)
            for last in (len(summers) - 1 + int(one.horizon),)
        ]
    merged = _merge(models, candidates.table)
    solution = solved(merged, asked[0])
    parts = []
    for year, summer in enumerate(summers):
        cures, jobs = plan_tables(candidates.table, merged, solution, summer, period=year)
        parts.append(_dated(cures, jobs, summer.first_day.year))
    cures, jobs = (pd.concat([part[side] for part in parts]) for side in (0, 1))
    return YearsPlan(
        cures=cures,
        jobs=jobs,
        benefit=solution.benefit,
        bound=solution.bound,
        cost=math.fsum([*cures["cost"].tolist(), *jobs["job_cost"].tolist()]),
        notes=candidates.notes,
        worth=math.fsum(cures["worth"].tolist()) if "worth" in cures.columns else 0.0,
    )


def _by_parts(request: Request) -> Request:
    """Return the request, weighed by hours where the parts of a worth are not known."""
    if not request.has_worth or request.table[list(WORTH_PARTS)].notna().all(axis=None):
        return request
    if not (request.table["cold_household_hours"] > 0).any() or request.rules.min_ratio:
        raise HeatnetError("To put a worth off, give worth_faults, worth_heat and worth_cold of each candidate.")
    return replace(request, table=request.table.drop(columns="worth"), least_ratio=0.0)


def _grown(model: Model, factor: Floats, seasons: Iterable[int]) -> Model:
    """Return a summer's model with the hours of all these seasons."""
    options = model.options
    counted = np.sum([factor**season for season in seasons], axis=0)[options.candidate]
    return replace(model, options=options.with_benefit(options.benefit * counted, options.worth))


def _models_of_worth(
    request: Request, table: pd.DataFrame, asked: Sequence[PlanRules], growth: float | pd.Series
) -> list[Model]:
    """Return models of all summers, each part of a worth and all money put off at its own rate."""
    if not (is_number(growth) and growth == 1.0):
        raise HeatnetError("growth is for cold household-hours: a worth has its own rates, leave growth out.")
    decay, ratio = request.decay, request.least_ratio
    stay = table["stay"].fillna(decay.stay).to_numpy(dtype="float64")
    rates = (np.full(len(table), decay.faults), np.full(len(table), decay.heat), decay.heat * stay)
    parts = [table[name].to_numpy(dtype="float64") for name in WORTH_PARTS]
    models = []
    for year, rules in enumerate(asked):
        model, _ = build_model(table, rules.replace(min_ratio=ratio), request.prices)
        lost = [part * (rate**year - 1.0) for part, rate in zip(parts, rates, strict=True)]
        worth = model.options.worth + (lost[0] + lost[1] + lost[2])[model.options.candidate]
        later = decay.heat**year
        options = model.options.with_benefit(worth - ratio * later * model.options.cost, worth)
        models.append(replace(model, options=options, job_benefit=model.job_benefit * later))
    return models


def _asked(rules: PlanRules | None, fields: Any, summers: Any, budget: Any) -> list[PlanRules]:
    """Return rules of each summer."""
    is_list = isinstance(summers, Sequence) and all(isinstance(one, Summer) for one in summers)
    if not is_list or not summers or any(one.first_day >= two.first_day for one, two in pairwise(summers)):
        raise HeatnetError("summers has to hold at least one Summer, in the order of their first days.")
    asked = rules_of(rules, fields)
    if asked.summer is not None:
        raise HeatnetError("Give the summers only, not summer as well.")
    if asked.budget is not None and budget is not None:
        raise TypeError("Give budget or the budget of the rules, not both.")
    if asked.horizon < 1 or int(asked.horizon) != asked.horizon:
        raise HeatnetError(f"horizon is {asked.horizon!r}: give a whole number of seasons, 1 or more.")
    budgets = _budgets(asked.budget if budget is None else budget, len(summers))
    return [asked.replace(summer=summer, budget=amount) for summer, amount in zip(summers, budgets, strict=True)]


def _budgets(budget: Any, count: int) -> list[Any]:
    if not isinstance(budget, Iterable) or isinstance(budget, (str, Mapping)):
        return [budget] * count
    amounts = list(budget)
    if len(amounts) != count:
        raise HeatnetError(f"budget has {len(amounts)} amounts for {count} summers: give one for each.")
    return amounts


def _growth(growth: float | pd.Series, table: pd.DataFrame) -> Floats:
    if not (isinstance(growth, pd.Series) or is_number(growth)):
        raise HeatnetError(f"growth is {growth!r}: give a number, or a Series by asset_id.")
    if isinstance(growth, pd.Series):
        by_id = growth.set_axis([str(one) for one in growth.index])
        if by_id.index.has_duplicates:
            names = by_id.index[by_id.index.duplicated()].unique()
            raise HeatnetError(f"growth names an asset twice: {first_ids(names)}.")
        try:
            factor = pd.to_numeric(by_id).reindex(table["asset_id"]).fillna(1.0).to_numpy(dtype="float64")
        except (TypeError, ValueError) as error:
            raise HeatnetError(f"growth holds what is no number: {error}.") from error
    else:
        factor = np.full(len(table), float(growth))
    if not (np.isfinite(factor) & (factor > 0)).all():
        raise HeatnetError("growth has to be above 0 for every asset: 1.05 means 5 % more hours each year.")
    return factor


def _merge(models: Sequence[Model], table: pd.DataFrame) -> Model:
    """Return one model of all summers; the units of one street make a family."""
    family = _families(models, table)
    units: list[Unit] = []
    before = 0
    for year, model in enumerate(models):
        for unit in model.units:
            name = int(family[model.options.candidate[unit.options[0]]])
            units.append(replace(unit, period=year, family=name, options=unit.options + before))
        before += len(model.options)
    return Model(
        options=joined_options([model.options for model in models], [len(model.units) for model in models]),
        units=tuple(units),
        limits=tuple(replace(limit, period=year) for year, model in enumerate(models) for limit in model.limits),
        use=_blocks([model.use for model in models]),
        job_use=_blocks([model.job_use for model in models]),
        job_benefit=np.concatenate([model.job_benefit for model in models]),
        min_job_m=models[0].min_job_m,
        window=max(model.window or 0 for model in models),
        crews=tuple(model.crews[0] for model in models),
        city_bans=tuple(model.city_bans[0] for model in models),
        shutdowns=models[0].shutdowns,
    )


def _families(models: Sequence[Model], table: pd.DataFrame) -> Ints:
    """Return the family of each candidate row, in their order: its street, or what is joined to it in any summer."""
    rows = [model.options.candidate[unit.options] for model in models for unit in model.units]
    first = np.concatenate([np.zeros(0, dtype=np.int64), *(np.full(len(row), row[0]) for row in rows)])
    other = np.concatenate([np.zeros(0, dtype=np.int64), *rows])
    joins = sparse.coo_array((np.ones(len(first)), (first, other)), shape=(len(table), len(table)))
    piece = sparse.csgraph.connected_components(joins, directed=False)[1]
    return np.asarray(pd.factorize(piece)[0], dtype=np.int64)


def _blocks(parts: Sequence[Floats]) -> Floats:
    """Return a block-diagonal stack: each summer uses its own rows only."""
    width = sum(part.shape[1] for part in parts)
    stack = np.zeros((sum(len(part) for part in parts), width))
    top = left = 0
    for part in parts:
        stack[top : top + len(part), left : left + part.shape[1]] = part
        top, left = top + len(part), left + part.shape[1]
    return stack


def _dated(cures: pd.DataFrame, jobs: pd.DataFrame, year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    cures, jobs = cures.copy(), jobs.copy()
    cures.insert(0, "summer", year)
    jobs.insert(0, "summer", year)
    cures["job_id"] = [None if pd.isna(job) else f"{year}-{job}" for job in cures["job_id"]]
    jobs.index = pd.Index([f"{year}-{one}" for one in jobs.index], dtype=object, name="job_id")
    return cures, jobs
