"""Ids and words as arrays of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from heatnet.network import Integers

Texts = npt.NDArray[np.object_]


def numbered(letter: str, count: int, width: int) -> Texts:
    """Return ids that count from 1, as wide as the largest needs and at least `width` digits.

    Examples
    --------
    >>> numbered("T", 3, 2).tolist()
    ['T01', 'T02', 'T03']
    """
    width = max(width, len(str(count)))
    ids: list[Any] = [f"{letter}{number:0{width}d}" for number in range(1, count + 1)]
    return np.array(ids, dtype=object)


def worded(words: Sequence[str], codes: Integers) -> Texts:
    """Return the word of each code, nothing where the code is negative or the word is empty.

    Examples
    --------
    >>> worded(["low", "high"], np.array([1, 0, -1])).tolist()
    ['high', 'low', None]
    """
    known: list[Any] = [*(word or None for word in words), None]
    texts: Texts = np.array(known, dtype=object)[np.where(codes < 0, len(known) - 1, codes)]
    return texts
