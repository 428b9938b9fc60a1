"""One plain sentence for each ranked asset, built from the numbers of its own row, in one language."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet.language import checked_language, worded_rows, words

_OF_VISITS = ("visits", "group", "winters")
_OF_OUTAGE = ("laid", "laid_unknown", "faults", "station_faults", "lost", "none_lost")
_NAMED = (
    "laid_year",
    "past_faults",
    "past_seasons",
    "length_m",
    "cold_visits",
    "visits",
    "others",
    "winters_ill",
    "households_lost",
    "buildings_lost",
)
_WINTERS_WORTH_TELLING = 2
_ROWS_AT_ONCE = 50_000  # the phrases of more rows would fill the memory


def reasons(ranking: pd.DataFrame, *, language: str = "en") -> pd.Series[Any]:
    """Return one plain sentence for each asset; what weighs most comes first.

    Parameters
    ----------
    ranking : DataFrame
        Index asset_id; ``asset_kind``, ``length_m``, ``laid_year``, ``past_faults``, ``past_seasons``, ``visits``,
        ``cold_visits``, ``group_size``, ``winters_ill``, ``buildings_lost``, ``households_lost``, ``outage_hours``,
        ``chronic_hours``. Unknown: NaN.
    language : str
        One of `heatnet.language.languages`.

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
    checked_language(language)
    starts = range(0, len(ranking), _ROWS_AT_ONCE)
    parts = [_sentences(ranking.iloc[first : first + _ROWS_AT_ONCE], language) for first in starts]
    return pd.Series([text for part in parts for text in part], index=ranking.index, name="reason", dtype=object)


def _sentences(ranking: pd.DataFrame, language: str) -> list[str]:
    join = words("reasons", language)["join"]
    ranking = ranking.assign(others=ranking["group_size"] - 1)
    phrases = {
        key: _phrases(key, ranking, rows.to_numpy(dtype=bool), language) for key, rows in _rows_of(ranking).items()
    }
    visits, outage = (_joined([phrases[key] for key in keys], join) for keys in (_OF_VISITS, _OF_OUTAGE))
    by_weight = np.where(ranking["chronic_hours"] > ranking["outage_hours"], (visits, outage), (outage, visits))
    return _joined(by_weight.tolist(), join)


def _rows_of(ranking: pd.DataFrame) -> dict[str, pd.Series[bool]]:
    """Return, per phrase, the rows of which it is said."""
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


def _phrases(key: str, ranking: pd.DataFrame, rows: npt.NDArray[np.bool_], language: str) -> list[str]:
    """Return the phrase of each row, empty text where it is not said."""
    texts = np.full(len(ranking), "", dtype=object)
    values = {name: ranking[name].to_numpy()[rows].tolist() for name in _NAMED}
    texts[rows] = worded_rows(f"reasons.{key}", values, language)
    return texts.tolist()


def _joined(parts: list[list[str]], join: str) -> list[str]:
    return [join.join(filter(None, row)) for row in zip(*parts, strict=True)]
