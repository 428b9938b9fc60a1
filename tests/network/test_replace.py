"""What if: a network with other tables in the place of some is the network built anew."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import heatnet as hn
from heatnet.network import Network
from tests.location_oracle import random_network


def assert_equal(one: Network, other: Network) -> None:
    for table in ("nodes", "segments", "valves", "set_aside"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table))
    for array in ("from_node", "to_node", "node_kind", "valve_segment", "valve_end"):
        np.testing.assert_array_equal(getattr(one, array), getattr(other, array))
    pd.testing.assert_frame_equal(hn.supply_loss(one), hn.supply_loss(other))


@settings(max_examples=120)
@given(st.integers(0, 10**6))
def test_replaced_tables_give_the_network_built_anew(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng, n_primary=7, n_secondary=9)
    segments, valves, nodes = network.segments, network.valves, network.nodes
    row = int(rng.integers(len(segments)))
    kind = rng.integers(5)
    if kind == 0:
        segments.loc[row, "diameter_mm"] = 777.0
    elif kind == 1:
        segments = pd.concat([segments, segments.iloc[[row]].assign(segment_id="tie")], ignore_index=True)
    elif kind == 2:
        segments = segments.drop(index=row)
    elif kind == 3:
        segments = segments.sample(frac=1, random_state=rng)
    else:
        valves = valves.assign(is_operable=True)
        nodes = nodes.assign(households=nodes["households"].fillna(3.0))
    changed = network.replace(nodes=nodes, segments=segments, valves=valves)
    assert_equal(changed, Network(nodes, segments, valves))


def test_what_was_unchanged_is_kept_and_the_old_network_stays() -> None:
    network = hn.examples.line()
    segments = network.segments
    segments.loc[0, "street"] = "Low St"
    changed = network.replace(segments=segments)
    assert changed.segments.loc[0, "street"] == "Low St"
    assert pd.isna(network.segments.loc[0, "street"])
    assert_equal(network.replace(), network)


@pytest.mark.parametrize(("column", "cell"), [("length_m", -1.0), ("to_node", "nowhere"), ("length_m", np.nan)])
def test_a_change_that_cannot_be_is_refused_as_in_a_new_network(column: str, cell: object) -> None:
    network = hn.examples.line()
    segments = network.segments
    segments.loc[0, column] = cell
    with pytest.raises(hn.HeatnetError, match=column):
        network.replace(segments=segments)


def test_other_columns_are_read_as_they_are() -> None:
    network = hn.examples.line()
    segments = network.segments.assign(length_m="120 m")
    assert network.replace(segments=segments).length_m.tolist() == [120.0] * network.n_segments
