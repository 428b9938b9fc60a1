"""What became of every row of every table: used, not asked for, or set aside with its reason; the sums add up.

A *fate* is what became of one row. Fates are kept row by row, so that no row can be counted twice or not at all; an
account is what they add up to.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import pandas as pd

from heatnet._arrays import Ints, Objects, Truths
from heatnet.inventory.row_ids import RowIds
from heatnet.language import note, worded, words
from heatnet.schema import LAYOUT_REASONS
from heatnet.schema.findings import worded_ids

State = Literal["used", "not_asked_for", "set_aside"]
USED: Final = "used"
NOT_ASKED_FOR: Final = "not_asked_for"
SET_ASIDE: Final = "set_aside"
_FIRST_IDS = 5


class Reason(NamedTuple):
    """Why rows of a table do not count: ``state`` (not_asked_for, set_aside), the rule, how many, the first five."""

    state: str
    rule: str
    rows: int
    first_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Fates:
    """What became of each row of one table.

    Attributes
    ----------
    ids : RowIds
        What each row is called.
    code : array of int
        Place of its reason in `whys`; -1: the row is used.
    whys : tuple of (state, rule)
        The reasons for which rows do not count.
    is_matched : array, optional
        Which rows found their building or asset by a name or a place; None: none.
    """

    ids: RowIds
    code: Ints
    whys: tuple[tuple[State, str], ...] = ()
    is_matched: Truths | None = None

    @classmethod
    def judged(cls, ids: Iterable[Any], rule: Objects | str | None = None, state: State = SET_ASIDE) -> Fates:
        """Return the fates of rows: used where no rule holds, else `state` by that rule.

        Parameters
        ----------
        ids : iterable of str
            What each row is called.
        rule : array or str, optional
            The rule that holds for each row, or for all of them; None: none.
        state : str
            ``set_aside`` (a defect of the row) or ``not_asked_for``.

        Examples
        --------
        >>> Fates.judged(["F1", "F2"], np.array([None, "unknown_asset"], dtype=object)).is_used.tolist()
        [True, False]
        """
        names = RowIds.of(ids)
        if rule is None or isinstance(rule, str):
            return cls(names, np.full(len(names), -1 if rule is None else 0), () if rule is None else ((state, rule),))
        code, known = pd.factorize(rule, sort=False)
        return cls(names, code.astype(np.int64), tuple((state, str(name)) for name in known))

    @property
    def is_used(self) -> Truths:
        """Which rows are used."""
        return self.code < 0

    def without(self, where: Truths, rule: str, state: State = NOT_ASKED_FOR) -> Fates:
        """Return the fates with those rows among `where` that were used so far taken out by a rule."""
        if not (where & self.is_used).any():
            return self
        why = (state, rule)
        whys = self.whys if why in self.whys else (*self.whys, why)
        return replace(self, code=np.where(where & self.is_used, whys.index(why), self.code), whys=whys)

    def joined(self, other: Fates) -> Fates:
        """Return the fates of these rows and those of others of the same table behind them."""
        whys = (*self.whys, *(why for why in other.whys if why not in self.whys))
        place = np.array([*(whys.index(why) for why in other.whys), -1], dtype=np.int64)
        matched = np.append(self._matched(), other._matched())
        return Fates(self.ids.joined(other.ids), np.append(self.code, place[other.code]), whys, matched)

    def _matched(self) -> Truths:
        return np.zeros(len(self.ids), dtype=bool) if self.is_matched is None else self.is_matched

    @property
    def matched(self) -> int:
        """How many of the rows used found their building or asset by a name or a place."""
        return int((self._matched() & self.is_used).sum())

    def reasons(self) -> tuple[Reason, ...]:
        """Return why rows do not count: what is set aside first, then the most frequent, then by name."""
        found = []
        for code, (state, rule) in enumerate(self.whys):
            ids = self.ids[self.code == code]
            if len(ids):
                found.append(Reason(state, rule, len(ids), tuple(heapq.nsmallest(_FIRST_IDS, ids.tolist()))))
        return tuple(sorted(found, key=lambda reason: (reason.state != SET_ASIDE, -reason.rows, reason.rule)))


def accounts_of(of_table: Mapping[str, Fates]) -> pd.DataFrame:
    """Return the account of each table.

    Parameters
    ----------
    of_table : mapping
        The fates of the rows of each table that was read.

    Returns
    -------
    DataFrame
        Index table: ``rows``, ``used``, ``not_asked_for``, ``set_aside`` (``rows`` is their sum), ``matched`` (of those
        used: by a name or a place) and ``reasons``, a tuple of `Reason`, what is set aside first, the most frequent
        first.

    Examples
    --------
    >>> rows = Fates.judged(["F1", "F2", "F3"], np.array([None, "unknown_asset", "unknown_asset"], dtype=object))
    >>> account = accounts_of({"faults": rows}).loc["faults"]
    >>> print(*account[["rows", "used", "set_aside"]], *account["reasons"][0].first_ids)
    3 1 2 F2 F3
    """
    reasons = [rows.reasons() for rows in of_table.values()]
    counts = {
        state: [sum(reason.rows for reason in of_one if reason.state == state) for of_one in reasons]
        for state in (NOT_ASKED_FOR, SET_ASIDE)
    }
    table = pd.DataFrame(
        {
            "rows": [len(rows.ids) for rows in of_table.values()],
            USED: [int(rows.is_used.sum()) for rows in of_table.values()],
            **counts,
            "matched": [rows.matched for rows in of_table.values()],
        },
        index=pd.Index(list(of_table), name="table", dtype=object),
        dtype=np.int64,
    )
    return table.assign(reasons=pd.Series(reasons, index=table.index, dtype=object))


def planned_fates(
    of_ranking: Mapping[str, Fates], as_read: Mapping[str, Fates], *, has_calendar: bool
) -> dict[str, Fates]:
    """Return the fates of a ranking's rows once a plan is made of it: with a calendar, digs are asked for."""
    fates = dict(of_ranking)
    if "digs" in as_read:
        digs = as_read["digs"]
        fates["digs"] = digs if has_calendar else digs.without(np.ones(len(digs.ids), dtype=bool), "no_calendar")
    return fates


def mostly_set_aside(accounts: pd.DataFrame) -> list[str]:
    """Return the tables of which more than half is set aside; totals and remarks among the rows are no records."""
    found = []
    for name, row in accounts.iterrows():
        aside, rows = _records_set_aside(row)
        if 2 * aside > rows:
            found.append(str(name))
    return found


def _records_set_aside(account: pd.Series[Any]) -> tuple[int, int]:
    """Return how many records of a table are set aside, and how many it has; its totals and remarks are none."""
    layout = sum(reason.rows for reason in account["reasons"] if reason.rule in LAYOUT_REASONS)
    return int(account[SET_ASIDE]) - layout, int(account["rows"]) - layout


def account_sentences(accounts: pd.DataFrame, language: str = "en") -> list[str]:
    """Return the account in sentences: a warning for each table that is mostly set aside first, then a line per table.

    Examples
    --------
    >>> account_sentences(accounts_of({"works": Fates.judged(["W1"], "unknown_asset")}))
    ['More than half of works is set aside: 1 of 1 rows.', 'works, 1 row: 0 used; 1 set aside (unknown asset 1: W1)']
    """
    mostly, crowded = [], mostly_set_aside(accounts)
    for name, account in accounts.iterrows():
        if name in crowded:
            aside, rows = _records_set_aside(account)
            mostly.append(note("accounts.mostly_set_aside", table=note(f"accounts.{name}"), aside=aside, rows=rows))
    lines = [_line(str(name), row) for name, row in accounts.iterrows()]
    return [worded(said, language) for said in (*mostly, *lines)]


def _line(name: str, account: pd.Series[Any]) -> Any:
    parts = [note("accounts.used", rows=account[USED])]
    if account["matched"]:
        parts = [note("accounts.used_and_matched", rows=account[USED], matched=account["matched"])]
    for state in (NOT_ASKED_FOR, SET_ASIDE):
        why = tuple(
            note("accounts.reason", rule=_rule(reason.rule), rows=reason.rows, ids=worded_ids(reason.first_ids))
            if reason.rows <= _FIRST_IDS
            else note(
                "accounts.reason_of_many", rule=_rule(reason.rule), rows=reason.rows, ids=worded_ids(reason.first_ids)
            )
            for reason in account["reasons"]
            if reason.state == state
        )
        if why:
            parts.append(note(f"accounts.{state}", rows=account[state], why=why))
    return note("accounts.line", table=note(f"accounts.{name}"), rows=account["rows"], parts=tuple(parts))


def _rule(rule: str) -> Any:
    """Return the words for a rule: its own, those of what is wrong with a column, else its name with blanks."""
    known = words("accounts")
    if f"rule_{rule}" in known:
        return note(f"accounts.rule_{rule}")
    wrong, _, column = rule.partition("_")
    if f"column_{wrong}" in known and column:
        return note(f"accounts.column_{wrong}", column=column)
    return rule.replace("_", " ")


def heading_sentences(understood: pd.DataFrame, language: str = "en") -> list[str]:
    """Return what headings were understood as, a line per table; those that are the column's own name are not told.

    Examples
    --------
    >>> heading_sentences(pd.DataFrame({"table": ["valves"], "heading": ["阀门编号"], "column": ["valve_id"]}))
    ['valves: 阀门编号 = valve_id']
    """
    lines = []
    for table, rows in understood.groupby("table", sort=False) if len(understood) else ():
        others = [
            (head, column) for head, column in zip(rows["heading"], rows["column"], strict=True) if head != column
        ]
        read = tuple(dict.fromkeys(f"{head} = {column}" for head, column in others if column))
        unread = tuple(dict.fromkeys(head for head, column in others if not column))
        parts = (*read, *((note("accounts.unread", headings=unread),) if unread else ()))
        if parts:
            lines.append(worded(note("accounts.headings", table=note(f"accounts.{table}"), parts=parts), language))
    return lines


def headings_as_data(understood: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return what headings were understood as, as JSON can hold it: by table each heading with its column."""
    found: dict[str, dict[str, str]] = {}
    for row in understood.to_dict("records"):
        found.setdefault(str(row["table"]), {})[str(row["heading"])] = str(row["column"])
    return found


def accounts_as_data(accounts: pd.DataFrame) -> dict[str, Any]:
    """Return the accounts as JSON can hold them: by table the counts and the reasons."""
    return {
        str(name): {
            **{column: int(row[column]) for column in ("rows", USED, NOT_ASKED_FOR, SET_ASIDE, "matched")},
            "reasons": [{**reason._asdict(), "first_ids": list(reason.first_ids)} for reason in row["reasons"]],
        }
        for name, row in accounts.iterrows()
    }
