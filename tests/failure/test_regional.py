"""One failure model for many networks: against the plain fit that holds all of them at once."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heatnet.failure import FailureStatistics, fit_failure_model
from heatnet.failure.regional import fit_joint, pool, statistics_of
from heatnet.history.exposure import History, asset_seasons
from heatnet.network import Network
from heatnet.synthetic import make_city

SEASON = 2024


def town(seed: int, *, keep: float = 1.0) -> tuple[Network, History]:
    """A town whose ids differ from those of others, with a share of its faults."""
    city = make_city(length_km=25, stations=1, recipe=1, rng=seed)
    tables = {name: table.copy() for name, table in city.tables.items()}
    for table, columns in {
        "nodes": ["node_id"],
        "segments": ["segment_id", "from_node", "to_node"],
        "faults": ["asset_id"],
        "works": ["asset_id"],
    }.items():
        for column in columns:
            tables[table][column] = f"town{seed}-" + tables[table][column].astype(str)
    network = Network(tables["nodes"], tables["segments"])
    faults = tables["faults"][tables["faults"]["found_on"] < pd.Timestamp(SEASON, 10, 15)]
    faults = faults.iloc[: int(len(faults) * keep)]
    first, last = SEASON - 8, SEASON - 1
    return network, asset_seasons(network, faults, first_season=first, last_season=last, works=tables["works"])


@pytest.fixture(scope="module")
def region() -> dict[str, tuple[Network, History]]:
    return {f"town{seed}": town(seed) for seed in range(4)}


@pytest.mark.parametrize(("most_cohorts", "usual", "largest"), [(20_000, 0.01, 0.03), (200, 0.12, 0.25)])
def test_of_several_networks_it_agrees_with_the_fit_that_holds_all_at_once(
    region: dict[str, tuple[Network, History]], most_cohorts: int, usual: float, largest: float
) -> None:
    histories = {name: history for name, (_, history) in region.items()}
    statistics = {name: statistics_of(history) for name, history in histories.items()}
    joint = fit_joint(sorted(region), lambda name: statistics[name], histories, most_cohorts=most_cohorts)
    plain = fit_failure_model([histories[name] for name in sorted(histories)])
    for name, (network, history) in region.items():
        ours = joint.of(name).fitted(history).expected_faults(network, season=SEASON)
        theirs = plain.expected_faults(network, season=SEASON)
        ratio = np.log(ours["faults_mean"] / theirs["faults_mean"])
        assert ratio.abs().quantile(0.95) < usual
        assert ratio.abs().max() < largest
        assert np.log(ours["faults_high"] / theirs["faults_high"]).abs().quantile(0.95) < 3 * usual


def test_of_one_network_it_is_the_plain_fit(region: dict[str, tuple[Network, History]]) -> None:
    network, history = region["town1"]
    joint = fit_joint(["town1"], lambda _: statistics_of(history), {"town1": history})
    ours = joint.of("town1").fitted(history).expected_faults(network, season=SEASON)
    theirs = fit_failure_model(history).expected_faults(network, season=SEASON)
    np.testing.assert_allclose(ours["faults_mean"], theirs["faults_mean"], rtol=1e-9)
    np.testing.assert_allclose(ours["faults_high"], theirs["faults_high"], rtol=1e-3)


def test_a_town_with_few_faults_is_drawn_towards_its_region_but_keeps_a_level_of_its_own(
    region: dict[str, tuple[Network, History]],
) -> None:
    others = {name: statistics_of(history) for name, (_, history) in region.items()}
    quiet = replace(others["town0"], faults=np.zeros_like(others["town0"].faults))
    statistics = {**others, "town9": quiet}
    joint = fit_joint(sorted(statistics), lambda name: statistics[name], {"town1": region["town1"][1]})
    level = joint.levels["town9"]
    # Far below the others, but not at no faults at all; and less sure than towns with faults.
    assert -3.0 < level.value < min(joint.levels[name].value for name in others) - 0.2
    assert 0.7**-2 < level.information < min(joint.levels[name].information for name in others)


def test_the_same_ids_in_several_networks_do_not_mix(region: dict[str, tuple[Network, History]]) -> None:
    network, history = region["town2"]
    statistics = statistics_of(history)
    renamed = dict.fromkeys(("a", "b"), statistics)
    joint = fit_joint(["a", "b"], lambda name: renamed[name], {"a": history})
    a, b = (joint.of(name).fitted(history).expected_faults(network, season=SEASON) for name in ("a", "b"))
    pd.testing.assert_frame_equal(a, b)


@pytest.mark.parametrize("most", [40, 400])
def test_past_a_number_of_cohorts_numbers_are_rounded_and_every_fault_still_counts(
    region: dict[str, tuple[Network, History]], most: int
) -> None:
    parts = [statistics_of(history) for _, history in region.values()]
    exact = pool(parts)
    rounded = pool(parts, most)
    assert len(rounded.cohorts) < len(exact.cohorts)
    for name in ("faults", "exposure", "assets"):
        values, sums = getattr(rounded, name), sum(getattr(part, name).sum(axis=0) for part in parts)
        np.testing.assert_allclose(values.sum(axis=0), sums, rtol=1e-12)
    lengths = (rounded.cohorts["length_m"].min(), rounded.cohorts["length_m"].max())
    assert exact.cohorts["length_m"].min() / 4.1 < lengths[0] <= lengths[1] < exact.cohorts["length_m"].max() * 4.1


def test_statistics_add_up_as_those_of_the_failure_model_do(region: dict[str, tuple[Network, History]]) -> None:
    first, second = (statistics_of(region[name][1]) for name in ("town0", "town1"))
    ours, theirs = pool([first, second]), first + second
    assert isinstance(ours, FailureStatistics)
    pd.testing.assert_frame_equal(ours.cohorts, theirs.cohorts)
    np.testing.assert_array_equal(ours.faults, theirs.faults)
    np.testing.assert_allclose(ours.exposure, theirs.exposure, rtol=1e-15)
