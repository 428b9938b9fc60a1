"""Each rule of the doctor by hand, on networks that fit on paper; the words of each; what repairs do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import heatnet as hn
from heatnet.cli import main
from heatnet.doctor.repairs import repaired, write_repaired
from heatnet.doctor.rules import RULES, rule_table
from heatnet.inventory.contents import inventory_of
from heatnet.language import languages
from heatnet.report.effects import effects

DISTRICT = Path(__file__).parents[2] / "fixtures" / "district"
NODES = {"A": ("source", 0, 0), "T": ("station", 100, 0), "J": ("junction", 200, 0), "B": ("building", 300, 0)}
SEGMENTS = {
    "S1": ("A", "T", 100, 200, "primary"),
    "S2": ("T", "J", 100, 100, "secondary"),
    "S3": ("J", "B", 100, 80, "secondary"),
}


def network(nodes: dict[str, Any] | None = None, segments: dict[str, Any] | None = None, **columns: Any) -> hn.Network:
    """Return source - station - junction - building, 100 m apart, with more nodes and segments."""
    points = {**NODES, **(nodes or {})}
    rows = {key: row for key, row in {**SEGMENTS, **(segments or {})}.items() if row}
    node_table = pd.DataFrame(
        [(key, *row) for key, row in points.items()], columns=["node_id", "kind", "x_m", "y_m"]
    ).assign(households=[10 if row[0] == "building" else None for row in points.values()])
    names = ["segment_id", "from_node", "to_node", "length_m", "diameter_mm", "level"]
    segment_table = pd.DataFrame([(key, *row) for key, row in rows.items()], columns=names)
    return hn.Network(node_table, segment_table.assign(**{"laid_year": 2000, **columns}))


def found(what: hn.Network, rule: str, **records: pd.DataFrame) -> list[str]:
    findings = hn.check_inventory(what, **records)
    return findings.loc[findings["rule"] == rule, "row_id"].tolist()


def test_the_plain_network_has_nothing_doubtful() -> None:
    assert hn.check_network(network()).empty


DRAWN = [
    (
        "near_duplicate_node",
        {"K": ("junction", 200.3, 0), "C": ("building", 250, 0)},
        {"S4": ("K", "C", 50, 80, "secondary")},
        ["K"],
    ),
    ("dangling_end", {"K": ("junction", 200, 50)}, {"S4": ("J", "K", 50, 80, "secondary")}, ["K"]),
    ("overshoot", {"K": ("junction", 200, 2)}, {"S4": ("J", "K", 2, 80, "secondary")}, ["K"]),
    ("parallel_duplicate", {}, {"S4": ("B", "J", 100, 80, "secondary")}, ["S4"]),
    (
        "isolated_part",
        {"C": ("building", 0, 90), "D": ("building", 50, 90)},
        {"S4": ("C", "D", 50, 80, "secondary")},
        ["C"],
    ),
    ("isolated_node", {"K": ("junction", 0, 90)}, {}, ["K"]),
    ("building_not_served", {"C": ("building", 0, 90)}, {}, ["C"]),
    (
        "loop_on_secondary",
        {"C": ("building", 250, 50)},
        {"S4": ("J", "C", 80, 80, "secondary"), "S5": ("C", "B", 80, 80, "secondary")},
        ["S2"],
    ),
    ("station_without_primary", {"U": ("station", 300, 50)}, {"S4": ("B", "U", 50, 80, "secondary")}, ["U"]),
    ("length_below_distance", {}, {"S3": ("J", "B", 60, 80, "secondary")}, ["S3"]),
    ("length_far_above_distance", {}, {"S3": ("J", "B", 401, 80, "secondary")}, ["S3"]),
    ("diameter_unusual", {}, {"S3": ("J", "B", 100, 8, "secondary")}, ["S3"]),
    ("diameter_grows_downstream", {}, {"S3": ("J", "B", 100, 150, "secondary")}, ["S3"]),
    ("source_feeds_nothing", {"E": ("source", 200, 50)}, {"S4": ("E", "J", 50, 80, "secondary")}, ["E"]),
]


@pytest.mark.parametrize(("rule", "nodes", "segments", "expected"), DRAWN, ids=[one[0] for one in DRAWN])
def test_what_is_drawn_wrong_is_found(
    rule: str, nodes: dict[str, Any], segments: dict[str, Any], expected: list[str]
) -> None:
    assert found(network(nodes, segments), rule) == expected
    assert found(network(), rule) == []


def test_limits_are_where_they_are_said_to_be() -> None:
    assert found(network(segments={"S3": ("J", "B", 400, 80, "secondary")}), "length_far_above_distance") == []
    apart = {"K": ("junction", 200.6, 0), "C": ("building", 250, 0)}
    assert found(network(apart, {"S4": ("K", "C", 50, 80, "secondary")}), "near_duplicate_node") == []
    joined = {"S4": ("J", "K", 1, 80, "secondary"), "S5": ("K", "C", 50, 80, "secondary")}
    assert found(network({**apart, "K": ("junction", 200.3, 0)}, joined), "near_duplicate_node") == []
    assert found(network(segments={"S4": ("B", "J", 100, 100, "secondary")}), "parallel_duplicate") == []


def test_a_length_unlike_its_course_is_found() -> None:
    course = ["LINESTRING (0 0, 100 0)", "LINESTRING (100 0, 200 0)", "LINESTRING (200 0, 200 40, 300 40, 300 0)"]
    assert found(network(geometry=course), "length_unlike_drawing") == ["S3"]


def test_years_that_cannot_be_are_found() -> None:
    laid = network(laid_year=[1900, 2099, 2000])
    assert found(laid, "laid_year_before_1930") == ["S1"]
    assert found(laid, "laid_year_in_future") == ["S2"]


def test_a_repeated_ticket_is_found_once_and_two_homes_of_one_house_are_two() -> None:
    visits = pd.DataFrame(
        {
            "visit_id": ["V1", "V2", "V3", "V4"],
            "building_id": "B",
            "visited_on": "2025-12-01",
            "is_cold": True,
            "household_id": ["1", "1", "2", None],
        }
    )
    assert found(network(), "visit_repeated", visits=visits) == ["V2"]


def test_records_that_cannot_be_are_found() -> None:
    visits = pd.DataFrame(
        {
            "visit_id": ["V1", "V2", "V3", "V4"],
            "building_id": ["B", "X", "B", "B"],
            "visited_on": ["2025-12-01", "2025-12-01", None, "2025-07-01"],
            "is_cold": True,
            "room_temp_c": [60.0, 15.0, 15.0, 15.0],
            "resolved_on": ["2025-11-01", None, None, None],
        }
    )
    for rule, ids in {
        "unknown_building": ["V2"],
        "room_temp_unlikely": ["V1"],
        "resolved_before_visit": ["V1"],
        "visit_outside_heating": ["V4"],
    }.items():
        assert found(network(), rule, visits=visits) == ids, rule
    faults = pd.DataFrame({"fault_id": ["F1", "F2"], "found_on": ["1999-01-01", "2020-01-01"], "asset_id": ["S1", "X"]})
    assert found(network(), "fault_before_laying", faults=faults) == ["F1"]
    assert found(network(), "unknown_asset", faults=faults) == ["F2"]


def test_a_visit_in_a_recorded_outage_and_a_weak_end_are_told_by_check(tmp_path: Path) -> None:
    heads = network(segments={"S3": ("J", "B", 100, 20, "secondary")}).nodes.assign(head_m=[60.0, 6.0, None, None])
    segments = network(segments={"S3": ("J", "B", 100, 20, "secondary")}).segments
    visits = pd.DataFrame({"visit_id": ["V1"], "building_id": "B", "visited_on": "2025-12-01", "is_cold": True})
    faults = pd.DataFrame(
        {"fault_id": ["F1"], "found_on": "2025-12-01", "asset_id": "S1", "found_by": "operation", "outage_h": 30.0}
    )
    tables = {"nodes": heads, "segments": segments, "visits": visits, "faults": faults}
    hn.write_inventory(tables, tmp_path / "town")
    result = CliRunner().invoke(main, ["check", str(tmp_path / "town"), "-o", str(tmp_path / "found.csv")])
    rules = pd.read_csv(tmp_path / "found.csv").set_index("rule")["row_id"]
    assert rules["visit_in_outage"] == "V1", result.output
    assert rules["weak_end"] == "B"


@pytest.mark.parametrize("language", languages())
def test_every_rule_has_its_words(language: str) -> None:
    table = rule_table(language)
    assert len(table) == len(RULES) == len({rule.name for rule in RULES})
    assert table[["explanation", "remedy"]].map(len).gt(1).all(axis=None)


def test_every_rule_that_is_found_is_a_rule_of_the_table() -> None:
    findings = hn.check_inventory(hn.read_inventory(DISTRICT))
    known = {(rule.name, rule.severity) for rule in RULES}
    assert set(zip(findings["rule"], findings["severity"], strict=True)) <= known


def test_the_page_of_the_docs_is_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text(encoding="utf-8")
    for rule, row in rule_table().iterrows():
        assert f"| `{rule}` | {row['severity']} | {row['table']} | {row['explanation']} | {row['remedy']} |" in page, (
            rule
        )


def test_repairs_are_told_cell_by_cell_and_row_by_row(tmp_path: Path) -> None:
    laid = network(
        segments={"S3": ("J", "B", 60, 80, "secondary")},
        laid_year=[1900, 2000, 2000],
        street=["Long St", "Long St", "long st."],
    )
    faults = pd.DataFrame(
        {"fault_id": ["F1", "F2"], "found_on": ["1999-01-01", "2020-01-01"], "asset_id": ["S2", "S1"]}
    )
    done = repaired(inventory_of(laid, {"faults": faults}))
    changes = [tuple(row) for row in done.changes[["row_id", "column", "before", "after", "rule"]].to_numpy()]
    assert ("S1", "laid_year", "1900", "", "laid_year_before_1930") in changes
    assert ("S3", "length_m", "60", "100", "length_below_distance") in changes
    assert done.set_aside[["table", "row_id", "rule"]].to_numpy().tolist() == [["faults", "F1", "fault_before_laying"]]
    write_repaired(done, tmp_path / "copy")
    again = repaired(hn.read_inventory(tmp_path / "copy"))
    assert again.changes.empty
    assert again.set_aside.empty


ODD = st.sampled_from([None, 1800, 2000, 2099])


@settings(max_examples=15)
@given(data=st.data())
def test_repairing_twice_changes_nothing_more(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    length = data.draw(st.lists(st.sampled_from([10.0, 100.0, 500.0]), min_size=3, max_size=3))
    years = data.draw(st.lists(ODD, min_size=3, max_size=3))
    streets = data.draw(st.lists(st.sampled_from([None, "Long St", "long st", "LONG  ST"]), min_size=3, max_size=3))
    town = network(length_m=length, laid_year=years, street=streets)
    count = data.draw(st.integers(1, 4))

    def some(*values: Any) -> list[Any]:
        return [data.draw(st.sampled_from(values)) for _ in range(count)]

    visits = pd.DataFrame(
        {
            "visit_id": [f"V{number}" for number in range(count)],
            "building_id": some("B", "X", None),
            "visited_on": some("2025-12-01", "2025-07-01", None),
            "is_cold": some(True, False, None),
            "room_temp_c": some(60.0, 15.0, np.nan),
            "resolved_on": some("2025-11-01", "2025-12-02", None),
            "household_id": some("1", "2", None),
        }
    )
    faults = pd.DataFrame({"fault_id": ["F1"], "found_on": some("1999-01-01", None)[:1], "asset_id": ["S1"]})
    works = pd.DataFrame(
        {"work_id": ["W1"], "done_on": ["2020-05-01"], "asset_id": ["S2"], "length_m": some(5.0, 9999.0)[:1]}
    )
    digs = pd.DataFrame(
        {
            "dig_id": ["D1"],
            "street": ["long st"],
            "start_on": ["2026-05-01"],
            "end_on": some("2026-04-01", "2026-06-01")[:1],
        }
    )
    inventory = inventory_of(town, {"visits": visits, "faults": faults, "works": works, "digs": digs})
    before = town.segments
    done = repaired(inventory)
    pd.testing.assert_frame_equal(before, town.segments)
    kept = sum(len(table) for table in done.tables.values())
    assert kept + len(done.set_aside) == town.n_nodes + town.n_segments + count + 3
    folder = tmp_path_factory.mktemp("fix") / "copy"
    write_repaired(done, folder)
    again = repaired(hn.read_inventory(folder))
    assert again.changes.empty, again.changes
    assert again.set_aside.empty, again.set_aside


def test_the_page_and_the_copy_of_the_command_line(tmp_path: Path) -> None:
    page, copy = tmp_path / "check.html", tmp_path / "copy"
    result = CliRunner().invoke(
        main, ["check", str(DISTRICT), "--html", str(page), "--fix", str(copy), "--language", "zh"]
    )
    assert result.exit_code == 0, result.output
    text = page.read_text(encoding="utf-8")
    assert "<svg" in text
    assert "fault_before_laying" in text
    assert "http" not in text
    assert (copy / "nodes.csv").exists()
    assert len(pd.read_csv(copy / "repairs" / "set_aside.csv")) == 11
    assert len(hn.read_faults(copy)) == len(hn.read_faults(DISTRICT)) - 11
    assert CliRunner().invoke(main, ["check", str(copy)]).exit_code == 0
    assert CliRunner().invoke(main, ["check", str(DISTRICT), "--fix", str(copy)]).exit_code == 2


def test_effects_are_computed_anew() -> None:
    town = network(laid_year=[1900, 2000, 2000])
    inventory = inventory_of(town, {})
    findings = hn.check_inventory(town)
    effect = effects(inventory, findings, season=2026)
    before = hn.assess(town, season=2026).ranking
    after = hn.assess(network(laid_year=[None, 2000, 2000]), season=2026).ranking
    row = effect.loc["laid_year_before_1930"]
    assert row["worth_share"] == pytest.approx(before["worth"]["S1"] / before["worth"].sum())
    assert row["worth_change"] == pytest.approx(after["worth"].sum() / before["worth"].sum() - 1)
    assert row["best_changed"] == 0
