"""Households cut off while sections are drained: how many together, day by day.

A trench drains every section that it touches for all its days; a section that is drained for several jobs at once
is counted once. Sums are taken without rounding error, so that they do not depend on the order of jobs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

# One section with the households cut off while it is drained.
Shut = tuple[str, float]
NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Shutdowns:
    """Most households shut together (None = no limit), and what is shut at the start: section, households, days."""

    limit: float | None = None
    under_way: tuple[tuple[str, float, int], ...] = ()

    def allows(self, *shuts: Iterable[Shut]) -> bool:
        """Return whether these may be shut together."""
        return self.limit is None or households(*shuts) <= self.limit


def households(*shuts: Iterable[Shut]) -> float:
    """Return households of distinct sections.

    >>> households([("a", 40.0), ("b", 25.0)], [("a", 40.0)])
    65.0
    """
    return math.fsum({section: count for group in shuts for section, count in group}.values())


def section_keys(table: pd.DataFrame, opens_trench: Sequence[bool] | Any) -> list[str | None]:
    """Return the section of each candidate, itself where it has none (a station too); None = no shutdown."""
    keys: list[str | None] = []
    rows = zip(table["asset_id"], table["asset_kind"], table["section_id"], opens_trench, strict=True)
    for asset, kind, section, opens in rows:
        if kind == "station":
            keys.append(f"station {asset}")
        elif opens:
            keys.append(f"asset {asset}" if section is None else f"section {section}")
        else:
            keys.append(None)
    return keys


@dataclass(slots=True, eq=False)
class ShutDays:
    """Which sections are shut on which day, while a calendar is being filled."""

    shutdowns: Shutdowns
    window: int
    days: dict[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    count: dict[str, float] = field(default_factory=dict)
    used: npt.NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self.used = np.zeros(self.window)
        for section, count, days in self.shutdowns.under_way:
            self.book(0, days, [(section, count)])

    def book(self, first: int, after: int, shuts: Iterable[Shut]) -> None:
        """Return shut sections from one day until the day before another."""
        for section, count in shuts:
            mine = self.days.setdefault(section, np.zeros(self.window, dtype=bool))
            self.count[section] = count
            self.used[first:after] += np.where(mine[first:after], 0.0, count)
            mine[first:after] = True

    def open_days(self, shuts: Sequence[Shut]) -> npt.NDArray[np.bool_]:
        """Return days on which these sections may be shut as well."""
        limit = self.shutdowns.limit
        if limit is None or not shuts:
            return np.ones(self.window, dtype=bool)
        total = self.used + self.added(shuts)
        is_open = total <= limit
        for day in np.flatnonzero(np.abs(total - limit) <= NEAR * max(limit, 1.0)).tolist():
            is_open[day] = self.shutdowns.allows(shuts, self._on(day))
        return np.asarray(is_open)

    def added(self, shuts: Sequence[Shut]) -> npt.NDArray[np.float64]:
        """Return households of these sections, day by day, that are not shut anyway."""
        more = np.zeros(self.window)
        for section, count in shuts:
            more += np.where(self.days[section], 0.0, count) if section in self.days else count
        return more

    def _on(self, day: int) -> list[Shut]:
        return [(section, self.count[section]) for section, mine in self.days.items() if mine[day]]
