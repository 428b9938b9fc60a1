"""The same bytes from a Dask cluster, even when a worker is lost while it works."""

import os
import signal
from pathlib import Path

import pytest

from heatnet.batch import score
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
