"""How the rate of faults depends on attributes, age and season."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet.failure.ageing import AGE_SPREADS, STATION_FAULTS_PER_SEASON, AgeReference
from heatnet.failure.attributes import (
    Term,
    attribute_effect,
    choose_terms,
    design,
    is_station,
    pipes_of,
    size_of,
)
from heatnet.failure.positive_definite import lower_factor
from heatnet.failure.products import product
from heatnet.failure.regression import CountProblem, maximise
from heatnet.failure.statistics import FailureStatistics

# Prior of the spread of season levels: as if this many seasons with this spread had been seen.
_LEVEL_SPREAD, _LEVEL_SEASONS = 0.3, 4.0
_LEVEL_HALF_LIFE = 4.0
_SPREAD_ROUNDS = 5
_ROWS_AT_ONCE = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Fitted rates.

    Attributes
    ----------
    terms : tuple of Term
        The attributes' columns.
    ages : AgeReference
        What an unknown age is taken for.
    seasons : array
        Seasons with a level of their own.
    coefficients, covariance : array
        Of the terms, of age, of the seasons; natural logarithm of the rate; and their posterior covariance.
    level_spread : float
        Standard deviation of the level of a season to come, as a share of it.
    """

    terms: tuple[Term, ...]
    ages: AgeReference
    seasons: Ints
    coefficients: Floats
    covariance: Floats
    level_spread: float

    @property
    def levels(self) -> Floats:
        """Logarithm of the level of each season."""
        return self.coefficients[len(self.terms) + len(AGE_SPREADS) :]

    def expected(self, attributes: pd.DataFrame, seasons: Ints, seasons_at_risk: npt.NDArray[Any]) -> Floats:
        """Return expected faults of each row in past seasons: array (rows, seasons)."""
        of_age = self.coefficients[len(self.terms) : len(self.terms) + len(AGE_SPREADS)]
        effect = attribute_effect(attributes, self.terms, self.coefficients)
        scale = size_of(attributes) * pipes_of(attributes) * np.exp(effect)
        station = is_station(attributes)
        laid, row_of = np.unique(attributes["laid_year"].to_numpy(dtype=np.float64), return_inverse=True)
        expected = np.empty((len(attributes), len(seasons)))
        for column, season in enumerate(seasons):
            law, ages = self.ages.columns(laid, int(season))
            by_age = (law * np.exp(ages @ of_age))[row_of]
            level = np.exp(self.levels[np.searchsorted(self.seasons, season)])
            expected[:, column] = scale * np.where(station, STATION_FAULTS_PER_SEASON, by_age) * level
        expected *= seasons_at_risk
        return expected

    def prior_faults(self, statistics: FailureStatistics) -> float:
        """Return faults that the prior alone would have expected of the recorded time at risk."""
        total = 0.0
        for column, season in enumerate(statistics.seasons):
            base, _ = base_and_ages(self.ages, statistics.cohorts, int(season))
            total += float((base * statistics.exposure[:, column]).sum())
        return total

    def forecast(self, attributes: pd.DataFrame, season: int) -> tuple[Floats, Floats]:
        """Return expected faults of each row in a whole season to come, and the variance of their logarithm."""
        level, weight = next_level(self.seasons, self.levels, season)
        static = self.coefficients[: len(self.coefficients) - len(self.levels)]
        root = lower_factor(self.covariance)
        mean, variance = np.empty(len(attributes)), np.empty(len(attributes))
        for first in range(0, len(attributes), _ROWS_AT_ONCE):
            some = slice(first, first + _ROWS_AT_ONCE)
            rows = attributes.iloc[some]
            base, ages = base_and_ages(self.ages, rows, season)
            levels = np.broadcast_to(weight, (len(rows), len(weight)))
            columns = np.concatenate([design(rows, self.terms), ages, levels], axis=1)
            mean[some] = base * size_of(rows) * level * np.exp(product(columns[:, : len(static)], static))
            variance[some] = (product(columns, root) ** 2).sum(axis=1) + self.level_spread**2
        return mean, variance


def fit_rates(statistics: FailureStatistics, weight: Floats, *, near: Rates | None = None) -> Rates:
    """Fit the regression of faults on attributes, age and season.

    Parameters
    ----------
    statistics : FailureStatistics
        Faults and time at risk.
    weight : array (cohorts,)
        Information of a fault relative to a Poisson count, 0 to 1: assets that differ beyond their attributes tell
        less.
    near : Rates, optional
        Rates fitted to the same statistics with other weights: where the search starts.
    """
    cohorts, seasons = statistics.cohorts, statistics.seasons
    at_risk = statistics.exposure.sum(axis=1)
    terms = choose_terms(cohorts, at_risk)
    ages = _age_reference(statistics)
    base, age_columns = np.empty(statistics.faults.shape), np.empty((*statistics.faults.shape, len(AGE_SPREADS)))
    for column, season in enumerate(seasons):
        base[:, column], age_columns[:, column] = base_and_ages(ages, cohorts, int(season))
    base *= statistics.exposure
    problem = CountProblem(design(cohorts, terms), age_columns, base, statistics.faults, weight[:, None])
    start = None if near is None else near.coefficients
    coefficients, covariance = _fit_with_level_spread(problem, terms, len(seasons), start)
    levels = coefficients[len(terms) + len(AGE_SPREADS) :]
    return Rates(terms, ages, seasons, coefficients, covariance, _next_level_spread(seasons, levels))


def next_level(seasons: Ints, levels: Floats, season: int) -> tuple[float, Floats]:
    """Return the level of a season to come, and the share that each past season has in it.

    The mean of the past seasons' levels, recent ones counting more; not of their logarithms, so that one season
    without records lowers it by no more than its share.

    Examples
    --------
    >>> level, shares = next_level(np.array([2018, 2019]), np.log([1.0, 1.0]), 2020)
    >>> level, shares.round(2).tolist()
    (1.0, [0.46, 0.54])
    """
    if not len(seasons):
        return 1.0, np.empty(0)
    weight = 0.5 ** ((season - seasons) / _LEVEL_HALF_LIFE)
    part = weight / weight.sum() * np.exp(levels)
    return float(part.sum()), part / part.sum()


def _age_reference(statistics: FailureStatistics) -> AgeReference:
    laid = statistics.cohorts["laid_year"].to_numpy(dtype=np.float64)
    known = np.isfinite(laid) & ~is_station(statistics.cohorts)
    metres = statistics.assets * statistics.cohorts["length_m"].to_numpy(dtype=np.float64)
    years, row = np.unique(laid[known], return_inverse=True)
    return AgeReference(years, np.bincount(row, weights=metres[known]).astype(np.float64))


def base_and_ages(ages: AgeReference, attributes: pd.DataFrame, season: int) -> tuple[Floats, Floats]:
    """Return the prior rate of each row in a season, per km or station, and its columns of age (0 for a station)."""
    law, columns = ages.columns(attributes["laid_year"].to_numpy(dtype=np.float64), season)
    station = is_station(attributes)
    columns[station] = 0.0
    return np.where(station, STATION_FAULTS_PER_SEASON, pipes_of(attributes) * law), columns


def _fit_with_level_spread(
    problem: CountProblem, terms: tuple[Term, ...], n_seasons: int, start: Floats | None
) -> tuple[Floats, Floats]:
    """Fit, learn how far the seasons' levels spread (expectation and maximisation in turn), and fit again."""
    prior_mean = np.concatenate([[term.mean for term in terms], np.zeros(len(AGE_SPREADS) + n_seasons)])
    spread = np.concatenate([[term.spread for term in terms], AGE_SPREADS, np.full(n_seasons, _LEVEL_SPREAD)])
    precision = 1.0 / spread**2
    levels = slice(len(terms) + len(AGE_SPREADS), None)
    coefficients = prior_mean if start is None else start
    for _ in range(_SPREAD_ROUNDS if n_seasons else 0):
        coefficients, covariance = maximise(problem, coefficients, prior_mean, precision, tolerance=1e-3)
        square = (coefficients[levels] ** 2 + np.diag(covariance)[levels]).sum()
        precision[levels] = (_LEVEL_SEASONS + n_seasons) / (_LEVEL_SEASONS * _LEVEL_SPREAD**2 + square)
    return maximise(problem, coefficients, prior_mean, precision, tolerance=1e-9)


def _next_level_spread(seasons: Ints, levels: Floats) -> float:
    """Spread of the level of the season to come, as a share of it."""
    if not len(seasons):
        return _LEVEL_SPREAD
    level, _ = next_level(seasons, levels, int(seasons[-1]) + 1)
    weight = 0.5 ** ((seasons[-1] - seasons) / _LEVEL_HALF_LIFE)
    seen = weight.sum() ** 2 / (weight**2).sum()
    square = np.average((np.exp(levels) / level - 1.0) ** 2, weights=weight)
    return float(np.sqrt((_LEVEL_SEASONS * _LEVEL_SPREAD**2 + seen * square) / (_LEVEL_SEASONS + seen)))
