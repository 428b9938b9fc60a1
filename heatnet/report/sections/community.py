"""One page per community: its map, what it has, and the list of its shortcomings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Objects
from heatnet.language import words
from heatnet.report.paper_maps import paper_map
from heatnet.report.privacy import told_count
from heatnet.report.sections.blocks import Drawing, FactLists, Look, Section, SideBySide, Table, table_of
from heatnet.report.subject import Subject
from heatnet.report.words import shown, word

MOST_COMMUNITIES = 100
SHORTCOMINGS = 10
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
_OLD = 1995


@dataclass(frozen=True, slots=True, eq=False)
class Tallies:
    """What belongs to which community: of each asset, node and building in the order of the network."""

    assets: Objects
    nodes: Objects
    table: pd.DataFrame


def communities(subject: Subject) -> list[Section]:
    """Return the overview of all communities and a page for each of those with the greatest risk."""
    tallies = _tallies(subject)
    if not len(tallies.table):
        return []
    label, shown_ones = subject.label, tallies.table.head(MOST_COMMUNITIES)
    caption = label("communities_caption", shown=len(shown_ones), all=len(tallies.table))
    overview = table_of(tallies.table.reset_index(), _OVERVIEW, subject.language)
    pages = [_page(subject, tallies, str(name), number) for number, name in enumerate(shown_ones.index, 1)]
    return [Section("communities", label("communities"), (overview,), caption, is_new_page=True), *pages]


def _tallies(subject: Subject) -> Tallies:
    """Return the account of every community, the greatest risk first."""
    network, ranking, assets = subject.network, subject.ranking, subject.communities
    nodes = network.nodes["community"].to_numpy(dtype=object)
    by_asset = ranking.reindex(network.asset_ids).assign(community=assets)
    by_asset["old_m"] = by_asset["length_m"].where(by_asset["laid_year"] < _OLD, 0.0)
    of_assets = by_asset.groupby("community", sort=True)[["length_m", "old_m", "risk", "past_faults"]].sum()
    buildings = network.nodes.iloc[network.building_nodes].groupby("community", sort=True)
    table = of_assets.join(buildings[["households", "area_m2"]].sum(), how="outer")
    table["building_count"] = buildings.size()
    table["station_count"] = pd.Series(nodes[network.station_nodes]).value_counts()
    found = subject.assessment.location.buildings
    places = pd.Series(nodes[network.node_positions(found.index)], index=found.index)
    table = table.join(found[["visits", "cold_visits"]].groupby(places).sum())
    stuck = network.valve_segment[~network.valve_operable]
    table["stuck_valves"] = pd.Series(assets[stuck]).value_counts()
    table = table.join(_planned(subject))
    counts = [name for name in table.columns if name not in ("risk", "worth", "total_cost")]
    table[counts] = table[counts].fillna(0.0)
    table["length_km"] = table["length_m"] / 1000.0
    table["visit_share"] = [
        _cold_share(visits, cold, subject) for visits, cold in table[["visits", "cold_visits"]].to_numpy().tolist()
    ]
    order = np.argsort(-table["risk"].fillna(0.0).round(2).to_numpy(), kind="stable")
    return Tallies(assets, nodes, table.iloc[order].rename_axis("community"))


def _planned(subject: Subject) -> pd.DataFrame:
    """Return jobs, money and worth by community; a job in two communities counts in both, its trench in the first."""
    cures, jobs = subject.plan.cures, subject.plan.jobs
    rows = cures.assign(trench=0.0)
    is_first = ~rows["job_id"].duplicated() & rows["job_id"].notna()
    rows.loc[is_first, "trench"] = jobs["job_cost"].reindex(rows.loc[is_first, "job_id"]).to_numpy(dtype=np.float64)
    rows["total_cost"] = rows["cost"] + rows["trench"]
    columns = ["total_cost", "worth"] if "worth" in rows else ["total_cost"]
    of_community = rows.groupby("community", sort=True)
    return of_community[columns].sum().assign(job_count=of_community["job_id"].nunique())


def _cold_share(visits: float, cold: float, subject: Subject) -> str:
    """Return how many of last winter's visits were cold, fewer than five not counted."""
    return subject.label("cold_of", cold=told_count(cold, subject.language), visits=f"{visits:,.0f}") if visits else ""


def _page(subject: Subject, tallies: Tallies, name: str, number: int) -> Section:
    """Return the page of a community."""
    label, network = subject.label, subject.network
    chosen = np.array([community == name for community in tallies.assets], dtype=bool)
    cures = subject.plan.cures[subject.plan.cures["community"] == name]
    north = words("page", subject.language)["north"]
    drawing = paper_map(network, cures, chosen=chosen, north=north, with_streets=True)
    row = tallies.table.loc[name]
    facts = FactLists(((label("community_has"), tuple(_facts(subject, row))),))
    left = (Drawing(drawing),) if drawing else ()
    blocks: tuple[Any, ...] = (SideBySide(left, (facts,)), _shortcomings(subject, chosen))
    return Section(f"community-{number}", name, blocks, label("community_caption"), is_new_page=True, is_listed=False)


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
        (label("has_old", year=_OLD), f"{old:.0%}"),
        (label("has_faults"), f"{row['past_faults']:,.0f}"),
        (label("has_cold"), str(row["visit_share"]) or label("no_visits")),
        (label("has_stuck"), f"{row['stuck_valves']:,.0f}"),
        (label("has_risk"), money("risk")),
        (label("has_jobs"), f"{row['job_count']:,.0f}"),
        (label("has_cost"), money("total_cost")),
    ]


def _shortcomings(subject: Subject, chosen: Any) -> Table:
    """Return what is wrong in a community: the assets with the greatest risk, and what is arranged for each."""
    ids = subject.network.asset_ids[chosen]
    rows = subject.ranking.loc[subject.ranking.index.isin(ids)]
    rows = rows.sort_values("risk", ascending=False, kind="stable").head(SHORTCOMINGS)
    parts = rows[["worth_faults", "worth_heat", "worth_cold"]].to_numpy(dtype=np.float64)
    kinds = np.array(["faults", "heat", "cold"])[parts.argmax(axis=1)] if len(rows) else np.array([])
    jobs = subject.plan.cures["job_id"]
    arranged = []
    for asset, is_first in zip(rows.index, rows["measure_first"], strict=True):
        if asset in jobs.index:
            job = jobs.loc[asset]
            arranged.append(subject.label("no_job") if pd.isna(job) else str(job))
        else:
            arranged.append(subject.label("measure" if is_first else "not_planned"))
    table = rows.reset_index().assign(
        place=subject.places.reindex(rows.index).to_numpy(),
        problem=[word(str(kind), subject.language) for kind in kinds],
        arrangement=arranged,
        reason=subject.reasons.reindex(rows.index).to_numpy(),
    )
    look = Look(title=subject.label("shortcomings"), marks=[f"asset:{asset}" for asset in rows.index])
    return table_of(table, _LISTED, subject.language, look)
