"""Where a public function fails over an argument of a wrong type, that is said in one plain sentence.

What a function itself says with `HeatnetError` goes first; only where it would end in an error of Python's own are its
arguments compared with its annotations.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np

from heatnet.errors import HeatnetError, WrongTypeError

F = TypeVar("F", bound=Callable[..., Any])

# What an annotation without its brackets lets in, and how it is called; a name not here is a class of that name.
_ALLOWED: dict[str, tuple[Any, str]] = {
    "None": (type(None), "None"),
    "int": (Real, "a whole number"),
    "float": (Real, "a number"),
    "str": (str, "a text"),
    "Literal": (str, "a text"),
    "Isolation": (str, "a text"),
    "CallsMode": (str, "a text"),
    "bool": ((bool, np.bool_), "true or false"),
    "PathLike": ((str, os.PathLike), "a path"),
    "Source": ((str, os.PathLike), "a path, the address of a database or an engine"),
    "Iterable": (Iterable, "several values"),
    "Sequence": (Iterable, "several values"),
    "Mapping": (Mapping, "a mapping"),
}
_CLASSES = frozenset(
    {"Assessment", "Backtest", "DataFrame", "FailureModel", "Generator", "History", "Inventory", "Location", "Network"}
    | {"Plan", "Prices", "Series", "Settings", "Values"}
)
_MOST = 2**63
_FAILURES = (ArithmeticError, AttributeError, LookupError, MemoryError, OSError, TypeError, ValueError)
_BRACKETS = re.compile(r"\[[^\[\]]*\]")
_SEVERAL = re.compile(rf"(?:Sequence|list|tuple)\[(?:\w+\.)?({'|'.join(sorted(_CLASSES))})(?:, \.\.\.)?\]")


def typed(function: F) -> F:
    """Return a function that raises `WrongTypeError` where it fails over what its annotations do not allow.

    Examples
    --------
    >>> @typed
    ... def longest(lengths_m: "Iterable[float]", *, top: int = 1) -> list[float]:
    ...     return sorted(lengths_m)[-top:]
    >>> longest([3.0, 1.0, 2.0])
    [3.0]
    >>> longest([3.0], top="all")
    Traceback (most recent call last):
    heatnet.errors.WrongTypeError: longest: top is 'all'; it takes a whole number
    """
    signature, called = inspect.signature(function), function.__qualname__.removesuffix(".__init__")

    @functools.wraps(function)
    def door(*args: Any, **given: Any) -> Any:
        try:
            return function(*args, **given)
        except HeatnetError:
            raise
        except _FAILURES as error:
            _refuse_wrong(called, signature, args, given, error)
            raise

    return door  # type: ignore[return-value]


def _refuse_wrong(
    called: str, signature: inspect.Signature, args: tuple[Any, ...], given: dict[str, Any], error: Exception
) -> None:
    """Raise `WrongTypeError` for the first argument that is not as its annotation says, if there is one."""
    try:
        arguments = signature.bind(*args, **given).arguments
    except TypeError:
        return  # the call itself is wrong, which Python says well
    for name, value in arguments.items():
        parameter = signature.parameters[name]
        rule = () if parameter.kind is parameter.VAR_KEYWORD else _rule_of(parameter.annotation)
        if rule and not any(_allows(part, value) for part in rule):
            what = " or ".join(_ALLOWED[part][1] if part in _ALLOWED else part for part in rule)
            raise WrongTypeError(f"{called}: {name} is {_shown(value)}; it takes {what}") from error
        if name == "rng" and isinstance(value, Integral) and value < 0:
            raise HeatnetError(f"{called}: rng is {_shown(value)}; a seed is 0 or more") from error
        if "PathLike" in rule and isinstance(value, str | os.PathLike):
            _refuse_place(called, name, value)


def _rule_of(annotation: Any) -> tuple[str, ...]:
    """Return the names of what an annotation allows; empty where any of them is not known here."""
    text = str(annotation).strip("'\"") if isinstance(annotation, str) else getattr(annotation, "__name__", "")
    text = _SEVERAL.sub(r"several \1", text)
    while _BRACKETS.search(text):
        text = _BRACKETS.sub("", text)
    parts = tuple(part.strip().rpartition(".")[2] for part in text.split("|"))
    return parts if all(part.removeprefix("several ") in {*_ALLOWED, *_CLASSES} for part in parts) else ()


def _allows(part: str, value: Any) -> bool:
    if part.startswith("several "):
        is_list = isinstance(value, list | tuple)
        return is_list and all(_allows(part.removeprefix("several "), one) for one in value)
    if part in ("int", "float"):
        return isinstance(value, Real) and _is_usual(value, is_whole=part == "int")
    if part in _ALLOWED:
        return isinstance(value, _ALLOWED[part][0])
    return any(kind.__name__ == part for kind in type(value).__mro__)


def _is_usual(value: Real, *, is_whole: bool) -> bool:
    """Return whether a number is one that the machine can count with, and a whole one where that is asked for."""
    if isinstance(value, Integral):
        return -_MOST < int(value) < _MOST and not (is_whole and isinstance(value, bool))
    return not is_whole or (abs(float(value)) < _MOST and float(value).is_integer())


def _refuse_place(called: str, name: str, value: Any) -> None:
    """Refuse a path that the system cannot look up; one where nothing lies is for the function to judge."""
    try:
        os.lstat(value)
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise HeatnetError(f"{called}: {name} is {_shown(value)}: {reason}") from error


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 and "\n" not in text else f"a {type(value).__name__}"
