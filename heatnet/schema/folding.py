"""Words written in different ways made equal: width, case, spaces and line breaks, traditional characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# Traditional characters of headings and cells, each before its simplified form.
_PAIRS = (
    "編编號号類类節节點点熱热戶户負负載载積积區区標标徑径長长閥阀門门間间開开關关狀状態态訪访單单樓楼棟栋現现時时質质溫温層层實实測测"
    "級级網网線线設设餘余損损護护優优權权產产驗验資资壓压頭头環环換换鍋锅爐炉電电廠厂檢检處处築筑給给內内報报費费礙碍維维運运試试項项"
    "結结補补數数記记錄录規规說说備备註注審审製制總总計计約约詳详細细無无東东緯纬經经壞坏銹锈嚴严達达標标掃扫達达屬属稱称協协鋼钢塊块"
    "眾众傳传沖冲決决況况準准幾几別别動动醫医歷历雙双變变臺台響响圖图復复師师廢废異异歸归當当據据斷断舊旧暫暂條条極极構构樣样毀毁"
    "氣气匯汇沒没洩泄濾滤靈灵監监蓋盖著着碼码紅红縱纵組组終终絡络統统繼继綜综繳缴蝕蚀裝装見见許许證证訴诉話话責责賬账輕轻較较進进"
    "遠远郵邮採采裡里銀银銷销問问閉闭頂顶順顺預预題题額额轉转讓让減减滿满樹树華华國国會会區区廳厅館馆寬宽壞坏嚴严習习"
    "鋪铺徵征溝沟漲涨隧隧橋桥過过聯联來来發发調调衡衡勢势絕绝緣缘劃划計计鐵铁製制對对錯错買买賣卖應应顯显檔档員员業业戶户場场縣县鎮镇"
)
_SIMPLIFIED = {ord(_PAIRS[at]): _PAIRS[at + 1] for at in range(0, len(_PAIRS), 2)}
_LEFT_OUT = re.compile(r"[\s_\-:：*'’‘\"]+")
_SPACES = re.compile(r"\s+")
_BETWEEN = "\x00"  # joins with nothing and is no space


@lru_cache(maxsize=65536)
def folded_word(text: str) -> str:
    r"""Return a heading or word in the form in which words are compared.

    Examples
    --------
    >>> folded_word(" 管段\n編號 "), folded_word("Ｌength_M"), folded_word("X 座標")
    ('管段编号', 'lengthm', 'x座标')
    """
    return _LEFT_OUT.sub("", unicodedata.normalize("NFKC", text).casefold()).translate(_SIMPLIFIED)


@lru_cache(maxsize=65536)
def folded_cell(text: str) -> str:
    """Return the text of a cell in half width and lower case, runs of blanks as one.

    Examples
    --------
    >>> folded_cell(" １５０　㎡ "), folded_cell("DN 200")
    ('150 m2', 'dn 200')
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _SPACES.sub(" ", plain).strip().translate(_SIMPLIFIED)


def folded_together(texts: Sequence[str]) -> list[str]:
    """Return many texts as `folded_cell` returns each, at once.

    Examples
    --------
    >>> folded_together([" １５０　㎡ ", "DN 200"])
    ['150 m2', 'dn 200']
    """
    together = _BETWEEN.join(texts)
    if together.count(_BETWEEN) != len(texts) - 1:
        return [folded_cell(text) for text in texts]
    plain = unicodedata.normalize("NFKC", together).casefold()
    return [text.strip() for text in _SPACES.sub(" ", plain).translate(_SIMPLIFIED).split(_BETWEEN)]
