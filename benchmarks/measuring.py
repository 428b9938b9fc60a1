"""Run a piece of work in a fresh process, as often as wanted: seconds, processor seconds, peak memory.

A job is a function of one of these modules, named ``module:function``. It gets everything ready, untimed, and returns
the call that is timed. Both sides of a comparison take turns, so that other work on the machine falls on both.

This module imports nothing large: on Linux the peak memory of a process begins at that of the process which started it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[1]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_MAXRSS_PER_MB = 1e6 if sys.platform == "darwin" else 1e6 / 1024  # macOS counts bytes, Linux units of 1024


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took; ``answer`` is what the timed call returned, where that is a mapping."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    answer: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A function ``module:function`` of the benchmarks and its arguments; or words of a command line."""

    function: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()

    def run(self, folder: Path) -> Run:
        """Run once in a fresh process; ``FOLDER`` in the arguments stands for the folder of inputs."""
        if self.words:
            return _run_command([word.replace("FOLDER", str(folder)) for word in self.words])
        arguments = json.dumps({"folder": str(folder), **self.arguments})
        words = [sys.executable, "-m", "benchmarks.measuring", self.function, arguments]
        printed = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, cwd=HOME, env=_environment())
        return Run(**json.loads(printed.stdout.splitlines()[-1]))


def python(*words: str) -> Job:
    """Return the command ``python ...``."""
    return Job(words=(sys.executable, *words))


def job(function: str, **arguments: Any) -> Job:
    return Job(function, arguments)


def timed(call: Callable[[], Any]) -> tuple[Run, Any]:
    """Return what a call took, and its answer. The peak is that of the process meanwhile, where Linux allows it."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # the peak so far is forgotten
    used, start = _processor_s(), time.perf_counter()
    answer = call()
    wall, cpu = time.perf_counter() - start, _processor_s() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MAXRSS_PER_MB
    return Run(wall, cpu, peak, answer if isinstance(answer, dict) else None), answer


def take_turns(ours: Job, peer: Job | None, times: int, folder: Path) -> tuple[list[Run], list[Run]]:
    """Run both jobs in turn, so many times each; or only the first."""
    runs: list[Run] = []
    peers: list[Run] = []
    for _ in range(times):
        runs.append(ours.run(folder))
        if peer is not None:
            peers.append(peer.run(folder))
    return runs, peers


def _run_command(words: list[str]) -> Run:
    start = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, cwd=HOME, env=_environment()) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words)
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / _MAXRSS_PER_MB)


def _environment() -> dict[str, str]:
    """Return the environment of a run; modules are compiled once and kept, as where a package is installed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **ONE_THREAD}


def _processor_s() -> float:
    """Processor time of this process and of those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Prepare and time the job named on the command line, and print what it took."""
    name, arguments = sys.argv[1:]
    module, _, function = name.partition(":")
    prepared = getattr(importlib.import_module(f"benchmarks.{module}"), function)(**json.loads(arguments))
    run, _ = timed(prepared)
    print(json.dumps(asdict(run)))


if __name__ == "__main__":
    main()
