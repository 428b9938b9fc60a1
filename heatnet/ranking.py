"""Assets in the order of what their cure saves, how stable that order is, and why.

One draw of the future takes a fault rate from the interval of each asset and a state, impaired or not, from its
posterior; the order of many draws gives each rank its range. With p the probability that an asset is impaired, a
draw's hours are

    outage_hours * G + (chronic_hours / p) * S,   G ~ Gamma with mean 1,   S ~ Bernoulli(p),

so that their mean is `cold_household_hours`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet.errors import HeatnetError

DRAWS = 200
_NORMAL_95 = 1.6448536269514722  # 95 % quantile of the standard normal distribution
_GRADES = ((0.8, "A"), (0.2, "B"))

Floats = npt.NDArray[np.float64]


def rank_assets(assets: pd.DataFrame, *, grade_share: float = 0.024, draws: int = DRAWS, rng: Any = 0) -> pd.DataFrame:
    """Return the assets in the order of the cold household-hours that their cure saves, best cure first.

    Parameters
    ----------
    assets : DataFrame
        Index asset_id; ``length_m`` (NaN for a station), ``faults_mean``, ``faults_low``, ``faults_high`` (90 %
        interval), ``impaired_prob``, ``outage_hours``, ``chronic_hours`` (expected per season), all 0 or more. Other
        columns are carried along.
    grade_share : float
        Share of the network's length that one summer can cure, above 0 and at most 1.
    draws : int
        Number of drawn futures.
    rng : int or numpy Generator
        Seed of the draws.

    Returns
    -------
    DataFrame
        Index asset_id in the order of rank: ``rank`` (from 1), ``rank_low``, ``rank_high`` (90 % interval over the
        draws), ``cold_household_hours`` (outage plus chronic hours) with ``hours_low``, ``hours_high``, ``grade`` (A:
        among the best `grade_share` of length in at least 80 % of draws, B: 20 %, C: less) and the given columns. Equal
        hours stand in the order of their ids as text.

    Raises
    ------
    HeatnetError
        `grade_share` or `draws` out of range.

    Examples
    --------
    >>> assets = pd.DataFrame(
    ...     {"length_m": [100.0, 50.0], "faults_mean": 0.1, "faults_low": 0.05, "faults_high": 0.2,
    ...      "impaired_prob": 0.0, "outage_hours": [3.0, 900.0], "chronic_hours": 0.0},
    ...     index=pd.Index(["S1", "S2"], name="asset_id"))
    >>> rank_assets(assets, grade_share=0.3)[["rank", "rank_low", "rank_high", "grade"]].values.tolist()
    [[1, 1, 1, 'A'], [2, 2, 2, 'C']]
    """
    if not 0 < grade_share <= 1:
        raise HeatnetError(f"grade_share is a share of the length above 0 and at most 1, not {grade_share}")
    if draws < 1:
        raise HeatnetError(f"draws is the number of drawn futures, 1 or more, not {draws}")
    table = assets.iloc[_sorted_as_text(assets.index)]
    hours = (table["outage_hours"] + table["chronic_hours"]).to_numpy(dtype=np.float64)
    order = np.argsort(-hours, kind="stable")
    spread = _spread(table, hours, grade_share=grade_share, draws=draws, rng=np.random.default_rng(rng))
    rank = np.empty(len(table), dtype=np.int64)
    rank[order] = np.arange(1, len(table) + 1)
    columns = {"rank": rank, "cold_household_hours": hours, **spread}
    ranked = table.assign(**columns).iloc[order]
    return ranked.assign(
        rank_low=np.minimum(ranked["rank_low"], ranked["rank"]),
        rank_high=np.maximum(ranked["rank_high"], ranked["rank"]),
    )


def _sorted_as_text(index: pd.Index[Any]) -> npt.NDArray[np.int64]:
    return np.argsort(index.to_numpy(dtype=object), kind="stable")


def _spread(
    table: pd.DataFrame, hours: Floats, *, grade_share: float, draws: int, rng: np.random.Generator
) -> dict[str, Any]:
    """Return the intervals of rank and hours and the grade, from draws of the future."""
    n = len(table)
    length = np.nan_to_num(table["length_m"].to_numpy(dtype=np.float64))
    limit = grade_share * length.sum()
    outage = table["outage_hours"].to_numpy(dtype=np.float64)
    prob = table["impaired_prob"].to_numpy(dtype=np.float64)
    chronic = np.divide(table["chronic_hours"].to_numpy(dtype=np.float64), prob, out=np.zeros(n), where=prob > 0)
    shape = _gamma_shape(table)
    ranks = np.empty((draws, n), dtype=np.int32)
    drawn = np.empty((draws, n), dtype=np.float32)
    is_among_best = np.zeros(n, dtype=np.int64)
    for draw in range(draws):
        future = outage * rng.gamma(shape) / shape + chronic * (rng.random(n) < prob)
        order = np.argsort(-future, kind="stable")
        ranks[draw, order] = np.arange(1, n + 1)
        drawn[draw] = future
        before = np.cumsum(length[order]) - length[order]
        is_among_best[order] += (before < limit) & (future[order] > 0)
    share = is_among_best / draws
    grade = np.select([share >= least for least, _ in _GRADES], [name for _, name in _GRADES], default="C")
    low, high = int(np.floor(0.05 * (draws - 1))), int(np.ceil(0.95 * (draws - 1)))
    ranks.partition([low, high], axis=0)
    drawn.partition([low, high], axis=0)
    return {
        "rank_low": ranks[low].astype(np.int64),
        "rank_high": ranks[high].astype(np.int64),
        "hours_low": np.minimum(drawn[low].astype(np.float64), hours),
        "hours_high": np.maximum(drawn[high].astype(np.float64), hours),
        "grade": grade.astype(object),
    }


def _gamma_shape(table: pd.DataFrame) -> Floats:
    """Return the shape of a Gamma distribution of mean 1 whose spread is that of the interval of the rate."""
    mean = table["faults_mean"].to_numpy(dtype=np.float64)
    deviation = (table["faults_high"] - table["faults_low"]).to_numpy(dtype=np.float64) / (2 * _NORMAL_95)
    relative = np.divide(deviation, mean, out=np.ones_like(mean), where=mean > 0)
    shape: Floats = 1.0 / np.clip(relative, 0.01, 10.0) ** 2
    return shape


def reasons(ranking: pd.DataFrame) -> pd.Series[Any]:
    """Return one plain sentence for each asset, built from the numbers of its own row.

    Parameters
    ----------
    ranking : DataFrame
        Index asset_id; ``asset_kind``, ``length_m``, ``laid_year``, ``past_faults``, ``past_seasons``, ``visits``,
        ``cold_visits``, ``buildings_lost``, ``households_lost``, ``outage_hours``, ``chronic_hours``. Unknown: NaN.

    Returns
    -------
    Series
        Text by asset_id: what weighs most comes first.
    """
    rows = ranking.to_dict("records")
    return pd.Series([_reason(row) for row in rows], index=ranking.index, name="reason", dtype=object)


def _reason(row: dict[Any, Any]) -> str:
    chronic, outage = _visit_words(row), [*_laying_words(row), *_fault_words(row), _loss_words(row)]
    parts = [*chronic, *outage] if row["chronic_hours"] > row["outage_hours"] else [*outage, *chronic]
    return "; ".join(parts)


def _laying_words(row: dict[Any, Any]) -> list[str]:
    if row["asset_kind"] == "station":
        return []
    return ["laying year unknown" if pd.isna(row["laid_year"]) else f"laid {row['laid_year']:.0f}"]


def _fault_words(row: dict[Any, Any]) -> list[str]:
    seasons = int(row["past_seasons"])
    if not seasons:
        return []
    where = "" if row["asset_kind"] == "station" else f" on {row['length_m']:.0f} m"
    return [f"{_counted(int(row['past_faults']), 'fault')} in {_counted(seasons, 'season')}{where}"]


def _loss_words(row: dict[Any, Any]) -> str:
    if row["buildings_lost"] == 0:
        return "its outage cuts off no building"
    buildings = _counted(int(row["buildings_lost"]), "building")
    return f"its outage cuts off {buildings} with {row['households_lost']:.0f} households"


def _visit_words(row: dict[Any, Any]) -> list[str]:
    visits = int(row["visits"])
    return [f"{int(row['cold_visits'])} of {_counted(visits, 'visit')} behind it cold"] if visits else []


def _counted(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"
