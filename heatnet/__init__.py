"""Plan the summer renewal of a district-heating network (冬病夏治)."""

from heatnet.errors import HeatnetError, MissingExtraError
from heatnet.network import Network

__version__ = "0.1.0"

__all__ = ["HeatnetError", "MissingExtraError", "Network"]
