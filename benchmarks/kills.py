"""Runs that are killed, that find the disk full or the folder read-only, and two at once: every file is to be whole.

``python -m benchmarks.kills [kills] [seed]``. A run is killed (``kill -9``) at a random moment: half of them at a
random time, half at a random one of their own steps at the disk, which hits the moments between the renames. Afterwards
every file must be of one of the runs, a folder that holds files of both must be told by its record, and the next run
must leave what an undisturbed one leaves, with nothing hidden behind.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from heatnet.cli import main as heatnet_command
from heatnet.report.outputs import mixed_files

_STEPS = frozenset({"open", "os.rename", "os.link", "os.mkdir", "os.remove", "shutil.rmtree"})
_MOVES = frozenset({"os.rename", "os.link"})
HOME = Path(__file__).resolve().parents[1]
Contents = dict[str, bytes]


def contents(folder: Path) -> Contents:
    """Return the files of a folder and those below, hidden ones too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Started:
    """A run of heatnet in a process of its own, split off from this one so that nothing need be imported again."""

    process: int
    said: Path

    def ended(self) -> tuple[int, str]:
        """Wait for the end; return the exit code (-9: killed) and what was said on standard error."""
        code = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        text = self.said.read_text(encoding="utf-8", errors="replace")
        self.said.unlink()
        return code, text


def run(words: list[str], *, at_step: int = 0, within: Path | None = None) -> Started:
    """Start a command; with `at_step` it kills itself at that step at the disk within a folder."""
    number, name = tempfile.mkstemp(prefix="said-")
    process = os.fork()
    if process:
        os.close(number)
        return Started(process, Path(name))
    code = 70
    with contextlib.suppress(BaseException):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(number, 2)
        if within is not None:
            _kill_at(at_step, str(within))
        try:
            heatnet_command(words, standalone_mode=True)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        sys.stderr.flush()
    os._exit(code)


def _kill_at(step: int, place: str) -> None:
    """Count the steps that touch a folder (below 0: its renames and links only), and end this process at one."""
    left, steps = [abs(step)], _STEPS if step > 0 else _MOVES

    def watch(event: str, values: tuple[Any, ...]) -> None:
        if event in steps and any(isinstance(one, str | os.PathLike) and place in os.fspath(one) for one in values):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def finish(words: list[str]) -> tuple[int, str]:
    """Run a command to its end; return its exit code and what it said."""
    return run(words).ended()


def killed(words: list[str], output: Path, rng: np.random.Generator, longest_s: float) -> bool:
    """Run a command and kill it at a random moment; return whether it was killed in time."""
    if rng.random() < 0.5:
        step = int(rng.choice([rng.integers(1, 50), -rng.integers(1, 14)]))
        return run(words, at_step=step, within=output).ended()[0] == -signal.SIGKILL
    started = run(words)
    time.sleep(float(rng.uniform(0.01, longest_s)))
    with contextlib.suppress(ProcessLookupError):
        os.kill(started.process, signal.SIGKILL)
    return started.ended()[0] == -signal.SIGKILL


def kill_plans(folder: Path, count: int, rng: np.random.Generator) -> Counter[str]:
    """Kill runs that write a new plan over an old one."""
    city, output = folder / "city", folder / "plan"
    old, new = (["plan", str(city), "--season", "2026", "--max-km", km, "-o"] for km in ("0.1", "0.2"))
    begun = time.monotonic()
    wholes = [_undisturbed(words, folder / f"whole{place}") for place, words in enumerate((old, new))]
    longest_s = (time.monotonic() - begun) / 2 * 1.1
    seen: Counter[str] = Counter()
    for _ in range(count):
        shutil.rmtree(output, ignore_errors=True)
        shutil.copytree(folder / "whole0", output)
        seen["killed" if killed([*new, str(output)], output, rng, longest_s) else "finished first"] += 1
        now = {name: raw for name, raw in contents(output).items() if not name.startswith(".")}
        torn = [name for name, raw in now.items() if raw not in [whole.get(name) for whole in wholes]]
        is_of_one = any(now == whole for whole in wholes)
        told = mixed_files(output)
        seen["torn"] += bool(torn)
        seen["mixed"] += not is_of_one
        seen["mixed but not told"] += not is_of_one and not told
        seen["told but not mixed"] += is_of_one and bool(told)
        code, said = finish([*new, str(output)])
        seen["next run differs"] += code != 0 or contents(output) != wholes[1]
        seen["next run silent about a mixed folder"] += bool(told) and "was mixed" not in said
    return seen


def kill_scores(folder: Path, count: int, rng: np.random.Generator) -> Counter[str]:
    """Kill runs over several networks, and let the next go on."""
    output = folder / "scores"
    words = ["score", *(str(folder / name) for name in ("north", "south", "city")), "--season", "2026", "-o"]
    begun = time.monotonic()
    whole = _undisturbed(words, folder / "whole scores")
    longest_s = (time.monotonic() - begun) * 1.1
    seen: Counter[str] = Counter()
    for _ in range(count):
        if rng.random() < 0.5:
            shutil.rmtree(output, ignore_errors=True)
        seen["killed" if killed([*words, str(output)], output, rng, longest_s) else "finished first"] += 1
        now = {name: raw for name, raw in contents(output).items() if "/." not in f"/{name}"} if output.exists() else {}
        seen["torn"] += any(raw != whole[name] for name, raw in now.items())
        if rng.random() < 0.5:
            seen["resumed score differs"] += finish([*words, str(output)])[0] != 0 or contents(output) != whole
    return seen


def fill_disks(folder: Path) -> Counter[str]:
    """Plan into disks too small for the plan, where the system lets us make such disks."""
    seen: Counter[str] = Counter()
    words = ["plan", str(folder / "city"), "--season", "2026", "-o"]
    for size in ("40k", "80k", "120k", "200k", "300k"):
        disk = folder / f"disk{size}"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", disk], check=False).returncode:
            return Counter({"no disks can be made here": 1})
        try:
            finish([*words, str(disk / "p"), "--max-km", "0.2"])
            before = contents(disk)
            code, said = finish([*words, str(disk / "p"), "--max-km", "0.1"])
            seen["refused" if code else "written"] += 1
            seen["not plain"] += code not in (0, 2) or "Traceback" in said
            seen["changed all the same"] += code == 2 and contents(disk) != before
            seen["not named"] += code == 2 and "No space left" not in said
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            before = contents(disk)
            code, said = finish([*words, str(disk / "p"), "--max-km", "0.3"])
            seen["read-only: not plain"] += code != 2 or "Traceback" in said or "Read-only" not in said
            seen["read-only: changed"] += contents(disk) != before
        finally:
            subprocess.run(["umount", disk], check=False)
    return seen


def two_at_once(folder: Path, count: int) -> Counter[str]:
    """Let two runs write different plans into one folder."""
    output, seen = folder / "both", Counter[str]()
    both = [["plan", str(folder / "city"), "--season", "2026", "--max-km", km, "-o"] for km in ("0.1", "0.2")]
    wholes = [contents(folder / f"whole{place}") for place in range(2)]
    for _ in range(count):
        runs = [run([*words, str(output)]) for words in both]
        codes = [one.ended()[0] for one in runs]
        seen["failed"] += any(codes)
        seen["not the files of one"] += contents(output) not in wholes
    return seen


def _undisturbed(words: list[str], output: Path) -> Contents:
    code, told = finish([*words, str(output)])
    if code:
        raise RuntimeError(told)
    return contents(output)


def make_inventories(folder: Path) -> None:
    """Lay three small inventories out."""
    for source, name in (("tree", "city"), ("loop", "north"), ("two_stations", "south")):
        shutil.copytree(HOME / "fixtures" / source, folder / name)


def main() -> None:
    """Print what became of every run."""
    count, seed = (*sys.argv[1:], *("50", "0")[len(sys.argv) - 1 :])
    rng = np.random.default_rng(int(seed))
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home).resolve()
        make_inventories(folder)
        print("plan, killed:", dict(kill_plans(folder, int(count), rng)), flush=True)
        print("score, killed:", dict(kill_scores(folder, int(count), rng)), flush=True)
        print("full and read-only disks:", dict(fill_disks(folder)), flush=True)
        print("two at once:", dict(two_at_once(folder, max(1, int(count) // 10))), flush=True)


if __name__ == "__main__":
    main()
