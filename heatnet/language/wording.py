"""Notes: what is said to the reader, as a key and values; the words stand in one table per language and room.

The key is ``room.name``; its words in a language are ``WORDS["name"]`` in ``heatnet/language/<language>/<room>.py``, a
text with the values in braces:

- ``{season}`` as it is, ``{cost:,.0f}`` and the like as in Python, with the language's own marks for thousands and
  decimals;
- ``{count:# fault|# faults}`` the first where the value is 1, else the second, # being the number; of three words the
  first is for none: ``{count:no fault|# fault|# faults}``;
- a value may be a note itself (worded in the same language), or a tuple, which is joined as the language does it;
  ``{ids:first 5}`` names the first five, ``{reasons:clauses}`` parts what may hold commas itself.

A new sentence is a line in the room's table of every language; a new language is a folder of such tables, found by its
name alone.

What a function hands on holds notes, not sentences; the caller who knows the language words them: ``Assessment.notes``,
``Plan.notes``, and ``plan.why(asset_id, language="zh")``.

Examples
--------
>>> unknown = note("language.example", count=1200, ids=("S1", "S2", "S3"))
>>> worded(unknown)
'1,200 pipes have no laying year (S1, S2, ...).'
>>> worded(unknown, "zh")
'1,200条管段无敷设年份（S1、S2等）。'
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from itertools import islice, repeat
from string import Formatter
from types import ModuleType
from typing import Any

import numpy as np

from heatnet.errors import HeatnetError


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to say, in no language yet; made by `note`, said by `worded`.

    Its text is the English one, so that a note can be printed and compared as a sentence.

    Attributes
    ----------
    key : str
        ``room.name`` of its words.
    values : tuple of (str, value)
        What stands in the braces of its words: numbers, texts, dates, notes, or tuples of these.
    """

    key: str
    values: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return worded(self)

    def __contains__(self, part: str) -> bool:
        return part in str(self)

    def __repr__(self) -> str:
        return f"Note({self.key}: {self})"

    def to_data(self) -> dict[str, Any]:
        """Return the note as JSON can hold it; `note_from_data` reads it back."""
        return {"key": self.key, "values": {name: _plain(value) for name, value in self.values}}


def note(key: str, /, **values: Any) -> Note:
    """Return the note of a key with its values.

    Examples
    --------
    >>> str(note("language.example", count=1, ids=("S1",)))
    '1 pipe has no laying year (S1).'
    """
    return Note(key, tuple((name, _frozen(value)) for name, value in sorted(values.items())))


def note_from_data(data: Mapping[str, Any] | str) -> Note | str:
    """Return the note that `Note.to_data` wrote; a text stays a text.

    Examples
    --------
    >>> given = note("language.example", count=1, ids=("S1",))
    >>> note_from_data(given.to_data()) == given
    True
    """
    if isinstance(data, str):
        return data
    return note(data["key"], **{name: _read(value) for name, value in data["values"].items()})


def worded(said: Note | str, language: str = "en") -> str:
    """Return a note in a language; a text, such as a user's own remark, stays as it is.

    Raises
    ------
    HeatnetError
        heatnet does not speak the language, or the language has no words for the key.

    Examples
    --------
    >>> worded(note("language.example", count=2, ids=("S1", "S2")), "zh")
    '2条管段无敷设年份（S1、S2）。'
    """
    if isinstance(said, str):
        return said
    room, _, name = said.key.partition(".")
    template = words(room, language).get(name)
    if template is None:
        raise HeatnetError(f"The language {language!r} has no words for {said.key!r}: add them to its table {room!r}.")
    return _Writer(language).vformat(template, (), dict(said.values))


def worded_rows(key: str, columns: Mapping[str, Iterable[Any]], language: str = "en") -> list[str]:
    """Return the sentence of each row of a table, much faster than a note for each.

    Parameters
    ----------
    key : str
        ``room.name`` of the words.
    columns : mapping of str to iterable
        The values by name, all of one length.
    language : str
        One of `languages`.

    Examples
    --------
    >>> worded_rows("language.example", {"count": [1, 2], "ids": [("S1",), ("S2", "S3")]})
    ['1 pipe has no laying year (S1).', '2 pipes have no laying year (S2, S3).']
    """
    room, _, name = key.partition(".")
    write = _Writer(language).format_field
    pieces: list[Iterable[str]] = []
    for text, field, spec, _ in Formatter().parse(words(room, language)[name]):
        pieces.append(repeat(text))
        if field:
            values, spec = columns[field], spec or ""
            if spec.endswith(".0f"):  # amounts of which many are the same once they are whole
                values = (np.rint(np.asarray(values, dtype=np.float64)) + 0.0).tolist()
            words_of = {value: write(value, spec) for value in set(values)}
            pieces.append([words_of[value] for value in values])
    rows = len(list(next(iter(columns.values()))))
    return ["".join(parts) for parts in islice(zip(*pieces, strict=False), rows)]


def named_in(key: str, language: str = "en") -> set[str]:
    """Return the names of the values that the sentence of a key tells.

    Examples
    --------
    >>> sorted(named_in("language.example"))
    ['count', 'ids']
    """
    room, _, name = key.partition(".")
    return {field for _, field, _, _ in Formatter().parse(words(room, language)[name]) if field}


def joined(notes: Iterable[Note | str], language: str = "en") -> str:
    """Return notes as running text in a language.

    Examples
    --------
    >>> joined(["No visits.", "No faults."])
    'No visits. No faults.'
    """
    mark: str = _manner(language).SENTENCES
    return mark.join(worded(said, language) for said in notes)


def heading(key: str, language: str = "en") -> str:
    """Return the heading of a column in a language.

    Examples
    --------
    >>> heading("length_m"), heading("length_m", "zh")
    ('Route length, m', '路由长度 (m)')
    """
    return worded(Note(f"headings.{key}"), language)


def money_unit(language: str = "en") -> tuple[float, str]:
    """Return how much money is one of the unit in which a language counts it in tables, and the format of its number.

    Examples
    --------
    >>> money_unit("zh"), money_unit("en")
    ((10000.0, ',.2f'), (1000.0, ',.1f'))
    """
    manner = _manner(language)
    return float(manner.MONEY_UNIT), str(manner.MONEY_FORM)


def languages() -> tuple[str, ...]:
    """Return the languages that heatnet speaks, English first.

    Examples
    --------
    >>> languages()
    ('en', 'zh')
    """
    found = {module.name for module in pkgutil.iter_modules(import_module("heatnet.language").__path__) if module.ispkg}
    return ("en", *sorted(found - {"en"}))


def checked_language(language: str) -> str:
    """Return the language, or raise HeatnetError naming those that heatnet speaks."""
    if language not in languages():
        raise HeatnetError(f"language is {language!r}; heatnet speaks {', '.join(languages())}")
    return language


@cache
def words(room: str, language: str = "en") -> Mapping[str, str]:
    """Return the words of a room in a language, by name; what writes many thousand rows formats them itself.

    Raises
    ------
    HeatnetError
        heatnet does not speak the language.
    """
    try:
        table: Mapping[str, str] = import_module(f"heatnet.language.{checked_language(language)}.{room}").WORDS
    except ModuleNotFoundError as error:
        raise HeatnetError(f"The language {language!r} has no table of words {room!r}.") from error
    return table


@cache
def _manner(language: str) -> ModuleType:
    """Return how a language joins and marks: its package."""
    return import_module(f"heatnet.language.{checked_language(language)}")


class _Writer(Formatter):
    """Writes the values of a note in the manner of a language."""

    def __init__(self, language: str) -> None:
        self.language, self.manner = language, _manner(language)

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, tuple):
            return self._listed(value, format_spec)
        if isinstance(value, Note):
            return worded(value, self.language)
        if isinstance(value, date):
            return value.isoformat()[:10]
        if "|" in format_spec:
            return self._counted(value, format_spec.split("|"))
        text = format(value, format_spec)
        return text if isinstance(value, str) else text.translate(self.manner.MARKS)

    def _counted(self, count: Any, words: list[str]) -> str:
        *none, one, many = words
        word = none[0] if none and count == 0 else one if count == 1 else many
        return word.replace("#", self.format_field(count, ",.0f")) if "#" in word else word

    def _listed(self, values: tuple[Any, ...], format_spec: str) -> str:
        is_parted = format_spec == "clauses"
        first = len(values) if is_parted or not format_spec else int(format_spec.removeprefix("first "))
        mark: str = self.manner.CLAUSES if is_parted else self.manner.LIST
        text = mark.join(self.format_field(value, "") for value in values[:first])
        return text + (self.manner.MORE if len(values) > first else "")


def _frozen(value: Any) -> Any:
    """Return a value that cannot change and that JSON can hold: lists as tuples, numpy's numbers as Python's."""
    if isinstance(value, (list, tuple)):
        return tuple(_frozen(part) for part in value)
    return value.item() if hasattr(value, "item") else value


def _plain(value: Any) -> Any:
    if isinstance(value, Note):
        return value.to_data()
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value.isoformat()[:10] if isinstance(value, date) else value


def _read(value: Any) -> Any:
    if isinstance(value, Mapping):
        return note_from_data(value)
    return tuple(_read(part) for part in value) if isinstance(value, list) else value
