"""How well the failure model forecasts: rolling origin on a real history. Jobs: its speed beside a peer.

    python -m benchmarks.failure        seasons 2008 to 2017 of Kitchener, forecast one by one

The settings of the model were chosen on forecasts of seasons up to 2007 only.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.failure import fit_failure_model
from heatnet.history.exposure import History, asset_seasons
from heatnet.network import Network
from heatnet.validation.capture import (
    bootstrap_capture,
    brier_score,
    calibration,
    capture,
    log_score,
    ranked_season,
)

KITCHENER = Path(__file__).resolve().parents[2] / "shared" / "data" / "kitchener_until_2018"
METHODS = ("heatnet", "lookup", "average", "age", "past_faults", "random", "oracle")
LOOKUP_WEIGHT = 0.2
MATERIALS = ("steel", "plastic_jacket", "ductile", "copper", "fibre")


def lookup(segments: pd.DataFrame, past: np.ndarray, season: int, first_season: int) -> np.ndarray:
    """Faults to be expected by a plain table: the rate of each material and laying decade, own history on top.

    Rates are shrunk to that of all pipes (as by 10 km x seasons at it); own faults count against those expected so far,
    with a Gamma factor of shape 0.8 per 100 m. Both were chosen on forecasts of 2001 to 2007.
    """
    laid, km = segments["laid_year"].to_numpy(dtype=float), segments["length_m"].to_numpy(dtype=float) / 1000
    classes = pd.Series(laid // 10).astype(str) + segments["material"].astype(str).to_numpy()
    exposure = km * np.clip(season - np.fmax(laid, first_season), 1, season - first_season)
    rate = past.sum() / exposure.sum()
    by = pd.DataFrame({"past": past, "exposure": exposure}).groupby(classes.to_numpy()).sum()
    of_class = ((by["past"] + 10 * rate) / (by["exposure"] + 10)).reindex(classes).to_numpy()
    shape = 0.8 * km * 10
    return of_class * km * (shape + past) / (shape + of_class * exposure)


def kitchener() -> tuple[Network, pd.DataFrame]:
    if not KITCHENER.exists():
        raise SystemExit(f"The data are not here: {KITCHENER}")
    tables = {name: pd.read_csv(KITCHENER / f"{name}.csv", dtype=str) for name in ("nodes", "segments", "faults")}
    return Network(tables["nodes"], tables["segments"]), tables["faults"]


def capture_of_seasons(first: int, last: int, first_season: int) -> None:
    network, faults = kitchener()
    length, laid = network.length_m, network.segments["laid_year"].to_numpy()
    full = asset_seasons(network, faults, first_season=first_season, last_season=last).counts
    methods: dict[str, list] = {name: [] for name in METHODS}
    split: dict[str, list] = {"with past faults": [], "without past faults": []}
    rows = []
    for season in range(first, last + 1):
        history = asset_seasons(network, faults, first_season=first_season, last_season=season - 1)
        forecast = fit_failure_model(history).expected_faults(network, season=season)
        here = np.flatnonzero(~(laid >= season))
        found, metres = full[season].to_numpy()[here], length[here]
        mean = forecast["faults_mean"].to_numpy()[here]
        past = history.counts.sum(axis=1).to_numpy()[here]
        age = season - laid[here]
        plain = lookup(network.segments.iloc[here], past, season, first_season) / metres
        scores = {
            "heatnet": mean / metres,
            "lookup": plain,
            "average": (mean / metres) ** (1 - LOOKUP_WEIGHT) * plain**LOOKUP_WEIGHT,
            "age": np.where(np.isnan(age), np.nanmean(age), age),
            "past_faults": past / metres,
            "random": np.zeros(len(here)),
            "oracle": found / metres,
        }
        for name, score in scores.items():
            methods[name].append(ranked_season(score, metres, found, here))
        for name, part in (("with past faults", past > 0), ("without past faults", past == 0)):
            split[name].append(ranked_season((mean / metres)[part], metres[part], found[part], here[part]))
        prob = forecast["fault_prob"].to_numpy()[here]
        rows.append(pd.DataFrame({"season": season, "expected": mean, "prob": prob, "found": found}))
    _print_capture(methods, split)
    _print_calibration(pd.concat(rows, ignore_index=True))


def _print_capture(methods: dict[str, list], split: dict[str, list]) -> None:
    drawn = bootstrap_capture(methods, repeats=300, rng=0)
    print("share of faults caught on the best share of length (standard error)")
    for name in methods:
        cells = [
            f"{value:.3f} ({se:.3f})" for value, se in zip(capture(methods[name]), drawn[name].std(axis=0), strict=True)
        ]
        print(f"{name:14s}", "  ".join(cells))
    for one, other in (("heatnet", "past_faults"), ("heatnet", "lookup"), ("average", "heatnet")):
        gain = capture(methods[one]) - capture(methods[other])
        se = (drawn[one] - drawn[other]).std(axis=0)
        cells = "  ".join(f"{value:+.3f} ({error:.3f})" for value, error in zip(gain, se, strict=True))
        print(f"{one} less {other} ", cells)
    print("ratio at 5 %:", round(capture(methods["heatnet"])[2] / capture(methods["past_faults"])[2], 3))
    for name, seasons in split.items():
        faults = sum(season.faults.sum() for season in seasons)
        metres = sum(season.length_m.sum() for season in seasons) / 1000 / len(seasons)
        print(f"{name:20s} {faults:.0f} faults, {metres:.0f} km:", capture(seasons).round(3).tolist())


def _print_calibration(rows: pd.DataFrame) -> None:
    observed, expected = rows["found"].sum(), rows["expected"].sum()
    print(f"observed {observed}, expected {expected:.1f}, ratio {observed / expected:.3f}")
    print(
        "observed/expected by season",
        (rows.groupby("season")["found"].sum() / rows.groupby("season")["expected"].sum()).round(2).to_dict(),
    )
    print(calibration(rows["expected"].to_numpy(), rows["found"].to_numpy()).round(2).to_string())
    prob, found = rows["prob"].to_numpy(), rows["found"].to_numpy()
    constant = np.full(len(found), (found > 0).mean())
    print(f"Brier {brier_score(prob, found):.6f} (constant {brier_score(constant, found):.6f}), ", end="")
    print(f"log score {log_score(prob, found):.5f} (constant {log_score(constant, found):.5f})")


def made_up(n: int, seasons: int, rng: int = 0) -> tuple[Network, pd.DataFrame]:
    """A network of n segments along streets, and faults drawn from a known rate."""
    generator = np.random.default_rng(rng)
    x, y = generator.uniform(0, 100 * np.sqrt(n), (2, n + 1))
    nodes = pd.DataFrame({"node_id": [f"N{i}" for i in range(n + 1)], "kind": "junction", "x_m": x, "y_m": y})
    nodes.loc[0, "kind"] = "source"
    length = np.exp(generator.normal(4.0, 0.8, n))
    laid = generator.integers(1960, 2015, n)
    material = generator.choice(MATERIALS, n)
    segments = pd.DataFrame(
        {
            "segment_id": [f"S{i}" for i in range(n)],
            "from_node": nodes["node_id"].to_numpy()[:-1],
            "to_node": nodes["node_id"].to_numpy()[1:],
            "length_m": length,
            "diameter_mm": generator.choice([80, 100, 150, 200, 300, 400, 600], n),
            "laid_year": laid,
            "material": material,
            "laying": generator.choice(["direct_buried", "duct"], n),
            "soil_corrosion": generator.choice(["low", "medium", "high"], n),
            "street": [f"street {i // 12}" for i in range(n)],
        }
    )
    rate = 0.05 * length / 1000 * np.exp(0.02 * (2015 - laid) + (material == "steel")) * generator.gamma(1.0, 1.0, n)
    times = generator.poisson(rate * seasons)
    asset = np.repeat(np.arange(n), times)
    found_on = pd.Timestamp("2015-10-15") + pd.to_timedelta(generator.integers(0, 365 * seasons, len(asset)), unit="D")
    found = pd.DataFrame({"fault_id": [f"F{i}" for i in range(len(asset))], "found_on": found_on})
    return Network(nodes, segments), found.assign(asset_id=segments["segment_id"].to_numpy()[asset])


def forecast(folder: str, assets: int, seasons: int) -> Callable[[], Any]:
    """Job: count, fit and forecast."""
    network, faults = made_up(assets, seasons)

    def count_and_fit() -> Any:
        history = _counted(network, faults, seasons)
        return fit_failure_model(history).expected_faults(network, season=2015 + seasons)

    return count_and_fit


def fitted(folder: str, assets: int, seasons: int) -> Callable[[], Any]:
    """Job: fit, the history being there."""
    network, faults = made_up(assets, seasons)
    return partial(fit_failure_model, _counted(network, faults, seasons))


def statsmodels_forecast(folder: str, assets: int, seasons: int) -> Callable[[], Any]:
    """Job: statsmodels' Poisson regression on the same table, with dummies; fit and predict."""
    import statsmodels.api as sm

    network, faults = made_up(assets, seasons)
    table = _counted(network, faults, seasons).table()
    rows = table.merge(network.segments, left_on="asset_id", right_on="segment_id")
    words = ["material", "laying", "soil_corrosion", "decade", "season", "diameter_mm"]
    rows = rows.assign(
        decade=rows["laid_year"] // 10, length=np.log(rows["length_m"]), age=rows["season"] - rows["laid_year"]
    )

    def fit_and_predict() -> Any:
        columns = pd.get_dummies(rows[words].astype(str), drop_first=True, dtype=float)
        columns = sm.add_constant(columns.assign(length=rows["length"], age=rows["age"]))
        result = sm.GLM(rows["faults"], columns, family=sm.families.Poisson(), exposure=rows["exposure"]).fit()
        return result.predict(columns, exposure=rows["exposure"])

    return fit_and_predict


def _counted(network: Network, faults: pd.DataFrame, seasons: int) -> History:
    return asset_seasons(network, faults, first_season=2015, last_season=2014 + seasons)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--first", type=int, default=2008)
    parser.add_argument("--last", type=int, default=2017)
    parser.add_argument("--first-season", type=int, default=1996)
    asked = parser.parse_args()
    capture_of_seasons(asked.first, asked.last, asked.first_season)


if __name__ == "__main__":
    main()
