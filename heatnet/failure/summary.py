"""What the failure model has learned, in words and numbers an engineer understands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from heatnet.failure.attributes import INTERCEPT, design
from heatnet.failure.memory import Memory
from heatnet.failure.rates import Rates
from heatnet.failure.statistics import FailureStatistics
from heatnet.history import History

_Z90 = 1.6449
_SHOWN = 8
_CANNOT_TELL_FACTOR = 3.0
_HARDLY_RECORDED = 0.1
_OPTIONAL = {
    "laid_year": "laying year",
    "material": "material",
    "insulation": "insulation",
    "laying": "laying",
    "soil_corrosion": "soil",
    "is_flooded": "flooding",
    "is_crossing": "crossings",
    "wall_left_mm": "wall left",
    "street": "street",
    "x_m": "coordinates",
}
_WORDS = {"network": "network", "asset_kind": "kind", "level": "level", "line": "line", "soil_corrosion": "soil"}


def effects_table(rates: Rates, statistics: FailureStatistics) -> pd.DataFrame:
    """Return the factor of each attribute on the rate with its 90 % interval, and the records behind it."""
    n = len(rates.terms)
    centre, spread = rates.coefficients[:n], np.sqrt(np.diag(rates.covariance)[:n])
    scale = np.array([np.log(2.0) if _is_number(term.attribute, term.value) else 1.0 for term in rates.terms])
    inside = design(statistics.cohorts, rates.terms) != 0.0
    return pd.DataFrame(
        {
            "attribute": [term.attribute for term in rates.terms],
            "value": [term.value or ("per doubling" if term.attribute != INTERCEPT else "all") for term in rates.terms],
            "factor": np.exp(centre * scale),
            "factor_low": np.exp((centre - _Z90 * spread) * scale),
            "factor_high": np.exp((centre + _Z90 * spread) * scale),
            "faults": inside.T @ statistics.faults.sum(axis=1),
            "exposure": inside.T @ statistics.exposure.sum(axis=1),
        }
    ).set_index(["attribute", "value"])


def summary_text(histories: Sequence[History], statistics: FailureStatistics, rates: Rates, memory: Memory) -> str:
    """Return the summary: the records, what raises and lowers the rate, the weight of the past, what cannot be told."""
    effects = effects_table(rates, statistics)
    return "\n".join(
        [
            *_records(histories, statistics),
            *_strongest(effects),
            *_past(memory),
            *_cannot_tell(histories, rates, effects),
        ]
    )


def _records(histories: Sequence[History], statistics: FailureStatistics) -> list[str]:
    faults = int(statistics.faults.sum())
    by_test = sum(int(history.lives.faults_by_test.sum()) for history in histories)
    assets = sum(len(history.assets) for history in histories)
    at_risk = statistics.exposure.sum(axis=1)
    km = at_risk[(statistics.cohorts["asset_kind"] == "segment").to_numpy()].sum()
    first, last = min(statistics.seasons, default=histories[0].first_season), max(h.last_season for h in histories)
    lines = [
        f"{faults} faults of {assets} assets in seasons {first} to {last}, {by_test} of them found by test "
        f"or inspection; {km:.1f} km x seasons of segments at risk."
    ]
    if faults == 0:
        lines.append("Nothing has been learned from faults: the rates are those of the ageing law.")
    return lines


def _strongest(effects: pd.DataFrame) -> list[str]:
    factors = effects.drop(index=INTERCEPT, level=0)
    overall = effects.loc[[(INTERCEPT, "all")]].iloc[0]
    lines = [f"Against the ageing law the rate is {_factor(overall)} before attributes, age and season are counted."]
    sure = factors[(factors["factor_low"] > 1.0) | (factors["factor_high"] < 1.0)]
    order = np.argsort(-np.abs(np.log(sure["factor"].to_numpy(dtype=np.float64))), kind="stable")
    for place in order[:_SHOWN]:
        attribute, value = sure.index[place]
        row = sure.iloc[place]
        word = "raises" if row["factor"] > 1.0 else "lowers"
        name = _WORDS.get(attribute, attribute.replace("_", " "))
        lines.append(f"{name} {value} {word} the rate: {_factor(row)}; {row['faults']:.0f} faults recorded on it.")
    if sure.empty:
        lines.append("No attribute raises or lowers the rate for sure.")
    return lines


def _past(memory: Memory) -> list[str]:
    shape = float(memory.shape(np.zeros(1))[0])
    doubled = np.exp(memory.parameters[2:4] * np.tanh(np.log(2.0)))
    return [
        f"Own past: a fault loses half its weight in {memory.half_life:g} seasons; a 100 m pipe of which 0.1 faults "
        f"were expected and 1 was recorded is rated {(shape + 1.0) / (shape + 0.1):.1f} times its class.",
        f"Surroundings: twice the expected faults nearby make the rate {doubled[0]:.2f} times, on the street "
        f"{doubled[1]:.2f} times.",
    ]


def _cannot_tell(histories: Sequence[History], rates: Rates, effects: pd.DataFrame) -> list[str]:
    assets = pd.concat([history.assets for history in histories])
    pipes = assets[assets["asset_kind"] == "segment"]
    lines = []
    missing = [word for column, word in _OPTIONAL.items() if pipes[column].isna().all()]
    if missing:
        lines.append(f"Not on the inventory, so nothing can be said of: {', '.join(missing)}.")
    classes = effects.drop(index=INTERCEPT, level=0)
    wide = classes[classes["factor_high"] / classes["factor_low"] > _CANNOT_TELL_FACTOR]
    if len(wide):
        names = ", ".join(f"{_WORDS.get(a, a.replace('_', ' '))} {v}" for a, v in wide.index[:_SHOWN])
        more = f" and {len(wide) - _SHOWN} more" if len(wide) > _SHOWN else ""
        lines.append(f"Too few records to tell (the interval spans more than a factor of 3): {names}{more}.")
    thin = rates.seasons[rates.levels < rates.levels.max(initial=0.0) + np.log(_HARDLY_RECORDED)]
    if len(thin):
        seasons = ", ".join(str(season) for season in thin)
        lines.append(f"Hardly any faults are recorded in seasons {seasons}; each season has a level of its own.")
    return lines


def _factor(row: pd.Series) -> str:
    return f"{row['factor']:.2f} times ({row['factor_low']:.2f} to {row['factor_high']:.2f})"


def _is_number(attribute: str, value: str | None) -> bool:
    return value is None and attribute != INTERCEPT
