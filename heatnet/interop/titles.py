"""What the name of a file or sheet, or the title above a heading, says: the table, and the kind of its nodes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from heatnet.schema import TABLES
from heatnet.schema.folding import folded_word
from heatnet.schema.vocabulary import folded

KINDS = ("source", "station", "junction", "building")
_BRACKETS = re.compile(r"\(.*?\)")
_YEARS = re.compile(r"(19|20)\d{2}\s*[-~—/至到]*\s*((19|20)?\d{2})?\s*(年度?|采暖[季期]|供暖[季期])?")
_NUMBERS = re.compile(r"^\d+[.、_\-\s]*|[.、_\-\s]*\d+$")


def table_of(title: str) -> tuple[str, str]:
    """Return the table and the kind of nodes that the name of a sheet or file says, empty where it says none.

    Examples
    --------
    >>> table_of("segments"), table_of("管段台账"), table_of("换热站台账（2025）"), table_of("封面")
    (('segments', ''), ('segments', ''), ('nodes', 'station'), ('', ''))
    """
    words = [folded_word(title), folded_word(_bare(title))]
    for word in words:
        for name in TABLES:
            if word == folded_word(name) or word in folded("sheets", name):
                return name, ""
        for kind in KINDS:
            if word in folded("kind_sheets", kind):
                return "nodes", kind
    return _within(words[1])


def kind_in(rows: Sequence[Sequence[str]]) -> str:
    """Return the kind of nodes that the title rows above a heading say, empty where they say none."""
    for row in rows:
        for cell in row:
            name, kind = table_of(cell) if cell else ("", "")
            if name == "nodes" and kind:
                return kind
    return ""


def _bare(title: str) -> str:
    """Return a title without years, brackets and running numbers around it."""
    plain = _BRACKETS.sub("", unicodedata.normalize("NFKC", title))
    return _NUMBERS.sub("", _YEARS.sub("", plain)).strip() or plain


def _within(word: str) -> tuple[str, str]:
    """Return the table whose name stands at the end of a longer one (城东片区管段台账); the longest counts."""
    found: list[tuple[int, str, str]] = []
    for name in TABLES:
        found += [(len(known), name, "") for known in folded("sheets", name) if _ends(word, known)]
    for kind in KINDS:
        found += [(len(known), "nodes", kind) for known in folded("kind_sheets", kind) if _ends(word, known)]
    if not found:
        return "", ""
    _, name, kind = max(found)
    return name, kind


def _ends(word: str, known: str) -> bool:
    return len(known) >= 2 and not known.isascii() and (word.endswith(known) or word.startswith(known))
