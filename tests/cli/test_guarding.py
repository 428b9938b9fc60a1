"""A command does no harm: nothing it writes replaces an inventory, and what cannot be used is one plain sentence."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from heatnet.cli import main


def run(*words: object) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    assert "Traceback" not in result.output
    return result


def program(*words: object, **options: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", "from heatnet.cli import main; main()", *map(str, words)]
    return subprocess.run(command, check=False, text=True, **options)  # type: ignore[call-overload]


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


@pytest.fixture
def inventory(tmp_path: Path, fixtures: Path) -> Path:
    shutil.copytree(fixtures / "tree", tmp_path / "inv")
    (tmp_path / "inv" / "faults.csv").write_text("fault_id,found_on,asset_id\n")
    return tmp_path / "inv"


@pytest.mark.parametrize("table", ["nodes.csv", "segments.csv", "faults.csv"])
@pytest.mark.parametrize("command", [["check"], ["rank", "--season", "2026"]])
def test_nothing_that_is_written_replaces_its_own_input(inventory: Path, command: list[str], table: str) -> None:
    before = contents(inventory)
    os.link(inventory / table, inventory.parent / "same.csv")
    (inventory.parent / "link").symlink_to(inventory)
    for output in (inventory / table, inventory.parent / "same.csv", inventory.parent / "link" / table):
        result = run(command[0], inventory, *command[1:], "-o", output)
        assert result.exit_code == 2
        assert f"{output} is a table of an inventory and is not written over" in result.stderr
    assert contents(inventory) == before


def test_another_inventory_is_not_written_over_either(inventory: Path, tmp_path: Path, fixtures: Path) -> None:
    before = contents(inventory)
    assert run("check", fixtures / "tree", "-o", inventory / "nodes.csv").exit_code == 2
    assert run("rank", fixtures / "tree", "--season", 2026, "-o", inventory / "nodes.csv").exit_code == 2
    assert contents(inventory) == before


def test_a_plan_is_not_laid_over_the_workbook_it_comes_from(tmp_path: Path, fixtures: Path) -> None:
    pytest.importorskip("openpyxl")
    assert run("convert", fixtures / "tree", "-o", tmp_path / "plan.xlsx").exit_code == 0
    before = contents(tmp_path)
    result = run("plan", tmp_path / "plan.xlsx", "--season", 2026, "--max-km", 1, "-o", tmp_path)
    assert (result.exit_code, "plan.xlsx: read by this run" in result.stderr) == (2, True)
    for other in (fixtures / "tree", tmp_path / "plan.xlsx"):
        assert run("rank", other, "--season", 2026, "-o", tmp_path / "plan.xlsx").exit_code == 2
    assert contents(tmp_path) == before


def test_the_sample_city_is_not_written_over_an_inventory(inventory: Path) -> None:
    before = contents(inventory)
    result = run("demo", inventory, "--km", 3, "--stations", 1)
    assert result.exit_code == 2
    assert "holds an inventory already (faults.csv, nodes.csv, segments.csv)" in result.stderr
    assert contents(inventory) == before


@pytest.mark.parametrize(
    "words",
    [
        ["rank", "INV", "--season", "2026", "-o", ""],
        ["rank", "INV", "--season", "2026", "-o", "."],
        ["rank", "INV", "--season", "2026", "-o", "INV/"],
        ["rank", "INV", "--season", "2026", "-o", "/dev/null"],
        ["rank", "INV", "--season", "2026", "-o", "x" * 300],
        ["rank", "INV", "--season", "9" * 30, "-o", "r.csv"],
        ["rank", "", "--season", "2026", "-o", "r.csv"],
        ["rank", "LOOP", "--season", "2026", "-o", "r.csv"],
        ["rank", "INV", "--season", "2026", "-o", "LOOP"],
        ["check", "LOOP"],
        ["check", "\udcff"],
        ["plan", "INV", "--season", "2026", "-o", ""],
        ["plan", "INV", "--season", "2026", "-o", "INV/nodes.csv"],
        ["plan", "INV", "--season", "2026", "-o", "LOOP"],
        ["plan", "INV", "--season", "2026", "--max-km", "nan", "-o", "p"],
        ["plan", "INV", "--season", "2026", "--budget", "inf", "-o", "p"],
        ["plan", "INV", "--season", "2026", "--max-stations", "9" * 30, "-o", "p"],
        ["plan", "INV", "--season", "2026", "--crews", "9" * 30, "-o", "p"],
        ["plan", "INV", "--season", "2026", "--first-day", "1700-01-01", "--last-day", "2262-01-01", "-o", "p"],
        ["plan", "INV", "--season", "2026", "--first-day", "0001-01-01", "--last-day", "0001-09-01", "-o", "p"],
        ["plan", "INV", "--season", "2026", "--first-day", "9999-01-01", "--last-day", "9999-12-31", "-o", "p"],
        ["plan", "INV", "--season", "2026", "--first-day", "2026-02-30", "--last-day", "2026-09-01", "-o", "p"],
        ["demo", "d", "--km", "inf"],
        ["demo", "d", "--km", "nan"],
        ["demo", "d", "--stations", "9" * 30],
        ["demo", ""],
        ["demo", "LOOP"],
        ["backtest", "INV", "--seasons", "9999"],
        ["backtest", "INV", "--seasons", "2025-2200"],
        ["backtest", "INV", "--seasons", "0000"],
        ["backtest", "INV", "--seasons", "2020-2010"],
        ["score", "INV", "-o", "LOOP"],
        ["score", "INV", "-o", ""],
        ["score", "", "-o", "s"],
        ["score", "INV", "-o", "s", "--workers", "9" * 30],
        ["score", "INV", "--season", "2026", "-o", "s", "--cluster", "::::"],
        ["score", "INV", "--season", "2026", "-o", "s", "--cluster", ""],
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_a_plain_sentence_and_leaves_nothing(
    inventory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    (tmp_path / "LOOP").symlink_to(tmp_path / "LOOP")
    inventory.rename(tmp_path / "INV")
    monkeypatch.chdir(tmp_path)
    before = contents(tmp_path / "INV")
    result = run(*words)
    assert result.exit_code == 2, result.output
    told = [line for line in result.stderr.splitlines() if line and not line.startswith(("Usage:", "Try "))]
    assert told
    assert "[Errno" not in result.stderr
    assert contents(tmp_path / "INV") == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["INV", "LOOP"]


def test_a_closed_output_takes_nothing_from_the_files(inventory: Path, tmp_path: Path) -> None:
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        command = f'exec "$0" -c "from heatnet.cli import main; main()" "$@" {closed}'
        words = [sys.executable, "plan", inventory, "--season", 2026, "--max-km", 1, "-o", tmp_path / "p"]
        ended = subprocess.run(["sh", "-c", command, *map(str, words)], capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stdout) == (0, "" if ended.stdout == "" or closed[0] == ">" else ended.stdout)
        assert "Traceback" not in ended.stderr
        assert "Exception" not in ended.stderr
        assert {"cures.csv", "jobs.csv", "ranking.csv", "run.json"} <= set(contents(tmp_path / "p"))
        assert contents(tmp_path / "p")["cures.csv"].startswith("﻿asset_id".encode())
        shutil.rmtree(tmp_path / "p")


def test_an_output_that_lacks_letters_or_is_full_is_no_traceback(inventory: Path, tmp_path: Path) -> None:
    (inventory / "faults.csv").rename(tmp_path / "faults.csv")
    strange = inventory.rename(tmp_path / "路")
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    words = ["rank", strange, "--season", 2026, "-o", tmp_path / "序.csv"]
    ended = program(*words, env=ascii_only, capture_output=True)
    assert (ended.returncode, ended.stdout.endswith("assets, best cure first\n")) == (0, True)
    assert "Traceback" not in ended.stderr
    if Path("/dev/full").exists():
        with Path("/dev/full").open("w") as full:
            ended = program(*words, stdout=full, stderr=subprocess.PIPE)
        assert "Traceback" not in ended.stderr
