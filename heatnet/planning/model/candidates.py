"""The candidate table: checked, put in one order, priced; what may not be planned is listed apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet.errors import HeatnetError, InfeasiblePlanError
from heatnet.language import Note, note
from heatnet.planning.rules import PlanRules
from heatnet.planning.summer import Summer, first_ids
from heatnet.value.settings import Prices

MEASURES = ("renew", "part", "clean", "balance", "valve")
TRENCH_MEASURES = ("renew", "part")
HEATING_TIMES_OF_CLAIM = 2

_TEXT = ("asset_kind", "from_node", "to_node", "street", "community", "owner", "measure", "fund", "section_id")
_NUMBER = ("cold_household_hours", "length_m", "diameter_mm", "cost", "removes", "households_shut")


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidate cures in one fixed order (by asset_id, then measure), and those set aside.

    Parameters
    ----------
    table : pandas.DataFrame
        RangeIndex; one row per asset and measure; text columns hold None where unknown, `price` is the cost
        of the cure without job cost and without any saving, `hours` the hours it removes per season.
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


def candidate_table(what: Any) -> pd.DataFrame:
    """Candidate rows of a table or of any object with a ``candidates()`` method, checked and in one order.

    Raises
    ------
    HeatnetError
        When a required column is missing, a number cannot be used, or an asset offers a measure twice.
    """
    raw = what.candidates() if not isinstance(what, pd.DataFrame) and hasattr(what, "candidates") else what
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
    missing = [name for name in ("asset_kind", "cold_household_hours") if name not in table.columns]
    if missing:
        raise HeatnetError(f"The candidates have no column {', '.join(missing)}: add it.")
    columns = {name: pd.Series(values, dtype=values.dtype) for name, values in _columns(table).items()}
    return _ordered(pd.DataFrame(columns))


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    columns: dict[str, Any] = {"asset_id": _texts(table["asset_id"])}
    for name in _TEXT:
        columns[name] = _texts(table[name]) if name in table.columns else np.full(len(table), None, object)
    for name in _NUMBER:
        columns[name] = _numbers(table[name], name) if name in table.columns else np.full(len(table), np.nan)
    accepted = table["accepted_on"] if "accepted_on" in table.columns else pd.Series(pd.NaT, index=table.index)
    try:
        columns["accepted_on"] = pd.to_datetime(accepted, format="ISO8601").to_numpy(dtype="datetime64[s]")
    except (TypeError, ValueError) as error:
        raise HeatnetError(f"Candidates, column accepted_on: not every value is a date: {error}.") from error
    columns["measure"] = np.array(["renew" if one is None else one for one in columns["measure"]], dtype=object)
    columns["removes"] = np.where(np.isnan(columns["removes"]), 1.0, columns["removes"])
    return columns


def _texts(column: pd.Series) -> np.ndarray[Any, Any]:
    texts = [str(one) or None for one in np.where(column.isna(), "", column.to_numpy(dtype=object)).tolist()]
    return np.array([*texts, None], dtype=object)[:-1]


def _numbers(column: pd.Series, name: str) -> np.ndarray[Any, Any]:
    try:
        return pd.to_numeric(column).to_numpy(dtype="float64", na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise HeatnetError(f"Candidates, column {name}: not every value is a number: {error}.") from error


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    if any(one is None for one in table["asset_id"]):
        raise HeatnetError("Some candidates have no asset_id: give each row the id of its asset.")
    table = table.sort_values(["asset_id", "measure"], kind="stable", ignore_index=True)
    hours, cost = table["cold_household_hours"], table["cost"]
    _refuse(table, ~table["asset_kind"].isin(["segment", "station"]), "asset_kind is not segment or station")
    _refuse(table, ~table["measure"].isin(MEASURES), f"measure is none of {', '.join(MEASURES)}")
    _refuse(table, ~(np.isfinite(hours) & (hours >= 0)), "cold_household_hours is missing or negative")
    _refuse(table, ~table["removes"].between(0, 1), "removes is no share between 0 and 1")
    _refuse(table, cost.notna() & ~(np.isfinite(cost) & (cost >= 0)), "cost is negative or not finite")
    for name in ("length_m", "diameter_mm", "households_shut"):
        value = table[name]
        _refuse(table, value.notna() & ~(np.isfinite(value) & (value >= 0)), f"{name} is negative or not finite")
    in_section = table[table["asset_kind"] == "segment"].groupby("section_id")["households_shut"]
    differs = table["section_id"].map(in_section.nunique() > 1).eq(True) & (table["asset_kind"] == "segment")
    _refuse(table, differs, "households_shut differs within one section_id")
    _refuse(table, table.duplicated(["asset_id", "measure"]), "the same measure is offered twice")
    if table["asset_id"].duplicated().any():
        kinds = table.groupby("asset_id", sort=False)[["asset_kind", "street", "from_node", "to_node"]]
        differs = kinds.nunique(dropna=False).gt(1).any(axis=1)
        _refuse(table, table["asset_id"].map(differs), "its rows differ in asset_kind, street or end nodes")
    return table


def _refuse(table: pd.DataFrame, is_bad: Any, what: str) -> None:
    bad = np.asarray(is_bad, dtype=bool)
    if bad.any():
        raise HeatnetError(f"Candidates: {what} for {first_ids(table['asset_id'][bad].unique())}: correct these rows.")


def sift_candidates(table: pd.DataFrame, rules: PlanRules) -> Candidates:
    """Candidates that may be planned; the others with the reason, warranty claims in a list of their own."""
    ids, summer = table["asset_id"], rules.summer
    for name, named in (("must", rules.must), ("never", rules.never)):
        unknown = sorted(named - set(ids))
        if unknown:
            raise HeatnetError(f"{name} names assets that are no candidates: {first_ids(unknown)}: check their ids.")
    reason = pd.Series([None] * len(table), index=table.index, dtype=object)

    def put(which: Any, key: str) -> None:
        reason[which] = note(f"planning.{key}")

    if rules.funds is not None:
        put(~table["fund"].isin(list(rules.funds)), "out_no_fund")
    if rules.owners is not None:
        put(~table["owner"].isin(list(rules.owners)), "out_owner")
    claimed = _is_claim(table, summer) & ~ids.isin(list(rules.must))
    put(claimed, "out_warranty")
    put(ids.isin(list(rules.under_way)), "out_under_way")
    put(ids.isin(list(rules.never)), "out_never")
    refused = ids[ids.isin(list(rules.must)) & reason.notna()]
    if len(refused):
        why = reason[refused.index[0]]
        raise InfeasiblePlanError(f"must names assets that may not be planned ({why}): {first_ids(refused.unique())}.")
    left_out = pd.DataFrame({"reason": reason[reason.notna()].to_numpy()}, index=ids[reason.notna()])
    claims = table[claimed & (reason == note("planning.out_warranty"))].set_index("asset_id")
    claims = claims[["asset_kind", "measure", "street", "accepted_on", "cold_household_hours"]]
    notes = []
    if summer is None and table["accepted_on"].notna().any():
        notes.append(note("planning.no_summer_no_warranty"))
    strangers = sorted(rules.under_way - set(ids))
    if strangers:
        notes.append(note("planning.strangers_under_way", ids=strangers, count=len(strangers)))
    kept = table[reason.isna()].reset_index(drop=True)
    return Candidates(kept, left_out[~left_out.index.duplicated()], claims, tuple(notes))


def _is_claim(table: pd.DataFrame, summer: Summer | None) -> pd.Series:
    if summer is None:
        return pd.Series(False, index=table.index)
    # Whole heating times (15 October to 15 April) that lie between acceptance and the summer.
    first = summer.first_day
    last_start = first.year - 1 if (first.month, first.day) > (4, 15) else first.year - 2
    since = pd.Timestamp(last_start - HEATING_TIMES_OF_CLAIM + 1, 10, 15)
    return (table["accepted_on"] > since) & table["accepted_on"].notna()


def with_prices(candidates: Candidates, prices: Prices, rules: PlanRules) -> Candidates:
    """Candidates with `price` (without job cost or saving) and `hours` (removed per season).

    Raises
    ------
    HeatnetError
        When a candidate lacks the length, diameter or households that a limit, the calendar or the price needs.
    """
    table = candidates.table.copy()
    is_segment = (table["asset_kind"] == "segment").to_numpy()
    digs = is_segment & table["measure"].isin(TRENCH_MEASURES).to_numpy()
    has_cost = table["cost"].notna().to_numpy()
    length, diameter = table["length_m"], table["diameter_mm"]
    c0, c1 = prices.cost_per_m
    needs_length = rules.max_km is not None or rules.min_km is not None
    wants_length = (is_segment & ~has_cost) | (digs & (needs_length or rules.summer is not None))
    _refuse(table, wants_length & length.isna().to_numpy(), "length_m is needed and missing")
    if rules.max_households_shut is not None:
        unknown = (digs | ~is_segment) & table["households_shut"].isna().to_numpy()
        _refuse(table, unknown, "households_shut is needed for max_households_shut and missing")
    if c1 > 0:
        missing = is_segment & ~has_cost & diameter.isna().to_numpy()
        _refuse(table, missing, "diameter_mm is needed for the price and missing")
    formula = length * (c0 + (c1 * diameter if c1 > 0 else 0.0))
    formula = formula.where(is_segment, prices.station_cost)
    table["price"] = table["cost"].where(has_cost, formula)
    table["hours"] = table["cold_household_hours"] * table["removes"]
    notes = list(candidates.notes)
    if prices == Prices() and (table["price"] == formula).any():
        notes.append(note("planning.default_prices"))
    guessed = ~has_cost & ~table["measure"].isin(TRENCH_MEASURES).to_numpy()
    if guessed.any():
        notes.append(note("planning.priced_as_renewals", count=int(guessed.sum())))
    return Candidates(table, candidates.left_out, candidates.claims, tuple(notes))
