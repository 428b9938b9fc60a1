"""Cells are written as one at a time would be: the slow twin leaves quoting to Python's own writer of CSV."""

import csv
import io
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.inventory import cells
from heatnet.inventory.cells import lines_of

NUMBERS = st.one_of(
    st.floats(),
    st.integers(-(2**55), 2**55).map(float),
    st.floats(1e-14, 1e14).map(lambda number: round(number, 3)),
    st.sampled_from([0.0, -0.0, 1e12, 999999999999.7, 1e-11, 9.9e-12, 1e-4, 1e-5, 2.0**53, 1e16, 0.1 + 0.2]),
)


def text_of(table: pd.DataFrame, **how: bool) -> str:
    return b"".join(lines_of(table, **how)).decode()


def slow_number(number: float) -> str:
    """Return the nearest number of twelve digits, by decimals, as Python writes it; whole ones without a point."""
    if math.isnan(number):
        return ""
    if math.isfinite(number) and number != 0:
        power = 11 - math.floor(np.log10(abs(number)))
        if 0 <= power <= 22:
            number = float(np.rint(number * 10.0**power) / 10.0**power)
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)


@given(st.lists(NUMBERS, min_size=1))
def test_numbers_are_those_of_twelve_digits(numbers: list[float]) -> None:
    written = text_of(pd.DataFrame({"one": numbers, "other": 1}))
    assert written.splitlines()[1:] == [f"{slow_number(number)},1" for number in numbers]


@given(st.lists(NUMBERS, min_size=1))
def test_exact_numbers_come_back_as_they_were(numbers: list[float]) -> None:
    written = text_of(pd.DataFrame({"one": numbers, "other": 1}), exact=True)
    back = [float(line.partition(",")[0] or "nan") for line in written.splitlines()[1:]]
    np.testing.assert_array_equal(back, numbers)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00")), min_size=1))
def test_text_is_quoted_as_python_quotes_it(texts: list[str]) -> None:
    safe = cells.safe_text([text.replace("\n", " ") for text in texts])
    asked = io.StringIO()
    writer = csv.writer(asked, lineterminator="\n")
    writer.writerows([["text", "other"], *([text, 1] for text in safe)])
    table = pd.DataFrame({"text": pd.Series(texts, dtype=object), "other": 1})
    assert text_of(table) == asked.getvalue()


def test_columns_of_every_kind_are_the_same_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = 1000
    table = pd.DataFrame(
        {
            "often": np.tile([1.5, np.nan, 0.1 + 0.2, 2.0], rows // 4),
            "never": np.arange(rows) / 7.0,
            "count": np.tile([3, 4], rows // 2),
            "day": pd.to_datetime(np.tile(np.array(["2024-01-02", None], dtype=object), rows // 2)),
            "known": pd.array([True, None] * (rows // 2), dtype="boolean"),
            "whole": pd.array([7, None] * (rows // 2), dtype="Int64"),
            "street": np.tile(np.array(["North, 1", None, 'the "old" one', "=1"], dtype=object), rows // 4),
        },
        index=pd.Index([f"S{row}" for row in range(rows)], name="asset_id"),
    )
    together = text_of(table)
    assert together.splitlines()[:5] == [
        "asset_id,often,never,count,day,known,whole,street",
        'S0,1.5,0,3,2024-01-02,true,7,"North, 1"',
        "S1,,0.142857142857,4,,,,",
        'S2,0.3,0.285714285714,3,2024-01-02,true,7,"the ""old"" one"',
        "S3,2,0.428571428571,4,,,,'=1",
    ]
    monkeypatch.setattr(cells, "ROWS_AT_ONCE", 3)
    assert text_of(table) == together


def test_a_row_of_one_empty_cell_is_no_blank_line() -> None:
    assert text_of(pd.DataFrame({"street": ["", None, "x"]})) == 'street\n""\n""\nx\n'


@given(st.lists(st.one_of(NUMBERS, st.floats(1e-13, 1e-2), st.floats(1e11, 1e13)), min_size=1, max_size=30))
def test_numbers_are_the_same_side_by_side(numbers: list[float]) -> None:
    """Each cell of a column and of its mirror image stands by its neighbours as it does alone."""
    table = pd.DataFrame({"one": numbers, "word": "a", "other": numbers[::-1]})
    texts = [slow_number(number) for number in numbers]
    assert text_of(table).splitlines()[1:] == [
        f"{one},a,{other}" for one, other in zip(texts, texts[::-1], strict=True)
    ]


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-(10**12), 10**12), min_size=1))
def test_whole_numbers_keep_all_their_digits(numbers: list[int]) -> None:
    table = pd.DataFrame({"one": np.array(numbers, dtype=np.int64), "other": 1})
    assert text_of(table).splitlines()[1:] == [f"{number},1" for number in numbers]


@pytest.mark.parametrize("keeps_breaks", [True, False])
def test_text_that_repeats_is_written_as_text_that_does_not(keeps_breaks: bool) -> None:
    words = ["North, 1", None, 'the "old" one', "=1", "two\nlines", "广宁", "lone \ud800", ""]
    often = pd.DataFrame({"word": pd.Series(words * 100, dtype=object), "other": 1})
    lines = text_of(often, keeps_breaks=keeps_breaks)
    once = text_of(often.head(len(words)), keeps_breaks=keeps_breaks)
    heading = "word,other\n"
    assert lines.removeprefix(heading) == once.removeprefix(heading) * 100
    flags = pd.DataFrame(
        {"flag": pd.Series([True, False] * 4, dtype="category"), "small": np.arange(-4, 4, dtype="i1")}
    )
    assert text_of(flags).splitlines()[1:3] == ["true,-4", "false,-3"]
