"""Why an asset ranks where it does, in contributions that add up, and what would move it most if it were measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet._typed import typed
from heatnet.assessment.reasons import reasons
from heatnet.assessment.results import Assessment
from heatnet.errors import HeatnetError
from heatnet.language import Note, checked_language, joined, note

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
        Cold household-hours by contribution: ``faults of its kind``, ``its own faults``, ``faults around it`` (these
        three are the outage part; the last two are negative where there were fewer faults than expected) and
        ``visits behind it`` (the chronic part). They add up to `cold_household_hours`.
    measurements : DataFrame
        Index what could be measured, the one that would move the rank most first: ``hours_low``, ``hours_high`` (its
        cold household-hours at the two ends of what is possible), ``rank_low``, ``rank_high`` (its rank then, all
        others staying as they are; ``rank_low`` is the better one).
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
    """Return the contributions to an asset's cold household-hours, and what to measure.

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
        Contributions that add up to ``cold_household_hours``, and how far a measurement could move the rank.

    Raises
    ------
    HeatnetError
        The asset is not in the ranking.

    Examples
    --------
    >>> import heatnet as hn
    >>> explanation = explain(hn.assess(hn.examples.one_main(), season=2026), "S")
    >>> list(explanation.contributions.index)
    ['faults of its kind', 'its own faults', 'faults around it', 'visits behind it']
    >>> explanation.text.startswith("S is number 1 with")
    True
    """
    asset_id = str(asset_id)
    ranking = assessment.ranking
    if asset_id not in ranking.index:
        raise HeatnetError(f"{asset_id} is not in the ranking; give the id of a segment or a station")
    row: dict[str, Any] = {str(name): value for name, value in ranking.loc[asset_id].items()}
    contributions = _contributions(row)
    measurements = _measurements(row, ranking.drop(index=asset_id)["cold_household_hours"].to_numpy(dtype=np.float64))
    language = assessment.language if language is None else checked_language(language)
    if language != assessment.language:
        row["reason"] = reasons(ranking.loc[[asset_id]], language=language).iloc[0]
    text = joined(_notes(asset_id, row, measurements), language)
    return Explanation(asset_id, int(row["rank"]), contributions, measurements, text)


def _contributions(row: dict[str, Any]) -> pd.Series[float]:
    """Split the outage part along the factors of the expected faults; the chronic part is the visits'."""
    per_fault = row["outage_hours"] / row["faults_mean"] if row["faults_mean"] > 0 else 0.0
    kind = row["faults_of_kind"] * per_fault
    own = kind * (row["own_factor"] - 1.0)
    parts = {
        "faults of its kind": kind,
        "its own faults": own,
        "faults around it": row["outage_hours"] - kind - own,
        "visits behind it": row["chronic_hours"],
    }
    return pd.Series(parts, name="cold_household_hours", dtype=np.float64)


def _measurements(row: dict[str, Any], others: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Return what the hours would be at both ends of what each measurement could find, and the ranks then."""
    outage, chronic, prob = row["outage_hours"], row["chronic_hours"], row["impaired_prob"]
    per_fault = outage / row["faults_mean"] if row["faults_mean"] > 0 else 0.0
    ends = {
        "its condition (impaired or sound)": (outage, outage + (chronic / prob if prob > 0 else 0.0)),
        "its rate of faults": (row["faults_low"] * per_fault + chronic, row["faults_high"] * per_fault + chronic),
    }
    table = pd.DataFrame.from_dict(ends, orient="index", columns=["hours_low", "hours_high"]).rename_axis("measurement")
    ordered = np.sort(others)
    at_high, at_low = (
        1 + len(ordered) - np.searchsorted(ordered, table[name].to_numpy(), side="right")
        for name in ("hours_high", "hours_low")
    )
    table = table.assign(rank_low=at_high, rank_high=at_low)
    width = (table["rank_high"] - table["rank_low"]).to_numpy()
    return table.iloc[np.argsort(-width, kind="stable")]


def _notes(asset_id: str, row: dict[str, Any], measurements: pd.DataFrame) -> list[Note]:
    first = measurements.iloc[0]
    hours = {name: float(row[name]) for name in ("cold_household_hours", "outage_hours", "chronic_hours")}
    return [
        note("assessment.explain_rank", asset=asset_id, rank=int(row["rank"]), **hours),
        note("assessment.explain_reason", reason=str(row["reason"])),
        note(
            "assessment.explain_measure",
            what=note(_MEASUREMENTS[str(measurements.index[0])]),
            best=int(first["rank_low"]),
            worst=int(first["rank_high"]),
        ),
    ]
