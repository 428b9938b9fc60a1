"""Assets that no visit tells apart, and the one observation that would: a gauge at this valve, a visit in that house.

The members of an ambiguity group follow each other on the paths. An observation between two of them parts the group:
pressure and temperature read at the node between them, or a home that hangs on it, see only what lies before. The best
place leaves about half of the group's probability on either side.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet.language import Note, note, worded
from heatnet.location.posterior import Location
from heatnet.network import Network
from heatnet.reachability.paths import SupplyPaths, supply_paths

_COLUMNS = ("assets", "group_prob", "after_asset", "node_id", "valve_id", "building_id", "before_share", "what_to_do")


def what_separates(location: Location, *, least_prob: float = 0.05, language: str = "en") -> pd.DataFrame:
    """Return, for each group of several assets that may be impaired, what would tell its members apart.

    Parameters
    ----------
    location : Location
        What is known so far.
    least_prob : float
        Groups of a smaller `group_prob` are left out, 0 to 1.
    language : str
        Language of `what_to_do`.

    Returns
    -------
    DataFrame
        Index ``ambiguity_group``, the most probable first: ``assets`` (how many), ``group_prob``, ``after_asset`` (the
        last one before the place), ``node_id`` (the place), ``valve_id`` (a valve at it, for a gauge; missing: none),
        ``building_id`` (a building that hangs there and that nobody visited, of several the one with most households;
        missing: none), ``before_share`` (share of the members' summed probability before the place), ``what_to_do``.

    Examples
    --------
    Nobody was in B, which hangs between the two halves of a street; C behind both was cold.

    >>> from heatnet import Network, locate_faults
    >>> network = Network(
    ...     pd.DataFrame({"node_id": ["A", "B", "C"], "kind": ["source", "building", "building"]}),
    ...     pd.DataFrame({"segment_id": ["p", "q"], "from_node": ["A", "B"], "to_node": ["B", "C"], "length_m": 900,
    ...                   "diameter_mm": 100}))
    >>> visits = pd.DataFrame({"visit_id": range(5), "building_id": "C", "visited_on": "2024-01-10", "is_cold": True})
    >>> print(what_separates(locate_faults(network, visits, season=2023))["what_to_do"].item())
    Visit B: it hangs between p and what lies behind it, 50% of the suspicion before it.
    """
    network, paths = location.network, supply_paths(location.network)
    table = location.assets
    label = table["ambiguity_group"]
    sizes = label.map(label.value_counts())
    chosen = (sizes > 1).to_numpy(dtype=bool) & (table["group_prob"] >= least_prob).to_numpy(dtype=bool)
    on_path = paths.order[chosen[paths.order]]
    prob = table["impaired_prob"].to_numpy(dtype=np.float64)
    codes, names = pd.factorize(label.iloc[on_path])
    told = _Told(location, paths, network)
    rows = {}
    for code in range(len(names)):
        members = on_path[codes == code]
        before = np.cumsum(prob[members])[:-1] / max(float(prob[members].sum()), np.finfo(float).tiny)
        cut = int(np.argmin(np.abs(before - 0.5)))
        rows[str(names[code])] = told.row(members, cut, before, float(table["group_prob"].iloc[members[0]]), language)
    found = pd.DataFrame.from_dict(rows, orient="index", columns=list(_COLUMNS)).rename_axis("ambiguity_group")
    by_name = found.sort_index(kind="stable")
    return by_name.sort_values("group_prob", ascending=False, kind="stable")


class _Told:
    """Where a group can be parted, in words."""

    def __init__(self, location: Location, paths: SupplyPaths, network: Network) -> None:
        self.network, self.paths = network, paths
        nodes = network.building_nodes
        unseen = (location.buildings["visits"] == 0).to_numpy(dtype=bool) & (paths.last_asset[nodes] >= 0)
        by_size = np.lexsort((network.node_ids[nodes].to_numpy(dtype=object), -network.households[nodes]))
        by_size = by_size[unseen[by_size]]
        self.home_on: dict[int, int] = {}
        for asset, node in zip(paths.last_asset[nodes[by_size]].tolist(), nodes[by_size].tolist(), strict=True):
            self.home_on.setdefault(asset, node)
        self.valve_at: dict[tuple[int, int], str] = {}
        ends = zip(network.valve_segment.tolist(), self._valve_nodes(), network.valves["valve_id"], strict=True)
        for segment, node, valve in sorted(ends, key=lambda row: str(row[2]), reverse=True):
            self.valve_at[segment, node] = str(valve)

    def row(
        self, members: Ints, cut: int, before: Floats, group_prob: float, language: str
    ) -> tuple[int, float, str, str, str | None, str | None, float, str]:
        asset, behind = int(members[cut]), int(members[cut + 1])
        node = self._end(asset, behind)
        ids, network = self.network.node_ids, self.network
        valve = self.valve_at.get((asset, node)) or self.valve_at.get((behind, node))
        home = self.home_on.get(asset)
        building = None if home is None else str(ids[home])
        what = self._what(str(network.asset_ids[asset]), str(ids[node]), valve, building, float(before[cut]))
        return (
            len(members),
            group_prob,
            str(network.asset_ids[asset]),
            str(ids[node]),
            valve,
            building,
            float(before[cut]),
            worded(what, language),
        )

    def _what(self, asset: str, node: str, valve: str | None, building: str | None, share: float) -> Note:
        if building is not None:
            return note("location.part_by_visit", building=building, asset=asset, share=share)
        if valve is not None:
            return note("location.part_by_valve", valve=valve, asset=asset, share=share)
        return note("location.part_by_gauge", node=node, asset=asset, share=share)

    def _end(self, asset: int, behind: int) -> int:
        """Return the node between an asset and the next one of its path."""
        network = self.network
        for one in (asset, behind):
            if one >= network.n_segments:
                return int(network.station_nodes[one - network.n_segments])
        ends = {int(network.from_node[asset]), int(network.to_node[asset])}
        shared = ends & {int(network.from_node[behind]), int(network.to_node[behind])}
        # Parallel segments share both ends; the later one begins where the path of the first leads.
        return next((node for node in sorted(shared) if self.paths.last_asset[node] == asset), min(shared))

    def _valve_nodes(self) -> list[int]:
        network = self.network
        ends = (network.from_node[network.valve_segment], network.to_node[network.valve_segment])
        nodes: list[int] = np.where(network.valve_end == 0, *ends).tolist()
        return nodes
