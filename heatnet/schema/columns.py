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
        A missing column or an empty cell is an error; in a table of records such a row is set aside.
    default : object
        What a missing column or an empty cell means; ``None``: unknown.
    choices : dict
        For ``choice``: the standard words and their other spellings.
    least, above : float
        Smallest allowed number (included) or bound below it (excluded).
    most : float
        Largest number that can be meant; beyond it a cell is damaged or stands for "unknown".
    measure : str
        For ``number``: what is measured (``length``, ``diameter``, ``power``, ...), which says the units understood.
    is_decisive : bool
        A cell that cannot be read sets the record aside, although an empty one would mean the default.
    aliases : tuple of str
        Other headings that are understood.
    opposite : tuple of str
        For ``truth``: headings that say the opposite.
    """

    name: str
    type: ColumnType
    meaning: str
    required: bool = False
    default: str | float | bool | None = None
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    least: float | None = None
    above: float | None = None
    most: float | None = None
    measure: str = ""
    is_decisive: bool = False
    aliases: tuple[str, ...] = ()
    opposite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table of the inventory.

    Parameters
    ----------
    name : str
        Its name.
    row : str
        What a row is.
    key : tuple of str
        The columns that identify a row.
    columns : tuple of Column
        All its columns.
    hints : tuple of Column
        Text that is read where a row may name no building or asset, to find it; never part of the table.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    hints: tuple[Column, ...] = ()

    @property
    def is_record(self) -> bool:
        """Whether its rows are records, which are set aside one by one, and no parts of the network."""
        return self.name not in ("nodes", "segments", "valves")

    def column(self, name: str) -> Column:
        """Return the column of that standard name."""
        return next(column for column in self.columns if column.name == name)

    def only(self, *names: str) -> TableSpec:
        """Return the table with these of its columns; others, the key among them, are then left as they are."""
        key = self.key if set(self.key) <= set(names) else ()
        return replace(self, key=key, columns=tuple(self.column(name) for name in names))
