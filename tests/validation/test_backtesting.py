"""Past seasons are forecast from the records before them, by the code that ships."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import heatnet as hn
from heatnet.inventory.contents import inventory_of
from heatnet.inventory.reading import Inventory, read_inventory
from heatnet.validation.backtesting import latest_seasons

SEASONS = (2024, 2025)


@pytest.fixture(scope="module")
def district() -> Inventory:
    return read_inventory(Path(__file__).parents[2] / "fixtures" / "district")


@pytest.fixture(scope="module")
def result(district: Inventory) -> hn.Backtest:
    assert district.faults is not None
    return hn.backtest(district.network, seasons=SEASONS, faults=district.faults, works=district.works)


def test_the_tables_have_the_shape_that_others_rely_on(result: hn.Backtest) -> None:
    for table in (result.capture, result.standard_error, result.with_past_faults, result.without_past_faults):
        assert table.index.tolist() == ["heatnet", "age", "past_faults", "random", "oracle"]
        assert table.columns.tolist() == [0.01, 0.024, 0.05, 0.10, 0.20]
    assert result.scores.index.tolist() == [2024, 2025, "all"]


def test_no_method_catches_more_than_the_oracle_and_more_length_never_catches_less(result: hn.Backtest) -> None:
    assert (result.capture <= result.capture.loc["oracle"] + 1e-12).all(axis=None)
    assert (result.capture.diff(axis=1).iloc[:, 1:] >= -1e-12).all(axis=None)


def test_the_forecast_is_that_of_assess(district: Inventory, result: hn.Backtest) -> None:
    assert district.faults is not None
    expected = 0.0
    for season in SEASONS:
        ranking = hn.assess(district.network, season=season, faults=district.faults, works=district.works).ranking
        expected += ranking.loc[~(ranking["laid_year"] > season), "faults_mean"].sum()
    assert result.scores.loc["all", "expected"] == pytest.approx(expected, rel=1e-12)


def test_a_record_planted_in_the_season_changes_what_is_found_but_not_what_is_forecast(
    district: Inventory, result: hn.Backtest
) -> None:
    assert district.faults is not None
    old = district.network.segments.query("laid_year < 2010")["segment_id"].iloc[0]
    planted = pd.DataFrame({"fault_id": ["planted"], "found_on": [pd.Timestamp("2025-10-15")], "asset_id": [old]})
    faults = pd.concat([district.faults, planted], ignore_index=True)
    again = hn.backtest(district.network, seasons=SEASONS, faults=faults, works=district.works)
    assert again.scores.loc["all", "observed"] == result.scores.loc["all", "observed"] + 1
    pd.testing.assert_series_equal(again.scores["expected"], result.scores["expected"])


def test_assets_laid_after_the_season_take_no_part(fixtures: Path) -> None:
    network = hn.read_network(fixtures / "tree")
    segments = network.segments.assign(laid_year=[1990, 2020, 1990])
    faults = pd.DataFrame({"fault_id": ["F"], "found_on": ["2015-01-01"], "asset_id": ["S1"]})
    works = pd.DataFrame({"work_id": ["W"], "asset_id": ["S1"], "done_on": ["2021-12-01"], "kind": ["repair"]})
    result = hn.backtest(hn.Network(network.nodes, segments), seasons=[2014, 2021], faults=faults, works=works)
    assert result.calibration["assets"].sum() == 2 + 3
    assert result.scores["observed"].tolist() == [1, 0, 1]


def test_capture_on_paper(fixtures: Path) -> None:
    network = hn.read_network(fixtures / "tree")  # S1 100 m, S2 50 m, S3 80 m
    faults = pd.DataFrame({"fault_id": ["F", "G"], "found_on": ["2015-01-01", "2016-01-01"], "asset_id": ["S2", "S3"]})
    result = hn.backtest(network, seasons=[2015], faults=faults)
    # Past faults put S2 (50 of 230 m) first; the 2015 fault lies on S3, the others share the rest of the length.
    assert result.capture.loc["past_faults"].tolist() == [0, 0, 0, 0, 0]
    # The oracle puts S3 (80 m) first: 1 % of 230 m is 2.3 of its 80 m.
    np.testing.assert_allclose(result.capture.loc["oracle"], np.array([0.01, 0.024, 0.05, 0.1, 0.2]) * 230 / 80)


def test_the_order_of_rows_changes_nothing(district: Inventory, result: hn.Backtest) -> None:
    assert district.faults is not None
    assert district.works is not None
    network = district.network
    mixed = hn.Network(
        network.nodes.sample(frac=1, random_state=1), network.segments.sample(frac=1, random_state=2), network.valves
    )
    faults = district.faults.sample(frac=1, random_state=3)
    again = hn.backtest(mixed, seasons=reversed(SEASONS), faults=faults, works=district.works)
    pd.testing.assert_frame_equal(again.capture, result.capture)
    pd.testing.assert_frame_equal(again.standard_error, result.standard_error)


def test_no_season_is_refused(district: Inventory) -> None:
    assert district.faults is not None
    with pytest.raises(hn.HeatnetError, match="at least one season"):
        hn.backtest(district.network, seasons=[], faults=district.faults)


def test_the_text_tells_every_method_and_the_totals(result: hn.Backtest) -> None:
    text = result.to_text()
    for method in ("heatnet", "age", "past_faults", "random", "oracle"):
        assert method in text
    assert f"observed {result.scores.loc['all', 'observed']:.0f}" in text


@pytest.mark.parametrize("seasons", [[9999], range(2025, 2201), [0], [2013]])
def test_seasons_without_records_are_refused_at_once(fixtures: Path, seasons: Iterable[int]) -> None:
    network = hn.read_network(fixtures / "tree")
    faults = pd.DataFrame({"fault_id": ["F"], "found_on": ["2015-01-01"], "asset_id": ["S1"]})
    with pytest.raises(hn.HeatnetError, match=r"no records of .* the records run from 2014 to 2014"):
        hn.backtest(network, seasons=seasons, faults=faults)


def test_winters_that_can_be_tested_lie_after_the_first_fault_and_not_after_the_last_record(
    district: Inventory,
) -> None:
    faults = pd.DataFrame(
        {"fault_id": ["F", "G"], "found_on": ["2020-10-14", "2021-10-15"], "asset_id": district.network.asset_ids[0]}
    )  # seasons 2019 and 2021
    visits = pd.DataFrame(
        {"visit_id": ["V"], "building_id": ["none"], "visited_on": ["2023-01-01"], "is_cold": [True]}
    )  # of no building: set aside
    known = inventory_of(district.network, {"faults": faults, "visits": visits})
    assert latest_seasons(known, before=2026, count=9) == [2020, 2021]
    assert latest_seasons(known, before=2021, count=9) == [2020]
    assert latest_seasons(known, before=2022, count=1) == [2021]
    assert latest_seasons(known, before=2026, count=0) == []
    assert latest_seasons(known, before=2026, count=1) == [2021]  # the later ones have no records
    assert latest_seasons(known, before=2020, count=1) == []
    assert latest_seasons(inventory_of(district.network, {}), before=2026, count=2) == []
