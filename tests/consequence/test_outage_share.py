import numpy as np
import pandas as pd
import pytest
from scipy.stats import betabinom

from heatnet.consequence import outage_share
from heatnet.network import Network
from tests.consequence.test_durations import fleet

SUMMER, WINTER = "2021-07-05", "2021-01-05"


def share_of(network: Network, table: pd.DataFrame | None, **heating: str):
    """The share where every outage takes something away."""
    return outage_share(network, table, takes_away=pd.Series(True, index=network.asset_ids), **heating)


def faults(*rows: tuple[str | None, str, float | None, str | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["asset_id", "found_on", "outage_h", "found_by"])
    return table.assign(fault_id=[f"f{i}" for i in range(len(table))])


def test_without_faults_the_share_is_an_assumption_that_says_so() -> None:
    for none in (None, faults()):
        share = share_of(fleet(), none)
        assert share.by_asset.to_dict() == dict.fromkeys(["M", "P", "Q", "T"], 0.05)
        assert share.basis == "assumption"
        assert str(share.note) == "Assumed, as no faults are recorded: 5.0% of faults cut homes off while heating runs."


def test_without_outage_hours_the_share_in_heating_time_is_an_upper_bound_that_says_so() -> None:
    share = share_of(fleet(), faults(*[("P", WINTER, None, None)] * 3, ("M", SUMMER, None, None)))
    assert share.by_asset.to_dict() == dict.fromkeys(["M", "P", "Q", "T"], 0.75)
    assert share.basis == "upper bound"
    assert str(share.note) == (
        "Upper bound: no outage hours are recorded, so each of the faults dated in heating time counts as an outage "
        "(75.0% of 4 faults)."
    )


def test_only_heating_time_as_the_city_has_it_counts() -> None:
    records = faults(("P", "2021-04-20", None, None), ("P", WINTER, None, None))
    assert share_of(fleet(), records).overall == 0.5
    assert share_of(fleet(), records, heating_to="04-30").overall == 1


def test_what_a_test_finds_cuts_nobody_off() -> None:
    found = faults(("P", WINTER, 5.0, "test"), ("P", WINTER, None, "operation"))
    assert share_of(fleet(), found).overall == 0.5


def test_outages_are_faults_in_heating_time_with_hours_above_zero() -> None:
    rows = [
        *[("P", WINTER, 6.0, "operation")] * 8,
        *[("P", WINTER, 0.0, "inspection")] * 72,
        *[("P", SUMMER, 6.0, "operation")] * 10,
        *[("P", SUMMER, 0.0, "test")] * 10,
    ]
    share = share_of(fleet(), faults(*rows))
    assert share.basis == "records"
    assert share.classes.loc["secondary below 225 mm", ["faults", "in_heating", "known", "outages"]].tolist() == [
        *(100, 80, 80, 8)
    ]
    # as if one more fault had been seen: (80 + 0.5)/101 of faults in heating time, (8 + 0.1)/81 of those cut homes off
    assert share.overall == pytest.approx(80.5 / 101 * 8.1 / 81)
    assert str(share.note) == "8.0% of faults cut homes off while heating runs, learned from 100 faults."


def test_a_winter_fault_without_a_note_is_neither_an_outage_nor_none() -> None:
    noted = [*[("P", WINTER, 6.0, None)] * 10, *[("P", WINTER, 0.0, None)] * 10, *[("P", SUMMER, None, None)] * 20]
    sparse = [*noted, *[("P", WINTER, None, None)] * 20, *[("P", SUMMER, None, None)] * 20]
    assert share_of(fleet(), faults(*sparse)).overall == pytest.approx(
        share_of(fleet(), faults(*noted)).overall, abs=1e-3
    )


def test_classes_that_differ_keep_their_share_and_those_alike_are_pooled() -> None:
    often, never = [(WINTER, 6.0, None)] * 100, [(WINTER, 0.0, None)] * 100
    differ = [*[("P", *row) for row in often], *[("M", *row) for row in never]]
    share = share_of(fleet(), faults(*differ)).by_asset
    assert share["P"] > 0.95
    assert share["M"] < 0.05
    assert share["M"] < share["T"] < share["P"]  # no station failed: the city's share
    alike = [(asset, *row) for asset in ("P", "M") for row in (*often[:20], *never[:20])]
    share = share_of(fleet(), faults(*alike))
    assert share.by_asset["P"] == share.by_asset["M"]
    assert share.by_asset.to_numpy() == pytest.approx(share.overall, abs=0.005)


def test_one_odd_fault_hardly_moves_its_class() -> None:
    rows = [*[("P", WINTER, 0.0, None)] * 95, *[("P", WINTER, 6.0, None)] * 5, ("M", WINTER, 6.0, None)]
    share = share_of(fleet(), faults(*rows)).by_asset
    assert share["P"] < share["M"] < 0.5


def test_the_weight_of_the_city_is_the_one_that_makes_the_counts_most_probable() -> None:
    rows = [("P", WINTER, float(i < 12), None) for i in range(30)] + [
        ("M", WINTER, float(i < 2), None) for i in range(25)
    ]
    share = share_of(fleet(), faults(*rows))
    heating, cut = 55.5 / 56, 14.1 / 56

    def fit(weight: float, pairs: list[tuple[int, int]], mean: float) -> float:
        return sum(betabinom.logpmf(k, n, weight * mean, weight * (1 - mean)) for k, n in pairs)

    weights = np.logspace(0, 3, 31)
    of_cut = max(weights, key=lambda weight: fit(weight, [(12, 30), (2, 25)], cut))
    of_heating = max(weights, key=lambda weight: fit(weight, [(30, 30), (25, 25)], heating))
    expected = (12 + of_cut * cut) / (30 + of_cut) * (30 + of_heating * heating) / (30 + of_heating)
    assert share.by_asset["P"] == pytest.approx(expected)


def test_faults_that_name_no_asset_are_set_aside_and_counted() -> None:
    share = share_of(fleet(), faults((None, WINTER, 5.0, None), ("gone", WINTER, 5.0, None), ("P", SUMMER, 0, None)))
    assert (share.faults, share.set_aside) == (1, 2)
    assert share.basis == "upper bound"
    assert share.overall == 0


def test_columns_that_are_not_there_are_unknown() -> None:
    bare = faults(("P", WINTER, 5.0, None))[["fault_id", "asset_id", "found_on"]]
    assert share_of(fleet(), bare).overall == 1


def test_the_order_of_the_faults_does_not_matter() -> None:
    rows = [
        ("P", WINTER, 6.0, None),
        ("M", SUMMER, None, None),
        ("T", WINTER, 0.0, "operation"),
        ("Q", WINTER, 0.0, None),
    ]
    there, back = share_of(fleet(), faults(*rows)), share_of(fleet(), faults(*rows[::-1]))
    pd.testing.assert_series_equal(there.by_asset, back.by_asset)


def test_a_network_without_assets_has_no_shares() -> None:
    network = Network(pd.DataFrame({"node_id": ["A"], "kind": ["source"]}), fleet().segments.iloc[:0])
    assert share_of(network, None).by_asset.empty


def test_a_ring_that_cuts_nobody_off_teaches_nothing_about_those_that_do() -> None:
    rows = faults(*[("P", WINTER, 6.0, None)] * 20, *[("M", WINTER, 0.0, None)] * 200)
    only_p = pd.Series({"M": False, "P": True, "Q": True, "T": True})
    shares = outage_share(fleet(), rows, takes_away=only_p)
    assert shares.faults == 20
    assert shares.overall == pytest.approx(20.5 / 21 * 20.1 / 21)
    nobody = outage_share(fleet(), rows, takes_away=pd.Series(False, index=fleet().asset_ids))
    assert nobody.faults == 220  # where no such asset failed all faults teach it


def test_who_is_cut_off_is_asked_of_the_network_where_it_is_not_said() -> None:
    ends = [("S", "A", "B"), ("T", "A", "B"), ("U", "B", "C")]  # S and T stand in for each other
    segments = pd.DataFrame(ends, columns=["segment_id", "from_node", "to_node"]).assign(length_m=10, diameter_mm=100)
    nodes = pd.DataFrame({"node_id": list("ABC"), "kind": ["source", "junction", "building"]})
    rows = faults(*[("U", WINTER, 6.0, None)] * 3, *[("S", WINTER, 0.0, None)] * 5)
    assert outage_share(Network(nodes, segments), rows).faults == 3
