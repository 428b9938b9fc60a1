"""What the visits of the past winters say: which assets were impaired, how long that lasts, what to diagnose first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Truths
from heatnet.consequence.chronic import DEFAULT_PERSISTENCE
from heatnet.inventory.records import Records
from heatnet.language import Note, note
from heatnet.location import Location, diagnose_first, locate_faults, persistence
from heatnet.location.cleaning import CleaningSteps, cleaned_visits
from heatnet.location.evidence import CALL_CHANNELS
from heatnet.network import Network
from heatnet.reachability.paths import supply_paths
from heatnet.schema import VISITS, conform
from heatnet.season import season_of

BUILDING_PRIOR = 0.05
WINTERS = 3
LEAKING_FACTOR = 2.0
"""Times the median make-up water per metre above which a secondary net is taken to leak."""
_LARGEST_PRIOR = 1.0 - 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Winters:
    """What the visits of the last winter, and of those before it, say.

    Attributes
    ----------
    location : Location
        The last winter's posterior.
    persistence : float
        Probability that an impairment is still there in the next season, if nothing is done; 0.7, an assumption.
    winters_ill : Series
        By asset_id: winters in a row, up to the last, in which the asset was more likely impaired than not.
    diagnose_first : DataFrame
        Index station_id: stations whose cold homes point to balance, strainer or riser rather than to a pipe.
    is_apart : array
        Per asset: it is such a station, or lies behind one.
    findings : DataFrame
        What the cleaning of the visits left out or changed.
    notes : tuple of Note
        How the visits were read.
    """

    location: Location
    persistence: float
    winters_ill: pd.Series[Any]
    diagnose_first: pd.DataFrame
    is_apart: Truths
    findings: pd.DataFrame
    notes: tuple[Note, ...]

    def behind(self, station_id: str) -> pd.Index[Any]:
        """Return the ids of a station and of the assets whose supply path leads through it."""
        network = self.location.network
        return network.asset_ids[_behind(network, pd.Index([station_id]))]


def past_winters(network: Network, records: Records, *, season: int, expected: pd.DataFrame) -> Winters:
    """Return what the visits of the winters before a season say.

    Parameters
    ----------
    network : Network
        The network.
    records : Records
        Its visits are cleaned first; its works end impairments between winters.
    season : int
        The coming season; the last winter is that of the season before.
    expected : DataFrame
        Index asset_id: ``fault_prob``, the prior where faults are recorded; else `default_prior`.

    Returns
    -------
    Winters
        Hotline and app rows count as calls of all households where most of them come from buildings whose households
        are known.

    Notes
    -----
    Something speaks for a leak behind a station when a fault was recorded behind it in the last winter, or when its
    make-up water of that winter, per metre of the secondary net behind it, was more than twice the median of all
    stations.

    `heatnet.location.persistence` could teach the persistence from several winters. In drawn cities whose truth is 0.62
    it finds 0.81 to 0.91, for assets that are prone to trouble are ill again without having stayed so; the
    assumed 0.7 is nearer.
    """
    given = conform(pd.DataFrame(columns=[column.name for column in VISITS.columns]), VISITS)
    visits, findings = cleaned_visits(given if records.visits is None else records.visits, network, CleaningSteps())
    seasons = season_of(visits["visited_on"]).to_numpy(dtype=np.float64)
    prior = None if records.faults is None else expected["fault_prob"].clip(upper=_LARGEST_PRIOR)
    located = {
        winter: locate_faults(
            network,
            visits,
            season=winter,
            prior=prior,
            calls="households" if _has_calls(network, visits[seasons == winter]) else "visits",
            building_prior=BUILDING_PRIOR,
        )
        for winter in range(season - WINTERS, season)
        if winter == season - 1 or (seasons == winter).any()
    }
    location = located[season - 1]
    winters_ill = pd.Series(0, index=network.asset_ids)
    if len(located) > 1 and (seasons == season - 1).any():
        winters_ill = persistence(list(located.values()), records.works).assets["winters_ill"]
    first = diagnose_first(location, leaking=_leaking(network, records, season - 1))
    is_apart = _behind(network, first.index)
    return Winters(location, DEFAULT_PERSISTENCE, winters_ill, first, is_apart, findings, _notes(location, first))


def _has_calls(network: Network, visits: pd.DataFrame) -> bool:
    """Return whether there are calls, most of them from buildings whose households are known."""
    calls = visits[visits["channel"].isin(CALL_CHANNELS).to_numpy(dtype=bool)]
    known = network.households[network.node_positions(calls["building_id"])] > 0
    return bool(2 * known.sum() > len(calls))


def _leaking(network: Network, records: Records, winter: int) -> Collection[str]:
    """Return the stations for which a fault or the make-up water of the winter speaks for a leak behind them."""
    stations = network.asset_ids[network.n_segments :]
    behind = np.zeros((2, network.n_assets))  # faults, and metres of the secondary net
    behind[1, : network.n_segments] = np.where(network.is_primary, 0.0, network.length_m)
    if records.faults is not None:
        faults = records.faults[(season_of(records.faults["found_on"]) == winter).to_numpy(dtype=bool)]
        assets = network.asset_positions(faults["asset_id"])
        behind[0] = np.bincount(assets[assets >= 0], minlength=network.n_assets)
    forest = supply_paths(network).forest
    faults_behind, metres = (forest.subtree_sum(row)[network.n_segments :] for row in behind)
    is_leaking = faults_behind > 0
    if records.makeup is not None:
        of_winter = records.makeup[records.makeup["season"] == winter].groupby("station_id")["makeup_m3"].sum()
        per_metre = of_winter.reindex(stations).to_numpy(dtype=np.float64) / np.where(metres > 0, metres, np.nan)
        if not np.isnan(per_metre).all():
            is_leaking |= per_metre > LEAKING_FACTOR * np.nanmedian(per_metre)
    return [str(station) for station in stations[is_leaking]]


def _behind(network: Network, stations: pd.Index[Any]) -> Truths:
    """Return which assets are one of the stations or lie behind one."""
    marks = np.zeros(network.n_assets)
    marks[network.asset_positions(stations)] = 1.0
    if not len(stations):
        return marks > 0
    return supply_paths(network).forest.path_sum(marks, np.zeros(network.n_assets, dtype=bool)) > 0


def _notes(location: Location, first: pd.DataFrame) -> tuple[Note, ...]:
    visits, season = int(location.buildings["visits"].sum()), location.season
    if not visits:
        return (note("location.no_visits", season=season),)
    notes = [
        note("location.rates", visits=visits, season=season, p_clear=location.p_clear, p_impaired=location.p_impaired)
    ]
    if location.calls == "households":
        notes.append(note("location.calls", calls=int(location.buildings["calls"].sum())))
    notes.append(note("location.persistence", persistence=DEFAULT_PERSISTENCE))
    if len(first):
        notes.append(note("location.diagnose_first", stations=first.index.tolist(), count=len(first)))
    return tuple(notes)
