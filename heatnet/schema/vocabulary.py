"""The words of ledgers in every language, read once from the tables in ``schema/words``."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from heatnet.schema.folding import folded_cell, folded_together, folded_word

LANGUAGES = ("en", "zh", "ru")


@cache
def _tables() -> tuple[dict[str, Any], ...]:
    folder = resources.files("heatnet.schema.words")
    return tuple(tomllib.loads((folder / f"{one}.toml").read_text(encoding="utf-8")) for one in LANGUAGES)


def listed(*path: str) -> tuple[str, ...]:
    """Return the words at a path of the tables, those of all languages one after the other.

    Examples
    --------
    >>> listed("longitude")[0], "管长" in listed("headings", "segments", "length_m")
    ('longitude', True)
    """
    found: list[str] = []
    for table in _tables():
        at: Any = table
        for key in path:
            at = at.get(key, {}) if isinstance(at, dict) else {}
        found += at if isinstance(at, list) else []
    return tuple(dict.fromkeys(found))


def words_in(language: str, *path: str) -> tuple[str, ...]:
    """Return the words at a path of the table of one language.

    Examples
    --------
    >>> words_in("zh", "headings", "segments", "segment_id")[0]
    '管段编号'
    """
    at: Any = _tables()[LANGUAGES.index(language)]
    for key in path:
        at = at.get(key, {}) if isinstance(at, dict) else {}
    return tuple(at) if isinstance(at, list) else ()


@cache
def folded(*path: str) -> frozenset[str]:
    """Return the words at a path as headings and choices are compared."""
    return frozenset(folded_word(word) for word in listed(*path)) - {""}


@cache
def folded_cells(*path: str) -> frozenset[str]:
    """Return the words at a path as cells are compared."""
    return frozenset(folded_cell(word) for word in listed(*path)) | {""}


def is_unknown(text: str) -> bool:
    """Return whether a cell says that something is not known.

    Examples
    --------
    >>> is_unknown("不详"), is_unknown(" — "), is_unknown("N/A"), is_unknown("0")
    (True, True, True, False)
    """
    return folded_cell(text) in folded_cells("unknown")


def unknown_among(texts: Sequence[str]) -> list[int]:
    """Return the places of the texts that say that something is not known.

    Examples
    --------
    >>> unknown_among(["不详", "0", " — "])
    [0, 2]
    """
    words = folded_cells("unknown")
    return [at for at, text in enumerate(folded_together(texts)) if text in words]


@cache
def truth_words(table: str, column: str) -> dict[str, bool]:
    """Return the words of one truth column that say more than yes or no, each with what it says."""
    yes, no = folded("truths", table, column, "yes"), folded("truths", table, column, "no")
    return {**dict.fromkeys(yes, True), **dict.fromkeys(no, False)}


@cache
def yes_and_no() -> dict[str, bool]:
    """Return the words for yes and no that every truth column understands."""
    return {
        **dict.fromkeys(folded("truths", "any", "yes"), True),
        **dict.fromkeys(folded("truths", "any", "no"), False),
    }


@cache
def all_words() -> frozenset[str]:
    """Return every word of the tables beyond ASCII, folded."""
    return frozenset(folded_word(word) for table in _tables() for word in _leaves(table) if not word.isascii()) - {""}


@cache
def all_letters() -> frozenset[str]:
    """Return every letter that stands in a word of the tables."""
    return frozenset(letter for table in _tables() for word in _leaves(table) for letter in folded_word(word))


def _leaves(table: Any) -> list[str]:
    if isinstance(table, str):
        return [table]
    return [word for part in (table.values() if isinstance(table, dict) else table) for word in _leaves(part)]
