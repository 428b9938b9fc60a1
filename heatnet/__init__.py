"""Plan the summer renewal of a district-heating network (冬病夏治)."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from heatnet.assessment.composing import assess
from heatnet.assessment.explanation import Explanation, explain
from heatnet.assessment.results import Assessment
from heatnet.consequence import cold_hours, reliability, repair_time
from heatnet.doctor.checking import check_faults, check_network, check_visits
from heatnet.errors import HeatnetError, MissingExtraError, MissingFileError
from heatnet.failure import FailureModel, fit_failure_model
from heatnet.history.exposure import History, asset_seasons
from heatnet.inventory.reading import read_digs, read_faults, read_makeup, read_network, read_visits, read_works
from heatnet.location import (
    Location,
    LocationExplanation,
    clean_visits,
    explain_location,
    locate_faults,
    persistence,
    suggest_visits,
    visit_findings,
)
from heatnet.network import Network
from heatnet.planning import (
    Plan,
    Summer,
    check_plan,
    plan_changes,
    plan_cures,
    plan_from_tables,
    plan_frontier,
    plan_years,
    replan,
)
from heatnet.reachability import (
    critical_pairs,
    isolation_sections,
    section_table,
    served,
    supply_loss,
    supply_path,
    valve_value,
)
from heatnet.report import write_report
from heatnet.validation.backtesting import Backtest, backtest
from heatnet.value import Prices, Settings, Values, read_settings

if TYPE_CHECKING:
    from heatnet import synthetic
    from heatnet.batch import NetworkScore, score

__version__ = "0.1.0"

__all__ = [
    "Assessment",
    "Backtest",
    "Explanation",
    "FailureModel",
    "HeatnetError",
    "History",
    "Location",
    "LocationExplanation",
    "MissingExtraError",
    "MissingFileError",
    "Network",
    "NetworkScore",
    "Plan",
    "Prices",
    "Settings",
    "Summer",
    "Values",
    "assess",
    "asset_seasons",
    "backtest",
    "check_faults",
    "check_network",
    "check_plan",
    "check_visits",
    "clean_visits",
    "cold_hours",
    "critical_pairs",
    "explain",
    "explain_location",
    "fit_failure_model",
    "isolation_sections",
    "locate_faults",
    "persistence",
    "plan_changes",
    "plan_cures",
    "plan_from_tables",
    "plan_frontier",
    "plan_years",
    "read_digs",
    "read_faults",
    "read_makeup",
    "read_network",
    "read_settings",
    "read_visits",
    "read_works",
    "reliability",
    "repair_time",
    "replan",
    "score",
    "section_table",
    "served",
    "suggest_visits",
    "supply_loss",
    "supply_path",
    "synthetic",
    "valve_value",
    "visit_findings",
    "write_report",
]


def __getattr__(name: str) -> Any:
    """Import what few need when it is first asked for; it takes an eighth of the time of all imports."""
    if name == "synthetic":
        return import_module("heatnet.synthetic")
    if name in ("NetworkScore", "score"):
        return getattr(import_module("heatnet.batch"), name)
    raise AttributeError(f"module 'heatnet' has no attribute {name!r}")
