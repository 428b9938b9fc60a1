"""What rows are called: worded for those that are asked for, which are few of a million."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Ints, Objects, Truths


@dataclass(frozen=True, slots=True, eq=False)
class RowIds:
    """What the rows of a table are called: by their ids, by their number from 0 on where one is missing.

    Attributes
    ----------
    texts : Series
        The ids.
    numbers : array of int, optional
        The numbers of the rows; None: in their order.
    """

    texts: pd.Series[Any]
    numbers: Ints | None = None

    @classmethod
    def of(cls, ids: Iterable[Any]) -> RowIds:
        """Return what rows are called that have these ids.

        Examples
        --------
        >>> names = RowIds.of(["V1", None, "V3"])
        >>> len(names), names[np.array([1, 2])].tolist(), names.only(np.array([False, True, True]))[[0]].tolist()
        (3, ['1', 'V3'], ['1'])
        """
        if isinstance(ids, RowIds):
            return ids
        if isinstance(ids, pd.Series):
            return cls(ids.reset_index(drop=True))
        return cls(
            pd.Series(ids.array if isinstance(ids, pd.Index) else list(ids), dtype=getattr(ids, "dtype", object))
        )

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[str]:
        return iter(self[np.arange(len(self))].tolist())

    def __getitem__(self, rows: Any) -> Objects:
        """Return the names of some rows, by their positions or by which they are."""
        at = np.asarray(rows)
        at = np.flatnonzero(at) if at.dtype == bool else at.astype(np.int64)
        numbers = at if self.numbers is None else self.numbers[at]
        names = self.texts.iloc[at].tolist()
        worded = [str(number) if pd.isna(name) else str(name) for name, number in zip(names, numbers, strict=True)]
        return np.array([*worded, None], dtype=object)[:-1]

    def only(self, rows: Truths) -> RowIds:
        """Return what these rows are called."""
        numbers = np.flatnonzero(rows) if self.numbers is None else self.numbers[rows]
        return RowIds(self.texts[rows].reset_index(drop=True), numbers)

    def joined(self, others: RowIds) -> RowIds:
        """Return what these rows and others behind them are called."""
        numbers = [np.arange(len(one)) if one.numbers is None else one.numbers for one in (self, others)]
        parts = [one.texts for one in (self, others) if len(one)]
        texts = pd.concat(parts, ignore_index=True) if parts else self.texts
        return RowIds(texts, np.concatenate(numbers))
