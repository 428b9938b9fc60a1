"""What tells apart the members of a group that no visit tells apart."""

import pandas as pd
import pytest

from heatnet.location import locate_faults, what_separates
from heatnet.network import Network


def street(middle: str = "junction", valves: pd.DataFrame | None = None) -> Network:
    """A source A, then p (500 m), M, q (500 m), N, r (500 m), and a cold building B at the end."""
    nodes = pd.DataFrame({"node_id": list("AMNB"), "kind": ["source", middle, "junction", "building"]})
    segments = pd.DataFrame(
        {
            "segment_id": list("pqr"),
            "from_node": list("AMN"),
            "to_node": list("MNB"),
            "length_m": [500.0, 500.0, 1000.0],
            "diameter_mm": 100.0,
        }
    )
    return Network(nodes, segments, valves)


VISITS = pd.DataFrame({"visit_id": range(6), "building_id": "B", "visited_on": "2024-01-10", "is_cold": True})
VALVES = pd.DataFrame({"valve_id": ["V"], "segment_id": ["r"], "node_id": ["N"]})


def told(network: Network, **options: object) -> pd.Series:
    table = what_separates(locate_faults(network, VISITS, season=2023), **options)
    assert table.index.tolist() == ["p"]
    return table.iloc[0]


def test_the_place_leaves_half_of_the_suspicion_on_either_side() -> None:
    # Priors about .05, .05, .1 in the order of the path: the best cut lies behind q, at N.
    row = told(street())
    assert row[["assets", "after_asset", "node_id", "valve_id", "building_id"]].tolist() == [3, "q", "N", None, None]
    assert row["before_share"] == pytest.approx(0.5, abs=0.02)
    assert row["what_to_do"] == "Read pressure and temperature at N, behind q: 51% of the suspicion lies before it."


def test_a_valve_there_is_named_and_a_home_before_it() -> None:
    assert told(street(valves=VALVES))["what_to_do"].startswith("Read pressure and temperature at valve V")
    nodes = pd.DataFrame({"node_id": list("AMNB"), "kind": ["source", "junction", "building", "building"]})
    row = told(Network(nodes, street().segments, VALVES))
    assert row["building_id"] == "N"
    assert row["what_to_do"].startswith("Visit N")
    assert told(Network(nodes, street().segments), language="zh")["what_to_do"].startswith("走访N")


def test_groups_of_one_and_improbable_ones_are_left_out() -> None:
    location = locate_faults(street(), VISITS.assign(is_cold=False), season=2023)
    assert what_separates(location).empty
    nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]})
    alone = Network(nodes, pd.DataFrame({"segment_id": ["s"], "from_node": "A", "to_node": "B", "length_m": 900,
                                         "diameter_mm": 100}))  # fmt: skip
    assert what_separates(locate_faults(alone, VISITS, season=2023)).empty
