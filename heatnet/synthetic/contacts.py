"""Visits of a drawn city: a sample of households, and those who call; cold homes have a cause.

A visit is cold with `P_IMPAIRED` if anything on the supply path of its building, or the building itself, is impaired
in that season, else with `P_CLEAR`, whatever its channel; those who live behind something impaired call more often.
In the first days of a season late starts leave homes cold everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet._arrays import Floats, Ints, Truths

P_CLEAR, P_IMPAIRED = 0.08, 0.55
REASONS = ("", "network", "station", "building", "household", "other", "late start")
WARM, NETWORK, STATION, BUILDING, HOUSEHOLD, OTHER, LATE_START = range(7)
CHANNELS = ("home_visit", "hotline", "app", "sensor")
LATE_START_DAYS = 4
_HEATING_DAYS = 183
_CALL_SHARE = 0.3
_CALLS_IF_IMPAIRED = 3.0
_SENSOR_SHARE = 0.04
_LATE_SHARE, _P_LATE_START = 0.04, 0.6
_FOLLOW_UP_SHARE = 0.3
_OWN_PLANT_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Contacts:
    """One entry per visit: season, building (as counted among buildings), household in it, day since 15 October."""

    season: Ints
    building: Ints
    household: Ints
    day: Ints
    channel: Ints
    is_cold: Truths
    reason: Ints


def draw_contacts(
    rng: np.random.Generator,
    households: Floats,
    is_behind: tuple[Truths, Truths, Truths],
    seasons: tuple[int, ...],
    visited: int,
) -> Contacts:
    """Draw the visits of all seasons.

    Parameters
    ----------
    households : float array
        Per building.
    is_behind : three bool arrays, building by season
        An impaired segment on the supply path, an impaired station on it, trouble in the building itself.
    seasons : tuple of int
        Seasons with visits.
    visited : int
        Different households visited in the last season; half as many in the first.
    """
    parts = []
    for k, season in enumerate(seasons):
        share = 1.0 if len(seasons) == 1 else 0.5 + 0.5 * k / (len(seasons) - 1)
        parts.append(
            _season_contacts(
                rng, households, tuple(flags[:, k] for flags in is_behind), season, max(1, round(visited * share))
            )
        )
    return Contacts(*(np.concatenate([getattr(part, name) for part in parts]) for name in Contacts.__slots__))


def _season_contacts(
    rng: np.random.Generator, households: Floats, behind: tuple[Truths, ...], season: int, visited: int
) -> Contacts:
    is_bad = behind[0] | behind[1] | behind[2]
    building, household, is_call = _who(rng, households, is_bad, visited)
    count = len(building)
    channel = np.where(is_call, 1 + (rng.random(count) < 0.45), 3 * (rng.random(count) < _SENSOR_SHARE))
    day = np.where(is_call, _call_days(rng, count), rng.integers(LATE_START_DAYS, _HEATING_DAYS - 8, count))
    day = np.where(rng.random(count) < _LATE_SHARE, rng.integers(0, LATE_START_DAYS, count), day)
    is_cold, reason = _cold(rng, building, day, behind)
    again = np.flatnonzero(is_cold & (rng.random(count) < _FOLLOW_UP_SHARE) & (day < _HEATING_DAYS - 30))
    day_again = np.maximum(day[again], LATE_START_DAYS) + rng.integers(4, 28, len(again))
    cold_again, reason_again = _cold(rng, building[again], day_again, behind)
    return Contacts(
        season=np.full(count + len(again), season),
        building=np.append(building, building[again]),
        household=np.append(household, household[again]),
        day=np.append(day, day_again),
        channel=np.append(channel, np.zeros(len(again), dtype=np.int64)),
        is_cold=np.append(is_cold, cold_again),
        reason=np.append(reason, reason_again),
    )


def _who(rng: np.random.Generator, households: Floats, is_bad: Truths, visited: int) -> tuple[Ints, Ints, Truths]:
    """Return different households: those who call, drawn by the state of their building, then a plain sample."""
    upto = np.cumsum(households)
    total = int(upto[-1])
    calls = round(_CALL_SHARE * visited)
    drawn = np.cumsum(households * np.where(is_bad, _CALLS_IF_IMPAIRED, 1.0))
    caller_at = np.searchsorted(drawn, rng.random(2 * calls + 20) * drawn[-1], side="right")
    door = np.floor(rng.random(len(caller_at)) * households[caller_at])
    caller = upto[caller_at] - households[caller_at] + door
    caller = caller[np.sort(np.unique(caller, return_index=True)[1])][:calls].astype(np.int64)
    sample = rng.choice(total, min(total, visited + len(caller)), replace=False)
    sample = sample[~np.isin(sample, caller)][: visited - len(caller)]
    who = np.concatenate([caller, sample])
    building = np.searchsorted(upto, who, side="right")
    household = who - (upto[building] - households[building]).astype(np.int64)
    return building, household, np.arange(len(who)) < len(caller)


def _call_days(rng: np.random.Generator, count: int) -> Ints:
    """Return the day of each call: early in the season, and again in the cold of January."""
    early = rng.exponential(22.0, count)
    in_january = rng.normal(92.0, 16.0, count)
    day = np.where(rng.random(count) < 0.6, early, in_january)
    days: Ints = np.clip(np.floor(day) + LATE_START_DAYS, LATE_START_DAYS, _HEATING_DAYS - 8).astype(np.int64)
    return days


def _cold(rng: np.random.Generator, building: Ints, day: Ints, behind: tuple[Truths, ...]) -> tuple[Truths, Ints]:
    """Draw whether each visit is cold and why; the base probability is there behind impaired pipes too."""
    by_segment, by_station, by_building = (flags[building] for flags in behind)
    is_bad = by_segment | by_station | by_building
    from_network = 1.0 - (1.0 - P_IMPAIRED) / (1.0 - P_CLEAR)
    network_cold = is_bad & (rng.random(len(building)) < from_network)
    base_cold = rng.random(len(building)) < P_CLEAR
    late_cold = (day < LATE_START_DAYS) & (rng.random(len(building)) < _P_LATE_START)
    is_own = rng.random(len(building)) < _OWN_PLANT_SHARE
    impaired = np.where(by_segment, NETWORK, np.where(by_station, STATION, BUILDING))
    reason = np.select(
        [base_cold, network_cold, late_cold], [np.where(is_own, HOUSEHOLD, OTHER), impaired, LATE_START], WARM
    )
    return base_cold | network_cold | late_cold, reason
