"""The files that tell of all networks together: ``summary.csv`` and ``scores.parquet``.

``scores.parquet`` is one order of the assets of all networks, gathered in ranges of worth per cost, the highest first.
Rankings are read once, some at a time; their rows are laid down by range, and each range is sorted by itself. So no
more than that many rows or one range is held at a time, and the time grows as the assets do.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet.batch.parquet import read_arrow
from heatnet.batch.tasks import RANKING
from heatnet.inventory.staging import whole_folder
from heatnet.inventory.writing import write_csv
from heatnet.value.order import significant

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

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
    import pyarrow as pa
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    written = 0
    with pq.ParquetWriter(file, _schema(_TYPES)) as writer, tempfile.TemporaryDirectory(dir=file.parent) as home:
        for part in _in_order(rankings, most, Path(home)):
            places = pa.array(np.arange(written + 1, written + len(part) + 1))
            writer.write_table(part.append_column("rank", places).select(list(_TYPES)))
            written += len(part)


def _in_order(rankings: Mapping[str, Path], most: int, home: Path) -> Iterator[pa.Table]:
    """Give the assets of all networks in order, some at a time."""
    import pyarrow as pa

    lowest = np.array([low for low, _ in _ranges(_assets_by_ratio(rankings), most)])
    laid = [_laid_down(rows, lowest, home / f"{number}") for number, rows in enumerate(_some_at_a_time(rankings, most))]
    for place in range(len(lowest)):
        together = pa.concat_tables([_of_range(one, place) for one in laid])
        ratio = significant(together[_RATIO].to_numpy())
        yield together.take(np.argsort(-ratio, kind="stable"))
    # What is worth nothing is equal and in order already.
    yield from (rest for one in laid if len(rest := _of_range(one, len(lowest))))


def _some_at_a_time(rankings: Mapping[str, Path], most: int) -> Iterator[pa.Table]:
    """Give the rows of several rankings together, in the order of the networks."""
    import pyarrow as pa

    parts: list[pa.Table] = []
    for name, file in rankings.items():
        parts.append(_rows(name, file))
        if sum(len(part) for part in parts) >= most:
            yield pa.concat_tables(parts)
            parts = []
    if parts:
        yield pa.concat_tables(parts)


def _laid_down(rows: pa.Table, lowest: npt.NDArray[np.float64], file: Path) -> tuple[Path, npt.NDArray[np.int64]]:
    """Write rows range by range, in their order, last what is worth nothing; return where each range begins."""
    import pyarrow as pa

    place = np.searchsorted(-lowest, -rows[_RATIO].to_numpy())
    order = np.argsort(place, kind="stable")
    by_range = rows.take(order)
    row = np.searchsorted(place[order], np.arange(len(lowest) + 2))
    first = np.zeros(len(row), dtype=np.int64)
    with pa.OSFile(str(file), "wb") as stream, pa.ipc.new_file(stream, rows.schema) as writer:
        for number in range(len(lowest) + 1):
            batches = by_range.slice(row[number], row[number + 1] - row[number]).to_batches()
            for batch in batches:
                writer.write_batch(batch)
            first[number + 1] = first[number] + len(batches)
    return file, first


def _of_range(laid: tuple[Path, npt.NDArray[np.int64]], number: int) -> pa.Table:
    import pyarrow as pa

    file, first = laid
    with pa.OSFile(str(file), "rb") as stream, pa.ipc.open_file(stream) as reader:
        batches = [reader.get_batch(batch) for batch in range(int(first[number]), int(first[number + 1]))]
        return pa.Table.from_batches(batches, reader.schema)


def _rows(name: str, file: Path) -> pa.Table:
    import pyarrow as pa

    rows = read_arrow(file, _READ)
    known = rows.rename_columns([_RENAMED.get(column, column) for column in rows.column_names])
    whole = known.append_column("network", pa.repeat(pa.scalar(name, pa.string()), len(rows)))
    kinds = {column: kind for column, kind in _TYPES.items() if column != "rank"}
    return whole.select(list(kinds)).cast(_schema(kinds))  # a column is of whole numbers in one ranking, not in others


def _schema(kinds: Mapping[str, str]) -> pa.Schema:
    import pyarrow as pa

    return pa.schema([(column, pa.type_for_alias(kind)) for column, kind in kinds.items()])


def _assets_by_ratio(rankings: Mapping[str, Path]) -> npt.NDArray[np.int64]:
    """Count the assets that are worth something on a fine logarithmic scale, highest step last."""
    counts = np.zeros(_STEPS, dtype=np.int64)
    for file in rankings.values():
        ratio = read_arrow(file, [_RATIO])[_RATIO].to_numpy()
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
