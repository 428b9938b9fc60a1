"""Maps to networks: as tables with shapes, and as lines alone whose ends are joined."""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import heatnet as hn
from heatnet.errors import HeatnetError

pytest.importorskip("pyogrio", reason="pyogrio is not installed")
pytest.importorskip("pyproj", reason="pyproj is not installed")
gpd = pytest.importorskip("geopandas", reason="geopandas is not installed")
shapely = pytest.importorskip("shapely", reason="shapely is not installed")

GRID = "EPSG:4547"  # CGCS2000 / 3-degree Gauss-Kruger CM 114E
TABLES = ("nodes", "segments", "valves")


@pytest.fixture(scope="module")
def district() -> hn.Network:
    return hn.read_network(Path(__file__).parent.parent.parent / "fixtures" / "district")


def layers(network: hn.Network, crs: str | None = GRID) -> dict[str, "gpd.GeoDataFrame"]:
    nodes, segments = network.nodes, network.segments
    courses = [shapely.LineString(network.lines.of(at)) for at in range(network.n_segments)]
    return {
        "nodes": gpd.GeoDataFrame(nodes, geometry=gpd.points_from_xy(nodes["x_m"], nodes["y_m"]), crs=crs),
        "segments": gpd.GeoDataFrame(segments.drop(columns="geometry"), geometry=courses, crs=crs),
        "valves": gpd.GeoDataFrame(network.valves, geometry=[None] * len(network.valves), crs=crs),
    }


def assert_same_tables(one: hn.Network, other: hn.Network) -> None:
    for name in TABLES:
        left, right = (getattr(network, name).drop(columns="geometry", errors="ignore") for network in (one, other))
        pd.testing.assert_frame_equal(left, right)


def test_a_geopackage_with_a_layer_per_table_is_the_network_of_the_tables(district: hn.Network, tmp_path: Path) -> None:
    for name, layer in layers(district).items():
        layer.to_file(tmp_path / "town.gpkg", layer=name)
    network = hn.read_network(tmp_path / "town.gpkg")
    assert_same_tables(network, district)
    assert network.crs == GRID
    np.testing.assert_array_equal(network.lines.xy, district.lines.xy)
    pd.testing.assert_frame_equal(hn.supply_loss(network), hn.supply_loss(district))


def test_a_folder_of_geojson_is_the_network_of_the_tables(district: hn.Network, tmp_path: Path) -> None:
    for name, layer in layers(district).items():
        if name != "valves":
            layer.to_file(tmp_path / f"{name}.geojson", driver="GeoJSON", COORDINATE_PRECISION=17)
    district.valves.to_csv(tmp_path / "valves.csv", index=False)
    assert_same_tables(hn.read_network(tmp_path), district)


def test_shapefiles_whose_headings_were_cut_off_are_the_network_of_the_tables(
    district: hn.Network, tmp_path: Path
) -> None:
    for name, layer in layers(district).items():
        if name != "valves":
            plain = layer.assign(accepted_on=layer["accepted_on"].astype(str).replace("NaT", None))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                plain.to_file(tmp_path / f"{name}.shp", encoding="UTF-8")
    district.valves.to_csv(tmp_path / "valves.csv", index=False)
    network = hn.read_network(tmp_path)
    assert_same_tables(network, district)


def test_geoparquet_is_read(district: hn.Network, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    for name, layer in layers(district).items():
        if name != "valves":
            layer.to_parquet(tmp_path / f"{name}.parquet")
    network = hn.read_network(tmp_path)
    assert_same_tables(network, hn.Network(district.nodes, district.segments))
    assert hn.read_network(tmp_path).crs


def bent(network: hn.Network, away_m: float = 2.0) -> list["shapely.LineString"]:
    """Courses that keep away from nodes not their own: those that would touch one go round it."""
    place = network.nodes[["x_m", "y_m"]].to_numpy()
    points = shapely.points(place)
    tree = shapely.STRtree(points)
    courses = [shapely.LineString(network.lines.of(at)) for at in range(network.n_segments)]
    for at, course in enumerate(courses):
        own = {network.from_node[at], network.to_node[at]}
        for step in range(40):
            if not set(tree.query(course, predicate="dwithin", distance=away_m).tolist()) - own:
                break
            (ax, ay), (bx, by) = network.lines.of(at)
            side = (step // 2 + 1) * (3.7 if step % 2 else -3.7) / np.hypot(bx - ax, by - ay)
            middle = ((ax + bx) / 2 - (by - ay) * side, (ay + by) / 2 + (bx - ax) * side)
            course = courses[at] = shapely.LineString([(ax, ay), middle, (bx, by)])
    return courses


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_lines_alone_cut_and_jittered_give_the_same_losses(district: hn.Network, tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    town = layers(district)
    rows, shapes = [], []
    courses = bent(district)
    tree = shapely.STRtree(courses)
    for at, course in enumerate(courses):
        cut = rng.uniform(0.3, 0.7) * course.length  # not where another pipe crosses: an end there would join it
        near = tree.query(course.interpolate(cut), predicate="dwithin", distance=2.0)
        cuts = [cut] if len(near) == 1 and course.length > 8 else []
        for number, (low, high) in enumerate(zip([0, *cuts], [*cuts, course.length], strict=True)):
            piece = shapely.get_coordinates(shapely.ops.substring(course, low, high))
            turn = rng.uniform(0, 2 * np.pi, 2)
            piece[[0, -1]] += (0.3 * np.sqrt(rng.uniform(0, 1, 2)) * np.array([np.cos(turn), np.sin(turn)])).T
            rows.append((at, number))
            shapes.append(shapely.LineString(piece[:: rng.choice([-1, 1])]))
    of, number = np.array(rows).T
    lines = town["segments"].iloc[of].drop(columns=["from_node", "to_node", "length_m", "geometry"])
    lines = gpd.GeoDataFrame(lines, geometry=shapes, crs=GRID)
    lines["segment_id"] = [f"{name}_{k}" for name, k in zip(lines["segment_id"], number, strict=True)]
    lines = lines.sample(frac=1, random_state=seed)
    town["nodes"][town["nodes"]["kind"] != "junction"].to_file(tmp_path / "lines.gpkg", layer="nodes")
    lines.to_file(tmp_path / "lines.gpkg", layer="segments")
    found = hn.supply_loss(hn.read_network(tmp_path / "lines.gpkg"), isolate="segment")
    expected = hn.supply_loss(district, isolate="segment")
    columns = ["buildings_lost", "households_lost", "load_lost_kw"]
    owner = found.index.str.replace(r"_\d+(/\d+)?$", "", regex=True)
    pd.testing.assert_frame_equal(
        found[columns].set_index(owner).sort_index(), expected.loc[owner, columns].sort_index(), check_names=False
    )


def network_of(
    tmp_path: Path, lines: list, nodes: list | None = None, crs: str | None = GRID, **columns
) -> hn.Inventory:
    """The inventory of lines (coordinates) and nodes (id, kind, x, y)."""
    file = tmp_path / "drawn.gpkg"
    file.unlink(missing_ok=True)
    given = {"segment_id": [f"L{at}" for at in range(len(lines))], "diameter_mm": 100.0, **columns}
    shapes = [
        None if line is None else shapely.from_wkt(line) if isinstance(line, str) else shapely.LineString(line)
        for line in lines
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a file without a grid
        gpd.GeoDataFrame(given, geometry=shapes, crs=crs).to_file(file, layer="segments")
    if nodes:
        ids, kinds, x, y = zip(*nodes, strict=True)
        points = gpd.points_from_xy(x, y)
        gpd.GeoDataFrame({"node_id": ids, "kind": kinds}, geometry=points, crs=crs).to_file(file, layer="nodes")
    return hn.read_inventory(file)


def ends(network: hn.Network) -> list[tuple[str, str, str]]:
    return list(network.segments[["segment_id", "from_node", "to_node"]].itertuples(index=False, name=None))


def test_an_end_on_another_line_splits_it_and_a_crossing_does_not(tmp_path: Path) -> None:
    # L0 west to east; L1 ends on it 0.4 m short at x = 40; L2 crosses it at x = 70 without an end
    lines = [[(0, 0), (100, 0)], [(40, 30), (40, 0.4)], [(70, -20), (70, 20)]]
    network = network_of(tmp_path, lines).network
    assert ends(network) == [
        ("L0/1", "J0_0", "J40_0"),
        ("L0", "J40_0", "J100_0"),
        ("L1", "J40_30", "J40_0"),
        ("L2", "J70_-20", "J70_20"),
    ]
    assert network.length_m.tolist() == pytest.approx([40, 60, 29.6, 40])


def test_a_given_length_is_shared_by_the_pieces(tmp_path: Path) -> None:
    lines = [[(0, 0), (100, 0)], [(40, 30), (40, 0)]]
    network = network_of(tmp_path, lines, length_m=[110.0, None]).network
    assert network.length_m.tolist() == pytest.approx([44, 66, 30])


def test_a_building_beside_a_line_splits_it_only_where_no_line_of_its_own_ends(tmp_path: Path) -> None:
    # the house at (50, 0.5) has its own line from the south; the one at (80, 0.5) has none
    lines = [[(0, 0), (100, 0)], [(50, 20), (50, 0.9)]]
    nodes = [("H", "source", 0, 0), ("B1", "building", 50, 1.0), ("B2", "building", 80, 0.5)]
    inventory = network_of(tmp_path, lines, nodes)
    assert ends(inventory.network) == [("L0", "H", "B2"), ("L0/2", "B2", "J100_0"), ("L1", "J50_20", "B1")]


def test_levels_meet_at_stations_alone(tmp_path: Path) -> None:
    # both levels have an end at (50, 0), once with a station there and once without
    lines = [[(0, 0), (50, 0)], [(50, 0.2), (90, 0)]]
    level = ["primary", "secondary"]
    apart = network_of(tmp_path, lines, [("H", "source", 0, 0)], level=level).network
    assert ends(apart)[0][2] != ends(apart)[1][1]
    station = [("H", "source", 0, 0), ("T", "station", 50, 0)]
    assert ends(network_of(tmp_path, lines, station, level=level).network) == [("L0", "H", "T"), ("L1", "T", "J90_0")]


def test_short_pipes_keep_both_their_ends(tmp_path: Path) -> None:
    # L1 is 0.6 m long, shorter than snap_m: its ends stay two nodes
    lines = [[(0, 0), (50, 0)], [(50, 0), (50.6, 0)], [(50.6, 0), (90, 0)]]
    assert ends(network_of(tmp_path, lines).network) == [
        ("L0", "J0_0", "J50_0"),
        ("L1", "J50_0", "J51_0"),
        ("L2", "J51_0", "J90_0"),
    ]


def test_doubled_reversed_and_empty_lines_are_told(tmp_path: Path) -> None:
    line = [(0, 0), (50, 0)]
    loop = [(0, 0), (5, 5), (0, 9), (0, 0)]
    parts = "MULTILINESTRING ((0 0, 0 -20), (0 -30, 0 -40))"
    inventory = network_of(tmp_path, [line, line, line[::-1], loop, None, parts, "LINESTRING EMPTY"])
    rules = inventory.findings.groupby("rule")["row_id"].agg(list).to_dict()
    assert rules["line_doubled"] == ["L1"]
    assert rules["line_reversed"] == ["L2"]
    assert rules["line_in_parts"] == ["L5"]
    assert sorted(inventory.set_aside["row_id"]) == ["L3", "L4", "L6"]
    assert inventory.accounts.loc["segments", ["rows", "used", "set_aside"]].tolist() == [8, 5, 3]


def test_valves_with_nothing_but_a_place_sit_on_a_line_that_ends_there(tmp_path: Path) -> None:
    network_of(tmp_path, [[(0, 0), (50, 0)]], [("H", "source", 0, 0), ("B", "building", 50, 0)])
    points = gpd.points_from_xy([20.0, 50.0], [0.3, 0.0])
    gpd.GeoDataFrame({"valve_id": ["V1", "V2"]}, geometry=points, crs=GRID).to_file(
        tmp_path / "drawn.gpkg", layer="valves"
    )
    network = hn.read_network(tmp_path / "drawn.gpkg")
    assert ends(network) == [("L0/1", "H", "J20_0"), ("L0", "J20_0", "B")]
    assert network.valves[["valve_id", "segment_id", "node_id"]].values.tolist() == [
        ["V1", "L0", "J20_0"],
        ["V2", "L0", "B"],
    ]


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:3857", "EPSG:4521"])
def test_grids_are_brought_to_metres(tmp_path: Path, crs: str) -> None:
    """A line of 1 km in Zhangye, written in degrees, in the web's Mercator or with its zone before the easting."""
    line = gpd.GeoSeries([shapely.LineString([(500000, 4300000), (500600, 4300800)])], crs="EPSG:4542").to_crs(crs)
    network = network_of(tmp_path, [shapely.to_wkt(line[0], rounding_precision=-1)], crs=crs).network
    assert network.length_m[0] == pytest.approx(1000, rel=2e-5)
    assert network.crs.startswith("EPSG:45" if crs in ("EPSG:4490", "EPSG:4521") else "+proj=tmerc")


def test_degrees_without_a_grid_are_told(tmp_path: Path) -> None:
    inventory = network_of(tmp_path, [[(98.271234, 39.771234), (98.281234, 39.781234)]], crs=None)
    assert "grid_guessed" in inventory.findings["rule"].tolist()
    assert 1300 < inventory.network.length_m[0] < 1500


def test_shifted_grids_of_web_maps_are_refused_with_a_hint(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[98.27, 39.77], [98.28, 39.78]]}
    feature = {"type": "Feature", "properties": {"segment_id": "S", "diameter_mm": 100}, "geometry": line}
    content = {"type": "FeatureCollection", "name": "pipes_gcj02", "features": [feature]}
    (tmp_path / "pipes.geojson").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(HeatnetError, match=r"GCJ-02.*CGCS2000"):
        hn.read_network(tmp_path / "pipes.geojson")


@pytest.mark.parametrize("snap_m", [0.0, -1.0, float("nan"), 1e6])
def test_a_strange_snap_is_refused(tmp_path: Path, snap_m: float) -> None:
    network_of(tmp_path, [[(0, 0), (50, 0)]])
    with pytest.raises(HeatnetError, match="snap_m"):
        hn.read_network(tmp_path / "drawn.gpkg", snap_m=snap_m)


coordinates = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda xy: (xy[0] * 0.7, xy[1] * 0.7))


@settings(max_examples=60)
@given(st.lists(st.lists(coordinates, min_size=2, max_size=4), min_size=1, max_size=9), st.randoms())
def test_what_joins_does_not_hang_on_the_order_of_lines(tmp_path_factory, lines, random) -> None:
    tmp_path = tmp_path_factory.mktemp("drawn")
    order = list(range(len(lines)))
    random.shuffle(order)
    answers = []
    for rows in (range(len(lines)), order):
        try:
            inventory = network_of(tmp_path, [lines[at] for at in rows], segment_id=[f"L{at}" for at in rows])
        except HeatnetError as error:
            answers.append(str(error))
            continue
        network = inventory.network
        answers.append((sorted(ends(network)), sorted(inventory.set_aside["row_id"])))
        assert (network.from_node != network.to_node).all()
    assert answers[0] == answers[1]


KINDS = ("gpkg", "shp", "geojson", "parquet")


@pytest.fixture(scope="module")
def small_maps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same three lines in each format."""
    home = tmp_path_factory.mktemp("maps")
    lines = [[(0, 0), (50, 0)], [(50, 0), (90, 10), (90, 60)], [(50, 30), (50, 0)]]
    given = {"segment_id": ["L0", "L1", "L2"], "diameter_mm": [100.0, 80.0, 50.0], "street": ["Nord", "Süd", "五一路"]}
    table = gpd.GeoDataFrame(given, geometry=[shapely.LineString(line) for line in lines], crs=GRID)
    files = {kind: home / f"lines.{kind}" for kind in KINDS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind in KINDS[:3]:
            table.to_file(files[kind], encoding="UTF-8" if kind == "shp" else None)
    table.to_parquet(files["parquet"])
    return files


def told(file: Path) -> object:
    """What a file says, or that heatnet refuses it."""
    try:
        network = hn.read_network(file)
    except HeatnetError:
        return None
    return ends(network), network.diameter_mm.tolist(), network.segments["street"].tolist()


@settings(max_examples=40)
@given(st.sampled_from(KINDS), st.floats(0, 1), st.sampled_from(["", ".dbf", ".shx"]))
def test_a_file_that_ends_too_early_is_refused_or_whole(small_maps, tmp_path_factory, kind, share, part) -> None:
    home = tmp_path_factory.mktemp("torn")
    for file in small_maps["shp"].parent.iterdir():
        (home / file.name).write_bytes(file.read_bytes())
    torn = home / small_maps[kind].name
    victim = torn.with_suffix(part) if part and kind == "shp" else torn
    content = victim.read_bytes()
    victim.write_bytes(content[: int(share * (len(content) - 1))])
    assert told(torn) in (None, told(small_maps[kind]))


@settings(max_examples=60)
@given(st.sampled_from(KINDS), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_bytes_raise_nothing_but_heatnets_errors(small_maps, tmp_path_factory, kind, changes) -> None:
    home = tmp_path_factory.mktemp("damaged")
    for file in small_maps["shp"].parent.iterdir():
        (home / file.name).write_bytes(file.read_bytes())
    torn = home / small_maps[kind].name
    content = bytearray(torn.read_bytes())
    for share, byte in changes:
        content[int(share * (len(content) - 1))] = byte
    torn.write_bytes(content)
    told(torn)


def test_an_inventory_converted_to_a_geopackage_is_read_back(tmp_path: Path) -> None:
    from heatnet.inventory.converting import convert_inventory

    home = Path(__file__).parent.parent.parent / "fixtures" / "district"
    inventory = hn.read_inventory(home)
    assert "visits" in convert_inventory(inventory, tmp_path / "town.gpkg")
    back = hn.read_inventory(tmp_path / "town.gpkg")
    assert_same_tables(inventory.network, back.network)
    for name in ("visits", "faults", "works", "digs", "makeup"):
        pd.testing.assert_frame_equal(getattr(inventory, name), getattr(back, name))
    convert_inventory(inventory, tmp_path / "again.gpkg")
    assert (tmp_path / "again.gpkg").read_bytes() == (tmp_path / "town.gpkg").read_bytes()


def test_courses_that_were_drawn_are_kept_and_written(tmp_path: Path) -> None:
    from heatnet.inventory.converting import convert_inventory

    nodes = [("H", "source", 0, 0), ("B", "building", 60, 80)]
    inventory = network_of(tmp_path, [[(0, 0), (60, 0), (60, 80)]], nodes, from_node=["H"], to_node=["B"])
    assert inventory.network.length_m.tolist() == [140.0]
    assert inventory.network.lines.of(0).tolist() == [[0, 0], [60, 0], [60, 80]]
    convert_inventory(inventory, tmp_path / "town.gpkg")
    convert_inventory(inventory, tmp_path / "town", form="csv")
    for path in (tmp_path / "town.gpkg", tmp_path / "town"):
        network = hn.read_network(path)
        assert network.lines.of(0).tolist() == [[0, 0], [60, 0], [60, 80]]
    frame = inventory.network.to_geodataframe()
    assert str(frame.crs) == GRID
    assert frame.geometry.length.tolist() == [140.0]
    assert inventory.network.to_geodataframe("EPSG:4542", table="nodes").geometry.x.tolist() == [0, 60]


def test_a_shapefile_in_the_towns_own_encoding_is_read(tmp_path: Path) -> None:
    table = gpd.GeoDataFrame(
        {"管段编号": ["S1"], "管径": [150.0], "路段": ["x"], "街道": ["五一路"]},
        geometry=[shapely.LineString([(0, 0), (30, 40)])],
        crs=GRID,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table.to_file(tmp_path / "管网.shp", encoding="GBK")
    (tmp_path / "管网.cpg").unlink(missing_ok=True)
    content = bytearray((tmp_path / "管网.dbf").read_bytes())
    content[29] = 0  # no mark of the encoding
    (tmp_path / "管网.dbf").write_bytes(content)
    segments = hn.read_network(tmp_path / "管网.shp").segments
    assert segments[["segment_id", "diameter_mm", "street", "length_m"]].values.tolist() == [["S1", 150, "五一路", 50]]


def test_points_and_lines_of_one_geojson_are_nodes_and_segments(tmp_path: Path) -> None:
    features = [
        ({"node_id": "H", "kind": "source"}, {"type": "Point", "coordinates": [98.27, 39.77]}),
        ({"node_id": "B", "kind": "building", "households": 12}, {"type": "Point", "coordinates": [98.28, 39.77]}),
        (
            {"segment_id": "S", "diameter_mm": 100},
            {"type": "LineString", "coordinates": [[98.27, 39.77], [98.275, 39.775], [98.28, 39.77]]},
        ),
    ]
    content = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": told, "geometry": shape} for told, shape in features],
    }
    (tmp_path / "town.geojson").write_text(json.dumps(content), encoding="utf-8")
    network = hn.read_network(tmp_path / "town.geojson")
    assert ends(network) == [("S", "H", "B")]
    assert hn.supply_loss(network)["households_lost"].tolist() == [12]
    # half a hundredth of a degree is 427.5 m east and 555.1 m north at 39.77 degrees
    assert network.length_m[0] == pytest.approx(2 * np.hypot(428.3, 555.2), rel=2e-3)


@pytest.mark.parametrize(("package", "name"), [("pyogrio", "town.gpkg"), ("pyproj", "town.shp"), ("wntr", "town.inp")])
def test_without_its_package_a_file_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, name: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(hn.MissingExtraError, match=r"heatnet\[(geo|epanet)\]"):
        hn.read_network(tmp_path / name)
