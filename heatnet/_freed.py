"""Memory that a step has freed, given back to the system before the next one asks for its own."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


def give_back() -> None:
    """Give memory that is free within this process back to the system, where the C library (glibc's) and Arrow can.

    Arrays of a large network, once freed, otherwise stay with the process between those that are still in use: its
    peak is then that of all steps together. Results do not hang on it.

    Examples
    --------
    >>> give_back()
    """
    arrow: Any = sys.modules.get("pyarrow")  # where it is at work; it is not loaded for this
    if arrow is not None:
        with suppress(AttributeError):
            arrow.default_memory_pool().release_unused()
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def from_the_system() -> Iterator[None]:
    """Let Arrow, where it is at work, ask the system for its memory as numpy does, so that both use what one has freed.

    By itself it takes whole large pages, which the system has to clear first: of a large inventory that takes longer
    than reading it. Results do not hang on it.

    Examples
    --------
    >>> with from_the_system():
    ...     pass
    """
    arrow: Any = sys.modules.get("pyarrow")
    if arrow is None:
        yield
        return
    before = arrow.default_memory_pool()
    arrow.set_memory_pool(arrow.system_memory_pool())
    try:
        yield
    finally:
        arrow.set_memory_pool(before)
