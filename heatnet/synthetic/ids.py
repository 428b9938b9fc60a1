"""Ids and words as columns of text, made without a loop over the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Ints
from heatnet.schema import text_values
from heatnet.synthetic.layout import Layout

Texts = npt.NDArray[np.str_]
_TEXT_TYPE: Any = text_values(pd.Series(["-"])).dtype
_LETTERS = ("H", "T", "J", "B")  # sources, stations, junctions, buildings
_WIDTHS = (1, 2, 5, 5)
_ROWS_AT_ONCE = 65_536  # so that their digits stay at hand


@dataclass(frozen=True, slots=True)
class Ids:
    """Ids of a drawn city; `nodes` and `segments` are columns in the order of the layout."""

    nodes: Any
    segments: Any
    assets: Any
    buildings: Texts


def ids_of(layout: Layout) -> Ids:
    """Return the ids of all nodes, segments and assets."""
    by_kind = [
        numbered(letter, int((layout.node_kind == kind).sum()), width)
        for kind, (letter, width) in enumerate(zip(_LETTERS, _WIDTHS, strict=True))
    ]
    nodes = np.empty(layout.n_nodes, dtype=f"U{max(ids.dtype.itemsize for ids in by_kind) // 4}")
    for kind, ids in enumerate(by_kind):
        nodes[layout.node_kind == kind] = ids
    segments = numbered("S", layout.n_segments, 6)
    return Ids(
        nodes=text_column(nodes),
        segments=text_column(segments),
        assets=text_column(np.concatenate([segments, nodes[layout.stations]])),
        buildings=by_kind[3],
    )


def numbered(letter: str, count: int, width: int) -> Texts:
    """Return ids that count from 1, as wide as the largest needs and at least `width` digits.

    Examples
    --------
    >>> numbered("T", 3, 2).tolist()
    ['T01', 'T02', 'T03']
    """
    width = max(width, len(str(count)))
    return _joined(np.full((count, 1), ord(letter), dtype=np.uint32), _digits(np.arange(1, count + 1), width))


def doors(buildings: Texts, numbers: Ints) -> Texts:
    """Return building ids, all of one width, with the number of a household behind them.

    Examples
    --------
    >>> doors(np.array(["B01", "B02"]), np.array([7, 112])).tolist()
    ['B01-007', 'B02-112']
    """
    letters = np.ascontiguousarray(buildings).view(np.uint32).reshape(len(buildings), -1)
    dash = np.full((len(buildings), 1), ord("-"), dtype=np.uint32)
    return _joined(letters, dash, _digits(numbers, 3))


def text_column(texts: Texts | Sequence[str | None]) -> Any:
    """Return the texts as a column of the standard type.

    Where pandas has a type for text, many are handed over in parts, so that the same memory serves for the Python text
    of each.
    """
    if len(texts) <= _ROWS_AT_ONCE or pd.api.types.is_object_dtype(_TEXT_TYPE):
        return pd.array(np.asarray(texts, dtype=object), dtype=_TEXT_TYPE)
    firsts = range(0, len(texts), _ROWS_AT_ONCE)
    return pd.concat([pd.Series(text_column(texts[first : first + _ROWS_AT_ONCE])) for first in firsts]).array


def worded(words: Sequence[str], codes: Ints) -> Any:
    """Return the word of each code as a column, nothing where the code is -1 or the word is empty.

    Examples
    --------
    >>> worded(["low", "high"], np.array([1, 0])).tolist()
    ['high', 'low']
    """
    return text_column([*(word or None for word in words), None]).take(codes)


def _digits(numbers: Ints, width: int) -> npt.NDArray[np.uint32]:
    digits = np.empty((len(numbers), width), dtype=np.uint32)
    for first in range(0, len(numbers), _ROWS_AT_ONCE):
        rest = numbers[first : first + _ROWS_AT_ONCE].astype(np.uint32)
        for place in range(width - 1, -1, -1):
            tens = rest // np.uint32(10)
            digits[first : first + _ROWS_AT_ONCE, place] = rest - tens * np.uint32(10) + np.uint32(ord("0"))
            rest = tens
    return digits


def _joined(*letters: npt.NDArray[np.uint32]) -> Texts:
    """Return texts of equal width from their letters, one row per text."""
    rows = np.concatenate(letters, axis=1)
    texts: Texts = rows.view(f"U{rows.shape[1]}").ravel()
    return texts
