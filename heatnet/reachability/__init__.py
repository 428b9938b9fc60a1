"""What every single outage takes away, exact and for all assets at once."""

from heatnet.reachability.cut_off import Outages, outages
from heatnet.reachability.loss import supply_loss
from heatnet.reachability.sections import isolation_sections
from heatnet.reachability.serving import served

__all__ = ["Outages", "isolation_sections", "outages", "served", "supply_loss"]
