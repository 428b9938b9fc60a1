"""What was asked and what comes of it, line by line."""

import pytest

import heatnet as hn
from heatnet.report.facts import facts_asked, facts_of_result
from heatnet.report.programme import in_working_order
from tests.small_programme import SUMMER, assessed, planned


@pytest.fixture(scope="module")
def assessment() -> hn.Assessment:
    return assessed()


def lines(facts: list) -> dict[str, object]:
    return {fact.text: fact.value for fact in facts}


def test_every_limit_given_is_named_and_the_usual_ones_are_said_to_be_none(assessment: hn.Assessment) -> None:
    plan = planned(assessment, max_km=1.5, min_job_m=10, must=["0003"], never=["0001"], summer=SUMMER)
    asked = lines(facts_asked(plan.request, "en"))
    assert asked["Most route length to renew, km"] == 1.5
    assert asked["Most stations to renew"] == "no limit"
    assert asked["Least length of a trench, m"] == 10.0
    assert asked["Assets cured in any case"] == 1
    assert asked["Assets left alone"] == 1
    assert asked["Crews"] == 1
    assert "Assets under way" not in asked


def test_without_a_summer_no_calendar_was_asked_for(assessment: hn.Assessment) -> None:
    asked = lines(facts_asked(planned(assessment).request, "zh"))
    assert asked["日历"] == "未要求编制"
    assert "施工班组数" not in asked


def test_the_result_counts_what_the_tables_hold(assessment: hn.Assessment) -> None:
    plan = planned(assessment, summer=SUMMER)
    jobs, cures = in_working_order(plan, assessment.ranking)
    result = lines(facts_of_result(plan, jobs, cures, "en"))
    assert result["Cures"] == 4
    assert result["Jobs"] == len(plan.jobs)
    assert result["Stations to cure"] == 1
    assert result["Route length, km"] == pytest.approx(0.47)
    assert result["Pipe length, km"] == pytest.approx(0.94)
    assert result["Cost, thousand"] == plan.cost  # shown in thousands
