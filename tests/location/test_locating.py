"""The posterior against counting every combination, against hand-worked cases, and at the edges."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from heatnet.errors import HeatnetError
from heatnet.location import default_prior, locate_faults
from heatnet.location.tables import smallest_names
from heatnet.network import Network
from tests.location_oracle import Enumeration, building_paths, random_network, random_visits, season_rows


def small_case(seed: int) -> tuple[np.random.Generator, Network, pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(seed)
    network = random_network(rng, n_primary=4, n_stations=2, n_secondary=4)
    visits = random_visits(rng, network, int(rng.integers(0, 25)))
    prior = pd.Series(rng.choice([0.0, 1e-12, 0.05, 0.3, 0.95], network.n_assets), index=network.asset_ids)
    return rng, network, visits, prior.sample(frac=1, random_state=rng)


def line_of(n_buildings: int) -> Network:
    nodes = pd.DataFrame(
        {"node_id": ["A"] + [f"B{i}" for i in range(n_buildings)], "kind": ["source"] + ["building"] * n_buildings}
    )
    segments = pd.DataFrame(
        {
            "segment_id": [f"s{i}" for i in range(n_buildings)],
            "from_node": nodes["node_id"][:-1].to_numpy(),
            "to_node": nodes["node_id"][1:].to_numpy(),
            "length_m": 100.0,
            "diameter_mm": 100.0,
        }
    )
    return Network(nodes, segments)


def visits_of(cold: dict[str, tuple[int, int]], day: str = "2024-01-10") -> pd.DataFrame:
    """Visits from {building: (visits, cold ones)}."""
    rows = [(building, i < k) for building, (n, k) in cold.items() for i in range(n)]
    table = pd.DataFrame(rows, columns=["building_id", "is_cold"]).assign(visited_on=day)
    return table.assign(visit_id=[f"v{i}" for i in range(len(table))], is_cold=table["is_cold"].astype(bool))


@settings(derandomize=True, deadline=None, max_examples=500)
@given(st.integers(0, 2**32 - 1))
def test_posterior_equals_the_count_over_all_combinations(seed: int) -> None:
    check_against_enumeration(seed)


def check_against_enumeration(seed: int) -> None:
    """Every number of a location against the count over all combinations of a small random case."""
    rng, network, visits, prior = small_case(seed)
    is_small = network.n_assets + len(network.building_nodes) < 16
    building_prior = float(rng.choice([0.0, 0.05, 0.4])) if is_small else 0.0
    calls = "households" if rng.random() < 0.4 else "visits"
    given_rates = {"p_clear": 0.2, "p_impaired": 0.7}
    location = locate_faults(
        network, visits, season=2023, prior=prior, building_prior=building_prior, calls=calls, **given_rates
    )
    counts_calls = not math.isnan(location.c_clear)
    rows = season_rows(network, visits)
    if calls == "households":
        households = network.nodes.set_index("node_id")["households"]
        is_call = rows["channel"].isin(["hotline", "app"])
        is_counted = is_call & rows["is_cold"] & (rows["building_id"].map(households) > 0)
        assert counts_calls == is_counted.any()
        rows = rows[~is_call | is_counted]
    oracle = Enumeration(network, rows, prior, building_prior=building_prior, counts_calls=counts_calls)
    c_rates = (location.c_clear, location.c_impaired) if counts_calls else (1.0, 1.0)
    assert c_rates[0] <= c_rates[1]
    weight = oracle.weights((0.2, 0.7), c_rates)
    assets = location.assets
    assert assets.index.tolist() == network.asset_ids.tolist()
    for asset, posterior in assets["impaired_prob"].items():
        expected = weight[oracle.any_impaired([asset])].sum() if asset in oracle.names else prior[asset]
        assert posterior == pytest.approx(expected, abs=1e-9)
    for building, row in location.buildings.iterrows():
        here = rows[rows["building_id"] == building]
        assert row[["visits", "cold_visits"]].tolist() == [len(here), here["is_cold"].sum()]
        if building in oracle.is_bad:
            assert row["path_prob"] == pytest.approx(weight[oracle.is_bad[building]].sum(), abs=1e-9)
            own = weight[oracle.any_impaired([f"own {building}"])].sum() if building_prior else 0.0
            assert row["impaired_prob"] == pytest.approx(own, abs=1e-9)
        else:
            assert math.isnan(row["path_prob"])
            assert row["impaired_prob"] == pytest.approx(building_prior)
    paths = building_paths(network)
    observed = {b for b, (seen, _, _, callers) in oracle.counts.items() if seen or callers}
    seen_below = {asset: frozenset(b for b in observed if asset in paths[b]) for asset in assets.index}
    for asset, row in assets.iterrows():
        hanging = rows["building_id"].isin(seen_below[asset])
        assert row["visits"] == hanging.sum()
        assert row["cold_visits"] == (hanging & rows["is_cold"]).sum()
        if not seen_below[asset]:
            assert pd.isna(row["ambiguity_group"])
            assert row["group_prob"] == row["impaired_prob"] == prior[asset]
            continue
        group = [other for other in assets.index if seen_below[other] == seen_below[asset]]
        assert row["ambiguity_group"] == min(group)
        assert row["group_prob"] == pytest.approx(weight[oracle.any_impaired(group)].sum(), abs=1e-9)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    rng, network, visits, prior = small_case(seed)
    location = locate_faults(network, visits, season=2023, prior=prior)
    shuffled = Network(
        network.nodes.sample(frac=1, random_state=rng),
        network.segments.sample(frac=1, random_state=rng),
        network.valves.sample(frac=1, random_state=rng),
    )
    again = locate_faults(shuffled, visits.sample(frac=1, random_state=rng), season=2023, prior=prior)
    pd.testing.assert_frame_equal(again.assets.loc[location.assets.index], location.assets, check_exact=True)
    assert (again.p_clear, again.p_impaired) == (location.p_clear, location.p_impaired)


@settings(derandomize=True, deadline=None, max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_a_group_is_named_by_the_smallest_id_whatever_the_order_of_the_network(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    for one in (network, network.in_id_order):
        label = rng.integers(0, 4, one.n_assets)
        chosen = rng.permutation(one.n_assets)[: rng.integers(1, one.n_assets + 1)]
        found = one.asset_ids[smallest_names(one, chosen, label[chosen])]
        names = {k: min(str(one.asset_ids[i]) for i in chosen if label[i] == k) for k in set(label[chosen].tolist())}
        assert found.tolist() == [names[label[i]] for i in chosen]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_other_names_change_nothing_but_the_names(seed: int, keeps_order: bool) -> None:
    rng, network, visits, prior = small_case(seed)
    segments, nodes, valves = network.segments, network.nodes, network.valves
    if not keeps_order:  # equal resistances are told apart by name, so there must be none
        segments["length_m"] = segments["length_m"] + rng.uniform(0, 1, len(segments))
        network = Network(nodes, segments, valves)
    old = sorted({*network.asset_ids, *network.node_ids})
    new = [f"x{i:03d}" for i in (range(len(old)) if keeps_order else rng.permutation(len(old)))]
    name = dict(zip(old, new, strict=True))
    renamed = Network(
        nodes.assign(node_id=nodes["node_id"].map(name)),
        segments.assign(**{column: segments[column].map(name) for column in ("segment_id", "from_node", "to_node")}),
        valves.assign(segment_id=valves["segment_id"].map(name), node_id=valves["node_id"].map(name)),
    )
    of_renamed = visits.assign(building_id=visits["building_id"].map(lambda building: name.get(building, building)))
    location = locate_faults(network, visits, season=2023, prior=prior)
    again = locate_faults(renamed, of_renamed, season=2023, prior=prior.rename(index=name))
    assert (again.p_clear, again.p_impaired) == pytest.approx((location.p_clear, location.p_impaired), abs=1e-9)
    members = location.assets.groupby("ambiguity_group").groups
    label = {group: min(name[asset] for asset in assets) for group, assets in members.items()}
    for given_table, told_table in ((location.assets, again.assets), (location.buildings, again.buildings)):
        expected = given_table.rename(index=name).loc[told_table.index]
        if "ambiguity_group" in expected:
            expected["ambiguity_group"] = (
                expected["ambiguity_group"].map(label).astype(told_table["ambiguity_group"].dtype)
            )
        pd.testing.assert_frame_equal(told_table, expected, rtol=0, atol=1e-9)


def test_one_pipe_one_visit_follows_the_rule_of_bayes() -> None:
    # 0.3 * 0.6 / (0.3 * 0.6 + 0.7 * 0.1) = 0.72
    location = locate_faults(
        line_of(1),
        visits_of({"B0": (1, 1)}),
        season=2023,
        prior=pd.Series({"s0": 0.3}),
        p_clear=0.1,
        p_impaired=0.6,
    )
    assert location.assets.loc["s0", "impaired_prob"] == pytest.approx(0.72, abs=1e-15)
    assert location.assets.loc["s0", ["visits", "cold_visits"]].tolist() == [1, 1]


def test_thousands_of_visits_neither_underflow_nor_overflow() -> None:
    network = line_of(3)
    prior = pd.Series({"s0": 0.0, "s1": 1e-9, "s2": 0.5})
    location = locate_faults(
        network,
        visits_of({"B0": (3000, 0), "B1": (3000, 3000), "B2": (3000, 0)}),
        season=2023,
        prior=prior,
        p_clear=0.01,
        p_impaired=0.99,
    )
    # warm and cold alike behind s1: B1 says impaired, B2 says clear, equally loud; s2 is then known only through s1
    assert location.assets["impaired_prob"].tolist() == pytest.approx([0.0, 2e-9, 1e-9], rel=1e-6)
    certain = locate_faults(
        network, visits_of({"B2": (5000, 5000)}), season=2023, prior=prior, p_clear=0.01, p_impaired=0.99
    )
    assert certain.assets["impaired_prob"].to_numpy() == pytest.approx([0.0, 2e-9, 1.0], rel=1e-6)
    assert certain.assets["group_prob"].tolist() == [1.0, 1.0, 1.0]


def test_deep_and_bushy_networks_are_treated_alike() -> None:
    rng = np.random.default_rng(5)
    network = line_of(400)
    seen = {f"B{i}": (3, int(rng.integers(0, 4))) for i in range(400)}
    prior = pd.Series(rng.uniform(0, 0.05, 400), index=network.asset_ids)
    location = locate_faults(network, visits_of(seen), season=2023, prior=prior, p_clear=0.4, p_impaired=0.6)
    # On a line only the first impaired segment matters: weight of "s_i is the first one", and of "none".
    n, k = 3, np.array([seen[f"B{i}"][1] for i in range(400)])
    ratio = k * math.log(0.6 / 0.4) + (n - k) * math.log(0.4 / 0.6)
    behind = np.r_[np.cumsum(ratio[::-1])[::-1], 0.0]
    none_before = np.r_[0.0, np.cumsum(np.log1p(-prior.to_numpy()))]
    log_first = np.r_[none_before[:-1] + np.log(prior.to_numpy()), none_before[-1]] + behind
    first = np.exp(log_first - log_first.max())
    first /= first.sum()
    expected = first[:-1] + np.r_[0.0, np.cumsum(first[:-1])[:-1]] * prior.to_numpy()
    assert location.assets["impaired_prob"].loc[network.asset_ids].to_numpy() == pytest.approx(expected, abs=1e-10)


def test_the_default_prior_grows_with_length_and_stations_have_their_own() -> None:
    nodes = pd.DataFrame({"node_id": ["A", "S", "B"], "kind": ["source", "station", "building"]})
    segments = pd.DataFrame(
        {
            "segment_id": ["p", "q", "r"],
            "from_node": ["A", "S", "S"],
            "to_node": ["S", "B", "B"],
            "length_m": [2000, 1000, 1000],
            "diameter_mm": 100,
            "level": ["primary", "secondary", "secondary"],
            "line": ["pair", "supply", "return"],
        }
    )
    expected = [1 - math.exp(-0.2), 1 - math.exp(-0.05), 1 - math.exp(-0.05), 0.03]
    network = Network(nodes, segments)
    assert default_prior(network).tolist() == pytest.approx(expected, abs=1e-15)
    location = locate_faults(network, visits_of({}), season=2023)
    assert location.assets["impaired_prob"].tolist() == pytest.approx(expected, abs=1e-15)
    assert (location.p_clear, location.p_impaired) == pytest.approx((0.1, 0.6), abs=1e-9)


def penalised(oracle: Enumeration, p_clear: float, p_impaired: float) -> float:
    extra = math.log(p_clear) + 9 * math.log1p(-p_clear) + 6 * math.log(p_impaired) + 4 * math.log1p(-p_impaired)
    return oracle.log_evidence((p_clear, p_impaired)) + extra


@settings(derandomize=True, deadline=None, max_examples=80)
@given(st.integers(0, 2**32 - 1))
@example(12163)  # a start from which a step cut short in one direction would lead down
def test_learned_rates_are_the_most_probable_ones(seed: int) -> None:
    rng, network, visits, prior = small_case(seed)
    prior = prior.replace(0.95, 0.5)
    oracle = Enumeration(network, visits, prior)
    location = locate_faults(network, visits, season=2023, prior=prior)
    p_clear, p_impaired = location.p_clear, location.p_impaired
    best = penalised(oracle, p_clear, p_impaired)
    assert p_clear <= p_impaired
    for _ in range(40):
        low, high = np.sort(rng.uniform(0.01, 0.99, 2))
        assert penalised(oracle, low, high) <= best + 1e-9
    for step in (1e-4, -1e-4):
        for low, high in (
            (p_clear + step, p_impaired),
            (p_clear, p_impaired + step),
            (p_clear + step, p_impaired + step),
        ):
            if low <= high:
                assert penalised(oracle, low, high) <= best + 1e-12
    given_low = locate_faults(network, visits, season=2023, prior=prior, p_clear=0.3)
    given_high = locate_faults(network, visits, season=2023, prior=prior, p_impaired=0.5)
    assert (given_low.p_clear, given_high.p_impaired) == (0.3, 0.5)
    for p in np.linspace(0.01, 0.99, 40):
        if p >= 0.3:
            assert penalised(oracle, 0.3, p) <= penalised(oracle, 0.3, given_low.p_impaired) + 1e-9
        if p <= 0.5:
            assert penalised(oracle, p, 0.5) <= penalised(oracle, given_high.p_clear, 0.5) + 1e-9


def test_rates_that_run_together_are_equal_and_leave_the_prior() -> None:
    # Nearly all homes are cold though nothing can be impaired: p_clear alone would come out above p_impaired.
    network = line_of(1)
    prior = pd.Series({"s0": 0.0})
    location = locate_faults(network, visits_of({"B0": (1000, 950)}), season=2023, prior=prior)
    assert location.p_clear == location.p_impaired == pytest.approx(957 / 1020)
    assert location.assets.loc["s0", "impaired_prob"] == 0.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"p_clear": 0.6, "p_impaired": 0.6}, "not below p_impaired"),
        ({"p_clear": 0.7, "p_impaired": 0.6}, "not below p_impaired"),
        ({"p_clear": -0.1, "p_impaired": 0.6}, "probability from 0 to 1"),
        ({"p_clear": 1.0}, "between 0 and 1"),
        ({"prior": pd.Series({"s0": 1.0, "s1": 0.1})}, "prior of s0"),
        ({"prior": pd.Series({"s0": -0.1, "s1": 0.1})}, "prior of s0"),
        ({"prior": pd.Series({"s0": float("nan"), "s1": 0.1})}, "prior of s0"),
        ({"prior": pd.Series({"s1": 0.1})}, r"prior lacks s0 \(1 asset\)"),
        ({"prior": 0.1}, "pandas Series"),
        ({"calls": "all"}, "'households'"),
        ({"building_prior": 1.0}, "building_prior"),
        ({"season": "2023"}, "calendar year"),
    ],
)
def test_what_cannot_be_used_is_said_at_the_door(arguments: dict, message: str) -> None:
    with pytest.raises(HeatnetError, match=message):
        locate_faults(line_of(2), visits_of({"B0": (2, 1)}), **{"season": 2023, **arguments})


def test_impossible_visits_are_an_error_and_not_a_number() -> None:
    with pytest.raises(HeatnetError, match="impossible"):
        locate_faults(line_of(1), visits_of({"B0": (2, 1)}), season=2023, p_clear=0.0, p_impaired=1.0)


def test_rates_of_nil_and_one_are_certainty() -> None:
    visits = visits_of({"B0": (2, 0), "B1": (2, 2)})
    location = locate_faults(line_of(2), visits, season=2023, p_clear=0.0, p_impaired=1.0)
    assert location.assets["impaired_prob"].tolist() == [0.0, 1.0]


def test_the_arguments_stay_as_they_were() -> None:
    visits, prior = visits_of({"B0": (2, 1)}), pd.Series({"s0": 0.1, "s1": 0.1})
    before = visits.copy(), prior.copy()
    locate_faults(line_of(2), visits, season=2023, prior=prior)
    pd.testing.assert_frame_equal(visits, before[0])
    pd.testing.assert_series_equal(prior, before[1])


def homes_behind_one_main(n: int) -> Network:
    """A main from the source, and behind it n homes on pipes of their own."""
    nodes = pd.DataFrame({"node_id": ["A", "J", *(f"B{i}" for i in range(n))]})
    nodes["kind"] = ["source", "junction", *["building"] * n]
    nodes["households"] = [0, 0, *[10] * n]
    segments = pd.DataFrame({"segment_id": ["main", *(f"s{i}" for i in range(n))], "from_node": ["A", *["J"] * n]})
    segments = segments.assign(to_node=["J", *(f"B{i}" for i in range(n))], length_m=100.0, diameter_mm=80.0)
    return Network(nodes, segments)


def test_a_city_behind_an_ill_main_is_not_taken_for_one_of_cold_clear_homes() -> None:
    # 5,200 homes, each visited eight times: cold at 0.5, and one in ten, behind an ill pipe of its own, at 0.95. With
    # clear homes cold at 0.5 the extra visits (1 of 10 cold where clear, 6 of 10 where ill) would cost e^11, which is
    # more than an ill main costs (0.02).
    network, rng = homes_behind_one_main(5200), np.random.default_rng(5)
    cold = rng.binomial(8, np.where(np.arange(5200) % 10 == 0, 0.95, 0.5))
    visits = visits_of({f"B{i}": (8, int(k)) for i, k in enumerate(cold)})
    prior = pd.Series(0.02, index=network.asset_ids)
    location = locate_faults(network, visits, season=2023, prior=prior, dose=True)
    assert location.p_clear == pytest.approx(0.1, abs=1e-3)
    assert location.p_impaired == pytest.approx(0.5, abs=0.02)
    assert location.p_double > 0.95
    assert location.assets.loc["main", "impaired_prob"] > 0.99


def test_where_nobody_is_clear_clear_homes_are_taken_to_call_a_quarter_as_often_as_ill_ones() -> None:
    network = homes_behind_one_main(3)
    visits = visits_of({"B0": (2, 2), "B1": (1, 1), "B2": (1, 1)}).assign(channel="hotline")
    prior = pd.Series({"main": 1 - 1e-9, "s0": 0.0, "s1": 0.0, "s2": 0.0})
    location = locate_faults(network, visits, season=2023, prior=prior, calls="households")
    # 4 calls of 30 households and one more at four times their rate: (4 + 1)/(30 + 1/(4 * 4/30)).
    assert location.c_impaired == pytest.approx(5 / (30 + 30 / 16), rel=1e-6)
    assert location.c_clear == pytest.approx(location.c_impaired / 4, rel=1e-6)
    assert location.p_clear == pytest.approx(0.1, abs=1e-6)


@settings(derandomize=True, deadline=None, max_examples=12)
@given(st.integers(0, 2**32 - 1))
def test_learned_call_rates_are_the_most_probable_ones(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng, n_primary=2, n_stations=1, n_secondary=2)
    visits = random_visits(rng, network, int(rng.integers(1, 25)))
    prior = pd.Series(rng.choice([0.0, 0.05, 0.3, 0.5], network.n_assets), index=network.asset_ids)
    location = locate_faults(network, visits, season=2023, prior=prior, calls="households")
    if math.isnan(location.c_clear):
        return
    of_buildings = location.buildings
    rows = visits.assign(is_call=visits["channel"].isin(["hotline", "app"]))
    homes = dict(zip(network.node_ids, network.households, strict=True))
    rows = rows[~rows["is_call"] | rows["is_cold"] & (rows["building_id"].map(homes) > 0)]
    oracle = Enumeration(network, rows, prior, counts_calls=True)
    callers = sum(of[3] for of in oracle.counts.values())
    mean = of_buildings["calls"].sum() / callers

    def height(p: tuple[float, float], c: tuple[float, float]) -> float:
        of_clear = 4 * c[0] / (4 * c[0] + c[1])
        extra = math.log(of_clear) + math.log1p(-of_clear) + math.log(c[1]) - c[1] / (4 * mean)
        extra += math.log(p[0]) + 9 * math.log1p(-p[0]) + 6 * math.log(p[1]) + 4 * math.log1p(-p[1])
        return oracle.log_evidence(p, c) + extra

    p, c = (location.p_clear, location.p_impaired), (location.c_clear, location.c_impaired)
    best = height(p, c)
    assert p[0] <= p[1]
    assert c[0] <= c[1]
    for _ in range(12):
        others = np.sort(np.clip(np.array(p) + rng.normal(0, 0.05, 2), 0.01, 0.99))
        other_calls = np.sort(np.array(c) * np.exp(rng.normal(0, 0.3, 2)))
        assert height(tuple(others), tuple(other_calls)) <= best + 1e-7
