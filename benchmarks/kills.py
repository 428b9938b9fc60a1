"""Runs that are killed, that find the disk full or the folder read-only, and two at once: every file is to be whole.

``python -m benchmarks.kills [kills] [seed]``. A run is killed (``kill -9``) at a random moment: half of them at a
random time, half at a random one of their own steps at the disk, which hits the moments between the renames. Afterwards
every file must be of one of the runs, a folder that holds files of both must be told by its record, and the next run
must leave what an undisturbed one leaves, with nothing hidden behind.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

import heatnet as hn
from benchmarks.measuring import HOME, ONE_THREAD
from heatnet.report.outputs import mixed_files

PROGRAM = "from heatnet.cli import main; main()"
# Counts the steps that touch the output folder, and ends the process at one of them.
_AT_STEP = """
import os, signal, sys
left, place = int(os.environ["KILL_AT"]), os.environ["KILL_IN"]
def watch(event, args):
    global left
    if event in ("open", "os.rename", "os.link", "os.mkdir", "os.remove", "shutil.rmtree") and any(
        isinstance(part, (str, os.PathLike)) and os.fspath(part).startswith(place) for part in args
    ):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
"""
Contents = dict[str, bytes]


def contents(folder: Path) -> Contents:
    """Return the files of a folder and those below, hidden ones too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(words: list[str], *, before: str = "", **environment: str) -> subprocess.Popen[bytes]:
    """Start a command of heatnet."""
    return subprocess.Popen(
        [sys.executable, "-c", before + PROGRAM, *words],
        env={**os.environ, **ONE_THREAD, **environment, "PYTHONPATH": str(HOME)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(words: list[str], **environment: str) -> tuple[int, str]:
    """Run a command to its end; return its exit code and what it said."""
    process = run(words, **environment)
    told = process.communicate(timeout=600)[1].decode()
    return process.returncode, told


def killed(words: list[str], output: Path, rng: np.random.Generator, longest_s: float) -> bool:
    """Run a command and kill it at a random moment; return whether it was killed in time."""
    if rng.random() < 0.5:
        at = {"KILL_AT": str(int(rng.integers(1, 60))), "KILL_IN": str(output)}
        process = run(words, before=_AT_STEP, **at)
    else:
        process = run(words)
        time.sleep(float(rng.uniform(0.3, longest_s)))
        process.kill()
    process.communicate(timeout=600)
    return process.returncode == -9


def kill_plans(folder: Path, count: int, rng: np.random.Generator) -> Counter[str]:
    """Kill runs that write a new plan over an old one."""
    city, output = folder / "city", folder / "plan"
    old, new = (["plan", str(city), "--season", "2026", "--max-km", km, "-o"] for km in ("0.2", "0.4"))
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
            code, said = finish([*words, str(disk / "p"), "--max-km", "0.4"])
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
    both = [["plan", str(folder / "city"), "--season", "2026", "--max-km", km, "-o"] for km in ("0.2", "0.4")]
    wholes = [contents(folder / f"whole{place}") for place in range(2)]
    for _ in range(count):
        runs = [run([*words, str(output)]) for words in both]
        codes = [process.wait(timeout=600) for process in runs if process.communicate(timeout=600) is not None]
        seen["failed"] += any(codes)
        seen["not the files of one"] += contents(output) not in wholes
    return seen


def _undisturbed(words: list[str], output: Path) -> Contents:
    code, told = finish([*words, str(output)])
    if code:
        raise RuntimeError(told)
    return contents(output)


def make_inventories(folder: Path) -> None:
    """Write three small cities."""
    for seed, name in enumerate(("city", "north", "south")):
        hn.write_inventory(hn.synthetic.make_city(length_km=3, stations=1, rng=seed).tables, folder / name)


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
