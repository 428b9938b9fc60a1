"""Which is dug first: small inventories that every operator decides alike."""

from pathlib import Path

import pytest

import heatnet as hn

CASES = Path(__file__).parents[3] / "shared" / "cases" / "worth"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside the checkout")


def ranked(case: str):
    return hn.assess(hn.read_inventory(CASES / case), season=2026).ranking


def test_five_bursts_are_dug_before_one_cold_home_of_two() -> None:
    ranking = ranked("1_five_bursts_or_one_cold_home")
    assert ranking.loc["A", "rank"] < ranking.loc["B", "rank"]


def test_homes_of_twelve_degrees_weigh_well_above_those_of_seventeen() -> None:
    ranking = ranked("4_12_or_17_degrees")
    assert ranking.loc["A", "cold_risk"] > 1.5 * ranking.loc["B", "cold_risk"]


def test_of_two_equally_cold_the_one_that_has_burst_five_times_is_dug_first() -> None:
    ranking = ranked("8_equally_cold_one_has_burst_five_times")
    assert ranking.loc["A", "rank"] < ranking.loc["B", "rank"]


def test_an_outage_of_forty_hours_is_not_one_of_six() -> None:
    short, long = (ranked(f"9_outage_of_{hours}_h_repair_of_6_h").loc["O1", "outage_hours"] for hours in (6, 40))
    assert long > 2 * short
