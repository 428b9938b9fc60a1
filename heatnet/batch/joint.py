"""One failure model for many networks, fitted to their statistics within memory that their number does not change.

Attributes, age and season act alike in all networks; each network has its own level::

    log E[faults of cohort c of network n in season t] = log exposure_nct + x_c'b + age_ct'a + level_t + v_n,
    v_n ~ Normal(0, 0.7)

Given the levels v, the likelihood depends on the networks only through their summed faults and their summed
``exposure * exp(v)``, so that cohorts of all networks are added up before b, a and the season levels are fitted; given
those, each v_n follows from its own network. The two steps take turns. Past a number of cohorts their numbers are
rounded more coarsely. What the past of an asset says is learned from a sample of networks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet.failure import FailureModel, FailureStatistics, failure_statistics
from heatnet.failure.attributes import log_length, size_of
from heatnet.failure.memory import HALF_LIVES, Memory, Recorded, learn_memory
from heatnet.failure.rates import Rates, fit_rates
from heatnet.failure.recording import first_recorded
from heatnet.failure.statistics import life_attributes, mean_makeup, sum_cohorts
from heatnet.failure.surroundings import surroundings
from heatnet.history import History

Floats = npt.NDArray[np.float64]
Load = Callable[[str], FailureStatistics]

MOST_COHORTS = 20_000
_LEVEL_SPREAD = 0.7
_COARSEST = 3
_LEAST_MAKEUP = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class NetworkRates(Rates):
    """Rates at the level of one network.

    Attributes
    ----------
    own_variance : float
        Variance of the logarithm of the network's level.
    """

    own_variance: float = 0.0

    def forecast(self, attributes: pd.DataFrame, season: int) -> tuple[Floats, Floats]:
        """Expected faults of each row in a season to come, and the variance of their logarithm."""
        mean, variance = Rates.forecast(self, attributes, season)
        # The last digits of a Cholesky factor depend on the number of cores; four digits are plenty for a variance.
        digits = 10.0 ** (3.0 - np.floor(np.log10(variance)))
        return mean, np.round(variance * digits) / digits + self.own_variance


@dataclass(frozen=True, slots=True, eq=False)
class NetworkModel:
    """What all networks together tell about one of them."""

    rates: NetworkRates
    memory: Memory

    def fitted(self, history: History) -> FailureModel:
        """Return the failure model of the network with this history."""
        recorded = self.recorded(history)
        past = recorded.past(self.memory.half_life)
        known = {
            "recorded": past.recorded[-1],
            "expected": past.expected[-1],
            "log_near": past.log_near[-1],
            "log_street": past.log_street[-1],
            "makeup_m3_per_m": mean_makeup(recorded.history),
        }
        table = pd.DataFrame(known, index=recorded.history.assets.index)
        statistics = failure_statistics(recorded.history)[0]
        return FailureModel((history,), statistics, self.rates, self.memory, (table,))

    def recorded(self, history: History) -> Recorded:
        """Return the history, without the seasons before faults were recorded in earnest, and what was expected."""
        return _recorded(history, self.rates)

    def fingerprint(self) -> str:
        """Return a hash of every number of the model."""
        whole = hashlib.sha256(repr(self.rates.terms).encode())
        ages = (self.rates.ages.laid_year, self.rates.ages.weight)
        numbers: list[Any] = [getattr(self.rates, field.name) for field in fields(self.rates)[2:]]
        numbers += [getattr(self.memory, field.name) for field in fields(self.memory)]
        for values in (*ages, *numbers):
            whole.update(np.ascontiguousarray(values).tobytes())
        return whole.hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class JointModel:
    """Rates and memory of all networks, and the level of each: the logarithm of its factor, and its variance."""

    rates: Rates
    memory: Memory
    levels: Mapping[str, tuple[float, float]]

    def of(self, name: str) -> NetworkModel:
        """Return what it tells about one network."""
        return NetworkModel(_at_level(self.rates, *self.levels[name]), self.memory)


def statistics_of(history: History) -> FailureStatistics:
    """Return faults and time at risk of a network by cohort and season, once faults were recorded in earnest."""
    return failure_statistics(_since_recorded(history))[0]


def fit_joint(names: Sequence[str], load: Load, sample: Mapping[str, History]) -> JointModel:
    """Fit one failure model to many networks.

    Parameters
    ----------
    names : sequence of str
        The networks, sorted; at least one.
    load : callable
        Returns the statistics of a network (`statistics_of`); called again for each step, so that one is held at a
        time.
    sample : mapping of str to History
        The networks that teach how much an asset's own past says; at least one.

    Returns
    -------
    JointModel
        Of a single network: what `fit_failure_model` finds.
    """
    levels = dict.fromkeys(names, (0.0, 0.0))
    pooled = pool(_levelled(load(name), 0.0) for name in names)
    rates = fit_rates(pooled, np.ones(len(pooled.cohorts)))
    if len(names) > 1:
        levels = {name: _level(load(name), rates, None) for name in names}
        pooled = pool(_levelled(load(name), level) for name, (level, _) in levels.items())
        rates = fit_rates(pooled, np.ones(len(pooled.cohorts)))
    memory = _learned(sample, rates, levels, HALF_LIVES)
    rates = fit_rates(pooled, _information(pooled, rates, memory))
    if len(names) > 1:
        levels = {name: _level(load(name), rates, memory) for name in names}
    memory = _learned(sample, rates, levels, (memory.half_life,))
    return JointModel(rates, memory, levels)


def pool(parts: Iterable[FailureStatistics], most: int = MOST_COHORTS) -> FailureStatistics:
    """Return the sum of statistics; where there are more than `most` cohorts, with numbers rounded more coarsely."""
    total: FailureStatistics | None = None
    waiting: list[FailureStatistics] = []
    coarseness = 0
    for part in parts:
        waiting.append(part)
        if sum(len(one.cohorts) for one in waiting) < most // 2:
            continue
        total, waiting = _sum([total, *waiting], coarseness), []
        while len(total.cohorts) > most and coarseness < _COARSEST:
            coarseness += 1
            total = _sum([total], coarseness)
    return _sum([total, *waiting], coarseness)


def _sum(parts: Sequence[FailureStatistics | None], coarseness: int) -> FailureStatistics:
    known = [part for part in parts if part is not None]
    seasons = np.unique(np.concatenate([part.seasons for part in known]))
    faults, exposure = (
        np.concatenate([_widened(getattr(part, name), part.seasons, seasons) for part in known])
        for name in ("faults", "exposure")
    )
    cohorts = pd.concat([part.cohorts for part in known], ignore_index=True)
    assets = np.concatenate([part.assets for part in known])
    for step in range(1, coarseness + 1):
        cohorts = _coarser(cohorts, step)
    return sum_cohorts(cohorts, seasons, faults, exposure, assets)[0]


def _widened(values: Floats, seasons: npt.NDArray[np.int64], all_seasons: npt.NDArray[np.int64]) -> Floats:
    wide = np.zeros((len(values), len(all_seasons)))
    wide[:, np.searchsorted(all_seasons, seasons)] = values
    return wide


def _coarser(cohorts: pd.DataFrame, step: int) -> pd.DataFrame:
    """Round lengths, diameters, walls and make-up water in steps whose logarithm is 2**step times the usual one."""
    factor = 2.0**step
    makeup = cohorts["makeup_m3_per_m"] + _LEAST_MAKEUP
    return cohorts.assign(
        length_m=_geometric(cohorts["length_m"], np.log(2.0) / 2.0 * factor),
        diameter_mm=_geometric(cohorts["diameter_mm"], np.log(10.0) / 10.0 * factor),
        wall_left_share=np.maximum(np.round(cohorts["wall_left_share"] / (0.1 * factor)) * 0.1 * factor, 0.05),
        wall_left_mm=_geometric(cohorts["wall_left_mm"], np.log(1.2) * factor),
        makeup_m3_per_m=_geometric(makeup, 0.5 * factor) - _LEAST_MAKEUP,
    )


def _geometric(numbers: pd.Series[Any], log_step: float) -> Floats:
    values = numbers.to_numpy(dtype=np.float64)
    # The tiny shift keeps a number in the middle between two steps on one side on every machine.
    rounded: Floats = np.exp(np.round(np.log(values) / log_step + 1e-9) * log_step)
    return rounded


def _levelled(statistics: FailureStatistics, level: float) -> FailureStatistics:
    return replace(statistics, exposure=statistics.exposure * np.exp(level))


def _level(statistics: FailureStatistics, rates: Rates, memory: Memory | None) -> tuple[float, float]:
    """Return the most probable level of a network given the rates of all, and its variance."""
    weight = np.ones(len(statistics.cohorts)) if memory is None else _information(statistics, rates, memory)
    faults = float(weight @ statistics.faults.sum(axis=1))
    expected = float(weight @ _expected(statistics, rates))
    level, precision = 0.0, 1.0 / _LEVEL_SPREAD**2
    for _ in range(50):
        information = expected * np.exp(level) + precision
        step = (faults - expected * np.exp(level) - precision * level) / information
        level += float(np.clip(step, -1.0, 1.0))
        if abs(step) < 1e-12:
            break
    return level, float(1.0 / information)


def _at_level(rates: Rates, level: float, variance: float) -> NetworkRates:
    """Return the rates of a network: its level is added to the coefficient that all assets share."""
    values = {field.name: getattr(rates, field.name) for field in fields(rates)}
    shared = np.zeros(len(rates.coefficients))
    shared[0] = level
    values["coefficients"] = rates.coefficients + shared
    return NetworkRates(**values, own_variance=variance)


def _learned(
    sample: Mapping[str, History],
    rates: Rates,
    levels: Mapping[str, tuple[float, float]],
    half_lives: tuple[float, ...],
) -> Memory:
    recorded = [_recorded(history, _at_level(rates, *levels[name])) for name, history in sample.items()]
    return learn_memory(recorded, half_lives=half_lives)


def _recorded(history: History, rates: Rates) -> Recorded:
    known = _since_recorded(history)
    at_risk = known.lives.seasons_at_risk.astype(np.float64)
    expected = rates.expected(life_attributes(known, 0), known.seasons, at_risk)
    return Recorded(known, expected, surroundings(known.assets))


def _since_recorded(history: History) -> History:
    """Leave out the seasons before faults were recorded in earnest."""
    faults = history.lives.faults.sum(axis=0).astype(np.float64)
    exposure = history.lives.seasons_at_risk.sum(axis=0).astype(np.float64)
    return history.since(history.first_season + first_recorded(faults, exposure)) if len(faults) else history


def _expected(statistics: FailureStatistics, rates: Rates) -> Floats:
    """Faults expected of each cohort in all its seasons."""
    size = np.maximum(size_of(statistics.cohorts), np.finfo(float).tiny)[:, None]
    expected: Floats = rates.expected(statistics.cohorts, statistics.seasons, statistics.exposure / size).sum(axis=1)
    return expected


def _information(statistics: FailureStatistics, rates: Rates, memory: Memory) -> Floats:
    """Information of a cohort's fault against a Poisson fault: 1 / (1 + expected faults per asset / shape)."""
    shape = memory.shape(log_length(statistics.cohorts))
    information: Floats = 1.0 / (1.0 + _expected(statistics, rates) / statistics.assets / shape)
    return information
