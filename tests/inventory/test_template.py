"""The empty workbook reads as it is, and once filled in Chinese nothing English is said of it."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

import heatnet as hn
from heatnet.cli import main
from heatnet.errors import HeatnetError
from heatnet.inventory.template import write_template
from heatnet.schema import TABLES

openpyxl = pytest.importorskip("openpyxl")

# Two words in a row that no id, unit, file name or package is made of.
ENGLISH = re.compile(r"\b[A-Za-z]{2,} [a-z]{2,}\b")


HINTS = {"visits": ["community", "building"], "faults": ["place"], "works": ["place"]}


def filled(path: Path, language: str) -> Path:
    """A town of two buildings behind one station, a winter's visits, two faults, a work, a dig and water."""
    write_template(path, language=language)
    book = openpyxl.load_workbook(path)
    is_chinese = language == "zh"

    def word(chinese: Any, english: Any) -> Any:
        return chinese if is_chinese else english

    kinds = dict(
        zip(
            ("source", "station", "building"),
            word(("热源", "热力站", "建筑"), ("source", "station", "building")),
            strict=True,
        )
    )
    rows: dict[str, list[dict[str, Any]]] = {
        "nodes": [
            {"node_id": "R1", "kind": kinds["source"], "x_m": 0, "y_m": 0},
            {"node_id": "T1", "kind": kinds["station"], "x_m": 500, "y_m": 0, "name": "朝阳站", "built_year": 2001},
            {
                "node_id": "B1",
                "kind": kinds["building"],
                "x_m": 600,
                "y_m": 0,
                "households": 40,
                "community": "朝阳里小区",
                "name": "1号楼",
            },
            {
                "node_id": "B2",
                "kind": kinds["building"],
                "x_m": 600,
                "y_m": 100,
                "households": 60,
                "community": "朝阳里小区",
                "name": "2号楼",
            },
        ],
        "segments": [
            {
                "segment_id": "P",
                "from_node": "R1",
                "to_node": "T1",
                "length_m": 500,
                "diameter_mm": 300,
                "laid_year": 1995,
                "street": "迎宾路",
            },
            {
                "segment_id": "S1",
                "from_node": "T1",
                "to_node": "B1",
                "length_m": 100,
                "diameter_mm": 100,
                "laid_year": 1998,
                "level": word("二级", "secondary"),
                "street": "新华路",
            },
            {
                "segment_id": "S2",
                "from_node": "B1",
                "to_node": "B2",
                "length_m": 100,
                "diameter_mm": 80,
                "laid_year": 1998,
                "level": word("二级", "secondary"),
                "street": "新华路",
            },
        ],
        "valves": [{"valve_id": "F1", "segment_id": "P", "node_id": "T1", "is_operable": word("是", "yes")}],
        "visits": [
            {
                "visit_id": f"V{row}",
                "visited_on": f"2025-12-{row + 1:02d}",
                "is_cold": word("是", "yes") if row % 2 else word("否", "no"),
                "room_temp_c": 16 if row % 2 else 21,
                "community": "朝阳里",
                "building": "2#" if row % 2 else "1栋",
            }
            for row in range(8)
        ]
        + [
            {
                "visit_id": "V9",
                "visited_on": "2025-12-20",
                "is_cold": word("是", "yes"),
                "community": "朝阳里",
                "building": "9号楼",
            }
        ],
        "faults": [
            {"fault_id": "G1", "found_on": "2024-12-03", "asset_id": "S1", "outage_h": 6, "repair_h": 8},
            {"fault_id": "G2", "found_on": "2025-01-15", "place": "朝阳里小区2号楼前", "outage_h": 4},
        ],
        "works": [{"work_id": "W1", "asset_id": "P", "done_on": "2023-09-20", "kind": word("维修", "repair")}],
        "digs": [{"dig_id": "D1", "street": "新 华路", "start_on": "2026-05-10", "end_on": "2026-07-20"}],
        "makeup": [{"station_id": "朝阳站", "season": 2024, "makeup_m3": 1250}],
    }
    for place, spec in enumerate(TABLES.values()):
        sheet = book.worksheets[place]
        headings = [str(cell.value) for cell in sheet[2]]
        names = [one.name for one in spec.columns if one.name not in ("household_id", "matched_by", "geometry")]
        names += HINTS.get(spec.name, [])
        assert len(names) == len(headings)
        for row in rows[spec.name]:
            assert set(row) <= set(names), (spec.name, set(row) - set(names))
            sheet.append([row.get(name) for name in names])
    book.save(path)
    return path


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_example_rows_are_not_read_and_every_heading_is_understood(tmp_path: Path, language: str) -> None:
    inventory = hn.read_inventory(filled(tmp_path / "town.xlsx", language))
    assert repr(inventory).startswith("Inventory(Network(4 nodes, 3 segments, 1 stations, 2 buildings, 1 valves")
    assert not inventory.findings["rule"].isin(["heading_unknown", "cell_guessed", "unreadable_cell"]).any()
    assert (inventory.findings["rule"] == "example_row").sum() == len(TABLES)
    used = inventory.accounts["used"].to_dict()
    assert used == {
        "nodes": 4, "segments": 3, "valves": 1, "visits": 8, "faults": 2, "works": 1, "digs": 1, "makeup": 1,
    }  # fmt: skip


def test_both_languages_read_to_the_same_inventory(tmp_path: Path) -> None:
    english, chinese = (hn.read_inventory(filled(tmp_path / f"{one}.xlsx", one)) for one in ("en", "zh"))
    pd.testing.assert_frame_equal(english.network.segments, chinese.network.segments)
    for name in ("visits", "faults", "works", "digs", "makeup"):
        pd.testing.assert_frame_equal(getattr(english, name), getattr(chinese, name))


def test_sheets_left_as_they_are_record_nothing(tmp_path: Path) -> None:
    write_template(tmp_path / "town.xlsx", language="zh")
    with pytest.raises(HeatnetError, match="has no rows"):
        hn.read_inventory(tmp_path / "town.xlsx")
    book = openpyxl.load_workbook(filled(tmp_path / "full.xlsx", "zh"))
    for sheet in book.worksheets[2:]:
        sheet.delete_rows(4, 20)
    book.save(tmp_path / "bare.xlsx")
    inventory = hn.read_inventory(tmp_path / "bare.xlsx")
    assert inventory.faults is None
    assert inventory.visits is None


def test_check_and_plan_of_a_filled_template_speak_chinese_only(tmp_path: Path) -> None:
    town, runner = filled(tmp_path / "town.xlsx", "zh"), CliRunner()
    asked = [
        "--season",
        "2026",
        "--max-km",
        "0.3",
        "--first-day",
        "2026-05-01",
        "--last-day",
        "2026-09-30",
        "--crews",
        "1",
    ]
    checked = runner.invoke(main, ["check", str(town), "--language", "zh"])
    planned = runner.invoke(main, ["plan", str(town), *asked, "--language", "zh", "-o", str(tmp_path / "p")])
    assert checked.exit_code == 1  # one visit names no building
    assert planned.exit_code == 0, planned.output
    said = [*checked.output.splitlines(), *planned.output.splitlines()]
    for file in sorted((tmp_path / "p").glob("*.csv")):
        said += file.read_text(encoding="utf-8-sig").splitlines()[1:]
    for sheet in openpyxl.load_workbook(tmp_path / "p" / "plan.xlsx"):
        cells = (cell for row in sheet.iter_rows() for cell in row if cell.data_type != "f")
        said += [str(cell.value) for cell in cells if cell.value]
    page = (tmp_path / "p" / "report.html").read_text(encoding="utf-8")
    said += re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL).splitlines()
    kept = [re.sub("heatnet (settings|plan --backtest 2)", "", line.replace(str(tmp_path), "")) for line in said]
    assert [line for line in kept if ENGLISH.search(line)] == []


def test_a_template_is_written_over_nothing(tmp_path: Path) -> None:
    write_template(tmp_path / "town.xlsx")
    with pytest.raises(HeatnetError, match="is there already"):
        write_template(tmp_path / "town.xlsx")
    with pytest.raises(HeatnetError, match=r"end in \.xlsx"):
        write_template(tmp_path / "town.csv")
    with pytest.raises(HeatnetError, match="'fr'"):
        write_template(tmp_path / "other.xlsx", language="fr")
