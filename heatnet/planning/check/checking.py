"""Every rule of a plan checked anew from its two tables; shares no code with the planner."""

from __future__ import annotations

from typing import Any, Unpack

import pandas as pd

from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.planning.check.asking import (
    asked_of,
    offers_of,
)
from heatnet.planning.check.cures import check_cures
from heatnet.planning.check.days import check_calendar
from heatnet.planning.check.jobs import (
    check_jobs,
)
from heatnet.planning.check.limits import check_limits
from heatnet.planning.rules import PlanRules, RuleFields, rules_of
from heatnet.planning.saved import plan_from_tables

FINDING_COLUMNS = ("severity", "rule", "table", "row_id", "column", "message")


@typed
def check_plan(
    plan: Any, candidates_or_assessment: Any, rules: PlanRules | None = None, **fields: Unpack[RuleFields]
) -> pd.DataFrame:
    """Return findings of a plan against every rule it was made under; an empty table when it keeps them all.

    Parameters
    ----------
    plan : Plan or PlanTables
        Anything with the tables `cures` and `jobs`.
    candidates_or_assessment, rules, **fields
        As given to `plan_cures`.

    Returns
    -------
    pandas.DataFrame
        severity (always error), rule, table (cures, jobs), row_id, column, message.

    Examples
    --------
    >>> from heatnet.planning import Prices, plan_cures
    >>> table = pd.DataFrame(
    ...     {"asset_kind": ["station"], "cold_household_hours": [9.0]}, index=pd.Index(["s1"], name="asset_id")
    ... )
    >>> plan = plan_cures(table)
    >>> check_plan(plan, table, prices=Prices()).empty
    True
    >>> check_plan(plan, table, prices=Prices(), max_stations=0)["message"].tolist()
    ['1 stations are renewed, at most 0 are allowed.']
    """
    given = rules_of(rules, fields)
    if not (hasattr(plan, "cures") and hasattr(plan, "jobs")):
        raise HeatnetError(f"{type(plan).__name__} is no plan: give what has the tables cures and jobs.")
    tables = plan_from_tables(plan.cures, plan.jobs)
    offers = offers_of(candidates_or_assessment, given)
    asked = asked_of(given, candidates_or_assessment, offers)
    found = [*check_cures(tables, offers, asked)]
    if not found:
        found += check_jobs(tables, offers, asked)
        found += check_limits(tables, offers, asked)
        found += check_calendar(tables, offers, asked)
    rows = [("error", *one) for one in found]
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS))
