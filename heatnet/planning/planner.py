"""From candidates to a plan: choose, give every job its days, and choose again where a job found none."""

from __future__ import annotations

import math
from typing import Any, Unpack

import pandas as pd

from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.language import note
from heatnet.planning.model.building import build_model
from heatnet.planning.model.candidates import Candidates, candidate_table, sift_candidates, with_prices
from heatnet.planning.plan import Plan, Request
from heatnet.planning.rules import PlanRules, RuleFields, rules_of
from heatnet.planning.schedule.solving import solve
from heatnet.planning.tables import plan_tables, standing_table
from heatnet.value.settings import DEFAULT_PRICES, Prices


@typed
def plan_cures(candidates_or_assessment: Any, rules: PlanRules | None = None, **fields: Unpack[RuleFields]) -> Plan:
    """Plan the cures of one summer that avoid the most cold household-hours within every limit.

    Maximises ``sum(cold_household_hours x removes) x horizon`` over the choices that keep all limits, with
    trenches, shared digs and the calendar counted as they are carried out. `Plan.bound` is proven: no feasible
    plan exceeds it.

    Parameters
    ----------
    candidates_or_assessment : pandas.DataFrame or object
        Table by asset_id (index or column) with asset_kind (segment, station) and cold_household_hours (expected
        per season, >= 0); optional length_m, diameter_mm, from_node, to_node, street, community, owner,
        accepted_on, cost (replaces the price formula), measure (renew, part, clean, balance, valve; default
        renew), removes (share of the hours, default 1), fund, section_id (of segments) and households_shut (cut off
        while that section is drained, or by a station). Or any object whose ``candidates()`` returns one.
    rules : PlanRules, optional
        All that is asked, as one value.
    **fields
        Or the fields of `PlanRules` as keywords.

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
    """Candidates conformed and prices settled."""
    if rules.max_households_shut is not None and rules.summer is None:
        raise HeatnetError("max_households_shut is a limit of each day: give a summer as well.")
    return Request(candidate_table(candidates_or_assessment), rules, prices_of(candidates_or_assessment, rules))


def prices_of(candidates_or_assessment: Any, rules: PlanRules) -> Prices:
    """Prices asked for, else those of the assessment's settings, else heatnet's."""
    if rules.prices is not None:
        return rules.prices
    prices = getattr(getattr(candidates_or_assessment, "settings", None), "prices", None)
    return prices if isinstance(prices, Prices) else DEFAULT_PRICES


def prepare(request: Request) -> Candidates:
    """Candidates of a request: sifted and priced."""
    return with_prices(sift_candidates(request.table, request.rules), request.prices, request.rules)


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
    rules, candidates = request.rules, prepare(request)
    model, misfits = build_model(
        candidates.table, rules, request.prices, crew_days=crew_days, shut_under_way=shut_under_way
    )
    solution = solve(model)
    misfit_table = pd.DataFrame(
        {"reason": list(misfits.values())}, index=pd.Index(list(misfits), dtype=object), dtype=object
    )
    notes = list(candidates.notes)
    if rules.summer is None and rules.digs is not None and len(rules.digs):
        notes.append(note("planning.no_summer_no_digs"))
    cures, jobs = plan_tables(candidates.table, model, solution, rules.summer)
    return Plan(
        cures=cures,
        jobs=jobs,
        benefit=solution.benefit,
        bound=max(solution.bound, solution.benefit, 0.0) + 0.0,  # never -0.0
        cost=math.fsum([*cures["cost"].tolist(), *jobs["job_cost"].tolist()]),
        notes=tuple(notes),
        left_out=pd.concat([candidates.left_out, misfit_table]).rename_axis("asset_id").sort_index(),
        claims=candidates.claims,
        standing=standing_table(candidates.table, model, solution),
        request=request,
    )
