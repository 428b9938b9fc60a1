"""The code on the pages about maps and models runs as it stands, and says what it should."""

import re
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest

import heatnet as hn

ROOT = Path(__file__).parent.parent.parent
MOSCOW = ROOT.parent / "shared" / "data" / "moscow_moek" / "source_station_building.csv"


def blocks(page: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def run(code: str, known: dict[str, Any] | None = None) -> dict[str, Any]:
    names = {} if known is None else known
    exec(compile(code, "page", "exec"), names)
    return names


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    monkeypatch.chdir(tmp_path)


def test_the_page_about_maps_runs(tmp_path: Path) -> None:
    pytest.importorskip("geopandas", reason="geopandas is not installed")
    names: dict[str, Any] = {}
    for code in blocks("gis.md"):
        run(code, names)
    assert (tmp_path / "plan.gpkg").stat().st_size > 10_000
    assert len(names["frame"]) == 1529


def test_results_of_pandapipes_and_heatnet_stand_on_one_map(tmp_path: Path) -> None:
    gpd = pytest.importorskip("geopandas", reason="geopandas is not installed")
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    matplotlib.use("Agg")
    code = blocks("models.md")[1]
    assert len([line for line in code.splitlines() if line.strip()]) <= 64
    names = run(code)
    assert (tmp_path / "losses.png").stat().st_size > 10_000
    pipes = gpd.read_file(tmp_path / "losses.gpkg")
    assert len(pipes) == 482
    assert pipes.geometry.notna().all()
    tables = {name: names["table_of"](names["NET"], name) for name in ("pipe", "valve", "heat_consumer")}
    graph = nx.MultiGraph()
    for name in ("pipe", "valve"):
        ends = tables[name][["from_junction", "to_junction"]]
        graph.add_edges_from((u, v, (name, at)) for at, u, v in ends.itertuples())
    pipe = names["pipes"].index[0]
    graph.remove_edge(*tables["pipe"].loc[pipe, ["from_junction", "to_junction"]], key=("pipe", pipe))
    flow, back = nx.node_connected_component(graph, 204), nx.node_connected_component(graph, 1185)  # of the pump
    consumer = tables["heat_consumer"]
    is_lost = ~(consumer["from_junction"].isin(flow) & consumer["to_junction"].isin(back))
    assert names["worst"]["buildings_lost"] == is_lost.sum() > 0
    assert names["worst"]["load_lost_kw"] == pytest.approx(consumer["qext_w"][is_lost].sum() / 1000)
    assert names["worst"]["load_lost_kw"] == pytest.approx(names["pipes"]["load_lost_kw"].max())


def test_the_hierarchy_runs_and_a_house_on_two_stations_hangs_on_both() -> None:
    loss = run(blocks("models.md")[2])["loss"]
    # T1 carries Lime street 1 (0.3 Gcal/h) and a part of Lime street 2 (0.45), T2 the other part (0.1)
    assert loss.loc[["T1", "T2"], "buildings_lost"].tolist() == [2, 1]
    assert loss.loc[["T1", "T2"], "load_lost_kw"].tolist() == pytest.approx([0.75 * 1163, 0.1 * 1163])


def test_the_hierarchy_of_moscow_has_the_counts_of_its_table() -> None:
    if not MOSCOW.exists():
        pytest.skip(f"{MOSCOW} is not there: the scheme is not handed on with heatnet")
    links = pd.read_csv(MOSCOW)
    network = run(blocks("models.md")[2])["hierarchy"](links)
    houses = links[links["kind"] == "TP-building"].drop_duplicates(["from", "to"])
    assert (len(network.source_nodes), len(network.station_nodes)) == (7, 1244)
    assert len(network.building_nodes) == len(houses)
    assert network.n_segments == len(links)
    behind = houses.groupby("from").size()
    assert hn.supply_loss(network).loc[behind.index, "buildings_lost"].to_dict() == behind.to_dict()
