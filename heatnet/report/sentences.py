"""The notes, assumptions and reasons of a plan in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable

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
    # assumptions of the assessment
    (
        r"Assumed, as no faults are recorded: ([\d.]+)% of faults cut homes off while heating runs\.",
        r"没有故障记录，假定\1%的故障在供热期间造成停热。",
    ),
    (
        r"Upper bound: no outage hours are recorded, so each of the faults dated in heating time counts as an outage "
        r"\(([\d.]+)% of (\d+) faults\)\.",
        r"上限：没有停热时长记录，采暖期内的每次故障均按停热计（\2次故障的\1%）。",
    ),
    (
        r"([\d.]+)% of faults cut homes off while heating runs, learned from (\d+) faults\.",
        r"由\2次故障得出：\1%的故障在供热期间造成停热。",
    ),
    (
        r"Repair times: the network's own records, shrunk by diameter class towards a Russian norm\.",
        r"抢修时长：取自本网记录，并按管径等级向俄罗斯规范收缩。",
    ),
    (
        r"Repair times: a Russian norm by diameter \(8 to 30 h\), 8 h assumed for a station; no repairs are recorded\.",
        r"抢修时长：没有抢修记录，按俄罗斯规范依管径取8至30小时，热力站假定8小时。",
    ),
    (
        r"Served means connected; whether pipes and pumps carry enough is not checked\.",
        r"“供到”仅指连通；未校核管道和水泵的输送能力。",
    ),
    (
        r"Households of (\d+) of (\d+) buildings are guessed from area_m2/100\.",
        r"\2栋楼中有\1栋的户数按面积（m²）/100估计。",
    ),
    (
        r"Households of (\d+) of (\d+) buildings are guessed from load_kw/5\.",
        r"\2栋楼中有\1栋的户数按负荷（kW）/5估计。",
    ),
    (
        r"Households of (\d+) of (\d+) buildings are unknown and counted as 0\.",
        r"\2栋楼中有\1栋的户数不明，按0计。",
    ),
    (
        r"(\d+) of (\d+) buildings are not served by the intact network and count in no loss\.",
        r"\2栋楼中有\1栋与完好管网不连通，不计入停热影响。",
    ),
    (
        r"Assumed, not measured: a dry continental winter as in the Hexi corridor, 183 days from 15 October to "
        r"15 April, daily means from -20 to 14 degC, mean -2\.5 degC, five days below -14\.5 degC\.",
        r"假定而非实测：河西走廊式干冷冬季，10月15日至次年4月15日共183天，日均温-20至14℃，平均-2.5℃，五天低于-14.5℃。",
    ),
    (
        r"No visits of season (\d+) on record: chronic cold is unknown, not zero\.",
        r"\1采暖年度没有走访记录：长期不热情况不明，并非为零。",
    ),
    (
        r"(\d+) visits of season (\d+): cold with probability ([\d.]+) where nothing on the way is impaired, ([\d.]+) "
        r"where something is\.",
        r"\2采暖年度走访\1户次：沿途设施正常时不热概率\3，有供热不良设施时\4。",
    ),
    (
        r"(\d+) visits of season (\d+): cold with probability ([\d.]+) where nothing on the way is impaired, ([\d.]+) "
        r"where something is; hotline and app rows count as calls of all households \((\d+) cold ones\)\.",
        r"\2采暖年度走访\1户次：沿途设施正常时不热概率\3，有供热不良设施时\4；热线与App诉求按全部住户的来电计（不热\5次）。",
    ),
    (
        r"An impairment is still there in the next season with probability ([\d.]+), an assumption\.",
        r"供热不良延续到下一采暖年度的概率假定为\1。",
    ),
    (
        r"Diagnose first \(balance, strainer, riser\): (.*); the chronic cold behind (?:it|them) is kept out of the "
        r"ranking\.",
        r"先行诊断（平衡、除污器、立管）：\1；其后的长期不热未计入排序。",
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


def in_language(sentences: Iterable[str], language: str) -> list[str]:
    """Return heatnet's sentences in a language; one that is not known in it stays as it is.

    Examples
    --------
    >>> in_language(["belongs to another owner", "The mayor's wish."], "zh")
    ['属其他产权单位', "The mayor's wish."]
    """
    return [_chinese(text) if language == "zh" else text for text in sentences]


def _chinese(text: str) -> str:
    for pattern, chinese in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            return match.expand(chinese)
    return text
