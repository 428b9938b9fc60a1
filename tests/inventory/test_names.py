"""Names as people write them are brought into one form, and different names stay different."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.inventory.names import folded_building, folded_community, folded_name, number_in
from heatnet.synthetic.names import chinese_number


@pytest.mark.parametrize(
    "name",
    [
        *("3号楼", "3#", "3栋", "三号楼", "３号楼", "3 号楼", "第三栋", "3幢", "3座", "3#楼", "03号楼", "三栋", "3号"),
        *("No.3", "BLDG 3", "дом 3", "3号楼2单元", "3#2单元301室"),
    ],
)
def test_all_these_are_building_3(name: str) -> None:
    assert folded_building(name) == "3#"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("3号楼", "13号楼"),
        ("3号楼", "3-1号楼"),
        ("A座", "B座"),
        ("3号楼", "3a号楼"),
        ("十一号楼", "一号楼"),
        ("东楼", "西楼"),
    ],
)
def test_these_are_two_buildings(name: str, other: str) -> None:
    assert folded_building(name) != folded_building(other)


@settings(deadline=None)
@given(st.integers(1, 99))
def test_numbers_in_chinese_are_those_in_figures(number: int) -> None:
    assert folded_building(f"{chinese_number(number)}号楼") == folded_building(f"{number}栋") == f"{number}#"


@settings(deadline=None)
@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=30))
def test_folding_again_changes_nothing(name: str) -> None:
    assert folded_name(folded_name(name)) == folded_name(name)
    assert folded_community(folded_name(name)) == folded_community(name)


def test_hundreds_and_digits_in_a_row() -> None:
    assert folded_building("一百零二号楼") == "102#"
    assert folded_building("一〇二号楼") == "102#"
    assert folded_building("二十号楼") == "20#"


def test_a_street_keeps_its_name_whatever_its_blanks() -> None:
    assert folded_name("ул. Ленина") == folded_name("УЛ.ЛЕНИНА")
    assert folded_name("迎宾路") != folded_name("迎宾东路")


def test_the_last_number_counts() -> None:
    assert number_in("b2-007") == "7"
    assert number_in("no number") == ""
