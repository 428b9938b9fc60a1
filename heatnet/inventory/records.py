"""The records of a network, and those of them that were known before a season began."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from heatnet.schema import FAULTS, MAKEUP, VISITS, WORKS, TableSpec, conform
from heatnet.season import checked_season, season_of, season_start


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Visits, faults, works and make-up water in standard form; ``None``: not recorded.

    Attributes
    ----------
    visits, faults, works, makeup : DataFrame or None
        Tables of these names.
    """

    visits: pd.DataFrame | None
    faults: pd.DataFrame | None
    works: pd.DataFrame | None
    makeup: pd.DataFrame | None

    def first_season(self, season: int) -> int:
        """Return the season of the earliest fault, the one before `season` where none is recorded."""
        if self.faults is None or not len(self.faults):
            return season - 1
        return int(season_of(self.faults["found_on"]).min())


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
    past_makeup = None if makeup is None else conform(makeup, MAKEUP)
    return Records(
        visits=_before(visits, VISITS, "visited_on", season),
        faults=_before(faults, FAULTS, "found_on", season),
        works=_before(works, WORKS, "done_on", season),
        makeup=None if past_makeup is None else past_makeup[past_makeup["season"] < season].reset_index(drop=True),
    )


def _before(table: pd.DataFrame | None, spec: TableSpec, day: str, season: int) -> pd.DataFrame | None:
    if table is None:
        return None
    known: Any = conform(table, spec)
    return pd.DataFrame(known[known[day] < season_start(season)]).reset_index(drop=True)
