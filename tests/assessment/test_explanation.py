"""Contributions add up, and a measurement's range of ranks holds the rank."""

import re
from pathlib import Path

import pytest

import heatnet as hn
from heatnet.inventory.reading import read_inventory


@pytest.fixture(scope="module")
def assessment() -> hn.Assessment:
    tables = read_inventory(Path(__file__).parents[2] / "fixtures" / "district")
    return hn.assess(tables.network, season=2026, visits=tables.visits, faults=tables.faults, works=tables.works)


def test_contributions_add_up_to_the_total_for_every_asset_of_the_district(assessment: hn.Assessment) -> None:
    for asset_id, row in assessment.ranking.iterrows():
        told = hn.explain(assessment, str(asset_id))
        assert told.contributions.sum() == pytest.approx(row["risk"], rel=1e-9, abs=1e-9)
        assert told.contributions["visits behind it"] == row["cold_risk"]


def test_the_rank_lies_within_the_ranks_of_every_measurement(assessment: hn.Assessment) -> None:
    for asset_id in assessment.ranking.index[:100]:
        told = hn.explain(assessment, asset_id)
        ratio = assessment.ranking.loc[asset_id, "ratio"]
        assert (told.measurements["ratio_low"] <= ratio * (1 + 1e-9)).all()
        assert (told.measurements["ratio_high"] >= ratio * (1 - 1e-9)).all()
        assert (told.measurements["rank_low"] <= told.rank).all()


def test_more_own_faults_than_expected_count_for_the_asset_and_fewer_against_it(assessment: hn.Assessment) -> None:
    ranking = assessment.ranking[assessment.ranking["outage_hours"] > 0]
    most = ranking["past_faults"].idxmax()
    assert hn.explain(assessment, most).contributions["its own faults"] > 0
    silent = ranking[ranking["past_faults"] == 0].index[0]
    assert hn.explain(assessment, silent).contributions["its own faults"] < 0


def test_the_text_tells_rank_reason_and_what_to_measure(assessment: hn.Assessment) -> None:
    first = assessment.ranking.index[0]
    text = hn.explain(assessment, first).text
    assert text.startswith(f"{first} is number 1: its renewal is worth")
    assert assessment.ranking.loc[first, "reason"] in text
    assert "To know its" in text


def test_an_unknown_asset_is_refused(assessment: hn.Assessment) -> None:
    with pytest.raises(hn.HeatnetError, match="not in the ranking"):
        hn.explain(assessment, "nowhere")


def test_the_text_speaks_the_language_asked_for(assessment: hn.Assessment) -> None:
    first = assessment.ranking.index[0]
    text = hn.explain(assessment, first, language="zh").text
    assert text.startswith(f"{first} 排名第1")
    assert not re.search("[A-Za-z]{3,} [A-Za-z]{3,}", text)
