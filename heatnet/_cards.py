"""What a notebook shows of a value: a few facts and a short table as HTML, every text as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_STYLE = "text-align:left;white-space:normal;vertical-align:top"


def card(
    title: str, facts: Iterable[tuple[str, str]], head: Sequence[str] = (), rows: Iterable[Sequence[str]] = ()
) -> str:
    """Return facts under a title and, below them, a table, as HTML; nothing in them is taken for a tag.

    Examples
    --------
    >>> card("Pipes", [("km", "3 <b>")])
    '<div><b>Pipes</b><table><tr><td>km</td><td>3 &lt;b&gt;</td></tr></table></div>'
    """
    listed = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in facts)
    parts = [f"<b>{escape(title)}</b><table>{listed}</table>"]
    if head:
        heads = "".join(f"<th>{escape(name)}</th>" for name in head)
        cells = ("".join(f'<td style="{_STYLE}">{escape(cell)}</td>' for cell in row) for row in rows)
        body = "".join(f"<tr>{row}</tr>" for row in cells)
        parts.append(f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>")
    return f"<div>{''.join(parts)}</div>"
