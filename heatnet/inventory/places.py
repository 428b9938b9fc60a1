"""Records that name no building and no asset but a place in words: the community and house, the street, the station.

Nothing is guessed among several: where a place fits more than one building or asset the row is set aside, with those
that it fits. `matched_by` says how a row was matched, and with it how sure that is:

- ``name``: the name in the table, letter by letter; ``spelling``: the same name written in another way (``3#`` for
  ``3号楼``): sure;
- ``number``: the number of the house is that of the building's id, where buildings have no names: a guess;
- ``id``: the place names an asset's id, or a station: sure;
- ``building``: the pipe that leads to the house named: a guess;
- ``street``: the only pipe on the street, or where two streets meet: a guess.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet.inventory.judging import WHOLE_CITY
from heatnet.inventory.matching import NAME, SPELLING, Matches
from heatnet.inventory.names import folded_building, folded_community, folded_name, number_in
from heatnet.language import Note, note
from heatnet.network import BUILDING, Network

NUMBER, ID, HOUSE, STREET = "number", "id", "building", "street"
GUESSES = frozenset({NUMBER, HOUSE, STREET})
_NUMBERED = re.compile(r"\d+(?:-\d+)?[a-z]?#")
_LEAST_NAME = 2  # letters of a name that may be found inside a text
_OFFERED = 3


@dataclass(frozen=True, slots=True)
class Meant:
    """What a place means: an id and how it was found, or the candidates among which nobody can choose."""

    id: str | None
    how: str = ""
    candidates: tuple[str, ...] = ()
    is_ambiguous: bool = False


_NOTHING = Meant(None)


class Buildings:
    """The buildings of a network, by community and by the names that people give them."""

    def __init__(self, network: Network) -> None:
        nodes = network.nodes[network.node_kind == BUILDING]
        ids = nodes["node_id"].tolist()
        names = _texts(nodes, "name")
        communities = [folded_community(name) if name else "" for name in _texts(nodes, "community")]
        self.communities = sorted({name for name in communities if name}, key=lambda name: (-len(name), name))
        self.written: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.named: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.numbered: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.by_id: dict[str, list[str]] = defaultdict(list)
        for node, name, community in zip(ids, names, communities, strict=True):
            self.by_id[folded_name(node)].append(node)
            if name:
                self.written[community, name].append(node)
                for key in {self.key(name, community), folded_building(name)}:
                    self.named[community, key].append(node)
            elif number := number_in(folded_name(node)):
                self.numbered[community, number].append(node)

    def key(self, building: str, community: str) -> str:
        """Return the form in which names of buildings of a community are compared."""
        folded = folded_name(building)
        for word in (f"{community}小区", f"{community}社区", community):
            if community and folded.startswith(word) and folded != word:
                folded = folded.removeprefix(word)
                break
        return folded_building(folded)

    def find(self, community: str | None, building: str | None) -> Meant:
        """Return the building that is meant by a community and a name; either may be missing."""
        if not building:
            return _NOTHING
        place = self._community(community, building)
        if place is None:
            near = difflib.get_close_matches(folded_community(community or ""), self.communities, n=_OFFERED)
            return Meant(None, candidates=tuple(near))
        for known, key, how in (
            (self.written, building.strip(), NAME),
            (self.named, self.key(building, place), SPELLING),
            (self.named, folded_building(f"{community or ''}{building}"), SPELLING),
            (self.numbered, _house_number(self.key(building, place)), NUMBER),
        ):
            ids = known.get((place, key), []) if key else []
            if ids:
                return _one_of(ids, how)
        ids = self.by_id.get(folded_name(building), [])
        return _one_of(ids, ID) if ids else Meant(None, candidates=self._near(place, self.key(building, place)))

    def _community(self, community: str | None, building: str) -> str | None:
        """Return the community that is meant: the one given, else one that the text begins with; None: unknown."""
        if not self.communities:
            return ""
        given = folded_community(community) if community else ""
        if given in self.communities:
            return given
        text = folded_name(f"{community or ''}{building}")
        found = next((name for name in self.communities if len(name) >= _LEAST_NAME and text.startswith(name)), None)
        return found if found or given else self._only_place(building)

    def _only_place(self, building: str) -> str | None:
        """Return the community of the only buildings of that name; empty where no community is asked for."""
        key = folded_building(building)
        places = {place for place, name in self.named if name == key}
        return places.pop() if len(places) == 1 else ""

    def _near(self, place: str, key: str) -> tuple[str, ...]:
        here = {name: ids[0] for (community, name), ids in sorted(self.named.items()) if community == place}
        return tuple(dict.fromkeys(here[name] for name in difflib.get_close_matches(key, list(here), n=_OFFERED)))


class Assets:
    """The assets of a network, by the words in which a report of a fault names its place."""

    def __init__(self, network: Network, buildings: Buildings) -> None:
        self.buildings = buildings
        nodes, segments = network.nodes, network.segments
        self.ids = {folded_name(str(asset_id)): str(asset_id) for asset_id in network.asset_ids}
        stations = nodes.iloc[network.station_nodes]
        self.stations = {
            folded_name(name): node
            for node, name in zip(stations["node_id"], _texts(stations, "name"), strict=True)
            if name
        }
        self.on_street: dict[str, list[int]] = defaultdict(list)
        for row, street in enumerate(_texts(segments, "street")):
            if street:
                self.on_street[folded_name(street)].append(row)
        self.streets = sorted(self.on_street, key=lambda street: (-len(street), street))
        self.segment_ids = [str(segment_id) for segment_id in network.segment_ids]
        self.ends = np.stack([network.from_node, network.to_node], axis=1)
        at_node: dict[str, list[str]] = defaultdict(list)
        for segment, ends in zip(self.segment_ids, self.ends.tolist(), strict=True):
            for end in ends:
                at_node[str(network.node_ids[end])].append(segment)
        self.at_node = at_node

    def find(self, place: str | None, street: str | None, community: str | None) -> Meant:
        """Return the asset that is meant by a place in words, a street and a community; any may be missing."""
        text = folded_name(place or "")
        for known in (self.ids, self.stations):
            if text in known:
                return Meant(known[text], ID)
        for meant in (self._named_in(text), self._house(text, community), self._street(text, street)):
            if meant is not _NOTHING:
                return meant
        return _NOTHING

    def _named_in(self, text: str) -> Meant:
        """Return the one asset or station whose id or name stands in the text."""
        words = set(re.findall(r"[a-z0-9]+(?:[-/][a-z0-9]+)*", text))
        found = {self.ids[word] for word in words if word in self.ids and len(word) >= _LEAST_NAME}
        found |= {node for name, node in self.stations.items() if len(name) > _LEAST_NAME and name in text}
        return _one_of(sorted(found), ID) if found else _NOTHING

    def _house(self, text: str, community: str | None) -> Meant:
        """Return the pipe that leads to the house that the text names."""
        if meant := self._named_house(text):
            return meant
        given = folded_community(community) if community else ""
        known = self.buildings.communities
        here = (
            given
            if given in known
            else next((name for name in known if len(name) >= _LEAST_NAME and name in text), None)
        )
        if here is None:
            return _NOTHING
        numbers = set(_NUMBERED.findall(folded_building(text.split(here)[-1])))
        if len(numbers) != 1:
            return _NOTHING
        building = self.buildings.find(here, numbers.pop())
        if building.id is None:
            return _NOTHING
        return _one_of(self.at_node[building.id], HOUSE)

    def _named_house(self, text: str) -> Meant | None:
        """Return the pipe that leads to the only building whose own name, more than a number, stands in the text."""
        folded = folded_building(text)
        names = (name for _, name in self.buildings.named if len(name) > _LEAST_NAME and not _NUMBERED.fullmatch(name))
        inside = {name for name in names if name in folded}
        longest = {name for name in inside if not any(name != other and name in other for other in inside)}
        found = {node for (_, name), nodes in self.buildings.named.items() if name in longest for node in nodes}
        return _one_of(self.at_node[found.pop()], HOUSE) if len(found) == 1 else None

    def _street(self, text: str, street: str | None) -> Meant:
        """Return the only pipe on the streets named; of two streets the one where they meet."""
        named = [name for name in self.streets if name == folded_name(street or "")]
        rest = text
        for name in self.streets:
            if len(name) >= _LEAST_NAME and name in rest:
                named.append(name)
                rest = rest.replace(name, " ")
        named = list(dict.fromkeys(named))
        if not named:
            return _NOTHING
        rows = sorted({row for name in named for row in self.on_street[name]})
        if len(named) > 1:
            nodes = [{int(end) for row in self.on_street[name] for end in self.ends[row]} for name in named]
            corner = set.intersection(*nodes)
            rows = [row for row in rows if corner & set(self.ends[row].tolist())]
        return _one_of([self.segment_ids[row] for row in rows], STREET) if rows else _NOTHING


def match_visits(visits: Matches, hints: pd.DataFrame, buildings: Callable[[], Buildings]) -> None:
    """Give each visit without a building that which its community and house mean.

    Rows that mean no building, or several, are set aside by the rules ``unknown_house`` and ``ambiguous_house``; the
    findings name the nearest, never what stands in the row.
    """
    rows = _without(visits, "building_id", hints, ("building",))
    hints = hints.iloc[rows]
    asked = list(zip(_texts(hints, "community"), _texts(hints, "building"), strict=True))
    known = {place: buildings().find(*place) for place in set(asked)}
    _take(visits, "building_id", rows, [known[place] for place in asked], ("unknown_house", "ambiguous_house"))


def match_assets(records: Matches, hints: pd.DataFrame, assets: Callable[[], Assets]) -> None:
    """Give each fault or work without an asset the one that its place in words means.

    Rows whose place means no asset, or several, are set aside by the rules ``unknown_place`` and ``ambiguous_place``.
    """
    rows = _without(records, "asset_id", hints, ("place", "street"))
    if "x_m" in records.table.columns:
        is_placed = records.table[["x_m", "y_m"]].notna().all(axis=1).to_numpy(dtype=bool)
        rows = [row for row in rows if not is_placed[row]]
    hints = hints.iloc[rows]
    asked = list(zip(*(_texts(hints, name) for name in ("place", "street", "community")), strict=True))
    known = {place: assets().find(*place) for place in set(asked)}
    _take(records, "asset_id", rows, [known[place] for place in asked], ("unknown_place", "ambiguous_place"))


def match_streets(digs: Matches, streets: frozenset[str]) -> None:
    """Write the street of each dig as the segments write it, where they write it in one way."""
    written = digs.table["street"].to_numpy(dtype=object)
    strange = set(written[~pd.isna(written)].tolist()) - streets - {WHOLE_CITY}
    if not strange:
        return
    spelled: dict[str, set[str]] = defaultdict(set)
    for street in streets:
        spelled[folded_name(street)].add(street)
    meant = {
        street: next(iter(spelled[folded_name(street)]))
        for street in strange
        if len(spelled.get(folded_name(street), ())) == 1
    }
    rows = [row for row, street in enumerate(written) if street in meant]
    if not rows:
        return
    taken = digs.table["street"].map(lambda street: meant.get(street, street))
    digs.table = digs.table.assign(street=taken.astype(digs.table["street"].dtype))
    said = [
        note("findings.street_spelled_differently", written=written[row], taken=meant[written[row]]) for row in rows
    ]
    digs.say("note", "street_spelled_differently", "street", rows, said)


def _without(records: Matches, column: str, hints: pd.DataFrame, needed: tuple[str, ...]) -> list[int]:
    """Return the rows without an id that say in words what they mean."""
    hinted = hints[list(needed)].notna().any(axis=1).to_numpy(dtype=bool) if len(hints.columns) else np.False_
    return np.flatnonzero(records.table[column].isna().to_numpy(dtype=bool) & hinted).tolist()


def _take(records: Matches, column: str, rows: list[int], meant: list[Meant], rules: tuple[str, str]) -> None:
    """Keep the ids that are meant, and set aside the rows that mean nothing or more than one thing."""
    if not rows:
        return
    ids = records.table[column].astype(object).to_numpy(copy=True)
    for row, match in zip(rows, meant, strict=True):
        if match.id is not None:
            ids[row], records.matched_by[row] = match.id, match.how
    dtype = records.table[column].dtype
    records.table = records.table.assign(**{column: pd.Series(ids, index=records.table.index, dtype=dtype)})
    pairs = list(zip(rows, meant, strict=True))
    guessed = [(row, match) for row, match in pairs if match.how in GUESSES and match.id is not None]
    said: list[Note] = [note(f"findings.matched_by_{match.how}", column=column, taken=match.id) for _, match in guessed]
    records.say("note", "matched_by_guess", column, [row for row, _ in guessed], said)
    for is_ambiguous, rule in enumerate(rules):
        lost = [(row, match) for row, match in pairs if match.id is None and match.is_ambiguous == bool(is_ambiguous)]
        near = [
            note(f"findings.{rule}", candidates=match.candidates)
            if match.candidates
            else note(f"findings.{rule}_at_all")
            for _, match in lost
        ]
        records.set_aside(rule, column, [row for row, _ in lost], near)


def _one_of(ids: Iterable[str], how: str) -> Meant:
    different = sorted(set(ids))
    if len(different) == 1:
        return Meant(different[0], how)
    return Meant(None, candidates=tuple(different), is_ambiguous=True)


def _house_number(key: str) -> str:
    """Return the number of a key such as ``3#``; empty where the key is more than a number."""
    return key.removesuffix("#") if re.fullmatch(r"\d+#", key) else ""


def _texts(table: pd.DataFrame, column: str) -> list[Any]:
    """Return the texts of a column, None where one is missing or the table has no such column."""
    if column not in table.columns:
        return [None] * len(table)
    return [None if pd.isna(value) or not str(value).strip() else str(value) for value in table[column].tolist()]
