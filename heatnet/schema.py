"""Every table of an inventory as data, and the one function that brings a table into that form.

A `TableSpec` lists the columns of a table with their type, unit, range and meaning. `conform` reads a DataFrame
against it: headings and values in English or Chinese become the standard ones, text becomes numbers, dates
and truths, missing columns are added, and everything that cannot be used is collected into one error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from heatnet.errors import HeatnetError

ColumnType = Literal["id", "reference", "text", "choice", "number", "truth", "date"]

UNKNOWN_WORDS = frozenset({"", "na", "n/a", "nan", "nat", "none", "null", "<na>", "#n/a"})
TRUTH_WORDS = {
    **dict.fromkeys(("true", "1", "1.0", "yes", "y", "t", "是", "有", "真"), True),
    **dict.fromkeys(("false", "0", "0.0", "no", "n", "f", "否", "无", "假"), False),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Standard name, with the unit in it.
    type : str
        ``id`` (text, unique when it is the table's key), ``reference`` (the id of something else; may be empty),
        ``text``, ``choice`` (one of `choices`), ``number``, ``truth`` or ``date``.
    meaning : str
        What it says, in a few words.
    required : bool
        A missing column or an empty cell is an error.
    default : object
        What a missing column or an empty cell means; ``None``: unknown.
    choices : dict
        For ``choice``: the standard words and their other spellings.
    least, above : float
        Smallest allowed number (included) or bound below it (excluded).
    aliases : tuple of str
        Other headings that are understood.
    """

    name: str
    type: ColumnType
    meaning: str
    required: bool = False
    default: str | float | bool | None = None
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    least: float | None = None
    above: float | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table of the inventory: its name, what a row is, the columns that identify a row, and all its columns."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return the column of that standard name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a table that cannot be used, with the rows where it stands."""

    table: str
    column: str
    what: str
    rows: tuple[int, ...] = ()
    ids: tuple[str, ...] = ()
    count: int = 0

    def sentence(self) -> str:
        """Return the problem as one plain sentence: column, what is wrong, rows and ids of the first five, the count."""
        text = f"column {self.column}: {self.what}" if self.column else self.what
        if not self.count:
            return text
        rows = ", ".join(str(row) for row in self.rows)
        ids = f"; id {', '.join(self.ids)}" if self.ids else ""
        more = ", ..." if self.count > len(self.rows) else ""
        noun, label = ("row", "row") if self.count == 1 else ("rows", "rows")
        return f"{text} ({self.count} {noun}: {label} {rows}{ids}{more})"


def _id(name: str, meaning: str, *aliases: str) -> Column:
    return Column(name, "id", meaning, required=True, aliases=aliases)


def _reference(name: str, meaning: str, *aliases: str, required: bool = True) -> Column:
    return Column(name, "reference", meaning, required=required, aliases=aliases)


def _number(name: str, meaning: str, *aliases: str, **limits: Any) -> Column:
    return Column(name, "number", meaning, aliases=aliases, **limits)


def _text(name: str, meaning: str, *aliases: str) -> Column:
    return Column(name, "text", meaning, aliases=aliases)


def _truth(name: str, meaning: str, *aliases: str, default: bool | None = None) -> Column:
    return Column(name, "truth", meaning, default=default, aliases=aliases)


def _date(name: str, meaning: str, *aliases: str, required: bool = False) -> Column:
    return Column(name, "date", meaning, required=required, aliases=aliases)


NODES = TableSpec(
    "nodes",
    "one node: a source, a station, a junction or a building",
    ("node_id",),
    (
        _id("node_id", "identity of the node", "节点编号", "节点"),
        Column(
            "kind",
            "choice",
            "what stands there",
            required=True,
            choices={
                "source": ("热源", "热源厂"),
                "station": ("热力站", "换热站"),
                "junction": ("节点", "管网节点", "小室"),
                "building": ("建筑", "楼栋", "楼"),
            },
            aliases=("类型", "节点类型"),
        ),
        _number("x_m", "easting in a metric grid", "x"),
        _number("y_m", "northing in a metric grid", "y"),
        _number("households", "households on heat", "户数", "供热户数", least=0.0),
        _number("load_kw", "heat load", "热负荷", "负荷", least=0.0),
        _number("area_m2", "heated area", "供热面积", "面积", least=0.0),
        _number("cooling_h", "thermal time constant", "时间常数", least=0.0),
        _number("built_year", "year of construction", "建成年份", "建筑年代"),
        _text("community", "community it belongs to", "社区", "小区"),
        _number(
            "priority", "weight of a building in the assessment", "优先级", "权重", default=1.0, least=0.0
        ),
        _text("owner", "who owns it", "产权单位", "产权"),
        _date("accepted_on", "day of acceptance", "验收日期"),
    ),
)

SEGMENTS = TableSpec(
    "segments",
    "one row of the pipeline inventory between two nodes",
    ("segment_id",),
    (
        _id("segment_id", "identity of the segment", "管段编号", "管段"),
        _reference("from_node", "node at one end", "起点", "起点编号"),
        _reference("to_node", "node at the other end", "终点", "终点编号"),
        _number("length_m", "route length", "长度", "管长", required=True, above=0.0),
        _number("diameter_mm", "nominal diameter", "管径", "公称直径", required=True, above=0.0),
        _number("laid_year", "year of laying", "敷设年份", "投运年份", "建设年份"),
        Column(
            "level",
            "choice",
            "primary or secondary network",
            default="primary",
            choices={
                "primary": ("一级", "一级管网", "一次网", "一网"),
                "secondary": ("二级", "二级管网", "二次网", "二网"),
            },
            aliases=("级别", "管网级别"),
        ),
        Column(
            "line",
            "choice",
            "which pipes the row stands for",
            default="pair",
            choices={"pair": ("供回水", "双管"), "supply": ("供水", "供水管"), "return": ("回水", "回水管")},
            aliases=("供回水",),
        ),
        _text("material", "pipe material", "材质", "管材"),
        _text("insulation", "insulation", "保温", "保温材料"),
        Column(
            "laying",
            "choice",
            "how it lies",
            choices={
                "direct_buried": ("直埋",),
                "duct": ("地沟", "管沟"),
                "tunnel": ("管廊", "隧道"),
                "overhead": ("架空",),
            },
            aliases=("敷设方式",),
        ),
        _text("street", "street in which it lies", "街道", "道路"),
        _number("wall_mm", "wall thickness when new", "壁厚", above=0.0),
        _number("wall_left_mm", "wall thickness measured last", "剩余壁厚", least=0.0),
        Column(
            "soil_corrosion",
            "choice",
            "corrosivity of the soil",
            choices={"low": ("低", "弱"), "medium": ("中",), "high": ("高", "强")},
            aliases=("土壤腐蚀性",),
        ),
        _truth("is_flooded", "lies in water at times", "浸水"),
        _truth("is_crossing", "crosses a road, railway or river", "穿越"),
        _text("owner", "who owns it", "产权单位", "产权"),
        _date("accepted_on", "day of acceptance", "验收日期"),
    ),
)

VALVES = TableSpec(
    "valves",
    "one valve at one end of a segment",
    ("valve_id",),
    (
        _id("valve_id", "identity of the valve", "阀门编号", "阀门"),
        Column("segment_id", "reference", "segment on which it sits", aliases=("管段编号", "管段")),
        _reference("node_id", "end of the segment at which it sits", "节点编号", "节点"),
        _truth("is_operable", "can be turned", "可操作", "完好", default=True),
        _truth("is_open", "stands open", "开启", default=True),
    ),
)

VISITS = TableSpec(
    "visits",
    "one household contact, with or without a complaint",
    ("visit_id",),
    (
        _id("visit_id", "identity of the visit", "走访编号", "工单编号", "编号"),
        Column("building_id", "reference", "building visited", aliases=("楼栋编号", "楼栋", "建筑编号")),
        _date("visited_on", "day of the visit", "走访日期", "日期", required=True),
        Column(
            "channel",
            "choice",
            "how the contact came about",
            default="home_visit",
            choices={
                "home_visit": ("走访", "入户"),
                "hotline": ("热线", "电话"),
                "app": ("小程序", "网络"),
                "sensor": ("传感器", "室温采集"),
            },
            aliases=("渠道", "来源"),
        ),
        _truth("is_cold", "the home was cold", "不热", "是否不热"),
        _number("room_temp_c", "room temperature", "室温", "室内温度"),
        _text("category", "category of the complaint", "类别", "诉求类别"),
        Column(
            "cause",
            "choice",
            "cause found after inspection",
            choices={
                "household": ("用户", "户内"),
                "building": ("楼内", "单元"),
                "station": ("热力站", "换热站"),
                "network": ("管网",),
                "closed": ("停热", "报停", "欠费"),
                "unknown": ("不明",),
            },
            aliases=("原因",),
        ),
        _date("resolved_on", "day of the solution", "解决日期", "办结日期"),
        _text("household_id", "household, hashed when read", "户号", "用户编号"),
    ),
)

FAULTS = TableSpec(
    "faults",
    "one confirmed, dated defect of an asset",
    ("fault_id",),
    (
        _id("fault_id", "identity of the fault", "故障编号"),
        _date("found_on", "day it was found", "发现日期", "故障日期", required=True),
        _reference("asset_id", "segment or station with the defect", "设施编号", "管段编号", required=False),
        _number("x_m", "easting in a metric grid", "x"),
        _number("y_m", "northing in a metric grid", "y"),
        _text("kind", "kind of defect", "故障类型", "类型"),
        Column(
            "found_by",
            "choice",
            "how it was found",
            choices={"operation": ("运行",), "test": ("打压", "试压"), "inspection": ("巡检", "检查")},
            aliases=("发现方式",),
        ),
        _number("outage_h", "hours for which homes were cut off; 0: nobody was", "停热时长", least=0.0),
        _number("repair_h", "hours of repair", "抢修时长", "维修时长", least=0.0),
    ),
)

WORKS = TableSpec(
    "works",
    "one finished measure on an asset",
    ("work_id",),
    (
        _id("work_id", "identity of the work", "工程编号"),
        Column("asset_id", "reference", "segment or station worked on", aliases=("设施编号", "管段编号")),
        _date("done_on", "day it was finished", "完工日期", required=True),
        Column(
            "kind",
            "choice",
            "what was done",
            default="renewal",
            choices={
                "renewal": ("更换", "改造", "更新"),
                "repair": ("维修", "抢修"),
                "cleaning": ("清洗",),
                "balancing": ("平衡", "调网"),
            },
            aliases=("工程类型", "类型"),
        ),
        _number("length_m", "length worked on", "长度", least=0.0),
    ),
)

DIGS = TableSpec(
    "digs",
    "another utility's planned road excavation, or a ban on digging",
    ("dig_id",),
    (
        _id("dig_id", "identity of the dig", "掘路编号"),
        Column("street", "text", "street; *: the whole city", required=True, aliases=("街道", "道路")),
        _date("start_on", "first day", "开始日期", required=True),
        _date("end_on", "last day", "结束日期", required=True),
        _truth("is_ban", "no digging in that time", "禁止掘路", default=False),
        _number("closed_years", "years in which the street stays closed after it", "封闭年限", least=0.0),
    ),
)

MAKEUP = TableSpec(
    "makeup",
    "make-up water of one station in one season",
    ("station_id", "season"),
    (
        Column("station_id", "reference", "station", aliases=("热力站编号", "换热站编号", "热力站")),
        _number("season", "year in which the season starts", "采暖年度", required=True),
        _number("makeup_m3", "make-up water", "补水量", required=True, least=0.0),
    ),
)

TABLES = {spec.name: spec for spec in (NODES, SEGMENTS, VALVES, VISITS, FAULTS, WORKS, DIGS, MAKEUP)}


def conform(table: pd.DataFrame, spec: TableSpec, *, origin: str | None = None) -> pd.DataFrame:
    """Return the table in the form of its specification.

    Parameters
    ----------
    table : DataFrame
        Rows of the table, any order of columns, any of the understood headings.
    spec : TableSpec
        What the table should be.
    origin : str, optional
        The file it came from, for messages; rows are then counted as in the file, its heading being row 1.
        Without it rows are counted from 0.

    Returns
    -------
    DataFrame
        A new table with a RangeIndex, every column of `spec` in its order and other columns behind. Ids and
        text are text (missing: NaN), numbers float64 (NaN), dates datetime64[s] (NaT), truths bool where they have
        a default, else nullable boolean.

    Raises
    ------
    HeatnetError
        Everything in the table that cannot be used, at once.

    Examples
    --------
    >>> valves = pd.DataFrame({"阀门编号": ["V1"], "segment_id": ["S1"], "node_id": ["N1"], "is_open": ["否"]})
    >>> conform(valves, VALVES).loc[0].to_dict()
    {'valve_id': 'V1', 'segment_id': 'S1', 'node_id': 'N1', 'is_operable': True, 'is_open': False}
    """
    conformed, problems = conform_leniently(table, spec, origin=origin)
    raise_problems(problems, {spec.name: origin} if origin else {})
    return conformed


def conform_leniently(
    table: pd.DataFrame, spec: TableSpec, *, origin: str | None = None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the table as `conform` does, with unusable cells as missing, and the list of what is wrong."""
    if not isinstance(table, pd.DataFrame):
        what = f"is not a table but {type(table).__name__}; give a pandas DataFrame"
        return pd.DataFrame(columns=[column.name for column in spec.columns]), [Problem(spec.name, "", what)]
    renamed, problems = _standard_headings(table, spec)
    columns: dict[str, Any] = {}
    bad_cells: list[tuple[Column, np.ndarray[Any, Any], str]] = []
    for column in spec.columns:
        if column.name in renamed.columns:
            values, bad, what = _READERS[column.type](renamed[column.name], column)
            if bad.any():
                bad_cells.append((column, bad, what))
        else:
            if column.required:
                problems.append(Problem(spec.name, column.name, "is missing; the table needs it"))
            values = _READERS[column.type](pd.Series([None] * len(renamed), dtype=object), column)[0]
        columns[column.name] = values
    others = {name: renamed[name] for name in renamed.columns if name not in columns}
    conformed = pd.DataFrame({**columns, **others}, index=pd.RangeIndex(len(renamed)))
    first_row = 2 if origin else 0
    for column, bad, what in bad_cells:
        problems.append(problem_at(conformed, spec, column.name, bad, what, first_row))
    for column in spec.columns:
        if column.required and column.name in renamed.columns:
            empty = conformed[column.name].isna().to_numpy() & ~_marked(bad_cells, column, len(conformed))
            if empty.any():
                problems.append(
                    problem_at(conformed, spec, column.name, empty, "must not be empty", first_row)
                )
    problems += _key_problems(conformed, renamed, spec, first_row)
    if spec.name == "visits":
        problems += _visit_problems(conformed, renamed, first_row)
    return conformed, problems


def problem_at(
    table: pd.DataFrame, spec: TableSpec, column: str, bad: np.ndarray[Any, Any], what: str, first_row: int
) -> Problem:
    """Return the problem that holds at the rows where `bad` is true, naming the first five."""
    positions = np.flatnonzero(bad)
    first = positions[:5]
    ids = tuple(str(value) for value in table[spec.key[0]].iloc[first] if not pd.isna(value))
    return Problem(spec.name, column, what, tuple(int(row) + first_row for row in first), ids, len(positions))


def raise_problems(problems: Sequence[Problem], origins: dict[str, str]) -> None:
    """Raise one `HeatnetError` that lists all problems by table, or return when there are none."""
    if not problems:
        return
    lines = []
    for name in dict.fromkeys(problem.table for problem in problems):
        lines.append(f"{origins.get(name, 'table ' + name)} cannot be used:")
        lines += [f"  - {problem.sentence()}" for problem in problems if problem.table == name]
    raise HeatnetError("\n".join(lines))


def _standard_headings(table: pd.DataFrame, spec: TableSpec) -> tuple[pd.DataFrame, list[Problem]]:
    """Rename understood headings; a standard name wins over an alias of another column."""
    headings = [str(heading).strip() for heading in table.columns]
    standard = {column.name for column in spec.columns}
    taken = {heading.casefold() for heading in headings} & standard
    aliases = {
        alias.casefold(): column.name
        for column in spec.columns
        if column.name not in taken
        for alias in column.aliases
    }
    names = []
    for heading in headings:
        folded = heading.casefold()
        names.append(folded if folded in standard else aliases.get(folded, heading))
    twice = sorted({name for name in names if names.count(name) > 1})
    problems = [Problem(spec.name, name, "stands twice in the heading; keep one") for name in twice]
    renamed = table.set_axis(names, axis=1)
    return renamed.loc[:, ~renamed.columns.duplicated()].reset_index(drop=True), problems


def _key_problems(
    conformed: pd.DataFrame, renamed: pd.DataFrame, spec: TableSpec, first_row: int
) -> list[Problem]:
    """Return the rows whose key stands in an earlier or later row as well."""
    key = list(spec.key)
    if any(name not in renamed.columns for name in key):
        return []
    twice = conformed.duplicated(key, keep=False).to_numpy() & conformed[key].notna().all(axis=1).to_numpy()
    if not twice.any():
        return []
    return [
        problem_at(
            conformed, spec, " and ".join(key), twice, "stands more than once; ids must be unique", first_row
        )
    ]


def _visit_problems(conformed: pd.DataFrame, renamed: pd.DataFrame, first_row: int) -> list[Problem]:
    """A visit needs `is_cold` or a room temperature."""
    if "is_cold" not in renamed.columns and "room_temp_c" not in renamed.columns:
        return [Problem("visits", "is_cold", "is missing; the table needs it (or room_temp_c)")]
    silent = (conformed["is_cold"].isna() & conformed["room_temp_c"].isna()).to_numpy()
    if not silent.any():
        return []
    what = "must be true or false where room_temp_c is empty"
    return [problem_at(conformed, VISITS, "is_cold", silent, what, first_row)]


def _marked(
    bad_cells: list[tuple[Column, np.ndarray[Any, Any], str]], column: Column, size: int
) -> np.ndarray[Any, Any]:
    """Cells of the column that are already reported."""
    return next((bad for other, bad, _ in bad_cells if other is column), np.zeros(size, dtype=bool))


# --- one reader per column type: values, cells that cannot be read, what is wrong with them -----------------------

_Reading = tuple[Any, np.ndarray[Any, Any], str]


def text_values(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return the cells as stripped text, whole numbers without a decimal point, empty cells as missing.

    Examples
    --------
    >>> text_values(pd.Series([" S1 ", 12.0, "", None])).fillna("missing").tolist()
    ['S1', '12', 'missing', 'missing']
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if pd.api.types.is_numeric_dtype(values.dtype) or values.dtype == object:
        cells = [_cell_text(cell) for cell in values.astype(object)]
        series: pd.Series[Any] = pd.Series(cells, index=values.index, dtype=_TEXT_DTYPE)
        return series
    stripped = values.astype(_TEXT_DTYPE).str.strip()
    return stripped.mask(stripped == "")


_TEXT_DTYPE: Any = "str" if int(pd.__version__.split(".")[0]) >= 3 else object


def _cell_text(cell: Any) -> str | None:
    if cell is None or cell is pd.NA or cell != cell:
        return None
    if isinstance(cell, (float, np.floating)) and float(cell).is_integer():
        cell = int(cell)
    return str(cell).strip() or None


def _read_text(values: pd.Series[Any], column: Column) -> _Reading:
    text = text_values(values)
    return text, np.zeros(len(text), dtype=bool), ""


def _read_choice(values: pd.Series[Any], column: Column) -> _Reading:
    words = {other.casefold(): word for word, others in column.choices.items() for other in (word, *others)}
    codes, uniques = pd.factorize(text_values(values))
    read = np.array([words.get(str(unique).casefold()) for unique in uniques] + [None], dtype=object)
    cells = read[codes]
    bad = (codes >= 0) & np.array([cell is None for cell in read], dtype=bool)[codes]
    if column.default is not None:
        cells = np.where(codes < 0, column.default, cells)
    text: pd.Series[Any] = pd.Series(cells, dtype=_TEXT_DTYPE)
    return text, bad, f"must be one of {', '.join(column.choices)}{_seen(uniques, read)}"


def _read_number(values: pd.Series[Any], column: Column) -> _Reading:
    if pd.api.types.is_bool_dtype(values.dtype) or pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        bad = np.isinf(numbers)
    else:
        text = text_values(values)
        numbers = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        unknown = text.isna().to_numpy(dtype=bool) | text.str.casefold().isin(UNKNOWN_WORDS).to_numpy(
            dtype=bool
        )
        bad = (np.isnan(numbers) & ~unknown) | np.isinf(numbers)
    what = "must be a number"
    if column.above is not None:
        bad, what = bad | (numbers <= column.above), f"must be a number above {column.above:g}"
    if column.least is not None:
        bad, what = bad | (numbers < column.least), f"must be a number of {column.least:g} or more"
    numbers = np.where(bad, np.nan, numbers)
    if column.default is not None:
        numbers = np.where(np.isnan(numbers), float(column.default), numbers)
    return numbers, bad, what


def _read_truth(values: pd.Series[Any], column: Column) -> _Reading:
    codes, uniques = pd.factorize(text_values(values))
    folded = [str(unique).casefold() for unique in uniques]
    known = np.array([word in TRUTH_WORDS or word in UNKNOWN_WORDS for word in folded] + [True])
    truths = np.array([TRUTH_WORDS.get(word) for word in folded] + [None], dtype=object)[codes]
    bad = ~known[codes]
    if column.default is None:
        return pd.array(truths, dtype="boolean"), bad, "must be true or false"
    filled = np.array([column.default if truth is None else truth for truth in truths], dtype=bool)
    return filled, bad, "must be true or false"


_DAY = re.compile(r"\d{4}(-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\d{4})([T ].*)?")


def _read_date(values: pd.Series[Any], column: Column) -> _Reading:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        days = values.dt.tz_localize(None) if values.dt.tz is not None else values
        return days.dt.normalize().to_numpy().astype("datetime64[s]"), np.zeros(len(values), dtype=bool), ""
    codes, uniques = pd.factorize(text_values(values))
    days = np.array([_day(str(unique)) for unique in uniques] + [np.datetime64("NaT")], dtype="datetime64[s]")
    known = np.array([str(unique).casefold() in UNKNOWN_WORDS for unique in uniques] + [True])
    read = days[codes]
    return read, np.isnat(read) & ~known[codes], "must be a date such as 2025-11-03"


def _day(text: str) -> np.datetime64:
    """Return the day of an ISO 8601 date (also with slashes, also with a time behind), NaT if it is none."""
    if not _DAY.fullmatch(text):
        return np.datetime64("NaT", "s")
    day = re.split("[T ]", text)[0].replace("/", "-")
    if "-" in day:
        year, month, number = day.split("-")
        day = f"{year}{month:0>2}{number:0>2}"
    try:
        return np.datetime64(f"{day[:4]}-{day[4:6]}-{day[6:]}", "s")
    except ValueError:
        return np.datetime64("NaT", "s")


def _seen(uniques: Any, read: np.ndarray[Any, Any]) -> str:
    unknown = [repr(str(unique)) for unique, word in zip(uniques, read, strict=False) if word is None]
    return f", not {', '.join(unknown[:5])}" if unknown else ""


_READERS = {
    "id": _read_text,
    "reference": _read_text,
    "text": _read_text,
    "choice": _read_choice,
    "number": _read_number,
    "truth": _read_truth,
    "date": _read_date,
}
