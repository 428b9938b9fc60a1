"""Lines of a map whose ends are to be joined: to segments between nodes, those that were made among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Objects, Truths
from heatnet.errors import HeatnetError
from heatnet.interop.gis_layers import geo_packages
from heatnet.interop.joining import Joined, Places, alike, joined
from heatnet.language import note
from heatnet.schema import NODES, ROW, SEGMENTS, VALVES, RawTable, TableSpec, conform_leniently
from heatnet.schema.findings import findings_at
from heatnet.schema.headings import understood

_ROW_AT = "row_at"  # a column that keeps rows from being left out as blank
_LEVELS = {"primary": 0, "secondary": 1}

Headings = Mapping[str, Mapping[str, str]]


class LooseLines:
    """Lines whose ends are to be joined, with the nodes and valves that are known."""

    def __init__(
        self, parts: Sequence[tuple[RawTable, Objects]], others: Sequence[RawTable], headings: Headings, snap_m: float
    ) -> None:
        self.headings, self.snap_m = headings, snap_m
        self.lines = [part for part in parts if part[0].name == "segments"]
        self.valves = [part for part in parts if part[0].name == "valves"]
        self.rest = [raw for raw, _ in parts if raw.name not in ("segments", "valves")]
        self.nodes = _known_nodes([raw for raw in (*self.rest, *others) if raw.name == "nodes"], headings)

    def tables(self, findings: list[pd.DataFrame]) -> list[RawTable]:
        """Return all tables, the nodes that were made among them."""
        _, shapely = geo_packages("reading a map")
        raws, shapes = [], []
        for raw, its_shapes in self.lines:
            one, simple = _single_lines(raw, its_shapes, self.headings, findings, shapely)
            raws.append(one)
            shapes.append(simple)
        every: Objects = np.concatenate(shapes)
        if not len(every):
            raise HeatnetError(f"{self.lines[0][0].origin}: no row holds a line; there is nothing to join")
        words = [_words(raw.cells, self.headings) for raw in raws]
        level = np.concatenate([word["level"].map(_LEVELS).fillna(0).to_numpy(dtype=np.int64) for word in words])
        kind = np.concatenate([pd.factorize(word["level"] + word["line"])[0] for word in words]).astype(np.int64)
        loose = self._valve_places(shapely)
        places = np.concatenate([self.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64), loose])
        known = Places(
            places,
            is_node=np.arange(len(places)) < len(self.nodes),
            passes=self._is_kind("station", len(places)),
            is_leaf=self._is_kind("building", len(places)),
        )
        made = joined(every, level, known, snap_m=self.snap_m)
        names = _names(made, self.nodes["node_id"].tolist())
        ids, tables = self._segments(raws, made, names, shapely, findings)
        _tell(made, ids, kind, self.snap_m, findings)
        new = _made_nodes(made, names, len(self.nodes), raws[0], findings)
        return [
            *self.rest,
            *([new] if new is not None else []),
            *tables,
            *self._valves(made, names, ids, len(self.nodes)),
        ]

    def _is_kind(self, kind: str, count: int) -> Truths:
        """Return which of so many places are nodes of a kind; the nodes stand first."""
        found = np.zeros(count, dtype=bool)
        found[: len(self.nodes)] = (self.nodes["kind"] == kind).to_numpy(dtype=bool)
        return found

    def _valve_places(self, shapely: Any) -> Floats:
        """Return the places of the valves that name neither segment nor node."""
        found = [np.empty((0, 2))]
        for raw, shapes in self.valves:
            if not meant(raw.cells, VALVES, self.headings) >= {"segment_id", "node_id"}:
                if shapely.is_missing(shapes).any():
                    raise HeatnetError(
                        f"{raw.origin}: a valve has neither a place nor segment_id and node_id; give one"
                    )
                found.append(shapely.get_coordinates(shapely.centroid(shapes)))
        return np.concatenate(found)

    def _segments(
        self, raws: Sequence[RawTable], made: Joined, names: Objects, shapely: Any, findings: list[pd.DataFrame]
    ) -> tuple[Objects, list[RawTable]]:
        """Return the ids of the pieces and their tables."""
        ids = np.empty(len(made.line), dtype=object)
        tables, begin = [], 0
        for raw in raws:
            its = (made.line >= begin) & (made.line < begin + len(raw.cells))
            rows = made.line[its] - begin
            given, means = raw.cells.iloc[rows], columns_meant(raw.cells, SEGMENTS, self.headings)
            own = next(at for at, name in means.items() if name == "segment_id")
            ids[its] = _piece_ids(given.iloc[:, own].tolist(), rows, made.share[its])
            length = _lengths(raw, rows, made, its, self.headings, findings, shapely)
            taken = {"segment_id", "from_node", "to_node"} | (set() if length is None else {"length_m"}) | {"geometry"}
            kept = given.loc[:, [means.get(at) not in taken for at in range(given.shape[1])]]
            new: dict[str, Any] = {
                "segment_id": ids[its], "from_node": names[made.from_node[its]], "to_node": names[made.to_node[its]],
                "geometry": shapely.to_wkt(made.course[its], rounding_precision=-1),
            }  # fmt: skip
            cells = kept.assign(**new, **({} if length is None else {"length_m": length}))
            lost = made.lost[(made.lost >= begin) & (made.lost < begin + len(raw.cells))] - begin
            said = note("interop.line_to_itself", snap_m=self.snap_m)
            names_lost = raw.cells.iloc[lost, own].astype(str).tolist()
            aside = [(name, "line_to_itself", "geometry", said) for name in names_lost]
            tables.append(replace(raw, cells=cells, aside=(*raw.aside, *aside)))
            begin += len(raw.cells)
        return ids, tables

    def _valves(self, made: Joined, names: Objects, ids: Objects, n_nodes: int) -> list[RawTable]:
        """Return the tables of valves, those that only have a place on the first segment by id that ends there."""
        both = np.concatenate([made.from_node, made.to_node])
        order = np.lexsort((np.tile(ids, 2).astype(str), both))
        tables, begin = [], n_nodes
        for raw, shapes in self.valves:
            if meant(raw.cells, VALVES, self.headings) >= {"segment_id", "node_id"}:
                tables.append(raw)
                continue
            node = made.node_of[begin : begin + len(shapes)]
            begin += len(shapes)
            at = np.minimum(np.searchsorted(both[order], node), len(order) - 1)
            hit = both[order][at] == node
            segment = np.tile(ids, 2)[order][at]
            segment[~hit] = None
            tables.append(replace(raw, cells=raw.cells.assign(segment_id=segment, node_id=names[node])))
        return tables


def _known_nodes(raws: Sequence[RawTable], headings: Headings) -> pd.DataFrame:
    """Return id, kind and place of the nodes that are given with a place, sorted by id."""
    wanted = NODES.only("node_id", "kind", "x_m", "y_m")
    parts = [pd.DataFrame({"node_id": [], "kind": [], "x_m": [], "y_m": []})]
    for raw in raws:
        means = columns_meant(raw.cells, NODES, headings)
        at = {name: place for place, name in means.items() if name in ("node_id", "kind", "x_m", "y_m")}
        cells = pd.DataFrame({name: raw.cells.iloc[:, place].to_numpy() for name, place in at.items()})
        if raw.kind:
            cells = cells.assign(kind=raw.kind)
        parts.append(conform_leniently(cells, wanted)[0].reindex(columns=["node_id", "kind", "x_m", "y_m"]))
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    known = table[table[["node_id", "x_m", "y_m"]].notna().all(axis=1)]
    return known.drop_duplicates("node_id").sort_values("node_id", kind="stable").reset_index(drop=True)


def _words(cells: pd.DataFrame, headings: Headings) -> pd.DataFrame:
    """Return level and line of each row, as standard words."""
    at = {name: place for place, name in columns_meant(cells, SEGMENTS, headings).items() if name in ("level", "line")}
    given = pd.DataFrame({name: cells.iloc[:, place].to_numpy() for name, place in at.items()}, index=range(len(cells)))
    given = given.assign(**{_ROW_AT: np.arange(len(cells))})
    return conform_leniently(given, SEGMENTS.only("level", "line"))[0][["level", "line"]].fillna("")


def _single_lines(
    raw: RawTable, shapes: Objects, headings: Headings, findings: list[pd.DataFrame], shapely: Any
) -> tuple[RawTable, Objects]:
    """Return rows with one line each: several in one row become several rows, rows without any are set aside."""
    merged = np.where(shapely.get_type_id(shapes) == 5, shapely.line_merge(shapes), shapes)
    parts, row = shapely.get_parts(merged, return_index=True)
    fit = (shapely.get_type_id(parts) == 1) & (shapely.length(parts) > 0)
    parts, row = parts[fit], row[fit]
    own = next(at for at, name in columns_meant(raw.cells, SEGMENTS, headings).items() if name == "segment_id")
    ids = raw.cells.iloc[:, own]
    lost = np.setdiff1d(np.arange(len(shapes)), row)
    said = note("interop.line_without_course")
    aside = tuple((str(name), "line_without_course", "geometry", said) for name in ids.iloc[lost].tolist())
    number = np.arange(len(row)) - np.searchsorted(row, row)
    cells = raw.cells.iloc[row]
    if (number > 0).any():
        several = [
            f"{name}.{n + 1}" if n else name for name, n in zip(ids.iloc[row].tolist(), number.tolist(), strict=True)
        ]
        cells = cells.copy()
        cells.isetitem(own, np.array(several, dtype=object))
        said = note("interop.line_in_parts")
        twice = ids.iloc[np.unique(row[number > 0])].tolist()
        findings.append(findings_at("warning", "line_in_parts", "segments", "geometry", twice, said))
    return replace(raw, cells=cells, aside=aside), parts


def _piece_ids(ids: Sequence[Any], rows: Ints, share: Floats) -> Objects:
    """Return ids of pieces: the longest of a line keeps its id, for records that name it; others get a number."""
    found = np.array([str(name) if name is not None else None for name in ids], dtype=object)
    order = np.lexsort((np.arange(len(rows)), -share, rows))
    first = np.ones(len(rows), dtype=bool)
    first[order[1:]] = rows[order[1:]] != rows[order[:-1]]
    number = np.arange(len(rows)) - np.searchsorted(rows, rows) + 1
    for at in np.flatnonzero(~first).tolist():
        found[at] = f"{found[at]}/{number[at]}"
    return found


def _lengths(
    raw: RawTable, rows: Ints, made: Joined, its: Truths, headings: Headings, findings: list[pd.DataFrame], shapely: Any
) -> Floats | None:
    """Return lengths in metres, None where those of the table hold: given ones are shared, missing ones measured."""
    means = columns_meant(raw.cells, SEGMENTS, headings)
    at = next((place for place, name in means.items() if name == "length_m"), None)
    measured: Floats = shapely.length(made.course[its])
    is_whole = np.bincount(rows, minlength=len(raw.cells))[rows] == 1
    missing = np.ones(len(rows), dtype=bool)
    given = np.full(len(rows), np.nan)
    if at is not None:
        column = raw.cells.iloc[:, [at]].reset_index(drop=True).assign(**{_ROW_AT: np.arange(len(raw.cells))})
        missing = column.iloc[rows, 0].isna().to_numpy(dtype=bool)
        if not missing.any() and is_whole.all():
            return None
        given = conform_leniently(column, SEGMENTS.only("length_m"))[0]["length_m"].to_numpy(dtype=np.float64)[rows]
    if missing.any():
        said = note("interop.length_measured", count=int(missing.sum()))
        findings.append(findings_at("note", "length_measured", "segments", "length_m", [""], said))
    return np.where(missing, measured, given * made.share[its])


def _names(made: Joined, known: Sequence[str]) -> Objects:
    """Return the id of each node: its own, or one made of its place, so that it stays when others come and go."""
    names = np.full(len(made.place), None, dtype=object)
    names[made.node_of[: len(known)]] = np.array(list(known), dtype=object)
    taken = set(known)
    order = np.lexsort((made.place[:, 1], made.place[:, 0]))
    for node in order.tolist():
        if names[node] is None:
            x, y = made.place[node].tolist()
            name = base = f"J{x:.0f}_{y:.0f}"
            number = 1
            while name in taken:
                number += 1
                name = f"{base}_{number}"
            names[node] = name
            taken.add(name)
    return names


def _made_nodes(
    made: Joined, names: Objects, n_known: int, raw: RawTable, findings: list[pd.DataFrame]
) -> RawTable | None:
    """Return the table of the junctions that were made where no node was known; None where there are none."""
    is_new = np.ones(len(names), dtype=bool)
    is_new[made.node_of[:n_known]] = False
    if not n_known:
        said = note("interop.only_lines")
        findings.append(findings_at("warning", "only_lines", "nodes", "kind", [""], said))
    if not is_new.any():
        return None
    place = made.place[is_new]
    cells = pd.DataFrame({"node_id": names[is_new], "kind": "junction", "x_m": place[:, 0], "y_m": place[:, 1]})
    cells.index = pd.Index(np.arange(len(cells), dtype=np.int64) + 2, name=ROW)
    return RawTable("nodes", cells, file=raw.file, sheet=raw.sheet)


def _tell(made: Joined, ids: Objects, kind: Ints, snap_m: float, findings: list[pd.DataFrame]) -> None:
    """Tell what was joined, split and left out, and what is drawn twice."""
    if len(made.gaps_m):
        said = note("interop.ends_joined", count=len(made.gaps_m), most_m=float(made.gaps_m.max()), snap_m=snap_m)
        findings.append(findings_at("note", "ends_joined", "segments", "geometry", [""], said))
    pieces = np.bincount(made.line, minlength=1)
    split = np.flatnonzero(pieces > 1)
    if len(split):
        shown = [
            str(ids[made.line == line][int(np.argmax(made.share[made.line == line]))]) for line in split[:5].tolist()
        ]
        said = note("interop.lines_split", count=len(split), ids=tuple(shown))
        findings.append(findings_at("note", "lines_split", "segments", "geometry", [""], said))
    later, is_reversed = alike(made, kind, snap_m=snap_m)
    for turned, rule in ((False, "line_doubled"), (True, "line_reversed")):
        twice = sorted(ids[later[is_reversed == turned]].astype(str))
        if twice:
            findings.append(findings_at("warning", rule, "segments", "geometry", twice, note(f"interop.{rule}")))


def meant(cells: pd.DataFrame, spec: TableSpec, headings: Headings) -> set[str]:
    """Return the columns that the headings mean."""
    return set(columns_meant(cells, spec, headings).values())


def columns_meant(cells: pd.DataFrame, spec: TableSpec, headings: Headings) -> dict[int, str]:
    """Return by place the column that each heading means."""
    texts = [str(text) for text in cells.columns]
    named = understood(texts, spec, headings=headings.get(spec.name))
    return {at: heading.meant.column.name for at, heading in enumerate(named) if heading.meant is not None}
