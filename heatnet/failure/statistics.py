"""What the regression needs to know of a history, and no more: faults and time at risk by cohort and season."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet.failure.attributes import (
    ASKED_OF_ASSETS,
    COHORT_COLUMNS,
    modelled_attributes,
    plain_words,
    rounded,
    size_of,
)
from heatnet.history.assets import asset_table
from heatnet.history.exposure import History


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FailureStatistics:
    """Faults and time at risk of assets that agree in all attributes; those of several networks can be added up.

    Attributes
    ----------
    cohorts : DataFrame
        One row per cohort, columns of `COHORT_COLUMNS`, numbers rounded.
    seasons : array
        The seasons, ascending.
    faults, exposure : array (cohorts, seasons)
        Recorded faults; km x seasons at risk (stations: seasons).
    assets : array (cohorts,)
        Number of assets.
    """

    cohorts: pd.DataFrame
    seasons: Ints
    faults: Floats
    exposure: Floats
    assets: Floats

    def __repr__(self) -> str:
        size = f"{len(self.cohorts)} cohorts, {len(self.seasons)} seasons"
        return f"FailureStatistics({size}, {self.faults.sum():.0f} faults)"

    def __add__(self, other: FailureStatistics) -> FailureStatistics:
        """Add the faults and the time at risk of two sets of assets, cohort by cohort and season by season."""
        seasons = np.union1d(self.seasons, other.seasons)
        faults: list[Floats] = []
        exposure: list[Floats] = []
        for part in (self, other):
            columns = np.searchsorted(seasons, part.seasons)
            for values, parts in ((part.faults, faults), (part.exposure, exposure)):
                widened = np.zeros((len(values), len(seasons)))
                widened[:, columns] = values
                parts.append(widened)
        cohorts = pd.concat([self.cohorts, other.cohorts], ignore_index=True)
        assets = np.concatenate([self.assets, other.assets])
        return sum_cohorts(cohorts, seasons, np.concatenate(faults), np.concatenate(exposure), assets)[0]


def failure_statistics(
    history: History, *, network: int = 0, attributes: pd.DataFrame | None = None
) -> tuple[FailureStatistics, Ints]:
    """Return the statistics of a history, and the cohort of each of its lives.

    Parameters
    ----------
    history : History
        From `heatnet.asset_seasons`.
    network : int
        Number of the network; cohorts of different networks stay apart, so that each has its own level.
    attributes : DataFrame, optional
        What `life_attributes` returns of the history, where it is known already.
    """
    if attributes is None:
        attributes = life_attributes(history, network)
    size = size_of(attributes)
    return sum_cohorts(
        rounded(attributes),
        history.seasons,
        history.lives.faults,
        history.lives.seasons_at_risk,
        np.ones(len(attributes)),
        size=size,
    )


def life_attributes(history: History, network: int) -> pd.DataFrame:
    """Return attributes of every life of a history: those of its asset, with the laying year of the life."""
    lives = history.lives
    assets = asset_table(history.network, ASKED_OF_ASSETS)
    attributes = modelled_attributes(assets, history.water.mean(), network)
    del assets
    if len(lives.asset) > len(attributes):  # the lives that have ended stand behind the current ones
        attributes = attributes.take(lives.asset)
    attributes = attributes.copy(deep=False)  # one column of many is another
    attributes["laid_year"] = lives.laid_year
    attributes.index = pd.RangeIndex(len(attributes))
    return attributes


def sum_cohorts(
    attributes: pd.DataFrame,
    seasons: Ints,
    faults: npt.NDArray[Any],
    exposure: npt.NDArray[Any],
    assets: Floats,
    *,
    size: Floats | None = None,
) -> tuple[FailureStatistics, Ints]:
    """Add up the rows that agree in all attributes, and tell the cohort of each row; cohorts are sorted.

    What is at risk counts times `size`, season by season, so that no second table of rows and seasons is made.
    """
    cohort = np.zeros(len(attributes), dtype=np.int64)
    for name in COHORT_COLUMNS:
        column = attributes[name]
        is_coded = isinstance(column.dtype, pd.CategoricalDtype)  # categories stand in order
        codes = column.cat.codes.to_numpy() if is_coded else pd.factorize(column.to_numpy(), sort=True)[0]
        codes = codes.astype(np.int64)
        if codes.max(initial=-1) - codes.min(initial=0) > 0:
            pairs = cohort * (codes.max() + 2) + codes + 1
            cohort = np.unique(pairs, return_inverse=True)[1].astype(np.int64)
    first = np.unique(cohort, return_index=True)[1]
    sums = np.zeros((2, len(first), len(seasons)))
    for place in range(len(seasons)):
        at_risk = exposure[:, place] if size is None else exposure[:, place] * size
        for row, values in enumerate((faults[:, place], at_risk)):
            sums[row, :, place] = np.bincount(cohort, weights=values, minlength=len(first))
    statistics = FailureStatistics(
        cohorts=plain_words(attributes.iloc[first].reset_index(drop=True)),
        seasons=seasons,
        faults=sums[0],
        exposure=sums[1],
        assets=np.bincount(cohort, weights=assets, minlength=len(first)).astype(np.float64),
    )
    return statistics, cohort
