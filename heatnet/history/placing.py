"""From tables of faults, works and make-up water to records that belong to an asset and a season.

Nothing is dropped silently: a record that cannot be used is set aside with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatnet._arrays import Floats, Ints, Truths
from heatnet.errors import HeatnetError
from heatnet.graph.nearest import nearest_lines
from heatnet.network import Network
from heatnet.schema import WORKS, conform
from heatnet.schema.findings import Severity, all_findings, findings_at
from heatnet.season import season_of

_RENEWAL_COLUMNS = ("asset", "done_on", "season", "share", "laid_year", "new_laid_year")


@dataclass(frozen=True, slots=True)
class Notes:
    """What was found while reading records; grows as tables are read."""

    found: list[pd.DataFrame] = field(default_factory=list)
    rows: list[pd.DataFrame] = field(default_factory=list)

    def note(self, severity: Severity, rule: str, ids: pd.Series[str], column: str, message: str) -> None:
        """Keep a finding about the records of these ids."""
        self.found.append(findings_at(severity, rule, _table(ids), column, ids, f"{column} {message}"))

    def set_aside(
        self, severity: Severity, rule: str, ids: pd.Series[str], where: Truths, column: str, reason: str
    ) -> None:
        """Keep a finding and the reason of the records that do not count."""
        self.note(severity, rule, ids[where], column, f"{reason}; set aside")
        self.rows.append(pd.DataFrame({"table": _table(ids), "row_id": ids[where], "reason": f"{column} {reason}"}))

    def findings(self) -> pd.DataFrame:
        """All findings, in a fixed order."""
        return all_findings(self.found)

    def all_set_aside(self) -> pd.DataFrame:
        """Table, row_id and reason of every record that does not count."""
        if not self.rows:
            return pd.DataFrame({name: pd.Series(dtype=object) for name in ("table", "row_id", "reason")})
        rows = pd.concat(self.rows, ignore_index=True).astype(object)
        return rows.sort_values(["table", "reason", "row_id"], kind="stable", ignore_index=True)


def _table(ids: pd.Series[str]) -> str:
    return {"fault_id": "faults", "work_id": "works", "station_id": "makeup"}[str(ids.name)]


def located_faults(
    network: Network, assets: pd.DataFrame, faults: pd.DataFrame, nearest_m: float, notes: Notes
) -> pd.DataFrame:
    """Faults with a date and an asset that was laid by then.

    Parameters
    ----------
    network : Network
        For the lines of segments.
    assets : DataFrame
        Index asset_id, ``position``, ``laid_year``.
    faults : DataFrame
        ``fault_id``, ``found_on``, ``asset_id`` or ``x_m`` and ``y_m``, ``found_by`` where known.
    nearest_m : float
        Largest distance in metres between a fault that has only a place and its segment.
    notes : Notes
        Takes what is set aside.

    Returns
    -------
    DataFrame
        ``fault_id``, ``asset`` (row of `assets`), ``found_on``, ``season``, ``by_test`` (found by a test or an
        inspection).
    """
    _require(faults, "faults", ("fault_id", "found_on"))
    ids = faults["fault_id"].astype("str").rename("fault_id").reset_index(drop=True)
    found_on = _dates(faults, "found_on")
    asset, named = _assets_named(assets, faults)
    place = np.stack([_numbers(faults, "x_m"), _numbers(faults, "y_m")], axis=1)
    by_place = ~named & np.isfinite(place).all(axis=1)
    asset[by_place] = _nearest_asset(network, assets, place[by_place], nearest_m)
    dated = found_on.notna().to_numpy(dtype=bool)
    lost = dated & (asset < 0)
    laid = np.append(assets["laid_year"].to_numpy(dtype=np.float64), np.nan)[asset]
    early = dated & (asset >= 0) & (found_on.dt.year.to_numpy(dtype=np.float64) < laid)
    notes.set_aside("error", "fault_without_date", ids, ~dated, "found_on", "is missing")
    notes.set_aside("error", "unknown_asset", ids, lost & named, "asset_id", "names no asset")
    no_place = lost & ~named & ~by_place
    notes.set_aside("error", "fault_without_place", ids, no_place, "asset_id", "names no asset, no place")
    far = f"lies more than {nearest_m:g} m from every segment"
    notes.set_aside("error", "fault_far_away", ids, lost & by_place, "x_m", far)
    notes.set_aside("warning", "fault_before_laying", ids, early, "found_on", "lies before laid_year of its asset")
    by_test = np.isin(_texts(faults, "found_by"), ["test", "inspection"])
    season = season_of(found_on)
    table = pd.DataFrame({"fault_id": ids, "asset": asset, "found_on": found_on, "season": season, "by_test": by_test})
    counted = table[dated & ~lost & ~early].astype({"season": np.int64})
    return counted.sort_values(["found_on", "fault_id"], kind="stable").reset_index(drop=True)


def _nearest_asset(network: Network, assets: pd.DataFrame, places: Floats, nearest_m: float) -> Ints:
    position = assets["position"].to_numpy(dtype=np.int64)
    rows = np.flatnonzero(position < network.n_segments)
    node_place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    starts, ends = (node_place[nodes[position[rows]]] for nodes in (network.from_node, network.to_node))
    line = nearest_lines(places, starts, ends, within_m=nearest_m)
    return np.append(rows, -1)[line].astype(np.int64)


def renewals_of(assets: pd.DataFrame, works: pd.DataFrame | None, last_season: int, notes: Notes) -> pd.DataFrame:
    """Renewals of known assets up to a season, oldest first.

    Returns
    -------
    DataFrame
        ``asset`` (row of `assets`), ``done_on``, ``season``, ``share`` of the length, ``laid_year`` before and
        ``new_laid_year`` after: the mean of old and new, weighted by length.
    """
    if works is None:
        works = pd.DataFrame({"work_id": [], "asset_id": [], "done_on": []})
    _require(works, "works", ("work_id", "asset_id", "done_on"))
    ids = works["work_id"].astype("str").rename("work_id").reset_index(drop=True)
    done_on, kind = _dates(works, "done_on"), _texts(works, "kind")
    asset, _ = _assets_named(assets, works)
    dated = done_on.notna().to_numpy(dtype=bool)
    notes.set_aside("error", "work_without_date", ids, ~dated, "done_on", "is missing")
    notes.set_aside("error", "unknown_asset", ids, dated & (asset < 0), "asset_id", "names no asset")
    no_kind = np.asarray(pd.isna(kind), dtype=bool)
    notes.note("note", "work_without_kind", ids[no_kind], "kind", "is missing; taken as a renewal")
    length = np.append(assets["length_m"].to_numpy(dtype=np.float64), np.nan)[asset]
    share = np.clip(_numbers(works, "length_m") / length, 0.0, 1.0)
    table = pd.DataFrame(
        {
            "work_id": ids,
            "asset": asset,
            "done_on": done_on,
            "season": season_of(done_on),
            "share": np.where(np.isnan(share), 1.0, share),
        }
    )
    in_time = (table["season"] <= last_season).to_numpy(dtype=bool)
    counts = dated & (asset >= 0) & (no_kind | (kind == "renewal")) & in_time
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


def kept_share(network: Network, works: pd.DataFrame | None, *, since: pd.Timestamp, before: pd.Timestamp) -> Floats:
    """Share of an impairment that finished works leave in place, per asset.

    A cleaning or balancing ends it (0). Renewals end it by their share of the length: the lengths renewed are added, a
    renewal without length, or of a station, counts as the whole. A repair ends nothing (1).

    Parameters
    ----------
    network : Network
        The network.
    works : DataFrame or None
        Table of works; rows that name no asset of the network are left out.
    since, before : Timestamp
        Works done from `since` (the end of the season whose visits were used) and before `before` (the start of the
        coming season) count.

    Returns
    -------
    numpy.ndarray
        Shape (n_assets,), 0 to 1.

    Raises
    ------
    HeatnetError
        When the table of works cannot be used.
    """
    ended = np.zeros(network.n_assets)
    if works is None:
        return 1.0 - ended
    done = conform(works, WORKS)
    assets = network.asset_positions(done["asset_id"])
    in_time = ((done["done_on"] >= since) & (done["done_on"] < before)).to_numpy(dtype=bool) & (assets >= 0)
    lengths = np.append(network.length_m, np.full(len(network.station_nodes), np.nan))
    renewed = in_time & (done["kind"] == "renewal").to_numpy(dtype=bool)
    share = done["length_m"].to_numpy(dtype=np.float64)[renewed] / lengths[assets[renewed]]
    np.add.at(ended, assets[renewed], np.where(np.isnan(share), 1.0, share))
    ended[assets[in_time & done["kind"].isin(["cleaning", "balancing"]).to_numpy(dtype=bool)]] = 1.0
    return np.maximum(1.0 - ended, 0.0)


def makeup_per_metre(
    network: Network, assets: pd.DataFrame, makeup: pd.DataFrame | None, last_season: int, notes: Notes
) -> pd.DataFrame:
    """Make-up water of the secondary net around each station, spread over the metres of the net.

    Returns
    -------
    DataFrame
        A row per secondary segment and season with known make-up water: ``asset`` (row of `assets`), ``season``,
        ``makeup_m3_per_m``.
    """
    if makeup is None:
        makeup = pd.DataFrame({"station_id": [], "season": [], "makeup_m3": []})
    _require(makeup, "makeup", ("station_id", "season", "makeup_m3"))
    secondary = np.flatnonzero(~network.is_primary)
    ends = (network.from_node[secondary], network.to_node[secondary])
    graph = coo_array((np.ones(len(secondary)), ends), shape=(network.n_nodes, network.n_nodes))
    net_of_node = connected_components(graph, directed=False)[1].astype(np.int64)
    row_of_position = np.argsort(assets["position"].to_numpy(), kind="stable")
    pipes = pd.DataFrame({"net": net_of_node[ends[0]], "asset": row_of_position[secondary]})
    metres = pd.Series(network.length_m[secondary]).groupby(pipes["net"]).sum()
    pipes = pipes.sort_values("asset")
    names = pd.Series(makeup["station_id"].astype("str"), name="station_id")
    station = network.node_positions(names)
    is_station = np.isin(station, network.station_nodes)
    notes.set_aside("error", "unknown_station", names, ~is_station, "station_id", "names no station")
    water = pd.DataFrame(
        {"net": net_of_node[station], "season": _numbers(makeup, "season"), "m3": _numbers(makeup, "makeup_m3")}
    )
    water = water[is_station & (water["season"] <= last_season) & water["m3"].notna()]
    by_net = water.groupby(["net", "season"])["m3"].sum().reset_index()
    by_net["makeup_m3_per_m"] = by_net["m3"] / by_net["net"].map(metres)
    # A row per pipe and season, in this order: a merge keeps that of the pipes, and the seasons of a net are sorted.
    return pipes.merge(by_net.dropna(), on="net")[["asset", "season", "makeup_m3_per_m"]]


def _assets_named(assets: pd.DataFrame, table: pd.DataFrame) -> tuple[Ints, Truths]:
    """Row of the asset that each record names (-1: none or an unknown one), and whether it names one."""
    names = _texts(table, "asset_id")
    named = ~np.asarray(pd.isna(names), dtype=bool)
    asset = np.full(len(names), -1, dtype=np.int64)
    asset[named] = assets.index.get_indexer(pd.Index(names[named], dtype=assets.index.dtype))
    return asset, named


def _dates(table: pd.DataFrame, column: str) -> pd.Series[pd.Timestamp]:
    return pd.to_datetime(table[column]).astype("datetime64[s]").reset_index(drop=True)


def _numbers(table: pd.DataFrame, column: str) -> Floats:
    if column not in table:
        return np.full(len(table), np.nan)
    return np.asarray(pd.to_numeric(table[column]).to_numpy(dtype=np.float64, na_value=np.nan))


def _texts(table: pd.DataFrame, column: str) -> npt.NDArray[np.object_]:
    """Texts of a column, None where a cell is empty or the column is missing."""
    texts = np.full(len(table), None, dtype=object)
    cells: list[Any] = table[column].astype("object").tolist() if column in table else []
    for row, cell in enumerate(cells):
        if not pd.isna(cell) and cell != "":
            texts[row] = str(cell)
    return texts


def _require(table: pd.DataFrame, name: str, columns: tuple[str, ...]) -> None:
    missing = [column for column in columns if column not in table]
    if missing:
        raise HeatnetError(f"The table of {name} lacks {', '.join(missing)}: add the column.")
