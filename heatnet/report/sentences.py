"""The notes, assumptions and reasons of a plan in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable

from heatnet.language import Note, worded

# English sentence as a pattern, Chinese with its groups. A sentence without a pattern stays English: said, not lost.
_CHINESE = (
    # notes of the plan
    (
        r"Prices are heatnet's defaults, not yours: set prices before you trust any sum of money\.",
        r"单价为 heatnet 缺省值，并非贵单位单价：请先填入自己的单价，再使用任何金额。",
    ),
    (
        r"Without a summer nobody can say which assets are still under warranty: all are planned\.",
        r"未给定施工期，无法判断哪些设施仍在质保期内：全部列入备选。",
    ),
    (
        r"Without a summer no dig or ban counts: give summer to plan with them\.",
        r"未给定施工期，未考虑掘路与禁挖安排。",
    ),
    (
        r"(\d+) measures that open no trench have no cost of their own and are priced as renewals\.",
        r"\1项不开挖措施没有自己的费用，按更新计价。",
    ),
    # reasons of what is left out
    (r"no fund with a budget pays for it", r"没有可用资金来源"),
    (r"belongs to another owner", r"属其他产权单位"),
    (r"still under the contractor's warranty", r"仍在施工单位质保期内"),
    (r"already under way", r"已在施工"),
    (r"forbidden by you", r"已指定不予列入"),
    (r"its street is closed after an earlier dig", r"道路近年已开挖，禁止再次开挖"),
    (r"its job fits no open days of the summer", r"施工期内没有足够的可开挖天数"),
    (r"its shutdown alone cuts off more households than may be shut together", r"单独停热即超过同时停热户数上限"),
)
_PATTERNS = tuple((re.compile(english), chinese) for english, chinese in _CHINESE)


def in_language(sentences: Iterable[Note | str], language: str) -> list[str]:
    """Return heatnet's sentences in a language; one that is not known in it stays as it is.

    Examples
    --------
    >>> in_language(["belongs to another owner", "The mayor's wish."], "zh")
    ['属其他产权单位', "The mayor's wish."]
    """
    return [
        _chinese(said) if language == "zh" and isinstance(said, str) else worded(said, language) for said in sentences
    ]


def _chinese(text: str) -> str:
    for pattern, chinese in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            return match.expand(chinese)
    return text
