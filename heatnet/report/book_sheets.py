"""The sheets of a workbook: a table with its caption, the calendar, the weeks of each crew."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from heatnet.language import heading
from heatnet.planning import Summer
from heatnet.report.cells import A3, A4, LONGEST_NAME, Cells, cell, height_of, letter, set_print, set_scale, set_widths
from heatnet.report.crews import COLUMNS_OF_CREW, CrewWeek, crew_weeks
from heatnet.report.programme import Sheet
from heatnet.report.projects import Projects
from heatnet.report.weeks import days_in_weeks, most_at_once, weeks_of
from heatnet.report.words import COLUMNS, column_heading, in_unit, label

if TYPE_CHECKING:
    from openpyxl import Workbook

_LINES_ON_A_PAGE = 40
_MOST_CREW_SHEETS = 30


def add_sheet(book: Workbook, sheet: Sheet, language: str) -> None:
    """Write a table with its caption, headings that stay in sight and on every printed page, and its totals."""
    page = book.create_sheet(sheet.title[:LONGEST_NAME])
    names = list(sheet.table.columns)
    columns, heads = [COLUMNS[name] for name in names], [column_heading(name, language) for name in names]
    set_widths(page, [column.width for column in columns])
    pages = _pages(len(sheet.table))
    set_print(page, is_landscape=True, paper=A3, title_rows="1:2", most_pages=pages)
    page.freeze_panes = f"{letter(_pinned(names))}3"
    page.auto_filter.ref = f"A2:{letter(len(names))}{len(sheet.table) + 2}"
    page.append([cell(page, sheet.caption, "section")])
    page.row_dimensions[2].height = 3 + max(
        height_of(text, column.width) for text, column in zip(heads, columns, strict=True)
    )
    page.append([cell(page, text, "heading") for text in heads])
    band = _bands(sheet)
    values = ([in_unit(value, COLUMNS[name].form, language) for value in sheet.table[name].tolist()] for name in names)
    rows = zip(*values, strict=True)
    cells = Cells(page)
    wrapped = [(place, column.width) for place, column in enumerate(columns) if column.form == "long"]
    for number, (is_banded, row) in enumerate(zip(band, rows, strict=True), 3):
        if wrapped:
            texts = [(row[place], width) for place, width in wrapped if isinstance(row[place], str)]
            page.row_dimensions[number].height = max((height_of(text, width) for text, width in texts), default=15.0)
        styles = [f"{column.form} banded" if is_banded else column.form for column in columns]
        page.append(cells.row(row, styles))
    if sheet.totals:
        page.append(_totals(page, sheet, language))


def _pages(lines: int) -> int:
    """Return on how many pages a list prints: one for 40 lines, but ten more get no page of their own.

    Examples
    --------
    >>> _pages(3), _pages(50), _pages(51)
    (1, 1, 2)
    """
    return max(1, math.ceil((lines - 10) / _LINES_ON_A_PAGE))


def _pinned(names: list[str]) -> int:
    """Return which column is the first that scrolls: the one after the row's name."""
    return next((place for place, name in enumerate(names, 2) if name in ("project", "asset_id", "job_id")), 1)


def _bands(sheet: Sheet) -> list[bool]:
    """Return which rows are shaded: those of every second job in the list of cures, else every second row."""
    if sheet.key != "cures" or "job_id" not in sheet.table.columns:
        return [number % 2 == 1 for number in range(len(sheet.table))]
    job = sheet.table["job_id"].fillna("")
    return ((job != job.shift()).cumsum() % 2 == 0).tolist()


def _totals(page: Any, sheet: Sheet, language: str) -> list[Any]:
    forms = {name: COLUMNS[str(name)].form for name in sheet.table.columns}
    sums = {name: in_unit(sheet.totals.get(str(name)), form, language) for name, form in forms.items()}
    cells = [cell(page, sums[name], f"{form} total") for name, form in forms.items()]
    cells[0] = cell(page, label("total", language), "text total")
    return cells


def add_calendar(book: Workbook, jobs: pd.DataFrame, sheet: Sheet, summer: Summer, language: str) -> None:
    """Write the calendar: a row per job, a column per week, a coloured cell where the job is at work."""
    page = book.create_sheet(label("calendar", language))
    names = [name for name in ("job_id", "place", "crew", "start_on", "end_on") if name in sheet.table.columns]
    weeks = weeks_of(summer)
    set_widths(page, [*(COLUMNS[name].width for name in names), *(3.6 for _ in weeks)])
    pages = _pages(len(sheet.table))
    set_print(page, is_landscape=True, paper=A3, title_rows="1:2", most_pages=pages)
    page.freeze_panes = f"{letter(len(names) + 1)}3"
    page.append([cell(page, label("calendar_caption", language), "section")])
    page.row_dimensions[2].height = 36
    heads = [cell(page, heading(name, language), "heading") for name in names]
    page.append([*heads, *(cell(page, week, "week heading") for week in weeks)])
    days = days_in_weeks(jobs["start_on"], jobs["end_on"], weeks)
    rows = zip(*(sheet.table[name].tolist() for name in names), strict=True)
    for row, kind, worked in zip(rows, jobs["job_kind"], days.tolist(), strict=True):
        cells = [cell(page, value, COLUMNS[name].form) for name, value in zip(names, row, strict=True)]
        page.append([*cells, *(cell(page, day or None, f"{kind} bar" if day else "text") for day in worked)])
    rest: list[Any] = [cell(page, "", "text total") for _ in names[1:]]
    most = most_at_once(jobs["start_on"], jobs["end_on"], weeks)
    busy = [cell(page, count, "count total") for count in most.tolist()]
    page.append([cell(page, label("busy", language), "text total"), *rest, *busy])
    if summer.test_days:
        begin = summer.last_day - pd.Timedelta(days=summer.test_days - 1)
        tested = days_in_weeks([begin], [summer.last_day], weeks)[0].tolist()
        line = [cell(page, label("pressure_test", language), "text"), *(cell(page, None, "text") for _ in names[1:])]
        page.append([*line, *(cell(page, day or None, "test bar" if day else "text") for day in tested)])


def add_crews(book: Workbook, projects: Projects) -> None:
    """Write a sheet for each crew, a page for each of its weeks; without a calendar one sheet of all jobs."""
    language = projects.subject.language
    for crew, weeks in itertools.groupby(crew_weeks(projects), key=lambda week: week.crew):
        listed = list(weeks)
        if crew is None:
            key = "crew_undated" if listed[0].monday is None else "crew_any"
            _add_crew(book, label(key, language), listed, language)
        elif crew <= _MOST_CREW_SHEETS:
            _add_crew(book, label("crew_sheet", language, crew=crew), listed, language)


def _add_crew(book: Workbook, title: str, weeks: list[CrewWeek], language: str) -> None:
    """Write the weeks of a crew one under the other, each on a page of its own."""
    from openpyxl.worksheet.pagebreak import Break

    page = book.create_sheet(title[:LONGEST_NAME])
    is_dated = weeks[0].monday is not None
    wider = {} if is_dated else dict.fromkeys(("valves", "notify", "content"), 50)
    columns = [replace(COLUMNS[name], width=wider.get(name, width)) for name, width in COLUMNS_OF_CREW.items()]
    set_widths(page, [column.width for column in columns])
    if is_dated:
        set_scale(page, paper=A4, width=sum(column.width for column in columns))
    else:
        pages = _pages(len(weeks[0].rows))
        set_print(page, is_landscape=True, paper=A3, title_rows="1:2", most_pages=pages)
    number, cells = 0, Cells(page)
    for week in weeks:
        if number:
            page.row_breaks.append(Break(id=number))
        page.append([cell(page, _week_title(week, language), "section")])
        page.row_dimensions[number + 2].height = 26
        page.append([cell(page, heading(name, language), "heading") for name in COLUMNS_OF_CREW])
        number += 2
        for row in zip(*(week.rows[name].tolist() for name in COLUMNS_OF_CREW), strict=True):
            number += 1
            wrapped = zip(row, columns, strict=True)
            heights = [height_of(text, column.width) for text, column in wrapped if isinstance(text, str)]
            page.row_dimensions[number].height = max([24.0, *heights])
            page.append(cells.row(row, [_wrapping(column.form) for column in columns]))


def _wrapping(form: str) -> str:
    return "long" if form == "text" else form


def _week_title(week: CrewWeek, language: str) -> str:
    if week.monday is None:
        return label("briefing_caption", language)
    first, last = f"{week.monday:%Y-%m-%d}", f"{week.monday + pd.Timedelta(days=6):%Y-%m-%d}"
    if week.crew is None:
        return label("week_only", language, first=first, last=last)
    return label("crew_week", language, crew=week.crew, first=first, last=last)
