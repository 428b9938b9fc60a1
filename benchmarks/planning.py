"""The planner on cities of 25,000 segments, 6,000 streets and 83 stations, against scipy on the whole model.

For each kind of city and seed: gap of the plan, its time, and the time of `scipy.optimize.linprog` on the whole
model without its calendar, in the same run (process time). Jobs: the plan beside `scipy.optimize.milp`.

    python -m benchmarks.planning [--seeds 5] [--segments 25000] [--scenario crews]
    python -m benchmarks.planning --optimum

With `--optimum`: plans of 400 segments without digs against the optimum of `scipy.optimize.milp` on the exact whole
model, at three sizes of the limits. That model has no calendar, so its optimum may lie above the best plan.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable

import networkx as nx
import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from heatnet.planning import Prices, Summer, check_plan, plan_cures
from heatnet.planning.schedule.solving import LARGE_GAP

KINDS = ("money", "crews", "dear", "minima", "loops")


def city_candidates(n_segments: int, rng: np.random.Generator, *, looped: float = 0.03) -> pd.DataFrame:
    """Streets of about four segments, most of them paths, some with side branches, a share `looped`; and stations."""
    rows = []
    number = street = 0
    while number < n_segments:
        size = min(n_segments - number, 1 + int(rng.poisson(3.2)))
        risk, diameter = rng.lognormal(0.0, 1.0), float(rng.choice([50, 80, 100, 150, 200, 300, 500]))
        nodes = 1
        for _ in range(size):
            draw = rng.random()
            start = nodes - 1 if draw < 0.75 else int(rng.integers(0, nodes))
            end = nodes if draw < 1 - looped or nodes < 3 else (start + 1) % nodes
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


def scenario(kind: str, n_segments: int, seed: int, *, share: float | None = None) -> tuple[pd.DataFrame, dict]:
    """Candidates and rules of one city; `share` of the limits of 25,000 segments (default: as many as it has)."""
    rng = np.random.default_rng(seed)
    table = city_candidates(n_segments, rng, looped=0.25 if kind == "loops" else 0.03)
    share = n_segments / 25_000 if share is None else share
    rules = {
        "prices": Prices(job_cost=300_000.0 if kind in ("dear", "loops") else 60_000.0),
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


def whole_model(table: pd.DataFrame, rules: dict, *, is_exact: bool = False) -> tuple:
    """The whole model without calendar: benefit, matrix and right side (``matrix @ x <= right``), highest values.

    Columns are segments and stations, then nodes; trenches = touched nodes - chosen segments. Where chosen segments
    close loops that counts too few trenches. `is_exact` mends it: of the segments that lie on loops only those of
    a directed forest count, with a height of each node that grows along it (Miller, Tucker and Zemlin).
    """
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
    looped = pipes_on_loops(a, b) if is_exact else np.zeros(0, dtype=int)
    n_looped = len(looped)
    price = table["length_m"] * (prices.cost_per_m[0] + prices.cost_per_m[1] * table["diameter_mm"])
    price = price.where(is_pipe, prices.station_cost).to_numpy()
    days = np.where(is_pipe, np.ceil(table["length_m"].fillna(0) / summer.metres_per_day).clip(lower=1), 10.0)
    length = np.where(is_pipe, table["length_m"].fillna(0) / 1000, 0.0)
    joins = np.zeros(n_options)
    joins[pipes] = 1.0
    joins[pipes[looped]] = 0.0
    trenches = np.concatenate([-joins, np.ones(n_nodes), -np.ones(2 * n_looped), np.zeros(n_nodes * (n_looped > 0))])
    rows, limits = [], []

    def add(use, per_job, limit):
        row = per_job * trenches
        row[:n_options] += use
        rows.append(row)
        limits.append(limit)

    if "budget" in rules:
        add(price, prices.job_cost, rules["budget"])
    add(length, 0.0, rules["max_km"])
    add(~is_pipe * 1.0, 0.0, rules["max_stations"])
    add(days, float(summer.setup_days), float(summer.crews * summer.working_days))
    for name, least in rules.get("min_km", {}).items():
        add(-length * (table["community"] == name).to_numpy(), 0.0, -least)
    coupling = np.array(rows)
    size = np.maximum(np.abs(coupling).max(axis=1), 1e-9)
    parts = [sparse.csr_array(coupling / size[:, None])]
    right = [np.array(limits) / size]

    def add_rows(columns, weights, limit):
        number = np.repeat(np.arange(len(columns[0])), len(columns))
        entries = np.tile(np.asarray(weights, dtype=float), len(columns[0]))
        place = np.stack(columns, axis=1).ravel()
        parts.append(sparse.csr_array((entries, (number, place)), shape=(len(columns[0]), len(trenches))))
        right.append(np.full(len(columns[0]), float(limit)))

    for side in (a, b):
        add_rows([pipes, n_options + side], [1, -1], 0)
    if n_looped:
        out, back = n_options + n_nodes + np.arange(2 * n_looped).reshape(2, -1)
        height = n_options + n_nodes + 2 * n_looped
        add_rows([out, back, pipes[looped]], [1, 1, -1], 0)
        for tail, head, arc in ((a[looped], b[looped], out), (b[looped], a[looped], back)):
            add_rows([height + tail, height + head, arc], [1, -1, n_nodes], n_nodes - 1)
        heads = np.concatenate([b[looped], a[looped]])
        arcs = np.concatenate([out, back])
        parts.append(sparse.csr_array((np.ones(len(arcs)), (heads, arcs)), shape=(n_nodes, len(trenches))))
        right.append(np.ones(n_nodes))
    benefit = np.zeros(len(trenches))
    benefit[:n_options] = table["cold_household_hours"]
    high = np.ones(len(trenches))
    high[n_options + n_nodes + 2 * n_looped :] = n_nodes
    return benefit, sparse.vstack(parts).tocsr(), np.concatenate(right), high


def pipes_on_loops(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Positions of the segments that lie on a loop."""
    graph = nx.Graph(zip(a.tolist(), b.tolist(), strict=True))
    bridges = {frozenset(edge) for edge in nx.bridges(graph)}
    ends = [frozenset(edge) for edge in zip(a.tolist(), b.tolist(), strict=True)]
    parallel = {edge for edge, count in Counter(ends).items() if count > 1}
    return np.array([one for one, edge in enumerate(ends) if edge in parallel or edge not in bridges], dtype=int)


def whole_bound(table: pd.DataFrame, rules: dict) -> tuple[float, float]:
    """Bound and process time of linprog on the whole model."""
    benefit, matrix, right, high = whole_model(table, rules)
    start = time.process_time()
    found = linprog(-benefit, A_ub=matrix, b_ub=right, bounds=np.stack([0 * high, high], axis=1), method="highs")
    return -found.fun, time.process_time() - start


def solved(table: pd.DataFrame, rules: dict, **options: float) -> tuple:
    """What scipy.milp finds in the exact whole model without calendar, and by what its benefits were divided."""
    benefit, matrix, right, high = whole_model(table, rules, is_exact=True)
    found = milp(
        -benefit / benefit.max(),
        integrality=high == 1,
        bounds=Bounds(0, high),
        constraints=LinearConstraint(matrix, -np.inf, right),
        options=options,
    )
    return found, benefit.max()


def whole_optimum(table: pd.DataFrame, rules: dict, *, nodes: int = 20_000) -> tuple[float, float]:
    """Best benefit that scipy.milp finds in the exact whole model without calendar, and its bound (small cities)."""
    found, unit = solved(table, rules, mip_rel_gap=1e-6, node_limit=nodes)
    best = np.nan if found.x is None else -found.fun * unit
    return best, -found.mip_dual_bound * unit


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
        found, unit = solved(table, rules, mip_rel_gap=LARGE_GAP, time_limit=limit_s)
        nothing = found.fun is None  # out of time before any plan was found
        return {"gap": np.inf if nothing else found.mip_gap, "benefit": 0.0 if nothing else -found.fun * unit}

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


def run_optimum(kind: str, seed: int, share: float) -> None:
    table, rules = small_city(kind, seed, share)
    start = time.process_time()
    plan = plan_cures(table, **rules)
    middle = time.process_time()
    best, bound = whole_optimum(table, rules)
    end = time.process_time()
    print(
        f"{kind:7} seed {seed} limits {share}: plan/optimum {plan.benefit / best:.5f}, plan/milp's bound "
        f"{plan.benefit / bound:.5f}, gap {100 * plan.gap:.3f} %, {middle - start:5.2f} s, milp {end - middle:5.2f} s, "
        f"{len(plan.jobs)} jobs, {len(check_plan(plan, table, **rules))} findings",
        flush=True,
    )


def small_city(kind: str, seed: int, share: float) -> tuple[pd.DataFrame, dict]:
    """Candidates and rules of 400 segments without digs, with a share of the limits of 25,000."""
    table, rules = scenario(kind, 400, seed, share=share)
    del rules["digs"]
    return table, rules


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--segments", type=int, default=25_000)
    parser.add_argument("--scenario", choices=KINDS, nargs="*", default=KINDS)
    parser.add_argument("--optimum", action="store_true")
    options = parser.parse_args()
    for kind in options.scenario:
        for seed in range(options.seeds):
            if options.optimum:
                for share in (0.016, 0.05, 0.12):
                    run_optimum(kind, seed, share)
            else:
                run(kind, options.segments, seed)


if __name__ == "__main__":
    main()
