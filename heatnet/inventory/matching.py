"""Ids that were written in another way than in the table they point to, and names that stand for ids.

A spreadsheet makes ``gd-004`` of ``GD-004`` and ``4`` of ``004``; a ledger names a node as people call it. What is one
thing in one table is found here, never guessed among several, and every match is a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Objects
from heatnet.inventory.names import folded_name
from heatnet.language import note
from heatnet.schema.findings import Severity, findings_at

SPELLING, ZEROS, NAME = "spelling", "zeros", "name"
_RULES = {SPELLING: "id_spelled_differently", ZEROS: "id_lost_zeros", NAME: "name_instead_of_id"}
_WHOLE_NUMBER = re.compile(r"(\d+)(?:\.0+)?")


class Identities:
    """The ids of one kind of thing, with the other ways in which they may be written; made when first asked for.

    Parameters
    ----------
    ids : iterable of str
        The ids; missing ones are left out.
    names : iterable of str, optional
        What people call each; missing ones are left out.
    """

    def __init__(self, ids: Iterable[Any], names: Iterable[Any] | None = None) -> None:
        self._given, self._named = ids, names

    @cached_property
    def _ids(self) -> Objects:
        return _objects(self._given)

    def unknown(self, values: Objects) -> Objects:
        """Return the different values that are none of the ids, in the order in which they stand."""
        found: Objects = pd.unique(values[~pd.isna(values)])
        return found[self._lookup.get_indexer(pd.Index(found, dtype=object)) < 0]

    @cached_property
    def _lookup(self) -> pd.Index[Any]:
        """The ids, ready to be looked up."""
        return pd.Index(pd.unique(self._ids), dtype=object)

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids as text."""
        return frozenset(str(one) for one in self._ids.tolist() if not pd.isna(one))

    @cached_property
    def spellings(self) -> dict[str, str]:
        """By the folded form of an id that only one id has: the id."""
        return _unique((folded_name(one), one) for one in self.ids)

    @cached_property
    def numbers(self) -> dict[str, str]:
        """By a whole number without leading zeros: the only id that it is."""
        return _unique((one.lstrip("0") or "0", one) for one in self.ids if one.isascii() and one.isdigit())

    @cached_property
    def names(self) -> dict[str, str]:
        """By the folded name that only one thing has: its id."""
        if self._named is None:
            return {}
        pairs = zip(self._ids.tolist(), _objects(self._named).tolist(), strict=True)
        return _unique(
            (folded_name(str(name)), str(one)) for one, name in pairs if not pd.isna(one) and not pd.isna(name)
        )

    def find(self, written: str) -> tuple[str, str] | None:
        """Return the id that is meant and how it was found, None where nothing or more than one thing is meant."""
        number = _WHOLE_NUMBER.fullmatch(written)
        if number and number[1] in self.ids:
            return number[1], SPELLING
        folded = folded_name(written)
        if folded in self.spellings:
            return self.spellings[folded], SPELLING
        if number and (bare := number[1].lstrip("0") or "0") in self.numbers:
            return self.numbers[bare], ZEROS
        if folded in self.names:
            return self.names[folded], NAME
        return None


def identities(ids: Iterable[Any], names: Iterable[Any] | None = None) -> Identities:
    """Return the ways in which ids may be written.

    Parameters
    ----------
    ids : iterable of str
        The ids; missing ones are left out.
    names : iterable of str, optional
        What people call each; missing ones are left out.

    Examples
    --------
    >>> known = identities(["GD-004", "007"], ["north main", None])
    >>> known.find("gd-004"), known.find("7"), known.find("North Main"), known.find("8")
    (('GD-004', 'spelling'), ('007', 'zeros'), ('GD-004', 'name'), None)
    """
    return Identities(ids, names)


def _objects(values: Iterable[Any]) -> Objects:
    if isinstance(values, (pd.Series, pd.Index)):
        return values.to_numpy(dtype=object)
    return np.array([*values, None], dtype=object)[:-1]


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the pairs whose key stands for one value only."""
    found: dict[str, str | None] = {}
    for key, value in pairs:
        found[key] = value if found.get(key, value) == value else None
    return {key: value for key, value in found.items() if value is not None}


@dataclass(slots=True)
class Matches:
    """A table while its rows are matched: its columns, how each row was matched, which are set aside, what was found.

    Attributes
    ----------
    table : DataFrame
        In standard form.
    key : str
        The column by which findings name its rows.
    name : str
        Name of the table.
    matched_by, rule : array
        How each row was matched (None: by its id), and the rule that sets it aside (None: none).
    found, aside : list of DataFrame
        What was found, and what was found of the rows set aside.
    """

    name: str
    key: str
    table: pd.DataFrame
    matched_by: Objects = field(init=False)
    rule: Objects = field(init=False)
    found: list[pd.DataFrame] = field(default_factory=list)
    aside: list[pd.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.matched_by = np.full(len(self.table), None, dtype=object)
        self.rule = np.full(len(self.table), None, dtype=object)

    def match_ids(self, column: str, known: Identities) -> None:
        """Replace ids that are written in another way by those that are meant."""
        values = self.table[column].to_numpy(dtype=object)
        strange = known.unknown(values).tolist()
        meant = {text: found for text in strange if (found := known.find(text)) is not None}
        if not meant:
            return
        rows = np.flatnonzero([text in meant for text in values])
        ids = np.array(values, dtype=object)
        for row in rows:
            ids[row], how = meant[values[row]]
            if how == NAME:
                self.matched_by[row] = how
        self.table = self.table.assign(
            **{column: pd.Series(ids, index=self.table.index, dtype=self.table[column].dtype)}
        )
        for how, rule in _RULES.items():
            of_rule = [row for row in rows if meant[values[row]][1] == how]
            self.say(
                "warning" if how == ZEROS else "note",
                rule,
                column,
                of_rule,
                [note(f"findings.{rule}", column=column, written=values[row], taken=ids[row]) for row in of_rule],
            )

    def say(self, severity: Severity, rule: str, column: str, rows: list[Any], messages: Any) -> None:
        """Keep a finding for each of the rows."""
        self.found.append(findings_at(severity, rule, self.name, column, self._ids(rows), messages))

    def set_aside(self, rule: str, column: str, rows: list[Any], messages: Any) -> None:
        """Set the rows aside, with a finding for each."""
        self.rule[rows] = rule
        self.aside.append(findings_at("error", rule, self.name, column, self._ids(rows), messages))

    def _ids(self, rows: list[Any]) -> list[str]:
        return [_named(self.table[self.key].iloc[row], row) for row in rows]

    def finished(self) -> pd.DataFrame:
        """Return the table with the column ``matched_by`` where a row was matched."""
        if np.asarray(pd.isna(self.matched_by), dtype=bool).all():
            return self.table
        given = self.table.get("matched_by", pd.Series(np.nan, index=self.table.index)).to_numpy(dtype=object)
        how = np.where(pd.isna(self.matched_by), given, self.matched_by)
        how[pd.isna(how)] = None
        return self.table.assign(matched_by=pd.Series(how, index=self.table.index, dtype=object))


def _named(name: Any, row: int) -> str:
    return str(row) if pd.isna(name) else str(name)
