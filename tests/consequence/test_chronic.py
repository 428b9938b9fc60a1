import numpy as np
import pandas as pd
import pytest

from heatnet.consequence import (
    chronic_hours,
    cold_share,
    cold_time_share,
    guess_households,
    heating_hours,
    severity,
)
from heatnet.errors import HeatnetError


def test_chronic_hours_are_worked_by_hand() -> None:
    # 0.5 * 0.7 * 300 homes * 0.4 cold because of it * 4392 h; half of it where a cleaning left half
    hours = chronic_hours([0.5, 0.5, 0.0], 300, 0.4, 4392.0, kept=[1.0, 0.5, 1.0])
    assert hours.tolist() == pytest.approx([184464.0, 92232.0, 0])


def test_more_homes_evidence_or_persistence_never_lower_the_chronic_hours() -> None:
    least = chronic_hours(0.5, 300, 0.4, 4392.0)
    assert chronic_hours(0.6, 300, 0.4, 4392.0) > least
    assert chronic_hours(0.5, 301, 0.4, 4392.0) > least
    assert chronic_hours(0.5, 300, 0.4, 4392.0, stay=0.8) > least
    assert chronic_hours(0.5, 300, 0.4, 4392.0, stay=0.0) == 0


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ((1.1, 1, 0.5, 1.0), "impaired_prob"),
        ((0.5, -1, 0.5, 1.0), "households"),
        ((0.5, 1, np.nan, 1.0), "cold_share"),
        ((0.5, 1, 0.5, np.inf), "cold_time_h"),
        ((0.5, 1, 0.5, 1.0, {"stay": 1.5}), "stay"),
        ((0.5, 1, 0.5, 1.0, {"kept": -0.1}), "kept"),
    ],
)
def test_impossible_parts_of_chronic_cold_are_refused(arguments: tuple, what: str) -> None:
    keywords = arguments[4] if len(arguments) > 4 else {}
    with pytest.raises(HeatnetError, match=what):
        chronic_hours(*arguments[:4], **keywords)


def test_homes_cold_because_of_an_asset_are_the_difference_of_the_cold_shares() -> None:
    assert cold_share(0.1, 0.6) == pytest.approx(0.5)
    assert cold_share(0.3, 0.3) == 0
    with pytest.raises(HeatnetError, match="above"):
        cold_share(0.6, 0.1)


def test_few_readings_and_solutions_hardly_move_what_is_usual() -> None:
    # five readings 6.5 degC too cold: (32.5 + 10*2)/(15*2) = 1.75; five of half a degree: (2.5 + 20)/30 = 0.75
    assert severity([5, 5, 0], [32.5, 2.5, 0.0], 2.0).tolist() == [1.75, 0.75, 1.0]
    # ten visits solved after a fifth of the winter, the network's mean two fifths: (2 + 4)/20
    assert cold_time_share([10, 0], [2.0, 0.0], 0.4).tolist() == pytest.approx([0.3, 0.4])


def test_heating_hours_include_the_first_and_the_last_day() -> None:
    assert heating_hours(2026) == 183 * 24
    assert heating_hours(2027) == 184 * 24  # 29 February 2028
    assert heating_hours(2026, heating_from="11-01", heating_to="11-02") == 48
    assert heating_hours(2026, heating_from="11-15", heating_to="03-15") == 2904


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
