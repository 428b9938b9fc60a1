"""Rows of a ledger that are no records: blank ones, totals, signatures and remarks, headings repeated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_object_dtype

from heatnet._arrays import Ints, Truths
from heatnet.schema.folding import folded_word
from heatnet.schema.plain import cell_text, has_no_space
from heatnet.schema.vocabulary import folded

_TOTAL_TAIL = re.compile(r"[\d.,:()共条段户座处个项次公里米kmm平方吨万元²2]*")
_SENTENCE = re.compile(r"[:。;；，,!！]|\s")
_FEW = 10_000  # words that are looked through one by one
_LONG = 12  # letters of a text that is no id


def not_blank(cells: pd.DataFrame) -> Truths:
    """Return which rows hold anything."""
    at: Ints = np.arange(len(cells), dtype=np.int64)
    # A number answers for its row at once; text has to be looked through, so only for the rows that are left.
    holds_text = [_may_be_blank(dtype) for dtype in cells.dtypes]
    for place in sorted(range(cells.shape[1]), key=holds_text.__getitem__):
        if not len(at):
            break
        column = cells.iloc[:, place]
        missing = (
            column.isna().to_numpy(dtype=bool)[at]
            if len(at) == len(cells)
            else column.iloc[at].isna().to_numpy(dtype=bool).copy()
        )
        if holds_text[place]:
            known = column.iloc[at[~missing]] if not missing.all() else column.iloc[:0]
            known = known.astype(object) if isinstance(known.dtype, pd.CategoricalDtype) else known
            missing[np.flatnonzero(~missing)[_is_space(known)]] = True
        at = at[missing]
    kept = np.ones(len(cells), dtype=bool)
    kept[at] = False
    return kept


def _may_be_blank(dtype: Any) -> bool:
    """Return whether cells of a type may be blanks; of few words it is seen at once that none is."""
    if isinstance(dtype, pd.CategoricalDtype) and len(dtype.categories) < _FEW:
        return any(isinstance(word, str) and not word.strip() for word in dtype.categories)
    return isinstance(dtype, pd.CategoricalDtype | pd.StringDtype) or is_object_dtype(dtype)


def _is_space(column: pd.Series[Any]) -> Truths:
    """Return which texts are blank, told at once where no text holds a blank."""
    cells = column.to_numpy(dtype=object).tolist()
    if set(map(type, cells)) <= {str} and "" not in cells and has_no_space("".join(cells)):
        return np.zeros(len(cells), dtype=bool)
    return np.array([isinstance(cell, str) and (not cell or cell.isspace()) for cell in cells], dtype=bool)


def layout_reason(cells: Sequence[Any], headings: Sequence[str]) -> str:
    """Return what a row is that lacks what a record needs: a reason of the layout, ``blank``, or empty (a record).

    Examples
    --------
    >>> headings = ["管段编号", "起点", "终点", "长度"]
    >>> layout_reason(["合计", None, None, "1510"], headings)
    'total_row'
    >>> layout_reason(["制表人：张", None, "审核人：李", ""], headings)
    'remark_row'
    >>> layout_reason(headings, headings), layout_reason(["S1", None, None, 5], headings)
    ('repeated_heading', '')
    """
    texts = [(cell_text(cell) or "").strip() for cell in cells]
    filled = [at for at, text in enumerate(texts) if text]
    if not filled:
        return "blank"
    words = [folded_word(texts[at]) for at in filled]
    if is_example(words[0]):
        return "example_row"
    if any(is_total(word) for word in words[:3]):
        return "total_row"
    alike = sum(word == folded_word(headings[at]) for at, word in zip(filled, words, strict=True) if at < len(headings))
    if len(filled) >= 2 and alike >= 0.8 * len(filled):
        return "repeated_heading"
    return "remark_row" if _is_remark(texts[filled[0]], len(filled), len(texts)) else ""


def is_example(word: str) -> bool:
    """Return whether a folded text begins a row that shows how to fill the others."""
    return any(word.startswith(example) for example in folded("examples"))


def is_total(word: str) -> bool:
    """Return whether a folded text stands before a row of sums."""
    totals = folded("totals")
    return word in totals or any(
        word.startswith(total) and not total.isascii() and _TOTAL_TAIL.fullmatch(word[len(total) :]) for total in totals
    )


def _is_remark(text: str, n_filled: int, n_columns: int) -> bool:
    """Return whether a row that begins with this text is a signature or remark."""
    head, colon, _ = re.sub(r"\s", "", text).replace("：", ":").partition(":")
    word = folded_word(head)
    if word in folded("remarks") and (colon or n_filled == 1):
        return True
    if n_filled == 1 and n_columns >= 3:
        is_sentence = len(text) > _LONG and not text.isascii()
        return is_sentence or (len(text) > _LONG and bool(_SENTENCE.search(text)))
    return False
