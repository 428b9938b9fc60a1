"""What still arrives in every outage, beside EPANET outage by outage: python -m benchmarks.hydraulics [KM STATIONS].

With a folder of EPANET networks (.inp) instead: all outages of each as pairs, row by row, to see how the cost grows.

EPANET is asked through wntr for the primary level alone, as one pipe per pair, with some of the outages; heatnet
answers for all outages of both levels. Printed: seconds, seconds per outage, peak memory, size of the looped core.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import heatnet as hn
from heatnet.hydraulics.asking import flow_asked_m3_s, resistances
from heatnet.hydraulics.intact import intact_of
from heatnet.hydraulics.outages import OutageWork
from heatnet.synthetic import make_city

_ASKED = 12


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return seconds of processor time and the answer."""
    start = time.process_time()
    answer = work()
    return time.process_time() - start, answer


def primary_only(network: hn.Network) -> hn.Network:
    """Return the primary level with stations as buildings of their load."""
    ordered = network.in_id_order
    plumbing = intact_of(ordered).plumbing
    is_station = plumbing.consumers.station >= 0
    nodes = ordered.nodes
    asked = plumbing.consumers.asked_m3_s[is_station] * 4190.0 * 50.0
    nodes.loc[plumbing.consumers.node[is_station], "load_kw"] = asked
    nodes.loc[plumbing.consumers.node[is_station], "kind"] = "building"
    segments = ordered.segments[ordered.is_primary].assign(line="pair")
    kept = set(segments["from_node"]) | set(segments["to_node"])
    valves = ordered.valves[ordered.valves["segment_id"].isin(segments["segment_id"])]
    return hn.Network(
        nodes[nodes["node_id"].isin(kept)].reset_index(drop=True), segments.reset_index(drop=True), valves
    )


def epanet_outages(network: hn.Network, head_m: float, outs: list[str]) -> float:
    """Return seconds per outage of EPANET through wntr, warm."""
    import wntr

    model = wntr.network.WaterNetworkModel()
    options = model.options.hydraulic
    options.demand_model, options.required_pressure, options.headloss = "PDA", 15.0, "C-M"
    options.inpfile_units = "LPS"
    model.options.time.duration = 0
    nodes = network.nodes.set_index("node_id")
    asked = flow_asked_m3_s(np.nan_to_num(nodes["load_kw"].to_numpy(dtype=float)), "primary")
    for name, kind, demand in zip(nodes.index, nodes["kind"], asked, strict=True):
        if kind == "source":
            model.add_reservoir(name, base_head=head_m)
        else:
            model.add_junction(name, base_demand=demand if kind == "building" else 0.0)
    for resistance, segment in zip(resistances(network), network.segments.itertuples(), strict=True):
        diameter = segment.diameter_mm / 1000.0
        manning = np.sqrt(2.0 * resistance / (10.2936 * segment.length_m) * diameter ** (16.0 / 3.0))
        ends = (segment.from_node, segment.to_node)
        model.add_pipe(segment.segment_id, *ends, length=segment.length_m, diameter=diameter, roughness=manning)

    def ask(out: str) -> None:
        model.get_link(out).initial_status = wntr.network.LinkStatus.Closed
        wntr.sim.EpanetSimulator(model).run_sim(file_prefix="/tmp/heatnet-epanet-benchmark")
        model.get_link(out).initial_status = wntr.network.LinkStatus.Open

    ask(outs[0])
    seconds, _ = timed(lambda: [ask(out) for out in outs[1:]])
    return seconds / (len(outs) - 1)


def public_networks(folder: Path) -> None:
    """Print what all outages of each network of the folder cost, as pairs, with 0.6 of the head that is needed."""
    import wntr

    for path in sorted(folder.glob("*.inp"), key=lambda path: path.stat().st_size):
        model, rng = wntr.network.WaterNetworkModel(str(path)), np.random.default_rng(0)
        names, sources = list(model.node_name_list), set(model.reservoir_name_list)
        kinds = ["source" if n in sources else "building" if rng.random() < 0.7 else "junction" for n in names]
        load = np.where(np.array(kinds) == "building", rng.uniform(20.0, 120.0, len(names)), np.nan)
        rows = [
            (name, *(link.start_node_name, link.end_node_name), getattr(link, "length", 10.0), _wide_mm(link))
            for name, link in model.links()
        ]
        segments = pd.DataFrame(rows, columns=["segment_id", "from_node", "to_node", "length_m", "diameter_mm"])
        network = hn.Network(pd.DataFrame({"node_id": names, "kind": kinds, "load_kw": load}), segments)
        heads = hn.steady_flow(network).sources["head_m"]
        nodes = network.nodes.set_index("node_id")
        nodes.loc[heads.index, "head_m"] = 0.6 * heads
        network = network.replace(nodes=nodes.reset_index())
        seconds, table = timed(lambda network=network: hn.outage_supply(network, isolate="segment"))
        print(f"{path.stem}: {len(table)} rows, {looped_rows(network)} looped, {seconds:.1f} s", end=", ")
        print(f"{seconds / len(table) * 1000.0:.1f} ms each, {int(table['flow_share'].isna().sum())} without an answer")


def _wide_mm(link: Any) -> float:
    return float(2000.0 * getattr(link, "diameter", 0.5))


def looped_rows(network: hn.Network) -> tuple[int, int]:
    """Return how many rows lie on rings, of the primary and of the secondary level."""
    plumbing = intact_of(network.in_id_order).plumbing
    core = (plumbing.ends.parent[plumbing.end_sides] < 0).all(axis=0) & plumbing.in_layer.any(axis=0)
    is_primary = network.in_id_order.is_primary
    return int((core & is_primary).sum()), int((core & ~is_primary).sum())


def main() -> None:
    """Measure and print."""
    if len(sys.argv) == 2:
        public_networks(Path(sys.argv[1]))
        return
    km, stations = (float(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else (1854.0, 83)
    network = make_city(length_km=km, stations=stations).network.in_id_order
    print(network)
    of_primary, of_secondary = looped_rows(network)
    print(f"looped rows: {of_primary} primary, {of_secondary} secondary")
    primary = primary_only(network)
    seconds, work = timed(lambda: OutageWork(primary, "section").answer())
    each_ms = seconds / len(work.cases) * 1000.0
    print(f"primary level alone: {len(work.cases)} cases in {seconds:.2f} s, {each_ms:.2f} ms each")
    if stations <= 200:
        head = float(hn.steady_flow(primary).sources["head_m"].max())
        loss = hn.supply_loss(primary, "segment")["buildings_lost"]
        outs = loss.index[(loss == 0).to_numpy()][: _ASKED * 20 : 20].tolist()
        each = epanet_outages(primary, head, outs)
        print(f"EPANET: {each * 1000:.1f} ms per outage, {each / (seconds / len(work.cases)):.0f} times as long")
    seconds, table = timed(lambda: hn.outage_supply(network))
    unknown = int(table["flow_share"].isna().sum())
    print(f"all {len(table)} outages of both levels: {seconds:.1f} s, {unknown} without an answer")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
