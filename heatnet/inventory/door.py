"""The door through which tables of records come in: into standard form, to their buildings and assets, and judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from heatnet._arrays import Ints, Truths
from heatnet.inventory.accounts import Fates
from heatnet.inventory.judging import JUDGES, NEAREST_M, Judged, streets_of
from heatnet.inventory.matching import Identities, Matches, identities
from heatnet.inventory.places import Assets, Buildings, match_assets, match_streets, match_visits
from heatnet.language import note
from heatnet.network import BUILDING, STATION, Network
from heatnet.schema import TABLES, WORKS, Reading, conformed
from heatnet.schema.findings import all_findings, findings_at
from heatnet.value import Settings

RECORD_TABLES = ("visits", "faults", "works", "digs", "makeup")
_REFERENCE = {"visits": "building_id", "faults": "asset_id", "works": "asset_id", "makeup": "station_id"}
_WORKS_AS_WRITTEN = replace(
    WORKS, columns=tuple(replace(column, default=None) if column.name == "kind" else column for column in WORKS.columns)
)
_MATCHED = ("visits", "faults", "works")


@dataclass(frozen=True, slots=True, eq=False)
class KnownRecords:
    """One table of records: its rows with the ids they mean, each judged, and what happened on the way.

    Attributes
    ----------
    table : DataFrame
        In standard form.
    judged : Judged
        Where each row belongs, and the rule that sets it aside.
    found : tuple of DataFrame
        What was found before it was judged.
    taken_off : DataFrame
        Rows that did not come into the table: ``table``, ``row_id``, ``rule``, ``message``.
    understood : DataFrame
        Its headings: ``file``, ``table``, ``heading``, ``column`` (empty: not read), ``unit``, ``why``.
    """

    table: pd.DataFrame
    judged: Judged
    found: tuple[pd.DataFrame, ...]
    taken_off: pd.DataFrame
    understood: pd.DataFrame

    def only(self, rows: Truths) -> KnownRecords:
        """Return these rows, without what was found of any."""
        judged, table = self.judged, self.table
        nothing = judged.findings.iloc[:0]
        if rows.all():  # a large table is copied for what is taken off, not for nothing
            left = replace(judged, findings=nothing)
        else:
            left = Judged(judged.table, judged.ids.only(rows), judged.rule[rows], judged.place[rows], nothing)
            table = table[rows].reset_index(drop=True)
        return replace(
            self,
            table=table,
            judged=left,
            found=(),
            taken_off=self.taken_off.iloc[:0],
        )

    @property
    def fates(self) -> Fates:
        """What became of each row of the table."""
        fates = Fates.judged(self.judged.ids, self.judged.rule)
        if "matched_by" not in self.table.columns:
            return fates
        return replace(fates, is_matched=self.table["matched_by"].notna().to_numpy(dtype=bool))

    @property
    def set_aside(self) -> pd.DataFrame:
        """The rows that are not used: ``table``, ``row_id``, ``rule``, ``message``."""
        told = self.judged.findings[["table", "row_id", "rule", "message"]]
        return pd.concat([told, self.taken_off], ignore_index=True)


def set_aside_rows(name: str, reading: Reading) -> pd.DataFrame:
    """Return the rows that were set aside when a table was read: ``table``, ``row_id``, ``rule``, ``message``."""
    off = reading.set_aside
    ids = [row_id or f"row {row}" for row_id, row in zip(off["row_id"], off["row"], strict=True)]
    columns = {"table": name, "row_id": ids, "rule": off["reason"].tolist(), "message": off["message"].tolist()}
    return pd.DataFrame(columns, dtype=object)


def read_table(raw: Any, name: str, settings: Settings | None = None, keep: Sequence[str] = ()) -> Reading:
    """Return a table in standard form, read as the settings of its town say; `keep` names columns to carry along."""
    town = settings or Settings()
    spec = _WORKS_AS_WRITTEN if name == "works" else TABLES[name]
    reading = conformed(raw, spec, headings=town.headings.get(name), units=town.units.get(name), keep=keep)
    return _with_kinds(reading) if name == "works" else reading


def _with_kinds(works: Reading) -> Reading:
    """Return works of which those without a kind are renewals, and that it was so."""
    kind, ids = works.table["kind"], works.table["work_id"]
    is_missing = kind.isna().to_numpy(dtype=bool)
    if not is_missing.any():
        return works
    said = note("findings.work_without_kind", column="kind")
    found = findings_at("note", "work_without_kind", "works", "kind", ids[is_missing], said)
    table = works.table.assign(kind=kind.fillna(str(WORKS.column("kind").default)))
    return replace(works, table=table, findings=all_findings([works.findings, found]))


def known_records(
    network: Network, readings: Mapping[str, Reading], *, nearest_m: float = NEAREST_M
) -> dict[str, KnownRecords]:
    """Return the tables of records with the buildings and assets that their rows mean, each row judged.

    Parameters
    ----------
    network : Network
        The network.
    readings : mapping
        Tables of records in standard form.
    nearest_m : float
        Farthest that a fault with nothing but a place may lie from its segment.
    """
    targets = _Targets(
        network, {name: readings[name].table[column] for name, column in _REFERENCE.items() if name in readings}
    )
    streets = streets_of(network) if "digs" in readings else frozenset()
    settled: dict[str, dict[str, Any]] = {"faults": {"nearest_m": nearest_m}, "digs": {"streets": streets}}
    known = {}
    for name, reading in readings.items():
        matches = Matches(name, TABLES[name].key[0], reading.table)
        place = targets.match_ids(matches, _REFERENCE[name]) if name in _REFERENCE else None
        with_ids = matches.table
        if name == "visits":
            match_visits(matches, reading.hints, targets.buildings)
        elif name in _MATCHED:
            match_assets(matches, reading.hints, targets.assets)
        elif name == "digs":
            match_streets(matches, streets)
        place = place if matches.table is with_ids else None
        table = matches.finished() if name in _MATCHED else matches.table
        judged = JUDGES[name](network, table, matches.rule, place, **settled.get(name, {}))
        judged = replace(judged, findings=all_findings([*matches.aside, judged.findings]))
        known[name] = KnownRecords(
            table, judged, (reading.findings, *matches.found), set_aside_rows(name, reading), reading.understood
        )
    return known


def says_in_words(reading: Reading, name: str) -> bool:
    """Return whether rows of a table name no building or asset by an id but in words."""
    if name not in _MATCHED or not len(reading.hints.columns):
        return False
    silent = reading.table[_REFERENCE[name]].isna().to_numpy(dtype=bool)
    hinted = reading.hints.notna().any(axis=1).to_numpy(dtype=bool)
    return bool((silent & hinted).any())


class _Targets:
    """What records can point to, made when first asked for."""

    def __init__(self, network: Network, named: Mapping[str, pd.Series[Any]]) -> None:
        self._network = network
        of_nodes = {name: ids for name, ids in named.items() if name in ("visits", "makeup")}
        of_assets = {name: ids for name, ids in named.items() if name not in of_nodes}
        self._places: dict[str, Ints] = {}
        for named_in, columns in ((network.nodes_named, of_nodes), (network.assets_named, of_assets)):
            places = named_in(list(columns.values())) if columns else []
            self._places |= dict(zip(columns, places, strict=True))
        self._buildings: Buildings | None = None
        self._assets: Assets | None = None

    def buildings(self) -> Buildings:
        if self._buildings is None:
            self._buildings = Buildings(self._network)
        return self._buildings

    def assets(self) -> Assets:
        if self._assets is None:
            self._assets = Assets(self._network, self.buildings())
        return self._assets

    def match_ids(self, matches: Matches, column: str) -> Ints | None:
        """Replace ids that are written in another way; where all are written as they are, return their positions."""
        written = matches.table[column]
        place = self._places[matches.name]
        kind = {"visits": BUILDING, "makeup": STATION}.get(matches.name)
        is_known = place >= 0 if kind is None else (place >= 0) & (self._network.node_kind[place] == kind)
        if not is_known.all() and written.notna().to_numpy(dtype=bool)[~is_known].any():
            before = matches.table
            matches.match_ids(column, self.of(matches.name))
            return place if matches.table is before else None
        return place

    def of(self, name: str) -> Identities:
        network = self._network
        stations = network.nodes.iloc[network.station_nodes]
        if name == "visits":
            return identities(network.node_ids[network.building_nodes])
        names = stations["name"] if "name" in stations.columns else pd.Series([None] * len(stations), dtype=object)
        if name == "makeup":
            return identities(stations["node_id"], names)
        nameless = [None] * network.n_segments
        return identities(network.asset_ids, [*nameless, *names])
