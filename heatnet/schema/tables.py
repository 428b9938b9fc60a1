"""Every table of an inventory as data: columns, types, units, ranges, meanings; other words stand in ``words``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from heatnet.schema.columns import Column, TableSpec
from heatnet.schema.vocabulary import listed


def _id(name: str, meaning: str) -> Column:
    return Column(name, "id", meaning, required=True)


def _reference(name: str, meaning: str, required: bool = True) -> Column:
    return Column(name, "reference", meaning, required=required)


def _number(name: str, meaning: str, measure: str, **limits: Any) -> Column:
    return Column(name, "number", meaning, measure=measure, **limits)


def _text(name: str, meaning: str) -> Column:
    return Column(name, "text", meaning)


def _truth(name: str, meaning: str, default: bool | None = None) -> Column:
    return Column(name, "truth", meaning, default=default)


def _date(name: str, meaning: str, required: bool = False) -> Column:
    return Column(name, "date", meaning, required=required)


def _choice(name: str, meaning: str, *words: str, required: bool = False, default: str | None = None) -> Column:
    return Column(name, "choice", meaning, required=required, default=default, choices=dict.fromkeys(words, ()))


def _table(
    name: str, row: str, key: tuple[str, ...], columns: tuple[Column, ...], hints: tuple[Column, ...] = ()
) -> TableSpec:
    """Return the table with the words of its columns."""
    return TableSpec(
        name, row, key, tuple(_worded(name, column) for column in columns), tuple(_worded(name, hint) for hint in hints)
    )


def _worded(table: str, column: Column) -> Column:
    return replace(
        column,
        aliases=listed("headings", table, column.name),
        opposite=listed("opposite", table, column.name),
        choices={word: listed("choices", table, column.name, word) for word in column.choices},
    )


NODES = _table(
    "nodes",
    "one node: a source, a station, a junction or a building",
    ("node_id",),
    (
        _id("node_id", "identity of the node"),
        _choice("kind", "what stands there", "source", "station", "junction", "building", required=True),
        _number("x_m", "easting in a metric grid", "grid", most=1e9),
        _number("y_m", "northing in a metric grid", "grid", most=1e9),
        _number("households", "households on heat", "count", least=0.0, most=9e3),
        _number("load_kw", "heat load", "power", least=0.0, most=5e6),
        _number("area_m2", "heated area", "area", least=0.0, most=5e7),
        _number("cooling_h", "thermal time constant", "hours", least=0.0, most=1e3),
        _number("built_year", "year of construction", "year"),
        _text("community", "community it belongs to"),
        _text("name", "what people call it"),
        _number("priority", "weight of a building in the assessment", "", default=1.0, least=0.0, most=1e6),
        _text("owner", "who owns it"),
        _date("accepted_on", "day of acceptance"),
        _number("head_m", "head difference that the pumps of a source or station give", "head", least=0.0, most=500.0),
        _number("required_head_m", "head difference that a consumer needs", "head", least=0.0, most=500.0),
    ),
)

SEGMENTS = _table(
    "segments",
    "one row of the pipeline inventory between two nodes",
    ("segment_id",),
    (
        _id("segment_id", "identity of the segment"),
        _reference("from_node", "node at one end"),
        _reference("to_node", "node at the other end"),
        _number("length_m", "route length", "length", required=True, above=0.0, most=1e6),
        _number("diameter_mm", "nominal diameter", "diameter", required=True, above=0.0, most=1e4),
        _number("laid_year", "year of laying", "year"),
        _choice("level", "primary or secondary network", "primary", "secondary", default="primary"),
        _choice("line", "which pipes the row stands for", "pair", "supply", "return", default="pair"),
        _text("material", "pipe material"),
        _text("insulation", "insulation"),
        _choice("laying", "how it lies", "direct_buried", "duct", "tunnel", "overhead"),
        _text("street", "street in which it lies"),
        _number("wall_mm", "wall thickness when new", "thickness", above=0.0, most=200.0),
        _number("wall_left_mm", "wall thickness measured last", "thickness", least=0.0, most=200.0),
        _choice("soil_corrosion", "corrosivity of the soil", "low", "medium", "high"),
        _truth("is_flooded", "lies in water at times"),
        _truth("is_crossing", "crosses a road, railway or river"),
        _text("owner", "who owns it"),
        _date("accepted_on", "day of acceptance"),
        _number("heat_loss_w_m", "heat loss measured, per metre of route", "loss", least=0.0, most=1e4),
        _number("roughness_mm", "roughness of the inner wall", "thickness", least=0.0, most=50.0),
        _text("geometry", "course on the map, as WKT (LINESTRING) in the grid of x_m, y_m; else a straight line"),
    ),
)

VALVES = _table(
    "valves",
    "one valve at one end of a segment",
    ("valve_id",),
    (
        _id("valve_id", "identity of the valve"),
        _reference("segment_id", "segment on which it sits", required=False),
        _reference("node_id", "end of the segment at which it sits"),
        _truth("is_operable", "can be turned", default=True),
        _truth("is_open", "stands open", default=True),
    ),
)

VISITS = _table(
    "visits",
    "one household contact, with or without a complaint",
    ("visit_id",),
    (
        _id("visit_id", "identity of the visit"),
        _reference("building_id", "building visited", required=False),
        _date("visited_on", "day of the visit", required=True),
        _choice(
            "channel", "how the contact came about", "home_visit", "hotline", "app", "sensor", default="home_visit"
        ),
        _truth("is_cold", "the home was cold"),
        _number("room_temp_c", "room temperature", "temperature", least=-60.0, most=100.0),
        _text("category", "category of the complaint"),
        _choice(
            "cause", "cause found after inspection", "household", "building", "station", "network", "closed", "unknown"
        ),
        _date("resolved_on", "day of the solution"),
        _text("household_id", "household: a running number within the inventory, made when read"),
    ),
    hints=(
        _text("community", "community in which the building stands"),
        _text("building", "what people call the building"),
        _text("unit", "entrance"),
        _text("flat", "flat; tells households apart, and is not kept"),
    ),
)

FAULTS = _table(
    "faults",
    "one confirmed, dated defect of an asset",
    ("fault_id",),
    (
        _id("fault_id", "identity of the fault"),
        _date("found_on", "day it was found", required=True),
        _reference("asset_id", "segment or station with the defect", required=False),
        _number("x_m", "easting in a metric grid", "grid", most=1e9),
        _number("y_m", "northing in a metric grid", "grid", most=1e9),
        _text("kind", "kind of defect"),
        _choice("found_by", "how it was found", "operation", "test", "inspection"),
        _number("outage_h", "hours for which homes were cut off; 0: nobody was", "hours", least=0.0, most=5e3),
        _number("repair_h", "hours of repair", "hours", least=0.0, most=5e3),
    ),
    hints=(
        _text("street", "street in which it happened"),
        _text("place", "where it happened, in words"),
        _text("community", "community in which it happened"),
        _text("back_at", "time of day at which heat was back, where outage_h holds that at which it went"),
    ),
)

WORKS = _table(
    "works",
    "one finished measure on an asset",
    ("work_id",),
    (
        _id("work_id", "identity of the work"),
        _reference("asset_id", "segment or station worked on", required=False),
        _date("done_on", "day it was finished", required=True),
        replace(
            _choice("kind", "what was done", "renewal", "repair", "cleaning", "balancing", default="renewal"),
            is_decisive=True,
        ),
        _number("length_m", "length worked on", "length", least=0.0, most=1e6),
    ),
    hints=(_text("street", "street in which it was done"), _text("place", "where it was done, in words")),
)

DIGS = _table(
    "digs",
    "another utility's planned road excavation, or a ban on digging",
    ("dig_id",),
    (
        _id("dig_id", "identity of the dig"),
        Column("street", "text", "street; *: the whole city", required=True),
        _date("start_on", "first day", required=True),
        _date("end_on", "last day", required=True),
        replace(_truth("is_ban", "no digging in that time", default=False), is_decisive=True),
        _number("closed_years", "years in which the street stays closed after it", "years", least=0.0, most=100.0),
    ),
)

MAKEUP = _table(
    "makeup",
    "make-up water of one station in one season",
    ("station_id", "season"),
    (
        _reference("station_id", "station", required=False),
        _number("season", "year in which the season starts", "season", required=True),
        _number("makeup_m3", "make-up water", "volume", required=True, least=0.0, most=1e9),
    ),
)

TABLES = {spec.name: spec for spec in (NODES, SEGMENTS, VALVES, VISITS, FAULTS, WORKS, DIGS, MAKEUP)}
