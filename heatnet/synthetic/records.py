"""Dates and particulars of what happened in a drawn city: faults, works, make-up water, digs and visits as tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.synthetic.contacts import CHANNELS, NETWORK, OTHER, STATION, Contacts
from heatnet.synthetic.ids import Ids, doors, numbered, text_column, worded
from heatnet.synthetic.layout import Layout
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


@dataclass(frozen=True, slots=True)
class Faults:
    """Particulars of the faults in order of their dates, one entry per fault."""

    asset: Ints
    found_on: Days
    found_by: Ints
    kind: Ints
    outage_h: Floats
    repair_h: Floats
    is_placed: Truths


def draw_faults(rng: np.random.Generator, layout: Layout, past: Past) -> Faults:
    """Draw when and how each fault was found, and what it took; a few are known by their coordinates only."""
    asset, season, count = past.fault_asset, past.fault_season, len(past.fault_asset)
    by = rng.choice(3, count, p=[0.82, 0.12, 0.06])
    found_on = _found_days(rng, season, by, season == past.seasons[-2])
    order = np.argsort(found_on, kind="stable")
    asset, by, found_on = asset[order], by[order], found_on[order]
    is_segment = asset < layout.n_segments
    diameter = np.append(layout.diameter_mm, 250.0)[np.where(is_segment, asset, layout.n_segments)]
    repair_h = np.round(4.0 * np.sqrt(diameter / 100.0) * np.exp(rng.normal(0.0, 0.4, count)), 1)
    outage_h = np.round(repair_h * rng.uniform(1.0, 1.4, count), 1)
    outage_h[(by != _OPERATION) | (rng.random(count) >= _OUTAGE_SHARE)] = 0.0
    kind = rng.choice(len(_FAULT_KINDS), count, p=_FAULT_KIND_SHARE)
    station_kind = len(_FAULT_KINDS) + rng.integers(0, len(_STATION_KINDS), count)
    return Faults(
        asset=asset,
        found_on=found_on,
        found_by=by,
        kind=np.where(is_segment, kind, station_kind),
        outage_h=outage_h,
        repair_h=np.where(rng.random(count) < 0.04, np.nan, repair_h),
        is_placed=~is_segment | (rng.random(count) >= _UNPLACED_SHARE),
    )


def fault_table(rng: np.random.Generator, layout: Layout, ids: Ids, faults: Faults) -> pd.DataFrame:
    """Return the faults as a table."""
    x_m, y_m = _places(rng, layout, faults)
    asset_id = ids.assets.take(np.where(faults.is_placed, faults.asset, -1), allow_fill=True)
    return pd.DataFrame(
        {
            "fault_id": text_column(numbered("F", len(faults.asset), 5)),
            "found_on": faults.found_on.astype("datetime64[s]"),
            "asset_id": asset_id,
            "x_m": x_m,
            "y_m": y_m,
            "kind": worded(_FAULT_KINDS + _STATION_KINDS, faults.kind),
            "found_by": worded(_FOUND_BY, faults.found_by),
            "outage_h": faults.outage_h,
            "repair_h": faults.repair_h,
        }
    )


def work_table(rng: np.random.Generator, layout: Layout, ids: Ids, past: Past, faults: Faults) -> pd.DataFrame:
    """Return the works in order of their dates: summer measures, and a repair after each fault that has an asset."""
    works, count = past.works, len(past.works.asset)
    placed = np.flatnonzero(faults.is_placed)
    hours = np.nan_to_num(faults.repair_h[placed], nan=6.0)
    repaired_on = faults.found_on[placed] + np.ceil(hours / 24.0).astype(np.int64)
    summer = _calendar(works.season + 1, 5, 20) + rng.integers(0, 125, count)
    is_renewal = works.kind == RENEWAL
    renewed_m = np.full(count, np.nan)
    renewed_m[is_renewal] = np.round(layout.length_m[works.asset[is_renewal]] * works.share[is_renewal], 1)
    asset = np.append(works.asset, faults.asset[placed])
    kind = np.append(works.kind, np.full(len(placed), _WORK_KINDS.index("repair")))
    done_on = np.append(summer, repaired_on)
    length_m = np.append(renewed_m, np.round(rng.uniform(0.5, 4.0, len(placed)), 1))
    order = np.lexsort((kind, asset, done_on))
    return pd.DataFrame(
        {
            "work_id": text_column(numbered("R", len(order), 5)),
            "asset_id": ids.assets.take(asset[order]),
            "done_on": done_on[order].astype("datetime64[s]"),
            "kind": worded(_WORK_KINDS, kind[order]),
            "length_m": length_m[order],
        }
    )


def makeup_table(rng: np.random.Generator, layout: Layout, ids: Ids, past: Past) -> pd.DataFrame:
    """Return make-up water by station and season: a base by size, and more where the secondary side leaks."""
    behind = layout.tree.sum_up(layout.households)[layout.stations]
    station_of = _stations_of(layout)
    count, recorded = len(behind), past.seasons[:-1]
    on_secondary = np.flatnonzero(station_of >= 0)
    volumes = []
    for k in range(len(recorded)):
        of_station = station_of[on_secondary]
        leaks = np.bincount(of_station, weights=past.fault_rate[on_secondary, k], minlength=count)
        impaired = np.bincount(of_station, weights=past.is_impaired[on_secondary, k], minlength=count)
        base = 0.12 * behind * rng.uniform(0.7, 1.3, count)
        volumes.append(np.round(base + 260.0 * leaks + 45.0 * impaired + rng.exponential(40.0, count)))
    return pd.DataFrame(
        {
            "station_id": ids.nodes.take(np.tile(layout.stations, len(recorded))),
            "season": np.repeat(np.array(recorded, dtype=np.float64), count),
            "makeup_m3": np.concatenate(volumes),
        }
    )


def dig_table(rng: np.random.Generator, layout: Layout, names: list[str], year: int) -> pd.DataFrame:
    """Return announced road works of a summer: digs on streets of the network, and bans on digging."""
    length_m = np.bincount(layout.pipes.street, weights=layout.length_m, minlength=len(names))
    count = min(int((length_m > 0).sum()), 4 + round(len(layout.stations) / 4))
    chosen = rng.choice(len(names), count, replace=False, p=length_m / np.cumsum(length_m)[-1])
    is_ban = rng.random(count) < 0.2
    start = _calendar(np.full(count, year), 5, 6) + rng.integers(0, 105, count)
    end = np.minimum(start + rng.integers(12, 60, count), _calendar(np.full(count, year), 9, 30))
    exams = _calendar(np.array([year]), 6, 5)
    closed_years = rng.choice([np.nan, 3.0, 5.0], count)
    return pd.DataFrame(
        {
            "dig_id": text_column(numbered("D", count + 1, 3)),
            "street": text_column([*(names[street] for street in chosen.tolist()), "*"]),
            "start_on": np.append(start, exams).astype("datetime64[s]"),
            "end_on": np.append(end, exams + np.array([5])).astype("datetime64[s]"),  # university entrance exams
            "is_ban": np.append(is_ban, True),
            "closed_years": np.append(np.where(is_ban, np.nan, closed_years), np.nan),
        }
    )


def by_date(contacts: Contacts) -> Contacts:
    """Return the contacts in order of their dates."""
    order = np.argsort(_dates(contacts), kind="stable")
    return Contacts(*(getattr(contacts, name)[order] for name in Contacts.__slots__))


def _dates(contacts: Contacts) -> Days:
    return _calendar(contacts.season, 10, 15) + contacts.day


def visit_table(rng: np.random.Generator, layout: Layout, ids: Ids, contacts: Contacts) -> pd.DataFrame:
    """Return the visits of contacts that stand in order of their dates."""
    day, is_cold, channel = _dates(contacts), contacts.is_cold, contacts.channel
    count = len(day)
    is_measured = (channel == 3) | (rng.random(count) < 0.3)
    temperature = _room_temperatures(rng, is_cold)
    is_said = (channel != 3) | (rng.random(count) < 0.3)
    resolved = is_cold & (rng.random(count) < 0.85)
    resolved_on = np.where(resolved, day + rng.geometric(0.25, count), np.datetime64("NaT", "D"))
    return pd.DataFrame(
        {
            "visit_id": text_column(numbered("C", count, 6)),
            "building_id": ids.nodes.take(layout.buildings[contacts.building]),
            "visited_on": day.astype("datetime64[s]"),
            "channel": worded(CHANNELS, channel),
            "is_cold": pd.arrays.BooleanArray(is_cold, ~is_said),
            "room_temp_c": np.where(is_measured, temperature, np.nan),
            "category": worded(_CATEGORIES, _categories(rng, is_cold, channel)),
            "cause": worded(_CAUSES, _causes(rng, contacts.reason)),
            "resolved_on": resolved_on.astype("datetime64[s]"),
            "household_id": text_column(doors(ids.buildings[contacts.building], contacts.household + 1)),
        },
        copy=False,
    )


def _found_days(rng: np.random.Generator, season: Ints, by: Ints, is_last: Truths) -> Days:
    """Return the day of each fault: while heating runs, by a test in spring, or in autumn but for the last season."""
    count = len(season)
    heating_day = np.where(rng.random(count) < 0.25, rng.integers(0, 25, count), rng.integers(0, 183, count))
    spring = _calendar(season + 1, 4, 16) + rng.integers(0, 28, count)
    autumn = _calendar(season + 1, 9, 1) + rng.integers(0, 40, count)
    tested = np.where((rng.random(count) < 0.5) | is_last, spring, autumn)
    return np.where(by == _TEST, tested, _calendar(season, 10, 15) + heating_day)


def _places(rng: np.random.Generator, layout: Layout, faults: Faults) -> tuple[Floats, Floats]:
    """Return coordinates of a point on the segment where no asset is named, else unknown."""
    segment = np.where(faults.is_placed, 0, faults.asset)
    share = rng.uniform(0.2, 0.8, len(segment))
    pipes, found = layout.pipes, []
    for at in (pipes.x_m, pipes.y_m):
        a, b = at[pipes.from_node[segment]], at[pipes.to_node[segment]]
        found.append(np.where(faults.is_placed, np.nan, np.round(a + share * (b - a), 1)))
    return found[0], found[1]


def _stations_of(layout: Layout) -> Ints:
    """Return for each asset the place of its station among the stations, -1 on the primary level."""
    of_segment = np.where(layout.is_primary, -1, layout.pipes.block[layout.pipes.to_node])
    return np.append(of_segment, np.arange(len(layout.stations)))


def _room_temperatures(rng: np.random.Generator, is_cold: Truths) -> Floats:
    warm = np.maximum(rng.normal(21.2, 1.3, len(is_cold)), 18.0)
    cold = np.minimum(rng.normal(16.2, 1.1, len(is_cold)), 17.9)
    temperatures: Floats = np.where(is_cold, cold, warm)
    return np.round(temperatures, 1)


def _categories(rng: np.random.Generator, is_cold: Truths, channel: Ints) -> Ints:
    """Return categories: cold homes say that they are cold, the others who call ask something else."""
    draw = rng.random(len(is_cold))
    asked = np.select([draw < 0.6, draw < 0.8], [3, 4], 5)
    is_call = (channel == 1) | (channel == 2)
    return np.where(is_cold, np.where(draw < 0.55, 1, 2), np.where(is_call, asked, 0))


def _causes(rng: np.random.Generator, reason: Ints) -> Ints:
    """Return causes: most cold homes are inspected; what was found is a little less than the truth."""
    found = np.array([_CAUSES.index(word) if word else -1 for word in _CAUSE_OF_REASON])[reason]
    draw = rng.random(len(reason))
    found = np.where((reason == OTHER) & (draw < 0.3), 4, found)
    found = np.where(np.isin(reason, [NETWORK, STATION]) & (draw < 0.3), 5, found)
    return np.where(rng.random(len(reason)) < 0.75, found, -1)


def _calendar(year: Ints, month: int, day: int) -> Days:
    """Return that day of each year."""
    months = (year - 1970) * 12 + (month - 1)
    first: Days = months.astype("datetime64[M]").astype("datetime64[D]")
    days: Days = first + np.full(len(first), day - 1)
    return days
