"""One word per building and week: a crew that copies its remark ten times has looked once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.location.evidence import word_of


def one_word_a_week(visits: pd.DataFrame) -> pd.DataFrame:
    """Return the visits with one word at most per building and week (Monday to Sunday) on its cold rows.

    The most frequent of own (household, building), station and network stays, on the earliest row that says it; of
    equally frequent ones the one said earliest, then the one of the smallest `visit_id`. Other rows stay without a
    cause; causes that say nothing about where the trouble lies stay as they are.

    Parameters
    ----------
    visits : DataFrame
        Visits in standard form.

    Examples
    --------
    >>> visits = pd.DataFrame({
    ...     "visit_id": list("1234"), "building_id": "B", "is_cold": True,
    ...     "visited_on": pd.to_datetime(["2024-01-08", "2024-01-09", "2024-01-10", "2024-01-11"]),
    ...     "cause": ["network", "station", "station", None]})
    >>> one_word_a_week(visits)["cause"].fillna("-").tolist()
    ['-', 'station', '-', '-']
    """
    word = word_of(visits["cause"])
    word[~visits["is_cold"].fillna(False).to_numpy(dtype=bool)] = -1
    rows = np.flatnonzero(word >= 0)
    if not len(rows):
        return visits
    worded = visits.iloc[rows]
    day = worded["visited_on"].to_numpy(dtype="datetime64[D]").astype(np.int64)
    week = (day + 3) // 7  # day 0 was a Thursday
    building = pd.factorize(worded["building_id"])[0]
    name = worded["visit_id"].astype("object").where(worded["visit_id"].notna(), "").to_numpy(dtype=object)
    rank = np.argsort(np.argsort(name.astype(str), kind="stable"), kind="stable")
    said = pd.DataFrame({"row": rows, "building": building, "week": week, "word": word[rows], "day": day, "rank": rank})
    said["times"] = said.groupby(["building", "week", "word"])["row"].transform("size")
    said = said.sort_values(["building", "week", "times", "day", "rank"], ascending=[True, True, False, True, True])
    stays = said.drop_duplicates(["building", "week"])["row"].to_numpy(dtype=np.int64)
    silenced = np.setdiff1d(rows, stays)
    cause = visits["cause"].copy()
    cause.iloc[silenced] = None
    return visits.assign(cause=cause)
