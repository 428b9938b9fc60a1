"""What the visits of the past winters say: which assets were impaired, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet._freed import give_back
from heatnet.history.placing import WorksDone
from heatnet.inventory.records import Records
from heatnet.language import Note, note
from heatnet.location.attributes import attributes_of
from heatnet.location.cleaning import CleaningSteps, cleaned_visits
from heatnet.location.evidence import CALL_CHANNELS
from heatnet.location.filtering import filtered
from heatnet.location.posterior import Location
from heatnet.location.priors import default_prior
from heatnet.location.teaching import Winter, looked_at_together
from heatnet.location.watched import Asked, SeenWinter, seen_winter
from heatnet.location.words import one_word_a_week
from heatnet.network import Network
from heatnet.reachability.paths import SupplyPaths, supply_paths
from heatnet.schema import VISITS, conform
from heatnet.season import season_of, season_start
from heatnet.value import Settings

BUILDING_PRIOR = 0.05
FEWEST_READINGS = 30
MORE_LIKELY_THAN_NOT = 0.5


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
    first_season : int
        The first winter with visits, where the filter begins.
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
    first_season: int
    visits: pd.DataFrame
    findings: pd.DataFrame
    notes: tuple[Note, ...]


def past_winters(network: Network, records: Records, *, season: int, settings: Settings) -> Winters:
    """Return what the visits of the winters before a season say.

    Each winter begins where the one before ended (`heatnet.location.filtering`), from the first with a visit to the
    last one, that of the season before. A winter without visits changes nothing but by time and works.

    Parameters
    ----------
    network : Network
        The network.
    records : Records
        Its visits are cleaned first; its works end impairments between winters; its faults and make-up water tell
        classes of assets.
    season : int
        The coming season; the last winter is that of the season before.
    settings : Settings
        Heating time, limit of a cold room, persistence, how often crews' words are wrong.

    Returns
    -------
    Winters
        Hotline and app rows count as calls of all households where most of them come from buildings whose households
        are known; room temperatures count in winters with at least `FEWEST_READINGS`.

    Notes
    -----
    The prior of an impairment is `default_prior` times what the network's own winters teach (`heatnet.location.base`),
    never the probability of a burst: what chokes a pipe is not what breaks it.

    `heatnet.location.persistence` could teach the persistence from several winters. In drawn cities whose truth is 0.62
    it finds 0.81 to 0.91, for assets that are prone to trouble are ill again without having stayed so; the
    assumed 0.7 is nearer.
    """
    given = conform(pd.DataFrame(columns=[column.name for column in VISITS.columns]), VISITS)
    steps = CleaningSteps(
        heating_from=settings.heating_from,
        heating_to=settings.heating_to,
        room_min_c=settings.room_min_c,
        own_words="warm" if settings.cause_error is None else "keep",
    )
    visits, findings = cleaned_visits(given if records.visits is None else records.visits, network, steps)
    records = replace(records, visits=None)
    seasons = season_of(visits["visited_on"]).to_numpy(dtype=np.float64)
    heard = visits if settings.cause_error is None else one_word_a_week(visits)
    node = network.node_positions(heard["building_id"])
    first = int(min(seasons[seasons < season].min(initial=season - 1), season - 1))
    paths = supply_paths(network)
    winters: list[Winter] = []
    works = WorksDone.of(network, records.works)
    for winter in range(first, season):
        kept = works.kept_share(
            since=season_start(winter - 1),
            before=season_start(winter),
            clean_removes=settings.values.clean_removes,
        )
        rows = np.flatnonzero(seasons == winter)
        seen = _seen(paths, network, heard.iloc[rows], winter, settings, node[rows])
        winters.append(Winter(winter, seen, kept))
    winters = [*looked_at_together(winters)[:-1], winters[-1]]  # what the others saw is not kept twice
    del heard, node, seasons
    give_back()
    all_told = filtered(
        winters,
        default_prior(network).to_numpy(dtype=np.float64),
        stay=settings.persistence,
        attributes=attributes_of(network, records, season=season, forest=paths.forest),
    )
    stays = settings.persistence
    winters_ill = pd.Series(_winters_ill(winters, all_told.smoothed(winters, stays)), index=network.asset_ids)
    return Winters(
        all_told.location,
        stays,
        winters_ill,
        first,
        visits,
        findings,
        _notes(all_told.location, stays, sum(bool(one.seen.evidence.seen.any()) for one in winters)),
    )


def _seen(
    paths: SupplyPaths, network: Network, visits: pd.DataFrame, season: int, settings: Settings, node: Ints
) -> SeenWinter:
    """Return what the visits of a winter, and no others, say."""
    is_read = visits["room_temp_c"].notna().to_numpy(dtype=bool)
    asked = Asked(
        calls="households" if _has_calls(network, visits, node) else "visits",
        building_prior=BUILDING_PRIOR,
        dose=True,
        cause_error=settings.cause_error,
        temperatures=bool(is_read.sum() >= FEWEST_READINGS),
    )
    return seen_winter(network, paths, visits, season=season, asked=asked, node=node)


def _winters_ill(winters: Sequence[Winter], posteriors: Sequence[Floats]) -> Ints:
    """Return the winters in a row, up to the last, with visits, in which an asset was more likely ill than not."""
    count = np.zeros(len(posteriors[-1]), dtype=np.int64)
    running = np.ones(len(count), dtype=bool)
    for winter, posterior in zip(reversed(winters), reversed(posteriors), strict=True):
        if not winter.seen.evidence.seen.any():
            break
        running &= posterior > MORE_LIKELY_THAN_NOT
        count += running
    return count


def _has_calls(network: Network, visits: pd.DataFrame, node: Ints) -> bool:
    """Return whether there are calls, most of them from buildings whose households are known."""
    is_call = visits["channel"].isin(CALL_CHANNELS).to_numpy(dtype=bool)
    known = network.households[node[is_call]] > 0
    return bool(2 * known.sum() > is_call.sum())


def _notes(location: Location, stays: float, winters: int) -> tuple[Note, ...]:
    visits, season = int(location.buildings["visits"].sum()), location.season
    if not visits:
        return (note("location.no_visits", season=season),)
    notes = [
        note("location.rates", visits=visits, season=season, p_clear=location.p_clear, p_impaired=location.p_impaired)
    ]
    if location.p_double > location.p_impaired:
        notes.append(note("location.dose", p_double=location.p_double))
    if location.reading_means_c is not None:
        clear, impaired, _ = location.reading_means_c
        notes.append(note("location.readings", clear=clear, impaired=impaired))
    if location.cause_error is not None:
        notes.append(note("location.words", cause_error=location.cause_error))
    if location.learned is not None:
        factor = float(location.learned["factor"].iloc[0])
        notes.append(note("location.base", factor=factor, winters=winters))
    if location.calls == "households":
        notes.append(note("location.calls", calls=int(location.buildings["calls"].sum())))
    notes.append(note("location.persistence", persistence=stays))
    return tuple(notes)
