"""A small network whose names a careless writer would spoil, assessed and planned."""

from typing import Any

import pandas as pd

import heatnet as hn
from heatnet.planning import Plan, Summer, plan_cures

SUMMER = Summer("2026-05-01", "2026-06-30", crews=1)


def small_network(**columns: Any) -> hn.Network:
    """Source, station and two buildings in a row; ids with leading zeros, a street like a formula, one like HTML."""
    nodes = pd.DataFrame(
        {
            "node_id": ["01", "02", "03", "04"],
            "kind": ["source", "station", "building", "building"],
            "x_m": [0.0, 100.0, 200.0, 300.0],
            "y_m": [0.0, 50.0, 0.0, 0.0],
            "households": [None, None, 40, 60],
        }
    )
    segments = pd.DataFrame(
        {
            "segment_id": ["0001", "0002", "0003"],
            "from_node": ["01", "02", "03"],
            "to_node": ["02", "03", "04"],
            "length_m": [100.0, 250.0, 120.0],
            "diameter_mm": [200.0, 100.0, 80.0],
            "level": ["primary", "secondary", "secondary"],
            "street": ["=1+1", "<b>Ash</b>", "<b>Ash</b>"],
        }
    )
    return hn.Network(nodes.assign(**columns), segments)


def assessed(**columns: Any) -> hn.Assessment:
    """The small network, assessed with one fault and one cold visit."""
    faults = pd.DataFrame({"fault_id": ["F"], "found_on": ["2024-01-01"], "asset_id": ["0003"]})
    visits = pd.DataFrame(
        {"visit_id": ["V"], "building_id": ["04"], "visited_on": ["2026-01-10"], "is_cold": [True]}
    ).assign(household_id="Zhang San")
    return hn.assess(small_network(**columns), season=2026, faults=faults, visits=visits)


def planned(assessment: hn.Assessment, **rules: Any) -> Plan:
    """Everything in the small network, whatever it returns."""
    return plan_cures(assessment, **{"min_ratio": 0.0, **rules})
