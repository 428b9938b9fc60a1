"""The steps of the failure model, each against a slow obvious twin."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from heatnet.failure import failure_statistics
from heatnet.failure.attributes import attribute_effect, choose_terms, design, modelled_attributes
from heatnet.failure.past import past_at_end, past_of
from heatnet.failure.recording import first_recorded
from heatnet.failure.regression import CountProblem, maximise
from heatnet.failure.surroundings import Surroundings, surroundings
from heatnet.history.assets import asset_table
from heatnet.history.exposure import History, asset_seasons
from tests.failure_simulation import simulate


def history_of(seed: int, n: int, **more: object) -> History:
    made = simulate(seed, n=n, rate=5.0, **more)  # type: ignore[arg-type]
    return asset_seasons(made.network, made.faults, first_season=made.first_season, last_season=made.last_season)


def test_the_regression_finds_the_maximum_that_a_general_optimiser_finds() -> None:
    rng = np.random.default_rng(2)
    columns, ages = rng.normal(size=(9, 3)), rng.normal(size=(9, 4, 2))
    base, weight = rng.uniform(0.5, 2, (9, 4)), rng.uniform(0.2, 1, (9, 1))
    faults = rng.poisson(base).astype(float)
    mean, precision = np.full(9, 0.1), rng.uniform(0.5, 4, 9)

    def loss(theta: np.ndarray) -> float:
        log_rate = (columns @ theta[:3])[:, None] + ages @ theta[3:5] + theta[5:]
        likelihood = weight * (faults * log_rate - base * np.exp(log_rate))
        return float(-likelihood.sum() + 0.5 * (precision * (theta - mean) ** 2).sum())

    best = minimize(loss, mean, method="BFGS", options={"gtol": 1e-8}).x
    problem = CountProblem(columns, ages, base, faults, weight)
    found, covariance = maximise(problem, mean, mean, precision, tolerance=1e-10)
    assert found == pytest.approx(best, abs=1e-4)
    step = 1e-4
    basis = np.eye(9) * step
    curvature = np.array(
        [
            [
                (loss(found + a + b) - loss(found + a - b) - loss(found - a + b) + loss(found - a - b)) / (4 * step**2)
                for b in basis
            ]
            for a in basis
        ]
    )
    assert np.linalg.inv(covariance) == pytest.approx(curvature, abs=1e-4 * np.abs(curvature).max())


def test_statistics_of_two_networks_add_up_to_those_of_both() -> None:
    one, two = (failure_statistics(history_of(seed, 30))[0] for seed in (1, 2))
    later = failure_statistics(history_of(3, 20, seasons=20))[0]
    both = one + two + later
    assert both.faults.sum() == one.faults.sum() + two.faults.sum() + later.faults.sum()
    assert both.exposure.sum() == pytest.approx(one.exposure.sum() + two.exposure.sum() + later.exposure.sum())
    assert both.assets.sum() == one.assets.sum() + two.assets.sum() + later.assets.sum()
    assert both.seasons.tolist() == later.seasons.tolist()
    assert len(both.cohorts) < len(one.cohorts) + len(two.cohorts) + len(later.cohorts)
    swapped = later + two + one
    pd.testing.assert_frame_equal(both.cohorts, swapped.cohorts)
    assert both.faults == pytest.approx(swapped.faults)


def test_statistics_hold_every_fault_and_all_time_at_risk() -> None:
    history = history_of(4, 50)
    statistics, cohort = failure_statistics(history)
    assert statistics.faults.sum(axis=0).tolist() == history.counts.sum().tolist()
    assert statistics.exposure.sum(axis=0) == pytest.approx(history.exposure.sum().to_numpy())
    materials = history.assets["material"].fillna("").to_numpy()[history.lives.asset]
    for number, rows in statistics.cohorts.iterrows():
        assert set(materials[cohort == number]) == {"" if pd.isna(rows["material"]) else rows["material"]}


def test_the_effect_of_attributes_is_design_times_coefficients() -> None:
    made = simulate(5, n=40)
    assets = asset_table(made.network)
    attributes = modelled_attributes(assets, np.full(len(assets), np.nan), 0)
    terms = choose_terms(attributes, np.ones(len(assets)))
    coefficients = np.random.default_rng(0).normal(size=len(terms))
    columns = design(attributes, terms)
    assert attribute_effect(attributes, terms, coefficients) == pytest.approx(columns @ coefficients)
    of_material = [place for place, term in enumerate(terms) if term.attribute == "material"]
    is_pipe = (assets["asset_kind"] == "segment").to_numpy()
    assert columns[:, of_material].sum(axis=1).tolist() == is_pipe.astype(float).tolist()


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([5.0, 15.0]))
def test_the_past_agrees_with_adding_up_season_by_season(seed: int, half_life: float) -> None:
    made = simulate(seed, n=6, seasons=5, rate=20.0)
    rng = np.random.default_rng(seed)
    asset = rng.choice(made.network.segments["segment_id"], 3)
    days = [
        f"{year}-0{month}-11" for year, month in zip(rng.integers(2005, 2011, 3), rng.integers(1, 9, 3), strict=True)
    ]
    works = pd.DataFrame({"work_id": list("abc"), "asset_id": asset, "done_on": pd.to_datetime(days), "length_m": 40.0})
    history = asset_seasons(made.network, made.faults, first_season=2005, last_season=2009, works=works)
    nobody = Surroundings(np.full(7, -1), surroundings(history.assets).kernel, np.full(7, -1))
    expected = rng.uniform(0, 1, history.lives.faults.shape)
    past = past_of(history, expected, nobody, half_life)
    fade = 0.5 ** (1 / half_life)
    for position in range(7):
        lives = [7 + row for row in np.flatnonzero(history.renewals["asset"] == position)] + [position]
        recorded = wanted = 0.0
        for column, season in enumerate(history.seasons):
            assert past.recorded[column, position] == pytest.approx(recorded)
            assert past.expected[column, position] == pytest.approx(wanted)
            recorded, wanted = recorded * fade, wanted * fade
            ended = [life for life in lives if life >= 7]
            recorded += sum(history.lives.faults[life, column] for life in ended)
            wanted += sum(expected[life, column] for life in ended)
            for life in ended:
                if history.renewals["season"][life - 7] == season:
                    recorded *= 1 - history.renewals["share"][life - 7]
                    wanted *= 1 - history.renewals["share"][life - 7]
            recorded += history.lives.faults[position, column]
            wanted += expected[position, column]
        assert past.recorded[-1, position] == pytest.approx(recorded)
    at_end = past_at_end(history, expected, nobody, half_life)
    of_some = past_of(history, expected, nobody, half_life, np.array([4, 1]))
    for name in ("recorded", "expected", "log_near", "log_street"):
        assert getattr(at_end, name).tolist() == getattr(past, name)[-1].tolist()
        assert getattr(of_some, name).tolist() == getattr(past, name)[:, [4, 1]].tolist()


def test_surroundings_agree_with_weighing_every_pair_by_distance() -> None:
    made = simulate(6, n=200)
    nodes = made.network.nodes.assign(x_m=made.network.nodes["x_m"] / 4, y_m=made.network.nodes["y_m"] / 4)
    assets = asset_table(type(made.network)(nodes, made.network.segments))
    values = np.random.default_rng(1).uniform(0, 1, len(assets))
    around = surroundings(assets)
    pipes = (assets["asset_kind"] == "segment").to_numpy()
    place = assets[["x_m", "y_m"]].to_numpy()
    gap = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    weight = np.exp(-gap / 150) * (gap <= 300) * pipes[:, None] * pipes[None] * ~np.eye(len(assets), dtype=bool)
    # Segments are gathered in squares of 50 m, so that single distances are off by up to 70 m.
    assert np.corrcoef(around.near(values), weight @ values)[0, 1] > 0.98
    same = (assets["street"].to_numpy()[:, None] == assets["street"].to_numpy()[None]) & ~np.eye(
        len(assets), dtype=bool
    )
    assert around.same_street(values) == pytest.approx((same * pipes[:, None] * pipes[None]) @ values)


def test_a_segment_alone_has_no_surroundings() -> None:
    made = simulate(7, n=1)
    around = surroundings(asset_table(made.network))
    assert around.near(np.ones(2)).tolist() == [0.0, 0.0]
    assert around.same_street(np.ones(2)).tolist() == [0.0, 0.0]


def test_thin_early_seasons_are_seen_as_unrecorded_only_beyond_doubt() -> None:
    assert first_recorded(np.array([1.0, 0, 0, 0, 44, 64, 93]), np.ones(7)) == 4
    assert first_recorded(np.array([0.0, 0, 3, 4]), np.ones(4)) == 0
    assert first_recorded(np.array([40.0, 50, 60]), np.ones(3)) == 0
    assert first_recorded(np.array([40.0, 50, 0, 0]), np.ones(4)) == 0
    assert first_recorded(np.zeros(3), np.zeros(3)) == 0
    assert first_recorded(np.array([5.0]), np.ones(1)) == 0


def test_a_growing_network_is_not_taken_for_late_records() -> None:
    assert first_recorded(np.array([1.0, 1, 2, 40, 60]), np.array([1.0, 1, 2, 40, 60])) == 0
