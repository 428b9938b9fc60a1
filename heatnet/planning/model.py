"""The planning model: options, the units in which they interact, and the limits that couple the units.

An option is one measure on one asset. A unit is a street, or a connected piece of the nameless street, or a
station without a street: money and days of its jobs depend on nothing outside it. Units of one family exclude
each other (the same street in several summers). Rows are limits over all units, each ``sum(use) <= limit``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.errors import HeatnetError
from heatnet.planning.candidates import TRENCH_MEASURES, first_ids
from heatnet.planning.shutdowns import Shut, Shutdowns, section_keys
from heatnet.planning.streets import StreetRule, StreetRules
from heatnet.planning.terms import Summer
from heatnet.value.settings import Prices

# Share by which a limit that only guides the choice is raised, so that rounding never makes it bind.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Limits:
    """The office's limits; money is one sum or one per fund, lengths are in km; None = no limit."""

    budget: float | Mapping[str, float] | None = None
    max_km: float | None = None
    max_stations: float | None = None
    min_km: Mapping[str, float] | None = None
    max_households_shut: float | None = None

    @property
    def funds(self) -> Mapping[str, float] | None:
        """Budget by fund, None where there is one budget or none."""
        return self.budget if isinstance(self.budget, Mapping) else None


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
    the section that an option drains (None: none), `shut` the households that this cuts off.
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
    *,
    limits: Limits,
    prices: Prices,
    summer: Summer | None,
    rules: StreetRules | None,
    must: frozenset[str],
    horizon: float,
    crew_days: tuple[int, ...] | None,
    shut_under_way: tuple[tuple[str, float, int], ...] = (),
) -> tuple[Model, dict[str, str]]:
    """Model of one summer, and the reason for each asset that no calendar can hold.

    `crew_days` holds the day from which each crew is free; None = no limit of crews. `shut_under_way` holds the
    sections that are shut at the start: section, households, days.
    """
    shutdowns = Shutdowns(limits.max_households_shut, shut_under_way)
    streets = table["street"].tolist()
    rule_of = None if rules is None else {street: rules.of(street) for street in dict.fromkeys(streets)}
    is_segment = (table["asset_kind"] == "segment").to_numpy()
    is_trench = is_segment & table["measure"].isin(TRENCH_MEASURES).to_numpy()
    days = _days(table, is_segment, is_trench, summer)
    setup = 0 if summer is None else summer.setup_days
    misfit = {} if rule_of is None else _misfits(table, streets, rule_of, days, is_trench, is_segment, setup, shutdowns)
    while True:
        left_out = _left_out(table, misfit, must)
        model = _model(
            table,
            np.array([one not in misfit for one in range(len(table))], dtype=bool),
            limits=limits,
            prices=prices,
            summer=summer,
            rules=rules,
            rule_of=rule_of,
            must=must,
            horizon=horizon,
            crew_days=crew_days,
            shutdowns=shutdowns,
            days=days,
            is_trench=is_trench,
            is_segment=is_segment,
        )
        too_much = _too_much_alone(model)
        if not too_much:
            return model, left_out
        misfit |= {int(model.candidate[option]): why for option, why in too_much.items()}


def _left_out(table: pd.DataFrame, misfit: Mapping[int, str], must: frozenset[str]) -> dict[str, str]:
    """Assets of which no option is left, with the reason."""
    ids = table["asset_id"].tolist()
    left_out = {str(ids[one]): why for one, why in misfit.items()}
    for number, one in enumerate(ids):
        if number not in misfit:
            left_out.pop(one, None)
    stuck = sorted(must & set(left_out))
    if stuck:
        raise HeatnetError(f"must names assets that cannot be planned ({left_out[stuck[0]]}): {first_ids(stuck)}.")
    return left_out


def _too_much_alone(model: Model) -> dict[int, str]:
    """Options that no plan can hold: alone, or with the least that the musts take, they exceed a limit."""
    found: dict[int, str] = {}
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
            found.setdefault(option, _TOO_MUCH[row.kind])
    return found


_TOO_MUCH = {
    "budget": "it alone costs more than the budget leaves",
    "max_km": "it alone is longer than max_km leaves",
    "max_stations": "no station may be renewed",
    "crew_days": "it alone takes more days than the crews have",
    "shut_days": "its shutdown alone cuts off more households than may be shut together",
}


def _model(
    table: pd.DataFrame,
    kept: Truths,
    *,
    limits: Limits,
    prices: Prices,
    summer: Summer | None,
    rules: StreetRules | None,
    rule_of: Mapping[str | None, StreetRule] | None,
    must: frozenset[str],
    horizon: float,
    crew_days: tuple[int, ...] | None,
    shutdowns: Shutdowns,
    days: Ints,
    is_trench: Truths,
    is_segment: Truths,
) -> Model:
    streets = table["street"].tolist()
    setup = 0 if summer is None else summer.setup_days
    shared = np.array(
        [rule_of is not None and street is not None and rule_of[street].digs is not None for street in streets],
        dtype=bool,
    )
    saves = shared & (is_trench | ~is_segment)
    cost = np.where(saves, table["price"] * (1 - prices.dig_saving), table["price"])
    index = np.flatnonzero(kept)
    table = table.iloc[index].reset_index(drop=True)
    is_trench, is_segment, days, cost = is_trench[index], is_segment[index], days[index], cost[index]
    node_a, node_b = _nodes(table, is_trench)
    unit = _unit_codes(table, is_trench, node_a, node_b)
    section = np.array([*section_keys(table, is_trench), None], dtype=object)[:-1]
    asset = pd.factorize(table["asset_id"])[0].astype(np.int64)
    units = _units(table, unit, rule_of, prices, setup)
    rows, use, job_use = _rows(
        table,
        limits,
        units,
        unit,
        cost=cost,
        days=days,
        is_trench=is_trench,
        rules=rules,
        summer=summer,
        crew_days=crew_days,
        section=section,
    )
    return Model(
        candidate=index.astype(np.int64),
        asset=asset,
        is_must=table["asset_id"].isin(list(must)).to_numpy(),
        benefit=(table["hours"] * horizon).to_numpy(dtype="float64"),
        cost=cost.astype("float64"),
        days=days,
        is_trench=is_trench,
        is_station=~is_segment,
        node_a=node_a,
        node_b=node_b,
        unit=unit,
        use=use,
        job_use=job_use,
        units=units,
        rows=rows,
        window=None if summer is None else summer.working_days,
        crews=(crew_days,),
        city_bans=(_city_bans(rules, summer),),
        section=section,
        shut=table["households_shut"].to_numpy(dtype="float64"),
        shutdowns=shutdowns,
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


def _misfits(
    table: pd.DataFrame,
    streets: list[str | None],
    rule_of: Mapping[str | None, StreetRule],
    days: Ints,
    is_trench: Truths,
    is_segment: Truths,
    setup: int,
    shutdowns: Shutdowns,
) -> dict[int, str]:
    """Options that not even a job of their own could hold, with the reason."""
    misfit: dict[int, str] = {}
    shut = table["households_shut"].to_numpy(dtype="float64")
    for one in np.flatnonzero(is_trench | ~is_segment).tolist():
        rule = rule_of[streets[one]]
        if rule.is_closed:
            misfit[one] = "its street is closed after an earlier dig"
        elif rule.earliest(int(days[one]) + (setup if is_trench[one] else 0)) is None:
            misfit[one] = "its job fits no open days of the summer"
        elif not shutdowns.allows([("", float(shut[one]))]):
            misfit[one] = "its shutdown alone cuts off more households than may be shut together"
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


def _units(
    table: pd.DataFrame,
    unit: Ints,
    rule_of: Mapping[str | None, StreetRule] | None,
    prices: Prices,
    setup: int,
) -> tuple[Unit, ...]:
    order = np.argsort(unit, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(unit[order])) + 1) if len(order) else []
    streets = table["street"].tolist()
    units = []
    for number, options in enumerate(parts):
        street = streets[int(options[0])]
        rule = None if rule_of is None else rule_of[street]
        saving = prices.dig_saving if rule is not None and street is not None and rule.digs is not None else 0.0
        cost = prices.job_cost * (1 - saving)
        units.append(Unit(street, number, 0, rule, options.astype(np.int64), cost, setup))
    return tuple(units)


def _rows(
    table: pd.DataFrame,
    limits: Limits,
    units: tuple[Unit, ...],
    unit: Ints,
    *,
    cost: Any,
    days: Ints,
    is_trench: Truths,
    rules: StreetRules | None,
    summer: Summer | None,
    crew_days: tuple[int, ...] | None,
    section: npt.NDArray[np.object_],
) -> tuple[tuple[Row, ...], Floats, Floats]:
    rows: list[Row] = []
    uses: list[Any] = []
    job_uses: list[Any] = []

    def add(row: Row, use: Any, job_use: Any) -> None:
        rows.append(row)
        uses.append(use)
        job_uses.append(job_use)

    nothing = np.zeros(len(units))
    job_cost = np.array([one.job_cost for one in units])
    if limits.funds is not None:
        fund = table["fund"].to_numpy()
        job_fund = unit_funds(table, unit, is_trench)
        for name in sorted(limits.funds):
            add(Row("budget", name, float(limits.funds[name])), cost * (fund == name), job_cost * (job_fund == name))
    elif limits.budget is not None:
        add(Row("budget", "", float(limits.budget)), cost, job_cost)  # type: ignore[arg-type]
    renews = (table["measure"] == "renew").to_numpy()
    metres = np.where(renews & is_trench, table["length_m"], 0.0)
    if limits.max_km is not None:
        add(Row("max_km", "", float(limits.max_km), per=1000.0), metres, nothing)
    if limits.max_stations is not None:
        is_station = (table["asset_kind"] == "station").to_numpy()
        add(Row("max_stations", "", float(limits.max_stations)), (renews & is_station) * 1.0, nothing)
    for name, least in sorted((limits.min_km or {}).items()):
        inside = (table["community"] == str(name)).to_numpy()
        add(Row("min_km", str(name), -float(least), per=1000.0), -metres * inside, nothing)
    if summer is not None and crew_days is not None:
        window = summer.working_days
        setup = np.array([one.setup_days for one in units], dtype="float64")
        add(Row("crew_days", "", sum(max(0, window - day) for day in crew_days)), days * 1.0, setup)
        runs = () if rules is None else rules.default.runs
        closed = window - sum(last - first + 1 for first, last in runs)
        if closed:
            # Days of streets, and of the other jobs what exceeds the days on which streets are banned.
            free = [max(0, last - max(first, day) + 1) for day in crew_days for first, last in runs]
            named = np.array([one.street is not None for one in units], dtype=bool)
            spared = np.where(is_trench, np.maximum(0.0, closed - setup[unit]), closed)
            use = np.where(named[unit], days, np.maximum(0.0, days - spared))
            job_use = np.where(named, setup, np.maximum(0.0, setup - closed))
            add(Row("crew_days", "streets", sum(free)), use, job_use)
    if summer is not None and limits.max_households_shut is not None:
        share = _shut_share(table, section, units, unit)
        lowest = np.full(len(units), np.inf)
        np.minimum.at(lowest, unit, np.where(is_trench, share, np.inf))
        lowest[np.isinf(lowest)] = 0.0
        setup = np.array([one.setup_days for one in units], dtype="float64")
        row = Row("shut_days", "", limits.max_households_shut * (1 + ROUNDING), per=float(summer.working_days))
        add(row, days * share, setup * lowest)
    shape = (len(rows), len(table)), (len(rows), len(units))
    use = np.array(uses, dtype="float64").reshape(shape[0]).T
    job_use = np.array(job_uses, dtype="float64").reshape(shape[1]).T
    return tuple(rows), np.ascontiguousarray(use), np.ascontiguousarray(job_use)


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
