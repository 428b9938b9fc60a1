"""A plan as a workbook: a programme of works to print and sign; needs the extra ``excel``."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from heatnet.assessment.results import Assessment
from heatnet.interop.book_writing import save_book
from heatnet.inventory.staging import PathLike, whole_file
from heatnet.language import checked_language
from heatnet.planning import Plan
from heatnet.report.book_sheets import add_calendar, add_crews, add_sheet
from heatnet.report.cells import A4, cell, height_of, new_workbook, set_print, set_widths
from heatnet.report.facts import Fact
from heatnet.report.groups import community_sheet, fund_sheet
from heatnet.report.programme import Programme
from heatnet.report.projects import Projects
from heatnet.report.proof_form import add_proof_form
from heatnet.report.subject import Subject
from heatnet.report.words import in_unit, label

if TYPE_CHECKING:
    from openpyxl import Workbook

_SUMMARY_WIDTHS = (54, 16, 44, 18)


def write_workbook(
    assessment: Assessment,
    plan: Plan,
    path: PathLike,
    *,
    language: str = "en",
    accounts: pd.DataFrame | None = None,
) -> None:
    """Write a plan as an .xlsx workbook in the form in which offices publish it.

    Summary; projects in an office's form (project, where, what, length, diameter, people served, area, money, fund, who
    answers, contractor, day, acceptance), those of each grade; why each project is asked for, in a list, and on a form
    of one page that shows the project whose number is written into it; by community, by fund; where to measure first;
    a sheet of each crew, week by week; then jobs, calendar, cures, claims, what is left out, the best of the ranking.
    A list prints on one page for 40 lines at most.

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
    formula gets a leading ', as in heatnet's CSV files, and every text is marked as text, so that ids keep their zeros;
    the only formulas are those with which the form looks a project up.
    """
    accounts = assessment.accounts if accounts is None else accounts
    write_book(Subject(assessment, plan, checked_language(language), accounts), Path(path))


def write_book(subject: Subject, path: Path) -> None:
    """Write the workbook of a subject."""
    book, language = new_workbook(), subject.language
    projects, content, plan = Projects(subject), subject.programme, subject.plan
    _add_summary(book, content)
    by_key = {sheet.key: sheet for sheet in content.sheets}
    office = projects.sheets()
    for sheet in office:
        add_sheet(book, sheet, language)
    if office:
        add_proof_form(book, office[0], office[-1], language)
    for more in (community_sheet(subject), fund_sheet(projects), by_key.pop("measure", None)):
        if more is not None:
            add_sheet(book, more, language)
    add_crews(book, projects)
    for sheet in by_key.values():
        add_sheet(book, sheet, language)
        if sheet.key == "jobs" and plan.request.summer is not None:
            add_calendar(book, plan.jobs.loc[sheet.table["job_id"]], sheet, plan.request.summer, language)
    with whole_file(path) as stage:
        save_book(book, stage)


def _add_summary(book: Workbook, content: Programme) -> None:
    """Write what was asked, what is planned, how sure it is, and room for signatures, on one page across."""
    language = content.language
    page = book.create_sheet(label("summary", language))
    set_widths(page, _SUMMARY_WIDTHS)
    set_print(page, is_landscape=False, paper=A4, most_pages=1)
    rows: list[list[tuple[Any, str]]] = [[(content.title, "headline")], [(content.subtitle, "caption")]]
    accounts, crowded = content.sentences["accounts"], content.mostly_set_aside
    rows += [[(sentence, "warning")] for sentence in accounts[:crowded]]
    rows += [[], _section(label("notes", language))] if content.sentences["notes"] else []
    rows += [[(sentence, "warning")] for sentence in content.sentences["notes"]]
    rows += [[], [*_section(label("result", language), 2), *_section(label("asked", language), 2)]]
    pairs = itertools.zip_longest(content.facts["result"], content.facts["asked"])
    rows += [[*_fact(planned, language), *_fact(asked, language)] for planned, asked in pairs]
    for key in ("accounts", "assumptions", "unknown", "meaning"):
        rows += [[], _section(label(key, language))] if content.sentences[key] else []
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
