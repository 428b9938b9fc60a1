"""Several winters against a plain filter that counts every combination, winter after winter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import heatnet as hn
from heatnet.location import teaching
from heatnet.location.filtering import filtered
from heatnet.location.priors import default_prior
from heatnet.location.teaching import Winter, looked_at_together
from heatnet.location.watched import Asked, seen_winter, watched_winter
from heatnet.reachability.paths import supply_paths
from heatnet.schema import VISITS, conform
from tests.location_oracle import FullEnumeration, random_network, random_visits

STAY, ERROR = 0.6, 0.3


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_winters_equal_a_plain_filter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng, n_primary=4, n_stations=1, n_secondary=3).in_id_order
    asked = Asked(dose=True, cause_error=ERROR)
    default = default_prior(network).to_numpy()
    winters, plain = [], default
    for k in range(3):
        visits = random_visits(rng, network, int(rng.integers(1, 20)) if k != 1 else 1)
        visits["cause"] = rng.choice(np.array(["building", "station", "network", None], dtype=object), len(visits))
        kept = rng.choice([1.0, 0.5, 0.0], network.n_assets) if k else np.ones(network.n_assets)
        winter = Winter(2021 + k, watched_winter(network, visits, season=2023, asked=asked), kept)
        rates = winter.seen.learned(winter.seen.known(plain), (None, None, None)).rates
        prior = default if not k else STAY * kept * plain + (1 - STAY * kept) * default
        if k:
            rates = winter.seen.learned(winter.seen.known(prior), (None, None, None)).rates
        oracle = FullEnumeration(network, visits, pd.Series(prior, index=network.asset_ids))
        weight = oracle.weights_of(rates.of_visits, (1.0, 1.0, 1.0), cause_error=ERROR)
        plain = np.array(
            [
                weight[oracle.any_impaired([asset])].sum() if asset in oracle.names else before
                for asset, before in zip(network.asset_ids, prior, strict=True)
            ]
        )
        winters.append((winter, plain))
    told = filtered([winter for winter, _ in winters], default, stay=STAY, attributes=None, learns=False)
    for posterior, (_, expected) in zip(told.posteriors, winters, strict=True):
        assert posterior == pytest.approx(expected, abs=1e-9)
    assert told.location.assets["impaired_prob"].to_numpy() == pytest.approx(winters[-1][1], abs=1e-9)


def test_a_winter_without_visits_keeps_the_prior_and_works_end_what_was_ill() -> None:
    # One pipe, prior b; after a winter with posterior f a silent one: 0.7 k f + (1 - 0.7 k) b.
    network = hn.examples.line()
    default = default_prior(network).to_numpy()
    visits = pd.DataFrame(
        {"visit_id": range(4), "building_id": network.node_ids[network.building_nodes[0]], "is_cold": True}
    ).assign(visited_on="2022-12-01")
    first, second = (watched_winter(network, visits, season=season, asked=Asked()) for season in (2022, 2023))
    kept = np.zeros(network.n_assets)
    kept[0] = 0.5
    ones = np.ones(network.n_assets)
    told = filtered(
        [Winter(2022, first, ones), Winter(2023, second, kept)], default, stay=0.7, attributes=None, learns=False
    )
    posterior = told.posteriors[0]
    expected = 0.7 * kept * posterior + (1 - 0.7 * kept) * default
    assert told.posteriors[1] == pytest.approx(expected, abs=1e-15)
    assert told.location.prior.to_numpy() == pytest.approx(expected, abs=1e-15)


def test_the_base_follows_a_network_that_is_healthier_than_assumed() -> None:
    rng = np.random.default_rng(1)
    city = hn.synthetic.make_city(length_km=30.0, stations=3, rng=3, recipe=1)
    network = city.network.in_id_order
    homes = network.node_ids[network.building_nodes]
    visits = pd.DataFrame({"building_id": rng.choice(homes, 6000), "is_cold": rng.random(6000) < 0.05})
    visits = visits.assign(visit_id=range(6000), visited_on="2022-12-01")
    winter = Winter(2022, watched_winter(network, visits, season=2022, asked=Asked()), np.ones(network.n_assets))
    told = filtered([winter], default_prior(network).to_numpy(), stay=0.7, attributes=None)
    factor = told.location.effects().loc[("all", "all"), "factor"]
    assert factor < 0.7
    again = filtered([winter], default_prior(network).to_numpy(), stay=0.7, attributes=None)
    pd.testing.assert_frame_equal(told.location.assets, again.location.assets, check_exact=True)


def test_rates_of_a_winter_do_not_hang_on_those_of_the_winter_before() -> None:
    # Two winters of 5,100 homes on their own pipes behind one main, which falls ill in the second.
    n, rng = 5100, np.random.default_rng(3)
    nodes = pd.DataFrame({"node_id": ["A", "J", *(f"B{i}" for i in range(n))]})
    nodes["kind"] = ["source", "junction", *["building"] * n]
    segments = pd.DataFrame({"segment_id": ["main", *(f"s{i}" for i in range(n))], "from_node": ["A", *["J"] * n]})
    segments = segments.assign(to_node=["J", *nodes["node_id"][2:]], length_m=100.0, diameter_mm=80.0)
    network = hn.Network(nodes, segments).in_id_order
    is_ill = np.arange(n) % 10 == 0
    winters = []
    for season, often in ((2021, np.where(is_ill, 0.5, 0.05)), (2022, np.where(is_ill, 0.95, 0.5))):
        visits = pd.DataFrame({"building_id": np.repeat(nodes["node_id"][2:].to_numpy(), 8)})
        visits["is_cold"] = rng.random(8 * n) < np.repeat(often, 8)
        visits = visits.assign(visit_id=range(8 * n), visited_on=f"{season}-12-01")
        seen = watched_winter(network, visits, season=season, asked=Asked(dose=True))
        winters.append(Winter(season, seen, np.ones(network.n_assets)))
    prior = np.full(network.n_assets, 0.02)
    told = filtered(winters, prior, stay=0.7, attributes=None, learns=False).location
    alone = hn.locate_faults(network, visits, season=2022, prior=told.prior, dose=True)
    assert told.p_impaired == pytest.approx(alone.p_impaired, abs=1e-5)
    assert told.p_impaired == pytest.approx(0.5, abs=0.02)
    assert told.assets.loc["main", "impaired_prob"] > 0.99


def test_winters_that_observed_nearly_the_same_homes_say_the_same_looked_at_together_or_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(5)
    network = hn.synthetic.make_city(length_km=20.0, stations=2, rng=3, recipe=1).network.in_id_order
    homes = network.node_ids[network.building_nodes].to_numpy()
    winters = []
    for season in (2021, 2022, 2023):
        seen_in = rng.permutation(homes)[: len(homes) - 5]  # each winter leaves out five others
        visits = pd.DataFrame({"building_id": np.repeat(seen_in, 3), "visited_on": f"{season}-12-01"})
        visits = visits.assign(visit_id=range(len(visits)), is_cold=rng.random(len(visits)) < 0.2)
        visits["room_temp_c"] = np.where(rng.random(len(visits)) < 0.5, rng.normal(20, 1, len(visits)), np.nan)
        visits["cause"] = rng.choice(np.array(["building", "station", "network", None], dtype=object), len(visits))
        table = conform(visits, VISITS)
        asked = Asked(dose=True, cause_error=ERROR, building_prior=0.05, temperatures=True)
        seen = seen_winter(network, supply_paths(network), table, season=season, asked=asked)
        winters.append(Winter(season, seen, np.full(network.n_assets, 0.9)))
    default = default_prior(network).to_numpy()
    found = []
    for share in (0.9, 2.0):
        monkeypatch.setattr(teaching, "MOST_OF_ALL", share)
        trees = {id(winter.seen.tree) for winter in teaching.teaching_winters(looked_at_together(winters)).winters}
        assert len(trees) == (1 if share < 1 else 3)
        found.append(filtered(winters, default, stay=STAY, attributes=None))
    together, alone = found
    for one, other in zip(together.posteriors, alone.posteriors, strict=True):
        assert one == pytest.approx(other, rel=1e-4, abs=1e-6)
    pd.testing.assert_frame_equal(together.location.effects(), alone.location.effects(), rtol=1e-4)
    names = ["visits", "cold_visits", "ambiguity_group"]
    pd.testing.assert_frame_equal(together.location.assets[names], alone.location.assets[names])
    assert together.location.p_impaired == pytest.approx(alone.location.p_impaired, rel=1e-4)


def test_a_plain_location_has_learned_no_effects() -> None:
    network = hn.examples.line()
    visits = pd.DataFrame({"visit_id": [], "building_id": [], "is_cold": [], "visited_on": []})
    table = hn.locate_faults(network, visits, season=2023).effects()
    assert table.empty
    assert table.columns.tolist() == ["assets", "expected", "found", "factor"]
