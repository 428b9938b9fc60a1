import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.errors import HeatnetError
from heatnet.failure import FailureModel, ageing_law, fit_failure_model
from heatnet.history.exposure import History, asset_seasons
from heatnet.network import Network
from tests.failure_simulation import Simulated, simulate

COLUMNS = ["faults_mean", "faults_low", "faults_high", "fault_prob"]


def street(**columns: object) -> Network:
    """Six pipes in a row, 100 m each, and a station at the end."""
    names = [f"N{i}" for i in range(7)]
    nodes = pd.DataFrame({"node_id": names, "kind": ["source", *["junction"] * 5, "station"]})
    nodes["x_m"], nodes["y_m"] = np.arange(7) * 100.0, 0.0
    segments = pd.DataFrame(
        {
            "segment_id": [f"S{i}" for i in range(6)],
            "from_node": names[:-1],
            "to_node": names[1:],
            "length_m": 100.0,
            "diameter_mm": 200.0,
            "laid_year": 2000.0,
        }
        | columns
    )
    return Network(nodes, segments)


def faults_on(*rows: tuple[str, str]) -> pd.DataFrame:
    days, assets = zip(*rows, strict=True) if rows else ((), ())
    ids = [f"F{i}" for i in range(len(rows))]
    return pd.DataFrame(
        {"fault_id": ids, "found_on": pd.to_datetime(pd.Series(days, dtype=object)), "asset_id": assets}
    )


def history_of(
    network: Network, faults: pd.DataFrame | None, first: int = 2010, last: int = 2019, **more: object
) -> History:
    return asset_seasons(network, faults, first_season=first, last_season=last, **more)  # type: ignore[arg-type]


def forecast(network: Network, faults: pd.DataFrame | None, **more: object) -> pd.DataFrame:
    return fit_failure_model(history_of(network, faults, **more)).expected_faults(network, season=2020)


def fitted(made: Simulated) -> FailureModel:
    return fit_failure_model(
        asset_seasons(made.network, made.faults, first_season=made.first_season, last_season=made.last_season)
    )


def test_the_ageing_law_is_early_defects_then_quiet_then_wear_and_is_capped() -> None:
    # By hand: 0.05 * 0.2**-0.2, 0.05, 0.05 * 2**(0.5 e - 1), 0.05 * 3**(0.5 e**1.5 - 1).
    assert ageing_law(np.array([2.0, 17.0, 20.0, 30.0])).round(4).tolist() == [0.069, 0.05, 0.0641, 0.1954]
    assert ageing_law(np.array([0.0, -3.0])).tolist() == ageing_law(np.array([1.0, 1.0])).tolist()
    assert ageing_law(np.array([50.0])) == ageing_law(np.array([30.0]))


def test_without_records_the_forecast_is_the_ageing_law() -> None:
    network = street(
        line=["pair", "supply", "return", "pair", "pair", "pair"], laid_year=[2010, 2010, 2010, 1980, 2018, None]
    )
    mean = forecast(network, None)["faults_mean"]
    law = ageing_law(np.array([10.0, 10.0, 10.0, 40.0, 2.0])) * 0.1 * [2, 1, 1, 2, 2]
    assert mean.iloc[:5].to_numpy() == pytest.approx(law)
    assert mean["N6"] == pytest.approx(0.03)


def test_where_no_age_is_known_the_law_is_averaged_over_ages_to_50() -> None:
    mean = forecast(street(laid_year=None), None)["faults_mean"]
    assert mean["S5"] == pytest.approx(2 * 0.1 * ageing_law(np.arange(1.0, 51.0)).mean())


def test_an_unknown_laying_year_is_taken_at_the_mean_of_the_known_ones() -> None:
    network = street(laid_year=[2000, 2000, 2000, None, 1960, 1960])
    mean = forecast(network, faults_on())["faults_mean"]
    assert mean["S0"] < mean["S3"] < mean["S4"]


@pytest.mark.parametrize("count", [0, 1, 5, 50])
def test_few_faults_leave_an_honest_estimate(count: int) -> None:
    network = street()
    rows = [(f"{2011 + i % 9}-01-01", f"S{i % 6}") for i in range(count)]
    told = forecast(network, faults_on(*rows))
    assert np.isfinite(told.to_numpy()).all()
    assert (told["faults_low"] <= told["faults_mean"]).all()
    assert (told["faults_mean"] <= told["faults_high"]).all()
    assert told["fault_prob"].between(0, 1).all()
    pipes = told["faults_mean"].iloc[:6].sum()
    by_law = 6 * 2 * 0.1 * float(ageing_law(np.array([20.0]))[0])
    per_season = count / 10
    assert min(by_law, per_season) <= pipes <= 1.2 * max(by_law, per_season)


def test_more_faults_in_the_city_raise_every_estimate_step_by_step() -> None:
    network = street()
    rows = [(f"{2011 + i % 9}-01-01", f"S{i % 6}") for i in range(60)]
    sums = [forecast(network, faults_on(*rows[:count]))["faults_mean"].sum() for count in (0, 1, 5, 20, 60)]
    assert sums == sorted(sums)


def test_the_index_is_every_asset_in_the_order_of_the_network() -> None:
    network = street()
    told = forecast(network, faults_on(("2015-01-01", "S3")))
    assert told.index.equals(network.asset_ids)
    assert told.index.name == "asset_id"
    assert told.columns.tolist() == [*COLUMNS, "faults_of_kind", "own_factor", "surroundings_factor"]


def test_the_mean_is_the_product_of_its_factors() -> None:
    told = forecast(street(), faults_on(("2015-01-01", "S3")))
    product = told["faults_of_kind"] * told["own_factor"] * told["surroundings_factor"]
    np.testing.assert_allclose(told["faults_mean"], product, rtol=1e-12)
    assert told["own_factor"]["S3"] > 1


def test_past_faults_raise_their_pipe_and_less_so_its_neighbours() -> None:
    mean = forecast(street(), faults_on(("2017-01-01", "S0"), ("2018-01-01", "S0")))["faults_mean"]
    assert mean["S0"] > 1.2 * mean["S1"]
    assert mean["S1"] > mean["S5"]


def test_neighbours_on_the_same_street_speak_where_coordinates_are_missing() -> None:
    network = street(street=["a", "a", "a", "b", "b", "b"])
    nodes = network.nodes.drop(columns=["x_m", "y_m"])
    blind = Network(nodes, network.segments)
    mean = forecast(blind, faults_on(("2017-01-01", "S0"), ("2018-01-01", "S0")))["faults_mean"]
    assert mean["S1"] > mean["S4"]


def test_an_old_fault_weighs_less_than_a_recent_one() -> None:
    mean = forecast(street(), faults_on(("1991-01-01", "S0"), ("2019-01-01", "S5")), first=1990)["faults_mean"]
    later = forecast(street(laid_year=1980.0), faults_on(("1991-01-01", "S0"), ("2019-01-01", "S5")), first=1990)
    assert mean["S5"] > mean["S0"]
    assert later["faults_mean"]["S5"] > later["faults_mean"]["S0"] > later["faults_mean"]["S2"]


def test_a_stub_with_one_fault_is_not_the_worst_pipe() -> None:
    network = street(length_m=[3.0, 400.0, 400.0, 400.0, 400.0, 400.0])
    rows = [("2015-01-01", "S0")] + [(f"{2011 + i}-01-01", f"S{1 + i % 5}") for i in range(8)]
    mean = forecast(network, faults_on(*rows))["faults_mean"]
    assert mean["S0"] < mean.drop("S0").min()


def test_a_whole_renewal_wipes_the_past_and_a_repair_does_not() -> None:
    rows = faults_on(*[(f"{2011 + i}-01-01", "S0") for i in range(5)])
    work = {"work_id": ["W"], "asset_id": ["S0"], "done_on": pd.to_datetime(["2018-07-01"])}
    plain = forecast(street(), rows)["faults_mean"]["S0"]
    repaired = forecast(street(), rows, works=pd.DataFrame(work | {"kind": "repair"}))["faults_mean"]["S0"]
    half = forecast(street(), rows, works=pd.DataFrame(work | {"kind": "renewal", "length_m": 50.0}))["faults_mean"][
        "S0"
    ]
    whole = forecast(street(), rows, works=pd.DataFrame(work | {"kind": "renewal"}))["faults_mean"]["S0"]
    assert repaired == plain
    assert whole < half < plain


def test_make_up_water_raises_the_leaking_net() -> None:
    nodes = pd.DataFrame(
        {"node_id": ["Q", "H", "K", *"abcdefgh"], "kind": ["source", "station", "station", *["building"] * 8]}
    )
    segments = pd.DataFrame(
        {
            "segment_id": [f"S{i}" for i in range(10)],
            "from_node": ["Q", "Q", *["H"] * 4, *["K"] * 4],
            "to_node": ["H", "K", *"abcdefgh"],
            "length_m": 300.0,
            "diameter_mm": 100.0,
            "level": ["primary", "primary", *["secondary"] * 8],
            "laid_year": 1990.0,
        }
    )
    makeup = pd.DataFrame({"station_id": ["H", "K"], "season": 2015, "makeup_m3": [9000.0, 100.0]})
    rows = faults_on(*[(f"{2011 + i % 9}-01-{1 + i // 9:02d}", f"S{2 + i % 4}") for i in range(24)])
    network = Network(nodes, segments)
    with_water = forecast(network, rows, makeup=makeup)["faults_mean"]
    without = forecast(network, rows)["faults_mean"]
    assert with_water["S2"] / with_water["S6"] > without["S2"] / without["S6"]


def test_no_record_of_the_season_or_later_reaches_the_forecast() -> None:
    network = street()
    early = faults_on(("2012-01-01", "S0"), ("2014-01-01", "S1"))
    late = faults_on(*[("2018-01-01", "S2")] * 5)
    work = {"work_id": ["W"], "asset_id": ["S0"], "done_on": pd.to_datetime(["2017-07-01"])}
    known = pd.concat([early, late], ignore_index=True).assign(fault_id=[f"F{place}" for place in range(7)])
    everything = history_of(network, known, works=pd.DataFrame(work))
    told = fit_failure_model(everything).expected_faults(network, season=2016)
    then = fit_failure_model(history_of(network, early, last=2015)).expected_faults(network, season=2016)
    pd.testing.assert_frame_equal(told, then, check_exact=True)


def test_forecasts_do_not_depend_on_the_order_of_rows() -> None:
    made = simulate(3, n=60)
    network = made.network
    shuffled = Network(network.nodes.sample(frac=1, random_state=1), network.segments.sample(frac=1, random_state=2))
    told = fitted(made).expected_faults(network, season=2020)
    again = fit_failure_model(
        history_of(shuffled, made.faults.sample(frac=1, random_state=3), made.first_season, made.last_season)
    ).expected_faults(shuffled, season=2020)
    pd.testing.assert_frame_equal(told, again.loc[told.index], check_exact=True)


def test_columns_that_are_missing_or_empty_change_nothing() -> None:
    made = simulate(4, n=60)
    empty = made.network.segments.assign(soil_corrosion=None, wall_mm=np.nan, insulation=None)
    nodes = made.network.nodes
    told = fitted(made).expected_faults(made.network, season=2020)
    lean = Network(nodes, empty)
    again = fit_failure_model(history_of(lean, made.faults, made.first_season, made.last_season))
    pd.testing.assert_frame_equal(told, again.expected_faults(lean, season=2020), check_exact=True)


def test_an_unseen_class_lies_at_the_mean_of_the_others() -> None:
    made = simulate(5, n=300)
    model = fitted(made)
    ids = made.network.segments["segment_id"] + "new"
    one = made.network.segments.assign(segment_id=ids, length_m=100.0, diameter_mm=200.0, laid_year=1990.0)
    means = {}
    for word in ("bad", "good", "never seen"):
        other = Network(made.network.nodes.drop(columns=["x_m", "y_m"]), one.assign(material=word, street=None))
        means[word] = model.expected_faults(other, season=2020)["faults_mean"].iloc[0]
    assert means["good"] < means["never seen"] < means["bad"]


def test_known_parameters_are_recovered_from_a_long_record() -> None:
    made = simulate(11, n=4000, seasons=15)
    model = fitted(made)
    factor = model.effects()["factor"]
    assert factor["material", "bad"] / factor["material", "good"] == pytest.approx(3.0, rel=0.15)
    assert np.exp(model.memory.parameters[0]) == pytest.approx(0.8, rel=0.35)
    told = model.expected_faults(made.network, season=made.last_season + 1).loc[made.truth.index, "faults_mean"]
    length = made.network.length_m
    by_length = pd.DataFrame({"told": told, "truth": made.truth}).groupby(pd.qcut(length, 3), observed=True).sum()
    ratio = (by_length["told"] / by_length["truth"]).to_numpy()
    assert ratio / ratio.mean() == pytest.approx(np.ones(3), abs=0.15)
    assert np.corrcoef(np.log(told), np.log(made.truth))[0, 1] > 0.6


@pytest.mark.parametrize("size", [{}, {"n": 150, "seasons": 5}, {"n": 60, "seasons": 8}, {"n": 300, "rate": 0.1}])
def test_intervals_hold_the_true_rate_nine_times_out_of_ten(size: dict[str, float]) -> None:
    inside = []
    for seed in range(8):
        made = simulate(seed, **size)  # type: ignore[arg-type]
        told = fitted(made).expected_faults(made.network, season=made.last_season + 1).loc[made.truth.index]
        inside.append(((told["faults_low"] <= made.truth) & (made.truth <= told["faults_high"])).mean())
    assert 0.85 <= np.mean(inside) <= 0.95


def test_the_probability_of_a_fault_is_that_of_faults_drawn_from_the_rate() -> None:
    told = forecast(street(), faults_on(("2015-01-01", "S0")))
    assert (told["fault_prob"] < told["faults_mean"]).all()
    assert (told["fault_prob"] > 0.5 * told["faults_mean"]).all()


found = st.tuples(st.integers(2011, 2019), st.sampled_from(["S0", "S1", "S2", "S3", "S4", "S5", "N6"]))


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.lists(found, max_size=12), found, st.integers(0, 1000))
def test_one_more_fault_never_lowers_the_estimate_of_its_asset(
    rows: list[tuple[int, str]], more: tuple[int, str], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    network = street(
        length_m=rng.uniform(20, 600, 6),
        laid_year=rng.choice([1970.0, 1990.0, 2005.0, np.nan], 6),
        material=rng.choice(["a", "b"], 6),
    )
    before = faults_on(*[(f"{year}-02-01", asset) for year, asset in rows])
    after = faults_on(*[(f"{year}-02-01", asset) for year, asset in [*rows, more]])
    means = [forecast(network, faults)["faults_mean"][more[1]] for faults in (before, after)]
    assert means[1] >= means[0] * (1 - 1e-9)


def test_renaming_the_assets_changes_nothing() -> None:
    made = simulate(6, n=50)
    renamed = made.network.segments.assign(segment_id="X" + made.network.segments["segment_id"])
    other = Network(made.network.nodes, renamed)
    faults = made.faults.assign(asset_id="X" + made.faults["asset_id"])
    told = fitted(made).expected_faults(made.network, season=2020)
    again = fit_failure_model(history_of(other, faults, made.first_season, made.last_season)).expected_faults(
        other, season=2020
    )
    assert again.to_numpy() == pytest.approx(told.to_numpy(), rel=1e-6)


def test_networks_fitted_together_share_what_their_classes_have_in_common() -> None:
    rich, poor = simulate(7, n=500), simulate(8, n=40, seasons=3)
    histories = [history_of(made.network, made.faults, made.first_season, made.last_season) for made in (rich, poor)]
    together, alone = fit_failure_model(histories), fit_failure_model(histories[1])
    ratio = {}
    for name, model in (("together", together), ("alone", alone)):
        factor = model.effects()["factor"]
        ratio[name] = factor["material", "bad"] / factor["material", "good"]
    assert abs(np.log(ratio["together"] / 3)) < abs(np.log(ratio["alone"] / 3))
    told = together.expected_faults(poor.network, season=poor.last_season + 20)
    assert np.isfinite(told.to_numpy()).all()


def test_a_network_unknown_to_the_history_has_no_past_of_its_own() -> None:
    model = fit_failure_model(history_of(street(), faults_on(*[("2018-01-01", "S0")] * 3)))
    renamed = Network(
        street().nodes.replace("N6", "M6"), street().segments.assign(segment_id=list("abcdef")).replace("N6", "M6")
    )
    mean = model.expected_faults(renamed, season=2020)["faults_mean"]
    assert mean.iloc[:6].to_numpy() == pytest.approx(np.full(6, mean.iloc[0]))


def test_a_few_old_faults_do_not_make_the_seasons_since_then_recorded() -> None:
    made = simulate(9, n=200, rate=3.0)
    old = faults_on(("1981-01-01", "S0003")).assign(fault_id="old")
    everything = pd.concat([made.faults, old])
    plain = fitted(made).expected_faults(made.network, season=2020)["faults_mean"]
    told = fit_failure_model(history_of(made.network, everything, 1980, made.last_season))
    assert told.expected_faults(made.network, season=2020)["faults_mean"].sum() == pytest.approx(plain.sum(), rel=0.1)


def test_the_summary_says_what_was_learned_and_what_cannot_be_told() -> None:
    text = fitted(simulate(7, n=500)).summary()
    assert "material bad raises the rate" in text
    assert "material good lowers the rate" in text
    assert "insulation" in text.split("Not on the inventory")[1]
    none = fit_failure_model(history_of(street(), None)).summary()
    assert "Nothing has been learned from faults" in none


def test_a_model_needs_a_history() -> None:
    with pytest.raises(HeatnetError, match="asset_seasons"):
        fit_failure_model([])


def test_everything_has_a_short_name_in_words() -> None:
    model = fit_failure_model(history_of(street(), faults_on(("2015-01-01", "S0"))))
    assert repr(model) == "FailureModel(1 histories, 1 faults, until season 2019)"
    assert repr(model.histories[0]) == "History(7 assets, seasons 2010 to 2019, 1 faults, 0 records set aside)"
    assert repr(model.statistics) == "FailureStatistics(2 cohorts, 10 seasons, 1 faults)"
