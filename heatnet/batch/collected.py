"""The files that tell of all networks together: ``summary.csv`` and ``scores.parquet``.

``scores.parquet`` is one order of the assets of all networks. Each network's ranking is in order already, so the
assets are gathered in ranges of worth per cost, the highest first: a range is read from all rankings, sorted and
written before the next is looked at, and no more than a range and one ranking is held at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet.batch.parquet import arrow_table, read_parquet
from heatnet.batch.tasks import RANKING
from heatnet.inventory.staging import whole_folder
from heatnet.inventory.writing import write_csv
from heatnet.value.order import significant

SUMMARY, SCORES = "summary.csv", "scores.parquet"
ROWS_AT_ONCE = 200_000

SUMMARY_COLUMNS = (
    "network",
    "status",
    "reason",
    "season",
    "segments",
    "stations",
    "buildings",
    "households",
    "length_km",
    "pipe_length_km",
    "visits",
    "faults",
    "errors",
    "warnings",
    "notes",
    "faults_mean",
    "cold_household_hours",
    "outage_hours",
    "chronic_hours",
    "grade_a_assets",
    "best_asset",
    "best_asset_ratio",
    "best_asset_reason",
)
_RATIO = "ratio"
_TEXT, _NUMBER, _WHOLE = "string", "float64", "int64"
_TYPES = {
    "rank": _WHOLE,
    "network": _TEXT,
    "asset_id": _TEXT,
    "network_rank": _WHOLE,
    "network_rank_low": _WHOLE,
    "network_rank_high": _WHOLE,
    "grade": _TEXT,
    "asset_kind": _TEXT,
    "street": _TEXT,
    "length_m": _NUMBER,
    "diameter_mm": _NUMBER,
    "laid_year": _NUMBER,
    "worth": _NUMBER,
    "cost": _NUMBER,
    _RATIO: _NUMBER,
    "risk": _NUMBER,
    "cold_household_hours": _NUMBER,
    "outage_hours": _NUMBER,
    "chronic_hours": _NUMBER,
    "faults_mean": _NUMBER,
    "fault_prob": _NUMBER,
    "impaired_prob": _NUMBER,
    "buildings_lost": _WHOLE,
    "households_lost": _NUMBER,
    "reason": _TEXT,
}
_RENAMED = {"rank": "network_rank", "rank_low": "network_rank_low", "rank_high": "network_rank_high"}
_READ = sorted({*_RENAMED, *_TYPES} - {"network", *_RENAMED.values()})
# The leading bits of a double that is not negative are in the order of the numbers: 256 steps to each doubling.
_BITS = 44
_STEPS = 1 << (63 - _BITS)


def write_collected(output: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write ``summary.csv`` and ``scores.parquet`` into the folder of results, both or none.

    Parameters
    ----------
    output : Path
        Folder of results.
    rows : sequence of mapping
        The row of each network, sorted by name.
    """
    with whole_folder(output) as stage:
        write_csv(pd.DataFrame(list(rows), columns=list(SUMMARY_COLUMNS)), stage / SUMMARY)
        scored = [str(row["network"]) for row in rows if row["status"] == "scored"]
        _write_scores({name: output / name / RANKING for name in scored}, stage / SCORES, ROWS_AT_ONCE)


def _write_scores(rankings: Mapping[str, Path], file: Path, most: int) -> None:
    """Write all assets in one order: most worth per cost first, equal ones by network and by their rank in it."""
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in _TYPES.items()])
    written = 0
    with pq.ParquetWriter(file, schema) as writer:
        for part in _in_order(rankings, most):
            table = part.assign(rank=np.arange(written + 1, written + len(part) + 1))[list(_TYPES)]
            writer.write_table(arrow_table(table).cast(schema))
            written += len(part)


def _in_order(rankings: Mapping[str, Path], most: int) -> Iterator[pd.DataFrame]:
    """Give the assets of all networks in order, some at a time."""
    for lowest, below in _ranges(_assets_by_ratio(rankings), most):
        filters = [(_RATIO, ">=", lowest), (_RATIO, "<", below)]
        parts = [_rows(name, file, filters) for name, file in rankings.items()]
        together = pd.concat([part for part in parts if len(part)], ignore_index=True)
        ratio = significant(together[_RATIO].to_numpy(dtype=np.float64))
        yield together.iloc[np.argsort(-ratio, kind="stable")]
    for name, file in rankings.items():  # what is worth nothing is equal and in order already
        rest = _rows(name, file, [(_RATIO, "==", 0.0)])
        if len(rest):
            yield rest


def _rows(name: str, file: Path, filters: Any) -> pd.DataFrame:
    return read_parquet(file, _READ, filters).rename(columns=_RENAMED).assign(network=name)


def _assets_by_ratio(rankings: Mapping[str, Path]) -> npt.NDArray[np.int64]:
    """Count the assets that are worth something on a fine logarithmic scale, highest step last."""
    counts = np.zeros(_STEPS, dtype=np.int64)
    for file in rankings.values():
        ratio = read_parquet(file, [_RATIO])[_RATIO].to_numpy(dtype=np.float64)
        steps, found = np.unique(ratio[ratio > 0.0].view(np.int64) >> _BITS, return_counts=True)
        counts[steps] += found
    return counts


def _ranges(counts: npt.NDArray[np.int64], most: int) -> Iterator[tuple[float, float]]:
    """Give ranges of ratios, the highest first, each with some assets and, where a step allows it, at most `most`."""
    steps = np.flatnonzero(counts)[::-1]
    start = 0
    while start < len(steps):
        stop = start + max(int(np.searchsorted(np.cumsum(counts[steps[start:]]), most, side="right")), 1)
        lowest = 0.0 if stop >= len(steps) else _bound(int(steps[stop]) + 1)
        yield max(lowest, float(np.finfo(np.float64).smallest_subnormal)), _bound(int(steps[start]) + 1)
        start = stop


def _bound(step: int) -> float:
    return float(np.array(step << _BITS, dtype=np.int64).view(np.float64))
