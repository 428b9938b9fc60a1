"""What a notebook shows: maps in a frame, cards of values; text is text."""

import html
from pathlib import Path

import pandas as pd
import pytest

import heatnet as hn
from tests.small_programme import assessed, planned, small_network


@pytest.fixture(scope="module")
def assessment() -> hn.Assessment:
    return assessed()


def test_a_ranking_is_a_map_in_a_frame(assessment: hn.Assessment, tmp_path: Path) -> None:
    pytest.importorskip("jinja2")
    shown = assessment.explore()
    frame = shown._repr_html_()
    assert frame.startswith("<iframe srcdoc=")
    assert html.unescape(frame.split('"')[1]) == shown.html
    assert "<b>Ash</b>" not in shown.html
    shown.save(tmp_path / "map.html")
    assert (tmp_path / "map.html").read_text(encoding="utf-8").rstrip() == shown.html.rstrip()


def test_a_plan_knows_the_assessment_it_was_made_of(assessment: hn.Assessment) -> None:
    pytest.importorskip("jinja2")
    plan = planned(assessment)
    assert plan.explore(language="zh").html == assessment.explore(plan, language="zh").html
    assert "jobs-beside" in plan.explore().html


def test_a_plan_of_a_table_asks_for_the_assessment(assessment: hn.Assessment) -> None:
    plan = hn.plan_cures(assessment.candidates(), min_ratio=0.0)
    with pytest.raises(hn.HeatnetError, match=r"plan\.explore"):
        plan.explore()
    pytest.importorskip("jinja2")
    assert "J001" in plan.explore(assessment).html


def test_without_coordinates_there_is_no_map() -> None:
    with pytest.raises(hn.HeatnetError, match="coordinates"):
        assessed(x_m=None).explore()


def test_cards_of_a_notebook_show_facts_and_whole_reasons(assessment: hn.Assessment) -> None:
    network, plan = small_network(), planned(assessment)
    assert "<td>segments</td><td>3</td>" in network._repr_html_()
    card = assessment._repr_html_()
    assert html.escape(assessment.ranking["reason"].iloc[0]) in card
    assert "<td>jobs</td><td>3</td>" in plan._repr_html_()
    assert "<b>Ash</b>" not in card + plan._repr_html_()
    assert "&lt;b&gt;Ash" in plan._repr_html_()


def test_progress_is_shown_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    faults = pd.DataFrame({"fault_id": ["F"], "found_on": ["2016-01-01"], "asset_id": ["0003"]})
    assessment = hn.assess(small_network(), season=2026)
    hn.plan_cures(assessment, min_ratio=0.0)
    assert capsys.readouterr().err == ""
    hn.assess(small_network(), season=2026, progress=True)
    assert "5/5" in capsys.readouterr().err
    hn.plan_cures(assessment, min_ratio=0.0, progress=True)
    assert "3/3" in capsys.readouterr().err
    hn.backtest(small_network(), seasons=[2015], faults=faults, progress=True)
    assert "1/1" in capsys.readouterr().err
