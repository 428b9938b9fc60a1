"""Everything that a cell of a ledger can be, with what it means; what it cannot be is told with its text."""

import contextlib
from typing import Any

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import HeatnetError
from heatnet.schema import (
    DIGS,
    FAULTS,
    MAKEUP,
    NODES,
    SEGMENTS,
    VALVES,
    VISITS,
    WORKS,
    Reading,
    TableSpec,
    conform,
    conformed,
)

ROWS: dict[str, dict[str, Any]] = {
    "nodes": {"node_id": "N1", "kind": "building"},
    "segments": {"segment_id": "S1", "from_node": "A", "to_node": "B", "length_m": "50", "diameter_mm": "100"},
    "valves": {"valve_id": "V1", "segment_id": "S1", "node_id": "A"},
    "visits": {"visit_id": "Z1", "building_id": "B1", "visited_on": "2025-11-03", "is_cold": "true"},
    "faults": {"fault_id": "F1", "found_on": "2024-12-03", "asset_id": "S1"},
    "works": {"work_id": "W1", "asset_id": "S1", "done_on": "2024-06-01", "kind": "repair"},
    "digs": {"dig_id": "D1", "street": "High St", "start_on": "2026-05-01", "end_on": "2026-06-01"},
    "makeup": {"station_id": "T1", "season": "2024", "makeup_m3": "5"},
}


def reading(spec: TableSpec, **cells: Any) -> Reading:
    """One row that is sound but for these cells; a heading of None leaves a column out."""
    row = {**ROWS[spec.name], **cells}
    return conformed(pd.DataFrame({heading: [cell] for heading, cell in row.items() if cell is not None}), spec)


def cell(spec: TableSpec, column: str, written: Any) -> tuple[Any, set[str]]:
    """What a cell is read as, and the findings that say so."""
    read = reading(spec, **{column: written})
    assert not read.problems, [problem.sentence() for problem in read.problems]
    value = read.table[column][0]
    return (None if pd.isna(value) else value), set(read.findings["rule"])


PLAIN: set[str] = set()
GUESSED = {"cell_guessed"}
IMPOSSIBLE = {"impossible_value"}


@pytest.mark.parametrize(
    ("written", "metres"),
    [
        ("150", 150), ("150 m", 150), ("150米", 150), ("１５０ｍ", 150), ("1.2km", 1200), ("1.2 公里", 1200),
        ("0,52 км", 520),
        ("1,150", 1150), ("1,150.5", 1150.5), ("12,345,678.9 mm", 12345.6789), ("1 150", 1150), ("1 150 м", 1150),
        ("12,5", 12.5), ("1'150", 1150), ("1.5e2", 150), ("150.", 150), ("+150", 150), ("150延米", 150), (150, 150),
        (np.float32(1.5), 1.5), ("150㎜", 0.15), ("2千米", 2000), ("150 metres", 150), ("150m。", 150),
    ],
)  # fmt: skip
def test_lengths(written: Any, metres: float) -> None:
    value, rules = cell(SEGMENTS, "length_m", written)
    assert value == pytest.approx(metres)
    assert rules == PLAIN


@pytest.mark.parametrize(("written", "metres"), [("约150", 150), ("150左右", 150), ("~150", 150), ("100-200", 150),
                                                 ("100~200米", 150), ("около 150 м", 150),
                                                 ("150(估)", 150)])  # fmt: skip
def test_rough_lengths_are_said_to_be_guessed(written: str, metres: float) -> None:
    assert cell(SEGMENTS, "length_m", written) == (metres, GUESSED)


@pytest.mark.parametrize(
    "written", ["fifty", "-150", "0", "150kg", "1,15,0", "150+20", "1..5", "99999999999999999999", "inf"]
)
def test_what_is_no_length_is_refused_with_its_text(written: str) -> None:
    problems = reading(SEGMENTS, length_m=written).problems
    assert len(problems) == 1
    assert repr(written) in problems[0].sentence()


@pytest.mark.parametrize(
    ("written", "millimetres"),
    [
        ("200", 200), ("DN200", 200), ("dn 200", 200), ("ＤＮ２００", 200), ("DN200mm", 200), ("Φ219×6", 200),
        ("φ219*6", 200),
        ("Ф219х6", 200), ("D219×6", 200), ("⌀ 325 x 8", 300), ("φ529", 500), ("Φ108×4", 100), ("Φ159×4.5/250", 150),
        ("DN200/315", 200), ("De110", 100), ("De63", 50), ("外径219", 200), ("2×DN200", 200), ("2*DN300", 300),
        ("DN200×2", 200),
        ("Ду 150", 150), ("0.2m", 200), ("20cm", 200), ('8"', 200), ("8寸", 200), ("219×6", 200),
        ("Φ1020×10", 1000), ("200.0", 200),
    ],
)  # fmt: skip
def test_pipe_sizes(written: str, millimetres: float) -> None:
    assert cell(SEGMENTS, "diameter_mm", written) == (millimetres, PLAIN)


@pytest.mark.parametrize("written", ["DN200-DN150", "Φ233×6", "big", "DN", "DN0", "-200"])
def test_what_is_no_pipe_size_is_refused(written: str) -> None:
    assert repr(written) in reading(SEGMENTS, diameter_mm=written).problems[0].sentence()


def test_a_heading_of_outer_diameters_makes_plain_numbers_outer_ones() -> None:
    table = pd.DataFrame(
        {**{k: [v] * 2 for k, v in ROWS["segments"].items() if k != "diameter_mm"}, "外径(mm)": ["219", "325"]}
    )
    assert conformed(table.assign(segment_id=["S1", "S2"]), SEGMENTS).table["diameter_mm"].tolist() == [200.0, 300.0]


def test_two_pipes_in_the_size_contradict_one_in_the_line() -> None:
    assert reading(SEGMENTS, diameter_mm="2×DN200", line="供").problems[0].column == "line"
    assert reading(SEGMENTS, diameter_mm="2×DN200").table["line"].tolist() == ["pair"]


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("1998", 1998), ("1998年", 1998), ("1998.6", 1998), ("1998-06-30", 1998), ("1998/6", 1998),
        ("1998年6月", 1998),
        ("199806", 1998), ("19980630", 1998), ("1998建", 1998), (1998.0, 1998), (1998.6, 1998), ("30.06.1998", 1998),
        (pd.Timestamp("1998-06-30"), 1998), ("１９９８", 1998), ("1998 г.", 1998), ("不详", None), ("—", None),
        ("/", None), ("无", None),
    ],
)  # fmt: skip
def test_years(written: Any, year: float | None) -> None:
    assert cell(SEGMENTS, "laid_year", written) == (year, PLAIN)


@pytest.mark.parametrize(("written", "year"), [("98", 1998), ("98年", 1998), ("05年", 2005), ("90年代", 1995),
("1990年代", 1995),
                                               ("上世纪八十年代", 1985), ("90年代初", 1992), ("1998-2000", 1999),
                                               ("35976", 1998)])  # fmt: skip
def test_years_that_are_guessed_are_said(written: str, year: float) -> None:
    assert cell(SEGMENTS, "laid_year", written) == (year, GUESSED)


@pytest.mark.parametrize("written", ["0", "9999", "-1", "1", 0, 9999, "0000", "0001-01-01", "9999-12-31"])
def test_years_that_stand_for_unknown_are_unknown_with_a_finding(written: Any) -> None:
    assert cell(SEGMENTS, "laid_year", written) == (None, IMPOSSIBLE)


@pytest.mark.parametrize("written", ["27年", "old", "建成27年", "1998abc"])
def test_what_is_no_year_is_refused(written: str) -> None:
    assert repr(written) in reading(SEGMENTS, laid_year=written).problems[0].sentence()


@pytest.mark.parametrize(
    "written",
    [
        "2025-11-03", "2025年11月3日", "2025年11月3日 9时", "2025.11.3", "2025/11/3 10:30", "20251103",
        "2025-11-03T08:15:00+08:00",
        "2025-11-03 09:05:00", "２０２５－１１－０３", "2025年11月03号", "2025-11-3 上午9:05", "2025.11.03.",
        "3 Nov 2025", "November 3, 2025",
        pd.Timestamp("2025-11-03 09:00", tz="Asia/Shanghai"), np.datetime64("2025-11-03"), "20251103093000",
        "2025 年 11 月 3 日",
        "2025-11-03(周一)", "3 ноября 2025 г.",
    ],
)  # fmt: skip
def test_days(written: Any) -> None:
    assert cell(FAULTS, "found_on", written) == (pd.Timestamp("2025-11-03"), PLAIN)


@pytest.mark.parametrize(
    ("written", "day"), [("45964", "2025-11-03"), (45964.4, "2025-11-03"), ("2025年11月", "2025-11-15")]
)
def test_days_that_are_guessed_are_said(written: Any, day: str) -> None:
    assert cell(FAULTS, "found_on", written) == (pd.Timestamp(day), GUESSED)


@pytest.mark.parametrize("written", ["0001-01-01", "1900-01-01", "9999-12-31", "1899-12-30", "0", 0, "9999"])
def test_records_with_days_that_stand_for_unknown_are_set_aside(written: Any) -> None:
    read = reading(FAULTS, found_on=written)
    assert read.set_aside["reason"].tolist() == ["impossible_found_on"]
    assert not read.problems
    assert cell(VISITS, "resolved_on", written) == (None, IMPOSSIBLE)


@pytest.mark.parametrize("written", ["11月3日", "11/3/2025", "03.11.2025", "2025-02-30", "soon", "2025", "25.11.3"])
def test_what_is_no_day_is_refused_with_its_text(written: str) -> None:
    assert repr(written) in reading(FAULTS, found_on=written).problems[0].sentence()


@pytest.mark.parametrize(("other", "day"), [("25/11/2025", "2025-03-11"), ("11/25/2025", "2025-11-03")])
def test_day_and_month_are_told_apart_by_the_column(other: str, day: str) -> None:
    faults = pd.DataFrame({"fault_id": ["F1", "F2"], "found_on": ["11/3/2025", other], "asset_id": "S1"})
    read = conformed(faults, FAULTS)
    assert read.table["found_on"][0] == pd.Timestamp(day)
    assert set(read.findings["rule"]) == GUESSED


def test_day_and_month_are_told_apart_by_the_settings() -> None:
    faults = pd.DataFrame({"fault_id": ["F1"], "found_on": ["11/3/2025"], "asset_id": "S1"})
    assert conformed(faults, FAULTS, units={"found_on": "d/m/y"}).table["found_on"][0] == pd.Timestamp("2025-03-11")


def test_one_unreadable_day_sets_its_row_aside_and_leaves_the_others() -> None:
    faults = pd.DataFrame(
        {"fault_id": ["F1", "F2", "F3"], "found_on": ["2024-01-02", "soon", "2024-01-04"], "asset_id": "S1"}
    )
    read = conformed(faults, FAULTS)
    assert read.table["fault_id"].tolist() == ["F1", "F3"]
    assert read.rows.tolist() == [0, 2]
    assert read.set_aside[["row", "row_id", "reason"]].to_numpy().tolist() == [[1, "F2", "unreadable_found_on"]]
    assert "'soon'" in str(read.findings["message"][0])


@pytest.mark.parametrize(
    ("written", "degrees", "rules"),
    [
        ("16.5℃", 16.5, PLAIN), ("16.5°C", 16.5, PLAIN), ("16.5度", 16.5, PLAIN), ("16,5", 16.5, PLAIN),
        ("15~17℃", 16.0, GUESSED),
        ("15-17", 16.0, GUESSED), ("约16度", 16.0, GUESSED), ("9999", None, IMPOSSIBLE), ("-999", None, IMPOSSIBLE),
        ("未测", None, PLAIN), ("达标", None, {"unreadable_cell"}),
    ],
)  # fmt: skip
def test_temperatures(written: str, degrees: float | None, rules: set[str]) -> None:
    assert cell(VISITS, "room_temp_c", written) == (degrees, rules)


@pytest.mark.parametrize(
    ("written", "cold"),
    [
        ("不热", True), ("正常", False), ("达标", False), ("未达标", True), ("不达标", True), ("偏冷", True),
        ("热", False), ("是", True),
        ("否", False), ("√", True), ("холодно", True), ("норма", False), ("1", True), (0.0, False), ("No", False),
        ("良好", False),
    ],
)  # fmt: skip
def test_cold_or_not(written: Any, cold: bool) -> None:
    assert cell(VISITS, "is_cold", written) == (cold, PLAIN)


@pytest.mark.parametrize(
    ("written", "cold"), [("卧室不热", True), ("供热正常，已回访", False), ("室温不达标3天", True)]
)
def test_cold_or_not_in_free_words_is_a_guess(written: str, cold: bool) -> None:
    assert cell(VISITS, "is_cold", written) == (cold, GUESSED)


@pytest.mark.parametrize("written", ["家中无人", "不正常吗", "忽冷忽热"])
def test_an_answer_that_says_neither_sets_the_visit_aside(written: str) -> None:
    visits = pd.DataFrame({"visit_id": ["1", "2", "3"], "building_id": "B", "visited_on": "2025-11-03",
                           "is_cold": ["不热", "正常", written]})  # fmt: skip
    read = conformed(visits, VISITS)
    assert read.table["visit_id"].tolist() == ["1", "2"]
    assert read.set_aside["reason"].tolist() == ["unreadable_is_cold"]


@pytest.mark.parametrize(
    ("heading", "written", "cold"),
    [
        ("是否达标", "否", True),
        ("是否达标", "不达标", True),
        ("是否达标", "是", False),
        ("是否热", "否", True),
        ("is_warm", "no", True),
    ],
)
def test_headings_that_say_the_opposite(heading: str, written: str, cold: bool) -> None:
    assert reading(VISITS, is_cold=None, **{heading: written}).table["is_cold"].tolist() == [cold]


@pytest.mark.parametrize(
    ("column", "written", "truth"),
    [
        ("is_operable", "完好", True), ("is_operable", "锈死", False), ("is_operable", "关不严", False),
        ("is_operable", "损坏", False),
        ("is_open", "常开", True), ("is_open", "常闭", False), ("is_open", "关", False),
        ("is_open", "закрыта", False),
        ("is_operable", "неисправна", False), ("is_operable", "不详", True),
    ],
)  # fmt: skip
def test_states_of_valves(column: str, written: str, truth: bool) -> None:
    assert cell(VALVES, column, written) == (truth, PLAIN)


@pytest.mark.parametrize(
    ("spec", "column", "written", "word"),
    [
        (NODES, "kind", "热电厂", "source"), (NODES, "kind", "锅炉房", "source"),
        (NODES, "kind", "阀门井", "junction"),
        (NODES, "kind", "三通", "junction"), (NODES, "kind", "住宅楼", "building"),
        (NODES, "kind", "котельная", "source"),
        (NODES, "kind", "換熱站", "station"), (SEGMENTS, "level", "一次管网", "primary"),
        (SEGMENTS, "level", "Ⅱ级", "secondary"),
        (SEGMENTS, "laying", "直埋敷设", "direct_buried"), (SEGMENTS, "laying", "канальная", "duct"),
        (SEGMENTS, "line", "供", "supply"),
        (SEGMENTS, "line", "一供一回", "pair"), (VISITS, "channel", "12345热线", "hotline"),
        (VISITS, "cause", "管网", "network"),
        (WORKS, "kind", "换管", "renewal"), (FAULTS, "found_by", "打压", "test"),
        (SEGMENTS, "level", "Primary ", "primary"),
    ],
)  # fmt: skip
def test_words(spec: TableSpec, column: str, written: str, word: str) -> None:
    assert cell(spec, column, written) == (word, PLAIN)


@pytest.mark.parametrize(("written", "cause"), [("户内管道堵塞", "household"), ("单元阀堵塞", "building"),
("换热器堵了", "station"),
                                                ("庭院管网泄漏", "network"), ("用户报停了", None)])  # fmt: skip
def test_causes_in_free_words_are_guessed_where_they_say_one_thing(written: str, cause: str | None) -> None:
    value, rules = cell(VISITS, "cause", written)
    assert value == cause
    assert rules == (GUESSED if cause else {"unreadable_cell"})


@pytest.mark.parametrize(
    ("column", "heading", "written", "value"),
    [
        ("load_kw", "热负荷(MW)", "0.19", 190.0), ("load_kw", "设计负荷（兆瓦）", "0.19", 190.0),
        ("load_kw", "热负荷", "0.19MW", 190.0),
        ("load_kw", "热负荷(GJ/h)", "3.6", 1000.0), ("area_m2", "供热面积(万㎡)", "0.432", 4320.0),
        ("area_m2", "供热面积", "0.432万平方米", 4320.0),
        ("area_m2", "供热面积(㎡)", "4320", 4320.0), ("households", "供热户数(户)", "48户", 48.0),
        ("area_m2", "Площадь, м2", "4320", 4320.0),
        ("head_m", "资用压头(kPa)", "98.0665", 10.0), ("load_kw", "Нагрузка (Гкал/ч)", "1", 1163.0),
    ],
)  # fmt: skip
def test_units_in_headings_and_cells(column: str, heading: str, written: str, value: float) -> None:
    read = reading(NODES, **{heading: written})
    assert not read.problems
    assert read.table[column][0] == pytest.approx(value)
    assert column in read.understood["column"].tolist()


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("6小时", 6),
        ("6h", 6),
        ("90分钟", 1.5),
        ("1天", 24),
        ("6小时30分", 6.5),
        ("6 ч", 6),
        (pd.Timedelta(hours=6), None),
    ],
)
def test_hours(written: Any, hours: float | None) -> None:
    value, rules = cell(FAULTS, "repair_h", written)
    assert value == hours
    assert (rules == PLAIN) == (hours is not None)


@pytest.mark.parametrize("written", ["9999", 9999, "-1", "99999", "1e9"])
def test_hours_that_cannot_be_are_unknown(written: Any) -> None:
    assert cell(FAULTS, "repair_h", written) == (None, IMPOSSIBLE)


@pytest.mark.parametrize(
    "written", ["2024-2025", "2024/2025", "2024/25", "2024-25", "2024", "2024-2025采暖期", "2024年度", 2024.0]
)
def test_seasons(written: Any) -> None:
    assert cell(MAKEUP, "season", written) == (2024.0, PLAIN)


@pytest.mark.parametrize("written", ["2024-2026", "winter", "2024.5", "1e400", "-inf"])
def test_what_is_no_season_is_refused(written: str) -> None:
    assert repr(written) in reading(MAKEUP, season=written).problems[0].sentence()


@pytest.mark.parametrize("written", ["1e300", "1e308", 1e300])
def test_places_that_cannot_be_are_unknown_with_a_finding(written: Any) -> None:
    assert cell(FAULTS, "y_m", written) == (None, IMPOSSIBLE)
    assert cell(NODES, "x_m", written) == (None, IMPOSSIBLE)


def test_ids_that_a_tool_wrote_as_numbers_with_a_point_are_those_without() -> None:
    faults = pd.DataFrame({"fault_id": ["F1", "F2", "F3"], "found_on": "2024-01-02", "asset_id": [102.0, 103.0, None]})
    text = faults.assign(asset_id=["102.0", "103.0", None])
    for table in (faults, text):
        assert conform(table, FAULTS)["asset_id"].fillna("").tolist() == ["102", "103", ""]
    assert "cell_guessed" in set(conformed(text, FAULTS).findings["rule"])
    assert conform(text.assign(asset_id=["1.0", "1.1", None]), FAULTS)["asset_id"][:2].tolist() == ["1.0", "1.1"]


@pytest.mark.parametrize("written", ["-", "—", "无", "不详", " "])
def test_a_reference_that_says_nothing_names_nothing(written: str) -> None:
    assert cell(FAULTS, "asset_id", written) == (None, PLAIN)


def test_the_kind_of_a_work_that_is_not_understood_is_not_taken_for_a_renewal() -> None:
    works = pd.DataFrame({"work_id": ["1", "2"], "asset_id": "S", "done_on": "2024-06-01", "kind": ["清洗", "看了看"]})
    read = conformed(works, WORKS)
    assert read.table["kind"].tolist() == ["cleaning"]
    assert read.set_aside["reason"].tolist() == ["unreadable_kind"]


@pytest.mark.parametrize(("written", "ban"), [("否", False), ("no", False), ("禁止", True), ("", False), ("是", True)])
def test_bans(written: str, ban: bool) -> None:
    assert cell(DIGS, "is_ban", written) == (ban, PLAIN)


DTYPES = ["category", "string", "object", "Sparse[object]"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_cells_of_every_type_of_text_mean_the_same(dtype: str) -> None:
    if dtype.startswith("Sparse"):
        series = pd.Series([12.0, 13.0]).astype(pd.SparseDtype(float))
    else:
        series = pd.Series([" 12 ", "13"], dtype=dtype)
    works = pd.DataFrame(
        {"work_id": ["1", "2"], "asset_id": "S", "done_on": "2024-06-01", "kind": "repair", "length_m": series}
    )
    assert conform(works, WORKS)["length_m"].tolist() == [12.0, 13.0]


def test_cells_of_arrow_mean_the_same() -> None:
    pa = pytest.importorskip("pyarrow")
    days = pd.array([pd.Timestamp("2025-11-03").date(), None], dtype=pd.ArrowDtype(pa.date32()))
    visits = pd.DataFrame(
        {
            "visit_id": pd.array(["1", "2"], dtype=pd.ArrowDtype(pa.string())),
            "building_id": pd.array([101, 102], dtype=pd.ArrowDtype(pa.int64())),
            "visited_on": pd.array(["2025-11-03", "2025-11-04"], dtype=pd.ArrowDtype(pa.string())),
            "is_cold": pd.array([True, False], dtype=pd.ArrowDtype(pa.bool_())),
            "room_temp_c": pd.array([16.5, None], dtype=pd.ArrowDtype(pa.float64())),
            "resolved_on": days,
        }
    )
    table = conform(visits, VISITS)
    assert table["building_id"].tolist() == ["101", "102"]
    assert table["is_cold"].tolist() == [True, False]
    assert table["resolved_on"][0] == pd.Timestamp("2025-11-03")
    assert table["room_temp_c"][0] == 16.5


def test_time_zones_are_taken_off() -> None:
    days = pd.to_datetime(["2025-11-03 23:30"]).tz_localize("Asia/Shanghai")
    visits = pd.DataFrame({"visit_id": ["1"], "building_id": "B", "visited_on": days, "is_cold": True})
    assert conform(visits, VISITS)["visited_on"].tolist() == [pd.Timestamp("2025-11-03")]


@pytest.mark.parametrize("odd", [[1, 2], {"a": 1}, np.array([1, 2]), b"\xff\x00", 1 + 2j, pd.Interval(0, 1), object()])
def test_odd_objects_in_cells_end_in_findings_or_in_heatnets_own_error(odd: Any) -> None:
    for spec, column in (
        (SEGMENTS, "length_m"),
        (VISITS, "visited_on"),
        (VALVES, "is_open"),
        (NODES, "kind"),
        (FAULTS, "fault_id"),
    ):
        row = {**ROWS[spec.name], column: odd}
        table = pd.DataFrame({heading: pd.Series([value], dtype=object) for heading, value in row.items()})
        with contextlib.suppress(HeatnetError):
            assert len(conform(table, spec)) <= 1
