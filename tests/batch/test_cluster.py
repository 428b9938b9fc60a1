"""The same bytes from a Dask cluster, even when a worker is lost while it works."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from heatnet.batch import score
from heatnet.batch.engines import engine
from heatnet.errors import HeatnetError, MissingExtraError
from heatnet.inventory.writing import write_inventory
from heatnet.synthetic import make_city

pytest.importorskip("pyarrow", reason="scores are Parquet files: they need the extra parquet")


def tree(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("towns")
    for seed in range(5):
        write_inventory(make_city(length_km=3, stations=1, rng=seed).tables, folder / f"town{seed}")
    return folder


def test_a_cluster_that_loses_a_worker_leaves_the_same_bytes(towns: Path, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra cluster")
    list(score(towns / "*", output=tmp_path / "here"))
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with distributed.Client(cluster, set_as_default=False) as client:
            workers = list(client.run(os.getpid).values())
        statuses = []
        for result in score(towns / "*", output=tmp_path / "cluster", cluster=cluster.scheduler_address):
            if not statuses:
                os.kill(workers[0], signal.SIGKILL)
            statuses.append(result.status)
    assert statuses == ["scored"] * 5
    assert tree(tmp_path / "cluster") == tree(tmp_path / "here")


def test_an_address_where_nothing_answers_is_said_plainly(towns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="needs the extra cluster")
    monkeypatch.setattr("heatnet.batch.engines._CONNECT_S", 0.5)
    with pytest.raises(HeatnetError, match="no Dask scheduler answers at tcp"):
        list(score(towns / "town0", cluster="tcp://127.0.0.1:9"))


def test_without_dask_the_extra_is_named(towns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"heatnet\[cluster\]"):
        list(score(towns / "town0", cluster="tcp://127.0.0.1:9"))


def started(*words: str) -> "subprocess.Popen[bytes]":
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([sys.executable, "-m", *words, "--no-dashboard"], **quiet)  # type: ignore[call-overload]


@pytest.mark.parametrize("lost", ["scheduler", "worker"])
def test_a_cluster_that_is_lost_ends_the_run_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    pytest.importorskip("distributed", reason="needs the extra cluster")
    monkeypatch.setattr("heatnet.batch.engines._UNMANNED_S", 1.0)
    file = tmp_path / "scheduler.json"
    scheduler = started("distributed.cli.dask_scheduler", "--port", "0", "--scheduler-file", str(file))
    worker = started("distributed.cli.dask_worker", "--scheduler-file", str(file), "--no-nanny")
    try:
        while not file.exists():
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        gone = {"scheduler": scheduler, "worker": worker}[lost]
        code = f"(__import__('os').kill({gone.pid}, 9), __import__('time').sleep(600))"
        message = "scheduler is gone" if lost == "scheduler" else "no worker for"
        with engine(cluster=address) as cluster, pytest.raises(HeatnetError, match=message):
            list(cluster.each(eval, [code]))
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.wait()
