"""Plan the summer renewal of a district-heating network (冬病夏治)."""

from heatnet import synthetic
from heatnet.assess import assess
from heatnet.assessment import Assessment
from heatnet.backtest import Backtest, backtest
from heatnet.check import check_faults, check_network, check_visits
from heatnet.consequence import cold_hours, reliability
from heatnet.errors import HeatnetError, MissingExtraError, MissingFileError
from heatnet.explanation import Explanation, explain
from heatnet.failure import FailureModel, fit_failure_model
from heatnet.history import History, asset_seasons
from heatnet.location import Location, clean_visits, locate_faults
from heatnet.network import Network
from heatnet.planning import Plan, Prices, Summer, plan_cures
from heatnet.reachability import isolation_sections, served, supply_loss
from heatnet.reading import read_digs, read_faults, read_makeup, read_network, read_visits, read_works

__version__ = "0.1.0"

__all__ = [
    "Assessment",
    "Backtest",
    "Explanation",
    "FailureModel",
    "HeatnetError",
    "History",
    "Location",
    "MissingExtraError",
    "MissingFileError",
    "Network",
    "Plan",
    "Prices",
    "Summer",
    "assess",
    "asset_seasons",
    "backtest",
    "check_faults",
    "check_network",
    "check_visits",
    "clean_visits",
    "cold_hours",
    "explain",
    "fit_failure_model",
    "isolation_sections",
    "locate_faults",
    "plan_cures",
    "read_digs",
    "read_faults",
    "read_makeup",
    "read_network",
    "read_visits",
    "read_works",
    "reliability",
    "served",
    "supply_loss",
    "synthetic",
]
