"""A plan as a workbook: a programme of works to print and sign; needs the extra ``excel``."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from heatnet.assessment.results import Assessment
from heatnet.interop.book_writing import save_book
from heatnet.inventory.staging import PathLike, whole_file
from heatnet.language import heading
from heatnet.planning import Plan, Summer
from heatnet.report.cells import Cells, cell, height_of, letter, new_workbook, set_print, set_widths
from heatnet.report.facts import Fact
from heatnet.report.programme import Programme, Sheet, programme
from heatnet.report.weeks import days_in_weeks, most_at_once, weeks_of
from heatnet.report.words import COLUMNS, column_heading, in_unit, label

if TYPE_CHECKING:
    from openpyxl import Workbook

A3, A4 = 8, 9  # numbers of the paper sizes
_SUMMARY_WIDTHS = (54, 16, 44, 18)


def write_workbook(
    assessment: Assessment,
    plan: Plan,
    path: PathLike,
    *,
    language: str = "en",
    accounts: pd.DataFrame | None = None,
) -> None:
    """Write a plan as an .xlsx workbook: summary, jobs, calendar, cures, what is left out, the best of the ranking.

    Parameters
    ----------
    assessment : Assessment
        What was ranked.
    plan : Plan
        What was chosen.
    path : path
        The file; replaced if it exists.
    language : str
        One of `heatnet.language.languages`.
    accounts : DataFrame, optional
        What became of the rows of each table in the whole run; by default `Assessment.accounts`.

    Raises
    ------
    HeatnetError
        heatnet has no words in the language, or the file cannot be written.
    MissingExtraError
        openpyxl is not installed.

    Notes
    -----
    The same plan gives the same bytes: the file holds no moment of its making. Text that a spreadsheet would take for a
    formula gets a leading ', as in heatnet's CSV files, and every text is marked as text, so that ids keep their zeros.
    """
    content = programme(assessment, plan, language=language, accounts=accounts)
    book = new_workbook()
    _add_summary(book, content)
    for sheet in content.sheets:
        _add_sheet(book, sheet, language)
        if sheet.key == "jobs" and plan.request.summer is not None:
            _add_calendar(book, plan.jobs.loc[sheet.table["job_id"]], sheet, plan.request.summer, language)
    with whole_file(Path(path)) as stage:
        save_book(book, stage)


def _add_summary(book: Workbook, content: Programme) -> None:
    """Write what was asked, what is planned, how sure it is, and room for signatures, on one page across."""
    language = content.language
    page = book.create_sheet(label("summary", language))
    set_widths(page, _SUMMARY_WIDTHS)
    set_print(page, is_landscape=False, paper=A4)
    rows: list[list[tuple[Any, str]]] = [[(content.title, "headline")], [(content.subtitle, "caption")]]
    for key, style in (("accounts", "sentence"), ("notes", "warning")):
        rows += [[], _section(label(key, language))] if content.sentences[key] else []
        rows += [[(sentence, style)] for sentence in content.sentences[key]]
    rows += [[], [*_section(label("result", language), 2), *_section(label("asked", language), 2)]]
    pairs = itertools.zip_longest(content.facts["result"], content.facts["asked"])
    rows += [[*_fact(planned, language), *_fact(asked, language)] for planned, asked in pairs]
    for key in ("assumptions", "unknown", "meaning"):
        rows += [[], _section(label(key, language))]
        rows += [[(sentence, "sentence")] for sentence in content.sentences[key]]
    rows += [[], _section(label("signatures", language))]
    for key in ("prepared", "checked", "approved"):
        signed, dated = (label(name, language) for name in (key, "date"))
        rows += [[], [(signed, "text fact"), ("", "sign here"), (dated, "text fact"), ("", "sign here")]]
    for number, row in enumerate(rows, 1):
        if row and row[0][1] in ("sentence", "warning"):
            page.merged_cells.add(f"A{number}:D{number}")
            page.row_dimensions[number].height = height_of(row[0][0], 0.9 * sum(_SUMMARY_WIDTHS))
        page.append([cell(page, value, style) for value, style in row])


def _section(text: str, columns: int = 4) -> list[tuple[Any, str]]:
    return [(text, "section"), *[("", "section")] * (columns - 1)]


def _fact(fact: Fact | None, language: str) -> list[tuple[Any, str]]:
    return (
        [(None, "caption"), (None, "caption")]
        if fact is None
        else [(fact.text, "text"), (in_unit(fact.value, fact.form, language), f"{fact.form} fact")]
    )


def _add_sheet(book: Workbook, sheet: Sheet, language: str) -> None:
    """Write a table with its caption, headings that stay in sight and on every printed page, and its totals."""
    page = book.create_sheet(sheet.title)
    names = list(sheet.table.columns)
    columns, heads = [COLUMNS[name] for name in names], [column_heading(name, language) for name in names]
    set_widths(page, [column.width for column in columns])
    set_print(page, is_landscape=True, paper=A3, title_rows="1:2")
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


def _pinned(names: list[str]) -> int:
    """Return which column is the first that scrolls: the one after the row's name."""
    return next((place for place, name in enumerate(names, 2) if name in ("asset_id", "job_id", "station_id")), 1)


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


def _add_calendar(book: Workbook, jobs: pd.DataFrame, sheet: Sheet, summer: Summer, language: str) -> None:
    """Write the calendar: a row per job, a column per week, a coloured cell where the job is at work."""
    page = book.create_sheet(label("calendar", language))
    names = [name for name in ("job_id", "place", "crew", "start_on", "end_on") if name in sheet.table.columns]
    weeks = weeks_of(summer)
    set_widths(page, [*(COLUMNS[name].width for name in names), *(3.6 for _ in weeks)])
    set_print(page, is_landscape=True, paper=A3, title_rows="1:2")
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
