"""`Inventory`: what is known of a network, brought into standard form and judged once, at the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.errors import HeatnetError
from heatnet.inventory.accounts import Fates, accounts_of
from heatnet.inventory.door import RECORD_TABLES, KnownRecords, known_records, read_table, set_aside_rows
from heatnet.inventory.judging import NEAREST_M, PLACED_ON_ASSETS, Judged
from heatnet.inventory.records import Records, is_past
from heatnet.language import note
from heatnet.network import Network
from heatnet.schema import TABLES, Reading, raise_problems
from heatnet.schema.findings import all_findings, worded_findings
from heatnet.value import Settings


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Inventory:
    """A network and its records; made by `read_inventory`.

    Attributes
    ----------
    network : Network
        Nodes, segments and valves.
    visits, faults, works, digs, makeup : DataFrame or None
        The records in standard form, those that name no building or asset among them; None: no such table.
    files : tuple of Path
        The files read, sorted by name.
    settings : Settings or None
        The inventory's own settings; None: it has none.
    known : mapping
        By table of records: what became of each row.
    of_network : tuple of Reading
        How nodes, segments and valves were read; empty where they came from no file.
    matched : tuple of DataFrame
        What was found when segments and valves were matched to nodes and segments.
    """

    network: Network
    visits: pd.DataFrame | None = None
    faults: pd.DataFrame | None = None
    works: pd.DataFrame | None = None
    digs: pd.DataFrame | None = None
    makeup: pd.DataFrame | None = None
    files: tuple[Path, ...] = ()
    settings: Settings | None = None
    known: Mapping[str, KnownRecords] = field(default_factory=dict)
    of_network: Mapping[str, Reading] = field(default_factory=dict)
    matched: tuple[pd.DataFrame, ...] = ()

    def __repr__(self) -> str:
        accounts = self.accounts
        parts = [repr(self.network)]
        for name in RECORD_TABLES:
            if name not in accounts.index:
                parts.append(f"no {name}")
                continue
            rows, aside = int(accounts["rows"][name]), int(accounts["set_aside"][name])
            parts.append(f"{rows} {name}" + (f" ({aside} set aside)" if aside else ""))
        return f"Inventory({', '.join(parts)})"

    @property
    def findings(self) -> pd.DataFrame:
        """What was found when the tables were read: columns as in `check_network`, errors first."""
        return self.findings_in("en")

    def findings_in(self, language: str) -> pd.DataFrame:
        """Return `findings` in a language."""
        return worded_findings(all_findings(self.found()), language)

    def found(self) -> list[pd.DataFrame]:
        """Return what was found when the tables were read and judged; messages are notes, in no language yet."""
        of_network = [reading.findings for reading in self.of_network.values()]
        of_records = [part for one in self.known.values() for part in (*one.found, one.judged.findings)]
        return [*of_network, *self.matched, *of_records]

    @property
    def judged(self) -> dict[str, Judged]:
        """By table of records: where each row belongs, and the rule that sets it aside."""
        return {name: one.judged for name, one in self.known.items()}

    @property
    def set_aside(self) -> pd.DataFrame:
        """Every row that is not used for a defect of its own: ``table``, ``row_id``, ``rule``, ``message``."""
        return worded_findings(self.rows_set_aside())

    def rows_set_aside(self) -> pd.DataFrame:
        """Return `set_aside` with messages that are notes, in no language yet."""
        ids = self.network.set_aside["valve_id"].tolist()
        said = [note("findings.unknown_segment", column="segment_id")] * len(ids)
        told = {"table": "valves", "row_id": ids, "rule": "unknown_segment", "message": said}
        stray = pd.DataFrame(told, columns=["table", "row_id", "rule", "message"], dtype=object)
        parts = [set_aside_rows(name, reading) for name, reading in self.of_network.items()]
        parts += [one.set_aside for one in self.known.values()]
        return pd.concat([stray, *parts], ignore_index=True)

    @property
    def understood(self) -> pd.DataFrame:
        """What headings were understood as: ``file``, ``table``, ``heading``, ``column`` (empty: not read), ``why``."""
        parts = [reading.understood for reading in self.of_network.values()]
        parts += [one.understood for one in self.known.values()]
        return pd.concat(parts, ignore_index=True) if parts else all_findings([]).iloc[:, :0]

    @property
    def fates(self) -> dict[str, Fates]:
        """What became of each row of each table that was read; those taken off when it was read stand behind."""
        network = self.network
        stray = network.set_aside["valve_id"]
        rows = {"nodes": Fates.judged(network.node_ids), "segments": Fates.judged(network.segment_ids)}
        if len(network.valve_segment) or len(stray):
            rows["valves"] = Fates.judged(network.valves["valve_id"]).joined(Fates.judged(stray, "unknown_segment"))
        rows |= {name: one.fates for name, one in self.known.items()}
        taken_off = {name: set_aside_rows(name, reading) for name, reading in self.of_network.items()}
        taken_off |= {name: one.taken_off for name, one in self.known.items()}
        for name, off in taken_off.items():
            if len(off):
                behind = Fates.judged(off["row_id"], off["rule"].to_numpy(dtype=object))
                rows[name] = rows[name].joined(behind) if name in rows else behind
        return {name: rows[name] for name in TABLES if name in rows}

    @property
    def accounts(self) -> pd.DataFrame:
        """Index table: ``rows`` in the file = ``used`` + ``not_asked_for`` + ``set_aside``; and the ``reasons``."""
        return accounts_of(self.fates)

    @property
    def in_id_order(self) -> Inventory:
        """The inventory with its network in the order in which everything is computed."""
        network = self.network.in_id_order
        if network is self.network:
            return self
        of_nodes = np.append(network.node_positions(self.network.node_ids), -1)
        of_assets = np.append(network.asset_positions(self.network.asset_ids), -1)
        known = {
            name: replace(
                one,
                judged=replace(
                    one.judged, place=(of_assets if name in PLACED_ON_ASSETS else of_nodes)[one.judged.place]
                ),
            )
            for name, one in self.known.items()
        }
        return replace(self, network=network, known=known)

    def before(self, season: int) -> Inventory:
        """Return what was known before a season began: the rows that can be used, dated before its start.

        Digs, which lie ahead, stay. What was found and set aside is not told again.

        Examples
        --------
        >>> import heatnet as hn
        >>> faults = pd.DataFrame({"fault_id": ["F", "G"], "found_on": ["2025-10-14", "2025-10-15"], "asset_id": "S"})
        >>> inventory_of(hn.examples.line(), {"faults": faults}).before(2025).faults["fault_id"].tolist()
        ['F']
        """
        known = {
            name: one.only(one.judged.is_used & is_past(name, one.table, season)) for name, one in self.known.items()
        }
        tables: dict[str, Any] = {name: one.table for name, one in known.items()}
        return replace(self, **tables, known=known, of_network={}, matched=())

    def records(self) -> Records:
        """Return the rows that can be used of every table of records."""
        tables: dict[str, Any] = {name: one.only(one.judged.is_used).table for name, one in self.known.items()}
        return Records(**tables)


def refuse_empty(network: Network) -> None:
    """Refuse a network without segments: nothing can be said about it."""
    if not network.n_segments:
        raise HeatnetError("the table of segments holds no row: a network has at least one segment")


def inventory_of(
    network: Network | Inventory,
    tables: Mapping[str, Any],
    *,
    files: tuple[Path, ...] = (),
    settings: Settings | None = None,
    nearest_m: float = NEAREST_M,
) -> Inventory:
    """Return a network and tables of its records as an inventory: in standard form, each row judged.

    Parameters
    ----------
    network : Network or Inventory
        Of an inventory the records are kept, but for the tables given.
    tables : mapping of str to DataFrame, RawTable or None
        ``visits``, ``faults``, ``works``, ``digs``, ``makeup``, as they are written; None or absent: not recorded.
    files : tuple of Path
        The files read.
    settings : Settings, optional
        The town's own headings and units, and what else it has set.
    nearest_m : float
        Farthest that a fault with nothing but a place may lie from its segment, in metres.

    Raises
    ------
    HeatnetError
        A table cannot be used, or `network` is neither a network nor an inventory.

    Examples
    --------
    >>> import heatnet as hn
    >>> works = pd.DataFrame({"work_id": ["W", "X"], "asset_id": ["S", "nowhere"], "done_on": "2024-07-01"})
    >>> inventory_of(hn.examples.line(), {"works": works}).set_aside[["table", "row_id", "rule"]].values.tolist()
    [['works', 'X', 'unknown_asset']]
    """
    given = {name: tables[name] for name in RECORD_TABLES if tables.get(name) is not None}
    if isinstance(network, Inventory):
        if not given:
            return network
        base = network
    elif isinstance(network, Network):
        refuse_empty(network)
        base = Inventory(network, files=files, settings=settings)
    else:
        raise HeatnetError(f"network is {type(network).__name__}; give a heatnet.Network or a heatnet.Inventory.")
    readings = {name: read_table(table, name, base.settings) for name, table in given.items()}
    raise_problems([problem for reading in readings.values() for problem in reading.problems])
    return with_records(base, readings, nearest_m=nearest_m)


def with_records(base: Inventory, readings: Mapping[str, Reading], *, nearest_m: float = NEAREST_M) -> Inventory:
    """Return an inventory with tables of records that were read, each row matched and judged."""
    known = known_records(base.network, readings, nearest_m=nearest_m)
    tables: dict[str, Any] = {name: one.table for name, one in known.items()}
    return replace(base, **tables, known={**base.known, **known})
