"""Chronic cold: homes that stay cold all winter because an asset does not do its job."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from heatnet._arrays import Floats
from heatnet.errors import HeatnetError
from heatnet.season import heating_interval

# Assumed share of impairments that are still there in the next season, unless something is done.
DEFAULT_PERSISTENCE = 0.7
# How many cold visits at the network's mean time to a solution an asset's own weigh against.
RESOLVED_PRIOR_VISITS = 10.0
# How many readings at the usual deficit an asset's own weigh against.
SEVERITY_PRIOR_READINGS = 10.0


def chronic_hours(
    impaired_prob: npt.ArrayLike,
    households: npt.ArrayLike,
    cold_share: npt.ArrayLike,
    cold_time_h: npt.ArrayLike,
    *,
    stay: npt.ArrayLike = DEFAULT_PERSISTENCE,
    kept: npt.ArrayLike = 1.0,
) -> Floats:
    """Return cold household-hours of the coming season behind assets that do not do their job.

    ``impaired_prob * stay * kept * households * cold_share * cold_time_h``.

    Parameters
    ----------
    impaired_prob : array-like of float
        Probability that the asset was impaired last winter, 0 to 1. An asset that nobody visited has its prior.
    households : array-like of float
        Households (or households weighted by priority) whose supply path holds the asset.
    cold_share : array-like of float
        Share of them that is cold because of it, 0 to 1 (`cold_share`).
    cold_time_h : array-like of float
        Hours of the season for which they stay cold (`heating_hours` x `cold_time_share`).
    stay : array-like of float
        Probability that an impairment is still there in the coming season, 0 to 1.
    kept : array-like of float
        Share of it that what was done since has left (`heatnet.history.placing.kept_share`), 0 to 1.

    Raises
    ------
    HeatnetError
        When a probability or share lies outside 0 to 1, or households or hours are negative or not finite.

    Examples
    --------
    >>> chronic_hours([0.6, 0.02], 200.0, 0.5, 2196.0).round(1)  # 0.6 * 0.7 * 200 * 0.5 * 2196
    array([92232. ,  3074.4])
    """
    prob, share = _unit(impaired_prob, "impaired_prob"), _unit(cold_share, "cold_share")
    stays, left = _unit(stay, "stay"), _unit(kept, "kept")
    homes, hours = np.asarray(households, dtype=np.float64), np.asarray(cold_time_h, dtype=np.float64)
    for values, name in ((homes, "households"), (hours, "cold_time_h")):
        if not (np.isfinite(values) & (values >= 0)).all():
            raise HeatnetError(f"{name} must be finite and not negative.")
    return np.asarray(prob * stays * left * homes * share * hours, dtype=np.float64)


def cold_share(p_clear: float, p_impaired: float) -> float:
    """Return the share of the homes behind an impaired asset that are cold because of it: ``p_impaired - p_clear``.

    Parameters
    ----------
    p_clear, p_impaired : float
        Shares of cold visits where nothing, and something, on the path is impaired (of `Location`), 0 to 1.

    Raises
    ------
    HeatnetError
        When a share lies outside 0 to 1, or `p_clear` above `p_impaired`.

    Examples
    --------
    >>> cold_share(0.125, 0.625)
    0.5
    """
    clear, impaired = float(_unit(p_clear, "p_clear")), float(_unit(p_impaired, "p_impaired"))
    if clear > impaired:
        raise HeatnetError(f"p_clear {clear:g} lies above p_impaired {impaired:g}.")
    return impaired - clear


def cold_time_share(cold_visits: npt.ArrayLike, resolved_share: npt.ArrayLike, network_mean: float) -> Floats:
    """Return the share of the heating time for which homes behind an asset stay cold, ten visits at the mean added.

    ``(resolved_share + 10 * network_mean) / (cold_visits + 10)``.

    Parameters
    ----------
    cold_visits : array-like of float
        Cold visits behind the asset.
    resolved_share : array-like of float
        Sum over them of min(1, days from the visit to its solution / heating days); 1 for each that is open.
    network_mean : float
        The mean of this share over all cold visits of the network; 1 where there are none.

    Examples
    --------
    >>> cold_time_share([0, 10], [0.0, 2.0], 0.4)  # (2 + 4)/20
    array([0.4, 0.3])
    """
    visits, resolved = (np.asarray(values, dtype=np.float64) for values in (cold_visits, resolved_share))
    weight = RESOLVED_PRIOR_VISITS
    return np.asarray((resolved + weight * network_mean) / (visits + weight), dtype=np.float64)


def severity(readings: npt.ArrayLike, deficit_sum: npt.ArrayLike, usual_deficit: float) -> Floats:
    """Return how much colder than usual homes behind an asset are (1: as usual), ten readings at the usual added.

    ``(deficit_sum + 10 * usual_deficit) / ((readings + 10) * usual_deficit)``.

    Parameters
    ----------
    readings : array-like of float
        Cold visits with a room temperature behind the asset.
    deficit_sum : array-like of float
        Sum over them of the limit of cold less the reading, degC, never below 0 each.
    usual_deficit : float
        What a cold room usually lacks, degC, above 0.

    Examples
    --------
    >>> severity([0, 5], [0.0, 5 * 6.5], 2.0)  # (32.5 + 20)/30
    array([1.  , 1.75])
    """
    count, missing = (np.asarray(values, dtype=np.float64) for values in (readings, deficit_sum))
    weight = SEVERITY_PRIOR_READINGS
    return np.asarray((missing + weight * usual_deficit) / ((count + weight) * usual_deficit), dtype=np.float64)


def heating_hours(season: int, *, heating_from: str = "10-15", heating_to: str = "04-15") -> float:
    """Return hours of the heating time of a season, first and last day included.

    Raises
    ------
    HeatnetError
        When a day is not ``"MM-DD"``.

    Examples
    --------
    >>> heating_hours(2026)  # 183 days
    4392.0
    """
    first, last = heating_interval(season, heating_from=heating_from, heating_to=heating_to)
    return ((last - first).days + 1) * 24.0


def _unit(values: npt.ArrayLike, name: str) -> Floats:
    """Return probabilities or shares as an array, checked."""
    numbers = np.asarray(values, dtype=np.float64)
    if not ((numbers >= 0) & (numbers <= 1)).all():
        raise HeatnetError(f"{name} must lie between 0 and 1.")
    return numbers
