"""Whose each cold visit of a season is: an asset's, a building's, a household's, nobody's yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet._arrays import Objects
from heatnet.inventory.judging import Judged
from heatnet.inventory.records import Records
from heatnet.location import Location, visit_findings
from heatnet.location.cleaning import OWN_CAUSES
from heatnet.location.winters import past_winters
from heatnet.network import Network
from heatnet.reachability.paths import SupplyPaths, supply_paths
from heatnet.season import season_of
from heatnet.value import Settings

LEAST_PROB = 0.5
"""A group of assets is to blame where it was more likely ill than not."""
_CHANGED_ONLY = {"visit_cold_from_temperature", "visit_cold_but_warm_room", "visit_own_cause", "visit_repeated"}
_OWN_RULES = {"visit_own_by_habit": "household", "visit_closed": "household"}


@dataclass(frozen=True, eq=False)
class Winter:
    """One season's visits, cleaned and located.

    Parameters
    ----------
    network : Network
        The network, rows in order of their ids.
    paths : SupplyPaths
        Its supply paths.
    location : Location
        What the season's visits say.
    """

    network: Network
    paths: SupplyPaths
    location: Location

    @classmethod
    def past(cls, network: Network, records: Records, season: int, settings: Settings) -> Winter:
        """Return a season as `assess` sees it: begun where the winters before it ended."""
        told = past_winters(network, records.before(season + 1), season=season + 1, settings=settings)
        return cls(network, supply_paths(network), told.location)

    def blamed(self, node: int) -> str:
        """Return the ambiguity group on the path to a node that was most likely ill, empty where none likely was."""
        path = self.paths.path_of(node)
        if not len(path):
            return ""
        prob = self.location.assets["group_prob"].to_numpy(dtype=np.float64)[path]
        worst = int(np.argmax(prob))
        if prob[worst] < LEAST_PROB:
            return ""
        group = self.location.assets["ambiguity_group"].iloc[path[worst]]
        return str(self.network.asset_ids[path[worst]] if pd.isna(group) else group)

    def members(self, group: str) -> list[str]:
        """Return the assets of an ambiguity group, by id."""
        groups = self.location.assets["ambiguity_group"]
        members = [str(name) for name in groups.index[(groups == group).to_numpy(dtype=bool)]]
        return members or [group]


def cold_visits(
    network: Network, visits: pd.DataFrame, judged: Judged, winter: Winter, *, room_min_c: float
) -> pd.DataFrame:
    """Return the cold visits of the winter's season, each with what it is a part of.

    Returns
    -------
    DataFrame
        ``visit_id``, ``node`` (position, -1: unknown building), ``opened_on``, ``resolved_on``, ``household``;
        ``kind`` (asset, building, home, own, aside) and ``name`` (the group, the building or the rule), ``handed_to``.
    """
    is_cold = visits["is_cold"].fillna(visits["room_temp_c"] < room_min_c).fillna(False).to_numpy(dtype=bool)
    in_season = (season_of(visits["visited_on"]) == winter.location.season).to_numpy(dtype=bool)
    chosen = np.flatnonzero(is_cold & in_season)
    rows = visits.iloc[chosen]
    node = np.where(judged.is_used[chosen], judged.place[chosen], -1)
    rule = _rules(visits, network, room_min_c).reindex(rows["visit_id"]).to_numpy(dtype=object)
    rule = np.where(judged.is_used[chosen], rule, judged.rule[chosen])
    kind, name, handed_to = _blames(rows, node, rule, winter)
    return pd.DataFrame(
        {
            "visit_id": rows["visit_id"].to_numpy(dtype=object),
            "node": node,
            "opened_on": rows["visited_on"].to_numpy(),
            "resolved_on": rows["resolved_on"].to_numpy(),
            "household": _households(rows),
            "kind": kind,
            "name": name,
            "handed_to": handed_to,
        }
    )


def _rules(visits: pd.DataFrame, network: Network, room_min_c: float) -> pd.Series[str]:
    """Return the rule by which cleaning left a visit out, by its id."""
    found = visit_findings(visits, network, room_min_c=room_min_c)
    out = found[~found["rule"].isin(_CHANGED_ONLY).to_numpy(dtype=bool)]
    return out.drop_duplicates("row_id").set_index("row_id")["rule"]


def _blames(
    rows: pd.DataFrame, node: np.ndarray, rule: Objects, winter: Winter
) -> tuple[list[str], list[str], list[str]]:
    own_prob = winter.location.buildings["impaired_prob"]
    groups: dict[int, str] = {}
    parts: list[tuple[str, str, str]] = []
    for place, why, cause, building in zip(node.tolist(), rule, rows["cause"], rows["building_id"], strict=True):
        if isinstance(why, str) and why not in _OWN_RULES:
            parts.append(("aside", why, ""))
        elif isinstance(why, str) or cause in OWN_CAUSES:
            parts.append(("own", str(building), _OWN_RULES[why] if isinstance(why, str) else str(cause)))
        elif group := groups.setdefault(place, winter.blamed(place)):
            parts.append(("asset", group, ""))
        elif own_prob.get(building, 0.0) >= LEAST_PROB:
            parts.append(("building", str(building), "building"))
        else:
            parts.append(("home", str(building), ""))
    kind, name, handed_to = (list(column) for column in zip(*parts, strict=True)) if parts else ([], [], [])
    return kind, name, handed_to


def _households(rows: pd.DataFrame) -> list[str]:
    """Return a name for the household of each row: its number, else the building and the visit."""
    known = rows["household_id"].notna()
    return [
        f"h{household}" if is_known else f"v{visit}"
        for household, visit, is_known in zip(rows["household_id"], rows["visit_id"], known, strict=True)
    ]
