"""From candidates to a plan: choose, give every job its days, and choose again where a job found none."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Unpack

import numpy as np
import pandas as pd

from heatnet._progress import shows_progress
from heatnet._typed import typed
from heatnet.errors import HeatnetError, InfeasiblePlanError
from heatnet.language import Note, note
from heatnet.planning.model.building import Model, build_model
from heatnet.planning.model.candidates import (
    SOFT_MEASURES,
    TRENCH_MEASURES,
    Candidates,
    candidate_table,
    priced_table,
    sift_candidates,
    total_ratio,
    usable,
)
from heatnet.planning.model.streets import WHOLE_CITY, dig_table
from heatnet.planning.plan import Decay, Plan, Request
from heatnet.planning.rules import PlanRules, RuleFields, rules_of
from heatnet.planning.schedule.solving import Solution, solve
from heatnet.planning.summer import first_ids
from heatnet.planning.tables import binding_limits, plan_tables, standing_table
from heatnet.value.settings import DEFAULT_PRICES, Prices, Settings

_LOG = logging.getLogger(__name__)
_SHORT_M = 20.0  # a trench below that costs its mobilisation and little else
_MUCH = 0.25  # of the worth of a renewal: what softer measures bring without digging


@typed
@shows_progress("heatnet.planning.planner", unit="step", total=3)
def plan_cures(
    candidates_or_assessment: Any,
    rules: PlanRules | None = None,
    *,
    progress: bool = False,  # noqa: ARG001 - the decorator shows the bar
    **fields: Unpack[RuleFields],
) -> Plan:
    """Plan the cures of one summer that are worth most, or avoid the most cold household-hours, within every limit.

    Maximises ``sum(worth - min_ratio*cost) - min_ratio*sum(job cost)`` where the candidates have worth, else
    ``sum(cold_household_hours x removes) x horizon``, over the choices that keep all limits, with trenches, shared
    digs and the calendar counted as they are carried out. `Plan.bound` is proven: no feasible plan exceeds it.

    Parameters
    ----------
    candidates_or_assessment : pandas.DataFrame or object
        Table by asset_id (index or column) with asset_kind (segment, station) and cold_household_hours (expected
        per season, >= 0); optional length_m, diameter_mm, from_node, to_node, street, community, owner,
        accepted_on, cost (replaces the price formula), measure (renew, part, clean, balance, valve; default
        renew), removes (share of the hours, default 1), worth (money over the cure's life; then
        cold_household_hours may be missing), worth_faults, worth_heat, worth_cold, stay, measure_first, past_faults,
        cold_visits, households_behind, fund, section_id (of segments) and households_shut (cut off
        while that section is drained, or by a station). Or any object whose ``candidates()`` returns one.
    rules : PlanRules, optional
        All that is asked, as one value.
    **fields
        Or the fields of `PlanRules` as keywords.

    progress : bool
        Whether a bar shows how far it is.

    Returns
    -------
    Plan
        Cures, jobs, benefit, bound, gap, cost, notes.

    Raises
    ------
    HeatnetError
        When the input cannot be used.
    InfeasiblePlanError
        When no plan keeps the minima and musts within the limits.
    TypeError
        When rules and keywords are given at once, or a keyword is no field of `PlanRules`.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {
    ...         "asset_kind": "segment",
    ...         "cold_household_hours": [50.0, 30.0, 45.0],
    ...         "length_m": 100.0,
    ...         "diameter_mm": 200.0,
    ...         "from_node": ["a", "b", "x"],
    ...         "to_node": ["b", "c", "y"],
    ...         "street": ["Main", "Main", "Park"],
    ...     },
    ...     index=pd.Index(["p1", "p2", "p3"], name="asset_id"),
    ... )
    >>> plan = plan_cures(table, budget=500_000.0)  # two on one street share a trench
    >>> plan.cures.index.tolist(), plan.benefit, plan.cost
    (['p1', 'p2'], 80.0, 480000.0)
    """
    return plan_request(requested(candidates_or_assessment, rules_of(rules, fields)))


def requested(candidates_or_assessment: Any, rules: PlanRules) -> Request:
    """Return candidates conformed and priced, prices and the least ratio settled."""
    if rules.max_households_shut is not None and rules.summer is None:
        raise HeatnetError("max_households_shut is a limit of each day: give a summer as well.")
    prices = prices_of(candidates_or_assessment, rules)
    table = priced_table(candidate_table(candidates_or_assessment, rules.prices), prices)
    settings = getattr(candidates_or_assessment, "settings", None)
    source = candidates_or_assessment if hasattr(candidates_or_assessment, "explore") else None
    decay = decay_of(settings if isinstance(settings, Settings) else Settings())
    if "worth" in table.columns:
        if rules.horizon != 1:
            raise HeatnetError(f"horizon is {rules.horizon:g}: a worth has its life in it, leave horizon out.")
        least = total_ratio(table) if rules.min_ratio is None else rules.min_ratio
        return Request(table, rules, prices, least, isinstance(settings, Settings), decay, source)
    if rules.min_ratio:
        raise HeatnetError("min_ratio asks for worth: the candidates have no column worth.")
    return Request(table, rules, prices, 0.0, isinstance(settings, Settings), decay, source)


def decay_of(settings: Settings) -> Decay:
    """Return what is left of each part of a worth that is put off by a summer."""
    values = settings.values
    discount = 1.0 / (1.0 + values.discount)
    return Decay((1.0 + values.fault_growth) * discount, discount, settings.persistence)


def prices_of(candidates_or_assessment: Any, rules: PlanRules) -> Prices:
    """Return prices asked for, else those of the assessment's settings, else heatnet's."""
    if rules.prices is not None:
        return rules.prices
    prices = getattr(getattr(candidates_or_assessment, "settings", None), "prices", None)
    return prices if isinstance(prices, Prices) else DEFAULT_PRICES


def prepare(request: Request) -> Candidates:
    """Return candidates of a request that may be planned."""
    candidates = usable(sift_candidates(request.table, request.rules), request.prices, request.rules)
    is_unpriced = request.is_assessed or candidates.table["cost"].isna().any()
    if request.prices == DEFAULT_PRICES and is_unpriced:
        candidates = replace(candidates, notes=(*candidates.notes, note("planning.default_prices")))
    return candidates


def asked_of(request: Request) -> PlanRules:
    """Return the rules of a request with the least ratio settled."""
    return request.rules.replace(min_ratio=request.least_ratio) if request.has_worth else request.rules


def plan_request(
    request: Request,
    *,
    crew_days: tuple[int, ...] | None = None,
    shut_under_way: tuple[tuple[str, float, int], ...] = (),
) -> Plan:
    """Plan what was asked for.

    `crew_days` holds the day from which each crew is free (default: the first), `shut_under_way` the sections that
    are shut at the start: section, households, days.
    """
    _LOG.info("which cures may be planned")
    rules, candidates = request.rules, prepare(request)
    model, misfits = build_model(
        candidates.table, asked_of(request), request.prices, crew_days=crew_days, shut_under_way=shut_under_way
    )
    _LOG.info("which of them are worth most")
    solution = solved(model, rules)
    _LOG.info("what comes of it")
    misfit_table = pd.DataFrame(
        {"reason": list(misfits.values())}, index=pd.Index(list(misfits), dtype=object), dtype=object
    )
    notes = list(candidates.notes)
    notes += dig_notes(request)
    cures, jobs = plan_tables(candidates.table, model, solution, rules.summer)
    binding = binding_limits(model, solution)
    if request.has_worth:
        notes += [*worth_notes(request, candidates.table, jobs, binding), *softer_first(candidates.table, cures)]
    return Plan(
        cures=cures,
        jobs=jobs,
        benefit=solution.benefit,
        bound=max(solution.bound, solution.benefit) + 0.0,  # never -0.0
        cost=math.fsum([*cures["cost"].tolist(), *jobs["job_cost"].tolist()]),
        notes=tuple(notes),
        left_out=pd.concat([candidates.left_out, misfit_table]).rename_axis("asset_id").sort_index(),
        claims=candidates.claims,
        standing=standing_table(candidates.table, model, solution),
        request=request,
        worth=math.fsum(cures["worth"].tolist()) if request.has_worth else 0.0,
        binding=binding,
    )


def solved(model: Model, rules: PlanRules) -> Solution:
    """Return the solution of a model; InfeasiblePlanError names the musts, if there are any."""
    try:
        return solve(model)
    except InfeasiblePlanError as error:
        if not rules.must:
            raise
        raise InfeasiblePlanError(f"{error} Musts are {first_ids(sorted(rules.must))}.") from error


def dig_notes(request: Request) -> list[Note]:
    """Return what digs cannot do: nothing without a summer; and those on streets that no candidate has."""
    rules = request.rules
    if rules.digs is None or not len(rules.digs):
        return []
    if rules.summer is None:
        return [note("planning.no_summer_no_digs")]
    digs = dig_table(rules.digs)
    known = {WHOLE_CITY, *(street for street in request.table["street"].tolist() if street is not None)}
    strange = digs[~digs["street"].isin(list(known))]
    if strange.empty:
        return []
    named = sorted(set(strange["street"].tolist()))
    return [note("planning.digs_elsewhere", ids=sorted(strange["dig_id"].tolist()), streets=named)]


def softer_first(table: pd.DataFrame, cures: pd.DataFrame) -> list[Note]:
    """Return how many planned renewals should wait for what flushing or balancing does, and what that costs.

    Counted are those of which it alone would bring at least `_MUCH` of what the renewal is worth.
    """
    digs = cures.loc[cures["measure"].isin(TRENCH_MEASURES).to_numpy(), "worth"]
    softer = table[table["measure"].isin(SOFT_MEASURES) & table["asset_id"].isin(digs.index)]
    whole = digs.reindex(softer["asset_id"]).to_numpy(dtype=np.float64)
    is_much = softer["worth"].to_numpy(dtype=np.float64) >= _MUCH * whole
    softer, whole = softer[is_much], whole[is_much]
    if softer.empty:
        return []
    cost, worth = math.fsum(softer["price"]), math.fsum(softer["worth"])
    counts = {"count": len(softer), "all": len(digs)}
    return [note("planning.softer_first", **counts, cost=cost, worth=worth, whole=math.fsum(whole))]


def worth_notes(request: Request, table: pd.DataFrame, jobs: pd.DataFrame, binding: Sequence[str]) -> list[Note]:
    """Return what a reader must know of a plan in money: the least ratio, how many jobs pay, what binds."""
    ratio = request.least_ratio
    key = "least_ratio_of_all" if request.rules.min_ratio is None else "least_ratio"
    notes = [note(f"planning.{key}", ratio=ratio)]
    digs = table["measure"].isin(TRENCH_MEASURES)
    below, among = int((digs & (table["worth"] < ratio * table["price"])).sum()), int(digs.sum())
    if among and below > 0.9 * among:
        notes.append(note("planning.few_reach_ratio", ratio=ratio, count=below, all=among))
    paying = int((jobs["worth"] > jobs["cost"]).sum())
    notes.append(note("planning.paying_jobs", count=paying, all=len(jobs)))
    short = jobs[(jobs["job_kind"] == "trench") & (jobs["length_m"] < _SHORT_M) & (jobs["worth"] < jobs["cost"])]
    if len(short):
        counts = {"count": len(short), "all": int((jobs["job_kind"] == "trench").sum()), "metres": _SHORT_M}
        notes.append(
            note("planning.short_trenches", **counts, cost=math.fsum(short["cost"]), worth=math.fsum(short["worth"]))
        )
    limits = tuple(note(f"planning.limit_{name.partition(' ')[0]}", name=name.partition(" ")[2]) for name in binding)
    notes.append(note("planning.binding", limits=limits) if limits else note("planning.nothing_binds"))
    return notes
