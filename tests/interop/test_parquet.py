"""Days in Parquet files: days of every type, whether all of them can be meant or not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from heatnet.interop.parquet import read_parquet
from heatnet.schema import WORKS, conformed

DAYS = [date(1955, 6, 1), None, date(1901, 1, 1), date(2100, 12, 31), date(2024, 2, 29)]
KINDS = ("date32", "date64", "s", "ms", "us", "ns", "tz", "text")


def column(kind: str, days: list[date | None]) -> Any:
    """Return days as a column of a type of Arrow's, late in the evening where it has a time of day."""
    pa: Any = pytest.importorskip("pyarrow")
    times = [None if day is None else datetime(day.year, day.month, day.day, 22, 30) for day in days]
    if kind == "text":
        return pa.array([None if day is None else str(day) for day in days])
    if kind.startswith("date"):
        return pa.array(days, type=getattr(pa, kind)())
    if kind == "tz":
        return pa.array([None if one is None else one.replace(tzinfo=UTC) for one in times], pa.timestamp("us", "UTC"))
    return pa.array(times, type=pa.timestamp(kind))


def written(tmp_path: Path, kind: str, days: list[date | None]) -> Any:
    pa: Any = pytest.importorskip("pyarrow")
    names = [f"W{at}" for at in range(len(days))]
    table = pa.table({"work_id": names, "asset_id": names, "done_on": column(kind, days), "noted": column(kind, days)})
    file = tmp_path / "works.parquet"
    pytest.importorskip("pyarrow.parquet").write_table(table, file)
    return conformed(read_parquet(file, WORKS), WORKS, keep=["noted"])


@pytest.mark.parametrize("kind", KINDS)
def test_days_of_every_type_are_the_days_they_name(tmp_path: Path, kind: str) -> None:
    reading = written(tmp_path, kind, DAYS)
    known = [day for day in DAYS if day is not None]
    assert reading.table["done_on"].tolist() == [pd.Timestamp(day) for day in known]
    assert reading.table["noted"].tolist() == [str(day) for day in known]
    assert reading.set_aside["reason"].tolist() == ["missing_done_on"]


@pytest.mark.parametrize("kind", ["date32", "us", "text"])
def test_days_that_cannot_be_meant_are_told_as_they_are_written(tmp_path: Path, kind: str) -> None:
    reading = written(tmp_path, kind, [date(2024, 2, 29), date(1900, 1, 1), date(9999, 12, 31)])
    assert reading.table["work_id"].tolist() == ["W0"]
    assert reading.set_aside["reason"].tolist() == ["impossible_done_on"] * 2
    assert ["1900-01-01" in str(message) for message in reading.set_aside["message"]] == [True, False]
