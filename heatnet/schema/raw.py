"""Cells as they stand in a file, before anything is made of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from heatnet.language import Note
from heatnet.schema.findings import all_findings

ROW = "row"


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """The cells of one sheet or file below its heading.

    Attributes
    ----------
    name : str
        Table of the schema that they are meant for.
    cells : DataFrame
        Columns: the headings as written, which may repeat. Cells: text, numbers, days or truths as the file gives
        them. The index is named ``row`` and counts rows as a spreadsheet does, title rows and blank ones included.
    file, sheet : str
        Where it stands; no sheet: a file of its own.
    kind : str
        Of a sheet of nodes named for what they are (stations, buildings): the kind of all its rows; else empty.
    findings : DataFrame
        What was doubtful in reading the file.
    encoding : str
        Of a text file: the encoding chosen.
    aside : tuple of (str, str, str, Note)
        Rows that could not even become cells: row id, reason, column, and what is said of it.
    """

    name: str
    cells: pd.DataFrame
    file: str = ""
    sheet: str = ""
    kind: str = ""
    findings: pd.DataFrame = field(default_factory=lambda: all_findings([]))
    encoding: str = ""
    aside: tuple[tuple[str, str, str, Note], ...] = ()

    @property
    def origin(self) -> str:
        """Where the table stands, as messages name it."""
        return f"{self.file}, sheet {self.sheet}" if self.sheet else self.file
