"""Plan the summer renewal of a district-heating network (冬病夏治)."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heatnet import examples, plot, synthetic
    from heatnet.assessment.composing import assess
    from heatnet.assessment.explanation import Explanation, explain
    from heatnet.assessment.results import Assessment
    from heatnet.batch import NetworkScore, score
    from heatnet.consequence import cold_hours, outage_time, reliability
    from heatnet.doctor.checking import check_faults, check_inventory, check_network, check_visits
    from heatnet.errors import HeatnetError, InfeasiblePlanError, MissingExtraError, MissingFileError
    from heatnet.failure import FailureModel, fit_failure_model
    from heatnet.history.exposure import History, asset_seasons
    from heatnet.hydraulics import SteadyFlow, critical_pairs, outage_supply, reinforcements, steady_flow, valve_value
    from heatnet.interop.epanet import from_epanet
    from heatnet.interop.pandapipes import from_pandapipes
    from heatnet.inventory import Inventory, read_inventory
    from heatnet.inventory.reading import read_digs, read_faults, read_makeup, read_network, read_visits, read_works
    from heatnet.inventory.writing import write_inventory
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
        PlanRules,
        Summer,
        check_plan,
        compare,
        plan_changes,
        plan_cures,
        plan_from_tables,
        plan_frontier,
        plan_years,
        replan,
    )
    from heatnet.reachability import isolation_sections, supply_loss, supply_path
    from heatnet.report import write_report
    from heatnet.report.gis_files import write_gis
    from heatnet.review import CureEffect, ProblemLedger, cure_effect, problem_ledger
    from heatnet.saving import read_assessment, read_plan, write_assessment, write_plan
    from heatnet.validation.backtesting import Backtest, backtest
    from heatnet.value import Prices, Settings, Values, read_settings

__version__ = "0.1.0"

__all__ = [
    "Assessment",
    "Backtest",
    "CureEffect",
    "Explanation",
    "FailureModel",
    "HeatnetError",
    "History",
    "InfeasiblePlanError",
    "Inventory",
    "Location",
    "LocationExplanation",
    "MissingExtraError",
    "MissingFileError",
    "Network",
    "NetworkScore",
    "Plan",
    "PlanRules",
    "Prices",
    "ProblemLedger",
    "Settings",
    "SteadyFlow",
    "Summer",
    "Values",
    "assess",
    "asset_seasons",
    "backtest",
    "check_faults",
    "check_inventory",
    "check_network",
    "check_plan",
    "check_visits",
    "clean_visits",
    "cold_hours",
    "compare",
    "critical_pairs",
    "cure_effect",
    "examples",
    "explain",
    "explain_location",
    "fit_failure_model",
    "from_epanet",
    "from_pandapipes",
    "isolation_sections",
    "locate_faults",
    "outage_supply",
    "outage_time",
    "persistence",
    "plan_changes",
    "plan_cures",
    "plan_from_tables",
    "plan_frontier",
    "plan_years",
    "plot",
    "problem_ledger",
    "read_assessment",
    "read_digs",
    "read_faults",
    "read_inventory",
    "read_makeup",
    "read_network",
    "read_plan",
    "read_settings",
    "read_visits",
    "read_works",
    "reinforcements",
    "reliability",
    "replan",
    "score",
    "steady_flow",
    "suggest_visits",
    "supply_loss",
    "supply_path",
    "synthetic",
    "valve_value",
    "visit_findings",
    "write_assessment",
    "write_gis",
    "write_inventory",
    "write_plan",
    "write_report",
]


_ROOMS = {  # each is imported when a name of it is first asked for: `import heatnet` alone costs nothing
    "heatnet": ("examples", "plot", "synthetic"),
    "heatnet.assessment.composing": ("assess",),
    "heatnet.assessment.explanation": ("Explanation", "explain"),
    "heatnet.assessment.results": ("Assessment",),
    "heatnet.batch": ("NetworkScore", "score"),
    "heatnet.consequence": ("cold_hours", "outage_time", "reliability"),
    "heatnet.doctor.checking": ("check_faults", "check_inventory", "check_network", "check_visits"),
    "heatnet.errors": ("HeatnetError", "InfeasiblePlanError", "MissingExtraError", "MissingFileError"),
    "heatnet.failure": ("FailureModel", "fit_failure_model"),
    "heatnet.history.exposure": ("History", "asset_seasons"),
    "heatnet.hydraulics": (
        "SteadyFlow",
        "critical_pairs",
        "outage_supply",
        "reinforcements",
        "steady_flow",
        "valve_value",
    ),
    "heatnet.interop.epanet": ("from_epanet",),
    "heatnet.interop.pandapipes": ("from_pandapipes",),
    "heatnet.inventory": ("Inventory", "read_inventory"),
    "heatnet.inventory.reading": (
        "read_digs",
        "read_faults",
        "read_makeup",
        "read_network",
        "read_visits",
        "read_works",
    ),
    "heatnet.inventory.writing": ("write_inventory",),
    "heatnet.location": (
        "Location",
        "LocationExplanation",
        "clean_visits",
        "explain_location",
        "locate_faults",
        "persistence",
        "suggest_visits",
        "visit_findings",
    ),
    "heatnet.network": ("Network",),
    "heatnet.planning": (
        "Plan",
        "PlanRules",
        "Summer",
        "check_plan",
        "compare",
        "plan_changes",
        "plan_cures",
        "plan_from_tables",
        "plan_frontier",
        "plan_years",
        "replan",
    ),
    "heatnet.reachability": ("isolation_sections", "supply_loss", "supply_path"),
    "heatnet.report": ("write_report",),
    "heatnet.report.gis_files": ("write_gis",),
    "heatnet.review": ("CureEffect", "ProblemLedger", "cure_effect", "problem_ledger"),
    "heatnet.saving": ("read_assessment", "read_plan", "write_assessment", "write_plan"),
    "heatnet.validation.backtesting": ("Backtest", "backtest"),
    "heatnet.value": ("Prices", "Settings", "Values", "read_settings"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'heatnet' has no attribute {name!r}")
    room = _ROOM_OF[name]
    value = import_module(f"heatnet.{name}") if room == "heatnet" else getattr(import_module(room), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, without the rooms behind them."""
    return [*__all__, "__version__"]
