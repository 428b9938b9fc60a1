"""Jobs: which cures share a trench, and what that costs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from heatnet.planning.check.asking import (
    OPENS_TRENCH,
    TOLERANCE,
    Asked,
    Finding,
    Offer,
    benefit_of,
    differs,
    number_of,
    price_of,
    share_paid,
    text_of,
)
from heatnet.planning.saved import PlanTables


def chosen_offers(tables: PlanTables, offers: dict[tuple[str, str], Offer]) -> dict[str, Offer]:
    """Return offers that were chosen, by asset."""
    return {str(one): offers[str(one), str(cure["measure"])] for one, cure in tables.cures.iterrows()}


def opens_trench(offer: Offer) -> bool:
    """Return whether an offer opens a trench."""
    return offer["asset_kind"] == "segment" and offer["measure"] in OPENS_TRENCH


def expected_jobs(chosen: Mapping[str, Offer]) -> dict[frozenset[str], str]:
    """Return sets of assets that make a job, with its kind."""
    import networkx as nx  # takes longer to import than a plan to find

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
    """Return households by section that a job drains, each section once; what has none is its own."""
    shut: dict[str, float | None] = {}
    for asset in sorted(assets):
        offer = chosen[asset]
        section = None if offer["asset_kind"] == "station" else offer["section_id"]
        shut[f"of {asset}" if section is None else f"section {section}"] = number_of(offer, "households_shut")
    return shut


def members_of(tables: PlanTables) -> dict[str, frozenset[str]]:
    """Return assets of each job."""
    members: dict[str, set[str]] = {}
    for asset, job in tables.cures["job_id"].items():
        if text_of(job) is not None:
            members.setdefault(str(job), set()).add(str(asset))
    return {job: frozenset(assets) for job, assets in members.items()}


def check_jobs(tables: PlanTables, offers: dict[tuple[str, str], Offer], rules: Asked) -> Iterator[Finding]:
    """Return findings of jobs."""
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
        mine = {asset: chosen[asset] for asset in sorted(assets)}
        row = {str(name): value for name, value in tables.jobs.loc[job].items()}
        yield from _check_sums(job, row, mine, expected[assets], rules)
        yield from _check_shut(job, row, mine)
        if expected[assets] == "trench":
            yield from _check_trench(job, mine, rules)


def _job_price(mine: Mapping[str, Offer], kind: str, rules: Asked) -> float:
    return rules.prices.job_cost * share_paid(mine[min(mine)], rules) if kind == "trench" else 0.0


def _check_sums(job: str, row: Offer, mine: Mapping[str, Offer], kind: str, rules: Asked) -> Iterator[Finding]:
    price = _job_price(mine, kind, rules)
    total = price + math.fsum(price_of(one, rules) for one in mine.values())
    if row["job_kind"] != kind:
        yield "job", "jobs", job, "job_kind", f"Job {job} is a {kind}."
    if differs(row["job_cost"], price):
        yield "job_cost", "jobs", job, "job_cost", f"Job {job} has a job cost of {price:.2f}."
    if "cost" in row and differs(row["cost"], total):
        yield "job_cost", "jobs", job, "cost", f"Job {job} costs {total:.2f} in all."
    worths = [number_of(one, "worth") for one in mine.values()]
    if None in worths or "worth" not in row:
        return
    worth = math.fsum(one or 0.0 for one in worths)
    if differs(row["worth"], worth):
        yield "worth", "jobs", job, "worth", f"Job {job} is worth {worth:.2f}."
    benefit = math.fsum([-rules.least_ratio * price, *(benefit_of(one, rules) for one in mine.values())])
    if "benefit" in row and differs(row["benefit"], benefit, size=worth + rules.least_ratio * total):
        yield "benefit", "jobs", job, "benefit", f"Job {job} brings {benefit:g}, its trench counted."
    is_asked = any(asset in rules.must or _serves_minimum(one, rules) for asset, one in mine.items())
    if benefit < -1e-9 * (worth + rules.least_ratio * total) and not is_asked:
        yield "min_ratio", "jobs", job, "worth", f"Job {job} returns less than {rules.least_ratio:g} of its cost."


def _serves_minimum(offer: Offer, rules: Asked) -> bool:
    return offer["measure"] == "renew" and offer["asset_kind"] == "segment" and offer["community"] in rules.min_km


def _check_shut(job: str, row: Offer, mine: Mapping[str, Offer]) -> Iterator[Finding]:
    shut = sections_shut(mine, mine)
    count = None if None in shut.values() else math.fsum(one or 0.0 for one in shut.values())
    said = number_of(row, "households_shut")
    if "households_shut" in row and (said is None) != (count is None):
        yield "households_shut", "jobs", job, "households_shut", f"Job {job} cuts off other households than it says."
    elif said is not None and count is not None and differs(said, count):
        yield "households_shut", "jobs", job, "households_shut", f"Job {job} cuts off {count:g} households."


def _check_trench(job: str, mine: Mapping[str, Offer], rules: Asked) -> Iterator[Finding]:
    """Check its length, and that what returns less than the least ratio joins it together."""
    if _metres(mine) < rules.min_job_m * (1 - TOLERANCE):
        yield "min_job_m", "jobs", job, "length_m", f"Job {job} is shorter than {rules.min_job_m:g} m."
    for asset, offer in mine.items():
        if number_of(offer, "worth") is None or asset in rules.must or _serves_minimum(offer, rules):
            continue
        if benefit_of(offer, rules) >= -1e-9 * (number_of(offer, "worth") or 0.0) or len(mine) == 1:
            continue
        rest = {name: one for name, one in mine.items() if name != asset}
        joins = len(expected_jobs(rest)) > 1 or _metres(rest) < rules.min_job_m
        if not joins:
            yield (
                "min_ratio",
                "cures",
                asset,
                "worth",
                f"{asset} returns less than {rules.least_ratio:g} and joins nothing.",
            )


def _metres(mine: Mapping[str, Offer]) -> float:
    return math.fsum(number_of(one, "length_m") or 0.0 for one in mine.values())
