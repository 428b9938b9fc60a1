"""Numbers that an office may set, checked: ranges stand as data on the fields of the frozen classes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field, fields
from numbers import Real
from typing import Any

from heatnet.errors import HeatnetError


def number(default: Any, *, least: float = 0.0, most: float = math.inf, above: float | None = None) -> Any:
    """Return a dataclass field for a number (or, where the default is a pair, two) within a range.

    Parameters
    ----------
    default : float, int or tuple of float
        Its default; an int allows whole numbers only, a tuple asks for as many numbers as it has.
    least, most : float
        Smallest and largest value allowed.
    above : float, optional
        In place of `least`: what the value has to be above.
    """
    return field(default=default, metadata={"range": (least, most, above)})


def check_numbers(settings: Any) -> None:
    """Check every field made by `number` and turn it into float (int where the default is one); pairs into tuples.

    Raises
    ------
    HeatnetError
        A value is no number, not finite or out of range.
    """
    for setting in fields(settings):
        if "range" in setting.metadata:
            value = getattr(settings, setting.name)
            checked = _checked(setting.name, value, setting.default, setting.metadata["range"])
            object.__setattr__(settings, setting.name, checked)


def nested_texts(name: str, mapping: Any) -> dict[str, dict[str, str]]:
    """Return a copy of a mapping of tables to mappings of text to text.

    Raises
    ------
    HeatnetError
        It is none.
    """
    if not isinstance(mapping, Mapping) or not all(isinstance(inner, Mapping) for inner in mapping.values()):
        raise HeatnetError(f"{name} is {mapping!r}: give a mapping by table, as in {{'nodes': {{...: ...}}}}.")
    given = {str(table): {str(key): str(text) for key, text in inner.items()} for table, inner in mapping.items()}
    return {table: inner for table, inner in given.items() if inner}


def _checked(name: str, value: Any, default: Any, limits: tuple[float, float, float | None]) -> Any:
    if not isinstance(default, tuple):
        return _one(name, value, limits, is_whole=isinstance(default, int))
    try:
        values = tuple(value)
    except TypeError:
        values = ()
    if isinstance(value, str) or len(values) != len(default):
        raise HeatnetError(f"{name} is {value!r}: give two numbers, (c0, c1), for c0 + c1*diameter_mm.")
    return tuple(_one(name, part, limits, is_whole=False) for part in values)


_MOST = 2**63  # of whole numbers beyond, a float may not even hold the size


def _one(name: str, value: Any, limits: tuple[float, float, float | None], *, is_whole: bool) -> float | int:
    least, most, above = limits
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    given = float(value) if is_number and -_MOST < value < _MOST else math.nan
    is_inside = math.isfinite(given) and given <= most and (given >= least if above is None else given > above)
    if not is_inside or (is_whole and given != int(given)):
        kind = "a whole number" if is_whole else "a number"
        low = f"of {least:g} or more" if above is None else f"above {above:g}"
        high = f" and at most {most:g}" if math.isfinite(most) else ""
        raise HeatnetError(f"{name} is {value!r}: give {kind} {low}{high}.")
    return int(given) if is_whole else given
