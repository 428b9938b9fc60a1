"""What belongs to each community, what is wrong there and what is planned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet._arrays import Objects
from heatnet.report.privacy import told_count
from heatnet.report.subject import Subject

OLD_YEAR = 1995


@dataclass(frozen=True, slots=True, eq=False)
class Tallies:
    """What belongs to which community: of each asset, node and building in the order of the network."""

    assets: Objects
    nodes: Objects
    table: pd.DataFrame


def tallies_of(subject: Subject) -> Tallies:
    """Return the account of every community, the greatest risk first."""
    network, ranking, assets = subject.network, subject.ranking, subject.communities
    nodes = network.nodes["community"].to_numpy(dtype=object)
    by_asset = ranking.reindex(network.asset_ids).assign(community=assets)
    by_asset["old_m"] = by_asset["length_m"].where(by_asset["laid_year"] < OLD_YEAR, 0.0)
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
