"""What is believed about failure rates before any fault has been recorded, and how age enters the regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet._arrays import Floats

STATION_FAULTS_PER_SEASON = 0.03
_KNOTS = np.array([0.0, 10.0, 20.0, 30.0, 45.0, 60.0, 90.0])
_UNKNOWN_AGES = np.arange(1.0, 51.0)

# Columns of age: the logarithm of the ageing law, then a broken line that departs from it, per ten years of age.
AGE_SPREADS = np.concatenate([[0.3], np.full(len(_KNOTS) - 1, 0.15)])


def ageing_law(age: Floats) -> Floats:
    """Return faults per km of single pipe and season at an age: the usual engineering law for district-heating pipes.

    ``0.05 * (0.1 t)**(a - 1)`` with ``a = 0.8`` up to 3 years, ``1`` up to 17, ``0.5 exp(t / 20)`` after: early
    defects, a quiet time, then wear. The age t is taken as at least 1 and at most 30 years: uncapped, the law
    reads 181 per km at 50 years.

    Parameters
    ----------
    age : array
        Years since laying; NaN (unknown) stays NaN.

    Examples
    --------
    >>> ageing_law(np.array([1.0, 10.0, 30.0, 80.0])).round(3).tolist()
    [0.079, 0.05, 0.195, 0.195]
    """
    years = np.clip(age, 1.0, 30.0)
    exponent = np.where(years <= 3.0, 0.8, np.where(years <= 17.0, 1.0, 0.5 * np.exp(years / 20.0)))
    rate: Floats = 0.05 * (0.1 * years) ** (exponent - 1.0)
    return rate


@dataclass(frozen=True, slots=True, eq=False)
class AgeReference:
    """Segments of known age; an unknown age is taken at their mean.

    Attributes
    ----------
    laid_year, weight : array
        Known laying years and the metres that go with each.
    """

    laid_year: Floats
    weight: Floats

    def columns(self, laid_year: Floats, season: int) -> tuple[Floats, Floats]:
        """Return the ageing law (per km of single pipe) and the columns of age in a season.

        Where the laying year is unknown, the law and the age are the means of the segments laid before the season;
        where there are none, the mean of the law over the ages 1 to 50, and 25 years.
        """
        mean_law, mean_age = self._means(season)
        age = season - laid_year
        law = np.where(np.isfinite(age), ageing_law(age), mean_law)
        years = np.maximum(np.where(np.isfinite(age), age, mean_age), 0.0)
        columns = np.empty((len(age), len(_KNOTS)))
        columns[:, 0] = np.log(law / 0.05)
        columns[:, 1:] = np.clip(years[:, None] - _KNOTS[:-1], 0.0, np.diff(_KNOTS)) / 10.0
        return law, columns

    def _means(self, season: int) -> tuple[float, float]:
        age = season - self.laid_year
        weight = np.where(age >= 0.0, self.weight, 0.0)
        if weight.sum() == 0.0:
            return float(ageing_law(_UNKNOWN_AGES).mean()), 25.0
        return float(np.average(ageing_law(age), weights=weight)), float(np.average(age, weights=weight))
