"""Several winters together."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import HeatnetError
from heatnet.location import Location, locate_faults, persistence
from heatnet.network import Network


def star(n: int) -> Network:
    nodes = pd.DataFrame({"node_id": ["A"] + [f"B{i}" for i in range(n)], "kind": ["source"] + ["building"] * n})
    segments = pd.DataFrame(
        {"segment_id": [f"s{i}" for i in range(n)], "from_node": "A", "to_node": nodes["node_id"][1:].to_numpy()}
    ).assign(length_m=500, diameter_mm=100)
    return Network(nodes, segments)


def winter(network: Network, season: int, cold: dict[str, tuple[int, int]]) -> Location:
    rows = [(building, i < k) for building, (n, k) in cold.items() for i in range(n)]
    visits = pd.DataFrame(rows, columns=["building_id", "is_cold"]).assign(visited_on=f"{season}-12-10")
    prior = pd.Series(0.1, index=network.asset_ids)
    return locate_faults(network, visits, season=season, prior=prior, p_clear=0.1, p_impaired=0.6)


def test_an_asset_ill_three_winters_running_says_so() -> None:
    network = star(2)
    winters = [winter(network, season, {"B0": (6, 5), "B1": (6, 0)}) for season in (2023, 2021, 2022)]
    told = persistence(winters)
    assert told.assets.loc["s0", "winters_ill"] == 3
    assert told.assets.loc["s0", "reason"] == "ill 3 winters running (2021-2023)"
    assert told.assets.loc["s1", ["winters_ill", "reason"]].tolist() == [0, ""]
    assert told.by_season.columns.tolist() == [2021, 2022, 2023]
    assert told.assets.loc["s0", "impaired_prob"] > winters[0].assets.loc["s0", "impaired_prob"]


def test_all_seasons_together_equal_the_count_over_all_histories() -> None:
    network = star(3)
    counts = [{"B0": (3, 2), "B1": (2, 0)}, {"B0": (2, 0), "B1": (3, 3)}, {"B0": (4, 2)}]
    winters = [winter(network, season, cold) for season, cold in zip((2020, 2021, 2023), counts, strict=True)]
    told = persistence(winters)
    s, q = told.rate, 0.1
    g = q * (1 - s) / (1 - q)
    years = [2020, 2021, 2022, 2023]
    for i, asset in enumerate(network.asset_ids):
        weights = np.zeros(4)
        total = 0.0
        for history in itertools.product((0, 1), repeat=4):
            weight = q if history[0] else 1 - q
            for before, after in itertools.pairwise(history):
                stays = s if before else g
                weight *= stays if after else 1 - stays
            for year, cold in zip((2020, 2021, 2023), counts, strict=True):
                n, k = cold.get(f"B{i}", (0, 0))
                p = 0.6 if history[years.index(year)] else 0.1
                weight *= p**k * (1 - p) ** (n - k)
            total += weight
            weights += weight * np.array(history)
        expected = (weights / total)[[0, 1, 3]]
        assert told.by_season.loc[asset].to_numpy() == pytest.approx(expected, abs=1e-9)
        after = weights[3] / total
        assert told.assets.loc[asset, "next_prob"] == pytest.approx(after * s + (1 - after) * g)
    assert told.assets["winters_ill"].max() <= 1  # 2022 is missing, so nothing runs through it


def test_a_work_between_two_seasons_ends_the_impairment() -> None:
    network = star(1)
    winters = [winter(network, 2021, {"B0": (8, 7)}), winter(network, 2022, {})]
    kinds = ["renewal", "cleaning", "balancing", "repair"]
    after = {}
    for kind in kinds:
        works = pd.DataFrame({"work_id": ["w"], "asset_id": ["s0"], "done_on": "2022-07-01", "kind": kind})
        after[kind] = persistence(winters, works).by_season.loc["s0", 2022]
    untouched = persistence(winters).by_season.loc["s0", 2022]
    assert untouched > 0.6
    assert after["repair"] == pytest.approx(untouched)
    assert after["renewal"] < 0.1
    assert after["cleaning"] == after["balancing"]  # each takes half of it away
    assert after["cleaning"] == pytest.approx((untouched + after["renewal"]) / 2, abs=0.01)
    half = pd.DataFrame(
        {"work_id": ["w"], "asset_id": ["s0"], "done_on": "2022-07-01", "kind": "renewal", "length_m": 250}
    )
    assert after["renewal"] < persistence(winters, half).by_season.loc["s0", 2022] < untouched


def test_impairments_that_last_raise_the_rate_and_those_that_vanish_lower_it() -> None:
    network = star(30)
    ill = {f"B{i}": (8, 6 if i < 10 else 0) for i in range(30)}
    other = {f"B{i}": (8, 6 if i >= 20 else 0) for i in range(30)}
    lasting = persistence([winter(network, 2021, ill), winter(network, 2022, ill)]).rate
    fleeting = persistence([winter(network, 2021, ill), winter(network, 2022, other)]).rate
    assert fleeting < 0.5 < 0.8 < lasting
    # 10 of 10 stay, with 7 of 10 added: 17/20. None of 10 stays and 10 fall ill anew, each with (1 - s)/9: 7/30.
    assert lasting == pytest.approx(0.85, abs=0.02)
    assert fleeting == pytest.approx(7 / 30, abs=0.02)


def test_seasons_must_be_two_and_different() -> None:
    one = winter(star(1), 2021, {})
    for given in ([one], [one, one], []):
        with pytest.raises(HeatnetError, match="two or more seasons"):
            persistence(given)
