"""Whether `cure_effect` finds the truth: cities with a known effect, treated because their last winter was bad.

    python -m benchmarks.effects coverage [CITIES]   how many intervals hold the truth, beside plain before and after
    python -m benchmarks.effects power [CITIES]      summers until an effect can be told from nothing, in a large city

Networks are those of the sample city; faults, illness and visits are drawn here, season by season. In each of the last
summers the assets whose winter was worst are renewed, whatever good that does.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from heatnet.network import BUILDING, Network
from heatnet.reachability.paths import SupplyPaths, supply_paths
from heatnet.review import cure_effect
from heatnet.synthetic import make_city

FIRST, P_CLEAR, P_ILL, STAY, ILL, OWN_ILL = 2016, 0.08, 0.55, 0.7, 0.03, 0.05
FAULTS_PER_KM, VISITS_PER_BUILDING, FEW_BUILDINGS = 0.5, 12, 30
EFFECTS = {"true": 0.2, "useless": 1.0, "harmful": 1.8}


@dataclass(eq=False)
class World:
    """A network, its hidden rates and states, and the records so far."""

    rng: np.random.Generator
    network: Network
    rate: np.ndarray
    usual: np.ndarray
    ill: np.ndarray
    own: np.ndarray
    paths: SupplyPaths = field(init=False)
    records: dict[str, list[pd.DataFrame]] = field(default_factory=lambda: {"works": [], "faults": [], "visits": []})

    def __post_init__(self) -> None:
        self.paths = supply_paths(self.network)

    def is_behind(self, state: np.ndarray) -> np.ndarray:
        """Per building: something on its path is in the state."""
        last = self.paths.last_asset[self.network.building_nodes]
        return np.append(self.paths.forest.path_sum(state.astype(float)) > 0, False)[last]

    def cold_below(self, share: np.ndarray) -> np.ndarray:
        """Mean cold share behind each asset that has few buildings behind it, 0 at the others."""
        nodes = np.zeros((2, self.network.n_nodes))
        nodes[0][self.network.building_nodes], nodes[1][self.network.building_nodes] = share, 1.0
        cold, count = (self.paths.subtree_sum(row) for row in nodes)
        return np.where((count > 0) & (count < FEW_BUILDINGS), cold / np.maximum(count, 1.0), 0.0)


@dataclass(frozen=True)
class Drawn:
    """A city with records, the true ratio of each outcome, and the plain ratio of after to before."""

    network: Network
    tables: dict[str, pd.DataFrame]
    truth: dict[str, float]
    plain: dict[str, float]
    seasons: list[int]


def draw(
    seed: int, effect: float, *, n_seasons: int = 4, n_summers: int = 1, km: float = 40.0, share: float = 0.2
) -> Drawn:
    """Draw a city whose renewals leave the share `effect` of faults and of illness."""
    rng = np.random.default_rng([seed, 77])
    network = make_city(length_km=km, stations=max(round(km / 20), 1), rng=seed, recipe=1).network.in_id_order
    length = np.append(network.length_m, np.full(network.n_assets - network.n_segments, 100.0))
    rate = FAULTS_PER_KM * length / 1000.0 * rng.gamma(1.0, 1.0, len(length))
    usual = ILL * np.minimum(length / 70.0, 3.0)
    homes_behind = supply_paths(network).subtree_sum((network.node_kind == BUILDING).astype(np.int64))
    usual = np.where(homes_behind < FEW_BUILDINGS, usual, usual / 10.0)
    is_narrow = homes_behind <= 0.1 * len(network.building_nodes)
    own = rng.random(len(network.building_nodes)) < OWN_ILL
    world = World(rng, network, rate, usual, rng.random(len(length)) < usual, own)
    treated, sums, untouched = np.zeros(0, dtype=np.int64), np.zeros((3, 2)), np.ones(len(length), dtype=bool)
    last_cold, last_faults, plain = np.zeros(len(network.building_nodes)), np.zeros(len(length)), []
    for k in range(n_seasons):
        without = STAY * world.ill + (1.0 - STAY) * world.usual
        world.own = rng.random(len(own)) < STAY * world.own + (1.0 - STAY) * OWN_ILL
        counter = rng.random(len(length)) < without
        world.ill = counter.copy()
        more = np.clip((effect - 1.0) * without / (1.0 - without), 0.0, 1.0)[treated]
        chance = rng.random(len(treated))
        world.ill[treated] = np.where(counter[treated], chance < effect, chance < more)
        sums[2] += np.minimum(effect * without[treated], 1.0).sum(), without[treated].sum()
        sums[0] += world.rate[treated].sum() * np.array([effect, 1.0])
        world.rate[treated] *= effect
        faults, homes, visits = one_winter(world, FIRST + k)
        if len(treated):
            mark = np.zeros(len(length), dtype=bool)
            mark[treated] = True
            behind = world.is_behind(mark & is_narrow)
            for j, state in enumerate((world.ill, np.where(mark & is_narrow, counter, world.ill))):
                sums[1, j] += (visits * np.where(world.is_behind(state) | world.own, P_ILL, P_CLEAR))[behind].sum()
            plain.append(
                (
                    faults[treated].sum() / max(last_faults[treated].sum(), 1.0),
                    homes[behind].mean() / max(last_cold[behind].mean(), 1e-9),
                )
            )
        last_cold, last_faults = homes, faults
        treated = np.zeros(0, dtype=np.int64)
        if n_seasons - 1 - n_summers <= k < n_seasons - 1:
            half = round(share * len(length) / 2)
            worst = (faults + 0.01 * rng.random(len(length)), world.cold_below(homes) + 0.01 * rng.random(len(length)))
            worst = [np.where(untouched, bad, -1.0) for bad in worst]  # nothing is renewed twice
            treated = np.unique(np.concatenate([np.argsort(-bad, kind="stable")[:half] for bad in worst]))
            untouched[treated] = False
            works = pd.DataFrame({"asset_id": network.asset_ids[treated], "done_on": pd.Timestamp(FIRST + k + 1, 7, 1)})
            world.records["works"].append(works)
    outcomes = {"faults": sums[0], "cold_share": sums[1], "impaired": sums[2]}
    truth = {outcome: float(came / without) for outcome, (came, without) in outcomes.items()}
    tables = {name: pd.concat(parts, ignore_index=True) for name, parts in world.records.items()}
    for name, table in tables.items():
        table.insert(0, f"{name[:-1]}_id", [f"{name[0]}{i:06}" for i in range(len(table))])
    after_before = dict(zip(("faults", "cold_share"), np.mean(plain, axis=0).tolist(), strict=True))
    seasons = list(range(FIRST + n_seasons - n_summers, FIRST + n_seasons))
    return Drawn(network, tables, truth, after_before, seasons)


def one_winter(world: World, season: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw and record a winter; return the faults by asset, the cold share and the visits by building."""
    rng, network = world.rng, world.network
    start = np.datetime64(f"{season}-10-15")
    counts = rng.poisson(world.rate)
    asset = np.repeat(np.arange(len(counts)), counts)
    found_on = start + rng.integers(0, 180, len(asset))
    world.records["faults"].append(pd.DataFrame({"asset_id": network.asset_ids[asset], "found_on": found_on}))
    homes = len(network.building_nodes)
    home = rng.integers(0, homes, VISITS_PER_BUILDING * homes)
    is_cold = rng.random(len(home)) < np.where((world.is_behind(world.ill) | world.own)[home], P_ILL, P_CLEAR)
    visits = {
        "building_id": network.node_ids[network.building_nodes[home]],
        "visited_on": start + rng.integers(10, 170, len(home)),
        "is_cold": is_cold,
        "household_id": rng.integers(0, 10**9, len(home)).astype(str),
    }
    world.records["visits"].append(pd.DataFrame(visits))
    visited = np.bincount(home, minlength=homes)
    return counts, np.bincount(home, weights=is_cold, minlength=homes) / np.maximum(visited, 1), visited


def measured(drawn: Drawn) -> pd.DataFrame:
    """What `cure_effect` says of the renewals, beside the truth."""
    tables = drawn.tables
    works = tables["works"].assign(kind="renewal")
    effect = cure_effect(drawn.network, works, tables["faults"], tables["visits"], seasons=drawn.seasons)
    rows = effect.table[(effect.table["measure"] == "renewal") & (effect.table["diameter"] == "all")]
    rows = rows.set_index("outcome")
    rows = rows.assign(truth=pd.Series(drawn.truth), plain=pd.Series(drawn.plain))
    return rows.assign(holds=(rows["low"] <= rows["truth"]) & (rows["truth"] <= rows["high"]))


def coverage(cities: int) -> pd.DataFrame:
    """Draw cities in turn with each effect; index effect, outcome: intervals that hold the truth, and the means."""
    parts = []
    for seed in range(cities):
        name, effect = list(EFFECTS.items())[seed % len(EFFECTS)]
        parts.append(measured(draw(seed, effect)).assign(effect=name).reset_index())
    rows = pd.concat(parts)
    grouped = rows.groupby(["effect", "outcome"])
    table = grouped[["holds"]].sum().assign(cities=grouped.size())
    for column in ("truth", "ratio", "plain", "low", "high"):
        table[column] = grouped[column].mean()
    table["praised"] = grouped["verdict"].apply(lambda verdicts: (verdicts == "helped").mean())
    return table


def power(cities: int, *, summers: tuple[int, ...] = (1, 2, 4)) -> pd.DataFrame:
    """Cities of 1,854 km in which the worst 2.4 % of the assets (44 to 51 km) are renewed in each of some summers.

    Index left (what a renewal leaves of faults and illness), summers, outcome: the share said to have been helped or
    harmed, means of the middle and of the ends of the intervals.
    """
    parts = []
    for effect in (0.2, 0.5, 0.8, 1.0):
        for count in summers:
            for seed in range(cities):
                drawn = draw(1000 + seed, effect, n_seasons=3 + count, n_summers=count, km=1854.0, share=0.024)
                parts.append(measured(drawn).assign(left=effect, summers=count).reset_index())
    rows = pd.concat(parts)
    for verdict in ("helped", "harmed"):
        rows[verdict] = rows["verdict"] == verdict
    columns = ["cases", "truth", "ratio", "low", "high", "helped", "harmed"]
    return rows.groupby(["left", "summers", "outcome"])[columns].mean()


if __name__ == "__main__":
    what, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300
    with pd.option_context("display.width", 160, "display.max_columns", 20):
        print((coverage if what == "coverage" else power)(count).round(3))
