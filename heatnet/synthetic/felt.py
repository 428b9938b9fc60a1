"""What people feel and crews find in the second recipe: how cold it is, whose fault it is, how long it lasts.

An impaired asset takes some degrees from every home behind it, as long as it is impaired; of several on a path the
worst counts. Crews write down what they think of six cold homes in ten, and are wrong in one of five. A household's
own trouble is solved within days, a network's often not before summer. Heat is back when the fault is found, the
section drained, the pipe repaired and the section filled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.synthetic.contacts import BUILDING, HOUSEHOLD, LATE_START, NETWORK, OTHER, STATION, WARM, Contacts
from heatnet.synthetic.ground import Ground
from heatnet.synthetic.ids import worded
from heatnet.synthetic.layout import Layout
from heatnet.synthetic.seasons import Past

OUTAGE_SHARE = 0.82 * 0.3
"""Return the share of the faults that cut homes off: found in operation, and a shut-off was needed."""
LEAD_H = 6.0
_LEAD_SPREAD, _REPAIR_SPREAD = 0.35, 0.4
_LEAST_COLD_C, _ROOM_MIN_C = 17.9, 18.0
_DEFICIT_K, _OWN_DEFICIT_K, _ROOM_SPREAD_K = (0.3, 4.0), (0.3, 3.0), 0.5
_WORD_SHARE, _WRONG_SHARE = 0.6, 0.2
_WORDS = ("household", "station", "network", "building", "unknown")
_SOLVED_SHARE, _SOLVED_DAYS = (0.85, 0.45), (4.0, 30.0)
_MEASURED_SHARE = 0.05
_NEW_LOSS_W_M = (36.0, 0.13)
_INSULATION_FACTOR = np.array([1.0, 1.2, 1.35, 2.0])


@dataclass(frozen=True, slots=True, eq=False)
class Felt:
    """What is true of homes and pipes beyond the first recipe.

    Parameters
    ----------
    deficit_k : float array
        By asset: degrees below 18 degC in the homes behind it while it is impaired.
    outage_h : float array
        By asset: mean hours until heat is back after a fault.
    heat_loss_w_m : float array
        By segment: heat lost per metre of route.
    """

    deficit_k: Floats
    outage_h: Floats
    heat_loss_w_m: Floats


def draw_felt(rng: np.random.Generator, layout: Layout, ground: Ground, season: int) -> Felt:
    """Draw what stays with each asset."""
    n_assets = layout.n_segments + len(layout.stations)
    diameter = np.append(layout.diameter_mm, np.full(len(layout.stations), 250.0))
    mean_repair_h = 4.0 * np.sqrt(diameter / 100.0) * np.exp(_REPAIR_SPREAD**2 / 2.0)
    age = np.maximum(season - ground.laid_year - 5.0, 0.0)
    new_w_m = (_NEW_LOSS_W_M[0] + _NEW_LOSS_W_M[1] * layout.diameter_mm) * np.where(layout.twin >= 0, 0.5, 1.0)
    worse = (1.0 + 0.012 * age) * _INSULATION_FACTOR[ground.insulation]
    return Felt(
        deficit_k=rng.uniform(*_DEFICIT_K, n_assets),
        outage_h=mean_repair_h + LEAD_H * np.exp(_LEAD_SPREAD**2 / 2.0),
        heat_loss_w_m=new_w_m * worse * np.exp(rng.normal(0.0, 0.15, layout.n_segments)),
    )


def felt_segments(rng: np.random.Generator, segments: pd.DataFrame, felt: Felt) -> pd.DataFrame:
    """Return the segments with the heat losses that were measured on a few of them."""
    is_measured = rng.random(len(segments)) < _MEASURED_SHARE
    return segments.assign(heat_loss_w_m=np.where(is_measured, np.round(felt.heat_loss_w_m, 1), np.nan))


def felt_faults(rng: np.random.Generator, faults: pd.DataFrame) -> pd.DataFrame:
    """Return the faults with the hours until heat was back, not only those of the repair."""
    repair_h = faults["repair_h"].fillna(faults["outage_h"] / 1.2).to_numpy(dtype=np.float64)
    lead_h = LEAD_H * np.exp(rng.normal(0.0, _LEAD_SPREAD, len(faults)))
    is_out = (faults["outage_h"] > 0).to_numpy(dtype=bool)
    return faults.assign(outage_h=np.where(is_out, np.round(repair_h + lead_h, 1), 0.0))


def felt_visits(rng: np.random.Generator, visits: pd.DataFrame, reason: Ints, lacking_k: Floats) -> pd.DataFrame:
    """Return the visits with temperatures, words and days until solved that follow from the true reason.

    Parameters
    ----------
    rng : numpy Generator
        Source of chance.
    visits : DataFrame
        As the first recipe draws them.
    reason : array of int
        The true reason of each.
    lacking_k : float array
        Per visit: degrees that the worst impaired asset on the path takes; NaN where none is impaired.
    """
    count, is_cold = len(visits), reason != WARM
    is_own = np.isin(reason, [HOUSEHOLD, OTHER, LATE_START])
    own_k = rng.uniform(*_OWN_DEFICIT_K, count)
    below = np.where(is_own | np.isnan(lacking_k), own_k, lacking_k)
    cold_c = np.minimum(_ROOM_MIN_C - below + rng.normal(0.0, _ROOM_SPREAD_K, count), _LEAST_COLD_C)
    read_c = visits["room_temp_c"].to_numpy(dtype=np.float64)
    solved = rng.random(count) < np.where(is_own, *_SOLVED_SHARE)
    days = 1 + np.floor(rng.exponential(np.where(is_own, *_SOLVED_DAYS))).astype(np.int64)
    visited = visits["visited_on"].to_numpy(dtype="datetime64[D]")
    resolved = np.where(is_cold & solved, visited + days, np.datetime64("NaT", "D"))
    return visits.assign(
        room_temp_c=np.where(is_cold & ~np.isnan(read_c), np.round(cold_c, 1), read_c),
        cause=worded(_WORDS, _words(rng, reason, is_cold)),
        resolved_on=resolved.astype("datetime64[s]"),
    )


def lacking_at_visits(layout: Layout, past: Past, felt: Felt, contacts: Contacts) -> Floats:
    """Return per visit: degrees that the worst impaired asset on the supply path takes, NaN where none is."""
    lacking = np.zeros(len(contacts.season))
    is_entered = layout.entering >= 0
    for k, season in enumerate(past.seasons):
        visits = np.flatnonzero(contacts.season == season)
        if not len(visits):
            continue
        taken = np.where(past.is_impaired[:, k], felt.deficit_k, 0.0)
        by_node = np.where(is_entered, taken.take(layout.entering), 0.0)
        by_node[layout.stations] = np.maximum(by_node[layout.stations], taken[layout.n_segments :])
        worst = layout.tree.most_on_path(by_node)
        lacking[visits] = worst.take(layout.buildings[contacts.building[visits]])
    return np.where(lacking > 0.0, lacking, np.nan)


def _words(rng: np.random.Generator, reason: Ints, is_cold: Truths) -> Ints:
    """Return what the crew wrote: the code of a word, -1 for nothing."""
    kind = np.select([reason == STATION, reason == NETWORK], [1, 2], 0)
    wrong = (kind + rng.integers(1, 3, len(kind))) % 3
    said = np.where(rng.random(len(kind)) < _WRONG_SHARE, wrong, kind)
    in_house = rng.random(len(kind)) < np.where(reason == BUILDING, 1.0, 0.2)
    said = np.where((said == 0) & in_house, 3, said)
    is_written = is_cold & (rng.random(len(kind)) < _WORD_SHARE)
    return np.where(is_written, said, np.where(is_cold & (rng.random(len(kind)) < 0.5), 4, -1))
