"""How much an asset's own past and its surroundings say about its next season, learned from past seasons."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet.failure.attributes import log_length
from heatnet.failure.past import Past, past_at_end, past_of
from heatnet.failure.products import product_over_rows
from heatnet.failure.surroundings import Surroundings
from heatnet.history.assets import asset_numbers
from heatnet.history.exposure import History

HALF_LIVES = (7.5, 15.0, 30.0)
_LIKELY_HALF_LIFE = 15.0
# Assets without a fault all tell nearly the same; beyond this number a sample of them speaks for all.
_FAULTLESS_ASSETS = 20_000

# Logarithm of the shape per 100 m, exponent of length in the shape, power of the near, of the street, logarithm of
# the level.
_PRIOR_MEAN = np.array([np.log(0.8), 0.6, 0.4, 0.4, 0.0])
_PRIOR_SPREAD = np.array([0.7, 0.3, 0.3, 0.3, 0.1])
_LOWEST = np.array([np.log(0.05), 0.0, 0.0, 0.0, -0.5])
_HIGHEST = np.array([np.log(50.0), 1.0, 1.0, 1.0, 0.5])


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """Learned weight of the past.

    Attributes
    ----------
    half_life : float
        Seasons in which a fault loses half its weight.
    parameters : array (5,)
        Logarithm of the shape of a 100 m pipe's Gamma factor, exponent of length in the shape, power of the segments
        around, power of the street, logarithm of the level.
    covariance : array (5, 5)
        Their posterior covariance.
    """

    half_life: float
    parameters: Floats
    covariance: Floats

    def shape(self, log_lengths: Floats) -> Floats:
        """Return the shape of the Gamma factor: the larger, the more alike are assets of the same attributes."""
        shape: Floats = np.exp(self.parameters[0] + self.parameters[1] * log_lengths)
        return shape

    def surroundings_factor(self, log_near: Floats, log_street: Floats) -> Floats:
        """Return the factor by which surroundings and level change the expectation."""
        factor: Floats = np.exp(self.parameters[2] * log_near + self.parameters[3] * log_street + self.parameters[4])
        return factor


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """A history with what was expected of it."""

    history: History
    expected: Floats
    around: Surroundings

    def past(self, half_life: float, chosen: Ints) -> Past:
        """Return what was known of the chosen assets when each season began."""
        return past_of(self.history, self.expected, self.around, half_life, chosen)

    def past_at_end(self, half_life: float) -> Past:
        """Return what is known of each asset when the last season has ended."""
        return past_at_end(self.history, self.expected, self.around, half_life)


def learn_memory(recorded: list[Recorded], half_lives: tuple[float, ...] = HALF_LIVES) -> Memory:
    """Choose the weights that would have forecast each past season best from the seasons before it.

    Maximum of the Poisson likelihood of every season's faults, given what was known when it began, times a prior.
    """
    learned, drawn = [], [_drawn(part.history) for part in recorded]
    for half_life in half_lives:
        parts = [_rows(part, half_life, weight) for part, weight in zip(recorded, drawn, strict=True)]
        rows = _Rows(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(_Rows)))
        value, parameters, covariance = _maximise(rows)
        value -= 0.5 * np.log2(half_life / _LIKELY_HALF_LIFE) ** 2
        learned.append((value, Memory(half_life, parameters, covariance)))
    return max(learned, key=lambda pair: pair[0])[1]


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """One asset in one season a row: what was known, what was expected, what came."""

    recorded: Floats
    expected: Floats
    log_near: Floats
    log_street: Floats
    log_length: Floats
    mean: Floats
    faults: Floats
    weight: Floats

    def likelihood(self, parameters: Floats) -> tuple[float, Floats, Floats]:
        """Return the logarithm of the likelihood, its gradient and its information."""
        shape = np.exp(parameters[0] + parameters[1] * self.log_length)
        of_shape = shape / (shape + self.recorded) - shape / (shape + self.expected)
        log_mean = np.log(self.mean * (shape + self.recorded) / (shape + self.expected))
        log_mean += parameters[2] * self.log_near + parameters[3] * self.log_street + parameters[4]
        mean = np.exp(log_mean)
        slopes = np.column_stack(
            [of_shape, of_shape * self.log_length, self.log_near, self.log_street, np.ones_like(mean)]
        )
        value = float((self.weight * (self.faults * log_mean - mean)).sum())
        gradient = product_over_rows(slopes, (self.weight * (self.faults - mean))[:, None])[:, 0]
        information = product_over_rows(slopes, slopes * (self.weight * mean)[:, None])
        return value, gradient, information


def _drawn(history: History) -> Floats:
    """Return the weight of each asset: 1 where it has failed, 0 or more where a sample speaks for all of its kind."""
    failed = np.zeros(history.n_assets, dtype=bool)
    failed[history.lives.asset[history.lives.faults.any(axis=1)]] = True
    stride = int(np.ceil(max((~failed).sum() / _FAULTLESS_ASSETS, 1.0)))
    if stride == 1:
        return np.ones(len(failed))
    # Drawn by their ids, so that the order of the table's rows does not matter.
    drawn = pd.util.hash_array(history.asset_ids.to_numpy(dtype=object)) % stride == 0
    return np.where(failed, 1.0, np.where(drawn, float(stride), 0.0))


def _rows(part: Recorded, half_life: float, weight: Floats) -> _Rows:
    history, n = part.history, part.history.n_assets
    chosen = np.flatnonzero(weight)
    place = np.full(n, -1, dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    ended = place[history.lives.asset[n:]]
    of_chosen = np.flatnonzero(ended >= 0)
    faults, mean = history.lives.faults[chosen].astype(np.float64), part.expected[chosen]
    np.add.at(faults, ended[of_chosen], history.lives.faults[n:][of_chosen])
    np.add.at(mean, ended[of_chosen], part.expected[n:][of_chosen])
    past = part.past(half_life, chosen)
    row, season = np.nonzero(mean[:, 1:] > 0)
    asset, season = chosen[row], season + 1
    return _Rows(
        recorded=past.recorded[season, row],
        expected=past.expected[season, row],
        log_near=past.log_near[season, row],
        log_street=past.log_street[season, row],
        log_length=log_length(asset_numbers(history.network))[asset],
        mean=mean[row, season],
        faults=faults[row, season],
        weight=weight[asset],
    )


def _maximise(rows: _Rows) -> tuple[float, Floats, Floats]:
    """Return scoring steps within the bounds, halved until the penalised likelihood grows."""
    parameters = _PRIOR_MEAN
    value, gradient, information = _penalised(rows, parameters)
    for _ in range(40):
        held = ((parameters <= _LOWEST) & (gradient < 0)) | ((parameters >= _HIGHEST) & (gradient > 0))
        free = np.flatnonzero(~held)
        step = np.zeros_like(parameters)
        step[free] = np.linalg.solve(information[np.ix_(free, free)], gradient[free])
        for halving in range(20):
            trial = np.clip(parameters + step / 2.0**halving, _LOWEST, _HIGHEST)
            reached = _penalised(rows, trial)
            if reached[0] >= value:
                break
        else:
            break
        moved = np.abs(trial - parameters).max()
        parameters, (value, gradient, information) = trial, reached
        if moved < 1e-6:
            break
    covariance: Floats = np.linalg.inv(information).astype(np.float64)
    return value, parameters, covariance


def _penalised(rows: _Rows, parameters: Floats) -> tuple[float, Floats, Floats]:
    precision = 1.0 / _PRIOR_SPREAD**2
    apart = parameters - _PRIOR_MEAN
    value, gradient, information = rows.likelihood(parameters)
    value -= 0.5 * float((precision * apart**2).sum())
    return value, gradient - precision * apart, information + np.diag(precision)
