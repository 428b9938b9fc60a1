"""A run over many networks: its files, rows for what cannot be read, going on after being cut off, its engines."""

import errno
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import heatnet.batch.scoring
import heatnet.batch.tasks
from heatnet.assessment.composing import assess
from heatnet.batch import score
from heatnet.batch.engines import Crash, engine
from heatnet.errors import HeatnetError, MissingExtraError
from heatnet.inventory.reading import read_inventory
from heatnet.inventory.writing import write_inventory
from heatnet.synthetic import make_city

pytest.importorskip("pyarrow", reason="scores are Parquet files: they need the extra parquet")

GOOD = ("east", "north")
SEASON = 2026


def tree(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file, hidden ones too."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()
    }


def run(towns: Path, output: Path, **options: Any) -> dict[str, str]:
    """Score to the end; return the status of each network."""
    return {one.name: one.status for one in score([towns / "*"], output=output, **options)}


def started(towns: Path, output: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from heatnet.cli import main; main()", "score", str(towns / "*")]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        [*command, "-o", str(output), *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed_after(process: subprocess.Popen[str], sign: str) -> None:
    """Kill a run, unannounced, once a line with this sign has been printed."""
    assert process.stderr is not None
    assert process.stdout is not None
    lines = []
    for line in iter(process.stderr.readline, ""):
        lines.append(line)
        if sign in line:
            break
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "".join(lines)
    process.stderr.close()
    process.stdout.close()


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small towns, and one whose segments name no nodes."""
    folder = tmp_path_factory.mktemp("region") / "towns"
    for seed, name in enumerate(GOOD):
        write_inventory(make_city(length_km=3, stations=1, rng=seed).tables, folder / name)
    shutil.copytree(folder / "east", folder / "broken")
    (folder / "broken" / "nodes.csv").write_text("node_id,kind\nH1,source\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def undisturbed(towns: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("undisturbed") / "out"
    assert run(towns, output) == {"broken": "unreadable", **dict.fromkeys(GOOD, "scored")}
    return output


def test_a_run_leaves_these_files_and_nothing_hidden(undisturbed: Path) -> None:
    of_each = ("findings.parquet", "ranking.parquet", "score.json", "statistics.parquet")
    expected = {"summary.csv", "scores.parquet", *(f"{name}/{file}" for name in GOOD for file in of_each)}
    assert set(tree(undisturbed)) == expected


def test_the_season_is_the_one_after_the_latest_record_of_all(towns: Path, undisturbed: Path) -> None:
    latest = 0
    for name in GOOD:
        tables = read_inventory(towns / name)
        days = [tables.visits["visited_on"], tables.faults["found_on"], tables.works["done_on"]]
        latest = max(latest, *(((day - pd.Timedelta(days=287)).dt.year + 0).max() for day in days))
        latest = max(latest, int(tables.makeup["season"].max()))
    summary = pd.read_csv(undisturbed / "summary.csv")
    assert set(summary["season"].dropna()) == {latest + 1}


def test_the_summary_has_a_row_for_each_network_and_the_reason_of_the_one_that_cannot_be_read(
    towns: Path, undisturbed: Path
) -> None:
    summary = pd.read_csv(undisturbed / "summary.csv").set_index("network")
    assert summary.index.tolist() == ["broken", "east", "north"]
    assert summary["status"].tolist() == ["unreadable", "scored", "scored"]
    assert "names a node that is not in the table of nodes" in summary.loc["broken", "reason"]
    assert str(towns) not in (undisturbed / "summary.csv").read_text(encoding="utf-8-sig")
    network = read_inventory(towns / "north").network
    ranking = pd.read_parquet(undisturbed / "north" / "ranking.parquet")
    north = summary.loc["north"]
    assert north["segments"] == network.n_segments
    assert north["length_km"] == pytest.approx(network.length_m.sum() / 1000)
    assert north["cold_household_hours"] == pytest.approx(ranking["cold_household_hours"].sum())
    assert north["best_asset"] == ranking.loc[0, "asset_id"]


def test_scores_hold_every_asset_of_every_network_in_one_order(undisturbed: Path) -> None:
    scores = pd.read_parquet(undisturbed / "scores.parquet")
    parts = [
        pd.read_parquet(undisturbed / name / "ranking.parquet").assign(network=name, place=lambda table: table["rank"])
        for name in GOOD
    ]
    together = pd.concat(parts).sort_values(["ratio", "network", "place"], ascending=[False, True, True], kind="stable")
    assert scores["rank"].tolist() == list(range(1, len(together) + 1))
    assert scores[["network", "asset_id"]].to_numpy().tolist() == together[["network", "asset_id"]].to_numpy().tolist()
    assert scores["network_rank"].tolist() == together["place"].tolist()


def test_a_single_network_is_ranked_as_by_assess(towns: Path) -> None:
    (result,) = score(towns / "north", season=SEASON)
    tables = read_inventory(towns / "north")
    records = {name: getattr(tables, name) for name in ("visits", "faults", "works", "makeup")}
    expected = assess(tables.network, season=SEASON, **records).ranking
    assert result.ranking.index.tolist() == expected.index.tolist()
    np.testing.assert_allclose(result.ranking["faults_mean"], expected["faults_mean"], rtol=1e-9)
    for name in ("faults_high", "impaired_prob", "cold_household_hours"):
        np.testing.assert_allclose(result.ranking[name], expected[name], rtol=1e-3, err_msg=name)


def test_results_come_as_networks_finish_and_their_tables_outlast_the_run(towns: Path) -> None:
    results = score([towns / "broken", towns / "north"], season=SEASON)
    first = next(results)
    assert (first.name, first.status, first.done, first.total) == ("broken", "unreadable", 1, 2)
    with pytest.raises(HeatnetError, match=r"broken was not scored: segments\.csv cannot be used"):
        _ = first.ranking
    (second,) = results
    assert repr(second) == "NetworkScore(north: scored)"
    assert second.ranking.index.name == "asset_id"
    assert second.ranking["rank"].tolist() == list(range(1, len(second.ranking) + 1))
    assert list(second.findings.columns) == ["severity", "rule", "table", "row_id", "column", "message"]
    folder = second.folder
    assert folder.is_dir()
    del first, second, results
    assert not folder.exists()


def test_a_finished_run_is_not_calculated_again(
    towns: Path, undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(undisturbed, tmp_path / "out")
    monkeypatch.setattr(heatnet.batch.tasks, "assess", never)
    monkeypatch.setattr(heatnet.batch.tasks, "statistics_of", never)
    run(towns, tmp_path / "out")
    assert tree(tmp_path / "out") == tree(undisturbed)


def never(*_: object, **__: object) -> None:
    raise AssertionError("calculated again")


def test_another_season_or_seed_is_another_result(towns: Path, undisturbed: Path, tmp_path: Path) -> None:
    shutil.copytree(undisturbed, tmp_path / "out")
    trees = [tree(undisturbed)]
    for options in ({"season": 2024}, {"rng": 7}):
        run(towns, tmp_path / "out", **options)
        trees.append(tree(tmp_path / "out"))
    assert all(len({one[f"{name}/ranking.parquet"] for one in trees}) == 3 for name in GOOD)
    run(towns, tmp_path / "out")
    assert tree(tmp_path / "out") == tree(undisturbed)


def test_a_result_that_was_altered_or_cut_short_is_made_anew(towns: Path, undisturbed: Path, tmp_path: Path) -> None:
    shutil.copytree(undisturbed, tmp_path / "out")
    ranking = tmp_path / "out" / "north" / "ranking.parquet"
    ranking.write_bytes(ranking.read_bytes()[:-9])
    (tmp_path / "out" / "north" / "statistics.parquet").write_bytes(b"")
    run(towns, tmp_path / "out")
    assert tree(tmp_path / "out") == tree(undisturbed)


def test_a_changed_inventory_changes_the_joint_model_and_with_it_all_networks(towns: Path, tmp_path: Path) -> None:
    shutil.copytree(towns, tmp_path / "towns")
    run(tmp_path / "towns", tmp_path / "out", season=SEASON)
    before = tree(tmp_path / "out")
    faults = tmp_path / "towns" / "east" / "faults.csv"
    lines = faults.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    faults.write_text("".join(lines[:-2]), encoding="utf-8")
    run(tmp_path / "towns", tmp_path / "out", season=SEASON)
    after = tree(tmp_path / "out")
    assert all(after[f"{name}/score.json"] != before[f"{name}/score.json"] for name in GOOD)
    assert after["north/statistics.parquet"] == before["north/statistics.parquet"]


def test_a_network_that_can_no_longer_be_read_keeps_no_old_results(
    towns: Path, undisturbed: Path, tmp_path: Path
) -> None:
    shutil.copytree(towns, tmp_path / "towns")
    shutil.copytree(undisturbed, tmp_path / "out")
    (tmp_path / "towns" / "east" / "segments.csv").unlink()
    assert run(tmp_path / "towns", tmp_path / "out")["east"] == "unreadable"
    assert not (tmp_path / "out" / "east").exists()
    assert "east" not in set(pd.read_parquet(tmp_path / "out" / "scores.parquet")["network"])


@pytest.mark.parametrize("sign", ["fitting", "1/3 ", "2/3 "])
def test_a_killed_run_goes_on_where_it_was(towns: Path, undisturbed: Path, tmp_path: Path, sign: str) -> None:
    output = tmp_path / "out"
    killed_after(started(towns, output), sign)
    assert not (output / "summary.csv").exists()
    whole = tree(undisturbed)
    assert all(whole[name] == content for name, content in tree(output).items() if not Path(name).name.startswith("."))
    run(towns, output)
    assert tree(output) == whole


def test_a_run_killed_with_its_processes_at_work_goes_on_and_leaves_none_behind(
    towns: Path, undisturbed: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    process = started(towns, output, "--workers", "2")
    killed_after(process, "2/3 ")
    assert eventually(lambda: not children_at_work(output))
    run(towns, output)
    assert tree(output) == tree(undisturbed)


def children_at_work(output: Path) -> bool:
    """Return whether files still appear."""
    before = sorted(output.rglob("*"))
    time.sleep(0.5)
    return sorted(output.rglob("*")) != before


def eventually(condition: Callable[[], bool]) -> bool:
    return any(condition() for _ in range(20))


def test_leftovers_of_a_killed_run_are_cleared_away(towns: Path, undisturbed: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    for folder in (output / ".heatnet-abc", output / "north" / ".heatnet-xyz"):
        folder.mkdir(parents=True)
        (folder / "ranking.parquet").write_bytes(b"half")
    run(towns, output)
    assert tree(output) == tree(undisturbed)


@pytest.mark.parametrize("full_at", [1, 4])
def test_a_full_disk_ends_the_run_plainly_and_the_next_goes_on(
    towns: Path, undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full_at: int
) -> None:
    output, written = tmp_path / "out", []
    write = heatnet.batch.tasks.write_parquet

    def filling(table: pd.DataFrame, file: Path, *rest: Any) -> None:
        written.append(file)
        write(table, file, *rest)
        if len(written) == full_at:
            file.write_bytes(file.read_bytes()[:100])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(heatnet.batch.tasks, "write_parquet", filling)
        with pytest.raises(HeatnetError, match="cannot be written to: No space left on device"):
            run(towns, output)
    whole = tree(undisturbed)
    assert all(whole[name] == content for name, content in tree(output).items())
    run(towns, output)
    assert tree(output) == whole


def test_new_tables_never_stand_beside_an_old_key(
    towns: Path, undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out"
    shutil.copytree(undisturbed, output)
    move = Path.replace

    def stuck(self: Path, target: Path) -> Path:
        if self.name == "ranking.parquet":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return move(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stuck)
        with pytest.raises(HeatnetError, match="cannot be written to"):
            run(towns, output, rng=5)
    run(towns, output)
    assert tree(output) == tree(undisturbed)


def test_two_processes_leave_the_same_bytes_as_one(towns: Path, undisturbed: Path, tmp_path: Path) -> None:
    run(towns, tmp_path / "out", workers=2)
    assert tree(tmp_path / "out") == tree(undisturbed)


def test_a_process_that_ends_abruptly_costs_its_own_task_only() -> None:
    tasks = ["1 + 1", "__import__('os')._exit(9)", *(f"{number} + 10" for number in range(5))]
    with engine(workers=2) as processes:
        results = dict(processes.each(eval, tasks))
        assert isinstance(results.pop(tasks[1]), Crash)
        assert results == {task: eval(task) for task in tasks if "exit" not in task}
        assert dict(processes.each(eval, ["2 + 2"])) == {"2 + 2": 4}


def test_a_network_whose_process_ended_is_a_row_with_its_reason(
    towns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Losing:
        is_local = True

        def each(self, task: Callable[[Any], Any], arguments: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
            for argument in arguments:
                is_lost = task is heatnet.batch.tasks.score_network and argument.source.name == "north"
                yield argument, Crash("the process ended") if is_lost else task(argument)

    @contextmanager
    def losing(**_: object) -> Iterator[Losing]:
        yield Losing()

    monkeypatch.setattr(heatnet.batch.scoring, "engine", losing)
    assert run(towns, tmp_path / "out", season=SEASON)["north"] == "failed"
    summary = pd.read_csv(tmp_path / "out" / "summary.csv").set_index("network")
    assert summary.loc["north", ["status", "reason"]].tolist() == ["failed", "the process ended"]
    assert summary.loc["east", "status"] == "scored"


def test_an_inventory_that_changes_under_way_is_a_row_that_says_so(
    towns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(towns / "north", tmp_path / "north")
    fit = heatnet.batch.scoring.fit_joint

    def changing(*arguments: Any, **options: Any) -> Any:
        with (tmp_path / "north" / "visits.csv").open("a", encoding="utf-8") as file:
            file.write("\n")
        return fit(*arguments, **options)

    monkeypatch.setattr(heatnet.batch.scoring, "fit_joint", changing)
    (result,) = score(tmp_path / "north", season=SEASON)
    assert (result.status, result.reason) == ("failed", "its files changed while the run was under way: run again")


def test_what_a_lost_process_leaves_of_the_fit_is_done_here_and_the_largest_begins_first(
    towns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    class Backwards:
        is_local = True

        def each(self, task: Callable[[Any], Any], arguments: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
            is_order = task in (heatnet.batch.tasks.score_network, heatnet.batch.tasks.count)
            given = list(arguments)
            if is_order:
                begun.extend(order.source.name for order in given)
            for argument in reversed(given):
                yield argument, task(argument) if is_order else Crash("the process ended")

    @contextmanager
    def backwards(**_: object) -> Iterator[Backwards]:
        yield Backwards()

    run(towns, tmp_path / "plain", season=SEASON)
    monkeypatch.setattr(heatnet.batch.scoring, "engine", backwards)
    run(towns, tmp_path / "backwards", season=SEASON)
    names = ("summary.csv", "scores.parquet")
    assert [(tmp_path / "plain" / name).read_bytes() for name in names] == [
        (tmp_path / "backwards" / name).read_bytes() for name in names
    ]
    sizes = {town.name: sum(file.stat().st_size for file in town.glob("*.csv")) for town in towns.iterdir()}
    counted = begun[: len(begun) // 2]
    assert [sizes[name] for name in counted] == sorted((sizes[name] for name in counted), reverse=True)


def test_without_any_date_the_season_has_to_be_said(towns: Path, tmp_path: Path) -> None:
    tables = read_inventory(towns / "north")
    write_inventory({"nodes": tables.network.nodes, "segments": tables.network.segments}, tmp_path / "north")
    with pytest.raises(HeatnetError, match="say which season is coming"):
        list(score(tmp_path / "north"))
    (result,) = score(tmp_path / "north", season=SEASON)
    assert result.status == "scored"


def test_without_pyarrow_nothing_begins(towns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"heatnet\[parquet\]"):
        score(towns / "north", output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_ends_with_one_where_a_network_cannot_be_read(
    towns: Path, undisturbed: Path, tmp_path: Path
) -> None:
    process = started(towns, tmp_path / "out", "--json")
    printed, told = process.communicate()
    assert process.returncode == 1
    rows = [json.loads(line) for line in printed.splitlines()]
    assert {row["network"]: row["status"] for row in rows} == {"broken": "unreadable", **dict.fromkeys(GOOD, "scored")}
    assert [row["done"] for row in rows] == [1, 2, 3]
    assert "1/3 broken unreadable: segments.csv cannot be used" in told
    assert tree(tmp_path / "out") == tree(undisturbed)


def test_the_command_ends_with_two_where_nothing_can_be_read(tmp_path: Path) -> None:
    process = started(tmp_path, tmp_path / "out")
    printed, told = process.communicate()
    assert (process.returncode, printed) == (2, "")
    assert told.endswith("matches no file or folder\n")


def test_workers_below_one_are_refused(towns: Path) -> None:
    with pytest.raises(HeatnetError, match="workers is the number of processes, from 1 to 512, not 0"):
        list(score(towns / "north", workers=0))


@pytest.mark.parametrize("name", ["score.json", "statistics.parquet", "ranking.parquet", "findings.parquet"])
@pytest.mark.parametrize("damage", ["[]", "empty", "cut", "bit", "text"])
def test_damaged_files_of_an_earlier_run_are_recomputed(
    towns: Path, undisturbed: Path, tmp_path: Path, name: str, damage: str
) -> None:
    output = tmp_path / "out"
    shutil.copytree(undisturbed, output)
    file = output / "north" / name
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 3] ^= 1
    damages = {"[]": b"[]", "empty": b"", "cut": bytes(raw[: len(raw) // 2]), "bit": bytes(raw), "text": b"\xff\xfe{"}
    file.write_bytes(damages[damage])
    run(towns, output)
    assert tree(output) == tree(undisturbed)


def test_a_missing_extra_crosses_to_another_process_as_itself() -> None:
    error = MissingExtraError("parquet", "reading Parquet files")
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.extra, copy.purpose) == (
        MissingExtraError,
        str(error),
        "parquet",
        "reading Parquet files",
    )
    with engine(workers=2) as processes, pytest.raises(MissingExtraError, match=r"heatnet\[parquet\]"):
        list(processes.each(exec, ["import heatnet.errors as e; raise e.MissingExtraError('parquet', 'this')"]))


def test_settings_of_a_town_hold_where_the_file_given_for_all_says_nothing(towns: Path, tmp_path: Path) -> None:
    (tmp_path / "all.toml").write_text("[values]\ncold_hour = 0.5\n", encoding="utf-8")
    shutil.copytree(towns / "east", tmp_path / "towns" / "east")
    own = tmp_path / "towns" / "east" / "settings.toml"
    own.write_text('heating_from = "11-15"\n[values]\ncold_hour = 4.0\nno_heat_hour = 7.0\n', encoding="utf-8")
    given = {"output": tmp_path / "out", "season": 2026, "settings": tmp_path / "all.toml"}
    (first,) = score(tmp_path / "towns" / "east", **given)
    ranking = first.ranking
    cold = ranking["chronic_hours"] * ranking["severity"] * 0.5
    np.testing.assert_allclose(ranking["cold_risk"], cold, rtol=1e-9)
    outage = ranking["no_heat_hours"] * 7.0 + ranking["outage_hours"] * 0.5
    np.testing.assert_allclose(ranking["outage_risk"], outage, rtol=1e-9)
    own.write_text('heating_from = "11-15"\n[values]\nno_heat_hour = 8.0\n', encoding="utf-8")
    (again,) = score(tmp_path / "towns" / "east", **given)
    changed = again.ranking
    np.testing.assert_allclose(
        changed["outage_risk"], changed["no_heat_hours"] * 8.0 + changed["outage_hours"] * 0.5, rtol=1e-9
    )


def test_settings_that_cannot_be_used_are_told_before_anything_is_read(towns: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text("cold_hours = 1\n", encoding="utf-8")
    with pytest.raises(HeatnetError, match="cold_hours"):
        score(towns / "*", output=tmp_path / "out", settings=tmp_path / "wrong.toml")
    assert not (tmp_path / "out").exists()
