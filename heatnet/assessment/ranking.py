"""Assets in the order of what their cure returns per money spent, how stable that order is, and the grades that follow.

One draw of the future takes a fault rate from the interval of each asset, a state, impaired or not, from its posterior
(assets that no visit tells apart together), and a factor for each value in money; the order of many draws gives each
rank its range. With G of mean 1, a = faults_after / faults_mean, S the state, p its probability, v the factors::

    ratio = [ max(0, G - a) * (repairs * v0 + without heat * v1 + cold in outages * v2)
              + heat * v3 + chronic cold / p * S * v2 ] / cost

each part summed over the life of the cure as in `heatnet.value.worth`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.errors import HeatnetError
from heatnet.value import Settings
from heatnet.value.order import order_of_ratios
from heatnet.value.risk import is_station
from heatnet.value.worth import seasons_sum

# Number of drawn futures by the most assets for which it is taken: more would take longer than all else together.
DRAWS_BY_SIZE = ((50_000, 200), (500_000, 100))
FEWEST_DRAWS = 50
_NORMAL_95 = 1.6448536269514722  # 95 % quantile of the standard normal distribution
_GRADES = ((0.8, "A"), (0.2, "B"))
_DRAWN_FROM = [
    *("ratio", "worth", "length_m", "asset_kind", "impaired_prob", "group_prob", "ambiguity_group", "faults_mean"),
    *("faults_low", "faults_high", "faults_after", "repair_risk", "outage_risk", "outage_hours", "cost"),
    *("worth_heat", "worth_cold"),
]
_FREE = 1e-6  # what a cure that costs nothing counts as costing in the draws

_Float32s = npt.NDArray[np.float32]


def rank_assets(
    assets: pd.DataFrame,
    *,
    grade_share: float = 0.024,
    settings: Settings | None = None,
    draws: int | None = None,
    rng: Any = 0,
) -> pd.DataFrame:
    """Return the assets in the order of what their renewal returns per money spent, best cure first.

    Parameters
    ----------
    assets : DataFrame
        Index asset_id; ``asset_kind``, ``length_m`` (NaN for a station), ``faults_mean``, ``faults_low``,
        ``faults_high`` (90 % interval), ``faults_after``, ``impaired_prob``, ``group_prob``, ``ambiguity_group``, the
        parts of `heatnet.value.risk_parts`, ``outage_hours`` and the columns of `heatnet.value.worth_parts`. Other
        columns are carried along.
    grade_share : float
        Share of the network's length that one summer can cure, above 0 and at most 1.
    settings : Settings, optional
        Its values say how far they may be off (`Values.uncertain`).
    draws : int, optional
        Number of drawn futures; by default 200, for more than 50,000 assets 100, for more than 500,000 assets 50.
    rng : int or numpy Generator
        Seed of the draws.

    Returns
    -------
    DataFrame
        Index asset_id in the order of rank: ``rank`` (from 1; by ratio, then worth, to nine digits, then id as text),
        ``rank_low``, ``rank_high`` (90 % interval over the draws), ``grade`` (A: among the best `grade_share` of length
        in at least 80 % of draws, B: 20 %, C: less) and the given columns.

    Raises
    ------
    HeatnetError
        `grade_share` or `draws` out of range.
    """
    if not 0 < grade_share <= 1:
        raise HeatnetError(f"grade_share is a share of the length above 0 and at most 1, not {grade_share}")
    draws = _usual_draws(len(assets)) if draws is None else draws
    if draws < 1:
        raise HeatnetError(f"draws is the number of drawn futures, 1 or more, not {draws}")
    settings = Settings() if settings is None else settings
    by_id = _sorted_as_text(assets.index)
    is_in_order = bool((np.diff(by_id) > 0).all())
    table = assets[_DRAWN_FROM] if is_in_order else assets[_DRAWN_FROM].take(by_id)
    ratio, worth = (table[name].to_numpy(dtype=np.float64) for name in ("ratio", "worth"))
    order = order_of_ratios(ratio, worth)
    future = _Future.of(table, settings)
    length = np.nan_to_num(table["length_m"].to_numpy(dtype=np.float64))
    del table
    spread = _spread(length, future, grade_share=grade_share, draws=draws, rng=np.random.default_rng(rng))
    del future, length
    rank = np.arange(1, len(order) + 1)
    columns, index = dict(assets.items()), assets.index
    del assets
    ranked = _taken(columns, index, order if is_in_order else by_id[order])
    ranked["rank"] = rank
    ranked["rank_low"] = np.minimum(spread["rank_low"][order], rank)
    ranked["rank_high"] = np.maximum(spread["rank_high"][order], rank)
    ranked["grade"] = spread["grade"][order]
    return ranked


def _taken(columns: dict[Any, pd.Series[Any]], index: pd.Index[Any], order: Ints) -> pd.DataFrame:
    """Return the columns as a table of rows in this order; each is let go of once it is taken."""
    rows = index.take(order)
    for name in list(columns):
        column = columns.pop(name)
        columns[name] = pd.Series(column.array.take(order), index=rows, dtype=column.dtype, copy=False)
    return pd.DataFrame(columns, index=rows, copy=False)


def _usual_draws(n_assets: int) -> int:
    return next((draws for most, draws in DRAWS_BY_SIZE if n_assets <= most), FEWEST_DRAWS)


def _sorted_as_text(index: pd.Index[Any]) -> npt.NDArray[np.int64]:
    return np.argsort(index.to_numpy(dtype=object), kind="stable")


@dataclass(frozen=True, slots=True, eq=False)
class _States:
    """Draws of which assets are impaired: those of one group together, each as often as its posterior says.

    A group is ill with its probability; then a point drawn from 0 to 1, and the same point moved on by 1, 2, ..., mark
    members on the line of their probabilities laid end to end. So at least one member of an ill group is.

    Attributes
    ----------
    prob : array
        Per asset: its probability; 0 for members of groups.
    members, group : array of int
        Positions of the members of groups of two or more, group by group, and the number of each one's group.
    group_prob : array
        Per group.
    begins, ends : array
        Per member: its part of the line.
    """

    prob: _Float32s
    members: Ints
    group: Ints
    group_prob: Floats
    begins: Floats
    ends: Floats

    @classmethod
    def of(cls, table: pd.DataFrame) -> _States:
        prob, group_prob = (table[name].to_numpy(dtype=np.float64) for name in ("impaired_prob", "group_prob"))
        codes, names = pd.factorize(table["ambiguity_group"])
        size = np.append(np.bincount(codes[codes >= 0], minlength=len(names)), 0)  # -1, no group: the last one
        members = np.flatnonzero(size[codes] > 1)
        members = members[np.argsort(codes[members], kind="stable")]
        first = np.diff(codes[members], prepend=-1) != 0
        group = np.cumsum(first) - 1
        of_group = np.zeros(int(first.sum()))
        np.maximum.at(of_group, group, np.maximum(group_prob, prob)[members])
        share = np.divide(prob[members], of_group[group], out=np.zeros(len(members)), where=of_group[group] > 0)
        until = np.cumsum(share)
        before = (until - share)[first][group]
        begins = until - share - before
        # A member as likely as its group is ill whenever the group is, rounding or not.
        ends = np.where(share >= 1.0, begins + 1.0, until - before)
        alone = prob.copy()
        alone[members] = 0.0
        return cls(alone.astype(np.float32), members, group.astype(np.int64), of_group, begins, ends)

    def drawn(self, rng: np.random.Generator) -> Truths:
        """Draw which assets are impaired."""
        states = rng.random(len(self.prob), dtype=np.float32) < self.prob
        ill = rng.random(len(self.group_prob)) < self.group_prob
        point = rng.random(len(self.group_prob))
        marked = np.floor(self.ends + point[self.group]) > np.floor(self.begins + point[self.group])
        states[self.members] = ill[self.group] & marked
        return states


@dataclass(frozen=True, slots=True, eq=False)
class _Future:
    """What the renewal of each asset returns in a drawn future, per money spent."""

    states: _States
    log_spread: float
    shape: _Float32s
    kept: _Float32s
    repairs: _Float32s
    without_heat: _Float32s
    cold_in_outages: _Float32s
    heat: _Float32s
    cold_if_ill: _Float32s

    @classmethod
    def of(cls, table: pd.DataFrame, settings: Settings) -> _Future:
        values = settings.values
        number = {
            name: table[name].to_numpy(dtype=np.float64)
            for name in ("faults_mean", "faults_after", "repair_risk", "outage_risk", "outage_hours", "cost",
                         "worth_heat", "worth_cold", "impaired_prob")
        }  # fmt: skip
        mean, prob = number["faults_mean"], number["impaired_prob"]
        after = np.minimum(values.renew_faults * number["faults_after"], mean)
        lasts = _fault_seasons(table, settings) / np.maximum(number["cost"], _FREE)
        in_cold = number["outage_hours"] * values.cold_hour
        ill = np.divide(number["worth_cold"], prob, out=np.zeros(len(prob)), where=prob > 0)
        single = (
            _gamma_shape(table),
            np.divide(after, mean, out=np.ones_like(mean), where=mean > 0),
            number["repair_risk"] * lasts,
            (number["outage_risk"] - in_cold) * lasts,
            in_cold * lasts,
            number["worth_heat"] / np.maximum(number["cost"], _FREE),
            ill / np.maximum(number["cost"], _FREE),
        )
        spread = float(np.log(values.uncertain)) / _NORMAL_95
        parts = [part.astype(np.float32) for part in single]
        return cls(_States.of(table), spread, *parts)

    def drawn(self, rng: np.random.Generator) -> _Float32s:
        """Draw the ratio of every asset."""
        factors = np.exp(self.log_spread * rng.standard_normal(4)).astype(np.float32)
        rate = rng.standard_gamma(self.shape, dtype=np.float32)
        rate /= self.shape
        rate -= self.kept
        np.maximum(rate, 0.0, out=rate)
        harm = self.repairs * factors[0]
        harm += self.without_heat * factors[1]
        harm += self.cold_in_outages * factors[2]
        rate *= harm
        rate += self.heat * factors[3]
        cold = self.cold_if_ill * factors[2]
        cold *= self.states.drawn(rng)
        rate += cold
        return rate


def _fault_seasons(table: pd.DataFrame, settings: Settings) -> Floats:
    values = settings.values
    factor = (1.0 + values.fault_growth) / (1.0 + values.discount)
    of_station, of_segment = seasons_sum(factor, values.station_life), seasons_sum(factor, values.life)
    return np.where(is_station(table), of_station, of_segment)


def _spread(
    length: Floats, future: _Future, *, grade_share: float, draws: int, rng: np.random.Generator
) -> dict[str, Any]:
    """Return the interval of the rank and the grade, from draws of the future."""
    n = len(length)
    limit = grade_share * np.sort(length).sum()
    low, high = int(np.floor(0.05 * (draws - 1))), int(np.ceil(0.95 * (draws - 1)))
    least, greatest = _Least(low + 1, n), _Least(draws - high, n)  # the greatest ranks: the least ones negated
    is_among_best = np.zeros(n, dtype=np.int64)
    places = np.arange(1, n + 1, dtype=np.int32)
    for _ in range(draws):
        order = _most_first(future.drawn(rng))
        ranks = np.empty(n, dtype=np.int32)
        ranks[order] = places
        least.add(ranks)
        greatest.add(-ranks)
        in_order = length[order]
        is_among_best[order] += np.cumsum(in_order) - in_order < limit
    share = is_among_best / draws
    grade = np.select([share >= least_share for least_share, _ in _GRADES], [name for _, name in _GRADES], default="C")
    return {
        "rank_low": least.last(),
        "rank_high": -greatest.last(),
        "grade": grade.astype(object),
    }


class _Least:
    """The few least numbers of each asset among those of many draws, kept in order; no others are kept."""

    def __init__(self, count: int, n: int) -> None:
        self._rows = np.full((count, n), np.iinfo(np.int32).max, dtype=np.int32)

    def add(self, numbers: npt.NDArray[np.int32]) -> None:
        """Take in the numbers of one draw: each row keeps the lesser one and hands the other on."""
        for row in self._rows:
            handed_on = np.maximum(row, numbers)
            np.minimum(row, numbers, out=row)
            numbers = handed_on

    def last(self) -> Ints:
        """Return the greatest of the least numbers."""
        last: Ints = self._rows[-1].astype(np.int64)
        return last


def _most_first(ratios: _Float32s) -> npt.NDArray[np.int64]:
    """Return the order of numbers of 0 or more, the greatest first, equal ones as they stand.

    Above the place of each number stand its bits, which grow as it does; so all keys differ, and any way of sorting
    gives one order.
    """
    place = np.arange(len(ratios), dtype=np.uint64)
    keys = ((~ratios.view(np.uint32)).astype(np.uint64) << np.uint64(32)) | place
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
