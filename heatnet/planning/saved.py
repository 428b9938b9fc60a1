"""A plan that was written and read back: its two tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.schema import ESCAPED_FORMULA

NUMBERS = ("cost", "benefit", "worth", "ratio", "job_cost", "days", "crew", "households_shut")


@dataclass(frozen=True, slots=True, eq=False)
class PlanTables:
    """The two tables of a plan that was written and read back: `cures` and `jobs`, as in `Plan`."""

    cures: pd.DataFrame
    jobs: pd.DataFrame


@typed
def plan_from_tables(cures: pd.DataFrame, jobs: pd.DataFrame) -> PlanTables:
    """Return tables of a saved plan, with ids as text index, dates as dates and numbers as numbers.

    Parameters
    ----------
    cures, jobs : pandas.DataFrame
        The contents of ``cures.csv`` and ``jobs.csv``; the ids may be a column or the index. Read them with
        ``pandas.read_csv(..., dtype=str)``, or an id such as ``007`` becomes a number. The ' that keeps a
        spreadsheet from taking an id for a formula is removed.

    Raises
    ------
    HeatnetError
        When a table has no ids or lacks a column that `check_plan` needs.

    Examples
    --------
    >>> empty = plan_from_tables(
    ...     pd.DataFrame(columns=["asset_id", "job_id", "measure", "cost", "benefit"]),
    ...     pd.DataFrame(columns=["job_id", "job_kind", "job_cost"]),
    ... )
    >>> len(empty.cures)
    0
    """
    return PlanTables(
        _saved(cures, "cures", "asset_id", ("job_id", "measure", "cost", "benefit")),
        _saved(jobs, "jobs", "job_id", ("job_kind", "job_cost")),
    )


def _saved(table: pd.DataFrame, name: str, key: str, needed: tuple[str, ...]) -> pd.DataFrame:
    rows = table if key in table.columns else table.reset_index()
    missing = [column for column in (key, *needed) if column not in rows.columns]
    if missing:
        raise HeatnetError(f"The table {name} has no column {', '.join(missing)}: was it saved by heatnet?")
    ids = [str(value) for value in rows[key].tolist()]
    ids = [asset_id[1:] if re.match(ESCAPED_FORMULA, asset_id) else asset_id for asset_id in ids]
    rows = rows.set_index(pd.Index(ids, dtype=object, name=key))
    rows = rows.drop(columns=key)
    for columns, read in ((NUMBERS, pd.to_numeric), (("start_on", "end_on"), _days)):
        for column in columns:
            if column in rows.columns:
                rows[column] = _read(rows[column], f"the table {name}", read)
    return rows


def _read(cells: pd.Series, table: str, read: Callable[[pd.Series], pd.Series]) -> pd.Series:
    try:
        return read(cells)
    except (TypeError, ValueError, OverflowError) as error:
        raise HeatnetError(f"The column {cells.name} of {table} cannot be read: {error}") from error


def _days(cells: pd.Series) -> pd.Series:
    return pd.to_datetime(cells, format="ISO8601")
