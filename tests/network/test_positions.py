"""Ids to positions: all columns together, as one by one."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from heatnet.network import Network
from heatnet.network.positions import Lookups, looked_up, lookup_of, placed_among, positions_in
from heatnet.schema.plain import TEXT_DTYPE

TEXTS = st.lists(st.sampled_from(["A", "B", "C", "D", None]), max_size=8)


def column(texts: list[str | None]) -> "pd.Series[str]":
    return pd.Series(texts, dtype="object")


@given(TEXTS, TEXTS, TEXTS)
def test_ids_told_apart_together_stand_where_each_stands_alone(
    ids: list[str | None], one: list[str | None], other: list[str | None]
) -> None:
    known = pd.Index(ids, dtype="object")
    lookup = lookup_of(known)
    found = placed_among(known, [column(one), column(other)])
    for texts, places in zip((one, other), found, strict=True):
        assert places.tolist() == positions_in(lookup, column(texts)).tolist()


def test_a_column_looked_up_before_is_not_looked_up_again() -> None:
    nodes = pd.DataFrame({"node_id": ["A", "B"]})
    segments = pd.DataFrame({"segment_id": ["S"], "from_node": ["A"], "to_node": ["X"]})
    first = looked_up({"nodes": nodes, "segments": segments})
    assert first.found["segments", "to_node"].tolist() == [-1]
    assert not first.is_all_known(segments, "segments", "to_node")
    again = looked_up({"nodes": nodes, "segments": segments}, Lookups(first.found, lookup_of(pd.Index(["A", "B"]))))
    assert again.found["segments", "from_node"] is first.found["segments", "from_node"]


@given(st.lists(st.sampled_from(["S1", "S2", "T", "B", "H", "S3", None]), max_size=8))
def test_assets_and_nodes_are_found_by_their_letters_as_one_by_one(asked: list[str | None]) -> None:
    nodes = pd.DataFrame({"node_id": ["B", "T", "H"], "kind": ["building", "station", "source"]})
    segments = pd.DataFrame({"segment_id": ["S2", "S1"], "from_node": ["H", "T"], "to_node": ["T", "B"]})
    levels = {"length_m": 50, "diameter_mm": 100, "level": ["primary", "secondary"]}
    network = Network(nodes, segments.assign(**levels))
    of_asset = {"S2": 0, "S1": 1, "T": 2}
    of_node = {"B": 0, "T": 1, "H": 2}
    for texts in (column(asked), pd.Series(asked, dtype=TEXT_DTYPE)):
        assets = [of_asset.get(name or "", -1) for name in asked]
        at_nodes = [of_node.get(name or "", -1) for name in asked]
        assert network.asset_positions(texts).tolist() == assets
        assert network.node_positions(texts).tolist() == at_nodes
        assert [found.tolist() for found in network.assets_named([texts, texts])] == [assets, assets]
        assert [found.tolist() for found in network.nodes_named([texts])] == [at_nodes]
