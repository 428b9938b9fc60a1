"""Every sentence and heading as data: a note is a key with values, worded once per language."""

from heatnet.language.wording import (
    Note,
    checked_language,
    heading,
    joined,
    languages,
    money_unit,
    named_in,
    note,
    note_from_data,
    worded,
    worded_rows,
    words,
)

__all__ = [
    "Note",
    "checked_language",
    "heading",
    "joined",
    "languages",
    "money_unit",
    "named_in",
    "note",
    "note_from_data",
    "worded",
    "worded_rows",
    "words",
]
