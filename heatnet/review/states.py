"""What became of a problem: planned, cured, proven, come back."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatnet.inventory import Inventory
from heatnet.network import Network
from heatnet.reachability import supply_loss
from heatnet.review.blame import LEAST_PROB, Winter
from heatnet.season import heating_interval, season_end, season_of
from heatnet.value import Settings

if TYPE_CHECKING:
    from heatnet.planning import Plan

PROVEN_PROB = 0.1
"""What was cured is proven where the next season's visits leave it a smaller probability to be ill."""
_CURES = ("renewal", "cleaning", "balancing")


@dataclass(frozen=True, eq=False)
class PastWinters:
    """The winters of an inventory, each located when it is first asked for.

    Parameters
    ----------
    known : Inventory
        Network (rows by id) and records.
    settings : Settings
        Heating time, limit of a cold room, persistence.
    """

    known: Inventory
    settings: Settings
    _told: dict[int, Winter] = field(default_factory=dict, repr=False)

    def of(self, season: int) -> Winter:
        """Return a winter, begun where the winters before it ended."""
        if season not in self._told:
            self._told[season] = Winter.past(self.known.network, self.known.records(), season, self.settings)
        return self._told[season]


@dataclass(frozen=True, eq=False)
class Followed:
    """A season's winter and what came after it.

    Parameters
    ----------
    known : Inventory
        Network (rows by id) and records.
    season : int
        The season of the problems.
    plan : Plan or None
        The plan of the summer after it.
    winter : Winter or None
        The season's visits, located; None where no visits are recorded.
    later : Winter or None
        The next season's, where it has visits.
    settings : Settings
        Heating time.
    """

    known: Inventory
    season: int
    plan: Plan | None
    winter: Winter | None
    later: Winter | None
    settings: Settings

    @classmethod
    def of(cls, winters: PastWinters, season: int, plan: Plan | None) -> Followed:
        """Locate the season and the next one."""
        known = winters.known
        if known.visits is None:
            return cls(known, season, plan, None, None, winters.settings)
        has_later = (season_of(known.visits["visited_on"]) == season + 1).any()
        later = winters.of(season + 1) if has_later else None
        return cls(known, season, plan, winters.of(season), later, winters.settings)

    @property
    def network(self) -> Network:
        """The network, rows by id."""
        return self.known.network

    @cached_property
    def _communities(self) -> list[str]:
        """Community of each node, empty where none is known."""
        return ["" if pd.isna(name) else str(name) for name in self.network.nodes["community"].tolist()]

    @cached_property
    def _lost(self) -> np.ndarray:
        return supply_loss(self.network)["households_lost"].to_numpy(dtype=np.float64)

    @cached_property
    def _main_owner(self) -> str:
        """The owner of most of the length: the company whose network this is."""
        owners = self.network.segments["owner"]
        if owners.isna().all():
            return ""
        return str(pd.Series(self.network.length_m).groupby(owners.to_numpy(dtype=object)).sum().idxmax())

    def community_of(self, nodes: np.ndarray) -> list[str]:
        """Return the community of each node, empty where none is known."""
        return [self._communities[node] if node >= 0 else "" for node in nodes.tolist()]

    def community_of_asset(self, asset: int) -> str:
        """Return the community of a station, or of an end of a segment: of two the first as text."""
        network = self.network
        if asset >= network.n_segments:
            return self._communities[int(network.station_nodes[asset - network.n_segments])]
        ends = (network.from_node[asset], network.to_node[asset])
        return min(filter(None, (self._communities[end] for end in ends)), default="")

    def households_lost(self, asset: int) -> int:
        """Return the households that the outage of an asset cuts off."""
        return round(float(self._lost[asset]))

    def owner_of(self, assets: list[str]) -> str:
        """Return to whom the assets are handed: station, network, or another owner."""
        places = self.network.asset_positions(assets)
        if (places >= self.network.n_segments).all():
            return "station"
        owners = self.network.segments["owner"].iloc[places[places < self.network.n_segments]]
        is_other = owners.notna() & (owners != self._main_owner)
        return "other owner" if is_other.all() else "network"

    def work_after(self, assets: list[str], day: pd.Timestamp, kinds: tuple[str, ...]) -> Any:
        """Return the day of the first such work on one of the assets from a day on, NaT where there is none."""
        works = self.known.works
        if works is None or not assets:
            return pd.NaT
        usable = self.known.judged["works"].is_used
        chosen = usable & works["asset_id"].isin(assets).to_numpy(dtype=bool)
        chosen &= works["kind"].isin(kinds).to_numpy(dtype=bool) & (works["done_on"] >= day).to_numpy(dtype=bool)
        return works.loc[chosen, "done_on"].min()

    def is_next_heating_recorded(self) -> bool:
        """Return whether records of any kind reach beyond the next season's heating."""
        settings = self.settings
        _, last = heating_interval(self.season + 1, heating_from=settings.heating_from, heating_to=settings.heating_to)
        tables = ((self.known.faults, "found_on"), (self.known.visits, "visited_on"), (self.known.works, "done_on"))
        return any(table is not None and bool((table[day] >= last).any()) for table, day in tables)

    def faults_next_season(self, assets: list[str]) -> int:
        """Return the faults of the assets in the next season."""
        faults = self.known.faults
        if faults is None:
            return 0
        judged = self.known.judged["faults"]
        at = np.isin(judged.place, self.network.asset_positions(assets)) & judged.is_used
        return int((at & (season_of(faults["found_on"]) == self.season + 1).to_numpy(dtype=bool)).sum())


def state_of(
    followed: Followed, row: dict[str, Any], assets: list[str], nodes: list[int], solved_on: Any
) -> dict[str, Any]:
    """Return ``state`` and ``closed_on`` of a problem.

    Parameters
    ----------
    followed : Followed
        What came after the season.
    row : dict
        The problem so far: ``kind``, ``handed_to``, ``opened_on``.
    assets : list of str
        The assets to blame.
    nodes : list of int
        The buildings of its cold visits.
    solved_on : Timestamp or NaT
        The day on which the last of its homes was solved, NaT while one is not.
    """
    kind = row["kind"]
    if kind == "aside":
        return {"state": "set_aside", "closed_on": pd.NaT}
    if kind == "own" or row["handed_to"] == "other owner":
        return {"state": "not_ours", "closed_on": solved_on}
    kinds = (*_CURES, "repair") if kind == "fault" else _CURES
    cured_on = followed.work_after(assets, row["opened_on"], kinds)
    if pd.isna(cured_on) and not assets:
        cured_on = solved_on
    if pd.notna(cured_on) and cured_on > season_end(followed.season):
        return {"state": "cured", "closed_on": cured_on}  # after the next heating began: that winter proves nothing
    if pd.notna(cured_on):
        return {"state": _after_cure(followed, kind, assets, nodes), "closed_on": cured_on}
    return {"state": _before_cure(followed, kind, assets), "closed_on": pd.NaT}


def _before_cure(followed: Followed, kind: str, assets: list[str]) -> str:
    if followed.plan is not None and assets:
        rules = getattr(getattr(followed.plan, "request", None), "rules", None)
        if set(assets) & set(getattr(rules, "under_way", ())):
            return "under_way"
        if set(assets) & {str(name) for name in followed.plan.cures.index}:
            return "planned"
    return "found" if kind == "home" else "located"


def _after_cure(followed: Followed, kind: str, assets: list[str], nodes: list[int]) -> str:
    if kind == "fault":
        if followed.faults_next_season(assets):
            return "came_back"
        return "proven" if followed.is_next_heating_recorded() else "cured"
    if followed.later is None:
        return "cured"
    if assets:
        told = followed.later.location.assets.loc[assets]
        ill, seen = float(told["group_prob"].max()), int(told["visits"].max())
    else:
        names = followed.network.node_ids[np.array(nodes)]
        at_homes = followed.later.location.buildings.loc[names]
        seen = int(at_homes["visits"].sum())
        return "cured" if not seen else "came_back" if at_homes["cold_visits"].sum() else "proven"
    if ill >= LEAST_PROB:
        return "came_back"
    return "proven" if seen and ill < PROVEN_PROB else "cured"
