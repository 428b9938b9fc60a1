"""Two mains at once: beside the network with one of both taken away."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings

import heatnet as hn
from heatnet.errors import HeatnetError
from heatnet.hydraulics import outage_supply
from tests.hydraulics.test_steady import network_of, node, row
from tests.hydraulics_oracle import HydraulicTwin, NotSolvedError, hydraulic_networks
from tests.reachability_oracle import Out


def three_mains() -> hn.Network:
    nodes = [node("A", "source", head_m=40.0), node("B", "building", load_kw=4190.0, households=100.0)]
    return network_of(nodes, [row(name, "A", "B") for name in "STU"])


def test_of_three_mains_one_may_be_out_but_not_two() -> None:
    network = three_mains()
    assert outage_supply(network, isolate="segment")["households_short"].tolist() == [0.0, 0.0, 0.0]
    assert hn.critical_pairs(network).empty  # one main is left: nobody is cut off
    worst = hn.critical_pairs(network, capacity=True)
    assert worst[["segment_id", "other_segment_id"]].to_numpy().tolist() == [["S", "T"], ["S", "U"], ["T", "U"]]
    assert worst["extra_households"].tolist() == worst["households_short"].tolist() == [100.0] * 3
    alone = hn.steady_flow(network.replace(segments=network.segments.iloc[:1])).nodes.loc["B", "flow_share"]
    assert worst["flow_share"].tolist() == pytest.approx([alone] * 3, abs=1e-6)
    assert len(hn.critical_pairs(network, 2, capacity=True)) == 2
    assert len(hn.critical_pairs(network, capacity=True, most=2)) == 1


def test_rows_in_series_stand_for_one_another() -> None:
    nodes = [node("A", "source", head_m=40.0), node("J", "junction")]
    nodes.append(node("B", "building", load_kw=4190.0, households=100.0))
    rows = [row("S", "A", "J", length_m=500.0), row("S2", "J", "B", length_m=500.0)]
    worst = hn.critical_pairs(network_of(nodes, [*rows, row("T", "A", "B"), row("U", "A", "B")]), capacity=True)
    assert worst["segment_id"].tolist() == ["S", "S", "T"]


def test_pairs_of_none_are_refused() -> None:
    with pytest.raises(HeatnetError, match="most 2 or more"):
        hn.critical_pairs(three_mains(), capacity=True, most=1)


@settings(derandomize=True, deadline=None, max_examples=15)
@given(hydraulic_networks(max_nodes=7))
def test_each_pair_is_that_of_the_slow_twin(network: hn.Network) -> None:
    worst = hn.critical_pairs(network, capacity=True)
    assume(len(worst))
    try:
        twin = HydraulicTwin(network)
        for line in worst.head(5).to_dict("records"):
            one, other = line["segment_id"], line["other_segment_id"]
            of_one, of_other, of_both = (short_of(twin, names) for names in ([one], [other], [one, other]))
            assert line["buildings_short"] == len(of_both)
            assert line["extra_buildings"] == len(of_both) - len(of_one) - len(of_other)
    except NotSolvedError:
        assume(False)


def short_of(twin: HydraulicTwin, names: list[str]) -> set[str]:
    """Buildings with flow when intact that are cut off or short with these rows out."""
    out = Out(pipes={(name, layer) for name in names for layer in twin.plain.layers_of(name)})
    shares, served = twin.shares(out), twin.plain.served(out)
    with_flow = {b for b in twin.plain.intact if twin.intact[b] > 0.0}
    return {b for b in with_flow if b not in served or twin.heat_share(shares[b], twin.intact[b]) < 0.85}
