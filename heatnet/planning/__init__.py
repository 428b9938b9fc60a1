"""The summer: which cures, in which trenches, when; plain tables in, plain tables out."""

from heatnet.planning.changes import plan_changes
from heatnet.planning.check import check_plan
from heatnet.planning.comparing import Comparison, compare
from heatnet.planning.frontier import plan_frontier
from heatnet.planning.plan import Plan
from heatnet.planning.planner import plan_cures
from heatnet.planning.replanning import Replan, replan
from heatnet.planning.rules import PlanRules, RuleFields
from heatnet.planning.saved import PlanTables, plan_from_tables
from heatnet.planning.summer import Summer
from heatnet.planning.years import YearsPlan, plan_years
from heatnet.value.settings import Prices

__all__ = [
    "Comparison",
    "Plan",
    "PlanRules",
    "PlanTables",
    "Prices",
    "Replan",
    "RuleFields",
    "Summer",
    "YearsPlan",
    "check_plan",
    "compare",
    "plan_changes",
    "plan_cures",
    "plan_from_tables",
    "plan_frontier",
    "plan_years",
    "replan",
]
