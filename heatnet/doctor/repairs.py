"""A repaired copy of an inventory: what can be repaired without knowing the place, every change told, nothing lost.

Cells that no pipe, day or room can have are emptied (unknown is what `assess` can reckon with), lengths below the line
between the ends become that line, streets written in several ways are written in their most frequent way, rows that
nothing can be made of are set aside. Everything else stays as it is: only somebody who knows the place can tell.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.doctor.checking import check_inventory
from heatnet.doctor.rules import BY_NAME
from heatnet.inventory.contents import Inventory, inventory_of
from heatnet.inventory.door import RECORD_TABLES
from heatnet.inventory.names import folded_name
from heatnet.inventory.staging import PathLike, whole_folder
from heatnet.inventory.writing import refuse_inventory, write_csv
from heatnet.network import Network
from heatnet.schema import TABLES

CHANGE_COLUMNS = ("table", "row_id", "column", "before", "after", "rule")
ASIDE_COLUMNS = ("table", "row_id", "rule", "message")
_NETWORK = ("nodes", "segments", "valves")


@dataclass(frozen=True, slots=True, eq=False)
class Repaired:
    """A repaired copy.

    Attributes
    ----------
    tables : dict of str to DataFrame
        The tables of the inventory.
    changes : DataFrame
        Every cell changed: ``table``, ``row_id``, ``column``, ``before``, ``after`` (empty: unknown), ``rule``.
    set_aside : DataFrame
        Every row left out: ``table``, ``row_id``, ``rule``, ``message`` and the cells of the row.
    """

    tables: dict[str, pd.DataFrame]
    changes: pd.DataFrame
    set_aside: pd.DataFrame


def repaired(inventory: Inventory, *, rules: Collection[str] | None = None, language: str = "en") -> Repaired:
    """Return a repaired copy of an inventory; repairing that once more changes nothing.

    Parameters
    ----------
    inventory : Inventory
        What was read.
    rules : collection of str, optional
        Only what these rules find is repaired; by default all.
    language : str
        Language of the messages, one of `heatnet.language.languages`.

    Examples
    --------
    >>> from heatnet import examples
    >>> from heatnet.inventory.contents import inventory_of
    >>> works = examples.yard_tables()["works"].assign(length_m=9999.0)
    >>> done = repaired(inventory_of(examples.yard(), {"works": works}))
    >>> done.changes[["table", "column", "before", "after"]].values.tolist()
    [['works', 'length_m', '9999', '']]
    """
    findings = check_inventory(inventory, language=language)
    wanted = set(BY_NAME) if rules is None else set(rules)
    work = _Work(_tables_of(inventory), findings[findings["rule"].isin(sorted(wanted))])
    if "street_spelled_twice" in wanted:
        work.spell_streets()
    for rule, column in (
        ("households_at_no_building", "households"),
        ("laid_year_before_1930", "laid_year"),
        ("laid_year_in_future", "laid_year"),
        ("resolved_before_visit", "resolved_on"),
        ("room_temp_unlikely", "room_temp_c"),
        ("work_longer_than_asset", "length_m"),
    ):
        work.empty(rule, column)
    work.lengthen()
    work.set_aside(inventory, language)
    return work.done()


def write_repaired(done: Repaired, folder: PathLike) -> None:
    """Write a repaired copy into a folder: its tables, and in ``repairs/`` the log and the rows set aside.

    Raises
    ------
    HeatnetError
        An inventory lies there already, or a file cannot be written.
    """
    refuse_inventory(folder)
    with whole_folder(folder) as stage:
        for name, table in done.tables.items():
            columns = [column.name for column in TABLES[name].columns if column.name in table.columns]
            known = table[columns]
            write_csv(known.loc[:, known.notna().any() | (len(known) == 0)], stage / f"{name}.csv", exact=True)
        refuse_inventory(folder)
    with whole_folder(Path(folder) / "repairs", names=("changes.csv", "set_aside.csv")) as stage:
        write_csv(done.changes.set_index("table"), stage / "changes.csv")
        write_csv(done.set_aside.set_index("table"), stage / "set_aside.csv")


def _tables_of(inventory: Inventory) -> dict[str, pd.DataFrame]:
    tables = {name: getattr(inventory.network, name) for name in _NETWORK}
    tables |= {name: one for name in RECORD_TABLES if (one := getattr(inventory, name)) is not None}
    return {name: table.reset_index(drop=True) for name, table in tables.items() if len(table) or name != "valves"}


@dataclass(slots=True)
class _Work:
    """The tables while they are repaired, with the log."""

    tables: dict[str, pd.DataFrame]
    findings: pd.DataFrame
    changes: list[tuple[str, str, str, str, str, str]] = field(default_factory=list)
    aside: list[pd.DataFrame] = field(default_factory=list)

    def rows(self, rule: str, table: str) -> list[int]:
        """Return the rows of a table that a rule names."""
        found = self.findings[(self.findings["rule"] == rule) & (self.findings["table"] == table)]
        names = self.names(table)
        return np.flatnonzero(names.isin(list(found["row_id"])).to_numpy()).tolist()

    def names(self, table: str) -> pd.Series[Any]:
        """Return what rows are called in findings."""
        key = TABLES[table].key[0]
        ids = self.tables[table][key]
        numbers = pd.Series([str(row) for row in range(len(ids))], dtype=object)
        return ids.astype(object).where(ids.notna(), numbers)

    def change(self, table: str, row: int, column: str, after: Any, rule: str) -> None:
        """Put a value into a cell, and tell."""
        whole = self.tables[table]
        before = whole.at[row, column]
        self.changes.append((table, str(self.names(table).iloc[row]), column, _text(before), _text(after), rule))
        values = whole[column].copy()
        values.iloc[row] = after
        self.tables[table] = whole.assign(**{column: values})

    def empty(self, rule: str, column: str) -> None:
        table = BY_NAME[rule].table
        if table not in self.tables or column not in self.tables[table].columns:
            return
        for row in self.rows(rule, table):
            needed = column == "room_temp_c" and bool(self.tables[table]["is_cold"].isna().iloc[row])
            if self.tables[table][column].notna().iloc[row] and not needed:
                nothing = pd.NaT if pd.api.types.is_datetime64_any_dtype(self.tables[table][column].dtype) else np.nan
                self.change(table, row, column, nothing, rule)

    def lengthen(self) -> None:
        """Make segments as long as the line between their ends, to the decimetre above."""
        nodes, segments = self.tables["nodes"].set_index("node_id"), self.tables["segments"]
        for row in self.rows("length_below_distance", "segments"):
            ends = nodes.loc[[segments.at[row, "from_node"], segments.at[row, "to_node"]], ["x_m", "y_m"]]
            apart = float(np.hypot(*np.diff(ends.to_numpy(dtype=np.float64), axis=0)[0]))
            self.change("segments", row, "length_m", float(np.ceil(apart * 10) / 10), "length_below_distance")

    def spell_streets(self) -> None:
        """Write each street in its most frequent way, of equally frequent ones the first as text."""
        counts = self.tables["segments"]["street"].dropna().value_counts()
        best: dict[str, str] = {}
        for street in sorted(counts.index, key=lambda one: (-int(counts[one]), str(one))):
            best.setdefault(folded_name(str(street)), str(street))
        for table in ("segments", "digs"):
            if table in self.tables:
                for row, street in enumerate(self.tables[table]["street"].tolist()):
                    better = best.get(folded_name(street), street) if isinstance(street, str) else street
                    if isinstance(street, str) and better != street:
                        self.change(table, row, "street", better, "street_spelled_twice")

    def set_aside(self, inventory: Inventory, language: str) -> None:
        """Take out rows that nothing can be made of, judged anew on the repaired network."""
        whole = Network(self.tables["nodes"], self.tables["segments"], self.tables.get("valves"))
        records = {name: self.tables[name] for name in RECORD_TABLES if name in self.tables}
        again = inventory_of(whole, records)
        words = check_inventory(again, language=language).drop_duplicates(["table", "rule", "row_id"])
        off = inventory.set_aside
        self.aside.append(off[~off["rule"].isin(list(BY_NAME))][list(ASIDE_COLUMNS)].assign(cells=""))
        strays = off[off["rule"] == "unknown_segment"]
        self.aside.append(strays[list(ASIDE_COLUMNS)].assign(cells=""))
        for table in records:
            rules = pd.Series(again.known[table].judged.rule, dtype=object)
            if table == "visits":
                self._useless_visits(rules)
            out = rules.notna().to_numpy(dtype=bool)
            if out.any():
                rows, names = self.tables[table][out], self.names(table)[out]
                told = pd.DataFrame({"table": table, "row_id": names.astype(str), "rule": rules[out]})
                told = told.merge(words[["table", "rule", "row_id", "message"]], how="left")
                cells = [_cells(row) for row in rows.drop(columns="household_id", errors="ignore").to_dict("records")]
                self.aside.append(told.assign(cells=cells))
                self.tables[table] = self.tables[table][~out].reset_index(drop=True)

    def _useless_visits(self, rules: pd.Series[Any]) -> None:
        """Mark visits that stand twice, and those that say nothing but a temperature that no room has."""
        for rule in ("visit_repeated", "room_temp_unlikely"):
            for row in self.rows(rule, "visits"):
                if rule == "visit_repeated" or bool(self.tables["visits"]["is_cold"].isna().iloc[row]):
                    rules[row] = rule if pd.isna(rules[row]) else rules[row]

    def done(self) -> Repaired:
        changes = pd.DataFrame(self.changes, columns=list(CHANGE_COLUMNS), dtype=object)
        columns = [*ASIDE_COLUMNS, "cells"]
        some = [part for part in self.aside if len(part)]
        aside = pd.concat(some, ignore_index=True) if some else pd.DataFrame(columns=columns, dtype=object)
        return Repaired(self.tables, changes, aside[columns])


def _text(value: Any) -> str:
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    return re.sub(r"\.0$", "", str(value))


def _cells(row: dict[Any, Any]) -> str:
    return "; ".join(f"{name} = {_text(value)}" for name, value in row.items() if _text(value))
