"""How much of the truly impaired length the visits find, and how honest the probabilities are. Jobs: the time it takes.

    python -m benchmarks.location recall       20 drawn cities: share of the impaired length in the top of each ranking
    python -m benchmarks.location calibration  predicted over observed, where the model holds and where it does not
    python -m benchmarks.location next         chosen next visits against random ones

The cities are drawn here, not by the inference: rooms have temperatures, impaired pipes take degrees away from what
lies behind them, homes have troubles of their own, the first days are cold everywhere, and people who are cold call.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra, minimum_spanning_tree
from scipy.spatial import cKDTree

from benchmarks.growth import city_of
from heatnet.inventory.records import records_before
from heatnet.location import Location, clean_visits, default_prior, locate_faults, suggest_visits
from heatnet.network import Network
from heatnet.reachability.paths import supply_paths

SEASON = 2024
DRAWN_SEASON = 2025  # the last winter of `make_city`
TOPS = (0.01, 0.024, 0.05, 0.10)
N_STATIONS, N_SEGMENTS, N_VISITS = 83, 20_000, 3_651
DIAMETERS = np.array([50, 65, 80, 100, 125, 150, 200, 250, 300, 400, 500, 600, 800, 1000])


@dataclass(frozen=True)
class City:
    """A drawn city: the tables anyone would have, and the truth nobody has."""

    network: Network
    visits: pd.DataFrame
    is_impaired: np.ndarray  # per asset
    known_prior: pd.Series  # what age and diameter tell, without the luck of the single pipe
    households: np.ndarray  # per household: node of its building
    is_cold: np.ndarray  # per household, in a normal week


class Drawing:
    """Nodes and segments while a city is being drawn."""

    def __init__(self) -> None:
        self.kind: list[str] = []
        self.xy: list[tuple[float, float]] = []
        self.rows: list[tuple[int, int, float, str]] = []

    def node(self, kind: str, x: float, y: float) -> int:
        """Add a node and return its number."""
        self.kind.append(kind)
        self.xy.append((x, y))
        return len(self.kind) - 1

    def pipe(self, a: int, b: int, level: str, detour: float) -> None:
        """Add a pipe a little longer than the straight line."""
        length = max(3.0, detour * float(np.hypot(*np.subtract(self.xy[a], self.xy[b]))))
        self.rows.append((a, b, length, level))


def draw_city(seed: int) -> City:
    rng = np.random.default_rng([2024, seed])
    drawing = Drawing()
    stations = draw_primary(drawing, rng)
    per_station = (N_SEGMENTS - len(drawing.rows)) / len(stations)
    for station in stations:
        draw_block(drawing, rng, station, round(per_station))
    a, b, length = (np.array([row[i] for row in drawing.rows]) for i in range(3))
    a, b = a.astype(int), b.astype(int)
    is_primary = np.array([row[3] == "primary" for row in drawing.rows])
    kind = np.array(drawing.kind)
    households = np.where(kind == "building", np.round(rng.lognormal(4.2, 0.5, len(kind))), 0)
    diameter = sized(a, b, length, is_primary, kind, households)
    age = rng.integers(1, 38, len(kind))[a] * 0.6 + rng.integers(1, 38, len(a)) * 0.4
    nodes = pd.DataFrame({"node_id": [f"N{i}" for i in range(len(kind))], "kind": kind, "households": households})
    nodes[["x_m", "y_m"]] = drawing.xy
    segments = pd.DataFrame(
        {
            "segment_id": [f"P{i}" for i in range(len(a))],
            "from_node": nodes["node_id"].to_numpy()[a],
            "to_node": nodes["node_id"].to_numpy()[b],
            "length_m": length,
            "diameter_mm": diameter,
            "laid_year": SEASON - age.round(),
            "level": np.where(is_primary, "primary", "secondary"),
        }
    )
    network = Network(nodes, segments)
    known = known_risk(network, age, length, diameter)
    luck = np.concatenate([rng.lognormal(-0.18, 0.6, len(a)), np.ones(N_STATIONS)])
    is_impaired = rng.random(network.n_assets) < -np.expm1(np.log1p(-known) * luck)
    taken = np.where(is_impaired, rng.uniform(1.8, 4.5, network.n_assets), 0.0)
    deficit = degrees_lost(a, b, length, diameter, is_primary, kind, taken, rng)
    home, is_cold, own = draw_rooms(rng, households, deficit)
    visits = draw_contacts(rng, home, is_cold, own)
    visits["building_id"] = nodes["node_id"].to_numpy()[home[visits.pop("household")]]
    return City(network, visits, is_impaired, pd.Series(known, index=network.asset_ids), home, is_cold)


def draw_primary(drawing: Drawing, rng: np.random.Generator) -> list[int]:
    """Streets on a bent grid, the mains that reach the stations on them, and a few ties between mains."""
    side = 42
    step = 9000 / side
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2)
    xy = grid * step + rng.normal(0, 25, grid.shape)
    right = np.flatnonzero(grid[:, 0] < side - 1)
    up = np.flatnonzero(grid[:, 1] < side - 1)
    tails, heads = np.r_[right, up], np.r_[right + 1, up + side]
    wish = rng.random(len(tails)) + 0.5
    tree = minimum_spanning_tree(coo_array((wish, (tails, heads)), shape=(side**2, side**2)).tocsr())
    _, before = dijkstra(tree, directed=False, indices=0, return_predecessors=True)
    places = rng.choice(np.arange(side, side**2), N_STATIONS, replace=False)
    used: set[tuple[int, int]] = set()
    for place in places.tolist():
        while before[place] >= 0 and (int(before[place]), place) not in used:
            used.add((int(before[place]), place))
            place = int(before[place])
    reached = {0} | {b for _, b in used}
    node_of = {0: drawing.node("source", *xy[0])}
    for i in sorted(reached - {0}):
        node_of[i] = drawing.node("junction", *xy[i])
    for a, b in sorted(used):
        drawing.pipe(node_of[a], node_of[b], "primary", 1.1)
    spare = [(a, b) for a, b in zip(tails.tolist(), heads.tolist(), strict=True) if {a, b} <= reached]
    spare = [pair for pair in spare if pair not in used and pair[::-1] not in used]
    for i in rng.choice(len(spare), min(12, len(spare)), replace=False):
        drawing.pipe(node_of[spare[i][0]], node_of[spare[i][1]], "primary", 1.1)
    stations = []
    for place in places.tolist():
        x, y = xy[place] + rng.normal(0, 30, 2)
        stations.append(drawing.node("station", x, y))
        drawing.pipe(node_of[place], stations[-1], "primary", 1.1)
    return stations


def draw_block(drawing: Drawing, rng: np.random.Generator, station: int, n_rows: int) -> None:
    """One station's secondary net: yards grown from it, rows of the inventory cut in pieces, houses at the ends."""
    members, first = [station], len(drawing.rows)
    spread = 320.0
    while len(drawing.rows) - first < n_rows:
        target = np.array(drawing.xy[station]) + rng.normal(0, spread, 2)
        places = np.array([drawing.xy[i] for i in members])
        near = members[int(np.argmin(((places - target) ** 2).sum(1)))]
        start = np.array(drawing.xy[near])
        gap = target - start
        goal = start + gap * min(1.0, 160 / max(1.0, float(np.hypot(*gap))))
        last, pieces = near, int(rng.integers(1, 4))
        for k in range(1, pieces + 1):
            point = start + (goal - start) * k / pieces
            joint = drawing.node("junction", *point)
            drawing.pipe(last, joint, "secondary", 1.15)
            last = joint
            members.append(joint)
            if rng.random() < 0.55:
                house = drawing.node("building", *(point + rng.normal(0, 18, 2)))
                drawing.pipe(joint, house, "secondary", 1.2)


def sized(
    a: np.ndarray, b: np.ndarray, length: np.ndarray, is_primary: np.ndarray, kind: np.ndarray, households: np.ndarray
) -> np.ndarray:
    """Diameters by the homes behind each pipe."""
    _, parent, order = tree_of(a, b, length, kind)
    behind = households.astype(float)
    for node in order[::-1].tolist():
        if parent[node] >= 0:
            behind[parent[node]] += behind[node]
    child = np.where(parent[b] == a, b, a)
    carried = np.where((parent[b] == a) | (parent[a] == b), behind[child], behind.max() / 20)
    wanted = 8.0 * np.maximum(carried, 1.0) ** 0.4 * np.where(is_primary, 0.75, 1.0) + 30
    return DIAMETERS[np.minimum(np.searchsorted(DIAMETERS, wanted), len(DIAMETERS) - 1)].astype(float)


def tree_of(
    a: np.ndarray, b: np.ndarray, weight: np.ndarray, kind: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = len(kind)
    graph = coo_array((weight, (a, b)), shape=(n, n)).tocsr()
    far, parent = dijkstra(
        graph, directed=False, indices=int(np.flatnonzero(kind == "source")[0]), return_predecessors=True
    )
    return far, parent, np.argsort(far, kind="stable")


def known_risk(network: Network, age: np.ndarray, length: np.ndarray, diameter: np.ndarray) -> np.ndarray:
    """Chance of being impaired that age and diameter tell: old and small pipes are worse, mains are cared for."""
    size = np.where(diameter >= 300, 0.2, np.where(diameter <= 80, 1.5, 1.0))
    per_km = 0.08 * np.exp(0.07 * (age - 18)) * size
    return np.concatenate([-np.expm1(-per_km * length / 1000), np.full(len(network.station_nodes), 0.03)])


def degrees_lost(
    a: np.ndarray,
    b: np.ndarray,
    length: np.ndarray,
    diameter: np.ndarray,
    is_primary: np.ndarray,
    kind: np.ndarray,
    taken: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Degrees that each node misses: heat takes the way of least resistance as it really is, not as the table says."""
    real = length / diameter**5 * rng.lognormal(0, 0.2, len(a))
    _, parent, order = tree_of(a, b, real, kind)
    pipe = {(int(u), int(v)): i for i, (u, v) in enumerate(zip(a, b, strict=True))}
    station_number = {int(node): k for k, node in enumerate(np.flatnonzero(kind == "station"))}
    lost = np.zeros(len(kind))
    for node in order.tolist():
        up = int(parent[node])
        if up < 0:
            continue
        row = pipe.get((up, node), pipe.get((node, up), -1))
        lost[node] = lost[up] + taken[row]
        if up in station_number and not is_primary[row]:
            lost[node] += taken[len(a) + station_number[up]]
    return lost


def draw_rooms(
    rng: np.random.Generator, households: np.ndarray, deficit: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    home = np.repeat(np.arange(len(households)), households.astype(int))
    riser = np.where(rng.random(len(households)) < 0.03, rng.uniform(1.5, 4.0, len(households)), 0.0)
    house = rng.normal(0, 0.7, len(households)) - riser - deficit
    own = rng.random(len(home)) < 0.055
    room = 20.9 + house[home] + rng.normal(0, 1.3, len(home)) - np.where(own, rng.uniform(2.5, 6, len(home)), 0)
    return home, room < 18.0, own


def draw_contacts(rng: np.random.Generator, home: np.ndarray, is_cold: np.ndarray, own: np.ndarray) -> pd.DataFrame:
    """Planned home visits, calls of those who are cold, some other calls, and calls in the first days."""
    n_planned, n_late = round(0.6 * N_VISITS), round(0.06 * N_VISITS)
    n_calls = N_VISITS - n_planned - n_late
    planned = rng.integers(0, len(home), n_planned)
    eager = np.where(is_cold, 12.0, 1.0)
    called = rng.choice(len(home), n_calls, p=eager / eager.sum())
    late = rng.integers(0, len(home), n_late)
    who = np.concatenate([planned, called, late])
    day = np.concatenate([rng.integers(4, 150, n_planned + n_calls), rng.integers(0, 4, n_late)])
    cold = np.where(np.arange(len(who)) < n_planned + n_calls, is_cold[who], True)
    inspected = cold & own[who] & (rng.random(len(who)) < 0.35)
    call = rng.choice(["hotline", "app"], len(who))
    return pd.DataFrame(
        {
            "visit_id": [f"V{i}" for i in range(len(who))],
            "household": who,
            "visited_on": pd.Timestamp(f"{SEASON}-10-15") + pd.to_timedelta(day, unit="D"),
            "channel": np.where(np.arange(len(who)) < n_planned, "home_visit", call),
            "is_cold": cold,
            "cause": np.where(inspected, "household", None),
            "household_id": [f"H{i}" for i in who],
        }
    )


# --- rankings ---------------------------------------------------------------------------------------------------------


def rankings(city: City, rng: np.random.Generator) -> dict[str, np.ndarray]:
    network = city.network
    visits = clean_visits(city.visits, network)
    plain = {"season": SEASON, "building_prior": 0.05}
    found = locate_faults(network, visits, **plain)
    called = locate_faults(network, visits, calls="households", **plain)
    better = locate_faults(network, visits, calls="households", prior=city.known_prior, **plain)
    better_visits = locate_faults(network, visits, prior=city.known_prior, **plain)
    cold = visits["is_cold"].to_numpy(dtype=float)
    node = network.node_positions(visits["building_id"])
    paths = supply_paths(network)
    seen = paths.subtree_sum(np.bincount(node, minlength=network.n_nodes).astype(float))
    complaints = paths.subtree_sum(np.bincount(node, cold, minlength=network.n_nodes))
    share = cold.mean()
    return {
        "posterior": found.assets["impaired_prob"].to_numpy(),
        "posterior with calls": called.assets["impaired_prob"].to_numpy(),
        "posterior, known prior": better_visits.assets["impaired_prob"].to_numpy(),
        "posterior with calls, known prior": better.assets["impaired_prob"].to_numpy(),
        "downstream complaint count": complaints,
        "downstream share": np.divide(complaints, seen, out=np.zeros_like(seen), where=seen > 0),
        "smoothed downstream share": (complaints + 10 * share) / (seen + 10),
        "nearest segment": nearest_counts(network, node[cold > 0]),
        "prior only": default_prior(network).to_numpy(),
        "known prior only": city.known_prior.to_numpy(),
        "random": rng.random(network.n_assets),
    }


def nearest_counts(network: Network, cold_nodes: np.ndarray) -> np.ndarray:
    """Complaints per metre of the segment whose middle is nearest."""
    xy = network.nodes[["x_m", "y_m"]].to_numpy()
    middle = (xy[network.from_node] + xy[network.to_node]) / 2
    _, nearest = cKDTree(middle).query(xy[cold_nodes])
    counts = np.bincount(nearest, minlength=network.n_segments) / network.length_m
    return np.concatenate([counts, np.zeros(len(network.station_nodes))])


def recall(city: City, score: np.ndarray, rng: np.random.Generator) -> list[float]:
    """Share of the impaired length among the best segments, for each top share of the length."""
    n, length = city.network.n_segments, city.network.length_m
    order = np.lexsort((rng.random(n), -score[:n]))
    behind = np.cumsum(length[order])
    bad = np.cumsum(np.where(city.is_impaired[:n], length, 0.0)[order])
    return [float(np.interp(top * behind[-1], behind, bad) / bad[-1]) for top in TOPS]


def print_recall(n_cities: int = 20) -> None:
    results: dict[str, list[list[float]]] = {}
    shares = []
    for seed in range(n_cities):
        city, rng = draw_city(seed), np.random.default_rng([7, seed])
        length = city.network.length_m
        shares.append(length[city.is_impaired[: len(length)]].sum() / length.sum())
        for name, score in rankings(city, rng).items():
            results.setdefault(name, []).append(recall(city, score, rng))
    print(f"{n_cities} cities, {N_SEGMENTS} segments, {N_STATIONS} stations, {N_VISITS} visits;")
    print(f"impaired length {np.mean(shares):.3f} of all; share of it found in the top of the length, mean (s.e.)")
    print_table(results)


# --- next visits ------------------------------------------------------------------------------------------------------


def print_next(n_cities: int = 20, n_next: int = 500, n_repeats: int = 2) -> None:
    """Recall after 500 more home visits, and what it is more than after visits to households drawn at random.

    In each repetition other households open the door. The differences are taken city by city, so their standard errors
    are much smaller than those of the means.
    """
    results: dict[str, list[list[float]]] = {}
    is_usual = []
    for seed in range(n_cities):
        city = draw_city(seed)
        visits = clean_visits(city.visits, city.network)
        homes_behind = supply_paths(city.network).subtree_sum(city.network.households)
        is_usual.append(homes_behind[city.is_impaired].max() < homes_behind.max() / 2)
        before = located_after(city, visits, [])
        chosen, bits = suggest_visits(before, n_next)["building_id"], one_visit_bits(before)
        plans = {
            "most bits, each by itself": list(bits.sort_values(ascending=False, kind="stable").index[:n_next]),
            "chosen": list(chosen),
            "behind the truly ill pipes": truly_telling(city, n_next),
        }
        recalls: dict[str, list[list[float]]] = {}
        for repeat in range(n_repeats):
            rng = np.random.default_rng([8, seed, repeat])
            by_node: dict[int, list[int]] = {}
            for home in rng.permutation(len(city.households)).tolist():
                by_node.setdefault(int(city.households[home]), []).append(home)
            anyone = rng.choice(len(city.households), 4 * n_next, replace=False).tolist()
            found = {
                "before": before,
                "random homes": located_after(city, visits, anyone[:n_next]),
                f"random homes, {4 * n_next} of them": located_after(city, visits, anyone),
                **{name: located_after(city, visits, doors(city, by_node, plan)) for name, plan in plans.items()},
            }
            named: list[str] = []
            location = before
            for _ in range(5):
                named += suggest_visits(location, n_next // 5)["building_id"].tolist()
                location = located_after(city, visits, doors(city, by_node, named))
            found[f"chosen in 5 rounds of {n_next // 5}"] = location
            for name, location in found.items():
                score = location.assets["impaired_prob"].to_numpy()
                recalls.setdefault(name, []).append(recall(city, score, np.random.default_rng([7, seed])))
        for name, values in recalls.items():
            results.setdefault(name, []).append(np.mean(values, axis=0).tolist())
    print(f"{n_cities} cities, {n_repeats} repetitions, {n_next} more visits; share of the impaired length found")
    print_table(results)
    print("the same less that of random homes, mean of the cities' differences (s.e.)")
    base = np.array(results["random homes"])
    more = {name: np.array(values) - base for name, values in results.items()}
    print_table({name: values.tolist() for name, values in more.items()})
    print(f"the same for the {sum(is_usual)} cities where no main of most of the city is ill")
    print_table({name: values[is_usual].tolist() for name, values in more.items()})


def located_after(city: City, visits: pd.DataFrame, homes: list[int]) -> Location:
    more = pd.DataFrame(
        {
            "visit_id": [f"W{i}" for i in range(len(homes))],
            "building_id": city.network.node_ids[city.households[homes]],
            "visited_on": pd.Timestamp(f"{SEASON + 1}-02-20"),
            "is_cold": city.is_cold[homes],
        }
    )
    table = pd.concat([visits, more], ignore_index=True) if homes else visits
    return locate_faults(city.network, table, season=SEASON, building_prior=0.05)


def truly_telling(city: City, n: int) -> list[str]:
    """What nobody could know: five visits to the nearest buildings behind each impaired pipe, the longest first."""
    network, paths = city.network, supply_paths(city.network)
    behind: dict[int, list[tuple[int, int]]] = {}
    for node in network.building_nodes.tolist():
        path = paths.path_of(node).tolist() if paths.last_asset[node] >= 0 else []
        for asset in path:
            behind.setdefault(asset, []).append((len(path), node))
    ill = np.flatnonzero(city.is_impaired[: network.n_segments])
    named: list[str] = []
    for asset in ill[np.argsort(-network.length_m[ill], kind="stable")].tolist():
        nearest = [str(network.node_ids[node]) for _, node in sorted(behind.get(asset, []))[:3]]
        named += (nearest * 5)[:5]
    return named[:n]


def one_visit_bits(location: Location) -> pd.Series:
    """What one visit tells about its building in bits, each building by itself."""

    def entropy(p: pd.Series | float) -> pd.Series | float:
        return -(p * np.log2(p) + (1 - p) * np.log2(1 - p))

    sick, low, high = location.buildings["path_prob"], location.p_clear, location.p_impaired
    return entropy((1 - sick) * low + sick * high) - (1 - sick) * entropy(low) - sick * entropy(high)


def doors(city: City, by_node: dict[int, list[int]], buildings: list[str]) -> list[int]:
    """One household of each building named, another one where it is named again."""
    left = {node: list(homes) for node, homes in by_node.items()}
    return [left[int(node)].pop() for node in city.network.node_positions(buildings)]


# --- calibration ------------------------------------------------------------------------------------------------------


def print_calibration(n_cities: int = 12) -> None:
    """Expected over observed impaired assets, in ten classes of equal expectation."""
    print("impaired assets, predicted / observed, in tenths of the prediction from the least to the most probable")
    for name, truth, told in (
        ("the model holds", {}, {}),
        ("the model holds, rates given", {}, {"p_clear": 0.12, "p_impaired": 0.62}),
        ("prior twice the truth", {}, {"prior_factor": 2.0}),
        ("prior half the truth", {}, {"prior_factor": 0.5}),
        ("complaint-driven, read as visits", {"eager": 8.0}, {}),
        ("complaint-driven, read as calls", {"eager": 8.0}, {"calls": "households"}),
    ):
        predicted, observed = [], []
        for seed in range(n_cities):
            city = draw_city(seed)
            rng = np.random.default_rng([9, seed])
            p, z = modelled(city.network, rng, truth, told)
            predicted.append(p)
            observed.append(z)
        print(
            f"{name:36s}"
            + " ".join(f"{ratio:6.2f}" for ratio in tenths(np.concatenate(predicted), np.concatenate(observed)))
        )


def modelled(
    network: Network, rng: np.random.Generator, truth: dict[str, float], told: dict[str, object]
) -> tuple[np.ndarray, np.ndarray]:
    """Draw impairments and contacts as the model says (calls only of the cold, where `eager`), and locate them."""
    prior = default_prior(network)
    impaired = rng.random(network.n_assets) < prior.to_numpy()
    paths = supply_paths(network)
    sick = np.array([impaired[paths.path_of(node)].any() for node in network.building_nodes])
    homes = np.repeat(np.arange(len(sick)), network.households[network.building_nodes].astype(int))
    is_cold = rng.random(len(homes)) < np.where(sick, 0.62, 0.12)[homes]
    n_planned = N_VISITS if "eager" not in truth else N_VISITS // 2
    who = rng.integers(0, len(homes), n_planned)
    if "eager" in truth:
        wish = np.where(is_cold, truth["eager"], 1.0)
        who = np.r_[who, rng.choice(len(homes), N_VISITS - n_planned, p=wish / wish.sum(), replace=False)]
    visits = pd.DataFrame(
        {
            "visit_id": [f"V{i}" for i in range(len(who))],
            "building_id": network.node_ids[network.building_nodes[homes[who]]],
            "visited_on": pd.Timestamp(f"{SEASON}-12-20"),
            "channel": np.where(np.arange(len(who)) < n_planned, "home_visit", "hotline"),
            "is_cold": is_cold[who],
        }
    )
    settings = {key: value for key, value in told.items() if key != "prior_factor"}
    wrong = (prior * told.get("prior_factor", 1.0)).clip(upper=0.9)
    location = locate_faults(network, visits, season=SEASON, prior=wrong, **settings)
    return location.assets["impaired_prob"].to_numpy(), impaired


def tenths(predicted: np.ndarray, observed: np.ndarray) -> list[float]:
    order = np.argsort(predicted, kind="stable")
    running = np.cumsum(predicted[order])
    tenth = np.minimum((running / running[-1] * 10).astype(int), 9)
    expected = np.bincount(tenth, predicted[order], minlength=10)
    return (expected / np.maximum(np.bincount(tenth, observed[order], minlength=10), 1)).tolist()


# --- speed ------------------------------------------------------------------------------------------------------------


def located(folder: str, shape: str, segments: int, learned: bool) -> Callable[[], Any]:
    """Job: locate with many visits, with the rates given or learned."""
    network, visits = plain_network(shape, segments)
    rates = {} if learned else {"p_clear": 0.15, "p_impaired": 0.6}
    return partial(locate_faults, network, visits, season=SEASON, **rates)


def located_winter(folder: str, segments: int) -> Callable[[], Any]:
    """Job: locate with a winter's visits of the drawn city, all rates learned, words and more than one trouble told."""
    city = city_of(segments)
    visits = clean_visits(records_before(DRAWN_SEASON + 1, visits=city.visits).visits, city.network)
    asked = {"season": DRAWN_SEASON, "calls": "households", "dose": True, "cause_error": 0.2}
    return partial(locate_faults, city.network, visits, **asked)


def scipy_paths(folder: str, shape: str, segments: int) -> Callable[[], Any]:
    """Job: scipy's connected components and shortest paths on the same graph."""
    network, _ = plain_network(shape, segments)
    tail, head, n = network.from_node, network.to_node, network.n_nodes
    weight = network.length_m / network.diameter_mm**5

    def search() -> None:
        both = (np.r_[weight, weight], (np.r_[tail, head], np.r_[head, tail]))
        graph = coo_array(both, shape=(n, n)).tocsr()
        connected_components(graph)
        dijkstra(graph, indices=0, return_predecessors=True)

    return search


def plain_network(shape: str, n: int) -> tuple[Network, pd.DataFrame]:
    rng, n_visits = np.random.default_rng(1), round(0.18255 * n)
    own = np.arange(1, n)
    before = {"line": own - 1, "bushy": (rng.random(n - 1) * own).astype(int)}.get(shape, own - 1 - (own % 2 == 0))
    node_id = np.array([f"n{i}" for i in range(n)])
    kind = np.where(np.arange(n) % 2 == 0, "building", "junction")
    kind[0] = "source"
    segments = pd.DataFrame(
        {
            "segment_id": [f"s{i}" for i in own],
            "from_node": node_id[before],
            "to_node": node_id[own],
            "length_m": rng.uniform(5, 200, n - 1),
            "diameter_mm": rng.choice([100.0, 150.0, 200.0, 300.0], n - 1),
        }
    )
    visits = pd.DataFrame(
        {
            "visit_id": [f"V{i}" for i in range(n_visits)],
            "building_id": rng.choice(node_id[kind == "building"], n_visits),
            "visited_on": pd.Timestamp(f"{SEASON}-12-20"),
            "is_cold": rng.random(n_visits) < 0.2,
        }
    )
    return Network(pd.DataFrame({"node_id": node_id, "kind": kind}), segments), visits


def print_table(results: dict[str, list[list[float]]]) -> None:
    print(f"{'':36s}" + "".join(f"{top:>16.1%}" for top in TOPS))
    for name, values in results.items():
        array = np.array(values)
        cells = zip(array.mean(0), array.std(0, ddof=1) / np.sqrt(len(array)), strict=True)
        print(f"{name:36s}" + "".join(f"{mean:9.3f} ({error:.3f})" for mean, error in cells))


def main() -> None:
    commands: dict[str, Callable[[], None]] = {
        "recall": print_recall,
        "calibration": print_calibration,
        "next": print_next,
    }
    wanted = sys.argv[1:] or list(commands)
    for name in wanted:
        started = time.perf_counter()
        commands[name]()
        print(f"[{name}: {time.perf_counter() - started:.0f} s]\n")


if __name__ == "__main__":
    main()
