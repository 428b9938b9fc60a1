"""Towns of a region may lie in the schemas of one database: scored as from files, anew where a row changed."""

import contextlib
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from heatnet.batch import score
from heatnet.batch.inputs import find_sources
from heatnet.interop.folders import raw_tables
from heatnet.inventory.writing import write_inventory
from heatnet.synthetic import make_city

PASSWORD = "geheim"
FIXTURES = Path(__file__).parents[2] / "fixtures"


def test_a_database_is_called_after_its_schema_and_its_password_is_not_shown() -> None:
    server = f"postgresql://reader:{PASSWORD}@dbserver/heat"
    given = [f"{server}?schema=west", f"{server}?schema=east", f"{server}?schema=east", "duckdb:////data/south.duckdb"]
    sources = find_sources(given, None)
    assert [source.name for source in sources] == ["east", "south", "west"]
    assert sources[0].address == given[1]
    assert PASSWORD not in str(sources)
    other = find_sources([f"{server}?schema=east", "postgresql://dbserver/cold?schema=east"], None)
    assert [source.name for source in other] == ["cold-east", "heat-east"]
    assert [source.name for source in find_sources(["postgresql://[x"], None)] == ["database"]


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two towns, each a folder and a schema of ``region.sqlite``."""
    pytest.importorskip("pyarrow")
    pytest.importorskip("sqlalchemy")
    home = tmp_path_factory.mktemp("region")
    for number, town in enumerate(("east", "west")):
        write_inventory(make_city(length_km=2.0, stations=1, rng=number).tables, home / "towns" / town)
        with contextlib.closing(sqlite3.connect(home / "region.sqlite")) as base, base:
            for raw in raw_tables(home / "towns" / town).tables:
                raw.cells.to_sql(f"{town}_{raw.name}", base, index=False)
    return home


def addresses(region: Path) -> list[str]:
    return [f"sqlite:///{region / 'region.sqlite'}?schema={town}" for town in ("east", "west")]


def written_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_towns_in_a_database_are_scored_as_from_their_folders(region: Path, tmp_path: Path) -> None:
    of_files = {one.name: one.ranking for one in score([region / "towns/*"], output=tmp_path / "files")}
    of_base = {one.name: one.ranking for one in score(addresses(region), output=tmp_path / "base")}
    assert list(of_files) == ["east", "west"]
    assert set(of_base) == set(of_files)
    for town, ranking in of_files.items():
        pd.testing.assert_frame_equal(ranking, of_base[town])
    assert str(region).encode() not in written_in(tmp_path / "base")


def test_a_town_whose_row_changed_is_scored_anew_and_the_other_kept(region: Path, tmp_path: Path) -> None:
    def stamps() -> dict[str, int]:
        return {file.parent.name: file.stat().st_mtime_ns for file in tmp_path.glob("*/findings.parquet")}

    assert {one.status for one in score(addresses(region), output=tmp_path, season=2026)} == {"scored"}
    first = stamps()
    assert {one.status for one in score(addresses(region), output=tmp_path, season=2026)} == {"scored"}
    assert stamps() == first
    with contextlib.closing(sqlite3.connect(region / "region.sqlite")) as base, base:
        base.execute("UPDATE west_visits SET room_temp_c = NULL")
    sources = {source.name: source.fingerprint() for source in find_sources(addresses(region), None)}
    assert sources["west"] != sources["east"]
    assert {one.status for one in score(addresses(region), output=tmp_path, season=2026)} == {"scored"}
    assert stamps()["west"] != first["west"]


def test_a_database_that_is_not_there_is_a_row_that_says_so(region: Path, tmp_path: Path) -> None:
    lost = [f"sqlite:///{tmp_path / 'none.sqlite'}", f"postgresql://reader:{PASSWORD}@127.0.0.1:1/heat"]
    given = [addresses(region)[0], *lost]
    found = {one.name: (one.status, one.reason) for one in score(given, output=tmp_path / "out")}
    status, reason = found["none"]
    assert status == "unreadable"
    assert "no such database" in str(reason)
    assert found["heat"][0] == "unreadable"
    assert found["east"][0] == "scored"
    assert PASSWORD.encode() not in written_in(tmp_path / "out")
