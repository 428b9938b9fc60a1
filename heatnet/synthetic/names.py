"""Chinese names for the streets and communities of a drawn city; combinations, none of a real person."""

from __future__ import annotations

_KNOWN = (
    "胜利新华建设和平文化迎宾雄关五一玉泉人民解放光明团结前进东风向阳友谊工农育才公园体育车站振兴"
    "创业青年朝阳祁连河口长城飞天明珠阳光富强民生德惠安远嘉北兰新科技滨河"
)
_FIRST = "永长安兴昌泰福瑞华金玉清锦康宁景春广新文德仁义信和明盛恒裕丰"
_SECOND = "平安宁乐庆隆达远源泽苑园馨怡欣荣祥瑞顺和贤良善正阳晖泉林湖川"
_DIGITS = "零一二三四五六七八九"


def place_names(count: int) -> list[str]:
    """Return that many different names of places, the usual ones first.

    Examples
    --------
    >>> place_names(3)
    ['胜利', '新华', '建设']
    """
    names = [_KNOWN[start : start + 2] for start in range(0, len(_KNOWN), 2)]
    names += [first + second for second in _SECOND for first in _FIRST if first != second]
    names = list(dict.fromkeys(names))
    rounds = -(-count // len(names))
    more = [f"{name}{chinese_number(lap)}区" for lap in range(2, rounds + 1) for name in names]
    return (names + more)[:count]


def chinese_number(number: int) -> str:
    """Return a whole number as it stands in the name of a lane; from a hundred on in figures.

    Examples
    --------
    >>> [chinese_number(number) for number in (3, 10, 12, 40, 57, 100)]
    ['三', '十', '十二', '四十', '五十七', '100']
    """
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return head + (_DIGITS[ones] if ones else "")
