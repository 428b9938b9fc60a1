"""Ids to positions, and positions in order: small steps that the rest of the room takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Ints
from heatnet.schema import PANDAS_VERSION

SOURCE, STATION, JUNCTION, BUILDING = 0, 1, 2, 3
KIND_CODES = {"source": SOURCE, "station": STATION, "junction": JUNCTION, "building": BUILDING}
COPY_ON_WRITE = PANDAS_VERSION >= (3, 0)


def lookup_of(ids: pd.Index[Any]) -> pd.Index[Any]:
    """Return the different ids as an index of Python text, which finds ids faster than one of pandas' text."""
    lookup: pd.Index[Any] = pd.Index(frozen(ids.unique().to_numpy(dtype=object)), dtype=object)
    return lookup


def positions_in(lookup: pd.Index[Any], ids: Iterable[Any]) -> Ints:
    """Return the position of each id, -1 where it is missing or unknown."""
    wanted = ids if isinstance(ids, (pd.Series, pd.Index)) else pd.Series(ids, dtype=object)
    found = lookup.get_indexer(pd.Index(wanted.to_numpy(dtype=object), dtype=object)).astype(np.int64)
    found[np.asarray(wanted.isna())] = -1
    return found


def text_order(ids: pd.Index[Any]) -> Ints:
    """Return the positions that sort the ids as text."""
    return np.argsort(ids.to_numpy(dtype=object), kind="stable").astype(np.int64)


def ranks_of(order: Ints) -> Ints:
    """Return the new position of each row when the rows are taken in this order."""
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def is_sorted(places: Ints) -> bool:
    """Return whether no number is smaller than the one before it."""
    return bool((places[1:] >= places[:-1]).all())


def frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the array (or a copy, where it is another's view) that can no longer be written to."""
    if array.flags.writeable and array.base is not None:
        array = array.copy()
    array.flags.writeable = False
    return array


def copy_of(table: pd.DataFrame) -> pd.DataFrame:
    """Return a copy that is safe to change; free where pandas copies on write."""
    return table.copy(deep=not COPY_ON_WRITE)
