"""What the failure model has learned, in words and numbers an engineer understands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from heatnet.failure.attributes import INTERCEPT, design
from heatnet.failure.memory import Memory
from heatnet.failure.rates import Rates
from heatnet.failure.statistics import FailureStatistics
from heatnet.history.exposure import History

_Z90 = 1.6449
_SHOWN = 8
_COMMON_SHARE = 0.02
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
# Classes are compared through all columns that belong to them: cast iron of the 1960s is part of cast iron.
_FAMILIES = {
    "material": ("material", "material_decade"),
    "laying_decade": ("laying_decade", "material_decade"),
    "diameter_class": ("diameter_class", "diameter"),
    "length_class": ("length_class", "length"),
}
_LEFT_OUT = (INTERCEPT, "material_decade", "length", "diameter")
_WORDS = {"network": "network", "asset_kind": "kind", "level": "level", "line": "line", "soil_corrosion": "soil"}


def effects_table(rates: Rates, statistics: FailureStatistics) -> pd.DataFrame:
    """Return the factor of each class on the rate with its 90 % interval, and the records behind it."""
    columns = design(statistics.cohorts, rates.terms)
    at_risk, faults = statistics.exposure.sum(axis=1), statistics.faults.sum(axis=1)
    attribute_of = np.array([term.attribute for term in rates.terms])
    effects = []
    for place, term in enumerate(rates.terms):
        if term.attribute in _LEFT_OUT:
            continue
        if term.value is None:
            contrast, inside = np.eye(len(rates.terms))[place] * np.log(2.0), columns[:, place] != 0.0
        else:
            inside, known = columns[:, place] == 1.0, columns[:, attribute_of == term.attribute].any(axis=1)
            of_family = np.isin(attribute_of, _FAMILIES.get(term.attribute, (term.attribute,)))
            if at_risk[inside].sum() == 0.0:
                continue
            contrast = np.average(columns[inside], axis=0, weights=at_risk[inside])
            contrast = of_family * (contrast - np.average(columns[known], axis=0, weights=at_risk[known]))
        effects.append((term, contrast, faults[inside].sum(), at_risk[inside].sum()))
    contrasts = np.array([contrast for _, contrast, _, _ in effects]).reshape(-1, len(rates.terms))
    centre = contrasts @ rates.coefficients[: len(rates.terms)]
    covariance = rates.covariance[: len(rates.terms), : len(rates.terms)]
    spread = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", contrasts, covariance, contrasts), 0.0))
    return pd.DataFrame(
        {
            "attribute": [term.attribute for term, *_ in effects],
            "value": [term.value or "per doubling" for term, *_ in effects],
            "factor": np.exp(centre),
            "factor_low": np.exp(centre - _Z90 * spread),
            "factor_high": np.exp(centre + _Z90 * spread),
            "faults": [count for _, _, count, _ in effects],
            "exposure": [exposure for _, _, _, exposure in effects],
        }
    ).set_index(["attribute", "value"])


def summary_text(histories: Sequence[History], statistics: FailureStatistics, rates: Rates, memory: Memory) -> str:
    """Return the summary: the records, what raises and lowers the rate, the weight of the past, what cannot be told."""
    effects = effects_table(rates, statistics)
    return "\n".join(
        [
            *_records(histories, statistics),
            *_against_law(statistics, rates),
            *_strongest(effects),
            *_past(memory),
            *_cannot_tell(histories, rates, effects),
        ]
    )


def _records(histories: Sequence[History], statistics: FailureStatistics) -> list[str]:
    faults = int(statistics.faults.sum())
    by_test = sum(int(history.lives.faults_by_test.sum()) for history in histories)
    assets = sum(history.n_assets for history in histories)
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


def _against_law(statistics: FailureStatistics, rates: Rates) -> list[str]:
    faults, by_law = statistics.faults.sum(), rates.prior_faults(statistics)
    if by_law == 0.0:
        return []
    return [
        f"The ageing law alone would have expected {by_law:.0f}; the records hold {faults / by_law:.2f} times that."
    ]


def _strongest(effects: pd.DataFrame) -> list[str]:
    common = effects["exposure"] >= _COMMON_SHARE * effects.groupby(level=0)["exposure"].transform("sum")
    factors = effects[common].drop(index="length_class", level=0, errors="ignore")
    sure = factors[(factors["factor_low"] > 1.0) | (factors["factor_high"] < 1.0)]
    lines = []
    order = np.argsort(-np.abs(np.log(sure["factor"].to_numpy(dtype=np.float64))), kind="stable")
    for place in order[:_SHOWN]:
        attribute, value = sure.index[place]
        row = sure.iloc[place]
        word = "raises" if row["factor"] > 1.0 else "lowers"
        name = _WORDS.get(attribute, attribute.replace("_", " "))
        lines.append(f"{name} {value} {word} the rate: {_factor(row)}; {row['faults']:.0f} faults recorded.")
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
    wide = effects[effects["factor_high"] / effects["factor_low"] > _CANNOT_TELL_FACTOR]
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
