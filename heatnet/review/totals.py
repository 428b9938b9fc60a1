"""What a city reports: households visited, problems found, solved and open, by community and month."""

from __future__ import annotations

import numpy as np
import pandas as pd

ALL = "all"
_COUNTED = ("asset", "building", "home", "own", "fault")


def totals_of(problems: pd.DataFrame, visited: pd.DataFrame) -> pd.DataFrame:
    """Return the totals by community and month; `ProblemLedger.totals` says what the columns mean.

    Parameters
    ----------
    problems : DataFrame
        The ledger's rows.
    visited : DataFrame
        ``community``, ``month``, ``household``: different rows.
    """
    rows = problems[problems["kind"].isin(_COUNTED).to_numpy(dtype=bool)]
    is_solved = rows["state"].isin(["cured", "proven"]) | ((rows["state"] == "not_ours") & rows["closed_on"].notna())
    days = (rows["closed_on"] - rows["opened_on"]).dt.days.where(is_solved)
    counted = pd.DataFrame(
        {
            "community": rows["community"].astype(object),
            "month": rows["opened_on"].dt.strftime("%Y-%m").astype(object),
            "solved": is_solved.astype(np.int64),
            "days": days.astype("float64"),
        }
    )
    parts = [_part(counted, visited, keys) for keys in ([], ["community"], ["month"], ["community", "month"])]
    return pd.concat(parts)


def _part(counted: pd.DataFrame, visited: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the totals of each combination of the keys; ``all`` for what is no key."""
    others = {name: ALL for name in ("community", "month") if name not in keys}
    both = ["community", "month"]
    found = counted.assign(**others).groupby(both)
    homes = visited.assign(**others).drop_duplicates([*both, "household"]).groupby(both)["household"].size()
    counts = pd.DataFrame({"problems_found": found.size(), "problems_solved": found["solved"].sum()})
    table = counts.join(homes.rename("households_visited"), how="outer").fillna(0).astype(np.int64)
    table = table.assign(
        problems_open=table["problems_found"] - table["problems_solved"],
        median_days=found["days"].median().reindex(table.index),
    )
    order = ["households_visited", "problems_found", "problems_solved", "problems_open", "median_days"]
    return table.sort_index()[order]
