"""Ledgers as planning offices have them: each is the clean inventory with one thing written in another way.

What is right stands in fixtures/cases/tables/README.md. Here each table is read by itself; what follows from several
tables together (names for ids, sizes beside coordinates) is tested with the inventory.
"""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from heatnet.interop import raw_tables
from heatnet.schema import TABLES, Reading, conformed, size_problems

CASES = Path(__file__).parents[2] / "fixtures" / "cases" / "tables"


def read(case: str) -> dict[str, Reading]:
    raws = raw_tables(CASES / case)
    return {name: conformed(raws.of(name), spec) for name, spec in TABLES.items() if raws.of(name)}


CLEAN = read("00_clean_gbk")


def differences(case: str) -> dict[tuple[str, str, int], Any]:
    """What a case reads differently from the clean inventory: table, column, row: the cell."""
    found = {}
    for name, reading in read(case).items():
        clean, table = CLEAN[name].table, reading.table
        assert len(clean) == len(table), name
        assert not reading.problems, [problem.sentence() for problem in reading.problems]
        for column in clean.columns:
            same = (clean[column] == table[column]) | (clean[column].isna() & table[column].isna())
            for at in clean.index[~same.fillna(False).astype(bool)]:
                cell = table[column][at]
                found[name, column, int(at)] = None if pd.isna(cell) else cell
    return found


def rules(case: str) -> set[tuple[str, str]]:
    """The findings of a case beyond notes on its encoding."""
    return {
        (row.table, row.rule)
        for reading in read(case).values()
        for row in reading.findings.itertuples()
        if row.rule != "encoding"
    }


def test_the_clean_inventory_gives_notes_only() -> None:
    assert all((reading.findings["severity"] == "note").all() for reading in CLEAN.values())
    assert not any(reading.problems for reading in CLEAN.values())


@pytest.mark.parametrize(
    "case",
    [
        "04_blank_line_row_number",
        "10_date_cn_datetime",
        "10_date_compact",
        "10_date_datetime",
        "10_date_dots",
        "10_date_slash",
        "10_date_slash_time",
        "10_date_year_month_day",
        "20_diameter_DN",
        "20_diameter_dn_space",
        "20_diameter_float",
        "20_diameter_mm",
        "20_diameter_od",
        "30_length_cn_unit",
        "30_length_unit",
        "40_head_length_m",
        "43_head_diameter_mm",
        "46_head_zhongwen_other",
        "50_title_row",
        "52_blank_rows",
        "53_serial_column",
        "60_year_date",
        "60_year_dot",
        "60_year_nian",
        "70_cold_bure",
        "70_cold_bure_heading_shifou",
        "71_temp_unit",
        "73_channel_12345",
        "84_fault_hours_text",
        "90_kind_words",
        "91_level_words",
        "93_valve_words",
        "95_line_words",
        "98_newline_heading",
    ],
)
def test_what_says_the_same_is_read_as_the_same_without_a_word(case: str) -> None:
    assert differences(case) == {}
    assert rules(case) == set()


@pytest.mark.parametrize(
    ("case", "where", "cell"),
    [
        ("20_diameter_phi", ("segments", "wall_mm", 3), 6.0),
        ("30_length_space", ("segments", "length_m", 3), 1150.0),
        ("30_length_thousands", ("segments", "length_m", 3), 1150.0),
        ("43_head_area_wan", ("nodes", "area_m2", 5), 4320.0),
        ("60_year_dash", ("segments", "laid_year", 3), None),
        ("60_year_slash", ("segments", "laid_year", 3), None),
        ("60_year_unknown", ("segments", "laid_year", 3), None),
        ("49_works_headings", ("works", "kind", 0), "cleaning"),
        ("03_all_wrong_at_once", ("segments", "length_m", 3), 1150.0),
    ],
)
def test_what_says_something_else_is_read_so(case: str, where: tuple[str, str, int], cell: Any) -> None:
    assert differences(case) == {where: cell}
    assert rules(case) == set()


@pytest.mark.parametrize(
    ("case", "changed", "finding"),
    [
        ("10_date_excel_serial", {}, ("visits", "cell_guessed")),
        ("30_length_approx", {}, ("segments", "cell_guessed")),
        ("40_head_length_km", {}, ("segments", "cell_guessed")),  # the diameter 0.15 among them is one of metres
        ("60_year_two", {}, ("segments", "cell_guessed")),
        ("71_temp_dabiao", {("visits", "room_temp_c", 0): None}, ("visits", "unreadable_cell")),
        ("74_cause_free", {("visits", "cause", 0): "household"}, ("visits", "cell_guessed")),
        ("83_nodes_lonlat_headings", {}, ("nodes", "not_degrees")),
    ],
)
def test_a_guess_is_made_with_a_finding(case: str, changed: dict[Any, Any], finding: tuple[str, str]) -> None:
    assert differences(case) == changed
    assert rules(case) == {finding}


@pytest.mark.parametrize(
    ("case", "table", "says"),
    [
        ("10_date_month_day_only", "visits", "column visited_on: must be a date with its year"),
        ("10_date_us", "visits", "column visited_on: must be a date whose day and month can be told apart"),
        ("30_length_minus", "segments", "column length_m: must be a number above 0, not '-150' (1 row: row 5"),
        ("30_length_zero", "segments", "column length_m: must be a number above 0, not '0' (1 row: row 5"),
        ("60_year_age", "segments", "an age or a year of two digits), not '27年'"),
    ],
)
def test_what_cannot_be_is_refused_with_the_cell_and_the_row(case: str, table: str, says: str) -> None:
    problems = read(case)[table].problems
    assert len(problems) == 1
    assert says in problems[0].sentence()
    assert problems[0].origin.endswith(f"{table}.csv")


@pytest.mark.parametrize(
    ("case", "reason", "row"), [("51_totals_row", "total_row", 9), ("55_remark_row", "remark_row", 9)]
)
def test_rows_of_the_layout_are_set_aside_with_a_reason(case: str, reason: str, row: int) -> None:
    assert differences(case) == {}
    reading = read(case)["segments"]
    assert reading.set_aside[["row", "reason"]].to_numpy().tolist() == [[row, reason]]
    assert reading.n_rows == 8


def test_states_of_valves_have_headings_of_their_own() -> None:
    assert differences("48_valve_state_headings") == {
        ("valves", "is_operable", 0): False,
        ("valves", "is_open", 1): False,
    }


@pytest.mark.parametrize(
    ("case", "column", "unit"),
    [
        ("41_km_no_coordinates", "length_m", "km"),
        ("41_km_under_plain_heading", "length_m", "km"),
        ("45_load_MW", "load_kw", "MW"),
    ],
)
def test_sizes_that_cannot_be_are_refused_with_the_unit_that_they_look_like(case: str, column: str, unit: str) -> None:
    tables = {name: reading.table for name, reading in read(case).items()}
    problems = size_problems(tables)
    assert [problem.column for problem in problems] == [column]
    assert f"it looks like {unit}" in problems[0].what
    assert not size_problems(tables, units={"segments": {"length_m": "km"}, "nodes": {"load_kw": "MW"}})


@pytest.mark.parametrize("case", ["00_clean_gbk", "40_head_length_km", "43_head_area_wan", "01_workbook"])
def test_sizes_that_can_be_are_not_doubted(case: str) -> None:
    assert not size_problems({name: reading.table for name, reading in read(case).items()})


def test_degrees_become_metres() -> None:
    nodes = read("83_nodes_lonlat")["nodes"]
    place = nodes.table.set_index("node_id")[["x_m", "y_m"]]
    # 0.0070 degrees of longitude at 39.77 degrees north: 0.0070 * 111.32 km * cos(39.77) = 598.9 m
    assert abs(place.loc["HRZ01", "x_m"] - place.loc["RY1", "x_m"]) == pytest.approx(599.8, abs=1.5)
    assert abs(place.loc["HRZ02", "y_m"] - place.loc["HRZ01", "y_m"]) == pytest.approx(0.0036 * 111_034, abs=1.5)
    assert nodes.meridian == 99.0
    assert ("nodes", "degrees") in rules("83_nodes_lonlat")


@pytest.mark.parametrize("case", ["86_makeup_season_text", "86_makeup_thousands"])
def test_make_up_water_of_a_season(case: str) -> None:
    assert read(case)["makeup"].table.to_dict("records") == [
        {"station_id": "HRZ01", "season": 2024.0, "makeup_m3": 1250.0}
    ]


@pytest.mark.parametrize("case", ["05_visit_no_building_id", "75_visit_no_building"])
def test_visits_without_a_building_keep_what_finds_it_and_nothing_of_the_residents(case: str) -> None:
    reading = read(case)["visits"]
    assert reading.hints[["community", "building"]].to_numpy().tolist() == [
        ["朝阳里小区", "1号楼"],
        ["朝阳里小区", "2号楼"],
    ]
    assert reading.table["household_id"].tolist() == ["1", "2"]
    text = reading.table.to_csv() + reading.findings.to_csv() + reading.set_aside.to_csv()
    assert not any(word in text for word in ("张三丰", "13900000001", "2单元", "301", "已排气"))


@pytest.mark.parametrize("case", ["01_workbook", "02_sheets_saved_as_csv"])
def test_a_workbook_in_office_manner_is_read(case: str) -> None:
    read_tables = read(case)
    assert not any(reading.problems for reading in read_tables.values())
    nodes = read_tables["nodes"].table.set_index("node_id")
    assert nodes.loc[["HRZ01", "HRZ02"], "kind"].tolist() == ["station", "station"]
    assert nodes.loc["HRZ01", ["households", "load_kw", "area_m2", "built_year"]].tolist() == [
        108.0,
        550.0,
        9720.0,
        2010.0,
    ]
    segments = read_tables["segments"].table
    assert segments["length_m"].tolist() == [1520.0, 110.0, 430.0, 150.0]
    assert segments["diameter_mm"].tolist() == [500.0, 300.0, 300.0, 200.0]
    assert segments["laying"].tolist() == ["direct_buried", "direct_buried", "duct", "duct"]
    assert read_tables["valves"].table["is_operable"].tolist() == [True, False]
    visits = read_tables["visits"].table
    assert visits["is_cold"].tolist() == [True, False]
    assert visits["room_temp_c"].tolist() == [16.5, 21.0]
    assert visits["visited_on"].tolist() == [pd.Timestamp("2025-11-03"), pd.Timestamp("2025-11-04")]
    faults = read_tables["faults"].table
    assert faults["found_on"].tolist() == [pd.Timestamp("2024-12-03")]
    assert faults["outage_h"].tolist() == pytest.approx([8 + 20 / 60])  # from 8:20 to 16:40
    works = read_tables["works"]
    assert works.table["length_m"].tolist() == [110.0]
    assert works.hints["place"].tolist() == ["迎宾路"]
    layout = [reading.set_aside["reason"].isin(["total_row", "remark_row"]).all() for reading in read_tables.values()]
    assert all(layout)


def test_the_source_of_a_workbook_has_the_kind_of_its_sheet_and_its_name_as_id() -> None:
    nodes = read("01_workbook")["nodes"]
    source = nodes.table.set_index("node_id").loc["城东热电厂"]
    assert [source["kind"], source["built_year"]] == ["source", 2008.0]
    assert "id_from_name" in set(nodes.findings["rule"])
