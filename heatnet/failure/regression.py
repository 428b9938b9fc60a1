"""Maximum of a penalised Poisson likelihood whose rows are cohorts in seasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet._arrays import Floats
from heatnet.failure.positive_definite import lower_factor, solution
from heatnet.failure.products import product, product_over_rows

_LARGEST_STEP = 2.0
_LARGEST_LOG_RATE = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class CountProblem:
    """Counts of cohorts in seasons, and what explains them.

    ``log E[faults] = log base + columns @ b + ages @ a + level of the season``; the coefficients b, a, levels follow
    each other in this order in all vectors.

    Attributes
    ----------
    columns : array (cohorts, p)
        Attributes that do not change from season to season.
    ages : array (cohorts, seasons, q)
        Columns of age.
    base, faults : array (cohorts, seasons)
        Expected faults where all coefficients are 0; recorded faults.
    weight : array (cohorts, 1)
        Information of a fault relative to a Poisson count, 0 to 1.
    """

    columns: Floats
    ages: Floats
    base: Floats
    faults: Floats
    weight: Floats

    def derivatives(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return the gradient and information of the weighted log-likelihood."""
        p, q = self.columns.shape[1], self.ages.shape[2]
        of_b, of_a, of_s = slice(0, p), slice(p, p + q), slice(p + q, None)
        cohorts, seasons = self.faults.shape
        ages = self.ages.reshape(cohorts * seasons, q)
        log_rate = product(self.columns, theta[of_b])[:, None] + theta[of_s]
        log_rate += product(ages, theta[of_a]).reshape(cohorts, seasons)
        mean = self.weight * self.base * np.exp(np.minimum(log_rate, _LARGEST_LOG_RATE))
        residual = self.weight * self.faults - mean
        gradient = np.concatenate(
            [
                product_over_rows(self.columns, residual.sum(axis=1, keepdims=True))[:, 0],
                product_over_rows(ages, residual.reshape(-1, 1))[:, 0],
                residual.sum(axis=0),
            ]
        )
        weighted_ages = mean[:, :, None] * self.ages
        information = np.zeros((len(theta), len(theta)))
        information[of_b, of_b] = product_over_rows(self.columns, mean.sum(axis=1)[:, None] * self.columns)
        information[of_b, of_a] = product_over_rows(self.columns, weighted_ages.sum(axis=1))
        information[of_b, of_s] = product_over_rows(self.columns, mean)
        information[of_a, of_a] = product_over_rows(ages, weighted_ages.reshape(-1, q))
        information[of_a, of_s] = weighted_ages.sum(axis=0).T
        information[of_s, of_s] = np.diag(mean.sum(axis=0))
        upper = np.triu(information)
        return gradient, upper + np.triu(information, 1).T


def maximise(
    problem: CountProblem, start: Floats, prior_mean: Floats, precision: Floats, *, tolerance: float
) -> tuple[Floats, Floats]:
    """Return the coefficients at the maximum of likelihood times normal prior, and their posterior covariance.

    Newton steps, shortened where they would change a rate by more than a factor of 7; the function is concave. Near the
    maximum each step is about the square of the one before, so that the last one need not be taken to be known small.
    """
    theta = start
    for _ in range(60):
        gradient, information = problem.derivatives(theta)
        factor = lower_factor(information + np.diag(precision))
        step = solution(factor, gradient - precision * (theta - prior_mean))
        size = float(np.abs(step).max(initial=0.0))
        theta = theta + step * min(1.0, _LARGEST_STEP / max(size, _LARGEST_STEP))
        if size**2 < tolerance:
            break
    return theta, solution(factor, np.eye(len(theta)))
