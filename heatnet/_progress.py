"""A bar for what takes long, where somebody asks for one: it moves with what the library logs."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any, Self, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Heard(logging.Handler):
    """What a logger says, heard as long as this is open; a bar of tqdm moves with each message."""

    def __init__(self, logger: str, bar: Any) -> None:
        super().__init__(level=logging.INFO)
        self._logger = logging.getLogger(logger)
        self._level = self._logger.level
        self._bar = bar

    def __enter__(self) -> Self:
        self._logger.setLevel(logging.INFO)
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)
        self._logger.setLevel(self._level)
        self._bar.close()

    def emit(self, record: logging.LogRecord) -> None:
        """Move by one step and say what is done now; a message may tell how many there are, as its ``total``."""
        self._bar.total = getattr(record, "total", self._bar.total)
        self._bar.set_description(record.getMessage())
        self._bar.update()


def shows_progress(logger: str, *, unit: str, total: int | None = None) -> Callable[[F], F]:
    """Return a decorator of functions with a keyword ``progress``: True shows a bar that moves with their logger.

    Examples
    --------
    >>> log = logging.getLogger("heatnet.example")
    >>> @shows_progress("heatnet.example", unit="pipe", total=1)
    ... def measured(length_m: float, *, progress: bool = False) -> float:
    ...     log.info("measuring")
    ...     return length_m
    >>> measured(3.0), measured.__name__
    (3.0, 'measured')
    """

    def around(function: F) -> F:
        @functools.wraps(function)
        def moved(*args: Any, progress: bool = False, **given: Any) -> Any:
            if not progress:
                return function(*args, **given)
            from tqdm.auto import tqdm

            with Heard(logger, tqdm(total=total, unit=unit)):
                return function(*args, **given)

        return moved  # type: ignore[return-value]

    return around
