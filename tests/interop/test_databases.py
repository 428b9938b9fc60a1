"""Inventories in SQLite and DuckDB are those of the files; odd tables and addresses give heatnet's own errors."""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import heatnet as hn
from heatnet.interop.databases import write_tables
from tests.inventories_alike import assert_equal

sa = pytest.importorskip("sqlalchemy")
DISTRICT = Path(__file__).parents[2] / "fixtures" / "district"


def tables_in(file: Path, folder: Path = DISTRICT, prefix: str = "") -> Path:
    with contextlib.closing(sqlite3.connect(file)) as base, base:
        for one in sorted(folder.glob("*.csv")):
            pd.read_csv(one, dtype=str).to_sql(f"{prefix}{one.stem}", base, index=False)
    return file


def test_the_district_in_sqlite_is_that_of_the_files(tmp_path: Path) -> None:
    file, known = tables_in(tmp_path / "d.sqlite"), hn.read_inventory(DISTRICT)
    before = file.read_bytes()
    assert_equal(known, hn.read_inventory(file))
    assert_equal(known, hn.read_inventory(f"sqlite:///{file}"))
    engine = sa.create_engine(f"sqlite:///{file}")
    assert_equal(known, hn.read_inventory(engine))
    engine.dispose()  # it is the user's: heatnet leaves its pool alone
    pd.testing.assert_frame_equal(hn.read_works(DISTRICT), hn.read_works(file))
    assert file.read_bytes() == before


def test_a_schema_of_sqlite_is_what_stands_before_the_names(tmp_path: Path) -> None:
    file = tables_in(tmp_path / "d.sqlite", DISTRICT.parent / "loop", prefix="net_")
    assert (
        hn.read_network(f"sqlite:///{file}?schema=net").n_segments
        == hn.read_network(DISTRICT.parent / "loop").n_segments
    )


def test_the_district_in_duckdb_is_that_of_the_files(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("duckdb_engine")
    with contextlib.closing(duckdb.connect(str(tmp_path / "d.duckdb"))) as base:
        for one in sorted(DISTRICT.glob("*.csv")):
            base.execute(f"CREATE TABLE {one.stem} AS SELECT * FROM read_csv('{one}', all_varchar = true)")
    assert_equal(hn.read_inventory(DISTRICT), hn.read_inventory(tmp_path / "d.duckdb"))


def test_queries_name_the_tables(tmp_path: Path) -> None:
    file = tables_in(tmp_path / "d.sqlite", DISTRICT.parent / "loop", prefix="old_")
    queries = {"nodes": "SELECT * FROM old_nodes", "segments": "SELECT * FROM old_segments WHERE length_m > 0"}
    assert hn.read_inventory(file, queries=queries).network.n_nodes == hn.read_network(DISTRICT.parent / "loop").n_nodes
    with pytest.raises(hn.HeatnetError, match="pipes"):
        hn.read_inventory(file, queries={"pipes": "SELECT 1"})
    with pytest.raises(hn.HeatnetError, match="no such table: nowhere"):
        hn.read_inventory(file, queries={"nodes": "SELECT * FROM nowhere"})
    with pytest.raises(hn.HeatnetError, match="queries are for databases"):
        hn.read_inventory(DISTRICT, queries=queries)


def test_results_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'r.sqlite'}?schema=plan"
    cures = pd.DataFrame({"worth": [1.5, None], "start_on": pd.to_datetime(["2026-05-01", None])}, index=["a", "b"])
    write_tables(address, {"cures": cures.rename_axis("asset_id")}, {"season": 2026})
    with pytest.raises(hn.HeatnetError, match="nothing in it was changed"):
        write_tables(address, {"cures": cures, "jobs": pd.DataFrame([[1, 2]], columns=["a", "A"])}, {})
    with contextlib.closing(sqlite3.connect(tmp_path / "r.sqlite")) as base:
        rows = base.execute("SELECT * FROM plan_cures").fetchall()
        assert rows == [("a", 1.5, "2026-05-01"), ("b", None, None)]
        assert base.execute("SELECT * FROM plan_run").fetchall() == [("heatnet", '{"season": 2026}')]


def test_results_are_written_to_duckdb_whole_or_not_at_all(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("duckdb_engine")
    file = tmp_path / "r.duckdb"
    with contextlib.closing(duckdb.connect(str(file))) as base:
        base.execute("CREATE SCHEMA theirs; CREATE TABLE theirs.nodes AS SELECT 1 AS node_id")
    cures = pd.DataFrame(
        {"worth": [1.5, None], "is_first": [True, False], "start_on": pd.to_datetime(["2026-05-01", None])},
        index=["a", "b"],
    ).rename_axis("asset_id")
    for worth in (1.5, 2.5):  # the second time over the first
        write_tables(f"duckdb:///{file}?schema=plan", {"cures": cures.assign(worth=worth)}, {"season": 2026})
    with pytest.raises(hn.HeatnetError, match="nothing in it was changed"):
        write_tables(
            f"duckdb:///{file}?schema=plan", {"cures": cures, "jobs": pd.DataFrame([[1, 2]], columns=["a", "A"])}, {}
        )
    with pytest.raises(hn.HeatnetError, match=r"did not write \(nodes\)"):
        write_tables(f"duckdb:///{file}?schema=theirs", {"cures": cures}, {})
    with contextlib.closing(duckdb.connect(str(file))) as base:
        rows = base.execute("SELECT * FROM plan.cures ORDER BY asset_id").fetchall()
        assert rows == [("a", 2.5, True, datetime.date(2026, 5, 1)), ("b", 2.5, False, None)]
        assert base.execute("SELECT record FROM plan.run").fetchall() == [('{"season": 2026}',)]
        assert base.execute("SELECT * FROM theirs.nodes").fetchall() == [(1,)]


def test_tables_of_others_are_not_touched(tmp_path: Path) -> None:
    file = tables_in(tmp_path / "d.sqlite", DISTRICT.parent / "loop", prefix="net_")
    before = file.read_bytes()
    with pytest.raises(hn.HeatnetError, match=r"did not write \(nodes, segments, valves\)"):
        write_tables(f"sqlite:///{file}?schema=net", {"cures": pd.DataFrame({"a": [1]})}, {})
    with pytest.raises(hn.HeatnetError, match=r"add \?schema=plan_2026"):
        write_tables(f"sqlite:///{file}", {"cures": pd.DataFrame({"a": [1]})}, {})
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u:geheim@127.0.0.1:1/x?schema=k&sslpassword=geheim2",
        "postgresql://u:geheim@[x",
        "foo://u:geheim@h/x",
        "postgresql://u:geheim@h:port/x",
        "sqlite:////no/where.sqlite?password=geheim",
    ],
)
def test_secrets_are_never_told(address: str) -> None:
    with pytest.raises(hn.HeatnetError) as caught:
        hn.read_inventory(address)
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None or "geheim" not in str(caught.value.__cause__)


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(hn.MissingFileError, match="no such database"):
        hn.read_inventory(tmp_path / "none.sqlite")
    assert not (tmp_path / "none.sqlite").exists()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_truncated_files_give_only_heatnets_own_errors(tmp_path: Path, data: st.DataObject) -> None:
    file = tmp_path / "whole.sqlite"
    if not file.exists():
        tables_in(file, DISTRICT.parent / "loop")
    whole = file.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.one_of(st.just(len(whole)), st.integers(1, 64)))
    torn = tmp_path / "torn.sqlite"
    torn.write_bytes(whole[:place] + data.draw(st.binary(max_size=8)) + whole[place + cut :])
    with contextlib.suppress(hn.HeatnetError):
        hn.read_inventory(torn)


CELL = st.one_of(st.none(), st.text(max_size=5), st.integers(-(2**63), 2**63 - 1), st.floats(), st.binary(max_size=5))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=4))
def test_odd_cells_give_only_heatnets_own_errors(tmp_path: Path, rows: list[tuple[object, object, object]]) -> None:
    file = tmp_path / "odd.sqlite"
    file.unlink(missing_ok=True)
    tables_in(file, DISTRICT.parent / "loop")
    with contextlib.closing(sqlite3.connect(file)) as base, base:
        base.execute("CREATE TABLE faults (fault_id, found_on, asset_id)")
        with contextlib.suppress(UnicodeEncodeError):
            base.executemany("INSERT INTO faults VALUES (?, ?, ?)", rows)
    with contextlib.suppress(hn.HeatnetError):
        hn.read_inventory(file)
