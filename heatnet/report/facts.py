"""What was asked of a plan and what it comes to, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from heatnet.planning import Plan, Summer
from heatnet.planning.plan import Request
from heatnet.report.words import label
from heatnet.value import Prices


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the summary: its value is text, a number or a day, shown in `form` (see `words.COLUMNS`)."""

    text: str
    value: Any
    form: str = "text"


def facts_asked(request: Request, language: str) -> list[Fact]:
    """Return every limit, the summer and the prices; a limit that was not given is none."""
    limits = _limits(request, language)
    return [*limits, *_calendar(request.summer, language), *_prices(request.prices, language)]


def facts_of_result(plan: Plan, jobs: pd.DataFrame, cures: pd.DataFrame, language: str) -> list[Fact]:
    """Return what the plan adds up to, and how far from the best possible it is."""
    facts = [
        ("cure_count", len(cures), "count"),
        ("job_count", len(jobs), "count"),
        ("trench_count", int((jobs["job_kind"] == "trench").sum()), "count"),
        ("station_count", int((plan.renewed["asset_kind"] == "station").sum()), "count"),
        ("route_km", plan.km, "km"),
        ("pipe_km", float(cures["pipe_length_m"][cures["measure"] == "renew"].sum()) / 1000.0, "km"),
    ]
    if jobs["start_on"].notna().any():
        facts += [("first_start", jobs["start_on"].min(), "date"), ("last_end", jobs["end_on"].max(), "date")]
    summer, has_worth = plan.request.summer, plan.request.has_worth
    if summer is not None and summer.crews:
        facts.append(("crew_days", float(jobs["days"].sum()) / (summer.crews * summer.working_days), "share"))
    facts += [
        ("cost", plan.cost, "money"),
        *([("worth", plan.worth, "money")] if has_worth else []),
        ("net_benefit", plan.benefit, "money") if has_worth else ("benefit", plan.benefit, "sum"),
        ("net_bound", plan.bound, "money") if has_worth else ("bound", plan.bound, "sum"),
        ("gap", plan.gap, "gap"),
    ]
    return [Fact(_in_unit(label(key, language), form, language), value, form) for key, value, form in facts]


def _limits(request: Request, language: str) -> Iterator[Fact]:
    """Yield the limits: those that everybody asks for, then those that were given."""

    def limit(key: str, value: Any, form: str, **named: object) -> Fact:
        text = _in_unit(label(key, language, **named), form, language)
        return Fact(text, label("no_limit", language)) if value is None else Fact(text, value, form)

    rules, has_worth = request.rules, request.has_worth
    yield limit("max_km", rules.max_km, "km")
    yield limit("max_stations", rules.max_stations, "count")
    if rules.funds is None:
        yield limit("budget", rules.budget, "money")
    for name, money in (rules.funds or {}).items():
        yield limit("budget_of", money, "money", name=name)
    for name, km in (rules.min_km or {}).items():
        yield limit("min_km_of", km, "km", name=name)
    if rules.owners is not None:
        yield limit("owners", ", ".join(rules.owners), "text")
    given = [
        ("max_households_shut", rules.max_households_shut, "count"),
        ("min_ratio", request.least_ratio if has_worth else None, "rate"),
        ("min_job_m", rules.min_job_m or None, "length"),
        ("must", len(rules.must) or None, "count"),
        ("never", len(rules.never) or None, "count"),
        ("under_way", len(rules.under_way) or None, "count"),
        ("horizon", None if has_worth else rules.horizon, "count"),
    ]
    yield from (limit(key, value, form) for key, value, form in given if value is not None)


def _calendar(summer: Summer | None, language: str) -> Iterator[Fact]:
    if summer is None:
        yield Fact(label("no_calendar", language), label("not_asked", language))
        return
    crews = label("no_limit", language) if summer.crews is None else summer.crews
    facts = [
        ("first_day", summer.first_day, "date"),
        ("last_day", summer.last_day, "date"),
        ("test_days", summer.test_days, "count"),
        ("crews", crews, "text" if summer.crews is None else "count"),
        ("metres_per_day", summer.metres_per_day, "length"),
        ("setup_days", summer.setup_days, "count"),
        ("station_days", summer.station_days, "count"),
    ]
    yield from (Fact(label(key, language), value, form) for key, value, form in facts)


def _prices(prices: Prices, language: str) -> Iterator[Fact]:
    base, per_mm = prices.cost_per_m
    facts = [
        ("price_per_m", f"{base:,g} + {per_mm:,g} × d", "text"),
        ("price_job", prices.job_cost, "sum"),
        ("price_station", prices.station_cost, "sum"),
        ("dig_saving", prices.dig_saving, "share"),
    ]
    yield from (Fact(label(key, language), value, form) for key, value, form in facts)


def _in_unit(text: str, form: str, language: str) -> str:
    """Return the words of a fact, with the unit where it is money."""
    return label("in_unit", language, text=text) if form == "money" else text
