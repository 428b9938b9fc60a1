"""Inventories are read as spreadsheets write them; what cannot be read is named."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from heatnet.errors import HeatnetError, MissingExtraError, MissingFileError
from heatnet.inventory.reading import (
    read_digs,
    read_faults,
    read_inventory,
    read_makeup,
    read_network,
    read_visits,
    read_works,
)

HEADING = "segment_id,from_node,to_node,length_m,diameter_mm\n"
NODES = "node_id,kind\nH,source\nB,building\n"


def inventory(folder: Path, segments: str, encoding: str = "utf-8") -> Path:
    (folder / "nodes.csv").write_text(NODES, encoding="utf-8")
    (folder / "segments.csv").write_bytes(segments.encode(encoding))
    return folder


def test_a_folder_of_csv_is_an_inventory(fixtures: Path) -> None:
    network = read_network(fixtures / "loop")
    assert network.n_segments == 6
    assert len(network.valve_segment) == 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_the_encodings_of_spreadsheets(tmp_path: Path, encoding: str) -> None:
    text = "管段编号,起点,终点,长度,管径,街道\n甲1,H,B,50,100,胜利路\n"
    network = read_network(inventory(tmp_path, text, encoding))
    assert network.segments[["segment_id", "street"]].iloc[0].tolist() == ["甲1", "胜利路"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_commas_semicolons_and_tabs_separate(tmp_path: Path, separator: str) -> None:
    network = read_network(inventory(tmp_path, (HEADING + "S,H,B,50.5,100\n").replace(",", separator)))
    assert network.length_m.tolist() == [50.5]


def test_numbers_are_read_to_the_last_digit(tmp_path: Path) -> None:
    length = 0.1 + 0.2
    assert read_network(inventory(tmp_path, HEADING + f"S,H,B,{length!r},100\n")).length_m.tolist() == [length]


def test_ids_stay_text_even_when_they_look_like_numbers_or_missing(tmp_path: Path) -> None:
    network = read_network(inventory(tmp_path, HEADING + "007,H,B,5,100\nNA,H,B,5,100\n1e5,H,B,5,100\n"))
    assert network.segment_ids.tolist() == ["007", "NA", "1e5"]


def test_the_mark_before_a_formula_is_removed_and_other_apostrophes_stay(tmp_path: Path) -> None:
    text = HEADING.replace("\n", ",street\n") + "S,H,B,5,100,'=1+1\nT,H,B,5,100,'s Gravenhage\nU,H,B,5,100,''-x\n"
    streets = read_network(inventory(tmp_path, text)).segments["street"].tolist()
    assert streets == ["=1+1", "'s Gravenhage", "'-x"]


@pytest.mark.parametrize(
    "name", sorted(path.name for path in (Path(__file__).parents[2] / "fixtures/damaged").iterdir())
)
def test_every_damaged_inventory_is_refused_with_the_name_of_the_file(fixtures: Path, name: str) -> None:
    with pytest.raises(HeatnetError, match=r"nodes\.csv|segments\.csv|valves\.csv|faults\.csv"):
        read_inventory(fixtures / "damaged" / name)


def test_everything_wrong_in_a_file_is_named_at_once(fixtures: Path) -> None:
    with pytest.raises(HeatnetError) as caught:
        read_network(fixtures / "damaged" / "everything_at_once")
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("segments.csv cannot be used:")
    assert [line.split(":")[0] for line in lines[1:]] == [
        "  - column length_m",
        "  - column diameter_mm",
        "  - column segment_id",
        "  - column to_node",
        "  - column to_node",
    ]


def test_a_missing_folder_is_also_the_usual_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such file or folder"):
        read_network(tmp_path / "nowhere")
    with pytest.raises(MissingFileError, match="holds no table of visits"):
        read_visits(tmp_path)


def test_a_file_is_no_inventory_and_other_formats_are_named(tmp_path: Path) -> None:
    (tmp_path / "city.xyz").write_text("x")
    with pytest.raises(HeatnetError, match="is not an inventory"):
        read_network(tmp_path / "city.xyz")
    with pytest.raises(HeatnetError, match=r"not \.xyz"):
        read_visits(tmp_path / "city.xyz")


def test_a_table_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    inventory(tmp_path, HEADING)
    pd.read_csv(tmp_path / "nodes.csv").to_parquet(tmp_path / "nodes.parquet")
    with pytest.raises(HeatnetError, match="twice"):
        read_network(tmp_path)


def test_records_are_read_from_an_inventory_or_from_one_file(tmp_path: Path) -> None:
    inventory(tmp_path, HEADING + "S,H,B,50,100\n")
    (tmp_path / "faults.csv").write_text("fault_id,found_on,asset_id\nF,2024-01-02,S\n")
    (tmp_path / "works.csv").write_text("work_id,asset_id,done_on\nW,S,2024-06-01\n")
    (tmp_path / "digs.csv").write_text("dig_id,street,start_on,end_on\nD,*,2026-06-01,2026-06-30\n")
    (tmp_path / "makeup.csv").write_text("station_id,season,makeup_m3\nT,2024,12\n")
    read = read_inventory(tmp_path)
    assert read.visits is None
    assert read.faults is not None
    assert [file.name for file in read.files] == [
        "digs.csv",
        "faults.csv",
        "makeup.csv",
        "nodes.csv",
        "segments.csv",
        "works.csv",
    ]
    pd.testing.assert_frame_equal(read.faults, read_faults(tmp_path / "faults.csv"))
    assert read_works(tmp_path)["kind"].tolist() == ["renewal"]
    assert read_digs(tmp_path)["is_ban"].tolist() == [False]
    assert read_makeup(tmp_path)["makeup_m3"].tolist() == [12.0]


def test_households_become_running_numbers_when_read(tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    file.write_text(
        "visit_id,building_id,visited_on,is_cold,household_id\n1,B,2025-11-01,true,王家\n2,B,2025-11-02,false,王家\n3,B,2025-11-02,false,\n"
    )
    households = read_visits(file)["household_id"]
    assert households.fillna("").tolist() == ["1", "1", ""]


def test_parquet_is_read_or_the_extra_is_named(tmp_path: Path) -> None:
    file = tmp_path / "faults.parquet"
    if importlib.util.find_spec("pyarrow") is None:
        file.write_bytes(b"PAR1")
        with pytest.raises(MissingExtraError, match=r"heatnet\[parquet\]"):
            read_faults(file)
        return
    pd.DataFrame({"fault_id": ["F"], "found_on": pd.to_datetime(["2024-01-02"]), "asset_id": ["S"]}).to_parquet(file)
    assert read_faults(file)["found_on"].tolist() == [pd.Timestamp("2024-01-02")]
    file.write_bytes(b"no parquet at all")
    with pytest.raises(HeatnetError, match="not a Parquet file"):
        read_faults(file)
