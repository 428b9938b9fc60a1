"""One plain sentence for each ranked asset, built from the numbers of its own row, in English or Chinese."""

from __future__ import annotations

from functools import cache
from itertools import repeat
from string import Formatter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet.errors import HeatnetError

_ENGLISH = {
    "laid": "laid {laid_year:.0f}",
    "laid_unknown": "laying year unknown",
    "faults": "{past_faults} in {past_seasons} on {length_m:.0f} m",
    "station_faults": "{past_faults} in {past_seasons}",
    "visits": "{cold_visits:.0f} of {visits:.0f} visited homes behind it cold",
    "group": "no visit tells it from {others} in line with it",
    "winters": "probably ill {winters_ill:.0f} winters running",
    "lost": "its outage cuts off {households_lost:.0f} households in {buildings_lost}",
    "none_lost": "its outage cuts off no building",
    "join": "; ",
}
_CHINESE = {
    "laid": "{laid_year:.0f}年敷设",
    "laid_unknown": "敷设年份不明",
    "faults": "{length_m:.0f}米管段{past_seasons:.0f}个采暖年度故障{past_faults:.0f}次",
    "station_faults": "{past_seasons:.0f}个采暖年度故障{past_faults:.0f}次",
    "visits": "其后走访{visits:.0f}户次，{cold_visits:.0f}户次不热",
    "group": "与同线另{others:.0f}处设施无法区分",
    "winters": "可能连续{winters_ill:.0f}个采暖年度供热不良",
    "lost": "停运影响{buildings_lost:.0f}栋楼{households_lost:.0f}户",
    "none_lost": "停运不影响任何楼栋",
    "join": "；",
}
_OF_VISITS = ("visits", "group", "winters")
_OF_OUTAGE = ("laid", "laid_unknown", "faults", "station_faults", "lost", "none_lost")
_WINTERS_WORTH_TELLING = 2
_ROWS_AT_ONCE = 50_000  # the phrases of more rows would fill the memory
_WORDS = {"en": _ENGLISH, "zh": _CHINESE}


def reasons(ranking: pd.DataFrame, *, language: str = "en") -> pd.Series[Any]:
    """Return one plain sentence for each asset; what weighs most comes first.

    Parameters
    ----------
    ranking : DataFrame
        Index asset_id; ``asset_kind``, ``length_m``, ``laid_year``, ``past_faults``, ``past_seasons``, ``visits``,
        ``cold_visits``, ``group_size``, ``winters_ill``, ``buildings_lost``, ``households_lost``, ``outage_hours``,
        ``chronic_hours``. Unknown: NaN.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    Series
        Text by asset_id. Every number in it is that of the row, rounded to whole metres and households. ``visits``
        counts the season's cleaned visits at all buildings whose supply path holds the asset.

    Raises
    ------
    HeatnetError
        The language is neither.

    Examples
    --------
    >>> row = {"asset_kind": "segment", "length_m": 84.0, "laid_year": 1989.0, "past_faults": 3, "past_seasons": 6,
    ...        "visits": 0, "cold_visits": 0, "group_size": 1, "winters_ill": 0, "buildings_lost": 8,
    ...        "households_lost": 640.0, "outage_hours": 9.0, "chronic_hours": 0.0}
    >>> reasons(pd.DataFrame([row], index=["S1"])).tolist()
    ['laid 1989; 3 faults in 6 seasons on 84 m; its outage cuts off 640 households in 8 buildings']
    """
    if language not in _WORDS:
        raise HeatnetError(f"language is {language!r}; give 'en' or 'zh'")
    starts = range(0, len(ranking), _ROWS_AT_ONCE)
    parts = [_sentences(ranking.iloc[first : first + _ROWS_AT_ONCE], language) for first in starts]
    return pd.Series([text for part in parts for text in part], index=ranking.index, name="reason", dtype=object)


def _sentences(ranking: pd.DataFrame, language: str) -> list[str]:
    words, told = _WORDS[language], _told(ranking, language)
    phrases = {key: _phrases(words[key], told, rows.to_numpy(dtype=bool)) for key, rows in _rows_of(ranking).items()}
    visits, outage = (_joined([phrases[key] for key in keys], words["join"]) for keys in (_OF_VISITS, _OF_OUTAGE))
    by_weight = np.where(ranking["chronic_hours"] > ranking["outage_hours"], (visits, outage), (outage, visits))
    return _joined(by_weight.tolist(), words["join"])


def _rows_of(ranking: pd.DataFrame) -> dict[str, pd.Series[bool]]:
    """Return, per phrase, the rows that it is told of."""
    is_station, is_laid = ranking["asset_kind"] == "station", ranking["laid_year"].notna()
    is_visited, has_seasons = ranking["visits"] > 0, ranking["past_seasons"] > 0
    is_lost = ranking["buildings_lost"] > 0
    return {
        "visits": is_visited,
        "group": is_visited & (ranking["group_size"] > 1),
        "winters": ranking["winters_ill"] >= _WINTERS_WORTH_TELLING,
        "laid": ~is_station & is_laid,
        "laid_unknown": ~is_station & ~is_laid,
        "faults": has_seasons & ~is_station,
        "station_faults": has_seasons & is_station,
        "lost": is_lost,
        "none_lost": ~is_lost,
    }


def _told(ranking: pd.DataFrame, language: str) -> pd.DataFrame:
    """Return the ranking with what the phrases name, in English with nouns in the right number."""
    told = ranking.assign(others=ranking["group_size"] - 1)
    if language == "zh":
        return told
    nouns = {"others": "asset", "past_faults": "fault", "past_seasons": "season", "buildings_lost": "building"}
    return told.assign(**{name: _counted(told[name], noun) for name, noun in nouns.items()})


def _counted(counts: pd.Series[Any], noun: str) -> pd.Series[Any]:
    words = {count: f"{int(count) or 'no'} {noun}{'' if count == 1 else 's'}" for count in counts.dropna().unique()}
    return counts.map(words)


def _phrases(template: str, told: pd.DataFrame, rows: npt.NDArray[np.bool_]) -> list[str]:
    """Return the phrase of each row, empty text where it is not told."""
    names = [name for _, name, _, _ in Formatter().parse(template) if name]
    columns = [told[name].to_numpy()[rows].tolist() for name in names]
    values = zip(*columns, strict=True) if names else repeat((), int(rows.sum()))
    phrase = cache(lambda row: template.format(**dict(zip(names, row, strict=True))))
    texts = np.full(len(told), "", dtype=object)
    texts[rows] = [phrase(row) for row in values]
    return texts.tolist()


def _joined(parts: list[list[str]], join: str) -> list[str]:
    return [join.join(filter(None, row)) for row in zip(*parts, strict=True)]
