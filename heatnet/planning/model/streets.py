"""What digs and bans make of each street in the working window: closed, shared, or open on some days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet._arrays import Truths
from heatnet.errors import HeatnetError
from heatnet.planning.model.days import DaySpan
from heatnet.planning.summer import Summer, first_ids
from heatnet.schema import DIGS, conform

WHOLE_CITY = "*"
# A street closed for so many years is closed for good.
LONG = 150.0


@dataclass(frozen=True, slots=True)
class StreetRule:
    """When jobs may run on a street; days count from 0, the summer's first day.

    Parameters
    ----------
    runs : tuple of DaySpan
        Spells of days without a ban; a job lies inside one of them.
    digs : tuple of (DaySpan, str), optional
        Days and id of the digs that share the street: a job starts in one of them. None = not shared.
    is_closed : bool
        No job at all: another utility dug here not long ago.
    """

    runs: tuple[DaySpan, ...]
    digs: tuple[tuple[DaySpan, str], ...] | None = None
    is_closed: bool = False

    def earliest(self, days: int, not_before: int = 0) -> int | None:
        """Return the first allowed start of a job of so many days, None if there is none."""
        starts = (max(span.first, not_before) for span in self.starts(days) if max(span.first, not_before) < span.after)
        return min(starts, default=None)

    def starts(self, days: int) -> list[DaySpan]:
        """Return days on which a job of so many days may start."""
        if self.is_closed:
            return []
        spans = [DaySpan(run.first, run.after - days + 1) for run in self.runs]
        if self.digs is not None:
            spans = [span.overlap(dig) for span in spans for dig, _ in self.digs]
        return [span for span in spans if span.days]

    @property
    def row_days(self) -> int:
        """Days that jobs may surely take in one row without a break, all started inside one dig if need be."""
        spans = self.runs
        if self.digs is not None:
            spans = tuple(run.overlap(dig) for run in self.runs for dig, _ in self.digs)
        return 0 if self.is_closed else max((span.days for span in spans), default=0)

    def dig_at(self, day: int) -> str | None:
        """Return the id of the dig inside whose dates a day lies: the first to start, then by id."""
        return next((name for span, name in self.digs or () if span.first <= day < span.after), None)


@dataclass(frozen=True, slots=True)
class StreetRules:
    """Rules of all streets: `of(street)`; a missing street has no bans, digs or turns to wait for."""

    nameless: StreetRule
    default: StreetRule
    special: dict[str, StreetRule]

    def of(self, street: str | None) -> StreetRule:
        """Return the rule of a street; None = the nameless street."""
        return self.nameless if street is None else self.special.get(street, self.default)


@dataclass(frozen=True, slots=True, order=True)
class _Dig:
    """One dig or ban; days count from the summer's first day, `opens` is the day on which its street reopens."""

    first: int
    name: str
    after: int
    is_ban: bool
    opens: int


def street_rules(digs: pd.DataFrame | None, summer: Summer, streets: Iterable[str]) -> StreetRules:
    """Return rules of the streets named, from the digs table.

    Raises
    ------
    HeatnetError
        When the digs table lacks a column, or a dig has no street or dates, or ends before it starts.
    """
    window = DaySpan(0, summer.working_days)
    nameless = StreetRule((window,))
    if digs is None or not len(digs):
        return StreetRules(nameless, nameless, {})
    by_street = _digs_by_street(digs, summer)
    everywhere = by_street.pop(WHOLE_CITY, [])
    default = _rule(sorted(everywhere), window)
    special = {
        street: _rule(sorted(by_street[street] + everywhere), window) for street in set(streets) & set(by_street)
    }
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
        by_street.setdefault(str(street), []).append(_Dig(first[row], names[row], last[row] + 1, ban, opens))
    return by_street


def _rule(digs: list[_Dig], window: DaySpan) -> StreetRule:
    is_open = np.ones(window.days, dtype=bool)
    for dig in digs:
        if dig.is_ban:
            is_open[max(dig.first, 0) : max(dig.after, 0)] = False
    shared = tuple(
        (DaySpan(dig.first, dig.after), dig.name)
        for dig in digs
        if not dig.is_ban and DaySpan(dig.first, dig.after).overlap(window).days
    )
    is_closed = not shared and any(dig.opens > 0 for dig in digs)
    return StreetRule(_runs(is_open), shared or None, is_closed)


def _years_later(day: pd.Timestamp, years: float) -> pd.Timestamp:
    whole = int(years)
    return day + pd.DateOffset(years=whole) + pd.Timedelta(days=round((years - whole) * 365.25))


def _runs(is_open: Truths) -> tuple[DaySpan, ...]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_open, [False]]).astype(np.int8)))
    return tuple(DaySpan(int(first), int(after)) for first, after in edges.reshape(-1, 2))
