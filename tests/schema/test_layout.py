"""Rows that are no records, records that say nothing, ids that are made, households that are numbered."""

import pandas as pd
import pytest

from heatnet.schema import FAULTS, MAKEUP, NODES, SEGMENTS, VISITS, RawTable, conform, conformed

HEADINGS = ["管段编号", "起点", "终点", "长度", "管径"]
SOUND = [["S1", "A", "B", "5", "100"], ["S2", "B", "C", "6", "100"]]


def read(*rows: list[str | None]) -> tuple[list[str], list[str], list[int]]:
    reading = conformed(pd.DataFrame([*SOUND, *rows], columns=HEADINGS), SEGMENTS)
    assert not reading.problems, reading.problems[0].sentence()
    return reading.table["segment_id"].tolist(), reading.set_aside["reason"].tolist(), reading.rows.tolist()


@pytest.mark.parametrize(
    "row",
    [
        ["合计", None, None, "11", None], [None, "合计", None, "11", None], ["合 计", "", "", "11",
        ""],
        ["总计：", None, None, "11", None],
        ["小计", None, None, "11", None], ["Total", None, None, "11", None],
        ["Итого", None, None, "11", None],
        ["共计2条", None, None, "11", None],
    ],
)  # fmt: skip
def test_rows_of_sums_are_set_aside(row: list[str | None]) -> None:
    assert read(row) == (["S1", "S2"], ["total_row"], [0, 1])


@pytest.mark.parametrize(
    "row",
    [
        ["制表人：张某某", None, "审核：李某", None, None],
        ["备注：以上长度为路由长度，不含支线", None, None, None, None],
        ["注：数据截至2025年4月30日。", None, None, None, None], ["Prepared by: the office", None, None, None, None],
        ["Составил: Иванов", None, None, None, None],
    ],
)  # fmt: skip
def test_remarks_and_signatures_are_set_aside(row: list[str | None]) -> None:
    assert read(row) == (["S1", "S2"], ["remark_row"], [0, 1])


def test_blank_rows_and_headings_repeated_are_none() -> None:
    assert read([None] * 5, [" ", "", None, None, "  "]) == (["S1", "S2"], [], [0, 1])
    assert read(HEADINGS) == (["S1", "S2"], ["repeated_heading"], [0, 1])


def test_a_row_with_an_id_alone_is_no_remark_but_an_error() -> None:
    reading = conformed(pd.DataFrame([*SOUND, ["S3", None, None, None, None]], columns=HEADINGS), SEGMENTS)
    assert {problem.what for problem in reading.problems} == {"must not be empty"}


def test_sums_of_make_up_water_are_no_station() -> None:
    water = pd.DataFrame({"换热站": ["T1", "T2", "合计"], "采暖季": "2024-2025", "补水量(吨)": ["5", "6", "11"]})
    assert conform(water, MAKEUP)["makeup_m3"].tolist() == [5.0, 6.0]


def faults(**changes: object) -> pd.DataFrame:
    return pd.DataFrame({"fault_id": ["F1", "F2"], "found_on": "2024-01-02", "asset_id": ["S1", "S2"], **changes})


def test_the_same_record_twice_counts_once_and_another_of_its_id_is_refused() -> None:
    twice = conformed(faults(fault_id="F1", asset_id=["S1", "S1"]), FAULTS)
    assert (len(twice.table), twice.set_aside["reason"].tolist()) == (1, ["duplicate_row"])
    assert "stands more than once" in conformed(faults(fault_id="F1"), FAULTS).problems[0].what


def test_records_without_ids_get_the_running_number_or_the_row() -> None:
    file = {"file": "faults.csv"}
    numbered = conformed(
        RawTable("faults", faults(fault_id=["1", "2"]).rename(columns={"fault_id": "序号"}), **file), FAULTS
    )
    assert numbered.table["fault_id"].tolist() == ["1", "2"]
    assert numbered.findings["rule"].tolist() == ["id_from_serial"]
    rows = conformed(RawTable("faults", faults().drop(columns="fault_id"), **file), FAULTS)
    assert rows.table["fault_id"].tolist() == ["row 2", "row 3"]
    one = conformed(RawTable("faults", faults(fault_id=["F1", None]), **file), FAULTS)
    assert one.table["fault_id"].tolist() == ["F1", "row 3"]
    assert one.findings["rule"].tolist() == ["id_missing"]


def test_sheets_that_number_anew_are_told_apart() -> None:
    parts = [RawTable("faults", faults(), file="book.xlsx", sheet=year) for year in ("2023", "2024")]
    reading = conformed(parts, FAULTS)
    assert reading.table["fault_id"].tolist() == ["2023 F1", "2023 F2", "2024 F1", "2024 F2"]
    assert reading.n_rows == 4


def test_several_sheets_of_nodes_are_one_table() -> None:
    stations = RawTable(
        "nodes", pd.DataFrame({"站编号": ["T1"], "站名": ["北站"]}), file="b.xlsx", sheet="换热站", kind="station"
    )
    houses = RawTable(
        "nodes", pd.DataFrame({"楼栋编号": ["B1"], "户数": ["48"]}), file="b.xlsx", sheet="楼栋", kind="building"
    )
    reading = conformed([stations, houses], NODES)
    assert reading.table[["node_id", "kind"]].to_numpy().tolist() == [["T1", "station"], ["B1", "building"]]
    again = conformed([stations, stations], NODES)
    assert "stands in several sheets (T1)" in again.problems[-1].what


def test_a_kind_that_is_not_understood_is_that_of_its_sheet() -> None:
    cells = pd.DataFrame({"站编号": ["T1", "T2"], "类型": ["间供", "换热站"]})
    reading = conformed(RawTable("nodes", cells, file="b.xlsx", sheet="换热站", kind="station"), NODES)
    assert not reading.problems
    assert reading.table["kind"].tolist() == ["station", "station"]
    assert "cell_guessed" in reading.findings["rule"].tolist()


def test_households_are_numbered_in_the_order_of_the_visits() -> None:
    visits = pd.DataFrame(
        {"visit_id": ["3", "1", "2"], "building_id": "B", "visited_on": "2025-11-03", "is_cold": True,
         "household_id": ["13900000001", "13900000002", "13900000001"]}
    )  # fmt: skip
    table = conform(visits, VISITS)
    assert table["household_id"].tolist() == ["2", "1", "2"]
    shuffled = conform(visits.iloc[[1, 2, 0]], VISITS)
    assert (
        shuffled.set_index("visit_id")["household_id"].to_dict()
        == table.set_index("visit_id")["household_id"].to_dict()
    )
    pd.testing.assert_frame_equal(conform(table, VISITS), table)


@pytest.mark.parametrize("written", ["王小明", "13900000001", "张三家不热", "Wang Xiaoming", "110101199001011234"])
def test_messages_about_visits_show_no_residents_data(written: str) -> None:
    visits = pd.DataFrame(
        {"visit_id": ["1", "2", "3"], "building_id": "B", "visited_on": ["2025-11-03", "2025-11-03", written],
         "is_cold": ["是", "否", "是"], "cause": [written, None, None]}
    )  # fmt: skip
    reading = conformed(visits, VISITS)
    said = " ".join(map(str, reading.findings["message"])) + " ".join(
        problem.sentence() for problem in reading.problems
    )
    assert written not in said


def test_conforming_twice_changes_nothing() -> None:
    reading = conformed(faults(outage_h=["6小时", "约4"], found_on=["2024年1月2日", "45300"]), FAULTS)
    again = conformed(reading.table, FAULTS)
    pd.testing.assert_frame_equal(again.table, reading.table)
    assert again.findings.empty
