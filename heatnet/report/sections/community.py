"""One page per community: its map, what it has, and the list of its shortcomings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from heatnet.language import words
from heatnet.report.paper_maps import paper_map
from heatnet.report.sections.blocks import Drawing, FactLists, Look, Section, SideBySide, Table, table_of
from heatnet.report.subject import Subject
from heatnet.report.tallies import OLD_YEAR, Tallies, tallies_of
from heatnet.report.words import shown, word

MOST_COMMUNITIES = 100
SHORTCOMINGS = 8
_OVERVIEW = (
    "community",
    "building_count",
    "households",
    "length_km",
    "job_count",
    "total_cost",
    "worth",
    "risk",
    "past_faults",
    "visit_share",
)
_LISTED = ("place", "asset_id", "diameter_mm", "length_m", "laid_year", "problem", "risk", "arrangement", "reason")


def communities(subject: Subject) -> list[Section]:
    """Return the overview of all communities and a page for each of those with the greatest risk."""
    tallies = tallies_of(subject)
    if not len(tallies.table):
        return []
    label, shown_ones = subject.label, tallies.table.head(MOST_COMMUNITIES)
    caption = label("communities_caption", shown=len(shown_ones), all=len(tallies.table))
    overview = table_of(tallies.table.reset_index(), _OVERVIEW, subject.language)
    worst, none = _worst(subject), subject.network.asset_ids[:0]
    pages = [
        _page(subject, tallies, str(name), number, worst.get(name, none))
        for number, name in enumerate(shown_ones.index, 1)
    ]
    first = Section("communities", label("communities"), (overview,), caption, is_new_page=True)
    return [first, *_mains(subject), *pages]


def _mains(subject: Subject) -> list[Section]:
    """Return the map of the primary level where jobs lie outside all communities: they stand on no other page."""
    network, cures = subject.network, subject.plan.cures
    outside = cures[cures["community"].isna()]
    chosen = np.append(network.is_primary, np.zeros(len(network.station_nodes), dtype=bool))
    if not len(outside) or not chosen.any():
        return []
    north = words("page", subject.language)["north"]
    drawing = paper_map(network, outside, chosen=chosen, north=north, with_streets=True)
    if not drawing:
        return []
    label = subject.label
    blocks = (Drawing(drawing),)
    return [Section("mains", label("mains"), blocks, label("mains_caption"), is_new_page=True, is_listed=False)]


def _page(subject: Subject, tallies: Tallies, name: str, number: int, worst: pd.Index[Any]) -> Section:
    """Return the page of a community."""
    label, network = subject.label, subject.network
    chosen = np.asarray(tallies.assets == name, dtype=bool)
    cures = subject.plan.cures[subject.plan.cures["community"] == name]
    north = words("page", subject.language)["north"]
    drawing = paper_map(network, cures, chosen=chosen, north=north, with_streets=True)
    row = tallies.table.loc[name]
    facts = FactLists(((label("community_has"), tuple(_facts(subject, row))),))
    left = (Drawing(drawing),) if drawing else ()
    blocks: tuple[Any, ...] = (SideBySide(left, (facts,)), _shortcomings(subject, worst))
    return Section(f"community-{number}", name, blocks, is_new_page=True, is_listed=False)


def _facts(subject: Subject, row: Any) -> list[tuple[str, str]]:
    label, language = subject.label, subject.language
    unit = label("money_unit")

    def money(name: str) -> str:
        return f"{shown(row[name] if name in row and not pd.isna(row[name]) else 0.0, 'money', language)} {unit}"

    old = row["old_m"] / row["length_m"] if row["length_m"] else 0.0
    return [
        (label("has_buildings"), f"{row['building_count']:,.0f}"),
        (label("has_households"), f"{row['households']:,.0f}"),
        (label("has_area"), label("area_value", area=row["area_m2"] / 10_000.0)),
        (label("has_stations"), f"{row['station_count']:,.0f}"),
        (label("has_km"), f"{row['length_km']:,.2f} km"),
        (label("has_old", year=OLD_YEAR), f"{old:.0%}"),
        (label("has_faults"), f"{row['past_faults']:,.0f}"),
        (label("has_cold"), str(row["visit_share"]) or label("no_visits")),
        (label("has_stuck"), f"{row['stuck_valves']:,.0f}"),
        (label("has_risk"), money("risk")),
        (label("has_jobs"), f"{row['job_count']:,.0f}"),
        (label("has_cost"), money("total_cost")),
    ]


def _shortcomings(subject: Subject, ids: pd.Index[Any]) -> Table:
    """Return what is wrong in a community: the assets with the greatest risk, and what is arranged for each."""
    rows = subject.ranking.loc[ids]
    parts = rows[["worth_faults", "worth_heat", "worth_cold"]].to_numpy(dtype=np.float64)
    kinds = np.array(["faults", "heat", "cold"])[parts.argmax(axis=1)] if len(rows) else np.array([])
    table = rows.reset_index().assign(
        place=subject.places.loc[ids].to_numpy(),
        problem=[word(str(kind), subject.language) for kind in kinds],
        arrangement=[
            _arranged(subject, str(one), is_first=bool(first))
            for one, first in zip(ids, rows["measure_first"], strict=True)
        ],
        reason=subject.reasons(ids).to_numpy(),
    )
    look = Look(title=subject.label("shortcomings"), marks=[f"asset:{asset}" for asset in ids])
    return table_of(table, _LISTED, subject.language, look)


def _arranged(subject: Subject, asset: str, *, is_first: bool) -> str:
    """Return what is arranged for an asset: its job, a measure without a trench, measuring, or nothing."""
    if asset not in subject.plan.cures.index:
        return subject.label("measure" if is_first else "not_planned")
    job: Any = subject.plan.cures.at[asset, "job_id"]
    return subject.label("no_job") if pd.isna(job) else str(job)


def _worst(subject: Subject) -> dict[str, pd.Index[Any]]:
    """Return the assets with the greatest risk of each community, the greatest first."""
    network, risk = subject.network, subject.ranking["risk"].reindex(subject.network.asset_ids).to_numpy()
    found: dict[str, list[int]] = {}
    for at in np.argsort(-np.round(risk, 6), kind="stable").tolist():
        name = subject.communities[at]
        if name is not None and len(mine := found.setdefault(name, [])) < SHORTCOMINGS:
            mine.append(at)
    return {name: network.asset_ids[mine] for name, mine in found.items()}
