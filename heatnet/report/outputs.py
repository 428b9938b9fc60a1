"""The files that a ranking and a plan leave behind, and the record of how they came about."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet.assessment.results import Assessment
from heatnet.errors import MissingExtraError
from heatnet.inventory.accounts import accounts_as_data
from heatnet.inventory.writing import PathLike, whole_folder, write_csv, write_json
from heatnet.planning import Plan
from heatnet.report import in_working_order, write_report, write_workbook
from heatnet.validation.backtesting import Backtest

_PACKAGES = ("heatnet", "numpy", "scipy", "pandas", "networkx")


def write_ranking(ranking: pd.DataFrame, path: PathLike) -> None:
    """Write a ranking as CSV, whole or not at all.

    Raises
    ------
    HeatnetError
        The file cannot be written.
    """
    write_csv(ranking, path)


def write_plan(
    assessment: Assessment, plan: Plan, folder: PathLike, record: Mapping[str, Any], *, language: str = "en"
) -> list[str]:
    """Write a plan's tables, workbook and record into a folder, all or none; return what was left out and why.

    ``ranking.csv``, ``cures.csv`` and ``jobs.csv`` in the order of the work, ``run.json``; ``plan.xlsx`` and
    ``report.html`` where their extras are installed.

    Parameters
    ----------
    assessment : Assessment
        What was ranked.
    plan : Plan
        What was chosen.
    folder : path
        Made if absent; files of these names are replaced, or removed where they are left out.
    record : mapping
        What `run_record` returns.
    language : str
        Language of workbook and report: ``en`` or ``zh``.

    Returns
    -------
    list of str
        A sentence for each file that is left out because its extra is not installed.

    Raises
    ------
    HeatnetError
        The folder cannot be written to.
    """
    jobs, cures = in_working_order(plan, assessment.ranking)
    summary = {
        "benefit": plan.benefit,
        "bound": plan.bound,
        "gap": plan.gap,
        "cost": plan.cost,
        "notes": list(plan.notes),
    }
    with whole_folder(folder) as stage:
        write_ranking(assessment.ranking, stage / "ranking.csv")
        write_csv(cures, stage / "cures.csv")
        write_csv(jobs, stage / "jobs.csv")
        left_out = _write_with_extras(assessment, plan, stage, language)
        write_json({**record, "plan": summary, "assumptions": list(assessment.assumptions)}, stage / "run.json")
    for name in left_out:
        Path(folder, name).unlink(missing_ok=True)  # of an earlier plan: the folder speaks of one
    return list(left_out.values())


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
    files: Sequence[Path], settings: Mapping[str, Any], accounts: pd.DataFrame | None = None
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

    Returns
    -------
    dict
        ``versions``, ``settings``, ``inputs`` and, where given, ``accounts``; no date and no path, so that the same
        run leaves the same record.
    """
    inputs = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    versions = {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}
    told = {} if accounts is None else {"accounts": accounts_as_data(accounts)}
    return {"versions": versions, "settings": dict(settings), "inputs": inputs, **told}


def _write_with_extras(assessment: Assessment, plan: Plan, stage: Path, language: str) -> dict[str, str]:
    """Write the files that need an extra; return those left out, with a sentence each."""
    left_out = {}
    for name, write in (("plan.xlsx", write_workbook), ("report.html", write_report)):
        try:
            write(assessment, plan, stage / name, language=language)
        except MissingExtraError as error:
            left_out[name] = f"{name} is left out: {error}"
    return left_out
