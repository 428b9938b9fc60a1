"""A solution as the tables an office reads: cures, jobs, and how each asset stands."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from heatnet.planning.calendar import crews_of
from heatnet.planning.model import Model, unit_funds
from heatnet.planning.plan import CURE_COLUMNS, JOB_COLUMNS
from heatnet.planning.shutdowns import households
from heatnet.planning.solving import Solution, margins, task_of
from heatnet.planning.terms import Summer

EXTRA_COLUMNS = ("from_node", "to_node", "community", "owner", "fund")
DATE_COLUMNS = ("start_on", "end_on")


def plan_tables(
    table: pd.DataFrame, model: Model, solution: Solution, summer: Summer | None, *, period: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cures and jobs of one period of a solution."""
    candidate = model.candidate
    ids = table["asset_id"].to_numpy()[candidate]
    numbers = [one for one, work in enumerate(solution.works) if model.units[work.unit].period == period]
    works = [solution.works[one] for one in numbers]
    starts = [solution.starts[one] for one in numbers]
    crews: list[int | None] = [None] * len(works)
    if summer is not None and model.crews[period] is not None:
        crews = crews_of([task_of(model, work) for work in works], starts, model.crews[period] or ())
    jobs: list[dict[str, Any]] = []
    for work, start, crew in zip(works, starts, crews, strict=True):
        unit, options = model.units[work.unit], list(work.options)
        job_cost = unit.job_cost if work.is_trench else 0.0
        first = pd.NaT if start is None or summer is None else summer.first_day + pd.Timedelta(days=start)
        jobs.append(
            {
                "job_kind": "trench" if work.is_trench else "station",
                "street": unit.street,
                "cures": len(options),
                "length_m": math.fsum(np.nan_to_num(table["length_m"].to_numpy()[candidate[options]]).tolist()),
                "job_cost": job_cost,
                "cost": math.fsum([job_cost, *model.cost[options].tolist()]),
                "benefit": math.fsum(model.benefit[options].tolist()),
                "days": work.days if summer is not None else pd.NA,
                "crew": pd.NA if crew is None else crew,
                "start_on": first,
                "end_on": first + pd.Timedelta(days=work.days - 1),
                "dig_id": None if start is None or unit.rule is None else unit.rule.dig_at(start),
                "households_shut": _households_shut(model, options),
                "options": options,
                "unit": work.unit,
            }
        )
    jobs.sort(key=lambda job: _job_order(job, ids))
    width = max(3, len(str(len(jobs))))
    job_ids = [f"J{number:0{width}d}" for number in range(1, len(jobs) + 1)]
    funds = _funds(table, model)
    for job in jobs:
        job["fund"] = funds[job["unit"]] if job["job_kind"] == "trench" else None
    return _cure_table(table, model, solution, jobs, job_ids, period), _job_table(jobs, job_ids)


def _households_shut(model: Model, options: list[int]) -> float:
    """Households of the distinct sections that a job drains; missing where one is not given."""
    if np.isnan(model.shut[options]).any():
        return math.nan
    return households((str(model.section[one]), float(model.shut[one])) for one in options)


def _job_order(job: dict[str, Any], ids: Any) -> tuple[Any, ...]:
    start = job["start_on"]
    day = -1 if pd.isna(start) else start.value
    return day, job["street"] is None, job["street"] or "", str(ids[job["options"][0]])


def _funds(table: pd.DataFrame, model: Model) -> Any:
    if not any(row.kind == "budget" and row.name for row in model.rows):
        return [None] * len(model.units)
    return unit_funds(table.iloc[model.candidate].reset_index(drop=True), model.unit, model.is_trench)


def _cure_table(
    table: pd.DataFrame,
    model: Model,
    solution: Solution,
    jobs: list[dict[str, Any]],
    job_ids: list[str],
    period: int,
) -> pd.DataFrame:
    rows: list[tuple[int, int | None]] = [
        (option, number) for number, job in enumerate(jobs) for option in job["options"]
    ]
    placed = {option for option, _ in rows}
    rows += [
        (option, None)
        for option in solution.options.tolist()
        if option not in placed and model.units[int(model.unit[option])].period == period
    ]
    options = [option for option, _ in rows]
    source = table.iloc[model.candidate[options]] if options else table.iloc[:0]
    cures = source[["asset_kind", "measure", "street", "length_m", *EXTRA_COLUMNS]].copy()
    cures.index = pd.Index(source["asset_id"].to_numpy(dtype=object), name="asset_id")
    cures["job_id"] = np.array([None if job is None else job_ids[job] for _, job in rows] + [None], object)[:-1]
    cures["cost"] = model.cost[options]
    cures["benefit"] = model.benefit[options]
    for name in DATE_COLUMNS:
        dates = [pd.NaT if job is None else jobs[job][name] for _, job in rows]
        cures[name] = pd.to_datetime(pd.Series(dates, index=cures.index, dtype="datetime64[s]"))
    return cures[[*CURE_COLUMNS, *EXTRA_COLUMNS]].infer_objects()


def _job_table(jobs: list[dict[str, Any]], job_ids: list[str]) -> pd.DataFrame:
    columns = [*JOB_COLUMNS, "fund", "households_shut"]
    table = pd.DataFrame(
        {name: [job[name] for job in jobs] for name in columns}, index=pd.Index(job_ids, dtype=object, name="job_id")
    )
    kinds: dict[str, str] = dict.fromkeys(("cures",), "int64") | dict.fromkeys(("days", "crew"), "Int64")
    kinds |= dict.fromkeys(("length_m", "job_cost", "cost", "benefit", "households_shut"), "float64")
    kinds |= dict.fromkeys(DATE_COLUMNS, "datetime64[s]")
    return table.astype(kinds).infer_objects()


def standing_table(table: pd.DataFrame, model: Model, solution: Solution) -> pd.DataFrame:
    """How each asset stands at the prices of the limits, by its best option.

    Columns: measure, benefit, cost, margin (hours by which having it in is better than leaving it out, all
    limits priced; negative: worse), money_price (hours that one unit of money is worth), is_must.
    """
    prices = solution.dual.prices
    margin = margins(model, solution.relaxation, prices)
    money = np.zeros(len(model.benefit))
    for number, row in enumerate(model.rows):
        if row.kind == "budget":
            money += prices[number] * (model.use[:, number] > 0)
    chosen = np.zeros(len(model.benefit), dtype=bool)
    chosen[solution.options] = True
    source = table.iloc[model.candidate]
    standing = pd.DataFrame(
        {
            "asset_id": source["asset_id"].to_numpy(),
            "measure": source["measure"].to_numpy(),
            "benefit": model.benefit,
            "cost": model.cost,
            "margin": margin,
            "money_price": money,
            "is_must": model.is_must,
            "is_chosen": chosen,
        }
    )
    standing = standing.sort_values(
        ["asset_id", "is_chosen", "margin", "measure"], ascending=[True, False, False, True], kind="stable"
    )
    standing = standing.drop_duplicates("asset_id").drop(columns="is_chosen").set_index("asset_id")
    standing["reason"] = pd.Series([None] * len(standing), index=standing.index, dtype=object)
    out = table.drop_duplicates("asset_id").set_index("asset_id").reindex(sorted(model.too_much))
    if not len(out):
        return standing
    facts = {"measure": out["measure"], "benefit": out["hours"], "cost": out["price"], "margin": -np.inf}
    facts |= {"money_price": 0.0, "is_must": False, "reason": [model.too_much[one] for one in out.index]}
    alone = pd.DataFrame(facts, index=out.index)
    return alone if standing.empty else pd.concat([standing, alone]).sort_index()
