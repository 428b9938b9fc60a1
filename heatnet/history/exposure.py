"""How long each asset was at risk in each season, and how many faults were recorded on it.

The table of a failure model. Counting rests on three rules:

- an asset is at risk from 1 January of its laying year (a station: of its building year), from the first season where
  the year is unknown; never from its own first fault, which would make every asset look as if it failed at once;
- a renewal ends one *life* of an asset and starts the next: the renewed share of the length is new, the rest keeps
its age
  and its history. A repair, a cleaning or a balancing ends nothing: a clamped pipe stays a bad pipe;
- a record that cannot be counted is set aside with its reason, never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.history.assets import asset_numbers, asset_table
from heatnet.history.placing import Makeup, located_faults, makeup_per_metre, renewals_of
from heatnet.inventory.contents import Inventory, inventory_of
from heatnet.language import note
from heatnet.network import Network, computed_in_id_order
from heatnet.network.positions import is_sorted, ranks_of
from heatnet.schema.findings import all_findings, findings_at, worded_findings
from heatnet.season import checked_season, season_start


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Lives:
    """Time at risk and faults of every life of every asset; arrays of lives x seasons.

    The first lives are the current ones, one per asset in the order of `History.assets`; behind them the ended ones.

    Attributes
    ----------
    asset : array (lives,)
        Position of the asset.
    laid_year : array (lives,)
        Year from which the life's age counts; NaN = unknown.
    seasons_at_risk : float32 array (lives, seasons)
        Part of the season in which the life was at risk, 0 to 1.
    faults, faults_by_test : arrays of int (lives, seasons), as narrow as the largest number allows
        Recorded faults, and those of them that were found by a test or an inspection.
    """

    asset: Ints
    laid_year: Floats
    seasons_at_risk: npt.NDArray[np.float32]
    faults: npt.NDArray[np.signedinteger[Any]]
    faults_by_test: npt.NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class History:
    """Recorded faults and time at risk of every asset in every season; built by `asset_seasons`.

    Attributes
    ----------
    network : Network
        What the assets are part of, in the order of its ids.
    first_season, last_season : int
        The seasons counted.
    faults : DataFrame
        The faults that count: ``fault_id``, ``asset`` (row of `assets`), ``found_on``, ``season``, ``by_test``.
    renewals : DataFrame
        The renewals that count, oldest first: ``asset``, ``done_on``, ``season``, ``share`` of the length,
        ``laid_year`` before and ``new_laid_year`` after.
    water : Makeup
        Make-up water of the secondary side, by net; `makeup` tells it by pipe.
    is_recorded : bool
        False where no records of faults were given at all: then nothing is known, not even that nothing failed.
    lives : Lives
        Counts and time at risk, life by life.
    set_aside : DataFrame
        Rows of faults and works that do not count: ``table``, ``row_id``, ``reason``.
    findings : DataFrame
        ``severity``, ``rule``, ``table``, ``row_id``, ``column``, ``message``.
    """

    network: Network
    first_season: int
    last_season: int
    faults: pd.DataFrame
    renewals: pd.DataFrame
    water: Makeup
    is_recorded: bool
    lives: Lives
    set_aside: pd.DataFrame
    findings: pd.DataFrame

    def __repr__(self) -> str:
        return (
            f"History({self.n_assets} assets, seasons {self.first_season} to {self.last_season}, "
            f"{len(self.faults)} faults, {len(self.set_aside)} records set aside)"
        )

    @property
    def assets(self) -> pd.DataFrame:
        """The assets, made anew each time it is asked for: index asset_id, sorted as text.

        ``position`` (in the network's `asset_ids`), ``asset_kind``, the attributes of the segments, and the place
        ``x_m``, ``y_m`` (the middle of a segment's two end nodes).
        """
        return asset_table(self.network)

    @property
    def n_assets(self) -> int:
        """Number of assets."""
        return self.network.n_assets

    @property
    def asset_ids(self) -> pd.Index[Any]:
        """The index of `assets`."""
        ids, order = self.network.asset_ids, self.network.assets_by_id
        return ids if is_sorted(order) else ids[order]

    @property
    def seasons(self) -> Ints:
        """The seasons counted, ascending; empty where the last lies before the first."""
        return np.arange(self.first_season, self.last_season + 1, dtype=np.int64)

    @property
    def makeup(self) -> pd.DataFrame:
        """Make-up water of the secondary side: ``asset`` (row of `assets`), ``season``, ``makeup_m3_per_m``."""
        return self.water.table()

    @property
    def counts(self) -> pd.DataFrame:
        """Recorded faults: index asset_id in the network's order, a column per season."""
        return self._by_asset(self.lives.faults)

    @property
    def counts_by_test(self) -> pd.DataFrame:
        """Those of `counts` that were found by a test or an inspection, not in operation."""
        return self._by_asset(self.lives.faults_by_test)

    @property
    def seasons_at_risk(self) -> pd.DataFrame:
        """Part of each season in which the asset was at risk, 0 to 1; index and columns as `counts`."""
        return self._by_asset(self.lives.seasons_at_risk)

    @property
    def past_faults(self) -> pd.Series[Any]:
        """Recorded faults of all seasons: index asset_id in the network's order."""
        total = self.lives.faults.sum(axis=1, dtype=np.int64)
        np.add.at(total, self.lives.asset[self.n_assets :], total[self.n_assets :])
        return self._by_id(total[: self.n_assets])

    @property
    def past_seasons(self) -> pd.Series[Any]:
        """Seasons in which the asset was at risk for some time: index asset_id in the network's order."""
        is_at_risk = self.lives.seasons_at_risk > 0
        np.logical_or.at(is_at_risk, self.lives.asset[self.n_assets :], is_at_risk[self.n_assets :])
        return self._by_id(is_at_risk[: self.n_assets].sum(axis=1, dtype=np.int64))

    @property
    def exposure(self) -> pd.DataFrame:
        """Time at risk times size: km x seasons of a segment (route length), seasons of a station."""
        km = asset_numbers(self.network)["length_m"].to_numpy(dtype=np.float64) / 1000.0
        size = np.where(np.isnan(km), 1.0, km)
        at_risk = self.lives.seasons_at_risk * size[self.lives.asset, None]
        return self._by_asset(at_risk)

    def table(self) -> pd.DataFrame:
        """Return one row per asset and season at risk, assets in the network's order.

        Returns
        -------
        DataFrame
            ``asset_id``, ``season``, ``exposure`` (km x seasons, a station: seasons), ``faults``, ``faults_by_test``.
        """
        exposure = self.exposure
        asset, season = np.nonzero(exposure.to_numpy() > 0)
        return pd.DataFrame(
            {
                "asset_id": exposure.index[asset],
                "season": self.seasons[season],
                "exposure": exposure.to_numpy()[asset, season],
                "faults": self.counts.to_numpy()[asset, season],
                "faults_by_test": self.counts_by_test.to_numpy()[asset, season],
            }
        )

    def until(self, last_season: int) -> History:
        """Return the history as it stood when `last_season` had ended: later records do not exist in it."""
        if last_season >= self.last_season:
            return self
        renewals = self.renewals[self.renewals["season"] <= last_season].reset_index(drop=True)
        earlier = replace(self, renewals=renewals, water=self.water.until(last_season))
        return earlier._within(self.first_season, last_season)

    def since(self, first_season: int) -> History:
        """Return the history without the faults and the time at risk before `first_season`."""
        if first_season <= self.first_season:
            return self
        return self._within(first_season, self.last_season)

    def _within(self, first_season: int, last_season: int) -> History:
        first_season = min(first_season, last_season + 1)
        faults = self.faults[self.faults["season"].between(first_season, last_season)].reset_index(drop=True)
        seasons = range(first_season, last_season + 1)
        lives = _lives(asset_numbers(self.network), faults, self.renewals, seasons, self.is_recorded)
        return replace(self, first_season=first_season, last_season=last_season, faults=faults, lives=lives)

    def _by_asset(self, values: npt.NDArray[Any]) -> pd.DataFrame:
        total = values[: self.n_assets].astype(np.float64 if values.dtype.kind == "f" else np.int64)
        np.add.at(total, self.lives.asset[self.n_assets :], values[self.n_assets :])
        columns = pd.Index(self.seasons, name="season")
        return pd.DataFrame(self._in_order(total), index=self.network.asset_ids, columns=columns)

    def _by_id(self, values: npt.NDArray[Any]) -> pd.Series[Any]:
        return pd.Series(self._in_order(values), index=self.network.asset_ids)

    def _in_order(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return values of the rows of the assets in the network's order."""
        order = self.network.assets_by_id
        return values if is_sorted(order) else values[ranks_of(order)]


@typed
@computed_in_id_order
def asset_seasons(
    network: Network,
    faults: pd.DataFrame | None,
    *,
    first_season: int,
    last_season: int,
    works: pd.DataFrame | None = None,
    makeup: pd.DataFrame | None = None,
    nearest_m: float = 30.0,
) -> History:
    """Return recorded faults and time at risk of every asset in every season from `first_season` to `last_season`.

    Parameters
    ----------
    network : Network
        Its segments and stations are the assets.
    faults : DataFrame or None
        ``fault_id``, ``found_on``, and ``asset_id`` or ``x_m``, ``y_m``; ``found_by`` (operation, test, inspection)
        where known. A fault that names no asset but a place belongs to the nearest segment within `nearest_m`. None:
        no records were kept, and no asset counts as at risk; an empty table: records were kept and nothing failed.
    first_season, last_season : int
        The seasons in which faults were recorded. A season in which records began late may be counted: the failure
        model gives every season its own level.
    works : DataFrame, optional
        ``work_id``, ``asset_id``, ``done_on``, ``kind`` (missing = renewal), ``length_m`` (missing = the whole
        asset). Only a renewal in a year after the laying year of the table counts; an earlier one is taken as already
        in the table.
    makeup : DataFrame, optional
        ``station_id``, ``season``, ``makeup_m3``: spread over the secondary segments joined to the station.
    nearest_m : float
        Largest distance in metres between a fault that has only a place and its segment.

    Returns
    -------
    History

    Raises
    ------
    HeatnetError
        When a required column is missing, or the last season lies more than one season before the first.

    Examples
    --------
    >>> from heatnet.examples import one_main
    >>> faults = pd.DataFrame({"fault_id": ["F"], "found_on": ["2021-01-09"], "asset_id": ["S"]})
    >>> history = asset_seasons(one_main(), faults, first_season=2019, last_season=2021)
    >>> history.counts.loc["S"].tolist(), history.exposure.loc["S"].tolist()
    ([0, 1, 0], [0.5, 0.5, 0.5])
    """
    inventory = inventory_of(network, {"faults": faults, "works": works, "makeup": makeup}, nearest_m=nearest_m)
    return history_of(inventory, first_season=first_season, last_season=last_season)


def history_of(inventory: Inventory, *, first_season: int, last_season: int) -> History:
    """Return recorded faults and time at risk of every asset of an inventory; `asset_seasons` says what they are.

    Parameters
    ----------
    inventory : Inventory
        Its network in the order in which everything is computed (`Inventory.in_id_order`).
    first_season, last_season : int
        The seasons in which faults were recorded.
    """
    first_season, last_season = checked_season(first_season), checked_season(last_season)
    if last_season < first_season - 1:
        raise HeatnetError(f"The last season {last_season} lies before the first season {first_season}: swap them.")
    network, known = inventory.network, inventory.known
    assets = asset_numbers(network)
    renewals = renewals_of(assets, known.get("works"), last_season)
    located = located_faults(assets, known.get("faults"))
    outside = ~located["season"].between(first_season, last_season).to_numpy(dtype=bool)
    why = note("findings.fault_outside_seasons", column="found_on", first=str(first_season), last=str(last_season))
    ids = located["fault_id"][outside]
    left_out = findings_at("note", "fault_outside_seasons", "faults", "found_on", ids, why)
    counted = located[~outside].reset_index(drop=True)
    return History(
        network=network,
        first_season=first_season,
        last_season=last_season,
        faults=counted,
        renewals=renewals,
        water=makeup_per_metre(network, assets, known.get("makeup"), last_season),
        is_recorded="faults" in known,
        lives=_lives(assets, counted, renewals, range(first_season, last_season + 1), "faults" in known),
        set_aside=_not_counted([inventory.rows_set_aside(), left_out]),
        findings=worded_findings(all_findings([*inventory.found(), left_out])),
    )


def _not_counted(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the table, row_id and reason of every record that does not count."""
    rows = pd.concat([part[["table", "row_id", "message"]] for part in parts], ignore_index=True)
    reasons = [str(message).removesuffix("; set aside") for message in rows["message"]]
    told = pd.DataFrame({"table": rows["table"], "row_id": rows["row_id"], "reason": reasons}, dtype=object)
    told = told[told["table"].isin(["faults", "works", "makeup"])]
    return told.sort_values(["table", "reason", "row_id"], kind="stable", ignore_index=True)


def _lives(
    assets: pd.DataFrame, faults: pd.DataFrame, renewals: pd.DataFrame, seasons: range, is_recorded: bool
) -> Lives:
    """Split every asset at its renewals, spread the seasons over the lives, and count the faults of each."""
    n = len(assets)
    laid = np.concatenate([table["laid_year"].to_numpy(dtype=np.float64) for table in (assets, renewals)])
    asset = np.concatenate([np.arange(n), renewals["asset"].to_numpy(dtype=np.int64)])
    begin = _first_days(laid)
    end = np.full(len(laid), np.inf)
    done = renewals["done_on"].to_numpy(dtype="datetime64[D]").astype(np.float64)
    for ended, current in enumerate(asset[n:], start=n):
        begin[ended], end[ended] = begin[current], done[ended - n]
        begin[current], laid[current] = done[ended - n], renewals["new_laid_year"].iloc[ended - n]
    at_risk = np.zeros((len(laid), len(seasons)), dtype=np.float32)
    for column, season in enumerate(seasons if is_recorded else ()):
        opens, closes = _day(season_start(season)), _day(season_start(season + 1))
        days = np.minimum(end, closes) - np.maximum(begin, opens)
        at_risk[:, column] = np.clip(days / (closes - opens), 0.0, 1.0)
    life = _life_of_fault(faults, renewals, n)
    place = life, faults["season"].to_numpy(dtype=np.int64) - seasons.start
    by_test = place[0][faults["by_test"].to_numpy(dtype=bool)], place[1][faults["by_test"].to_numpy(dtype=bool)]
    return Lives(asset, laid, at_risk, *(_counted(at_risk.shape, *where) for where in (place, by_test)))


def _counted(shape: tuple[int, int], row: Ints, column: Ints) -> npt.NDArray[np.signedinteger[Any]]:
    """Return how often each place is named, in the narrowest type that holds it: nearly all are 0."""
    most = int(np.unique(row * shape[1] + column, return_counts=True)[1].max(initial=0))
    counts = np.zeros(shape, dtype=np.min_scalar_type(-most - 1))
    np.add.at(counts, (row, column), 1)
    return counts


def _life_of_fault(faults: pd.DataFrame, renewals: pd.DataFrame, n_assets: int) -> Ints:
    """Return life in which each fault fell: the first ended one that ends after the fault, else the current one."""
    life = faults["asset"].to_numpy(dtype=np.int64).copy()
    found = faults["found_on"].to_numpy()
    asset, done = renewals["asset"].to_numpy(dtype=np.int64), renewals["done_on"].to_numpy()
    for row in np.flatnonzero(np.isin(life, asset)):
        later = np.flatnonzero((asset == life[row]) & (done > found[row]))
        if len(later):
            life[row] = n_assets + later[0]
    return life


def _first_days(years: Floats) -> Floats:
    """Return the day number of 1 January of each year; minus infinity where the year is unknown."""
    distinct, row = np.unique(years, return_inverse=True)
    days = [_day(pd.Timestamp(year=int(year), month=1, day=1)) if np.isfinite(year) else -np.inf for year in distinct]
    return np.array(days, dtype=np.float64)[row]


def _day(when: pd.Timestamp) -> float:
    """Return days since 1970."""
    return float(np.datetime64(when, "D").astype(np.int64))
