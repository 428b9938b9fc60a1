"""Faults recorded and expected before each season, on the asset itself and around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from heatnet._arrays import Floats
from heatnet.failure.surroundings import Surroundings
from heatnet.history.exposure import History

# Added to recorded and to expected faults of the surroundings, so that few faults say little.
_PSEUDO_FAULTS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What was known when each season began; arrays (seasons + 1, assets), the last row after the last season.

    Attributes
    ----------
    recorded, expected : array
        Faults of the asset, older ones fading; a renewal takes its share away.
    log_near, log_street : array
        Logarithm of recorded over expected faults of the segments around, and of the same street, the asset left out;
        between -1 and 1.
    """

    recorded: Floats
    expected: Floats
    log_near: Floats
    log_street: Floats


def past_of(history: History, expected: Floats, around: Surroundings, half_life: float) -> Past:
    """Return what was known of each asset when each season began.

    Parameters
    ----------
    history : History
        Recorded faults.
    expected : array (lives, seasons)
        Faults expected from attributes, age and season.
    around : Surroundings
        Neighbours of the assets.
    half_life : float
        Seasons in which a fault, and time at risk, lose half their weight.
    """
    n, n_seasons = len(history.assets), len(history.seasons)
    ended = history.lives.asset[n:]
    ended_in = history.renewals["season"].to_numpy() - history.first_season
    kept = 1.0 - history.renewals["share"].to_numpy(dtype=np.float64)
    known = np.zeros((4, n_seasons + 1, n))
    state = np.zeros((2, n))
    for column in range(n_seasons + 1):
        known[:2, column] = state
        known[2, column] = _log_ratio(around.near(state[0]), around.near(state[1]))
        known[3, column] = _log_ratio(around.same_street(state[0]), around.same_street(state[1]))
        if column == n_seasons:
            break
        state = state * 0.5 ** (1.0 / half_life)
        counts: tuple[npt.NDArray[Any], Floats] = (history.lives.faults[:, column], expected[:, column])
        for row, values in enumerate(counts):
            np.add.at(state[row], ended, values[n:])
            now = ended_in == column
            np.multiply.at(state[row], ended[now], kept[now])
            state[row] += values[:n]
    return Past(*known)


def _log_ratio(recorded: Floats, expected: Floats) -> Floats:
    """Return the logarithm of recorded over expected faults, bent towards limits of -1 and 1."""
    ratio: Floats = np.tanh(np.log((_PSEUDO_FAULTS + recorded) / (_PSEUDO_FAULTS + expected)))
    return ratio
