"""Headings to columns: in every language, with the unit in brackets; what is not understood, and what stands twice."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from heatnet.schema.cells import Meant
from heatnet.schema.columns import Column, TableSpec
from heatnet.schema.folding import folded_word
from heatnet.schema.plain import whole_letters
from heatnet.schema.units import DEGREES, OUTER, STANDARD, factor_of, is_unit
from heatnet.schema.vocabulary import folded, listed

# Headings so general that a more particular one for the same column is meant.
_GENERAL = frozenset(folded_word(word) for word in listed("general"))
_BRACKET = re.compile(r"[(（\[【〔{]([^()（）\[\]【】〔〕{}]*)[)）\]】〕}]\s*$")
_BEHIND_SLASH = re.compile(r"^(.+?)\s*[/,，、:：;]\s*([^/,，、:：;]+)$")
_ANY_BRACKET = re.compile(r"[(（\[【〔{][^()（）\[\]【】〔〕{}]*[)）\]】〕}]")

# Why a heading has no column.
SERIAL, RESIDENTS, NOT_NEEDED, UNKNOWN, GENERAL = "serial_number", "residents_data", "not_needed", "unknown", "general"


@dataclass(frozen=True, slots=True)
class Heading:
    """What a heading was understood as.

    Attributes
    ----------
    text : str
        As written.
    meant : Meant or None
        Its column; ``None``: not read.
    why : str
        Why it is not read.
    nearest : str
        Of an unknown heading: the nearest known one.
    wrong_unit : str
        The unit in brackets, where it is one of something else.
    is_exact : bool
        The standard name itself.
    """

    text: str
    meant: Meant | None
    why: str = ""
    nearest: str = ""
    wrong_unit: str = ""
    is_exact: bool = False


@cache
def _known(columns: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]) -> dict[str, tuple[str, bool]]:
    """Return the folded headings of a table: column and whether they say the opposite; names win over other words."""
    found: dict[str, tuple[str, bool]] = {}
    for is_opposite in (True, False):
        for name, aliases, opposite in reversed(columns):
            found.update({folded_word(word): (name, is_opposite) for word in (opposite if is_opposite else aliases)})
    found.update({folded_word(name): (name, False) for name, _, _ in columns})
    found.pop("", None)
    return found


def _columns_of(spec: TableSpec) -> tuple[Column, ...]:
    return (*spec.columns, *spec.hints)


def known_headings(spec: TableSpec) -> dict[str, tuple[str, bool]]:
    """Return the folded headings that the table understands, each with its column."""
    key = tuple((one.name, one.aliases, one.opposite) for one in _columns_of(spec))
    return _known(key)


def understood(
    texts: Sequence[str],
    spec: TableSpec,
    *,
    headings: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> list[Heading]:
    """Return what each heading means.

    Parameters
    ----------
    texts : sequence of str
        The headings as written.
    spec : TableSpec
        The table.
    headings : mapping, optional
        The user's own: heading to column.
    units : mapping, optional
        The user's own: column to unit, which wins over what the heading says.
    """
    own = {folded_word(heading): column for heading, column in (headings or {}).items()}
    columns = {column.name: column for column in _columns_of(spec)}
    return [_understood(whole_letters(text), spec, columns, own, units or {}) for text in texts]


def meanings(texts: Sequence[str], spec: TableSpec, *, headings: Mapping[str, str] | None = None) -> list[Meant | None]:
    """Return what each heading means as `understood` does, ``None`` where it means no column."""
    own = {folded_word(heading): column for heading, column in (headings or {}).items()}
    columns = {column.name: column for column in _columns_of(spec)}
    found = [_meaning(whole_letters(text), spec, columns, own, {}) for text in texts]
    return [None if heading is None else heading.meant for heading in found]


def _understood(
    text: str, spec: TableSpec, columns: dict[str, Column], own: dict[str, str], units: Mapping[str, str]
) -> Heading:
    return _meaning(text, spec, columns, own, units) or _unread(text, spec, columns)


def _meaning(
    text: str, spec: TableSpec, columns: dict[str, Column], own: dict[str, str], units: Mapping[str, str]
) -> Heading | None:
    """Return what a heading means, ``None`` where it means no column."""
    for base, unit in _readings(text):
        word = folded_word(base)
        name, is_opposite = (own[word], False) if word in own else known_headings(spec).get(word, ("", False))
        special = "" if name else _special(word, columns)
        if special:
            name, unit = special.split(":")
        if name in columns:
            return _with_unit(text, Meant(spec.name, columns[name], is_opposite=is_opposite), unit, units, word)
    return None


def _readings(text: str) -> list[tuple[str, str]]:
    """Return the ways to split a heading into its words and the unit behind them."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = [(plain, "")]
    bracket = _BRACKET.search(plain)
    if bracket:
        found.append((plain[: bracket.start()], bracket[1]))
    if slash := _BEHIND_SLASH.match(plain):
        found.append((slash[1], slash[2]))
    first, _, last = plain.rpartition(" ")
    if first and is_unit(last):
        found.append((first, last))
    bare = _ANY_BRACKET.sub("", plain)
    if bare != plain:
        inside = _ANY_BRACKET.search(plain)
        found.append((bare, inside[0][1:-1] if inside and is_unit(inside[0][1:-1]) else ""))
    return found


def _special(word: str, columns: dict[str, Column]) -> str:
    """Return column and unit of headings whose unit is part of the word: degrees, outer diameters."""
    if word in folded("longitude") and "x_m" in columns:
        return f"x_m:{DEGREES}"
    if word in folded("latitude") and "y_m" in columns:
        return f"y_m:{DEGREES}"
    if word in folded("outer_diameter") and "diameter_mm" in columns:
        return f"diameter_mm:{OUTER}"
    return ""


def _with_unit(text: str, meant: Meant, unit: str, units: Mapping[str, str], word: str) -> Heading:
    """Return the heading with its unit; a bracket that holds no unit at all is a remark."""
    column = meant.column
    is_exact = word == folded_word(column.name)
    said = units.get(column.name, "") or unit
    if column.type != "number":
        keeps = column.type == "date" and bool(units.get(column.name))
        return Heading(
            text, Meant(meant.table, column, said if keeps else "", 1.0, meant.is_opposite), is_exact=is_exact
        )
    if said in (DEGREES, OUTER):
        return Heading(text, Meant(meant.table, column, said), is_exact=is_exact)
    factor = factor_of(said, column.measure) if said else 1.0
    if factor is not None and factor != factor:  # degrees in brackets
        return Heading(text, Meant(meant.table, column, DEGREES), is_exact=is_exact)
    if factor is None:
        wrong = said if is_unit(said) or said == units.get(column.name) else ""
        return Heading(text, Meant(meant.table, column, STANDARD[column.measure]), wrong_unit=wrong, is_exact=is_exact)
    return Heading(text, Meant(meant.table, column, said or STANDARD[column.measure], factor), is_exact=is_exact)


def _unread(text: str, spec: TableSpec, columns: dict[str, Column]) -> Heading:
    words = [folded_word(base) for base, _ in _readings(text)]
    for why, name in ((SERIAL, "serial"), (RESIDENTS, "residents"), (NOT_NEEDED, "not_needed")):
        if any(word in folded(name) for word in words) or not words[0]:
            return Heading(text, None, why if words[0] else NOT_NEEDED)
    near = difflib.get_close_matches(words[-1], list(known_headings(spec)), n=1, cutoff=0.6)
    return Heading(text, None, UNKNOWN, nearest=_as_written(near[0], columns) if near else "")


def _as_written(word: str, columns: dict[str, Column]) -> str:
    """Return the known heading of a folded word, with its column where that is another word."""
    for column in columns.values():
        for written in (column.name, *column.aliases, *column.opposite):
            if folded_word(written) == word:
                return written if written == column.name else f"{written} ({column.name})"
    return word


def without_general(found: Sequence[Heading]) -> list[Heading]:
    """Return the headings where a general one gives way to a particular one for the same column."""
    by_column: dict[str, list[int]] = {}
    for at, heading in enumerate(found):
        if heading.meant is not None:
            by_column.setdefault(heading.meant.column.name, []).append(at)
    given_way: set[int] = set()
    for places in by_column.values():
        strength = {at: _strength(found[at]) for at in places}
        best = max(strength.values())
        given_way |= {at for at in places if strength[at] < best}
    return [Heading(heading.text, None, GENERAL) if at in given_way else heading for at, heading in enumerate(found)]


def _strength(heading: Heading) -> int:
    """Return how particular a heading is: degrees and general words give way to metres and particular words."""
    if heading.meant is not None and heading.meant.unit == DEGREES:
        return 0
    if heading.is_exact:
        return 1
    return 0 if heading.text.isascii() or folded_word(heading.text) in _GENERAL else 1
