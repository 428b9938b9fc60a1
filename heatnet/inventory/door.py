"""The door through which tables of records come in: into standard form, to their buildings and assets, and judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from heatnet.inventory.judging import JUDGES, Judged
from heatnet.inventory.matching import Identities, Matches, identities
from heatnet.inventory.places import Assets, Buildings, match_assets, match_streets, match_visits
from heatnet.inventory.records import conformed_records
from heatnet.network import Network
from heatnet.schema import TABLES

RECORD_TABLES = ("visits", "faults", "works", "digs", "makeup")
_REFERENCE = {"visits": "building_id", "faults": "asset_id", "works": "asset_id", "makeup": "station_id"}
_HINTS = ("community", "building", "unit", "flat", "street", "place")
_MATCHED = ("visits", "faults", "works")


class ReadFrame(NamedTuple):
    """A table in standard form, what helps to match its rows, and what was found in it."""

    table: pd.DataFrame
    hints: pd.DataFrame
    findings: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class KnownRecords:
    """One table of records: its rows with the ids they mean, each judged, and what was found before it was judged."""

    table: pd.DataFrame
    judged: Judged
    found: tuple[pd.DataFrame, ...]


def read_frame(table: pd.DataFrame, name: str, origin: str | None = None) -> ReadFrame:
    """Return a table of records in standard form, with the words in it that may stand for ids."""
    known, found = conformed_records(table, name, origin=origin)
    standard = [column.name for column in TABLES[name].columns]
    return ReadFrame(known[standard], known.drop(columns=standard).reindex(columns=list(_HINTS)), found)


def matched_records(network: Network, read: Mapping[str, ReadFrame]) -> dict[str, KnownRecords]:
    """Return the tables of records with the buildings and assets that their rows mean, each row judged.

    Parameters
    ----------
    network : Network
        The network.
    read : mapping
        Tables in standard form.
    """
    targets = _Targets(network)
    known = {}
    for name, frame in read.items():
        key = TABLES[name].key[0]
        matches = Matches(name, key, frame.table)
        if name in _REFERENCE:
            matches.match_ids(_REFERENCE[name], targets.of(name))
        if name == "visits":
            match_visits(matches, frame.hints, targets.buildings())
        elif name in _MATCHED:
            match_assets(matches, frame.hints, targets.assets())
        elif name == "digs":
            match_streets(matches, network)
        table = matches.finished() if name in _MATCHED else matches.table
        judged = JUDGES[name](network, table, matches.rule)
        known[name] = KnownRecords(table, judged, (frame.findings, *matches.found))
    return known


class _Targets:
    """What records can point to, made when first asked for."""

    def __init__(self, network: Network) -> None:
        self._network = network
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
