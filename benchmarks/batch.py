"""Jobs: many networks with one worker, with two, and after they were finished."""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from heatnet.batch import score
from heatnet.inventory.writing import write_inventory
from heatnet.synthetic import make_city

KM = 110.0  # about 1,500 segments


def written_towns(folder: str, networks: int) -> Callable[[], None]:
    """Job: draw so many towns and write them into a folder."""

    def write() -> None:
        for seed in range(networks):
            town = make_city(length_km=KM, stations=round(KM / 22), rng=seed)
            write_inventory(town.tables, Path(folder) / "towns" / f"town{seed:04d}")

    return write


def scored(folder: str, workers: int, output: str | None = None) -> Callable[[], dict[str, Any]]:
    """Job: score all towns into a folder, by default a new one."""
    towns = sorted((Path(folder) / "towns").iterdir())
    results = output or tempfile.mkdtemp(prefix="scores", dir=folder)

    def score_all() -> dict[str, Any]:
        count = sum(one.status == "scored" for one in score(towns, output=results, workers=workers))
        of_worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        return {"scored": count, "worker_peak_mb": of_worker * 1024 / 1e6 if workers > 1 else 0.0}

    return score_all


def scored_again(folder: str) -> Callable[[], dict[str, Any]]:
    """Job: score what an earlier run has finished."""
    output = tempfile.mkdtemp(prefix="scores", dir=folder)
    scored(folder, 2, output)()
    return scored(folder, 2, output)
