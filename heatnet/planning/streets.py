"""What digs and bans make of each street in the working window: closed, shared, or open on some days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet.errors import HeatnetError
from heatnet.planning.candidates import first_ids
from heatnet.planning.terms import Summer

WHOLE_CITY = "*"


@dataclass(frozen=True, slots=True)
class StreetRule:
    """When jobs may run on a street; days count from 0, the summer's first day.

    Parameters
    ----------
    runs : tuple of (int, int)
        Spells of days without a ban, first and last day; a job lies inside one of them.
    digs : tuple of (int, int, str), optional
        First day, last day and id of the digs that share the street: a job starts in one of them. None = not shared.
    is_closed : bool
        No job at all: another utility dug here not long ago.
    """

    runs: tuple[tuple[int, int], ...]
    digs: tuple[tuple[int, int, str], ...] | None = None
    is_closed: bool = False

    def earliest(self, days: int, not_before: int = 0) -> int | None:
        """First allowed start of a job of so many days, None if there is none."""
        if self.is_closed:
            return None
        best: int | None = None
        spans = [(0, 1 << 30)] if self.digs is None else [(first, last) for first, last, _ in self.digs]
        for run_first, run_last in self.runs:
            for first, last in spans:
                start = max(run_first, first, not_before)
                if start <= min(last, run_last - days + 1) and (best is None or start < best):
                    best = start
        return best

    def dig_at(self, day: int) -> str | None:
        """Id of the dig inside whose dates a day lies: the first to start, ties by id; None if there is none."""
        return next((name for first, last, name in self.digs or () if first <= day <= last), None)


@dataclass(frozen=True, slots=True)
class StreetRules:
    """Rules of all streets: `of(street)`; a missing street has no bans, digs or turns to wait for."""

    nameless: StreetRule
    default: StreetRule
    special: dict[str, StreetRule]

    def of(self, street: str | None) -> StreetRule:
        """Rule of a street; None = the nameless street."""
        return self.nameless if street is None else self.special.get(street, self.default)


def street_rules(digs: pd.DataFrame | None, summer: Summer, streets: Iterable[str]) -> StreetRules:
    """Rules of the streets named, from the digs table.

    Raises
    ------
    HeatnetError
        When the digs table lacks a column, or a dig has no street or dates, or ends before it starts.
    """
    window = ((0, summer.working_days - 1),)
    nameless = StreetRule(window)
    if digs is None or not len(digs):
        return StreetRules(nameless, nameless, {})
    by_street = {str(street): part for street, part in _dig_rows(digs).groupby("street", sort=True)}
    everywhere = by_street.pop(WHOLE_CITY, None)
    default = nameless if everywhere is None else _rule(everywhere, summer)
    special = {}
    for street in sorted(set(streets) & set(by_street)):
        own = by_street[street]
        both = own if everywhere is None else _in_order(pd.concat([own, everywhere]))
        special[street] = _rule(both, summer)
    return StreetRules(nameless, default, special)


def _dig_rows(digs: pd.DataFrame) -> pd.DataFrame:
    table = digs.reset_index() if "dig_id" not in digs.columns else digs
    missing = [name for name in ("dig_id", "street", "start_on", "end_on") if name not in table.columns]
    if missing:
        raise HeatnetError(f"The digs have no column {', '.join(missing)}: add it.")
    count = len(table)
    is_ban = table["is_ban"].tolist() if "is_ban" in table.columns else [False] * count
    years = table["closed_years"].tolist() if "closed_years" in table.columns else [np.nan] * count
    rows = pd.DataFrame(
        {
            "dig_id": [str(one) for one in table["dig_id"].tolist()],
            "street": [None if pd.isna(one) else str(one) for one in table["street"].tolist()],
            "start_on": pd.to_datetime(table["start_on"]).dt.normalize().to_numpy(),
            "end_on": pd.to_datetime(table["end_on"]).dt.normalize().to_numpy(),
            "is_ban": [not pd.isna(one) and bool(one) for one in is_ban],
            "closed_years": pd.to_numeric(pd.Series(years)).to_numpy(dtype="float64", na_value=np.nan),
        }
    )
    bad = rows["street"].isna() | rows["start_on"].isna() | rows["end_on"].isna()
    bad |= rows["end_on"] < rows["start_on"]
    if bad.any():
        raise HeatnetError(
            f"Digs need a street, a start and an end that is not before it: correct {first_ids(rows['dig_id'][bad])}."
        )
    return _in_order(rows)


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(["start_on", "dig_id", "end_on"], kind="stable", ignore_index=True)


def _rule(rows: pd.DataFrame, summer: Summer) -> StreetRule:
    last = summer.working_days - 1
    starts = (rows["start_on"] - summer.first_day).dt.days.tolist()
    ends = (rows["end_on"] - summer.first_day).dt.days.tolist()
    is_open, closed = np.ones(last + 1, dtype=bool), False
    digs: list[tuple[int, int, str]] = []
    for start, end, ban, years, name, end_on in zip(
        starts, ends, rows["is_ban"], rows["closed_years"], rows["dig_id"], rows["end_on"], strict=True
    ):
        if ban:
            is_open[max(start, 0) : max(end + 1, 0)] = False
        elif end >= 0 and start <= last:
            digs.append((start, end, name))
        elif end < 0:
            closed |= _years_later(end_on, summer.no_dig_years if np.isnan(years) else years) > summer.first_day
    shared = tuple(digs) or None
    return StreetRule(_runs(is_open), shared, closed and shared is None)


def _years_later(day: pd.Timestamp, years: float) -> pd.Timestamp:
    whole = int(years)
    return day + pd.DateOffset(years=whole) + pd.Timedelta(days=round((years - whole) * 365.25))


def _runs(is_open: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[tuple[int, int], ...]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_open, [False]]).astype(np.int8)))
    return tuple((int(first), int(after) - 1) for first, after in edges.reshape(-1, 2))
