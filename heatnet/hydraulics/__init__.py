"""What pipes and pumps carry: the steady flow, and what still arrives in every outage."""

from heatnet.hydraulics.pairs import critical_pairs
from heatnet.hydraulics.reinforcing import reinforcements
from heatnet.hydraulics.steady import SteadyFlow, steady_flow
from heatnet.hydraulics.supply import Block, HeatShares, heat_shares, outage_supply
from heatnet.hydraulics.valve_worth import valve_value

__all__ = [
    "Block",
    "HeatShares",
    "SteadyFlow",
    "critical_pairs",
    "heat_shares",
    "outage_supply",
    "reinforcements",
    "steady_flow",
    "valve_value",
]
