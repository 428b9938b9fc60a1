"""EPANET 2.2, one outage at a time, on networks of pairs: flow shares of buildings are the same within 1e-3.

EPANET knows one layer, so a pair is one pipe that loses ``2r*q*|q|`` (Chezy-Manning with the roughness that does so),
and one required head. Its flows come from a network file written anew for each outage.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest

import heatnet as hn
from heatnet.hydraulics import steady_flow
from heatnet.hydraulics.areas import Out
from heatnet.hydraulics.asking import flow_asked_m3_s, resistances
from heatnet.hydraulics.outages import OutageWork

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
    segments = network.segments[network.segments["segment_id"] != out]
    linked = {*segments["from_node"], *segments["to_node"]}
    for name, kind in nodes["kind"].items():
        if name not in linked:  # a plant behind the row that is out; EPANET stops at nodes without a link
            continue
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


def shares_in_outages(network: hn.Network, outs: list[str]) -> pd.DataFrame:
    """Flow share of every building, a column per row that is out: from the work behind `outage_supply`."""
    ordered = network.in_id_order
    work = OutageWork(ordered, "segment")
    found = {}
    for part in work.parts.of_level(secondary=False):
        area = work.area(part)
        names = ordered.node_ids[work.consumers.node[area.first : area.stop]]
        cases = work.closings.row_case[ordered.asset_positions(outs)]
        for first, delivered in area.delivered([Out(*work.closings.of_case(case)) for case in cases.tolist()]):
            for k, share in enumerate(delivered.share.T):
                found.setdefault(outs[first + k], []).append(pd.Series(share, index=names))
    return pd.DataFrame({name: pd.concat(shares) for name, shares in found.items()})


def with_head(network: hn.Network, head_m: float) -> hn.Network:
    nodes = network.nodes
    nodes.loc[nodes["kind"] == "source", "head_m"] = head_m
    return hn.Network(nodes, network.segments)


def compare(network: hn.Network, head_m: float, outs: list[str]) -> None:
    network = with_head(network, head_m)
    intact = steady_flow(network).nodes["flow_share"]
    epanet = asked_of_epanet(network, head_m, None)
    assert (intact[epanet.index] - epanet).abs().max() < 1e-3
    cut = hn.supply_loss(network, "segment")["buildings_lost"]
    outs = [out for out in outs if cut[out] == 0]  # EPANET does not know what to say of parts without a source
    found = shares_in_outages(network, outs)
    for out in outs:
        share = asked_of_epanet(network, head_m, out)
        assert (found.loc[share.index, out] - share).abs().max() < 1e-3


@pytest.mark.parametrize("seed", range(4))
def test_random_rings_of_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = ring_of_pairs(rng, int(rng.integers(5, 14)), int(rng.integers(1, 5)))
    compare(network, float(rng.uniform(20.0, 60.0)), network.segments["segment_id"].tolist()[:6])


def public_pairs(path: Path, most_kw: float) -> hn.Network:
    """A public water network with every link a pair of twice the diameter, reservoirs as plants, homes drawn."""
    model = wntr.network.WaterNetworkModel(str(path))
    rng = np.random.default_rng(0)
    names = list(model.node_name_list)
    sources = set(model.reservoir_name_list)
    kinds = ["source" if n in sources else "building" if rng.random() < 0.7 else "junction" for n in names]
    load = np.where(np.array(kinds) == "building", rng.uniform(most_kw / 8.0, most_kw, len(names)).round(1), np.nan)
    nodes = pd.DataFrame({"node_id": names, "kind": kinds, "load_kw": load})
    rows = [
        (name, link.start_node_name, link.end_node_name, getattr(link, "length", 10.0), getattr(link, "diameter", 0.5))
        for name, link in model.links()
    ]
    segments = pd.DataFrame(rows, columns=["segment_id", "from_node", "to_node", "length_m", "diameter_mm"])
    segments["diameter_mm"] *= 2000.0
    return hn.Network(nodes, segments)


@pytest.mark.parametrize(
    ("name", "most_kw", "head_m", "every"),
    [("L-TOWN", 400.0, 17.0, 150), ("Net6", 2000.0, 45.0, 900), ("PacificCity", 400.0, 40.0, 3000)],
)
def test_a_public_water_network_turned_into_pairs(name: str, most_kw: float, head_m: float, every: int) -> None:
    path = PUBLIC / f"{name}.inp"
    if not path.exists():
        pytest.skip(f"{path} is not there: the public networks lie beside the repository, not in it")
    network = public_pairs(path, most_kw)
    assert (steady_flow(with_head(network, head_m)).nodes["flow_share"].dropna() < 0.999).sum() > 100
    lost = hn.supply_loss(network, "segment")["buildings_lost"]
    compare(network, head_m, lost.index[lost == 0][::every].tolist())
