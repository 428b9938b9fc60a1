"""Chronic cold: homes that stay cold all winter because an asset does not do its job."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from heatnet._arrays import Floats
from heatnet.errors import HeatnetError
from heatnet.season import heating_interval

# Assumed share of impairments that are still there in the next season, unless something is done.
DEFAULT_PERSISTENCE = 0.7
# How many temperature readings the model's difference of the cold shares weighs.
COLD_SHARE_PRIOR_READINGS = 10.0


def chronic_hours(
    impaired_prob: npt.ArrayLike,
    prior: npt.ArrayLike,
    households: npt.ArrayLike,
    cold_share: npt.ArrayLike,
    heating_h: float,
    *,
    persistence: npt.ArrayLike = DEFAULT_PERSISTENCE,
) -> Floats:
    """Cold household-hours of the coming season that the evidence beyond the prior adds.

    ``max(0, impaired_prob - prior) * households * cold_share * heating_h * persistence``. Only what visits say beyond
    the prior counts: else every pipe that nobody visited would drown the outages.

    Parameters
    ----------
    impaired_prob, prior : array-like of float
        Probability that the asset is impaired after and before the season's visits, 0 to 1.
    households : array-like of float
        Households (or households weighted by priority) whose supply path holds the asset.
    cold_share : array-like of float
        Share of them that is cold because of it, 0 to 1 (`cold_share`).
    heating_h : float
        Hours of the heating time (`heating_hours`).
    persistence : array-like of float
        Probability that an impairment is still there in the coming season, 0 to 1 (`heatnet.location.persistence`);
        0.7 is an assumption. Multiply it by `kept_share` (`heatnet.history.placing`) for assets cleaned, balanced or
        renewed since.

    Raises
    ------
    HeatnetError
        When a probability or share lies outside 0 to 1, or households or hours are negative or not finite.

    Examples
    --------
    >>> chronic_hours([0.6, 0.02], 0.1, 200.0, 0.5, 4392.0).round(6)  # 0.5*200*0.5*4392*0.7; no evidence: 0
    array([153720.,      0.])
    """
    after, before = _unit(impaired_prob, "impaired_prob"), _unit(prior, "prior")
    share, stays = _unit(cold_share, "cold_share"), _unit(persistence, "persistence")
    homes, hours = np.asarray(households, dtype=np.float64), np.asarray(heating_h, dtype=np.float64)
    for values, name in ((homes, "households"), (hours, "heating_h")):
        if not (np.isfinite(values) & (values >= 0)).all():
            raise HeatnetError(f"{name} must be finite and not negative.")
    return np.asarray(np.maximum(after - before, 0.0) * homes * share * hours * stays, dtype=np.float64)


def cold_share(
    p_clear: float, p_impaired: float, *, readings: npt.ArrayLike = 0, cold_readings: npt.ArrayLike = 0
) -> Floats:
    """Share of the homes behind an impaired asset that are cold because of it.

    ``p_impaired - p_clear``, the difference of the two shares of cold visits. Where room temperatures were read behind
    the asset, the share of cold readings takes the place of `p_impaired`, with ten readings at `p_impaired` added; what
    is cold anyway (`p_clear`) is subtracted, never below 0.

    Parameters
    ----------
    p_clear, p_impaired : float
        Shares of cold visits where nothing, and something, on the path is impaired (of `Location`), 0 to 1.
    readings, cold_readings : array-like of float
        Room temperatures read behind each asset, and those of them below the limit for a cold home.

    Raises
    ------
    HeatnetError
        When a share lies outside 0 to 1, or more readings are cold than were made.

    Examples
    --------
    >>> cold_share(0.1, 0.6, readings=[0, 30], cold_readings=[0, 30]).round(3)  # (30 + 10*0.6)/(30 + 10) - 0.1
    array([0.5, 0.8])
    """
    clear, impaired = _unit(p_clear, "p_clear"), _unit(p_impaired, "p_impaired")
    made, cold = np.asarray(readings, dtype=np.float64), np.asarray(cold_readings, dtype=np.float64)
    if not ((cold >= 0) & (cold <= made)).all():
        raise HeatnetError("cold_readings must lie between 0 and readings.")
    weight = COLD_SHARE_PRIOR_READINGS
    return np.asarray(np.maximum((cold + weight * impaired) / (made + weight) - clear, 0.0), dtype=np.float64)


def heating_hours(season: int, *, heating_from: str = "10-15", heating_to: str = "04-15") -> float:
    """Hours of the heating time of a season, first and last day included.

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
    """Probabilities or shares as an array, checked."""
    numbers = np.asarray(values, dtype=np.float64)
    if not ((numbers >= 0) & (numbers <= 1)).all():
        raise HeatnetError(f"{name} must lie between 0 and 1.")
    return numbers
