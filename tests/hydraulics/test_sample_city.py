"""The sample city's pipes are as wide as what flows in them."""

from __future__ import annotations

import numpy as np

from heatnet.hydraulics import steady_flow
from heatnet.synthetic import make_city


def test_mains_of_the_sample_city_run_at_ordinary_velocities_with_ordinary_pumps() -> None:
    network = make_city(length_km=300, stations=14, rng=2).network
    flow = steady_flow(network)
    velocity = flow.segments["velocity_m_s"].to_numpy()
    mains = network.is_primary & (network.diameter_mm >= 350.0)
    length = network.length_m[mains]
    ordinary = (velocity[mains] > 0.5) & (velocity[mains] < 2.0)
    assert length[ordinary].sum() / length.sum() > 0.6  # the others are there for the day on which one is out
    assert velocity.max() < 2.5
    plants = flow.sources["head_m"][network.node_ids[network.source_nodes]]
    assert plants.max() / 1.1 - 15.0 < 120.0
    assert flow.nodes["flow_share"].min() == 1.0
    assert np.isfinite(flow.nodes.loc[network.node_ids[network.building_nodes], "head_m"]).all()
    assert not flow.findings["rule"].isin(["fast_pipe", "high_head", "weak_end"]).any()
