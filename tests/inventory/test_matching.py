"""Rows that point to a building or an asset in their own words find it, or say among which nobody can choose."""

import numpy as np
import pandas as pd
import pytest

from heatnet.inventory import inventory_of
from heatnet.inventory.matching import identities
from heatnet.network import Network


def town(names: list[str | None] | None = None, ids: tuple[str, ...] = ("LD-1", "LD-2", "LD-3")) -> Network:
    """A source, a station HRZ01 (朝阳换热站) and three buildings, two of 朝阳里小区 and one of 金港小区."""
    buildings = pd.DataFrame(
        {
            "node_id": list(ids),
            "kind": "building",
            "community": ["朝阳里小区", "朝阳里小区", "金港小区"],
            "name": names or [None] * 3,
        }
    )
    rest = pd.DataFrame({"node_id": ["RY1", "HRZ01"], "kind": ["source", "station"], "name": ["东热源", "朝阳换热站"]})
    segments = pd.DataFrame(
        {
            "segment_id": ["GD-001", "GD-002", "GD-003", "GD-004"],
            "from_node": ["RY1", "HRZ01", "HRZ01", ids[1]],
            "to_node": ["HRZ01", ids[0], ids[1], ids[2]],
            "length_m": 100.0,
            "diameter_mm": 100.0,
            "level": ["primary", "secondary", "secondary", "secondary"],
            "street": ["迎宾路", "新华路", "新华路", "建设路"],
        }
    )
    return Network(pd.concat([rest, buildings], ignore_index=True), segments)


def visits(*places: tuple[str | None, str | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "visit_id": [f"V{row}" for row in range(len(places))],
            "building_id": None,
            "visited_on": "2025-11-03",
            "is_cold": True,
            "community": [community for community, _ in places],
            "building": [building for _, building in places],
        }
    )


def faults(*places: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "fault_id": [f"F{row}" for row in range(len(places))],
            "found_on": "2024-12-03",
            "asset_id": None,
            "place": list(places),
        }
    )


def found(network: Network, **tables: pd.DataFrame) -> pd.DataFrame:
    return inventory_of(network, tables).findings


@pytest.mark.parametrize(
    "written", ["3号楼", "3#", "3栋", "三号楼", "３号楼", "3 # 楼", "朝阳里小区3号楼", "3号楼2单元"]
)
def test_a_building_is_found_however_its_name_is_written(written: str) -> None:
    network = town(["1号楼", "3号楼", "3号楼"])
    inventory = inventory_of(network, {"visits": visits(("朝阳里小区", written), ("朝阳里", written))})
    assert inventory.visits is not None
    assert inventory.visits["building_id"].tolist() == ["LD-2", "LD-2"]
    assert set(inventory.visits["matched_by"]) <= {"name", "spelling"}


def test_how_a_building_was_found_is_kept() -> None:
    network = town(["1号楼", "3号楼", "3号楼"])
    inventory = inventory_of(
        network, {"visits": visits(("朝阳里小区", "3号楼"), ("朝阳里小区", "3#"), ("金港小区", "LD-3"))}
    )
    assert inventory.visits is not None
    assert inventory.visits["matched_by"].tolist() == ["name", "spelling", "id"]


def test_a_house_number_stands_for_the_number_of_an_id_only_where_buildings_have_no_names() -> None:
    inventory = inventory_of(town(), {"visits": visits(("朝阳里小区", "2号楼"), ("金港小区", "2号楼"))})
    assert inventory.visits is not None
    assert inventory.visits["building_id"].fillna("").tolist() == ["LD-2", ""]
    assert inventory.visits["matched_by"].tolist()[0] == "number"
    assert inventory.findings["rule"].tolist() == ["unknown_house", "matched_by_guess"]
    named = inventory_of(town(["北楼", "南楼", None]), {"visits": visits(("朝阳里小区", "2号楼"))})
    assert named.accounts.loc["visits", "set_aside"] == 1


def test_two_buildings_of_one_name_are_candidates_and_none_is_taken() -> None:
    inventory = inventory_of(town(["1号楼", "1号楼", "3号楼"]), {"visits": visits(("朝阳里小区", "1#"))})
    finding = inventory.findings.iloc[0]
    assert (finding["severity"], finding["rule"], finding["row_id"]) == ("error", "ambiguous_house", "V0")
    assert "LD-1, LD-2" in finding["message"]
    assert inventory.accounts.loc["visits", "set_aside"] == 1


def test_the_nearest_names_are_offered_and_what_stands_in_the_row_is_not_said() -> None:
    network = town(["荷花苑12号楼", "牡丹苑3号楼", "1号楼"])
    message = found(network, visits=visits(("朝阳里小区", "荷花园12号楼")))["message"].iloc[0]
    assert "LD-1" in message
    assert "荷花园" not in message


def test_without_a_community_a_name_that_only_one_building_has_is_enough() -> None:
    network = town(["1号楼", "5号楼", "1号楼"])
    inventory = inventory_of(network, {"visits": visits((None, "5#"), (None, "1#"), (None, "金港小区1号楼"))})
    assert inventory.visits is not None
    assert inventory.visits["building_id"].fillna("").tolist() == ["LD-2", "", "LD-3"]


def test_an_unknown_community_is_no_reason_to_look_elsewhere() -> None:
    network = town(["1号楼", "5号楼", "1号楼"])
    assert found(network, visits=visits(("新区小区", "5#")))["rule"].tolist() == ["unknown_house"]


def test_a_fault_is_placed_by_an_id_a_station_a_house_or_the_only_pipe_of_a_street() -> None:
    network = town(["1号楼", "2号楼", "3号楼"])
    inventory = inventory_of(
        network,
        {
            "faults": faults(
                "gd-003", "朝阳换热站内", "管段GD-002焊口", "朝阳里小区院内1号楼东侧", "建设路中段", "新华路", "月球"
            )
        },
    )
    assert inventory.faults is not None
    taken = inventory.faults["asset_id"].fillna("").tolist()
    assert taken == ["GD-003", "HRZ01", "GD-002", "GD-002", "GD-004", "", ""]
    assert inventory.faults["matched_by"].tolist()[:5] == ["id", "id", "id", "building", "street"]
    rules = inventory.findings.set_index("row_id")["rule"]
    assert rules["F5"] == "ambiguous_place"
    assert rules["F6"] == "unknown_place"


def test_a_fault_before_a_house_with_a_name_of_its_own_is_on_the_pipe_that_leads_there() -> None:
    network = town(["迎宾路12号", "迎宾路112号", "东方宾馆"])
    inventory = inventory_of(network, {"faults": faults("迎宾路12号门前", "迎宾路112号院内", "东方宾馆西侧")})
    assert inventory.faults is not None
    # GD-003 and GD-004 both end at the house 112.
    assert inventory.faults["asset_id"].fillna("").tolist() == ["GD-002", "", "GD-004"]


def test_where_two_streets_meet_one_pipe_may_be_left() -> None:
    # Only GD-004 of 建设路 touches 新华路, but so do GD-002 and GD-003 of 新华路 itself at its other ends.
    network = town()
    inventory = inventory_of(network, {"faults": faults("新华路与建设路交叉口")})
    message = inventory.findings.iloc[0]["message"]
    assert "GD-003, GD-004" in message


def test_ids_in_other_letters_with_a_decimal_point_or_without_their_zeros_are_found_and_said() -> None:
    ids = ("101", "102", "007")
    network = town(ids=ids)
    table = visits(*[(None, None)] * 5).assign(building_id=["102.0", "7", "7.0", "101", "8"])
    inventory = inventory_of(network, {"visits": table})
    assert inventory.visits is not None
    assert inventory.visits["building_id"].tolist() == ["102", "007", "007", "101", "8"]
    rules = inventory.findings.set_index("row_id")["rule"].to_dict()
    assert rules == {
        "V0": "id_spelled_differently",
        "V1": "id_lost_zeros",
        "V2": "id_lost_zeros",
        "V4": "unknown_building",
    }


def test_an_id_that_may_mean_two_things_means_nothing() -> None:
    known = identities(["a1", "A1", "01", "001"], ["north", "north", None, None])
    assert known.find("Ａ１") is None
    assert known.find("1") is None
    assert known.find("north") is None


def test_a_station_may_be_called_by_its_name() -> None:
    makeup = pd.DataFrame({"station_id": ["朝阳换热站"], "season": [2024], "makeup_m3": [5.0]})
    inventory = inventory_of(town(), {"makeup": makeup})
    assert inventory.makeup is not None
    assert inventory.makeup["station_id"].tolist() == ["HRZ01"]
    assert inventory.findings["rule"].tolist() == ["name_instead_of_id"]


def test_a_dig_on_a_street_in_another_spelling_counts_and_one_on_no_street_is_set_aside() -> None:
    digs = pd.DataFrame(
        {
            "dig_id": ["D1", "D2", "D3"],
            "street": [" 新 华路", "无名路", "*"],
            "start_on": "2026-05-01",
            "end_on": "2026-09-30",
        }
    )
    inventory = inventory_of(town(), {"digs": digs})
    assert inventory.digs is not None
    assert inventory.digs["street"].tolist() == ["新华路", "无名路", "*"]
    assert inventory.findings[["rule", "row_id"]].to_numpy().tolist() == [
        ["unknown_street", "D2"],
        ["street_spelled_differently", "D1"],
    ]


def test_what_is_given_stays_as_it_was() -> None:
    table = visits(("朝阳里小区", "1号楼"))
    before = table.copy(deep=True)
    inventory_of(town(["1号楼", "2号楼", "3号楼"]), {"visits": table})
    pd.testing.assert_frame_equal(table, before)


def test_the_order_of_rows_changes_no_match() -> None:
    rng = np.random.default_rng(1)
    places = [("朝阳里小区", f"{number}号楼") for number in (1, 2, 3)] + [("金港小区", "3#"), (None, "LD-1")]
    table = visits(*places)
    shuffled = table.iloc[rng.permutation(len(table))]
    known = [inventory_of(town(), {"visits": one}).visits for one in (table, shuffled)]
    by_id = [one.set_index("visit_id").sort_index()["building_id"] for one in known if one is not None]
    pd.testing.assert_series_equal(*by_id)
