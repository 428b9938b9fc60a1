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
        kinds[f"n{i}"] = str(rng.choice(["junction", "building"], p=[0.7, 0.3]))
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
            lines = ["supply", "return"] if rng.random() < 0.2 else ["pair"]
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
