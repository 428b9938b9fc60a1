import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from heatnet.consequence import Homes, cold_hours, hours_of_outages, outage_time, reliability, time_constants
from heatnet.errors import HeatnetError
from heatnet.network import Network
from heatnet.reachability import outages
from tests.consequence_oracle import Case, cases, slow_cold_hours, slow_home, slow_reliability

#   A (source) --M-- T (station) --P-- B1 (60 households, 40 h) --Q-- B2 (10 households, 20 h)
#                       \--R-- B3 (no households known, cooling time unknown)      B4: joined to nothing
NODES = pd.DataFrame(
    {
        "node_id": ["A", "T", "B1", "B2", "B3", "B4"],
        "kind": ["source", "station", "building", "building", "building", "building"],
        "households": [None, None, 60, 10, None, 7],
        "cooling_h": [None, None, 40, 20, None, 40],
    }
)
SEGMENTS = pd.DataFrame(
    {
        "segment_id": ["M", "P", "Q", "R"],
        "from_node": ["A", "T", "B1", "T"],
        "to_node": ["T", "B1", "B2", "B3"],
        "length_m": 100.0,
        "diameter_mm": [500.0, 250.0, 100.0, 100.0],
        "level": ["primary", "secondary", "secondary", "secondary"],
    }
)


@pytest.fixture
def tree() -> Network:
    return Network(NODES, SEGMENTS)


def test_cold_hours_of_a_tree_are_the_sums_worked_by_hand(tree: Network) -> None:
    # At -10 a home of 40 h takes 40*ln(30/26) = 5.724034 h to fall to 16, one of 20 h 2.862017 h.
    hours = outage_time(tree, lead_h=0.0)["outage_h"]
    table = cold_hours(tree, climate=[-10.0], outage_h=hours, t_cold_c=16.0, reheat=None)
    assert table["outage_h"].tolist() == [20, 13, 8, 8, 8]  # 500 mm, 250 mm, 100 mm, 100 mm, station
    assert table["no_heat_hours"].tolist() == [20 * 70, 13 * 70, 8 * 10, 0, 8 * 70]
    hand = [
        60 * (20 - 5.724034) + 10 * (20 - 2.862017),
        60 * (13 - 5.724034) + 10 * (13 - 2.862017),
        10 * (8 - 2.862017),
        0.0,
        60 * (8 - 5.724034) + 10 * (8 - 2.862017),
    ]
    assert table["cold_household_hours"].tolist() == pytest.approx(hand, abs=1e-4)
    assert table.index.tolist() == ["M", "P", "Q", "R", "T"]
    assert table.index.name == "asset_id"


def test_warm_days_halve_the_mean_and_never_cool_a_home(tree: Network) -> None:
    cold, mixed = (cold_hours(tree, climate=days)["cold_household_hours"] for days in ([-10.0], [-10.0, 18.0]))
    assert (mixed * 2).tolist() == pytest.approx(cold.tolist())
    assert not cold_hours(tree, climate=[18.0, 30.0])["cold_household_hours"].any()


def test_an_outage_shorter_than_the_cooling_time_costs_nothing(tree: Network) -> None:
    table = cold_hours(tree, climate=[-10.0], outage_h=2.8, t_cold_c=16.0)
    assert table["cold_household_hours"].tolist() == [0] * 5
    table = cold_hours(
        tree, climate=[-10.0], outage_h=5.0, t_cold_c=16.0, reheat=None
    )  # only B2, whose homes cool in 2.862 h
    assert table["cold_household_hours"].tolist() == pytest.approx([21.37983] * 3 + [0, 21.37983], abs=1e-4)


def test_homes_that_cool_at_once_are_cold_for_the_whole_repair() -> None:
    network = Network(NODES.assign(cooling_h=0), SEGMENTS)
    table = cold_hours(network, climate=[-10.0, 17.9, 18.0, 20.0], outage_h=6.0)
    assert table["cold_household_hours"].tolist() == pytest.approx([210, 210, 30, 0, 210])


def test_a_home_without_a_recorded_cooling_time_has_forty_hours() -> None:
    missing = Network(NODES.assign(cooling_h=None), SEGMENTS)
    forty = Network(NODES.assign(cooling_h=40), SEGMENTS)
    assert time_constants(missing).tolist() == [40] * 6
    pd.testing.assert_frame_equal(cold_hours(missing, climate=[-9, 1]), cold_hours(forty, climate=[-9, 1]))


def test_outage_hours_by_asset_may_come_in_any_order_with_others_beside_them(tree: Network) -> None:
    hours = pd.Series({"T": 1, "elsewhere": -5, "R": 2, "Q": 3, "P": 4, "M": 5})
    assert cold_hours(tree, climate=[-10.0], outage_h=hours)["outage_h"].tolist() == [5, 4, 3, 2, 1]


def test_reliability_of_a_tree_is_the_sum_worked_by_hand(tree: Network) -> None:
    # Repairs of 20, 13, 8, 8, 8 h. B1 (40 h) is cut off by M, P, T; its critical frosts are
    # 20 h: 20 - 8/(1 - exp(-.5)) = -0.33; 13 h: -8.85; 8 h: -24.13. B2 (20 h): M 7.34, P -0.75, Q and T: -4.27.
    hours = outage_time(tree, lead_h=0.0)["outage_h"]
    table = reliability(tree, 0.1, climate=[-30.0, -10.0, -3.0, 5.0], outage_h=hours)
    assert table.loc["B1", "availability"] == pytest.approx(1 - 0.1 * (20 + 13 + 8) / 8760, abs=1e-12)
    assert table.loc["B2", "availability"] == pytest.approx(1 - 0.1 * (20 + 13 + 8 + 8) / 8760, abs=1e-12)
    assert table.loc["B1", "warm_prob"] == pytest.approx(math.exp(-0.1 * (0.75 + 0.5 + 0.25)), abs=1e-12)
    assert table.loc["B2", "warm_prob"] == pytest.approx(math.exp(-0.1 * (1 + 0.75 + 0.5 + 0.5)), abs=1e-12)
    assert table.index.name == "building_id"
    assert table.index.tolist() == ["B1", "B2", "B3", "B4"]


def test_the_indices_are_compared_with_the_norms_that_are_given(tree: Network) -> None:
    rates = pd.Series({"M": 0, "P": 0, "Q": 1.0, "R": 0, "T": 0.0})
    table = reliability(tree, rates, climate=[-30.0])  # Q cuts off B2 only: exp(-1)
    assert table["meets_warm_prob"].tolist() == [True, False, True, False]
    assert table["meets_availability"].tolist() == [True, True, True, False]
    strict = reliability(tree, rates, climate=[-30.0], availability_norm=0.9995, warm_norm=0.3)
    assert strict["meets_availability"].tolist() == [True, False, True, False]
    assert strict["meets_warm_prob"].tolist() == [True, True, True, False]


def test_a_building_that_nothing_serves_meets_no_norm(tree: Network) -> None:
    table = reliability(tree, 0.1, climate=[-30.0])
    assert table.loc["B4", ["availability", "warm_prob"]].tolist() == [1, 1]
    assert not table.loc["B4", ["is_served", "meets_availability", "meets_warm_prob"]].any()


def test_a_building_that_cools_at_once_falls_on_every_day_colder_than_the_limit() -> None:
    network = Network(NODES.assign(cooling_h=0), SEGMENTS)
    table = reliability(network, pd.Series({"M": 0, "P": 0, "Q": 1, "R": 0, "T": 0}), climate=[11.9, 12.0, 12.1, -9])
    assert table.loc["B2", "warm_prob"] == pytest.approx(math.exp(-0.5), abs=1e-12)


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (pd.Series({"M": 1.0, "P": 1.0, "Q": 1.0, "T": 1.0}), "lacks assets of the network: 1 asset: R"),
        (pd.Series({"M": 1.0, "P": -1.0, "Q": 1.0, "R": 1.0, "T": 1.0}), "1 asset: P"),
        (pd.Series({"M": np.nan, "P": np.inf, "Q": 1.0, "R": 1.0, "T": 1.0}), "2 assets: M, P"),
        (pd.Series({"M": "long", "P": 1, "Q": 1, "R": 1, "T": 1}), "1 asset: M"),
        (pd.Series([1.0] * 6, index=["M", "P", "Q", "R", "T", "M"]), "more than once: 1 asset: M"),
        (-1.0, "5 assets: M, P, Q, R, T"),
        (math.nan, "5 assets"),
        (True, "bool"),
        ([1.0] * 5, "list"),
        ("8", "str"),
    ],
)
def test_values_that_do_not_fit_the_assets_are_refused(tree: Network, values: object, what: str) -> None:
    with pytest.raises(HeatnetError, match=f"outage_h.*{what}"):
        cold_hours(tree, climate=[0.0], outage_h=values)
    with pytest.raises(HeatnetError, match=f"faults_mean.*{what}"):
        reliability(tree, values, climate=[0.0])


def test_a_rate_may_be_zero_but_a_repair_may_not(tree: Network) -> None:
    assert (reliability(tree, 0, climate=[0.0])[["availability", "warm_prob"]] == 1).all(axis=None)
    with pytest.raises(HeatnetError, match="outage_h must be finite numbers above 0"):
        cold_hours(tree, climate=[0.0], outage_h=0)


@pytest.mark.parametrize("climate", [[], [math.nan], 5.0, [[1.0]]])
def test_a_climate_that_is_no_row_of_temperatures_is_refused(tree: Network, climate: object) -> None:
    with pytest.raises(HeatnetError, match="climate"):
        cold_hours(tree, climate=climate)
    with pytest.raises(HeatnetError, match="climate"):
        reliability(tree, 0.1, climate=climate)


def test_homes_that_would_be_cold_before_the_outage_are_refused(tree: Network) -> None:
    with pytest.raises(HeatnetError, match="t_cold_c"):
        cold_hours(tree, climate=[0.0], t_start_c=15)
    with pytest.raises(HeatnetError, match="t_crit_c"):
        reliability(tree, 0.1, climate=[0.0], t_crit_c=21)


def test_arguments_stay_as_they_were(tree: Network) -> None:
    climate, hours = [-1.0, -9.0, 3.0], pd.Series({"T": 1, "R": 2, "Q": 3, "P": 4, "M": 5})
    cold_hours(tree, climate=climate, outage_h=hours)
    reliability(tree, hours, climate=climate, outage_h=hours)
    assert climate == [-1, -9, 3]
    assert hours.to_dict() == {"T": 1, "R": 2, "Q": 3, "P": 4, "M": 5}


def test_a_network_without_buildings_or_segments_has_empty_answers() -> None:
    network = Network(NODES.iloc[:2], SEGMENTS.iloc[:0])
    assert cold_hours(network, climate=[0.0])["cold_household_hours"].tolist() == [0]
    assert reliability(network, 0.1, climate=[0.0]).empty


@settings(derandomize=True, deadline=None, max_examples=100)
@given(cases())
def test_cold_hours_equal_the_formula_building_by_building(case: Case) -> None:
    for isolate in (None, "segment"):
        fast = cold_hours(case.network, climate=case.climate, outage_h=case.outage_h, isolate=isolate)
        slow = slow_cold_hours(case.network, case.climate, case.outage_h.to_dict(), isolate)
        assert fast["cold_household_hours"].to_dict() == pytest.approx(slow, rel=1e-9, abs=1e-9)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(cases())
def test_reliability_equals_the_sums_outage_by_outage(case: Case) -> None:
    for isolate in (None, "segment"):
        fast = reliability(
            case.network, case.faults_mean, climate=case.climate, outage_h=case.outage_h, isolate=isolate
        )
        slow = slow_reliability(
            case.network, case.faults_mean.to_dict(), case.climate, case.outage_h.to_dict(), isolate
        )
        pairs = dict(zip(fast.index, zip(fast["availability"], fast["warm_prob"], strict=True), strict=True))
        assert pairs.keys() == slow.keys()
        for building, pair in pairs.items():
            assert pair == pytest.approx(slow[building], rel=1e-9, abs=1e-9)


def test_weights_of_any_kind_take_the_place_of_households(tree: Network) -> None:
    homes = Homes(np.array([-10.0]))
    cold, without = hours_of_outages(outages(tree), tree.households * 2, np.full(5, 8.0), time_constants(tree), homes)
    table = cold_hours(tree, climate=[-10.0], outage_h=8.0)
    assert cold / 2 == pytest.approx(table["cold_household_hours"].to_numpy())
    assert without / 2 == pytest.approx(table["no_heat_hours"].to_numpy())


class Shares:
    """One outage, of which every building's heat share is known."""

    def __init__(self, asset: int, shares: list[float]) -> None:
        self.asset, self.shares = asset, np.array(shares)

    def outages(self):
        nodes = np.flatnonzero(self.shares < 1.0)
        yield np.array([self.asset]), nodes, self.shares[nodes]


def test_a_home_counts_with_the_share_of_its_heat_that_still_arrives(tree: Network) -> None:
    places = {name: place for place, name in enumerate(tree.node_ids)}
    shares = [1.0] * len(places)
    shares[places["B1"]], shares[places["B2"]] = 0.5, 0.0
    homes, hours = Homes(np.array([-10.0, 5.0])), np.full(5, 9.0)
    arguments = (outages(tree), tree.households, hours, time_constants(tree), homes)
    plain, plain_without = hours_of_outages(*arguments)
    cold, without = hours_of_outages(*arguments, shares=Shares(0, shares))
    constants, rules = time_constants(tree), (20.0, 18.0, 1.2)
    by_hand = sum(
        tree.households[places[name]] * slow_home(9.0, constants[places[name]], t_out, shares[places[name]], rules) / 2
        for name in ("B1", "B2")
        for t_out in (-10.0, 5.0)
    )
    assert cold[0] == pytest.approx(by_hand, rel=1e-12)
    assert without[0] == pytest.approx(9.0 * (0.5 * tree.households[places["B1"]] + tree.households[places["B2"]]))
    assert (cold[1:] == plain[1:]).all()
    assert (without[1:] == plain_without[1:]).all()


@settings(derandomize=True, deadline=None, max_examples=60)
@given(cases())
def test_more_households_longer_repairs_and_colder_winters_never_lower_the_cold_hours(case: Case) -> None:
    network, climate, repair = case.network, np.array(case.climate), case.outage_h

    def hours(network=network, climate=climate, repair=repair):
        return cold_hours(network, climate=climate, outage_h=repair)["cold_household_hours"]

    nodes = network.nodes
    nodes["households"] = nodes["households"].fillna(0) + 3
    more = Network(nodes, network.segments, network.valves)
    least = hours() * (1 - 1e-12) - 1e-9
    assert (hours(network=more) >= least).all()
    assert (hours(climate=climate - 3.5) >= least).all()
    assert (hours(repair=repair * 1.5) >= least).all()


@settings(derandomize=True, deadline=None, max_examples=60)
@given(cases())
def test_more_faults_longer_repairs_and_colder_winters_never_raise_the_reliability(case: Case) -> None:
    network, climate, repair, rates = case.network, np.array(case.climate), case.outage_h, case.faults_mean

    def indices(climate=climate, repair=repair, rates=rates):
        table = reliability(network, rates, climate=climate, outage_h=repair)
        return table[["availability", "warm_prob"]]

    most = indices() + 1e-12
    assert (indices(climate=climate - 3.5) <= most).all(axis=None)
    assert (indices(repair=repair * 1.5) <= most).all(axis=None)
    assert (indices(rates=rates + 0.1) <= most).all(axis=None)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(cases())
def test_shuffling_the_rows_changes_nothing(case: Case) -> None:
    network = case.network
    backwards = Network(network.nodes[::-1], network.segments[::-1], network.valves[::-1])
    ids = network.asset_ids
    there = cold_hours(network, climate=case.climate, outage_h=case.outage_h)
    back = cold_hours(backwards, climate=case.climate[::-1], outage_h=case.outage_h[::-1])
    pd.testing.assert_frame_equal(there, back.loc[ids], rtol=1e-12)
    there = reliability(network, case.faults_mean, climate=case.climate, outage_h=case.outage_h)
    back = reliability(backwards, case.faults_mean[::-1], climate=case.climate[::-1], outage_h=case.outage_h[::-1])
    pd.testing.assert_frame_equal(there, back.loc[there.index], rtol=1e-12)


def test_with_capacity_two_mains_of_which_one_is_out_leave_homes_a_part_of_their_heat() -> None:
    nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"], "households": [None, 100]})
    nodes["load_kw"], nodes["head_m"] = [None, 4190.0], [20.0, None]
    segments = pd.DataFrame({"segment_id": ["S", "T"], "from_node": "A", "to_node": "B", "length_m": 1000.0})
    network = Network(nodes, segments.assign(diameter_mm=100.0))
    loss = 8 * 0.11 * (0.5 / 100) ** 0.25 * 1000 * 1.2 / (np.pi**2 * 9.81 * 0.1**5)
    one, both = (20.0 / (15.0 + 2 * loss * flow**2) for flow in (0.02, 0.01))
    share = (one / both) ** 0.2  # (sqrt(one) / sqrt(both)) ** 0.4
    table = cold_hours(network, climate=[-10.0], outage_h=10.0, capacity=True)
    assert table["no_heat_hours"].tolist() == pytest.approx([100 * (1 - share) * 10.0] * 2, rel=1e-5)
    home = slow_home(10.0, 40.0, -10.0, share, (20.0, 18.0, 1.2))
    assert table["cold_household_hours"].tolist() == pytest.approx([100 * home] * 2, rel=1e-5)
    assert (cold_hours(network, climate=[-10.0], outage_h=10.0)["no_heat_hours"] == 0.0).all()
