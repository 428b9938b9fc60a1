"""Assets in the order of what their cure saves, how stable that order is, and the grades that follow.

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

from heatnet._arrays import Floats
from heatnet.errors import HeatnetError

DRAWS = 200
_NORMAL_95 = 1.6448536269514722  # 95 % quantile of the standard normal distribution
_GRADES = ((0.8, "A"), (0.2, "B"))


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
    cuts_off = np.flatnonzero(outage > 0)
    shape = _gamma_shape(table)[cuts_off]
    may_be_cold = np.flatnonzero((outage > 0) | (chronic > 0))
    ranks = np.empty((draws, n), dtype=np.int32)
    drawn = np.empty((draws, len(may_be_cold)), dtype=np.float32)
    is_among_best = np.zeros(n, dtype=np.int64)
    for draw in range(draws):
        future = chronic * (rng.random(n) < prob)
        future[cuts_off] += outage[cuts_off] * rng.gamma(shape) / shape
        drawn[draw] = future[may_be_cold]
        ranks[draw], best = _ranks(future.astype(np.float32))
        before = np.cumsum(length[best]) - length[best]
        is_among_best[best] += before < limit
    share = is_among_best / draws
    grade = np.select([share >= least for least, _ in _GRADES], [name for _, name in _GRADES], default="C")
    low, high = int(np.floor(0.05 * (draws - 1))), int(np.ceil(0.95 * (draws - 1)))
    ranks.partition([low, high], axis=0)
    drawn.partition([low, high], axis=0)
    hours_low, hours_high = np.minimum(hours, 0.0), np.maximum(hours, 0.0)
    hours_low[may_be_cold] = np.minimum(drawn[low].astype(np.float64), hours[may_be_cold])
    hours_high[may_be_cold] = np.maximum(drawn[high].astype(np.float64), hours[may_be_cold])
    return {
        "rank_low": ranks[low].astype(np.int64),
        "rank_high": ranks[high].astype(np.int64),
        "hours_low": hours_low,
        "hours_high": hours_high,
        "grade": grade.astype(object),
    }


def _ranks(hours: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the rank of each number of 0 or more, and the places of those above 0, the greatest first.

    Equal ones stand as they do; most are 0 and need no sorting: the rank of such a one is its place and how many above
    0 stand behind it.
    """
    is_above = hours > 0
    above = np.flatnonzero(is_above)
    above = above[_most_first(hours[above])]
    rank = np.arange(1, len(hours) + 1) + len(above) - np.cumsum(is_above)
    rank[above] = np.arange(1, len(above) + 1)
    return rank, above


def _most_first(hours: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Return the order of numbers of 0 or more, the greatest first, equal ones as they stand.

    Above the place of each number stand its bits, which grow as it does; so all keys differ, and any way of sorting
    gives one order.
    """
    place = np.arange(len(hours), dtype=np.uint64)
    keys = ((~hours.view(np.uint32)).astype(np.uint64) << np.uint64(32)) | place
    keys.sort()
    return (keys & np.uint64(2**32 - 1)).astype(np.int64)


def _gamma_shape(table: pd.DataFrame) -> Floats:
    """Return the shape of a Gamma distribution of mean 1 whose spread is that of the interval of the rate."""
    mean = table["faults_mean"].to_numpy(dtype=np.float64)
    deviation = (table["faults_high"] - table["faults_low"]).to_numpy(dtype=np.float64) / (2 * _NORMAL_95)
    relative = np.divide(deviation, mean, out=np.ones_like(mean), where=mean > 0)
    shape: Floats = 1.0 / np.clip(relative, 0.01, 10.0) ** 2
    return shape


def with_office_grades(ranking: pd.DataFrame, grades: pd.DataFrame) -> pd.DataFrame:
    """Return the ranking with the grades that the office has set; both grades stay to be seen.

    Parameters
    ----------
    ranking : DataFrame
        Index asset_id; ``grade``.
    grades : DataFrame
        Index asset_id; ``grade`` (A, B or C) and ``grade_reason`` (why; required).

    Returns
    -------
    DataFrame
        A new ranking in the same order: ``grade`` (the office's where it set one), ``grade_computed`` (heatnet's) and
        ``grade_reason`` (missing where the office set none).

    Raises
    ------
    HeatnetError
        An asset is unknown or named twice, a grade is none of A, B, C, or a reason is missing.

    Examples
    --------
    >>> ranking = pd.DataFrame({"grade": ["C", "C"]}, index=pd.Index(["S1", "S2"], name="asset_id"))
    >>> office = pd.DataFrame({"grade": ["A"], "grade_reason": ["hospital main"]}, index=["S2"])
    >>> with_office_grades(ranking, office)[["grade", "grade_computed"]].values.tolist()
    [['C', 'C'], ['A', 'C']]
    """
    absent = {"grade", "grade_reason"} - set(grades.columns)
    if absent:
        raise HeatnetError(f"the table of grades lacks {', '.join(sorted(absent))}")
    for what, bad in (
        ("are not in the ranking", ~grades.index.isin(ranking.index)),
        ("stand more than once", grades.index.duplicated(keep=False)),
        ("have a grade that is none of A, B, C", ~grades["grade"].isin(["A", "B", "C"]).to_numpy()),
        ("have no grade_reason", (grades["grade_reason"].fillna("").astype(str).str.strip() == "").to_numpy()),
    ):
        if bad.any():
            ids = [str(one) for one in grades.index[bad]]
            raise HeatnetError(f"{len(ids)} of the office's grades {what}: {', '.join(ids[:5])}")
    office = grades.reindex(ranking.index)
    return ranking.assign(
        grade=office["grade"].where(office["grade"].notna(), ranking["grade"]),
        grade_computed=ranking["grade"],
        grade_reason=office["grade_reason"],
    )
