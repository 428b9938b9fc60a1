"""What a table specification consists of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

ColumnType = Literal["id", "reference", "text", "choice", "number", "truth", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Standard name, with the unit in it.
    type : str
        ``id`` (text, unique when it is the table's key), ``reference`` (the id of something else; may be empty),
        ``text``, ``choice`` (one of `choices`), ``number``, ``truth`` or ``date``.
    meaning : str
        What it says, in a few words.
    required : bool
        A missing column or an empty cell is an error.
    default : object
        What a missing column or an empty cell means; ``None``: unknown.
    choices : dict
        For ``choice``: the standard words and their other spellings.
    least, above : float
        Smallest allowed number (included) or bound below it (excluded).
    aliases : tuple of str
        Other headings that are understood.
    """

    name: str
    type: ColumnType
    meaning: str
    required: bool = False
    default: str | float | bool | None = None
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    least: float | None = None
    above: float | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table of the inventory: its name, what a row is, the columns that identify a row, and all its columns."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return the column of that standard name."""
        return next(column for column in self.columns if column.name == name)

    def only(self, *names: str) -> TableSpec:
        """Return the table with these of its columns; others, the key among them, are then left as they are."""
        key = self.key if set(self.key) <= set(names) else ()
        return replace(self, key=key, columns=tuple(self.column(name) for name in names))
