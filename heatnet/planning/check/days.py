"""The calendar: days, crews, streets, digs and households shut."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from heatnet.planning.check.asking import (
    TOLERANCE,
    Asked,
    Finding,
    Offer,
    digs_on,
    is_closed,
    last_workday,
    number_of,
    records_by_id,
    sharing_digs,
    text_of,
)
from heatnet.planning.check.jobs import (
    chosen_offers,
    members_of,
    sections_shut,
)
from heatnet.planning.saved import PlanTables


def days_of(assets: Iterable[str], chosen: Mapping[str, Offer], summer: Any) -> int:
    """Return days that a job of these assets takes."""
    offers = [chosen[asset] for asset in assets]
    if offers[0]["asset_kind"] == "station":
        return int(summer.station_days)
    lengths = [number_of(offer, "length_m") or 0.0 for offer in offers]
    return int(summer.setup_days + sum(max(1, math.ceil(length / summer.metres_per_day)) for length in lengths))


def check_calendar(tables: PlanTables, offers: dict[tuple[str, str], Offer], rules: Asked) -> Iterator[Finding]:
    """Return findings of the days of jobs."""
    summer, jobs = rules.summer, tables.jobs
    if summer is None:
        return
    chosen, members = chosen_offers(tables, offers), members_of(tables)
    spans: list[tuple[pd.Timestamp, pd.Timestamp, str, str | None]] = []
    for job, row in jobs.iterrows():
        name = str(job)
        if name not in members:
            continue
        start, end, street = row["start_on"], row["end_on"], chosen[min(members[name])]["street"]
        if pd.isna(start) or pd.isna(end):
            yield "calendar", "jobs", name, "start_on", f"Job {name} has no days."
            continue
        days = days_of(sorted(members[name]), chosen, summer)
        if (end - start).days + 1 != days or int(row["days"]) != days:
            yield "days", "jobs", name, "days", f"Job {name} takes {days} days."
        if start < pd.Timestamp(summer.first_day) or end > last_workday(summer):
            yield "window", "jobs", name, "start_on", f"Job {name} lies outside the working window."
        yield from _check_street(name, row, street, rules)
        spans.append((start, end, name, street))
    yield from _check_overlaps(spans, jobs, summer)
    yield from _check_shutdowns(spans, {name: sections_shut(members[name], chosen) for _, _, name, _ in spans}, rules)
    dates = tables.cures[["job_id", "start_on", "end_on"]]
    for asset, cure in dates.iterrows():
        job = text_of(cure["job_id"])
        if job is not None and (cure["start_on"], cure["end_on"]) != tuple(jobs.loc[job, ["start_on", "end_on"]]):
            yield "calendar", "cures", str(asset), "start_on", f"{asset} and its job {job} differ in their days."


def _check_street(name: str, row: pd.Series, street: str | None, rules: Asked) -> Iterator[Finding]:
    start, end = row["start_on"], row["end_on"]
    for one in digs_on(street, rules):
        if one["is_ban"] and start <= one["last"] and end >= one["first"]:
            yield "ban", "jobs", name, "start_on", f"Job {name} runs into the ban {one['dig_id']} on {street}."
    if is_closed(street, rules):
        yield "closed", "jobs", name, "street", f"Job {name}: {street} is closed after an earlier dig."
    sharing = {
        sharing_dig["dig_id"]
        for sharing_dig in sharing_digs(street, rules)
        if sharing_dig["first"] <= start <= sharing_dig["last"]
    }
    if sharing_digs(street, rules) and not sharing:
        yield "shared", "jobs", name, "start_on", f"Job {name} does not start inside a dig on {street}."
    if sharing and text_of(row.get("dig_id")) not in sharing:
        yield "shared", "jobs", name, "dig_id", f"Job {name} does not name the dig in which it starts."


def _check_overlaps(
    spans: list[tuple[pd.Timestamp, pd.Timestamp, str, str | None]], jobs: pd.DataFrame, summer: Any
) -> Iterator[Finding]:
    crews = {job: row["crew"] for job, row in records_by_id(jobs).items()}
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
    rules: Asked,
) -> Iterator[Finding]:
    """Return households shut together; most are shut on a day on which some job starts."""
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
