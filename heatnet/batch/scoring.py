"""Many inventories to rankings: the run from the list of inventories to the last file."""

from __future__ import annotations

import logging
import shutil
import tempfile
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from heatnet._typed import typed
from heatnet.batch.collected import SUMMARY_COLUMNS, write_collected
from heatnet.batch.engines import Crash, Engine, Here, engine
from heatnet.batch.inputs import PathLike, Source, absolute, find_sources
from heatnet.batch.parquet import read_parquet, require_parquet
from heatnet.batch.tasks import (
    FINDINGS,
    RANKING,
    STATISTICS,
    Count,
    Counted,
    Score,
    Unusable,
    count,
    history_before,
    load_statistics,
    read_source,
    remove_results,
    score_network,
)
from heatnet.errors import HeatnetError
from heatnet.failure import FailureStatistics
from heatnet.failure.regional import Each, JointModel, fit_joint
from heatnet.history.exposure import History
from heatnet.inventory.staging import clear_leftovers
from heatnet.value import read_settings

A = TypeVar("A")
R = TypeVar("R")

_LOG = logging.getLogger(__name__)
# Enough assets to learn how much an asset's own past says; more would only take memory.
_SAMPLE_ASSETS = 20_000


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NetworkScore:
    """What became of one network among many; made by `score`.

    Attributes
    ----------
    name : str
        Name of the network.
    status : str
        ``scored``, ``unreadable`` (its inventory cannot be used) or ``failed`` (it could be read, but not scored).
    reason : str or None
        Why it was not scored.
    summary : dict
        Its row of ``summary.csv``.
    done, total : int
        Networks done so far, this one included, and networks given.
    folder : Path
        Where its tables lie.
    """

    name: str
    status: str
    reason: str | None
    summary: Mapping[str, Any]
    done: int
    total: int
    folder: Path
    _home: _Home = field(repr=False)

    def __repr__(self) -> str:
        return f"NetworkScore({self.name}: {self.status}{'' if self.reason is None else f', {self.reason}'})"

    @property
    def ranking(self) -> pd.DataFrame:
        """The ranking, index asset_id, best cure first, as `Assessment.ranking`; read anew each time."""
        return self._read(RANKING).set_index("asset_id")

    @property
    def findings(self) -> pd.DataFrame:
        """What is doubtful in the inventory: ``severity``, ``rule``, ``table``, ``row_id``, ``column``, ``message``."""
        return self._read(FINDINGS)

    def _read(self, name: str) -> pd.DataFrame:
        if self.status != "scored":
            raise HeatnetError(f"{self.name} was not scored: {self.reason}")
        return read_parquet(self.folder / name)


@typed
def score(
    paths: Iterable[PathLike] | PathLike,
    *,
    output: PathLike | None = None,
    season: int | None = None,
    workers: int = 1,
    cluster: str | None = None,
    rng: int = 0,
    settings: PathLike | None = None,
) -> Iterator[NetworkScore]:
    """Score many inventories with one failure model for all; gives each network as it finishes.

    A first pass counts the faults of each network, then one failure model is fitted to all of them, and a second pass
    scores each network with it, so that a small town borrows strength from its region. Memory does not grow with the
    number of networks.

    Parameters
    ----------
    paths : iterable of path, or one path
        Folders of inventories, patterns such as ``towns/*``, or a Parquet dataset partitioned by ``network_id``;
        addresses of databases, such as ``postgresql://host/heat?schema=east``.
    output : path, optional
        Folder of results: ``summary.csv``, ``scores.parquet`` and for each network a folder with ``ranking.parquet``,
        ``findings.parquet``. What an earlier run, even a killed one, finished there with the same inputs and settings
        is kept. By default a temporary folder that lasts as long as a result of it is held.
    season : int, optional
        The coming season; by default the one after the latest record of all inventories.
    workers : int
        Processes; 1: this one alone. A script that asks for more starts its work under
        ``if __name__ == "__main__":``, since new processes import it.
    cluster : str, optional
        Address of a Dask scheduler to use instead; inputs and `output` lie where its workers reach them by the same
        path.
    rng : int
        Seed of all draws, the same for each network.
    settings : path, optional
        TOML file of prices, values and rules, laid key by key over each town's own ``settings.toml``: what it does not
        name stays the town's, its winter and its heating time for example.

    Yields
    ------
    NetworkScore
        In the order in which they finish; tables are read when asked for. ``summary.csv`` and ``scores.parquet`` are
        written when the last has been taken.

    Raises
    ------
    MissingExtraError
        pyarrow is not installed, or `cluster` is given and Dask is not.
    HeatnetError
        Nothing to score, no season can be told, the settings cannot be used, or the folder of results cannot be
        written to. An inventory that cannot
        be read is a result with its reason instead.

    Examples
    --------
    >>> from heatnet.synthetic import make_city
    >>> from heatnet.inventory.writing import write_inventory
    >>> with tempfile.TemporaryDirectory() as home:
    ...     for town in ("east", "west"):
    ...         write_inventory(make_city(length_km=3, stations=1, rng=len(town)).tables, Path(home, town))
    ...     sorted((one.name, one.status) for one in score(f"{home}/*"))
    [('east', 'scored'), ('west', 'scored')]
    """
    require_parquet()
    home = _Home(output)
    given = [paths] if isinstance(paths, str | Path) or not isinstance(paths, Iterable) else list(paths)
    sources = find_sources(given, home.folder)
    if settings is not None:
        read_settings(settings)  # one that cannot be used is told before anything is read
        sources = tuple(replace(source, settings=absolute(settings)) for source in sources)
    return _scored(sources, home, season=season, workers=workers, cluster=cluster, seed=int(rng))


class _Home:
    """The folder of results; a temporary one is removed when nothing refers to it any more."""

    def __init__(self, output: PathLike | None) -> None:
        if output is not None:
            self.folder = absolute(output)
            return
        self.folder = Path(tempfile.mkdtemp(prefix="heatnet-")).resolve()
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)


def _scored(
    sources: Sequence[Source], home: _Home, *, season: int | None, workers: int, cluster: str | None, seed: int
) -> Iterator[NetworkScore]:
    rows: dict[str, Mapping[str, Any]] = {}
    clear_leftovers(home.folder)
    with engine(workers=workers, cluster=cluster) as runs, closing(_rows(sources, home, season, seed, runs)) as results:
        for name, row in results:
            rows[name] = row
            yield NetworkScore(
                name, row["status"], row["reason"], row, len(rows), len(sources), home.folder / name, home
            )
    _LOG.info("writing the order of all assets")
    write_collected(home.folder, [rows[name] for name in sorted(rows)])


def _rows(
    sources: Sequence[Source], home: _Home, season: int | None, seed: int, runs: Engine
) -> Generator[tuple[str, Mapping[str, Any]]]:
    """Give the name and the row of the summary of each network, as they finish."""
    _LOG.info("reading %d inventories", len(sources))
    counted = _counted(sources, home.folder, season, runs)
    for source in sources:
        unusable = counted.get(source.name)
        if isinstance(unusable, Unusable):
            yield source.name, _without_result(source, home.folder, unusable)
    usable = {name: found for name, found in counted.items() if isinstance(found, Counted)}
    if not usable:
        return
    by_name = {source.name: source for source in sources if source.name in usable}
    coming = next(iter(usable.values())).season
    if coming is None:
        raise HeatnetError("no inventory holds a dated record: say which season is coming")
    _LOG.info("fitting one failure model to %d networks", len(usable))
    joint = _fitted(by_name, usable, home.folder, coming, runs)
    begun = _as_begun(by_name.values(), lambda source: usable[source.name].assets, runs)
    orders = (
        Score(one, home.folder / one.name, usable[one.name].inputs, coming, seed, joint.of(one.name)) for one in begun
    )
    _LOG.info("scoring %d networks for season %d", len(usable), coming)
    for order, result in runs.each(score_network, orders):
        if isinstance(result, dict):
            yield order.source.name, {column: result[column] for column in SUMMARY_COLUMNS}
        else:
            yield order.source.name, _without_result(order.source, home.folder, result)


def _counted(
    sources: Sequence[Source], output: Path, season: int | None, runs: Engine
) -> dict[str, Counted | Unusable | Crash]:
    """Count the faults of each network, all before the same season; the answer is sorted by name."""
    begun = _as_begun(sources, Source.size_bytes, runs)
    counted = _counts([Count(source, output / source.name, season) for source in begun], runs)
    known = [found.next_season for found in counted.values() if isinstance(found, Counted)]
    dated = [one for one in known if one is not None]
    coming = max(dated, default=None) if season is None else season
    again = [
        Count(source, output / source.name, coming)
        for source in begun
        if isinstance(found := counted[source.name], Counted) and found.season != coming
    ]
    return dict(sorted((counted | _counts(again, runs)).items()))


def _as_begun(sources: Iterable[Source], size: Callable[[Source], int], runs: Engine) -> list[Source]:
    """Return inventories by name where one process takes all; else the largest first, so that none is alone at last."""
    return list(sources) if isinstance(runs, Here) else sorted(sources, key=lambda source: -size(source))


def _counts(orders: Sequence[Count], runs: Engine) -> dict[str, Counted | Unusable | Crash]:
    return {order.source.name: found for order, found in runs.each(count, orders)}


def _fitted(
    sources: Mapping[str, Source], counted: Mapping[str, Counted], output: Path, season: int, runs: Engine
) -> JointModel:
    """Fit the joint model on this machine, so that it does not depend on where the tasks run."""
    each = _whole(runs if runs.is_local else Here())
    sampled = [sources[name] for name in _sampled(counted, list(sources))]
    histories = {source.name: one for source, one in each(partial(_history, season=season), sampled)}
    in_order = {name: histories[name] for name in sorted(histories)}
    return fit_joint(sorted(sources), partial(_statistics, output), in_order, each=each)


def _whole(runs: Engine) -> Each:
    """Return how tasks are run for all arguments; what a process leaves that ended abruptly is done in this one."""

    def each(task: Callable[[A], R], arguments: Iterable[A], /) -> Iterator[tuple[A, R]]:
        for argument, found in runs.each(task, arguments):
            yield argument, task(argument) if isinstance(found, Crash) else found

    return each


def _history(source: Source, season: int) -> History:
    return history_before(read_source(source), season)


def _statistics(output: Path, name: str) -> FailureStatistics:
    return load_statistics(output / name / STATISTICS)


def _sampled(counted: Mapping[str, Counted], names: list[str]) -> list[str]:
    """Return names, in the order in which they are drawn, of networks with few enough assets together."""
    sample: list[str] = []
    assets = 0
    for name in _drawn(names):
        if not sample or assets + counted[name].assets <= _SAMPLE_ASSETS:
            assets += counted[name].assets
            sample.append(name)
    return sample


def _drawn(names: list[str]) -> list[str]:
    """Return the names in an order that has nothing to do with them, the same in every run."""
    order = pd.Series(pd.util.hash_array(pd.array(sorted(names), dtype=object).to_numpy(dtype=object)))
    return [sorted(names)[place] for place in order.argsort(kind="stable")]


def _without_result(source: Source, output: Path, found: Unusable | Crash) -> dict[str, Any]:
    remove_results(output / source.name)
    status = found.status if isinstance(found, Unusable) else "failed"
    row: dict[str, Any] = dict.fromkeys(SUMMARY_COLUMNS)
    return row | {"network": source.name, "status": status, "reason": found.reason}
