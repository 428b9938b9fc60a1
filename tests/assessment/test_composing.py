"""The whole way from records to a ranking, on networks that fit on paper and on the district."""

from math import exp, log
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import heatnet as hn
from heatnet.assessment.results import told_of_assets
from heatnet.errors import HeatnetError
from heatnet.inventory import Inventory, read_inventory
from heatnet.location import default_prior
from heatnet.value.order import significant

CONTRACT_COLUMNS = [
    *("rank", "rank_low", "rank_high", "asset_kind", "length_m", "worth", "worth_faults", "worth_heat", "worth_cold"),
    *("cost", "ratio", "ratio_alone", "risk", "repair_risk", "outage_risk", "cold_risk", "heat_risk", "faults_mean"),
    *("faults_after", "fault_prob", "impaired_prob", "households_lost", "households_short", "cold_household_hours"),
    *("outage_hours", "no_heat_hours", "chronic_hours", "severity", "stay", "community", "measure_first", "grade"),
    "reason",
]


@pytest.fixture(scope="module")
def district() -> Inventory:
    return read_inventory(Path(__file__).parents[2] / "fixtures" / "district")


def assessed(tables: Inventory, **changes: object) -> hn.Assessment:
    given = {"visits": tables.visits, "faults": tables.faults, "works": tables.works, "makeup": tables.makeup}
    network = changes.pop("network", tables.network)
    return hn.assess(network, **{"season": 2026, **given, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def assessment(district: Inventory) -> hn.Assessment:
    return assessed(district)


def test_every_asset_is_ranked_with_the_columns_that_others_rely_on(
    assessment: hn.Assessment, district: Inventory
) -> None:
    ranking = assessment.ranking
    assert set(CONTRACT_COLUMNS) <= set(ranking.columns)
    assert ranking.index.name == "asset_id"
    assert sorted(ranking.index) == sorted(district.network.asset_ids)
    assert significant(ranking["ratio"].to_numpy()).tolist() == sorted(significant(ranking["ratio"].to_numpy()))[::-1]
    np.testing.assert_allclose(
        ranking["cold_household_hours"], ranking["outage_hours"] + ranking["chronic_hours"], rtol=1e-12
    )
    assert ranking["fault_prob"].between(0, 1).all()
    assert ranking["impaired_prob"].between(0, 1).all()


def test_the_visits_move_the_ranking(assessment: hn.Assessment, district: Inventory) -> None:
    silent = assessed(district, visits=None)
    assert silent.ranking["impaired_prob"].to_dict() == pytest.approx(default_prior(silent.network).to_dict())
    assert silent.ranking["severity"].tolist() == [1.0] * len(silent.ranking)
    assert assessment.ranking["impaired_prob"].max() > 3 * silent.ranking["impaired_prob"].max()
    assert any("chronic cold is unknown, not zero" in sentence for sentence in silent.assumptions)


def test_outage_hours_on_paper(fixtures: Path) -> None:
    ranking = hn.assess(hn.read_network(fixtures / "tree"), season=2026, climate=[-10.0]).ranking
    # 8 h of repair and 6 h beside it; from 20 to 18 degC in 40*ln(30/28) h at -10 degC, and back from what was reached
    reached = -10 + 30 * exp(-14 / 40)
    hours = 14 - 40 * log(30 / 28) + 40 * log((26 - reached) / 8)
    expected = ranking.loc["S2", "faults_mean"] * 0.05 * 20 * hours  # 5 % of faults are winter outages; 20 households
    assert ranking.loc["S2", "outage_hours"] == pytest.approx(expected, rel=1e-12)
    assert ranking.loc["S1", "households_lost"] == 50
    assert ranking.loc["S2", "no_heat_hours"] == pytest.approx(ranking.loc["S2", "faults_mean"] * 0.05 * 20 * 14)
    assert ranking.loc["S1", "outage_h"] == 14.0


def test_priority_weighs_a_building_in_the_hours_but_not_in_the_households(fixtures: Path) -> None:
    network = hn.read_network(fixtures / "tree")
    nodes = network.nodes
    nodes.loc[nodes["node_id"] == "B1", "priority"] = 3.0
    plain = hn.assess(network, season=2026, climate=[-10.0]).ranking
    weighted = hn.assess(hn.Network(nodes, network.segments), season=2026, climate=[-10.0]).ranking
    assert weighted.loc["S2", "outage_hours"] == pytest.approx(3 * plain.loc["S2", "outage_hours"], rel=1e-12)
    assert weighted.loc["S2", "households_lost"] == 20


def test_missing_households_are_guessed_from_area_then_load_and_marked(fixtures: Path) -> None:
    network = hn.read_network(fixtures / "tree")
    nodes = network.nodes.assign(households=np.nan)
    nodes.loc[nodes["node_id"] == "B1", "area_m2"] = 2500.0
    assessment = hn.assess(hn.Network(nodes, network.segments), season=2026)
    assert assessment.ranking.loc["S2", "households_lost"] == 25.0
    assert assessment.ranking.loc["S3", "households_lost"] == 18.0
    assert assessment.ranking["is_guessed"].all()
    assert "Households of 1 of 2 buildings are guessed from area_m2/100." in assessment.assumptions
    assert "Households of 1 of 2 buildings are guessed from load_kw/5." in assessment.assumptions


def test_no_record_from_the_season_on_reaches_the_ranking(district: Inventory) -> None:
    assert district.visits is not None
    assert district.faults is not None
    assert district.works is not None
    assert district.makeup is not None
    before = assessed(district, season=2024).ranking
    visits = district.visits.assign(
        is_cold=district.visits["is_cold"] | (district.visits["visited_on"] >= "2024-10-15")
    )
    later_faults = district.faults["found_on"] >= "2024-10-15"
    faults = pd.concat([district.faults, district.faults[later_faults].assign(fault_id=lambda t: t["fault_id"] + "x")])
    works = district.works[district.works["done_on"] < "2024-10-15"]
    makeup = district.makeup.assign(
        makeup_m3=district.makeup["makeup_m3"].where(
            district.makeup["season"] < 2024, 10 * district.makeup["makeup_m3"]
        )
    )
    after = assessed(district, season=2024, visits=visits, faults=faults, works=works, makeup=makeup).ranking
    pd.testing.assert_frame_equal(before, after)


def test_the_order_of_rows_changes_nothing(assessment: hn.Assessment, district: Inventory) -> None:
    def mixed(table: pd.DataFrame | None) -> pd.DataFrame | None:
        return None if table is None else table.sample(frac=1, random_state=11)

    network = hn.Network(
        *(mixed(t) for t in (district.network.nodes, district.network.segments, district.network.valves))
    )
    shuffled = assessed(
        district,
        network=network,
        visits=mixed(district.visits),
        faults=mixed(district.faults),
        works=mixed(district.works),
        makeup=mixed(district.makeup),
    )
    pd.testing.assert_frame_equal(assessment.ranking, shuffled.ranking)


def test_nothing_given_is_altered(district: Inventory) -> None:
    assert district.visits is not None
    assert district.faults is not None
    visits, faults = district.visits.copy(deep=True), district.faults.copy(deep=True)
    assessed(district)
    pd.testing.assert_frame_equal(district.visits, visits)
    pd.testing.assert_frame_equal(district.faults, faults)


def test_candidates_are_all_assets_with_their_places(assessment: hn.Assessment, district: Inventory) -> None:
    candidates = assessment.candidates(measures=["renew"])
    assert candidates.index.tolist() == district.network.asset_ids.tolist()
    segments = district.network.segments
    assert candidates["from_node"].tolist()[: len(segments)] == segments["from_node"].tolist()
    station = candidates[candidates["asset_kind"] == "station"]
    assert station["length_m"].isna().all()
    assert station["community"].notna().any()
    np.testing.assert_allclose(
        candidates["cold_household_hours"], assessment.ranking["cold_household_hours"].reindex(candidates.index)
    )


def test_the_community_of_a_segment_is_that_of_its_ends(fixtures: Path) -> None:
    network = hn.read_network(fixtures / "tree")
    nodes = network.nodes.assign(community=[None, "b", "a", None])
    candidates = hn.assess(hn.Network(nodes, network.segments), season=2026).candidates()
    assert candidates["community"].tolist()[1:] == ["a", "b"]
    assert candidates["community"].iloc[0] == "b"


def test_what_the_tables_tell_counts_pipes_twice_for_a_pair(fixtures: Path) -> None:
    network = hn.read_network(fixtures / "supply_and_return")
    history = hn.asset_seasons(network, None, first_season=2025, last_season=2025)
    told = told_of_assets(network, history)
    assert told["length_m"].tolist() == [100.0, 105.0, 100.0, 20.0]
    assert told["pipe_length_m"].tolist() == [100.0, 105.0, 100.0, 40.0]


def test_every_number_in_the_reasons_of_the_first_fifty_is_the_tables_number(assessment: hn.Assessment) -> None:
    for _, row in assessment.ranking.head(50).iterrows():
        reason = row["reason"]
        if row["visits"]:
            cold = f"{row['cold_visits']:.0f} of {row['visits']:.0f} visited homes cold"
            assert cold in reason if row["cold_visits"] else f"{row['visits']:.0f} visited home" in reason
        if row["buildings_lost"]:
            assert f"{row['households_lost']:,.0f} households" in reason
        if row["asset_kind"] == "segment":
            laid = "laying year unknown" if np.isnan(row["laid_year"]) else f"laid {row['laid_year']:.0f}"
            assert laid in reason
            assert f"on {row['length_m']:.0f} m" in reason
        assert f"in {row['past_seasons']:.0f} season" in reason
        assert f": {row['worth_faults']:,.0f}" in reason
        weighs = row["cold_visits"] and row["worth_cold"] >= 0.01 * row["worth"]
        assert f": {row['worth_cold']:,.0f}" in reason or not weighs


def test_a_network_without_segments_is_refused() -> None:
    nodes = pd.DataFrame({"node_id": ["H"], "kind": ["source"]})
    segments = pd.DataFrame(columns=["segment_id", "from_node", "to_node", "length_m", "diameter_mm"])
    with pytest.raises(HeatnetError, match="at least one segment"):
        hn.assess(hn.Network(nodes, segments), season=2026)


TURIN = Path(__file__).parents[3] / "shared" / "data" / "turin"
without_turin = pytest.mark.skipif(not TURIN.is_dir(), reason="the Turin network is not beside the checkout")


@without_turin
@pytest.mark.parametrize(
    ("segment", "behind"),
    [("P5", ["N94", "N130"]), ("P12", ["N182", "N112", "N122"]), ("P13", ["N182", "N112", "N122"])],
)
def test_losses_of_a_real_tree_are_those_found_by_following_its_pipes_by_hand(segment: str, behind: list[str]) -> None:
    network = hn.read_network(TURIN)
    load = network.nodes.set_index("node_id").loc[behind, "load_kw"].sum()
    loss = hn.supply_loss(network).loc[segment]
    assert loss["buildings_lost"] == len(behind)
    assert loss["load_lost_kw"] == pytest.approx(load, rel=1e-12)


@without_turin
def test_a_real_network_without_years_households_or_faults_is_ranked_and_the_gaps_are_said() -> None:
    assessment = hn.assess(hn.read_network(TURIN), season=2026)
    said = " ".join(assessment.assumptions)
    assert "guessed from load_kw/5" in said
    assert "no faults are recorded" in said
    assert "No visits of season 2025" in said


@settings(derandomize=True, deadline=None, max_examples=4)
@given(place=st.integers(0, 10**6), day=st.sampled_from(["2017-01-10", "2021-12-30", "2025-02-01"]))
def test_one_more_winter_outage_on_record_never_lowers_the_outage_hours_of_its_asset(place: int, day: str) -> None:
    tables = read_inventory(Path(__file__).parents[2] / "fixtures" / "district")
    assert tables.faults is not None
    old = tables.network.segments.query("laid_year < 2010")["segment_id"]
    asset = old.iloc[place % len(old)]
    fault = pd.DataFrame(
        {"fault_id": ["more"], "found_on": pd.to_datetime([day]), "asset_id": [asset], "outage_h": [6.0]}
    )
    before = hn.assess(tables.network, season=2026, faults=tables.faults, works=tables.works).ranking
    more = pd.concat([tables.faults, fault], ignore_index=True)
    after = hn.assess(tables.network, season=2026, faults=more, works=tables.works).ranking
    assert after.loc[asset, "faults_mean"] >= before.loc[asset, "faults_mean"]
    assert after.loc[asset, "outage_hours"] >= before.loc[asset, "outage_hours"]


def test_a_colder_climate_never_lowers_the_hours_of_an_asset(district: Inventory) -> None:
    mild = assessed(district, climate=[-2.0, -8.0, 3.0]).ranking
    harsh = assessed(district, climate=[-4.0, -15.0, 3.0]).ranking.reindex(mild.index)
    assert (harsh["cold_household_hours"] >= mild["cold_household_hours"] * (1 - 1e-12)).all()


def test_more_households_never_lower_the_hours_of_an_asset(district: Inventory) -> None:
    network = district.network
    grown = hn.Network(
        network.nodes.assign(households=network.nodes["households"] * 1.5), network.segments, network.valves
    )
    before = assessed(district, visits=None).ranking
    after = assessed(district, visits=None, network=grown).ranking.reindex(before.index)
    assert (after["cold_household_hours"] >= before["cold_household_hours"] * (1 - 1e-12)).all()


@pytest.mark.parametrize("season", ["2026", 2026.0, 2026.5, True])
def test_a_season_that_is_no_whole_number_is_refused(fixtures: Path, season: object) -> None:
    with pytest.raises(hn.HeatnetError, match="give the calendar year"):
        hn.assess(hn.read_network(fixtures / "tree"), season=season)  # type: ignore[arg-type]


def test_the_columns_that_everybody_reads_stand_in_front(assessment: hn.Assessment) -> None:
    assert assessment.ranking.columns.tolist()[: len(CONTRACT_COLUMNS)] == CONTRACT_COLUMNS


def test_the_assumptions_are_in_the_language_of_the_assessment(district: Inventory) -> None:
    chinese = hn.assess(district.network, season=2026, language="zh")
    assert len(chinese.assumptions) == len(chinese.notes)
    assert all(any(ord(letter) > 0x2E7F for letter in sentence) for sentence in chinese.assumptions)
