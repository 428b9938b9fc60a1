"""Did the cures hold: the effect is found where it is, and not where it is not."""

import numpy as np
import pandas as pd
import pytest

import heatnet as hn
from benchmarks.effects import draw, measured
from heatnet.review import CureEffect, cure_effect
from heatnet.value import Settings


def test_a_useless_cure_of_the_worst_is_not_praised_though_the_winter_after_is_far_better() -> None:
    told = measured(draw(7, 1.0))
    assert told.loc["faults", "plain"] < 0.5  # regression to the mean
    assert told.loc["faults", "holds"]
    assert "helped" not in set(told["verdict"])


def test_a_true_cure_is_found() -> None:
    told = measured(draw(8, 0.2)).loc["faults"]
    assert told["holds"]
    assert told["verdict"] == "helped"


def test_the_order_of_rows_does_not_matter() -> None:
    drawn = draw(3, 0.2, km=10.0)
    works = drawn.tables["works"].assign(kind="cleaning")
    given = cure_effect(drawn.network, works, drawn.tables["faults"], drawn.tables["visits"], seasons=drawn.seasons)
    network = drawn.network
    other = hn.Network(network.nodes[::-1], network.segments[::-1], network.valves[::-1])
    again = cure_effect(
        other, works[::-1], drawn.tables["faults"][::-1], drawn.tables["visits"][::-1], seasons=drawn.seasons[::-1]
    )
    pd.testing.assert_frame_equal(given.table, again.table, rtol=1e-9)
    assert given.cured == again.cured
    assert given.faults_left == pytest.approx(again.faults_left) or np.isnan(given.faults_left)


COLUMNS = ["measure", "outcome", "diameter", "ratio", "low", "high", "cases", "verdict"]


def effect_of(*rows: tuple[str, str, float, float, float], faults_left: float = float("nan")) -> CureEffect:
    """An effect whose table has these rows: measure, outcome, ratio, low, high."""
    full = [(measure, outcome, "all", *numbers, 60, "") for measure, outcome, *numbers in rows]
    cured = {"renewal": ("p", "q"), "cleaning": ("r",), "balancing": (), "repair": ()}
    return CureEffect(pd.DataFrame(full, columns=COLUMNS), 0.6, (2025,), faults_left, cured)


def test_settings_are_learned_as_far_as_the_interval_is_narrow() -> None:
    # believed: half is left, give or take a quarter; seen: 0.2 give or take 0.1/3.29*2
    seen = (0.2 / 3.29) ** 2
    weight = 0.25**2 / (0.25**2 + seen)
    learned = effect_of(("cleaning", "impaired", 0.2, 0.1, 0.3)).settings()
    assert learned.values.clean_removes == pytest.approx(1 - (0.5 + weight * (0.2 - 0.5)))
    assert learned.persistence == 0.6
    assert learned.values.renew_removes == Settings().values.renew_removes
    assert learned.values.renew_faults == Settings().values.renew_faults
    vague = effect_of(("cleaning", "impaired", 5.0, 0.0, 10.0)).settings().values.clean_removes
    assert abs(vague - 0.5) < 0.05


def test_cleanings_and_balancings_teach_one_number_each_by_its_own_interval() -> None:
    # three beliefs as wide as each other: 0.5, 0.2 and 0.8; their mean is left
    wide = 0.25 * 3.29
    learned = effect_of(
        ("cleaning", "impaired", 0.2, 0.0, wide), ("balancing", "impaired", 0.8, 0.1, 0.1 + wide)
    ).settings()
    assert learned.values.clean_removes == pytest.approx(1 - (0.5 + 0.2 + 0.8) / 3)


def test_renewals_that_leave_what_the_model_foresaw_change_nothing() -> None:
    as_foreseen = effect_of(("renewal", "faults", 0.3, 0.2, 0.4), faults_left=0.3).settings()
    assert as_foreseen.values.renew_faults == pytest.approx(1.0)
    # twice as many, known to 0.1/0.3/3.29*2: believed 1 give or take a quarter
    seen = (0.2 / 0.3 / 3.29) ** 2
    twice = effect_of(("renewal", "faults", 0.6, 0.5, 0.7), faults_left=0.3).settings()
    assert twice.values.renew_faults == pytest.approx(1 + 0.25**2 / (0.25**2 + seen))


def test_renewals_that_leave_illness_remove_less_of_it() -> None:
    seen = (0.2 / 3.29) ** 2
    learned = effect_of(("renewal", "impaired", 0.4, 0.3, 0.5)).settings()
    assert learned.values.renew_removes == pytest.approx(1 - 0.25**2 / (0.25**2 + seen) * 0.4)


def ranking() -> pd.DataFrame:
    """Renewing p was to avoid three quarters of its faults, q none; r was to be cleaned; s was left alone."""
    rows = {
        "p": (0.4, 0.1, 3000.0, 50.0, 800.0),
        "q": (0.1, 0.1, 0.0, 0.0, 200.0),
        "r": (0.2, 0.1, 500.0, 0.0, 600.0),
        "s": (9.0, 1.0, 9e6, 9e6, 9e6),
    }
    columns = ["faults_mean", "faults_after", "worth_faults", "worth_heat", "worth_cold"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def test_worth_seen_is_worth_foreseen_with_what_was_left_in_place_of_what_was_foreseen() -> None:
    told = effect_of(
        ("renewal", "faults", 0.5, 0.25, 1.0),
        ("renewal", "impaired", 0.1, 0.0, 0.4),
        ("cleaning", "impaired", 0.7, 0.2, 1.5),
    ).worth(ranking())
    # renewal: without any fault 3000/0.75 = 4000, without illness 1000, heat 50
    assert told.loc["renewal"].tolist() == pytest.approx(
        [2, 3000 + 50 + 1000, 2000 + 50 + 900, 0 + 50 + 600, 3000 + 50 + 1000]
    )
    # cleaning: half of 600 was foreseen; what came was 0.7, 1.5, 0.2 of the illness
    assert told.loc["cleaning"].tolist() == pytest.approx([1, 300, 180, -300, 480])
    assert told.loc["balancing"].tolist() == [0, 0, 0, 0, 0]


def test_worth_of_what_nobody_can_tell_is_open() -> None:
    told = effect_of(("renewal", "faults", 0.5, 0.25, 1.0)).worth(ranking()).loc["renewal"]
    assert told["foreseen"] == pytest.approx(4050)
    assert np.isnan(told["seen"])
    assert told["low"] == -np.inf


def test_a_ranking_without_worth_is_refused() -> None:
    with pytest.raises(hn.HeatnetError, match="worth_cold"):
        effect_of().worth(ranking().drop(columns="worth_cold"))


def test_no_season_is_refused() -> None:
    with pytest.raises(hn.HeatnetError, match="seasons is empty"):
        cure_effect(hn.examples.line(), seasons=[])


def test_without_records_nothing_can_be_told() -> None:
    effect = cure_effect(hn.examples.line(), seasons=[2024])
    assert set(effect.table["verdict"]) == {"cannot tell yet"}
    assert set(effect.table["outcome"]) == {"faults", "impaired", "cold_share"}
