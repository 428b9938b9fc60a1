"""Random tables, texts and workbooks never give anything but a reading or heatnet's own errors."""

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.errors import HeatnetError
from heatnet.interop import raw_table, raw_tables
from heatnet.schema import TABLES, Reading, conform, conformed

WORDS = [
    "合计", "制表人：王某", "2025年11月3日", "45964", "11/3/2025", "DN200", "Φ219×6", "2×DN200", "1,150",
    "1.150,5", "150米", "约150", "15~17℃", "不热", "正常", "完好", "常闭", "98年", "90年代", "27年",
    "0001-01-01", "9999", "-1", "1e300", "不详", "—", "/", "nan", "=1+1", "'=x", "8:20", "24小时", "一级",
    "供", "热源", "检查井", "№", "½", "①", "😀", "㎡", "万㎡", "inf", "1e-400", "٣", "Ⅷ", "\u200b", "\ufeff",
    "\x00", "\ud7ff",
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(WORDS), st.text(max_size=12), st.integers(-10, 10**9).map(str))
CELLS: st.SearchStrategy[Any] = st.one_of(
    TEXTS, st.none(), st.floats(), st.booleans(), st.datetimes(), st.dates(), st.times(),
    st.timedeltas(), st.binary(max_size=4),
    st.lists(st.integers(), max_size=2), st.decimals(allow_nan=False), st.complex_numbers(),
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn, cells: st.SearchStrategy[Any] = CELLS) -> tuple[str, pd.DataFrame]:
    """A table of the schema with any headings of its own and some others, and any cells."""
    name = draw(st.sampled_from(sorted(TABLES)))
    known = [word for one in TABLES[name].columns for word in (one.name, *one.aliases[:3], *one.opposite[:1])]
    headings_of = st.one_of(st.sampled_from(known), st.sampled_from(known).map(lambda word: f"{word}(km)"), TEXTS)
    headings = draw(st.lists(headings_of, min_size=1, max_size=8))
    rows = draw(st.lists(st.lists(cells, min_size=len(headings), max_size=len(headings)), max_size=6))
    frame = pd.DataFrame(np.empty((len(rows), len(headings)), dtype=object), columns=headings)
    for at, row in enumerate(rows):
        for place, one in enumerate(row):
            frame.iat[at, place] = one
    return name, frame


def checked(reading: Reading, name: str) -> None:
    """A reading accounts for every row and has every column."""
    spec = TABLES[name]
    assert list(reading.table.columns) == [column.name for column in spec.columns]
    assert len(reading.rows) == len(reading.table) == len(reading.hints)
    assert reading.n_rows == len(reading.table) + len(reading.set_aside)
    assert len(reading.rows) == len(set(reading.rows.tolist())) or len(set(reading.understood["file"])) > 1
    numbers = reading.table.select_dtypes("float64").to_numpy()
    assert not np.isinf(numbers).any()


@given(tables())
@settings(max_examples=60)
def test_any_table_is_a_reading(given_table: tuple[str, pd.DataFrame]) -> None:
    name, frame = given_table
    before = frame.copy(deep=True)
    checked(conformed(frame, TABLES[name]), name)
    with contextlib.suppress(HeatnetError):
        conform(frame, TABLES[name])
    pd.testing.assert_frame_equal(frame, before)


@given(
    tables(TEXTS),
    st.sampled_from(["utf-8", "utf-16", "gb18030", "cp1252"]),
    st.sampled_from(",;\t"),
    st.binary(max_size=3),
)
@settings(max_examples=40)
def test_any_text_file_is_a_reading_or_an_error(
    tmp_path_factory: pytest.TempPathFactory,
    given_table: tuple[str, pd.DataFrame],
    encoding: str,
    mark: str,
    noise: bytes,
) -> None:
    name, frame = given_table
    file = tmp_path_factory.getbasetemp() / f"{name}.csv"
    text = io.StringIO()
    frame.to_csv(text, index=False, sep=mark)
    file.write_bytes(text.getvalue().encode(encoding, "replace") + noise)
    with contextlib.suppress(HeatnetError):
        raws = raw_table(file, name)
        checked(conformed(raws, TABLES[name]), name)


@given(
    st.lists(
        tables(st.one_of(TEXTS, st.none(), st.integers(-5, 5), st.floats(allow_nan=False, allow_infinity=False))),
        max_size=3,
    )
)
@settings(max_examples=12)
def test_any_workbook_is_a_reading_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, given_tables: list[tuple[str, pd.DataFrame]]
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    file = tmp_path_factory.getbasetemp() / "any.xlsx"
    book = openpyxl.Workbook()
    for at, (name, frame) in enumerate(given_tables):
        sheet = book.create_sheet(f"{name}{at}" if at % 2 else name[: 20 + at])
        for row in [list(frame.columns), *frame.to_numpy(dtype=object).tolist()]:
            with contextlib.suppress(ValueError):
                sheet.append([_writable(cell) for cell in row])
    book.save(file)
    with contextlib.suppress(HeatnetError):
        raws = raw_tables(file)
        for name in TABLES:
            if raws.of(name):
                checked(conformed(raws.of(name), TABLES[name]), name)


def _writable(cell: Any) -> Any:
    """A cell as openpyxl takes it."""
    if not isinstance(cell, str):
        return cell
    return "".join(letter for letter in cell if letter.isprintable() and letter not in "\x00\ufffe\uffff")


@given(st.binary(max_size=400), st.sampled_from([".csv", ".xlsx", ".parquet"]))
@settings(max_examples=40)
def test_any_bytes_are_a_reading_or_an_error(tmp_path_factory: pytest.TempPathFactory, raw: bytes, suffix: str) -> None:
    file: Path = tmp_path_factory.getbasetemp() / f"works{suffix}"
    file.write_bytes(raw)
    with contextlib.suppress(HeatnetError):
        checked(conformed(raw_table(file, "works"), TABLES["works"]), "works")
