"""The candidate table: checked, put in one order, priced; what may not be planned is listed apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Ints, Truths
from heatnet.errors import HeatnetError, InfeasiblePlanError
from heatnet.language import Note, note
from heatnet.planning.rules import MOST_AMOUNT, PlanRules
from heatnet.planning.summer import Summer, first_ids
from heatnet.schema.plain import distinct
from heatnet.value.settings import Prices

MEASURES = ("renew", "part", "clean", "balance", "valve")
TRENCH_MEASURES = ("renew", "part")
SOFT_MEASURES = ("clean", "balance")
HEATING_TIMES_OF_CLAIM = 2

_TEXT = ("asset_kind", "from_node", "to_node", "street", "community", "owner", "measure", "fund", "section_id")
_NUMBER = (
    "cold_household_hours",
    "length_m",
    "diameter_mm",
    "cost",
    "removes",
    "households_shut",
    "worth_faults",
    "worth_heat",
    "worth_cold",
    "stay",
    "past_faults",
    "cold_visits",
    "households_behind",
)
YES = ("true", "1", "1.0", "yes", "y", "是")
WORTH_PARTS = ("worth_faults", "worth_heat", "worth_cold")


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidate cures in one fixed order (by asset_id, then measure), and those set aside.

    Parameters
    ----------
    table : pandas.DataFrame
        RangeIndex; one row per asset and measure; text columns hold None where unknown, `price` is the cost
        of the cure without job cost and without any saving.
    left_out : pandas.DataFrame
        Index asset_id: reason why the asset could not be planned.
    claims : pandas.DataFrame
        Index asset_id: assets still under the contractor's warranty.
    notes : tuple of Note
        What the reader of the plan must know.
    """

    table: pd.DataFrame
    left_out: pd.DataFrame
    claims: pd.DataFrame
    notes: tuple[Note, ...]


def candidate_table(what: Any, prices: Prices | None = None) -> pd.DataFrame:
    """Return candidate rows of a table or of any object with a ``candidates()`` method, checked and in one order.

    Candidates of an assessment are priced anew where `prices` are given. Only a table with `worth` has that column.

    Raises
    ------
    HeatnetError
        When a required column is missing, a number cannot be used, or an asset offers a measure twice.
    """
    raw = _offered(what, prices)
    if not isinstance(raw, pd.DataFrame):
        raise HeatnetError(
            f"Candidates are {type(raw).__name__}: give a table by asset_id, or an object with candidates()."
        )
    table = raw.reset_index() if "asset_id" not in raw.columns else raw.reset_index(drop=True)
    if "asset_id" not in table.columns:
        table = table.rename(columns={table.columns[0]: "asset_id"})
    if {"rank", "grade"} <= set(table.columns) and "from_node" not in table.columns:
        raise HeatnetError(
            "This is an assessment's ranking, which knows no streets and no end nodes: give the assessment itself, or "
            "its candidates()."
        )
    twice = table.columns[table.columns.duplicated()].unique()
    if len(twice):
        raise HeatnetError(f"The candidates have two columns {first_ids(twice)}: leave one out.")
    needed = ("asset_kind",) if "worth" in table.columns else ("asset_kind", "cold_household_hours")
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise HeatnetError(f"The candidates have no column {', '.join(missing)}: add it.")
    columns = {name: pd.Series(values, dtype=values.dtype) for name, values in _columns(table).items()}
    return _ordered(pd.DataFrame(columns))


def _offered(what: Any, prices: Prices | None) -> Any:
    if isinstance(what, pd.DataFrame) or not hasattr(what, "candidates"):
        return what
    is_assessment = prices is not None and hasattr(what, "settings")
    return what.candidates(prices=prices) if is_assessment else what.candidates()


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    columns: dict[str, Any] = {"asset_id": _texts(table["asset_id"])}
    for name in _TEXT:
        columns[name] = _texts(table[name]) if name in table.columns else np.full(len(table), None, object)
    for name in _NUMBER:
        columns[name] = _numbers(table[name], name) if name in table.columns else np.full(len(table), np.nan)
    if "worth" in table.columns:
        columns["worth"] = _numbers(table["worth"], "worth")
        if "cold_household_hours" not in table.columns:
            columns["cold_household_hours"] = np.zeros(len(table))
    columns["measure_first"] = _truths(table)
    accepted = table["accepted_on"] if "accepted_on" in table.columns else pd.Series(pd.NaT, index=table.index)
    try:
        columns["accepted_on"] = pd.to_datetime(accepted, format="ISO8601").to_numpy(dtype="datetime64[s]")
    except (TypeError, ValueError) as error:
        raise HeatnetError(f"Candidates, column accepted_on: not every value is a date: {error}.") from error
    columns["measure"] = np.array(
        ["renew" if measure is None else measure for measure in columns["measure"]], dtype=object
    )
    columns["removes"] = np.where(np.isnan(columns["removes"]), 1.0, columns["removes"])
    return columns


def _texts(column: pd.Series) -> np.ndarray[Any, Any]:
    places, texts = distinct(column)
    words = np.empty(len(texts) + 1, dtype=object)
    words[:-1] = texts  # the last one is None: the place -1
    return np.asarray(words[places])


def _truths(table: pd.DataFrame) -> np.ndarray[Any, Any]:
    if "measure_first" not in table.columns:
        return np.zeros(len(table), dtype=bool)
    if table["measure_first"].dtype == bool:
        return table["measure_first"].to_numpy()
    words = [str(one).strip().lower() for one in table["measure_first"].tolist()]
    return np.array([word in YES for word in words], dtype=bool)


def _numbers(column: pd.Series, name: str) -> np.ndarray[Any, Any]:
    try:
        numbers = pd.to_numeric(column).to_numpy(dtype="float64", na_value=np.nan)
    except (TypeError, ValueError, OverflowError) as error:
        raise HeatnetError(f"Candidates, column {name}: not every value is a number: {error}.") from error
    if (np.abs(numbers[np.isfinite(numbers)]) > MOST_AMOUNT).any():
        raise HeatnetError(
            f"Candidates, column {name}: a value lies beyond {MOST_AMOUNT:g}, which nothing is: correct it."
        )
    return np.asarray(numbers, dtype=np.float64)


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    if table["asset_id"].isna().any():
        raise HeatnetError("Some candidates have no asset_id: give each row the id of its asset.")
    table = table.sort_values(["asset_id", "measure"], kind="stable", ignore_index=True)
    hours, cost = table["cold_household_hours"], table["cost"]
    _refuse(table, ~table["asset_kind"].isin(["segment", "station"]), "asset_kind is not segment or station")
    _refuse(table, ~table["measure"].isin(MEASURES), f"measure is none of {', '.join(MEASURES)}")
    _refuse(table, ~(np.isfinite(hours) & (hours >= 0)), "cold_household_hours is missing or negative")
    if "worth" in table.columns:
        _refuse(table, ~np.isfinite(table["worth"]), "worth is missing or not a number")
    _refuse(table, ~table["removes"].between(0, 1), "removes is no share between 0 and 1")
    _refuse(table, cost.notna() & ~(np.isfinite(cost) & (cost >= 0)), "cost is negative or not finite")
    for name in WORTH_PARTS:
        _refuse(table, np.isinf(table[name]), f"{name} is not finite")
    _refuse(table, table["stay"].notna() & ~table["stay"].between(0, 1), "stay is no share between 0 and 1")
    for name in ("length_m", "diameter_mm", "households_shut"):
        value = table[name]
        _refuse(table, value.notna() & ~(np.isfinite(value) & (value >= 0)), f"{name} is negative or not finite")
    in_section = table["section_id"].where(table["asset_kind"] == "segment")
    shut = table["households_shut"].groupby(in_section, sort=False)
    differs = (shut.transform("max") > shut.transform("min")).to_numpy()
    _refuse(table, differs, "households_shut differs within one section_id")
    again = np.flatnonzero(~begins_asset(table))  # rows of one asset stand together
    _refuse(table.iloc[again], ~_differs_from_above(table, again, "measure"), "the same measure is offered twice")
    told = [_differs_from_above(table, again, name) for name in ("asset_kind", "street", "from_node", "to_node")]
    _refuse(table.iloc[again], np.any(told, axis=0), "its rows differ in asset_kind, street or end nodes")
    return table


def _differs_from_above(table: pd.DataFrame, rows: Ints, column: str) -> Truths:
    """Return whether these rows tell something else than the rows above them; unknown is like unknown."""
    told = table[column].to_numpy(dtype=object)
    return np.asarray(told[rows] != told[rows - 1], dtype=bool)


def begins_asset(table: pd.DataFrame) -> Truths:
    """Return which rows are the first of their asset in a table in order of assets."""
    ids = table["asset_id"].to_numpy(dtype=object)
    first = np.ones(len(ids), dtype=bool)
    first[1:] = ids[1:] != ids[:-1]
    return first


def _refuse(table: pd.DataFrame, is_bad: Any, what: str) -> None:
    bad = np.asarray(is_bad, dtype=bool)
    if bad.any():
        raise HeatnetError(f"Candidates: {what} for {first_ids(table['asset_id'][bad].unique())}: correct these rows.")


def sift_candidates(table: pd.DataFrame, rules: PlanRules) -> Candidates:
    """Return priced candidates that may be planned; the others with the reason, warranty claims in a list of their own.

    Warranty claims are assets that had a fault or cold homes behind them, as far as the candidates tell.
    """
    ids = table["asset_id"]
    for name, named in (("must", rules.must), ("never", rules.never)):
        unknown = sorted(named - set(ids)) if named else []
        if unknown:
            raise HeatnetError(f"{name} names assets that are no candidates: {first_ids(unknown)}: check their ids.")
    reason = _reasons(table, rules)
    is_out = reason.notna().to_numpy()
    gone = is_out & _is_wholly(is_out, table)
    stuck = ids[gone & ids.isin(list(rules.must)).to_numpy()]
    if len(stuck):
        why = reason[stuck.index[0]]
        raise InfeasiblePlanError(f"must names assets that may not be planned ({why}): {first_ids(stuck.unique())}.")
    left_out = pd.DataFrame({"reason": reason[gone].to_numpy()}, index=ids[gone])
    claims = table[(reason == note("planning.out_warranty")) & _has_evidence(table)].set_index("asset_id")
    claims = claims[["asset_kind", "measure", "street", "accepted_on", "cold_household_hours"]]
    claims = claims[claims["measure"].isin(TRENCH_MEASURES) | ~claims.index.duplicated()]
    notes = []
    if rules.summer is None and table["accepted_on"].notna().any():
        notes.append(note("planning.no_summer_no_warranty"))
    strangers = sorted(rules.under_way - set(ids)) if rules.under_way else []
    if strangers:
        notes.append(note("planning.strangers_under_way", ids=strangers, count=len(strangers)))
    kept = table[~is_out].reset_index(drop=True)
    return Candidates(kept, left_out[~left_out.index.duplicated()], claims[~claims.index.duplicated()], tuple(notes))


def _is_wholly(is_out: Truths, table: pd.DataFrame) -> Truths:
    """Return whether all rows of the same asset are out."""
    if not len(table):
        return is_out
    first = begins_asset(table)
    return np.asarray(np.logical_and.reduceat(is_out, np.flatnonzero(first))[np.cumsum(first) - 1])


def _reasons(table: pd.DataFrame, rules: PlanRules) -> pd.Series:
    """Return why each row may not be planned; None where it may. The last reason found stands."""
    ids = table["asset_id"]
    reason = pd.Series([None] * len(table), index=table.index, dtype=object)

    def put(which: Any, key: str) -> None:
        reason[which] = note(f"planning.{key}")

    if "worth" in table.columns:
        put(~table["measure"].isin(TRENCH_MEASURES) & ~(table["worth"] >= table["price"]), "out_does_not_pay")
    if rules.measure_first == "leave":
        put(table["measure_first"], "out_measure_first")
    if rules.funds is not None:
        put(~table["fund"].isin(list(rules.funds)), "out_no_fund")
    if rules.owners is not None:
        put(~table["owner"].isin(list(rules.owners)), "out_owner")
    put(_is_claim(table, rules.summer) & ~ids.isin(list(rules.must)), "out_warranty")
    put(ids.isin(list(rules.under_way)), "out_under_way")
    put(ids.isin(list(rules.never)), "out_never")
    return reason


def _has_evidence(table: pd.DataFrame) -> pd.Series:
    """Return whether an asset had a fault or cold homes behind it; true where nobody tells."""
    told = table[["past_faults", "cold_visits"]]
    return (told > 0).any(axis=1) | told.isna().all(axis=1)


def _is_claim(table: pd.DataFrame, summer: Summer | None) -> pd.Series:
    if summer is None:
        return pd.Series(False, index=table.index)
    # Whole heating times (15 October to 15 April) that lie between acceptance and the summer.
    first = summer.first_day
    last_start = first.year - 1 if (first.month, first.day) > (4, 15) else first.year - 2
    since = pd.Timestamp(last_start - HEATING_TIMES_OF_CLAIM + 1, 10, 15)
    return (table["accepted_on"] > since) & table["accepted_on"].notna()


def priced_table(table: pd.DataFrame, prices: Prices) -> pd.DataFrame:
    """Return candidates with `price`, without job cost or saving; missing where the length or diameter it needs is."""
    is_segment = (table["asset_kind"] == "segment").to_numpy()
    measure, length = table["measure"], table["length_m"]
    c0, c1 = prices.cost_per_m
    per_m = c0 + (c1 * table["diameter_mm"] if c1 > 0 else 0.0)
    price = (length * per_m).where(is_segment, prices.station_cost)
    price = price.mask(is_segment & (measure == "clean"), length * prices.clean_cost_per_m)
    price = price.mask(~is_segment & (measure == "balance"), prices.balance_cost)
    price = price.mask(measure == "valve", prices.valve_cost)
    return table.assign(price=table["cost"].where(table["cost"].notna(), price))


def total_ratio(table: pd.DataFrame) -> float:
    """Return the total worth / total cost of all renewals of a priced table; 0 where they cost nothing."""
    counts = (table["measure"] == "renew") & table["price"].notna()
    cost = math.fsum(table["price"][counts].tolist())
    return max(0.0, math.fsum(table["worth"][counts].tolist()) / cost) if cost > 0 else 0.0


def usable(candidates: Candidates, prices: Prices, rules: PlanRules) -> Candidates:
    """Return the candidates, once each has the length, diameter or households that a limit, a day or a price needs.

    Raises
    ------
    HeatnetError
        When one lacks what is needed.
    """
    table = candidates.table
    is_segment = (table["asset_kind"] == "segment").to_numpy()
    digs = is_segment & table["measure"].isin(TRENCH_MEASURES).to_numpy()
    has_cost = table["cost"].notna().to_numpy()
    by_length = is_segment & ~has_cost & (table["measure"] != "valve").to_numpy()
    limits_length = rules.max_km is not None or rules.min_km is not None or rules.min_job_m > 0
    wants_length = by_length | (digs & (limits_length or rules.summer is not None))
    _refuse(table, wants_length & table["length_m"].isna().to_numpy(), "length_m is needed and missing")
    if rules.max_households_shut is not None:
        unknown = (digs | ~is_segment) & table["households_shut"].isna().to_numpy()
        _refuse(table, unknown, "households_shut is needed for max_households_shut and missing")
    by_diameter = by_length & (table["measure"] != "clean").to_numpy()
    if prices.cost_per_m[1] > 0:
        missing = by_diameter & table["diameter_mm"].isna().to_numpy()
        _refuse(table, missing, "diameter_mm is needed for the price and missing")
    _refuse(table, ~np.isfinite(table["price"].to_numpy(dtype="float64")), "the price is no number")
    notes = list(candidates.notes)
    is_odd = np.where(is_segment, table["measure"] == "balance", table["measure"].isin(["clean", "part"]))
    guessed = ~has_cost & is_odd.astype(bool)
    if guessed.any():
        notes.append(note("planning.priced_as_renewals", count=int(guessed.sum())))
    return Candidates(table, candidates.left_out, candidates.claims, tuple(notes))
