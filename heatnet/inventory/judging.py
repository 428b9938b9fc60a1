"""Which rows of the records can be used on a network, and why the others cannot: every rule that sets a row aside.

The one place where these rules are judged: `check` reports what is found here, and `assess`, `backtest` and the planner
use the rows that are left. Each row is judged by the first rule that holds for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Objects, Truths
from heatnet.graph.nearest import nearest_lines
from heatnet.inventory.grid import node_places, placed
from heatnet.inventory.row_ids import RowIds
from heatnet.language import note
from heatnet.network import Network
from heatnet.schema.findings import Severity, all_findings, findings_at
from heatnet.schema.plain import ascends

NEAREST_M = 30.0
"""Farthest that a fault with nothing but a place may lie from its segment."""
WHOLE_CITY = "*"
PLACED_ON_ASSETS = ("faults", "works")
"""Tables whose rows belong to assets; the others that belong somewhere belong to nodes."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What becomes of the rows of one table of records.

    Attributes
    ----------
    table : str
        Name of the table.
    ids : RowIds
        What each row is called in findings.
    rule : array
        The rule that sets the row aside; None: it can be used.
    place : array of int
        Where the row belongs: position of a node (visits, make-up water) or of an asset (faults, works), -1 where it
        belongs nowhere.
    findings : DataFrame
        What is set aside, one row each; messages are notes.
    """

    table: str
    ids: RowIds
    rule: Objects
    place: Ints
    findings: pd.DataFrame

    @property
    def is_used(self) -> Truths:
        """Which rows can be used."""
        return np.asarray(pd.isna(self.rule), dtype=bool)


@dataclass(slots=True)
class _Judge:
    """Collects verdicts on the rows of a table; the first rule that holds for a row is its reason."""

    table: str
    ids: RowIds
    before: Objects | None = None
    rule: Objects = field(init=False)
    found: list[pd.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rule = np.full(len(self.ids), None, dtype=object) if self.before is None else self.before.copy()

    def aside(self, severity: Severity, rule: str, column: str, where: Truths, **values: Any) -> None:
        """Set the rows aside that no rule before has set aside."""
        rows = where & np.asarray(pd.isna(self.rule), dtype=bool) if where.any() else where
        self.rule[rows] = rule
        message = note(f"findings.{rule}", column=column, **values)
        self.found.append(findings_at(severity, rule, self.table, column, self.ids[rows], message))

    def verdict(self, place: Ints) -> Judged:
        return Judged(self.table, self.ids, self.rule, place, all_findings(self.found))


def judged_visits(
    network: Network, visits: pd.DataFrame, before: Objects | None = None, place: Ints | None = None
) -> Judged:
    """Return which visits can be used; their place is the node of the building.

    Parameters
    ----------
    network : Network
        The network.
    visits : DataFrame
        Visits in standard form.
    before : array, optional
        The rules by which rows were set aside before.
    place : array of int, optional
        The nodes of the buildings, where they are known already.
    """
    judge = _Judge("visits", RowIds.of(visits["visit_id"]), before)
    node = network.node_positions(visits["building_id"]) if place is None else place
    judge.aside("error", "unknown_building", "building_id", ~np.isin(node, network.building_nodes))
    return judge.verdict(node)


def judged_faults(
    network: Network,
    faults: pd.DataFrame,
    before: Objects | None = None,
    place: Ints | None = None,
    *,
    nearest_m: float = NEAREST_M,
) -> Judged:
    """Return which faults can be used; their place is the asset they name, else the nearest segment.

    Parameters
    ----------
    network : Network
        The network.
    faults : DataFrame
        Faults in standard form.
    before : array, optional
        The rules by which rows were set aside before.
    place : array of int, optional
        The assets that are named, where they are known already.
    nearest_m : float
        Farthest that a fault with nothing but a place may lie from its segment.
    """
    judge = _Judge("faults", RowIds.of(faults["fault_id"]), before)
    asset = network.asset_positions(faults["asset_id"]) if place is None else place.copy()
    is_named = faults["asset_id"].notna().to_numpy(dtype=bool)
    given = faults[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    by_place = ~is_named & np.isfinite(given).all(axis=1)
    asset[by_place], is_degrees = nearest_segments(network, given[by_place], nearest_m)
    in_degrees = by_place.copy()
    in_degrees[by_place] = is_degrees
    found_on = faults["found_on"]
    laid = np.append(laid_years(network), np.nan)[asset]
    is_early = (asset >= 0) & (found_on.dt.year.to_numpy(dtype=np.float64, na_value=np.nan) < laid)
    judge.aside("error", "unknown_asset", "asset_id", is_named & (asset < 0))
    judge.aside("error", "fault_without_place", "asset_id", ~is_named & ~by_place)
    judge.aside("error", "fault_in_degrees", "x_m", in_degrees & (asset < 0), nearest_m=nearest_m)
    judge.aside("error", "fault_far_away", "x_m", by_place & (asset < 0), nearest_m=nearest_m)
    judge.aside("warning", "fault_before_laying", "found_on", is_early)
    return judge.verdict(asset)


def judged_works(
    network: Network, works: pd.DataFrame, before: Objects | None = None, place: Ints | None = None
) -> Judged:
    """Return which works, in standard form, can be used; their place is the asset they name (`place` if known)."""
    judge = _Judge("works", RowIds.of(works["work_id"]), before)
    asset = network.asset_positions(works["asset_id"]) if place is None else place
    judge.aside("error", "unknown_asset", "asset_id", asset < 0)
    return judge.verdict(asset)


def streets_of(network: Network) -> frozenset[str]:
    """Return the streets of the segments, as they are written."""
    return frozenset(pd.Series(network.segments["street"].unique()).dropna().tolist())


def judged_digs(
    network: Network,
    digs: pd.DataFrame,
    before: Objects | None = None,
    place: Ints | None = None,  # noqa: ARG001 - all tables are judged alike
    *,
    streets: frozenset[str] | None = None,
) -> Judged:
    """Return which digs can be used: those on a street of the network, or in the whole city.

    Parameters
    ----------
    network : Network
        The network.
    digs : DataFrame
        Digs in standard form.
    before : array, optional
        The rules by which rows were set aside before.
    place : array of int, optional
        Without meaning: digs belong nowhere.
    streets : set of str, optional
        The streets of the network, where they are known already.
    """
    judge = _Judge("digs", RowIds.of(digs["dig_id"]), before)
    known = {*(streets_of(network) if streets is None else streets), WHOLE_CITY}
    is_known = np.array([street in known for street in digs["street"].tolist()], dtype=bool)
    judge.aside("error", "unknown_street", "street", ~is_known)
    judge.aside("error", "dig_ends_before_start", "end_on", (digs["end_on"] < digs["start_on"]).to_numpy(dtype=bool))
    return judge.verdict(np.full(len(digs), -1, dtype=np.int64))


def judged_makeup(
    network: Network, makeup: pd.DataFrame, before: Objects | None = None, place: Ints | None = None
) -> Judged:
    """Return which rows of make-up water can be used; their place is the node of the station (`place` if known)."""
    judge = _Judge("makeup", RowIds.of(makeup["station_id"].fillna("")), before)
    node = network.node_positions(makeup["station_id"]) if place is None else place
    judge.aside("error", "unknown_station", "station_id", ~np.isin(node, network.station_nodes))
    for column in ("season", "makeup_m3"):
        judge.aside("error", "makeup_unknown", column, makeup[column].isna().to_numpy(dtype=bool))
    return judge.verdict(node)


def cold_in_warm_room(visits: pd.DataFrame, room_min_c: float) -> Truths:
    """Return which visits say cold of a room that was warm enough: used as they are, but doubtful."""
    is_cold = visits["is_cold"].fillna(False).to_numpy(dtype=bool)
    return np.asarray(is_cold & (visits["room_temp_c"].to_numpy(dtype=np.float64) >= room_min_c), dtype=bool)


JUDGES: dict[str, Callable[..., Judged]] = {
    "visits": judged_visits,
    "faults": judged_faults,
    "works": judged_works,
    "digs": judged_digs,
    "makeup": judged_makeup,
}


def laid_years(network: Network) -> Floats:
    """Return per asset the year from which it can have faults: of laying, for a station that of building."""
    stations = network.nodes["built_year"].to_numpy(dtype=np.float64)[network.station_nodes]
    return np.concatenate([network.segments["laid_year"].to_numpy(dtype=np.float64), stations])


def nearest_segments(network: Network, places: Floats, within_m: float) -> tuple[Ints, Truths]:
    """Return the segment nearest to each place, -1 where none lies within so many metres, and which came in degrees.

    Of segments equally near that of the least id counts.
    """
    asked = placed(network, places[:, 0], places[:, 1])
    nodes = node_places(network)
    ids = network.segments["segment_id"]
    order = np.arange(len(ids)) if ascends(ids) else np.argsort(ids.to_numpy(dtype=object), kind="stable")
    starts, ends = nodes[network.from_node[order]], nodes[network.to_node[order]]
    line = nearest_lines(asked.places, starts, ends, within_m=within_m)
    return np.append(order, -1)[line].astype(np.int64), asked.is_degrees
