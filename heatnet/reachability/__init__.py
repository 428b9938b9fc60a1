"""What every single outage takes away, exact and for all assets at once."""

from heatnet.reachability.cut_off import Outages, outages
from heatnet.reachability.losses import supply_loss
from heatnet.reachability.pairs import critical_pairs
from heatnet.reachability.sections import isolation_sections, section_table
from heatnet.reachability.serving import served
from heatnet.reachability.tracing import supply_path
from heatnet.reachability.valves import valve_value

__all__ = [
    "Outages",
    "critical_pairs",
    "isolation_sections",
    "outages",
    "section_table",
    "served",
    "supply_loss",
    "supply_path",
    "valve_value",
]
