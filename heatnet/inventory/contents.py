"""`Inventory`: what is known of a network, brought into standard form and judged once, at the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet.errors import HeatnetError
from heatnet.inventory.accounts import Fates, accounts_of
from heatnet.inventory.door import RECORD_TABLES, matched_records, read_frame
from heatnet.inventory.judging import Judged
from heatnet.inventory.records import Records
from heatnet.network import Network
from heatnet.schema import TABLES
from heatnet.schema.findings import all_findings, worded_findings


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Inventory:
    """A network and its records; made by `read_inventory`.

    Attributes
    ----------
    network : Network
        Nodes, segments and valves.
    visits, faults, works, digs, makeup : DataFrame or None
        The records in standard form, those set aside among them; None: no such table.
    files : tuple of Path
        The files read, sorted by name.
    settings : Settings or None
        The inventory's own settings.
    """

    network: Network
    visits: pd.DataFrame | None = None
    faults: pd.DataFrame | None = None
    works: pd.DataFrame | None = None
    digs: pd.DataFrame | None = None
    makeup: pd.DataFrame | None = None
    files: tuple[Path, ...] = ()
    settings: Any = None
    judged: Mapping[str, Judged] = field(default_factory=dict)
    read: tuple[pd.DataFrame, ...] = ()
    taken_off: Mapping[str, Fates] = field(default_factory=dict)

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
        return [*self.read, *(judged.findings for judged in self.judged.values())]

    @property
    def fates(self) -> dict[str, Fates]:
        """What became of each row of each table that was read."""
        network = self.network
        stray = network.set_aside["valve_id"]
        known = {"nodes": Fates.judged(network.node_ids), "segments": Fates.judged(network.segment_ids)}
        if len(network.valve_segment) or len(stray):
            used = Fates.judged(network.valves["valve_id"])
            known["valves"] = used.joined(Fates.judged(stray, "unknown_segment"))
        known |= {name: Fates.judged(judged.ids, judged.rule) for name, judged in self.judged.items()}
        for name, off in self.taken_off.items():
            known[name] = known[name].joined(off) if name in known else off
        return {name: known[name] for name in TABLES if name in known}

    @property
    def accounts(self) -> pd.DataFrame:
        """Index table: ``rows`` in the file = ``used`` + ``not_asked_for`` + ``set_aside``; and the ``reasons``."""
        return accounts_of(self.fates)

    def records(self) -> Records:
        """Return the rows that can be used of every table of records."""
        return Records(**{name: self._used(name) for name in RECORD_TABLES})

    def _used(self, name: str) -> pd.DataFrame | None:
        table: pd.DataFrame | None = getattr(self, name)
        if table is None:
            return None
        return table[self.judged[name].is_used].reset_index(drop=True)


def inventory_of(
    network: Network | Inventory,
    tables: Mapping[str, pd.DataFrame | None],
    *,
    files: tuple[Path, ...] = (),
    origins: Mapping[str, str] | None = None,
) -> Inventory:
    """Return a network and tables of its records as an inventory: in standard form, each row judged.

    Parameters
    ----------
    network : Network or Inventory
        Of an inventory the records are kept, but for the tables given.
    tables : mapping of str to DataFrame or None
        ``visits``, ``faults``, ``works``, ``digs``, ``makeup``; None or absent: not recorded.
    files : tuple of Path
        The files read.
    origins : mapping of str to str, optional
        The file of each table, for messages.

    Raises
    ------
    HeatnetError
        A table cannot be used, or `network` is neither a network nor an inventory.
    """
    if isinstance(network, Inventory):
        given = {name: table for name, table in tables.items() if table is not None}
        if not given:
            return network
        kept = {name: getattr(network, name) for name in RECORD_TABLES if name not in given}
        return inventory_of(network.network, {**kept, **given}, files=network.files)
    if not isinstance(network, Network):
        raise HeatnetError(f"network is {type(network).__name__}; give a heatnet.Network or a heatnet.Inventory.")
    named = origins or {}
    given = {name: table for name in RECORD_TABLES if (table := tables.get(name)) is not None}
    known = matched_records(network, {name: read_frame(table, name, named.get(name)) for name, table in given.items()})
    tables_known: dict[str, Any] = {name: records.table for name, records in known.items()}
    return Inventory(
        network,
        **tables_known,
        files=files,
        judged={name: records.judged for name, records in known.items()},
        read=tuple(found for records in known.values() for found in records.found),
    )
