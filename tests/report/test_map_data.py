"""The map of a page draws pipes as they were drawn."""

import json

import heatnet as hn
from heatnet.examples import line
from heatnet.report.map_data import map_data


def test_corners_of_a_pipe_stand_in_the_map_from_its_beginning_on() -> None:
    network = line()  # S from H to B1, T from B1 to B2
    nodes = network.nodes.assign(x_m=[0.0, 100.0, 200.0], y_m=0.0)
    courses = {"S": "LINESTRING (100 0, 60 40, 20 30, 0 0)", "T": None}  # drawn from B1 to H
    segments = network.segments.assign(geometry=network.segments["segment_id"].map(courses))
    text, _ = map_data(hn.assess(hn.Network(nodes, segments), season=2026), None, "en")
    data = json.loads(text)
    assert data["bends"] == {str(data["id"].index("S")): [200, 300, 600, 400]}  # decimetres
