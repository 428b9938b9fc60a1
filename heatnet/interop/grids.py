"""The heading of a ledger found among its first rows: title rows above it, two rows of headings, merged cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heatnet.schema import TableSpec
from heatnet.schema.headings import meanings

LOOKED_AT = 25  # rows among which the heading is looked for

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class HeadingRows:
    """Where the heading stands.

    Attributes
    ----------
    first, count : int
        Position of its first row, and how many rows it takes (1 or 2).
    texts : tuple of str
        The heading of each column.
    n_known : int
        How many of them are understood.
    """

    first: int
    count: int
    texts: tuple[str, ...]
    n_known: int


def heading_rows(rows: Sequence[Row], spec: TableSpec, own: Mapping[str, str] | None = None) -> HeadingRows:
    """Return the heading among the first rows of a sheet: where most is understood, else the first row with cells.

    Parameters
    ----------
    rows : sequence of rows of text
        The first rows, blank ones included.
    spec : TableSpec
        The table that they are read as.
    own : mapping, optional
        The user's own headings.

    Examples
    --------
    >>> from heatnet.schema import SEGMENTS
    >>> found = heading_rows([["管段台账", ""], ["管段编号", "长度(m)"], ["S1", "5"]], SEGMENTS)
    >>> found.first, found.texts, found.n_known
    (1, ('管段编号', '长度(m)'), 2)
    """
    looked_at = [list(row) for row in rows[:LOOKED_AT]]
    best: HeadingRows | None = None
    for at, row in enumerate(looked_at):
        for found in _candidates(looked_at, at, spec, own):
            if best is None or (found.n_known, -found.count) > (best.n_known, -best.count):
                best = found
        if best is not None and at > best.first and best.n_known >= max(2, 0.6 * len([cell for cell in row if cell])):
            break
    if best is not None and best.n_known:
        return best
    filled = next((at for at, row in enumerate(looked_at) if any(row)), 0)
    return HeadingRows(filled, 1, tuple(looked_at[filled]) if looked_at else (), 0)


def _candidates(rows: Sequence[Row], at: int, spec: TableSpec, own: Mapping[str, str] | None) -> list[HeadingRows]:
    one = tuple(rows[at])
    if not any(one):
        return []
    found = [HeadingRows(at, 1, one, _n_known(one, spec, own))]
    if at + 1 < len(rows) and _is_second(one, rows[at + 1]):
        two = _joined(one, rows[at + 1], spec, own)
        found.append(HeadingRows(at, 2, two, _n_known(two, spec, own)))
    return found


def _n_known(texts: Row, spec: TableSpec, own: Mapping[str, str] | None) -> int:
    named = meanings([text for text in texts if text], spec, headings=own)
    return len({meant.column.name for meant in named if meant is not None})


def _is_second(first: Row, second: Row) -> bool:
    """Return whether a row may be the second one of a heading: nothing but words, some below gaps or groups."""
    cells = [cell for cell in second if cell]
    if len({cell for cell in first if cell}) < 2:
        return False  # a title
    has_gaps = any(not above or first.count(above) > 1 for above, below in zip(first, second, strict=False) if below)
    return bool(cells) and has_gaps and not any(any(map(str.isdigit, cell)) for cell in cells)


def _joined(first: Row, second: Row, spec: TableSpec, own: Mapping[str, str] | None) -> tuple[str, ...]:
    """Return one heading of two rows; a group above counts only where the word below is not understood alone."""
    width = max(len(first), len(second))
    above, below = [*first, *[""] * (width - len(first))], [*second, *[""] * (width - len(second))]
    texts, group = [], ""
    for top, bottom in zip(above, below, strict=True):
        group = top or (group if bottom else "")
        if not bottom or bottom == top:
            texts.append(top)
        elif not group or _n_known([bottom], spec, own):
            texts.append(bottom)
        else:
            joined = f"{group}{bottom}"
            alone = f"{group}({bottom})"
            texts.append(next((text for text in (joined, alone) if _n_known([text], spec, own)), joined))
    return tuple(texts)
