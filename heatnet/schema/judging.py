"""What becomes of cells that are doubtful, impossible or unreadable: a finding, a row set aside, or a problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import AnyInts, Truths
from heatnet.language import Note, note, words
from heatnet.schema.cells import IMPOSSIBLE, UNREADABLE, Cells, Meant
from heatnet.schema.columns import Column, TableSpec
from heatnet.schema.findings import findings_at
from heatnet.schema.plain import cell_text
from heatnet.schema.privacy import shown
from heatnet.schema.problems import Problem, problem_at

_EACH = 20  # rows of one column with the same doubt are told one by one up to so many
_NOTES = frozenset({"serial", "float_id", "metres", "decimal_comma"})
_IMPOSSIBLE = IMPOSSIBLE | {"outside"}


class RowNames:
    """What rows are called, worded for those asked for only: by their ids, else by their numbers."""

    def __init__(self, ids: pd.Series[Any] | None, rows: AnyInts) -> None:
        self.ids, self.rows = ids, rows

    def __getitem__(self, at: AnyInts) -> list[str]:
        names = [None] * len(at) if self.ids is None else self.ids.iloc[at].tolist()
        return [
            f"row {row}" if name is None or name != name else str(name)
            for name, row in zip(names, self.rows[at].tolist(), strict=True)
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The rows of one table while it is judged.

    Attributes
    ----------
    spec : TableSpec
        The table.
    table : DataFrame
        In standard form, rows to be set aside included.
    raw : mapping of str to Series
        The cells behind each column, as written.
    rows : array of int
        Their numbers in the file.
    ids : RowNames
        What each row is called in findings.
    origin : str
        Its file.
    problems, findings : list
        What was found so far.
    aside : dict
        Per row (position): reason, column and message; the first counts.
    meridian : list of float
        The central meridian of coordinates that came in degrees.
    """

    spec: TableSpec
    table: pd.DataFrame
    raw: Mapping[str, pd.Series[Any]]
    rows: AnyInts
    ids: RowNames
    origin: str
    problems: list[Problem] = field(default_factory=list)
    findings: list[pd.DataFrame] = field(default_factory=list)
    aside: dict[int, tuple[str, str, Note]] = field(default_factory=dict)
    meridian: list[float] = field(default_factory=lambda: [float("nan")])

    def problem(self, column: str, bad: Truths, what: str) -> None:
        """Note what makes the table unusable at some rows."""
        if bad.any():
            self.problems.append(problem_at(self.table, self.spec, column, bad, what, self.rows, self.origin))

    def set_aside(self, bad: Truths, reason: str, column: str, said: Note | Mapping[int, Note]) -> None:
        """Set rows aside that are not yet."""
        for at in np.flatnonzero(bad).tolist():
            self.aside.setdefault(at, (reason, column, said if isinstance(said, Note) else said[at]))

    def cell(self, column: str, at: int) -> str:
        """Return the text of a cell as a message may show it."""
        return shown((cell_text(self.raw[column].iloc[at]) or "").strip(), self.spec.name)


def judge_column(judged: Judged, meant: Meant, cells: Cells) -> None:
    """Judge the cells of one column that are there; those that are empty are judged by `judge_empty`."""
    if cells.how is None:
        return
    refused: dict[str, Truths] = {}
    for how in dict.fromkeys(pd.unique(cells.how)):
        if not how:
            continue
        where = cells.how == how
        if _is_refused(judged.spec, meant.column, how, where):
            what = requirement(meant.column, how)
            refused[what] = refused.get(what, False) | where
        elif how in UNREADABLE:
            _judge_unreadable(judged, meant.column, where)
        elif how in _IMPOSSIBLE:
            _judge_impossible(judged, meant.column, where)
        else:
            _tell(judged, meant.column, how, where)
    for what, where in refused.items():
        judged.problem(meant.column.name, where, what + cells_shown(judged, meant.column.name, where))


def _is_refused(spec: TableSpec, column: Column, how: str, where: Truths) -> bool:
    """Return whether such cells make the whole table unusable."""
    if how in UNREADABLE:
        if not spec.is_record:
            return True
        is_format = how in ("no_year", "order_unknown")
        return column.required and (is_format or 2 * int(where.sum()) > len(where))  # the column is not understood
    return not spec.is_record and how in _IMPOSSIBLE and (column.required or how == "outside")


def _judge_unreadable(judged: Judged, column: Column, where: Truths) -> None:
    if column.required or column.is_decisive:
        _set_aside(judged, column, where, "unreadable")
        return
    meaning = column.default if column.default is not None else note("schema.unknown")
    keys = ("schema.cell_unreadable", "schema.cells_unreadable")
    _say(judged, column.name, where, "warning", "unreadable_cell", keys, value=_value(meaning))


def _judge_impossible(judged: Judged, column: Column, where: Truths) -> None:
    if column.required:
        _set_aside(judged, column, where, "impossible")
        return
    keys = ("schema.cell_impossible", "schema.cells_impossible")
    _say(judged, column.name, where, "warning", "impossible_value", keys)


def _set_aside(judged: Judged, column: Column, where: Truths, why: str) -> None:
    said = {
        at: note(f"schema.row_{why}", column=column.name, cell=judged.cell(column.name, at))
        for at in np.flatnonzero(where).tolist()
    }
    judged.set_aside(where, f"{why}_{column.name}", column.name, said)


def _tell(judged: Judged, column: Column, how: str, where: Truths) -> None:
    """Tell of cells that were read with a doubt."""
    why = note(f"schema.{how}") if how in words("schema") else note("schema.about")
    severity = "note" if how in _NOTES else "warning"
    positions = np.flatnonzero(where)
    if how == "float_id":
        positions = positions[:0] if not len(positions) else positions[:1]
    values = judged.table[column.name]
    keys = ("schema.cell_read", "schema.cells_read")
    count = int(where.sum())
    if count <= _EACH and how != "float_id":
        said = [
            note(keys[0], column=column.name, cell=judged.cell(column.name, at), value=_value(values.iloc[at]), why=why)
            for at in positions.tolist()
        ]
        judged.findings.append(
            findings_at(severity, "cell_guessed", judged.spec.name, column.name, judged.ids[positions], said)  # type: ignore[arg-type]
        )
        return
    first = int(positions[0])
    said_once = note(
        keys[1] if count > 1 else keys[0],
        column=column.name,
        cell=judged.cell(column.name, first),
        value=_value(values.iloc[first]),
        why=why,
        **({"others": count - 1} if count > 1 else {}),
    )
    judged.findings.append(findings_at(severity, "cell_guessed", judged.spec.name, column.name, [""], said_once))  # type: ignore[arg-type]


def _say(
    judged: Judged, column: str, where: Truths, severity: Any, rule: str, keys: tuple[str, str], **values: Any
) -> None:
    """Note a finding for each row, or one for all where they are many."""
    positions = np.flatnonzero(where)
    if len(positions) <= _EACH:
        said = [note(keys[0], column=column, cell=judged.cell(column, at), **values) for at in positions.tolist()]
        judged.findings.append(findings_at(severity, rule, judged.spec.name, column, judged.ids[positions], said))
        return
    first = int(positions[0])
    text = note(keys[1], column=column, cell=judged.cell(column, first), others=len(positions) - 1, **values)
    judged.findings.append(findings_at(severity, rule, judged.spec.name, column, [""], text))


def judge_empty(judged: Judged, column: Column, cells: Cells) -> None:
    """Judge the empty cells of a required column."""
    missing = pd.isna(pd.Series(cells.values)).to_numpy(dtype=bool)
    if cells.how is not None:
        missing = missing & ~np.isin(cells.how, list(UNREADABLE | _IMPOSSIBLE))
    if not missing.any():
        return
    if judged.spec.is_record:
        judged.set_aside(missing, f"missing_{column.name}", column.name, note("schema.row_missing", column=column.name))
    else:
        judged.problem(column.name, missing, "must not be empty")


def requirement(column: Column, how: str) -> str:
    """Return what the cells of a column must be."""
    if column.type == "choice":
        return f"must be one of {', '.join(column.choices)}"
    if column.type == "truth":
        return "must be true or false"
    if column.type == "date":
        return {
            "no_year": "must be a date with its year, such as 2025-11-03",
            "order_unknown": "must be a date whose day and month can be told apart, such as 2025-11-03"
            f' (or say in the settings: units, {column.name} = "d/m/y" or "m/d/y")',
        }.get(how, "must be a date such as 2025-11-03")
    if column.measure in ("year", "season"):
        return "must be a year such as 1998" + (" (an age or a year of two digits)" if how == "age_or_year" else "")
    limits = [f" above {column.above:g}"] if column.above is not None else []
    limits += [f" of {column.least:g} or more"] if column.least is not None else []
    text = "must be a number" + "".join(limits)
    if how == "too_large" and column.most is not None:
        text += f" and at most {column.most:g}"
    return text + (f" in units of {column.measure}" if how == "foreign_unit" else "")


def cells_shown(judged: Judged, column: str, where: Truths) -> str:
    """Return the first five cells as the end of a sentence that says what they must be."""
    cells = [judged.cell(column, at) for at in np.flatnonzero(where)[:5].tolist()]
    return ", not " + ", ".join(dict.fromkeys(cells))


def _value(value: Any) -> Any:
    """Return a value as a message shows it."""
    if isinstance(value, Note):
        return value
    if isinstance(value, pd.Timestamp | np.datetime64):
        return pd.Timestamp(value).date().isoformat()
    if isinstance(value, float | np.floating):
        return f"{float(value):g}"
    return str(value).lower() if isinstance(value, bool | np.bool_) else str(value)
