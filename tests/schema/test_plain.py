"""Cells of every type as text."""

from typing import Any

import pandas as pd
import pytest

import heatnet as hn
from heatnet.schema.plain import cell_text, distinct, text_values


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (12.0, "12"),
        (2.5, "2.5"),
        (2.0**60, "1.152921504606847e+18"),
        (float("nan"), None),
        (pd.NaT, None),
        (b"S1", "S1"),
        (True, "True"),
    ],
)
def test_a_cell_is_worded_as_people_write_it(cell: Any, text: str | None) -> None:
    assert cell_text(cell) == text


def test_different_texts_are_listed_once_and_empty_ones_have_no_place() -> None:
    codes, texts = distinct(pd.Series(["b", " a", None, "a ", "", "b"], dtype=object))
    assert (codes.tolist(), texts) == ([0, 1, -1, 1, -1, 0], ["b", "a"])


def test_halves_of_letters_are_joined_or_marked_as_unreadable() -> None:
    halves = pd.Series(["\ud83d\ude00", "a\ud800", "b"], dtype=object)
    assert text_values(halves).tolist() == ["\U0001f600", "a\ufffd", "b"]


def test_two_ids_that_are_told_apart_by_halves_of_letters_alone_are_refused() -> None:
    nodes = pd.DataFrame({"node_id": pd.Series(["a\ud800", "a\ud801"], dtype=object), "kind": ["source", "building"]})
    pipe = {"segment_id": ["P"], "from_node": ["a\ufffd"], "to_node": ["b"], "length_m": [10.0], "diameter_mm": [100.0]}
    with pytest.raises(hn.HeatnetError, match="node_id"):
        hn.Network(nodes, pd.DataFrame(pipe))


def test_a_heading_that_holds_half_a_letter_is_carried_along_with_the_half_marked() -> None:
    nodes = pd.DataFrame([["S", "source", 1], ["B", "building", 2]])
    nodes.columns = pd.Index(["node_id", "kind", "n\ud800"], dtype=object)
    pipe = {"segment_id": ["P"], "from_node": "S", "to_node": "B", "length_m": 10.0, "diameter_mm": 100.0}
    assert hn.Network(nodes, pd.DataFrame(pipe)).nodes["n\ufffd"].tolist() == [1, 2]
