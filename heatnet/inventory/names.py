"""Names of buildings, communities and streets as people write them, brought into one form.

``3号楼``, ``3#``, ``３ 栋``, ``第三幢``, ``No. 3`` and ``дом 3`` are one building,
``朝阳里小区`` and ``朝阳里`` one community.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_UNITS = {"十": 10, "百": 100}
_NUMERAL = "零〇一二两三四五六七八九十百"
_WORDS_OF_A_BUILDING = "号楼|号院|号栋|号|#楼|#|栋|幢|座|楼|棟|樓"
_CHINESE_NUMBER = re.compile(f"([{_NUMERAL}]+)(?={_WORDS_OF_A_BUILDING}|单元|室|层)")
_BUILDING = re.compile(rf"第?0*(\d+(?:-\d+)?[a-z]?)(?:{_WORDS_OF_A_BUILDING})")
_LETTERED = re.compile(r"^([a-z])(?:号楼|座|栋|幢|楼|#)$")
_NUMBER_LED = re.compile(r"^(?:no\.?|nr\.?|bldg\.?|building|block|house|дом|д\.|корпус|корп\.?|к\.)№?0*(\d+[a-z]?)$")
_PLAIN_NUMBER = re.compile(r"^0*(\d+[a-z]?)$")
_BEHIND_BUILDING = re.compile(r"\d+单元.*$|\d+门(?:栋|洞)?.*$|\d+(?:室|层).*$")
_COMMUNITY_ENDS = re.compile(r"(?:住宅小区|生活小区|小区|社区|住宅区|家属院|микрорайон|мкр\.?|community|estate)$")
_LEFT_OUT = re.compile(r"[\s_'’‘\"·•,，.。、:：]+")
_DASHES = re.compile("[‐‑‒–—―−－~～]")
_NUMBERS = re.compile(r"\d+")


@lru_cache(maxsize=262144)
def folded_name(text: str) -> str:
    """Return a name in half width and lower case, without blanks and dots.

    Examples
    --------
    >>> folded_name("ＧＤ－004 "), folded_name("ул. Ленина") == folded_name("ул.Ленина")
    ('gd-004', True)
    """
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text).casefold())
    kept = unicodedata.normalize("NFKC", _LEFT_OUT.sub("", plain).casefold())
    return kept.replace("號", "号").replace("樓", "楼").replace("棟", "栋")


@lru_cache(maxsize=262144)
def folded_building(text: str) -> str:
    """Return the name of a building in one form: a numbered one as ``3#``; unit and flat behind it are left out.

    Examples
    --------
    >>> {folded_building(name) for name in ("3号楼", "3#", "３ 栋", "三号楼", "第3幢", "03#楼", "No. 3", "дом 3", "3")}
    {'3#'}
    >>> folded_building("朝阳里12号楼2单元301"), folded_building("A座"), folded_building("二十三号楼")
    ('朝阳里12#', 'a#', '23#')
    """
    name = _CHINESE_NUMBER.sub(lambda match: str(_number(match[1])), folded_name(text))
    name = _BEHIND_BUILDING.sub("", name) or name
    for pattern in (_NUMBER_LED, _PLAIN_NUMBER, _LETTERED):
        if match := pattern.match(name):
            return f"{match[1]}#"
    return _BUILDING.sub(r"\1#", name)


@lru_cache(maxsize=65536)
def folded_community(text: str) -> str:
    """Return the name of a community without the word for community.

    Examples
    --------
    >>> folded_community("朝阳里小区") == folded_community(" 朝阳里 "), folded_community("小区")
    (True, '小区')
    """
    name = folded_name(text)
    return _COMMUNITY_ENDS.sub("", name) or name


def number_in(name: str) -> str:
    """Return the last number in a folded name, without leading zeros; empty where there is none.

    Examples
    --------
    >>> number_in("ld-007"), number_in("3#"), number_in("yard")
    ('7', '3', '')
    """
    found = _NUMBERS.findall(name)
    return found[-1].lstrip("0") or "0" if found else ""


def _number(text: str) -> int:
    """Return a Chinese numeral below a thousand as a number; digits in a row stand for themselves."""
    if not any(letter in _UNITS for letter in text):
        return int("".join(str(_DIGITS[letter]) for letter in text))
    total, digit = 0, 0
    for letter in text:
        if letter in _UNITS:
            total += (digit or 1) * _UNITS[letter]
            digit = 0
        else:
            digit = _DIGITS[letter]
    return total + digit
