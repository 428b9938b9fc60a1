"""What a page is made of: sections, each a title and blocks of sentences, facts, tables and drawings.

A block holds text alone; the page's templates turn it into HTML and escape it. Drawings are made of numbers and of
text that was escaped where they are drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from heatnet.report.facts import Fact
from heatnet.report.words import COLUMNS, column_heading, label, shown


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: the name of its place, its title, one line of what it says, its blocks.

    Attributes
    ----------
    key : str
        Name of its place in the page, for links.
    title, caption : str
        In the reader's language.
    blocks : tuple of Block
        From top to bottom.
    is_new_page : bool
        On paper it begins a page.
    is_listed : bool
        The page's bar of links names it.
    is_screen_only : bool
        It is not printed: another section says the same on paper.
    """

    key: str
    title: str
    blocks: tuple[Block, ...]
    caption: str = ""
    is_new_page: bool = False
    is_listed: bool = True
    is_screen_only: bool = False


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences as a list, or as warnings."""

    items: tuple[str, ...]
    is_warning: bool = False
    title: str = ""
    kind: str = "sentences"


@dataclass(frozen=True, slots=True)
class Figures:
    """The few numbers that everybody looks for, each with its words below."""

    items: tuple[tuple[str, str], ...]
    kind: str = "figures"


@dataclass(frozen=True, slots=True)
class FactLists:
    """Lists of facts side by side: (title, ((text, value), ...))."""

    lists: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    kind: str = "facts"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading and look (text, long, number, date)."""

    text: str
    look: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text; `marks` names a row for the map (a job or an asset), `title` stands above."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    title: str = ""
    key: str = ""
    is_screen_only: bool = False
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG made by heatnet; `is_paper_only`: the screen has something better."""

    svg: str
    caption: str = ""
    is_paper_only: bool = False
    kind: str = "drawing"


@dataclass(frozen=True, slots=True)
class MapView:
    """The map to work with, and the table of jobs beside it."""

    data: str
    words: Mapping[str, str]
    jobs: Table | None
    kind: str = "map"


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Blocks in two columns, on the screen and on paper."""

    left: tuple[Any, ...]
    right: tuple[Any, ...]
    kind: str = "sides"


@dataclass(frozen=True, slots=True)
class Signatures:
    """Room to sign: what each line is for."""

    items: tuple[str, ...]
    date: str
    kind: str = "signatures"


Block = Sentences | Figures | FactLists | Table | Drawing | MapView | SideBySide | Signatures


@dataclass(frozen=True, slots=True)
class Look:
    """How a table is shown: its title, its sums, the names of its rows."""

    title: str = ""
    key: str = ""
    totals: Mapping[str, float] = field(default_factory=dict)
    marks: Sequence[str] = ()
    is_screen_only: bool = False


PLAIN = Look()


def table_of(frame: pd.DataFrame, names: Iterable[str], language: str, look: Look = PLAIN) -> Table:
    """Return those columns of a frame that tell something, as text; each is a name of `words.COLUMNS`."""
    kept = [name for name in names if name in frame.columns and (frame[name].notna() & (frame[name] != "")).any()]
    forms = [COLUMNS[name].form for name in kept]
    columns = tuple(
        Column(column_heading(name, language), form if form in ("text", "long", "date") else "number")
        for name, form in zip(kept, forms, strict=True)
    )
    cells = [
        [shown(value, form, language) for value in frame[name].tolist()] for name, form in zip(kept, forms, strict=True)
    ]
    totals: tuple[str, ...] = ()
    if look.totals and kept:
        sums = (shown(look.totals.get(name), form, language) for name, form in zip(kept[1:], forms[1:], strict=True))
        totals = (label("total", language), *sums)
    rows = tuple(zip(*cells, strict=True)) if cells else ()
    return Table(columns, rows, totals, tuple(look.marks), look.title, look.key, look.is_screen_only)


def fact_list(title: str, facts: Iterable[Fact], language: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return facts under a title, their values as text."""
    return title, tuple((fact.text, shown(fact.value, fact.form, language)) for fact in facts)
