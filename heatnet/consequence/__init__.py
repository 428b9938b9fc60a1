"""What outages and chronic cold mean in homes, in cold household-hours."""

from heatnet.consequence.chronic import chronic_hours, cold_share, cold_time_share, heating_hours, severity
from heatnet.consequence.cold_visits import ColdVisits, cold_visits_of, visits_in_outages
from heatnet.consequence.durations import (
    formula_repair_h,
    norm_repair_h,
    outage_hours,
    outage_time,
    recorded_outage_h,
)
from heatnet.consequence.heat_shares import HeatShares
from heatnet.consequence.households import guess_households
from heatnet.consequence.outage import Homes, cold_hours, hours_of_outages, reliability, time_constants
from heatnet.consequence.outage_share import OutageShare, outage_share

__all__ = [
    "ColdVisits",
    "HeatShares",
    "Homes",
    "OutageShare",
    "chronic_hours",
    "cold_hours",
    "cold_share",
    "cold_time_share",
    "cold_visits_of",
    "formula_repair_h",
    "guess_households",
    "heating_hours",
    "hours_of_outages",
    "norm_repair_h",
    "outage_hours",
    "outage_share",
    "outage_time",
    "recorded_outage_h",
    "reliability",
    "severity",
    "time_constants",
    "visits_in_outages",
]
