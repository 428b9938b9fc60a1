"""What changed in this year's list against last year's, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from heatnet.assessment.results import Assessment
from heatnet.language import Note, note, worded
from heatnet.planning import Plan, PlanRules, compare, plan_cures

CHANGES = ("done", "done_again", "carried_over", "dropped", "new")


def same_rules(plan: Plan, assessment: Assessment) -> PlanRules:
    """Return what was asked of last year's plan, less what belonged to that summer alone.

    Days, crews, digs, what was under way and what had to be cured are of last summer; limits, money, owners and what is
    left alone stay.
    """
    rules = plan.request.rules
    known = {str(name) for name in assessment.ranking.index}
    return rules.replace(
        digs=None, must=(), under_way=(), summer=None, max_households_shut=None, horizon=1.0, never=rules.never & known
    )


def plan_again(plan: Plan, assessment: Assessment) -> Plan:
    """Return this year's list within last year's limits.

    Raises
    ------
    HeatnetError
        The limits cannot be kept any more.
    """
    return plan_cures(assessment, same_rules(plan, assessment))


def list_changes(
    last: Plan, now: Plan, ranks: tuple[pd.Series[Any], pd.Series[Any]], done: Mapping[str, Any], *, language: str
) -> pd.DataFrame:
    """Return every asset of either list: done, done_again, carried_over, dropped or new, and why.

    Parameters
    ----------
    last, now : Plan
        The two lists.
    ranks : tuple of Series
        The rank of each asset last year and now.
    done : mapping
        Assets that were cured, with the day.
    language : str
        Language of the sentences.

    Returns
    -------
    DataFrame
        Index asset_id, ascending: ``change``, ``measure``, ``street``, ``length_m``, ``cost``, ``worth``,
        ``rank_before``, ``rank_now`` (missing: not ranked), ``why``.
    """
    told = compare(last, now, language=language).cures["why"]
    rows = []
    for asset in told.index:
        is_now, was = asset in now.cures.index, asset in last.cures.index
        source = now.cures if is_now else last.cures
        change = _change(asset in done, was, is_now)
        row: dict[str, Any] = {"asset_id": asset, "change": change}
        for name in ("asset_kind", "measure", "street", "community", "length_m", "cost", "worth"):
            row[name] = source.at[asset, name] if name in source.columns else None
        row["rank_before"], row["rank_now"] = (rank.get(asset) for rank in ranks)
        row["why"] = worded(_why(change, asset, now, done, str(told[asset])), language)
        rows.append(row)
    columns = ["change", "asset_kind", "measure", "street", "community", "length_m", "cost", "worth"]
    table = pd.DataFrame(rows, columns=["asset_id", *columns, "rank_before", "rank_now", "why"])
    numbers = ["length_m", "cost", "worth", "rank_before", "rank_now"]
    table[numbers] = table[numbers].astype("float64")
    return table.set_index("asset_id")


def _change(is_done: bool, was: bool, is_now: bool) -> str:
    if is_done:
        return "done_again" if is_now else "done"
    if was and is_now:
        return "carried_over"
    return "new" if is_now else "dropped"


def _why(change: str, asset: str, now: Plan, done: Mapping[str, Any], compared: str) -> Note | str:
    if change == "done":
        return note("review.done", day=done[asset])
    if change == "done_again":
        return note("review.done_again", day=done[asset], why=now.why_note(asset))
    if change == "carried_over":
        return note("review.carried_over", why=now.why_note(asset))
    return compared
