"""An empty workbook for an office to fill: a sheet per table, headings with units, words to choose from, an example."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from heatnet.errors import HeatnetError
from heatnet.interop.book_writing import BlankColumn, BlankSheet, write_blank_book
from heatnet.inventory.staging import PathLike, whole_file
from heatnet.language import checked_language, note, worded
from heatnet.schema import TABLES, Column, TableSpec
from heatnet.schema.vocabulary import LANGUAGES, words_in

_UNITS = {
    "length_m": "m", "diameter_mm": "mm", "wall_mm": "mm", "wall_left_mm": "mm", "roughness_mm": "mm",
    "x_m": "m", "y_m": "m", "load_kw": "kW", "area_m2": "㎡", "cooling_h": "h", "head_m": "m", "required_head_m": "m",
    "heat_loss_w_m": "W/m", "room_temp_c": "℃", "outage_h": "h", "repair_h": "h", "makeup_m3": "m³",
    "closed_years": "年",
}  # fmt: skip
_LEFT_OUT = frozenset({"household_id", "matched_by", "geometry"})
_HINTS = {"visits": ("community", "building"), "faults": ("place",), "works": ("place",)}
# What the example rows say: words of the schema, numbers, days, and keys of sentences where it is text.
_EXAMPLES: dict[str, dict[str, Any]] = {
    "nodes": {
        "kind": "building", "x_m": 1250, "y_m": 830, "households": 48, "load_kw": 240, "area_m2": 4320,
        "built_year": 1996, "community": "community", "name": "house", "priority": 1,
    },
    "segments": {
        "from_node": "J-12", "to_node": "B-3", "length_m": 65, "diameter_mm": 100, "laid_year": 1998,
        "level": "secondary", "line": "pair", "material": "steel", "laying": "duct", "street": "street",
        "is_flooded": False,
    },
    "valves": {"segment_id": "S-105", "node_id": "J-12", "is_operable": True, "is_open": True},
    "visits": {
        "community": "community", "building": "house", "visited_on": "2025-11-03", "channel": "home_visit",
        "is_cold": True, "room_temp_c": 16.5, "cause": "network", "resolved_on": "2025-11-05",
    },
    "faults": {
        "found_on": "2024-12-03", "asset_id": "S-105", "kind": "leak", "found_by": "operation", "outage_h": 6,
        "repair_h": 8,
    },
    "works": {"asset_id": "S-105", "done_on": "2023-09-20", "kind": "renewal", "length_m": 65},
    "digs": {"street": "street", "start_on": "2026-05-10", "end_on": "2026-07-20", "is_ban": False, "closed_years": 3},
    "makeup": {"season": 2024, "makeup_m3": 1250},
}  # fmt: skip


def write_template(path: PathLike, *, language: str = "en") -> None:
    """Write an empty workbook for an office to fill, whole or not at all.

    Parameters
    ----------
    path : path
        The file, which ends in ``.xlsx``.
    language : str
        Language of headings and words: ``en`` or ``zh``.

    Raises
    ------
    HeatnetError
        The file is there already, its name does not end in ``.xlsx``, or heatnet has no headings in the language.
    MissingExtraError
        openpyxl is not installed.

    Notes
    -----
    `read_inventory` reads the workbook as it is; the example row of each sheet is not read. A column left empty, or
    deleted, is as good as one that is not there, but for those marked with *.
    """
    checked_language(language)
    if language not in LANGUAGES:
        raise HeatnetError(f"heatnet has no headings of tables in {language!r}; it has them in {', '.join(LANGUAGES)}")
    target = Path(path)
    if target.suffix.casefold() != ".xlsx":
        raise HeatnetError(f"{target}: a template is a workbook; let its name end in .xlsx")
    if target.exists():
        raise HeatnetError(f"{target} is there already and is not written over: name another file")
    with whole_file(target) as stage:
        write_blank_book([_sheet(spec, language) for spec in TABLES.values()], stage)


def _sheet(spec: TableSpec, language: str) -> BlankSheet:
    title = worded(note("template.title", example=note("template.example")), language)
    hinted = [hint for hint in spec.hints if hint.name in _HINTS.get(spec.name, ())]
    columns = [*(one for one in spec.columns if one.name not in _LEFT_OUT), *hinted]
    key = spec.key[0]
    name = words_in(language, "sheets", spec.name)[0] if language != "en" else spec.name
    return BlankSheet(name, title, tuple(_column(spec, column, column.name == key, language) for column in columns))


def _column(spec: TableSpec, column: Column, is_key: bool, language: str) -> BlankColumn:
    is_required = column.required or column.name in spec.key
    name = words_in(language, "headings", spec.name, column.name)[0] if language != "en" else column.name
    unit = _UNITS.get(column.name) if language != "en" else None
    heading = f"{'*' if is_required else ''}{name}{f'({unit})' if unit else ''}"
    words: tuple[str, ...] = ()
    if column.choices:
        words = tuple(_choice(spec, column, word, language) for word in column.choices)
    elif column.type == "truth":
        words = tuple(worded(note(f"template.{word}"), language) for word in ("yes", "no"))
    return BlankColumn(heading, words, _example(spec, column, is_key, language), is_required)


def _choice(spec: TableSpec, column: Column, word: str, language: str) -> str:
    return words_in(language, "choices", spec.name, column.name, word)[0] if language != "en" else word


def _example(spec: TableSpec, column: Column, is_key: bool, language: str) -> Any:
    """Return what the example row says in a column; its id says that it is an example."""
    if is_key:
        return worded(note("template.example"), language)
    value = _EXAMPLES[spec.name].get(column.name)
    if isinstance(value, bool):
        return worded(note("template.yes" if value else "template.no"), language)
    if isinstance(value, str) and column.choices:
        return _choice(spec, column, value, language)
    if isinstance(value, str) and column.type in ("text", "id") and not value[:1].isupper():
        return worded(note(f"template.{value}"), language)
    return value
