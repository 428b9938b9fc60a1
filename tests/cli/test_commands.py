"""The commands do what they say, with plain sentences and the agreed exit codes."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import heatnet as hn
from heatnet.cli import main
from heatnet.inventory.writing import write_inventory
from heatnet.value.order import significant

DAMAGED = sorted(path.name for path in (Path(__file__).parents[2] / "fixtures/damaged").iterdir())


def run(*words: object) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    assert "Traceback" not in result.output
    return result


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "city"
    assert run("demo", folder, "--km", 12, "--stations", 1, "--seed", 3).exit_code == 0
    return folder


def test_a_name_that_promises_a_packed_file_is_refused(city: Path, tmp_path: Path) -> None:
    told = run("rank", city, "--season", 2026, "-o", tmp_path / "ranking.csv.gz")
    assert told.exit_code == 2
    assert "leave .gz off" in told.output
    assert list(tmp_path.iterdir()) == []


def test_demo_writes_an_inventory_that_has_no_errors(city: Path) -> None:
    assert {"nodes.csv", "segments.csv", "valves.csv", "visits.csv", "faults.csv", "works.csv"} <= {
        file.name for file in city.iterdir()
    }
    assert run("check", city).exit_code == 0


def test_check_prints_findings_and_ends_with_one_where_there_are_errors(tmp_path: Path, fixtures: Path) -> None:
    network = hn.read_network(fixtures / "tree")
    nodes = pd.concat([network.nodes, pd.DataFrame({"node_id": ["B9"], "kind": ["building"], "priority": [1.0]})])
    write_inventory({"nodes": nodes, "segments": network.segments}, tmp_path / "broken")
    result = run("check", tmp_path / "broken", "-o", tmp_path / "findings.csv")
    assert result.exit_code == 1
    assert (
        "error nodes building_not_served (1: B9): not served (that is connected; capacity is not checked): "
        "no segment joins it" in result.stdout
    )
    assert pd.read_csv(tmp_path / "findings.csv")["row_id"].tolist().count("B9") >= 1


def test_check_of_a_sound_network_says_so(tmp_path: Path, fixtures: Path) -> None:
    network = hn.read_network(fixtures / "tree")
    segments = network.segments.assign(laid_year=1990)
    write_inventory({"nodes": network.nodes, "segments": segments}, tmp_path)
    result = run("check", tmp_path)
    assert (result.exit_code, result.stdout) == (0, "nodes, 4 rows: 4 used\nsegments, 3 rows: 3 used\nno findings\n")


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("command", ["check", "rank", "plan"])
def test_a_damaged_inventory_ends_with_two_and_leaves_no_output(
    tmp_path: Path, fixtures: Path, name: str, command: str
) -> None:
    options = {"check": [], "rank": ["--season", 2026, "-o", tmp_path / "out.csv"]}
    options["plan"] = ["--season", 2026, "--max-km", 1, "-o", tmp_path / "out"]
    result = run(command, fixtures / "damaged" / name, *options[command])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert ".csv" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_ends_with_two(tmp_path: Path) -> None:
    result = run("check", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "no such file or folder" in result.stderr


def test_rank_writes_every_asset_best_cure_first(city: Path, tmp_path: Path) -> None:
    result = run("rank", city, "--season", 2026, "-o", tmp_path / "ranking.csv")
    assert result.exit_code == 0, result.output
    ranking = pd.read_csv(tmp_path / "ranking.csv")
    assert ranking["rank"].tolist() == list(range(1, hn.read_network(city).n_assets + 1))
    assert significant(ranking["ratio"].to_numpy()).tolist() == sorted(significant(ranking["ratio"].to_numpy()))[::-1]
    assert ranking["reason"].notna().all()
    assert "note: Assumed, not measured" in result.stderr


def test_plan_writes_its_files_and_keeps_its_limits(city: Path, tmp_path: Path) -> None:
    result = run("plan", city, "--season", 2026, "--max-km", 0.6, "--max-stations", 1, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    optional = {"plan.xlsx": "openpyxl", "report.html": "jinja2"}
    installed = [name for name, package in optional.items() if importlib.util.find_spec(package)]
    written = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert written == sorted(
        ["cures.csv", "jobs.csv", "measure_first.csv", "plan.gpkg", "plan.json", "ranking.csv", "run.json", *installed]
    )
    for name in optional:
        assert (f"{name} is left out" in result.stderr) == (name not in installed)
    cures = pd.read_csv(tmp_path / "out" / "cures.csv")
    assert 0.3 < cures["length_m"].sum() / 1000 <= 0.6
    assert (cures["asset_kind"] == "station").sum() <= 1
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert set(record["inputs"]) >= {"nodes.csv", "segments.csv", "visits.csv"}
    assert record["settings"]["season"] == 2026
    assert str(tmp_path) not in json.dumps(record)


def test_without_the_extras_their_files_are_left_out_and_old_ones_do_not_stay(
    city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    (tmp_path / "plan.xlsx").write_text("last year's plan")
    (tmp_path / "notes.txt").write_text("mine")
    result = run("plan", city, "--season", 2026, "--max-km", 0.3, "-o", tmp_path)
    assert result.exit_code == 0
    assert 'plan.xlsx is left out: it needs an optional package: pip install "heatnet[excel]"' in (result.stderr)
    assert 'report.html is left out: it needs an optional package: pip install "heatnet[report]"' in (result.stderr)
    written = sorted(file.name for file in tmp_path.iterdir())
    assert written == [
        "cures.csv",
        "jobs.csv",
        "measure_first.csv",
        "notes.txt",
        "plan.gpkg",
        "plan.json",
        "ranking.csv",
        "run.json",
    ]


def test_a_calendar_needs_both_days(city: Path, tmp_path: Path) -> None:
    result = run("plan", city, "--season", 2026, "--first-day", "2026-05-01", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "--last-day" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_calendar_gives_every_job_its_days(city: Path, tmp_path: Path) -> None:
    days = ["--first-day", "2026-05-01", "--last-day", "2026-09-30", "--crews", 2]
    result = run("plan", city, "--season", 2026, "--max-km", 0.5, *days, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    jobs = pd.read_csv(tmp_path / "out" / "jobs.csv")
    assert len(jobs)
    assert jobs["start_on"].between("2026-05-01", "2026-09-16").all()
    assert jobs["crew"].isin([1, 2]).all()


def test_the_same_run_leaves_the_same_bytes_whatever_the_order_of_rows(city: Path, tmp_path: Path) -> None:
    shuffled = tmp_path / "shuffled"
    shuffled.mkdir()
    for file in city.glob("*.csv"):
        table = pd.read_csv(file, dtype=str, keep_default_na=False).sample(frac=1, random_state=5)
        table.to_csv(shuffled / file.name, index=False, encoding="utf-8")
    for folder, out in ((city, "a"), (shuffled, "b")):
        result = run("plan", folder, "--season", 2026, "--max-km", 0.6, "--max-stations", 1, "-o", tmp_path / out)
        assert result.exit_code == 0, result.output
    for name in sorted({file.name for file in (tmp_path / "a").iterdir()} - {"run.json"}):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_help_names_every_command() -> None:
    text = run("--help").stdout
    for command in ("demo", "check", "rank", "plan"):
        assert command in text


def test_backtest_prints_its_table_and_writes_its_files(city: Path, tmp_path: Path) -> None:
    result = run("backtest", city, "--seasons", "2024-2025", "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "heatnet" in result.stdout
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "backtest.txt",
        "calibration.csv",
        "capture.csv",
        "scores.csv",
    ]
    capture = pd.read_csv(tmp_path / "out" / "capture.csv", index_col="method")
    assert list(capture.index) == ["heatnet", "age", "past_faults", "random", "oracle"]


def test_a_plan_shows_how_past_winters_would_have_been_forecast(city: Path, tmp_path: Path) -> None:
    result = run("plan", city, "--season", 2025, "--max-km", 0.5, "--backtest", 2, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "past winter" not in result.stderr
    record = json.loads((tmp_path / "out/run.json").read_text(encoding="utf-8"))
    assert record["settings"]["backtest"] == 2
    assert record["backtest"]["seasons"] == [2023, 2024]  # before the coming one, whose records are there too
    faults = hn.read_faults(city)
    laid = hn.read_network(city).segments.set_index("segment_id")["laid_year"]
    found = faults[faults["found_on"].between("2023-10-15", "2025-10-14")]
    young = laid.reindex(found["asset_id"]).to_numpy() > found["found_on"].dt.year.to_numpy()
    assert record["backtest"]["observed"] == len(found) - young.sum()
    assert record["backtest"]["capture"]["oracle"]["0.2"] == 1.0
    pytest.importorskip("jinja2")
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "perfect foresight" in page
    assert f"found {record['backtest']['observed']:.0f}." in page


def test_winters_that_cannot_be_tested_are_told_and_the_plan_is_made(fixtures: Path, tmp_path: Path) -> None:
    result = run("plan", fixtures / "tree", "--season", 2026, "--max-km", 1, "--backtest", 3, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "No past winter of 3 could be forecast" in result.stderr
    assert "backtest" not in json.loads((tmp_path / "out/run.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("seasons", ["twenty", "2018-15", ""])
def test_seasons_that_cannot_be_read_end_with_two(city: Path, seasons: str) -> None:
    result = run("backtest", city, "--seasons", seasons)
    assert result.exit_code == 2
    assert "--seasons" in result.stderr


def test_a_backtest_needs_faults(fixtures: Path) -> None:
    result = run("backtest", fixtures / "tree", "--seasons", "2024")
    assert result.exit_code == 2
    assert "holds no table of faults" in result.stderr


def test_reasons_can_be_had_in_chinese(city: Path, tmp_path: Path) -> None:
    result = run("rank", city, "--season", 2026, "--language", "zh", "-o", tmp_path / "ranking.csv")
    assert result.exit_code == 0, result.output
    assert pd.read_csv(tmp_path / "ranking.csv")["reason"].str.contains("停运").all()


def test_a_plan_in_chinese_prints_no_english_sentence(city: Path, tmp_path: Path) -> None:
    result = run("plan", city, "--season", 2026, "--max-km", 1, "--language", "zh", "-o", tmp_path / "plan")
    printed = result.stdout + result.stderr
    assert not re.search("[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}", printed.replace("pip install", "")), printed
