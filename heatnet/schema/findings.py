"""Findings: what is doubtful or left out in a table, one row each, never an exception.

Severity ``error``: heatnet leaves the row out, or nothing can be said about it. ``warning``: used, but doubtful.
``note``: unknown, and worth knowing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import pandas as pd

from heatnet.language import Note, note, worded, words

Severity = Literal["error", "warning", "note"]

COLUMNS = ("severity", "rule", "table", "row_id", "column", "message")
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


def findings_at(
    severity: Severity,
    rule: str,
    table: str,
    column: str,
    row_ids: Iterable[Any],
    message: str | Note | Iterable[str | Note],
) -> pd.DataFrame:
    """Return one finding per row id.

    Parameters
    ----------
    severity : {"error", "warning", "note"}
        How bad it is.
    rule : str
        Name of the rule, the same for every finding of the kind.
    table, column : str
        Where it stands.
    row_ids : iterable of str
        Identity of each row; an empty text: the table as a whole.
    message : str or Note, or an iterable of these
        One plain sentence for all, or one for each.

    Returns
    -------
    DataFrame
        Columns ``severity``, ``rule``, ``table``, ``row_id``, ``column``, ``message``.

    Examples
    --------
    >>> findings_at("note", "households_missing", "nodes", "households", ["B1"], "counts as 0")["row_id"].tolist()
    ['B1']
    """
    ids = [str(row_id) for row_id in row_ids]
    messages = [message] * len(ids) if isinstance(message, (str, Note)) else list(message)
    constant = {"severity": severity, "rule": rule, "table": table}
    return pd.DataFrame(
        {**constant, "row_id": ids, "column": column, "message": messages}, columns=list(COLUMNS), dtype=object
    )


def all_findings(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the findings in one table: errors first, then by table, rule and row id; whatever the order given."""
    given = [part for part in parts if len(part)]
    if not given:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})
    table = pd.concat(given, ignore_index=True)
    place = table["severity"].map({severity: place for place, severity in enumerate(SEVERITIES)})
    keys, by = table.assign(place=place), ["place", "table", "rule", "row_id"]
    if keys.duplicated(by).any():  # only then does it matter what is said, which takes long to word
        keys["message"] = keys["message"].map(str)
        by.append("message")
    order = keys.sort_values(by, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def worded_findings(findings: pd.DataFrame, language: str = "en") -> pd.DataFrame:
    """Return the findings with their messages as text in a language."""
    said: dict[Any, str] = {}
    texts = [
        said[message] if message in said else said.setdefault(message, worded(message, language))
        for message in findings["message"]
    ]
    return findings.assign(message=pd.Series(texts, index=findings.index, dtype=object))


def worded_ids(ids: Iterable[str]) -> tuple[str | Note, ...]:
    """Return ids as they are said: a row that has none is called by its number, in the words of the language."""
    rows = ((row_id, row_id.removeprefix("row ")) for row_id in ids)
    return tuple(
        note("schema.row_number", row=number) if number != row_id and number.isdigit() else row_id
        for row_id, number in rows
    )


def summary_of(findings: pd.DataFrame, language: str = "en") -> list[str]:
    """Return one sentence per rule: severity, table, the count, the first five ids and the message of the first."""
    lines = []
    for (severity, table, rule), rows in findings.groupby(["severity", "table", "rule"], sort=False):
        ids = [row_id for row_id in rows["row_id"] if row_id]
        named = note("summary.ids", count=len(ids), ids=worded_ids(ids[:6])) if ids else ""
        named_table = words("accounts", language).get(str(table), table)
        values = {"table": named_table, "rule": rule, "ids": named, "message": rows["message"].iloc[0]}
        lines.append(worded(note("summary.line", severity=note(f"summary.{severity}"), **values), language))
    return lines
