"""The records of a network, and those of them that were known before a season began."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from heatnet.language import note
from heatnet.schema import TABLES, WORKS, conform_leniently, raise_problems
from heatnet.schema.findings import all_findings, findings_at
from heatnet.season import checked_season, season_of, season_start

_WORKS_AS_WRITTEN = replace(WORKS, columns=(replace(WORKS.column("kind"), default=None),), key=())
DAY_OF = {"visits": "visited_on", "faults": "found_on", "works": "done_on"}


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Visits, faults, works, digs and make-up water in standard form; ``None``: not recorded.

    Attributes
    ----------
    visits, faults, works, makeup, digs : DataFrame or None
        Tables of these names.
    """

    visits: pd.DataFrame | None = None
    faults: pd.DataFrame | None = None
    works: pd.DataFrame | None = None
    makeup: pd.DataFrame | None = None
    digs: pd.DataFrame | None = None

    def first_season(self, season: int) -> int:
        """Return the season of the earliest fault, the one before `season` where none is recorded."""
        if self.faults is None or not len(self.faults):
            return season - 1
        return int(season_of(self.faults["found_on"]).min())

    def before(self, season: int) -> Records:
        """Return the records dated before the season's start (15 October); digs, which lie ahead, as they are."""
        season = checked_season(season)
        dated = {name: _before(getattr(self, name), day, season) for name, day in DAY_OF.items()}
        makeup = self.makeup
        if makeup is not None:
            makeup = makeup[(makeup["season"] < season).to_numpy(dtype=bool)].reset_index(drop=True)
        return Records(**dated, makeup=makeup, digs=self.digs)


def records_before(
    season: int,
    *,
    visits: pd.DataFrame | None = None,
    faults: pd.DataFrame | None = None,
    works: pd.DataFrame | None = None,
    makeup: pd.DataFrame | None = None,
) -> Records:
    """Return the records dated before the season's start (15 October), in standard form.

    Parameters
    ----------
    season : int
        Calendar year in which the coming season starts.
    visits, faults, works, makeup : DataFrame, optional
        Tables of these names.

    Raises
    ------
    HeatnetError
        A table cannot be used.

    Examples
    --------
    >>> faults = pd.DataFrame({"fault_id": ["F", "G"], "found_on": ["2025-10-14", "2025-10-15"], "asset_id": "S"})
    >>> records_before(2025, faults=faults).faults["fault_id"].tolist()
    ['F']
    """
    season = checked_season(season)
    given = {"visits": visits, "faults": faults, "works": works, "makeup": makeup}
    known = {name: conformed_records(table, name)[0] for name, table in given.items() if table is not None}
    return Records(**known).before(season)


def conformed_records(
    table: pd.DataFrame, name: str, *, origin: str | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a table of records in standard form and what was found in it; a row without a date stays, to be judged.

    Raises
    ------
    HeatnetError
        The table cannot be used.
    """
    spec = TABLES[name]
    known, problems = conform_leniently(table, spec, origin=origin)
    days = [column.name for column in spec.columns if column.type == "date"]
    raise_problems(
        [problem for problem in problems if not (problem.column in days and problem.what == "must not be empty")],
        {name: origin} if origin else {},
    )
    if name != "works":
        return known, all_findings([])
    written = conform_leniently(table, _WORKS_AS_WRITTEN)[0]["kind"]
    no_kind = known["work_id"][written.isna().to_numpy(dtype=bool)]
    message = note("findings.work_without_kind", column="kind")
    return known, findings_at("note", "work_without_kind", "works", "kind", no_kind, message)


def _before(table: pd.DataFrame | None, day: str, season: int) -> pd.DataFrame | None:
    if table is None:
        return None
    dates: Any = table[day]
    kept: pd.DataFrame = table[(dates < season_start(season)).to_numpy(dtype=bool)].reset_index(drop=True)
    return kept
