"""The same inventory gives the same bytes whatever the order of its rows and the number of threads."""

import hashlib
import inspect
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import heatnet as hn
from heatnet.network import Network

SIZES = ("tree", "loop", "two_stations", "supply_and_return", "district")


def shuffled_copy(source: Path, target: Path, seed: int) -> Path:
    """Write every table with its rows in another order."""
    target.mkdir()
    for file in sorted(source.glob("*.csv")):
        table = pd.read_csv(file, dtype=str, keep_default_na=False).sample(frac=1, random_state=seed)
        table.to_csv(target / file.name, index=False, encoding="utf-8")
    return target


def hashes(command: str, inventory: Path, out: Path, threads: int) -> dict[str, str]:
    """Run a command in a process of its own and return the hashes of what it wrote, but for the record of the run."""
    limits = ["--max-km", "1.5", "--max-stations", "1"] if command == "plan" else []
    target = out if command == "plan" else out / "ranking.csv"
    out.mkdir()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment |= {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    script = "from heatnet.cli import main; main()"
    arguments = [command, str(inventory), "--season", "2026", *limits, "-o", str(target)]
    done = subprocess.run([sys.executable, "-c", script, *arguments], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(out.iterdir())
        if file.name != "run.json"
    }


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("command", ["rank", "plan"])
def test_neither_rows_nor_threads_reach_a_byte(command: str, size: str, fixtures: Path, tmp_path: Path) -> None:
    given = hashes(command, fixtures / size, tmp_path / "given", threads=1)
    assert given
    shuffled = shuffled_copy(fixtures / size, tmp_path / "shuffled", seed=3)
    assert hashes(command, shuffled, tmp_path / "again", threads=2) == given


NEEDED = {"climate": np.linspace(-20.0, 10.0, 30), "season": 2026, "faults_mean": 0.01}


def by_network() -> list[str]:
    """Names of the public functions that take a network first and need nothing else but what stands in `NEEDED`."""
    names = []
    for name in hn.__all__:
        value = getattr(hn, name)
        if not inspect.isfunction(value):
            continue
        first, *others = inspect.signature(value).parameters.values()
        if first.name == "network" and all(
            other.default is not other.empty or other.name in NEEDED for other in others
        ):
            names.append(name)
    return names


@pytest.mark.parametrize("name", by_network())
def test_a_result_has_the_same_numbers_whatever_the_order_of_rows(name: str, fixtures: Path) -> None:
    network = hn.read_network(fixtures / "district")
    tables = (network.nodes, network.segments, network.valves)
    other = Network(*(table.sample(frac=1, random_state=k) for k, table in enumerate(tables)))
    wanted = inspect.signature(getattr(hn, name)).parameters
    needed = {word: value for word, value in NEEDED.items() if word in wanted}
    given, again = (getattr(hn, name)(one, **needed) for one in (network, other))
    if name == "supply_loss":
        assert given.index.tolist() == network.asset_ids.tolist()
        assert again.index.tolist() == other.asset_ids.tolist()
    assert_same(given, again)


def assert_same(given: object, again: object) -> None:
    if isinstance(given, pd.DataFrame) and given.index.name is not None:
        pd.testing.assert_frame_equal(given, again.loc[given.index], check_exact=True)  # type: ignore[attr-defined]
    elif isinstance(given, pd.DataFrame):
        pd.testing.assert_frame_equal(given, again, check_exact=True)  # type: ignore[arg-type]
    elif isinstance(given, pd.Series):
        pd.testing.assert_series_equal(given, again.loc[given.index], check_exact=True)  # type: ignore[attr-defined]
    else:
        parts = [name for name in ("ranking", "segments", "nodes", "assets") if hasattr(given, name)]
        assert parts, type(given)
        for part in parts:
            assert_same(getattr(given, part), getattr(again, part))


def test_other_ids_in_the_same_order_change_nothing_but_the_ids(fixtures: Path) -> None:
    inventory = fixtures / "district"
    network, visits, faults = hn.read_network(inventory), hn.read_visits(inventory), hn.read_faults(inventory)
    renamed = Network(
        network.nodes.assign(node_id="n" + network.nodes["node_id"]),
        network.segments.assign(
            **{column: "n" + network.segments[column] for column in ("segment_id", "from_node", "to_node")}
        ),
        network.valves.assign(**{column: "n" + network.valves[column] for column in ("segment_id", "node_id")}),
    )
    given = hn.assess(network, season=2026, visits=visits, faults=faults).ranking
    of_renamed = {"visits": visits.assign(building_id="n" + visits["building_id"])}
    again = hn.assess(
        renamed, season=2026, faults=faults.assign(asset_id="n" + faults["asset_id"]), **of_renamed
    ).ranking
    numbers = given.select_dtypes("number").columns
    pd.testing.assert_frame_equal(
        given[numbers].rename(index=lambda name: f"n{name}"), again[numbers], rtol=1e-9, check_names=False
    )
