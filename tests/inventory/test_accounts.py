"""Every row of every table is used, not asked for or set aside, and the sums add up."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import heatnet as hn
from heatnet.inventory import inventory_of, read_inventory
from heatnet.inventory.accounts import (
    Fates,
    account_sentences,
    accounts_as_data,
    accounts_of,
    mostly_set_aside,
    planned_fates,
)

NODES = pd.DataFrame(
    {
        "node_id": ["H", "T", "B1", "B2"],
        "kind": ["source", "station", "building", "building"],
        "x_m": [0.0, 500.0, 600.0, 600.0],
        "y_m": [0.0, 0.0, 0.0, 100.0],
        "households": [None, None, 40, 60],
    }
)
SEGMENTS = pd.DataFrame(
    {
        "segment_id": ["P", "S1", "S2"],
        "from_node": ["H", "T", "B1"],
        "to_node": ["T", "B1", "B2"],
        "length_m": [500.0, 100.0, 100.0],
        "diameter_mm": [300.0, 100.0, 80.0],
        "laid_year": [1995.0, 1998.0, 2010.0],
        "level": ["primary", "secondary", "secondary"],
        "street": ["Main", "Low", "Low"],
    }
)
NETWORK = hn.Network(NODES, SEGMENTS)
days = st.dates(pd.Timestamp("2019-01-01").date(), pd.Timestamp("2028-01-01").date()).map(str)


def rows_of(columns: dict[str, st.SearchStrategy[object]], key: str) -> st.SearchStrategy[pd.DataFrame]:
    def table(rows: list[dict[str, object]]) -> pd.DataFrame:
        made = pd.DataFrame(rows, columns=[*columns], dtype=object)
        return made.assign(**{key: [f"R{row}" for row in range(len(rows))]})

    return st.lists(st.fixed_dictionaries(columns), max_size=12).map(table)


TABLES = st.fixed_dictionaries(
    {},
    optional={
        "visits": rows_of(
            {
                "building_id": st.sampled_from(["B1", "B2", "b2", "T", "nowhere", None]),
                "visited_on": days,
                "is_cold": st.booleans(),
                "room_temp_c": st.sampled_from([None, 15.0, 21.0]),
                "cause": st.sampled_from([None, "closed", "household", "network"]),
                "household_id": st.sampled_from([None, "1", "2"]),
            },
            "visit_id",
        ),
        "faults": rows_of(
            {
                "found_on": days,
                "asset_id": st.sampled_from(["P", "S2", "s1", "T", "nowhere", None]),
                "x_m": st.sampled_from([None, 550.0, 9000.0]),
                "y_m": st.just(10.0),
            },
            "fault_id",
        ),
        "works": rows_of(
            {
                "asset_id": st.sampled_from(["P", "T", "nowhere"]),
                "done_on": days,
                "kind": st.sampled_from([None, "renewal", "repair", "cleaning", "balancing"]),
            },
            "work_id",
        ),
        "digs": rows_of(
            {"street": st.sampled_from(["Main", "low", "*", "nowhere"]), "start_on": days, "end_on": days}, "dig_id"
        ),
    },
)


@settings(deadline=None, max_examples=15)
@given(TABLES, st.integers(2019, 2027), st.booleans())
def test_the_sums_add_up_whatever_the_records(tables: dict[str, pd.DataFrame], season: int, has_calendar: bool) -> None:
    inventory = inventory_of(NETWORK, tables)
    assessment = hn.assess(inventory, season=season)
    planned = accounts_of(planned_fates(assessment.fates, inventory.fates, has_calendar=has_calendar))
    for accounts in (inventory.accounts, assessment.accounts, planned):
        parts = accounts[["used", "not_asked_for", "set_aside"]]
        assert (parts.sum(axis=1) == accounts["rows"]).all()
        assert (parts >= 0).to_numpy().all()
        for name, table in tables.items():
            assert accounts.loc[name, "rows"] == len(table)
        for name, reasons in accounts["reasons"].items():
            told = sum(reason.rows for reason in reasons)
            assert told == accounts.loc[name, "rows"] - accounts.loc[name, "used"]
            assert all(len(reason.first_ids) == min(reason.rows, 5) for reason in reasons)
    assert (assessment.accounts["set_aside"] == inventory.accounts["set_aside"]).all()


@settings(deadline=None, max_examples=10)
@given(TABLES)
def test_what_is_set_aside_is_a_finding_of_the_check_by_the_same_rule_and_once(
    tables: dict[str, pd.DataFrame],
) -> None:
    inventory = inventory_of(NETWORK, tables)
    findings = hn.check_inventory(inventory)
    for name, fates in inventory.fates.items():
        for row_id, code in zip(fates.ids, fates.code, strict=True):
            if code >= 0:
                rule = fates.whys[code][1]
                found = findings[(findings["table"] == name) & (findings["row_id"] == row_id)]
                assert (found["rule"] == rule).sum() == 1
    assert not findings.duplicated(["table", "rule", "row_id", "column"]).any()


@settings(deadline=None, max_examples=15)
@given(TABLES, st.integers(2021, 2027))
def test_rows_set_aside_move_nothing(tables: dict[str, pd.DataFrame], season: int) -> None:
    inventory = inventory_of(NETWORK, tables)
    kept = {name: table for name, table in vars_of(inventory.records()).items() if table is not None}
    whole, without = (hn.assess(one, season=season).ranking for one in (inventory, inventory_of(NETWORK, kept)))
    pd.testing.assert_frame_equal(whole, without)


def vars_of(records: object) -> dict[str, pd.DataFrame | None]:
    return {name: getattr(records, name) for name in ("visits", "faults", "works", "digs", "makeup")}


def test_the_first_reason_of_a_row_counts() -> None:
    fates = Fates.judged(["a", "b", "c"], np.array([None, "unknown_asset", None], dtype=object))
    later = fates.without(np.array([True, True, False]), "later_season")
    assert [reason[:3] for reason in later.reasons()] == [
        ("set_aside", "unknown_asset", 1),
        ("not_asked_for", "later_season", 1),
    ]
    assert later.is_used.tolist() == [False, False, True]


def test_joined_fates_keep_every_row() -> None:
    first, second = Fates.judged(["a"], "unknown_asset"), Fates.judged(["b", "c"], np.array([None, "x"], dtype=object))
    both = first.joined(second)
    assert both.is_used.tolist() == [False, True, False]
    assert {reason.rule for reason in both.reasons()} == {"unknown_asset", "x"}


def test_a_table_of_which_more_than_half_is_set_aside_is_said_first() -> None:
    accounts = accounts_of({"nodes": Fates.judged(["n"]), "visits": Fates.judged(["v", "w"], "unknown_building")})
    assert mostly_set_aside(accounts) == ["visits"]
    assert account_sentences(accounts) == [
        "More than half of visits is set aside: 2 of 2 rows.",
        "nodes, 1 row: 1 used",
        "visits, 2 rows: 0 used; 2 set aside (unknown building 2: v, w)",
    ]
    half = accounts_of({"visits": Fates.judged(["v", "w"], np.array([None, "unknown_building"], dtype=object))})
    assert mostly_set_aside(half) == []


def test_an_account_has_words_in_chinese_and_a_form_for_json() -> None:
    accounts = accounts_of({"works": Fates.judged([f"w{row}" for row in range(7)], "unknown_asset")})
    assert account_sentences(accounts, "zh") == [
        "工程表半数以上的行未采用：7行中有7行。",
        "工程表：共7行，采用0行；剔除7行（设施不明7行：w0、w1、w2、w3、w4等）",
    ]
    assert accounts_as_data(accounts) == {
        "works": {
            "rows": 7,
            "used": 0,
            "not_asked_for": 0,
            "set_aside": 7,
            "matched": 0,
            "reasons": [
                {"state": "set_aside", "rule": "unknown_asset", "rows": 7, "first_ids": ["w0", "w1", "w2", "w3", "w4"]}
            ],
        }
    }


def test_the_district_accounts_for_every_row_of_its_files(fixtures: Path) -> None:
    inventory = read_inventory(fixtures / "district")
    for name, rows in hn.assess(inventory, season=2026).accounts["rows"].items():
        assert rows == len(pd.read_csv(fixtures / "district" / f"{name}.csv")), name


def test_an_inventory_says_what_it_holds() -> None:
    visits = pd.DataFrame({"visit_id": ["V"], "building_id": ["X"], "visited_on": ["2025-11-03"], "is_cold": [True]})
    assert repr(inventory_of(NETWORK, {"visits": visits})) == (
        "Inventory(Network(4 nodes, 3 segments, 1 stations, 2 buildings, 0 valves, 0.700 km), "
        "1 visits (1 set aside), no faults, no works, no digs, no makeup)"
    )


def test_a_table_given_beside_an_inventory_takes_the_place_of_its_own() -> None:
    visits = pd.DataFrame({"visit_id": ["V"], "building_id": ["X"], "visited_on": ["2025-11-03"], "is_cold": [True]})
    inventory = inventory_of(NETWORK, {"visits": visits})
    again = inventory_of(inventory, {"visits": visits.assign(building_id="B1"), "faults": None})
    assert again.accounts.loc["visits", "used"] == 1
    assert inventory_of(inventory, {}) is inventory


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(hn.HeatnetError, match="give a heatnet"):
        hn.check_inventory("folder")  # type: ignore[arg-type]
