import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.consequence import cold_visits_of, outage_time, visits_in_outages
from heatnet.network import Network
from heatnet.reachability import outages
from tests.consequence.test_durations import fleet
from tests.reachability_oracle import Twin, networks

HEATING_DAYS = 183


def visits(*rows: tuple[str, str, bool | None, float | None, str | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["building_id", "visited_on", "is_cold", "room_temp_c", "resolved_on"])
    dates = {name: pd.to_datetime(table[name]) for name in ("visited_on", "resolved_on")}
    return table.assign(**dates, room_temp_c=table["room_temp_c"].astype(float))


def told(network: Network, table: pd.DataFrame) -> dict[str, float]:
    found = cold_visits_of(network, table, season=2025)
    return {name: float(getattr(found, name).sum()) for name in ("cold", "open_share", "readings", "deficit_c")} | {
        "mean": found.mean_open_share
    }


def building(network: Network) -> str:
    return str(network.node_ids[network.building_nodes[0]])


def test_an_open_visit_counts_for_the_whole_winter_and_a_solved_one_for_its_days() -> None:
    b = building(fleet())
    table = visits((b, "2026-01-10", True, 15.0, None), (b, "2025-12-01", False, 21.0, None))
    assert told(fleet(), table) == {"cold": 1, "open_share": 1, "readings": 1, "deficit_c": 3, "mean": 1}
    solved = visits((b, "2026-01-10", True, 19.0, "2026-01-20"))
    expected = {"cold": 1, "open_share": 10 / HEATING_DAYS, "readings": 1, "deficit_c": 0, "mean": 10 / HEATING_DAYS}
    assert told(fleet(), solved) == pytest.approx(expected)


def test_a_building_cold_again_was_not_solved() -> None:
    b = building(fleet())
    table = visits((b, "2026-01-10", True, None, "2026-01-11"), (b, "2026-03-01", True, None, "2026-03-02"))
    assert told(fleet(), table)["open_share"] == pytest.approx((50 + 1) / HEATING_DAYS)


def test_visits_outside_heating_and_at_unknown_places_do_not_enter() -> None:
    b = building(fleet())
    table = visits((b, "2026-05-01", True, 10.0, None), ("gone", "2026-01-01", True, 10.0, None))
    assert told(fleet(), table) == {"cold": 0, "open_share": 0, "readings": 0, "deficit_c": 0, "mean": 1}


def test_a_solution_before_its_visit_is_one_of_the_same_day() -> None:
    b = building(fleet())
    assert told(fleet(), visits((b, "2026-01-10", True, None, "2025-01-10")))["open_share"] == 0


@settings(derandomize=True, deadline=None, max_examples=60)
@given(network=networks(), seed=st.integers(0, 10_000))
def test_visits_in_outages_are_those_of_the_slow_twin(network: Network, seed: int) -> None:
    twin, rng = Twin(network), np.random.default_rng(seed)
    if not len(network.building_nodes) or not twin.assets:
        return
    names = network.node_ids[network.building_nodes]
    days = pd.to_datetime("2026-01-01") + pd.to_timedelta(rng.integers(0, 10, 12), unit="D")
    table = pd.DataFrame({"building_id": rng.choice(names, 12), "visited_on": days, "is_cold": rng.random(12) < 0.8})
    faults = pd.DataFrame(
        {
            "asset_id": rng.choice([*twin.assets, "gone"], 6),
            "found_on": pd.to_datetime("2026-01-01") + pd.to_timedelta(rng.integers(0, 10, 6), unit="D"),
            "found_by": rng.choice(["operation", "test"], 6, p=[0.8, 0.2]),
            "outage_h": rng.choice([np.nan, 0.0, 10.0, 50.0], 6),
            "repair_h": rng.choice([np.nan, 20.0], 6),
        }
    )
    usual = outage_time(network)["outage_h"].to_numpy()
    fast = visits_in_outages(network, table, faults, outages(network), usual_outage_h=usual)
    hours = dict(zip(network.asset_ids, usual, strict=True))
    slow = [
        bool(visit.is_cold)
        and any(
            fault.asset_id in hours
            and fault.found_by != "test"
            and fault.outage_h != 0
            and visit.building_id in twin.lost(fault.asset_id, twin.mode(None))
            and 0 <= (visit.visited_on - fault.found_on).days <= _lasts(fault, hours) // 24 + 1
            for fault in faults.itertuples()
        )
        for visit in table.itertuples()
    ]
    assert fast.tolist() == slow


def _lasts(fault, hours):
    if fault.outage_h > 0:
        return fault.outage_h
    return fault.repair_h + 6 if fault.repair_h > 0 else hours[fault.asset_id]
