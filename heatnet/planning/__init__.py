"""The summer: which cures, in which trenches, when; plain tables in, plain tables out."""

from heatnet.planning.checking import PlanTables, check_plan, plan_from_tables
from heatnet.planning.plan import Plan
from heatnet.planning.planner import plan_cures
from heatnet.planning.terms import Prices, Summer

__all__ = ["Plan", "PlanTables", "Prices", "Summer", "check_plan", "plan_cures", "plan_from_tables"]
