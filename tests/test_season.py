import pandas as pd
import pytest

from heatnet.errors import HeatnetError
from heatnet.season import heating_interval, is_heating, season_end, season_of, season_start


def test_every_day_lies_in_the_season_whose_start_and_end_enclose_it() -> None:
    days = pd.Series(pd.date_range("2019-01-01", "2024-12-31"))
    for day, season in zip(days, season_of(days), strict=True):
        assert season_start(int(season)) <= day <= season_end(int(season))


def test_an_unknown_date_belongs_to_no_season() -> None:
    seasons = season_of(pd.Series([pd.NaT, pd.Timestamp("2020-01-01")], index=["a", "b"]))
    assert seasons.isna().tolist() == [True, False]
    assert seasons["b"] == 2019
    assert seasons.index.tolist() == ["a", "b"]


def test_heating_runs_across_the_new_year() -> None:
    first, last = heating_interval(2023, heating_from="10-10", heating_to="02-29")
    assert (first, last) == (pd.Timestamp("2023-10-10"), pd.Timestamp("2024-02-29"))
    assert heating_interval(2022, heating_to="02-29")[1] == pd.Timestamp("2023-02-28")


def test_heating_days_include_the_first_and_the_last() -> None:
    days = pd.Series(pd.to_datetime(["2020-10-14", "2020-10-15", "2021-04-15", "2021-04-16"]))
    assert is_heating(days).tolist() == [False, True, True, False]


def test_heating_that_ends_within_the_calendar_year_is_understood() -> None:
    days = pd.Series(pd.to_datetime(["2020-01-10", "2020-11-10", "2020-12-31"]))
    assert is_heating(days, heating_from="11-01", heating_to="12-30").tolist() == [False, True, False]


@pytest.mark.parametrize("day", ["15.10", "10-32", "1-5", ""])
def test_a_day_that_is_no_month_and_day_is_refused(day: str) -> None:
    with pytest.raises(HeatnetError, match="MM-DD"):
        heating_interval(2020, heating_from=day)


def test_heating_cannot_end_before_it_starts() -> None:
    with pytest.raises(HeatnetError, match="swap"):
        heating_interval(2020, heating_from="03-01", heating_to="11-01")
