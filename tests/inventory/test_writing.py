"""Files appear whole or not at all, and come back as they were."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from heatnet.errors import HeatnetError
from heatnet.inventory import writing
from heatnet.inventory.reading import read_network, read_visits
from heatnet.inventory.staging import whole_folder
from heatnet.inventory.writing import write_csv, write_inventory, write_json


def test_an_inventory_comes_back_as_it_was(tmp_path: Path, fixtures: Path) -> None:
    network = read_network(fixtures / "loop")
    write_inventory({"nodes": network.nodes, "segments": network.segments, "valves": network.valves}, tmp_path / "copy")
    copy = read_network(tmp_path / "copy")
    pd.testing.assert_frame_equal(copy.nodes, network.nodes)
    pd.testing.assert_frame_equal(copy.segments, network.segments)
    pd.testing.assert_frame_equal(copy.valves, network.valves)


@pytest.mark.parametrize(
    "text", ["=1+1", "+49", "-x", "@home", "'=quoted", "''-twice", "＝全角", "plain", "'s Gravenhage"]
)
def test_text_that_looks_like_a_formula_is_marked_and_comes_back(tmp_path: Path, text: str) -> None:
    table = pd.DataFrame({"visit_id": ["1"], "building_id": [text], "visited_on": ["2025-11-01"], "is_cold": [True]})
    write_csv(table, tmp_path / "visits.csv")
    written = (tmp_path / "visits.csv").read_text(encoding="utf-8-sig").splitlines()[1].split(",")[1]
    assert written[0] not in "=+-@＝"
    assert read_visits(tmp_path / "visits.csv")["building_id"].tolist() == [text]


def test_numbers_days_and_truths_are_written_plainly(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "laid_year": [1988.0, None],
            "length_m": [0.1 + 0.2, -5.0],
            "found_on": pd.to_datetime(["2024-01-02", None]),
            "is_open": [True, False],
        }
    )
    write_csv(table, tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_bytes().decode("utf-8-sig") == (
        "laid_year,length_m,found_on,is_open\n1988,0.3,2024-01-02,true\n,-5,,false\n"
    )


def test_household_ids_are_never_written(tmp_path: Path) -> None:
    visits = pd.DataFrame({"visit_id": ["1"], "household_id": ["secret"]})
    write_inventory({"visits": visits}, tmp_path)
    assert "secret" not in (tmp_path / "visits.csv").read_text(encoding="utf-8-sig")


def test_a_failure_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    def write_half() -> None:
        with whole_folder(tmp_path / "out" / "deep") as folder:
            (folder / "a.csv").write_text("half")
            raise HeatnetError("the second file cannot be made")

    with pytest.raises(HeatnetError, match="second file"):
        write_half()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_a_plain_error_and_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "table.csv"
    write_csv(pd.DataFrame({"a": [1]}), file)

    def full(*_: object, **__: object) -> Iterator[bytes]:
        yield b"half a line"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "lines_of", full)
    with pytest.raises(HeatnetError, match="No space left on device"):
        write_csv(pd.DataFrame({"a": [2]}), file)
    assert file.read_text(encoding="utf-8-sig") == "a\n1\n"
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_a_folder_in_the_way_of_results_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(HeatnetError, match="cannot be written to"), whole_folder(tmp_path / "file" / "out"):
        pass


def test_json_is_sorted_and_readable(tmp_path: Path) -> None:
    write_json({"b": 1, "a": "路"}, tmp_path / "run.json")
    text = (tmp_path / "run.json").read_text(encoding="utf-8")
    assert text.index('"a"') < text.index('"b"')
    assert json.loads(text)["a"] == "路"
    assert os.linesep == "\n" or "\r" not in text


def test_a_line_break_within_a_cell_is_a_blank_and_starts_no_formula(tmp_path: Path) -> None:
    table = pd.DataFrame({"street": ["a\r=1+1", "b\r\nc", "d\ne", "\r=2", "plain"], "=x\ry": 1})
    write_csv(table, tmp_path / "table.csv")
    raw = (tmp_path / "table.csv").read_bytes()
    assert raw.decode("utf-8-sig").split("\n") == [
        "street,'=x y",
        "a =1+1,1",
        "b c,1",
        "d e,1",
        "' =2,1",
        "plain,1",
        "",
    ]
    assert b"\r" not in raw


def test_text_that_utf_8_cannot_hold_is_written_readably(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"street": ["a\udcffb"]}, dtype=object), tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text(encoding="utf-8-sig") == "street\na\\udcffb\n"


@pytest.mark.parametrize("name", ["nodes.csv", "visits.parquet", "Segments.CSV"])
def test_an_inventory_is_never_written_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(HeatnetError, match=f"holds an inventory already \\({name}\\)"):
        write_inventory({"nodes": pd.DataFrame({"node_id": ["N"]})}, tmp_path)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [(name, "precious")]


def test_only_what_a_table_has_is_written(tmp_path: Path) -> None:
    faults = pd.DataFrame({"fault_id": ["F"], "phone": ["13900137042"]})
    write_inventory({"faults": faults}, tmp_path)
    assert (tmp_path / "faults.csv").read_text(encoding="utf-8-sig") == "fault_id\nF\n"
    with pytest.raises(HeatnetError, match="phones: no table of an inventory"):
        write_inventory({"phones": faults}, tmp_path / "other")
