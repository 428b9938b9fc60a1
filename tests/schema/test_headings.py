"""Headings are understood in the ways offices write them; what is not understood is said with the nearest known one."""

import pandas as pd
import pytest

from heatnet.schema import FAULTS, NODES, SEGMENTS, VISITS, WORKS, TableSpec, conform, conformed
from heatnet.schema.headings import understood
from heatnet.schema.vocabulary import LANGUAGES, listed


def column_of(heading: str, spec: TableSpec) -> tuple[str, str] | None:
    (found,) = understood([heading], spec)
    return None if found.meant is None else (found.meant.column.name, found.meant.unit)


@pytest.mark.parametrize(
    ("spec", "heading", "column", "unit"),
    [
        (SEGMENTS, "长度(m)", "length_m", "m"), (SEGMENTS, "管长（米）", "length_m", "米"),
        (SEGMENTS, "长度\n(km)", "length_m", "km"),
        (SEGMENTS, "長度（公里）", "length_m", "公里"), (SEGMENTS, "长 度", "length_m", "m"),
        (SEGMENTS, "LENGTH_M", "length_m", "m"),
        (SEGMENTS, "Ｌｅｎｇｔｈ [km]", "length_m", "km"), (SEGMENTS, "长度/km", "length_m", "km"),
        (SEGMENTS, "管径DN", "diameter_mm", "mm"),
        (SEGMENTS, "管径(mm)", "diameter_mm", "mm"), (SEGMENTS, "外径", "diameter_mm", "outer mm"),
        (SEGMENTS, "投运时间", "laid_year", ""),
        (SEGMENTS, "所在道路", "street", ""), (SEGMENTS, "起点位置", "from_node", ""),
        (SEGMENTS, "длина участка, км", "length_m", "км"),
        (SEGMENTS, "Диаметр (мм)", "diameter_mm", "мм"), (SEGMENTS, "год прокладки", "laid_year", ""),
        (SEGMENTS, "*管段编号", "segment_id", ""),
        (NODES, "供热面积(万㎡)", "area_m2", "万m2"), (NODES, "热负荷(MW)", "load_kw", "MW"),
        (NODES, "经度", "x_m", "degrees"),
        (NODES, "纬度(°)", "y_m", "degrees"), (NODES, "Y坐标", "y_m", "m"),
        (NODES, "供热户数（户）", "households", "户"),
        (VISITS, "是否不热（是/否）", "is_cold", ""), (VISITS, "室温(℃)", "room_temp_c", "°C"),
        (VISITS, "入户测温", "room_temp_c", "degC"),
        (FAULTS, "停热时长(小时)", "outage_h", "小时"), (WORKS, "改造长度(km)", "length_m", "km"),
        (WORKS, "竣工日期", "done_on", ""),
    ],
)  # fmt: skip
def test_headings_and_their_units(spec: TableSpec, heading: str, column: str, unit: str) -> None:
    assert column_of(heading, spec) == (column, unit)


def test_no_word_of_a_table_stands_for_two_of_its_columns() -> None:
    from heatnet.schema import TABLES
    from heatnet.schema.folding import folded_word

    for spec in TABLES.values():
        owners: dict[str, set[str]] = {}
        for column in (*spec.columns, *spec.hints):
            for word in (column.name, *column.aliases, *column.opposite):
                owners.setdefault(folded_word(word), set()).add(column.name)
        assert {word: names for word, names in owners.items() if len(names) > 1} == {}, spec.name


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_required_column_has_words_in_every_language(language: str) -> None:
    import tomllib
    from importlib import resources

    from heatnet.schema import TABLES

    words = tomllib.loads((resources.files("heatnet.schema.words") / f"{language}.toml").read_text(encoding="utf-8"))
    for spec in TABLES.values():
        for column in spec.columns:
            assert words["headings"][spec.name].get(column.name), (spec.name, column.name)
        assert words["sheets"][spec.name]


def segments(**more: object) -> pd.DataFrame:
    return pd.DataFrame(
        {"segment_id": ["S"], "from_node": ["A"], "to_node": ["B"], "length_m": ["5"], "diameter_mm": ["100"], **more}
    )


def test_two_headings_of_one_meaning_are_refused_by_both_names() -> None:
    reading = conformed(segments(**{"管长": ["6"]}), SEGMENTS)
    assert [problem.sentence() for problem in reading.problems] == [
        "column length_m: is meant by two headings, 'length_m' and '管长'; keep one"
    ]


def test_a_blank_twin_and_a_general_word_give_way() -> None:
    assert conformed(segments(**{"管长": [None]}), SEGMENTS).table["length_m"].tolist() == [5.0]
    works = pd.DataFrame(
        {"工程编号": ["W"], "管段编号": ["S"], "完工日期": ["2024-06-01"], "日期": ["2023-01-01"], "类型": ["清洗"]}
    )
    reading = conformed(works, WORKS)
    assert reading.table["done_on"].tolist() == [pd.Timestamp("2024-06-01")]
    assert reading.findings["rule"].tolist() == ["heading_left_aside"]


def test_an_unknown_heading_is_a_finding_that_names_the_nearest() -> None:
    reading = conformed(segments(**{"laid_yaer": ["1998"], "colour": ["red"]}), SEGMENTS)
    found = reading.findings.set_index("column")
    assert found.loc["laid_yaer", "severity"] == "warning"
    assert "the nearest known one is laid_year" in str(found.loc["laid_yaer", "message"])
    assert found.loc["colour", "rule"] == "heading_unknown"
    assert "colour" not in reading.table.columns


def test_a_unit_of_something_else_is_refused() -> None:
    table = segments().drop(columns="length_m").assign(**{"长度(MW)": ["5"]})
    assert "has the unit 'MW' in its heading '长度(MW)'" in conformed(table, SEGMENTS).problems[0].sentence()


def test_the_users_own_headings_and_units_win() -> None:
    table = segments().drop(columns="length_m").assign(**{"线路里程": ["0.5"]})
    reading = conformed(table, SEGMENTS, headings={"线路里程": "length_m"}, units={"length_m": "km"})
    assert not reading.problems
    assert reading.table["length_m"].tolist() == [500.0]


def test_what_was_understood_as_what_is_kept() -> None:
    table = segments(**{"序号": ["1"], "联系电话": ["13900000001"], "投运时间": ["1998"]})
    lines = conformed(table, SEGMENTS).understood.set_index("heading")[["column", "why"]]
    assert lines.loc["投运时间"].tolist() == ["laid_year", ""]
    assert lines.loc["序号"].tolist() == ["", "serial_number"]
    assert lines.loc["联系电话"].tolist() == ["", "residents_data"]


@pytest.mark.parametrize("heading", ["户主", "联系电话", "phone", "身份证号", "телефон", "处理情况", "反映内容"])
def test_columns_of_residents_stay_unread_unless_named(heading: str) -> None:
    visits = pd.DataFrame(
        {"visit_id": ["1"], "building_id": ["B"], "visited_on": ["2025-11-03"], "is_cold": ["是"], heading: ["secret"]}
    )
    assert "secret" not in conformed(visits, VISITS).table.to_csv()
    assert "secret" not in conform(visits, VISITS).to_csv()
    assert conformed(visits, VISITS, keep=[heading]).table[heading].tolist() == ["secret"]


def test_words_of_longitude_are_no_other_headings() -> None:
    assert "经度" in listed("longitude")
    assert column_of("经度", SEGMENTS) is None
