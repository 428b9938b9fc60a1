"""A room sensor reads thousands of times a winter, always in the same room: it is one witness, not thousands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.season import is_heating, season_of

SENSOR = "sensor"
HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Witnesses:
    """The sensors' rows of a table of visits, made one per household and season.

    Parameters
    ----------
    row : array of int
        The row that stands for each household and season: of its first day with a reading.
    is_cold : array of bool
        Whether more than half of its days were cold.
    room_temp_c : array of float
        The mean of its daily means, degC.
    stood_for : array of bool
        Per row of the table: another row stands for it.
    outside : array of bool
        Per row of the table: a sensor's reading from outside the heating time.
    """

    row: Ints
    is_cold: Truths
    room_temp_c: Floats
    stood_for: Truths
    outside: Truths


def witnesses(
    table: pd.DataFrame, stays: Truths, names: pd.Series[str], *, heating: tuple[str, str], room_min_c: float
) -> Witnesses:
    """Return what the sensors say over a season.

    A day is cold where the mean of its readings lies below `room_min_c`, a season where more than half of the days in
    heating time are. A single row of a household and season that says whether it was cold stays as it is: it may be
    such a witness already. Rows of sensors without a temperature are no readings and stay visits.

    Parameters
    ----------
    table : DataFrame
        Visits in standard form.
    stays : array of bool
        The rows that are left, the first days of heating taken off.
    names : Series
        Id of each row; of several on the first day the smallest stands for the season.
    heating : tuple of str
        First and last day of heating, ``"MM-DD"``.
    room_min_c : float
        Limit of a cold room, degC.
    """
    temp = table["room_temp_c"].to_numpy(dtype=np.float64)
    is_reading = stays & (table["channel"] == SENSOR).to_numpy(dtype=bool) & ~np.isnan(temp)
    in_heating = is_heating(table["visited_on"], heating_from=heating[0], heating_to=heating[1])
    rows = np.flatnonzero(is_reading & in_heating)
    if not len(rows):
        nothing = np.zeros(0)
        return Witnesses(rows, nothing > 0, nothing, is_reading & in_heating, is_reading & ~in_heating)
    rows = rows[np.argsort(names.to_numpy(dtype=object)[rows], kind="stable")]
    day = table["visited_on"].to_numpy(dtype="datetime64[D]").astype(np.int64)
    who = np.full(len(table), -1)
    who[rows] = _household_seasons(table.iloc[rows])
    rows = rows[np.lexsort((day[rows], who[rows]))]  # by household and season, day, id
    new_day = np.flatnonzero(_changes(who[rows]) | _changes(day[rows]))
    new_who = np.flatnonzero(_changes(who[rows[new_day]]))
    daily_c = _means(temp[rows], new_day)
    cold_days = _means((daily_c < room_min_c).astype(np.float64), new_who)
    stands = rows[new_day[new_who]]
    is_single = np.diff(np.append(new_day[new_who], len(rows))) == 1
    said = table["is_cold"].iloc[stands]
    is_cold = np.where(
        is_single & said.notna().to_numpy(dtype=bool), said.fillna(False).to_numpy(dtype=bool), cold_days > HALF
    )
    stood_for = is_reading & in_heating
    stood_for[stands] = False
    return Witnesses(stands, is_cold, _means(daily_c, new_who), stood_for, is_reading & ~in_heating)


def _household_seasons(table: pd.DataFrame) -> Ints:
    """Return a number per household and season; a building stands for its household where that is not known."""
    season = season_of(table["visited_on"]).fillna(-1)
    where = table["household_id"].where(table["household_id"].notna(), "")
    keys = [table["building_id"].fillna(""), where, season]
    groups = pd.DataFrame(dict(enumerate(keys))).groupby([0, 1, 2], sort=False)
    return np.asarray(groups.ngroup(), dtype=np.int64)


def _changes(values: npt.NDArray[np.int64]) -> Truths:
    """Return where a value differs from the one before; the first does."""
    changes: Truths = np.r_[True, values[1:] != values[:-1]]
    return changes


def _means(values: Floats, first: Ints) -> Floats:
    """Return the mean of each run of values, from where each begins."""
    means: Floats = np.add.reduceat(values, first) / np.diff(np.append(first, len(values)))
    return means
