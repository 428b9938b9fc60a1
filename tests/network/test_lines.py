"""Courses of segments: as drawn, else straight, else unknown."""

import numpy as np
import pandas as pd

from heatnet.network import Network
from heatnet.network.lines import points_in

NODES = pd.DataFrame({"node_id": ["A", "B", "C"], "kind": ["source", "junction", "building"]})
SEGMENTS = pd.DataFrame(
    {"segment_id": ["S", "T"], "from_node": ["A", "B"], "to_node": ["B", "C"], "length_m": 50, "diameter_mm": 100}
)


def test_courses_are_drawn_else_straight_else_unknown() -> None:
    nodes = NODES.assign(x_m=[0.0, 3.0, np.nan], y_m=[0.0, 4.0, np.nan])
    lines = Network(nodes, SEGMENTS).lines
    assert lines.start.tolist() == [0, 2, 2]
    assert lines.wkt() == ["LINESTRING (0.0 0.0, 3.0 4.0)", None]
    drawn = Network(nodes, SEGMENTS.assign(geometry=["no line", "LineString Z(3 4 9, 5 4 9, 5 6.5 9)"])).lines
    assert drawn.of(0).tolist() == [[0, 0], [3, 4]]
    assert drawn.of(1).tolist() == [[3, 4], [5, 4], [5, 6.5]]


def test_only_whole_lines_of_places_on_earth_are_courses() -> None:
    for text in (
        "POINT (1 2)",
        "LINESTRING (1 2)",
        "LINESTRING (1 2, 3)",
        "LINESTRING (1 2, 3 4 5)",
        "LINESTRING (1 2, 3 e)",
    ):
        assert points_in(text) is None
    assert points_in("LINESTRING (1 2, 1e300 4)") is None


def test_courses_and_grid_stay_through_replacing_and_ordering() -> None:
    nodes = NODES.iloc[::-1].assign(x_m=[0.0, 3.0, 9.0], y_m=[0.0, 4.0, 4.0])
    segments = SEGMENTS.iloc[::-1].assign(geometry=["LINESTRING (1 2, 3 4)", None])
    network = Network(nodes, segments).with_crs("EPSG:4547")
    assert network.crs == network.in_id_order.crs == "EPSG:4547"
    assert network.in_id_order.lines.of(1).tolist() == [[1, 2], [3, 4]]
    wider = network.replace(segments=network.segments.assign(diameter_mm=200.0))
    assert wider.crs == "EPSG:4547"
    np.testing.assert_array_equal(wider.lines.xy, network.lines.xy)
    assert network.with_crs("").in_id_order.crs == ""
