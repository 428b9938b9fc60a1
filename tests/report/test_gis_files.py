"""A plan as a GeoPackage: what stands in it, that GDAL opens it with its styles, and that it is the same every time."""

import dataclasses
import sqlite3
import xml.etree.ElementTree as ET
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import heatnet as hn
from heatnet.errors import HeatnetError
from heatnet.interop.geopackage import MapLayer, write_geopackage

LAYERS = ("assets", "stations", "sources", "measure_first", "jobs", "cures", "station_cures", "valves_to_close")


@pytest.fixture(scope="module")
def assessment() -> hn.Assessment:
    inventory = hn.read_inventory(Path(__file__).parent.parent.parent / "fixtures" / "district")
    found = hn.assess(inventory, season=2026, settings=hn.Settings(capacity=False))
    return dataclasses.replace(found, network=found.network.with_crs("EPSG:4547"))


@pytest.fixture(scope="module")
def plan(assessment: hn.Assessment) -> hn.Plan:
    return hn.plan_cures(assessment, max_km=2.0, max_stations=1)


@pytest.fixture(scope="module")
def file(plan: hn.Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gis") / "plan.gpkg"
    hn.write_gis(plan, path)
    return path


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    base = sqlite3.connect(file)
    try:
        return base.execute(query).fetchall()
    finally:
        base.close()


def test_gdal_opens_every_layer_with_its_grid(file: Path, plan: hn.Plan, assessment: hn.Assessment) -> None:
    pyogrio = pytest.importorskip("pyogrio", reason="pyogrio is not installed")
    gpd = pytest.importorskip("geopandas", reason="geopandas is not installed")
    assert [name for name, _ in pyogrio.list_layers(file)] == [*LAYERS, "layer_styles"]
    tables = {name: gpd.read_file(file, layer=name) for name in LAYERS}
    assert {str(table.crs) for table in tables.values()} == {"EPSG:4547"}
    assert len(tables["assets"]) + len(tables["stations"]) == len(assessment.ranking)
    first = tables["assets"].iloc[0]
    assert first["worth"] == assessment.ranking.loc[first["asset_id"], "worth"]
    at = assessment.network.asset_positions([first["asset_id"]])[0]
    np.testing.assert_array_equal(np.array(first.geometry.coords), assessment.network.lines.of(at))
    assert sorted([*tables["cures"]["asset_id"], *tables["station_cures"]["asset_id"]]) == sorted(plan.cures.index)
    assert tables["jobs"]["job_id"].tolist() == sorted(plan.jobs.index)
    trench = tables["jobs"][tables["jobs"]["job_kind"] == "trench"].iloc[0]
    assert len(trench.geometry.geoms) == (plan.cures["job_id"] == trench["job_id"]).sum()


def test_every_layer_with_a_map_has_a_style_that_is_its_default(file: Path) -> None:
    styles = dict(rows(file, "SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault = 1"))
    assert sorted(styles) == sorted(LAYERS)
    for name, style in styles.items():
        root = ET.fromstring(style.partition("\n")[2])
        renderer = root.find("renderer-v2")
        assert renderer is not None
        field = renderer.get("attr")
        if field:
            columns = [row[1] for row in rows(file, f"PRAGMA table_info({name})")]
            assert field in columns
        symbols = {symbol.get("name") for symbol in renderer.iter("symbol")}
        assert {one.get("symbol") for one in renderer.iter("category")} <= symbols
        assert all(text.get("isExpression") == "0" for text in root.iter("text-style"))


def test_the_same_plan_gives_the_same_bytes(file: Path, plan: hn.Plan, tmp_path: Path) -> None:
    hn.write_gis(plan, tmp_path / "again.gpkg")
    assert (tmp_path / "again.gpkg").read_bytes() == file.read_bytes()


def test_valves_to_close_are_those_around_what_is_drained(file: Path, plan: hn.Plan, assessment: hn.Assessment) -> None:
    counts = pd.Series(dict(rows(file, "SELECT job_id, count(*) FROM valves_to_close GROUP BY job_id")))
    loss = hn.supply_loss(assessment.network)["valves_to_close"]
    alone = plan.cures[plan.cures["asset_kind"] == "segment"].groupby("job_id").filter(lambda job: len(job) == 1)
    assert len(alone)
    for asset, job in alone["job_id"].items():
        assert counts.get(job, 0) == loss[asset]


def test_a_ranking_alone_has_no_layers_of_a_plan(assessment: hn.Assessment, tmp_path: Path) -> None:
    hn.write_gis(assessment, tmp_path / "ranking.gpkg", language="zh")
    names = dict(rows(tmp_path / "ranking.gpkg", "SELECT table_name, identifier FROM gpkg_contents"))
    assert sorted(names) == sorted(["assets", "stations", "sources", "measure_first", "layer_styles"])
    assert names["measure_first"] == "先测后挖"


def test_a_network_without_coordinates_is_rows_without_shapes(tmp_path: Path) -> None:
    network = hn.read_network(Path(__file__).parent.parent.parent / "fixtures" / "tree")
    network = network.replace(nodes=network.nodes.assign(x_m=np.nan, y_m=np.nan))
    hn.write_gis(hn.assess(network, season=2026), tmp_path / "tree.gpkg")
    assert rows(tmp_path / "tree.gpkg", "SELECT count(*), count(geom) FROM assets") == [(3, 0)]


def test_text_of_files_stays_text(tmp_path: Path) -> None:
    evil = ["'); DROP TABLE x; --", '"]]>&<', "\ud800 half", "a\x00b", "=1+1", "@layer"]
    table = pd.DataFrame({'na"me': pd.Series(evil, dtype=object), "number": 1.5})
    write_geopackage([MapLayer("x", table)], tmp_path / "x.gpkg")
    assert [row[1] for row in rows(tmp_path / "x.gpkg", "SELECT * FROM x")] == [
        *evil[:2], "\\ud800 half", "a b", *evil[4:],
    ]  # fmt: skip


def test_what_cannot_be_written_is_said(assessment: hn.Assessment, tmp_path: Path) -> None:
    with pytest.raises(HeatnetError, match=r"ends in \.gpkg"):
        hn.write_gis(assessment, tmp_path / "plan.shp")
    table = assessment.candidates()
    with pytest.raises(HeatnetError, match="give the assessment"):
        hn.write_gis(hn.plan_cures(table, max_km=1.0), tmp_path / "plan.gpkg")
    odd = dataclasses.replace(assessment, network=assessment.network.with_crs("no such grid"))
    said = (
        "name it like EPSG" if find_spec("pyproj") else r"heatnet\[geo\]"
    )  # only pyproj knows a grid without a number
    with pytest.raises(HeatnetError, match=said):
        hn.write_gis(odd, tmp_path / "plan.gpkg")
    assert not list(tmp_path.iterdir())
