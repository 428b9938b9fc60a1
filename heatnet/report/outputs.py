"""The files that a ranking and a plan leave behind, and the record of how they came about."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet.assessment.results import Assessment
from heatnet.errors import MissingExtraError
from heatnet.interop.databases import write_tables
from heatnet.inventory.accounts import accounts_as_data, headings_as_data
from heatnet.inventory.staging import PathLike, hash_of, unlike_record, whole_folder
from heatnet.inventory.writing import write_csv, write_json
from heatnet.language import Note, checked_language, note, worded
from heatnet.planning import Plan
from heatnet.report.gis_files import write_layers
from heatnet.report.page import write_page
from heatnet.report.subject import Subject
from heatnet.report.workbook import write_book
from heatnet.saving.files import RECORD
from heatnet.saving.plans import PLAN_FILE, versions, write_plan_file
from heatnet.validation.backtesting import Backtest

BACKTEST_FILES = ("capture.csv", "calibration.csv", "scores.csv", "backtest.txt")
PLAN_FILES = (
    "ranking.csv",
    "cures.csv",
    "jobs.csv",
    "measure_first.csv",
    "plan.json",
    "plan.xlsx",
    "plan.gpkg",
    "report.html",
)


def write_ranking(ranking: pd.DataFrame, path: PathLike) -> None:
    """Write a ranking as CSV, whole or not at all.

    Raises
    ------
    HeatnetError
        The file cannot be written.
    """
    write_csv(ranking, path)


def write_programme(
    assessment: Assessment,
    plan: Plan,
    folder: PathLike,
    record: Mapping[str, Any],
    *,
    language: str = "en",
    accounts: pd.DataFrame | None = None,
    backtest: Backtest | None = None,
) -> list[Note]:
    """Write a plan's tables, workbook and record into a folder, all or none; return what was left out and why.

    ``ranking.csv``, ``cures.csv`` and ``jobs.csv`` in the order of the work, ``measure_first.csv``, ``run.json``;
    ``plan.json``, from which `heatnet.read_plan` reads the plan back;
    ``plan.xlsx``, ``plan.gpkg`` and ``report.html`` where their extras are installed.

    Parameters
    ----------
    assessment : Assessment
        What was ranked.
    plan : Plan
        What was chosen.
    folder : path
        Made if absent; files of these names are replaced, or removed where they are left out. All are put in place
        at the end, ``run.json`` last, with the SHA-256 of each of the others; where one cannot be (it is open in
        another program, a folder has its name, the disk is full) nothing in the folder changes.
    record : mapping
        What `run_record` returns.
    language : str
        Language of workbook, report and sentences, one of `heatnet.language.languages`.
    accounts : DataFrame, optional
        What became of the rows of each table in the whole run; by default `Assessment.accounts`.
    backtest : Backtest, optional
        How past seasons would have been forecast: shown on the page, its figures in the record.

    Returns
    -------
    list of Note
        One for each file that is left out because its extra is not installed, one where the folder held files of more
        than one run, and one that counts where measuring first is worth its cost.

    Raises
    ------
    HeatnetError
        A file cannot be written or put in place; it is named.
    """
    accounts = assessment.accounts if accounts is None else accounts
    subject = Subject(assessment, plan, checked_language(language), accounts, backtest)
    jobs, cures = subject.in_order
    summary = {
        "benefit": plan.benefit,
        "bound": plan.bound,
        "gap": plan.gap,
        "cost": plan.cost,
        "notes": [worded(said, language) for said in plan.notes],
    }
    assumptions = [worded(said, language) for said in assessment.notes]
    was_mixed = mixed_files(folder)
    with whole_folder(folder, names=PLAN_FILES, last=RECORD) as stage:
        write_ranking(assessment.ranking, stage / "ranking.csv")
        write_csv(cures, stage / "cures.csv")
        write_csv(jobs, stage / "jobs.csv")
        write_csv(subject.measure_first, stage / "measure_first.csv")
        write_plan_file(plan, stage / PLAN_FILE)
        left_out = _write_with_extras(subject, stage)
        files = {name: hash_of(stage / name) for name in PLAN_FILES if name not in left_out}
        contents = {**record, "files": files, "plan": summary, "assumptions": assumptions, **_backtested(backtest)}
        write_json(contents, stage / RECORD)
    notes = [_mixed(folder, was_mixed)] if was_mixed else []
    return [*notes, *_worth_knowing(subject.measure_first), *left_out.values()]


def _worth_knowing(measure: pd.DataFrame) -> list[Note]:
    """Return at how many places of the list looking before digging is worth its cost; nothing of an empty list."""
    if measure.empty:
        return []
    best = measure[measure["net_worth"] > 0]
    sums = {"cost": math.fsum(best["cost"]), "worth": math.fsum(best["knowing_worth"])}
    return [note("report.worth_knowing", count=len(best), all=len(measure), **sums)]


def _backtested(result: Backtest | None) -> dict[str, Any]:
    """Return what the record tells of a backtest: seasons, faults expected and found, what each method caught."""
    if result is None:
        return {}
    captured = {
        str(method): {str(share): None if math.isnan(caught) else caught for share, caught in row.items()}
        for method, row in result.capture.to_dict(orient="index").items()
    }
    expected, observed = (float(result.scores[name].loc["all"]) for name in ("expected", "observed"))
    told = {"seasons": list(result.seasons), "expected": expected, "observed": observed}
    return {"backtest": {**told, "capture": captured}}


def write_plan_to_database(
    assessment: Assessment,
    plan: Plan,
    address: str,
    record: Mapping[str, Any],
    *,
    language: str = "en",
    backtest: Backtest | None = None,
) -> str:
    """Write a plan's tables into a schema of their own, in one transaction; return its name without secrets.

    ``ranking``, ``cures`` and ``jobs`` in the order of the work, ``measure_first`` as in the files of
    `write_programme`, and ``run`` with the record, the figures of a backtest in it. Tables of an earlier run there are
    replaced.

    Raises
    ------
    HeatnetError
        No schema is named, it holds tables that heatnet did not write, or the database cannot be written to; then
        nothing in it is changed.
    """
    subject = Subject(assessment, plan, checked_language(language), assessment.accounts)
    jobs, cures = subject.in_order
    tables = {"ranking": assessment.ranking, "cures": cures, "jobs": jobs, "measure_first": subject.measure_first}
    summary = {"benefit": plan.benefit, "bound": plan.bound, "gap": plan.gap, "cost": plan.cost}
    return write_tables(address, tables, {**record, "plan": summary, **_backtested(backtest)})


def mixed_files(folder: PathLike) -> list[str]:
    """Return the files of a plan's folder that are not those its ``run.json`` speaks of: the folder is mixed.

    A run that is killed while it puts its files in place leaves such a folder, and so does a change by hand. Each file
    is whole all the same.

    Returns
    -------
    list of str
        Their names, sorted; empty where all belong together, or where no plan was written.
    """
    return unlike_record(folder, RECORD, PLAN_FILES)


def _mixed(folder: PathLike, names: Sequence[str]) -> Note:
    return note("report.folder_was_mixed", folder=str(folder), files=list(names), record=RECORD)


def write_backtest(result: Backtest, folder: PathLike) -> None:
    """Write ``capture.csv``, ``calibration.csv``, ``scores.csv`` and ``backtest.txt`` into a folder, all or none.

    Raises
    ------
    HeatnetError
        The folder cannot be written to.
    """
    errors = result.standard_error.add_prefix("standard_error_")
    with whole_folder(folder) as stage:
        write_csv(result.capture.join(errors).rename(columns=str), stage / "capture.csv")
        write_csv(result.calibration, stage / "calibration.csv")
        write_csv(result.scores, stage / "scores.csv")
        (stage / "backtest.txt").write_text(result.to_text(), encoding="utf-8", newline="\n")


def run_record(
    files: Sequence[Path],
    settings: Mapping[str, Any],
    accounts: pd.DataFrame | None = None,
    headings: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Return what a run depended on: versions, settings and the SHA-256 of every input file.

    Parameters
    ----------
    files : sequence of Path
        The files read; they are named without their folder.
    settings : mapping
        Options of the run, seeds among them.
    accounts : DataFrame, optional
        What became of the rows of each table: `Assessment.accounts`.
    headings : DataFrame, optional
        What the headings of the files were understood as: `Inventory.understood`.

    Returns
    -------
    dict
        ``versions``, ``settings``, ``inputs`` and, where given, ``accounts``; no date and no path, so that the same
        run leaves the same record.
    """
    inputs = {file.name: hash_of(file) for file in files}
    account = {} if accounts is None else {"accounts": accounts_as_data(accounts)}
    if headings is not None:
        account["headings"] = headings_as_data(headings)
    return {"versions": versions(), "settings": dict(settings), "inputs": inputs, **account}


def _write_with_extras(subject: Subject, stage: Path) -> dict[str, Note]:
    """Write the files that need an extra; return those left out, with what to say of each."""
    left_out: dict[str, Note] = {}
    for name, write in (("plan.xlsx", write_book), ("plan.gpkg", _write_map), ("report.html", write_page)):
        try:
            write(subject, stage / name)
        except MissingExtraError as error:
            left_out[name] = note("report.file_left_out", file=name, extra=error.extra)
    return left_out


def _write_map(subject: Subject, path: Path) -> None:
    write_layers(replace(subject.assessment, language=subject.language), subject.plan, subject.measure_first, path)
