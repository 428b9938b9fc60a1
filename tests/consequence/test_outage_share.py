import numpy as np
import pandas as pd
import pytest
from scipy.stats import betabinom

from heatnet.consequence import outage_share
from heatnet.network import Network
from tests.consequence.test_repair import fleet

SUMMER, WINTER = "2021-07-05", "2021-01-05"


def faults(*rows: tuple[str | None, str, float | None, str | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["asset_id", "found_on", "outage_h", "found_by"])
    return table.assign(fault_id=[f"f{i}" for i in range(len(table))])


def test_without_faults_the_share_is_an_assumption_that_says_so() -> None:
    for none in (None, faults()):
        share = outage_share(fleet(), none)
        assert share.by_asset.to_dict() == dict.fromkeys(["M", "P", "Q", "T"], 0.05)
        assert share.basis == "assumption"
        assert str(share.note) == "Assumed, as no faults are recorded: 5.0% of faults cut homes off while heating runs."


def test_without_outage_hours_the_share_in_heating_time_is_an_upper_bound_that_says_so() -> None:
    share = outage_share(fleet(), faults(*[("P", WINTER, None, None)] * 3, ("M", SUMMER, None, None)))
    assert share.by_asset.to_dict() == dict.fromkeys(["M", "P", "Q", "T"], 0.75)
    assert share.basis == "upper bound"
    assert str(share.note) == (
        "Upper bound: no outage hours are recorded, so each of the faults dated in heating time counts as an outage "
        "(75.0% of 4 faults)."
    )


def test_only_heating_time_as_the_city_has_it_counts() -> None:
    records = faults(("P", "2021-04-20", None, None), ("P", WINTER, None, None))
    assert outage_share(fleet(), records).overall == 0.5
    assert outage_share(fleet(), records, heating_to="04-30").overall == 1


def test_what_a_test_finds_cuts_nobody_off() -> None:
    found = faults(("P", WINTER, 5.0, "test"), ("P", WINTER, None, "operation"))
    assert outage_share(fleet(), found).overall == 0.5


def test_outages_are_faults_in_heating_time_with_hours_above_zero() -> None:
    rows = [
        *[("P", WINTER, 6.0, "operation")] * 8,
        *[("P", WINTER, 0.0, "inspection")] * 72,
        *[("P", SUMMER, 6.0, "operation")] * 10,
        *[("P", SUMMER, 0.0, "test")] * 10,
    ]
    share = outage_share(fleet(), faults(*rows))
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
    assert outage_share(fleet(), faults(*sparse)).overall == pytest.approx(
        outage_share(fleet(), faults(*noted)).overall, abs=1e-3
    )


def test_classes_that_differ_keep_their_share_and_those_alike_are_pooled() -> None:
    often, never = [(WINTER, 6.0, None)] * 100, [(WINTER, 0.0, None)] * 100
    differ = [*[("P", *row) for row in often], *[("M", *row) for row in never]]
    share = outage_share(fleet(), faults(*differ)).by_asset
    assert share["P"] > 0.95
    assert share["M"] < 0.05
    assert share["M"] < share["T"] < share["P"]  # no station failed: the city's share
    alike = [(asset, *row) for asset in ("P", "M") for row in (*often[:20], *never[:20])]
    share = outage_share(fleet(), faults(*alike))
    assert share.by_asset["P"] == share.by_asset["M"]
    assert share.by_asset.to_numpy() == pytest.approx(share.overall, abs=0.005)


def test_one_odd_fault_hardly_moves_its_class() -> None:
    rows = [*[("P", WINTER, 0.0, None)] * 95, *[("P", WINTER, 6.0, None)] * 5, ("M", WINTER, 6.0, None)]
    share = outage_share(fleet(), faults(*rows)).by_asset
    assert share["P"] < share["M"] < 0.5


def test_the_weight_of_the_city_is_the_one_that_makes_the_counts_most_probable() -> None:
    rows = [("P", WINTER, float(i < 12), None) for i in range(30)] + [
        ("M", WINTER, float(i < 2), None) for i in range(25)
    ]
    share = outage_share(fleet(), faults(*rows))
    heating, cut = 55.5 / 56, 14.1 / 56

    def fit(weight: float, pairs: list[tuple[int, int]], mean: float) -> float:
        return sum(betabinom.logpmf(k, n, weight * mean, weight * (1 - mean)) for k, n in pairs)

    weights = np.logspace(0, 3, 31)
    of_cut = max(weights, key=lambda weight: fit(weight, [(12, 30), (2, 25)], cut))
    of_heating = max(weights, key=lambda weight: fit(weight, [(30, 30), (25, 25)], heating))
    expected = (12 + of_cut * cut) / (30 + of_cut) * (30 + of_heating * heating) / (30 + of_heating)
    assert share.by_asset["P"] == pytest.approx(expected)


def test_faults_that_name_no_asset_are_set_aside_and_counted() -> None:
    share = outage_share(
        fleet(), faults((None, WINTER, 5.0, None), ("gone", WINTER, 5.0, None), ("P", SUMMER, 0, None))
    )
    assert (share.faults, share.set_aside) == (1, 2)
    assert share.basis == "upper bound"
    assert share.overall == 0


def test_columns_that_are_not_there_are_unknown() -> None:
    bare = faults(("P", WINTER, 5.0, None))[["fault_id", "asset_id", "found_on"]]
    assert outage_share(fleet(), bare).overall == 1


def test_the_order_of_the_faults_does_not_matter() -> None:
    rows = [
        ("P", WINTER, 6.0, None),
        ("M", SUMMER, None, None),
        ("T", WINTER, 0.0, "operation"),
        ("Q", WINTER, 0.0, None),
    ]
    there, back = outage_share(fleet(), faults(*rows)), outage_share(fleet(), faults(*rows[::-1]))
    pd.testing.assert_series_equal(there.by_asset, back.by_asset)


def test_a_network_without_assets_has_no_shares() -> None:
    network = Network(pd.DataFrame({"node_id": ["A"], "kind": ["source"]}), fleet().segments.iloc[:0])
    assert outage_share(network, None).by_asset.empty
