"""The planning model: options, the units in which they interact, and the limits that couple the units.

An option is one measure on one asset. A unit is a street, or a connected piece of the nameless street, or a
station without a street: money and days of its jobs depend on nothing outside it. Units of one family exclude
each other (the same street in several summers). Limits run over all units, each ``sum(use) <= most``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.errors import InfeasiblePlanError
from heatnet.language import Note, note
from heatnet.planning.model.days import DaySpan
from heatnet.planning.model.limits import ROUNDING, Limit, limits_of
from heatnet.planning.model.options import Options, trenches_of
from heatnet.planning.model.rows import Rows, misfits_of, rows_of
from heatnet.planning.model.shutdowns import Shut, Shutdowns, section_keys
from heatnet.planning.model.summers import Terms, terms_of
from heatnet.planning.model.units import Unit, node_codes, unit_codes, units_of
from heatnet.planning.rules import PlanRules
from heatnet.planning.summer import first_ids
from heatnet.value.settings import Prices


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Options, units and limits; see the module's text.

    `use` is options x limits, `job_use` units x limits (what one more trench takes), `job_benefit` what one more
    trench of each unit brings (0 or less), `min_job_m` the least length of a trench. By period: `crews` holds the day
    from which each crew is free (None = no limit), `city_bans` the spells on which every street is banned. `too_much`
    holds the assets that are no options, for they alone exceed a limit, with the reason.
    """

    options: Options
    units: tuple[Unit, ...]
    limits: tuple[Limit, ...]
    use: Floats
    job_use: Floats
    job_benefit: Floats
    window: int | None
    crews: tuple[tuple[int, ...] | None, ...]
    city_bans: tuple[tuple[DaySpan, ...], ...]
    shutdowns: Shutdowns
    min_job_m: float = 0.0
    too_much: Mapping[str, Note] = field(default_factory=dict)

    def shuts(self, options: Sequence[int] | Ints) -> tuple[Shut, ...]:
        """Return sections that a job of these options drains; none where nobody limits that."""
        if self.shutdowns.limit is None:
            return ()
        table = self.options
        sections = {table.section[option]: float(table.shut[option]) for option in options}
        return tuple(sorted((name, count) for name, count in sections.items() if name is not None and count > 0))

    @property
    def upper_limits(self) -> tuple[Truths, Floats]:
        """Which limits every use comes nearer to, and the totals of all."""
        is_upper = np.array([limit.kind != "min_km" for limit in self.limits], dtype=bool)
        return is_upper, np.array([limit.total for limit in self.limits], dtype=np.float64)

    @property
    def least_benefit(self) -> float:
        """What no choice falls below: all that brings less than nothing, with a trench for each."""
        options = self.options
        trenches = options.unit[options.is_trench]
        losses = [*np.minimum(options.benefit, 0.0).tolist(), *np.minimum(self.job_benefit[trenches], 0.0).tolist()]
        return math.fsum(losses)

    def benefit_of(self, chosen: Ints, trenches: Sequence[Ints]) -> float:
        """Return what a choice with these trenches brings, summed without rounding error."""
        jobs = [int(self.options.unit[group[0]]) for group in trenches]
        return math.fsum([*self.options.benefit[chosen].tolist(), *self.job_benefit[jobs].tolist()])

    def short_trenches(self, chosen: Ints) -> list[Ints]:
        """Return trenches of a choice that are shorter than `min_job_m`."""
        if not self.min_job_m:
            return []
        lengths = self.options.length_m
        return [
            group for group in trenches_of(self.options, chosen) if math.fsum(lengths[group].tolist()) < self.min_job_m
        ]

    @property
    def n_families(self) -> int:
        """Number of families of units."""
        return max((unit.family for unit in self.units), default=-1) + 1


def priced(use: Floats, prices: Floats) -> Floats:
    """Return ``use @ prices``, limit by limit, so that the sums do not hang on the number of threads."""
    total = np.zeros(len(use))
    for number in np.flatnonzero(prices).tolist():
        total += use[:, number] * prices[number]
    return total


def build_model(
    table: pd.DataFrame,
    rules: PlanRules,
    prices: Prices,
    *,
    crew_days: tuple[int, ...] | None = None,
    shut_under_way: tuple[tuple[str, float, int], ...] = (),
) -> tuple[Model, dict[str, Note]]:
    """Return the model of one summer, and the reason for each asset that no calendar can hold.

    `crew_days` holds the day from which each crew is free (default: the first), `shut_under_way` the sections that are
    shut at the start: section, households, days.
    """
    terms = terms_of(table, rules, prices, crew_days=crew_days, shut_under_way=shut_under_way)
    rows = rows_of(table, terms)
    misfit = misfits_of(rows, terms)
    calendar = _reasons(table, misfit, misfit)
    out_of_limits: dict[int, Note] = {}
    while True:
        _check_musts(_reasons(table, misfit, misfit), rules.must)
        kept = np.array([one not in misfit for one in range(len(table))], dtype=bool)
        model = _model(rows.kept(kept), terms)
        too_much = _too_much_alone(model)
        if not too_much:
            return replace(model, too_much=_reasons(table, misfit, out_of_limits)), calendar
        out_of_limits |= {int(model.options.candidate[option]): why for option, why in too_much.items()}
        misfit |= out_of_limits


def _model(rows: Rows, terms: Terms) -> Model:
    table, is_trench, summer = rows.table, rows.is_trench, terms.summer
    node_a, node_b = node_codes(table, is_trench)
    unit = unit_codes(table, is_trench, node_a, node_b)
    units = units_of(table, unit, terms)
    section = np.array([*section_keys(table, is_trench), None], dtype=object)[:-1]
    uses = limits_of(rows, units, unit, section, terms)
    asset = pd.factorize(table["asset_id"])[0].astype(np.int64)
    benefit, worth, job_benefit = _benefits(rows, units, terms)
    options = Options(
        candidate=rows.index,
        asset=asset,
        is_must=table["asset_id"].isin(list(terms.rules.must)).to_numpy(),
        benefit=benefit,
        cost=rows.cost,
        days=rows.days,
        is_trench=is_trench,
        is_station=~rows.is_segment,
        node_a=node_a,
        node_b=node_b,
        unit=unit,
        section=section,
        shut=table["households_shut"].to_numpy(dtype="float64"),
        length_m=np.where(is_trench, table["length_m"].fillna(0.0).to_numpy(dtype="float64"), 0.0),
        worth=worth,
        station=_stations(table, asset, is_trench),
    )
    return Model(
        options=options,
        units=units,
        limits=uses.limits,
        use=uses.use,
        job_use=uses.job_use,
        job_benefit=job_benefit,
        window=None if summer is None else summer.working_days,
        crews=(terms.crew_days,),
        city_bans=(terms.city_bans,),
        shutdowns=terms.shutdowns,
        min_job_m=terms.rules.min_job_m,
    )


def _benefits(rows: Rows, units: tuple[Unit, ...], terms: Terms) -> tuple[Floats, Floats, Floats]:
    """Return the benefit and worth of each row, and what one more trench of each unit brings.

    With worth: worth less `min_ratio` times the cost, of which each trench takes its job cost.
    """
    table, rules = rows.table, terms.rules
    if "worth" not in table.columns:
        hours = (table["cold_household_hours"] * table["removes"] * rules.horizon).to_numpy(dtype="float64")
        return hours, np.zeros(len(table)), np.zeros(len(units))
    worth, ratio = table["worth"].to_numpy(dtype="float64"), rules.min_ratio or 0.0
    return worth - ratio * rows.cost, worth, -ratio * np.array([unit.job_cost for unit in units], dtype=np.float64)


def _stations(table: pd.DataFrame, asset: Ints, is_trench: Truths) -> Ints:
    """Return the asset of the station that each row is, or at which its trench ends; -1: none."""
    ids = table["asset_id"].tolist()
    is_station = (table["asset_kind"] == "station").tolist()
    codes = {ids[row]: int(asset[row]) for row in range(len(ids)) if is_station[row]}
    ends = zip(ids, table["from_node"].tolist(), table["to_node"].tolist(), is_trench.tolist(), strict=True)
    found = [
        next((codes[name] for name in ((a, b) if opens else (one,)) if name in codes), -1) for one, a, b, opens in ends
    ]
    return np.array(found, dtype=np.int64)


def _reasons(table: pd.DataFrame, misfit: Mapping[int, Note], why: Mapping[int, Note]) -> dict[str, Note]:
    """Return assets of which no option is left, with the reason, as far as `why` has one."""
    if not why:
        return {}
    ids = table["asset_id"].tolist()
    kept = {asset for number, asset in enumerate(ids) if number not in misfit}
    return {ids[number]: reason for number, reason in why.items() if ids[number] not in kept}


def _check_musts(reasons: Mapping[str, Note], must: frozenset[str]) -> None:
    stuck = sorted(must & set(reasons))
    if stuck:
        why = reasons[stuck[0]]
        raise InfeasiblePlanError(f"must names assets that cannot be planned ({why}): {first_ids(stuck)}.")


_TOO_MUCH = {
    "budget": "out_budget",
    "max_km": "out_max_km",
    "max_stations": "out_max_stations",
    "crew_days": "out_crew_days",
    "shut_days": "out_too_many_shut",
}


def _too_short(model: Model) -> dict[int, Note]:
    """Return options that all they could be joined to makes no trench of `min_job_m`."""
    options = model.options
    if not model.min_job_m:
        return {}
    found: dict[int, Note] = {}
    for group in trenches_of(options, np.flatnonzero(options.is_trench)):
        longest: dict[int, float] = {}
        for asset, length in zip(options.asset[group].tolist(), options.length_m[group].tolist(), strict=True):
            longest[asset] = max(length, longest.get(asset, 0.0))
        if math.fsum(longest.values()) < model.min_job_m:
            found |= dict.fromkeys(group.tolist(), note("planning.out_short_job", metres=model.min_job_m))
    return found


def _too_much_alone(model: Model) -> dict[int, Note]:
    """Return options that no plan can hold: alone, or with the least that the musts take, they exceed a limit."""
    found = _too_short(model)
    options, must = model.options, model.options.must_assets()
    for number, limit in enumerate(model.limits):
        if limit.kind == "min_km" or not len(options):
            continue
        use = model.use[:, number]
        least = np.full(options.n_assets, np.inf)
        np.minimum.at(least, options.asset, use)
        least[~must] = 0.0
        others = math.fsum(least.tolist()) - least[options.asset]
        need = others + use + np.where(options.is_trench, model.job_use[options.unit, number], 0.0)
        for option in np.flatnonzero(need > limit.total + ROUNDING * abs(limit.total)).tolist():
            found.setdefault(option, note(f"planning.{_TOO_MUCH[limit.kind]}"))
    return found
