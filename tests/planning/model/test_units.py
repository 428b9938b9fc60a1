"""End nodes as codes, beside the plain way of counting them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.planning.model.units import node_codes

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["p1", "p2", "p3"]),
        st.sampled_from([None, "Main", "Park"]),
        st.sampled_from([None, "a", "b"]),
        st.sampled_from([None, "a", "c"]),
        st.booleans(),
    ),
    max_size=8,
)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(ROWS)
def test_ends_are_shared_inside_a_street_and_unknown_ones_by_the_measures_of_one_asset(
    rows: list[tuple[str, str | None, str | None, str | None, bool]],
) -> None:
    table = pd.DataFrame(rows, columns=["asset_id", "street", "from_node", "to_node", "opens"]).astype(object)
    table = table.where(table.notna(), None)
    is_trench = table["opens"].to_numpy(dtype=bool)
    codes: dict[tuple[str | None, ...], int] = {}
    expected = np.full((2, len(rows)), -1)
    for side in (0, 1):
        for place, (asset, street, *ends, opens) in enumerate(rows):
            if opens:
                key = ("known", street, ends[side]) if ends[side] is not None else ("unknown", asset, str(side))
                expected[side, place] = codes.setdefault(key, len(codes))
    assert np.array_equal(np.stack(node_codes(table, is_trench)), expected)
