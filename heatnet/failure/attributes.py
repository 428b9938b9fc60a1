"""From the attributes of assets to the columns of a regression.

Words become one column per class, each shrunk towards the mean of all; a missing or unseen word has no column and
therefore lies at that mean. Numbers enter as logarithms, centred on their mean, so that a missing one lies at the
mean too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats

Classes = tuple[npt.NDArray[np.int64], list[str]]  # the class of each row, -1 where it is missing, and their names

REFERENCE_LENGTH_M = 100.0
_REFERENCE_DIAMETER_MM = 200.0
_LEAST_MAKEUP = 0.01
_MOST_CLASSES = 60

_WORDS = ("level", "line", "material", "insulation", "laying", "soil_corrosion", "is_flooded", "is_crossing")
_NUMBERS = ("laid_year", "length_m", "diameter_mm", "wall_left_share", "wall_left_mm", "makeup_m3_per_m")
ASKED_OF_ASSETS = ("laid_year", "length_m", "diameter_mm", "wall_mm", "wall_left_mm", *_WORDS)
# Assets that agree in all of these, numbers rounded, are counted together.
COHORT_COLUMNS = ("network", "asset_kind", *_NUMBERS, *_WORDS)

# Standard deviations of the normal priors of a class's coefficient, natural logarithm of the rate.
_CLASS_SPREADS = {
    "network": 0.7,
    "asset_kind": 0.7,
    "material": 0.35,
    "laying_decade": 0.35,
    "material_decade": 0.35,
    "diameter_class": 0.35,
    "length_class": 0.3,
    **{word: 0.35 for word in _WORDS if word != "material"},
}
# Mean and standard deviation per unit of natural logarithm. Faults grow a little slower than length: exponent 1 - 0.1.
_NUMBER_PRIORS = {
    "length": (-0.1, 0.15),
    "diameter": (0.0, 0.5),
    "wall_left_share": (0.0, 0.5),
    "wall_left_mm": (0.0, 0.5),
    "makeup": (0.0, 0.3),
}
INTERCEPT = "level of all"


@dataclass(frozen=True, slots=True)
class Term:
    """One column of the regression.

    Attributes
    ----------
    attribute : str
        The derived attribute from which it is read.
    value : str or None
        The class it stands for; None for a number.
    centre : float
        Subtracted from a number, so that 0 is the mean.
    mean, spread : float
        Normal prior of its coefficient, natural logarithm of the rate.
    """

    attribute: str
    value: str | None
    centre: float
    mean: float
    spread: float


def modelled_attributes(assets: pd.DataFrame, makeup_m3_per_m: Floats, network: int) -> pd.DataFrame:
    """Return the columns of `COHORT_COLUMNS` for every asset: words as categories, numbers as float or NaN.

    Parameters
    ----------
    assets : DataFrame
        From `heatnet.history.assets.asset_table`.
    makeup_m3_per_m : array
        Make-up water of the net that the asset belongs to; NaN = unknown.
    network : int
        Number of the network among those fitted together, -1 for one that is none of them.
    """
    wall, left = (assets[name].to_numpy(dtype=np.float64) for name in ("wall_mm", "wall_left_mm"))
    is_known = (wall > 0) & (left >= 0)
    values: dict[str, pd.Categorical | Floats | int] = {"network": network}
    for word in ("asset_kind", *_WORDS):
        values[word] = _text(assets[word])
    for number in ("laid_year", "length_m", "diameter_mm"):
        values[number] = assets[number].to_numpy(dtype=np.float64)
    values["wall_left_share"] = np.clip(np.where(is_known, left / np.where(is_known, wall, 1.0), np.nan), 0.05, 1.5)
    values["wall_left_mm"] = np.where(~is_known & (left > 0), left, np.nan)
    values["makeup_m3_per_m"] = np.where(makeup_m3_per_m >= 0, makeup_m3_per_m, np.nan)
    return pd.DataFrame(values, index=assets.index)[list(COHORT_COLUMNS)]


def size_of(attributes: pd.DataFrame) -> Floats:
    """Return what a season at risk is multiplied by: km of route of a segment, 1 of a station."""
    km = attributes["length_m"].to_numpy(dtype=np.float64) / 1000.0
    return np.where(np.isnan(km), 1.0, km)


def log_length(attributes: pd.DataFrame) -> Floats:
    """Return the natural logarithm of the length in units of 100 m; 0 for a station."""
    length = attributes["length_m"].to_numpy(dtype=np.float64)
    return np.where(np.isnan(length), 0.0, np.log(length / REFERENCE_LENGTH_M))


def pipes_of(attributes: pd.DataFrame) -> Floats:
    """Return pipes in the trench: 2 of a pair, else 1."""
    return np.where((attributes["line"] == "pair").to_numpy(dtype=bool), 2.0, 1.0)


def is_station(attributes: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return whether each row is a station."""
    return (attributes["asset_kind"] == "station").to_numpy(dtype=bool)


def rounded(attributes: pd.DataFrame) -> pd.DataFrame:
    """Return the attributes with numbers rounded, so that few distinct cohorts remain.

    Laying years to the middle of five years, lengths to steps of 41 %, diameters to steps of 26 % (ten to a factor
    of ten, as pipes are graded), wall left to tenths or steps of 20 %, make-up water to steps of 65 %.
    """
    number = {name: attributes[name].to_numpy(dtype=np.float64) for name in _NUMBERS}
    steps = {
        "laid_year": np.floor(number["laid_year"] / 5.0) * 5.0 + 2.0,
        "length_m": _geometric(number["length_m"], float(np.sqrt(2.0))),
        "diameter_mm": _geometric(number["diameter_mm"], 10.0**0.1),
        "wall_left_share": np.maximum(np.round(number["wall_left_share"], 1), 0.05),
        "wall_left_mm": _geometric(number["wall_left_mm"], 1.2),
        "makeup_m3_per_m": _geometric(number["makeup_m3_per_m"] + _LEAST_MAKEUP, float(np.exp(0.5))) - _LEAST_MAKEUP,
    }
    coarse = attributes.copy(deep=False)  # the words of many assets are shared, not copied
    for name, values in steps.items():
        coarse[name] = values
    return coarse


def choose_terms(cohorts: pd.DataFrame, weight: Floats) -> tuple[Term, ...]:
    """Return the columns that the attributes at hand allow, in a fixed order.

    Parameters
    ----------
    cohorts : DataFrame
        Columns of `COHORT_COLUMNS`.
    weight : array
        Time at risk of each cohort: the largest classes are kept, and numbers are centred with it.
    """
    classes, all_numbers = _derived(cohorts)
    terms = [Term(INTERCEPT, None, 0.0, 0.0, 0.7)]
    for attribute, spread in _CLASS_SPREADS.items():
        codes, words = classes[attribute]
        if len(words) < 2:
            continue
        sizes = np.bincount(codes[codes >= 0], weights=weight[codes >= 0], minlength=len(words))
        by_size = sorted(zip((-sizes).tolist(), words, strict=True))
        kept = sorted(name for _, name in by_size[:_MOST_CLASSES])
        terms += [Term(attribute, name, 0.0, 0.0, spread) for name in kept]
    for attribute, (mean, spread) in _NUMBER_PRIORS.items():
        numbers = all_numbers[attribute]
        known = np.isfinite(numbers) & (weight > 0)
        if not known.any():
            continue
        centre = (
            0.0 if attribute in ("length", "diameter") else float(np.average(numbers[known], weights=weight[known]))
        )
        terms.append(Term(attribute, None, centre, mean, spread))
    return tuple(terms)


def design(attributes: pd.DataFrame, terms: tuple[Term, ...]) -> Floats:
    """Return the regression's columns: array (rows of `attributes`, terms)."""
    columns = np.zeros((len(attributes), len(terms)))
    for rows, place, values in _entries(attributes, terms):
        columns[rows, place] = values
    return columns


def attribute_effect(attributes: pd.DataFrame, terms: tuple[Term, ...], coefficients: Floats) -> Floats:
    """Return ``design(attributes, terms) @ coefficients`` without building the columns."""
    effect = np.zeros(len(attributes))
    for rows, place, values in _entries(attributes, terms):
        effect[rows] += coefficients[place] * values
    return effect


def _entries(attributes: pd.DataFrame, terms: tuple[Term, ...]) -> Iterator[tuple[Any, Any, Any]]:
    """Yield rows, columns and values of the entries other than 0, one attribute at a time.

    All rows are a slice, one column or value a plain number: of a million assets each array takes 8 MB.
    """
    classes, all_numbers = _derived(attributes)
    places: dict[str, dict[str, int]] = {}
    for place, term in enumerate(terms):
        if term.value is not None:
            places.setdefault(term.attribute, {})[term.value] = place
        elif term.attribute == INTERCEPT:
            yield slice(None), place, 1.0
        else:
            numbers = all_numbers[term.attribute] - term.centre
            yield slice(None), place, np.where(np.isfinite(numbers), numbers, 0.0)
    for attribute, place_of in places.items():
        codes, words = classes[attribute]
        target = np.array([place_of.get(word, -1) for word in words] + [-1])[codes]
        rows = np.flatnonzero(target >= 0)
        yield rows, target[rows], 1.0


def _derived(attributes: pd.DataFrame) -> tuple[dict[str, Classes], dict[str, Floats]]:
    """Return classes of each attribute of words, and logarithms of numbers (NaN = missing)."""
    number = {name: attributes[name].to_numpy(dtype=np.float64) for name in _NUMBERS}
    network = attributes["network"].to_numpy(dtype=np.float64)
    years = np.where(is_station(attributes), np.nan, number["laid_year"])
    classes = {name: _classes(attributes[name]) for name in ("asset_kind", *_WORDS)}
    classes |= {
        "network": _labels(np.where(network >= 0, network, np.nan), "{:.0f}"),
        "laying_decade": _labels(np.floor(years / 10.0) * 10.0, "{:.0f}s"),
        "diameter_class": _labels(_grade(np.log10(number["diameter_mm"]) * 10.0, 10.0), "about {:g} mm"),
        "length_class": _labels(_grade(np.log2(number["length_m"]), 1.0, base=2.0), "about {:g} m"),
    }
    classes["material_decade"] = _both(classes["material"], classes["laying_decade"])
    logarithms = {
        "length": np.log(number["length_m"] / REFERENCE_LENGTH_M),
        "diameter": np.log(number["diameter_mm"] / _REFERENCE_DIAMETER_MM),
        "wall_left_share": np.log(number["wall_left_share"]),
        "wall_left_mm": np.log(number["wall_left_mm"]),
        "makeup": np.log(number["makeup_m3_per_m"] + _LEAST_MAKEUP),
    }
    return classes, logarithms


def _grade(steps: Floats, steps_per_base: float, base: float = 10.0) -> Floats:
    """Return the number in the middle of its step on a logarithmic scale, to two digits."""
    # The tiny shift keeps a number that is already in the middle between two steps on one side on every machine.
    middle: Floats = base ** (np.round(steps + 1e-9) / steps_per_base)
    unit = 10.0 ** (np.floor(np.log10(middle)) - 1.0)
    graded: Floats = np.round(middle / unit) * unit
    return graded


def _classes(words: pd.Series) -> Classes:
    codes, distinct = pd.factorize(words)
    return codes, [str(word) for word in distinct]


def _labels(numbers: Floats, pattern: str) -> Classes:
    """Return the class of each number, -1 where it is missing."""
    codes, distinct = pd.factorize(numbers)
    return codes, [pattern.format(value) for value in distinct]


def _both(first: Classes, second: Classes) -> Classes:
    """Return the class of each row that has both classes."""
    (codes, words), (other_codes, other_words) = first, second
    pairs = np.where((codes >= 0) & (other_codes >= 0), codes * len(other_words) + other_codes, -1)
    distinct, both = np.unique(pairs, return_inverse=True)
    known = distinct[distinct >= 0]
    names = [f"{words[pair // len(other_words)]} {other_words[pair % len(other_words)]}" for pair in known.tolist()]
    return both - (len(distinct) - len(known)), names


def _text(words: pd.Series) -> pd.Categorical:
    """Return the text of each word, categories in the order of the alphabet; converted once per distinct word."""
    codes, distinct = _classes(words)
    texts = sorted(set(distinct))
    places = np.array([*(texts.index(word) for word in distinct), -1], dtype=np.int64)
    return pd.Categorical.from_codes(places[codes], categories=pd.Index(texts, dtype=object))


def plain_words(attributes: pd.DataFrame) -> pd.DataFrame:
    """Return the same attributes with words as text or None in the place of categories."""
    plain = attributes.copy(deep=False)
    for name in attributes.columns:
        column = attributes[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            texts = np.array([*column.cat.categories, None], dtype=object)
            plain[name] = texts[column.cat.codes.to_numpy()]
    return plain


def _geometric(numbers: Floats, step: float) -> Floats:
    """Return numbers rounded to powers of a step."""
    powers: Floats = step ** np.round(np.log(numbers) / np.log(step) + 1e-9)
    return powers
