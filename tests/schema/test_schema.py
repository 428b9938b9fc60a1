"""Tables become what their specification says, or one error names everything that is wrong."""

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import HeatnetError
from heatnet.schema import (
    FAULTS,
    MAKEUP,
    NODES,
    SEGMENTS,
    TABLES,
    VALVES,
    VISITS,
    WORKS,
    conform,
    conformed,
    text_values,
)


def segments(**changes: object) -> pd.DataFrame:
    table = {
        "segment_id": ["S1", "S2"],
        "from_node": ["A", "B"],
        "to_node": ["B", "C"],
        "length_m": [10.0, 20.0],
        "diameter_mm": [100.0, 80.0],
    }
    return pd.DataFrame({**table, **changes})


def test_every_column_of_the_table_is_there_and_defaults_are_filled() -> None:
    table = conform(segments(), SEGMENTS)
    assert list(table.columns) == [column.name for column in SEGMENTS.columns]
    assert table["level"].tolist() == ["primary", "primary"]
    assert table["line"].tolist() == ["pair", "pair"]
    assert table["laid_year"].isna().all()
    assert table["is_flooded"].isna().all()


def test_an_empty_cell_means_the_default() -> None:
    table = conform(segments(level=["", "secondary"]), SEGMENTS)
    assert table["level"].tolist() == ["primary", "secondary"]


def test_columns_that_heatnet_does_not_know_stay_behind_the_known_ones() -> None:
    assert conform(segments(colour=["red", "blue"]), SEGMENTS).columns[-1] == "colour"


def test_the_given_table_is_not_changed() -> None:
    given = segments(level=["", "secondary"])
    before = given.copy(deep=True)
    conform(given, SEGMENTS)
    pd.testing.assert_frame_equal(given, before)


def test_chinese_headings_and_words_are_understood() -> None:
    table = conform(pd.DataFrame({"节点编号": ["甲", "乙"], "类型": ["热源", "换热站"], "户数": ["", "12"]}), NODES)
    assert table["kind"].tolist() == ["source", "station"]
    assert table["households"].tolist()[1] == 12.0


def test_ids_keep_leading_zeros_and_lose_the_point_that_spreadsheets_add() -> None:
    assert conform(segments(segment_id=["007", " 8 "]), SEGMENTS)["segment_id"].tolist() == ["007", "8"]
    assert conform(segments(segment_id=[7.0, 8.0]), SEGMENTS)["segment_id"].tolist() == ["7", "8"]


def test_an_id_that_reads_na_is_an_id() -> None:
    assert conform(segments(segment_id=["NA", "null"]), SEGMENTS)["segment_id"].tolist() == ["NA", "null"]


@pytest.mark.parametrize(
    ("cell", "truth"), [("是", True), ("0", False), (1, True), ("No", False), (np.bool_(True), True)]
)
def test_truths_are_read_in_the_ways_people_write_them(cell: object, truth: bool) -> None:
    valves = pd.DataFrame({"valve_id": ["V"], "segment_id": ["S"], "node_id": ["A"], "is_open": [cell]})
    assert conform(valves, VALVES)["is_open"].tolist() == [truth]


@pytest.mark.parametrize(
    "cell", ["2025-11-03", "2025/11/3", "20251103", "2025-11-03T08:15:00", pd.Timestamp("2025-11-03 9:00"), 45964]
)
def test_dates_are_days(cell: object) -> None:
    works = pd.DataFrame({"work_id": ["W"], "asset_id": ["S"], "done_on": [cell]})
    assert conform(works, WORKS)["done_on"].tolist() == [pd.Timestamp("2025-11-03")]


@pytest.mark.parametrize("cell", ["2025", "03.11.2025", "2025-02-30", "11月3日"])
def test_what_is_no_clear_day_is_refused(cell: object) -> None:
    with pytest.raises(HeatnetError, match="column done_on: must be a date"):
        conform(pd.DataFrame({"work_id": ["W"], "asset_id": ["S"], "done_on": [cell]}), WORKS)


def test_everything_that_is_wrong_is_named_at_once() -> None:
    bad = segments(length_m=["fifty", 0], level=["tertiary", ""], segment_id=["S1", "S1"])
    with pytest.raises(HeatnetError) as caught:
        conform(bad, SEGMENTS, origin="segments.csv")
    message = str(caught.value)
    assert message.startswith("segments.csv cannot be used:")
    assert "column length_m: must be a number above 0, not 'fifty', '0' (2 rows: rows 2, 3; id S1, S1)" in message
    assert "column level: must be one of primary, secondary, not 'tertiary' (1 row: row 2; id S1)" in message
    assert "column segment_id: stands more than once" in message


def test_the_first_five_rows_and_the_count_are_named() -> None:
    bad = pd.DataFrame({"node_id": [f"N{k}" for k in range(7)], "kind": ["bridge"] * 7})
    with pytest.raises(HeatnetError, match=r"\(7 rows: rows 0, 1, 2, 3, 4; id N0, N1, N2, N3, N4, \.\.\.\)"):
        conform(bad, NODES)


def test_missing_columns_are_named() -> None:
    with pytest.raises(HeatnetError, match="column to_node: is missing"):
        conform(segments().drop(columns="to_node"), SEGMENTS)


def test_a_heading_that_stands_twice_is_refused() -> None:
    twice = pd.DataFrame([["A", "source", "B"]], columns=["node_id", "kind", "Node_ID"])
    with pytest.raises(HeatnetError, match="stands twice in the heading"):
        conform(twice, NODES)


def test_what_is_not_a_table_is_refused() -> None:
    with pytest.raises(HeatnetError, match="not a table but list"):
        conform([1, 2], NODES)  # type: ignore[arg-type]


def test_a_truth_is_no_length() -> None:
    with pytest.raises(HeatnetError, match="length_m: must be a number above 0"):
        conform(segments(length_m=[True, True]), SEGMENTS)


def test_infinite_numbers_are_refused() -> None:
    with pytest.raises(HeatnetError, match="diameter_mm"):
        conform(segments(diameter_mm=[np.inf, 80.0]), SEGMENTS)


def test_a_visit_needs_an_answer_or_a_temperature() -> None:
    visits = pd.DataFrame(
        {
            "visit_id": ["1", "2", "3"],
            "building_id": "B",
            "visited_on": "2025-11-03",
            "is_cold": ["", "true", ""],
            "room_temp_c": [17.5, None, None],
        }
    )
    assert conform(visits, VISITS)["visit_id"].tolist() == ["1", "2"]
    reading = conformed(visits, VISITS)
    assert reading.set_aside[["row", "row_id", "reason"]].to_numpy().tolist() == [[2, "3", "no_answer"]]
    assert reading.findings["rule"].tolist() == ["no_answer"]


def test_messages_about_visits_never_show_what_stands_in_the_cells() -> None:
    visits = pd.DataFrame(
        {"visit_id": ["1"], "building_id": "B", "visited_on": "2025-11-03", "is_cold": ["王小明 13900000000"]}
    )
    with pytest.raises(HeatnetError) as caught:
        conform(visits, VISITS)
    assert "王小明" not in str(caught.value)
    assert "13900000000" not in str(caught.value)


def test_a_fault_may_name_no_asset() -> None:
    faults = conform(pd.DataFrame({"fault_id": ["F"], "found_on": ["2024-01-01"], "x_m": [1.0], "y_m": [2.0]}), FAULTS)
    assert faults["asset_id"].isna().all()


def test_make_up_water_is_unique_by_station_and_season() -> None:
    table = pd.DataFrame({"station_id": ["T1", "T1"], "season": [2024, 2024], "makeup_m3": [5, 6]})
    with pytest.raises(HeatnetError, match="station_id and season: stands more than once"):
        conform(table, MAKEUP)


def test_empty_tables_conform() -> None:
    for spec in TABLES.values():
        empty = pd.DataFrame(columns=[column.name for column in spec.columns])
        assert conform(empty, spec).empty


def test_categories_are_read_as_their_words() -> None:
    assert text_values(pd.Series(["a", "b"], dtype="category")).tolist() == ["a", "b"]
