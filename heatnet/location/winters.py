"""What the visits of the past winters say: which assets were impaired, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet.inventory.records import Records
from heatnet.language import Note, note
from heatnet.location import Location, locate_faults, persistence
from heatnet.location.cleaning import CleaningSteps, cleaned_visits
from heatnet.location.evidence import CALL_CHANNELS
from heatnet.network import Network
from heatnet.schema import VISITS, conform
from heatnet.season import season_of
from heatnet.value import Settings

BUILDING_PRIOR = 0.05
WINTERS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Winters:
    """What the visits of the last winter, and of those before it, say.

    Attributes
    ----------
    location : Location
        The last winter's posterior.
    persistence : float
        Probability that an impairment is still there in the next season, if nothing is done (`Settings.persistence`).
    winters_ill : Series
        By asset_id: winters in a row, up to the last, in which the asset was more likely impaired than not.
    visits : DataFrame
        The visits of all winters as they were used: cleaned, one per household and week.
    findings : DataFrame
        What the cleaning of the visits left out or changed.
    notes : tuple of Note
        How the visits were read.
    """

    location: Location
    persistence: float
    winters_ill: pd.Series[Any]
    visits: pd.DataFrame
    findings: pd.DataFrame
    notes: tuple[Note, ...]


def past_winters(network: Network, records: Records, *, season: int, settings: Settings) -> Winters:
    """Return what the visits of the winters before a season say.

    Parameters
    ----------
    network : Network
        The network.
    records : Records
        Its visits are cleaned first; its works end impairments between winters.
    season : int
        The coming season; the last winter is that of the season before.
    settings : Settings
        Heating time, limit of a cold room, persistence.

    Returns
    -------
    Winters
        Hotline and app rows count as calls of all households where most of them come from buildings whose households
        are known.

    Notes
    -----
    The prior of an impairment is `default_prior`, never the probability of a burst: what chokes a pipe is not what
    breaks it.

    `heatnet.location.persistence` could teach the persistence from several winters. In drawn cities whose truth is 0.62
    it finds 0.81 to 0.91, for assets that are prone to trouble are ill again without having stayed so; the
    assumed 0.7 is nearer.
    """
    given = conform(pd.DataFrame(columns=[column.name for column in VISITS.columns]), VISITS)
    steps = CleaningSteps(heating_from=settings.heating_from, room_min_c=settings.room_min_c)
    visits, findings = cleaned_visits(given if records.visits is None else records.visits, network, steps)
    seasons = season_of(visits["visited_on"]).to_numpy(dtype=np.float64)
    located = {
        winter: locate_faults(
            network,
            visits,
            season=winter,
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
    stays = settings.persistence
    return Winters(location, stays, winters_ill, visits, findings, _notes(location, stays))


def _has_calls(network: Network, visits: pd.DataFrame) -> bool:
    """Return whether there are calls, most of them from buildings whose households are known."""
    calls = visits[visits["channel"].isin(CALL_CHANNELS).to_numpy(dtype=bool)]
    known = network.households[network.node_positions(calls["building_id"])] > 0
    return bool(2 * known.sum() > len(calls))


def _notes(location: Location, stays: float) -> tuple[Note, ...]:
    visits, season = int(location.buildings["visits"].sum()), location.season
    if not visits:
        return (note("location.no_visits", season=season),)
    notes = [
        note("location.rates", visits=visits, season=season, p_clear=location.p_clear, p_impaired=location.p_impaired)
    ]
    if location.calls == "households":
        notes.append(note("location.calls", calls=int(location.buildings["calls"].sum())))
    notes.append(note("location.persistence", persistence=stays))
    return tuple(notes)
