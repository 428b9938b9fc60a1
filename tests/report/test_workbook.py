"""plan.xlsx opens in a spreadsheet as a programme of works; the same plan gives the same bytes."""

import datetime
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import heatnet as hn
from heatnet.report import write_workbook
from tests.small_programme import SUMMER, assessed, planned


@pytest.fixture(scope="module")
def assessment() -> hn.Assessment:
    return assessed()


def opened(assessment: hn.Assessment, path: Path, *, language: str = "en", **rules: Any) -> Any:
    openpyxl = pytest.importorskip("openpyxl")
    write_workbook(assessment, planned(assessment, **rules), path, language=language)
    return openpyxl.load_workbook(path)


def column(sheet: Any, heading: str) -> list[Any]:
    place = [cell.value for cell in sheet[2]].index(heading)
    return [row[place] for row in sheet.iter_rows(min_row=3, values_only=True)]


def test_without_openpyxl_the_extra_is_named_and_nothing_is_written(
    assessment: hn.Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(hn.MissingExtraError, match=r"heatnet\[excel\]"):
        write_workbook(assessment, planned(assessment), tmp_path / "plan.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_the_sheets_are_those_of_a_programme(assessment: hn.Assessment, tmp_path: Path) -> None:
    names = opened(assessment, tmp_path / "plan.xlsx", summer=SUMMER).sheetnames
    lists = [f"List {grade}" for grade in sorted(set(assessment.ranking["grade"]))]
    office = ["Projects", *lists, "Justification", "Justification form", "By fund"]
    assert names == ["Summary", *office, "Crew 1", "Jobs", "Calendar", "Cures", "Ranking"]
    names = opened(assessment, tmp_path / "plan.xlsx").sheetnames
    assert names == ["Summary", *office, "Briefing", "Jobs", "Cures", "Ranking"]
    names = opened(assessment, tmp_path / "plan.xlsx", language="zh", summer=SUMMER).sheetnames
    assert names[:2] == ["概要", "项目清单"]
    assert names[-5:] == ["班组1", "施工项目", "施工日历", "冬病夏治项目", "设施排序"]


def test_projects_stand_in_the_form_in_which_offices_publish_them(assessment: hn.Assessment, tmp_path: Path) -> None:
    book = opened(assessment, tmp_path / "plan.xlsx", language="zh", summer=SUMMER)
    sheet = book["项目清单"]
    heads = [cell.value for cell in sheet[2]]
    assert heads[:4] == ["序号", "项目名称", "位置", "内容"]
    assert {"受益户数", "投资 (万元)", "资金来源", "责任单位", "施工单位", "完成时限", "验收"} <= set(heads)
    rows = {row[1]: dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=3, values_only=True)}
    ash = rows["<b>Ash</b>供热管道改造"]
    assert ash["内容"] == "更新DN80–100管道370米（2段）"
    assert ash["投资 (万元)"] == pytest.approx((250 * 1500 + 120 * 1380 + 60000) / 10_000)
    assert (ash["路由长度 (m)"], ash["管径"], ash["受益户数"], ash["施工单位"]) == (370.0, "DN80–100", 100, None)
    total = sheet.cell(sheet.max_row, heads.index("投资 (万元)") + 1).value
    assert total == pytest.approx(planned(assessment, summer=SUMMER).cost / 10_000)


def test_a_list_prints_on_one_page_for_forty_lines_at_most(assessment: hn.Assessment, tmp_path: Path) -> None:
    book = opened(assessment, tmp_path / "plan.xlsx", summer=SUMMER)
    lists = [sheet for sheet in book if not sheet.title.startswith("Crew")]
    assert [sheet.page_setup.fitToHeight for sheet in lists] == [1] * len(lists)


def test_a_crew_has_a_page_for_each_week_with_room_to_write(assessment: hn.Assessment, tmp_path: Path) -> None:
    plan = planned(assessment, summer=SUMMER)
    sheet = opened(assessment, tmp_path / "plan.xlsx", summer=SUMMER)["Crew 1"]
    titles = [row[0] for row in sheet.iter_rows(values_only=True) if str(row[0]).startswith("Crew 1:")]
    last = max(plan.jobs["end_on"])
    weeks = len(pd.date_range("2026-04-27", last, freq="7D"))  # the first of May is a Friday
    assert len(titles) == weeks
    assert titles[0] == "Crew 1: 2026-04-27 to 2026-05-03"
    assert len(sheet.row_breaks.brk) == weeks - 1
    heads = [cell.value for cell in sheet[2]]
    assert heads[-3:] == ["Began on", "Finished on", "Remarks"]
    assert {cell.value for cell in sheet[3][-3:]} == {None}


def test_text_is_never_a_formula_and_ids_keep_their_zeros(assessment: hn.Assessment, tmp_path: Path) -> None:
    book = opened(assessment, tmp_path / "plan.xlsx", summer=SUMMER)
    assert "'=1+1" in column(book["Jobs"], "Street or station")
    assert {"0001", "0002", "0003", "02"} == set(column(book["Cures"], "Asset")) - {None}
    sheets = [sheet for sheet in book if sheet.title != "Justification form"]
    types = {cell.data_type for sheet in sheets for row in sheet.iter_rows() for cell in row}
    assert types <= {"inlineStr", "s", "n", "d"}  # neither formulas nor errors


def test_a_form_looks_up_the_project_whose_number_is_written_into_it(assessment: hn.Assessment, tmp_path: Path) -> None:
    book = opened(assessment, tmp_path / "plan.xlsx", summer=SUMMER)
    form, listed = book["Justification form"], book["Justification"]
    assert form["B2"].value == 1
    assert [(str(one.sqref), one.type, one.formula1, one.formula2) for one in form.data_validations.dataValidation] == [
        ("B2", "whole", "1", str(listed.max_row - 3))  # caption, headings and the line of totals are no projects
    ]
    formulas = {row[0].value: row[1].value for row in form.iter_rows() if row[1].data_type == "f"}
    heads = [cell.value for cell in listed[2]]
    place = "ABCDEFGHIJ"[heads.index("Evidence")]
    last = listed.max_row - 1
    found = f"INDEX('Justification'!${place}$3:${place}${last},MATCH($B$2,'Justification'!$A$3:$A${last},0))"
    assert formulas["Evidence"] == f'=IF({found}="","",{found})'
    assert "'Projects'!" in formulas["Responsible"]
    assert set(heads) - {"No."} <= set(formulas)
    assert "=1+1" not in "".join(formulas.values())  # a street of the plan
    assert (form.page_setup.orientation, form.page_setup.fitToHeight) == ("portrait", 1)


def test_a_street_named_like_an_error_or_with_control_characters_stays_text(tmp_path: Path) -> None:
    odd = assessed(community=[None, "a\x01b", "#REF!", "#REF!"])
    cells = column(opened(odd, tmp_path / "plan.xlsx")["Cures"], "Community")
    assert {"#REF!", "a b"} <= set(cells)


def test_dates_and_money_are_dates_and_numbers(assessment: hn.Assessment, tmp_path: Path) -> None:
    plan = planned(assessment, summer=SUMMER)
    jobs = opened(assessment, tmp_path / "plan.xlsx", summer=SUMMER)["Jobs"]
    *starts, no_date = column(jobs, "Start")
    assert no_date is None
    assert [day.date() for day in starts] == sorted(day.date() for day in plan.jobs["start_on"])
    assert starts[0] == datetime.datetime(2026, 5, 1)
    *costs, total = column(jobs, "Total cost, thousand")
    assert total == pytest.approx(sum(costs)) == pytest.approx(plan.cost / 1000)
    place = [cell.value for cell in jobs[2]].index("Total cost, thousand")
    assert jobs[3][place].number_format == "#,##0.00"


def test_headings_stay_in_sight_and_pages_print_across(assessment: hn.Assessment, tmp_path: Path) -> None:
    book = opened(assessment, tmp_path / "plan.xlsx", summer=SUMMER)
    for sheet in [sheet for sheet in book.worksheets[1:] if not sheet.title.startswith(("Crew", "Justification form"))]:
        assert sheet.freeze_panes.endswith("3"), sheet.title
        assert sheet.print_title_rows == "$1:$2"
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("landscape", 1)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_the_calendar_shows_the_days_of_every_job(assessment: hn.Assessment, tmp_path: Path) -> None:
    plan = planned(assessment, summer=SUMMER)
    rows = list(
        opened(assessment, tmp_path / "plan.xlsx", summer=SUMMER)["Calendar"].iter_rows(min_row=3, values_only=True)
    )
    worked = [sum(day or 0 for day in row[5:]) for row in rows[: len(plan.jobs)]]
    assert worked == plan.jobs.sort_values("start_on")["days"].tolist()
    assert max(rows[-2][5:]) == 1  # one crew, one job at a time
    assert sum(day or 0 for day in rows[-1][5:]) == SUMMER.test_days


def test_the_summary_says_what_was_asked_and_whose_prices_they_are(assessment: hn.Assessment, tmp_path: Path) -> None:
    summary = opened(assessment, tmp_path / "plan.xlsx", max_km=2.5)["Summary"]
    said = {cell.value for row in summary.iter_rows() for cell in row}
    assert {"Programme of works, summer 2026", 2.5, "no limit"} <= said
    assert any("not yours" in str(text) for text in said)
    assert any("what pipes and pumps still carry" in str(text) for text in said)


def test_no_resident_is_named(assessment: hn.Assessment, tmp_path: Path) -> None:
    book = opened(assessment, tmp_path / "plan.xlsx", summer=SUMMER)
    assert "Zhang" not in str([list(sheet.iter_rows(values_only=True)) for sheet in book])


def test_the_same_plan_gives_the_same_bytes(
    assessment: hn.Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(assessment, tmp_path / "one.xlsx", summer=SUMMER)

    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Later":
            return cls(2031, 5, 6, tzinfo=tz)

        @classmethod
        def utcnow(cls) -> "Later":
            return cls.now()

    monkeypatch.setattr("time.time", lambda: 1.9e9)
    monkeypatch.setattr(datetime, "datetime", Later)  # what openpyxl asks, whatever its version
    opened(assessment, tmp_path / "two.xlsx", summer=SUMMER)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_a_language_without_words_leaves_no_file(assessment: hn.Assessment, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    with pytest.raises(hn.HeatnetError, match="language"):
        write_workbook(assessment, planned(assessment), tmp_path / "plan.xlsx", language="fr")
    assert list(tmp_path.iterdir()) == []
