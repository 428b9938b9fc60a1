"""One plain sentence for each ranked asset, in money and in people, built from the numbers of its own row."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet.language import checked_language, named_in, worded_rows, words

_FLAGS = ("claim_first", "flush_first", "balance_first", "measure_first")
_PARTS = {
    "worth_faults": ("faults", "station_faults", "no_records"),
    "worth_cold": ("cold", "cold_few", "cold_elsewhere", "warm", "cold_unvisited"),
    "worth_heat": ("heat",),
}
_BEHIND = ("around", "lost", "none_lost", "short", "laid", "laid_unknown", "group", "winters")
_WINTERS_WORTH_TELLING = 2
_SURROUNDINGS_WORTH_TELLING = 1.5
_COLD_WORTH_TELLING = 0.01  # share of the worth below which other assets explain the cold
_ROWS_AT_ONCE = 10_000  # the phrases of more rows would fill the memory


def reasons(ranking: pd.DataFrame, *, language: str = "en", least_count: int = 1) -> pd.Series[Any]:
    """Return one plain sentence for each asset: what is worth most comes first, in money and in people.

    Parameters
    ----------
    ranking : DataFrame
        Index asset_id; ``asset_kind``, ``length_m``, ``laid_year``, ``past_faults``, ``past_seasons``, ``visits``,
        ``cold_visits``, ``impaired_prob``, ``group_size``, ``cold_homes``, ``winters_ill``, ``buildings_lost``,
        ``households_lost``, ``households_short`` and ``short_share`` (both may be absent), ``heat_loss_w_m``,
        ``surroundings_factor``, ``worth_faults``, ``worth_heat``, ``worth_cold``, ``measure_first``,
        ``soft_pays`` (cleaning or balancing is worth its cost), ``is_claim`` (under warranty, with something to claim).
        Unknown: NaN.
    language : str
        One of `heatnet.language.languages`.
    least_count : int
        Fewer cold visits than this are not counted but said to be few: a page that goes round names no single home.

    Returns
    -------
    Series
        Text by asset_id. Every number in it is that of the row, rounded to whole metres, households and money.
        ``visits`` counts the season's cleaned visits at all buildings whose supply path holds the asset.

    Raises
    ------
    HeatnetError
        heatnet does not speak the language.

    Examples
    --------
    >>> row = {"asset_kind": "segment", "length_m": 84.0, "laid_year": 1989.0, "past_faults": 3, "past_seasons": 6,
    ...        "visits": 9, "cold_visits": 5, "impaired_prob": 0.8, "group_size": 1, "cold_homes": 120.0,
    ...        "winters_ill": 0, "buildings_lost": 8, "households_lost": 640.0, "households_short": 640.0,
    ...        "short_share": 0.0, "heat_loss_w_m": None, "surroundings_factor": 1.0,
    ...        "worth_faults": 38000.0, "worth_heat": 0.0, "worth_cold": 61000.0, "measure_first": False,
    ...        "soft_pays": True, "is_claim": False}
    >>> print(reasons(pd.DataFrame([row], index=["S1"])).iloc[0])  # doctest: +NORMALIZE_WHITESPACE
    flush first; 5 of 9 visited homes cold, 120 homes if it is ill (0.80): 61,000; 3 faults in 6 seasons on 84 m:
    38,000; its outage cuts off 640 households in 8 buildings; laid 1989
    """
    checked_language(language)
    starts = range(0, len(ranking), _ROWS_AT_ONCE)
    parts = [_sentences(ranking.iloc[first : first + _ROWS_AT_ONCE], language, least_count) for first in starts]
    return pd.Series([text for part in parts for text in part], index=ranking.index, name="reason", dtype=object)


def _sentences(ranking: pd.DataFrame, language: str, least_count: int) -> list[str]:
    join = words("reasons", language)["join"]
    unknown = {name: np.nan for name in ("households_short", "short_share") if name not in ranking.columns}
    ranking = ranking.assign(others=ranking["group_size"] - 1, **unknown)
    rows_of = _rows_of(ranking, least_count)
    said = {key: _phrases(key, ranking, rows.to_numpy(dtype=bool), language) for key, rows in rows_of.items()}
    parts = np.array([_joined([said[key] for key in keys], join) for keys in _PARTS.values()], dtype=object)
    money = ranking[[*_PARTS]].to_numpy(dtype=np.float64)
    by_worth = np.argsort(-money, axis=1, kind="stable").T
    ordered = [row.tolist() for row in np.take_along_axis(parts, by_worth, axis=0)]
    flags, behind = ([said[key] for key in keys] for keys in (_FLAGS, _BEHIND))
    return _joined([*flags, *ordered, *behind], join)


def _rows_of(ranking: pd.DataFrame, least_count: int) -> dict[str, pd.Series[bool]]:
    """Return, per phrase, the rows of which it is said."""
    is_station, is_laid = ranking["asset_kind"] == "station", ranking["laid_year"].notna()
    is_visited, has_seasons = ranking["visits"] > 0, ranking["past_seasons"] > 0
    is_lost = ranking["buildings_lost"] > 0
    is_short = ranking["households_short"] > ranking["households_lost"] + 0.5
    mostly_cold = ranking["worth_cold"] > 0.5 * (
        ranking["worth_faults"] + ranking["worth_heat"] + ranking["worth_cold"]
    )
    worth = ranking["worth_faults"] + ranking["worth_heat"] + ranking["worth_cold"]
    weighs = ranking["worth_cold"] >= _COLD_WORTH_TELLING * worth
    is_cold, is_few = ranking["cold_visits"] >= least_count, ranking["cold_visits"] < least_count
    is_claim = ranking["is_claim"].astype(bool)
    soft = ranking["soft_pays"].astype(bool) & mostly_cold & ~is_claim
    return {
        "claim_first": is_claim,
        "flush_first": soft & ~is_station,
        "balance_first": soft & is_station,
        "measure_first": ranking["measure_first"].astype(bool) & ~is_claim,
        "cold": is_visited & (ranking["cold_visits"] > 0) & is_cold & weighs,
        "cold_few": is_visited & (ranking["cold_visits"] > 0) & is_few,
        "cold_elsewhere": is_visited & (ranking["cold_visits"] > 0) & is_cold & ~weighs,
        "warm": is_visited & (ranking["cold_visits"] == 0),
        "cold_unvisited": ~is_visited & (ranking["worth_cold"] > 0),
        "heat": ranking["worth_heat"] > 0,
        "group": is_visited & (ranking["group_size"] > 1),
        "winters": ranking["winters_ill"] >= _WINTERS_WORTH_TELLING,
        "laid": ~is_station & is_laid,
        "laid_unknown": ~is_station & ~is_laid,
        "faults": has_seasons & ~is_station,
        "station_faults": has_seasons & is_station,
        "no_records": ~has_seasons & (ranking["worth_faults"] > 0),
        "around": ranking["surroundings_factor"] >= _SURROUNDINGS_WORTH_TELLING,
        "lost": is_lost,
        "none_lost": ~is_lost & ~is_short,
        "short": is_short,
    }


def _phrases(key: str, ranking: pd.DataFrame, rows: npt.NDArray[np.bool_], language: str) -> list[str]:
    """Return the phrase of each row, empty text where it is not said."""
    texts = np.full(len(ranking), "", dtype=object)
    if rows.any():
        # One column at least tells how many rows there are.
        told = named_in(f"reasons.{key}", language) or {"asset_kind"}
        values = {name: ranking[name].to_numpy()[rows].tolist() for name in told}
        texts[rows] = worded_rows(f"reasons.{key}", values, language)
    return texts.tolist()


def _joined(parts: list[list[str]], join: str) -> list[str]:
    return [join.join(filter(None, row)) for row in zip(*parts, strict=True)]
