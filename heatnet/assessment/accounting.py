"""What became of every row of an inventory in an assessment: used, not asked for in its season, or set aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Objects, Truths
from heatnet.inventory import Inventory
from heatnet.inventory.accounts import SET_ASIDE, Fates
from heatnet.inventory.records import DAY_OF
from heatnet.language import Note, note
from heatnet.location.winters import Winters
from heatnet.season import season_start


def fates_in_season(inventory: Inventory, season: int, winters: Winters, explained: pd.DataFrame) -> dict[str, Fates]:
    """Return what became of each row of each table in the assessment of a season.

    Parameters
    ----------
    inventory : Inventory
        What was assessed.
    season : int
        The coming season.
    winters : Winters
        Which visits were used, and by which rule of the cleaning the others were not.
    explained : DataFrame
        Findings about cold visits that a recorded outage explains.

    Returns
    -------
    dict
        By table, in the order of the schema. Beside what is set aside for good: records of the coming season and later,
        visits that the cleaning left out, works that end nothing or ended it before the first winter with visits,
        and digs, which a ranking does not ask for, are not asked for.
    """
    fates = inventory.fates
    for name, day in DAY_OF.items():
        table: pd.DataFrame | None = getattr(inventory, name)
        if table is not None:
            fates[name] = _dated(fates[name], table, day, season)
    if inventory.visits is not None:
        in_outage = inventory.visits["visit_id"].isin(explained["row_id"]).to_numpy(dtype=bool)
        fates["visits"] = fates["visits"].without(_all_rows(fates["visits"], in_outage), "visit_in_outage", SET_ASIDE)
        fates["visits"] = _of_visits(fates["visits"], inventory.visits, winters)
    if inventory.works is not None:
        fates["works"] = _of_works(fates["works"], inventory.works, winters)
    if inventory.makeup is not None:
        is_later = (inventory.makeup["season"] >= season).to_numpy(dtype=bool)
        fates["makeup"] = fates["makeup"].without(_all_rows(fates["makeup"], is_later), "later_season")
    if inventory.digs is not None:
        fates["digs"] = fates["digs"].without(np.ones(len(fates["digs"].ids), dtype=bool), "not_for_a_ranking")
    return fates


# What is said of records that were never kept, by the table, and what is said instead where rows of it were read.
_NEVER_KEPT = {
    "location.no_visits": ("visits", "assessment.no_visits_used"),
    "consequence.share_assumed": ("faults", "assessment.share_assumed"),
    "consequence.outage_time_from_norm": ("faults", "assessment.outage_time_from_norm"),
}


def of_rows_read(notes: Iterable[Note], fates: Mapping[str, Fates]) -> tuple[Note, ...]:
    """Return the notes; none says that a table has no records where rows of it were read and none could be used."""
    told = []
    for said in notes:
        table, instead = _NEVER_KEPT.get(said.key, ("", ""))
        if table in fates and len(fates[table].ids) and not fates[table].is_used.any():
            said = note(instead, rows=len(fates[table].ids), **dict(said.values))
        told.append(said)
    return tuple(told)


def _all_rows(fates: Fates, of_table: Truths) -> Truths:
    """Return truths of the rows of a table for all its fates: behind them stand the rows taken off when it was read."""
    return np.append(of_table, np.zeros(len(fates.ids) - len(of_table), dtype=bool))


def _dated(fates: Fates, table: pd.DataFrame, day: str, season: int) -> Fates:
    days: Any = table[day]
    return fates.without(_all_rows(fates, (days >= season_start(season)).to_numpy(dtype=bool)), "later_season")


def _of_visits(fates: Fates, visits: pd.DataFrame, winters: Winters) -> Fates:
    ids = visits["visit_id"]
    is_left = ~_is_among(ids, winters.visits["visit_id"])
    rules = _rules_of_cleaning(ids, is_left, winters.findings)
    for rule in sorted({str(rule) for rule in rules[is_left]}):
        fates = fates.without(_all_rows(fates, is_left & (rules == rule)), rule)
    return fates


def _is_among(ids: pd.Series[Any], others: pd.Series[Any]) -> Truths:
    """Return which ids are among others, told apart together: few megabytes for a million."""
    codes = pd.factorize(pd.concat([ids, others], ignore_index=True), use_na_sentinel=False)[0]
    is_there = np.zeros(codes.max(initial=-1) + 1, dtype=bool)
    is_there[codes[len(ids) :]] = True
    among: Truths = is_there[codes[: len(ids)]]
    return among


def _rules_of_cleaning(ids: pd.Series[Any], is_left: Truths, findings: pd.DataFrame) -> Objects:
    """Return the rule by which each row was left out: one that was found of no row that stayed."""
    # Few rows are found fault with or left out; a set of all that stayed would hold a million texts.
    stayed = set(ids[~is_left & ids.isin(findings["row_id"]).to_numpy(dtype=bool)])
    only_left = ~findings["rule"].isin(findings.loc[findings["row_id"].isin(stayed), "rule"])
    of_row = dict(zip(findings.loc[only_left, "row_id"], findings.loc[only_left, "rule"], strict=True))
    rules = np.full(len(ids), None, dtype=object)
    rules[is_left] = [of_row.get(str(name), "visit_left_out") for name in ids[is_left]]
    return rules


def _of_works(fates: Fates, works: pd.DataFrame, winters: Winters) -> Fates:
    kind, done_on = works["kind"], works["done_on"]
    is_repair = (kind == "repair").to_numpy(dtype=bool)
    fates = fates.without(_all_rows(fates, is_repair), "ends_nothing")
    is_old = (done_on < season_start(winters.first_season)).to_numpy(dtype=bool)
    is_cleaning = kind.isin(["cleaning", "balancing"]).to_numpy(dtype=bool)
    return fates.without(_all_rows(fates, is_cleaning & is_old), "earlier_season")
