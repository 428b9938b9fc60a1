"""Expected hours of the coming season, asset by asset: without heat, in the cold by outages, in the cold all winter.

The formulas are those of `heatnet.consequence`; here they meet a network, its records, the failure model's
rates and the posterior of last winter's visits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats
from heatnet.consequence import (
    Homes,
    chronic_hours,
    cold_share,
    cold_time_share,
    cold_visits_of,
    guess_households,
    heating_hours,
    hours_of_outages,
    outage_share,
    outage_time,
    severity,
    time_constants,
    visits_in_outages,
)
from heatnet.consequence.climate import CLIMATE_ASSUMPTION, as_temperatures, default_climate
from heatnet.history.placing import kept_share
from heatnet.hydraulics import HeatShares, heat_shares
from heatnet.inventory.records import Records
from heatnet.language import Note, note
from heatnet.location.winters import Winters
from heatnet.network import Network
from heatnet.reachability import Outages, outages
from heatnet.reachability.paths import supply_paths
from heatnet.schema.findings import all_findings, findings_at
from heatnet.season import heating_interval, season_start
from heatnet.value import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part of the hours: columns by asset in the network's order, and what was assumed for them."""

    columns: pd.DataFrame
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, eq=False)
class OutagePart(Part):
    """The part of the outages, with what each of them cuts off and the outdoor temperatures."""

    outages: Outages
    climate: Floats


def outage_part(
    network: Network, records: Records, expected: pd.DataFrame, *, settings: Settings, climate: Any = None
) -> OutagePart:
    """Return the hours that homes spend without heat, and in the cold, because of outages.

    ``outage_hours = faults_mean * outage_share * cold household-hours of one outage``, ``no_heat_hours`` likewise, each
    building weighted by its ``priority``.

    Parameters
    ----------
    network : Network
        The network.
    records : Records
        Its faults teach how long outages last and the share of faults that are winter outages.
    expected : DataFrame
        Index asset_id: ``faults_mean``.
    settings : Settings
        Heating time, temperatures of homes, hours beside the repair.
    climate : array-like, optional
        Outdoor temperatures of the heating time in degC; by default an assumed winter.

    Returns
    -------
    OutagePart
        ``buildings_lost``, ``households_lost``, ``households_short``, ``short_share`` (the share of their heat that
        these get), ``is_guessed`` (some of these households are a
        guess; short: missing where nobody computed what pipes carry), ``outage_h``, ``outage_share``, ``outage_hours``,
        ``no_heat_hours``.
    """
    guessed = guess_households(network.nodes)
    households, is_guessed = guessed["households"].to_numpy(), guessed["is_guessed"].to_numpy(dtype=np.float64)
    lost = outages(network)
    first, last = settings.heating_from, settings.heating_to
    lasts = outage_time(network, faults=records.faults, lead_h=settings.lead_h, heating_from=first, heating_to=last)
    temperatures = default_climate() if climate is None else as_temperatures(climate)
    homes = Homes(temperatures, settings.t_start_c, settings.t_cold_c, settings.reheat)
    weights = households * network.nodes["priority"].to_numpy(dtype=np.float64)
    shares = heat_shares(network) if _by_capacity(network, settings) else None
    cold, without = hours_of_outages(
        lost, weights, lasts["outage_h"].to_numpy(), time_constants(network), homes, shares=shares
    )
    taken = lost.lost(np.column_stack([_is_building(network), households, is_guessed]))
    takes_away = pd.Series((taken[:, 0] > 0) | (without > 0), index=network.asset_ids)
    share = outage_share(network, records.faults, takes_away=takes_away, heating_from=first, heating_to=last)
    expected_outages = expected["faults_mean"].to_numpy() * share.by_asset.to_numpy()
    columns = {
        "buildings_lost": taken[:, 0].round().astype(np.int64),
        "households_lost": taken[:, 1],
        **_short(shares, households, settings.norm_share, taken[:, 1]),
        "is_guessed": taken[:, 2] > 0,
        "outage_h": lasts["outage_h"].to_numpy(),
        "outage_share": share.by_asset.to_numpy(),
        "outage_hours": expected_outages * cold,
        "no_heat_hours": expected_outages * without,
    }
    notes = [share.note, _time_note(lasts, settings), *_household_notes(guessed, network, lost.is_served, shares)]
    if climate is None:
        notes.append(CLIMATE_ASSUMPTION)
    return OutagePart(pd.DataFrame(columns, index=network.asset_ids), tuple(notes), lost, temperatures)


def without_explained(
    network: Network, records: Records, outage: OutagePart, settings: Settings
) -> tuple[Records, pd.DataFrame]:
    """Return the records without cold visits to homes that a recorded outage had cut off, and findings about these."""
    visits = records.visits
    if visits is None:
        return records, all_findings([])
    explained = visits_in_outages(
        network,
        visits,
        records.faults,
        outage.outages,
        usual_outage_h=outage.columns["outage_h"].to_numpy(dtype=np.float64),
        lead_h=settings.lead_h,
        heating=(settings.heating_from, settings.heating_to),
    )
    message = note("assessment.visit_in_outage", column="visited_on")
    ids = visits["visit_id"][explained]
    found = findings_at("note", "visit_in_outage", "visits", "visited_on", ids, message)
    return replace(records, visits=visits[~explained].reset_index(drop=True)), found


def chronic_part(network: Network, records: Records, winters: Winters, *, season: int, settings: Settings) -> Part:
    """Return the hours that homes spend cold all winter behind an asset that does not do its job, and how cold.

    ``chronic_hours = impaired_prob * stay * kept * households behind it * share of them cold because of it * cold
    time``; cleaning, balancing and renewal since last winter end it in part.

    Parameters
    ----------
    network : Network
        The network.
    records : Records
        Its works are what was done since.
    winters : Winters
        What the visits of the past winters say; its visits hold temperatures and dates of solutions.
    season : int
        The coming season.
    settings : Settings
        Heating time, limit of cold, what cleaning removes, the usual deficit.

    Returns
    -------
    Part
        ``impaired_prob``, ``ambiguity_group``, ``group_size`` (assets that no visit can tell apart), ``group_prob``,
        ``visits``, ``cold_visits``, ``winters_ill``, ``households_behind``, ``cold_homes`` (of them, cold if the asset
        is ill), ``cold_time_h``, ``stay``, ``kept``, ``chronic_hours``, ``severity``.
    """
    location, values = winters.location, settings.values
    assets, paths = location.assets, supply_paths(network)
    heating = {"heating_from": settings.heating_from, "heating_to": settings.heating_to}
    households = guess_households(network.nodes)["households"].to_numpy()
    behind = paths.subtree_sum(households)
    weighted = paths.subtree_sum(households * network.nodes["priority"].to_numpy(dtype=np.float64))
    seen = cold_visits_of(network, winters.visits, season=location.season, t_cold_c=settings.t_cold_c, **heating)
    cold, open_share, readings, deficit = (
        paths.subtree_sum(count) for count in (seen.cold, seen.open_share, seen.readings, seen.deficit_c)
    )
    share = cold_share(location.p_clear, location.p_impaired)
    cold_time_h = heating_hours(season, **heating) * cold_time_share(cold, open_share, seen.mean_open_share)
    winter_end = heating_interval(location.season, **heating)[1]
    stay = np.full(network.n_assets, winters.persistence)
    kept = kept_share(
        network,
        records.works,
        since=winter_end,
        before=season_start(season),
        clean_removes=values.clean_removes,
    )
    hours = chronic_hours(assets["impaired_prob"], weighted, share, cold_time_h, stay=stay, kept=kept)
    group = assets["ambiguity_group"]
    columns = {
        **{name: assets[name].to_numpy() for name in ("impaired_prob", "group_prob", "visits", "cold_visits")},
        "ambiguity_group": group.to_numpy(dtype=object),
        "group_size": group.map(group.value_counts()).fillna(1.0).to_numpy(),
        "winters_ill": winters.winters_ill.to_numpy(),
        "households_behind": behind,
        "cold_homes": behind * share,
        "cold_time_h": cold_time_h,
        "stay": stay,
        "kept": kept,
        "chronic_hours": hours,
        "severity": severity(readings, deficit, values.usual_deficit),
    }
    return Part(pd.DataFrame(columns, index=network.asset_ids), winters.notes)


def _by_capacity(network: Network, settings: Settings) -> bool:
    """Return whether outages are judged by what pipes carry: as set, else where any load, area, household is known."""
    if settings.capacity is not None:
        return settings.capacity
    known = network.nodes[["load_kw", "area_m2", "households"]].iloc[network.building_nodes]
    return bool((known.to_numpy(dtype=np.float64) > 0.0).any())


def _short(shares: HeatShares | None, households: Floats, norm_share: float, cut_off: Floats) -> dict[str, Floats]:
    """Return households short of heat, and the mean share that these get, missing where it is not computed."""
    if shares is None:
        return dict.fromkeys(("households_short", "short_share"), np.full(len(cut_off), np.nan))
    short, share = shares.short(households, norm_share)
    return {"households_short": np.maximum(short, cut_off), "short_share": share}


def _is_building(network: Network) -> Floats:
    marks = np.zeros(network.n_nodes)
    marks[network.building_nodes] = 1.0
    return marks


def _time_note(lasts: pd.DataFrame, settings: Settings) -> Note:
    if (lasts["basis"] == "records").any():
        return note("consequence.outage_time_from_records", lead_h=settings.lead_h)
    return note("consequence.outage_time_from_norm", lead_h=settings.lead_h)


def _household_notes(
    guessed: pd.DataFrame, network: Network, is_served: npt.NDArray[np.bool_], shares: HeatShares | None
) -> list[Note]:
    basis = guessed["basis"].iloc[network.building_nodes]
    notes = [note("assessment.served_is_connected" if shares is None else "assessment.served_by_capacity")]
    if shares is not None and not shares.is_solved.all():
        count = int((~shares.is_solved[shares.asset_case]).sum())
        notes.append(note("assessment.flow_unknown", count=count))
    for name in ("area_m2", "load_kw", "nothing"):
        count = int((basis == name).sum())
        if count:
            notes.append(note(f"assessment.households_{name}", count=count, buildings=len(basis)))
    unserved = int((~np.asarray(is_served, dtype=bool)[network.building_nodes]).sum())
    if unserved:
        notes.append(note("assessment.unserved", count=unserved, buildings=len(basis)))
    return notes
