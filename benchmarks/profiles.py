"""Where a whole command spends its time and its memory: the ten largest costs, and what each is for.

    python -m benchmarks.profiles plan INVENTORY        also: rank, check, score
    python -m benchmarks.profiles plan INVENTORY --capacity off

Every few milliseconds of processor time the module of heatnet that is at work is noted, with what it called in other
libraries; beside it stands the first sentence of that module, which says what it is for. Memory is the peak between two
steps of the work, as far as Linux tells it.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

EVERY_S = 0.002
LARGEST = 10
SEASON, KM, STATIONS = "2026", "44.52", "4"


class Samples:
    """Which module of heatnet was at work, each time the processor had worked so long."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def note(self, _: int, frame: FrameType | None) -> None:
        """Count the module of heatnet that is at work."""
        while frame is not None:
            name = str(frame.f_globals.get("__name__", ""))
            if name.startswith("heatnet"):
                self.counts["(imports)" if frame.f_code.co_name == "<module>" else name] += 1
                return
            frame = frame.f_back
        self.counts["(imports)"] += 1

    def start(self) -> None:
        """Begin to count."""
        signal.signal(signal.SIGPROF, self.note)
        signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)

    def stop(self) -> None:
        """Count no more."""
        signal.setitimer(signal.ITIMER_PROF, 0.0)

    def rows(self) -> list[tuple[float, str, str]]:
        """Return share, module and its first sentence, the largest first."""
        total = max(sum(self.counts.values()), 1)
        return [(count / total, name, _purpose(name)) for name, count in self.counts.most_common(LARGEST)]


class Peaks(logging.Handler):
    """The largest memory between two messages of the work."""

    def __init__(self) -> None:
        super().__init__()
        self.step, self.rows = "start", []

    def emit(self, record: logging.LogRecord) -> None:
        """End a step where the next one is told."""
        self.close_step(record.getMessage())

    def close_step(self, next_step: str) -> None:
        """Keep the peak of the step that ends."""
        self.rows.append((_peak_mb(), self.step))
        self.step = next_step


def _peak_mb() -> float:
    """Return the peak since the last call, in MB; 0 where the system does not tell."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        peak = next(line for line in lines if line.startswith("VmHWM"))
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
        return float(peak.split()[1]) * 1024 / 1e6
    return 0.0


def _purpose(module: str) -> str:
    text = getattr(sys.modules.get(module), "__doc__", None) or "modules of heatnet and of other libraries are loaded."
    return " ".join(text.partition("\n\n")[0].split())


def words_of(command: str, inventory: str, folder: str, capacity: bool) -> list[str]:
    """Return the words of the command line."""
    settings = Path(folder) / "settings.toml"
    settings.write_text(f"capacity = {str(capacity).lower()}\n", encoding="utf-8")
    given = ["--settings", str(settings)]
    return {
        "plan": ["plan", inventory, "--season", SEASON, "--max-km", KM, "--max-stations", STATIONS, *given],
        "rank": ["rank", inventory, "--season", SEASON, *given],
        "check": ["check", inventory],
        "score": ["score", inventory, "--season", SEASON],
    }[command] + ([] if command == "check" else ["-o", str(Path(folder) / ("out.csv" if command == "rank" else "out"))])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("command", choices=["plan", "rank", "check", "score"])
    parser.add_argument("inventory", help="folder of tables; of score, a folder of such folders")
    parser.add_argument("--capacity", choices=["on", "off"], default="on", help="whether flows of outages are computed")
    asked = parser.parse_args()
    samples, peaks = Samples(), Peaks()
    log = logging.getLogger("heatnet")
    log.setLevel(logging.INFO)
    log.addHandler(peaks)
    start, used = time.perf_counter(), time.process_time()
    samples.start()
    with tempfile.TemporaryDirectory() as folder, suppress(SystemExit):
        run(words_of(asked.command, asked.inventory, folder, asked.capacity == "on"))
    samples.stop()
    peaks.close_step("")
    wall, cpu = time.perf_counter() - start, time.process_time() - used
    print(f"\n{asked.command}: {wall:.1f} s, of the processor {cpu:.1f} s\n")
    for share, name, purpose in samples.rows():
        print(f"{share:6.1%} {share * cpu:6.2f} s  {name}: {purpose}")
    print("\npeak, MB, while")
    for peak, step in sorted(peaks.rows, reverse=True)[:LARGEST]:
        print(f"{peak:8,.0f}  {step}")


def run(words: list[str]) -> Any:
    """Run a command of heatnet, imported within the time that is measured."""
    from heatnet.cli import main as heatnet_command

    return heatnet_command(words)


if __name__ == "__main__":
    main()
