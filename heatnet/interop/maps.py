"""GIS layers to the raw tables of an inventory: points to nodes, lines to segments, their ends joined where needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Objects, Truths
from heatnet.errors import HeatnetError
from heatnet.interop.gis_layers import Layer, geo_packages, layers_of
from heatnet.interop.joining import Joined, Places, alike, joined
from heatnet.interop.metres import in_metres
from heatnet.interop.titles import table_of
from heatnet.language import note
from heatnet.schema import NODES, ROW, SEGMENTS, TABLES, VALVES, RawTable, TableSpec, conform_leniently
from heatnet.schema.findings import findings_at
from heatnet.schema.headings import understood

SNAP_M = 1.0
_MOST_SNAP_M = 50.0
_SHORT = 10  # bytes that a shapefile leaves of a heading
_MOST_M = 5.0  # wider is no pipe: under a heading cut off, such numbers are millimetres
_ROW_AT = "row_at"  # a column that keeps rows from being left out as blank
_LEVELS = {"primary": 0, "secondary": 1}

Headings = Mapping[str, Mapping[str, str]]
Drawing = tuple[list[RawTable], str, list[pd.DataFrame]]


def tables_on_maps(
    files: Sequence[Path], headings: Headings, *, snap_m: float = SNAP_M, others: Sequence[RawTable] = ()
) -> Drawing:
    """Return the tables that lie in GIS files, the name of their grid, and what was found.

    Parameters
    ----------
    files : sequence of Path
        Files of one inventory, that belong on one map.
    headings : mapping
        By table: the user's own headings.
    snap_m : float
        Farthest apart, in metres, that ends of lines are one node.
    others : sequence of RawTable
        Tables of the inventory in files of other kinds: nodes among them join lines, too.

    Raises
    ------
    MissingExtraError, HeatnetError
        As `layers_of` and `in_metres`; a layer of lines or points fits no table; `snap_m` is not above 0 or too wide.
    """
    return tables_of_layers(
        [layer for file in files for layer in layers_of(file)], headings, snap_m=snap_m, others=others
    )


def tables_of_layers(
    drawn_layers: Sequence[Layer], headings: Headings, *, snap_m: float = SNAP_M, others: Sequence[RawTable] = ()
) -> Drawing:
    """Return the tables that lie in layers, wherever these were read; otherwise as `tables_on_maps`."""
    if not 0 < snap_m <= _MOST_SNAP_M:
        raise HeatnetError(f"snap_m is {snap_m}; give metres above 0, at most {_MOST_SNAP_M:g}")
    layers, crs, findings = in_metres(drawn_layers)
    _, shapely = geo_packages("reading a map")
    parts: list[tuple[RawTable, Objects]] = []
    for layer in layers:
        for name, kind, rows in _named(layer, headings, shapely):
            if not name:
                said = note("interop.layer_unknown", name=layer.name)
                findings.append(findings_at("note", "layer_unknown", "", "", [layer.name], said))
                continue
            parts.append(_part(layer, name, kind, rows, headings, shapely))
    lines = [part for part in parts if part[0].name == "segments"]
    drawn = [part for part in lines if not _names_its_ends(part[0], headings)]
    tables = [_with_lengths(raw, shapes, headings, findings, shapely) for raw, shapes in parts]
    return _Drawing(parts, others, headings, snap_m).tables(findings) if drawn else tables, crs, findings


def _with_lengths(
    raw: RawTable, shapes: Objects, headings: Headings, findings: list[pd.DataFrame], shapely: Any
) -> RawTable:
    """Return segments with lengths as drawn, and their course, where no column tells lengths."""
    if (
        raw.name != "segments"
        or "length_m" in _means(raw.cells, SEGMENTS, headings)
        or shapely.is_missing(shapes).all()
    ):
        return raw
    said = note("interop.length_measured", count=len(shapes))
    findings.append(findings_at("note", "length_measured", "segments", "length_m", [""], said))
    course = shapely.to_wkt(shapely.line_merge(shapes), rounding_precision=-1)
    return replace(raw, cells=raw.cells.assign(length_m=shapely.length(shapes), geometry=course))


def _named(layer: Layer, headings: Headings, shapely: Any) -> list[tuple[str, str, Truths]]:
    """Return the tables of a layer, each with the kind of its nodes and its rows: by name, else by its shapes."""
    name, kind = table_of(layer.name)
    every = np.ones(len(layer.shapes), dtype=bool)
    if name:
        return [(name, kind, every)]
    of_file = table_of(Path(layer.file).stem)
    types = shapely.get_type_id(layer.shapes)
    is_line, is_place = np.isin(types, (1, 5, 2)), np.isin(types, (0, 3, 4, 6))
    found = []
    if is_line.any():
        found.append(("segments", "", is_line | (types < 0) if not is_place.any() else is_line))
    if is_place.any():
        told, its_kind = of_file if of_file[0] and not is_line.any() else ("nodes", "")
        if told == "nodes" and not its_kind and not _means(layer.cells, NODES, headings) >= {"kind"}:
            told = _told_by_headings(layer.cells, headings)
        found.append((told, its_kind, is_place))
    if not found:
        found.append((_told_by_headings(layer.cells, headings), "", every))
    return found


def _told_by_headings(cells: pd.DataFrame, headings: Headings) -> str:
    """Return the only table of which a layer has all that is required, but for places."""
    fitting = [
        name
        for name, spec in TABLES.items()
        if {column.name for column in spec.columns if column.required} <= _means(cells, spec, headings)
    ]
    return fitting[0] if len(fitting) == 1 else ""


def _means(cells: pd.DataFrame, spec: TableSpec, headings: Headings) -> set[str]:
    return set(_columns(cells, spec, headings).values())


def _columns(cells: pd.DataFrame, spec: TableSpec, headings: Headings) -> dict[int, str]:
    """Return by place the column that each heading means."""
    texts = [str(text) for text in cells.columns]
    named = understood(texts, spec, headings=headings.get(spec.name))
    return {at: heading.meant.column.name for at, heading in enumerate(named) if heading.meant is not None}


def _part(
    layer: Layer, name: str, kind: str, rows: Truths, headings: Headings, shapely: Any
) -> tuple[RawTable, Objects]:
    """Return the rows of a layer as a raw table with ids and places among its cells, and their shapes."""
    spec = TABLES[name]
    cells, shapes = layer.cells[rows], layer.shapes[rows]
    if not rows.all():
        cells = cells.loc[:, cells.notna().any()]
    if layer.is_short:
        cells = _with_whole_headings(cells, spec)
    means = _columns(cells, spec, headings)
    if not spec.is_record and spec.key[0] not in means.values():
        cells = cells.assign(**{spec.key[0]: layer.ids[rows]})
    has_shape = ~shapely.is_missing(shapes)
    if name in ("nodes", "faults") and has_shape.any():
        cells = cells.loc[:, [means.get(at) not in ("x_m", "y_m") for at in range(cells.shape[1])]]
        is_area = np.isin(shapely.get_type_id(shapes), (3, 6))
        places = np.where(is_area, shapely.point_on_surface(shapes), shapely.centroid(shapes))
        cells = cells.assign(x_m=shapely.get_x(places), y_m=shapely.get_y(places))
    elif name == "segments":
        cells = _with_courses(cells, shapes, means, shapely)
    sheet = "" if layer.name == Path(layer.file).stem else layer.name
    return RawTable(name, cells, file=layer.file, sheet=sheet, kind=kind), shapes


def _with_courses(cells: pd.DataFrame, shapes: Objects, means: dict[int, str], shapely: Any) -> pd.DataFrame:
    """Return segments with the courses that are no straight lines, and with lengths where none are given."""
    merged = np.where(shapely.get_type_id(shapes) == 5, shapely.line_merge(shapes), shapes)
    is_line = shapely.get_type_id(merged) == 1
    if not is_line.any():
        return cells
    course = np.full(len(cells), None, dtype=object)
    bends = is_line & (shapely.get_num_coordinates(merged) > 2)
    course[bends] = shapely.to_wkt(merged[bends], rounding_precision=-1)
    kept = [at for at in range(cells.shape[1]) if means.get(at) != "geometry"]
    known = cells.iloc[:, kept].assign(geometry=course)
    if "length_m" in means.values():
        return known
    return known.assign(length_m=np.where(is_line, shapely.length(merged), np.nan))


def _with_whole_headings(cells: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    """Return the cells of a shapefile with the headings of heatnet's own that were cut off made whole.

    ``diameter_m`` is what is left of ``diameter_mm``: where its numbers are too large for metres they are millimetres.
    """
    whole = {column.name[:_SHORT]: column.name for column in spec.columns if len(column.name) > _SHORT}
    known = {column.name for column in spec.columns}
    names = []
    for at, heading in enumerate(cells.columns):
        name = whole.get(str(heading).casefold(), heading) if heading not in known else heading
        if name == "diameter_mm":
            numbers = pd.to_numeric(cells.iloc[:, at], errors="coerce").to_numpy(dtype=np.float64)
            name = name if np.nanmax(numbers, initial=0.0) > _MOST_M else heading
        names.append(name)
    return cells.set_axis(names, axis=1)


def _names_its_ends(raw: RawTable, headings: Headings) -> bool:
    """Return whether every line says between which nodes it lies."""
    ends = [at for at, name in _columns(raw.cells, SEGMENTS, headings).items() if name in ("from_node", "to_node")]
    return len(ends) == 2 and bool(raw.cells.iloc[:, ends].notna().all(axis=None))


class _Drawing:
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
            if not _means(raw.cells, VALVES, self.headings) >= {"segment_id", "node_id"}:
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
            given, means = raw.cells.iloc[rows], _columns(raw.cells, SEGMENTS, self.headings)
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
            if _means(raw.cells, VALVES, self.headings) >= {"segment_id", "node_id"}:
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
        means = _columns(raw.cells, NODES, headings)
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
    at = {name: place for place, name in _columns(cells, SEGMENTS, headings).items() if name in ("level", "line")}
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
    own = next(at for at, name in _columns(raw.cells, SEGMENTS, headings).items() if name == "segment_id")
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
    means = _columns(raw.cells, SEGMENTS, headings)
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
