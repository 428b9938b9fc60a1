"""Doubtful data are found, each with its row and a plain message."""

from pathlib import Path

import pandas as pd

from heatnet.doctor.checking import (
    check_faults,
    check_inventory,
    check_makeup,
    check_network,
    check_visits,
    check_works,
)
from heatnet.inventory.reading import read_network
from heatnet.network import Network


def network(nodes: dict[str, object] | None = None, segments: dict[str, object] | None = None) -> Network:
    node_table = {"node_id": ["H", "J", "B1", "B2"], "kind": ["source", "junction", "building", "building"]}
    segment_table = {
        "segment_id": ["S1", "S2", "S3"],
        "from_node": ["H", "J", "J"],
        "to_node": ["J", "B1", "B2"],
        "length_m": [100.0, 50.0, 80.0],
        "diameter_mm": [200.0, 100.0, 100.0],
        "laid_year": [1990.0, 1991.0, 2001.0],
    }
    households = {"households": [None, None, 20, 30]}
    return Network(
        pd.DataFrame({**node_table, **households, **(nodes or {})}), pd.DataFrame({**segment_table, **(segments or {})})
    )


def rows(findings: pd.DataFrame, rule: str) -> list[str]:
    return findings.loc[findings["rule"] == rule, "row_id"].tolist()


def test_a_sound_network_has_no_findings() -> None:
    assert check_network(network()).empty


def test_the_fixtures_have_no_errors(fixtures: Path) -> None:
    for name in ("tree", "loop", "parallel_mains", "two_sources", "two_stations", "supply_and_return"):
        findings = check_network(read_network(fixtures / name))
        assert not (findings["severity"] == "error").any(), name


def test_a_building_that_is_not_served_is_an_error_with_the_reason() -> None:
    findings = check_network(network(segments={"from_node": ["H", "J", "B1"], "line": ["pair", "supply", "pair"]}))
    errors = findings[findings["severity"] == "error"]
    assert errors["row_id"].tolist() == ["B1", "B2"]
    assert errors["rule"].tolist() == ["building_not_served"] * 2
    assert errors["message"].str.contains("return").all()


def test_laying_years_in_the_future_and_before_1930_are_doubtful() -> None:
    findings = check_network(network(segments={"laid_year": [1929.0, 2027.0, None]}))
    assert rows(findings, "laid_year_before_1930") == ["S1"]
    assert rows(findings, "laid_year_in_future") == ["S2"]
    assert rows(findings, "laid_year_missing") == ["S3"]
    later = check_network(network(segments={"laid_year": [1990.0, 2027.0, 2000.0]}), latest_laid_year=2027)
    assert later.empty


def test_a_diameter_that_grows_downstream_is_doubtful() -> None:
    findings = check_network(network(segments={"diameter_mm": [80.0, 100.0, 80.0]}))
    assert rows(findings, "diameter_grows_downstream") == ["S2"]
    assert "100 mm behind 80 mm of S1" in findings["message"].iloc[0]


def test_isolated_nodes_and_missing_households_are_found() -> None:
    nodes = {
        "node_id": ["H", "J", "B1", "B2", "X"],
        "kind": ["source", "junction", "building", "building", "junction"],
        "households": [None, None, 20, None, None],
    }
    findings = check_network(network(nodes=nodes))
    assert rows(findings, "isolated_node") == ["X"]
    assert rows(findings, "households_missing") == ["B2"]


def test_a_column_without_any_value_is_one_finding_for_the_table() -> None:
    findings = check_network(network(segments={"laid_year": None}))
    assert rows(findings, "laid_year_missing") == [""]


def test_lengths_shorter_than_the_line_between_the_ends_are_doubtful() -> None:
    findings = check_network(network(nodes={"x_m": [0.0, 100.0, 130.0, 500.0], "y_m": [0.0, 0.0, 40.0, 0.0]}))
    assert rows(findings, "length_below_distance") == ["S3"]


def test_unusual_diameters_are_doubtful() -> None:
    assert rows(check_network(network(segments={"diameter_mm": [2500.0, 100.0, 4.0]})), "diameter_unusual") == [
        "S1",
        "S3",
    ]


def test_a_network_without_a_source_says_so() -> None:
    findings = check_network(network(nodes={"kind": ["junction", "junction", "building", "building"]}))
    assert rows(findings, "no_source") == [""]


def test_a_source_on_the_secondary_level_feeds_nothing() -> None:
    findings = check_network(network(segments={"level": ["secondary"] * 3}))
    assert rows(findings, "source_feeds_nothing") == ["H"]
    assert rows(findings, "building_not_served") == ["B1", "B2"]


def test_valves_set_aside_are_errors(fixtures: Path) -> None:
    tables = read_network(fixtures / "loop")
    valves = tables.valves
    valves.loc[len(valves)] = ["V9", "S99", "J1", True, True]
    assert rows(check_network(Network(tables.nodes, tables.segments, valves)), "unknown_segment") == ["V9"]


def test_visits_to_unknown_buildings_and_odd_values_are_found() -> None:
    visits = pd.DataFrame(
        {
            "visit_id": ["1", "2", "3", "4"],
            "building_id": ["B1", "B9", "", "J"],
            "visited_on": ["2025-11-03", "2025-11-03", "2025-11-03", "2025-07-03"],
            "is_cold": "true",
            "room_temp_c": [17, 70, None, None],
            "resolved_on": ["2025-11-01", None, None, None],
        }
    )
    findings = check_visits(visits, network())
    assert rows(findings, "unknown_building") == ["2", "3", "4"]
    assert rows(findings, "resolved_before_visit") == ["1"]
    assert rows(findings, "room_temp_unlikely") == ["2"]
    assert rows(findings, "visit_outside_heating") == ["4"]


def test_faults_of_unknown_assets_or_of_nothing_or_before_laying_are_found() -> None:
    faults = pd.DataFrame(
        {
            "fault_id": ["F1", "F2", "F3", "F4", "F5"],
            "found_on": ["1985-01-01", "2020-01-01", "2020-01-01", "2020-01-01", "2020-01-01"],
            "asset_id": ["S1", "S9", None, None, "S2"],
            "x_m": [None, None, None, 3.0, None],
            "y_m": [None, None, None, 4.0, None],
        }
    )
    findings = check_faults(faults, network())
    assert rows(findings, "fault_before_laying") == ["F1"]
    assert rows(findings, "unknown_asset") == ["F2"]
    assert rows(findings, "fault_without_place") == ["F3"]


def test_checks_do_not_depend_on_the_order_of_rows() -> None:
    given = network(segments={"laid_year": [1929.0, 2027.0, None]})
    shuffled = Network(given.nodes[::-1], given.segments[::-1])
    pd.testing.assert_frame_equal(check_network(given), check_network(shuffled))


def test_works_and_make_up_water_of_unknown_assets_are_errors() -> None:
    works = pd.DataFrame(
        {"work_id": ["W1", "W2", "W3"], "asset_id": ["S1", "nowhere", None], "done_on": "2021-07-01", "kind": "repair"}
    )
    makeup = pd.DataFrame({"station_id": ["T", "B"], "season": 2024, "makeup_m3": 5})
    nodes = {"kind": ["source", "station", "building", "building"], "node_id": ["H", "T", "B", "B2"]}
    segments = {"from_node": ["H", "T", "T"], "to_node": ["T", "B", "B2"]}
    with_station = network(nodes, segments)
    assert rows(check_works(works, with_station), "unknown_asset") == ["W2", "W3"]
    assert rows(check_makeup(makeup, with_station), "unknown_station") == ["B"]
    together = check_inventory(with_station, works=works, makeup=makeup)
    assert together["table"].tolist() == ["makeup", "works", "works"]
