"""EPANET 2.2, one outage at a time, on networks of pairs: flow shares of buildings are the same within 1e-3.

EPANET knows one layer, so a pair is one pipe that loses ``2r*q*|q|`` (Chezy-Manning with the roughness that does so),
and one required head. Its flows come from a network file written anew for each outage.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import heatnet as hn
from heatnet.hydraulics import outage_supply, steady_flow
from heatnet.hydraulics.asking import flow_asked_m3_s, resistances

wntr: Any = pytest.importorskip("wntr", reason="EPANET is asked through wntr, which is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")
REQUIRED_M = 15.0
PUBLIC = Path(__file__).parents[3] / "shared" / "data" / "epanet"


def loss_at_one(length_m: float, diameter_m: float) -> float:
    """Return the loss of EPANET's Chezy-Manning formula at roughness 1 and 1 m3/s, in m; it counts in feet."""
    length, diameter = length_m / 0.3048, diameter_m / 0.3048
    per_cfs = (4.0 / (1.49 * np.pi * diameter**2)) ** 2 * (diameter / 4.0) ** -1.333 * length
    return 0.3048 * per_cfs / 0.3048**6


def asked_of_epanet(network: hn.Network, head_m: float, out: str | None) -> pd.Series:
    """Flow share of every building with one row out."""
    model = wntr.network.WaterNetworkModel()
    options = model.options.hydraulic
    options.demand_model, options.required_pressure, options.minimum_pressure = "PDA", REQUIRED_M, 0.0
    options.headloss, options.trials, options.accuracy = "C-M", 500, 1e-6
    options.inpfile_units = "LPS"
    model.options.time.duration = 0
    nodes = network.nodes.set_index("node_id")
    asked = pd.Series(flow_asked_m3_s(nodes["load_kw"].fillna(0.0).to_numpy(), "primary"), index=nodes.index)
    for name, kind in nodes["kind"].items():
        if kind == "source":
            model.add_reservoir(name, base_head=head_m)
        else:
            model.add_junction(name, base_demand=asked[name] if kind == "building" else 0.0, elevation=0.0)
    for resistance, segment in zip(resistances(network), network.segments.itertuples(), strict=True):
        if segment.segment_id == out:
            continue
        diameter = segment.diameter_mm / 1000.0
        manning = np.sqrt(2.0 * resistance / loss_at_one(segment.length_m, diameter))
        ends = (segment.from_node, segment.to_node)
        model.add_pipe(segment.segment_id, *ends, length=segment.length_m, diameter=diameter, roughness=manning)
    with TemporaryDirectory() as folder:
        results = wntr.sim.EpanetSimulator(model).run_sim(file_prefix=str(Path(folder) / "outage"))
    demand = results.node["demand"].iloc[0]
    buildings = nodes.index[(nodes["kind"] == "building") & (asked > 0)]
    return (demand[buildings] / asked[buildings]).clip(0.0, 1.0)


def ring_of_pairs(rng: np.random.Generator, n_nodes: int, n_chords: int) -> hn.Network:
    kinds = ["source", *rng.choice(["junction", "building"], n_nodes - 2, p=[0.4, 0.6]), "building"]
    nodes = pd.DataFrame({"node_id": [f"n{k}" for k in range(n_nodes)], "kind": kinds})
    nodes["load_kw"] = np.where(nodes["kind"] == "building", rng.uniform(200.0, 3000.0, n_nodes).round(), np.nan)
    ends = [(k, (k + 1) % n_nodes) for k in range(n_nodes)]
    ends += [tuple(rng.choice(n_nodes, 2, replace=False)) for _ in range(n_chords)]
    segments = pd.DataFrame([(f"s{k}", f"n{a}", f"n{b}") for k, (a, b) in enumerate(ends)])
    segments.columns = ["segment_id", "from_node", "to_node"]
    segments["length_m"] = rng.uniform(50.0, 800.0, len(segments)).round()
    segments["diameter_mm"] = rng.choice([80.0, 100.0, 150.0, 200.0], len(segments))
    return hn.Network(nodes, segments)


def compare(network: hn.Network, head_m: float, outs: list[str]) -> None:
    nodes = network.nodes
    nodes.loc[nodes["kind"] == "source", "head_m"] = head_m
    network = hn.Network(nodes, network.segments)
    intact = steady_flow(network).nodes["flow_share"]
    epanet = asked_of_epanet(network, head_m, None)
    assert (intact[epanet.index] - epanet).abs().max() < 1e-3
    table = outage_supply(network, isolate="segment")
    asked = nodes.set_index("node_id")["load_kw"].fillna(0.0)
    cut = hn.supply_loss(network, "segment")["buildings_lost"]
    for out in outs:
        if cut[out] == 0:
            share = asked_of_epanet(network, head_m, out)
            assert table.loc[out, "flow_share"] == pytest.approx(
                (share * asked[share.index]).sum() / asked.sum(), abs=1e-3
            )


@pytest.mark.parametrize("seed", range(4))
def test_random_rings_of_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = ring_of_pairs(rng, int(rng.integers(5, 14)), int(rng.integers(1, 5)))
    compare(network, float(rng.uniform(20.0, 60.0)), network.segments["segment_id"].tolist()[:6])


def public_pairs(name: str) -> hn.Network:
    """Return a public water network as pairs of one source: the part that its first reservoir reaches."""
    path = PUBLIC / name
    if not path.exists():
        pytest.skip(f"{path} is not there: the public networks lie beside the repository, not in it")
    model = wntr.network.WaterNetworkModel(str(path))
    first = model.reservoir_name_list[0]
    reached = nx.node_connected_component(nx.Graph(model.to_graph()), first)
    names = [name for name in model.node_name_list if name in reached]
    rng = np.random.default_rng(0)
    kinds = ["source" if name == first else "building" if rng.random() < 0.7 else "junction" for name in names]
    load = np.where(np.array(kinds) == "building", rng.uniform(50.0, 400.0, len(names)).round(), np.nan)
    rows = [
        (name, link.start_node_name, link.end_node_name, getattr(link, "length", 10.0), getattr(link, "diameter", 0.5))
        for name, link in model.links()
        if link.start_node_name in reached
    ]
    segments = pd.DataFrame(rows, columns=["segment_id", "from_node", "to_node", "length_m", "diameter_mm"])
    segments["diameter_mm"] *= 2000.0
    segments["length_m"] = segments["length_m"].clip(lower=0.1)
    return hn.Network(pd.DataFrame({"node_id": names, "kind": kinds, "load_kw": load}), segments)


@pytest.mark.parametrize(("name", "head_m", "outages"), [("L-TOWN.inp", None, 5), ("Net6.inp", 12.0, 4)])
def test_public_water_networks_turned_into_pairs(name: str, head_m: float | None, outages: int) -> None:
    network = public_pairs(name)
    ends = network.segments.set_index("segment_id")[["from_node", "to_node"]].apply(frozenset, axis=1)
    bridges = {frozenset(pair) for pair in nx.bridges(nx.Graph([tuple(pair) for pair in ends]))}
    looped = ends.index[~ends.isin(bridges)]  # EPANET does not know what to say of parts without a source
    needed = float(steady_flow(network).sources["head_m"].iloc[0])
    compare(network, head_m or 0.6 * needed, looped[:: len(looped) // outages][:outages].tolist())


def test_a_city_s_water_network_turned_into_pairs_with_one_main_out_and_without() -> None:
    network, head_m = public_pairs("PacificCity.inp"), 40.0
    nodes = network.nodes
    nodes.loc[nodes["kind"] == "source", "head_m"] = head_m
    for out in (None, "P4842"):
        left = hn.Network(nodes, network.segments[network.segments["segment_id"] != out])
        epanet = asked_of_epanet(network, head_m, out)
        share = steady_flow(left).nodes["flow_share"][epanet.index]
        assert epanet.between(0.01, 0.99).sum() > 1000  # neither all nor nothing
        assert (share - epanet).abs().max() < 1e-3
