"""One reader per column type: cells to values, by their different texts; what is doubtful and what cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Objects, Truths
from heatnet.schema.columns import Column
from heatnet.schema.days import FIRST_DAY, LAST_DAY, days_of, iso_days
from heatnet.schema.diameters import NOMINAL, nominal_of, size_of
from heatnet.schema.folding import folded_cell, folded_word
from heatnet.schema.plain import are_plain_ids, distinct, plain_cells, taken, told_apart
from heatnet.schema.quantities import Number, numbers_of
from heatnet.schema.units import OUTER
from heatnet.schema.vocabulary import is_unknown, truth_words, unknown_among, yes_and_no
from heatnet.schema.years import FIRST_YEAR, LAST_YEAR, seasons_of, years_of

UNREADABLE = frozenset({"unreadable", "foreign_unit", "age_or_year", "no_year", "order_unknown"})
IMPOSSIBLE = frozenset({"impossible", "time_of_day", "too_large"})
_SAYS_SOMETHING = frozenset({"*", "none", "无", "na"})  # no insulation, the whole city: what a text column may say
_NEGATIONS = ("不", "未", "没", "非", "无", "not ", "не ", "no ")
_UNKNOWN_NUMBERS = frozenset(-float("9" * digits) for digits in range(1, 10)) | {-1.0}


@dataclass(frozen=True, slots=True)
class Meant:
    """What a heading says of its column: the table, the unit of its cells, and whether it says the opposite."""

    table: str
    column: Column
    unit: str = ""
    factor: float = 1.0
    is_opposite: bool = False


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a column, read.

    Attributes
    ----------
    values : array
        In the type of the column; missing where unknown or unreadable.
    how : array of object
        Per cell: empty, or why it is doubtful, impossible or unreadable.
    also : dict
        What the cells say of other columns: of a pipe size, the wall and whether it is a pair.
    """

    values: Any
    how: Objects | None = None
    also: dict[str, Any] = field(default_factory=dict)

    def where(self, *names: str) -> Truths:
        """Return where the cells are doubtful in one of these ways."""
        if self.how is None:
            return np.zeros(len(self.values), dtype=bool)
        return np.isin(self.how, names)


def _hows(uniques: list[str], codes: Ints) -> Objects | None:
    """Return the ways of the different cells for every cell, ``None`` where all are plain."""
    if not any(uniques):
        return None
    words = np.empty(len(uniques) + 1, dtype=object)
    words[:-1], words[-1] = uniques, ""
    found: Objects = words[codes]
    return found


def _read_id(values: pd.Series[Any], meant: Meant) -> Cells:
    if are_plain_ids(values, _are_ids if meant.column.type == "id" else _are_references):
        return Cells(values.reset_index(drop=True))
    codes, texts = distinct(values)
    how = [""] * len(texts)
    if _are_float_ids(texts):
        texts, how = [text[:-2] for text in texts], ["float_id"] * len(texts)
    if meant.column.type == "reference":
        missing = _that_name_nothing(texts)
        if missing:
            codes = np.where(np.isin(codes, sorted(missing)), -1, codes)
    return Cells(taken(codes, texts), _hows(how, codes))


def _are_float_ids(texts: list[str]) -> bool:
    """Return whether ids became numbers with a decimal point, and text again."""
    return bool(texts) and all(text.endswith(".0") and text[:-2].isdecimal() for text in texts)


def _are_ids(texts: list[str]) -> bool:
    return not _are_float_ids(texts[:1])


def _are_references(texts: list[str]) -> bool:
    """Return whether each text names something, and no number with a decimal point."""
    return _are_ids(texts) and all(text[-1].isalnum() for text in texts)


def _that_name_nothing(texts: list[str]) -> set[int]:
    """Return the places of references that name nothing."""
    together = "".join(texts)
    if together.isascii() and together.isalnum():
        return set()
    doubtful = [at for at, text in enumerate(texts) if not text[-1].isalnum() or not text.isascii()]
    return {at for at in doubtful if _names_nothing(texts[at])}


def _names_nothing(text: str) -> bool:
    """Return whether a reference says that it names nothing; letters and digits may be an id ("NA")."""
    return not (text.isascii() and any(map(str.isalnum, text))) and is_unknown(text)


def _read_text(values: pd.Series[Any], meant: Meant) -> Cells:  # noqa: ARG001 - the readers of all types are called alike
    codes, texts, is_standard = told_apart(values)
    missing = [at for at in unknown_among(texts) if folded_cell(texts[at]) not in _SAYS_SOMETHING]
    if is_standard and not missing:
        return Cells(values.reset_index(drop=True))
    if missing:
        codes = np.where(np.isin(codes, missing), -1, codes)
    return Cells(taken(codes, texts))


@cache
def _choice_words(column_words: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, str]:
    return {folded_word(other): word for word, others in column_words for other in (word, *others)}


def _read_choice(values: pd.Series[Any], meant: Meant) -> Cells:
    column = meant.column
    codes, texts, is_standard = told_apart(values)
    words = _choice_words(tuple(column.choices.items()))
    read = [_chosen(text, words) for text in texts]
    if is_standard and [word for word, _ in read] == texts and (column.default is None or (codes >= 0).all()):
        return Cells(values.reset_index(drop=True), _hows([way for _, way in read], codes))
    meant_by = [column.default if word is None else word for word in (*(word for word, _ in read), None)]
    place = {word: at for at, word in enumerate(dict.fromkeys(str(word) for word in meant_by if word is not None))}
    places = np.array([-1 if word is None else place[str(word)] for word in meant_by], dtype=np.int64)
    return Cells(taken(places[codes], list(place)), _hows([way for _, way in read], codes))


def _chosen(text: str, words: dict[str, str]) -> tuple[str | None, str]:
    """Return the standard word for a text and how it was found: as it is, or as the only one that stands in it."""
    word = folded_word(text)
    if word in words:
        return words[word], ""
    if is_unknown(text):
        return None, ""
    within = {standard for other, standard in words.items() if len(other) >= 2 and _stands_in(other, word)}
    if len(within) > 1:
        longest = max((other for other in words if len(other) >= 2 and _stands_in(other, word)), key=len)
        rest = word.replace(longest, "")
        within = {words[longest]} | {words[other] for other in words if len(other) >= 2 and _stands_in(other, rest)}
    return (within.pop(), "contained") if len(within) == 1 else (None, "unreadable")


def _stands_in(word: str, text: str) -> bool:
    """Return whether a word stands in a text and is not negated; words of Latin letters are not looked for."""
    at = text.find(word)
    return at >= 0 and not word.isascii() and not text[:at].endswith(_NEGATIONS)


def _read_truth(values: pd.Series[Any], meant: Meant) -> Cells:
    plain, default = plain_cells(values), meant.column.default
    if pd.api.types.is_bool_dtype(plain.dtype) and plain.dtype != object:
        truths = plain.astype("boolean")
        truths = ~truths if meant.is_opposite else truths
        return Cells(truths.array if default is None else truths.fillna(bool(default)).to_numpy(dtype=bool))
    codes, texts = distinct(plain)
    read = [_truth(text, meant) for text in texts]
    cells = np.array([truth for truth, _ in read] + [None], dtype=object)[codes]
    how = _hows([way for _, way in read], codes)
    if default is None:
        return Cells(pd.array(cells, dtype="boolean"), how)
    return Cells(np.array([default if truth is None else truth for truth in cells], dtype=bool), how)


def _truth(text: str, meant: Meant) -> tuple[bool | None, str]:
    word, own = folded_word(text), truth_words(meant.table, meant.column.name)
    if word in own:
        return own[word], ""
    plain = yes_and_no().get(word.removesuffix(".0"))
    if plain is not None:
        return plain != meant.is_opposite, ""
    if is_unknown(text):
        return None, ""
    found = sorted((len(other), other) for other in own if len(other) >= 2 and _stands_in(other, word))
    says = {own[other] for _, other in found if not any(other in longer and other != longer for _, longer in found)}
    return (says.pop(), "contained") if len(says) == 1 else (None, "unreadable")


def _read_number(values: pd.Series[Any], meant: Meant) -> Cells:
    plain, measure = plain_cells(values), meant.column.measure
    if pd.api.types.is_numeric_dtype(plain.dtype) and not pd.api.types.is_bool_dtype(plain.dtype):
        numbers = plain.to_numpy(dtype=np.float64, na_value=np.nan)
        if measure in ("year", "season"):
            return _whole_years(numbers, plain, meant)
        return _in_range(numbers if meant.factor == 1.0 else numbers * meant.factor, None, meant, {})
    codes, texts = distinct(plain)
    if pd.api.types.is_bool_dtype(plain.dtype):
        return Cells(np.full(len(codes), np.nan), _hows(["unreadable"] * len(texts), codes))
    unknown = set(unknown_among(texts))
    known = [at for at in range(len(texts)) if at not in unknown]
    read, also = _numbers([texts[at] for at in known], meant)
    found = np.full(len(texts) + 1, np.nan)
    found[known] = [number.value for number in read]
    how = [""] * len(texts)
    for at, number in zip(known, read, strict=True):
        how[at] = number.how
    places = np.full(len(texts) + 1, -1, dtype=np.int64)
    places[known] = np.arange(len(known))
    others = {name: np.append(of, of.dtype.type(0))[places[codes]] for name, of in also.items()}
    return _in_range(found[codes], _hows(how, codes), meant, others)


def _whole_years(numbers: Floats, plain: pd.Series[Any], meant: Meant) -> Cells:
    """Return years given as numbers; what is no full year is read as its text would be."""
    odd = ~np.isnan(numbers) & ~((numbers >= FIRST_YEAR) & (numbers < LAST_YEAR + 1))
    if meant.column.measure == "season":
        odd |= ~np.isnan(numbers) & (np.floor(numbers) != numbers)
    if odd.any():
        return _read_number(plain.astype(object), meant)
    return Cells(np.floor(numbers))


def _numbers(texts: list[str], meant: Meant) -> tuple[list[Number], dict[str, Any]]:
    """Return the number of each text, and what the texts say of other columns."""
    measure = meant.column.measure
    if measure == "year":
        return years_of(texts), {}
    if measure == "season":
        return seasons_of(texts), {}
    if measure == "diameter":
        return _diameters(texts, meant)
    return numbers_of(texts, measure, meant.factor), {}


def _diameters(texts: list[str], meant: Meant) -> tuple[list[Number], dict[str, Any]]:
    sizes = [size_of(folded_cell(text)) for text in texts]
    plain = [text for text, size in zip(texts, sizes, strict=True) if size is None]
    numbers = iter(numbers_of(plain, "diameter", meant.factor))
    read = [next(numbers) if size is None else Number(size.diameter_mm) for size in sizes]
    if meant.unit == OUTER:
        read = [one if size is not None else _nominal(one) for one, size in zip(read, sizes, strict=True)]
    walls = np.array([np.nan if size is None else size.wall_mm for size in sizes])
    pairs = np.array([size is not None and size.is_pair for size in sizes], dtype=bool)
    return read, {"wall_mm": walls, "is_pair": pairs}


def _nominal(outer: Number) -> Number:
    nominal = nominal_of(outer.value) if outer.value > 0 else None
    return Number(float("nan"), outer.how or "unreadable") if nominal is None else Number(nominal, outer.how)


def _in_range(numbers: Floats, how: Objects | None, meant: Meant, also: dict[str, Any]) -> Cells:
    """Return numbers with those outside of what can be meant as unknown, and the default where none is known."""
    column = meant.column
    with np.errstate(invalid="ignore"):
        outside = np.isinf(numbers)
        if column.above is not None:
            outside |= numbers <= column.above
        if column.least is not None:
            outside |= numbers < column.least
        if column.most is not None:
            outside |= np.abs(numbers) > column.most
        in_metres = _in_metres(numbers) if column.measure == "diameter" else None
    if outside.any():
        how = np.full(len(numbers), "", dtype=object) if how is None else how
        is_code, is_large = np.isin(numbers, list(_UNKNOWN_NUMBERS)), np.abs(numbers) > (column.most or np.inf)
        how = np.where(outside, np.select([is_code, is_large], ["impossible", "too_large"], "outside"), how)
        numbers = np.where(outside, np.nan, numbers)
    if in_metres is not None and in_metres.any():
        how = np.full(len(numbers), "", dtype=object) if how is None else how
        how, numbers = np.where(in_metres, "metres", how), np.where(in_metres, np.round(numbers * 1e3), numbers)
    if column.default is not None:
        numbers = np.where(np.isnan(numbers), float(column.default), numbers)
    return Cells(numbers, how, also)


def _in_metres(numbers: Floats) -> Truths:
    """Return which numbers are nominal diameters in metres: 0.15 mm is no pipe, 0.15 m is DN150."""
    small = (numbers > 0) & (numbers <= NOMINAL[-1] / 1e3)
    return small & np.isin(np.round(numbers * 1e3), NOMINAL) if small.any() else small


def _read_date(values: pd.Series[Any], meant: Meant) -> Cells:
    plain = plain_cells(values)
    if pd.api.types.is_datetime64_any_dtype(plain.dtype):
        given = plain.to_numpy().astype("datetime64[D]").astype("datetime64[s]")
        first, last = np.datetime64(FIRST_DAY, "s"), np.datetime64(LAST_DAY, "s")
        outside = ~np.isnat(given) & ((given < first) | (given > last))
        if not outside.any():
            return Cells(given)
        return Cells(
            np.where(outside, np.datetime64("NaT", "s"), given), np.where(outside, "impossible", "").astype(object)
        )
    codes, texts = distinct(plain)
    days = iso_days(texts)
    if days is not None:
        return Cells(np.append(days, np.datetime64("NaT", "s"))[codes])
    unknown = set(unknown_among(texts))
    known = [at for at in range(len(texts)) if at not in unknown]
    read = days_of([texts[at] for at in known], meant.unit)
    found = np.full(len(texts) + 1, np.datetime64("NaT", "s"), dtype="datetime64[s]")
    how = [""] * len(texts)
    for at, day in zip(known, read, strict=True):
        found[at], how[at] = np.datetime64(day.day, "s"), day.how
    return Cells(found[codes], _hows(how, codes))


READERS: dict[str, Callable[[pd.Series[Any], Meant], Cells]] = {
    "id": _read_id,
    "reference": _read_id,
    "text": _read_text,
    "choice": _read_choice,
    "number": _read_number,
    "truth": _read_truth,
    "date": _read_date,
}
