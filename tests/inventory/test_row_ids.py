"""What rows are called, worded when asked for."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.inventory.row_ids import RowIds
from heatnet.schema.plain import TEXT_DTYPE


def test_rows_are_called_by_their_ids_and_by_their_number_where_one_is_missing() -> None:
    names = RowIds.of(pd.Series(["V1", None, "V3"], index=[7, 8, 9], dtype=TEXT_DTYPE))
    assert list(names) == ["V1", "1", "V3"]
    assert names[np.array([2, 1])].tolist() == ["V3", "1"]
    assert names[np.array([False, True, False])].tolist() == ["1"]
    assert names[np.array([], dtype=np.int64)].tolist() == []


def test_rows_keep_their_names_when_others_are_left_out_or_put_behind_them() -> None:
    names = RowIds.of(["V1", None, "V3"]).only(np.array([False, True, True]))
    both = names.joined(RowIds.of(pd.Index(["W1", None], dtype=object)))
    assert list(both) == ["1", "V3", "W1", "1"]
    assert list(both.only(np.array([True, False, False, True]))) == ["1", "1"]
    assert list(RowIds.of([]).joined(RowIds.of([]))) == []
    assert RowIds.of(names) is names
