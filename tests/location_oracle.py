"""Small random networks and visits, and the posterior by counting every combination of impaired assets."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.network import Network


def random_network(
    rng: np.random.Generator, *, n_primary: int = 5, n_stations: int = 2, n_secondary: int = 5
) -> Network:
    """Return a network with loops, parallel mains, shared secondary nets, split rows, closed valves and loose parts."""
    kinds: dict[str, str] = {"A": "source"}
    if rng.random() < 0.3:
        kinds["A2"] = "source"
    primary = [*kinds]
    secondary: list[str] = []
    for i in range(rng.integers(1, n_primary + 1)):
        kinds[f"n{i}"] = str(rng.choice(["junction", "building"], p=[0.5, 0.5]))
        primary.append(f"n{i}")
    for i in range(rng.integers(0, n_stations + 1)):
        kinds[f"S{i}"] = "station"
        primary.append(f"S{i}")
        secondary.append(f"S{i}")
    if secondary:
        for i in range(rng.integers(1, n_secondary + 1)):
            kinds[f"m{i}"] = str(rng.choice(["junction", "building"], p=[0.3, 0.7]))
            secondary.append(f"m{i}")
    rows: list[tuple[str, str, str, float, float, str, str]] = []
    for members, level in ((primary, "primary"), (secondary, "secondary")):
        ends = [(members[int(rng.integers(0, i))], members[i]) for i in range(1, len(members))]
        ends += [tuple(rng.choice(members, 2, replace=False)) for _ in range(rng.integers(0, 3)) if len(members) > 1]
        for a, b in ends:
            if rng.random() < 0.05:
                continue
            a, b = (a, b) if rng.random() < 0.5 else (b, a)
            split = [["supply", "return"], ["supply", "return"], ["supply"], ["return"]]
            lines = ["pair"] if rng.random() < 0.8 else split[rng.integers(4)]
            for line in lines:
                length, diameter = float(rng.choice([50, 100, 150])), float(rng.choice([100, 200]))
                rows.append((str(len(rows) + 7), a, b, length, diameter, level, line))
    columns = ["segment_id", "from_node", "to_node", "length_m", "diameter_mm", "level", "line"]
    segments = pd.DataFrame(rows, columns=columns).sample(frac=1, random_state=rng)
    nodes = pd.DataFrame({"node_id": list(kinds), "kind": list(kinds.values())})
    nodes["households"] = rng.choice([0.0, 6.0, 20.0, np.nan], len(nodes))
    shut = segments.sample(n=min(len(segments), int(rng.integers(0, 3))), random_state=rng)
    valves = pd.DataFrame(
        {
            "valve_id": [f"v{i}" for i in range(len(shut))],
            "segment_id": shut["segment_id"].to_list(),
            "node_id": shut["to_node"].to_list(),
            "is_operable": rng.random(len(shut)) < 0.5,
            "is_open": rng.random(len(shut)) < 0.6,
        }
    )
    return Network(nodes.sample(frac=1, random_state=rng), segments, valves)


def slow_paths(network: Network) -> dict[tuple[str, str], tuple[float, list[str]]]:
    """Sums by repeated relaxation, then the entering segment by the words of the definition, for (node, level)."""
    nodes, segments, valves = network.nodes, network.segments, network.valves
    closed = set(valves.loc[~valves["is_open"].astype(bool), "segment_id"])
    kinds = dict(zip(nodes["node_id"], nodes["kind"], strict=True))
    pipes = []
    for row in segments.to_dict("records"):
        if row["line"] != "return" and row["segment_id"] not in closed:
            a, b, weight = row["from_node"], row["to_node"], row["length_m"] / row["diameter_mm"] ** 5
            pipes += [(a, b, row["level"], row["segment_id"], weight), (b, a, row["level"], row["segment_id"], weight)]
    best = {(node, "primary"): 0.0 for node, kind in kinds.items() if kind == "source"}
    roots = set(best)
    changed = True
    while changed:
        changed = False
        steps = [((a, level), (b, level), weight) for a, b, level, _, weight in pipes]
        steps += [((s, "primary"), (s, "secondary"), 0.0) for s, kind in kinds.items() if kind == "station"]
        for tail, head, weight in steps:
            if tail in best and best[tail] + weight < best.get(head, np.inf):
                best[head] = best[tail] + weight
                changed = True

    def entry(side: tuple[str, str]) -> tuple[str, tuple[str, str], list[str]]:
        node, level = side
        ways = [
            (name, (a, level), [name])
            for a, b, pipe_level, name, weight in pipes
            if (b, pipe_level) == side and (a, level) in best and best[(a, level)] + weight == best[side]
        ]
        if kinds[node] == "station" and level == "secondary" and best.get((node, "primary"), -1.0) == best[side]:
            name, _, _ = entry((node, "primary"))
            ways.append((name, (node, "primary"), [node]))
        return min(ways, key=lambda way: way[0])

    def path(side: tuple[str, str]) -> list[str]:
        if side in roots:
            return []
        _, before, assets = entry(side)
        return path(before) + assets

    return {side: (best[side], path(side)) for side in best}


def building_paths(network: Network) -> dict[str, list[str]]:
    """Return the assets on the path of each building that a path reaches."""
    levels = {}
    for row in network.segments.to_dict("records"):
        levels[row["from_node"]] = levels[row["to_node"]] = row["level"]
    slow = slow_paths(network)
    buildings = network.node_ids[network.building_nodes]
    sides = {building: (building, levels.get(building, "primary")) for building in buildings}
    return {building: slow[side][1] for building, side in sides.items() if side in slow}


DAYS = ["2023-10-15", "2024-01-20", "2024-10-14", "2024-10-15", "2023-10-14"]


def random_visits(rng: np.random.Generator, network: Network, n: int = 12) -> pd.DataFrame:
    """Return visits of three seasons, most of 2023, at known, unreached and unknown buildings and at other nodes."""
    homes, others = network.node_ids[network.building_nodes], network.node_ids
    known = [*homes, *homes, *homes, *homes, *others, "nowhere"]
    visits = pd.DataFrame(
        {
            "visit_id": [f"r{i}" for i in range(n)],
            "building_id": rng.choice(known, n),
            "visited_on": rng.choice(DAYS, n, p=[0.3, 0.3, 0.2, 0.1, 0.1]),
            "channel": rng.choice(["home_visit", "hotline", "app", "sensor"], n),
            "is_cold": rng.choice([True, False], n),
        }
    )
    return visits.loc[rng.integers(0, n, n)] if rng.random() < 0.5 else visits


def season_rows(network: Network, visits: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of season 2023 at buildings that a path reaches."""
    inside = visits["visited_on"].between("2023-10-15", "2024-10-14")
    return visits[inside & visits["building_id"].isin(list(building_paths(network)))]


class Enumeration:
    """All combinations of impaired assets on paths (and, with a building prior, of impaired buildings), one by one.

    `counts_calls`: hotline and app rows are calls of the building's households; else every row is a visit.
    """

    def __init__(
        self,
        network: Network,
        visits: pd.DataFrame,
        prior: pd.Series,
        *,
        building_prior: float = 0.0,
        counts_calls: bool = False,
    ) -> None:
        paths, rows = building_paths(network), season_rows(network, visits)
        things = sorted({asset for path in paths.values() for asset in path})
        own = [f"own {building}" for building in paths] if building_prior > 0 else []
        self.names = [*things, *own]
        self.states = (np.arange(2 ** len(self.names))[:, None] >> np.arange(len(self.names))) & 1 == 1
        weights = np.array([prior[name] for name in things] + [building_prior] * len(own))
        with np.errstate(divide="ignore"):
            self.log_prior = np.where(self.states, np.log(weights), np.log1p(-weights)).sum(axis=1)
        is_call = rows["channel"].isin(["hotline", "app"]) & counts_calls
        households = network.nodes.set_index("node_id")["households"].fillna(0)
        self.is_bad, self.counts = {}, {}
        for building, path in paths.items():
            members = [i for i, name in enumerate(self.names) if name in path or name == f"own {building}"]
            self.is_bad[building] = self.states[:, members].any(axis=1)
            here = rows["building_id"] == building
            callers = float(households[building]) if counts_calls else 0.0
            self.counts[building] = (
                int((here & ~is_call).sum()),
                int((here & ~is_call & rows["is_cold"]).sum()),
                int((here & is_call & rows["is_cold"]).sum()) if callers else 0,
                callers,
            )

    def log_joint(self, p: tuple[float, float], c: tuple[float, float] = (1.0, 1.0)) -> np.ndarray:
        total = self.log_prior.copy()
        for building, (seen, cold, called, callers) in self.counts.items():
            clear, bad = (
                cold * np.log(p[s]) + (seen - cold) * np.log1p(-p[s]) + called * np.log(c[s]) - callers * c[s]
                for s in (0, 1)
            )
            total += np.where(self.is_bad[building], bad, clear)
        return total

    def log_evidence(self, p: tuple[float, float], c: tuple[float, float] = (1.0, 1.0)) -> float:
        joint = self.log_joint(p, c)
        return float(joint.max() + np.log(np.exp(joint - joint.max()).sum()))

    def weights(self, p: tuple[float, float], c: tuple[float, float] = (1.0, 1.0)) -> np.ndarray:
        """Return the posterior probability of each combination."""
        joint = self.log_joint(p, c)
        weight = np.exp(joint - joint.max())
        return weight / weight.sum()

    def any_impaired(self, names: list[str]) -> np.ndarray:
        """Return the combinations in which at least one of these is impaired."""
        return self.states[:, [self.names.index(name) for name in names]].any(axis=1)


class FullEnumeration(Enumeration):
    """The same with a dose, crews' words and readings: every row of every building by the words of the definition."""

    def __init__(self, network: Network, visits: pd.DataFrame, prior: pd.Series, **options: object) -> None:
        super().__init__(network, visits, prior, **options)
        paths, self.rows = building_paths(network), season_rows(network, visits)
        self.counts_calls = bool(options.get("counts_calls", False))
        stations = set(network.nodes.loc[network.nodes["kind"] == "station", "node_id"])
        self.households = network.nodes.set_index("node_id")["households"].fillna(0)
        self.n_impaired, self.kinds = {}, {}
        for building, path in paths.items():
            of_kind = [
                [i for i, name in enumerate(self.names) if name == f"own {building}"],
                [i for i, name in enumerate(self.names) if name in path and name in stations],
                [i for i, name in enumerate(self.names) if name in path and name not in stations],
            ]
            self.n_impaired[building] = self.states[:, [i for members in of_kind for i in members]].sum(axis=1)
            self.kinds[building] = [self.states[:, members].any(axis=1) for members in of_kind]

    def log_joint_of(
        self,
        p: tuple[float, float, float],
        c: tuple[float, float, float],
        *,
        cause_error: float | None = None,
        readings: tuple[tuple[float, float, float], float] | None = None,
    ) -> np.ndarray:
        total = self.log_prior.copy()
        for building, count in self.n_impaired.items():
            count = np.minimum(count, 2)
            if self.counts_calls:
                total -= self.households[building] * np.array(c)[count]
        for row in self.rows.to_dict("records"):
            building = row["building_id"]
            count = np.minimum(self.n_impaired[building], 2)
            is_call = self.counts_calls and row["channel"] in ("hotline", "app")
            if is_call and (not row["is_cold"] or not self.households[building]):
                continue
            rate = np.array(c if is_call else p)
            if readings is not None and not is_call and not pd.isna(row["room_temp_c"]):
                away = (row["room_temp_c"] - np.array(readings[0])[count]) / readings[1]
                total += -away - 2 * np.log1p(np.exp(-away)) - np.log(readings[1])
            elif is_call or row["is_cold"]:
                total += np.log(rate[count])
            else:
                total += np.log1p(-rate[count])
            word = {"household": 0, "building": 0, "station": 1, "network": 2}.get(row["cause"])
            if cause_error is not None and row["is_cold"] and word is not None:
                own_reason = rate[0] / rate[count]
                n_kinds = sum(kind.astype(float) for kind in self.kinds[building])
                present = self.kinds[building][word]
                true = np.where(present, (1 - own_reason) / np.maximum(n_kinds, 1), 0.0) + (word == 0) * own_reason
                total += np.log(np.where(True, true * (1 - cause_error) + (1 - true) * cause_error / 2, 0.0))
        return total

    def weights_of(self, *rates: object, **options: object) -> np.ndarray:
        """Return the posterior probability of each combination."""
        joint = self.log_joint_of(*rates, **options)
        weight = np.exp(joint - joint.max())
        return weight / weight.sum()
