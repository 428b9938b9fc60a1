"""An inventory in a real PostgreSQL with PostGIS: read as from files, results written whole or not at all."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

import heatnet as hn
from heatnet.cli import main
from heatnet.interop.databases import write_tables
from tests.inventories_alike import assert_equal

pytestmark = pytest.mark.door
DISTRICT = Path(__file__).parents[2] / "fixtures" / "district"
PASSWORD = "gehe/im&1"


def programs() -> Path:
    """Return where initdb and postgres lie; without them the tests say so."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL on this machine: .ci/doors installs it")
    if os.getuid() == 0 and "postgres" not in {user.pw_name for user in pwd.getpwall()}:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
    return found[-1].parent


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Give the address of a new server on this machine's loopback."""
    home, where = programs(), Path(tempfile.mkdtemp(prefix="heatnet-pg-"))
    (where / "password").write_text(PASSWORD)
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if as_user:
        shutil.chown(where, "postgres")
        shutil.chown(where / "password", "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program: str, *words: str) -> None:
        subprocess.run([*as_user, str(home / program), *words], check=True, capture_output=True, cwd=where)

    run("initdb", "-D", str(where / "data"), "-U", "heat", "-A", "scram-sha-256", "--pwfile", str(where / "password"))
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={where} -c fsync=off"
    subprocess.run(
        [
            *as_user,
            str(home / "pg_ctl"),
            "-D",
            str(where / "data"),
            "-w",
            "-l",
            str(where / "log"),
            "-o",
            options,
            "start",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=where,
    )
    try:
        yield f"postgresql://heat:gehe%2Fim%261@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", str(where / "data"), "-m", "immediate", "stop")
        shutil.rmtree(where, ignore_errors=True)


@pytest.fixture(scope="module")
def engine(address: str) -> Any:
    sa = pytest.importorskip("sqlalchemy")
    pytest.importorskip("psycopg")
    return sa.create_engine(address.replace("postgresql:", "postgresql+psycopg:"))


@pytest.fixture(scope="module")
def city(engine: Any, address: str) -> str:
    """Give the address of the district, a table of text each."""
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA net")
        for file in sorted(DISTRICT.glob("*.csv")):
            table = pd.read_csv(file, dtype=str)
            table.to_sql(file.stem, connection, schema="net", index=False)
    return f"{address}?schema=net"


def test_the_district_is_the_same_as_from_files(city: str) -> None:
    assert_equal(hn.read_inventory(DISTRICT), hn.read_inventory(city))
    pd.testing.assert_frame_equal(hn.read_faults(DISTRICT), hn.read_faults(city))


def test_typed_tables_and_queries_are_the_same_too(city: str, engine: Any) -> None:
    queries = {
        "nodes": "SELECT node_id, kind, x_m::numeric, y_m::float8, households::int, load_kw::real::text AS load_kw,"
        " community FROM net.nodes",
        "segments": "SELECT * FROM net.segments",
        "faults": "SELECT fault_id, asset_id, found_on::date, kind FROM net.faults",
    }
    found, known = hn.read_inventory(engine, queries=queries), hn.read_inventory(DISTRICT)
    assert found.visits is None
    for name in ("node_id", "households", "x_m"):
        pd.testing.assert_series_equal(
            *(one.network.nodes.sort_values("node_id")[name] for one in (found, known)), check_index=False
        )
    for name in ("fault_id", "found_on"):
        pd.testing.assert_series_equal(
            *(one.faults.sort_values("fault_id")[name] for one in (found, known)), check_index=False
        )


def test_shapes_of_postgis_place_nodes_and_lines(engine: Any, address: str) -> None:
    with engine.begin() as connection:
        try:
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
        except Exception:  # noqa: BLE001
            pytest.skip("PostgreSQL without PostGIS: .ci/doors installs it")
        connection.exec_driver_sql("CREATE SCHEMA drawn")
        connection.exec_driver_sql("CREATE TABLE drawn.nodes (node_id text, kind text, geom geometry(Point, 4547))")
        connection.exec_driver_sql(
            "CREATE TABLE drawn.segments (segment_id text, from_node text, to_node text, diameter_mm int,"
            " geom geometry(LineString, 4547))"
        )
        connection.exec_driver_sql(
            "INSERT INTO drawn.nodes VALUES ('A', 'source', ST_GeomFromText('POINT(500000 4400000)', 4547)),"
            " ('B', 'building', ST_GeomFromText('POINT(500030 4400040)', 4547))"
        )
        connection.exec_driver_sql(
            "INSERT INTO drawn.segments VALUES ('S', 'A', 'B', 100,"
            " ST_GeomFromText('LINESTRING(500000 4400000, 500030 4400000, 500030 4400040)', 4547))"
        )
    network = hn.read_network(f"{address}?schema=drawn")
    assert network.nodes[["x_m", "y_m"]].to_numpy().tolist() == [[500000.0, 4400000.0], [500030.0, 4400040.0]]
    assert network.length_m.tolist() == [70.0]
    assert network.crs == "EPSG:4547"


def test_a_plan_goes_into_a_schema_of_its_own(city: str, address: str, engine: Any, tmp_path: Path) -> None:
    results, files = f"{address}?schema=plan_2026", str(tmp_path / "plan")
    asked = ["--season", "2026", "--max-km", "3"]
    for _ in range(2):
        run = CliRunner().invoke(main, ["plan", city, *asked, "-o", results])
        assert run.exit_code == 0, run.output
        assert "gehe" not in run.output
    assert CliRunner().invoke(main, ["plan", str(DISTRICT), *asked, "-o", files]).exit_code == 0
    for name, key in (("ranking", "asset_id"), ("cures", "asset_id"), ("jobs", "job_id")):
        written = pd.read_csv(Path(files) / f"{name}.csv").sort_values(key)
        table = pd.read_sql_table(name, engine, schema="plan_2026").sort_values(key)
        assert list(table.columns) == list(written.columns)
        assert table[key].tolist() == written[key].tolist()
        assert table["worth"].tolist() == pytest.approx(written["worth"].tolist(), rel=1e-9)
    run_table = pd.read_sql_table("run", engine, schema="plan_2026")
    assert run_table["written_by"].tolist() == ["heatnet"]
    assert "gehe" not in run_table.to_csv()


def test_nothing_is_half_written(address: str, engine: Any) -> None:
    good, bad = pd.DataFrame({"a": [1.0]}), pd.DataFrame({"a": [1.0], "A" * 70: [2.0], "A" * 70 + "b": [3.0]})
    write_tables(f"{address}?schema=halves", {"cures": good}, {})
    with pytest.raises(hn.HeatnetError, match="nothing in it was changed"):
        write_tables(f"{address}?schema=halves", {"cures": good.assign(a=5.0), "jobs": bad}, {})
    assert pd.read_sql_table("cures", engine, schema="halves")["a"].tolist() == [1.0]


def test_foreign_tables_are_not_touched(city: str) -> None:
    with pytest.raises(hn.HeatnetError, match=r"did not write \(digs, faults"):
        write_tables(city, {"cures": pd.DataFrame({"a": [1]})}, {})


def test_a_wrong_password_is_not_told(address: str) -> None:
    wrong = address.replace("gehe%2Fim%261", "ganz%2Ffalsch")
    with pytest.raises(hn.HeatnetError) as caught:
        hn.read_inventory(wrong)
    assert "ganz" not in str(caught.value)
    run = CliRunner().invoke(main, ["check", wrong])
    assert run.exit_code == 2
    assert "ganz" not in run.output
    assert "password authentication failed" in run.output
