"""The records of a network in standard form, and those of them that were known before a season began."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Truths
from heatnet.schema import TABLES, conform
from heatnet.season import checked_season, season_of, season_start

DAY_OF = {"visits": "visited_on", "faults": "found_on", "works": "done_on"}
_DATED = (*DAY_OF, "makeup")


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
        given: dict[str, pd.DataFrame | None] = {name: getattr(self, name) for name in _DATED}
        past = {
            name: None if table is None else table[is_past(name, table, season)].reset_index(drop=True)
            for name, table in given.items()
        }
        return Records(**past, digs=self.digs)


def is_past(name: str, table: pd.DataFrame, season: int) -> Truths:
    """Return which rows of a table of records were known before a season began; digs lie ahead and always are."""
    season = checked_season(season)
    if name == "makeup":
        return (table["season"] < season).to_numpy(dtype=bool)
    if name not in DAY_OF:
        return np.ones(len(table), dtype=bool)
    days: Any = table[DAY_OF[name]]
    return np.asarray(days < season_start(season), dtype=bool)


def records_before(season: int, **tables: pd.DataFrame | None) -> Records:
    """Return the records dated before the season's start (15 October), in standard form.

    Parameters
    ----------
    season : int
        Calendar year in which the coming season starts.
    **tables : DataFrame, optional
        ``visits``, ``faults``, ``works``, ``makeup``.

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
    known = {name: conform(table, TABLES[name]) for name, table in tables.items() if table is not None}
    return Records(**known).before(season)
