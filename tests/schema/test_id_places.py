"""Ids found by their letters: as a dictionary finds them."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from heatnet.schema.id_places import IdPlaces
from heatnet.schema.plain import TEXT_DTYPE

IS_ARROW = TEXT_DTYPE == "str" and pd.Series(["S"], dtype="str").dtype.storage == "pyarrow"

TEXTS = st.lists(st.text(st.sampled_from("SJ01é-管"), min_size=1, max_size=4), max_size=30)
ASKED = st.lists(st.one_of(st.none(), st.text(st.sampled_from("SJX019é-管"), max_size=5)), max_size=30)


def texts(words: list[str | None]) -> pd.Series:
    return pd.Series(words, dtype=TEXT_DTYPE)


@given(TEXTS, ASKED)
def test_ids_are_found_where_they_stand_and_others_nowhere(ids: list[str], asked: list[str | None]) -> None:
    places = IdPlaces.of(texts(ids))
    if places is None:
        assert not IS_ARROW or not ids or len(set(ids)) < len(ids)
        return
    at = {name: row for row, name in enumerate(ids)}
    assert len(at) == len(ids)
    found = places.find(texts([*asked, *ids]))
    assert found is not None
    assert found.tolist() == [-1 if name is None else at.get(name, -1) for name in [*asked, *ids]]


def test_a_part_of_a_column_and_columns_of_several_pieces_are_found_as_any() -> None:
    ids = pd.concat([texts([f"S{number}" for number in range(70_000)]), texts(["J1", None, "J2"])], ignore_index=True)
    ids = ids[ids.notna()].iloc[69_990:]
    places = IdPlaces.of(ids)
    assert (places is not None) == IS_ARROW
    if places is None:
        return
    assert places.find(ids).tolist() == list(range(12))
    assert places.find(texts(["J2", "S69989", "S69990", "S069990"])).tolist() == [11, -1, 0, -1]


def test_there_is_no_list_for_ids_that_are_missing_stand_twice_or_are_of_many_sorts() -> None:
    assert IdPlaces.of(texts(["S1", None])) is None
    assert IdPlaces.of(texts(["S1", "S2", "S1"])) is None
    assert IdPlaces.of(texts([])) is None
    assert IdPlaces.of(texts(["S" * 25])) is None
    assert IdPlaces.of(texts(["S" * length for length in range(1, 20)])) is None
    letters = "abcdefghijklmnopqrstuvwxyz"
    many = [letters[at % 26] * 3 + letters[at // 26] * 4 for at in range(26 * 26)]
    assert IdPlaces.of(texts(many)) is None


def test_ids_that_are_no_text_are_left_to_others() -> None:
    assert IdPlaces.of(pd.Series([1, 2])) is None
    if IS_ARROW:
        places = IdPlaces.of(texts(["1", "2"]))
        assert places is not None
        assert places.find(pd.Series(["1", "2"], dtype=object)) is None
