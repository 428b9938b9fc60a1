"""An inventory written in heatnet's own form reads back as it was, in every form."""

from pathlib import Path

import pandas as pd
import pytest

import heatnet as hn
from heatnet.errors import HeatnetError
from heatnet.inventory.contents import inventory_of
from heatnet.inventory.converting import FORMS, Form, convert_inventory, tables_of

READ = FORMS
ODD_TEXTS = (
    "'quoted", "=1+1", "'=1+1", "a,b;c\td", 'say "no"', "two\nlines", "暖气🔥片", "长" * 10_000, "-", "+7", "@home",
    "ул. Ленина",
)  # fmt: skip


def odd_inventory() -> hn.Inventory:
    """A network whose ids and streets are such texts, with one record of each kind."""
    ids = [f"{text}{row}" for row, text in enumerate(ODD_TEXTS)]
    nodes = pd.DataFrame(
        {"node_id": ["H", *ids], "kind": ["source", *["building"] * len(ids)], "name": [None, *ODD_TEXTS], "x_m": 0.1}
    )
    segments = pd.DataFrame(
        {
            "segment_id": [f"s{one}" for one in ids],
            "from_node": ["H", *ids[:-1]],
            "to_node": ids,
            "length_m": 100.0 / 3.0,
            "diameter_mm": 100,
            "laid_year": [1998, *[None] * (len(ids) - 1)],
            "street": list(ODD_TEXTS),
            "accepted_on": "2020-02-29",
            "is_flooded": [True, False, *[None] * (len(ids) - 2)],
        }
    )
    valves = pd.DataFrame({"valve_id": ["V", "W"], "segment_id": [f"s{ids[0]}", "?"], "node_id": "H", "is_open": False})
    visits = pd.DataFrame(
        {
            "visit_id": [*ids, "lost"],
            "building_id": [*ids, "nowhere"],
            "visited_on": "2025-11-03",
            "is_cold": True,
            "room_temp_c": 16.123456789,
            "household_id": [str(row) for row in range(len(ids) + 1)],
        }
    )
    faults = pd.DataFrame({"fault_id": ["F"], "found_on": ["2024-01-10"], "asset_id": [f"s{ids[1]}"]})
    return inventory_of(hn.Network(nodes, segments, valves), {"visits": visits, "faults": faults})


def read_back(folder: Path, form: Form, inventory: hn.Inventory) -> hn.Inventory:
    target = folder / (f"inventory.{form}" if form in ("xlsx", "gpkg") else form)
    convert_inventory(inventory, target, form=form)
    return hn.read_inventory(target)


@pytest.mark.parametrize("form", READ)
def test_odd_texts_survive(tmp_path: Path, form: Form) -> None:
    inventory = odd_inventory()
    before, after = (tables_of(one) for one in (inventory, read_back(tmp_path, form, inventory)))
    assert list(before) == list(after)
    for name, table in before.items():
        if name == "visits":
            assert table["household_id"].nunique() == after[name]["household_id"].nunique()
            table, after[name] = (one.drop(columns="household_id") for one in (table, after[name]))
        pd.testing.assert_frame_equal(table, after[name], check_dtype=False)


@pytest.mark.parametrize("form", READ)
def test_the_district_reads_back_equal(tmp_path: Path, fixtures: Path, form: Form) -> None:
    inventory = hn.read_inventory(fixtures / "district")
    again = read_back(tmp_path, form, inventory)
    for name, table in tables_of(inventory).items():
        pd.testing.assert_frame_equal(table, tables_of(again)[name], check_dtype=False)
    assert again.accounts.drop(columns="reasons").equals(inventory.accounts.drop(columns="reasons"))


@pytest.mark.parametrize("form", FORMS)
def test_the_same_inventory_gives_the_same_bytes(tmp_path: Path, form: Form) -> None:
    for name in ("a", "b"):
        convert_inventory(
            odd_inventory(), tmp_path / (f"{name}.{form}" if form in ("xlsx", "gpkg") else name), form=form
        )
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    files = [sorted(path for path in found if name in (path.stem, path.parent.name))
             for name in ("a", "b")]  # fmt: skip
    assert [one.read_bytes() for one in files[0]] == [one.read_bytes() for one in files[1]]
    assert files[0]


def test_an_inventory_is_never_written_over(tmp_path: Path) -> None:
    convert_inventory(odd_inventory(), tmp_path / "a")
    convert_inventory(odd_inventory(), tmp_path / "a.xlsx")
    with pytest.raises(HeatnetError, match="holds an inventory already"):
        convert_inventory(odd_inventory(), tmp_path / "a", form="parquet")
    with pytest.raises(HeatnetError, match="is there already"):
        convert_inventory(odd_inventory(), tmp_path / "a.xlsx")


def test_a_form_that_does_not_fit_the_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HeatnetError, match="xlsx and gpkg are files that end so"):
        convert_inventory(odd_inventory(), tmp_path / "a", form="xlsx")
    with pytest.raises(HeatnetError, match="heatnet writes csv, parquet, xlsx"):
        convert_inventory(odd_inventory(), tmp_path / "a", form="ods")  # type: ignore[arg-type]


def test_columns_that_say_nothing_and_columns_of_no_table_are_not_written(tmp_path: Path) -> None:
    nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"], "owner": None, "户主": "张三丰"})
    segments = pd.DataFrame(
        {"segment_id": ["S"], "from_node": ["A"], "to_node": ["B"], "length_m": [50], "diameter_mm": [100]}
    )
    convert_inventory(inventory_of(hn.Network(nodes, segments), {}), tmp_path / "a")
    heading = (tmp_path / "a" / "nodes.csv").read_text(encoding="utf-8-sig").partition("\n")[0]
    assert heading == "node_id,kind,priority"
