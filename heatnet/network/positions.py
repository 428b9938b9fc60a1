"""Ids to positions, and positions in order: small steps that the rest of the room takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Ints
from heatnet.schema import PANDAS_VERSION
from heatnet.schema.id_places import IdPlaces

SOURCE, STATION, JUNCTION, BUILDING = 0, 1, 2, 3
KIND_CODES = {"source": SOURCE, "station": STATION, "junction": JUNCTION, "building": BUILDING}
COPY_ON_WRITE = PANDAS_VERSION >= (3, 0)


def lookup_of(ids: pd.Index[Any]) -> pd.Index[Any]:
    """Return the different ids as an index of Python text, which finds ids faster than one of pandas' text."""
    lookup: pd.Index[Any] = pd.Index(frozen(ids.to_numpy(dtype=object)), dtype=object)
    return lookup if lookup.is_unique else pd.Index(frozen(lookup.unique().to_numpy(dtype=object)), dtype=object)


def positions_in(lookup: pd.Index[Any], ids: Iterable[Any]) -> Ints:
    """Return the position of each id, -1 where it is missing or unknown."""
    wanted = ids if isinstance(ids, (pd.Series, pd.Index)) else pd.Series(ids, dtype=object)
    found = lookup.get_indexer(pd.Index(wanted.to_numpy(dtype=object), dtype=object)).astype(np.int64)
    found[np.asarray(wanted.isna())] = -1
    return found


def found_at(places: IdPlaces | None, ids: Iterable[Any]) -> Ints | None:
    """Return the row of each id, -1 where it is missing or unknown; None where they have to be looked up."""
    return places.find(ids) if places is not None and isinstance(ids, (pd.Series, pd.Index)) else None


def placed_among(ids: pd.Index[Any], columns: Sequence[pd.Series[Any]], places: IdPlaces | None = None) -> list[Ints]:
    """Return the positions of the ids in each column, -1 where one is missing or unknown.

    Where it is known at which `places` the ids stand, they are found there. Else all are told apart together, which is
    faster than looking up one after the other among ids that are asked once.

    Examples
    --------
    >>> [places.tolist() for places in placed_among(pd.Index(["A", "B"]), [pd.Series(["B", None, "C", "A"])])]
    [[1, -1, -1, 0]]
    """
    if places is not None:
        found = [places.find(column) for column in columns]
        if all(one is not None for one in found):
            return found  # type: ignore[return-value]
    if ids.hasnans or not len(ids):
        lookup = lookup_of(ids)
        return [positions_in(lookup, column) for column in columns]
    parts = [part for part in (pd.Series(ids), *columns) if len(part)]
    codes = pd.factorize(pd.concat(parts, ignore_index=True))[0].astype(np.int64)
    codes[codes > codes[: len(ids)].max()] = -1
    ends = np.cumsum([len(ids), *(len(column) for column in columns)])
    return [codes[start:end] for start, end in pairwise(ends.tolist())]


@dataclass(frozen=True, slots=True, eq=False)
class Lookups:
    """Where the ids stand that tables of a network name.

    Attributes
    ----------
    found : mapping
        By table and column: positions, -1 where an id is missing or unknown.
    nodes, segments : Index or None
        The different ids, ready to be looked up, where they were before.
    places : mapping
        By table (``nodes``, ``segments``): where its ids stand, all of them different; absent where that is not known.
    """

    found: Mapping[tuple[str, str], Ints] = field(default_factory=dict)
    nodes: pd.Index[Any] | None = None
    segments: pd.Index[Any] | None = None
    places: Mapping[str, IdPlaces] = field(default_factory=dict)

    def is_all_known(self, table: pd.DataFrame, name: str, column: str) -> bool:
        """Return whether every id in a column of a table is known."""
        lost = self.found[name, column] < 0
        return not (lost.any() and table[column].notna().to_numpy(dtype=bool)[lost].any())


_ENDS = (("segments", "from_node"), ("segments", "to_node"), ("valves", "node_id"))
_ON = (("valves", "segment_id"),)


def looked_up(tables: Mapping[str, pd.DataFrame], before: Lookups | None = None) -> Lookups:
    """Return the positions of the ends of segments, and of the places of valves where there are any.

    Positions are rows of the tables where no id stands twice.
    """
    known = before or Lookups()
    found, of_ids = dict(known.found), dict(known.places)
    for lookup, (name, key), asked in (
        (known.nodes, ("nodes", "node_id"), _ENDS),
        (known.segments, ("segments", "segment_id"), _ON),
    ):
        wanted = [one for one in asked if one[0] in tables and one not in found]
        columns = [tables[table][column] for table, column in wanted]
        if lookup is not None:
            places = [positions_in(lookup, column) for column in columns]
        else:
            ids = pd.Index(tables[name][key])
            if name not in of_ids and (places_of := IdPlaces.of(ids)) is not None:
                of_ids[name] = places_of
            places = placed_among(ids, columns, of_ids.get(name)) if columns else []
        found |= dict(zip(wanted, places, strict=True))
    return Lookups(found, known.nodes, known.segments, of_ids)


def kind_codes(kinds: pd.Series[Any]) -> npt.NDArray[np.int8]:
    """Return the code of each kind of node."""
    codes, words = pd.factorize(kinds)
    found: npt.NDArray[np.int8] = np.array([KIND_CODES[word] for word in words.tolist()], dtype=np.int8)[codes]
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
