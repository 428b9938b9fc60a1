"""What the contract promises of risk and order, on a drawn city: nothing worse lowers a risk, a cut moves no pipe."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import heatnet as hn
from heatnet.assessment.hours import chronic_part
from heatnet.inventory.records import records_before
from heatnet.synthetic import City, make_city

SEASON = 2026


@pytest.fixture(scope="module")
def city() -> City:
    return make_city(length_km=20, stations=1, rng=5)


@pytest.fixture(scope="module")
def records(city: City) -> dict[str, pd.DataFrame]:
    return {name: getattr(city, name) for name in ("visits", "faults", "works", "makeup")}


@pytest.fixture(scope="module")
def assessment(city: City, records: dict[str, pd.DataFrame]) -> hn.Assessment:
    return hn.assess(city.network, season=SEASON, **records)


def cold_risk(assessment: hn.Assessment, city: City, visits: pd.DataFrame) -> pd.Series:
    """Cold household-hours times severity, all that was fitted to the visits held."""
    winters = replace(assessment.winters, visits=visits)
    known = records_before(SEASON, works=city.works)
    part = chronic_part(assessment.network, known, winters, season=SEASON, settings=assessment.settings).columns
    return part["chronic_hours"] * part["severity"]


def test_a_colder_room_or_a_later_solution_never_lowers_what_cold_homes_cost(
    assessment: hn.Assessment, city: City
) -> None:
    visits = assessment.winters.visits
    before = cold_risk(assessment, city, visits)
    colder = cold_risk(assessment, city, visits.assign(room_temp_c=visits["room_temp_c"] - 1.5))
    assert (colder >= before * (1 - 1e-12)).all()
    assert (colder > before * (1 + 1e-9)).any()
    later = visits["resolved_on"] + pd.Timedelta(days=20)
    later_risk = cold_risk(assessment, city, visits.assign(resolved_on=later))
    assert (later_risk >= before * (1 - 1e-12)).all()
    assert (later_risk > before * (1 + 1e-9)).any()


def test_longer_outages_and_a_colder_winter_never_lower_a_risk(
    assessment: hn.Assessment, city: City, records: dict[str, pd.DataFrame]
) -> None:
    before = assessment.ranking["outage_risk"]
    faults = records["faults"]
    stretched = faults.assign(outage_h=faults["outage_h"] * 2, repair_h=faults["repair_h"] * 2 + 6.0)
    after = hn.assess(city.network, season=SEASON, **{**records, "visits": None, "faults": stretched}).ranking
    assert (after["outage_risk"].reindex(before.index) >= before * (1 - 1e-9)).all()
    harsh = np.full(10, -20.0)
    colder = hn.assess(city.network, season=SEASON, **{**records, "visits": None}, climate=harsh).ranking
    assert (colder["outage_risk"].reindex(before.index) >= before * (1 - 1e-9)).all()


def test_cutting_pipes_without_faults_or_valves_in_two_hardly_moves_their_ratio(
    assessment: hn.Assessment, city: City, records: dict[str, pd.DataFrame]
) -> None:
    network = city.network
    touched = {*records["faults"]["asset_id"], *records["works"]["asset_id"], *network.valves["segment_id"]}
    free = [name for name in network.segment_ids if name not in touched]
    chosen = np.random.default_rng(0).choice(free, 30, replace=False).tolist()
    halved = hn.assess(cut(network, chosen), season=SEASON, **records).ranking["ratio"]
    whole, mean = assessment.ranking["ratio"], assessment.total_ratio
    for name in chosen:
        for half in (name, f"{name}-2"):
            moved = abs(halved[half] - whole[name])
            assert moved < whole[name] / 3 or moved < mean / 3, name


def cut(network: hn.Network, names: list[str]) -> hn.Network:
    """The network with segments drawn as two of half the length."""
    segments, nodes = network.segments, network.nodes
    is_cut = segments["segment_id"].isin(names)
    first, second = segments[is_cut].copy(), segments[is_cut].copy()
    middle = "M" + first["segment_id"]
    first["to_node"], second["from_node"] = middle, middle
    second["segment_id"] = second["segment_id"] + "-2"
    first["length_m"] = second["length_m"] = segments.loc[is_cut, "length_m"] / 2
    places = nodes.set_index("node_id")[["x_m", "y_m"]]
    ends = [places.loc[segments.loc[is_cut, end]].to_numpy() for end in ("from_node", "to_node")]
    between = pd.DataFrame((ends[0] + ends[1]) / 2, columns=["x_m", "y_m"]).assign(
        node_id=middle.to_numpy(), kind="junction"
    )
    rows = pd.concat([segments[~is_cut], first, second], ignore_index=True)
    points = pd.DataFrame([*nodes.to_dict("records"), *between.to_dict("records")])
    return hn.Network(points, rows, network.valves)


def test_candidates_beside_renewals_pay_and_keep_the_formulas(assessment: hn.Assessment) -> None:
    offered = assessment.candidates(measures=["renew", "clean", "balance", "valve"])
    beside = offered[offered["measure"] != "renew"]
    assert (beside["worth"] >= beside["cost"]).all()
    assert set(offered["measure"]) >= {"renew", "clean"}
    assert (offered.loc[offered["measure"] == "clean", "asset_kind"] == "segment").all()
    assert not offered.reset_index().duplicated(["asset_id", "measure"]).any()
    part = assessment.candidates(measures=["part"], part_m=pd.Series({assessment.network.segment_ids[0]: 1.0}))
    assert part["measure"].tolist() == ["part"]
    with pytest.raises(hn.HeatnetError, match="no such measure"):
        assessment.candidates(measures=["paint"])
    with pytest.raises(hn.HeatnetError, match="go together"):
        assessment.candidates(measures=["part"])


def test_other_prices_change_costs_and_nothing_else(assessment: hn.Assessment) -> None:
    usual = assessment.candidates(measures=["renew"])
    dear = assessment.candidates(measures=["renew"], prices=hn.Prices(cost_per_m=(1800.0, 12.0)))
    segments = usual["asset_kind"] == "segment"
    assert dear.loc[segments, "cost"].to_numpy() == pytest.approx(2 * usual.loc[segments, "cost"].to_numpy())
    assert dear["worth"].to_numpy() == pytest.approx(usual["worth"].to_numpy())


def test_what_to_measure_first_names_places_costs_and_what_knowing_is_worth(assessment: hn.Assessment) -> None:
    table, ranking = assessment.measure_first, assessment.ranking
    assert table.index.name == "ambiguity_group"
    assert table["net_worth"].round(2).is_monotonic_decreasing  # rows alike to the cent stand by name
    marked = ranking.index[ranking["measure_first"]]
    named = set(", ".join(table["assets"]).split(", "))
    assert set(marked) <= named
    assert (table["knowing_worth"] >= 0).all()
    assert table["net_worth"].to_numpy() == pytest.approx((table["knowing_worth"] - table["cost"]).to_numpy())
    nodes = set(city_nodes(assessment))
    assert all(set(places.split(", ")) <= nodes for places in table["read_at"])
    assert set(table["action"]) <= {"read", "visit"}


def city_nodes(assessment: hn.Assessment) -> list[str]:
    return [str(name) for name in assessment.network.node_ids]
