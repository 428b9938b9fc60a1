"""Ledgers as offices have them: what names no id finds its place, what cannot be used is set aside with its reason."""

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import heatnet as hn
from heatnet.cli import main

CLEAN = {
    "nodes": "节点编号,类型,x,y,户数,供热面积,小区,建成年份\n"
    "RY1,热源,0,0,,,,2008\nHRZ01,换热站,600,0,,,,2010\nHRZ02,换热站,600,400,,,,2011\n"
    "J1,节点,500,0,,,,\nJ2,节点,700,100,,,,\nLD-1,楼栋,760,100,48,4320.5,朝阳里小区,1996\n"
    "LD-2,楼栋,820,160,60,5400,朝阳里小区,1998\nLD-3,楼栋,660,460,72,6100,金港小区,2004\n",
    "segments": "管段编号,起点,终点,管径,长度,敷设年份,管网级别,道路\n"
    "001,RY1,J1,500,520,2008,一级,迎宾路\n002,J1,HRZ01,300,110,2010,一级,迎宾路\n"
    "003,J1,HRZ02,300,430,2011,一级,新华路\nGD-004,HRZ01,J2,200,150,1998,二级,朝阳里小区内\nGD-005,J2,LD-1,100,65,1998,二级,朝阳里小区内\n"
    "GD-006,J2,LD-2,100,140,1998,二级,朝阳里小区内\nGD-007,HRZ02,LD-3,150,95,2004,二级,金港小区内\n",
}
VISITS = (
    "编号,走访日期,小区,楼号,单元,房号,户主,联系电话,室温,是否不热,处理情况\n"
    "1,2025-11-03,朝阳里小区,1号楼,2单元,301,张三丰,13900000001,16.5,是,已排气\n"
    "2,2025-11-04,朝阳里小区,2号楼,1单元,102,李四光,13900000002,21.0,否,\n"
)


def office(folder: Path, encoding: str = "gb18030", **tables: str) -> Path:
    for name, text in {**CLEAN, **tables}.items():
        (folder / f"{name}.csv").write_text(text, encoding=encoding)
    return folder


def rules(inventory: hn.Inventory) -> dict[str, str]:
    findings = inventory.findings
    return dict(zip(findings["row_id"], findings["rule"], strict=True))


@pytest.mark.parametrize("heading", ["编号", "序号"])
def test_a_visit_ledger_finds_its_buildings_and_keeps_no_names(tmp_path: Path, heading: str) -> None:
    inventory = hn.read_inventory(office(tmp_path, visits=VISITS.replace("编号", heading, 1)))
    assert inventory.visits is not None
    assert inventory.visits["building_id"].tolist() == ["LD-1", "LD-2"]
    assert inventory.visits["matched_by"].tolist() == ["number", "number"]
    kept = inventory.visits.to_csv() + inventory.findings.to_csv()
    assert not any(word in kept for word in ("张三丰", "李四光", "139", "301", "已排气"))


def test_one_table_of_an_inventory_finds_its_buildings_too(tmp_path: Path) -> None:
    assert hn.read_visits(office(tmp_path, visits=VISITS))["building_id"].tolist() == ["LD-1", "LD-2"]
    assert hn.read_visits(tmp_path / "visits.csv")["building_id"].isna().all()


def test_faults_are_placed_by_house_or_set_aside_with_the_pipes_that_the_place_fits(tmp_path: Path) -> None:
    faults = (
        "故障编号,故障日期,故障地点\nG1,2024-12-03,朝阳里小区院内1号楼东侧\nG2,2025-01-15,迎宾路与新华路交叉口南50米\n"
    )
    inventory = hn.read_inventory(office(tmp_path, faults=faults))
    assert inventory.faults is not None
    assert inventory.faults["asset_id"].fillna("").tolist() == ["GD-005", ""]
    assert rules(inventory)["G1"] == "matched_by_guess"
    assert rules(inventory)["G2"] == "ambiguous_place"
    assert "001, 002, 003" in inventory.set_aside["message"].iloc[0]


def test_degrees_among_metres_of_a_towns_own_grid_are_set_aside_as_degrees(tmp_path: Path) -> None:
    faults = "故障编号,故障日期,x,y\nG1,2024-12-03,98.289152,39.773012\nG2,2025-01-15,98.291152,39.775012\n"
    inventory = hn.read_inventory(office(tmp_path, faults=faults))
    assert inventory.accounts.loc["faults", "set_aside"] == 2
    assert rules(inventory)["G1"] == "fault_in_degrees"


def test_faults_and_nodes_in_degrees_meet(tmp_path: Path) -> None:
    nodes = (
        "节点编号,类型,经度,纬度,户数\nRY1,热源,98.2700,39.7700,\nHRZ01,换热站,98.2770,39.7700,\nHRZ02,换热站,98.2770,39.7736,\n"
        "J1,节点,98.2758,39.7700,\nJ2,节点,98.2782,39.7709,\nLD-1,楼栋,98.2789,39.7709,48\nLD-2,楼栋,98.2796,39.7714,60\n"
        "LD-3,楼栋,98.2777,39.7741,72\n"
    )
    faults = "故障编号,故障日期,x,y\nG1,2024-12-03,98.27301,39.77001\nG2,2024-12-04,98.6001,39.9001\n"
    inventory = hn.read_inventory(office(tmp_path, nodes=nodes, faults=faults))
    history = hn.asset_seasons(inventory.network, hn.read_faults(tmp_path), first_season=2024, last_season=2024)
    assert history.counts.loc["001"].tolist() == [1]
    assert rules(inventory)["G2"] == "fault_in_degrees"
    # The pipe from the source to the first junction is 5.8 thousandths of a degree long, on this parallel 497 m.
    network = inventory.network
    ends = network.nodes.set_index("node_id").loc[["RY1", "J1"], ["x_m", "y_m"]].to_numpy()
    assert float(abs(ends[1] - ends[0])[0]) == pytest.approx(497, abs=2)


def test_headings_of_degrees_over_metres_are_metres_with_a_finding(tmp_path: Path) -> None:
    inventory = hn.read_inventory(office(tmp_path, nodes=CLEAN["nodes"].replace(",x,y,", ",经度,纬度,")))
    assert inventory.network.nodes["x_m"].max() == 820
    assert "not_degrees" in set(inventory.findings["rule"])


def test_ids_in_other_letters_and_without_their_zeros_are_matched_with_findings(tmp_path: Path) -> None:
    faults = "故障编号,故障日期,管段编号\nG1,2024-12-03,gd-004\nG2,2025-01-15,2\n"
    valves = "阀门编号,管段编号,节点编号\nF1,2,J1\nF2,3,j1\n"
    inventory = hn.read_inventory(office(tmp_path, faults=faults, valves=valves))
    assert inventory.faults is not None
    assert inventory.faults["asset_id"].tolist() == ["GD-004", "002"]
    assert inventory.network.valves["segment_id"].tolist() == ["002", "003"]
    found = inventory.findings.groupby("rule")["row_id"].agg(list)
    assert found["id_lost_zeros"] == ["G2", "F1", "F2"]
    assert found["id_spelled_differently"] == ["G1", "F2"]


def test_blank_rows_are_no_rows(tmp_path: Path) -> None:
    faults = "故障编号,故障日期,管段编号\nG1,2024-12-03,GD-004\n,,\n \t,,\nG2,2025-01-15,GD-004\n,,\n"
    inventory = hn.read_inventory(office(tmp_path, faults=faults))
    assert inventory.accounts.loc["faults", ["rows", "used"]].tolist() == [2, 2]


def test_a_ban_in_another_spelling_bans_and_one_on_no_street_is_a_finding(tmp_path: Path) -> None:
    segments = CLEAN["segments"].replace("新华路", "ул. Ленина")
    digs = "dig_id,street,start_on,end_on,is_ban\n"
    digs += "".join(
        f"{dig},{street},2026-05-01,2026-09-30,true\n" for dig, street in (("D1", "ул.Ленина"), ("D2", "ул. Мира"))
    )
    inventory = hn.read_inventory(office(tmp_path, encoding="utf-8", segments=segments, digs=digs))
    assert rules(inventory)["D1"] == "street_spelled_differently"
    assert rules(inventory)["D2"] == "unknown_street"
    summer = hn.Summer("2026-05-01", "2026-09-30")
    plan = hn.plan_cures(hn.assess(inventory, season=2026), digs=inventory.records().digs, summer=summer, max_km=2.0)
    assert "003" not in plan.cures.index


def test_float_ids_meet_the_ids_they_were(tmp_path: Path) -> None:
    segments = CLEAN["segments"].replace("GD-00", "10")
    faults = (
        "fault_id,found_on,asset_id\nF1,2022-01-10,104.0\nF2,2023-02-11,104.0\nF3,2024-12-01,105.0\nF5,2025-02-01,\n"
    )
    inventory = hn.read_inventory(office(tmp_path, segments=segments, faults=faults))
    assert inventory.accounts.loc["faults", ["used", "set_aside"]].tolist() == [3, 1]
    assert rules(inventory)["F5"] == "fault_without_place"
    raw = pd.read_csv(tmp_path / "faults.csv")
    history = hn.asset_seasons(inventory.network, raw, first_season=2021, last_season=2025)
    assert history.counts.loc["104"].sum() == 2


@pytest.mark.parametrize("place", ["480286,5711066", "50,1e300", "1e308,0"])
def test_faults_far_from_every_pipe_are_reported_by_the_check_as_by_the_assessment(tmp_path: Path, place: str) -> None:
    faults = f"fault_id,found_on,asset_id,x_m,y_m\nF1,2024-01-10,,{place}\nF2,2024-02-10,GD-004,,\n"
    inventory = hn.read_inventory(office(tmp_path, faults=faults))
    checked = hn.check_inventory(inventory)
    assessed = hn.assess(inventory, season=2026)
    rule = checked.loc[(checked["row_id"] == "F1") & (checked["severity"] == "error"), "rule"].tolist()
    assert rule in (["fault_far_away"], ["fault_without_place"])
    assert assessed.findings.loc[assessed.findings["rule"] == rule[0], "row_id"].tolist() == ["F1"]
    assert assessed.accounts.loc["faults", "set_aside"] == 1


def test_repairs_of_9999_hours_are_unknown(tmp_path: Path) -> None:
    faults = "fault_id,found_on,asset_id,repair_h\nF1,2022-01-10,GD-004,9999\nF2,2023-02-11,GD-004,8\n"
    inventory = hn.read_inventory(office(tmp_path, faults=faults))
    assert inventory.faults is not None
    assert inventory.faults["repair_h"].fillna(-1.0).tolist() == [-1.0, 8.0]
    assert rules(inventory)["F1"] == "impossible_value"


def test_a_household_is_a_running_number_and_a_column_of_residents_is_not_carried(tmp_path: Path) -> None:
    visits = "visit_id,building_id,visited_on,is_cold,household_id,owner_name\nV2,LD-1,2025-11-02,true,13900137042,X\n"
    visits += "V1,LD-1,2025-11-01,true,13900137043,Y\nV3,LD-1,2025-11-03,true,13900137042,X\n"
    table = hn.read_visits(office(tmp_path, visits=visits))
    assert table.set_index("visit_id")["household_id"].to_dict() == {"V1": "1", "V2": "2", "V3": "2"}
    assert "owner_name" not in table.columns
    cleaned = hn.clean_visits(pd.read_csv(tmp_path / "visits.csv"), hn.read_network(tmp_path), repeat_days=0)
    assert set(cleaned["household_id"]) <= {"1", "2"}


def test_where_most_of_a_table_is_set_aside_this_is_said_first_and_the_exit_code_is_1(tmp_path: Path) -> None:
    visits = "visit_id,building_id,visited_on,is_cold\n" + "".join(
        f"V{row},X{row},2025-11-03,true\n" for row in range(9)
    )
    folder = office(tmp_path, visits=visits)
    asked = ["rank", str(folder), "--season", "2026", "-o", str(tmp_path / "r.csv")]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 1
    assert result.output.startswith("More than half of visits is set aside: 9 of 9 rows.")
    assert "No visits" not in result.output
    assert (tmp_path / "r.csv").exists()


def test_a_fault_ledger_and_a_table_without_rows_are_one_plain_error(tmp_path: Path) -> None:
    with pytest.raises(hn.HeatnetError, match=r"segments\.csv cannot be used:\n  - has no rows"):
        hn.read_inventory(office(tmp_path, segments=CLEAN["segments"].partition("\n")[0] + "\n"))


def test_headings_that_were_understood_are_printed_and_a_column_is_kept_where_asked_for(tmp_path: Path) -> None:
    folder = office(tmp_path, visits=VISITS)
    checked = CliRunner().invoke(main, ["check", str(folder)])
    assert "segments: 管段编号 = segment_id, 起点 = from_node" in checked.output
    assert "not read: 户主, 联系电话, 处理情况" in checked.output
    kept = hn.read_inventory(folder, keep=["处理情况"])
    assert kept.visits is not None
    assert kept.visits["处理情况"].fillna("").tolist() == ["已排气", ""]
    assert "户主" not in kept.visits.columns
    done = CliRunner().invoke(main, ["convert", str(folder), "-o", str(tmp_path / "own"), "--keep", "处理情况"])
    assert done.exit_code == 0, done.output
    written = (tmp_path / "own" / "visits.csv").read_text(encoding="utf-8-sig")
    assert "已排气" in written
    assert "张三丰" not in written
