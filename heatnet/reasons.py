"""One plain sentence for each ranked asset, built from the numbers of its own row, in English or Chinese."""

from __future__ import annotations

from typing import Any

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
_WINTERS_WORTH_TELLING = 2
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
    words = _WORDS[language]
    rows = ranking.to_dict("records")
    texts = [words["join"].join(words[key].format(**_told(row, language)) for key in _keys(row)) for row in rows]
    return pd.Series(texts, index=ranking.index, name="reason", dtype=object)


def _keys(row: dict[Any, Any]) -> list[str]:
    """Return what to tell of an asset, in order."""
    is_station = row["asset_kind"] == "station"
    visits = ["visits"] if row["visits"] > 0 else []
    if visits and row["group_size"] > 1:
        visits.append("group")
    if row["winters_ill"] >= _WINTERS_WORTH_TELLING:
        visits.append("winters")
    outage = [] if is_station else ["laid_unknown" if pd.isna(row["laid_year"]) else "laid"]
    if row["past_seasons"] > 0:
        outage.append("station_faults" if is_station else "faults")
    outage.append("lost" if row["buildings_lost"] > 0 else "none_lost")
    return [*visits, *outage] if row["chronic_hours"] > row["outage_hours"] else [*outage, *visits]


def _told(row: dict[Any, Any], language: str) -> dict[Any, Any]:
    if language == "zh":
        return {**row, "others": row["group_size"] - 1}
    counted = {
        "others": _counted(int(row["group_size"]) - 1, "asset"),
        "past_faults": _counted(int(row["past_faults"]), "fault"),
        "past_seasons": _counted(int(row["past_seasons"]), "season"),
        "buildings_lost": _counted(int(row["buildings_lost"]), "building"),
    }
    return {**row, **counted}


def _counted(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"
