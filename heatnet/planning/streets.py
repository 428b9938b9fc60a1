"""What digs and bans make of each street in the working window: closed, shared, or open on some days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet.errors import HeatnetError
from heatnet.planning.terms import Summer, first_ids
from heatnet.schema import DIGS, conform

WHOLE_CITY = "*"
# A street closed for so many years is closed for good.
LONG = 150.0


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

    @property
    def row_days(self) -> int:
        """Days that jobs may surely take in one row without a break, all started inside one dig if need be."""
        spans = self.runs
        if self.digs is not None:
            spans = tuple((max(run[0], dig[0]), min(run[1], dig[1])) for run in self.runs for dig in self.digs)
        return 0 if self.is_closed else max((last - first + 1 for first, last in spans), default=0)

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


@dataclass(frozen=True, slots=True, order=True)
class _Dig:
    """One dig or ban; days count from the summer's first day, `opens` is the day on which its street reopens."""

    first: int
    name: str
    last: int
    is_ban: bool
    opens: int


def street_rules(digs: pd.DataFrame | None, summer: Summer, streets: Iterable[str]) -> StreetRules:
    """Rules of the streets named, from the digs table.

    Raises
    ------
    HeatnetError
        When the digs table lacks a column, or a dig has no street or dates, or ends before it starts.
    """
    last = summer.working_days - 1
    nameless = StreetRule(((0, last),))
    if digs is None or not len(digs):
        return StreetRules(nameless, nameless, {})
    by_street = _digs_by_street(digs, summer)
    everywhere = by_street.pop(WHOLE_CITY, [])
    default = _rule(sorted(everywhere), last)
    special = {street: _rule(sorted(by_street[street] + everywhere), last) for street in set(streets) & set(by_street)}
    return StreetRules(nameless, default, special)


def dig_table(digs: pd.DataFrame) -> pd.DataFrame:
    """Return the digs in the form of their specification.

    Raises
    ------
    HeatnetError
        When something in it cannot be used, or a dig has no street or dates, or ends before it starts.
    """
    is_indexed = digs.index.name == "dig_id" and "dig_id" not in digs.columns
    table = conform(digs.reset_index() if is_indexed else digs, DIGS)
    bad = table["end_on"] < table["start_on"]
    if bad.any():
        raise HeatnetError(f"Digs end before they start: correct {first_ids(table['dig_id'][bad])}.")
    return table


def _digs_by_street(digs: pd.DataFrame, summer: Summer) -> dict[str, list[_Dig]]:
    table = dig_table(digs)
    names = table["dig_id"].tolist()
    start, end = table["start_on"], table["end_on"]
    is_ban, years = table["is_ban"].tolist(), table["closed_years"].tolist()
    first, last = ((dates - summer.first_day).dt.days.tolist() for dates in (start, end))
    by_street: dict[str, list[_Dig]] = {}
    for row, street in enumerate(table["street"].tolist()):
        ban = bool(is_ban[row])
        # Only a dig that is over before the summer closes its street.
        opens = 0
        if last[row] < 0 and not ban:
            closed_years = summer.no_dig_years if pd.isna(years[row]) else float(years[row])
            opens = (_years_later(end.iloc[row], min(closed_years, LONG)) - summer.first_day).days
        by_street.setdefault(str(street), []).append(_Dig(first[row], names[row], last[row], ban, opens))
    return by_street


def _rule(digs: list[_Dig], last: int) -> StreetRule:
    is_open = np.ones(last + 1, dtype=bool)
    for one in digs:
        if one.is_ban:
            is_open[max(one.first, 0) : max(one.last + 1, 0)] = False
    shared = tuple(
        (one.first, one.last, one.name) for one in digs if not one.is_ban and one.last >= 0 and one.first <= last
    )
    is_closed = not shared and any(one.opens > 0 for one in digs)
    return StreetRule(_runs(is_open), shared or None, is_closed)


def _years_later(day: pd.Timestamp, years: float) -> pd.Timestamp:
    whole = int(years)
    return day + pd.DateOffset(years=whole) + pd.Timedelta(days=round((years - whole) * 365.25))


def _runs(is_open: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[tuple[int, int], ...]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_open, [False]]).astype(np.int8)))
    return tuple((int(first), int(after) - 1) for first, after in edges.reshape(-1, 2))
