"""Measure heatnet beside its peers and write `RESULTS.md`.

    python -m benchmarks.results                    every section; about an hour on a quiet machine
    python -m benchmarks.results --quick            smaller inputs, fewer runs
    python -m benchmarks.results --only growth      this section anew, the others as last measured
    python -m benchmarks.results --only             nothing anew, only the page

Each section leaves its figures in ``benchmarks/.figures``; the page is made from what lies there.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.comparisons import GROWTH_RUNS, QUICK_GROWTH_RUNS, QUICK_RUNS, Comparison, sections
from benchmarks.measuring import job, take_turns
from benchmarks.rendering import page

FIGURES = Path(__file__).parent / ".figures"
PAGE = Path(__file__).parent / "RESULTS.md"
PACKAGES = ("numpy", "scipy", "pandas", "networkx", "pyarrow", "rustworkx", "igraph", "statsmodels", "wntr")
GROWTH = "growth"


def main() -> None:
    names = [*sections(quick=False), GROWTH]
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="smaller inputs and fewer runs")
    parser.add_argument("--only", nargs="*", choices=names, metavar="SECTION", help=f"of {', '.join(names)}")
    asked = parser.parse_args()
    FIGURES.mkdir(exist_ok=True)
    for name in names if asked.only is None else asked.only:
        figures = growth(asked.quick) if name == GROWTH else compared(name, asked.quick)
        about = {"is_quick": asked.quick, "machine": machine(), "versions": versions()}
        (FIGURES / f"{name}.json").write_text(json.dumps({**about, **figures}, indent=1), encoding="utf-8")
    known = {name: file for name in names if (file := FIGURES / f"{name}.json").exists()}
    PAGE.write_text(page({name: json.loads(file.read_text("utf-8")) for name, file in known.items()}), encoding="utf-8")


def compared(name: str, quick: bool) -> dict[str, Any]:
    """Return the figures of one section, row by row."""
    section = sections(quick)[name]
    with tempfile.TemporaryDirectory(prefix="heatnet-bench-") as folder:
        if section.prepare is not None:
            tell(f"{name}: writing the inputs")
            section.prepare.run(Path(folder))
        rows = [row(one, quick, Path(folder)) for one in section.comparisons]
    return {"title": section.title, "note": section.note, "rows": rows}


def row(one: Comparison, quick: bool, folder: Path) -> dict[str, Any]:
    """Return what is compared, and the runs of both sides; none where the peer is not installed."""
    tell(f"  {one.what} against {one.against or 'nothing'}")
    about = {"what": one.what, "against": one.against, "targets": [asdict(bound) for bound in one.targets]}
    if any(find_spec(name) is None for name in one.needs):
        return {**about, "ours": [], "peers": []}
    times = min(one.runs, QUICK_RUNS) if quick else one.runs
    ours, peers = take_turns(one.ours, one.peer, times, folder)
    return {**about, "ours": [asdict(run) for run in ours], "peers": [asdict(run) for run in peers]}


def growth(quick: bool) -> dict[str, Any]:
    """Return the steps of every run at every size."""
    runs: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="heatnet-bench-") as folder:
        for segments, times in (QUICK_GROWTH_RUNS if quick else GROWTH_RUNS).items():
            for number in range(times):
                tell(f"growth: {segments:,} segments, run {number + 1} of {times}")
                made = job("growth:steps_of_a_city", segments=segments).run(Path(folder))
                runs.append({"size": segments, **(made.answer or {})})
    return {"runs": runs}


def machine() -> dict[str, Any]:
    """Return what the figures were made on, without any name that tells where."""
    model = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")
    if about.exists():
        lines = (line.partition(":") for line in about.read_text("utf-8").splitlines())
        model = next((value.strip() for key, _, value in lines if key.strip() == "model name"), model)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {"processor": model, "cores": os.cpu_count(), "memory_gb": round(memory), "system": platform.system()}


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that are installed."""
    found = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
