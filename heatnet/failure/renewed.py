"""What the failure model expects of an asset after its renewal."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet._arrays import Floats
from heatnet.failure.ageing import AGE_SPREADS
from heatnet.failure.attributes import attribute_effect, is_station, size_of
from heatnet.failure.rates import Rates, base_and_ages, next_level


def renewed_faults(
    rates: Rates, attributes: pd.DataFrame, season: int, *, life: int, station_life: int, growth: float
) -> Floats:
    """Return faults a season of assets renewed before a season, mean over their ages from 0 to life - 1.

    The rate of an asset with these attributes, laid in `season`, its own factor and that of its surroundings at 1, at
    the season's level; the rate at age k divided by ``growth**k``, for worth lets what is there grow by `growth`.

    Parameters
    ----------
    rates : Rates
        Fitted rates.
    attributes : DataFrame
        From `heatnet.failure.attributes.modelled_attributes`.
    season : int
        The first season of the new asset.
    life, station_life : int
        Seasons counted, of a segment and of a station.
    growth : float
        Growth of the rate of what is not renewed, from season to season, as a factor.
    """
    new = attributes.assign(laid_year=np.where(is_station(attributes), np.nan, float(season)))
    new["wall_left_share"] = new["wall_left_share"].where(new["wall_left_share"].isna(), 1.0)
    level, _ = next_level(rates.seasons, rates.levels, season)
    static = size_of(new) * level * np.exp(attribute_effect(new, rates.terms, rates.coefficients))
    of_age = rates.coefficients[len(rates.terms) : len(rates.terms) + len(AGE_SPREADS)]
    alike = new[["asset_kind", "line", "laid_year"]]
    kinds, first, kind_of = np.unique(
        np.where(is_station(new), 2, alike["line"].to_numpy(dtype=object) == "pair").astype(np.int64),
        return_index=True,
        return_inverse=True,
    )
    mean = np.zeros(len(kinds))
    for number, kind in enumerate(kinds.tolist()):
        row, seasons = alike.iloc[[first[number]]], station_life if kind == 2 else life
        for age in range(seasons):
            base, ages = base_and_ages(rates.ages, row, season + age)
            mean[number] += float(base[0]) * float(np.exp((ages[0] * of_age).sum())) / growth**age / seasons
    faults: Floats = static * mean[kind_of]
    return faults
