"""What outages and chronic cold mean in homes, in cold household-hours."""

from heatnet.consequence.chronic import chronic_hours, cold_share, heating_hours
from heatnet.consequence.households import guess_households
from heatnet.consequence.outage import cold_hours, cold_hours_of, reliability, time_constants
from heatnet.consequence.outage_share import OutageShare, outage_share
from heatnet.consequence.repair import formula_repair_h, norm_repair_h, repair_hours, repair_time

__all__ = [
    "OutageShare",
    "chronic_hours",
    "cold_hours",
    "cold_hours_of",
    "cold_share",
    "formula_repair_h",
    "guess_households",
    "heating_hours",
    "norm_repair_h",
    "outage_share",
    "reliability",
    "repair_hours",
    "repair_time",
    "time_constants",
]
