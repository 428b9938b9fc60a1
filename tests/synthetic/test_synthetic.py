"""The sample city: its totals, its tables, and that its records follow from its truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from heatnet.doctor.checking import check_network
from heatnet.errors import HeatnetError
from heatnet.network import BUILDING, Network
from heatnet.reachability.paths import supply_paths
from heatnet.schema import TABLES, conform
from heatnet.season import season_of
from heatnet.synthetic import City, make_city, truth
from heatnet.synthetic.names import place_names
from heatnet.synthetic.trees import forest_of

SIZES = [(1.0, 1), (2.0, 1), (5.0, 2), (12.0, 1), (9.0, 9), (110.0, 5), (130.0, 7), (300.0, 1), (40.0, 30)]


@pytest.fixture(scope="module")
def city() -> City:
    return make_city()


def assert_same_tables(one: City, other: City) -> None:
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, other.tables[name])


def _without_missing_text(table: pd.DataFrame) -> pd.DataFrame:
    """Missing text is None or NaN before pandas 3."""
    return table.apply(lambda column: column.fillna("") if column.dtype == object else column)


def test_the_default_city_has_the_published_totals(city: City) -> None:
    last = city.visits[season_of(city.visits["visited_on"]) == 2025]
    assert city.segments["length_m"].sum() == pytest.approx(1_854_000, abs=0.05)
    assert (city.nodes["kind"] == "station").sum() == 83
    assert last["household_id"].nunique() == 3651
    assert 20_000 <= len(city.segments) <= 30_000


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("length_km", "stations"), SIZES)
def test_every_size_gives_a_sound_network_that_serves_all_its_buildings(
    length_km: float, stations: int, seed: int
) -> None:
    city = make_city(length_km=length_km, stations=stations, rng=seed)
    network = city.network
    assert network.length_m.sum() == pytest.approx(1000 * length_km, abs=0.05)
    assert len(network.station_nodes) == stations
    assert len(network.source_nodes) >= 1
    assert np.isfinite(supply_paths(network).resistance[network.building_nodes]).all()  # closed valves stay closed
    findings = check_network(network)
    doubtful = findings[findings["severity"] != "note"]
    assert set(doubtful["rule"]) <= {"near_duplicate_node"}  # mains that cross on the drawing
    for name, table in city.tables.items():
        assert list(table.columns) == [column.name for column in TABLES[name].columns]


def test_the_tables_are_in_standard_form(city: City) -> None:
    for name, table in city.tables.items():
        read = conform(table, TABLES[name])
        if name == "visits":  # households become running numbers: as many, and the same visits in each
            doors, numbers = pd.factorize(table["household_id"])[0], pd.factorize(read["household_id"])[0]
            assert len(set(zip(doors, numbers, strict=True))) == len(set(doors)) == len(set(numbers))
            read = read.assign(household_id=table["household_id"])
        pd.testing.assert_frame_equal(_without_missing_text(read), _without_missing_text(table), check_exact=True)


def test_records_name_only_what_is_in_the_network(city: City) -> None:
    network = city.network
    assert (network.asset_positions(city.faults["asset_id"].dropna()) >= 0).all()
    assert (network.asset_positions(city.works["asset_id"]) >= 0).all()
    assert city.works["asset_id"].notna().all()
    buildings = network.node_positions(city.visits["building_id"])
    assert (network.node_kind[buildings] == BUILDING).all()
    assert set(city.makeup["station_id"]) == set(network.node_ids[network.station_nodes])
    assert set(city.digs["street"]) <= {*city.segments["street"], "*"}


def test_a_fault_without_asset_has_a_place(city: City) -> None:
    unplaced = city.faults["asset_id"].isna()
    assert 0 < unplaced.sum() < 0.03 * len(city.faults)
    assert (city.faults["x_m"].notna() == unplaced).all()
    assert (city.faults["y_m"].notna() == unplaced).all()


def test_the_same_seed_gives_the_same_city_and_another_seed_another_one() -> None:
    one = make_city(length_km=30, stations=2, rng=7)
    again = make_city(length_km=30, stations=2, rng=np.random.default_rng(7))
    assert_same_tables(one, again)
    pd.testing.assert_frame_equal(one.truth.fault_rate, again.truth.fault_rate)
    other = make_city(length_km=30, stations=2, rng=8)
    assert not one.segments["length_m"].head(20).equals(other.segments["length_m"].head(20))


def test_the_truth_stands_in_no_table(city: City) -> None:
    standard = {name: [column.name for column in spec.columns] for name, spec in TABLES.items()}
    assert {name: list(table.columns) for name, table in city.tables.items()} == standard
    rates = set(city.truth.fault_rate.to_numpy().ravel().tolist())
    for table in city.tables.values():
        for column in table.select_dtypes("float64"):
            assert not rates & set(table[column].dropna().tolist())


def test_faults_happen_as_often_as_the_true_rates_say(city: City) -> None:
    seasons = range(2016, 2026)
    expected = city.truth.fault_rate[list(seasons)].to_numpy()
    counts = season_of(city.faults["found_on"])
    in_summer = (city.faults["found_by"] == "test") & city.faults["found_on"].dt.month.isin([9, 10])
    counts = counts.value_counts().reindex(list(seasons), fill_value=0)
    assert in_summer.sum() > 0
    total = expected.sum()
    assert abs(len(city.faults) - total) < 5 * np.sqrt(total)
    assert counts.between(60, 230).all()
    worst = expected.mean(axis=1) >= np.quantile(expected.mean(axis=1), 0.9)
    known = city.faults["asset_id"].dropna()
    on_worst = worst[city.network.asset_positions(known)].sum()
    share = expected[worst].sum() / total
    assert abs(on_worst - share * len(known)) < 5 * np.sqrt(len(known) * share * (1 - share))


def test_faults_follow_age_and_ground(city: City) -> None:
    segments = city.segments.set_index("segment_id")
    per_km = city.truth.fault_rate[2016].loc[segments.index] / segments["length_m"]
    old, new = segments["laid_year"] < 1990, segments["laid_year"].between(2008, 2015)
    assert per_km[old].mean() > 3 * per_km[new].mean()
    wet = segments["is_flooded"].to_numpy(dtype=bool)
    assert per_km[wet].mean() > 1.5 * per_km[~wet].mean()


def test_a_fault_is_rarely_an_outage(city: City) -> None:
    is_outage = city.faults["outage_h"] > 0
    assert 0.15 < is_outage.mean() < 0.4
    assert (city.faults.loc[is_outage, "found_by"] == "operation").all()
    month = city.faults.loc[is_outage, "found_on"].dt.month
    assert month.isin([10, 11, 12, 1, 2, 3, 4]).all()


def _state_of_visits(city: City) -> pd.DataFrame:
    """Whether each visit was made behind something impaired, by walking every path in plain steps."""
    network, paths = city.network, supply_paths(city.network)
    visits = city.visits.assign(season=season_of(city.visits["visited_on"]).astype(int))
    visits = visits[visits["is_cold"].notna() & ~_in_late_start(visits)]
    impaired = {season: city.truth.is_impaired[season].to_numpy() for season in visits["season"].unique()}
    path = {
        building: paths.path_of(int(network.node_positions([building])[0])) for building in set(visits["building_id"])
    }
    behind = [
        bool(impaired[season][path[building]].any() or city.truth.is_building_troubled.loc[building, season])
        for building, season in zip(visits["building_id"], visits["season"], strict=True)
    ]
    return visits.assign(behind=behind)


def _in_late_start(visits: pd.DataFrame) -> pd.Series:
    return (visits["visited_on"].dt.month == 10) & visits["visited_on"].dt.day.between(15, 18)


def test_homes_are_cold_as_often_as_the_state_of_their_path_says() -> None:
    city = make_city(length_km=150, stations=8, visited_households=4000, rng=1)
    visits = _state_of_visits(city)
    for behind, probability in ((True, city.truth.p_impaired), (False, city.truth.p_clear)):
        cold = visits.loc[visits["behind"] == behind, "is_cold"].astype(bool)
        assert len(cold) > 500
        assert abs(cold.mean() - probability) < 4.5 * np.sqrt(probability * (1 - probability) / len(cold))


def test_the_true_reasons_agree_with_the_visits(city: City) -> None:
    reason = city.truth.cold_reason.loc[city.visits["visit_id"]].to_numpy()
    cold = city.visits["is_cold"]
    assert ((reason != "") == cold.fillna(False))[cold.notna()].all()
    own = np.isin(reason, ["household", "building"])[reason != ""]
    assert 0.3 < own.mean() < 0.5  # roughly four in ten complaints are the household's own plant
    late = _in_late_start(city.visits).to_numpy()
    assert not (reason[~late] == "late start").any()
    assert cold[late].mean() > 2 * cold[~late].mean()


def test_some_visits_only_have_a_temperature(city: City) -> None:
    unsaid = city.visits["is_cold"].isna()
    assert 0 < unsaid.sum() < 0.1 * len(city.visits)
    assert city.visits.loc[unsaid, "room_temp_c"].notna().all()
    assert set(city.visits["channel"]) == {"home_visit", "hotline", "app", "sensor"}


def test_the_asked_number_of_households_is_visited_in_the_last_season() -> None:
    for wanted in (1, 37, 400):
        city = make_city(length_km=12, stations=1, visited_households=wanted, rng=2)
        last = city.visits[season_of(city.visits["visited_on"]) == 2025]
        assert last["household_id"].nunique() == wanted


def test_every_household_of_a_town_can_be_visited() -> None:
    everyone = int(make_city(length_km=3, stations=1, rng=5).truth.households.sum())
    city = make_city(length_km=3, stations=1, rng=5, visited_households=everyone)
    last = city.visits[season_of(city.visits["visited_on"]) == 2025]
    assert last["household_id"].nunique() == everyone


def test_households_behind_an_asset_are_those_whose_supply_path_holds_it(city: City) -> None:
    network = city.network
    households = np.zeros(network.n_nodes)
    households[network.building_nodes] = city.truth.households.to_numpy()
    expected = supply_paths(network).subtree_sum(households)
    np.testing.assert_array_equal(city.truth.households_behind.to_numpy(), expected)


def test_cleaning_and_balancing_end_an_impairment_for_the_next_season(city: City) -> None:
    treated = city.works[city.works["kind"].isin(["cleaning", "balancing"])]
    assert len(treated) > 100
    for asset, season in zip(treated["asset_id"], season_of(treated["done_on"]).astype(int), strict=True):
        assert not city.truth.is_impaired.loc[asset, season + 1]


def test_impairments_last_and_are_rare(city: City) -> None:
    impaired = city.truth.is_impaired.to_numpy()
    again = impaired[:, 1:][impaired[:, :-1]].mean()
    assert 0.5 < again < 0.7  # 0.7 without the cures of summer
    length = city.network.length_m
    share = (impaired[: len(length)] * length[:, None]).sum(axis=0) / length.sum()
    assert ((share > 0.004) & (share < 0.03)).all()


def test_a_renewal_of_the_whole_length_is_the_year_of_laying(city: City) -> None:
    segments = city.segments.set_index("segment_id")
    renewals = city.works[city.works["kind"] == "renewal"]
    length = segments.loc[renewals["asset_id"], "length_m"].to_numpy()
    whole = renewals[renewals["length_m"].to_numpy() >= length - 0.06]
    latest = whole.groupby("asset_id")["done_on"].max().dt.year
    laid = segments.loc[latest.index, "laid_year"]
    assert (laid == latest)[laid.notna()].all()
    assert 0.8 < (renewals.groupby(season_of(renewals["done_on"]))["length_m"].sum() / 37_080).mean() <= 1.0
    assert (segments["laid_year"].dropna() <= 2025).all()


def test_renewed_pipes_fail_less(city: City) -> None:
    renewals = city.works[(city.works["kind"] == "renewal") & (season_of(city.works["done_on"]) == 2019)]
    rate = city.truth.fault_rate.loc[renewals["asset_id"]]
    assert rate[2020].sum() < 0.5 * rate[2019].sum()
    usual = city.truth.fault_rate[2019].sum() / city.segments["length_m"].sum()
    assert rate[2019].sum() / renewals["length_m"].sum() > 1.5 * usual


def test_every_placed_fault_is_repaired(city: City) -> None:
    repairs = city.works[city.works["kind"] == "repair"]
    placed = city.faults.dropna(subset="asset_id")
    assert (
        repairs["asset_id"]
        .value_counts()
        .equals(placed["asset_id"].value_counts().reindex(repairs["asset_id"].value_counts().index))
    )


def test_no_record_is_later_than_the_spring_before_the_planned_summer(city: City) -> None:
    for table, column in (("faults", "found_on"), ("visits", "visited_on"), ("works", "done_on")):
        dates = city.tables[table][column]
        assert dates.min() >= pd.Timestamp("2016-10-15")
        assert dates.max() < pd.Timestamp("2026-06-01")


def test_digs_are_announced_for_the_planned_summer(city: City) -> None:
    digs = city.digs
    assert (digs["start_on"] >= pd.Timestamp("2026-05-01")).all()
    assert (digs["end_on"] <= pd.Timestamp("2026-09-30")).all()
    assert (digs["start_on"] <= digs["end_on"]).all()
    assert digs["is_ban"].any()
    assert not digs["is_ban"].all()


def test_make_up_water_is_a_sign_of_leaks(city: City) -> None:
    network = city.network
    ids = list(network.node_ids[network.station_nodes])
    x = network.nodes["x_m"].to_numpy(), network.nodes["y_m"].to_numpy()
    distance = sum((at[network.from_node][:, None] - at[network.station_nodes]) ** 2 for at in x)
    nearest = np.where(network.is_primary, -1, distance.argmin(axis=1))
    rate = city.truth.fault_rate[2025].to_numpy()[: network.n_segments]
    leaks = np.bincount(nearest[nearest >= 0], weights=rate[nearest >= 0], minlength=len(ids))
    water = city.makeup[city.makeup["season"] == 2025].set_index("station_id").loc[ids, "makeup_m3"]
    assert stats.spearmanr(leaks, water).statistic > 0.4


def test_diameters_belong_to_their_level_and_never_grow_downstream_behind_a_station(city: City) -> None:
    network, paths = city.network, supply_paths(city.network)
    primary, secondary = network.diameter_mm[network.is_primary], network.diameter_mm[~network.is_primary]
    assert primary.min() >= 200
    assert primary.max() <= 1400
    assert secondary.min() >= 40
    assert secondary.max() <= 600
    segment = np.arange(network.n_segments)
    before = paths.parent_asset[segment]
    follows = ~network.is_primary & (before >= 0) & (before < network.n_segments)
    assert (network.diameter_mm[follows] <= network.diameter_mm[before[follows]]).all()


def test_some_valves_are_stuck_and_some_are_closed_ties(city: City) -> None:
    valves, network = city.valves, city.network
    assert 0.03 < 1 - valves["is_operable"].mean() < 0.12
    closed = ~network.valve_open
    on_primary = network.is_primary[network.valve_segment]
    assert (closed & on_primary).sum() >= 3
    assert (closed & ~on_primary).sum() >= 20
    assert network.valve_operable[closed & ~on_primary].all()
    assert not valves.duplicated(["segment_id", "node_id"]).any()


def test_a_few_segments_are_listed_as_a_supply_and_a_return_row(city: City) -> None:
    segments = city.segments
    supply, back = segments[segments["line"] == "supply"], segments[segments["line"] == "return"]
    assert 0.01 < len(back) / len(segments) < 0.02
    pairs = supply.merge(back, on=["from_node", "to_node"])
    assert len(pairs) == len(supply) == len(back)
    assert ((pairs["length_m_x"] - pairs["length_m_y"]).abs() < 0.25).all()
    assert (pairs["diameter_mm_x"] == pairs["diameter_mm_y"]).all()


def test_segments_are_as_long_as_the_map_allows(city: City) -> None:
    network = city.network
    nodes = network.nodes
    x, y = nodes["x_m"].to_numpy(), nodes["y_m"].to_numpy()
    straight = np.hypot(x[network.from_node] - x[network.to_node], y[network.from_node] - y[network.to_node])
    assert (network.length_m >= straight - 0.4).all()
    assert (network.length_m <= 1.09 * straight + 2.0).all()


def test_buildings_have_20_to_200_households_and_some_gaps(city: City) -> None:
    buildings = city.nodes[city.nodes["kind"] == "building"]
    assert city.truth.households.between(20, 200).all()
    known = buildings.set_index("node_id")["households"].dropna()
    assert (known == city.truth.households.loc[known.index]).all()
    assert 0 < buildings["households"].isna().sum() < 0.01 * len(buildings)
    assert 0.02 < city.segments["laid_year"].isna().mean() < 0.04
    watts = 1000 * buildings["load_kw"] / buildings["area_m2"]
    assert watts.dropna().between(25, 60).all()


def test_the_seasons_can_be_chosen() -> None:
    city = make_city(length_km=20, stations=1, first_season=2022, last_season=2022, rng=4)
    assert set(season_of(city.visits["visited_on"])) == {2022.0}
    assert list(city.truth.fault_rate.columns) == [2022, 2023]
    assert (city.works["kind"] == "repair").all()
    assert (city.segments["laid_year"].dropna() <= 2021).all()
    assert (city.digs["start_on"].dt.year == 2023).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"stations": 0}, "at least one station"),
        ({"length_km": 80.0}, "too short for 83 stations"),
        ({"length_km": float("nan")}, "too short"),
        ({"first_season": 2026}, "lies before the first"),
        ({"length_km": 2.0, "stations": 1, "visited_households": 100_000}, "cannot be visited"),
        ({"length_km": 2.0, "stations": 1, "visited_households": 0}, "cannot be visited"),
    ],
)
def test_what_cannot_be_drawn_is_refused(settings: dict[str, float], message: str) -> None:
    with pytest.raises(HeatnetError, match=message):
        make_city(**settings)  # type: ignore[arg-type]


def test_shuffled_tables_are_the_same_network() -> None:
    city = make_city(length_km=12, stations=1, rng=6)
    shuffled = Network(
        city.nodes.sample(frac=1, random_state=0),
        city.segments.sample(frac=1, random_state=1),
        city.valves.sample(frac=1, random_state=2),
    )
    assert shuffled.length_m.sum() == pytest.approx(12_000)


def test_names_of_places_are_all_different() -> None:
    names = place_names(4000)
    assert len(set(names)) == len(names) == 4000


@st.composite
def parents(draw: st.DrawFn) -> np.ndarray:
    size = draw(st.integers(1, 25))
    parent = np.array([draw(st.integers(-1, node - 1)) for node in range(size)])
    names = np.array(draw(st.permutations(range(size))))
    shuffled = np.full(size, -1)
    shuffled[names] = np.where(parent < 0, -1, names[parent])
    return shuffled


@settings(derandomize=True, deadline=None, max_examples=60)
@given(parents())
def test_sums_and_marks_on_trees_agree_with_walking_every_path(parent: np.ndarray) -> None:
    size = len(parent)
    behind, marks = np.zeros(size), np.arange(size) % 3 == 0
    marked = np.zeros(size, dtype=bool)
    for node in range(size):
        step = node
        while step >= 0:
            behind[step] += node
            marked[node] |= marks[step]
            step = parent[step]
    forest = forest_of(parent)
    np.testing.assert_array_equal(forest.sum_up(np.arange(size)), behind)
    np.testing.assert_array_equal(forest.spread_down(marks), marked)


def test_seasons_that_share_no_word_of_bits_walk_down_the_tree_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = make_city(length_km=12, stations=1, rng=3)
    monkeypatch.setattr(truth, "_BITS", 3)
    again = make_city(length_km=12, stations=1, rng=3)
    pd.testing.assert_frame_equal(drawn.visits, again.visits)
    pd.testing.assert_series_equal(drawn.truth.cold_reason, again.truth.cold_reason)


def test_the_largest_value_on_the_way_from_the_root_is_found() -> None:
    """Node 1 is the root, 0 and 2 hang on it, 3 on 0."""
    forest = forest_of(np.array([1, -1, 1, 0]))
    assert forest.most_on_path(np.array([0.0, 2.0, 5.0, 1.0])).tolist() == [2.0, 2.0, 5.0, 2.0]
    assert forest.spread_down(np.array([4, 1, 2, 8], dtype=np.uint32)).tolist() == [5, 1, 3, 13]
