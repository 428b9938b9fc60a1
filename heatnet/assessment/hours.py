"""Expected cold household-hours of the coming season, asset by asset: the outage part and the chronic part.

The formulas are those of `heatnet.consequence`; here they meet a network, its records, the failure model's
rates and the posterior of last winter's visits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats
from heatnet.consequence import (
    chronic_hours,
    cold_hours_of,
    cold_share,
    guess_households,
    heating_hours,
    outage_share,
    repair_time,
    time_constants,
)
from heatnet.consequence.climate import CLIMATE_ASSUMPTION, default_climate
from heatnet.history.placing import kept_share
from heatnet.inventory.records import Records
from heatnet.language import Note, note
from heatnet.location.winters import Winters
from heatnet.network import Network
from heatnet.reachability import outages
from heatnet.reachability.paths import supply_paths
from heatnet.season import heating_interval, season_start

ROOM_MIN_C = 18.0


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part of the hours: columns by asset in the network's order, and what was assumed for them."""

    columns: pd.DataFrame
    notes: tuple[Note, ...]


def outage_part(network: Network, records: Records, expected: pd.DataFrame, climate: Any = None) -> Part:
    """Return the hours that homes spend cold in outages.

    ``outage_hours = faults_mean * outage_share * cold household-hours of one outage``, each building weighted by its
    ``priority``.

    Parameters
    ----------
    network : Network
        The network.
    records : Records
        Its faults teach the repair times and the share of faults that are winter outages.
    expected : DataFrame
        Index asset_id: ``faults_mean``.
    climate : array-like, optional
        Outdoor temperatures of the heating time in degC; by default an assumed winter.

    Returns
    -------
    Part
        ``buildings_lost``, ``households_lost``, ``is_guessed`` (some of these households are a guess), ``repair_h``,
        ``outage_share``, ``outage_hours``.
    """
    homes = guess_households(network.nodes)
    households, is_guessed = homes["households"].to_numpy(), homes["is_guessed"].to_numpy(dtype=np.float64)
    lost = outages(network)
    repair = repair_time(network, faults=records.faults)
    share = outage_share(network, records.faults)
    per_outage = cold_hours_of(
        lost,
        households * network.nodes["priority"].to_numpy(dtype=np.float64),
        repair["repair_h"].to_numpy(),
        time_constants(network),
        default_climate() if climate is None else climate,
    )
    taken = lost.lost(np.column_stack([_is_building(network), households, is_guessed]))
    columns = {
        "buildings_lost": taken[:, 0].round().astype(np.int64),
        "households_lost": taken[:, 1],
        "is_guessed": taken[:, 2] > 0,
        "repair_h": repair["repair_h"].to_numpy(),
        "outage_share": share.by_asset.to_numpy(),
        "outage_hours": expected["faults_mean"].to_numpy() * share.by_asset.to_numpy() * per_outage,
    }
    notes = [share.note, _repair_note(repair), *_household_notes(homes, network, lost.is_served)]
    if climate is None:
        notes.append(CLIMATE_ASSUMPTION)
    return Part(pd.DataFrame(columns, index=network.asset_ids), tuple(notes))


def chronic_part(network: Network, records: Records, winters: Winters, season: int) -> Part:
    """Return the hours that homes spend cold all winter behind an asset that does not do its job.

    ``chronic_hours = max(0, impaired_prob - prior) * households behind it * share of them cold because of it * heating
    hours * persistence``; cleaning, balancing and renewal since last winter end it.

    Parameters
    ----------
    network : Network
        The network.
    records : Records
        Its visits hold the room temperatures, its works what was done since.
    winters : Winters
        What the visits of the past winters say.
    season : int
        The coming season.

    Returns
    -------
    Part
        ``impaired_prob``, ``ambiguity_group``, ``group_size`` (assets that no visit can tell apart), ``group_prob``,
        ``visits``, ``cold_visits``, ``winters_ill``, ``households_behind``, ``chronic_hours``.
    """
    location = winters.location
    assets = location.assets
    paths = supply_paths(network)
    households = guess_households(network.nodes)["households"].to_numpy()
    priority = network.nodes["priority"].to_numpy(dtype=np.float64)
    readings, cold_readings = (paths.subtree_sum(count) for count in _readings(network, records, location.season))
    share = cold_share(location.p_clear, location.p_impaired, readings=readings, cold_readings=cold_readings)
    heating_end = heating_interval(location.season)[1]
    hours = chronic_hours(
        assets["impaired_prob"],
        location.prior,
        paths.subtree_sum(households * priority),
        share,
        heating_hours(season),
        persistence=winters.persistence
        * kept_share(network, records.works, since=heating_end, before=season_start(season)),
    )
    columns = {
        **{name: assets[name].to_numpy() for name in ("impaired_prob", "group_prob", "visits", "cold_visits")},
        "ambiguity_group": assets["ambiguity_group"].to_numpy(dtype=object),
        "group_size": assets["ambiguity_group"].map(assets["ambiguity_group"].value_counts()).fillna(1.0).to_numpy(),
        "winters_ill": winters.winters_ill.to_numpy(),
        "households_behind": paths.subtree_sum(households),
        "chronic_hours": hours,
    }
    return Part(pd.DataFrame(columns, index=network.asset_ids), winters.notes)


def _readings(network: Network, records: Records, season: int) -> tuple[Floats, Floats]:
    """Return per node the room temperatures read in a season, and those of them below the limit."""
    none = np.zeros(network.n_nodes)
    if records.visits is None:
        return none, none
    visits = records.visits
    first, last = heating_interval(season)
    nodes = network.node_positions(visits["building_id"])
    temps = visits["room_temp_c"].to_numpy(dtype=np.float64)
    used = (nodes >= 0) & ~np.isnan(temps) & visits["visited_on"].between(first, last).to_numpy(dtype=bool)
    read = np.bincount(nodes[used], minlength=network.n_nodes).astype(np.float64)
    cold = np.bincount(nodes[used & (temps < ROOM_MIN_C)], minlength=network.n_nodes).astype(np.float64)
    return read, cold


def _is_building(network: Network) -> Floats:
    marks = np.zeros(network.n_nodes)
    marks[network.building_nodes] = 1.0
    return marks


def _repair_note(repair: pd.DataFrame) -> Note:
    if (repair["basis"] == "records").any():
        return note("consequence.repair_from_records")
    return note("consequence.repair_from_norm")


def _household_notes(homes: pd.DataFrame, network: Network, is_served: npt.NDArray[np.bool_]) -> list[Note]:
    basis = homes["basis"].iloc[network.building_nodes]
    notes = [note("assessment.served_is_connected")]
    for name in ("area_m2", "load_kw", "nothing"):
        count = int((basis == name).sum())
        if count:
            notes.append(note(f"assessment.households_{name}", count=count, buildings=len(basis)))
    unserved = int((~np.asarray(is_served, dtype=bool)[network.building_nodes]).sum())
    if unserved:
        notes.append(note("assessment.unserved", count=unserved, buildings=len(basis)))
    return notes
