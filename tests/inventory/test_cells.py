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
    written = "".join(lines_of(pd.DataFrame({"one": numbers, "other": 1})))
    assert written.splitlines()[1:] == [f"{slow_number(number)},1" for number in numbers]


@given(st.lists(NUMBERS, min_size=1))
def test_exact_numbers_come_back_as_they_were(numbers: list[float]) -> None:
    written = "".join(lines_of(pd.DataFrame({"one": numbers, "other": 1}), exact=True))
    back = [float(line.partition(",")[0] or "nan") for line in written.splitlines()[1:]]
    np.testing.assert_array_equal(back, numbers)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00")), min_size=1))
def test_text_is_quoted_as_python_quotes_it(texts: list[str]) -> None:
    safe = cells.safe_text([text.replace("\n", " ") for text in texts])
    asked = io.StringIO()
    writer = csv.writer(asked, lineterminator="\n")
    writer.writerows([["text", "other"], *([text, 1] for text in safe)])
    table = pd.DataFrame({"text": pd.Series(texts, dtype=object), "other": 1})
    assert "".join(lines_of(table)) == asked.getvalue()


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
    together = "".join(lines_of(table))
    assert together.splitlines()[:5] == [
        "asset_id,often,never,count,day,known,whole,street",
        'S0,1.5,0,3,2024-01-02,true,7,"North, 1"',
        "S1,,0.142857142857,4,,,,",
        'S2,0.3,0.285714285714,3,2024-01-02,true,7,"the ""old"" one"',
        "S3,2,0.428571428571,4,,,,'=1",
    ]
    monkeypatch.setattr(cells, "ROWS_AT_ONCE", 3)
    assert "".join(lines_of(table)) == together


def test_a_row_of_one_empty_cell_is_no_blank_line() -> None:
    assert "".join(lines_of(pd.DataFrame({"street": ["", None, "x"]}))) == 'street\n""\n""\nx\n'
