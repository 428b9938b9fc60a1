"""What still arrives in every outage: by hand, and beside the slow twin on random networks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import heatnet as hn
from heatnet.hydraulics import heat_shares, outage_supply, steady_flow
from heatnet.hydraulics.asking import building_load_kw
from heatnet.hydraulics.outages import Changes, OutageFlows, OutageWork, outage_flows
from heatnet.hydraulics.supply import Usual, flow_shares_of, heat_shares_of
from tests.hydraulics.test_steady import R_100, network_of, node, row
from tests.hydraulics_oracle import HydraulicTwin, NotSolvedError, hydraulic_networks, is_close

thorough = settings(derandomize=True, deadline=None, max_examples=40)
brief = settings(thorough, max_examples=20)


def twin_mains(**more: float) -> hn.Network:
    nodes = [node("A", "source", head_m=20.0), node("B", "building", load_kw=4190.0, households=100.0)]
    return network_of(nodes, [row("S", "A", "B"), row("T", "A", "B", **more)])


def test_the_main_that_is_left_carries_what_its_head_can() -> None:
    table = outage_supply(twin_mains())
    share = np.sqrt(20.0 / (15.0 + 2 * R_100 * 0.02**2))
    assert table["flow_share"].tolist() == pytest.approx([share, share], rel=1e-6)
    intact = np.sqrt(20.0 / (15.0 + 2 * R_100 * 0.01**2))
    heat = (share / intact) ** 0.4
    assert heat_shares(twin_mains()).of_case(0)[1].tolist() == pytest.approx([heat], rel=1e-6)
    assert table["households_short"].tolist() == ([100.0, 100.0] if heat < 0.85 else [0.0, 0.0])


def test_a_home_is_short_below_the_norm_share_alone() -> None:
    network = twin_mains(diameter_mm=400.0)
    heat = heat_shares(network).of_case(1)[1][0]
    assert outage_supply(network, norm_share=heat - 0.001).loc["T", "households_short"] == 0.0
    assert outage_supply(network, norm_share=heat + 0.001).loc["T", "households_short"] == 100.0


def test_a_tie_is_opened_in_an_outage_and_closed_otherwise() -> None:
    nodes = [node("A", "source", head_m=100.0), node("B", "building", load_kw=419.0, households=10.0)]
    valves = [{"valve_id": "V", "segment_id": "T", "node_id": "A", "is_open": False}]
    network = network_of(nodes, [row("S", "A", "B"), row("T", "A", "B")], valves)
    assert steady_flow(network).segments.loc["T", "flow_m3_h"] == 0.0
    assert outage_supply(network, isolate="segment")["flow_share"].tolist() == pytest.approx([1.0, 1.0])


def test_homes_of_a_dead_station_hang_on_the_one_behind_the_tie() -> None:
    secondary = {"level": "secondary"}
    nodes = [node("A", "source", head_m=60.0)]
    nodes += [node(name, "station", head_m=10.0) for name in ("T", "U")]
    nodes += [node(name, "building", load_kw=200.0, households=40.0) for name in ("B", "C")]
    rows = [row("S", "A", "T"), row("R", "A", "U"), row("X", "T", "B", **secondary), row("Y", "U", "C", **secondary)]
    rows.append(row("Z", "B", "C", length_m=100.0, **secondary))
    valves = [{"valve_id": "V", "segment_id": "Z", "node_id": "B", "is_open": False}]
    network = network_of(nodes, rows, valves)
    twin = HydraulicTwin(network).outage_supply("segment")
    table = outage_supply(network, isolate="segment")
    assert 0.5 < table.loc["S", "flow_share"] < 1.0
    assert table["flow_share"].tolist() == pytest.approx(twin["flow_share"].tolist(), abs=1e-6)
    assert hn.supply_loss(network, "segment").loc["S", "households_lost"] == 0.0


@thorough
@given(hydraulic_networks(), st.sampled_from(["segment", "section"]))
def test_every_outage_is_that_of_the_slow_twin(network: hn.Network, isolate: str) -> None:
    try:
        twin = HydraulicTwin(network).outage_supply(isolate)
    except NotSolvedError:
        assume(False)
    table = outage_supply(network, isolate=isolate)
    assert table.index.tolist() == twin.index.tolist()
    for found, slow in zip(table["flow_share"], twin["flow_share"], strict=True):
        assert is_close(found, slow)
    assert table["buildings_short"].tolist() == twin["buildings_short"].tolist()
    assert table["households_short"].tolist() == pytest.approx(twin["households_short"].tolist())


def pairs_with_heads(network: hn.Network, head_m: float, diameter_mm: float | None = None) -> hn.Network:
    """The same with pairs only and all heads given."""
    segments = network.segments.assign(line="pair")
    if diameter_mm:
        segments["diameter_mm"] = diameter_mm
    return hn.Network(network.nodes.assign(head_m=head_m), segments, network.valves)


@thorough
@given(hydraulic_networks(), st.sampled_from(["segment", "section"]))
def test_where_pipes_are_wide_and_pairs_homes_short_are_those_cut_off(network: hn.Network, isolate: str) -> None:
    wide = pairs_with_heads(network, 60.0, 3000.0)
    loss, supply = hn.supply_loss(wide, isolate), outage_supply(wide, isolate=isolate)
    assert supply["buildings_short"].tolist() == loss["buildings_lost"].tolist()
    assert supply["households_short"].tolist() == pytest.approx(loss["households_lost"].tolist())


def shares_of_all_outages(network: hn.Network) -> np.ndarray:
    """Flow shares of all buildings, intact and in every outage of a row or station, one below the other."""
    ordered = network.in_id_order
    flows = outage_flows(ordered, "segment")
    assume(all(change.is_solved for change in flows.cases))
    outages = [flow_shares_of(flows, change, ordered.building_nodes) for change in flows.cases]
    return np.nan_to_num(np.stack([flows.intact_share[ordered.building_nodes], *outages]))


@brief
@given(hydraulic_networks(), st.floats(0.2, 60.0), st.floats(1.0, 3.0))
def test_more_head_never_lowers_a_share(network: hn.Network, head_m: float, factor: float) -> None:
    lower, higher = (shares_of_all_outages(pairs_with_heads(network, head)) for head in (head_m, factor * head_m))
    assert (higher >= lower - 2e-6).all()


@brief
@given(hydraulic_networks(), st.integers(0, 20), st.floats(0.2, 60.0), st.floats(1.0, 2000.0))
def test_more_load_at_one_building_never_raises_another_s_share(
    network: hn.Network, which: int, head_m: float, more_kw: float
) -> None:
    plain = pairs_with_heads(network, head_m).in_id_order
    buildings = plain.building_nodes
    assume(len(buildings) > 1)
    chosen = which % len(buildings)
    nodes = plain.nodes
    load = building_load_kw(plain)[buildings]  # given alike on both sides: a load that is missing counts by households
    load[chosen] += more_kw
    nodes.loc[buildings, "load_kw"] = load
    heavier = shares_of_all_outages(hn.Network(nodes, plain.segments, plain.valves))
    lighter = shares_of_all_outages(plain)
    others = np.arange(len(buildings)) != chosen
    assert (heavier <= lighter + 2e-6)[:, others].all()


@thorough
@given(hydraulic_networks(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_reaches_no_digit(network: hn.Network, random: object) -> None:
    tables = [network.nodes, network.segments, network.valves]
    mixed = [table.sample(frac=1.0, random_state=random.randrange(10**6)) for table in tables]  # type: ignore[attr-defined]
    one = outage_supply(network)
    two = outage_supply(hn.Network(*(table.reset_index(drop=True) for table in mixed)))
    pd.testing.assert_frame_equal(one, two.loc[one.index], check_exact=True)


def test_blocks_hold_every_case_whole_and_once(fixtures: object) -> None:
    from heatnet.synthetic import make_city

    network = make_city(length_km=12, stations=1, rng=3).network
    shares = heat_shares(network)
    large = list(shares.blocks())
    small = list(shares.blocks(most_entries=10))
    for name in ("case", "node", "heat_share"):
        joined = [np.concatenate([getattr(block, name) for block in blocks]) for blocks in (large, small)]
        np.testing.assert_array_equal(*joined)
    assert len(small) > len(large)
    assert all(len(np.intersect1d(a.case, b.case)) == 0 for a, b in pairwise(small))


@brief
@given(hydraulic_networks())
def test_a_case_that_leaps_ends_where_it_ends_without(network: hn.Network) -> None:
    told = []
    for leaps_first, patient_steps in ((20, 60), (0, 2), (0, 200)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("heatnet.hydraulics.newton._LEAPS_FIRST", leaps_first)
            patch.setattr("heatnet.hydraulics.newton._PATIENT_STEPS", patient_steps)
            told.append(outage_supply(network, isolate="segment")["flow_share"])
    for one, late, never in zip(*told, strict=True):
        assert is_close(one, never)
        assert is_close(late, never)


@brief
@given(hydraulic_networks(), st.sampled_from(["segment", "section"]))
def test_cases_in_a_row_are_those_told_one_by_one(network: hn.Network, isolate: str) -> None:
    try:
        shares = heat_shares(network.in_id_order, isolate)
    except hn.HeatnetError:
        assume(False)
    told = {case: shares.of_case(case) for case in np.flatnonzero(shares.is_solved).tolist()}
    single = [(case, *row) for case, (node, share) in told.items() for row in zip(node, share, strict=True)]
    blocks = [row for block in shares.blocks(3) for row in zip(*block, strict=True)]
    assert blocks == single
    partly = {case for case, (_, share) in told.items() if (share > 0.0).any()}
    assets = [int(asset) for assets, _, _ in shares.outages() for asset in assets]
    assert sorted(assets) == np.flatnonzero(np.isin(shares.asset_case, list(partly))).tolist()


@thorough
@given(hydraulic_networks(), st.sampled_from(["segment", "section"]))
def test_where_all_have_all_nobody_loses_by_others_being_cut_off(network: hn.Network, isolate: str) -> None:
    try:
        work = OutageWork(network.in_id_order, isolate)
    except hn.HeatnetError:
        assume(False)
    for part in [*work.parts.of_level(secondary=False), *work.parts.of_level(secondary=True)]:
        area = work.area(part)
        outs = [work._out(number) for number in range(work.closings.case_units.shape[1])]
        outs = [out for out in outs if out.closes_ends_alone and work.parts.touched(out, work.consumers.node) == part]
        for first, found in area.delivered(outs) if outs else []:
            solved = area._solved(outs[first : first + found.share.shape[1]], area._core_start)
            assert np.array_equal(found.is_joined, solved.is_joined)
            assert np.isnan(solved.share).any() or np.allclose(found.share, solved.share, rtol=0.0, atol=1e-7)


def test_a_home_that_has_less_than_its_heat_as_ever_keeps_that_unless_the_outage_moves_it() -> None:
    buildings, intact = np.array([2, 4, 5]), np.array([1.0, 1.0, 1.0])
    share = np.array([0.5, 1.0, 0.25])
    place = np.array([-1, -1, 0, -1, 1, 2])
    none = np.zeros(0, dtype=np.int64)
    flows = OutageFlows(place, place, none, none, none, none, [])
    usual = Usual(
        flows, buildings, share, intact, heat_shares_of(share, intact), np.array([0, 2]), place, none, np.zeros(1)
    )
    nobody = usual.moved(Changes(None, none, np.zeros(0)))
    moved = usual.moved(Changes(None, np.array([5, 4, 3]), np.array([1.0, 0.0, 0.0])))
    as_ever, alone, mixed = usual.below_one([nobody]), usual.below_one([moved]), usual.below_one([moved, nobody])
    assert [(node.tolist(), heat.tolist()) for node, heat in as_ever] == [([2, 5], [0.5**0.4, 0.25**0.4])]
    assert [(node.tolist(), heat.tolist()) for node, heat in alone] == [([2, 4], [0.5**0.4, 0.0])]
    for (homes, heat), (same_homes, same_heat) in zip(mixed, [*alone, *as_ever], strict=True):
        assert (homes.tolist(), heat.tolist()) == (same_homes.tolist(), same_heat.tolist())
