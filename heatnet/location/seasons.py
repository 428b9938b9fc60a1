"""What several winters say together: how long impairments last, and which assets were ill year after year.

Each asset is impaired or not in each season. An impaired one stays so with the same probability s everywhere (the
persistence); a clear one falls ill with ``g = q (1 - s) / (1 - q)``, so that the share of impaired ones stays at the
prior q. What the visits of a season say about an asset enters as the odds by which they changed its prior. A renewal
between two seasons ends an impairment by its share of the length, a cleaning or balancing half of it; a repair ends
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats
from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.history.placing import kept_share
from heatnet.location.posterior import Location
from heatnet.network import Network
from heatnet.season import season_start

EXTRA_ILL, EXTRA_STILL_ILL = 10.0, 7.0
_CERTAIN = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Persistence:
    """How impairments last, and what all seasons together say about each asset.

    Parameters
    ----------
    rate : float
        Probability that an impairment is still there in the next season, if nothing is done.
    by_season : DataFrame
        Index ``asset_id``, one column per season: probability that the asset was impaired in it, given all seasons.
    assets : DataFrame
        Index ``asset_id``. ``impaired_prob``: in the last season; ``next_prob``: in the one after it, if nothing is
        done; ``winters_ill``: seasons in a row, up to the last, in which it was more likely impaired than not;
        ``reason``: the same in words where there are two or more, else empty text.
    """

    rate: float
    by_season: pd.DataFrame
    assets: pd.DataFrame


@typed
def persistence(locations: Sequence[Location], works: pd.DataFrame | None = None) -> Persistence:
    """Return how long impairments last, learned from several seasons, and what they say together.

    The persistence maximises the probability of all seasons' visits, as if 10 more impaired assets had been followed
    and 7 were still impaired a season later.

    Parameters
    ----------
    locations : sequence of Location
        One for each season, two or more, in any order; of one network or of its states over the years. The assets are
        those of the latest; of an asset that an earlier network lacks, that season says nothing.
    works : DataFrame, optional
        Works of any dates.

    Returns
    -------
    Persistence
        The rate, and the probabilities by asset and season.

    Raises
    ------
    HeatnetError
        When fewer than two seasons are given, or one of them twice, or the works cannot be read.

    Examples
    --------
    >>> from heatnet.location import locate_faults
    >>> network = Network(
    ...     pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]}),
    ...     pd.DataFrame({"segment_id": ["s"], "from_node": "A", "to_node": "B", "length_m": 1000, "diameter_mm": 80}))
    >>> visits = pd.DataFrame({"visit_id": range(6), "building_id": "B", "is_cold": True,
    ...                        "visited_on": ["2022-12-01"] * 3 + ["2023-12-01"] * 3})
    >>> winters = [locate_faults(network, visits, season=season) for season in (2022, 2023)]
    >>> persistence(winters).assets.loc["s", "reason"]
    'ill 2 winters running (2022-2023)'
    """
    ordered = sorted(locations, key=lambda location: location.season)
    seasons = [location.season for location in ordered]
    if len(seasons) < 2 or len(set(seasons)) < len(seasons):
        raise HeatnetError(f"seasons are {seasons}; give one location for each of two or more seasons.")
    network = ordered[-1].network
    prior = np.clip(ordered[-1].prior.to_numpy(dtype=np.float64), _CERTAIN, 1 - _CERTAIN)
    odds = np.array([_odds_factor(location, network) for location in ordered])
    starts = [season_start(season) for season in seasons]
    kept = np.array([kept_share(network, works, since=since, before=before) for since, before in pairwise(starts)])
    years = np.diff(seasons)
    informed = (odds != 1).any(axis=0)

    def unlikely(rate: float) -> float:
        _, log_seen = _forward(rate, prior[informed], odds[:, informed], kept[:, informed], years)
        extra = EXTRA_STILL_ILL * np.log(rate) + (EXTRA_ILL - EXTRA_STILL_ILL) * np.log1p(-rate)
        return -float(np.sort(log_seen).sum() + extra)

    from scipy.optimize import minimize_scalar  # a tenth of what importing `assess` takes

    rate = float(minimize_scalar(unlikely, bounds=(1e-6, 1 - 1e-6), method="bounded", options={"xatol": 1e-10}).x)
    forward, _ = _forward(rate, prior, odds, kept, years)
    smoothed = _smoothed(rate, prior, forward, kept, years)
    stays, falls_ill = _steps(rate, prior, 1, np.ones(len(prior)))
    by_season = pd.DataFrame(smoothed.T, index=network.asset_ids, columns=pd.Index(seasons, name="season"))
    winters = _winters_ill(smoothed, seasons)
    assets = pd.DataFrame(
        {
            "impaired_prob": smoothed[-1],
            "next_prob": smoothed[-1] * stays + (1 - smoothed[-1]) * falls_ill,
            "winters_ill": winters,
            "reason": [_reason(count, seasons[-1]) for count in winters.tolist()],
        },
        index=network.asset_ids,
    )
    return Persistence(rate, by_season, assets)


def _odds_factor(location: Location, network: Network) -> Floats:
    """Return, per asset of the network, the factor by which the season's visits changed its odds; 1: they did not."""
    before = np.clip(location.prior.to_numpy(dtype=np.float64), _CERTAIN, 1 - _CERTAIN)
    after = np.clip(location.assets["impaired_prob"].to_numpy(dtype=np.float64), _CERTAIN, 1 - _CERTAIN)
    seen = location.assets["ambiguity_group"].notna().to_numpy(dtype=bool) & (location.prior.to_numpy() > 0)
    factor = np.where(seen, after / (1 - after) * (1 - before) / before, 1.0)
    place = location.network.asset_positions(network.asset_ids)
    return np.where(place >= 0, factor[place], 1.0)


def _steps(rate: float, prior: Floats, years: int, kept: Floats) -> tuple[Floats, Floats]:
    """Return the probabilities of being impaired after some years for an impaired and for a clear asset."""
    starts = np.minimum(prior * (1 - rate) / (1 - prior), 1.0)
    from_ill, from_clear = rate * kept + (1 - kept) * starts, starts
    for _ in range(int(years) - 1):
        from_ill = from_ill * rate + (1 - from_ill) * starts
        from_clear = from_clear * rate + (1 - from_clear) * starts
    return from_ill, from_clear


def _forward(
    rate: float, prior: Floats, odds: Floats, kept: Floats, years: npt.NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Return the probability of each season given it and those before, and the log probability of all per asset."""
    posterior: list[Floats] = []
    ill, log_seen = prior, np.zeros(len(prior))
    for t, factor in enumerate(odds):
        if t:
            from_ill, from_clear = _steps(rate, prior, years[t - 1], kept[t - 1])
            ill = posterior[-1] * from_ill + (1 - posterior[-1]) * from_clear
        seen = 1 - ill + ill * factor
        log_seen = log_seen + np.log(seen)
        posterior.append(ill * factor / seen)
    return np.array(posterior), log_seen


def _smoothed(rate: float, prior: Floats, forward: Floats, kept: Floats, years: npt.NDArray[np.int64]) -> Floats:
    """Return the probability of each season given all."""
    smoothed = [forward[-1]]
    for t in range(len(forward) - 2, -1, -1):
        from_ill, from_clear = _steps(rate, prior, years[t], kept[t])
        then = forward[t] * from_ill + (1 - forward[t]) * from_clear
        if_ill = np.divide(forward[t] * from_ill, then, out=np.zeros_like(then), where=then > 0)
        if_clear = np.divide(forward[t] * (1 - from_ill), 1 - then, out=np.zeros_like(then), where=then < 1)
        smoothed.append(smoothed[-1] * if_ill + (1 - smoothed[-1]) * if_clear)
    return np.array(smoothed[::-1])


def _winters_ill(smoothed: Floats, seasons: Sequence[int]) -> npt.NDArray[np.int64]:
    """Return the seasons in a row, up to the last, without a missing one, in which the asset was probably impaired."""
    count = np.zeros(smoothed.shape[1], dtype=np.int64)
    running = np.ones(smoothed.shape[1], dtype=bool)
    for t in range(len(seasons) - 1, -1, -1):
        if seasons[t] != seasons[-1] - (len(seasons) - 1 - t):
            break
        running &= smoothed[t] > 0.5
        count += running
    return count


def _reason(count: int, last: int) -> str:
    return f"ill {count} winters running ({last - count + 1}-{last})" if count >= 2 else ""
