"""Jobs: which cures share a trench, and what that costs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import networkx as nx

from heatnet.planning.check.asking import (
    OPENS_TRENCH,
    Asked,
    Finding,
    Offer,
    differs,
    number_of,
    price_of,
    share_paid,
    text_of,
)
from heatnet.planning.saved import PlanTables


def chosen_offers(tables: PlanTables, offers: dict[tuple[str, str], Offer]) -> dict[str, Offer]:
    """Offers that were chosen, by asset."""
    return {str(one): offers[str(one), str(cure["measure"])] for one, cure in tables.cures.iterrows()}


def opens_trench(offer: Offer) -> bool:
    """Whether an offer opens a trench."""
    return offer["asset_kind"] == "segment" and offer["measure"] in OPENS_TRENCH


def expected_jobs(chosen: Mapping[str, Offer]) -> dict[frozenset[str], str]:
    """Sets of assets that make a job, with its kind."""
    graph: nx.Graph[Any] = nx.Graph()
    for asset, offer in chosen.items():
        if opens_trench(offer):
            graph.add_node(("asset", asset))
            for node in (offer["from_node"], offer["to_node"]):
                if node is not None:
                    graph.add_edge(("asset", asset), ("node", offer["street"], node))
    jobs = {frozenset(one[1] for one in part if one[0] == "asset"): "trench" for part in nx.connected_components(graph)}
    stations = {frozenset([asset]): "station" for asset, one in chosen.items() if one["asset_kind"] == "station"}
    return {**jobs, **stations}


def sections_shut(assets: Iterable[str], chosen: Mapping[str, Offer]) -> dict[str, float | None]:
    """Households by section that a job drains, each section once; a station, or what has no section, by itself."""
    shut: dict[str, float | None] = {}
    for asset in sorted(assets):
        offer = chosen[asset]
        section = None if offer["asset_kind"] == "station" else offer["section_id"]
        shut[f"of {asset}" if section is None else f"section {section}"] = number_of(offer, "households_shut")
    return shut


def members_of(tables: PlanTables) -> dict[str, frozenset[str]]:
    """Assets of each job."""
    members: dict[str, set[str]] = {}
    for asset, job in tables.cures["job_id"].items():
        if text_of(job) is not None:
            members.setdefault(str(job), set()).add(str(asset))
    return {job: frozenset(assets) for job, assets in members.items()}


def check_jobs(tables: PlanTables, offers: dict[tuple[str, str], Offer], rules: Asked) -> Iterator[Finding]:
    """Findings of jobs."""
    chosen, members = chosen_offers(tables, offers), members_of(tables)
    expected = expected_jobs(chosen)
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
        price = rules.prices.job_cost * share_paid(some, rules) if expected[assets] == "trench" else 0.0
        total = price + math.fsum(price_of(chosen[one], rules) for one in sorted(assets))
        if row["job_kind"] != expected[assets]:
            yield "job", "jobs", job, "job_kind", f"Job {job} is a {expected[assets]}."
        if differs(row["job_cost"], price):
            yield "job_cost", "jobs", job, "job_cost", f"Job {job} has a job cost of {price:.2f}."
        if "cost" in row and differs(row["cost"], total):
            yield "job_cost", "jobs", job, "cost", f"Job {job} costs {total:.2f} in all."
        shut = sections_shut(assets, chosen)
        count = None if None in shut.values() else math.fsum(one or 0.0 for one in shut.values())
        told = number_of({str(name): value for name, value in row.items()}, "households_shut")
        if "households_shut" in row and (told is None) != (count is None):
            yield (
                "households_shut",
                "jobs",
                job,
                "households_shut",
                f"Job {job} tells other households.",
            )
        elif told is not None and count is not None and differs(told, count):
            yield "households_shut", "jobs", job, "households_shut", f"Job {job} cuts off {count:g} households."
