"""One failure model for many networks, fitted to their statistics within memory that their number does not change.

Attributes, age and season act alike in all networks; each network has its own level::

    log E[faults of cohort c of network n in season t] = log exposure_nct + x_c'b + age_ct'a + level_t + v_n,
    v_n ~ Normal(0, 0.7)

Given the levels v, the likelihood depends on the networks only through their summed faults and their summed
``exposure * exp(v)``: cohorts of all networks are added up, past a number of them with numbers rounded more coarsely,
and b, a and the season levels are fitted to the sums. From there one Newton step of all coefficients and levels
together looks at each network by itself, unrounded. This is done twice. What the past of an asset says is learned from
a sample of networks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats
from heatnet.failure import FailureModel, FailureStatistics, failure_statistics
from heatnet.failure.ageing import AGE_SPREADS, STATION_FAULTS_PER_SEASON
from heatnet.failure.attributes import design, is_station, log_length, pipes_of, size_of
from heatnet.failure.memory import HALF_LIVES, Memory, Recorded, learn_memory
from heatnet.failure.positive_definite import inverse
from heatnet.failure.rates import Rates, fit_rates
from heatnet.failure.recording import first_recorded
from heatnet.failure.regression import CountProblem
from heatnet.failure.statistics import life_attributes, sum_cohorts
from heatnet.failure.surroundings import ASKED_OF_ASSETS as PLACES
from heatnet.failure.surroundings import surroundings
from heatnet.history.assets import asset_table
from heatnet.history.exposure import History

A = TypeVar("A")
R = TypeVar("R")
Load = Callable[[str], FailureStatistics]


class Each(Protocol):
    """Runs one task for many arguments and gives each argument with its result, in any order."""

    def __call__(self, task: Callable[[A], R], arguments: Iterable[A], /) -> Iterable[tuple[A, R]]:
        """Run the task for every argument, perhaps several at a time in processes of this machine."""


MOST_COHORTS = 20_000
_LEVEL_SPREAD = 0.7
_LARGEST_STEP = 2.0
_LEAST_PRECISION = 1e-3
_COARSEST = 3
_LEAST_MAKEUP = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class NetworkRates(Rates):
    """Rates at the level of one network: it is part of the coefficient that all assets share."""

    def forecast(self, attributes: pd.DataFrame, season: int) -> tuple[Floats, Floats]:
        """Return expected faults of each row in a season to come, and the variance of their logarithm."""
        mean, variance = Rates.forecast(self, attributes, season)
        # The last digits of a Cholesky factor depend on the number of cores; four digits are plenty for a variance.
        digits = 10.0 ** (3.0 - np.floor(np.log10(variance)))
        return mean, np.round(variance * digits) / digits


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Level of one network.

    Attributes
    ----------
    value : float
        Logarithm of its factor on the rates of all.
    information : float
        Precision of `value` given the coefficients.
    slope : array
        Derivative of its expected faults by the coefficients; empty where the network stands alone.
    """

    value: float
    information: float
    slope: Floats


_NO_LEVEL = Level(0.0, np.inf, np.zeros(0))


@dataclass(frozen=True, slots=True, eq=False)
class NetworkModel:
    """What all networks together tell about one of them."""

    rates: NetworkRates
    memory: Memory

    def fitted(self, history: History) -> FailureModel:
        """Return the failure model of the network with this history."""
        recorded = self.recorded(history)
        past = recorded.past_at_end(self.memory.half_life)
        known = {
            "recorded": past.recorded,
            "expected": past.expected,
            "log_near": past.log_near,
            "log_street": past.log_street,
            "makeup_m3_per_m": recorded.history.water.mean(),
        }
        table = pd.DataFrame(known, index=recorded.history.asset_ids)
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
    """Rates and memory of all networks, and the level of each."""

    rates: Rates
    memory: Memory
    levels: Mapping[str, Level]

    def of(self, name: str) -> NetworkModel:
        """Return what it tells about one network."""
        return NetworkModel(_at_level(self.rates, self.levels[name]), self.memory)


def statistics_of(history: History) -> FailureStatistics:
    """Return faults and time at risk of a network by cohort and season, once faults were recorded in earnest."""
    return failure_statistics(_since_recorded(history))[0]


def one_by_one(task: Callable[[A], R], arguments: Iterable[A], /) -> Iterator[tuple[A, R]]:
    """Run a task for one argument after the other in this process."""
    return ((argument, task(argument)) for argument in arguments)


def fit_joint(
    names: Sequence[str],
    load: Load,
    sample: Mapping[str, History],
    *,
    most_cohorts: int = MOST_COHORTS,
    each: Each = one_by_one,
) -> JointModel:
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
    most_cohorts : int
        Number of cohorts held at once beyond which they are rounded more coarsely.
    each : callable
        Runs what is done for each network by itself; then `load` is sent to other processes perhaps. The model is the
        same to the last digit.

    Returns
    -------
    JointModel
        Of a single network: what `fit_failure_model` finds.
    """
    levels = dict.fromkeys(names, _NO_LEVEL)
    pooled = pool((part for _, part in _as_asked(each(load, names), names)), most_cohorts)
    rates = fit_rates(pooled, np.ones(len(pooled.cohorts)))
    if len(names) > 1:
        _, levels = _newton_step(rates, pooled, levels, _Derivatives(load, rates, None), each)
        parts = _as_asked(each(load, names), names)
        pooled = pool((_at_risk(part, levels[name]) for name, part in parts), most_cohorts)
        rates = fit_rates(pooled, np.ones(len(pooled.cohorts)))
    memory = _learned(sample, rates, levels, HALF_LIVES)
    rates = fit_rates(pooled, _information(pooled, rates, memory), near=rates)
    if len(names) > 1:
        rates, levels = _newton_step(rates, pooled, levels, _Derivatives(load, rates, memory), each)
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
    if coarseness:
        cohorts = _coarser(cohorts, coarseness)
    return sum_cohorts(cohorts, seasons, faults, exposure, assets)[0]


def _widened(values: Floats, seasons: npt.NDArray[np.int64], all_seasons: npt.NDArray[np.int64]) -> Floats:
    wide = np.zeros((len(values), len(all_seasons)))
    wide[:, np.searchsorted(all_seasons, seasons)] = values
    return wide


def _coarser(cohorts: pd.DataFrame, coarseness: int) -> pd.DataFrame:
    """Put 2**coarseness neighbouring classes of length, diameter, wall and make-up water into one, at their middle."""
    size = 2.0**coarseness
    number = {name: cohorts[name].to_numpy(dtype=np.float64) for name in cohorts.select_dtypes("number").columns}
    return cohorts.assign(
        length_m=np.exp(_middle(np.log(number["length_m"]), np.log(2.0) / 2.0, size)),
        diameter_mm=np.exp(_middle(np.log(number["diameter_mm"]), np.log(10.0) / 10.0, size)),
        wall_left_share=_middle(number["wall_left_share"], 0.1, size),
        wall_left_mm=np.exp(_middle(np.log(number["wall_left_mm"]), np.log(1.2), size)),
        makeup_m3_per_m=np.exp(_middle(np.log(number["makeup_m3_per_m"] + _LEAST_MAKEUP), 0.5, size)) - _LEAST_MAKEUP,
    )


def _middle(numbers: Floats, step: float, size: float) -> Floats:
    """Return the middle of the class of `size` steps in which each number lies."""
    classes = np.floor((numbers / step + 0.5) / size)
    middle: Floats = (classes * size + (size - 1.0) / 2.0) * step
    return middle


def _at_risk(statistics: FailureStatistics, level: Level) -> FailureStatistics:
    """Return the statistics with the time at risk multiplied by the network's factor."""
    return replace(statistics, exposure=statistics.exposure * np.exp(level.value))


@dataclass(frozen=True, slots=True, eq=False)
class _Derivatives:
    """Loads the statistics of a network and returns their gradient and information at its level."""

    load: Load
    rates: Rates
    memory: Memory | None

    def __call__(self, one: tuple[str, Level]) -> tuple[Floats, Floats]:
        name, level = one
        return _derivatives(_at_risk(self.load(name), level), self.rates, self.memory)


def _newton_step(
    rates: Rates, pooled: FailureStatistics, levels: Mapping[str, Level], derivatives: _Derivatives, each: Each
) -> tuple[Rates, dict[str, Level]]:
    """Take one Newton step of all coefficients and levels together from the rates that fit the pooled statistics best.

    A level acts as the first coefficient does, on one network. With d and r the information and the gradient of a
    level, h the mixed derivatives, I and g those of the coefficients, P the precision of their prior, sums over
    networks::

        K = P + sum (I - h h'/d),   K db = sum (g - h r/d) - gradient of the prior,   dv = (r - h'db) / d

    and the inverse of K is the covariance of the coefficients. At the best fit the prior's gradient is that of the
    pooled likelihood, and its precision is what the pooled information lacks of the inverse covariance.
    """
    gradient, information = _derivatives(pooled, rates, derivatives.memory)
    precision = np.maximum(np.diag(inverse(rates.covariance)) - np.diag(information), _LEAST_PRECISION)
    of_level = 1.0 / _LEVEL_SPREAD**2
    total, towards = np.diag(precision), -gradient
    gradients, moved = dict[str, float](), dict[str, Level]()
    asked = list(levels.items())
    for (name, level), (gradient, information) in _as_asked(each(derivatives, asked), asked):
        moved[name] = replace(level, information=float(information[0, 0]) + of_level, slope=information[0])
        gradients[name] = float(gradient[0]) - of_level * level.value
        total += information - np.outer(information[0], information[0]) / moved[name].information
        towards += gradient - information[0] * gradients[name] / moved[name].information
    covariance = inverse(total)
    covariance = (covariance + covariance.T) / 2.0
    change = covariance @ towards
    for name, level in moved.items():
        step = (gradients[name] - float(level.slope @ change)) / level.information
        moved[name] = replace(level, value=level.value + float(np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)))
    return replace(rates, coefficients=rates.coefficients + change, covariance=covariance), moved


def _as_asked(found: Iterable[tuple[A, R]], arguments: Iterable[A]) -> Iterator[tuple[A, R]]:
    """Yield what comes in any order in that of the arguments, so that sums round alike; hold only what is too early."""
    early: dict[A, R] = {}
    coming = iter(found)
    for argument in arguments:
        while argument not in early:
            one, result = next(coming)
            early[one] = result
        yield argument, early.pop(argument)


def _derivatives(statistics: FailureStatistics, rates: Rates, memory: Memory | None) -> tuple[Floats, Floats]:
    """Return the gradient and information of the likelihood of the statistics by the coefficients of the rates."""
    cohorts = statistics.cohorts
    weight = np.ones(len(cohorts)) if memory is None else _information(statistics, rates, memory)
    faults, exposure = (
        _widened(values, statistics.seasons, rates.seasons) for values in (statistics.faults, statistics.exposure)
    )
    laid_year, station = cohorts["laid_year"].to_numpy(dtype=np.float64), is_station(cohorts)
    base, ages = np.empty(faults.shape), np.empty((*faults.shape, len(AGE_SPREADS)))
    for column, season in enumerate(rates.seasons):
        law, ages[:, column] = rates.ages.columns(laid_year, int(season))
        base[:, column] = np.where(station, STATION_FAULTS_PER_SEASON, pipes_of(cohorts) * law)
    ages[station] = 0.0
    problem = CountProblem(design(cohorts, rates.terms), ages, base * exposure, faults, weight[:, None])
    return problem.derivatives(rates.coefficients)


def _at_level(rates: Rates, level: Level) -> NetworkRates:
    """Return the rates of a network and their covariance: the level is added to the coefficient that all share."""
    values = {field.name: getattr(rates, field.name) for field in fields(rates)}
    if len(level.slope):
        shared = np.zeros(len(rates.coefficients))
        shared[0] = 1.0
        along = rates.covariance @ level.slope / level.information
        variance = (1.0 + level.slope @ along) / level.information
        values["coefficients"] = rates.coefficients + level.value * shared
        values["covariance"] = (
            rates.covariance - np.outer(along, shared) - np.outer(shared, along) + variance * np.outer(shared, shared)
        )
    return NetworkRates(**values)


def _learned(
    sample: Mapping[str, History], rates: Rates, levels: Mapping[str, Level], half_lives: tuple[float, ...]
) -> Memory:
    recorded = [_recorded(history, _at_level(rates, levels[name])) for name, history in sample.items()]
    return learn_memory(recorded, half_lives=half_lives)


def _recorded(history: History, rates: Rates) -> Recorded:
    known = _since_recorded(history)
    at_risk = known.lives.seasons_at_risk.astype(np.float64)
    expected = rates.expected(life_attributes(known, 0), known.seasons, at_risk)
    return Recorded(known, expected, surroundings(asset_table(known.network, PLACES)))


def _since_recorded(history: History) -> History:
    """Leave out the seasons before faults were recorded in earnest."""
    faults = history.lives.faults.sum(axis=0).astype(np.float64)
    exposure = history.lives.seasons_at_risk.sum(axis=0).astype(np.float64)
    return history.since(history.first_season + first_recorded(faults, exposure)) if len(faults) else history


def _expected(statistics: FailureStatistics, rates: Rates) -> Floats:
    """Return faults expected of each cohort in each season."""
    size = np.maximum(size_of(statistics.cohorts), np.finfo(float).tiny)[:, None]
    return rates.expected(statistics.cohorts, statistics.seasons, statistics.exposure / size)


def _information(statistics: FailureStatistics, rates: Rates, memory: Memory) -> Floats:
    """Return the information of a cohort's fault against a Poisson one: 1 / (1 + expected faults per asset / shape)."""
    shape = memory.shape(log_length(statistics.cohorts))
    per_asset = _expected(statistics, rates).sum(axis=1) / statistics.assets
    information: Floats = 1.0 / (1.0 + per_asset / shape)
    return information
