import numpy as np
import pandas as pd
import pytest

from heatnet.consequence.climate import CLIMATE_ASSUMPTION, DAYS_AT_TEMPERATURE, as_temperatures, default_climate
from heatnet.errors import HeatnetError
from heatnet.season import heating_interval


def test_the_assumed_winter_has_one_temperature_for_each_day_of_the_heating_time() -> None:
    first, last = heating_interval(2022)
    assert len(default_climate()) == (last - first).days + 1 == 183


def test_the_sentence_about_the_assumed_winter_is_true_to_its_numbers() -> None:
    climate = default_climate()
    assert (climate.min(), climate.max()) == (-20, 14)
    assert "from -20 to 14 degC" in str(CLIMATE_ASSUMPTION)
    assert f"mean {climate.mean():.1f} degC" in str(CLIMATE_ASSUMPTION)
    assert (climate < -14.5).sum() == 5
    assert str(CLIMATE_ASSUMPTION).startswith("Assumed, not measured")


def test_changing_the_returned_winter_leaves_the_next_one_as_it_was() -> None:
    default_climate()[:] = 0
    assert default_climate()[0] == DAYS_AT_TEMPERATURE[0][0]


@pytest.mark.parametrize("climate", [[-5, 3], (-5.0, 3.0), np.array([-5, 3]), pd.Series([-5, 3], index=["b", "a"])])
def test_temperatures_come_as_list_array_or_series(climate: object) -> None:
    assert as_temperatures(climate).tolist() == [-5, 3]


@pytest.mark.parametrize(
    ("climate", "what"),
    [
        ([], "empty"),
        ([0.0, np.nan, np.inf], "2 values that are not finite .first at position 1, 2."),
        (-5.0, "0 dimensions"),
        ([[0.0], [1.0]], "2 dimensions"),
        (["cold"], "no number"),
        (None, "dimensions|no number"),
        (pd.Series([1.0, None]), "position 1"),
    ],
)
def test_a_climate_that_is_no_row_of_temperatures_is_refused(climate: object, what: str) -> None:
    with pytest.raises(HeatnetError, match=what):
        as_temperatures(climate)
