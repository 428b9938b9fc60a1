"""No record dated at or after a season's start reaches its assessment."""

import pandas as pd

from heatnet.inventory.records import records_before

FAULTS = pd.DataFrame(
    {"fault_id": ["F1", "F2", "F3"], "found_on": ["2019-12-01", "2025-10-14", "2025-10-15"], "asset_id": "S"}
)


def test_records_from_the_first_day_of_the_season_on_are_left_out() -> None:
    visits = pd.DataFrame(
        {"visit_id": ["1", "2"], "building_id": "B", "visited_on": ["2025-10-14", "2025-10-15"], "is_cold": True}
    )
    works = pd.DataFrame({"work_id": ["W1", "W2"], "asset_id": "S", "done_on": ["2025-08-01", "2025-11-01"]})
    makeup = pd.DataFrame({"station_id": "T", "season": [2024, 2025], "makeup_m3": 5})
    records = records_before(2025, visits=visits, faults=FAULTS, works=works, makeup=makeup)
    assert records.visits is not None
    assert records.visits["visit_id"].tolist() == ["1"]
    assert records.faults is not None
    assert records.faults["fault_id"].tolist() == ["F1", "F2"]
    assert records.works is not None
    assert records.works["work_id"].tolist() == ["W1"]
    assert records.makeup is not None
    assert records.makeup["season"].tolist() == [2024]


def test_what_is_not_recorded_stays_so() -> None:
    records = records_before(2025)
    assert records.visits is None
    assert records.faults is None


def test_the_first_season_is_that_of_the_earliest_fault() -> None:
    assert records_before(2026, faults=FAULTS).first_season(2026) == 2019
    assert records_before(2026).first_season(2026) == 2025
    assert records_before(2010, faults=FAULTS).first_season(2010) == 2009
