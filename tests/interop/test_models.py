"""Hydraulic models to networks: EPANET through wntr, pandapipes from its tables."""

import contextlib
import json
import warnings
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import heatnet as hn
from heatnet.errors import HeatnetError, MissingFileError
from heatnet.interop.pandapipes import by_element

ROOT = Path(__file__).parent.parent.parent
SHARED = ROOT.parent / "shared" / "data" / "epanet"
SW_HEAT = ROOT / "fixtures" / "sw_heat" / "sw_heat.json"

TOWN = """[TITLE]
a town
[JUNCTIONS]
;id elevation demand
A 10 0
B 20 36
C 15 18
[RESERVOIRS]
R 60
[TANKS]
T 30 5 0 10 10 0
[PIPES]
;id from to length diameter roughness minorloss status
P1 R A 100 200 0.5 0 Open
P2 A B 50 150 0.2 0 Closed
P3 T C 80 100 0.5 0 Open
[VALVES]
V1 A C 120 PRV 30 0
[PUMPS]
U1 B C POWER 5
[OPTIONS]
Units CMH
Headloss D-W
[COORDINATES]
R 0 0
A 100 0
B 150 0
C 100 50
T 100 130
[VERTICES]
P2 120 10
[END]
"""


def test_an_epanet_model_read_by_hand(tmp_path: Path) -> None:
    (tmp_path / "town.inp").write_text(TOWN)
    network = hn.from_epanet(tmp_path / "town.inp")
    nodes = network.nodes.set_index("node_id")
    assert nodes["kind"].to_dict() == {"A": "junction", "B": "building", "C": "building", "R": "source", "T": "source"}
    # demands 36 and 18 m3/h are 0.01 and 0.005 m3/s; a load of 4190 * 50 kW asks for one m3/s
    assert nodes.loc[["B", "C"], "load_kw"].tolist() == pytest.approx([2095.0, 1047.5])
    # total heads 60 and 30 + 5, above B at 20 m, the highest with a demand
    assert nodes.loc[["R", "T"], "head_m"].tolist() == pytest.approx([40.0, 15.0])
    assert nodes.loc[["R", "T"], "total_head_m"].tolist() == pytest.approx([60.0, 35.0])
    segments = network.segments.set_index("segment_id")
    assert segments["length_m"].to_dict() == {"P1": 100, "P2": 50, "P3": 80, "U1": 1, "V1": 1}
    # the pump is as wide as the widest pipe beside it, P2
    assert segments["diameter_mm"].round(6).to_dict() == {"P1": 200, "P2": 150, "P3": 100, "U1": 150, "V1": 120}
    assert segments.loc[["P1", "P2"], "roughness_mm"].tolist() == pytest.approx([0.5, 0.2])
    valves = network.valves.set_index("valve_id")[["segment_id", "node_id", "is_open"]].T.to_dict("list")
    assert valves == {"P2": ["P2", "A", False], "V1": ["V1", "A", True], "U1": ["U1", "B", True]}
    assert network.lines.of(list(network.segment_ids).index("P2")).tolist() == [[100, 0], [120, 10], [150, 0]]
    read = hn.read_network(tmp_path / "town.inp")
    pd.testing.assert_frame_equal(hn.supply_loss(read), hn.supply_loss(network))


@pytest.mark.parametrize("name", ["L-TOWN", "Net6", "PacificCity"])
def test_public_models_have_the_counts_of_wntr(name: str) -> None:
    file = SHARED / f"{name}.inp"
    if not file.exists():
        pytest.skip(f"{file} is not there: the models of KIOS and USEPA are not handed on with heatnet")
    network = hn.from_epanet(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import wntr

        model = wntr.network.WaterNetworkModel(str(file))
        graph = model.to_graph().to_undirected()
    assert network.n_nodes == model.num_nodes
    assert network.n_segments == model.num_links
    assert len(network.source_nodes) == model.num_reservoirs + model.num_tanks
    assert network.length_m.sum() == pytest.approx(
        sum(pipe.length for _, pipe in model.pipes()) + model.num_valves + model.num_pumps, rel=1e-6
    )
    assert nx.number_connected_components(network.to_networkx()) == nx.number_connected_components(graph)


@settings(max_examples=40)
@given(
    st.integers(0, len(TOWN) - 1), st.sampled_from(["", "\x00", "x y z\n", "\n[PIPES]\nP9 Q R 1 1 1\n", "1e999 nan"])
)
def test_damaged_epanet_models_raise_nothing_but_heatnets_errors(tmp_path_factory, at: int, put: str) -> None:
    file = tmp_path_factory.mktemp("epanet") / "town.inp"
    file.write_text(TOWN[:at] + put + (TOWN[at:] if put else ""))
    with contextlib.suppress(HeatnetError):
        hn.from_epanet(file)


def plain_tables() -> dict[str, pd.DataFrame]:
    content = json.loads(SW_HEAT.read_text(encoding="utf-8"))["_object"]
    found = {}
    for name, value in content.items():
        if isinstance(value, dict) and value.get("_class") == "DataFrame":
            rows = json.loads(value["_object"])
            found[name] = pd.DataFrame(rows["data"], rows["index"], rows["columns"])
    return found


def test_a_pandapipes_file_has_the_counts_of_its_tables() -> None:
    tables, network = plain_tables(), hn.from_pandapipes(SW_HEAT)
    assert network.n_nodes == len(tables["junction"]) == 488
    ids = network.segment_ids.str.rpartition("_").get_level_values(0).value_counts().to_dict()
    assert ids == {"pipe": 482, "valve": 4, "heat_consumer": 44, "circ_pump_pressure": 1}
    ends = ["from_junction", "to_junction"]
    graph = nx.Graph()
    graph.add_nodes_from(tables["junction"].index)
    for name in ("pipe", "valve", "heat_consumer"):
        graph.add_edges_from(tables[name][ends].itertuples(index=False))
    graph.add_edges_from(tables["circ_pump_pressure"][["return_junction", "flow_junction"]].itertuples(index=False))
    assert nx.number_connected_components(network.to_networkx()) == nx.number_connected_components(graph)
    pipes = network.segments[network.segments["segment_id"].str.startswith("pipe")]
    assert pipes["length_m"].sum() == pytest.approx(1000 * tables["pipe"]["length_km"].clip(lower=1e-5).sum())
    assert network.load_kw.sum() == pytest.approx(tables["heat_consumer"]["qext_w"].sum() / 1000)


def test_every_consumer_of_the_file_is_served_until_the_pump_is_out() -> None:
    loss = by_element(hn.supply_loss(hn.read_network(SW_HEAT), isolate="segment"))
    assert loss["circ_pump_pressure"]["buildings_lost"].tolist() == [44]
    assert loss["heat_consumer"]["buildings_lost"].tolist() == [1] * 44
    assert loss["pipe"].index.tolist() == sorted(plain_tables()["pipe"].index)


def small_net(**changes: pd.DataFrame | None) -> dict[str, Any]:
    """Flow 0-1-2, return 4-3-5: a pump feeds 0 from 5, consumers at 1 (back to 3) and 2 (back to 4)."""
    net: dict[str, Any] = {
        "junction": pd.DataFrame({"name": list("abcdef")}),
        "pipe": pd.DataFrame(
            {"from_junction": [0, 1, 4, 3], "to_junction": [1, 2, 3, 5], "length_km": 0.1, "diameter_m": 0.1}
        ),
        "heat_consumer": pd.DataFrame(
            {"from_junction": [1, 2], "to_junction": [3, 4], "qext_w": [9e3, None],
             "controlled_mdot_kg_per_s": [None, 0.1], "deltat_k": [None, 20.0]}
        ),
        "circ_pump_pressure": pd.DataFrame({"return_junction": [5], "flow_junction": [0], "plift_bar": [0.981]}),
        "name": "small",
    }  # fmt: skip
    return {name: table for name, table in {**net, **changes}.items() if table is not None}


def test_a_net_keeps_flow_and_return_apart() -> None:
    network = hn.from_pandapipes(small_net())
    loss = hn.supply_loss(network, isolate="segment")["buildings_lost"].to_dict()
    assert loss == {
        "pipe_0": 2, "pipe_1": 1, "pipe_2": 1, "pipe_3": 2,
        "heat_consumer_0": 1, "heat_consumer_1": 1, "circ_pump_pressure_0": 2,
    }  # fmt: skip
    assert network.load_kw[[1, 2]].tolist() == pytest.approx([9.0, 0.1 * 4.19 * 20])
    assert network.nodes["head_m"].tolist()[0] == pytest.approx(10.0)  # 0.981 bar over 9.81 N/kg
    assert network.segments["line"].tolist() == ["supply", "supply", *["return"] * 5]


def test_what_is_out_of_service_or_closed_lets_nothing_pass() -> None:
    net = small_net()
    net["pipe"] = net["pipe"].assign(in_service=[True, False, True, True])
    loss = hn.supply_loss(hn.from_pandapipes(net), isolate="segment")["buildings_lost"]
    assert loss["pipe_0"] == 1  # the consumer behind pipe 1 is not served before
    valve = pd.DataFrame({"from_junction": [1], "to_junction": [2], "opened": [False], "diameter_m": [0.1]})
    net = small_net(valve=valve, pipe=small_net()["pipe"].drop(index=1))
    network = hn.from_pandapipes(net)
    assert network.valves[["valve_id", "is_open", "is_operable"]].values.tolist() == [["valve_0", False, True]]
    assert network.segments.set_index("segment_id").loc["valve_0", "length_m"] == 1.0


def test_strange_nets_are_refused_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(HeatnetError, match="no junctions or no pipes"):
        hn.from_pandapipes({})
    with pytest.raises(HeatnetError, match="give a pandapipes net"):
        hn.from_pandapipes(5)
    with pytest.raises(MissingFileError):
        hn.from_pandapipes(tmp_path / "none.json")
    with pytest.raises(HeatnetError, match="not in the net"):
        hn.from_pandapipes(small_net(junction=pd.DataFrame({"name": list("abcde")})))
    with pytest.raises(HeatnetError, match="put a pipe between"):
        hn.from_pandapipes(small_net(ext_grid=pd.DataFrame({"junction": [2]})))
    with pytest.raises(HeatnetError, match="no element"):
        by_element(pd.DataFrame({"a": [1]}, index=["S1"]))


@settings(max_examples=40)
@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(["", "null", "[]", '"x"', "1e999", "{}"]))
def test_damaged_pandapipes_files_raise_nothing_but_heatnets_errors(tmp_path_factory, share, width, put) -> None:
    text = SW_HEAT.read_text(encoding="utf-8")
    low = int(share * len(text))
    high = min(len(text), low + int(40 * width)) if put else len(text)
    file = tmp_path_factory.mktemp("pandapipes") / "net.json"
    file.write_text(text[:low] + put + text[high:], encoding="utf-8")
    with contextlib.suppress(HeatnetError):
        hn.read_network(file)
