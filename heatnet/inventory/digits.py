"""Numbers as the bytes of their digits, many at a time: four bytes to a word, words side by side, NUL where is nothing.

A row of bytes with gaps becomes text when the gaps are dropped. A number is rounded to twelve digits and written as a
whole part of twelve digits at most and a fraction of fifteen, both cut into groups of four, whose digits are looked up.
All steps are exact on doubles: the rounded number is a whole one below 2**53, divided by a power of ten.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

from heatnet._arrays import Floats, Ints

Words = npt.NDArray[np.uint32]

_DIGITS = 12
_PLACES = 15  # behind the point; what needs more, being below 0.0001, is written with a power of ten
_MOST_PLACES = 22  # larger powers of ten are no exact doubles
_GROUP = 10_000
_TENS = np.array([float(10**places) for places in range(_MOST_PLACES + 1)])
COMMA, BREAK = b",", b"\n"


def words_of(texts: list[str]) -> Words:
    r"""Return each text as a row of words, behind a comma, in the bytes of UTF-8.

    Examples
    --------
    >>> words_of(["a", "bcde"]).tobytes()
    b',a\x00\x00\x00\x00\x00\x00,bcde\x00\x00\x00'
    """
    cells = [COMMA + text.encode("utf-8", errors="backslashreplace") for text in texts]
    width = -(-max(map(len, cells)) // 4)
    return np.array(cells, dtype=f"S{4 * width}").view(np.uint32).reshape(len(cells), width)


def lines_of_words(columns: list[Words]) -> list[bytes]:
    """Return rows of cells, each of which begins with a comma, as text; the first comma is left out.

    Examples
    --------
    >>> lines_of_words([words_of(["a", "b"]), words_of(["1", ""])])
    [b'a,1', b'b,']
    """
    together = np.concatenate(columns, axis=1)
    together[:, 0] ^= _word(COMMA) ^ _word(BREAK)
    return together.tobytes().translate(None, b"\0").split(BREAK)[1:]


def words_of_numbers(numbers: npt.ArrayLike, others: Callable[[Floats], list[str]]) -> Words:
    """Return each number behind a comma, rounded to twelve digits, in the shortest way to write them; NaN as nothing.

    Parameters
    ----------
    numbers : ndarray of float or int
        Numbers; int64 below 2**53.
    others : callable
        Words numbers below 1e-11 or with more digits before the point, infinite ones too.

    Examples
    --------
    >>> lines_of_words([words_of_numbers(np.array([-0.5, 1200.0, 1 / 3, np.nan]), lambda numbers: [])])
    [b'-0.5', b'1200', b'0.333333333333', b'']
    """
    numbers = np.asarray(numbers, dtype=np.float64)
    size = np.abs(numbers)
    with np.errstate(divide="ignore", invalid="ignore"):
        power = (_DIGITS - 1) - np.floor(np.log10(size))
    is_scaled = (power >= 0) & (power <= _MOST_PLACES)
    places = np.where(is_scaled, power, 0.0).astype(np.intp)
    scaled = np.rint(np.where(is_scaled, size, 0.0) * _TENS.take(places))
    is_small = places > _PLACES
    behind = np.where(is_small, _DIGITS - 1, places)  # digits behind the point, in front of a power of ten
    tens = _TENS.take(behind)
    whole = np.floor(scaled / tens)
    fraction = (scaled - whole * tens) * _TENS.take(_PLACES - behind)
    words = [np.where(numbers < 0, _word(b",-"), _word(COMMA)), *_whole_words(whole), *_fraction_words(fraction)]
    if is_small.any():
        words.append(np.where(is_small, _powers().take(places), np.uint32(0)))
    cells = np.stack(words, axis=1)
    most = np.where(is_small, _TENS[_DIGITS] - 1, _TENS[_DIGITS])  # one more would be another power of ten
    is_plain = (is_scaled & (scaled <= most) & (whole < _TENS[_DIGITS])) | (size == 0)
    rest = np.flatnonzero(~is_plain)
    return _with_others(cells, rest, numbers[rest], others) if len(rest) else cells


def _with_others(cells: Words, rest: Ints, numbers: Floats, others: Callable[[Floats], list[str]]) -> Words:
    """Return the cells with what could not be cut into groups in its place."""
    is_known = ~np.isnan(numbers)
    cells[rest], cells[rest, 0] = 0, _word(COMMA)
    if not is_known.any():
        return cells
    worded = words_of(others(numbers[is_known]))
    missing = max(worded.shape[1] - cells.shape[1], 0)
    cells = np.pad(cells, ((0, 0), (0, missing)))
    cells[rest[is_known], : worded.shape[1]] = worded
    return cells


def _whole_words(whole: Floats) -> list[Words]:
    """Return the digits before the point, without zeros in front; a lone zero stays."""
    groups = [whole]
    largest = whole.max(initial=0.0)
    while largest >= _GROUP:
        upper = np.floor(groups[0] / _GROUP)
        groups[:1] = [upper, groups[0] - upper * _GROUP]
        largest = np.floor(largest / _GROUP)
    tables, is_led = _tables(), np.zeros(len(whole), dtype=bool)
    words: list[Words] = []
    for group in groups[:-1]:
        digits = group.astype(np.intp)
        words.append(tables[0].take(digits + _GROUP * is_led))
        is_led |= digits > 0
    words.append(tables[1].take(groups[-1].astype(np.intp) + _GROUP * is_led))
    return words


def _fraction_words(fraction: Floats) -> list[Words]:
    """Return the point and the digits behind it, of a number of fifteen, without zeros at the end."""
    if not fraction.any():
        return []
    groups: list[Ints] = []
    rest = fraction
    for tens in (_TENS[11], _TENS[7], _TENS[3]):
        group = np.floor(rest / tens)
        rest = rest - group * tens
        groups.append(group.astype(np.intp))
    groups.append((rest * 10.0).astype(np.intp))
    words: list[Words] = []
    follows = np.zeros(len(fraction), dtype=bool)
    for digits in groups[::-1]:
        if words or digits.any():
            words.append(_tables()[2].take(digits + _GROUP * follows))
            follows |= digits > 0
    return [np.where(follows, _word(b"."), np.uint32(0)), *words[::-1]]


@cache
def _tables() -> tuple[Words, Words, Words]:
    """Return the digits of 0 to 9999: without zeros in front; the same, but a lone zero; without zeros at the end.

    Behind each stand all four digits of each number.
    """
    number = np.arange(_GROUP, dtype=np.uint32)
    digits = np.stack([number // 1000, number // 100 % 10, number // 10 % 10, number % 10], axis=1).astype(np.uint8)
    full = digits + np.uint8(ord("0"))
    led = np.where(np.maximum.accumulate(digits, axis=1) > 0, full, np.uint8(0))
    lone = led.copy()
    lone[0, -1] = ord("0")
    ended = np.where(np.maximum.accumulate(digits[:, ::-1], axis=1)[:, ::-1] > 0, full, np.uint8(0))
    tables = [np.concatenate([cut, full]).view(np.uint32).reshape(-1) for cut in (led, lone, ended)]
    return tables[0], tables[1], tables[2]


@cache
def _powers() -> Words:
    """Return the power of ten behind a number of twelve digits that is scaled by so many places: ``e-05``."""
    texts = [f"e-{max(places - _DIGITS + 1, 0):02d}" for places in range(_MOST_PLACES + 1)]
    return np.array(texts, dtype="S4").view(np.uint32)


def _word(text: bytes) -> np.uint32:
    word: np.uint32 = np.frombuffer(text.ljust(4, b"\0"), dtype=np.uint32)[0]
    return word
