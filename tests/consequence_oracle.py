"""The slow twin of `heatnet.consequence`: one outage, one building and one day at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from heatnet.network import Network
from tests.reachability_oracle import Twin, tables

CONSTANTS = [np.nan, 0.0, 5.0, 20.0, 40.0, 60.5, 200.0]


def slow_cold_hours(network, climate, outage_h, isolate=None, t_start_c=20.0, t_cold_c=18.0, reheat=1.2):
    """Cold household-hours by asset_id; `outage_h` a dict by asset_id."""
    twin, constants = Twin(network), slow_constants(network)
    answers = {}
    for asset in twin.assets:
        answers[asset] = 0.0
        for building in sorted(twin.lost(asset, twin.mode(isolate))):
            hours = 0.0
            for outdoor in climate:
                hours += slow_home(outage_h[asset], constants[building], outdoor, 0.0, (t_start_c, t_cold_c, reheat))
            answers[asset] += twin.households[building] * hours / len(climate)
    return answers


def slow_home(outage_h, cooling_h, t_out, share, temperatures):
    """Hours below t_cold of one home at one outdoor temperature, read off the contract."""
    t_start, t_cold, reheat = temperatures
    if t_out >= t_cold:
        return 0.0
    towards = t_out + share * (t_start - t_out)
    e = math.exp(-outage_h / cooling_h) if cooling_h > 0 else 0.0 if outage_h > 0 else 1.0
    hours = 0.0
    if towards < t_cold:
        hours += max(0.0, outage_h - cooling_h * math.log((t_start - towards) / (t_cold - towards)))
    reached = towards + (t_start - towards) * e
    if reheat is not None and reached < t_cold:
        warm = t_out + reheat * (t_start - t_out)
        hours += cooling_h * math.log((warm - reached) / (warm - t_cold))
    return hours


def slow_reliability(network, rates, climate, outage_h, isolate=None, t_start_c=20.0, t_crit_c=12.0):
    """(availability, warm_prob) by building_id; `rates`, `outage_h` dicts by asset_id."""
    twin, constants = Twin(network), slow_constants(network)
    lost = {asset: twin.lost(asset, twin.mode(isolate)) for asset in twin.assets}
    answers = {}
    for building in twin.buildings:
        off_hours = falls = 0.0
        for asset in twin.assets:
            if building in lost[asset]:
                off_hours += rates[asset] * outage_h[asset]
                constant = constants[building]
                e = math.exp(-outage_h[asset] / constant) if constant > 0 else 0.0
                frost = (t_crit_c - t_start_c * e) / (1 - e)
                falls += rates[asset] * sum(outdoor < frost for outdoor in climate) / len(climate)
        answers[building] = (1 - off_hours / 8760, math.exp(-falls))
    return answers


def slow_constants(network):
    nodes = network.nodes
    return {node: 40.0 if math.isnan(h) else h for node, h in zip(nodes["node_id"], nodes["cooling_h"], strict=True)}


@dataclass(frozen=True)
class Case:
    network: Network
    climate: list[float]
    outage_h: pd.Series
    faults_mean: pd.Series


@st.composite
def cases(draw, max_nodes=10):
    """Random networks with time constants, outage times, rates and a few days of weather."""
    n_nodes = draw(st.integers(2, max_nodes))
    n_segments = draw(st.integers(n_nodes // 2, 2 * n_nodes))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    nodes, segments, valves = tables(rng, n_nodes, n_segments, draw(st.integers(0, n_segments)))
    nodes["cooling_h"] = rng.choice(CONSTANTS, n_nodes) if rng.random() < 0.7 else rng.choice(CONSTANTS)
    network = Network(nodes, segments, valves)
    ids = network.asset_ids
    few = rng.choice([4.0, 8.0, 30.0], len(ids)) if rng.random() < 0.5 else rng.integers(1, 60, len(ids)) / 1.0
    rates = np.where(rng.random(len(ids)) < 0.3, 0.0, rng.random(len(ids)))
    climate = (rng.integers(-400, 250, int(rng.integers(1, 8))) / 10).tolist()
    return Case(network, climate, pd.Series(few, ids), pd.Series(rates, ids))
