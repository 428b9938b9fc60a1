"""Where to knock next: the buildings whose visit does most to bring ill pipes into the length that will be cured.

Whether something on the path of a building is impaired, X, and whether an asset is, z, are treated as jointly normal
with their exact posterior means and covariances. A visit measures X with noise; seeing it moves the probability p of an
asset by a normal step of variance ``cov(z, X)^2 / (var(X) + noise)``, and the covariances that remain follow by the
usual rank-one update. The best `cure_share` of the length is cured, down to some probability t. A step of standard
deviation s in all visits together makes p worth

    s * (phi(u) - u * Phi(-u)),  u = |p - t| / s

more per metre: the chance to cross t, times how far. Visits are chosen one by one for the largest growth of that
sum, so each knows what those before it will have told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from heatnet.errors import HeatnetError
from heatnet.location.locating import Location
from heatnet.network import Network
from heatnet.reachability.paths import SupplyPaths, supply_paths

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_LARGEST_BLOCK = 300
"""Buildings of one block that are weighed against each other; of larger ones the most doubtful."""


def suggest_visits(
    location: Location, n: int, *, station_length_m: float = 500.0, cure_share: float = 0.024
) -> pd.DataFrame:
    """Return the next visits to make, the most telling first.

    Parameters
    ----------
    location : Location
        What is known so far.
    n : int
        Number of visits, 1 or more.
    station_length_m : float
        Metres of pipe that one station counts as.
    cure_share : float
        Share of the length that can be cured, above 0 and below 1: what matters is which assets belong to it.

    Returns
    -------
    DataFrame
        Index ``visit`` (1, 2, ...): ``building_id``; ``cold_prob``: probability that the visit is cold, as known before
        the first of them; ``gain_m``: metres of ill length that it is expected to bring into the cured length.
        A building may be named again, at most once for each of its households (of unknown households: once). Fewer
        than `n` rows where no visit tells anything.

    Raises
    ------
    HeatnetError
        When `n` is not 1 or more, or `cure_share` does not lie between 0 and 1.

    Examples
    --------
    Something behind one of two mains is ill; nobody has been at C yet.

    >>> from heatnet.location import locate_faults
    >>> network = Network(
    ...     pd.DataFrame({"node_id": ["A", "B", "C"], "kind": ["source", "building", "building"]}),
    ...     pd.DataFrame({"segment_id": ["b", "c"], "from_node": "A", "to_node": ["B", "C"], "length_m": 2000,
    ...                   "diameter_mm": 100}))
    >>> visits = pd.DataFrame({"visit_id": range(9), "building_id": "B", "visited_on": "2024-01-10", "is_cold": False})
    >>> suggest_visits(locate_faults(network, visits, season=2023), 1)["building_id"].tolist()
    ['C']
    """
    if n < 1:
        raise HeatnetError(f"n is {n!r}; ask for 1 visit or more.")
    if not 0 < cure_share < 1:
        raise HeatnetError(f"cure_share is {cure_share!r}; give the share of the length that can be cured, e.g. 0.024.")
    network, paths = location.network, supply_paths(location.network)
    weight: Floats = np.r_[network.length_m, np.full(len(network.station_nodes), station_length_m)]
    threshold = _least_cured(location, cure_share)
    rank = np.empty(network.n_nodes, dtype=np.int64)
    rank[np.argsort(network.node_ids.to_numpy(dtype=object), kind="stable")] = np.arange(network.n_nodes)
    blocks = [_Block.of(location, paths, weight, nodes, rank, threshold) for nodes in _by_station(network, paths)]
    chosen = []
    for _ in range(n):
        best = max(blocks, key=lambda block: (block.best_gain, -block.best_rank), default=None)
        if best is None or best.best_gain <= 0:
            break
        chosen.append(best.take())
    cold = location.p_clear + location.buildings["path_prob"] * (location.p_impaired - location.p_clear)
    names = [str(network.node_ids[node]) for node, _ in chosen]
    return pd.DataFrame(
        {
            "building_id": names,
            "cold_prob": cold.loc[names].to_numpy(dtype=np.float64),
            "gain_m": np.array([gain for _, gain in chosen], dtype=np.float64),
        },
        index=pd.RangeIndex(1, len(chosen) + 1, name="visit"),
    )


def _least_cured(location: Location, cure_share: float) -> float:
    """Return the probability down to which the best segments make up the share of the length."""
    length = location.network.length_m
    prob = location.assets["impaired_prob"].to_numpy(dtype=np.float64)[: len(length)]
    order = np.argsort(-prob, kind="stable")
    reached = int(np.searchsorted(np.cumsum(length[order]), cure_share * length.sum()))
    return float(prob[order[min(reached, len(order) - 1)]])


def _by_station(network: Network, paths: SupplyPaths) -> list[Integers]:
    """Return the reached buildings, those behind one station together (and those behind none)."""
    nodes = network.building_nodes[paths.last_asset[network.building_nodes] >= 0]
    own = np.where(np.arange(network.n_assets) >= network.n_segments, np.arange(network.n_assets) + 1.0, 0.0)
    last_station = paths.forest.path_sum(own, own > 0)[paths.last_asset[nodes]]
    return [nodes[last_station == station] for station in np.unique(last_station)]


@dataclass(slots=True, eq=False)
class _Block:
    """The buildings behind one station, while visits to them are chosen."""

    nodes: Integers
    rank: Integers  # of the building ids as text among all, for ties
    left: Floats  # visits that may still be made
    noise: Floats
    weight: Floats
    cov_buildings: Floats
    cov_assets: Floats
    gap: Floats  # of each asset's probability to the least one that is cured
    told: Floats  # variance of the steps that the chosen visits will make
    best: int = -1
    best_gain: float = 0.0

    @classmethod
    def of(
        cls, location: Location, paths: SupplyPaths, weight: Floats, nodes: Integers, rank: Integers, threshold: float
    ) -> _Block:
        network = location.network
        sick = location.buildings["path_prob"].loc[network.node_ids[nodes]].to_numpy(dtype=np.float64)
        keep = np.lexsort((rank[nodes], -sick * (1 - sick)))[:_LARGEST_BLOCK]
        nodes, sick = nodes[keep], sick[keep]
        assets, cov_buildings, cov_assets = _covariances(location, paths, nodes, 1 - sick)
        low, high = location.p_clear, location.p_impaired
        spread = max(high - low, 1e-9)
        noise = ((1 - sick) * low * (1 - low) + sick * high * (1 - high)) / spread**2
        left = np.maximum(network.households[nodes], 1.0)
        gap = np.abs(location.assets["impaired_prob"].to_numpy()[assets] - threshold)
        block = cls(
            nodes, rank[nodes], left, noise, weight[assets], cov_buildings, cov_assets, gap, np.zeros(len(assets))
        )
        block._look()
        return block

    @property
    def best_rank(self) -> int:
        """Rank of the best building's id."""
        return int(self.rank[self.best])

    def take(self) -> tuple[int, float]:
        """Return node and gain of the best visit, and go on as if it had been made."""
        i, gain = self.best, self.best_gain
        scale = self.cov_buildings[i, i] + self.noise[i]
        row, column = self.cov_buildings[i].copy(), self.cov_assets[:, i].copy()
        self.cov_buildings -= np.outer(row, row) / scale
        self.cov_assets -= np.outer(column, row) / scale
        self.told += column**2 / scale
        self.left[i] -= 1
        self._look()
        return int(self.nodes[i]), gain

    def _look(self) -> None:
        step = self.cov_assets**2 / (np.diag(self.cov_buildings) + self.noise)
        gains = self.weight @ (
            _worth(self.told[:, None] + step, self.gap[:, None]) - _worth(self.told, self.gap)[:, None]
        )
        gains[self.left < 1] = 0.0
        if len(gains):
            best = gains.max()
            ties = np.flatnonzero(gains >= best * (1 - 1e-9))
            self.best = int(ties[np.argmin(self.rank[ties])])
            self.best_gain = float(best)


def _covariances(
    location: Location, paths: SupplyPaths, nodes: Integers, clear: Floats
) -> tuple[Integers, Floats, Floats]:
    """Return the assets on the paths to the buildings, cov(X, X) of the buildings and cov(z, X) of both.

    `clear` is the probability of a clear path for each building. With u the last thing that two paths share,
    P(both clear) = C_a C_b / C_u; and an asset on the path is never impaired where the path is clear. Of an asset
    off the path, what a clear path says beyond the assets that both share is left out.
    """
    on_path = [paths.path_of(int(node)) for node in nodes]
    assets = np.unique(np.concatenate(on_path)) if on_path else np.zeros(0, dtype=np.int64)
    place = {int(asset): i for i, asset in enumerate(assets)}
    holds = np.zeros((len(assets), len(nodes)), dtype=bool)
    for b, path in enumerate(on_path):
        holds[[place[int(asset)] for asset in path], b] = True
    asset_clear = location.clear_prob.to_numpy(dtype=np.float64)[assets]
    shared_clear = np.ones((len(nodes), len(nodes)))
    depth = np.argsort(-asset_clear, kind="stable")  # a path only loses probability on its way
    for i in depth.tolist():
        rows = np.flatnonzero(holds[i])
        shared_clear[np.ix_(rows, rows)] = np.minimum(shared_clear[np.ix_(rows, rows)], asset_clear[i])
    both = np.outer(clear, clear)
    with np.errstate(divide="ignore", invalid="ignore"):
        cov_buildings = np.where(both > 0, both / shared_clear - both, 0.0)
    np.fill_diagonal(cov_buildings, clear * (1 - clear))
    posterior = location.assets["impaired_prob"].to_numpy(dtype=np.float64)[assets]
    cov_assets = np.where(holds, posterior[:, None] * clear[None, :], 0.0)
    return assets, cov_buildings, cov_assets


def _worth(variance: Floats, gap: Floats) -> Floats:
    """Return the expectation of max(0, step - gap) for a normal step."""
    spread = np.sqrt(np.maximum(variance, 1e-300))
    u = gap / spread
    worth: Floats = spread * (np.exp(-np.minimum(u * u, 1400.0) / 2) / np.sqrt(2 * np.pi) - u * ndtr(-u))
    return np.maximum(worth, 0.0)
