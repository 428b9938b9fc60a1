"""Many networks with one worker and with two: time, peak memory, and whether the bytes are the same.

    python benchmarks/batch.py [--networks 200] [--km 110] [--rounds 1]

Each run is a process of its own, as from the command line. Other work on the machine shows in the ratio.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from heatnet.synthetic import make_city
from heatnet.writing import write_inventory

_RUN = """
import resource, sys
from heatnet.batch import score
if __name__ == "__main__":
    results = score(sys.argv[1:-2], output=sys.argv[-2], workers=int(sys.argv[-1]))
    count = sum(one.status == "scored" for one in results)
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(count, *peaks)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--networks", type=int, default=200)
    parser.add_argument("--km", type=float, default=110.0, help="route length of each; 110 km are about 1,500 segments")
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="heatnet-batch-") as folder:
        home = Path(folder)
        script = home / "run.py"
        script.write_text(_RUN, encoding="utf-8")
        towns = [home / "towns" / f"town{seed:04d}" for seed in range(options.networks)]
        segments = 0
        for seed, town in enumerate(towns):
            city = make_city(length_km=options.km, stations=max(round(options.km / 22), 1), rng=seed)
            write_inventory(city.tables, town)
            segments += city.network.n_segments
        print(f"{options.networks} networks of {segments / options.networks:.0f} segments on average")
        times: dict[int, list[float]] = {1: [], 2: []}
        for attempt in range(options.rounds):
            for workers, taken in times.items():
                taken.append(measured(script, towns, home / f"out{attempt}-{workers}", workers))
        again = measured(script, towns, home / "out0-2", 2)
        few = max(options.networks // 5, 2)
        measured(script, towns[:few], home / "few", 1)
        one, two = (statistics.median(taken) for taken in times.values())
        is_same = tree(home / "out0-1") == tree(home / "out0-2")
        print(f"1 worker over 2 workers: {one / two:.2f} times; a finished run again: {again / one:.2f} of the time")
        print(f"{one / options.networks:.2f} s per network with 1 worker; same bytes: {is_same}")


def measured(script: Path, towns: list[Path], output: Path, workers: int) -> float:
    """Run, print time and peak memory, and return the seconds."""
    start = time.perf_counter()
    words = [sys.executable, str(script), *map(str, towns), str(output), str(workers)]
    printed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    taken = time.perf_counter() - start
    count, own, of_workers = printed.split()
    print(
        f"{count:>4} networks scored, {workers} worker(s): {taken:7.1f} s, peak {float(own):.0f} MB"
        + (f" and {float(of_workers):.0f} MB in a worker" if workers > 1 else "")
    )
    return taken


def tree(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


if __name__ == "__main__":
    main()
