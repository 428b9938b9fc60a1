"""Faults recorded and expected before each season, on the asset itself and around it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from heatnet._arrays import Floats, Ints
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


def past_of(
    history: History, expected: Floats, around: Surroundings, half_life: float, chosen: Ints | None = None
) -> Past:
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
    chosen : array of int, optional
        The assets that are asked for; None: all.
    """
    asked: Ints | slice = slice(None) if chosen is None else chosen
    n = history.n_assets if chosen is None else len(chosen)
    known = np.empty((4, len(history.seasons) + 1, n))
    for column, state in enumerate(_states(history, expected, half_life)):
        for row, values in enumerate(_of_state(state, around)):
            known[row, column] = values[asked]
    return Past(*known)


def past_at_end(history: History, expected: Floats, around: Surroundings, half_life: float) -> Past:
    """Return the last row of `past_of` alone, arrays (assets,): what is known when the last season has ended."""
    last = deque(_states(history, expected, half_life), maxlen=1).pop()
    return Past(*_of_state(last, around))


def _states(history: History, expected: Floats, half_life: float) -> Iterator[Floats]:
    """Yield recorded and expected faults, older ones fading, at the start of each season and after the last."""
    n = history.n_assets
    ended = history.lives.asset[n:]
    ended_in = history.renewals["season"].to_numpy() - history.first_season
    kept = 1.0 - history.renewals["share"].to_numpy(dtype=np.float64)
    state = np.zeros((2, n))
    yield state
    for column in range(len(history.seasons)):
        state = state * 0.5 ** (1.0 / half_life)
        counts: tuple[npt.NDArray[Any], Floats] = (history.lives.faults[:, column], expected[:, column])
        for row, values in enumerate(counts):
            np.add.at(state[row], ended, values[n:])
            now = ended_in == column
            np.multiply.at(state[row], ended[now], kept[now])
            state[row] += values[:n]
        yield state


def _of_state(state: Floats, around: Surroundings) -> tuple[Floats, Floats, Floats, Floats]:
    near = _log_ratio(around.near(state[0]), around.near(state[1]))
    return state[0], state[1], near, _log_ratio(around.same_street(state[0]), around.same_street(state[1]))


def _log_ratio(recorded: Floats, expected: Floats) -> Floats:
    """Return the logarithm of recorded over expected faults, bent towards limits of -1 and 1."""
    ratio: Floats = np.tanh(np.log((_PSEUDO_FAULTS + recorded) / (_PSEUDO_FAULTS + expected)))
    return ratio
