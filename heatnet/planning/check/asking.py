"""What a plan is checked against: what was asked and what was offered, read anew."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from heatnet.errors import HeatnetError
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
    min_job_m: float
    leaves_unmeasured: bool
    least_ratio: float


def asked_of(rules: PlanRules, what: Any, offers: Mapping[Any, Offer]) -> Asked:
    """Return what a plan has to keep, from the rules and what was offered."""
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
        min_job_m=rules.min_job_m,
        leaves_unmeasured=rules.measure_first == "leave",
        least_ratio=_least_ratio(offers, prices) if rules.min_ratio is None else rules.min_ratio,
    )


def _least_ratio(offers: Mapping[Any, Offer], prices: Prices) -> float:
    """Return the total worth by total cost of all renewals offered; 0 where nothing has worth or cost."""
    renewals = [
        offer for offer in offers.values() if offer["measure"] == "renew" and number_of(offer, "worth") is not None
    ]
    costs = [full_price(renewal, prices) for renewal in renewals]
    worth = math.fsum(
        number_of(renewal, "worth") or 0.0 for renewal, cost in zip(renewals, costs, strict=True) if cost is not None
    )
    cost = math.fsum(one for one in costs if one is not None)
    return max(0.0, worth / cost) if cost > 0 else 0.0


def text_of(value: Any) -> str | None:
    """Return a cell as text; None where it is empty."""
    return None if pd.isna(value) or str(value) == "" else str(value)


def offers_of(what: Any, rules: PlanRules) -> dict[tuple[str, str], Offer]:
    """Return candidate rows by asset and measure, with unknown text as None."""
    if isinstance(what, pd.DataFrame):
        table = what
    elif rules.prices is not None and hasattr(what, "settings"):
        table = what.candidates(prices=rules.prices)
    elif hasattr(what, "candidates"):
        table = what.candidates()
    else:
        raise HeatnetError(f"{type(what).__name__} is neither candidates nor an assessment: give what was planned.")
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
    """Return rows by id."""
    rows = table.to_dict("records")
    return {
        str(key): {str(name): value for name, value in row.items()} for key, row in zip(table.index, rows, strict=True)
    }


def number_of(offer: Offer, name: str) -> float | None:
    """Return a number of an offer; None where it is unknown."""
    value = offer.get(name)
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise HeatnetError(f"Candidates, column {name}: {value!r} is no number.") from error
    return None if math.isnan(number) else number


def dig_records(digs: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Return digs as records with their days."""
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
    """Return the last day on which a job may end."""
    return pd.Timestamp(summer.last_day) - pd.Timedelta(days=summer.test_days)


def digs_on(street: str | None, rules: Asked) -> list[dict[str, Any]]:
    """Return digs and bans on a street; none on the nameless one."""
    if street is None or rules.summer is None:
        return []
    return [dig for dig in rules.digs if dig["street"] in (street, "*")]


def sharing_digs(street: str | None, rules: Asked) -> list[dict[str, Any]]:
    """Return digs (not bans) that touch the working window on a street."""
    return [
        one
        for one in digs_on(street, rules)
        if not one["is_ban"]
        and one["first"] <= last_workday(rules.summer)
        and one["last"] >= pd.Timestamp(rules.summer.first_day)
    ]


def is_closed(street: str | None, rules: Asked) -> bool:
    """Return whether an earlier dig keeps a street closed."""
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
    """Return the share of the price that is paid on a street."""
    pays_less = offer["measure"] in OPENS_TRENCH or offer["asset_kind"] == "station"
    return 1 - rules.prices.dig_saving if pays_less and sharing_digs(offer["street"], rules) else 1.0


def full_price(offer: Offer, prices: Prices) -> float | None:
    """Return the price of an offer without any saving; None where its length or diameter is unknown."""
    cost, length = number_of(offer, "cost"), number_of(offer, "length_m")
    is_station, measure = offer["asset_kind"] == "station", offer["measure"]
    if cost is not None:
        return cost
    if measure == "valve":
        return prices.valve_cost
    if is_station:
        return prices.balance_cost if measure == "balance" else prices.station_cost
    c0, c1 = prices.cost_per_m
    diameter = number_of(offer, "diameter_mm") if c1 and measure != "clean" else 0.0
    if length is None or diameter is None:
        return None
    return length * (prices.clean_cost_per_m if measure == "clean" else c0 + c1 * diameter)


def price_of(offer: Offer, rules: Asked) -> float:
    """Return the price of an offer, savings taken off."""
    return (full_price(offer, rules.prices) or 0.0) * share_paid(offer, rules)


def benefit_of(offer: Offer, rules: Asked) -> float:
    """Return what an offer brings, without its trench."""
    worth, removes = number_of(offer, "worth"), number_of(offer, "removes")
    if worth is not None:
        return worth - rules.least_ratio * price_of(offer, rules)
    return (number_of(offer, "cold_household_hours") or 0.0) * (1.0 if removes is None else removes) * rules.horizon


def differs(one: Any, other: float, *, size: float = 0.0) -> bool:
    """Return whether two numbers differ by more than rounding, that of numbers of this size included."""
    return not math.isclose(float(one), other, rel_tol=1e-9, abs_tol=max(1e-12, 1e-9 * abs(size)))
