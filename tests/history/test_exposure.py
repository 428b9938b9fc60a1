import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.errors import HeatnetError
from heatnet.graph.nearest import nearest_lines
from heatnet.history.exposure import History, asset_seasons
from heatnet.network import Network
from heatnet.season import season_end, season_of, season_start


def small_network(**columns: list[object]) -> Network:
    """A source, a station, and behind it two streets of pipes: P (primary), S and T (secondary)."""
    nodes = pd.DataFrame(
        {
            "node_id": ["Q", "H", "B", "C"],
            "kind": ["source", "station", "building", "building"],
            "x_m": [0.0, 1000.0, 1200.0, None],
            "y_m": [0.0, 0.0, 0.0, None],
            "built_year": [None, 2005, None, None],
        }
    )
    segments = pd.DataFrame(
        {
            "segment_id": ["P", "S", "T"],
            "from_node": ["Q", "H", "H"],
            "to_node": ["H", "B", "C"],
            "length_m": [1000.0, 200.0, 300.0],
            "diameter_mm": [400, 100, 100],
            "level": ["primary", "secondary", "secondary"],
            "laid_year": [1990, 2010, None],
        }
        | columns
    )
    return Network(nodes, segments)


def fault_table(*rows: tuple[str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "fault_id": [f"F{i}" for i in range(len(rows))],
            "found_on": pd.to_datetime([day for day, _ in rows]),
            "asset_id": [asset for _, asset in rows],
        }
    )


def work_table(*rows: tuple[str, str, str | None, float | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["asset_id", "done_on", "kind", "length_m"])
    return table.assign(work_id=[f"W{i}" for i in range(len(rows))], done_on=pd.to_datetime(table["done_on"]))


def reasons(history: History) -> dict[str, str]:
    return dict(zip(history.set_aside["row_id"], history.set_aside["reason"], strict=True))


def test_every_asset_counts_its_faults_in_the_season_of_their_date() -> None:
    faults = fault_table(("2012-10-14", "P"), ("2012-10-15", "P"), ("2013-10-14", "P"), ("2013-01-01", "H"))
    history = asset_seasons(small_network(), faults, first_season=2011, last_season=2013)
    assert history.counts.index.tolist() == ["P", "S", "T", "H"]
    assert history.counts.columns.tolist() == [2011, 2012, 2013]
    assert history.counts.loc["P"].tolist() == [1, 2, 0]
    assert history.counts.loc["H"].tolist() == [0, 1, 0]
    assert history.counts.loc["S"].tolist() == [0, 0, 0]


def test_exposure_is_km_for_segments_and_seasons_for_stations() -> None:
    history = asset_seasons(small_network(), fault_table(), first_season=2011, last_season=2012)
    assert history.exposure.loc["P"].tolist() == [1.0, 1.0]
    assert history.exposure.loc["S"].tolist() == pytest.approx([0.2, 0.2])
    assert history.exposure.loc["H"].tolist() == [1.0, 1.0]


def test_exposure_starts_with_the_laying_year_and_never_with_the_first_fault() -> None:
    faults = fault_table(("2012-12-01", "S"), ("2012-12-01", "T"))
    history = asset_seasons(small_network(), faults, first_season=2008, last_season=2012)
    # 1 January to 14 October 2010 are 287 of the 365 days of season 2009.
    assert history.seasons_at_risk.loc["S"].tolist() == pytest.approx([0.0, 287 / 365, 1.0, 1.0, 1.0])
    assert history.seasons_at_risk.loc["T"].tolist() == [1.0] * 5


def test_a_fault_before_laying_is_set_aside_with_a_finding() -> None:
    faults = fault_table(("2009-12-31", "S"), ("2010-01-01", "S"))
    history = asset_seasons(small_network(), faults, first_season=2008, last_season=2012)
    assert history.counts.loc["S"].sum() == 1
    assert reasons(history) == {"F0": "found_on lies before laid_year of its asset"}
    assert history.findings[["severity", "rule", "row_id"]].to_numpy().tolist() == [
        ["warning", "fault_before_laying", "F0"]
    ]


def test_records_that_name_nothing_known_are_set_aside_and_none_is_lost() -> None:
    faults = fault_table(
        ("2012-01-01", "X"), ("2012-01-01", None), (None, "P"), ("1999-01-01", "P"), ("2012-01-01", "P")
    )
    works = work_table(("X", "2012-01-01", "renewal", None), ("P", None, "renewal", None))
    history = asset_seasons(small_network(), faults, first_season=2010, last_season=2012, works=works)
    assert len(history.set_aside) == 6
    assert history.counts.to_numpy().sum() == 1
    assert reasons(history)["F1"] == "asset_id names no asset, no place"
    assert reasons(history)["F2"] == "found_on is empty; the row is set aside."
    assert reasons(history)["F3"] == "found_on lies outside the seasons 2010 to 2012"


def test_a_fault_with_a_place_only_belongs_to_the_nearest_segment_within_reach() -> None:
    faults = fault_table(("2012-01-01", None), ("2012-01-01", None), ("2012-01-01", "H"))
    faults["x_m"], faults["y_m"] = [480.0, 480.0, 1000.0], [20.0, 40.0, 0.0]
    history = asset_seasons(small_network(), faults, first_season=2011, last_season=2011)
    assert history.counts[2011].to_dict() == {"P": 1, "S": 0, "T": 0, "H": 1}
    assert reasons(history) == {"F1": "x_m lies more than 30 m from every segment"}


def test_faults_found_by_test_count_and_are_told_apart() -> None:
    faults = fault_table(("2012-01-01", "P"), ("2012-06-01", "P"), ("2012-07-01", "P"))
    faults["found_by"] = ["operation", "test", "inspection"]
    history = asset_seasons(small_network(), faults, first_season=2011, last_season=2011)
    assert history.counts.loc["P", 2011] == 3
    assert history.counts_by_test.loc["P", 2011] == 2


def test_a_whole_renewal_starts_a_new_life() -> None:
    faults = fault_table(("2011-01-01", "P"), ("2013-01-01", "P"))
    works = work_table(("P", "2012-04-15", "renewal", None))
    history = asset_seasons(small_network(), faults, first_season=2010, last_season=2013, works=works)
    lives = history.lives
    ended, current = len(history.assets), history.assets.index.get_loc("P")
    assert lives.laid_year[[ended, current]].tolist() == [1990.0, 2012.0]
    # 15 October 2011 to 14 April 2012 are 183 of the 366 days of season 2011.
    assert lives.seasons_at_risk[ended].tolist() == pytest.approx([1.0, 0.5, 0.0, 0.0])
    assert lives.seasons_at_risk[current].tolist() == pytest.approx([0.0, 0.5, 1.0, 1.0])
    assert lives.faults[[ended, current]].tolist() == [[1, 0, 0, 0], [0, 0, 1, 0]]
    assert history.seasons_at_risk.loc["P"].tolist() == pytest.approx([1.0] * 4)
    assert history.counts.loc["P"].tolist() == [1, 0, 1, 0]


def test_a_renewal_restarts_age_by_its_share_of_the_length() -> None:
    works = work_table(("P", "2010-07-01", "renewal", 250.0), ("S", "2015-07-01", "renewal", 9999.0))
    history = asset_seasons(small_network(), fault_table(), first_season=2010, last_season=2016, works=works)
    assert history.renewals["share"].tolist() == [0.25, 1.0]
    assert history.renewals["new_laid_year"].tolist() == [0.75 * 1990 + 0.25 * 2010, 2015.0]


@pytest.mark.parametrize("kind", ["repair", "cleaning", "balancing"])
def test_only_a_renewal_restarts_anything(kind: str) -> None:
    works = work_table(("P", "2010-07-01", kind, None))
    history = asset_seasons(small_network(), fault_table(), first_season=2010, last_season=2012, works=works)
    assert history.renewals.empty


def test_a_work_without_a_kind_is_a_renewal_with_a_finding() -> None:
    works = work_table(("P", "2011-07-01", None, None))
    history = asset_seasons(small_network(), fault_table(), first_season=2010, last_season=2012, works=works)
    assert len(history.renewals) == 1
    assert history.findings["rule"].tolist() == ["work_without_kind"]
    assert history.set_aside.empty


def test_a_renewal_that_the_laying_year_already_tells_is_not_counted_twice() -> None:
    works = work_table(("S", "2010-07-01", "renewal", None))
    history = asset_seasons(small_network(), fault_table(), first_season=2008, last_season=2012, works=works)
    assert history.renewals.empty


def test_without_records_nothing_was_at_risk_but_an_empty_table_is_a_record() -> None:
    unknown = asset_seasons(small_network(), None, first_season=2010, last_season=2012)
    faultless = asset_seasons(small_network(), fault_table(), first_season=2010, last_season=2012)
    assert unknown.exposure.to_numpy().sum() == 0.0
    assert faultless.exposure.to_numpy().sum() > 0.0


def test_make_up_water_is_spread_over_the_secondary_pipes_of_its_station() -> None:
    makeup = pd.DataFrame(
        {"station_id": ["H", "H", "?"], "season": [2010, 2011, 2010], "makeup_m3": [100.0, 50.0, 7.0]}
    )
    history = asset_seasons(small_network(), fault_table(), first_season=2010, last_season=2010, makeup=makeup)
    told = history.makeup.assign(asset=history.assets.index[history.makeup["asset"]])
    assert told.to_numpy().tolist() == [["S", 2010, 0.2], ["T", 2010, 0.2]]


def test_a_history_cut_at_a_season_is_the_history_built_then() -> None:
    faults = fault_table(("2011-01-01", "P"), ("2012-12-01", "P"), ("2013-01-01", "S"))
    works = work_table(("P", "2011-07-01", "renewal", None), ("P", "2012-11-01", "renewal", None))
    late = asset_seasons(small_network(), faults, first_season=2010, last_season=2013, works=works).until(2011)
    then = asset_seasons(small_network(), faults, first_season=2010, last_season=2011, works=works)
    pd.testing.assert_frame_equal(late.counts, then.counts)
    assert late.past_faults.to_dict() == late.counts.sum(axis=1).to_dict()
    assert late.past_seasons.to_dict() == (late.seasons_at_risk > 0).sum(axis=1).to_dict()
    pd.testing.assert_frame_equal(late.exposure, then.exposure)
    pd.testing.assert_frame_equal(late.renewals, then.renewals)


def test_the_table_has_a_row_for_every_asset_and_season_at_risk() -> None:
    faults = fault_table(("2011-01-01", "P"))
    table = asset_seasons(small_network(), faults, first_season=2009, last_season=2010).table()
    assert len(table) == 8
    assert table.loc[(table["asset_id"] == "P") & (table["season"] == 2010), "faults"].tolist() == [1]


def test_seasons_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(HeatnetError, match="swap"):
        asset_seasons(small_network(), fault_table(), first_season=2012, last_season=2008)


def test_a_table_without_its_columns_is_refused_by_name() -> None:
    with pytest.raises(HeatnetError, match="faults cannot be used:\n  - column found_on: is missing"):
        asset_seasons(small_network(), pd.DataFrame({"fault_id": ["1"]}), first_season=2010, last_season=2012)


def test_arguments_are_left_as_they_were() -> None:
    faults, works = fault_table(("2012-01-01", "P")), work_table(("P", "2011-07-01", None, None))
    before = faults.copy(), works.copy()
    asset_seasons(small_network(), faults, first_season=2010, last_season=2012, works=works)
    pd.testing.assert_frame_equal(faults, before[0])
    pd.testing.assert_frame_equal(works, before[1])


days = st.dates(pd.Timestamp("2008-01-01").date(), pd.Timestamp("2014-12-31").date())


@settings(derandomize=True, deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(days, st.sampled_from("PST")), max_size=6),
    st.lists(st.tuples(days, st.sampled_from("PST")), max_size=3),
)
def test_lives_agree_with_counting_day_by_day(
    found: list[tuple[object, str]], renewed: list[tuple[object, str]]
) -> None:
    network = small_network()
    faults = fault_table(*((str(day), asset) for day, asset in found))
    works = work_table(*((asset, str(day), "renewal", None) for day, asset in renewed))
    history = asset_seasons(network, faults, first_season=2009, last_season=2013, works=works)
    laid = dict(zip(["P", "S", "T"], [1990, 2010, -1], strict=True))
    for asset in "PST":
        for season in range(2009, 2014):
            year = pd.date_range(season_start(season), season_end(season))
            at_risk = float(np.mean(year.year >= laid[asset]))
            assert history.seasons_at_risk.loc[asset, season] == pytest.approx(at_risk, abs=1e-6)
            own = faults[(faults["asset_id"] == asset) & (faults["found_on"].dt.year >= laid[asset])]
            assert history.counts.loc[asset, season] == int((season_of(own["found_on"]) == season).sum())
    assert len(history.set_aside) + history.counts.to_numpy().sum() == len(faults)
    assert history.past_faults.to_dict() == history.counts.sum(axis=1).to_dict()
    assert history.past_seasons.to_dict() == (history.seasons_at_risk > 0).sum(axis=1).to_dict()


def test_a_line_without_coordinates_is_near_to_nothing() -> None:
    starts, ends = np.array([[np.nan, 0.0]]), np.array([[1.0, 0.0]])
    assert nearest_lines(np.array([[0.0, 0.0]]), starts, ends, within_m=10).tolist() == [-1]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(0, 10_000))
def test_the_nearest_line_agrees_with_trying_every_line(seed: int) -> None:
    rng = np.random.default_rng(seed)
    starts, ends = rng.uniform(0, 400, (2, 6, 2))
    places = rng.uniform(-50, 450, (4, 2))
    share = np.linspace(0, 1, 4001)[:, None]
    found = nearest_lines(places, starts, ends, within_m=60)
    for place, line in zip(places, found, strict=True):
        gaps = [np.hypot(*(a + (b - a) * share - place).T).min() for a, b in zip(starts, ends, strict=True)]
        assert line == (int(np.argmin(gaps)) if min(gaps) < 59.9 else line)
        assert line == -1 or gaps[line] <= 60.1


def test_make_up_water_of_what_is_no_station_is_set_aside_and_enters_nothing() -> None:
    nodes = pd.DataFrame({"node_id": ["A", "T", "B"], "kind": ["source", "station", "building"]})
    segments = pd.DataFrame(
        {
            "segment_id": ["p", "q"],
            "from_node": ["A", "T"],
            "to_node": ["T", "B"],
            "length_m": [100.0, 50.0],
            "diameter_mm": 100.0,
            "level": ["primary", "secondary"],
        }
    )
    makeup = pd.DataFrame({"station_id": ["T", "B", "nowhere"], "season": 2024, "makeup_m3": 5.0})
    history = asset_seasons(Network(nodes, segments), None, first_season=2020, last_season=2024, makeup=makeup)
    assert history.makeup["makeup_m3_per_m"].tolist() == [0.1]  # 5 m3 over the 50 m of q
    assert history.set_aside["row_id"].tolist() == ["B", "nowhere"]
    assert history.findings["rule"].tolist() == ["unknown_station"] * 2
