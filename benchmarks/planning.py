"""The planner on cities of 25,000 segments, 6,000 streets and 83 stations, against scipy on the whole model.

For each kind of city and seed: gap of the plan, its time, and the time of `scipy.optimize.linprog` on the whole
model without its calendar, in the same run (process time). Jobs: the plan beside `scipy.optimize.milp`.

    python -m benchmarks.planning [--seeds 5] [--segments 25000] [--scenario crews]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog, milp

from heatnet.planning import Prices, Summer, check_plan, plan_cures
from heatnet.planning.solving import LARGE_GAP

KINDS = ("money", "crews", "dear", "minima")


def city_candidates(n_segments: int, rng: np.random.Generator) -> pd.DataFrame:
    """Streets of about four segments, most of them paths, some with side branches and loops; and stations."""
    rows = []
    number = street = 0
    while number < n_segments:
        size = min(n_segments - number, 1 + int(rng.poisson(3.2)))
        risk, diameter = rng.lognormal(0.0, 1.0), float(rng.choice([50, 80, 100, 150, 200, 300, 500]))
        nodes = 1
        for _ in range(size):
            draw = rng.random()
            start = nodes - 1 if draw < 0.75 else int(rng.integers(0, nodes))
            end = nodes if draw < 0.97 or nodes < 3 else (start + 1) % nodes
            nodes += end == nodes
            length = float(np.round(rng.lognormal(4.0, 0.7) + 3, 1))
            rows.append(
                {
                    "asset_id": f"P{number:05d}",
                    "asset_kind": "segment",
                    "cold_household_hours": float(length * risk * rng.lognormal(0.0, 0.8) * 0.02 * diameter**0.5),
                    "length_m": length,
                    "diameter_mm": diameter,
                    "from_node": f"n{street}-{start}",
                    "to_node": f"n{street}-{end}",
                    "street": f"street {street:04d}" if rng.random() < 0.98 else None,
                    "community": f"c{street % 14:02d}",
                }
            )
            number += 1
        street += 1
    rows += [
        {
            "asset_id": f"S{station:03d}",
            "asset_kind": "station",
            "cold_household_hours": float(rng.lognormal(5.0, 1.0)),
            "community": f"c{station % 14:02d}",
        }
        for station in range(max(1, n_segments * 83 // 25_000))
    ]
    return pd.DataFrame(rows).set_index("asset_id")


def city_digs(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Digs and bans on one street in twelve, and a city-wide ban of nine days."""
    streets = sorted(table["street"].dropna().unique())
    picked = rng.choice(streets, len(streets) // 12, replace=False)
    start = pd.Timestamp("2026-04-01") + pd.to_timedelta(rng.integers(-900, 150, len(picked)), unit="D")
    digs = pd.DataFrame(
        {
            "dig_id": [f"D{number:04d}" for number in range(len(picked))],
            "street": picked,
            "start_on": start,
            "end_on": start + pd.to_timedelta(rng.integers(5, 60, len(picked)), unit="D"),
            "is_ban": rng.random(len(picked)) < 0.4,
        }
    )
    exam = {"dig_id": "exams", "street": "*", "start_on": "2026-06-05", "end_on": "2026-06-13", "is_ban": True}
    whole = pd.DataFrame([exam]).astype({"start_on": "datetime64[ns]", "end_on": "datetime64[ns]"})
    return pd.concat([digs, whole], ignore_index=True)


def scenario(kind: str, n_segments: int, seed: int) -> tuple[pd.DataFrame, dict]:
    """Candidates and rules of one city."""
    rng = np.random.default_rng(seed)
    table = city_candidates(n_segments, rng)
    share = n_segments / 25_000
    rules = {
        "prices": Prices(job_cost=300_000.0 if kind == "dear" else 60_000.0),
        "max_stations": 4,
        "digs": city_digs(table, rng),
    }
    crews = max(1, round((12 if kind == "crews" else 40) * share))
    rules["summer"] = Summer("2026-05-01", "2026-09-30", crews=crews)
    if kind == "crews":
        rules["max_km"] = 60.0 * share
    elif kind == "minima":
        rules["max_km"] = 44.52 * share
        rules["min_km"] = {f"c{number:02d}": 2.0 * share for number in range(14)}
        rules["budget"] = 150e6 * share
    else:
        rules["budget"] = (80e6 if kind == "money" else 60e6) * share
        rules["max_km"] = 44.52 * share
    return table, rules


def whole_model(table: pd.DataFrame, rules: dict) -> tuple:
    """The whole model as a linear programme, without calendar: segments, nodes, stations."""
    prices, summer = rules["prices"], rules["summer"]
    is_pipe = (table["asset_kind"] == "segment").to_numpy()
    ends = [
        pd.Series([f"{street}|{node}" for street, node in zip(table["street"], table[side], strict=True)])
        for side in ("from_node", "to_node")
    ]
    codes, names = pd.factorize(pd.concat([one[is_pipe] for one in ends]))
    n_pipes, n_options, n_nodes = int(is_pipe.sum()), len(table), len(names)
    a, b = codes[:n_pipes], codes[n_pipes:]
    pipes = np.flatnonzero(is_pipe)
    price = table["length_m"] * (prices.cost_per_m[0] + prices.cost_per_m[1] * table["diameter_mm"])
    price = price.where(is_pipe, prices.station_cost).to_numpy()
    days = np.where(is_pipe, np.ceil(table["length_m"].fillna(0) / 25.0).clip(lower=1), 10.0)
    length = np.where(is_pipe, table["length_m"].fillna(0) / 1000, 0.0)
    nothing = np.zeros(n_nodes)
    rows, limits = [], []

    def add(use, per_job, limit):
        rows.append(np.concatenate([use - per_job * is_pipe, nothing + per_job]))
        limits.append(limit)

    if "budget" in rules:
        add(price, prices.job_cost, rules["budget"])
    add(length, 0.0, rules["max_km"])
    add(~is_pipe * 1.0, 0.0, rules["max_stations"])
    add(days, float(summer.setup_days), float(summer.crews * summer.working_days))
    for name, least in rules.get("min_km", {}).items():
        add(-length * (table["community"] == name).to_numpy(), 0.0, -least)
    one = np.ones(n_pipes)
    number = np.arange(n_pipes)
    joins = [
        sparse.csr_array(
            (
                np.concatenate([one, -one]),
                (np.tile(number, 2), np.concatenate([pipes, n_options + side])),
            ),
            shape=(n_pipes, n_options + n_nodes),
        )
        for side in (a, b)
    ]
    coupling = np.array(rows)
    size = np.abs(coupling).max(axis=1)
    matrix = sparse.vstack([sparse.csr_array(coupling / size[:, None]), *joins]).tocsr()
    right = np.concatenate([np.array(limits) / size, np.zeros(2 * n_pipes)])
    benefit = np.concatenate([table["cold_household_hours"].to_numpy(), nothing])
    return benefit, matrix, right


def whole_bound(table: pd.DataFrame, rules: dict) -> tuple[float, float]:
    """Bound and process time of linprog on the whole model."""
    benefit, matrix, right = whole_model(table, rules)
    start = time.process_time()
    found = linprog(-benefit, A_ub=matrix, b_ub=right, bounds=(0, 1), method="highs")
    return -found.fun, time.process_time() - start


def planned(folder: str, kind: str, segments: int) -> Callable[[], dict[str, float]]:
    """Job: the plan with its calendar."""
    table, rules = scenario(kind, segments, 0)

    def plan() -> dict[str, float]:
        chosen = plan_cures(table, **rules)
        return {"gap": chosen.gap, "benefit": chosen.benefit}

    return plan


def solved_whole(folder: str, kind: str, segments: int, limit_s: float) -> Callable[[], dict[str, float]]:
    """Job: `scipy.optimize.milp` on the whole model without calendar."""
    table, rules = scenario(kind, segments, 0)

    def solve() -> dict[str, float]:
        benefit, matrix, right = whole_model(table, rules)
        found = milp(
            -benefit / benefit.max(),
            integrality=np.ones(len(benefit)),
            bounds=(0, 1),
            constraints=(matrix, -np.inf, right),
            options={"mip_rel_gap": LARGE_GAP, "time_limit": limit_s},
        )
        nothing = found.fun is None  # out of time before any plan was found
        return {"gap": np.inf if nothing else found.mip_gap, "benefit": 0.0 if nothing else -found.fun * benefit.max()}

    return solve


def run(kind: str, n_segments: int, seed: int) -> None:
    table, rules = scenario(kind, n_segments, seed)
    start = time.process_time()
    plan = plan_cures(table, **rules)
    own = time.process_time() - start
    findings = check_plan(plan, table, **rules)
    bound, peer = whole_bound(table, rules)
    print(
        f"{kind:7} seed {seed}: gap {100 * plan.gap:.4f} %, {own:6.2f} s, linprog {peer:6.2f} s, ratio "
        f"{own / peer:5.2f}; bound/linprog {plan.bound / bound:.5f}; {len(plan.jobs)} jobs, "
        f"{plan.cures['length_m'].sum() / 1000:.2f} km, {plan.cost / 1e6:.1f} M, {len(findings)} findings",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--segments", type=int, default=25_000)
    parser.add_argument("--scenario", choices=KINDS, nargs="*", default=KINDS)
    options = parser.parse_args()
    for kind in options.scenario:
        for seed in range(options.seeds):
            run(kind, options.segments, seed)


if __name__ == "__main__":
    main()
