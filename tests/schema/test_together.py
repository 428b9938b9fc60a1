"""Cells read many at once: as one by one."""

from __future__ import annotations

from datetime import date

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from heatnet.schema import SEGMENTS
from heatnet.schema.cells import READERS, Meant
from heatnet.schema.days import days_of, iso_days
from heatnet.schema.folding import folded_cell, folded_together
from heatnet.schema.plain import TEXT_DTYPE
from heatnet.schema.vocabulary import is_unknown, unknown_among

DAYS = st.one_of(
    st.dates(date(1890, 1, 1), date(2110, 12, 31)).map(str),
    st.sampled_from(
        ["2025-02-30", "2025-13-01", "0000-00-00", "9999-12-31", "2025/11/03", "２０２５-11-03", "2025-1-03"]
    ),
)


@given(st.lists(DAYS, max_size=5))
def test_days_written_in_one_way_are_read_together_as_one_by_one(cells: list[str]) -> None:
    together = iso_days(cells)
    if together is None:
        return
    one_by_one = days_of(cells)
    assert not any(day.how for day in one_by_one)
    assert [str(day.day) for day in one_by_one] == together.astype("datetime64[D]").astype(str).tolist()


def test_plain_days_are_read_together() -> None:
    together = iso_days(["1901-01-01", "2024-02-29", "2100-12-31"])
    assert together is not None
    assert together.astype(str).tolist() == ["1901-01-01T00:00:00", "2024-02-29T00:00:00", "2100-12-31T00:00:00"]
    for doubtful in ([], ["1900-12-31"], ["2101-01-01"], ["2023-02-29"], ["2024-02-29", "20240229"]):
        assert iso_days(doubtful) is None


@given(st.lists(st.text(st.sampled_from("aＡ１㎡ \t\n—不詳N/A\x00\x1fß\u0301e한ᄒ"), max_size=6), max_size=6))
def test_texts_are_folded_together_as_one_by_one(texts: list[str]) -> None:
    assert folded_together(texts) == [folded_cell(text) for text in texts]
    assert unknown_among(texts) == [at for at, text in enumerate(texts) if is_unknown(text)]


@given(
    st.lists(
        st.one_of(st.none(), st.sampled_from(["Elm", " Elm", "", "不详", "—", "None", "steel", "pair"])), max_size=6
    )
)
def test_text_is_the_same_whether_its_cells_are_kept_or_taken_anew(cells: list[str | None]) -> None:
    kept, anew = pd.Series(cells, dtype=TEXT_DTYPE), pd.Series(cells, dtype=object)
    columns = [SEGMENTS.column("street"), SEGMENTS.column("line"), SEGMENTS.column("material")]
    for column in columns:
        meant = Meant("segments", column)
        one, other = (READERS[column.type](values, meant) for values in (kept, anew))
        pd.testing.assert_series_equal(pd.Series(one.values), pd.Series(other.values))
        assert (one.how is None) == (other.how is None)
        assert one.how is None or one.how.tolist() == other.how.tolist()
