"""What consumers ask, what pipes resist: from the columns of the tables to m3/s and m/(m3/s)^2.

    q = load_kw / (4.19 * 1000 * delta_t_k)              m3/s
    r = 8*lambda*length_m*(1 + local) / (pi^2*9.81*D^5)  m/(m3/s)^2,   lambda = 0.11*(k/D)^0.25

The friction factor is Shifrinson's formula for rough pipes, usual for heating networks (CJJ 34); `local` = 0.2 stands
for bends, valves and branches.
"""

from __future__ import annotations

import numpy as np

from heatnet._arrays import Floats
from heatnet.network import BUILDING, STATION, Network
from heatnet.reachability.paths import supply_paths

DELTA_T_K = {"primary": 50.0, "secondary": 15.0}
REQUIRED_M = {"primary": 15.0, "secondary": 5.0}
HEAD_FACTOR = 1.1
HEAT_EXPONENT = 0.4
_KW_PER_HOUSEHOLD, _KW_PER_M2 = 5.0, 0.05
_ROUGHNESS_MM, _LOCAL = 0.5, 0.2
_KJ_PER_M3_K = 4.19 * 1000.0


def building_load_kw(network: Network) -> Floats:
    """Return the load of each node in kW: of buildings ``load_kw``, else 5 per household, else .05 per m2, else 0."""
    nodes = network.nodes
    load, households, area = (nodes[name].to_numpy(dtype=np.float64) for name in ("load_kw", "households", "area_m2"))
    guessed = np.where(np.isnan(households), area * _KW_PER_M2, households * _KW_PER_HOUSEHOLD)
    asked = np.where(np.isnan(load), guessed, load)
    return np.where((network.node_kind == BUILDING) & ~np.isnan(asked), asked, 0.0)


def station_load_kw(network: Network, building_kw: Floats) -> Floats:
    """Return per station the load in kW of the buildings whose supply path runs through it in the intact network."""
    return supply_paths(network).subtree_sum(building_kw)[network.n_segments :]


def flow_asked_m3_s(load_kw: Floats, level: str) -> Floats:
    """Return the flow in m3/s that brings this load at the temperature difference of the level.

    Examples
    --------
    >>> print(round(float(flow_asked_m3_s(np.array([4190.0]), "primary")[0]), 3))
    0.02
    """
    return load_kw / (_KJ_PER_M3_K * DELTA_T_K[level])


def resistances(network: Network) -> Floats:
    """Return the resistance of one pipe of each segment in m/(m3/s)^2.

    Examples
    --------
    >>> import pandas as pd
    >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]})
    >>> segments = pd.DataFrame({"segment_id": ["S"], "from_node": ["A"], "to_node": ["B"], "length_m": [1000.0],
    ...                          "diameter_mm": [500.0]})
    >>> print(round(float(resistances(Network(nodes, segments))[0]), 3))
    62.065
    """
    rough = network.segments["roughness_mm"].to_numpy(dtype=np.float64)
    return pipe_resistance(network.length_m, network.diameter_mm, np.where(np.isnan(rough), _ROUGHNESS_MM, rough))


def pipe_resistance(length_m: Floats, diameter_mm: Floats, roughness_mm: Floats | float = _ROUGHNESS_MM) -> Floats:
    """Return the resistance of single pipes in m/(m3/s)^2.

    Examples
    --------
    >>> print(round(float(pipe_resistance(np.array([1000.0]), np.array([500.0]))[0]), 3))
    62.065
    """
    diameter = diameter_mm / 1000.0
    friction = 0.11 * (roughness_mm / 1000.0 / diameter) ** 0.25
    resistance: Floats = 8.0 * friction * length_m * (1.0 + _LOCAL) / (np.pi**2 * 9.81 * diameter**5)
    return resistance


def required_heads(network: Network) -> Floats:
    """Return the head in m with which each node gets all that it asks; stations and the primary level 15, else 5."""
    given = network.nodes["required_head_m"].to_numpy(dtype=np.float64)
    on_secondary = np.zeros(network.n_nodes, dtype=bool)
    for end in (network.from_node, network.to_node):
        on_secondary[end[~network.is_primary]] = True
    on_secondary[network.node_kind == STATION] = False
    usual = np.where(on_secondary, REQUIRED_M["secondary"], REQUIRED_M["primary"])
    return np.where(np.isnan(given), usual, given)


def given_heads(network: Network) -> Floats:
    """Return the head in m that the pumps of each source and station give, NaN where it is not known."""
    return network.nodes["head_m"].to_numpy(dtype=np.float64)
