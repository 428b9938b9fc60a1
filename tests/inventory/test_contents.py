"""An inventory in the order in which everything is computed."""

from __future__ import annotations

import pandas as pd

from heatnet.inventory.contents import inventory_of
from heatnet.network import Network


def test_records_stay_with_their_assets_and_buildings_when_the_network_is_put_in_order() -> None:
    nodes = pd.DataFrame(
        {
            "node_id": ["T", "H", "B", "A"],
            "kind": ["station", "source", "building", "building"],
            "x_m": [50.0, 0.0, 90.0, 50.0],
            "y_m": [0.0, 0.0, 0.0, 40.0],
        }
    )
    segments = pd.DataFrame(
        {
            "segment_id": ["S3", "S1", "S2"],
            "from_node": ["H", "T", "T"],
            "to_node": ["T", "B", "A"],
            "length_m": 50,
            "diameter_mm": 100,
            "level": ["primary", "secondary", "secondary"],
            "street": ["Elm", "Oak", "Oak"],
        }
    )
    faults = pd.DataFrame(
        {
            "fault_id": ["F1", "F2", "F3", "F4"],
            "found_on": "2024-11-05",
            "asset_id": ["S3", "T", None, "nowhere"],
            "x_m": [None, None, 130.0, None],
            "y_m": [None, None, 0.0, None],
        }
    )
    visits = pd.DataFrame(
        {"visit_id": ["V1", "V2"], "building_id": ["B", "H"], "visited_on": "2024-11-05", "is_cold": True}
    )
    makeup = pd.DataFrame({"station_id": ["T"], "season": [2024], "makeup_m3": [10.0]})
    digs = pd.DataFrame(
        {"dig_id": ["D", "E"], "street": ["Oak", "Ash"], "start_on": "2025-05-01", "end_on": "2025-06-01"}
    )
    tables = {"faults": faults, "visits": visits, "makeup": makeup, "digs": digs}
    inventory = inventory_of(Network(nodes, segments), tables, nearest_m=45.0)
    assert inventory.judged["faults"].place.tolist() == [0, 3, 1, -1]

    ordered = inventory.in_id_order
    network = ordered.network
    assert network.asset_ids.tolist() == ["S1", "S2", "S3", "T"]
    assert ordered.judged["faults"].place.tolist() == [2, 3, 0, -1]
    assert network.node_ids[ordered.judged["visits"].place].tolist() == ["B", "H"]
    assert network.node_ids[ordered.judged["makeup"].place].tolist() == ["T"]
    assert ordered.judged["digs"].place.tolist() == [-1, -1]
    assert [list(ordered.judged[name].rule) for name in ("faults", "digs")] == [
        [None, None, None, "unknown_asset"],
        [None, "unknown_street"],
    ]
    assert ordered.set_aside["row_id"].tolist() == inventory.set_aside["row_id"].tolist()
