"""Bring visits into the form of one observation per household, about the network; every step is said.

`clean_visits` returns what is left, `visit_findings` what was done and why; both run the same steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Truths
from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.inventory.judging import cold_in_warm_room
from heatnet.language import Note, note
from heatnet.location.evidence import conformed_visits
from heatnet.location.sensors import Witnesses, witnesses
from heatnet.network import BUILDING, Network
from heatnet.schema.findings import all_findings, findings_at
from heatnet.season import heating_interval, season_of

OWN_CAUSES = ("household", "building")
NETWORK_CAUSES = ("network", "station")
OwnWords = Literal["warm", "keep"]


@typed
def clean_visits(  # noqa: PLR0913
    visits: pd.DataFrame,
    network: Network,
    *,
    late_start_days: int = 4,
    heating_from: str = "10-15",
    heating_to: str = "04-15",
    repeat_days: int = 7,
    room_min_c: float = 18.0,
    own_after_seasons: int = 3,
    own_words: OwnWords = "warm",
) -> pd.DataFrame:
    """Return the visits that say something about the network, one per household and week.

    In this order: rows at no known building are left out; an empty `is_cold` is filled from the room temperature; rows
    whose cause is ``closed`` (stopped or unpaid) are left out; rows from before `heating_from`, and from the first
    `late_start_days` after it, are left out; the readings of a sensor in a season become one row, cold where more than
    half of its days in heating time had a mean below `room_min_c`; a cold row whose cause was found in the household or
    the building becomes a not-cold one (unless `own_words` keeps it); so does each cold row of a household that was
    cold in `own_after_seasons` seasons and never for a cause in the network or a station, unless another household of
    its building was so too; of several rows of one household within `repeat_days` one is kept: a cold one whose cause
    was found in the network or a station, else one whose cause was found in the household or the building, else a cold
    one. `visit_findings` says which rows, and why.

    Parameters
    ----------
    visits : DataFrame
        Visits of any seasons.
    network : Network
        The network to which the buildings belong.
    late_start_days : int
        Days from `heating_from` on in which homes are cold because heating has only just started; 0: none.
    heating_from, heating_to : str
        Month and day on which heating starts and ends, ``"MM-DD"``; the end matters for sensors only.
    repeat_days : int
        Rows of one household fewer days apart are one observation; 0: every row is one. Without a `household_id`, rows
        of the same building, date and category are one household's; without a category as well, every row is its own.
    room_min_c : float
        A room below this temperature in degC is cold; 18 in most cities, 20 in Ningxia and Urumqi.
    own_after_seasons : int
        Seasons after which a cold household counts as its own cause; 0: never.
    own_words : str
        ``warm``: a cold row with the crew's word for own trouble counts as not cold. ``keep``: it stays cold, for
        `locate_faults` weighs the words itself (`cause_error`).

    Returns
    -------
    DataFrame
        The rows left, all columns of the table of visits, in the order given.

    Raises
    ------
    HeatnetError
        When the visits cannot be read, or a number of days or seasons is negative.

    Examples
    --------
    >>> network = Network(
    ...     pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]}),
    ...     pd.DataFrame({"segment_id": ["s"], "from_node": "A", "to_node": "B", "length_m": 100, "diameter_mm": 80}))
    >>> visits = pd.DataFrame({
    ...     "visit_id": ["1", "2", "3"], "building_id": "B", "visited_on": ["2024-10-16", "2024-12-01", "2024-12-02"],
    ...     "is_cold": [True, True, None], "room_temp_c": [None, None, 16.5], "cause": [None, "household", None]})
    >>> clean_visits(visits, network)[["visit_id", "is_cold"]].values.tolist()
    [['2', False], ['3', True]]
    """
    steps = CleaningSteps(
        late_start_days, heating_from, repeat_days, room_min_c, own_after_seasons, heating_to, own_words
    )
    return cleaned_visits(conformed_visits(visits), network, steps)[0]


@typed
def visit_findings(  # noqa: PLR0913
    visits: pd.DataFrame,
    network: Network,
    *,
    late_start_days: int = 4,
    heating_from: str = "10-15",
    heating_to: str = "04-15",
    repeat_days: int = 7,
    room_min_c: float = 18.0,
    own_after_seasons: int = 3,
    own_words: OwnWords = "warm",
) -> pd.DataFrame:
    """Return what `clean_visits` does with these visits and why: one finding for each row left out or changed.

    Parameters
    ----------
    visits, network, late_start_days, heating_from, heating_to, repeat_days, room_min_c, own_after_seasons, own_words
        As in `clean_visits`.

    Returns
    -------
    DataFrame
        Columns ``severity``, ``rule``, ``table``, ``row_id``, ``column``, ``message``; never a household's identity.

    Raises
    ------
    HeatnetError
        As in `clean_visits`.

    Examples
    --------
    >>> network = Network(
    ...     pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]}),
    ...     pd.DataFrame({"segment_id": ["s"], "from_node": "A", "to_node": "B", "length_m": 100, "diameter_mm": 80}))
    >>> visits = pd.DataFrame({"visit_id": ["1"], "building_id": "B", "visited_on": "2024-10-16", "is_cold": True})
    >>> visit_findings(visits, network)[["rule", "row_id"]].values.tolist()
    [['visit_late_start', '1']]
    """
    steps = CleaningSteps(
        late_start_days, heating_from, repeat_days, room_min_c, own_after_seasons, heating_to, own_words
    )
    return cleaned_visits(conformed_visits(visits), network, steps)[1]


@dataclass(frozen=True, slots=True)
class CleaningSteps:
    """The settings of `clean_visits`, which says what they mean."""

    late_start_days: int = 4
    heating_from: str = "10-15"
    repeat_days: int = 7
    room_min_c: float = 18.0
    own_after_seasons: int = 3
    heating_to: str = "04-15"
    own_words: OwnWords = "warm"

    def __post_init__(self) -> None:
        if self.own_words not in ("warm", "keep"):
            raise HeatnetError(f"own_words is {self.own_words!r}; give 'warm' or 'keep'.")
        heating_interval(1999, heating_from=self.heating_from, heating_to=self.heating_to)
        for name in ("late_start_days", "repeat_days", "own_after_seasons"):
            number = getattr(self, name)
            if not isinstance(number, (int, float, np.integer, np.floating)) or not number >= 0:
                raise HeatnetError(f"{name} is {number!r}; give a number of 0 or more.")
        if not isinstance(self.room_min_c, (int, float, np.integer, np.floating)) or not np.isfinite(self.room_min_c):
            raise HeatnetError(f"room_min_c is {self.room_min_c!r}; give a temperature in degC, e.g. 18.")


def cleaned_visits(table: pd.DataFrame, network: Network, steps: CleaningSteps) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows that `clean_visits` leaves of visits in standard form, and the findings of `visit_findings`."""
    names = table["visit_id"].where(table["visit_id"].notna(), pd.Series(table.index.astype(str)))
    found: list[pd.DataFrame] = []

    def say(severity: str, rule: str, column: str, rows: Truths, message: Note) -> None:
        found.append(findings_at(severity, rule, "visits", column, names[rows], message))  # type: ignore[arg-type]

    stays = _at_building(table, network)
    unknown = note("findings.unknown_building", column="building_id")
    say("error", "unknown_building", "building_id", ~stays, unknown)
    table, is_filled, is_odd = _with_temperatures(table, steps.room_min_c)
    limit_c = f"{steps.room_min_c:g}"
    say(
        "note",
        "visit_cold_from_temperature",
        "is_cold",
        is_filled & stays,
        note("location.visit_cold_from_temperature", limit_c=limit_c),
    )
    odd = note("location.visit_warm_room", limit_c=limit_c)
    say("warning", "visit_cold_but_warm_room", "room_temp_c", is_odd & stays, odd)
    closed = (table["cause"] == "closed").to_numpy(dtype=bool)
    for rule, column, out, message in (
        ("visit_closed", "cause", closed, note("location.visit_closed")),
        *_early(table, steps),
    ):
        say("note", rule, column, out & stays, message)
        stays = stays & ~out
    of_sensors = witnesses(
        table, stays, names, heating=(steps.heating_from, steps.heating_to), room_min_c=steps.room_min_c
    )
    for rule, out, message in (
        ("visit_sensor_outside_heating", of_sensors.outside, note("location.visit_sensor_outside")),
        ("visit_sensor", of_sensors.stood_for, note("location.visit_sensor")),
    ):
        say("note", rule, "room_temp_c", out, message)
        stays = stays & ~out
    table = _with_witnesses(table, of_sensors)
    own = _is_cold(table) & stays & table["cause"].isin(OWN_CAUSES).to_numpy(dtype=bool)
    own &= steps.own_words == "warm"
    say("note", "visit_own_cause", "cause", own, note("location.visit_own_cause"))
    lasting = _is_cold(table) & stays & ~own & _own_by_habit(table, stays, steps.own_after_seasons)
    habit = note("location.visit_own_by_habit", seasons=steps.own_after_seasons)
    say("note", "visit_own_by_habit", "is_cold", lasting, habit)
    table["is_cold"] = table["is_cold"].mask(pd.Series(own | lasting), False)
    is_witness = np.zeros(len(table), dtype=bool)
    is_witness[of_sensors.row] = True
    repeated = _repeats(table, stays & ~is_witness, names, steps.repeat_days)
    same = note("location.visit_repeated", days=steps.repeat_days)
    say("note", "visit_repeated", "visited_on", repeated, same)
    return table[stays & ~repeated].reset_index(drop=True), all_findings(found)


def _with_witnesses(table: pd.DataFrame, of_sensors: Witnesses) -> pd.DataFrame:
    cold, temp = table["is_cold"].copy(), table["room_temp_c"].copy()
    cold.iloc[of_sensors.row] = of_sensors.is_cold
    temp.iloc[of_sensors.row] = of_sensors.room_temp_c
    return table.assign(is_cold=cold, room_temp_c=temp)


def _at_building(table: pd.DataFrame, network: Network) -> Truths:
    node = network.node_positions(table["building_id"])
    known: Truths = (node >= 0) & (network.node_kind[node] == BUILDING)
    return known


def _is_cold(table: pd.DataFrame) -> Truths:
    return table["is_cold"].fillna(False).to_numpy(dtype=bool)


def _with_temperatures(table: pd.DataFrame, room_min_c: float) -> tuple[pd.DataFrame, Truths, Truths]:
    """Return the table with `is_cold` filled, which rows were filled, and which are cold in a warm room."""
    temp = table["room_temp_c"].to_numpy(dtype=np.float64)
    is_filled = table["is_cold"].isna().to_numpy(dtype=bool) & ~np.isnan(temp)
    is_odd = cold_in_warm_room(table, room_min_c)
    cold = table["is_cold"].mask(pd.Series(is_filled), pd.Series(temp < room_min_c, dtype="boolean"))
    return table.assign(is_cold=cold), is_filled, is_odd


def _early(table: pd.DataFrame, steps: CleaningSteps) -> list[tuple[str, str, Truths, Note]]:
    """Return the rows from before heating started, and those from its first days.

    Where heating starts before 15 October, its first days lie in the season before.
    """
    day = table["visited_on"]
    season = season_of(day)
    own, following = (
        (day - pd.to_datetime((season + later).map(_first_days(season + later, steps.heating_from)))).dt.days.to_numpy(
            dtype=np.float64, na_value=np.nan
        )
        for later in (0, 1)
    )
    since = np.where(following >= 0, following, own)
    message = note("location.visit_late_start", days=steps.late_start_days)
    return [
        ("visit_before_heating", "visited_on", since < 0, note("location.visit_before_heating")),
        ("visit_late_start", "visited_on", (since >= 0) & (since < steps.late_start_days), message),
    ]


def _first_days(season: pd.Series[float], heating_from: str) -> dict[float, pd.Timestamp]:
    return {s: heating_interval(int(s), heating_from=heating_from)[0] for s in season.dropna().unique()}


def _own_by_habit(table: pd.DataFrame, stays: Truths, own_after_seasons: int) -> Truths:
    """Return the rows of households that were cold in so many seasons, never for a cause in the network.

    Where several of one building were, what they share is to blame: an asset that is ill year after year must not be
    taken for the habit of those who live behind it.
    """
    if not own_after_seasons:
        return np.zeros(len(table), dtype=bool)
    cold = table[_is_cold(table) & stays & table["household_id"].notna().to_numpy(dtype=bool)]
    seasons = season_of(cold["visited_on"]).groupby(cold["household_id"]).nunique()
    excused = cold.loc[cold["cause"].isin(NETWORK_CAUSES), "household_id"]
    own = seasons.index[seasons >= own_after_seasons].difference(pd.Index(excused))
    homes = cold.loc[cold["household_id"].isin(own), ["building_id", "household_id"]].drop_duplicates()
    shared = homes.loc[homes["building_id"].duplicated(keep=False), "household_id"]
    return table["household_id"].isin(own.difference(pd.Index(shared))).to_numpy(dtype=bool)


def _repeats(table: pd.DataFrame, stays: Truths, names: pd.Series[str], repeat_days: int) -> Truths:
    """Return the rows that another row of the same household stands for.

    The rows fewer than `repeat_days` days after the one that is kept are one observation with it; one that tells more
    takes over. What is kept lies at least so many days apart, so that cleaning again changes nothing.
    """
    repeated = np.zeros(len(table), dtype=bool)
    household = _household_codes(table)
    day = table["visited_on"].to_numpy(dtype="datetime64[D]").astype(np.int64)
    rows = np.flatnonzero(stays & (household >= 0))
    if not repeat_days or not len(rows):
        return repeated
    by_name = np.argsort(names.to_numpy(dtype=object)[rows], kind="stable")
    rows = rows[by_name]
    rows = rows[np.lexsort((day[rows], household[rows]))]
    cold = _is_cold(table)
    weight = np.select([cold & table["cause"].isin(NETWORK_CAUSES), table["cause"].isin(OWN_CAUSES), cold], [3, 2, 1])
    kept = int(rows[0])
    for row in rows[1:].tolist():
        if household[row] != household[kept] or day[row] - day[kept] >= repeat_days:
            kept = row
        elif weight[row] > weight[kept]:
            repeated[kept], kept = True, row
        else:
            repeated[row] = True
    return repeated


def _household_codes(table: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return a number per household, -1 where nothing tells whose row it is."""
    same_day = ["building_id", "visited_on", "category"]
    by_household = pd.factorize(table["household_id"])[0].astype(np.int64)
    by_building = table.groupby(same_day, sort=False, dropna=True).ngroup().to_numpy(dtype=np.float64, na_value=np.nan)
    by_building = np.where(np.isnan(by_building), -1, by_building).astype(np.int64)
    shifted = np.where(by_building >= 0, by_building + by_household.max(initial=-1) + 1, -1)
    return np.where(by_household >= 0, by_household, shifted)
