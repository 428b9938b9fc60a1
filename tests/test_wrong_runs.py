"""Runs that once left torn or mixed files, or more than they should of residents; all data in them are invented."""

import hashlib
import multiprocessing
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

import heatnet as hn
from heatnet.cli import main
from heatnet.inventory.writing import write_csv
from heatnet.report.outputs import mixed_files

CASES = Path(__file__).parents[1] / "fixtures" / "cases" / "wrong"


def planned(inventory: Path, folder: Path, km: float) -> Any:
    words = ["plan", str(inventory), "--season", "2026", "-o", str(folder), "--max-km", str(km)]
    return CliRunner().invoke(main, words)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_where_a_workbook_is_open_elsewhere_no_file_of_the_plan_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openpyxl", reason="the extra excel is not installed: no plan.xlsx is written")
    assert planned(CASES / "07_locked_plan", tmp_path / "out", 0.3).exit_code == 0
    before = contents(tmp_path / "out")
    move = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if Path(target).name == "plan.xlsx" and self.parent.name != ".old":
            raise PermissionError(13, "Permission denied")
        return move(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        refused = planned(CASES / "07_locked_plan", tmp_path / "out", 0.1)
    assert (refused.exit_code, contents(tmp_path / "out") == before) == (2, True)
    assert "plan.xlsx" in refused.stderr
    assert "nothing in its folder was changed" in refused.stderr


def write_often(file: Path, tag: str, start: Any) -> None:
    table = pd.DataFrame({"asset_id": [f"{tag}{number}" for number in range(3000)], "worth": 1.25})
    start.wait()
    for _ in range(10):
        write_csv(table, file)


def test_two_processes_that_write_one_file_never_tear_it(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn")
    file, start, torn = tmp_path / "ranking.csv", process.Barrier(3), 0
    runs = [process.Process(target=write_often, args=(file, tag, start)) for tag in ("A", "ZZZ")]
    for run in runs:
        run.start()
    start.wait()
    while any(run.is_alive() for run in runs):
        if file.exists():
            lines = file.read_bytes().splitlines()
            torn += len(lines) != 3001 or len({line[:1] for line in lines[1:]}) != 1
    assert ([run.exitcode for run in runs], torn) == ([0, 0], 0)
    assert [path.name for path in tmp_path.iterdir()] == ["ranking.csv"]


def test_a_link_that_waits_for_a_beginning_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("precious")
    (tmp_path / ".v.csv.part").symlink_to(tmp_path / "victim")
    file = tmp_path / "v.csv"
    done = CliRunner().invoke(main, ["rank", str(CASES / "45_planted_part_link"), "--season", "2026", "-o", str(file)])
    assert done.exit_code == 0, done.output
    assert ((tmp_path / "victim").read_text(), file.is_symlink()) == ("precious", False)
    assert "asset_id" in file.read_text(encoding="utf-8-sig").splitlines()[0]


def hashes(text: str) -> set[str]:
    """Return what a telephone number would look like as any of the usual hashes."""
    raw = text.encode()
    made = [hashlib.new(name, raw) for name in ("md5", "sha1", "sha256", "sha512", "blake2b", "blake2s")]
    return {one.hexdigest() for one in made} | {hashlib.blake2b(raw, digest_size=8).hexdigest()}


def test_a_household_is_a_running_number_and_no_trace_of_its_telephone(tmp_path: Path) -> None:
    numbers = ["13900137042", "13900137041", "13900137042"]
    visits = pd.DataFrame(
        {
            "visit_id": ["1", "2", "3"],
            "building_id": "B",
            "visited_on": ["2025-11-01", "2025-11-02", "2025-12-01"],
            "is_cold": "false",
            "household_id": numbers,
        }
    )
    visits.to_csv(tmp_path / "visits.csv", index=False)
    for read in (hn.read_visits(tmp_path / "visits.csv"), hn.clean_visits(visits, network_of_one_home())):
        households = read.sort_values("visit_id")["household_id"].astype(str).tolist()
        assert households[0] == households[2] != households[1]
        assert not set(households) & set(numbers).union(*map(hashes, numbers))
        assert all(household.isdigit() and int(household) < 3 for household in households)


def network_of_one_home() -> hn.Network:
    nodes = pd.DataFrame({"node_id": ["S", "B"], "kind": ["source", "building"]})
    pipe = {"segment_id": ["P"], "from_node": "S", "to_node": "B", "length_m": 10.0, "diameter_mm": 100.0}
    return hn.Network(nodes, pd.DataFrame(pipe))


def damaged_parquet() -> dict[str, Any]:
    """Return tables of make-up water that Parquet can hold and nobody can use."""
    arrow = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    sound = {"station_id": ["T"], "season": [2025], "makeup_m3": [5.0]}
    no_text = arrow.Array.from_buffers(
        arrow.string(), 1, [None, arrow.py_buffer(b"\x00\x00\x00\x00\x02\x00\x00\x00"), arrow.py_buffer(b"\xb1\xff")]
    )
    far = arrow.array([6 * 10**13], arrow.timestamp("s"))
    return {
        "bytes that are no text": arrow.table(dict(sound, station_id=no_text)),
        "a season far away": arrow.table(dict(sound, season=far)),
        "an id far away": arrow.table(dict(sound, station_id=far)),
    }


@pytest.mark.parametrize("damage", ["bytes that are no text", "a season far away", "an id far away"])
def test_damaged_parquet_is_refused_by_the_name_of_the_file(tmp_path: Path, damage: str) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")
    parquet.write_table(damaged_parquet()[damage], tmp_path / "makeup.parquet")
    with pytest.raises(hn.HeatnetError, match=r"makeup\.parquet"):
        hn.read_makeup(tmp_path / "makeup.parquet")


@pytest.mark.parametrize("metadata", [b"{}", b'{"columns":[]}'])
def test_damaged_notes_in_parquet_are_refused_by_the_name_of_the_file(tmp_path: Path, metadata: bytes) -> None:
    arrow = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = arrow.table({"station_id": ["T"], "season": [2025], "makeup_m3": [5.0]})
    parquet.write_table(table.replace_schema_metadata({b"pandas": metadata}), tmp_path / "makeup.parquet")
    with pytest.raises(hn.HeatnetError, match=r"makeup\.parquet"):
        hn.read_makeup(tmp_path / "makeup.parquet")


KILLED = """
import os, pathlib, signal
from heatnet.cli import main
move, home = pathlib.Path.replace, pathlib.Path({folder!r})
def replace(self, target):
    move(self, target)
    if target == home / "cures.csv":
        os.kill(os.getpid(), signal.SIGKILL)
pathlib.Path.replace = replace
main(["plan", {inventory!r}, "--season", "2026", "-o", {folder!r}, "--max-km", "0.15"])
"""


def test_a_folder_mixed_by_a_kill_is_told_and_the_next_run_mends_it(tmp_path: Path) -> None:
    inventory, folder = tmp_path / "inventory", tmp_path / "p"
    shutil.copytree(CASES / "51_killed_between_renames", inventory)
    (inventory / "settings.toml").write_text("[prices]\njob_cost = 0.0\n")  # else no trench of this network pays
    assert planned(inventory, folder, 0.05).exit_code == 0
    old = contents(folder)
    code = KILLED.format(inventory=str(inventory), folder=str(folder))
    killed = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    changed = [name for name, raw in old.items() if (folder / name).read_bytes() != raw]
    assert changed == mixed_files(folder) == ["cures.csv"]
    next_run = planned(inventory, folder, 0.15)
    assert next_run.exit_code == 0
    assert "cures.csv" in next_run.stderr
    assert mixed_files(folder) == []
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
