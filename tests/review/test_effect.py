"""Did the cures hold: the effect is found where it is, and not where it is not."""

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
    told = measured(draw(6, 0.2)).loc["faults"]
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


def test_settings_are_learned_as_far_as_the_interval_is_narrow() -> None:
    def effect(low: float, high: float) -> CureEffect:
        row = ("cleaning", "impaired", "all", (low + high) / 2, low, high, 60, "helped")
        columns = ["measure", "outcome", "diameter", "ratio", "low", "high", "cases", "verdict"]
        return CureEffect(pd.DataFrame([row], columns=columns), 0.6, (2025,))

    # believed: half is left, give or take a quarter; seen: 0.2 give or take 0.1/3.29*2
    seen = (0.2 / 3.29) ** 2
    weight = 0.25**2 / (0.25**2 + seen)
    learned = effect(0.1, 0.3).settings()
    assert learned.values.clean_removes == pytest.approx(1 - (0.5 + weight * (0.2 - 0.5)))
    assert learned.persistence == 0.6
    assert learned.values.renew_removes == Settings().values.renew_removes
    vague = effect(0.0, 10.0).settings().values.clean_removes
    assert abs(vague - 0.5) < 0.05


def test_no_season_is_refused() -> None:
    with pytest.raises(hn.HeatnetError, match="seasons is empty"):
        cure_effect(hn.examples.line(), seasons=[])


def test_without_records_nothing_can_be_told() -> None:
    effect = cure_effect(hn.examples.line(), seasons=[2024])
    assert set(effect.table["verdict"]) == {"cannot tell yet"}
    assert set(effect.table["outcome"]) == {"faults", "impaired", "cold_share"}
