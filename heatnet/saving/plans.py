"""A plan to a folder and back."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.inventory.staging import PathLike
from heatnet.language import Note, note
from heatnet.planning.plan import Decay, Plan, Request
from heatnet.planning.replanning import Replan
from heatnet.planning.rules import PlanRules
from heatnet.planning.summer import Summer
from heatnet.saving.files import RECORD, read_saved, refuse_mixed, write_folder, write_saved
from heatnet.schema import ESCAPED_FORMULA
from heatnet.value import Prices

PLAN_FILE = "plan.json"
TABLES = ("changes.csv", "cures.csv", "jobs.csv", "measure_first.csv", "ranking.csv")
FOR_PEOPLE = ("plan.gpkg", "plan.xlsx", "report.html", "season.html")
CLASSES: dict[str, type] = {one.__name__: one for one in (Decay, Note, Plan, PlanRules, Prices, Request, Summer)}
_PACKAGES = ("heatnet", "numpy", "scipy", "pandas", "networkx")


def versions() -> dict[str, str]:
    """Return the versions on which a result depends."""
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


def write_plan_file(plan: Plan, file: Path) -> None:
    """Write a plan as one JSON file, from which it is read back whole."""
    write_saved(_in_order(plan), "plan", CLASSES, file)


@typed
def write_plan(plan: Plan, folder: PathLike) -> None:
    """Write a plan into a folder, all files or none: `read_plan` reads it back as it was.

    ``plan.json`` holds all of it, with what was asked for (candidates, rules, prices), numbers to the last bit;
    ``cures.csv`` and ``jobs.csv`` are its tables for reading; ``run.json`` has the versions and the SHA-256 of each.

    Parameters
    ----------
    plan : Plan
        The plan.
    folder : path
        Made if absent; files of these names are replaced.

    Raises
    ------
    HeatnetError
        A file cannot be written; nothing in the folder changes then.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from heatnet.planning import plan_cures
    >>> table = pd.DataFrame(
    ...     {"asset_kind": "station", "cold_household_hours": [10.0, 20.0]},
    ...     index=pd.Index(["s1", "s2"], name="asset_id"),
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     plan = plan_cures(table, max_stations=1)
    ...     write_plan(plan, folder)
    ...     read_plan(folder).why("s1") == plan.why("s1")
    True
    """
    write_folder(_in_order(plan), "plan", CLASSES, folder, _tables(plan), {"versions": versions()})


def write_replan(result: Replan, folder: PathLike, record: Mapping[str, Any]) -> None:
    """Write a plan made again, as `write_plan` does, with ``changes.csv`` beside it and what the record tells.

    Raises
    ------
    HeatnetError
        A file cannot be written; nothing in the folder changes then.
    """
    tables = {**_tables(result.plan), "changes": result.changes}
    write_folder(_in_order(result.plan), "plan", CLASSES, folder, tables, {"versions": versions(), **record})


def _in_order(plan: Plan) -> Plan:
    """Return a plan without its assessment, its digs in the order of their ids: equal plans leave equal bytes."""
    request = replace(plan.request, source=None)
    digs = request.rules.digs
    if digs is not None and "dig_id" in digs.columns:
        ordered = digs.sort_values("dig_id", kind="stable", ignore_index=True)
        request = replace(request, rules=request.rules.replace(digs=ordered))
    return replace(plan, request=request)


def _tables(plan: Plan) -> dict[str, pd.DataFrame]:
    return {"cures": plan.cures, "jobs": plan.jobs}


@typed
def read_plan(folder: PathLike) -> Plan:
    """Return the plan that `write_plan` or ``heatnet plan`` wrote into a folder, as it was.

    The assessment is not in it (`write_assessment` keeps that): give it to ``plan.explore(assessment)``.
    Its `why`, `replan`, `plan_changes` and `compare` work as on the day it was made. Where a workbook or a page in the
    folder was changed since, the first of `Plan.notes` says so; the plan itself is that of the run.

    Parameters
    ----------
    folder : path
        Folder of a plan.

    Raises
    ------
    MissingFileError
        No plan was written there.
    HeatnetError
        The folder is mixed: its tables are not all of the run that ``run.json`` tells of; or a file is damaged or of a
        later version.

    Examples
    --------
    >>> import heatnet as hn
    >>> hn.read_plan("nowhere")
    Traceback (most recent call last):
    ...
    heatnet.errors.MissingFileError: nowhere is no folder with the file plan.json: was the plan written there?
    """
    changed = refuse_mixed(folder, "plan", (PLAN_FILE, *TABLES), FOR_PEOPLE)
    plan: Plan = read_saved(Path(folder) / PLAN_FILE, "plan", CLASSES)
    if not changed:
        return plan
    said = note("planning.changed_since", files=tuple(changed), record=RECORD)
    return replace(plan, notes=(said, *plan.notes))


def read_ranking(folder: PathLike) -> pd.DataFrame | None:
    """Return the ranking that ``heatnet plan`` wrote beside a plan, index asset_id; None where there is none.

    Raises
    ------
    HeatnetError
        The file cannot be read.
    """
    file = Path(folder) / "ranking.csv"
    if not file.is_file():
        return None
    try:
        table = pd.read_csv(
            file, dtype={"asset_id": str}, encoding="utf-8-sig", keep_default_na=False, na_values=[""], low_memory=False
        )
        ids = [_unescaped(str(value)) for value in table.pop("asset_id")]
    except (OSError, ValueError, KeyError) as error:
        raise HeatnetError(f"{file} is no ranking that can be read ({error}): write the plan again") from error
    return table.set_index(pd.Index(ids, dtype=object, name="asset_id"))


def planned_season(folder: PathLike) -> int | None:
    """Return the season for which ``heatnet plan`` made the plan in a folder, by its record; None: it does not say."""
    try:
        record = json.loads((Path(folder) / RECORD).read_text(encoding="utf-8"))
        return int(record["settings"]["season"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _unescaped(text: str) -> str:
    return text[1:] if re.match(ESCAPED_FORMULA, text) else text
