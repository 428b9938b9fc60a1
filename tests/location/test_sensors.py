"""A sensor is one witness per household and season."""

import pandas as pd

from heatnet.location import clean_visits, visit_findings
from heatnet.network import Network

NETWORK = Network(
    pd.DataFrame({"node_id": ["A", "B", "C"], "kind": ["source", "building", "building"]}),
    pd.DataFrame({"segment_id": ["s", "t"], "from_node": "A", "to_node": ["B", "C"], "length_m": 9, "diameter_mm": 80}),
)


def readings(days: dict[str, list[float]], household: str | None = "h", **columns: object) -> pd.DataFrame:
    rows = [{"visited_on": day, "room_temp_c": temp} for day, temps in days.items() for temp in temps]
    table = pd.DataFrame(rows).assign(building_id="B", channel="sensor", is_cold=None, household_id=household)
    return table.assign(visit_id=[f"r{i}" for i in range(len(table))], **columns)


def one_of(table: pd.DataFrame, **settings: object) -> dict:
    left = clean_visits(table, NETWORK, **settings)
    assert len(left) == 1
    again = clean_visits(left, NETWORK, **settings)
    pd.testing.assert_frame_equal(again, left)
    return left[["visit_id", "is_cold", "room_temp_c"]].iloc[0].to_dict()


def test_more_than_half_of_the_days_make_it_cold() -> None:
    # Daily means 17, 17.5 and 23: two of three days are cold although the mean of the days, 19.1667, is not.
    days = {"2024-01-10": [16.0, 18.0], "2024-01-11": [17.5], "2024-01-12": [23.0]}
    told = one_of(readings(days))
    assert told["is_cold"]
    assert round(told["room_temp_c"], 4) == 19.1667
    assert told["visit_id"] == "r0"
    half = one_of(readings({"2024-01-10": [16.0], "2024-01-12": [23.0]}))
    assert not half["is_cold"]
    assert one_of(readings({"2024-01-10": [19.0]}), room_min_c=20.0)["is_cold"]


def test_days_outside_heating_and_its_first_days_do_not_count() -> None:
    days = {"2023-10-16": [10.0], "2023-10-19": [21.0], "2024-04-15": [21.0], "2024-04-16": [10.0], "2024-08-01": [9.0]}
    told = one_of(readings(days))
    assert told == {"visit_id": "r1", "is_cold": False, "room_temp_c": 21.0}
    rules = visit_findings(readings(days), NETWORK).groupby("rule")["row_id"].apply(list).to_dict()
    assert rules == {
        "visit_late_start": ["r0"],
        "visit_sensor": ["r2"],
        "visit_sensor_outside_heating": ["r3", "r4"],
        "visit_cold_from_temperature": ["r0", "r1", "r2", "r3", "r4"],
    }
    early = clean_visits(readings(days), NETWORK, heating_to="03-31")
    assert early["room_temp_c"].tolist() == [21.0]


def test_households_seasons_and_buildings_are_kept_apart() -> None:
    table = pd.concat(
        [
            readings({"2024-01-10": [15.0], "2024-01-11": [15.0]}, "h"),
            readings({"2024-01-10": [21.0]}, "g"),
            readings({"2024-12-10": [21.0], "2024-12-11": [21.0]}, "h"),
            readings({"2024-01-10": [14.0], "2024-01-11": [14.0]}, None, building_id="C"),
        ],
        ignore_index=True,
    )
    table["visit_id"] = [f"r{i}" for i in range(len(table))]
    left = clean_visits(table, NETWORK)
    assert left[["visit_id", "is_cold"]].values.tolist() == [["r0", True], ["r2", False], ["r3", False], ["r5", True]]
    shuffled = clean_visits(table.sample(frac=1, random_state=2), NETWORK)
    assert sorted(shuffled["visit_id"]) == ["r0", "r2", "r3", "r5"]


def test_a_visit_beside_the_sensor_stays_and_rows_without_a_temperature_are_visits() -> None:
    table = readings({"2024-01-10": [15.0], "2024-01-11": [15.0], "2024-01-12": [15.0, 15.0]})
    rows = table.astype(object).to_dict("records")
    rows[2] |= {"visit_id": "home", "channel": "home_visit", "is_cold": True, "room_temp_c": None}
    rows[3] |= {"visit_id": "silent", "is_cold": True, "room_temp_c": None, "household_id": "k"}
    left = clean_visits(pd.DataFrame(rows), NETWORK)
    assert left["visit_id"].tolist() == ["r0", "home", "silent"]
