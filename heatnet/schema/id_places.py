"""Where the ids of a table stand, found by their letters as one reads a number by its digits.

Ids are made alike: a letter or two and some digits. At each place stands one of few letters, so that an id of so many
bytes is a number in digits of its own, and a list as long as there are such numbers says at which row it stands. That
asks no hash of any text. Where ids are made of many letters the list would be too long, and there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Ints
from heatnet.schema.plain import TEXT_DTYPE

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int32]

_ROWS = 1 << 16  # that are looked at together, so that they stay near the processor
_LONGEST = 24  # bytes of an id
_MOST_SHAPES = 12  # different lengths
_MOST_NUMBERS = 1 << 26
_ROOM = 8  # numbers for each id
_UNKNOWN = -_MOST_NUMBERS  # more than all digits together make, and so often that a sum of them still fits


@dataclass(frozen=True, slots=True, eq=False)
class IdPlaces:
    """The rows of different ids.

    Attributes
    ----------
    digits : mapping of int to array
        By the length of an id, in bytes: what each byte (column) at each place (row) adds to its number.
    rows : array of int
        By number the row of the id, -1 where there is none; the last stands for what is no number.
    """

    digits: dict[int, Numbers]
    rows: Numbers

    @classmethod
    def of(cls, ids: pd.Series[Any] | pd.Index[Any]) -> IdPlaces | None:
        """Return where the ids stand; None where one is missing or stands twice, or they are too many sorts of text.

        Examples
        --------
        >>> places = IdPlaces.of(pd.Series(["S01", "S02", "T1"], dtype="str"))
        >>> places is None or places.find(pd.Series(["T1", "S1", None, "S02"], dtype="str")).tolist() == [2, -1, -1, 1]
        True
        """
        if not _is_arrow(ids) or ids.hasnans or not len(ids):
            return None
        made = _digits_of(ids)
        if made is None:
            return None
        digits, size = made
        rows = np.full(size + 1, -1, dtype=np.int32)
        numbers = _numbers(ids, digits)
        at = np.arange(len(ids), dtype=np.int32)
        rows[numbers] = at
        return cls(digits, rows) if bool((rows[numbers] == at).all()) else None

    def find(self, ids: pd.Series[Any] | pd.Index[Any]) -> Ints | None:
        """Return the row of each id, -1 where it is missing or unknown; None where they are no text of Arrow's."""
        if not _is_arrow(ids):
            return None
        found: Ints = self.rows.take(_numbers(ids, self.digits)).astype(np.int64)
        if ids.hasnans:
            found[ids.isna().to_numpy() if isinstance(ids, pd.Series) else ids.isna()] = -1
        return found


def _is_arrow(ids: pd.Series[Any] | pd.Index[Any]) -> bool:
    return TEXT_DTYPE == "str" and ids.dtype == TEXT_DTYPE and getattr(ids.dtype, "storage", None) == "pyarrow"


def _blocks(ids: pd.Series[Any] | pd.Index[Any]) -> Iterator[tuple[slice, Ints, Bytes]]:
    """Yield rows, where their texts begin and the last one ends, and the bytes of all."""
    first = 0
    for chunk in ids.array.__arrow_array__().chunks:
        _, ends, letters = chunk.buffers()
        wide = np.int64 if str(chunk.type).startswith("large") else np.int32
        starts = np.frombuffer(ends, dtype=wide)[chunk.offset : chunk.offset + len(chunk) + 1]
        data: Bytes = np.frombuffer(letters if letters is not None else b"", dtype=np.uint8)
        for at in range(0, len(chunk), _ROWS):
            some = starts[at : at + _ROWS + 1]
            yield slice(first + at, first + at + len(some) - 1), some.astype(np.int64), data
        first += len(chunk)


def _by_length(starts: Ints, data: Bytes) -> Iterator[tuple[int, Any, Bytes]]:
    """Yield, by the length of texts: which they are, and their letters, one place after the other."""
    lengths = np.diff(starts)
    shortest, longest = int(lengths.min()), int(lengths.max())
    if shortest == longest:
        together = data[starts[0] : starts[-1]].reshape(len(lengths), longest)
        yield longest, slice(None), np.ascontiguousarray(together.T)
        return
    for length in np.unique(lengths).tolist():
        which = np.flatnonzero(lengths == length)
        yield length, which, data[starts[which][None, :] + np.arange(length)[:, None]]


def _digits_of(ids: pd.Series[Any] | pd.Index[Any]) -> tuple[dict[int, Numbers], int] | None:
    """Return, by length, what each byte at each place adds to a number, and how many numbers there are."""
    used: dict[int, npt.NDArray[np.bool_]] = {}
    for _, starts, data in _blocks(ids):
        for length, _, letters in _by_length(starts, data):
            if not length or length > _LONGEST or (length not in used and len(used) == _MOST_SHAPES):
                return None
            seen = used.setdefault(length, np.zeros((length, 256), dtype=bool))
            for place, of_place in enumerate(letters):
                seen[place, of_place] = True
    digits, size = {}, 0
    for length, seen in sorted(used.items()):
        step = 1
        of_length = np.full((length, 256), _UNKNOWN, dtype=np.int32)
        for place in range(length - 1, -1, -1):
            its = np.flatnonzero(seen[place])
            if size + step * len(its) > min(_ROOM * len(ids) + _ROWS, _MOST_NUMBERS):
                return None
            of_length[place, its] = np.arange(len(its)) * step
            step *= len(its)
        of_length[0] += np.where(seen[0], size, 0).astype(np.int32)
        digits[length] = of_length
        size += step
    return digits, size


def _numbers(ids: pd.Series[Any] | pd.Index[Any], digits: dict[int, Numbers]) -> Numbers:
    """Return the number of each text, -1 (the last) where it is none."""
    found = np.full(len(ids), -1, dtype=np.int32)
    for rows, starts, data in _blocks(ids):
        of_rows = found[rows]
        for length, which, letters in _by_length(starts, data):
            if length not in digits:
                continue
            number = digits[length][0].take(letters[0])
            for adds, of_place in zip(digits[length][1:], letters[1:], strict=True):
                number += adds.take(of_place)
            of_rows[which] = np.maximum(number, -1)
    return found
