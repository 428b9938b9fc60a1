"""What more or less money buys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Unpack

import pandas as pd

from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.planning.plan import Plan
from heatnet.planning.planner import plan_request, requested
from heatnet.planning.rules import FieldsButBudget, PlanRules, is_number, rules_of

FRONTIER_COLUMNS = ("benefit", "bound", "cost", "km", "jobs")


@typed
def plan_frontier(
    candidates_or_assessment: Any,
    budgets: Iterable[float],
    rules: PlanRules | None = None,
    **fields: Unpack[FieldsButBudget],
) -> pd.DataFrame:
    """Return the benefit, bound and size of the best plan found for each budget.

    A plan for less money is also a plan for more, and a bound for more money holds for less: the better of these
    is shown, so that benefit and bound never fall with the budget.

    Parameters
    ----------
    candidates_or_assessment, rules, **fields
        As in `plan_cures`, without a budget.
    budgets : iterable of float
        Amounts of money, >= 0.

    Returns
    -------
    pandas.DataFrame
        Index budget, ascending: benefit, bound, cost, km (renewed route), jobs.

    Raises
    ------
    HeatnetError
        As `plan_cures`; also when `budgets` is empty.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"asset_kind": "station", "cold_household_hours": [10.0, 20.0]},
    ...     index=pd.Index(["s1", "s2"], name="asset_id"),
    ... )
    >>> plan_frontier(table, [0.0, 1.5e6, 3e6])["benefit"].tolist()
    [0.0, 20.0, 30.0]
    """
    amounts = _amounts(budgets)
    asked = rules_of(rules, fields)
    if asked.budget is not None:
        raise HeatnetError("Give the amounts as budgets only, not budget as well.")
    request = requested(candidates_or_assessment, asked)
    plans: list[Plan] = []
    for amount in amounts:
        plan = plan_request(replace(request, rules=asked.replace(budget=amount)))
        plans.append(plan if not plans or plan.benefit >= plans[-1].benefit else plans[-1])
    bounds = pd.Series([plan.bound for plan in plans])[::-1].cummin()[::-1]
    table = pd.DataFrame(
        {
            "benefit": [plan.benefit for plan in plans],
            "bound": bounds.to_numpy(),
            "cost": [plan.cost for plan in plans],
            "km": [plan.km for plan in plans],
            "jobs": [len(plan.jobs) for plan in plans],
        },
        index=pd.Index(amounts, name="budget"),
    )
    return table[list(FRONTIER_COLUMNS)]


def _amounts(budgets: Any) -> list[float]:
    if isinstance(budgets, str) or not isinstance(budgets, Iterable):
        raise HeatnetError(f"budgets is {budgets!r}: give a list of amounts.")
    given = list(budgets)
    wrong = [one for one in given if not (is_number(one) and one >= 0)]
    if wrong:
        raise HeatnetError(f"budgets holds {wrong[0]!r}: give numbers that are not negative.")
    if not given:
        raise HeatnetError("budgets is empty: give at least one amount.")
    return sorted({float(one) for one in given})
