"""The limits of the office, summed anew."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from heatnet.planning.check.asking import (
    TOLERANCE,
    Asked,
    Finding,
    Offer,
    number_of,
    price_of,
    records_by_id,
    text_of,
)
from heatnet.planning.check.jobs import (
    chosen_offers,
)
from heatnet.planning.saved import PlanTables


def check_limits(tables: PlanTables, offers: dict[tuple[str, str], Offer], rules: Asked) -> Iterator[Finding]:
    """Return findings of limits."""
    chosen = chosen_offers(tables, offers)
    renewed = {asset: one for asset, one in chosen.items() if one["measure"] == "renew"}
    segments = {asset: one for asset, one in renewed.items() if one["asset_kind"] == "segment"}
    km = math.fsum(number_of(segment, "length_m") or 0.0 for segment in segments.values()) / 1000
    if rules.max_km is not None and km > rules.max_km * (1 + TOLERANCE):
        yield "max_km", "cures", "", "length_m", f"{km:g} km are renewed, at most {rules.max_km:g} are allowed."
    stations = len(renewed) - len(segments)
    if rules.max_stations is not None and stations > rules.max_stations:
        message = f"{stations} stations are renewed, at most {rules.max_stations:g} are allowed."
        yield "max_stations", "cures", "", "asset_kind", message
    for name, least in sorted(rules.min_km.items()):
        lengths = (number_of(segment, "length_m") for segment in segments.values() if segment["community"] == str(name))
        there = math.fsum(length or 0.0 for length in lengths) / 1000
        if there < least * (1 - TOLERANCE):
            yield "min_km", "cures", "", "community", f"{name} gets {there:g} km, not {least:g}."
    yield from _check_money(tables, chosen, rules)


def _check_money(tables: PlanTables, chosen: Mapping[str, Offer], rules: Asked) -> Iterator[Finding]:
    paid: dict[str | None, list[float]] = {}
    by_fund = isinstance(rules.budget, Mapping)
    for one in chosen.values():
        paid.setdefault(one["fund"] if by_fund else None, []).append(price_of(one, rules))
    for job, row in records_by_id(tables.jobs).items():
        fund = text_of(row.get("fund")) if by_fund and row["job_kind"] == "trench" else None
        if by_fund and row["job_cost"] > 0 and fund not in rules.budget:
            yield "budget", "jobs", job, "fund", f"No fund pays the job cost of {job}."
        paid.setdefault(fund, []).append(float(row["job_cost"]))
    limits = rules.budget if by_fund else {None: rules.budget}
    for fund, costs in sorted(paid.items(), key=lambda item: str(item[0])):
        limit, cost = limits.get(fund), math.fsum(costs)
        if limit is not None and cost > limit * (1 + TOLERANCE):
            of = f" of {fund}" if by_fund else ""
            yield "budget", "jobs", "", "cost", f"{cost:.2f} is spent, the budget{of} is {limit:.2f}."
        if by_fund and limit is None and cost > 0:
            yield "budget", "cures", "", "fund", f"{cost:.2f} is spent from {fund}, which has no budget."
