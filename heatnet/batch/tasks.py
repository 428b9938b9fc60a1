"""The two tasks of a run, one network at a time: count its faults for the joint model, and score it with that model.

Both leave their results in the network's folder and, run again, find them there: a file appears whole or not at all,
and it is known by what it was made from.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet.assessment.composing import assess
from heatnet.assessment.results import Assessment
from heatnet.batch.datasets import read_partition
from heatnet.batch.inputs import Source
from heatnet.batch.parquet import noted_columns, write_parquet
from heatnet.doctor.checking import check_inventory
from heatnet.errors import HeatnetError
from heatnet.failure import FailureStatistics
from heatnet.failure.attributes import COHORT_COLUMNS
from heatnet.failure.regional import NetworkModel, statistics_of
from heatnet.history.exposure import History, history_of
from heatnet.inventory import Inventory, read_inventory
from heatnet.inventory.staging import clear_leftovers, hash_of, whole_folder
from heatnet.inventory.writing import write_json
from heatnet.schema.findings import all_findings
from heatnet.season import season_of
from heatnet.value import read_settings

STATISTICS, RANKING, FINDINGS, SCORE = "statistics.parquet", "ranking.parquet", "findings.parquet", "score.json"
_PACKAGES = ("heatnet", "numpy", "scipy", "pandas", "pyarrow")
_FIRST_COLUMNS = (
    "asset_id",
    "rank",
    "rank_low",
    "rank_high",
    "grade",
    "ratio",
    "worth",
    "cost",
    "cold_household_hours",
    "reason",
)
# What a damaged inventory may set off: it costs one network its results, not the others theirs.
_DAMAGE = (ArithmeticError, LookupError, MemoryError, OSError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Unusable:
    """A network that gives no result, and why."""

    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Count:
    """Order to count the faults of one network before a season; None: before the season after its latest record."""

    source: Source
    folder: Path
    season: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted.

    Attributes
    ----------
    inputs : str
        Fingerprint of the inventory.
    season : int or None
        The season before which faults were counted; None where nothing dated says one.
    next_season : int or None
        The season after the inventory's latest record; None without a dated record.
    assets : int
        Number of assets.
    """

    inputs: str
    season: int | None
    next_season: int | None
    assets: int


@dataclass(frozen=True, slots=True)
class Score:
    """Order to score one network."""

    source: Source
    folder: Path
    inputs: str
    season: int
    seed: int
    model: NetworkModel

    def key(self) -> str:
        """Return a hash of all that the result depends on."""
        parts = {
            "inputs": self.inputs,
            "season": self.season,
            "seed": self.seed,
            "model": self.model.fingerprint(),
            "versions": versions(),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions that results depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


def count(order: Count) -> Counted | Unusable:
    """Count the faults of a network for the joint model; keep them as ``statistics.parquet`` in its folder."""
    clear_leftovers(order.folder)
    try:
        inputs = order.source.fingerprint()
        kept = _kept_count(order, inputs)
        if kept is not None:
            return kept
        tables = read_source(order.source)
        next_season = _next_season(tables)
        season = next_season if order.season is None else order.season
        found = Counted(inputs, season, next_season, tables.network.n_assets)
        statistics = None if season is None else statistics_of(history_before(tables, season))
    except _DAMAGE as error:
        return Unusable("unreadable", reason_of(error, order.source))
    if statistics is not None:
        with whole_folder(order.folder) as stage:
            write_parquet(_as_table(statistics), stage / STATISTICS, {**asdict(found), "versions": versions()})
    return found


def _kept_count(order: Count, inputs: str) -> Counted | None:
    """Return what an earlier run counted, if it counted the same and its file is whole."""
    kept = noted_columns(order.folder / STATISTICS)
    if kept is None:
        return None
    note = kept[0]
    if note["inputs"] != inputs or note["versions"] != versions() or order.season not in (None, note["season"]):
        return None
    return Counted(inputs, note["season"], note["next_season"], note["assets"])


def score_network(order: Score) -> dict[str, Any] | Unusable:
    """Score a network with the joint model; keep ranking, findings and their key in its folder.

    Returns
    -------
    dict or Unusable
        The network's row of the summary.
    """
    clear_leftovers(order.folder)
    key = order.key()
    finished = finished_row(order.folder, key)
    if finished is not None:
        return finished
    try:
        if order.source.fingerprint() != order.inputs:
            return Unusable("failed", "its files changed while the run was under way: run again")
        tables = read_source(order.source)
        assessment = _assessed(tables, order)
        findings = _findings(tables, assessment)
    except _DAMAGE as error:
        return Unusable("failed", reason_of(error, order.source))
    row = _summary_row(order.source.name, tables, assessment, findings)
    with whole_folder(order.folder, last=SCORE) as stage:
        write_parquet(_with_ids(assessment.ranking), stage / RANKING)
        write_parquet(findings, stage / FINDINGS)
        files = {name: hash_of(stage / name) for name in (FINDINGS, RANKING)}
        record = {"key": key, "files": files, "summary": row, "settings": _settings(order)}
        write_json(_sealed(record), stage / SCORE)
    return row


def finished_row(folder: Path, key: str) -> dict[str, Any] | None:
    """Return the summary of a network that was finished under a key and whose files are whole; else None."""
    try:
        kept = json.loads((folder / SCORE).read_text(encoding="utf-8"))
        record = {name: value for name, value in kept.items() if name != "seal"} if isinstance(kept, dict) else {}
        if kept != _sealed(record) or record["key"] != key:
            return None
        if any(hash_of(folder / name) != value for name, value in record["files"].items()):
            return None
    except (OSError, ValueError, KeyError, RecursionError):
        return None
    row: dict[str, Any] = record["summary"]
    return row


def _sealed(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping with a hash of itself, by which any damage to it is seen."""
    seal = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
    return {**value, "seal": seal}


def remove_results(folder: Path) -> None:
    """Remove what earlier runs left of a network that gives no result now; other files stay."""
    for name in (SCORE, RANKING, FINDINGS, STATISTICS):
        (folder / name).unlink(missing_ok=True)
    clear_leftovers(folder)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def read_source(source: Source) -> Inventory:
    """Return the tables of an inventory, or of one network of a partitioned dataset."""
    if source.partition is None:
        return read_inventory(source.address or source.path, settings=source.settings)
    settings = None if source.settings is None else read_settings(source.settings)
    return read_partition(source.path, source.partition, tuple(source.files()), settings=settings)


def history_before(tables: Inventory, season: int) -> History:
    """Return the recorded faults of a network before a season, as `assess` counts them."""
    earlier = tables.in_id_order.before(season)
    return history_of(earlier, first_season=earlier.records().first_season(season), last_season=season - 1)


def load_statistics(file: Path) -> FailureStatistics:
    """Return the statistics that `count` kept."""
    kept = noted_columns(file)
    if kept is None:
        raise HeatnetError(f"{file} was changed while the run was under way: run again")
    columns = kept[1]
    cohorts = pd.DataFrame({name: 0 if name == "network" else columns[name] for name in COHORT_COLUMNS})
    seasons = np.array([name.removeprefix("faults_") for name in columns if name.startswith("faults_")], dtype=np.int64)
    faults, exposure = (_side_by_side(columns, what, seasons) for what in ("faults", "exposure"))
    return FailureStatistics(cohorts, seasons, faults, exposure, columns["assets"])


def _side_by_side(columns: Mapping[str, Any], what: str, seasons: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    values = [columns[f"{what}_{season}"] for season in seasons]
    return np.stack(values, axis=1) if values else np.zeros((len(columns["assets"]), 0))


def reason_of(error: Exception, source: Source) -> str:
    """Return why a network gives no result, in one line that does not say where its inventory lies."""
    text = " ".join(str(error).split())
    message = text if isinstance(error, ValueError | OSError) else f"{type(error).__name__}: {text}"
    for place in (f"{source.path}/", f"{source.path}\\", str(source.path)):
        message = message.replace(place, "" if place != str(source.path) else source.name)
    return message


def _as_table(statistics: FailureStatistics) -> pd.DataFrame:
    columns: dict[str, Any] = {name: statistics.cohorts[name] for name in COHORT_COLUMNS if name != "network"}
    columns["assets"] = statistics.assets
    for place, season in enumerate(statistics.seasons):
        columns[f"faults_{season}"] = statistics.faults[:, place]
        columns[f"exposure_{season}"] = statistics.exposure[:, place]
    return pd.DataFrame(columns)


def _next_season(tables: Inventory) -> int | None:
    days = {"visits": "visited_on", "faults": "found_on", "works": "done_on"}
    dated = [season_of(getattr(tables, name)[day]) for name, day in days.items() if getattr(tables, name) is not None]
    if tables.makeup is not None:
        dated.append(tables.makeup["season"])
    latest = [float(seasons.max()) for seasons in dated if seasons.notna().any()]
    return int(max(latest)) + 1 if latest else None


def _assessed(tables: Inventory, order: Score) -> Assessment:
    return assess(
        tables,
        season=order.season,
        model=order.model.fitted(history_before(tables, order.season)),
        rng=order.seed,
    )


def _findings(tables: Inventory, assessment: Assessment) -> pd.DataFrame:
    checked = check_inventory(tables)
    return all_findings([checked, assessment.findings]).drop_duplicates(ignore_index=True)


def _with_ids(ranking: pd.DataFrame) -> pd.DataFrame:
    table = ranking.rename_axis("asset_id").reset_index()
    return table[[*_FIRST_COLUMNS, *(name for name in table.columns if name not in _FIRST_COLUMNS)]]


def _summary_row(name: str, tables: Inventory, assessment: Assessment, findings: pd.DataFrame) -> dict[str, Any]:
    network, ranking = tables.network, assessment.ranking
    severity = findings["severity"].value_counts()
    best = ranking.iloc[0] if len(ranking) else None
    records = {word: 0 if (table := getattr(tables, word)) is None else len(table) for word in ("visits", "faults")}
    return {
        "network": name,
        "status": "scored",
        "reason": None,
        "season": assessment.season,
        "segments": network.n_segments,
        "stations": len(network.station_nodes),
        "buildings": len(network.building_nodes),
        "households": float(network.households.sum()),
        "length_km": float(network.length_m.sum() / 1000.0),
        "pipe_length_km": float(ranking["pipe_length_m"].sum() / 1000.0),
        **records,
        **{f"{word}s": int(severity.get(word, 0)) for word in ("error", "warning", "note")},
        "faults_mean": float(ranking["faults_mean"].sum()),
        "cold_household_hours": float(ranking["cold_household_hours"].sum()),
        "outage_hours": float(ranking["outage_hours"].sum()),
        "chronic_hours": float(ranking["chronic_hours"].sum()),
        "grade_a_assets": int((ranking["grade"] == "A").sum()),
        "best_asset": None if best is None else str(ranking.index[0]),
        "best_asset_ratio": None if best is None else float(best["ratio"]),
        "best_asset_reason": None if best is None else str(best["reason"]),
    }


def _settings(order: Score) -> Mapping[str, Any]:
    return {"season": order.season, "seed": order.seed, "versions": versions()}
