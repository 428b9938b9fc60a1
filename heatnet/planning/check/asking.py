"""What a plan is checked against: what was asked and what was offered, read anew."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from heatnet.planning.rules import PlanRules
from heatnet.schema import DIGS, conform
from heatnet.value.settings import Prices

TOLERANCE = 1e-9
OPENS_TRENCH = ("renew", "part")

Finding = tuple[str, str, str, str, str]
Offer = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What a plan has to keep, as given to `check_plan`."""

    budget: Any
    max_km: float | None
    max_stations: float | None
    min_km: Mapping[str, float]
    owners: frozenset[str] | None
    digs: list[dict[str, Any]]
    prices: Any
    summer: Any
    horizon: float
    must: frozenset[str]
    never: frozenset[str]
    max_households_shut: float | None


def asked_of(rules: PlanRules, what: Any) -> Asked:
    """What a plan has to keep, from the rules."""
    prices = rules.prices or getattr(getattr(what, "settings", None), "prices", None) or Prices()
    return Asked(
        budget=rules.budget,
        max_km=rules.max_km,
        max_stations=rules.max_stations,
        min_km=rules.min_km or {},
        owners=None if rules.owners is None else frozenset(rules.owners),
        digs=dig_records(rules.digs),
        prices=prices,
        summer=rules.summer,
        horizon=rules.horizon,
        must=rules.must,
        never=rules.never | rules.under_way,
        max_households_shut=rules.max_households_shut,
    )


def text_of(value: Any) -> str | None:
    """A cell as text; None where it is empty."""
    return None if pd.isna(value) or str(value) == "" else str(value)


def offers_of(what: Any) -> dict[tuple[str, str], Offer]:
    """Candidate rows by asset and measure, with unknown text as None."""
    table = what if isinstance(what, pd.DataFrame) else what.candidates()
    if "asset_id" not in table.columns:
        table = table.rename_axis("asset_id").reset_index()
    offers: dict[tuple[str, str], Offer] = {}
    for row in table.to_dict("records"):
        offer: Offer = {str(name): value for name, value in row.items()}
        for name in ("street", "from_node", "to_node", "community", "owner", "fund", "measure", "section_id"):
            offer[name] = text_of(offer.get(name))
        offer["measure"] = offer["measure"] or "renew"
        offers[str(offer["asset_id"]), offer["measure"]] = offer
    return offers


def records_by_id(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Rows by id."""
    rows = table.to_dict("records")
    return {
        str(key): {str(name): value for name, value in row.items()} for key, row in zip(table.index, rows, strict=True)
    }


def number_of(offer: Offer, name: str) -> float | None:
    """A number of an offer; None where it is unknown."""
    value = offer.get(name)
    return None if value is None or pd.isna(value) else float(value)


def dig_records(digs: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Digs as records with their days."""
    if digs is None:
        return []
    table = conform(digs if "dig_id" in digs.columns else digs.reset_index(), DIGS)
    records = []
    for row in table.to_dict("records"):
        years = row["closed_years"]
        records.append(
            {
                "dig_id": str(row["dig_id"]),
                "street": str(row["street"]),
                "first": pd.Timestamp(row["start_on"]),
                "last": pd.Timestamp(row["end_on"]),
                "is_ban": bool(row["is_ban"]),
                "years": None if pd.isna(years) else min(float(years), 150.0),
            }
        )
    return records


def last_workday(summer: Any) -> pd.Timestamp:
    """The last day on which a job may end."""
    return pd.Timestamp(summer.last_day) - pd.Timedelta(days=summer.test_days)


def digs_on(street: str | None, rules: Asked) -> list[dict[str, Any]]:
    """Digs and bans on a street; none on the nameless one."""
    if street is None or rules.summer is None:
        return []
    return [one for one in rules.digs if one["street"] in (street, "*")]


def sharing_digs(street: str | None, rules: Asked) -> list[dict[str, Any]]:
    """Digs (not bans) that touch the working window on a street."""
    return [
        one
        for one in digs_on(street, rules)
        if not one["is_ban"]
        and one["first"] <= last_workday(rules.summer)
        and one["last"] >= pd.Timestamp(rules.summer.first_day)
    ]


def is_closed(street: str | None, rules: Asked) -> bool:
    """Whether an earlier dig keeps a street closed."""
    if rules.summer is None or sharing_digs(street, rules):
        return False
    first_day = pd.Timestamp(rules.summer.first_day)
    for one in digs_on(street, rules):
        years = rules.summer.no_dig_years if one["years"] is None else one["years"]
        part = pd.Timedelta(days=round((years - int(years)) * 365.25))
        opens = one["last"] + pd.DateOffset(years=int(years)) + part
        if not one["is_ban"] and one["last"] < first_day < opens:
            return True
    return False


def share_paid(offer: Offer, rules: Asked) -> float:
    """Share of the price that is paid on a street."""
    pays_less = offer["measure"] in OPENS_TRENCH or offer["asset_kind"] == "station"
    return 1 - rules.prices.dig_saving if pays_less and sharing_digs(offer["street"], rules) else 1.0


def price_of(offer: Offer, rules: Asked) -> float:
    """Price of an offer, savings taken off."""
    cost = number_of(offer, "cost")
    if cost is None and offer["asset_kind"] == "station":
        cost = rules.prices.station_cost
    if cost is None:
        c0, c1 = rules.prices.cost_per_m
        per_m = c0 + (c1 * (number_of(offer, "diameter_mm") or 0.0) if c1 else 0.0)
        cost = per_m * (number_of(offer, "length_m") or 0.0)
    return cost * share_paid(offer, rules)


def differs(one: Any, other: float) -> bool:
    """Whether two numbers differ by more than rounding."""
    return not math.isclose(float(one), other, rel_tol=1e-9, abs_tol=1e-12)
