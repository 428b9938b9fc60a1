"""Dates and particulars of what happened in a drawn city: faults, works, make-up water, digs and visits as tables."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet.network import Floats, Integers, Network, Truths
from heatnet.schema import DIGS, FAULTS, MAKEUP, VISITS, WORKS, conform
from heatnet.synthetic.contacts import CHANNELS, NETWORK, OTHER, STATION, Contacts
from heatnet.synthetic.ids import numbered, worded
from heatnet.synthetic.seasons import RENEWAL, Past

Days = npt.NDArray[np.datetime64]
_OPERATION, _TEST, _INSPECTION = range(3)
_FOUND_BY = ("operation", "test", "inspection")
_FAULT_KINDS = ("corrosion leak", "weld crack", "compensator leak", "joint leak", "valve leak", "damage by others")
_FAULT_KIND_SHARE = (0.46, 0.16, 0.1, 0.13, 0.08, 0.07)
_STATION_KINDS = ("plate heat exchanger leak", "circulation pump", "control valve", "power failure")
_OUTAGE_SHARE = 0.3
_UNPLACED_SHARE = 0.012
_WORK_KINDS = ("renewal", "cleaning", "balancing", "repair")
_CATEGORIES = ("", "室温不达标", "暖气片不热", "咨询", "漏水", "缴费")
_CAUSE_OF_REASON = ("", "network", "station", "building", "household", "unknown", "unknown")
_CAUSES = ("household", "building", "station", "network", "closed", "unknown")


def fault_table(rng: np.random.Generator, network: Network, past: Past) -> pd.DataFrame:
    """Return the faults with dates, in order of their dates; some are known by their place only."""
    asset, season, count = past.fault_asset, past.fault_season, len(past.fault_asset)
    by = rng.choice(3, count, p=[0.82, 0.12, 0.06])
    found_on = _found_days(rng, season, by, season == past.seasons[-2])
    order = np.argsort(found_on, kind="stable")
    asset, by, found_on = asset[order], by[order], found_on[order]
    is_segment = asset < network.n_segments
    diameter = np.append(network.diameter_mm, 250.0)[np.where(is_segment, asset, network.n_segments)]
    repair = np.round(4.0 * np.sqrt(diameter / 100.0) * np.exp(rng.normal(0.0, 0.4, count)), 1)
    outage = np.round(repair * rng.uniform(1.0, 1.4, count), 1)
    outage[(by != _OPERATION) | (rng.random(count) >= _OUTAGE_SHARE)] = 0.0
    kind = rng.choice(len(_FAULT_KINDS), count, p=_FAULT_KIND_SHARE)
    station_kind = len(_FAULT_KINDS) + rng.integers(0, len(_STATION_KINDS), count)
    is_unplaced = is_segment & (rng.random(count) < _UNPLACED_SHARE)
    x_m, y_m = _places(rng, network, asset, is_unplaced)
    asset_ids = network.asset_ids.to_numpy(dtype=object)[asset]
    asset_ids[is_unplaced] = None
    faults = pd.DataFrame(
        {
            "fault_id": numbered("F", count, 5),
            "found_on": found_on,
            "asset_id": asset_ids,
            "x_m": x_m,
            "y_m": y_m,
            "kind": worded(_FAULT_KINDS + _STATION_KINDS, np.where(is_segment, kind, station_kind)),
            "found_by": worded(_FOUND_BY, by),
            "outage_h": outage,
            "repair_h": np.where(rng.random(count) < 0.04, np.nan, repair),
        }
    )
    return conform(faults, FAULTS)


def work_table(rng: np.random.Generator, network: Network, past: Past, faults: pd.DataFrame) -> pd.DataFrame:
    """Return the works in order of their dates: summer measures, and a repair after each fault that has an asset."""
    works, count = past.works, len(past.works.asset)
    length = np.append(network.length_m, np.full(network.n_assets - network.n_segments, np.nan))
    known = faults[faults["asset_id"].notna()]
    hours = known["repair_h"].fillna(6.0).to_numpy(dtype=np.float64)
    repaired = known["found_on"].to_numpy().astype("datetime64[D]") + np.ceil(hours / 24.0).astype(np.int64)
    summer = _calendar(works.season + 1, 5, 20) + rng.integers(0, 125, count)
    table = pd.DataFrame(
        {
            "asset_id": np.append(network.asset_ids.to_numpy(dtype=object)[works.asset], known["asset_id"].to_numpy()),
            "done_on": np.append(summer, repaired),
            "kind": worded(_WORK_KINDS, np.append(works.kind, np.full(len(known), 3))),
            "length_m": np.append(
                np.where(works.kind == RENEWAL, np.round(length[works.asset] * works.share, 1), np.nan),
                np.round(rng.uniform(0.5, 4.0, len(known)), 1),
            ),
        }
    )
    table = table.sort_values(["done_on", "asset_id", "kind"], kind="stable", ignore_index=True)
    table.insert(0, "work_id", numbered("R", len(table), 5))
    return conform(table, WORKS)


def makeup_table(
    rng: np.random.Generator, network: Network, past: Past, station_of: Integers, behind: Floats
) -> pd.DataFrame:
    """Return make-up water by station and season: a base by size, and more where the secondary side leaks.

    `station_of` is the place of each asset's station among the stations, -1 on the primary side; `behind` are the
    households of each station.
    """
    count, recorded = len(behind), past.seasons[:-1]
    on_secondary = np.flatnonzero(station_of >= 0)
    volumes = []
    for k in range(len(recorded)):
        of_station = station_of[on_secondary]
        leaks = np.bincount(of_station, weights=past.fault_rate[on_secondary, k], minlength=count)
        impaired = np.bincount(of_station, weights=past.is_impaired[on_secondary, k], minlength=count)
        base = 0.12 * behind * rng.uniform(0.7, 1.3, count)
        volumes.append(np.round(base + 260.0 * leaks + 45.0 * impaired + rng.exponential(40.0, count)))
    ids = network.node_ids[network.station_nodes].to_numpy(dtype=object)
    makeup = pd.DataFrame(
        {
            "station_id": np.tile(ids, len(recorded)),
            "season": np.repeat(np.array(recorded, dtype=np.float64), count),
            "makeup_m3": np.concatenate(volumes),
        }
    )
    return conform(makeup, MAKEUP)


def dig_table(rng: np.random.Generator, network: Network, year: int) -> pd.DataFrame:
    """Return announced road works of a summer: digs on streets of the network, and bans on digging."""
    length = network.segments.groupby("street")["length_m"].sum()
    streets = np.sort(length.index.to_numpy(dtype=object))
    count = min(len(streets), 4 + round(len(network.station_nodes) / 4))
    weight = length.loc[streets].to_numpy(dtype=np.float64)
    chosen = streets[rng.choice(len(streets), count, replace=False, p=weight / np.cumsum(weight)[-1])]
    is_ban = rng.random(count) < 0.2
    start = _calendar(np.full(count, year), 5, 6) + rng.integers(0, 105, count)
    end = np.minimum(start + rng.integers(12, 60, count), _calendar(np.full(count, year), 9, 30))
    exam = _calendar(np.array([year]), 6, 5)
    digs = pd.DataFrame(
        {
            "dig_id": numbered("D", count + 1, 3),
            "street": np.append(chosen, np.array(["*"], dtype=object)),
            "start_on": np.append(start, exam),
            "end_on": np.append(end, exam + 5),  # the days of the university entrance exams
            "is_ban": np.append(is_ban, True),
            "closed_years": np.append(np.where(is_ban, np.nan, rng.choice([np.nan, 3.0, 5.0], count)), np.nan),
        }
    )
    return conform(digs, DIGS)


def visit_table(rng: np.random.Generator, network: Network, contacts: Contacts) -> tuple[pd.DataFrame, Integers]:
    """Return the visits in order of their dates, and the true reason of each."""
    day = _calendar(contacts.season, 10, 15) + contacts.day
    order = np.argsort(day, kind="stable")
    day, is_cold, reason = day[order], contacts.is_cold[order], contacts.reason[order]
    count, channel = len(order), contacts.channel[order]
    building = network.node_ids[network.building_nodes].to_numpy(dtype=object)[contacts.building[order]]
    is_measured = (channel == 3) | (rng.random(count) < 0.3)
    temperature = _room_temperatures(rng, is_cold)
    is_said = (channel != 3) | (rng.random(count) < 0.3)
    resolved = is_cold & (rng.random(count) < 0.85)
    resolved_on = np.where(resolved, day + rng.geometric(0.25, count), np.datetime64("NaT", "D"))
    visits = pd.DataFrame(
        {
            "visit_id": numbered("C", count, 6),
            "building_id": building,
            "visited_on": day,
            "channel": worded(CHANNELS, channel),
            "is_cold": pd.arrays.BooleanArray(is_cold, ~is_said),
            "room_temp_c": np.where(is_measured, temperature, np.nan),
            "category": worded(_CATEGORIES, _categories(rng, is_cold, channel)),
            "cause": worded(_CAUSES, _causes(rng, reason)),
            "resolved_on": resolved_on,
            "household_id": _household_ids(building, contacts.household[order]),
        }
    )
    return conform(visits, VISITS), reason


def _found_days(rng: np.random.Generator, season: Integers, by: Integers, is_last: Truths) -> Days:
    """Faults show while heating runs; tests follow in spring, and in autumn but for the last season."""
    count = len(season)
    heating_day = np.where(rng.random(count) < 0.25, rng.integers(0, 25, count), rng.integers(0, 183, count))
    spring = _calendar(season + 1, 4, 16) + rng.integers(0, 28, count)
    autumn = _calendar(season + 1, 9, 1) + rng.integers(0, 40, count)
    tested = np.where((rng.random(count) < 0.5) | is_last, spring, autumn)
    return np.where(by == _TEST, tested, _calendar(season, 10, 15) + heating_day)


def _places(rng: np.random.Generator, network: Network, asset: Integers, wanted: Truths) -> tuple[Floats, Floats]:
    """Coordinates of a point on the segment where they are wanted, else unknown."""
    segment = np.where(wanted, asset, 0)
    share = rng.uniform(0.2, 0.8, len(asset))
    found = []
    for column in ("x_m", "y_m"):
        at = network.nodes[column].to_numpy(dtype=np.float64)
        a, b = at[network.from_node[segment]], at[network.to_node[segment]]
        found.append(np.where(wanted, np.round(a + share * (b - a), 1), np.nan))
    return found[0], found[1]


def _room_temperatures(rng: np.random.Generator, is_cold: Truths) -> Floats:
    warm = np.maximum(rng.normal(21.2, 1.3, len(is_cold)), 18.0)
    cold = np.minimum(rng.normal(16.2, 1.1, len(is_cold)), 17.9)
    temperatures: Floats = np.where(is_cold, cold, warm)
    return np.round(temperatures, 1)


def _categories(rng: np.random.Generator, is_cold: Truths, channel: Integers) -> Integers:
    """Cold homes say that they are cold, the others who call ask something else."""
    draw = rng.random(len(is_cold))
    asked = np.select([draw < 0.6, draw < 0.8], [3, 4], 5)
    is_call = (channel == 1) | (channel == 2)
    return np.where(is_cold, np.where(draw < 0.55, 1, 2), np.where(is_call, asked, 0))


def _causes(rng: np.random.Generator, reason: Integers) -> Integers:
    """Most cold homes are inspected; what was found is a little less than the truth."""
    found = np.array([_CAUSES.index(word) if word else -1 for word in _CAUSE_OF_REASON])[reason]
    draw = rng.random(len(reason))
    found = np.where((reason == OTHER) & (draw < 0.3), 4, found)
    found = np.where(np.isin(reason, [NETWORK, STATION]) & (draw < 0.3), 5, found)
    return np.where(rng.random(len(reason)) < 0.75, found, -1)


def _household_ids(building: npt.NDArray[np.object_], household: Integers) -> npt.NDArray[np.object_]:
    ids = [f"{where}-{number + 1:03d}" for where, number in zip(building, household.tolist(), strict=True)]
    return np.array(ids, dtype=object)


def _calendar(year: Integers, month: int, day: int) -> Days:
    """Return that day of each year."""
    months = (year - 1970) * 12 + (month - 1)
    return months.astype("datetime64[M]").astype("datetime64[D]") + (day - 1)
