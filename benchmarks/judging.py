"""Run one call after another and say what became of each: used, refused in heatnet's own words, or a fault of heatnet.

Shared by `benchmarks.mutations` and `benchmarks.odd_arguments`. A fault is any error that is not heatnet's own, any
warning, and any call that takes more than `MOST_S` seconds of the processor, however busy the machine is.
"""

from __future__ import annotations

import signal
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from heatnet.errors import HeatnetError

MOST_S = 20
_SHOWN = 5


class Hang(BaseException):
    """A call did not come back in time."""


@dataclass(slots=True)
class Judged:
    """What became of many calls.

    Attributes
    ----------
    outcomes : Counter
        How many were ``used``, ``refused``, ``type`` (a TypeError, where that is allowed), or a ``fault``.
    faults : dict
        For each kind of fault, told by error and place, the names of the calls that met it.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[str]] = field(default_factory=dict)
    types: dict[str, list[str]] = field(default_factory=dict)

    def judge(self, name: str, call: Callable[[], Any], *, types_allowed: bool = False) -> str:
        """Make a call and keep what became of it."""
        outcome, what = _outcome(call)
        if outcome == "fault" and types_allowed and what.startswith("TypeError"):
            outcome = "type"
        self.outcomes[outcome] += 1
        if outcome in ("fault", "type"):
            (self.faults if outcome == "fault" else self.types).setdefault(what, []).append(name)
        return outcome

    def report(self) -> str:
        """Return the numbers, and each kind of fault with the first calls that met it."""
        total = sum(self.outcomes.values())
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.outcomes.items()))
        lines = [f"{total} calls: {told or 'none'}"]
        for kind, found in (("fault", self.faults), ("type", self.types)):
            for what, names in sorted(found.items(), key=lambda item: -len(item[1])):
                lines.append(f"{kind} {len(names)} x {what}: {', '.join(names[:_SHOWN])}")
        return "\n".join(lines)


def _outcome(call: Callable[[], Any]) -> tuple[str, str]:
    try:
        with warnings.catch_warnings(), _in_time():
            warnings.simplefilter("error")
            call()
    except HeatnetError:
        return "refused", ""
    except (Exception, Hang) as error:  # noqa: BLE001 - whatever else comes is what is looked for
        return "fault", f"{type(error).__name__} {' '.join(str(error).split())[:80]!r} at {_place(error)}"
    return "used", ""


def _place(error: BaseException) -> str:
    """Return the last line of heatnet that an error passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/heatnet/" in frame.filename]
    last = own[-1] if own else frames[-1]
    return f"{last.filename.rpartition('/heatnet/')[2]}:{last.lineno}"


@contextmanager
def _in_time() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise Hang(f"longer than {MOST_S} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, MOST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
