"""From tables of faults, works and make-up water to records that belong to an asset and a season.

Nothing is dropped silently: a record that cannot be used is set aside with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatnet._arrays import Floats, Ints, Truths
from heatnet.graph.ranges import positions_in
from heatnet.inventory.door import KnownRecords
from heatnet.inventory.judging import Judged
from heatnet.inventory.row_ids import RowIds
from heatnet.network import Network
from heatnet.schema import TABLES, WORKS, conform
from heatnet.schema.findings import all_findings
from heatnet.season import season_of

_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
_RENEWAL_COLUMNS = ("asset", "done_on", "season", "share", "laid_year", "new_laid_year")


def located_faults(assets: pd.DataFrame, known: KnownRecords | None) -> pd.DataFrame:
    """Return faults with a date and an asset that was laid by then, oldest first.

    Parameters
    ----------
    assets : DataFrame
        Index asset_id, ``position``.
    known : KnownRecords or None
        The faults, judged on the network to which the positions belong.

    Returns
    -------
    DataFrame
        ``fault_id``, ``asset`` (row of `assets`), ``found_on``, ``season``, ``by_test`` (found by a test or an
        inspection).
    """
    if known is None:
        known = _none_of("faults")
    faults = known.table
    table = pd.DataFrame(
        {
            "fault_id": faults["fault_id"],
            "asset": np.append(_row_of_position(assets), -1)[known.judged.place],
            "found_on": faults["found_on"],
            "season": season_of(faults["found_on"]),
            "by_test": faults["found_by"].isin(["test", "inspection"]).to_numpy(dtype=bool),
        }
    )
    counted = table[known.judged.is_used].astype({"season": np.int64})
    return counted.sort_values(["found_on", "fault_id"], kind="stable").reset_index(drop=True)


def _none_of(name: str) -> KnownRecords:
    """Return no records at all, in standard form."""
    table = conform(pd.DataFrame({column.name: [] for column in TABLES[name].columns}), TABLES[name])
    judged = Judged(name, RowIds.of([]), np.zeros(0, dtype=object), np.zeros(0, dtype=np.int64), all_findings([]))
    nothing = all_findings([])
    return KnownRecords(table, judged, (), nothing[["table", "row_id", "rule", "message"]], nothing.iloc[:, :0])


def renewals_of(assets: pd.DataFrame, known: KnownRecords | None, last_season: int) -> pd.DataFrame:
    """Return renewals of known assets up to a season, oldest first.

    Returns
    -------
    DataFrame
        ``asset`` (row of `assets`), ``done_on``, ``season``, ``share`` of the length, ``laid_year`` before and
        ``new_laid_year`` after: the mean of old and new, weighted by length.
    """
    if known is None:
        known = _none_of("works")
    works, judged = known.table, known.judged
    asset, done_on = np.append(_row_of_position(assets), -1)[judged.place], works["done_on"]
    length = np.append(assets["length_m"].to_numpy(dtype=np.float64), np.nan)[asset]
    share = np.clip(works["length_m"].to_numpy(dtype=np.float64) / length, 0.0, 1.0)
    table = pd.DataFrame(
        {
            "work_id": works["work_id"],
            "asset": asset,
            "done_on": done_on,
            "season": season_of(done_on),
            "share": np.where(np.isnan(share), 1.0, share),
        }
    )
    in_time = (table["season"] <= last_season).to_numpy(dtype=bool)
    counts = judged.is_used & (works["kind"] == "renewal").to_numpy(dtype=bool) & in_time
    table = table[counts].sort_values(["done_on", "asset", "work_id"], kind="stable")
    return _with_laying_years(assets, table.astype({"season": np.int64}))


def _with_laying_years(assets: pd.DataFrame, renewals: pd.DataFrame) -> pd.DataFrame:
    laid = assets["laid_year"].to_numpy(dtype=np.float64).copy()
    before, after = np.full(len(renewals), np.nan), np.full(len(renewals), np.nan)
    counts = np.zeros(len(renewals), dtype=bool)
    years = renewals["done_on"].dt.year.to_numpy(dtype=np.float64)
    for row, (asset, share, year) in enumerate(zip(renewals["asset"], renewals["share"], years, strict=True)):
        if year <= laid[asset]:
            continue  # the laying year of the table is that of this renewal or of a later one
        mixed = (1.0 - share) * laid[asset] + share * year
        if np.isnan(mixed) and share >= 0.5:
            mixed = year
        counts[row], before[row], after[row] = True, laid[asset], mixed
        laid[asset] = mixed
    table = renewals.assign(laid_year=before, new_laid_year=after)[counts]
    return table[list(_RENEWAL_COLUMNS)].reset_index(drop=True)


def kept_share(
    network: Network,
    works: pd.DataFrame | None,
    *,
    since: pd.Timestamp,
    before: pd.Timestamp,
    clean_removes: float = 0.5,
) -> Floats:
    """Return the share of an impairment that finished works leave in place, per asset.

    Each cleaning or balancing leaves ``1 - clean_removes`` of it. Renewals end it by their share of the length: the
    lengths renewed are added, a renewal without length, or of a station, counts as the whole. A repair ends nothing
    (1).

    Parameters
    ----------
    network : Network
        The network.
    works : DataFrame or None
        Table of works; rows that name no asset of the network are left out.
    since, before : Timestamp
        Works done from `since` (the end of the season whose visits were used) and before `before` (the start of the
        coming season) count.
    clean_removes : float
        Share of an impairment that a cleaning or balancing removes, 0 to 1; 0.5 is an assumption.

    Returns
    -------
    numpy.ndarray
        Shape (n_assets,), 0 to 1.

    Raises
    ------
    HeatnetError
        When the table of works cannot be used.
    """
    return WorksDone.of(network, works).kept_share(since=since, before=before, clean_removes=clean_removes)


@dataclass(frozen=True, slots=True, eq=False)
class WorksDone:
    """Works at assets of a network: the asset, the day, the share of the length renewed (0: none), whether cleaned."""

    asset: Ints
    done_on: pd.Series[Any]
    renewed_share: Floats
    is_cleaning: Truths
    n_assets: int

    @classmethod
    def of(cls, network: Network, works: pd.DataFrame | None) -> WorksDone:
        """Return the works of a table that name an asset of the network, in an order that rows do not change."""
        done = conform(
            pd.DataFrame(columns=[column.name for column in WORKS.columns]) if works is None else works, WORKS
        )
        assets = network.asset_positions(done["asset_id"])
        lengths = np.append(network.length_m, np.full(len(network.station_nodes), np.nan))
        renewed = (done["kind"] == "renewal").to_numpy(dtype=bool)
        share = done["length_m"].to_numpy(dtype=np.float64) / lengths[assets]
        share = np.where(renewed, np.where(np.isnan(share), 1.0, share), 0.0)
        order = np.lexsort((share, assets))
        order = order[assets[order] >= 0]
        is_cleaning = done["kind"].isin(["cleaning", "balancing"]).to_numpy(dtype=bool)
        return cls(assets[order], done["done_on"].iloc[order], share[order], is_cleaning[order], network.n_assets)

    def kept_share(self, *, since: pd.Timestamp, before: pd.Timestamp, clean_removes: float) -> Floats:
        """Return what `kept_share` does."""
        in_time = ((self.done_on >= since) & (self.done_on < before)).to_numpy(dtype=bool)
        ended = np.zeros(self.n_assets)
        np.add.at(ended, self.asset[in_time], self.renewed_share[in_time])
        cleaned = self.asset[in_time & self.is_cleaning]
        left = (1.0 - clean_removes) ** np.bincount(cleaned, minlength=self.n_assets)
        return np.asarray(np.maximum(1.0 - ended, 0.0) * left, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Makeup:
    """Make-up water of nets of secondary pipes: told once a net, not once a pipe.

    Attributes
    ----------
    net : int32 array (assets,)
        The net of each row of the assets; -1: it belongs to none.
    by_net : DataFrame
        A row per net and season with known make-up water, in this order: ``net``, ``season``, ``makeup_m3_per_m``.
    """

    net: npt.NDArray[np.int32]
    by_net: pd.DataFrame

    def until(self, season: int) -> Makeup:
        """Return the make-up water without that of later seasons."""
        return Makeup(self.net, self.by_net[self.by_net["season"] <= season].reset_index(drop=True))

    def table(self) -> pd.DataFrame:
        """Return a row per pipe and season, in this order: ``asset`` (row of the assets), ``season``, water per m."""
        pipes = np.flatnonzero(self.net >= 0)
        first, stop = (np.searchsorted(self.by_net["net"].to_numpy(), self.net[pipes], side) for side in _SIDES)
        count = stop - first
        row = positions_in(first, stop)
        return pd.DataFrame(
            {
                "asset": np.repeat(pipes.astype(np.int32), count),
                "season": self.by_net["season"].to_numpy(dtype=np.int32)[row],
                "makeup_m3_per_m": self.by_net["makeup_m3_per_m"].to_numpy(dtype=np.float64)[row],
            }
        )

    def mean(self) -> Floats:
        """Return the mean of the seasons, m3 per metre and season, by row of the assets; NaN = unknown."""
        water = self.by_net.groupby("net")["makeup_m3_per_m"].mean()
        of_net = np.full(int(self.net.max(initial=-1)) + 2, np.nan)  # the last one: no net
        of_net[water.index.to_numpy(dtype=np.int64)] = water.to_numpy(dtype=np.float64)
        return of_net[self.net]


def makeup_per_metre(network: Network, assets: pd.DataFrame, known: KnownRecords | None, last_season: int) -> Makeup:
    """Return make-up water of the secondary net around each station, spread over the metres of the net."""
    if known is None:
        known = _none_of("makeup")
    makeup, judged = known.table, known.judged
    secondary = np.flatnonzero(~network.is_primary)
    ends = (network.from_node[secondary], network.to_node[secondary])
    graph = coo_array((np.ones(len(secondary)), ends), shape=(network.n_nodes, network.n_nodes))
    net_of_node = connected_components(graph, directed=False)[1]
    net = np.full(len(assets), -1, dtype=np.int32)
    net[_row_of_position(assets)[secondary]] = net_of_node[ends[0]]
    metres = pd.Series(network.length_m[secondary]).groupby(net_of_node[ends[0]]).sum()
    water = pd.DataFrame(
        {"net": net_of_node[judged.place], "season": makeup["season"], "m3": makeup["makeup_m3"].astype("float64")}
    )
    water = water[judged.is_used & (water["season"] <= last_season).to_numpy(dtype=bool)]
    by_net = water.groupby(["net", "season"])["m3"].sum().reset_index()
    by_net["makeup_m3_per_m"] = by_net["m3"] / by_net["net"].map(metres)
    return Makeup(net, by_net.dropna()[["net", "season", "makeup_m3_per_m"]].reset_index(drop=True))


def _row_of_position(assets: pd.DataFrame) -> Ints:
    """Return the row of `assets` of the asset at each position of the network."""
    return np.argsort(assets["position"].to_numpy(), kind="stable").astype(np.int64)
