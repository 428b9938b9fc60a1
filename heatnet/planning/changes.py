"""What became of last year's plan, cure by cure."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from heatnet._typed import typed
from heatnet.planning.plan import Plan

CHANGE_COLUMNS = ("change", "why")


@typed
def plan_changes(last_year: Plan, this_year: Plan, *, done: Iterable[str] = ()) -> pd.DataFrame:
    """Return each cure of two plans as done, carried over, dropped or new, with why.

    Parameters
    ----------
    last_year, this_year : Plan
        The two plans.
    done : iterable of str
        Assets whose cure of last year is finished.

    Returns
    -------
    pandas.DataFrame
        Index asset_id, ascending: change (done, carried over, dropped, new), why (a sentence).

    Examples
    --------
    >>> from heatnet.planning import plan_cures
    >>> table = pd.DataFrame(
    ...     {"asset_kind": "station", "cold_household_hours": [10.0, 20.0]},
    ...     index=pd.Index(["s1", "s2"], name="asset_id"),
    ... )
    >>> first = plan_cures(table, max_stations=1)
    >>> second = plan_cures(table.drop("s2"), max_stations=1)
    >>> plan_changes(first, second, done=["s2"])["change"].to_dict()
    {'s1': 'new', 's2': 'done'}
    """
    finished = {str(one) for one in done}
    before, now = set(last_year.cures.index), set(this_year.cures.index)
    rows: list[tuple[str, str]] = []
    assets = sorted(before | now)
    for asset in assets:
        if asset in before and asset in finished:
            rows.append(("done", f"{asset} was finished."))
        elif asset in before and asset in now:
            rows.append(("carried over", f"It was not finished; {_why(this_year, asset)}"))
        elif asset in before:
            rows.append(("dropped", _why(this_year, asset)))
        else:
            rows.append(("new", _new(last_year, this_year, asset)))
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS), index=pd.Index(assets, dtype=object, name="asset_id"))


def _why(plan: Plan, asset: str) -> str:
    return plan.why(asset) if plan.knows(asset) else f"{asset} is no candidate any more."


def _new(last_year: Plan, this_year: Plan, asset: str) -> str:
    if not last_year.knows(asset):
        return f"{asset} was no candidate last year; {this_year.why(asset)}"
    return f"{this_year.why(asset)} Last year: {last_year.why(asset)}"
