"""A table in standard form after some of its rows were changed: only these are brought into form again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Ints, Truths
from heatnet.schema.columns import TableSpec
from heatnet.schema.conforming import conform_leniently

_MOST_SHARE = 0.2


def conformed_changes(given: Any, known: pd.DataFrame, lookup: pd.Index[Any], spec: TableSpec) -> pd.DataFrame | None:
    """Return a changed table in standard form, None where it has to be read as a whole.

    Parameters
    ----------
    given : DataFrame
        `known` with some rows changed, added or left out, as a user made it.
    known : DataFrame
        A table in standard form.
    lookup : Index
        Its ids.
    spec : TableSpec
        What the table should be.
    """
    if not isinstance(given, pd.DataFrame) or list(given.columns) != list(known.columns) or not len(spec.key):
        return None
    if any(given[name].dtype != known[name].dtype for name in known.columns):
        return None
    ids = pd.Index(given[spec.key[0]].to_numpy(dtype=object), dtype=object)
    if not ids.is_unique or ids.hasnans:
        return None
    place = lookup.get_indexer(ids).astype(np.int64)
    differs = _differs(given, known, place)
    if differs.sum() > _MOST_SHARE * len(given):
        return None
    rows = given.reset_index(drop=True)
    if differs.any():
        changed, problems = conform_leniently(rows[differs], spec)
        if problems or len(changed) != differs.sum() or list(changed.columns) != list(known.columns):
            return None
        at = np.flatnonzero(differs)
        for name in changed.columns:
            if not changed[name].equals(rows[name].iloc[at].reset_index(drop=True)):
                rows.loc[differs, name] = changed[name].to_numpy()
    same = all(rows[name].dtype == known[name].dtype for name in known.columns)
    return rows if same else None


def _differs(given: pd.DataFrame, known: pd.DataFrame, place: Ints) -> Truths:
    """Return which rows are new, or differ in a cell from the row of the same id."""
    differs: Truths = place < 0
    if not len(known):
        return np.ones(len(given), dtype=bool)
    count = int((place >= 0).sum())
    stands = bool((place[:count] == np.arange(count)).all())  # rows were changed or added behind, none moved
    for name in known.columns:
        if stands:
            ours, theirs = known[name].iloc[:count], given[name].iloc[:count].set_axis(known.index[:count])
        else:
            ours, theirs = known[name].take(np.maximum(place, 0)), given[name]
            ours, theirs = ours.reset_index(drop=True), theirs.reset_index(drop=True)
        if ours.equals(theirs):
            continue
        equal = (ours == theirs).fillna(False).to_numpy(dtype=bool) | (ours.isna() & theirs.isna()).to_numpy(dtype=bool)
        differs[: len(equal)] |= ~equal
    return differs
