"""Planned against done: each cure of a plan and the works of its summer."""

import pandas as pd

import heatnet as hn
from heatnet.inventory.contents import inventory_of
from heatnet.review.carried_out import carried_out, renewed_before, unplanned_works

NODES = pd.DataFrame({"node_id": list("ABCDEFG"), "kind": ["source"] + ["building"] * 6})
SEGMENTS = pd.DataFrame(
    {"segment_id": list("bcdefg"), "from_node": "A", "to_node": list("BCDEFG"), "length_m": 100, "diameter_mm": 80}
)
WORKS = [
    ("b", "2025-06-01", "renewal", 60), ("b", "2025-07-01", "renewal", 40),  # in two parts
    ("c", "2025-06-01", "cleaning", None),  # instead of renewal
    ("d", "2025-11-01", "renewal", 100),  # after the season began
    ("e", "2025-02-01", "renewal", 100), ("e", "2025-06-01", "repair", 2),  # before the summer; a repair renews nothing
    ("f", "2025-06-02", "renewal", 100), ("g", "2025-06-03", "repair", 1),  # in no plan
    ("b", "2026-12-01", "renewal", 100), ("nowhere", "2025-06-01", "renewal", 100),
]  # fmt: skip
SINCE = pd.Timestamp("2025-04-16")


def known() -> hn.Inventory:
    works = pd.DataFrame(WORKS, columns=["asset_id", "done_on", "kind", "length_m"])
    works.insert(0, "work_id", [f"W{i}" for i in range(len(works))])
    return inventory_of(hn.Network(NODES, SEGMENTS), {"works": works}).in_id_order


def cures() -> pd.DataFrame:
    return pd.DataFrame({"measure": "renew", "length_m": 100.0}, index=pd.Index(["gone", "e", "d", "c", "b"]))


def test_each_cure_is_done_otherwise_late_or_not() -> None:
    told = carried_out(cures(), known(), season=2025, since=SINCE)
    assert told["state"].to_dict() == {
        "gone": "not_in_network", "e": "not_done", "d": "done_late", "c": "done_otherwise", "b": "done",
    }  # fmt: skip
    assert told.loc["b", "done_m"] == 100
    assert told.loc["b", "done_on"] == pd.Timestamp("2025-07-01")
    assert told["kind"].dropna().to_dict() == {"d": "renewal", "c": "cleaning", "b": "renewal"}
    assert told.index.tolist() == cures().index.tolist()


def test_works_that_no_plan_named_are_told_but_repairs() -> None:
    assert unplanned_works(cures(), known(), season=2025, since=SINCE)["asset_id"].tolist() == ["f"]


def test_what_the_summer_renewed_is_known_by_asset() -> None:
    inventory = known()
    renewed = renewed_before(inventory, season=2025, since=SINCE)
    assert inventory.network.asset_ids[renewed].tolist() == ["b", "f"]


def test_without_works_nothing_is_done() -> None:
    inventory = inventory_of(hn.Network(NODES, SEGMENTS), {})
    assert set(carried_out(cures(), inventory, season=2025, since=SINCE)["state"]) == {"not_done", "not_in_network"}
    assert unplanned_works(cures(), inventory, season=2025, since=SINCE).empty
