"""What findings do to the ranking: the worth that rests on them, and what repairing them changes, recomputed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from heatnet.assessment.composing import assess
from heatnet.doctor.repairs import repaired
from heatnet.doctor.rules import BY_NAME
from heatnet.inventory import Inventory
from heatnet.inventory.contents import inventory_of
from heatnet.network import Network
from heatnet.season import season_of

BEST = 50
NO_RECORDS = 2026
_DATED = (("visits", "visited_on"), ("faults", "found_on"), ("works", "done_on"))
_ASSET = {"faults": ("fault_id", "asset_id"), "works": ("work_id", "asset_id"), "makeup": ("station_id", "station_id")}


def effects(inventory: Inventory, findings: pd.DataFrame, *, season: int, rng: int = 0) -> pd.DataFrame:
    """Return by rule what its findings do to the ranking of a season.

    Parameters
    ----------
    inventory : Inventory
        What was read.
    findings : DataFrame
        What `check_inventory` found in it.
    season : int
        The coming season.
    rng : int
        Seed of the assessments.

    Returns
    -------
    DataFrame
        Index rule: ``assets`` (that the findings name, or that touch a node they name), ``worth_share`` (their part of
        the worth of all renewals); where `check --fix` repairs the rule, the ranking computed anew with only that
        repaired: ``best_changed`` (how many of the first 50 are others), ``worth_change`` (relative, of all worth);
        else missing.
    """
    before = assess(inventory, season=season, rng=rng).ranking
    rows = {}
    for rule, found in findings.groupby("rule", sort=True):
        named = [asset for asset in named_assets(inventory, found) if asset in before.index]
        total = float(before["worth"].sum())
        share = float(before["worth"].reindex(named).sum()) / total if total else 0.0
        rows[str(rule)] = [len(named), share, *_recomputed(inventory, str(rule), before, season, rng)]
    columns = ["assets", "worth_share", "best_changed", "worth_change"]
    return pd.DataFrame(list(rows.values()), columns=columns, index=pd.Index(list(rows), name="rule", dtype=object))


def default_season(inventory: Inventory) -> int:
    """Return the season after the latest record of an inventory; 2026 where it has none."""
    latest = [last for last in (_latest(inventory, name, day) for name, day in _DATED) if last is not None]
    return int(season_of(pd.Series([max(latest)])).iloc[0]) + 1 if latest else NO_RECORDS


def _latest(inventory: Inventory, name: str, day: str) -> pd.Timestamp | None:
    table = getattr(inventory, name)
    last = None if table is None or not len(table) else table[day].max()
    return None if last is None or pd.isna(last) else last


def _recomputed(inventory: Inventory, rule: str, before: pd.DataFrame, season: int, rng: int) -> list[float]:
    known = BY_NAME.get(rule)
    if known is None or known.repair not in ("emptied", "replaced"):
        return [np.nan, np.nan]
    tables = dict(repaired(inventory, rules=[rule]).tables)
    network = Network(tables.pop("nodes"), tables.pop("segments"), tables.pop("valves", None))
    again = assess(inventory_of(network, tables), season=season, settings=inventory.settings, rng=rng).ranking
    changed = set(before.index[:BEST]) - set(again.index[:BEST])
    total = float(before["worth"].sum())
    return [float(len(changed)), float(again["worth"].sum()) / total - 1.0 if total else 0.0]


def named_assets(inventory: Inventory, findings: pd.DataFrame) -> list[str]:
    """Return the assets that findings name, sorted: segments and stations themselves, those that touch a node named."""
    network = inventory.network
    found: set[str] = set()
    for table, rows in findings.groupby("table"):
        ids = [one for one in rows["row_id"] if one]
        if table in ("segments", "nodes"):
            found |= set(ids) & set(network.asset_ids)
            if table == "nodes":
                found |= _touching(network, network.node_positions(pd.Series(ids, dtype=object)))
        elif table in _ASSET and (of := getattr(inventory, str(table))) is not None:
            key, asset = _ASSET[str(table)]
            found |= set(of[asset][of[key].isin(ids)].dropna())
        elif table == "visits" and inventory.visits is not None:
            of = inventory.visits
            found |= _touching(network, network.node_positions(of["building_id"][of["visit_id"].isin(ids)]))
    return sorted(found)


def _touching(network: Network, nodes: Iterable[Any]) -> set[str]:
    known = np.array([node for node in nodes if node >= 0], dtype=np.int64)
    touches = np.isin(network.from_node, known) | np.isin(network.to_node, known)
    return set(network.segment_ids[touches])
