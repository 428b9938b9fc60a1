"""Inventories compared whole, wherever they were read from."""

import pandas as pd

import heatnet as hn

RECORDS = ("visits", "faults", "works", "digs", "makeup")
KEYS = {
    "visits": ["visit_id"],
    "faults": ["fault_id"],
    "works": ["work_id"],
    "digs": ["street", "start_on"],
    "makeup": ["station_id", "season"],
}


def assert_equal(one: hn.Inventory, other: hn.Inventory) -> None:
    """Compare all tables by id: a database has no order of rows."""
    for name, key in (("nodes", "node_id"), ("segments", "segment_id"), ("valves", "valve_id")):
        assert_same_rows(getattr(one.network, name), getattr(other.network, name), [key])
    for name in RECORDS:
        assert_same_rows(getattr(one, name), getattr(other, name), KEYS[name])
    pd.testing.assert_frame_equal(one.accounts, other.accounts)


def assert_same_rows(one: pd.DataFrame, other: pd.DataFrame, key: list[str]) -> None:
    pd.testing.assert_frame_equal(*(table.sort_values(key, ignore_index=True) for table in (one, other)))
