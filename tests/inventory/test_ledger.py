"""The visits of a district, written without ids as a ledger has them, find their buildings again."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import heatnet as hn
from heatnet.inventory import inventory_of
from heatnet.synthetic.names import chinese_number


def named(network: hn.Network) -> hn.Network:
    """The network with its buildings numbered within each community, as an office numbers them."""
    nodes = network.nodes
    is_building = (nodes["kind"] == "building").to_numpy()
    number = nodes[is_building].groupby("community").cumcount() + 1
    nodes["name"] = pd.Series([f"{one}号楼" for one in number], index=number.index, dtype=object).reindex(nodes.index)
    return hn.Network(nodes, network.segments, network.valves)


def written(name: str, way: int) -> str:
    """The name of a building as it stands in a ledger."""
    number = name.removesuffix("号楼")
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    return (
        name, f"{number}#", f"{number}栋", f"{chinese_number(int(number))}号楼", f" {number} 号楼 ", f"{number}#楼",
        f"{number}号楼3单元", f"{int(number):02d}号楼", name.translate(wide),
    )[way % 9]  # fmt: skip


@pytest.fixture(scope="module")
def ledger() -> tuple[hn.Network, pd.DataFrame, pd.Series]:
    inventory = hn.read_inventory(Path(__file__).parents[2] / "fixtures" / "district")
    assert inventory.visits is not None
    network, visits = named(inventory.network), inventory.visits
    nodes = network.nodes.set_index("node_id")
    rng = np.random.default_rng(7)
    places = nodes.loc[visits["building_id"]]
    ways = rng.integers(0, 9, len(visits))
    communities = (
        places["community"]
        .str.replace("社区", "小区")
        .where(rng.random(len(visits)) < 0.5, places["community"].to_numpy())
    )
    houses = [written(name, way) for name, way in zip(places["name"], ways, strict=True)]
    lost = rng.random(len(visits)) < 0.02  # a slip of the pen: no such building
    table = visits.drop(columns=["building_id", "household_id"]).assign(
        community=communities.to_numpy(), building=np.where(lost, "999号楼", houses)
    )
    return network, table, visits["building_id"].where(~lost)


def test_at_least_95_of_100_rows_match_and_none_matches_another_building(
    ledger: tuple[hn.Network, pd.DataFrame, pd.Series],
) -> None:
    network, table, truth = ledger
    inventory = inventory_of(network, {"visits": table})
    assert inventory.visits is not None
    found = inventory.visits["building_id"]
    matched = found.notna()
    assert matched.mean() >= 0.95
    assert (found[matched] == truth[matched]).all()
    account = inventory.accounts.loc["visits"]
    assert account["set_aside"] == (~matched).sum()
    assert [reason.rule for reason in account["reasons"]] == ["unknown_house"]


def test_the_ledger_says_of_the_pipes_what_the_visits_with_ids_say(
    ledger: tuple[hn.Network, pd.DataFrame, pd.Series],
) -> None:
    network, table, truth = ledger
    by_name = inventory_of(network, {"visits": table}).records().visits
    by_id = inventory_of(network, {"visits": table.assign(building_id=truth)}).records().visits
    assert by_name is not None
    assert by_id is not None
    pd.testing.assert_frame_equal(by_name.drop(columns="matched_by"), by_id[by_name.columns.drop("matched_by")])


def test_the_same_ledger_as_a_workbook_of_chinese_headings_reads_alike(
    ledger: tuple[hn.Network, pd.DataFrame, pd.Series], tmp_path: Path
) -> None:
    network, table, _ = ledger
    headings = dict(
        zip(
            (
                "visit_id",
                "visited_on",
                "community",
                "building",
                "is_cold",
                "room_temp_c",
                "channel",
                "cause",
                "resolved_on",
            ),
            ("走访编号", "走访日期", "小区", "楼号", "是否不热", "室温(℃)", "渠道", "原因", "办结日期"),
            strict=True,
        )
    )
    with pd.ExcelWriter(tmp_path / "台账.xlsx") as book:
        network.nodes.to_excel(book, sheet_name="节点", index=False)
        network.segments.to_excel(book, sheet_name="管段台账", index=False)
        cold = table.assign(
            is_cold=table["is_cold"].map({True: "是", False: "否"}), 户主="张三", 联系电话="13900000000"
        )
        cold.rename(columns=headings).to_excel(book, sheet_name="走访台账", index=False)
    read = hn.read_inventory(tmp_path / "台账.xlsx")
    given = inventory_of(network, {"visits": table})
    assert read.visits is not None
    assert given.visits is not None
    same = ["visit_id", "building_id", "visited_on", "is_cold", "room_temp_c", "matched_by"]
    pd.testing.assert_frame_equal(read.visits[same], given.visits[same], check_dtype=False)
    assert "张三" not in read.visits.to_csv()
