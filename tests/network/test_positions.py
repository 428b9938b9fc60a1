"""Ids to positions: all columns together, as one by one."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from heatnet.network.positions import Lookups, looked_up, lookup_of, placed_among, positions_in

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
