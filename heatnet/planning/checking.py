"""Every rule of a plan checked anew from its two tables; shares no code with the planner."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Unpack

import networkx as nx
import pandas as pd

from heatnet._typed import typed
from heatnet.planning.rules import PlanRules, RuleFields, rules_of
from heatnet.planning.saved import PlanTables, plan_from_tables
from heatnet.schema import DIGS, conform
from heatnet.value.settings import Prices

FINDING_COLUMNS = ("severity", "rule", "table", "row_id", "column", "message")
TOLERANCE = 1e-9
OPENS_TRENCH = ("renew", "part")


@dataclass(frozen=True, slots=True, eq=False)
class _Rules:
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


@typed
def check_plan(
    plan: Any, candidates_or_assessment: Any, rules: PlanRules | None = None, **fields: Unpack[RuleFields]
) -> pd.DataFrame:
    """Findings of a plan against every rule it was made under; an empty table when it keeps them all.

    Parameters
    ----------
    plan : Plan or PlanTables
        Anything with the tables `cures` and `jobs`.
    candidates_or_assessment, rules, **fields
        As given to `plan_cures`.

    Returns
    -------
    pandas.DataFrame
        severity (always error), rule, table (cures, jobs), row_id, column, message.

    Examples
    --------
    >>> from heatnet.planning import Prices, plan_cures
    >>> table = pd.DataFrame(
    ...     {"asset_kind": ["station"], "cold_household_hours": [9.0]}, index=pd.Index(["s1"], name="asset_id")
    ... )
    >>> plan = plan_cures(table)
    >>> check_plan(plan, table, prices=Prices()).empty
    True
    >>> check_plan(plan, table, prices=Prices(), max_stations=0)["message"].tolist()
    ['1 stations are renewed, at most 0 are allowed.']
    """
    asked = _asked(rules_of(rules, fields), candidates_or_assessment)
    tables = plan_from_tables(plan.cures, plan.jobs)
    offers = _offers(candidates_or_assessment)
    found = [*_check_cures(tables, offers, asked)]
    if not found:
        found += _check_jobs(tables, offers, asked)
        found += _check_limits(tables, offers, asked)
        found += _check_calendar(tables, offers, asked)
    rows = [("error", *one) for one in found]
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS))


def _asked(rules: PlanRules, what: Any) -> _Rules:
    prices = rules.prices or getattr(getattr(what, "settings", None), "prices", None) or Prices()
    return _Rules(
        budget=rules.budget,
        max_km=rules.max_km,
        max_stations=rules.max_stations,
        min_km=rules.min_km or {},
        owners=None if rules.owners is None else frozenset(rules.owners),
        digs=_dig_records(rules.digs),
        prices=prices,
        summer=rules.summer,
        horizon=rules.horizon,
        must=rules.must,
        never=rules.never | rules.under_way,
        max_households_shut=rules.max_households_shut,
    )


Finding = tuple[str, str, str, str, str]
Offer = dict[str, Any]


def _text(value: Any) -> str | None:
    return None if pd.isna(value) or str(value) == "" else str(value)


def _offers(what: Any) -> dict[tuple[str, str], Offer]:
    """Candidate rows by asset and measure, with unknown text as None."""
    table = what if isinstance(what, pd.DataFrame) else what.candidates()
    if "asset_id" not in table.columns:
        table = table.rename_axis("asset_id").reset_index()
    offers: dict[tuple[str, str], Offer] = {}
    for row in table.to_dict("records"):
        offer: Offer = {str(name): value for name, value in row.items()}
        for name in ("street", "from_node", "to_node", "community", "owner", "fund", "measure", "section_id"):
            offer[name] = _text(offer.get(name))
        offer["measure"] = offer["measure"] or "renew"
        offers[str(offer["asset_id"]), offer["measure"]] = offer
    return offers


def _records(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Rows by id."""
    rows = table.to_dict("records")
    return {
        str(key): {str(name): value for name, value in row.items()} for key, row in zip(table.index, rows, strict=True)
    }


def _number(offer: Offer, name: str) -> float | None:
    value = offer.get(name)
    return None if value is None or pd.isna(value) else float(value)


def _dig_records(digs: pd.DataFrame | None) -> list[dict[str, Any]]:
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


def _last_workday(summer: Any) -> pd.Timestamp:
    return pd.Timestamp(summer.last_day) - pd.Timedelta(days=summer.test_days)


def _digs_on(street: str | None, rules: _Rules) -> list[dict[str, Any]]:
    if street is None or rules.summer is None:
        return []
    return [one for one in rules.digs if one["street"] in (street, "*")]


def _sharing(street: str | None, rules: _Rules) -> list[dict[str, Any]]:
    """Digs (not bans) that touch the working window on a street."""
    return [
        one
        for one in _digs_on(street, rules)
        if not one["is_ban"]
        and one["first"] <= _last_workday(rules.summer)
        and one["last"] >= pd.Timestamp(rules.summer.first_day)
    ]


def _is_closed(street: str | None, rules: _Rules) -> bool:
    if rules.summer is None or _sharing(street, rules):
        return False
    first_day = pd.Timestamp(rules.summer.first_day)
    for one in _digs_on(street, rules):
        years = rules.summer.no_dig_years if one["years"] is None else one["years"]
        part = pd.Timedelta(days=round((years - int(years)) * 365.25))
        opens = one["last"] + pd.DateOffset(years=int(years)) + part
        if not one["is_ban"] and one["last"] < first_day < opens:
            return True
    return False


def _factor(offer: Offer, rules: _Rules) -> float:
    pays_less = offer["measure"] in OPENS_TRENCH or offer["asset_kind"] == "station"
    return 1 - rules.prices.dig_saving if pays_less and _sharing(offer["street"], rules) else 1.0


def _price(offer: Offer, rules: _Rules) -> float:
    cost = _number(offer, "cost")
    if cost is None and offer["asset_kind"] == "station":
        cost = rules.prices.station_cost
    if cost is None:
        c0, c1 = rules.prices.cost_per_m
        per_m = c0 + (c1 * (_number(offer, "diameter_mm") or 0.0) if c1 else 0.0)
        cost = per_m * (_number(offer, "length_m") or 0.0)
    return cost * _factor(offer, rules)


def _differs(one: Any, other: float) -> bool:
    return not math.isclose(float(one), other, rel_tol=1e-9, abs_tol=1e-12)


def _is_claim(offer: Offer, rules: _Rules) -> bool:
    accepted: Any = offer.get("accepted_on")
    if rules.summer is None or accepted is None or pd.isna(accepted):
        return False
    day, heating_times = pd.Timestamp(accepted), 0
    first_day = pd.Timestamp(rules.summer.first_day)
    for year in range(day.year, first_day.year):
        begins, ends = pd.Timestamp(year, 10, 15), pd.Timestamp(year + 1, 4, 15)
        heating_times += day <= begins and ends < first_day
    return heating_times < 2


def _check_cures(tables: PlanTables, offers: dict[tuple[str, str], Offer], rules: _Rules) -> Iterator[Finding]:
    cures = tables.cures
    for asset in cures.index[cures.index.duplicated()].unique():
        yield "once", "cures", asset, "", f"{asset} is cured more than once."
    for asset in sorted(rules.must - set(cures.index)):
        yield "must", "cures", asset, "", f"{asset} has to be cured and is not."
    for asset, cure in cures.iterrows():
        asset_id = str(asset)
        offer = offers.get((asset_id, str(cure["measure"])))
        if offer is None:
            yield "candidate", "cures", asset_id, "measure", f"{asset_id} was never offered as {cure['measure']}."
            continue
        if asset_id in rules.never:
            yield "never", "cures", asset_id, "", f"{asset_id} may not be cured."
        if rules.owners is not None and offer["owner"] not in rules.owners:
            yield "owner", "cures", asset_id, "owner", f"{asset_id} belongs to another owner."
        if _is_claim(offer, rules) and asset_id not in rules.must:
            yield "claim", "cures", asset_id, "accepted_on", f"{asset_id} is still under warranty."
        hours = float(offer["cold_household_hours"])
        removes = _number(offer, "removes")
        benefit = hours * (1.0 if removes is None else removes) * rules.horizon
        if _differs(cure["benefit"], benefit):
            yield "benefit", "cures", asset_id, "benefit", f"{asset_id} brings {benefit:g}, not {cure['benefit']:g}."
        cost = _price(offer, rules)
        if _differs(cure["cost"], cost):
            yield "cost", "cures", asset_id, "cost", f"{asset_id} costs {cost:.2f}, not {cure['cost']:.2f}."


def _chosen(tables: PlanTables, offers: dict[tuple[str, str], Offer]) -> dict[str, Offer]:
    return {str(one): offers[str(one), str(cure["measure"])] for one, cure in tables.cures.iterrows()}


def _opens(offer: Offer) -> bool:
    return offer["asset_kind"] == "segment" and offer["measure"] in OPENS_TRENCH


def _expected_jobs(chosen: Mapping[str, Offer]) -> dict[frozenset[str], str]:
    """Sets of assets that make a job, with its kind."""
    graph: nx.Graph[Any] = nx.Graph()
    for asset, offer in chosen.items():
        if _opens(offer):
            graph.add_node(("asset", asset))
            for node in (offer["from_node"], offer["to_node"]):
                if node is not None:
                    graph.add_edge(("asset", asset), ("node", offer["street"], node))
    jobs = {frozenset(one[1] for one in part if one[0] == "asset"): "trench" for part in nx.connected_components(graph)}
    stations = {frozenset([asset]): "station" for asset, one in chosen.items() if one["asset_kind"] == "station"}
    return {**jobs, **stations}


def _shut(assets: Iterable[str], chosen: Mapping[str, Offer]) -> dict[str, float | None]:
    """Households by section that a job drains, each section once; a station, or what has no section, by itself."""
    shut: dict[str, float | None] = {}
    for asset in sorted(assets):
        offer = chosen[asset]
        section = None if offer["asset_kind"] == "station" else offer["section_id"]
        shut[f"of {asset}" if section is None else f"section {section}"] = _number(offer, "households_shut")
    return shut


def _members(tables: PlanTables) -> dict[str, frozenset[str]]:
    members: dict[str, set[str]] = {}
    for asset, job in tables.cures["job_id"].items():
        if _text(job) is not None:
            members.setdefault(str(job), set()).add(str(asset))
    return {job: frozenset(assets) for job, assets in members.items()}


def _check_jobs(tables: PlanTables, offers: dict[tuple[str, str], Offer], rules: _Rules) -> Iterator[Finding]:
    chosen, members = _chosen(tables, offers), _members(tables)
    expected = _expected_jobs(chosen)
    for assets in sorted(set(expected) - set(members.values()), key=sorted):
        names = ", ".join(sorted(assets)[:5])
        yield "job", "cures", sorted(assets)[0], "job_id", f"{names} are one job and are not planned as one."
    for job in sorted(set(members) ^ set(tables.jobs.index)):
        yield "job", "jobs", str(job), "", f"Job {job} is not in both tables."
    for job, assets in sorted(members.items()):
        if assets not in expected or job not in tables.jobs.index:
            continue
        row = tables.jobs.loc[job]
        some = chosen[min(assets)]
        price = rules.prices.job_cost * _factor(some, rules) if expected[assets] == "trench" else 0.0
        total = price + math.fsum(_price(chosen[one], rules) for one in sorted(assets))
        if row["job_kind"] != expected[assets]:
            yield "job", "jobs", job, "job_kind", f"Job {job} is a {expected[assets]}."
        if _differs(row["job_cost"], price):
            yield "job_cost", "jobs", job, "job_cost", f"Job {job} has a job cost of {price:.2f}."
        if "cost" in row and _differs(row["cost"], total):
            yield "job_cost", "jobs", job, "cost", f"Job {job} costs {total:.2f} in all."
        shut = _shut(assets, chosen)
        count = None if None in shut.values() else math.fsum(one or 0.0 for one in shut.values())
        told = _number({str(name): value for name, value in row.items()}, "households_shut")
        if "households_shut" in row and (told is None) != (count is None):
            yield (
                "households_shut",
                "jobs",
                job,
                "households_shut",
                f"Job {job} tells other households.",
            )
        elif told is not None and count is not None and _differs(told, count):
            yield "households_shut", "jobs", job, "households_shut", f"Job {job} cuts off {count:g} households."


def _check_limits(tables: PlanTables, offers: dict[tuple[str, str], Offer], rules: _Rules) -> Iterator[Finding]:
    chosen = _chosen(tables, offers)
    renewed = {asset: one for asset, one in chosen.items() if one["measure"] == "renew"}
    segments = {asset: one for asset, one in renewed.items() if one["asset_kind"] == "segment"}
    km = math.fsum(_number(one, "length_m") or 0.0 for one in segments.values()) / 1000
    if rules.max_km is not None and km > rules.max_km * (1 + TOLERANCE):
        yield "max_km", "cures", "", "length_m", f"{km:g} km are renewed, at most {rules.max_km:g} are allowed."
    stations = len(renewed) - len(segments)
    if rules.max_stations is not None and stations > rules.max_stations:
        message = f"{stations} stations are renewed, at most {rules.max_stations:g} are allowed."
        yield "max_stations", "cures", "", "asset_kind", message
    for name, least in sorted(rules.min_km.items()):
        lengths = (_number(one, "length_m") for one in segments.values() if one["community"] == str(name))
        there = math.fsum(one or 0.0 for one in lengths) / 1000
        if there < least * (1 - TOLERANCE):
            yield "min_km", "cures", "", "community", f"{name} gets {there:g} km, not {least:g}."
    yield from _check_money(tables, chosen, rules)


def _check_money(tables: PlanTables, chosen: Mapping[str, Offer], rules: _Rules) -> Iterator[Finding]:
    paid: dict[str | None, list[float]] = {}
    by_fund = isinstance(rules.budget, Mapping)
    for one in chosen.values():
        paid.setdefault(one["fund"] if by_fund else None, []).append(_price(one, rules))
    for job, row in _records(tables.jobs).items():
        fund = _text(row.get("fund")) if by_fund and row["job_kind"] == "trench" else None
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


def _days(assets: Iterable[str], chosen: Mapping[str, Offer], summer: Any) -> int:
    offers = [chosen[one] for one in assets]
    if offers[0]["asset_kind"] == "station":
        return int(summer.station_days)
    lengths = [_number(one, "length_m") or 0.0 for one in offers]
    return int(summer.setup_days + sum(max(1, math.ceil(one / summer.metres_per_day)) for one in lengths))


def _check_calendar(tables: PlanTables, offers: dict[tuple[str, str], Offer], rules: _Rules) -> Iterator[Finding]:
    summer, jobs = rules.summer, tables.jobs
    if summer is None:
        return
    chosen, members = _chosen(tables, offers), _members(tables)
    spans: list[tuple[pd.Timestamp, pd.Timestamp, str, str | None]] = []
    for job, row in jobs.iterrows():
        name = str(job)
        if name not in members:
            continue
        start, end, street = row["start_on"], row["end_on"], chosen[min(members[name])]["street"]
        if pd.isna(start) or pd.isna(end):
            yield "calendar", "jobs", name, "start_on", f"Job {name} has no days."
            continue
        days = _days(sorted(members[name]), chosen, summer)
        if (end - start).days + 1 != days or int(row["days"]) != days:
            yield "days", "jobs", name, "days", f"Job {name} takes {days} days."
        if start < pd.Timestamp(summer.first_day) or end > _last_workday(summer):
            yield "window", "jobs", name, "start_on", f"Job {name} lies outside the working window."
        yield from _check_street(name, row, street, rules)
        spans.append((start, end, name, street))
    yield from _check_overlaps(spans, jobs, summer)
    yield from _check_shutdowns(spans, {name: _shut(members[name], chosen) for _, _, name, _ in spans}, rules)
    dates = tables.cures[["job_id", "start_on", "end_on"]]
    for asset, cure in dates.iterrows():
        job = _text(cure["job_id"])
        if job is not None and (cure["start_on"], cure["end_on"]) != tuple(jobs.loc[job, ["start_on", "end_on"]]):
            yield "calendar", "cures", str(asset), "start_on", f"{asset} and its job {job} differ in their days."


def _check_street(name: str, row: pd.Series, street: str | None, rules: _Rules) -> Iterator[Finding]:
    start, end = row["start_on"], row["end_on"]
    for one in _digs_on(street, rules):
        if one["is_ban"] and start <= one["last"] and end >= one["first"]:
            yield "ban", "jobs", name, "start_on", f"Job {name} runs into the ban {one['dig_id']} on {street}."
    if _is_closed(street, rules):
        yield "closed", "jobs", name, "street", f"Job {name}: {street} is closed after an earlier dig."
    sharing = {one["dig_id"] for one in _sharing(street, rules) if one["first"] <= start <= one["last"]}
    if _sharing(street, rules) and not sharing:
        yield "shared", "jobs", name, "start_on", f"Job {name} does not start inside a dig on {street}."
    if sharing and _text(row.get("dig_id")) not in sharing:
        yield "shared", "jobs", name, "dig_id", f"Job {name} does not name the dig in which it starts."


def _check_overlaps(
    spans: list[tuple[pd.Timestamp, pd.Timestamp, str, str | None]], jobs: pd.DataFrame, summer: Any
) -> Iterator[Finding]:
    crews = {job: row["crew"] for job, row in _records(jobs).items()}
    last_on: dict[tuple[str, Any], tuple[pd.Timestamp, str]] = {}
    for start, end, name, street in sorted(spans, key=lambda span: (span[0], span[2])):
        keys: list[tuple[str, Any]] = [] if street is None else [("street", street)]
        if summer.crews is not None:
            crew = crews[name]
            if pd.isna(crew) or not 1 <= int(crew) <= summer.crews:
                yield "crew", "jobs", name, "crew", f"Job {name} has no crew between 1 and {summer.crews}."
            else:
                keys.append(("crew", int(crew)))
        for key in keys:
            before = last_on.get(key)
            if before is not None and before[0] >= start:
                yield "overlap", "jobs", name, key[0], f"Jobs {before[1]} and {name} overlap on {key[0]} {key[1]}."
            if before is None or end > before[0]:
                last_on[key] = (end, name)


def _check_shutdowns(
    spans: list[tuple[pd.Timestamp, pd.Timestamp, str, str | None]],
    shut: Mapping[str, Mapping[str, float | None]],
    rules: _Rules,
) -> Iterator[Finding]:
    """Households shut together; most are shut on a day on which some job starts."""
    limit = rules.max_households_shut
    if limit is None:
        return
    for name, sections in shut.items():
        if None in sections.values():
            yield (
                "households_shut",
                "jobs",
                name,
                "households_shut",
                f"No households are given for job {name}.",
            )
    for start, _, name, _ in spans:
        running = [shut[other] for first, last, other, _ in spans if first <= start <= last]
        together = {section: count for one in running for section, count in one.items()}
        total = math.fsum(count or 0.0 for count in together.values())
        if total > limit * (1 + TOLERANCE):
            message = f"{total:g} households are shut on {start.date()}, at most {limit:g} may be."
            yield "households_shut", "jobs", name, "start_on", message
