"""The planning model: options, the units in which they interact, and the limits that couple the units.

An option is one measure on one asset. A unit is a street, or a connected piece of the nameless street, or a
station without a street: money and days of its jobs depend on nothing outside it. Units of one family exclude
each other (the same street in several summers). Rows are limits over all units, each ``sum(use) <= limit``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.errors import InfeasiblePlanError
from heatnet.language import Note, note
from heatnet.planning.candidates import TRENCH_MEASURES
from heatnet.planning.rules import PlanRules
from heatnet.planning.shutdowns import Shut, Shutdowns, section_keys
from heatnet.planning.streets import StreetRule, StreetRules, street_rules
from heatnet.planning.terms import Summer, first_ids
from heatnet.value.settings import Prices

# Share by which a limit that only guides the choice is raised, so that rounding never makes it bind.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Row:
    """One limit: ``sum(use)/per <= limit``; a minimum has both sides negated."""

    kind: str
    name: str
    limit: float
    per: float = 1.0
    period: int = 0

    @property
    def total(self) -> float:
        """Limit in the unit of `use`."""
        return self.limit * self.per

    def is_kept(self, uses: Sequence[float]) -> bool:
        """Whether these uses keep the limit, summed without rounding error."""
        return math.fsum(uses) / self.per <= self.limit


@dataclass(frozen=True, slots=True)
class Unit:
    """A street, a piece of the nameless street or a lone station, in one period."""

    street: str | None
    family: int
    period: int
    rule: StreetRule | None
    options: Ints
    job_cost: float
    setup_days: int


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Arrays over options (in canonical order), units and rows; see the module's text.

    `use` is options x rows, `job_use` units x rows (what one more trench takes). `node_a`, `node_b` are codes of
    end nodes, shared only inside a street; -1 where the option opens no trench. By period: `crews` holds the day from
    which each crew is free (None = no limit), `city_bans` the spells on which every street is banned. `section` holds
    the section that an option drains (None: none), `shut` the households that this cuts off. `too_much` holds assets
    that are no options, for they alone exceed a limit, with the reason.
    """

    candidate: Ints
    asset: Ints
    is_must: Truths
    benefit: Floats
    cost: Floats
    days: Ints
    is_trench: Truths
    is_station: Truths
    node_a: Ints
    node_b: Ints
    unit: Ints
    use: Floats
    job_use: Floats
    units: tuple[Unit, ...]
    rows: tuple[Row, ...]
    window: int | None
    crews: tuple[tuple[int, ...] | None, ...]
    city_bans: tuple[tuple[tuple[int, int], ...], ...]
    section: npt.NDArray[np.object_]
    shut: Floats
    shutdowns: Shutdowns
    too_much: Mapping[str, Note] = field(default_factory=dict)

    def shuts(self, options: Sequence[int]) -> tuple[Shut, ...]:
        """Sections that a job of these options drains; none where nobody limits that."""
        if self.shutdowns.limit is None:
            return ()
        sections = {self.section[one]: float(self.shut[one]) for one in options}
        return tuple(sorted((name, count) for name, count in sections.items() if name is not None and count > 0))

    @property
    def upper_limits(self) -> tuple[Truths, Floats]:
        """Which rows are limits that every use comes nearer to, and the totals of all rows."""
        is_upper = np.array([row.kind != "min_km" for row in self.rows], dtype=bool)
        return is_upper, np.array([row.total for row in self.rows], dtype=np.float64)

    @property
    def n_families(self) -> int:
        """Number of families of units."""
        return max((unit.family for unit in self.units), default=-1) + 1


def build_model(
    table: pd.DataFrame,
    rules: PlanRules,
    prices: Prices,
    *,
    crew_days: tuple[int, ...] | None = None,
    shut_under_way: tuple[tuple[str, float, int], ...] = (),
) -> tuple[Model, dict[str, Note]]:
    """Model of one summer, and the reason for each asset that no calendar can hold.

    `crew_days` holds the day from which each crew is free (default: the first), `shut_under_way` the sections that are
    shut at the start: section, households, days.
    """
    summer = rules.summer
    if crew_days is None and summer is not None and summer.crews is not None:
        crew_days = (0,) * summer.crews
    ask = _Ask(rules, prices, _streets(table, rules), crew_days, Shutdowns(rules.max_households_shut, shut_under_way))
    whole = _options(table, ask)
    misfit = _misfits(whole, ask)
    calendar = _reasons(table, misfit, misfit)
    out_of_limits: dict[int, Note] = {}
    while True:
        _check_musts(_reasons(table, misfit, misfit), rules.must)
        kept = np.array([one not in misfit for one in range(len(table))], dtype=bool)
        model = _model(whole.kept(kept), ask)
        too_much = _too_much_alone(model)
        if not too_much:
            return replace(model, too_much=_reasons(table, misfit, out_of_limits)), calendar
        out_of_limits |= {int(model.candidate[option]): why for option, why in too_much.items()}
        misfit |= out_of_limits


@dataclass(frozen=True, slots=True, eq=False)
class _Ask:
    """What a summer's model is made for."""

    rules: PlanRules
    prices: Prices
    streets: StreetRules | None
    crew_days: tuple[int, ...] | None
    shutdowns: Shutdowns

    @property
    def summer(self) -> Summer | None:
        return self.rules.summer

    @property
    def setup_days(self) -> int:
        return 0 if self.rules.summer is None else self.rules.summer.setup_days

    def rule_of(self, street: str | None) -> StreetRule | None:
        return None if self.streets is None else self.streets.of(street)

    def is_shared(self, street: str | None) -> bool:
        rule = self.rule_of(street)
        return rule is not None and street is not None and rule.digs is not None


def _streets(table: pd.DataFrame, rules: PlanRules) -> StreetRules | None:
    if rules.summer is None:
        return None
    return street_rules(rules.digs, rules.summer, [one for one in table["street"].unique() if one is not None])


@dataclass(frozen=True, slots=True, eq=False)
class _Options:
    """Rows of the candidates that are options, with what one summer makes of each."""

    table: pd.DataFrame
    index: Ints
    is_segment: Truths
    is_trench: Truths
    days: Ints
    cost: Floats

    def kept(self, keep: Truths) -> _Options:
        """Those to keep."""
        return _Options(
            self.table[keep].reset_index(drop=True),
            self.index[keep],
            self.is_segment[keep],
            self.is_trench[keep],
            self.days[keep],
            self.cost[keep],
        )


def _options(table: pd.DataFrame, ask: _Ask) -> _Options:
    is_segment = (table["asset_kind"] == "segment").to_numpy()
    is_trench = is_segment & table["measure"].isin(TRENCH_MEASURES).to_numpy()
    shared = {street: ask.is_shared(street) for street in table["street"].unique()}
    saves = np.array([shared[street] for street in table["street"].tolist()], dtype=bool) & (is_trench | ~is_segment)
    price = table["price"].to_numpy(dtype="float64")
    cost = np.where(saves, price * (1 - ask.prices.dig_saving), price)
    index = np.arange(len(table), dtype=np.int64)
    return _Options(table, index, is_segment, is_trench, _days(table, is_segment, is_trench, ask.summer), cost)


def _reasons(table: pd.DataFrame, misfit: Mapping[int, Note], why: Mapping[int, Note]) -> dict[str, Note]:
    """Assets of which no option is left, with the reason, as far as `why` has one."""
    ids = table["asset_id"].tolist()
    kept = {one for number, one in enumerate(ids) if number not in misfit}
    return {ids[number]: reason for number, reason in why.items() if ids[number] not in kept}


def _check_musts(reasons: Mapping[str, Note], must: frozenset[str]) -> None:
    stuck = sorted(must & set(reasons))
    if stuck:
        why = reasons[stuck[0]]
        raise InfeasiblePlanError(f"must names assets that cannot be planned ({why}): {first_ids(stuck)}.")


def _too_much_alone(model: Model) -> dict[int, Note]:
    """Options that no plan can hold: alone, or with the least that the musts take, they exceed a limit."""
    found: dict[int, Note] = {}
    n_assets = int(model.asset.max(initial=-1)) + 1
    for number, row in enumerate(model.rows):
        if row.kind == "min_km" or not len(model.benefit):
            continue
        use = model.use[:, number]
        least = np.full(n_assets, np.inf)
        np.minimum.at(least, model.asset, use)
        is_must = np.zeros(n_assets, dtype=bool)
        is_must[model.asset[model.is_must]] = True
        least[~is_must] = 0.0
        others = math.fsum(least.tolist()) - least[model.asset]
        need = others + use + np.where(model.is_trench, model.job_use[model.unit, number], 0.0)
        for option in np.flatnonzero(need > row.total + ROUNDING * abs(row.total)).tolist():
            found.setdefault(option, note(f"planning.{_TOO_MUCH[row.kind]}"))
    return found


_TOO_MUCH = {
    "budget": "out_budget",
    "max_km": "out_max_km",
    "max_stations": "out_max_stations",
    "crew_days": "out_crew_days",
    "shut_days": "out_too_many_shut",
}


def _model(options: _Options, ask: _Ask) -> Model:
    table, is_trench = options.table, options.is_trench
    node_a, node_b = _nodes(table, is_trench)
    unit = _unit_codes(table, is_trench, node_a, node_b)
    units = _units(table, unit, ask)
    section = np.array([*section_keys(table, is_trench), None], dtype=object)[:-1]
    rows, use, job_use = _rows(options, units, unit, section, ask)
    summer = ask.summer
    return Model(
        candidate=options.index,
        asset=pd.factorize(table["asset_id"])[0].astype(np.int64),
        is_must=table["asset_id"].isin(list(ask.rules.must)).to_numpy(),
        benefit=(table["hours"] * ask.rules.horizon).to_numpy(dtype="float64"),
        cost=options.cost,
        days=options.days,
        is_trench=is_trench,
        is_station=~options.is_segment,
        node_a=node_a,
        node_b=node_b,
        unit=unit,
        use=use,
        job_use=job_use,
        units=units,
        rows=rows,
        window=None if summer is None else summer.working_days,
        crews=(ask.crew_days,),
        city_bans=(_city_bans(ask.streets, summer),),
        section=section,
        shut=table["households_shut"].to_numpy(dtype="float64"),
        shutdowns=ask.shutdowns,
    )


def _city_bans(rules: StreetRules | None, summer: Summer | None) -> tuple[tuple[int, int], ...]:
    if rules is None or summer is None:
        return ()
    edges = [-1, *(day for run in rules.default.runs for day in run), summer.working_days]
    spells = [(edges[one] + 1, edges[one + 1] - 1) for one in range(0, len(edges), 2)]
    return tuple(spell for spell in spells if spell[0] <= spell[1])


def _days(table: pd.DataFrame, is_segment: Truths, is_trench: Truths, summer: Summer | None) -> Ints:
    days = np.zeros(len(table), dtype=np.int64)
    if summer is not None:
        days[~is_segment] = summer.station_days
        length = table["length_m"].to_numpy()[is_trench]
        days[is_trench] = np.maximum(1, np.ceil(length / summer.metres_per_day)).astype(np.int64)
    return days


def _misfits(options: _Options, ask: _Ask) -> dict[int, Note]:
    """Options that not even a job of their own could hold, with the reason."""
    misfit: dict[int, Note] = {}
    streets = options.table["street"].tolist()
    shut = options.table["households_shut"].to_numpy(dtype="float64")
    if ask.streets is None:
        return misfit
    rules = {street: ask.streets.of(street) for street in dict.fromkeys(streets)}
    for one in np.flatnonzero(options.is_trench | ~options.is_segment).tolist():
        rule = rules[streets[one]]
        if rule.is_closed:
            misfit[one] = note("planning.out_closed_street")
        elif rule.earliest(int(options.days[one]) + (ask.setup_days if options.is_trench[one] else 0)) is None:
            misfit[one] = note("planning.out_no_days")
        elif not ask.shutdowns.allows([("", float(shut[one]))]):
            misfit[one] = note("planning.out_too_many_shut")
    return misfit


def _nodes(table: pd.DataFrame, is_trench: Truths) -> tuple[Ints, Ints]:
    """End nodes as codes that are shared only by trenches on one street; an unknown end is shared by none."""
    pairs: dict[tuple[str | None, str], int] = {}
    ends = np.full((len(table), 2), -1, dtype=np.int64)
    streets = table["street"].tolist()
    next_code = 0
    for side, column in enumerate(("from_node", "to_node")):
        for one, node in enumerate(table[column].tolist()):
            if not is_trench[one]:
                continue
            # The rows of one asset are neighbours: measures with unknown ends share them.
            key = (streets[one], f"{node}") if node is not None else (f"\0{table['asset_id'].iat[one]}", f"{side}")
            code = pairs.setdefault(key, next_code)
            next_code += code == next_code
            ends[one, side] = code
    return ends[:, 0], ends[:, 1]


def _unit_codes(table: pd.DataFrame, is_trench: Truths, node_a: Ints, node_b: Ints) -> Ints:
    """Unit of each option: its street; else its connected piece, else its asset."""
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        while parent.setdefault(node, node) != node:
            parent[node] = node = parent[parent[node]]
        return node

    streets = table["street"].tolist()
    nameless = [one for one, street in enumerate(streets) if street is None]
    for one in nameless:
        if is_trench[one]:
            parent[root(int(node_a[one]))] = root(int(node_b[one]))
    assets = table["asset_id"].tolist()
    piece = {assets[one]: root(int(node_a[one])) for one in nameless if is_trench[one]}
    keys = [
        ("street", street) if street is not None else ("piece", piece.get(asset, asset))
        for street, asset in zip(streets, assets, strict=True)
    ]
    codes: dict[tuple[str, Any], int] = {}
    return np.array([codes.setdefault(key, len(codes)) for key in keys], dtype=np.int64)


def _units(table: pd.DataFrame, unit: Ints, ask: _Ask) -> tuple[Unit, ...]:
    order = np.argsort(unit, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(unit[order])) + 1) if len(order) else []
    streets = table["street"].tolist()
    units = []
    for number, options in enumerate(parts):
        street = streets[int(options[0])]
        cost = ask.prices.job_cost * (1 - (ask.prices.dig_saving if ask.is_shared(street) else 0.0))
        units.append(Unit(street, number, 0, ask.rule_of(street), options.astype(np.int64), cost, ask.setup_days))
    return tuple(units)


@dataclass(slots=True, eq=False)
class _Table:
    """Rows while they are collected."""

    units: tuple[Unit, ...]
    rows: list[Row] = field(default_factory=list)
    uses: list[Any] = field(default_factory=list)
    job_uses: list[Any] = field(default_factory=list)

    def add(self, row: Row, use: Any, job_use: Any = None) -> None:
        self.rows.append(row)
        self.uses.append(use)
        self.job_uses.append(np.zeros(len(self.units)) if job_use is None else job_use)


def _rows(
    options: _Options, units: tuple[Unit, ...], unit: Ints, section: npt.NDArray[np.object_], ask: _Ask
) -> tuple[tuple[Row, ...], Floats, Floats]:
    found = _Table(units)
    _add_money(found, options, unit, ask.rules)
    _add_lengths(found, options, ask.rules)
    if ask.summer is not None:
        if ask.crew_days is not None:
            _add_crew_days(found, options, unit, ask)
        if ask.rules.max_households_shut is not None:
            _add_shut_days(found, options, unit, section, ask.rules.max_households_shut * ask.summer.working_days)
    shape = (len(found.rows), len(options.table)), (len(found.rows), len(units))
    use = np.array(found.uses, dtype="float64").reshape(shape[0]).T
    job_use = np.array(found.job_uses, dtype="float64").reshape(shape[1]).T
    return tuple(found.rows), np.ascontiguousarray(use), np.ascontiguousarray(job_use)


def _add_money(found: _Table, options: _Options, unit: Ints, rules: PlanRules) -> None:
    job_cost = np.array([one.job_cost for one in found.units])
    if rules.funds is not None:
        fund = options.table["fund"].to_numpy()
        job_fund = unit_funds(options.table, unit, options.is_trench)
        for name in sorted(rules.funds):
            row = Row("budget", name, rules.funds[name])
            found.add(row, options.cost * (fund == name), job_cost * (job_fund == name))
    elif rules.budget is not None:
        found.add(Row("budget", "", rules.budget), options.cost, job_cost)


def _add_lengths(found: _Table, options: _Options, rules: PlanRules) -> None:
    table = options.table
    renews = (table["measure"] == "renew").to_numpy()
    metres = np.where(renews & options.is_trench, table["length_m"], 0.0)
    if rules.max_km is not None:
        found.add(Row("max_km", "", rules.max_km, per=1000.0), metres)
    if rules.max_stations is not None:
        found.add(Row("max_stations", "", rules.max_stations), (renews & ~options.is_segment) * 1.0)
    for name, least in sorted((rules.min_km or {}).items()):
        inside = (table["community"] == name).to_numpy()
        found.add(Row("min_km", name, -least, per=1000.0), -metres * inside)


def _add_crew_days(found: _Table, options: _Options, unit: Ints, ask: _Ask) -> None:
    """Days of all jobs; and, where all streets are banned on some days, those that fall on the other days."""
    if ask.summer is None or ask.crew_days is None:
        return
    days, window = options.days, ask.summer.working_days
    setup = np.array([one.setup_days for one in found.units], dtype="float64")
    found.add(Row("crew_days", "", sum(max(0, window - day) for day in ask.crew_days)), days * 1.0, setup)
    runs = () if ask.streets is None else ask.streets.default.runs
    closed = window - sum(last - first + 1 for first, last in runs)
    if closed:
        # Days of streets, and of the other jobs what exceeds the days on which streets are banned.
        free = [max(0, last - max(first, day) + 1) for day in ask.crew_days for first, last in runs]
        named = np.array([one.street is not None for one in found.units], dtype=bool)
        spared = np.where(options.is_trench, np.maximum(0.0, closed - setup[unit]), closed)
        use = np.where(named[unit], days, np.maximum(0.0, days - spared))
        found.add(Row("crew_days", "streets", sum(free)), use, np.where(named, setup, np.maximum(0.0, setup - closed)))


def _add_shut_days(
    found: _Table, options: _Options, unit: Ints, section: npt.NDArray[np.object_], total: float
) -> None:
    share = _shut_share(options.table, section, found.units, unit)
    lowest = np.full(len(found.units), np.inf)
    np.minimum.at(lowest, unit, np.where(options.is_trench, share, np.inf))
    lowest[np.isinf(lowest)] = 0.0
    setup = np.array([one.setup_days for one in found.units], dtype="float64")
    found.add(Row("shut_days", "", total * (1 + ROUNDING)), options.days * share, setup * lowest)


def _shut_share(table: pd.DataFrame, section: Any, units: tuple[Unit, ...], unit: Ints) -> Floats:
    """Households that each day of an option keeps shut at the least, whatever else is done at the same time.

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
    """Fund that pays a unit's trenches: the one with most of its length (ties: the smallest name)."""
    part = pd.DataFrame({"unit": unit, "fund": table["fund"], "m": table["length_m"].fillna(0.0)})[is_trench]
    sums = part.groupby(["unit", "fund"])["m"].sum().reset_index()
    sums = sums.sort_values(["unit", "m", "fund"], ascending=[True, False, True], kind="stable")
    first = sums.drop_duplicates("unit").set_index("unit")["fund"]
    return first.reindex(range(int(unit.max(initial=-1)) + 1)).to_numpy(dtype=object)
