"""The second recipe: what people feel follows from what is true."""

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import HeatnetError
from heatnet.season import season_of
from heatnet.synthetic import City, make_city


@pytest.fixture(scope="module")
def city() -> City:
    return make_city(length_km=300, stations=14, rng=2)


@pytest.fixture(scope="module")
def plain() -> City:
    return make_city(length_km=300, stations=14, rng=2, recipe=1)


def test_the_recipes_share_homes_pipes_visits_and_faults(city: City, plain: City) -> None:
    for table, columns in (
        ("nodes", ["node_id", "kind", "x_m", "y_m", "households"]),
        ("segments", ["segment_id", "from_node", "to_node", "length_m"]),
    ):
        pd.testing.assert_frame_equal(city.tables[table][columns], plain.tables[table][columns])
    assert plain.segments["heat_loss_w_m"].isna().all()


def test_cold_homes_behind_something_impaired_are_as_cold_as_the_worst_of_it(city: City) -> None:
    from heatnet.reachability import supply_path

    visits = city.visits.assign(season=season_of(city.visits["visited_on"]))
    reason = city.truth.cold_reason.loc[visits["visit_id"]].to_numpy()
    chosen = visits[np.isin(reason, ["network", "station"]) & visits["room_temp_c"].notna().to_numpy()].head(60)
    apart = []
    for row in chosen.itertuples():
        path = supply_path(city.network, row.building_id).index
        ill = path[city.truth.is_impaired.loc[path, row.season].to_numpy(dtype=bool)]
        apart.append(row.room_temp_c - min(18.0 - city.truth.deficit_k.loc[ill].max(), 17.9))
    assert len(apart) > 30
    assert np.abs(apart).max() < 2.5  # five times the spread of rooms
    assert abs(np.mean(apart)) < 0.3


def test_crews_write_a_word_about_six_in_ten_cold_homes_and_one_in_five_is_wrong(city: City) -> None:
    reason = city.truth.cold_reason.loc[city.visits["visit_id"]].to_numpy()
    kind = pd.Series(reason).map({"network": "network", "station": "station"}).fillna("own").to_numpy()
    said = city.visits["cause"].map({"household": "own", "building": "own", "station": "station", "network": "network"})
    is_cold = reason != ""
    spoken = is_cold & said.notna().to_numpy()
    assert spoken.sum() / is_cold.sum() == pytest.approx(0.6, abs=0.05)
    assert (said.to_numpy()[spoken] == kind[spoken]).mean() == pytest.approx(0.8, abs=0.05)
    assert city.visits.loc[~is_cold, "cause"].isna().all()


def test_an_outage_lasts_as_long_as_its_repair_and_some_hours(city: City) -> None:
    faults = city.faults[(city.faults["outage_h"] > 0) & city.faults["repair_h"].notna()]
    more = faults["outage_h"] - faults["repair_h"]
    assert (more > 0).all()
    assert more.median() == pytest.approx(6.0, rel=0.2)


def test_homes_cold_for_their_own_reasons_are_warm_again_sooner(city: City) -> None:
    reason = city.truth.cold_reason.loc[city.visits["visit_id"]].to_numpy()
    solved = city.visits["resolved_on"].notna().to_numpy()
    assert solved[np.isin(reason, ["household", "other"])].mean() > 0.75
    assert solved[np.isin(reason, ["network", "station", "building"])].mean() < 0.55
    assert not solved[reason == ""].any()


def test_the_losses_measured_are_those_of_the_truth(city: City) -> None:
    measured = city.segments.set_index("segment_id")["heat_loss_w_m"].dropna()
    assert 0.03 < len(measured) / len(city.segments) < 0.07
    assert np.abs(measured - city.truth.heat_loss_w_m.loc[measured.index]).max() <= 0.05 + 1e-9


def test_a_recipe_that_there_is_not_is_refused() -> None:
    with pytest.raises(HeatnetError, match="no recipe 3"):
        make_city(length_km=12, stations=1, recipe=3)
