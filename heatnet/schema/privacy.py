"""Cells as messages may show them: never a resident's name, telephone or number."""

from __future__ import annotations

import re
from functools import cache

from heatnet.schema.folding import folded_cell, folded_word
from heatnet.schema.vocabulary import all_letters

_LONGEST = 40
_LONGEST_OF_VISITS = 20
_LONG_NUMBER = re.compile(r"\d{7,}")
_DAY = re.compile(r"(?<!\d)(?:19|20)\d{6}(?!\d)|(?<!\d)(?:19|20)\d{12}(?!\d)")
_FIGURES = re.compile(r"^[\d\s.,:/\-+~年月日号时点分秒度°c℃上下午tz()约至%]+$")
_NAME = re.compile(r"^(?:先生|女士)?.{2,4}(?:先生|女士|师傅|家)?$")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白"
    "邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁"
)


def shown(cell: str, table: str) -> str:
    """Return the text of a cell for a message, shortened; of visits only what cannot be about a person.

    Examples
    --------
    >>> shown("11月3日", "visits"), shown("王小明 13900000000", "visits"), shown("王小明", "faults")
    ("'11月3日'", '(not shown)', "'王小明'")
    """
    if table == "visits" and not _is_harmless(cell):
        return "(not shown)"
    return repr(cell if len(cell) <= _LONGEST else cell[: _LONGEST - 3] + "...")


def _is_harmless(cell: str) -> bool:
    """Return whether a cell is a figure or consists of the words of ledgers."""
    text = folded_cell(cell)
    if len(text) > _LONGEST_OF_VISITS or _LONG_NUMBER.search(_DAY.sub("", text)):
        return False
    if _FIGURES.match(text):
        return True
    if text[:1] in _SURNAMES and _NAME.match(text):
        return False
    return all(not letter.isalpha() or letter in _letters() for letter in folded_word(cell)) and not _is_latin_name(
        cell
    )


def _is_latin_name(cell: str) -> bool:
    """Return whether a cell holds words of letters that stand in no table of words."""
    return any(word.isascii() and word[0].isupper() and len(word) > 3 for word in re.findall(r"[^\W\d]+", cell))


@cache
def _letters() -> frozenset[str]:
    return frozenset(all_letters()) | frozenset("abcdefghijklmnopqrstuvwxyz人家在有已门敲开号没来")
