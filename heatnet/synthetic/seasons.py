"""Ten years of a drawn city: which assets fail, which are impaired, and what each summer cures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet._arrays import Floats, Ints, Truths
from heatnet.synthetic.ground import Ground, frailties, station_rate
from heatnet.synthetic.layout import Layout

RENEWAL, CLEANING, BALANCING = 0, 1, 2
_PERSISTENCE = 0.7
_IMPAIRED_PER_KM = 0.18
_STATION_PRIOR = 0.03
_USUAL_RATE_PER_KM = 0.07
_RENEWED_SHARE = 0.02
_PARTIAL_SHARE = 0.1
_CURED_SHARE = 0.12
_CURED_IN_VAIN = 0.001
_BUILDING_PRIOR = 0.05


@dataclass(frozen=True, slots=True)
class Works:
    """Finished measures: season after whose heating they were done, asset, kind, and share of the length renewed."""

    season: Ints
    asset: Ints
    kind: Ints
    share: Floats


@dataclass(frozen=True, slots=True)
class Past:
    """What happened to each asset (segments, then stations) in each season, and the state at the end.

    Parameters
    ----------
    seasons : tuple of int
        The recorded seasons and the one after them.
    fault_rate : float array
        Asset by season: expected faults.
    is_impaired : bool array
        Asset by season.
    fault_asset, fault_season : int array
        One entry per fault.
    works : Works
        Renewals, cleanings and balancings.
    ground : Ground
        State of the segments after the last works.
    """

    seasons: tuple[int, ...]
    fault_rate: Floats
    is_impaired: Truths
    fault_asset: Ints
    fault_season: Ints
    works: Works
    ground: Ground


def live_through(
    rng: np.random.Generator, layout: Layout, ground: Ground, station_year: Floats, seasons: tuple[int, ...]
) -> Past:
    """Draw faults, impairments and summer works, season by season; the last season has no faults and no works yet."""
    n_stations = len(station_year)
    n_assets = layout.n_segments + n_stations
    rates = np.zeros((len(seasons), n_assets)).T  # one season behind the other: all that is done is done by season
    impaired = np.zeros((len(seasons), n_assets), dtype=bool).T
    clogging = _clogging(layout)
    station_frailty = frailties(rng, n_stations)
    unrenewed = np.ones(layout.n_segments)
    recent = np.zeros(int(layout.pipes.run.max()) + 1)
    cured = np.zeros(0, dtype=np.int64)
    fault_assets: list[Ints] = []
    works: list[Works] = []
    for k, season in enumerate(seasons):
        segment_rate = ground.fault_rate(season) * unrenewed
        rates[:, k] = np.concatenate([segment_rate, station_rate(station_frailty, station_year, season)])
        before = impaired[:, k - 1] if k else None
        impaired[:, k] = _impaired(rng, layout, clogging, rates[:, k], before, cured)
        if season == seasons[-1]:
            break
        fault_assets.append(_faults(rng, rates[:, k]))
        if season == seasons[-2]:
            continue
        recent = 0.6 * recent + _by_run(layout, fault_assets[-1])
        renewed, share = _renewals(rng, layout, segment_rate, recent)
        whole = renewed[share == 1.0]
        ground = ground.renewed(rng, whole, season + 1, layout.diameter_mm)
        unrenewed[renewed] *= np.where(share < 1.0, 1.0 - 0.7 * share, 1.0 / unrenewed[renewed])
        treated = _treated(rng, impaired[:, k])
        works.append(_works_of(season, layout, renewed, share, treated))
        cured = np.concatenate([whole, treated])
    return Past(
        seasons=seasons,
        fault_rate=rates,
        is_impaired=impaired,
        fault_asset=np.concatenate(fault_assets),
        fault_season=np.repeat(np.array(seasons[:-1]), [len(assets) for assets in fault_assets]),
        works=_joined(works),
        ground=ground,
    )


def building_troubles(rng: np.random.Generator, count: int, seasons: int) -> Truths:
    """Draw in which seasons a building's own risers, balance or envelope leave it cold; building by season."""
    troubles = np.zeros((seasons, count), dtype=bool).T
    prior = np.full(count, _BUILDING_PRIOR)
    for k in range(seasons):
        troubles[:, k] = _next_state(rng, prior, troubles[:, k - 1] if k else None)
    return troubles


def _faults(rng: np.random.Generator, rate: Floats) -> Ints:
    """Draw Poisson counts per asset; return a list of assets."""
    upto = np.cumsum(rate)
    count = rng.poisson(upto[-1])
    assets: Ints = np.searchsorted(upto, rng.random(count) * upto[-1], side="right")
    return np.sort(assets)


def _clogging(layout: Layout) -> Floats:
    """Return how often each segment is impaired if it is neither better nor worse than others."""
    wide = np.minimum(1.0, 100.0 / layout.diameter_mm) ** 2  # a wide main is choked less easily than a lane
    per_km = np.where(layout.is_primary, wide, 1.0) * np.where(layout.twin >= 0, 0.5, 1.0)
    clogging: Floats = _IMPAIRED_PER_KM * (layout.length_m / 1000.0) * per_km
    return clogging


def _impaired(
    rng: np.random.Generator, layout: Layout, clogging: Floats, rate: Floats, before: Truths | None, cured: Ints
) -> Truths:
    """Draw what is impaired: assets that fail often more often, what was cured in summer not in the next season."""
    prior = np.full(len(rate), _STATION_PRIOR)
    of_segments = prior[: len(clogging)]  # worked on in place: new arrays of a large city cost more than the sums
    np.divide(rate[: len(clogging)], layout.length_m / 1000.0, out=of_segments)
    of_segments /= _USUAL_RATE_PER_KM
    np.clip(np.sqrt(of_segments, out=of_segments), 0.3, 3.0, out=of_segments)
    of_segments *= -clogging
    np.negative(np.expm1(of_segments, out=of_segments), out=of_segments)
    state = _next_state(rng, prior, before)
    state[cured] = False
    return state


def _next_state(rng: np.random.Generator, prior: Floats, before: Truths | None) -> Truths:
    """Return states that last with the same probability and keep the prior in the long run."""
    draw = rng.random(len(prior))
    if before is None:
        return draw < prior
    limit = prior * (1.0 - _PERSISTENCE)
    limit /= 1.0 - prior
    np.copyto(limit, _PERSISTENCE, where=before)
    return draw < limit


def _by_run(layout: Layout, assets: Ints) -> Floats:
    run = layout.pipes.run
    return np.bincount(run[assets[assets < layout.n_segments]], minlength=int(run.max()) + 1).astype(np.float64)


def _renewals(rng: np.random.Generator, layout: Layout, rate: Floats, recent: Floats) -> tuple[Ints, Floats]:
    """Choose whole runs, those with faults first of all, up to the yearly share of the length."""
    run = layout.pipes.run
    weight = 0.5 * np.bincount(run, weights=rate, minlength=len(recent)) + recent
    length_m = np.bincount(run, weights=layout.length_m, minlength=len(recent))
    key = rng.exponential(size=len(recent)) / np.maximum(weight, 1e-9)
    order = np.argsort(key, kind="stable")
    order = order[length_m[order] > 0]
    is_chosen = np.zeros(len(recent), dtype=bool)
    is_chosen[order[np.cumsum(length_m[order]) <= _RENEWED_SHARE * layout.length_m.sum()]] = True
    segments = np.flatnonzero(is_chosen[run])
    share = np.ones(len(segments))
    is_partial = rng.random(len(segments)) < _PARTIAL_SHARE
    share[is_partial] = np.round(rng.uniform(0.3, 0.8, int(is_partial.sum())), 2)
    return segments, share


def _treated(rng: np.random.Generator, impaired: Truths) -> Ints:
    """Draw the works: some impaired assets are found and cured, and a few others are treated in vain."""
    return np.flatnonzero(rng.random(len(impaired)) < np.where(impaired, _CURED_SHARE, _CURED_IN_VAIN))


def _works_of(season: int, layout: Layout, renewed: Ints, share: Floats, treated: Ints) -> Works:
    kind = np.where(treated < layout.n_segments, CLEANING, BALANCING)
    count = len(renewed) + len(treated)
    return Works(
        season=np.full(count, season),
        asset=np.concatenate([renewed, treated]),
        kind=np.concatenate([np.full(len(renewed), RENEWAL), kind]),
        share=np.concatenate([share, np.ones(len(treated))]),
    )


def _joined(works: list[Works]) -> Works:
    none = np.zeros(0, dtype=np.int64)
    works = works or [Works(none, none, none, none.astype(np.float64))]
    return Works(
        season=np.concatenate([part.season for part in works]),
        asset=np.concatenate([part.asset for part in works]),
        kind=np.concatenate([part.kind for part in works]),
        share=np.concatenate([part.share for part in works]),
    )
