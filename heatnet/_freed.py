"""Memory that a step has freed, given back to the system before the next one asks for its own."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress


def give_back() -> None:
    """Give memory that is free within this process back to the system, where the C library can (glibc's).

    Arrays of a large network, once freed, otherwise stay with the process between those that are still in use: its
    peak is then that of all steps together. Results do not hang on it.

    Examples
    --------
    >>> give_back()
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
