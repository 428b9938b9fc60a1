"""The limits that couple the units: money, kilometres, stations, minima, crews, households shut."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.planning.model.rows import Rows
from heatnet.planning.model.summers import Terms
from heatnet.planning.model.units import Unit
from heatnet.planning.rules import PlanRules

# Share by which a limit that only guides the choice is raised, so that rounding never makes it bind.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit over all units: ``sum(use)/per <= most``; a minimum has both sides negated.

    `ban_days`: days on which all streets are banned, of which `granted` count as worked by each crew beforehand.
    """

    kind: str
    name: str
    most: float
    per: float = 1.0
    period: int = 0
    ban_days: int = 0
    granted: int = 0

    @property
    def total(self) -> float:
        """Limit in the unit of `use`."""
        return self.most * self.per

    def is_kept(self, uses: Sequence[float]) -> bool:
        """Return whether these uses keep the limit, summed without rounding error."""
        return math.fsum(uses) / self.per <= self.most

    def beside_ban(self, days: Ints) -> Floats:
        """Return what jobs of so many days without a street take of crew days beside the ban; 0 of jobs of no days.

        A crew that works in the ban works there at the most what is granted and, for each of its jobs, what is taken
        off here: of one as long as the ban all that is not granted, of a shorter one half of that at the least, since
        two may fill the ban together.
        """
        rest = self.ban_days - self.granted
        is_short = days < self.ban_days
        taken_off = np.where(is_short & (self.granted > 0), np.maximum(days - self.granted, rest / 2.0), rest)
        return np.asarray(np.maximum(0.0, days - taken_off), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Uses:
    """Limits, with what options (options x limits) and one more trench of each unit (units x limits) take of them."""

    limits: tuple[Limit, ...]
    use: Floats
    job_use: Floats


@dataclass(slots=True, eq=False)
class _Collected:
    """Limits while they are collected."""

    units: tuple[Unit, ...]
    limits: list[Limit] = field(default_factory=list)
    uses: list[Any] = field(default_factory=list)
    job_uses: list[Any] = field(default_factory=list)

    def add(self, limit: Limit, use: Any, job_use: Any = None) -> None:
        self.limits.append(limit)
        self.uses.append(use)
        self.job_uses.append(np.zeros(len(self.units)) if job_use is None else job_use)


def limits_of(rows: Rows, units: tuple[Unit, ...], unit: Ints, section: npt.NDArray[np.object_], terms: Terms) -> Uses:
    """Return limits of one summer."""
    found = _Collected(units)
    _add_money(found, rows, unit, terms.rules)
    _add_lengths(found, rows, terms.rules)
    if terms.summer is not None:
        if terms.crew_days is not None:
            _add_crew_days(found, rows, unit, terms)
        if terms.rules.max_households_shut is not None:
            _add_shut_days(found, rows, unit, section, terms.rules.max_households_shut * terms.summer.working_days)
    shape = (len(found.limits), len(rows.table)), (len(found.limits), len(units))
    use = np.array(found.uses, dtype="float64").reshape(shape[0]).T
    job_use = np.array(found.job_uses, dtype="float64").reshape(shape[1]).T
    return Uses(tuple(found.limits), np.ascontiguousarray(use), np.ascontiguousarray(job_use))


def _add_money(found: _Collected, rows: Rows, unit: Ints, rules: PlanRules) -> None:
    job_cost = np.array([one.job_cost for one in found.units])
    if rules.funds is not None:
        fund = rows.table["fund"].to_numpy()
        job_fund = unit_funds(rows.table, unit, rows.is_trench)
        for name in sorted(rules.funds):
            limit = Limit("budget", name, rules.funds[name])
            found.add(limit, rows.cost * (fund == name), job_cost * (job_fund == name))
    elif rules.budget is not None:
        found.add(Limit("budget", "", rules.budget), rows.cost, job_cost)


def _add_lengths(found: _Collected, rows: Rows, rules: PlanRules) -> None:
    table = rows.table
    renews = (table["measure"] == "renew").to_numpy()
    metres = np.where(renews & rows.is_trench, table["length_m"], 0.0)
    if rules.max_km is not None:
        found.add(Limit("max_km", "", rules.max_km, per=1000.0), metres)
    if rules.max_stations is not None:
        found.add(Limit("max_stations", "", rules.max_stations), (renews & ~rows.is_segment) * 1.0)
    for name, least in sorted((rules.min_km or {}).items()):
        inside = (table["community"] == name).to_numpy()
        found.add(Limit("min_km", name, -least, per=1000.0), -metres * inside)


def _add_crew_days(found: _Collected, rows: Rows, unit: Ints, terms: Terms) -> None:
    """Add days of all jobs; and, where all streets are banned on some days, those that fall on the other days."""
    if terms.summer is None or terms.crew_days is None:
        return
    days, window = rows.days, terms.summer.working_days
    setup = np.array([one.setup_days for one in found.units], dtype="float64")
    found.add(Limit("crew_days", "", sum(max(0, window - day) for day in terms.crew_days)), days * 1.0, setup)
    runs = () if terms.streets is None else terms.streets.default.runs
    closed = window - sum(run.days for run in runs)
    if not closed:
        return
    free = sum(max(0, run.after - max(run.first, day)) for day in terms.crew_days for run in runs)
    _add_days_beside_bans(found, rows, unit, Limit("crew_days", "streets", free, ban_days=closed))
    first, after = runs[0].after if runs and not runs[0].first else 0, runs[-1].first if runs else window
    if after - first == closed > 1:  # one spell: a crew needs one long job there or several short ones
        granted = (closed + 1) // 2
        most = free + granted * sum(day < after for day in terms.crew_days)
        _add_days_beside_bans(found, rows, unit, Limit("crew_days", "crews", most, ban_days=closed, granted=granted))


def _add_days_beside_bans(found: _Collected, rows: Rows, unit: Ints, limit: Limit) -> None:
    """Add days of streets, and of the other jobs what at the least counts as worked beside the ban."""
    days, spare = rows.days, limit.ban_days - limit.granted
    setup = np.array([one.setup_days for one in found.units], dtype="float64")
    named = np.array([one.street is not None for one in found.units], dtype=bool)
    spared = np.where(rows.is_trench, np.maximum(0.0, spare - setup[unit]), spare)
    use = np.where(named[unit], days, np.maximum(0.0, days - spared))
    found.add(limit, use, np.where(named, setup, np.maximum(0.0, setup - spare)))


def _add_shut_days(found: _Collected, rows: Rows, unit: Ints, section: npt.NDArray[np.object_], total: float) -> None:
    share = _shut_share(rows.table, section, found.units, unit)
    lowest = np.full(len(found.units), np.inf)
    np.minimum.at(lowest, unit, np.where(rows.is_trench, share, np.inf))
    lowest[np.isinf(lowest)] = 0.0
    setup = np.array([one.setup_days for one in found.units], dtype="float64")
    found.add(Limit("shut_days", "", total * (1 + ROUNDING)), rows.days * share, setup * lowest)


def _shut_share(table: pd.DataFrame, section: Any, units: tuple[Unit, ...], unit: Ints) -> Floats:
    """Return households that each day of an option keeps shut at the least, whatever else is done at the same time.

    Jobs of one street take turns, so their days in a section add up; a section that several streets touch is shut for
    at least the mean of theirs. Pieces of the nameless street take no turns and count for nothing.
    """
    counts = table["households_shut"].fillna(0.0).to_numpy(dtype="float64")
    is_station = (table["asset_kind"] == "station").to_numpy()
    in_turn = np.array([one.street is not None for one in units], dtype=bool)[unit] | is_station
    counted = in_turn & np.array([one is not None for one in section], dtype=bool)
    touching = pd.DataFrame({"section": section[counted], "unit": unit[counted]})
    units_of = touching.groupby("section")["unit"].nunique()
    shared = pd.Series(section, dtype=object).map(units_of).fillna(1.0).to_numpy(dtype="float64")
    return np.where(counted, counts / shared, 0.0)


def unit_funds(table: pd.DataFrame, unit: Ints, is_trench: Truths) -> npt.NDArray[np.object_]:
    """Return the fund that pays a unit's trenches: the one with most of its length (ties: the smallest name)."""
    part = pd.DataFrame({"unit": unit, "fund": table["fund"], "m": table["length_m"].fillna(0.0)})[is_trench]
    sums = part.groupby(["unit", "fund"])["m"].sum().reset_index()
    sums = sums.sort_values(["unit", "m", "fund"], ascending=[True, False, True], kind="stable")
    first = sums.drop_duplicates("unit").set_index("unit")["fund"]
    return first.reindex(range(int(unit.max(initial=-1)) + 1)).to_numpy(dtype=object)
