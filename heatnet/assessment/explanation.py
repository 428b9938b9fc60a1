"""Why an asset ranks where it does, in contributions that add up, and what would move it most if it were measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats
from heatnet._typed import typed
from heatnet.assessment.reasons import reasons
from heatnet.assessment.results import Assessment
from heatnet.errors import HeatnetError
from heatnet.language import Note, checked_language, joined, note
from heatnet.value import Values
from heatnet.value.worth import per_cost, seasons_sum

_MEASUREMENTS = {
    "its condition (impaired or sound)": "assessment.its_condition",
    "its rate of faults": "assessment.its_rate_of_faults",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Explanation:
    """Why one asset ranks where it does; made by `explain`.

    Attributes
    ----------
    asset_id : str
        The asset.
    rank : int
        Its rank.
    contributions : Series
        Money a season by contribution: ``faults of its kind``, ``its own faults``, ``faults around it`` (these three
        are repairs and outages; the last two are negative where there were fewer faults than expected), ``visits behind
        it`` (cold homes) and ``heat that it loses``. They add up to `risk`.
    measurements : DataFrame
        Index what could be measured, the one that would move the rank most first: ``ratio_low``, ``ratio_high`` (its
        worth per cost at the two ends of what is possible), ``rank_low``, ``rank_high`` (its rank then, all others
        staying as they are; ``rank_low`` is the better one).
    text : str
        The same in plain sentences.
    """

    asset_id: str
    rank: int
    contributions: pd.Series[float]
    measurements: pd.DataFrame
    text: str

    def __repr__(self) -> str:
        return f"Explanation({self.text})"


@typed
def explain(assessment: Assessment, asset_id: str, *, language: str | None = None) -> Explanation:
    """Return the contributions to an asset's risk, and what to measure.

    Parameters
    ----------
    assessment : Assessment
        What `assess` returned.
    asset_id : str
        One of its assets.
    language : str, optional
        Language of the text; by default that of the assessment.

    Returns
    -------
    Explanation
        Contributions that add up to ``risk``, and how far a measurement could move the rank.

    Raises
    ------
    HeatnetError
        The asset is not in the ranking.

    Examples
    --------
    >>> import heatnet as hn
    >>> explanation = explain(hn.assess(hn.examples.one_main(), season=2026), "S")
    >>> list(explanation.contributions.index)
    ['faults of its kind', 'its own faults', 'faults around it', 'visits behind it', 'heat that it loses']
    >>> explanation.text.startswith("S is number 1: its renewal")
    True
    """
    asset_id = str(asset_id)
    ranking = assessment.ranking
    if asset_id not in ranking.index:
        raise HeatnetError(f"{asset_id} is not in the ranking; give the id of a segment or a station")
    row: dict[str, Any] = {str(name): value for name, value in ranking.loc[asset_id].items()}
    contributions = _contributions(row)
    others = ranking.drop(index=asset_id)["ratio"].to_numpy(dtype=np.float64)
    measurements = _measurements(row, others, assessment.settings.values)
    language = assessment.language if language is None else checked_language(language)
    if language != assessment.language:
        row["reason"] = reasons(ranking.loc[[asset_id]], language=language).iloc[0]
    text = joined(_notes(asset_id, row, measurements), language)
    return Explanation(asset_id, int(row["rank"]), contributions, measurements, text)


def _contributions(row: dict[str, Any]) -> pd.Series[float]:
    """Split what faults cost along the factors of the expected faults; beside it cold homes and lost heat."""
    of_faults = row["repair_risk"] + row["outage_risk"]
    per_fault = of_faults / row["faults_mean"] if row["faults_mean"] > 0 else 0.0
    kind = row["faults_of_kind"] * per_fault
    own = kind * (row["own_factor"] - 1.0)
    parts = {
        "faults of its kind": kind,
        "its own faults": own,
        "faults around it": of_faults - kind - own,
        "visits behind it": row["cold_risk"],
        "heat that it loses": row["heat_risk"],
    }
    return pd.Series(parts, name="risk", dtype=np.float64)


def _measurements(row: dict[str, Any], others: Floats, values: Values) -> pd.DataFrame:
    """Return the ratio at both ends of what each measurement could find, and the ranks then."""
    prob, worth, cold = row["impaired_prob"], row["worth"], row["worth_cold"]
    rates = [worth - row["worth_faults"] + _worth_at(row, row[end], values) for end in ("faults_low", "faults_high")]
    ends = {
        "its condition (impaired or sound)": (worth - cold, worth - cold + (cold / prob if prob > 0 else 0.0)),
        "its rate of faults": (min(worth, rates[0]), max(worth, rates[1])),
    }
    cost = np.full(2, row["cost"])
    ratios = {name: per_cost(np.array(pair), cost) for name, pair in ends.items()}
    table = pd.DataFrame.from_dict(ratios, orient="index", columns=["ratio_low", "ratio_high"])
    ordered = np.sort(others)
    at_high, at_low = (
        1 + len(ordered) - np.searchsorted(ordered, table[name].to_numpy(), side="right")
        for name in ("ratio_high", "ratio_low")
    )
    table = table.rename_axis("measurement").assign(rank_low=at_high, rank_high=at_low)
    width = (table["rank_high"] - table["rank_low"]).to_numpy()
    return table.iloc[np.argsort(-width, kind="stable")]


def _worth_at(row: dict[str, Any], rate: float, values: Values) -> float:
    """Return the worth of avoided faults if the rate of faults were another."""
    if not row["faults_mean"] > 0:
        return 0.0
    seasons = values.station_life if row["asset_kind"] == "station" else values.life
    lasts = float(seasons_sum((1.0 + values.fault_growth) / (1.0 + values.discount), seasons))
    avoided = max(rate - min(values.renew_faults * row["faults_after"], rate), 0.0)
    return float(avoided / row["faults_mean"] * (row["repair_risk"] + row["outage_risk"]) * lasts)


def _notes(asset_id: str, row: dict[str, Any], measurements: pd.DataFrame) -> list[Note]:
    first = measurements.iloc[0]
    money = {name: float(row[name]) for name in ("worth", "cost", "risk")}
    return [
        note("assessment.explain_rank", asset=asset_id, rank=int(row["rank"]), **money),
        note("assessment.explain_reason", reason=str(row["reason"])),
        note(
            "assessment.explain_measure",
            what=note(_MEASUREMENTS[str(measurements.index[0])]),
            best=int(first["rank_low"]),
            worst=int(first["rank_high"]),
        ),
    ]
