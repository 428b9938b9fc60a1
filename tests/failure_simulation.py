"""Made-up networks whose failure rates are known, for the tests of the failure model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet.failure import ageing_law
from heatnet.network import Network


@dataclass(frozen=True)
class Simulated:
    """A network, its faults, and the true mean faults of every asset in the season after the last."""

    network: Network
    faults: pd.DataFrame
    truth: pd.Series
    first_season: int
    last_season: int


def simulate(
    seed: int,
    *,
    n: int = 400,
    seasons: int = 12,
    material_factor: float = 3.0,
    length_exponent: float = 0.9,
    shape_per_100_m: float = 0.8,
    level_spread: float = 0.2,
    rate: float = 1.0,
) -> Simulated:
    """Draw a network and its faults: ageing law x material x length x own Gamma factor x season level."""
    rng = np.random.default_rng(seed)
    first, last = 2005, 2004 + seasons
    x, y = rng.uniform(0, 4000, (2, n + 2))
    nodes = pd.DataFrame({"node_id": [f"N{i:04d}" for i in range(n + 2)], "kind": "junction", "x_m": x, "y_m": y})
    nodes.loc[0, "kind"] = "source"
    nodes.loc[n + 1, "kind"] = "station"
    length = np.exp(rng.normal(np.log(100.0), 0.8, n))
    laid = rng.integers(1975, 2005, n)
    material = rng.choice(["good", "bad"], n)
    segments = pd.DataFrame(
        {
            "segment_id": [f"S{i:04d}" for i in range(n)],
            "from_node": "N0000",
            "to_node": nodes["node_id"].to_numpy()[1 : n + 1],
            "length_m": length,
            "diameter_mm": rng.choice([100, 200, 300], n),
            "laid_year": laid,
            "material": material,
            "line": "pair",
            "street": [f"street {i // 8}" for i in range(n)],
        }
    )
    shape = shape_per_100_m * (length / 100.0) ** 0.6
    own = rng.gamma(shape) / shape
    size = rate * 0.1 * (length / 100.0) ** length_exponent * np.where(material == "bad", material_factor, 1.0) * own
    years = np.arange(first, last + 2)
    level = np.exp(rng.normal(0.0, level_spread, len(years)))
    mean = np.stack([2.0 * size * level[k] * ageing_law(years[k] - laid.astype(float)) for k in range(len(years))])
    counts = rng.poisson(mean[:-1])
    season, asset = (np.repeat(index, counts.ravel()) for index in np.indices(counts.shape).reshape(2, -1))
    found_on = pd.Series(pd.to_datetime([f"{year}-10-15" for year in years[season]]))
    found_on += pd.to_timedelta(rng.integers(0, 365, len(asset)), unit="D")
    ids = segments["segment_id"].to_numpy()
    faults = pd.DataFrame(
        {"fault_id": [f"F{i}" for i in range(len(asset))], "found_on": found_on, "asset_id": ids[asset]}
    )
    return Simulated(Network(nodes, segments), faults, pd.Series(mean[-1], index=ids), first, last)
