"""Workbooks as offices keep them."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from heatnet.errors import HeatnetError, MissingFileError
from heatnet.interop import raw_table, raw_tables
from heatnet.interop.titles import table_of
from heatnet.schema import FAULTS, NODES, SEGMENTS, TABLES, conformed

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("python_calamine")

SEGMENT_HEADING = ["管段编号", "起点", "终点", "长度(m)", "管径"]


def book(file: Path, sheets: dict[str, list[list[Any]]], change: Any = None) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change:
        change(made)
    made.save(file)
    return file


def test_a_sheet_for_each_table_under_the_names_of_offices(tmp_path: Path) -> None:
    file = book(
        tmp_path / "台账.xlsx",
        {
            "封面": [["热力公司台账"]],
            "热力站": [["站编号", "户数"], ["T1", None]],
            "楼栋": [["楼栋编号", "户数"], ["B1", 48]],
            "管段台账": [SEGMENT_HEADING, ["S1", "T1", "B1", 50, "DN100"]],
            "故障台账2024": [["故障编号", "故障日期", "管段编号"], ["F1", dt.datetime(2024, 12, 3, 8, 20), "S1"]],
        },
    )
    raws = raw_tables(file)
    assert [(raw.name, raw.kind) for raw in raws.tables] == [
        ("nodes", "building"), ("nodes", "station"), ("segments", ""), ("faults", "")
    ]  # fmt: skip
    assert raws.findings["rule"].tolist() == ["sheet_unknown"]
    nodes = conformed(raws.of("nodes"), NODES).table
    assert nodes.set_index("node_id")["kind"].to_dict() == {"B1": "building", "T1": "station"}
    assert str(conformed(raws.of("faults"), FAULTS).table["found_on"][0].date()) == "2024-12-03"


@pytest.mark.parametrize(
    ("title", "table", "kind"),
    [
        ("热源", "nodes", "source"), ("换热站", "nodes", "station"), ("节点", "nodes", ""),
        ("管段台账", "segments", ""),
        ("阀门", "valves", ""), ("走访台账", "visits", ""), ("故障台账", "faults", ""),
        ("工程/检修台账", "works", ""),
        ("掘路计划", "digs", ""), ("补水量", "makeup", ""), ("2024-2025采暖期走访台账", "visits", ""),
        ("1.管段台账", "segments", ""),
        ("участки", "segments", ""), ("котельные", "nodes", "source"), ("Visits", "visits", ""),
        ("buildings", "nodes", "building"),
        ("說明", "", ""), ("Sheet1", "", ""), ("城东片区换热站台账", "nodes", "station"),
    ],
)  # fmt: skip
def test_names_of_sheets(title: str, table: str, kind: str) -> None:
    assert table_of(title) == (table, kind)


def test_a_sheet_of_no_name_is_told_by_its_headings(tmp_path: Path) -> None:
    file = book(tmp_path / "b.xlsx", {"Sheet1": [SEGMENT_HEADING, ["S1", "A", "B", 5, 100]]})
    assert [raw.name for raw in raw_tables(file).tables] == ["segments"]


def test_merged_cells_are_filled_and_hidden_rows_said(tmp_path: Path) -> None:
    rows = [
        ["管段台账（2025年）", None, None, None, None, None],
        ["管段编号", "端点", None, "长度(m)", "管径", "所在道路"],
        [None, "起点", "终点", None, None, None],
        ["S1", "A", "B", 5, "DN100", "迎宾路"],
        ["S2", "B", "C", 6, "DN100", None],
        ["S3", "C", "D", 7, "DN100", "新华路"],
    ]

    def change(made: Any) -> None:
        sheet = made["管段"]
        for area in ("A1:F1", "B2:C2", "A2:A3", "D2:D3", "E2:E3", "F2:F3", "F4:F5"):
            sheet.merge_cells(area)
        sheet.row_dimensions[6].hidden = True

    raws = raw_tables(book(tmp_path / "b.xlsx", {"管段": rows}, change))
    reading = conformed(raws.of("segments"), SEGMENTS)
    assert not reading.problems
    assert reading.table["street"].tolist() == ["迎宾路", "迎宾路", "新华路"]
    assert reading.table["to_node"].tolist() == ["B", "C", "D"]
    assert reading.rows.tolist() == [4, 5, 6]
    hidden = reading.findings.set_index("rule").loc["hidden_rows"]
    assert str(hidden["message"]) == "Sheet 管段 hides 1 row (6), which is read all the same."


def test_a_formula_without_a_value_is_said(tmp_path: Path) -> None:
    rows = [[*SEGMENT_HEADING, "壁厚"], ["S1", "A", "B", 5, 100, "=2+2"], ["S2", "B", "C", 6, 100, 4]]
    reading = conformed(raw_tables(book(tmp_path / "b.xlsx", {"管段": rows})).of("segments"), SEGMENTS)
    assert reading.table["wall_mm"].isna().tolist() == [True, False]
    said = reading.findings.set_index("rule").loc["formula_without_value", "message"]
    assert "1 formula without a value (F2)" in str(said)


@pytest.mark.parametrize("suffix", [".xls", ".et", ".ods"])
def test_old_workbooks_are_refused_with_what_to_do(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"台账{suffix}"
    file.write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(HeatnetError, match=r"save it as \.xlsx"):
        raw_tables(file)
    with pytest.raises(HeatnetError, match=r"save it as \.xlsx"):
        raw_table(file, "visits")


@pytest.mark.parametrize("damage", ["empty", "text", "half", "zip"])
def test_damaged_workbooks_are_refused_by_name(tmp_path: Path, damage: str) -> None:
    import zipfile

    file = book(tmp_path / "b.xlsx", {"管段": [SEGMENT_HEADING, ["S1", "A", "B", 5, 100]]})
    raw = file.read_bytes()
    if damage == "zip":
        with zipfile.ZipFile(file, "w") as package:
            package.writestr("readme.txt", "no workbook")
    else:
        file.write_bytes({"empty": b"", "text": b"segment_id", "half": raw[: len(raw) // 2]}[damage])
    with pytest.raises(HeatnetError, match=r"b\.xlsx"):
        raw_tables(file)


def test_a_table_may_be_a_workbook_among_other_files(tmp_path: Path) -> None:
    book(tmp_path / "segments.xlsx", {"任意": [SEGMENT_HEADING, ["S1", "A", "B", 5, 100]]})
    (tmp_path / "节点.csv").write_bytes("节点编号,类型\nA,热源\nB,楼栋\n".encode("gb18030"))
    raws = raw_tables(tmp_path)
    assert [raw.name for raw in raws.tables] == ["nodes", "segments"]
    assert [file.name for file in raws.files] == ["segments.xlsx", "节点.csv"]


def test_what_stands_in_the_place_of_a_table_and_is_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "visits.csv").symlink_to("gone")
    with pytest.raises(HeatnetError, match=r"visits\.csv, the table of visits, is a link to nothing: gone"):
        raw_tables(tmp_path)
    (tmp_path / "visits.csv").unlink()
    (tmp_path / "visits.csv").mkdir()
    with pytest.raises(HeatnetError, match=r"visits\.csv, the table of visits, is a folder"):
        raw_tables(tmp_path)


def test_a_table_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "nodes.csv").write_text("node_id,kind\n")
    (tmp_path / "nodes.parquet").write_bytes(b"")
    with pytest.raises(HeatnetError, match="twice"):
        raw_tables(tmp_path)


def test_what_is_missing_is_the_usual_error_too(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        raw_tables(tmp_path / "gone")
    with pytest.raises(MissingFileError, match="holds no table of visits"):
        raw_table(tmp_path, "visits")


def test_every_table_has_a_sheet_name_in_every_language() -> None:
    assert all(table_of(name) == (name, "") for name in TABLES)
