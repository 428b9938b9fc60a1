"""Doubtful data become findings; a check never stops at the first and never raises for what it finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Truths
from heatnet.network import SOURCE, Network, computed_in_id_order
from heatnet.reachability import served
from heatnet.reachability.paths import supply_paths
from heatnet.schema import FAULTS, MAKEUP, VISITS, WORKS, conform
from heatnet.schema.findings import Severity, all_findings, findings_at
from heatnet.season import is_heating

EARLIEST_LAID_YEAR = 1930
LATEST_LAID_YEAR = 2026
_USUAL_DIAMETER_MM = (10.0, 2000.0)
_ROOM_TEMPS_C = (-20.0, 45.0)


_TABLE_OF = {
    "visit_id": "visits",
    "fault_id": "faults",
    "work_id": "works",
    "station_id": "makeup",
    "node_id": "nodes",
    "segment_id": "segments",
}


@computed_in_id_order
def check_network(network: Network, *, latest_laid_year: int = LATEST_LAID_YEAR) -> pd.DataFrame:
    """Return what is doubtful in a network.

    Parameters
    ----------
    network : Network
        The network.
    latest_laid_year : int
        A laying year after this one lies in the future. The default is the year of this version of heatnet, for no
        clock is read.

    Returns
    -------
    DataFrame
        One finding per row: ``severity`` (error, warning, note), ``rule``, ``table``, ``row_id`` (empty: the whole
        table), ``column``, ``message``; errors first.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["A", "B", "C"], "kind": ["source", "building", "building"]})
    >>> segments = pd.DataFrame(
    ...     {"segment_id": ["S"], "from_node": ["A"], "to_node": ["B"], "length_m": [50], "diameter_mm": [100]}
    ... )
    >>> findings = check_network(Network(nodes, segments))
    >>> findings.loc[findings["severity"] == "error", ["rule", "row_id"]].to_numpy().tolist()
    [['building_not_served', 'C']]
    """
    return all_findings(
        [
            *_connections(network),
            *_years(network, latest_laid_year),
            *_sizes(network),
            *_missing(network),
            *_set_aside(network),
        ]
    )


def check_visits(visits: pd.DataFrame, network: Network) -> pd.DataFrame:
    """Return what is doubtful in a table of visits; columns as in `check_network`, and never a resident's data.

    Parameters
    ----------
    visits : DataFrame
        Columns of the table ``visits``.
    network : Network
        The network to which the buildings belong.

    Returns
    -------
    DataFrame
        Findings. A visit to an unknown building is an error: it is set aside.
    """
    table = conform(visits, VISITS)
    places = network.node_positions(table["building_id"])
    is_building = np.isin(places, network.building_nodes)
    resolved_early = (table["resolved_on"] < table["visited_on"]).to_numpy(dtype=bool)
    temp = table["room_temp_c"].to_numpy(dtype=np.float64)
    odd_temp = (temp < _ROOM_TEMPS_C[0]) | (temp > _ROOM_TEMPS_C[1])
    summer = ~is_heating(table["visited_on"]) & table["visited_on"].notna().to_numpy(dtype=bool)
    ids = table["visit_id"]
    return all_findings(
        [
            _at("error", "unknown_building", ids, ~is_building, "building_id", "names no building; set aside"),
            _at("warning", "resolved_before_visit", ids, resolved_early, "resolved_on", "lies before visited_on"),
            _at("warning", "room_temp_unlikely", ids, odd_temp, "room_temp_c", "is no room temperature in degC"),
            _at("note", "visit_outside_heating", ids, summer, "visited_on", "lies outside 15 October to 15 April"),
        ]
    )


def check_faults(faults: pd.DataFrame, network: Network) -> pd.DataFrame:
    """Return what is doubtful in a table of faults; columns as in `check_network`.

    Parameters
    ----------
    faults : DataFrame
        Columns of the table ``faults``.
    network : Network
        The network to which the assets belong.

    Returns
    -------
    DataFrame
        Findings. A fault of an unknown asset, or of no asset and no place, is an error: it is set aside.
    """
    table = conform(faults, FAULTS)
    assets = network.asset_positions(table["asset_id"])
    named = table["asset_id"].notna().to_numpy(dtype=bool)
    placed = table[["x_m", "y_m"]].notna().all(axis=1).to_numpy(dtype=bool)
    laid_year = np.append(network.segments["laid_year"].to_numpy(dtype=np.float64), np.nan)
    is_segment = (assets >= 0) & (assets < network.n_segments)
    laid = laid_year[np.where(is_segment, assets, -1)]
    early = table["found_on"].dt.year.to_numpy(dtype=np.float64) < laid
    ids = table["fault_id"]
    return all_findings(
        [
            _at("error", "unknown_asset", ids, named & (assets < 0), "asset_id", "names no asset; set aside"),
            _at(
                "error", "fault_without_place", ids, ~named & ~placed, "asset_id", "names no asset, no place; set aside"
            ),
            _at(
                "warning",
                "fault_before_laying",
                ids,
                early,
                "found_on",
                "lies before laid_year of its segment; set aside",
            ),
        ]
    )


def check_works(works: pd.DataFrame, network: Network) -> pd.DataFrame:
    """Return what is doubtful in a table of works; columns as in `check_network`.

    A work on an unknown asset, or on none, is an error: it is set aside.
    """
    table = conform(works, WORKS)
    unknown = network.asset_positions(table["asset_id"]) < 0
    return all_findings(
        [_at("error", "unknown_asset", table["work_id"], unknown, "asset_id", "names no asset; set aside")]
    )


def check_makeup(makeup: pd.DataFrame, network: Network) -> pd.DataFrame:
    """Return what is doubtful in a table of make-up water; columns as in `check_network`, rows by ``station_id``.

    Water of an unknown station is an error: it is set aside.
    """
    table = conform(makeup, MAKEUP)
    unknown = ~np.isin(network.node_positions(table["station_id"]), network.station_nodes)
    ids = table["station_id"].fillna("")
    return all_findings([_at("error", "unknown_station", ids, unknown, "station_id", "names no station; set aside")])


def check_inventory(
    network: Network,
    *,
    visits: pd.DataFrame | None = None,
    faults: pd.DataFrame | None = None,
    works: pd.DataFrame | None = None,
    makeup: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what is doubtful in a network and in those of its records that are given; as the checks of each."""
    parts = [check_network(network)]
    if visits is not None:
        parts.append(check_visits(visits, network))
    if faults is not None:
        parts.append(check_faults(faults, network))
    if works is not None:
        parts.append(check_works(works, network))
    if makeup is not None:
        parts.append(check_makeup(makeup, network))
    return all_findings(parts)


def _at(
    severity: Severity, rule: str, ids: pd.Series[Any] | pd.Index[Any], where: Truths, column: str, message: str
) -> pd.DataFrame:
    """Return findings of one rule of the table to which the column of ids belongs."""
    return findings_at(severity, rule, _TABLE_OF[str(ids.name)], column, ids[where], f"{column} {message}")


def _connections(network: Network) -> list[pd.DataFrame]:
    """Who is not served and why, and nodes that join nothing."""
    supply = served(network)
    unserved = supply[~supply["is_served"]]
    reasons = [f"not served (that is connected; capacity is not checked): {reason}" for reason in unserved["reason"]]
    degree = np.bincount(np.concatenate([network.from_node, network.to_node]), minlength=network.n_nodes)
    on_primary = np.zeros(network.n_nodes, dtype=bool)
    on_primary[network.from_node[network.is_primary]] = True
    on_primary[network.to_node[network.is_primary]] = True
    is_source = network.node_kind == SOURCE
    found = [
        findings_at("error", "building_not_served", "nodes", "node_id", unserved.index, reasons),
        _at("warning", "isolated_node", network.node_ids, degree == 0, "node_id", "joins no segment"),
        _at(
            "warning",
            "source_feeds_nothing",
            network.node_ids,
            is_source & ~on_primary & (degree > 0),
            "node_id",
            "touches the secondary level only; a source feeds the primary level",
        ),
    ]
    if not is_source.any():
        found.append(findings_at("error", "no_source", "nodes", "kind", [""], "no node is a source: nothing is served"))
    return found


def _years(network: Network, latest_laid_year: int) -> list[pd.DataFrame]:
    year = network.segments["laid_year"].to_numpy(dtype=np.float64)
    ids = network.segment_ids
    before = f"lies before {EARLIEST_LAID_YEAR}"
    after = f"lies after {latest_laid_year}, in the future"
    return [
        _at("warning", "laid_year_before_1930", ids, year < EARLIEST_LAID_YEAR, "laid_year", before),
        _at("warning", "laid_year_in_future", ids, year > latest_laid_year, "laid_year", after),
    ]


def _sizes(network: Network) -> list[pd.DataFrame]:
    """Diameters and lengths that do not fit each other, the neighbours or the coordinates."""
    paths = supply_paths(network)
    before = paths.parent_asset[: network.n_segments]
    comparable = (before >= 0) & (before < network.n_segments)
    upstream = np.where(comparable, before, 0)
    comparable &= network.is_primary[upstream] == network.is_primary
    diameter = network.diameter_mm
    grows = comparable & (diameter > diameter[upstream])
    upstream_ids = network.segment_ids[upstream[grows]]
    messages = [
        f"diameter_mm grows downstream: {here:g} mm behind {there:g} mm of {name}"
        for here, there, name in zip(diameter[grows], diameter[upstream[grows]], upstream_ids, strict=True)
    ]
    unusual = (diameter < _USUAL_DIAMETER_MM[0]) | (diameter > _USUAL_DIAMETER_MM[1])
    place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    distance = np.linalg.norm(place[network.to_node] - place[network.from_node], axis=1)
    short = distance > 1.05 * network.length_m + 5.0
    ids = network.segment_ids
    return [
        findings_at("warning", "diameter_grows_downstream", "segments", "diameter_mm", ids[grows], messages),
        _at("warning", "diameter_unusual", ids, unusual, "diameter_mm", "is no usual pipe diameter in mm"),
        _at("warning", "length_below_distance", ids, short, "length_m", "is shorter than the line between its ends"),
    ]


def _missing(network: Network) -> list[pd.DataFrame]:
    """Unknown values that the results depend on: one finding a row, or one for the table where all are unknown."""
    buildings = network.nodes.iloc[network.building_nodes]
    found = [
        _unknown(buildings["households"], buildings["node_id"], "nodes", "counts as 0 unless area or load stands in")
    ]
    found.append(
        _unknown(network.segments["laid_year"], network.segments["segment_id"], "segments", "taken at the mean")
    )
    return found


def _unknown(values: pd.Series[Any], ids: pd.Series[Any], table: str, meaning: str) -> pd.DataFrame:
    missing = values.isna().to_numpy(dtype=bool)
    column = str(values.name)
    rule = f"{column}_missing"
    if len(missing) > 1 and missing.all():
        message = f"{column} is unknown for all {len(missing)} rows; {meaning}"
        return findings_at("note", rule, table, column, [""], message)
    return findings_at("note", rule, table, column, ids[missing], f"{column} is unknown; {meaning}")


def _set_aside(network: Network) -> list[pd.DataFrame]:
    aside = network.set_aside
    return [findings_at("error", "unknown_segment", "valves", "segment_id", aside["valve_id"], aside["reason"])]
