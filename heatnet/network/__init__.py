"""The frozen network, its order and its graph."""

from heatnet.network.frozen import Network
from heatnet.network.ordering import computed_in_id_order
from heatnet.network.positions import BUILDING, JUNCTION, SOURCE, STATION, Lookups, looked_up

__all__ = [
    "BUILDING",
    "JUNCTION",
    "SOURCE",
    "STATION",
    "Lookups",
    "Network",
    "computed_in_id_order",
    "looked_up",
]
