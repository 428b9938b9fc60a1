"""What the cold visits of a winter say beyond cold or not: how cold, until when, and which an outage explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Truths
from heatnet.consequence.durations import recorded_outage_h
from heatnet.graph.ranges import positions_in
from heatnet.network import Network
from heatnet.reachability import Outages
from heatnet.season import heating_interval, is_heating


@dataclass(frozen=True, slots=True, eq=False)
class ColdVisits:
    """Sums over the cold visits of one winter's heating time, by node position.

    Attributes
    ----------
    cold : array
        Cold visits.
    open_share : array
        Sum over them of min(1, days from the visit to its solution / heating days); 1 for each that is open.
    readings : array
        Those of them with a room temperature.
    deficit_c : array
        Sum over these of the limit of cold less the reading, degC, never below 0 each.
    mean_open_share : float
        Mean of the shares over all of them; 1 where there are none.
    """

    cold: Floats
    open_share: Floats
    readings: Floats
    deficit_c: Floats
    mean_open_share: float


def cold_visits_of(
    network: Network,
    visits: pd.DataFrame,
    *,
    season: int,
    t_cold_c: float = 18.0,
    heating_from: str = "10-15",
    heating_to: str = "04-15",
) -> ColdVisits:
    """Return what the cold visits of a season say of each building.

    A visit is open until `resolved_on`, without it until the end of time; a building that is cold again later in the
    season counts as open until then. A solution dated before its visit counts as on the same day.

    Parameters
    ----------
    network : Network
        The network.
    visits : DataFrame
        Visits as they are used (`heatnet.location.clean_visits`); ``building_id``, ``visited_on``, ``is_cold``,
        ``room_temp_c``, ``resolved_on``. Rows outside the heating time of the season do not enter.
    season : int
        The season.
    t_cold_c : float
        Limit of cold, degC.
    heating_from, heating_to : str
        First and last day of heating, ``"MM-DD"``.

    Examples
    --------
    The first visit is open until the second, 36.6 of 183 days; the second for 18.3 days.

    >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]})
    >>> segments = pd.DataFrame(
    ...     {"segment_id": ["S"], "from_node": ["A"], "to_node": ["B"], "length_m": [50], "diameter_mm": [100]}
    ... )
    >>> days = pd.to_datetime(["2026-01-01", "2026-02-06"])
    >>> visits = pd.DataFrame({"building_id": "B", "visited_on": days, "is_cold": True, "room_temp_c": [17.0, None],
    ...                        "resolved_on": pd.to_datetime(["2026-01-02", "2026-02-24"])})
    >>> seen = cold_visits_of(Network(nodes, segments), visits, season=2025)
    >>> seen.cold.tolist(), seen.open_share.round(4).tolist(), seen.deficit_c.tolist()
    ([0.0, 2.0], [0.0, 0.2951], [0.0, 1.0])
    """
    first, last = heating_interval(season, heating_from=heating_from, heating_to=heating_to)
    nodes = network.node_positions(visits["building_id"])
    on = visits["visited_on"]
    chosen = (nodes >= 0) & visits["is_cold"].fillna(False).to_numpy(dtype=bool)
    chosen &= ((on >= first) & (on <= last)).to_numpy(dtype=bool)
    table = visits[chosen]
    at = nodes[chosen]
    share = _open_share(at, table, heating_days=(last - first).days + 1)
    temps = table["room_temp_c"].to_numpy(dtype=np.float64)
    read = ~np.isnan(temps)
    deficit = np.where(read, np.maximum(t_cold_c - np.where(read, temps, t_cold_c), 0.0), 0.0)
    count, open_share, readings, lacking = (
        _sum_by_node(at, values, network.n_nodes) for values in (np.ones(len(at)), share, read, deficit)
    )
    mean = float(np.sort(share).sum() / len(share)) if len(share) else 1.0
    return ColdVisits(count, open_share, readings, lacking, mean)


def _open_share(at: np.ndarray, table: pd.DataFrame, *, heating_days: int) -> Floats:
    """Return the share of the heating time for which each cold visit stays open."""
    on = table["visited_on"].to_numpy(dtype="datetime64[D]").astype(np.int64).astype(np.float64)
    resolved = table["resolved_on"].to_numpy(dtype="datetime64[D]")
    is_open = np.isnat(resolved)
    until = np.where(is_open, np.inf, np.where(is_open, np.datetime64(0, "D"), resolved).astype(np.int64))
    last_at = np.full(int(at.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(last_at, at, on)
    until = np.maximum(np.maximum(until, last_at[at]), on)
    share: Floats = np.minimum((until - on) / heating_days, 1.0)
    return share


def _sum_by_node(at: np.ndarray, values: np.ndarray, n_nodes: int) -> Floats:
    # In order of size, so that the sums do not hang on the order of the rows.
    weights = np.asarray(values, dtype=np.float64)
    order = np.lexsort((weights, at))
    return np.bincount(at[order], weights=weights[order], minlength=n_nodes).astype(np.float64)


def visits_in_outages(
    network: Network,
    visits: pd.DataFrame,
    faults: pd.DataFrame | None,
    outages: Outages,
    *,
    usual_outage_h: Floats,
    lead_h: float = 6.0,
    heating: tuple[str, str] = ("10-15", "04-15"),
) -> Truths:
    """Return which cold visits a recorded fault explains: it had cut the building off.

    From the day of the fault to a day after heat was back: after `outage_h` where it is above 0, else `repair_h` +
    `lead_h`, else `usual_outage_h`. A fault with `outage_h` 0, one found by a test, or one outside the heating time cut
    nobody off.

    Parameters
    ----------
    network : Network
        The network.
    visits, faults : DataFrame
        Tables of these names in standard form.
    outages : Outages
        What each outage cuts off.
    usual_outage_h : array
        Per asset: hours of an outage whose record says nothing (`outage_time`).
    lead_h : float
        Hours of an outage beside the repair.
    heating : tuple of str
        First and last day of heating, ``"MM-DD"``.

    Returns
    -------
    array of bool
        One per row of `visits`.

    Examples
    --------
    >>> from heatnet.reachability import outages
    >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]})
    >>> segments = pd.DataFrame(
    ...     {"segment_id": ["S"], "from_node": ["A"], "to_node": ["B"], "length_m": [50], "diameter_mm": [100]}
    ... )
    >>> network = Network(nodes, segments)
    >>> days = pd.to_datetime(["2026-01-09", "2026-01-12", "2026-01-13"])
    >>> visits = pd.DataFrame({"building_id": "B", "visited_on": days, "is_cold": True})
    >>> faults = pd.DataFrame({"asset_id": ["S"], "found_on": pd.to_datetime(["2026-01-10"]), "found_by": None,
    ...                        "outage_h": [30.0], "repair_h": [None]})
    >>> visits_in_outages(network, visits, faults, outages(network), usual_outage_h=np.array([14.0])).tolist()
    [False, True, False]
    """
    explained = np.zeros(len(visits), dtype=bool)
    if faults is None or not len(faults):
        return explained
    nodes = network.node_positions(visits["building_id"])
    cold = np.flatnonzero((nodes >= 0) & visits["is_cold"].fillna(False).to_numpy(dtype=bool))
    asset, first, last = _outage_days(network, faults, usual_outage_h, lead_h, heating)
    day = visits["visited_on"].to_numpy(dtype="datetime64[D]").astype(np.int64)
    cold = cold[np.argsort(day[cold], kind="stable")]
    days = day[cold]
    begin, end = np.searchsorted(days, first, side="left"), np.searchsorted(days, last, side="right")
    step = max(1, int(2_000_000 / max(float((end - begin).mean()) if len(begin) else 1.0, 1.0)))
    for some in range(0, len(asset), step):
        count = (end - begin)[some : some + step]
        fault = np.repeat(np.arange(some, some + len(count)), count)
        row = positions_in(begin[some : some + step], end[some : some + step])
        hit = outages.cuts_off(asset[fault], nodes[cold[row]])
        explained[cold[row[hit]]] = True
    return explained


def _outage_days(
    network: Network, faults: pd.DataFrame, usual_outage_h: Floats, lead_h: float, heating: tuple[str, str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return asset, first and last day (since 1970) of each recorded outage, a day after heat was back included."""
    asset = network.asset_positions(faults["asset_id"])
    hours = faults["outage_h"].to_numpy(dtype=np.float64)
    known = recorded_outage_h(faults.assign(repair_h=pd.to_numeric(faults["repair_h"])), lead_h)
    counts = (asset >= 0) & ~(hours == 0) & (faults["found_by"] != "test").to_numpy(dtype=bool)
    counts &= is_heating(faults["found_on"], heating_from=heating[0], heating_to=heating[1])
    asset, known = asset[counts], known[counts]
    lasts = np.where(np.isnan(known), usual_outage_h[asset], known)
    first = faults["found_on"].to_numpy(dtype="datetime64[D]").astype(np.int64)[counts]
    return asset, first, first + np.floor(lasts / 24.0).astype(np.int64) + 1
