"""The solver, called so that nothing it prints past Python reaches standard output."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any, BinaryIO

from scipy.optimize import linprog, milp

STDOUT = 1
SAYS = (b"Highs", b"HiGHS", b"WARNING: Highs")


def solve_linear(*args: Any, **options: Any) -> Any:
    """Return what `scipy.optimize.linprog` returns."""
    with solver_unheard():
        return linprog(*args, **options)


def solve_integer(*args: Any, **options: Any) -> Any:
    """Return what `scipy.optimize.milp` returns."""
    with solver_unheard():
        return milp(*args, **options)


class _Listening:
    """What is written to standard output while any thread is in the solver, and where it belongs."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.threads = 0
        self.kept = -1
        self.heard: BinaryIO | None = None

    def begin(self) -> None:
        with self.lock:
            self.threads += 1
            if self.threads > 1:
                return
            try:
                self.kept = os.dup(STDOUT)
            except OSError:  # standard output is closed: nothing can be heard
                return
            _flush()
            self.heard = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`, in whatever thread that is
            os.dup2(self.heard.fileno(), STDOUT)

    def end(self) -> None:
        with self.lock:
            self.threads -= 1
            if self.threads or self.heard is None:
                return
            _flush()
            os.dup2(self.kept, STDOUT)
            os.close(self.kept)
            self.heard.seek(0)
            others = [line for line in self.heard.readlines() if not line.startswith(SAYS)]
            self.heard.close()
            self.heard = None
            if others:
                with contextlib.suppress(OSError):
                    os.write(STDOUT, b"".join(others))


_LISTENING = _Listening()


@contextlib.contextmanager
def solver_unheard() -> Iterator[None]:
    """Keep what the solver prints past Python out of standard output; what other threads print comes a moment later."""
    _LISTENING.begin()
    try:
        yield
    finally:
        _LISTENING.end()


def _flush() -> None:
    """Empty the buffers of Python's and of C's standard output, each of which would else be written too late."""
    for stream in (sys.stdout, sys.__stdout__):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()  # type: ignore[union-attr]
    with contextlib.suppress(AttributeError, OSError, TypeError):
        _c_library().fflush(None)


@cache
def _c_library() -> Any:
    return ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
