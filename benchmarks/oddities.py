"""Values that no table should hold and no function should be given: what the damaged cases are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

# fmt: off
ODD_TEXTS = (
    "", " ", "\t", "\n", "\r", "\x00", "'", '"', '""', "''", ",", ";", "=1+1", "'=1+1", "-", "--", "nan", "NaN",
    "None", "null", "N/A", "unknown", "不详", "无", "是", "否", "true", "TRUE", "yes", "1", "0", "-0", "-1",
    "1e308", "1e999", "-1e308", "9" * 20, "9" * 400, "0.1", "1,5", "1.234,5", "1 000", "１２", "½", "0x10", "1_000",
    "∞", "inf", "9999", "0000", "1.0", "102.0", "12 km", "DN200", "3米", "5 MW", "80℃", "万㎡",
    "2025-02-30", "2025-13-01", "0001-01-01", "9999-12-31", "10000-01-01", "2025/1/2", "20250102", "45000",
    "2025-01-02T03:04:05Z", "24:00", "2025-01-02 25:00", "1.2.2025", "Jan 5", "now", "today", "-2025-01-01",
    "２０２５-１１-０１", "S1", "N1", "B1", "source", "*", "路" * 300, "\ufeff", "\u202e", "\ufffd", "a" * 40_000,
)
ODD_BYTES = (
    b"\x00", b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xb1\xff", b"\r", b"\r\n", b"\n",
    b'"', b",", b";", b"\t", b"'", b"=",
)
ODD_CELLS: tuple[Any, ...] = (
    None, np.nan, np.inf, -np.inf, pd.NA, pd.NaT, True, False, 0, -1, 1e308, -1e308, 5e-324, 10**30, 2**63, 9999,
    np.float32(1.5), np.int8(3), np.bool_(True), 1 + 2j, b"bytes", bytearray(b"x"), [], [1, 2], {}, {"a": 1}, set(), (),
    object, np.array([1, 2]), np.array([]), pd.Series([1, 2]),
    pd.Timestamp("2025-11-01"), pd.Timestamp("2025-11-01", tz="Asia/Shanghai"), pd.Timestamp.min, pd.Timestamp.max,
    np.datetime64("9999-12-31"), np.datetime64("NaT", "D"), pd.Timedelta(1), pd.Period("2025-11"), pd.Interval(0, 1),
    pd.Timestamp("2025-11-01").date(), pd.Timestamp("2025-11-01").time(), Path("x"), len, float, "\ud800",
)
ODD_TYPES = (
    "category", "string", "float64", "Int64", "boolean", "bool", "datetime64[ns]", "datetime64[s, UTC]", "object",
)
ODD_HEADINGS = ("", "地址", "Unnamed: 0", " ID ", "length(m)")
# fmt: on
