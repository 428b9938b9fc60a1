"""Small inventories whose answers were once wrong, each with the right one; all data in them are invented."""

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import heatnet as hn
from heatnet.cli import main
from heatnet.inventory.writing import write_csv

CASES = Path(__file__).parents[1] / "fixtures" / "cases" / "wrong"
SUMMER = hn.Summer("2026-05-01", "2026-09-30", crews=2)


def run(*words: object) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def rules_of(name: str) -> dict[str, str]:
    """Return the findings of a case: the severity of each rule."""
    findings = hn.check_inventory(hn.read_inventory(CASES / name))
    return dict(zip(findings["rule"], findings["severity"], strict=True))


def planned(name: str, **rules: Any) -> hn.Plan:
    inventory = hn.read_inventory(CASES / name)
    assessment = hn.assess(inventory, season=2026)
    return hn.plan_cures(assessment, max_km=1, digs=inventory.digs, summer=SUMMER, **rules)


def test_ids_that_a_tool_wrote_as_floats_are_matched() -> None:
    assessment = hn.assess(hn.read_inventory(CASES / "01_float_ids_in_csv"), season=2026)
    assert assessment.ranking["past_faults"].sum() == 4
    assert {"102", "103", "104"} <= set(assessment.ranking.index)
    assert not any("no faults are recorded" in sentence for sentence in assessment.assumptions)


def test_a_raw_frame_means_what_the_reader_reads() -> None:
    network, raw = hn.read_network(CASES / "02_raw"), pd.read_csv(CASES / "02_raw" / "faults.csv")
    read = hn.read_faults(CASES / "02_raw" / "faults.csv")
    counts = [hn.asset_seasons(network, one, first_season=2021, last_season=2025).counts for one in (raw, read)]
    assert counts[0].to_numpy().sum() == 4
    pd.testing.assert_frame_equal(*counts)
    tests = [hn.backtest(network, seasons=[2024], faults=one) for one in (raw, read)]
    assert [test.scores.loc["all", "observed"] for test in tests] == [2, 2]


@pytest.mark.parametrize("day", [20230201, pd.Timestamp("2023-02-01", tz="Asia/Shanghai"), "2023/2/1"])
def test_a_day_is_a_day_however_it_is_given(day: object) -> None:
    fault = pd.DataFrame({"fault_id": ["a"], "found_on": [day], "asset_id": ["102"]})
    history = hn.asset_seasons(hn.read_network(CASES / "02_raw"), fault, first_season=2021, last_season=2025)
    assert history.counts.loc["102"].to_dict() == {2021: 0, 2022: 1, 2023: 0, 2024: 0, 2025: 0}


def test_a_day_that_may_be_a_month_is_refused() -> None:
    fault = pd.DataFrame({"fault_id": ["a"], "found_on": ["03/11/2023"], "asset_id": ["102"]})
    with pytest.raises(hn.HeatnetError, match="03/11/2023"):
        hn.asset_seasons(hn.read_network(CASES / "02_raw"), fault, first_season=2021, last_season=2025)


@pytest.mark.parametrize(
    ("row", "is_banned"),
    [
        ("D1,Low St,2026-06-01,2026-07-30,否", False),
        ("D1,Low St,2026-06-01,2026-07-30,no", False),
        ("D1,Low St,20260501,20260930,true", True),
        ("D1, Low St ,2026-05-01,2026-09-30,true", True),
    ],
)
@pytest.mark.parametrize("read", [hn.read_digs, pd.read_csv])
def test_digs_mean_the_same_read_or_raw(tmp_path: Path, row: str, is_banned: bool, read: Any) -> None:
    (tmp_path / "digs.csv").write_text(f"dig_id,street,start_on,end_on,is_ban\n{row}\n", encoding="utf-8")
    assessment = hn.assess(hn.read_inventory(CASES / "03_digs_raw_frame"), season=2026)
    plan = hn.plan_cures(assessment, max_km=0.3, digs=read(tmp_path / "digs.csv"), summer=SUMMER, min_ratio=0)
    dug = plan.cures[plan.cures["measure"] == "renew"]
    assert ("Low St" in set(dug["street"])) == (not is_banned)
    if not is_banned:
        on_street = plan.jobs[plan.jobs["street"] == "Low St"]
        assert on_street["start_on"].between("2026-06-01", "2026-07-30").all()  # a dig shares the street


@pytest.mark.parametrize("name", ["04_ban_without_effect", "04_ban_without_effect_typo"])
def test_a_ban_holds_whatever_the_encoding_and_the_blanks_of_its_street(name: str) -> None:
    cures = planned(name, min_ratio=0).cures
    assert not {"S1", "S2"} & set(cures.index)
    rules = rules_of(name)
    assert {"encoding", "street_spelled_differently"} & set(rules)


def test_a_repair_of_9999_hours_is_unknown() -> None:
    inventory = hn.read_inventory(CASES / "05_repair_h_9999")
    assert inventory.faults is not None
    assert inventory.faults["repair_h"].max() < 9999
    assert rules_of("05_repair_h_9999")["impossible_value"] == "warning"


def test_a_bound_is_not_below_what_can_be_had() -> None:
    candidates = pd.read_csv(CASES / "09_bound_of_zero.csv").set_index("asset_id")
    plan = hn.plan_cures(candidates, budget=300_000)
    assert sorted(plan.cures.index) == ["S1", "S2"]
    assert plan.benefit == pytest.approx(8.0)
    assert plan.bound >= 8.0


def test_a_fault_far_from_every_pipe_is_set_aside_in_degrees_too() -> None:
    inventory = hn.read_inventory(CASES / "10_degrees_as_metres")
    assert inventory.set_aside["row_id"].tolist() == ["F3"]
    history = hn.asset_seasons(inventory.network, inventory.faults, first_season=2020, last_season=2025)
    assert history.set_aside["reason"].str.contains("degrees").all()
    assert int(history.counts.to_numpy().sum()) == 1


def test_an_unknown_id_that_must_never_be_planned_is_refused() -> None:
    assessment = hn.assess(hn.read_inventory(CASES / "14_never_typo"), season=2026)
    for rule in ("never", "must"):
        with pytest.raises(hn.HeatnetError, match="s1"):
            hn.plan_cures(assessment, max_km=1, **{rule: ["s1 "]})


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("20_laid_year_0", "impossible_value"),
        ("22_fault_0001", "impossible_found_on"),
        ("23_visit_0001", "impossible_visited_on"),
        ("32_cp1252", "encoding"),
        ("33_far_fault_unchecked", "fault_far_away"),
    ],
)
def test_check_says_what_is_doubtful_and_nothing_fails(name: str, rule: str) -> None:
    assert rule in rules_of(name)
    assert len(hn.assess(hn.read_inventory(CASES / name), season=2026).ranking) == 5


def test_rows_that_are_set_aside_move_nothing() -> None:
    with_it = hn.read_inventory(CASES / "22_fault_0001")
    assert with_it.faults is not None
    without = hn.assess(
        with_it.network, season=2026, visits=with_it.visits, faults=with_it.faults.query("fault_id != 'F1'")
    )
    pd.testing.assert_frame_equal(hn.assess(with_it, season=2026).ranking, without.ranking)


@pytest.mark.parametrize("command", [["check"], ["rank", "--season", "2026", "-o", "r.csv"]])
@pytest.mark.parametrize(
    ("name", "told"),
    [("24_no_segments", ["segments.csv"]), ("40_twenty_digits", ["segments.csv", "length_m", "row 2"])],
)
def test_a_table_that_cannot_be_used_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], name: str, told: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(command[0], CASES / name, *command[1:])
    assert result.exit_code == 2
    assert all(word in result.stderr for word in told), result.stderr
    assert list(tmp_path.iterdir()) == []


def test_arrow_dates_are_dates() -> None:
    pa = pytest.importorskip("pyarrow")
    inventory = hn.read_inventory(CASES / "26_date32")
    assert inventory.visits is not None
    days = pd.array([day.date() for day in inventory.visits["visited_on"]], dtype=pd.ArrowDtype(pa.date32()))
    assert len(hn.check_visits(inventory.visits.assign(visited_on=days), inventory.network)) == 0


def test_headings_with_units_and_empty_last_rows_are_understood() -> None:
    for name in ("30_heading_with_unit", "31_empty_last_rows"):
        segments = hn.read_network(CASES / name).segments
        assert segments["length_m"].tolist() == [500, 100, 100, 100]
        assert segments["diameter_mm"].tolist() == [300, 100, 80, 65]


def test_text_in_a_western_encoding_is_read_in_it() -> None:
    assert hn.read_network(CASES / "32_cp1252").segments["street"].tolist()[1] == "Müllerstraße"


def test_a_return_within_a_cell_neither_parts_a_row_nor_opens_a_formula(tmp_path: Path) -> None:
    assessment = hn.assess(hn.read_inventory(CASES / "41_return_in_street"), season=2026)
    write_csv(assessment.ranking, tmp_path / "ranking.csv")
    lines = (tmp_path / "ranking.csv").read_bytes().decode("utf-8-sig").replace("\r", "\n").splitlines()
    assert len(lines) == 1 + len(assessment.ranking)
    assert not any(cell.lstrip('"').startswith("=") for line in lines for cell in line.split(","))


def test_a_place_beyond_all_maps_is_set_aside_or_refused(tmp_path: Path) -> None:
    inventory = hn.read_inventory(CASES / "42_coordinate_1e300")
    assert inventory.set_aside["row_id"].tolist() == ["F1"]
    nodes = inventory.network.nodes
    nodes.loc[0, "x_m"] = 1e308
    network = hn.Network(nodes, inventory.network.segments)
    assert len(hn.assess(network, season=2026, faults=inventory.faults).ranking) == 3


@pytest.mark.parametrize("kind", ["link to nothing", "folder", "pipe"])
@pytest.mark.parametrize("command", [["check"], ["rank", "--season", "2026", "-o", "r.csv"]])
def test_a_table_that_is_there_and_cannot_be_opened_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, command: list[str]
) -> None:
    for file in (CASES / "43_broken_visits_link").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    visits = tmp_path / "visits.csv"
    {"link to nothing": lambda: visits.symlink_to("gone"), "folder": visits.mkdir, "pipe": lambda: os.mkfifo(visits)}[
        kind
    ]()
    monkeypatch.chdir(tmp_path)
    result = run(command[0], tmp_path, *command[1:])
    assert result.exit_code == 2
    assert "visits.csv" in result.stderr
