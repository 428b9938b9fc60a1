"""The ledger of problems: everything found in a season, with a state until it is answered for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatnet._typed import typed
from heatnet.doctor import check_network
from heatnet.errors import HeatnetError
from heatnet.inventory import Inventory, inventory_of
from heatnet.network import Network
from heatnet.review.blame import cold_visits
from heatnet.review.states import Followed, PastWinters, state_of
from heatnet.review.totals import totals_of
from heatnet.schema import TABLES
from heatnet.season import checked_season, season_of
from heatnet.value import Settings

if TYPE_CHECKING:
    from heatnet.planning import Plan

STATES = (
    "found",
    "located",
    "planned",
    "under_way",
    "cured",
    "proven",
    "came_back",
    "not_ours",
    "set_aside",
)
COLUMNS = (
    "kind",
    "state",
    "opened_on",
    "closed_on",
    "community",
    "assets",
    "households",
    "visits",
    "faults",
    "handed_to",
    "reason",
)


class ProblemLedger(pd.DataFrame):
    """The problems of a season, one row per ``problem_id``; made by `problem_ledger`, which says what the columns mean.

    Examples
    --------
    >>> ProblemLedger.__name__
    'ProblemLedger'
    """

    _metadata = ("visited",)  # households visited, by community and month

    @property
    def _constructor(self) -> Callable[..., pd.DataFrame]:
        return pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """The same rows as a plain table."""
        return pd.DataFrame(self)

    def totals(self) -> pd.DataFrame:
        """Return what a city reports at the end of a season.

        Returns
        -------
        DataFrame
            Index ``community``, ``month`` (``YYYY-MM``); ``all`` stands for the whole city, for all months:
            ``households_visited`` (different ones), ``problems_found`` (with a cold home or a fault; rows set aside are
            none), ``problems_solved`` (cured, proven, or not ours and solved), ``problems_open``, ``median_days`` from
            finding to solving, missing where none was solved.
        """
        return totals_of(self.table, self.__dict__["visited"])


@typed
def problem_ledger(
    network: Network | Inventory,
    visits: pd.DataFrame | None = None,
    faults: pd.DataFrame | None = None,
    works: pd.DataFrame | None = None,
    plan: Plan | None = None,
    *,
    season: int,
    room_min_c: float | None = None,
) -> ProblemLedger:
    """Return every problem of a season, each with its state.

    Every cold visit and every fault of the season is part of exactly one problem. Cold visits belong together where one
    ambiguity group on their paths was more likely ill than not; else those of one building do. Faults of one asset
    belong together. What could not be placed, and what cleaning left out, is a row of its own for each reason, and so
    is each rule of the doctor that touches the ranking.

    Parameters
    ----------
    network : Network or Inventory
        The network; of an inventory its records are used.
    visits, faults, works : DataFrame, optional
        Records, those after the season too: they tell what was cured and whether it held.
    plan : Plan, optional
        The plan of the summer after the season.
    season : int
        Calendar year in which the season starts.
    room_min_c : float, optional
        A room below this temperature in degC is cold; by default that of the inventory's settings, else 18.

    Returns
    -------
    ProblemLedger
        Index ``problem_id``. ``kind``: asset, building, home (cold homes because of an asset, of the building, for a
        cause unknown), own (their own plant), fault, finding, aside. ``state``: found; located (the asset is known);
        planned (it is among the plan's cures); under_way (its work has begun); cured (work was done, or all its homes
        were solved);
        proven (the next season shows it); came_back; not_ours (handed to household, building or another owner);
        set_aside. ``opened_on``, ``closed_on`` (missing while open), ``community``, ``assets`` (ids, separated by
        blanks), ``households`` (different ones that were cold, or cut off by the faults), ``visits`` (cold ones),
        ``faults``, ``handed_to`` (household, building, station, network, other owner, empty: nobody yet), ``reason``
        (rule that set the rows aside).

    Raises
    ------
    HeatnetError
        A table cannot be used.

    Examples
    --------
    >>> network = Network(
    ...     pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]}),
    ...     pd.DataFrame({"segment_id": ["S"], "from_node": "A", "to_node": "B", "length_m": 50, "diameter_mm": 80}))
    >>> visits = pd.DataFrame({"visit_id": ["1", "2"], "building_id": "B", "visited_on": "2025-12-01",
    ...                        "is_cold": [True, False], "cause": ["household", None]})
    >>> problem_ledger(network, visits, season=2025)[["kind", "state", "visits", "handed_to"]].values.tolist()
    [['own', 'not_ours', 1, 'household']]
    """
    season = checked_season(season)
    known = inventory_of(network, {"visits": visits, "faults": faults, "works": works})
    if plan is not None and not hasattr(plan, "cures"):
        raise HeatnetError(f"plan is {type(plan).__name__}; give what plan_cures returns.")
    settings = known.settings or Settings()
    if room_min_c is not None:
        settings = settings.replace(room_min_c=room_min_c)
    return ledger_of(PastWinters(known.in_id_order, settings), season, plan)


def ledger_of(winters: PastWinters, season: int, plan: Plan | None) -> ProblemLedger:
    """Return the ledger of a season; `problem_ledger` says what stands in it."""
    known, room_min_c = winters.known, winters.settings.room_min_c
    followed = Followed.of(winters, season, plan)
    rows = [*_of_visits(known, followed, room_min_c), *_of_faults(known, followed), *_of_findings(known.network)]
    rows.sort(key=lambda row: row["problem_id"])
    table = pd.DataFrame(rows, columns=["problem_id", *COLUMNS]).set_index("problem_id")
    for column in ("opened_on", "closed_on"):
        table[column] = pd.to_datetime(table[column]).astype("datetime64[s]")
    ledger = ProblemLedger(table)
    object.__setattr__(ledger, "visited", _visited(known, season))
    return ledger


def _of_visits(known: Inventory, followed: Followed, room_min_c: float) -> list[dict[str, Any]]:
    if known.visits is None or followed.winter is None:
        return []
    # What later winters tell of a home's habits moves no problem from one row to another.
    so_far = (season_of(known.visits["visited_on"]) <= followed.season).to_numpy(dtype=bool)
    told = known.known["visits"].only(so_far)
    cold = cold_visits(known.network, told.table, told.judged, followed.winter, room_min_c=room_min_c)
    rows = []
    for (kind, name, handed_to), part in cold.groupby(["kind", "name", "handed_to"], sort=True):
        assets = followed.winter.members(str(name)) if kind == "asset" else []
        row = {
            "problem_id": "-".join([str(followed.season), *filter(None, (str(kind), str(name), str(handed_to)))]),
            "kind": kind,
            "opened_on": part["opened_on"].min(),
            "community": _most_common(followed.community_of(part["node"].to_numpy())),
            "assets": " ".join(assets),
            "households": part["household"].nunique(),
            "visits": len(part),
            "faults": 0,
            "handed_to": followed.owner_of(assets) if kind == "asset" else handed_to,
            "reason": name if kind == "aside" else "",
        }
        resolved = part["resolved_on"]
        solved_on = resolved.max() if resolved.notna().all() else pd.NaT
        nodes = sorted(set(part["node"].tolist()))
        rows.append({**row, **state_of(followed, row, assets, nodes, solved_on)})
    return rows


def _of_faults(known: Inventory, followed: Followed) -> list[dict[str, Any]]:
    if known.faults is None:
        return []
    judged = known.judged["faults"]
    in_season = (season_of(known.faults["found_on"]) == followed.season).to_numpy(dtype=bool)
    place = np.where(judged.is_used, judged.place, -1)
    rule = np.where(judged.is_used, "", judged.rule.astype(str))
    table = known.faults.assign(place=place, rule=rule)[in_season]
    rows = []
    for _, part in table.groupby(["place", "rule"], sort=True):
        position, why = int(part["place"].iloc[0]), str(part["rule"].iloc[0])
        assets = [str(known.network.asset_ids[position])] if position >= 0 else []
        cut_off = (part["outage_h"] > 0).any()
        row = {
            "problem_id": f"{followed.season}-fault-{assets[0] if assets else why}",
            "kind": "fault" if assets else "aside",
            "opened_on": part["found_on"].min(),
            "community": followed.community_of_asset(position) if assets else "",
            "assets": " ".join(assets),
            "households": followed.households_lost(position) if assets and cut_off else 0,
            "visits": 0,
            "faults": len(part),
            "handed_to": followed.owner_of(assets) if assets else "",
            "reason": why,
        }
        rows.append({**row, **state_of(followed, row, assets, [], pd.NaT)})
    return rows


def _of_findings(network: Network) -> list[dict[str, Any]]:
    """Return a row for each rule of the doctor that is broken by what the ranking rests on."""
    found = check_network(network)
    touching = found[
        found["severity"].isin(["error", "warning"]) & found["table"].isin(["nodes", "segments", "valves"])
    ]
    rows = []
    for (table, rule), part in touching.groupby(["table", "rule"], sort=True):
        is_asset = TABLES[str(table)].key == ("segment_id",)
        row = {
            "problem_id": f"finding-{table}-{rule}",
            "kind": "finding",
            "state": "found",
            "opened_on": pd.NaT,
            "closed_on": pd.NaT,
            "community": "",
            "assets": " ".join(sorted(set(part["row_id"]))) if is_asset else "",
            "households": 0,
            "visits": 0,
            "faults": 0,
            "handed_to": "",
            "reason": rule,
        }
        rows.append(row)
    return rows


def _visited(known: Inventory, season: int) -> pd.DataFrame:
    """Return the different households visited: community, month, household, one row each."""
    if known.visits is None:
        return pd.DataFrame({"community": [], "month": [], "household": []})
    judged, visits = known.judged["visits"], known.visits
    chosen = judged.is_used & (season_of(visits["visited_on"]) == season).to_numpy(dtype=bool)
    rows = visits[chosen]
    community = known.network.nodes["community"].to_numpy(dtype=object)[judged.place[chosen]]
    household = rows["household_id"].where(rows["household_id"].notna(), "v" + rows["visit_id"].astype(str))
    return pd.DataFrame(
        {
            "community": ["" if pd.isna(name) else str(name) for name in community],
            "month": rows["visited_on"].dt.strftime("%Y-%m").to_numpy(dtype=object),
            "household": (rows["building_id"].astype(str) + "/" + household.astype(str)).to_numpy(dtype=object),
        }
    ).drop_duplicates(ignore_index=True)


def _most_common(names: list[str]) -> str:
    """Return the name that stands there most often, of equals the smallest; empty names do not count."""
    known = sorted(name for name in names if name)
    return max(known, key=known.count) if known else ""
