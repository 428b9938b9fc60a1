"""Pictures with matplotlib: each function draws onto Axes and returns them; needs the extra ``plot``."""

from heatnet.plot.curves import calibration, capture, frontier
from heatnet.plot.maps import network_map, outage_map
from heatnet.plot.stacks import ageing, gantt, risk_parts

__all__ = ["ageing", "calibration", "capture", "frontier", "gantt", "network_map", "outage_map", "risk_parts"]
