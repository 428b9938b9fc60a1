"""The largest surprises of a winter: what came that the forecast had hardly allowed, and what may explain it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import nbinom, poisson

from heatnet._arrays import Floats
from heatnet.inventory import Inventory
from heatnet.language import Note, note, worded
from heatnet.planning import Plan
from heatnet.review.carried_out import works_between
from heatnet.review.forecasts import ColdForecast, members_of
from heatnet.season import season_of, season_start

COUNT = 10
LEAST_COUNT = 5
"""Fewer cold visits than these are never counted."""
COLUMNS = ("asset_id", "outcome", "expected", "came", "bits", "why")
PLAIN_SHAPE = 0.5
"""How alike the rates of assets are where nothing but their length is known: a few have most faults."""
_DIGITS, _MOST_SHAPE = 9, 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What surprises are looked for in.

    Attributes
    ----------
    known : Inventory
        Network (rows by id) and records.
    plan : Plan
        Last summer's.
    ranking : DataFrame
        Last summer's ranking.
    faults : DataFrame
        What `fault_forecast` returns.
    cold : ColdForecast or None
        What `cold_forecast` returns.
    season : int
        The winter.
    since : Timestamp
        First day of the summer's work.
    """

    known: Inventory
    plan: Plan
    ranking: pd.DataFrame
    faults: pd.DataFrame
    cold: ColdForecast | None
    season: int
    since: pd.Timestamp


def surprises(told: Told, *, language: str, count: int = COUNT) -> pd.DataFrame:
    """Return the outcomes that the forecast had held least likely, the largest surprise first.

    Faults: by how much length alone would have foretold the count better (`bits_of_counts`). Illness: how far the
    winter's visits moved the probability of a group of assets that nothing tells apart, as relative entropy in bits.

    Returns
    -------
    DataFrame
        Index ``number`` from 1: ``asset_id`` (of a group the smallest), ``outcome`` (faults, impaired), ``expected``
        (faults, or the probability before), ``came`` (faults, or the probability after), ``bits`` (above
        0), ``why``.
    """
    found = pd.concat([_of_faults(told), _of_illness(told)], ignore_index=True)
    order = np.lexsort((found["outcome"].astype(str), found["asset_id"].astype(str), -found["bits"].round(_DIGITS)))
    best = found.iloc[order[:count]].reset_index(drop=True)
    best = best[(best["bits"] > 0).to_numpy(dtype=bool)]
    works = works_between(told.known, told.since, season_start(told.season) - pd.Timedelta(days=1))
    why = [worded(_why(told, row, works), language) for _, row in best.iterrows()]
    table = best.assign(why=pd.Series(why, index=best.index, dtype=object))[list(COLUMNS)]
    return table.set_index(pd.RangeIndex(1, len(table) + 1, name="number"))


def bits_of_counts(came: Floats, mean: Floats, variance: Floats, plain: Floats) -> Floats:
    """Return how much better length alone would have foretold counts than the forecast did, in bits.

    The logarithm (base 2) of the chance of the count by length alone over that by the forecast; both negative binomial.
    So a fault of a short pipe, which nobody can foretell, surprises no more than one of a long pipe, and cutting a pipe
    in two on the drawing changes little.

    Parameters
    ----------
    came, mean, variance : array
        What was counted; the mean expected, and the variance of that mean.
    plain : array
        The mean where nothing but the length is known; rates then differ as an exponential distribution squared
        (shape `PLAIN_SHAPE`).

    Examples
    --------
    >>> ones = np.ones(2)
    >>> bits_of_counts(ones, 0.001 * ones, 0.0 * ones, np.array([0.001, 0.016])).round(1).tolist()
    [-0.0, 3.9]
    """
    by_forecast = _log_chance(came, mean, np.maximum(mean, 1e-12) ** 2 / np.maximum(variance, 1e-12))
    by_length = _log_chance(came, plain, np.full(len(came), PLAIN_SHAPE))
    bits: Floats = (by_length - by_forecast) / np.log(2.0)
    return bits


def _log_chance(came: Floats, mean: Floats, shape: Floats) -> Floats:
    """Return the logarithm of the chance of a count: negative binomial, Poisson where the rate is known well."""
    known = np.maximum(mean, 1e-12)
    return np.where(
        shape > _MOST_SHAPE, poisson.logpmf(came, known), nbinom.logpmf(came, shape, shape / (shape + known))
    )


def bits_of_probability(now: Floats, before: Floats) -> Floats:
    """Return the relative entropy of a probability now to that before, in bits.

    Examples
    --------
    >>> bits_of_probability(np.array([1.0, 0.5]), np.array([0.25, 0.5])).tolist()
    [2.0, 0.0]
    """
    before = np.clip(before, 1e-12, 1.0 - 1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        ill = np.where(now > 0, now * np.log2(now / before), 0.0)
        well = np.where(now < 1, (1.0 - now) * np.log2((1.0 - now) / (1.0 - before)), 0.0)
    bits: Floats = np.maximum(ill + well, 0.0)
    return bits


def _of_faults(told: Told) -> pd.DataFrame:
    rows = told.faults[told.faults["came"].notna().to_numpy(dtype=bool)]
    came, mean = rows["came"].to_numpy(dtype=np.float64), rows["expected"].to_numpy(dtype=np.float64)
    plain = _by_length(rows)
    bits = bits_of_counts(came, mean, rows["variance"].to_numpy(dtype=np.float64), plain)
    return pd.DataFrame(
        {
            "asset_id": rows.index.astype(object),
            "outcome": "faults",
            "expected": mean,
            "came": came,
            "bits": bits,
            "plain": plain,
            "cold": 0,
            "visits": 0,
        }
    )


def _of_illness(told: Told) -> pd.DataFrame:
    if told.cold is None:
        return _of_faults(told).iloc[:0]
    seen, foreseen = told.cold.seen.location.assets, told.cold.foreseen.location.assets
    group = members_of(told.known.network, told.cold.seen).to_numpy(dtype=object)
    prior = np.minimum(foreseen["impaired_prob"].to_numpy(dtype=np.float64), 1.0 - 1e-12)
    table = pd.DataFrame({"group": group, "clear": np.log1p(-prior), "now": seen["group_prob"].to_numpy()})
    table = table.assign(visits=seen["visits"].to_numpy(), cold=seen["cold_visits"].to_numpy())
    table = table[(table["visits"] > 0).to_numpy(dtype=bool)]
    grouped = table.groupby("group", sort=True)
    groups = grouped.agg({"clear": "sum", "now": "first", "visits": "max", "cold": "max"})
    before = -np.expm1(groups["clear"].to_numpy(dtype=np.float64))
    now = groups["now"].to_numpy(dtype=np.float64)
    return pd.DataFrame(
        {
            "asset_id": groups.index.astype(object),
            "outcome": "impaired",
            "expected": before,
            "came": now,
            "bits": bits_of_probability(now, before),
            "plain": np.nan,
            "cold": groups["cold"].to_numpy(),
            "visits": groups["visits"].to_numpy(),
        }
    )


def _why(told: Told, row: pd.Series, works: pd.DataFrame) -> Note:
    """Return what came, and the facts that may explain it."""
    asset = str(row["asset_id"])
    is_fault = row["outcome"] == "faults"
    came = _fault_note(row) if is_fault else _illness_note(row)
    is_bad = bool(row["came"] > row["expected"])
    facts = _work_facts(asset, works, is_bad)
    facts += _fault_facts(told, asset, is_bad) if is_fault else _illness_facts(told, asset)
    facts += _list_facts(told, asset)
    return note("review.surprise", came=came, facts=tuple(facts))


def _fault_note(row: pd.Series) -> Note:
    values = {"faults": int(row["came"]), "expected": float(row["expected"]), "plain": float(row["plain"])}
    return note("review.faults_came", **values)


def _by_length(rows: pd.DataFrame) -> Floats:
    """Return the faults to be expected of each asset by its length alone, of a station those of a station."""
    is_segment = (rows["asset_kind"] == "segment").to_numpy(dtype=bool)
    size = np.where(is_segment, rows["length_m"].to_numpy(dtype=np.float64), 1.0)
    expected, plain = rows["expected"].to_numpy(dtype=np.float64), np.zeros(len(rows))
    for kind in (is_segment, ~is_segment):
        if kind.any():
            plain[kind] = size[kind] * (expected[kind].sum() / size[kind].sum())
    return plain


def _illness_note(row: pd.Series) -> Note:
    visits, cold = int(row["visits"]), _told(int(row["cold"]))
    return note("review.illness", before=float(row["expected"]), now=float(row["came"]), visits=visits, cold=cold)


def _told(count: int) -> Note | str:
    """Return a count of cold homes as it may go round: never 1 to 4."""
    return note("review.few") if 0 < count < LEAST_COUNT else f"{count:,}"


def _work_facts(asset: str, works: pd.DataFrame, is_bad: bool) -> list[Note]:
    done = works[(works["asset_id"] == asset).to_numpy(dtype=bool) & (works["kind"] != "repair").to_numpy(dtype=bool)]
    if not len(done):
        return []
    row = done.iloc[-1]
    key = "review.cure_failed" if is_bad else "review.cure_held"
    return [note(key, kind=note(f"review.kind_{row['kind']}"), day=row["done_on"].date())]


def _fault_facts(told: Told, asset: str, is_bad: bool) -> list[Note]:
    row: Any = told.faults.loc[asset]
    past, laid = int(row["past_faults"]), row["laid_year"]
    facts = [note("review.past_faults", faults=past) if past else note("review.no_past_fault")]
    if row["asset_kind"] == "segment":
        facts.append(note("review.laid_unknown") if pd.isna(laid) else note("review.laid", year=int(laid)))
    faults = told.known.faults
    if is_bad and faults is not None:
        chosen = (faults["asset_id"] == asset) & (season_of(faults["found_on"]) == told.season)
        tests = int(faults["found_by"][chosen].isin(["test", "inspection"]).sum())
        facts += [note("review.found_by_test", faults=tests)] if tests else []
    return facts


def _illness_facts(told: Told, asset: str) -> list[Note]:
    facts = []
    before: Any = told.ranking.loc[asset] if asset in told.ranking.index else None
    if before is not None:
        if int(before["visits"]):
            visits, cold = int(before["visits"]), _told(int(before["cold_visits"]))
            facts.append(note("review.visits_before", visits=visits, cold=cold))
        else:
            facts.append(note("review.nobody_before"))
    if told.cold is not None:
        group = members_of(told.known.network, told.cold.seen)
        others = int((group == group[asset]).sum()) - 1
        facts += [note("review.not_alone", others=others)] if others else []
    return facts


def _list_facts(told: Told, asset: str) -> list[Note]:
    if asset not in told.ranking.index:
        return [note("review.not_ranked")]
    key = "review.in_plan" if asset in told.plan.cures.index else "review.not_in_plan"
    rank: Any = told.ranking.at[asset, "rank"]
    return [note(key, rank=int(rank), assets=len(told.ranking))]
