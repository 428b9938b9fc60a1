import numpy as np
import pandas as pd
import pytest

from heatnet.consequence import chronic_hours, cold_share, guess_households, heating_hours
from heatnet.errors import HeatnetError


def test_chronic_hours_count_only_the_evidence_beyond_the_prior() -> None:
    # (0.5 - 0.1) * 300 homes * 0.4 cold because of it * 4392 h * 0.7
    hours = chronic_hours([0.5, 0.1, 0.05], [0.1, 0.1, 0.1], [300, 300, 300], 0.4, 4392.0)
    assert hours.tolist() == pytest.approx([147571.2, 0, 0])


def test_more_homes_evidence_or_persistence_never_lower_the_chronic_hours() -> None:
    least = chronic_hours(0.5, 0.1, 300, 0.4, 4392.0)
    assert chronic_hours(0.6, 0.1, 300, 0.4, 4392.0) > least
    assert chronic_hours(0.5, 0.1, 301, 0.4, 4392.0) > least
    assert chronic_hours(0.5, 0.1, 300, 0.4, 4392.0, persistence=0.8) > least
    assert chronic_hours(0.5, 0.1, 300, 0.4, 4392.0, persistence=0.0) == 0


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ((1.1, 0.1, 1, 0.5, 1.0), "impaired_prob"),
        ((0.5, -0.1, 1, 0.5, 1.0), "prior"),
        ((0.5, 0.1, -1, 0.5, 1.0), "households"),
        ((0.5, 0.1, 1, np.nan, 1.0), "cold_share"),
        ((0.5, 0.1, 1, 0.5, np.inf), "heating_h"),
    ],
)
def test_impossible_parts_of_chronic_cold_are_refused(arguments: tuple[float, ...], what: str) -> None:
    with pytest.raises(HeatnetError, match=what):
        chronic_hours(*arguments)


def test_homes_cold_because_of_an_asset_are_the_difference_of_the_cold_shares() -> None:
    assert cold_share(0.1, 0.6) == pytest.approx(0.5)
    assert cold_share(0.3, 0.3) == 0


def test_room_temperatures_move_the_share_towards_what_was_read() -> None:
    # 90 readings, 27 cold: (27 + 10*0.6)/100 - 0.1 = 0.23; none cold: (0 + 6)/100 - 0.1 < 0
    assert cold_share(0.1, 0.6, readings=[90, 90, 0], cold_readings=[27, 0, 0]) == pytest.approx([0.23, 0, 0.5])
    with pytest.raises(HeatnetError, match="cold_readings"):
        cold_share(0.1, 0.6, readings=1, cold_readings=2)


def test_heating_hours_include_the_first_and_the_last_day() -> None:
    assert heating_hours(2026) == 183 * 24
    assert heating_hours(2027) == 184 * 24  # 29 February 2028
    assert heating_hours(2026, heating_from="11-01", heating_to="11-02") == 48


def test_households_are_guessed_building_by_building_and_marked() -> None:
    nodes = pd.DataFrame(
        {
            "node_id": list("ABCDEFG"),
            "kind": ["building"] * 6 + ["junction"],
            "households": [0, 12.0, None, None, None, None, 5],
            "area_m2": [900, 900, 250, None, 0, None, 900],
            "load_kw": [9, 9, 9, 40, 10, 0, 9],
        }
    )
    table = guess_households(nodes)
    assert table["households"].tolist() == [0, 12, 2.5, 8, 2, 0, 0]
    assert table["is_guessed"].tolist() == [False, False, True, True, True, True, False]
    assert table["basis"].tolist() == ["recorded", "recorded", "area_m2", "load_kw", "load_kw", "nothing", ""]
    assert table.index.tolist() == list("ABCDEFG")
