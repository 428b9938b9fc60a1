"""A plan becomes a programme of works: jobs in working order, words in the reader's language, sums that add up."""

import re
from pathlib import Path

import pandas as pd
import pytest

import heatnet as hn
from heatnet.inventory.accounts import account_sentences
from heatnet.inventory.reading import read_inventory
from heatnet.language import Note, heading, languages, worded
from heatnet.planning import Prices, Summer, check_plan, plan_cures, plan_from_tables
from heatnet.planning.plan import CURE_COLUMNS, JOB_COLUMNS
from heatnet.report.outputs import run_record, write_programme
from heatnet.report.programme import Programme, Sheet, in_working_order, programme
from heatnet.report.words import COLUMNS
from tests.small_programme import SUMMER, assessed, planned


def sheet_of(content: Programme, key: str) -> Sheet:
    return next(sheet for sheet in content.sheets if sheet.key == key)


@pytest.fixture(scope="module")
def assessment() -> hn.Assessment:
    return assessed()


def test_jobs_go_by_start_and_cures_follow_their_jobs(assessment: hn.Assessment) -> None:
    plan = planned(assessment, summer=SUMMER)
    jobs, cures = in_working_order(plan, assessment.ranking)
    assert jobs["start_on"].is_monotonic_increasing
    assert list(dict.fromkeys(cures["job_id"])) == list(jobs.index)
    assert set(cures.index) == set(plan.cures.index) == {"0001", "0002", "0003", "02"}


def test_without_a_calendar_the_greatest_benefit_comes_first(assessment: hn.Assessment) -> None:
    jobs, _ = in_working_order(planned(assessment), assessment.ranking)
    assert len(jobs) == 3
    assert jobs["benefit"].is_monotonic_decreasing


def test_the_columns_of_the_contract_stay_in_front(assessment: hn.Assessment) -> None:
    jobs, cures = in_working_order(planned(assessment), assessment.ranking)
    assert tuple(cures.columns[: len(CURE_COLUMNS)]) == CURE_COLUMNS
    assert tuple(jobs.columns[: len(JOB_COLUMNS)]) == JOB_COLUMNS


def test_a_trench_tells_its_diameters_pipes_and_assets(assessment: hn.Assessment) -> None:
    plan = planned(assessment, summer=SUMMER)
    table = sheet_of(programme(assessment, plan), "jobs").table.set_index("place")
    ash = table.loc["<b>Ash</b>"]
    assert (ash["diameters_mm"], ash["assets"]) == ("80–100", "0002 0003")
    assert (ash["length_m"], ash["pipe_length_m"]) == (370.0, 740.0)  # pairs
    assert ash["works_cost"] == 250 * (900 + 600) + 120 * (900 + 480)
    assert ash["total_cost"] == ash["works_cost"] + 60000
    assert table.loc["=1+1", "diameters_mm"] == "200"
    assert table.loc["02", "job_kind"] == "station"  # a station has no street: it is named


def test_the_totals_are_those_of_the_plan(assessment: hn.Assessment) -> None:
    plan = planned(assessment, summer=SUMMER)
    totals = sheet_of(programme(assessment, plan), "jobs").totals
    assert totals["total_cost"] == pytest.approx(plan.cost)
    assert totals["net_benefit"] == pytest.approx(plan.benefit)
    assert totals["length_m"] == 470.0
    assert totals["cures"] == 4


def test_columns_that_tell_nothing_are_left_out(assessment: hn.Assessment) -> None:
    table = sheet_of(programme(assessment, planned(assessment)), "jobs").table
    assert not {"crew", "start_on", "dig_id", "fund"} & set(table.columns)
    assert set(table.columns) <= set(COLUMNS)


def test_warranty_claims_are_listed_apart(assessment: hn.Assessment) -> None:
    candidates = assessment.candidates()
    candidates.loc["0001", "accepted_on"] = pd.Timestamp("2025-11-01")
    plan = plan_cures(candidates, summer=SUMMER, never=["0002"])
    content = programme(assessment, plan)
    assert sheet_of(content, "claims").table["asset_id"].tolist() == ["0001"]
    out = sheet_of(content, "left_out").table
    assert out[["asset_id", "why_out"]].to_numpy().tolist() == [["0002", "forbidden by you"]]


def test_an_empty_plan_is_a_programme_without_jobs(assessment: hn.Assessment) -> None:
    content = programme(assessment, planned(assessment, budget=0, summer=SUMMER))
    assert [sheet.key for sheet in content.sheets] == ["ranking"]


def test_a_language_without_words_is_refused(assessment: hn.Assessment) -> None:
    with pytest.raises(hn.HeatnetError, match="language is 'fr'"):
        programme(assessment, planned(assessment), language="fr")


ENGLISH = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}")


def sentences_of(assessment: hn.Assessment, *plans: hn.Plan) -> list[Note | str]:
    said = [sentence for plan in plans for sentence in [*plan.notes, *plan.left_out["reason"]]]
    return [*assessment.notes, *said]


def test_every_sentence_of_a_city_is_said_in_chinese() -> None:
    city = hn.synthetic.make_city(length_km=12.0, stations=1, rng=3)
    tables = {name: city.tables[name] for name in ("visits", "faults", "works", "makeup")}
    assessment = hn.assess(city.network, season=2026, **tables)
    digs = pd.DataFrame({"dig_id": ["D"], "street": ["*"], "start_on": ["2026-05-01"], "end_on": ["2026-09-30"]})
    banned = plan_cures(assessment, max_km=1, digs=digs.assign(is_ban=True), summer=Summer("2026-05-01", "2026-09-30"))
    assert len(banned.left_out)
    for sentence in sentences_of(assessment, plan_cures(assessment, max_km=1, digs=digs), banned):
        assert not ENGLISH.search(worded(sentence, "zh")), sentence


def test_every_sentence_of_a_bare_network_is_said_in_chinese(fixtures: Path) -> None:
    assessment = hn.assess(hn.read_network(fixtures / "tree"), season=2026)
    for sentence in sentences_of(assessment, plan_cures(assessment, max_km=1)):
        assert not ENGLISH.search(worded(sentence, "zh")), sentence


def test_a_written_plan_is_read_back_and_keeps_every_rule(tmp_path: Path, fixtures: Path) -> None:
    inventory = read_inventory(fixtures / "tree")
    assessment = hn.assess(inventory.network, season=2026)
    plan = plan_cures(assessment, max_km=1, summer=SUMMER, min_ratio=0)
    assert len(plan.jobs)
    write_programme(assessment, plan, tmp_path, run_record(inventory.files, {}))
    cures, jobs = (pd.read_csv(tmp_path / name, encoding="utf-8-sig") for name in ("cures.csv", "jobs.csv"))
    back = plan_from_tables(cures, jobs)
    assert check_plan(back, assessment.candidates(), prices=Prices(), max_km=1, summer=SUMMER, min_ratio=0).empty


def test_every_column_has_a_heading_in_every_language() -> None:
    for language in languages():
        assert all(heading(name, language) for name in COLUMNS)


def test_what_became_of_every_row_is_said_in_the_language(assessment: hn.Assessment) -> None:
    plan = planned(assessment)
    assert programme(assessment, plan).sentences["accounts"] == account_sentences(assessment.accounts)
    chinese = programme(assessment, plan, language="zh").sentences["accounts"]
    assert chinese[-2:] == ["走访表：共1行，采用1行", "故障表：共1行，采用1行"]


def test_a_written_plan_counts_where_measuring_first_is_worth_its_cost(
    assessment: hn.Assessment, tmp_path: Path
) -> None:
    table = assessment.measure_first
    said = [str(one) for one in write_programme(assessment, planned(assessment), tmp_path, {})]
    counted = f"of {len(table):,} places in measure_first.csv, best first, {int((table['net_worth'] > 0).sum()):,} are"
    assert any(counted in one for one in said) == bool(len(table))


def test_where_to_measure_first_is_a_sheet_of_what_is_worth_its_cost(assessment: hn.Assessment) -> None:
    worth = assessment.measure_first["net_worth"] > 0
    sheets = [sheet for sheet in programme(assessment, planned(assessment)).sheets if sheet.key == "measure"]
    assert [len(sheet.table) for sheet in sheets] == ([int(worth.sum())] if worth.any() else [])
