"""Which inventories are meant and what they are called; partitioned datasets; one order of all assets."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet.batch import score
from heatnet.batch.collected import _ranges, _write_scores
from heatnet.batch.inputs import find_sources
from heatnet.batch.parquet import write_parquet
from heatnet.errors import HeatnetError
from heatnet.synthetic import make_city

_NUMBERS = (
    *("rank_low", "rank_high", "length_m", "diameter_mm", "laid_year", "outage_hours", "worth", "cost", "risk"),
    *("cold_household_hours", "chronic_hours", "faults_mean", "fault_prob", "impaired_prob", "buildings_lost"),
    "households_lost",
)


def folders(home: Path, *names: str) -> None:
    for name in names:
        (home / name).mkdir(parents=True)


def names_of(home: Path, *paths: str, output: str = "out") -> list[str]:
    return [source.name for source in find_sources([home / path for path in paths], home / output)]


def test_networks_are_called_what_their_folders_are_and_stand_in_order(tmp_path: Path) -> None:
    folders(tmp_path, "towns/west", "towns/east")
    assert names_of(tmp_path, "towns/west", "towns/east") == ["east", "west"]
    assert names_of(tmp_path, "towns/*") == ["east", "west"]
    assert names_of(tmp_path, "towns/west", "towns/*", "towns/../towns/west") == ["east", "west"]


def test_equal_names_are_told_apart_by_the_folders_above(tmp_path: Path) -> None:
    folders(tmp_path, "2024/north/centre", "2025/north/centre", "2025/south/centre", "2025/south/port")
    assert names_of(tmp_path, "20*/*/*") == ["2024-north-centre", "2025-north-centre", "port", "south-centre"]


def test_names_that_differ_in_case_only_are_told_apart(tmp_path: Path) -> None:
    folders(tmp_path, "a/Port", "b/port")
    assert names_of(tmp_path, "*/*") == ["a-Port", "b-port"]


def test_a_network_is_never_called_like_a_file_of_the_results(tmp_path: Path) -> None:
    folders(tmp_path, "towns/summary.csv")
    assert names_of(tmp_path, "towns/summary.csv") == ["towns-summary.csv"]


def test_the_folder_of_results_is_no_inventory_though_a_pattern_matches_it(tmp_path: Path) -> None:
    folders(tmp_path, "east", "out/east")
    assert names_of(tmp_path, "*") == ["east"]
    with pytest.raises(HeatnetError, match="1 of the inventories lie in the folder of results"):
        names_of(tmp_path, "east", "out/east")


def test_a_path_that_does_not_exist_stays_to_be_told_and_a_pattern_without_match_is_refused(tmp_path: Path) -> None:
    assert names_of(tmp_path, "ghost") == ["ghost"]
    with pytest.raises(HeatnetError, match="matches no file or folder"):
        names_of(tmp_path, "*.nothing")
    with pytest.raises(HeatnetError, match="no inventory is given"):
        find_sources([], None)


def test_a_folder_with_a_bracket_in_its_name_is_no_pattern(tmp_path: Path) -> None:
    folders(tmp_path, "town [old]")
    assert names_of(tmp_path, "town [old]") == ["town [old]"]


def test_the_fingerprint_tells_of_tables_only_and_not_of_their_place(tmp_path: Path) -> None:
    folders(tmp_path, "a/east", "b/east")
    for home in ("a", "b"):
        (tmp_path / home / "east" / "nodes.csv").write_text("node_id,kind\nH,source\n", encoding="utf-8")
    (tmp_path / "b" / "east" / "notes.txt").write_text("seen", encoding="utf-8")
    first, second = find_sources([tmp_path / "a/east", tmp_path / "b/east"], None)
    assert first.fingerprint() == second.fingerprint()
    (tmp_path / "b" / "east" / "segments.csv").write_text("", encoding="utf-8")
    assert first.fingerprint() != second.fingerprint()


@pytest.mark.parametrize("layout", ["{table}/network_id={name}/part-0.parquet", "network_id={name}/{table}.parquet"])
def test_a_dataset_partitioned_by_network_id_is_many_networks(tmp_path: Path, layout: str) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra parquet")
    for seed, name in enumerate(("east", "west")):
        for table, rows in make_city(length_km=3, stations=1, rng=seed).tables.items():
            file = tmp_path / "region" / layout.format(table=table, name=name)
            file.parent.mkdir(parents=True, exist_ok=True)
            rows.to_parquet(file)
    (tmp_path / "region" / layout.format(table="segments", name="lost")).parent.mkdir(parents=True)
    results = {one.name: one for one in score(tmp_path / "region", season=2025)}
    expected = {"east": "scored", "west": "scored"}
    if layout.startswith("network_id"):
        expected["lost"] = "unreadable"
    assert {name: one.status for name, one in results.items()} == expected
    assert results["east"].summary["visits"] > 0
    assert len(results["east"].ranking) == results["east"].summary["segments"] + results["east"].summary["stations"]


@pytest.mark.parametrize("most", [1, 7, 1000])
def test_the_order_of_all_assets_is_the_same_however_many_are_held_at_a_time(tmp_path: Path, most: int) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra parquet")
    rng = np.random.default_rng(4)
    rankings, tables = {}, []
    for name in ("a", "b", "c"):
        hours = -np.sort(-np.where(rng.random(40) < 0.3, 0.0, np.round(rng.gamma(0.3, 50.0, 40), 2)))
        table = pd.DataFrame({"asset_id": [f"{name}{place}" for place in range(40)], "rank": range(1, 41)})
        table = table.assign(ratio=hours, network=name)
        numbers = dict.fromkeys(_NUMBERS, 1)
        table = table.assign(**numbers, grade="C", asset_kind="segment", street=None, reason="laid 1990")
        tables.append(table)
        rankings[name] = tmp_path / f"{name}.parquet"
        write_parquet(table.drop(columns="network"), rankings[name])
    _write_scores(rankings, tmp_path / "scores.parquet", most)
    scores = pd.read_parquet(tmp_path / "scores.parquet")
    together = pd.concat(tables).sort_values(["ratio", "network", "rank"], ascending=[False, True, True], kind="stable")
    assert scores["asset_id"].tolist() == together["asset_id"].tolist()
    assert scores["rank"].tolist() == list(range(1, 121))


def test_ranges_of_hours_hold_some_assets_each_and_every_asset_once() -> None:
    counts = np.zeros(1 << 19, dtype=np.int64)
    counts[[1000, 261120, 300000, 300001]] = [3, 2, 9, 1]
    ranges = list(_ranges(counts, 4))
    assert [low for low, _ in ranges[:-1]] == [high for _, high in ranges[1:]]
    assert len(ranges) == 4
    assert ranges[-1][0] == 5e-324
