"""Doubtful data become findings; a check never stops at the first and never raises for what it finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Truths
from heatnet._typed import typed
from heatnet.doctor.drawn import found_in_drawing, told
from heatnet.inventory.contents import Inventory, inventory_of
from heatnet.inventory.grid import nodes_in_degrees
from heatnet.inventory.judging import cold_in_warm_room
from heatnet.inventory.names import folded_name
from heatnet.language import note
from heatnet.network import BUILDING, SOURCE, Network, computed_in_id_order
from heatnet.reachability.paths import supply_paths
from heatnet.reachability.serving import served_and_why
from heatnet.schema.findings import Severity, all_findings, findings_at, worded_findings
from heatnet.season import is_heating
from heatnet.value import Settings

EARLIEST_LAID_YEAR = 1930
LATEST_LAID_YEAR = 2026
_USUAL_DIAMETER_MM = (10.0, 2000.0)
_ROOM_TEMPS_C = (-20.0, 45.0)
_OF_A_VISIT = ("building_id", "visited_on", "channel", "is_cold", "room_temp_c", "category", "cause", "household_id")


_TABLE_OF = {
    "visit_id": "visits",
    "work_id": "works",
    "node_id": "nodes",
    "segment_id": "segments",
}


@typed
@computed_in_id_order
def check_network(network: Network, *, latest_laid_year: int = LATEST_LAID_YEAR, language: str = "en") -> pd.DataFrame:
    """Return what is doubtful in a network.

    Parameters
    ----------
    network : Network
        The network.
    latest_laid_year : int
        A laying year after this one lies in the future. The default is the year of this version of heatnet, for no
        clock is read.
    language : str
        Language of the messages, one of `heatnet.language.languages`.

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
    return worded_findings(all_findings(_of_network(network, latest_laid_year)), language)


def _of_network(network: Network, latest_laid_year: int) -> list[pd.DataFrame]:
    return [
        *_connections(network),
        *_years(network, latest_laid_year),
        *_sizes(network),
        *_missing(network),
        *_homes(network),
        *_streets(network),
        *found_in_drawing(network),
        *_set_aside(network),
    ]


@typed
def check_visits(visits: pd.DataFrame, network: Network, *, language: str = "en") -> pd.DataFrame:
    """Return what is doubtful in a table of visits; columns as in `check_network`, and never a resident's data.

    Parameters
    ----------
    visits : DataFrame
        Columns of the table ``visits``.
    network : Network
        The network to which the buildings belong.
    language : str
        Language of the messages, one of `heatnet.language.languages`.

    Returns
    -------
    DataFrame
        Findings. A visit to an unknown building is an error: it is set aside.

    Examples
    --------
    >>> from heatnet import examples
    >>> visits = examples.fork_visits().assign(building_id=["B", "B", "Z"])
    >>> check_visits(visits, examples.fork())[["severity", "rule", "row_id"]].values.tolist()
    [['error', 'unknown_building', '3']]
    """
    return _found(network, language, visits=visits)


@typed
def check_faults(faults: pd.DataFrame, network: Network, *, language: str = "en") -> pd.DataFrame:
    """Return what is doubtful in a table of faults; columns as in `check_network`.

    Parameters
    ----------
    faults : DataFrame
        Columns of the table ``faults``.
    network : Network
        The network to which the assets belong.
    language : str
        Language of the messages, one of `heatnet.language.languages`.

    Returns
    -------
    DataFrame
        Findings. A fault of an unknown asset, or of no asset and no place near a segment, is an error: it is set aside.

    Examples
    --------
    >>> from heatnet import examples
    >>> faults = examples.yard_tables()["faults"].assign(asset_id="Z")
    >>> check_faults(faults, examples.yard())[["severity", "rule", "row_id"]].values.tolist()
    [['error', 'unknown_asset', 'F1']]
    """
    return _found(network, language, faults=faults)


def check_works(works: pd.DataFrame, network: Network, *, language: str = "en") -> pd.DataFrame:
    """Return what is doubtful in a table of works; columns as in `check_network`.

    A work on an unknown asset, or on none, is an error: it is set aside.
    """
    return _found(network, language, works=works)


def check_digs(digs: pd.DataFrame, network: Network, *, language: str = "en") -> pd.DataFrame:
    """Return what is doubtful in a table of digs; columns as in `check_network`.

    A dig in a street of no segment is an error: it is set aside.
    """
    return _found(network, language, digs=digs)


def check_makeup(makeup: pd.DataFrame, network: Network, *, language: str = "en") -> pd.DataFrame:
    """Return what is doubtful in a table of make-up water; columns as in `check_network`, rows by ``station_id``.

    Water of an unknown station is an error: it is set aside.
    """
    return _found(network, language, makeup=makeup)


@typed
def check_inventory(
    network: Network | Inventory,
    *,
    visits: pd.DataFrame | None = None,
    faults: pd.DataFrame | None = None,
    works: pd.DataFrame | None = None,
    digs: pd.DataFrame | None = None,
    makeup: pd.DataFrame | None = None,
    latest_laid_year: int = LATEST_LAID_YEAR,
    language: str = "en",
) -> pd.DataFrame:
    """Return what is doubtful in a network and in its records; as the checks of each, every row judged once.

    Parameters
    ----------
    network : Network or Inventory
        Of an inventory the records are checked too, and what was found when it was read is among the findings.
    visits, faults, works, digs, makeup : DataFrame, optional
        Records to check; they take the place of those of an inventory.
    latest_laid_year : int
        As in `check_network`.
    language : str
        Language of the messages, one of `heatnet.language.languages`.

    Returns
    -------
    DataFrame
        Columns as in `check_network`, errors first. What `assess` or the planner would set aside is an error or a
        warning here, by the same rule.

    Examples
    --------
    >>> from heatnet.synthetic import make_city
    >>> city = make_city(length_km=6.0, stations=1, rng=1)
    >>> visits = pd.DataFrame({"visit_id": ["V"], "building_id": "X", "visited_on": "2025-11-03", "is_cold": True})
    >>> found = check_inventory(city.network, visits=visits)
    >>> found.loc[found["severity"] == "error", ["rule", "row_id"]].values.tolist()
    [['unknown_building', 'V']]
    """
    tables = {"visits": visits, "faults": faults, "works": works, "digs": digs, "makeup": makeup}
    inventory = inventory_of(network, tables)
    found = [*_of_network(inventory.network.in_id_order, latest_laid_year), *_of_records(inventory)]
    return worded_findings(all_findings(found), language)


def _found(network: Network, language: str, **tables: pd.DataFrame) -> pd.DataFrame:
    """Return what is found in tables of records, without what is found in the network."""
    return worded_findings(all_findings(_of_records(inventory_of(network, tables))), language)


def _of_records(inventory: Inventory) -> list[pd.DataFrame]:
    """Return what was set aside when the inventory was read, and what is used but doubtful."""
    found = inventory.found()
    if inventory.visits is not None:
        room_min_c = Settings().room_min_c if inventory.settings is None else inventory.settings.room_min_c
        found += _doubtful_visits(inventory.visits, room_min_c)
    if inventory.works is not None:
        found += _doubtful_works(inventory.works, inventory.network)
    return found


def _doubtful_works(table: pd.DataFrame, network: Network) -> list[pd.DataFrame]:
    lengths = np.concatenate([network.length_m, np.full(len(network.station_nodes) + 1, np.nan)])
    whole = lengths[network.asset_positions(table["asset_id"])]
    is_longer = table["length_m"].to_numpy(dtype=np.float64) > 1.05 * whole + 1.0
    return [_at("warning", "work_longer_than_asset", table["work_id"], is_longer, "length_m")]


def _doubtful_visits(table: pd.DataFrame, room_min_c: float) -> list[pd.DataFrame]:
    resolved_early = (table["resolved_on"] < table["visited_on"]).to_numpy(dtype=bool)
    temp = table["room_temp_c"].to_numpy(dtype=np.float64)
    odd_temp = (temp < _ROOM_TEMPS_C[0]) | (temp > _ROOM_TEMPS_C[1])
    summer = ~is_heating(table["visited_on"]) & table["visited_on"].notna().to_numpy(dtype=bool)
    ids = table["visit_id"]
    return [
        _at("warning", "resolved_before_visit", ids, resolved_early, "resolved_on"),
        _at("warning", "room_temp_unlikely", ids, odd_temp, "room_temp_c"),
        _at("warning", "visit_cold_but_warm_room", ids, cold_in_warm_room(table, room_min_c), "room_temp_c"),
        _at("note", "visit_outside_heating", ids, summer, "visited_on"),
        _repeated(table),
    ]


def _repeated(visits: pd.DataFrame) -> pd.DataFrame:
    """Return visits that are the same as an earlier row in all that counts: exports that overlap.

    Only of known households: two homes of one building may call on one day.
    """
    columns = [name for name in _OF_A_VISIT if name in visits.columns]
    if "household_id" not in columns:
        return told("visit_repeated", "visit_id", [], [])
    home = visits[["building_id", "visited_on", "household_id"]]
    home = home[home.notna().all(axis=1)]
    rows = visits.loc[home.index[home.duplicated(keep=False)], columns]  # few homes call twice on a day
    rows = rows.astype(object).where(rows.notna(), None).assign(row=rows.index)
    first = rows.groupby(columns, sort=False, dropna=False)["row"].transform("first")
    twice = np.flatnonzero(first.to_numpy() != rows.index.to_numpy())
    ids = visits["visit_id"].fillna("")
    said = [note("doctor.visit_repeated", other=str(ids[row])) for row in first.iloc[twice]]
    return told("visit_repeated", "visit_id", ids[rows.index[twice]], said)


def _at(
    severity: Severity, rule: str, ids: pd.Series[Any] | pd.Index[Any], where: Truths, column: str, **values: Any
) -> pd.DataFrame:
    """Return findings of one rule of the table to which the column of ids belongs."""
    message = note(f"doctor.{rule}", column=column, **values)
    return findings_at(severity, rule, _TABLE_OF[str(ids.name)], column, ids[where], message)


def _connections(network: Network) -> list[pd.DataFrame]:
    """Return who is not served and why, and nodes that join nothing."""
    is_served, why = served_and_why(network)
    unserved = network.node_ids[network.building_nodes[~is_served]]
    reasons = [note("doctor.building_not_served", reason=reason) for reason in why if reason is not None]
    degree = np.bincount(np.concatenate([network.from_node, network.to_node]), minlength=network.n_nodes)
    on_primary = np.zeros(network.n_nodes, dtype=bool)
    on_primary[network.from_node[network.is_primary]] = True
    on_primary[network.to_node[network.is_primary]] = True
    is_source = network.node_kind == SOURCE
    is_idle = is_source & ~on_primary & (degree > 0)
    found = [
        findings_at("error", "building_not_served", "nodes", "node_id", unserved, reasons),
        _at("warning", "isolated_node", network.node_ids, degree == 0, "node_id"),
        _at("warning", "source_feeds_nothing", network.node_ids, is_idle, "node_id"),
    ]
    if not is_source.any():
        found.append(findings_at("error", "no_source", "nodes", "kind", [""], note("doctor.no_source")))
    return found


def _years(network: Network, latest_laid_year: int) -> list[pd.DataFrame]:
    year = network.segments["laid_year"].to_numpy(dtype=np.float64)
    ids = network.segment_ids
    is_early, is_late = year < EARLIEST_LAID_YEAR, year > float(latest_laid_year)
    return [
        _at("warning", "laid_year_before_1930", ids, is_early, "laid_year", earliest=str(EARLIEST_LAID_YEAR)),
        _at("warning", "laid_year_in_future", ids, is_late, "laid_year", latest=str(latest_laid_year)),
    ]


def _sizes(network: Network) -> list[pd.DataFrame]:
    """Return diameters and lengths that do not fit each other, the neighbours or the coordinates."""
    paths = supply_paths(network)
    before = paths.parent_asset[: network.n_segments]
    comparable = (before >= 0) & (before < network.n_segments)
    upstream = np.where(comparable, before, 0)
    comparable &= network.is_primary[upstream] == network.is_primary
    diameter = network.diameter_mm
    grows = comparable & (diameter > diameter[upstream])
    messages = [
        note("doctor.diameter_grows_downstream", here=here, there=there, upstream=str(name))
        for here, there, name in zip(
            diameter[grows], diameter[upstream[grows]], network.segment_ids[upstream[grows]], strict=True
        )
    ]
    unusual = (diameter < _USUAL_DIAMETER_MM[0]) | (diameter > _USUAL_DIAMETER_MM[1])
    place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    distance = np.hypot(*(place[network.to_node] - place[network.from_node]).T)
    short = distance > 1.05 * network.length_m + 5.0
    ids = network.segment_ids
    if nodes_in_degrees(network):
        short[:] = False
        said = note("doctor.coordinates_in_degrees")
        degrees = findings_at("error", "coordinates_in_degrees", "nodes", "x_m", [""], said)
    else:
        degrees = findings_at("error", "coordinates_in_degrees", "nodes", "x_m", [], "")
    return [
        degrees,
        findings_at("warning", "diameter_grows_downstream", "segments", "diameter_mm", ids[grows], messages),
        _at("warning", "diameter_unusual", ids, unusual, "diameter_mm"),
        _at("warning", "length_below_distance", ids, short, "length_m"),
    ]


def _missing(network: Network) -> list[pd.DataFrame]:
    """Return unknown values that the results depend on: a finding a row, or one where all are unknown."""
    buildings, segments = network.nodes.iloc[network.building_nodes], network.segments
    return [
        _unknown(buildings["households"], buildings["node_id"], "nodes"),
        _unknown(segments["laid_year"], segments["segment_id"], "segments"),
    ]


def _unknown(values: pd.Series[Any], ids: pd.Series[Any], table: str) -> pd.DataFrame:
    missing = values.isna().to_numpy(dtype=bool)
    column = str(values.name)
    rule = f"{column}_missing"
    if len(missing) > 1 and missing.all():
        message = note(f"doctor.{rule}_everywhere", column=column, rows=len(missing))
        return findings_at("note", rule, table, column, [""], message)
    return findings_at("note", rule, table, column, ids[missing], note(f"doctor.{rule}", column=column))


def _homes(network: Network) -> list[pd.DataFrame]:
    """Return households, load or area at a node that is no building: they count for nothing."""
    nodes = network.nodes
    is_other = network.node_kind != BUILDING
    return [
        _at("warning", "households_at_no_building", nodes["node_id"], (nodes[name] > 0).to_numpy() & is_other, name)
        for name in ("households",)
    ]


def _streets(network: Network) -> list[pd.DataFrame]:
    """Return streets that are written in more than one way: a job, a dig or a ban on one is none on the other."""
    spelled: dict[str, list[str]] = {}
    for street in sorted(network.segments["street"].dropna().unique()):
        spelled.setdefault(folded_name(street), []).append(street)
    found = []
    for spellings in spelled.values():
        if len(spellings) > 1:
            ids = network.segments.loc[network.segments["street"].isin(spellings), "segment_id"]
            said = note("doctor.street_spelled_twice", spellings=tuple(spellings), count=len(ids))
            found.append(findings_at("warning", "street_spelled_twice", "segments", "street", ids.iloc[:1], said))
    return found


def _set_aside(network: Network) -> list[pd.DataFrame]:
    aside = network.set_aside
    message = note("findings.unknown_segment", column="segment_id")
    return [findings_at("error", "unknown_segment", "valves", "segment_id", aside["valve_id"], message)]
