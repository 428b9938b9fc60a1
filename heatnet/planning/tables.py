"""A solution as the tables an office reads: cures, jobs, and how each asset stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Objects
from heatnet.planning.model.building import Model
from heatnet.planning.model.candidates import begins_asset
from heatnet.planning.model.jobs import Job
from heatnet.planning.model.limits import unit_funds
from heatnet.planning.model.shutdowns import households
from heatnet.planning.plan import CURE_COLUMNS, JOB_COLUMNS
from heatnet.planning.schedule.calendar import crews_of
from heatnet.planning.schedule.solving import Solution
from heatnet.planning.solver.openings import margins
from heatnet.planning.summer import Summer

EXTRA_COLUMNS = ("from_node", "to_node", "community", "owner", "fund")
DATE_COLUMNS = ("start_on", "end_on")
WORTH_COLUMNS = ("worth", "ratio", "measure_first")
JOB_WORTH_COLUMNS = ("worth", "households", "area", "problem", "measure")
# Share of the bound by which a limit twice as wide would raise it, for it to bind.
BINDS = 1e-6


def plan_tables(
    table: pd.DataFrame, model: Model, solution: Solution, summer: Summer | None, *, period: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return cures and jobs of one period of a solution."""
    numbers = [one for one, job in enumerate(solution.jobs) if model.units[job.unit].period == period]
    mine = [solution.jobs[one] for one in numbers]
    starts = [solution.starts[one] for one in numbers]
    crews: list[int | None] = [None] * len(mine)
    if summer is not None and model.crews[period] is not None:
        crews = crews_of(mine, starts, model.crews[period] or ())
    funds = _funds(table, model)
    told = _Told.of(table)
    rows = []
    for job, start, crew in zip(mine, starts, crews, strict=True):
        days = _days_of(job, start, crew, summer)
        rows.append({**_job_row(told, model, job), **days, "fund": funds[job.unit] if job.is_trench else None})
    ids = table["asset_id"].to_numpy()[model.options.candidate]
    rows.sort(key=lambda row: _job_order(row, ids))
    width = max(3, len(str(len(rows))))
    job_ids = [f"J{number:0{width}d}" for number in range(1, len(rows) + 1)]
    jobs = _job_table(rows, job_ids, has_worth="worth" in table.columns)
    return _cure_table(table, model, solution, rows, job_ids, period), jobs


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What a table tells of its rows, column by column: a part of a table takes long to make for each job.

    Attributes
    ----------
    length_m : array of float
        0 where it is unknown.
    worth : dict of str to array of float
        Parts of the worth by name, 0 where unknown; empty where the table has no worth.
    households : Series
        How many hang behind.
    community, measure : array of object
        As in the table.
    """

    length_m: Floats
    worth: dict[str, Floats]
    households: pd.Series[Any]
    community: Objects
    measure: Objects

    @classmethod
    def of(cls, table: pd.DataFrame) -> _Told:
        """Return the columns of a table of candidates."""
        length_m, measure = np.nan_to_num(table["length_m"].to_numpy()), table["measure"].to_numpy(dtype=object)
        if "worth" not in table.columns:
            return cls(length_m, {}, pd.Series(dtype=float), np.zeros(0, dtype=object), measure)
        parts = {name: np.nan_to_num(table[f"worth_{name}"].to_numpy()) for name in ("faults", "heat", "cold")}
        community = np.empty(len(table), dtype=object)
        community[:] = table["community"].tolist()
        return cls(length_m, parts, table["households_behind"], community, measure)


def _job_row(told: _Told, model: Model, job: Job) -> dict[str, Any]:
    unit, options = model.units[job.unit], list(job.options)
    job_cost = unit.job_cost if job.is_trench else 0.0
    of_job = float(model.job_benefit[job.unit]) if job.is_trench else 0.0
    length_m = told.length_m[model.options.candidate[options]]
    row = _worth_of_job(told, model, options) if told.worth else {}
    return {
        **row,
        "job_kind": "trench" if job.is_trench else "station",
        "street": job.street,
        "cures": len(options),
        "length_m": math.fsum(length_m.tolist()),
        "job_cost": job_cost,
        "cost": math.fsum([job_cost, *model.options.cost[options].tolist()]),
        "benefit": math.fsum([of_job, *model.options.benefit[options].tolist()]),
        "households_shut": _households_shut(model, options),
        "options": options,
    }


def _worth_of_job(told: _Told, model: Model, options: list[int]) -> dict[str, Any]:
    """Return what a job is worth, for whom and why; `problem` is the part that most of the worth is."""
    rows = model.options.candidate[options]
    parts = {name: math.fsum(worth[rows].tolist()) for name, worth in told.worth.items()}
    communities = sorted({name for name in told.community[rows].tolist() if name is not None})
    return {
        "worth": math.fsum(model.options.worth[options].tolist()),
        "households": told.households.iloc[rows].max(),
        "area": ", ".join(communities) or None,
        "problem": max(parts, key=lambda name: parts[name]) if max(parts.values()) > 0 else None,
        "measure": ", ".join(sorted(set(told.measure[rows].tolist()))),
    }


def _days_of(job: Job, start: int | None, crew: int | None, summer: Summer | None) -> dict[str, Any]:
    first = pd.NaT if start is None or summer is None else summer.first_day + pd.Timedelta(days=start)
    return {
        "days": job.days if summer is not None else pd.NA,
        "crew": pd.NA if crew is None else crew,
        "start_on": first,
        "end_on": first + pd.Timedelta(days=job.days - 1),
        "dig_id": None if start is None or job.rule is None else job.rule.dig_at(start),
    }


def _households_shut(model: Model, options: list[int]) -> float:
    """Return households of the distinct sections that a job drains; missing where one is not given."""
    if np.isnan(model.options.shut[options]).any():
        return math.nan
    return households((str(model.options.section[option]), float(model.options.shut[option])) for option in options)


def _job_order(job: dict[str, Any], ids: Any) -> tuple[Any, ...]:
    start = job["start_on"]
    day = -1 if pd.isna(start) else start.value
    return day, job["street"] is None, job["street"] or "", str(ids[job["options"][0]])


def _funds(table: pd.DataFrame, model: Model) -> Any:
    if not any(limit.kind == "budget" and limit.name for limit in model.limits):
        return [None] * len(model.units)
    return unit_funds(
        table.iloc[model.options.candidate].reset_index(drop=True), model.options.unit, model.options.is_trench
    )


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
        if option not in placed and model.units[int(model.options.unit[option])].period == period
    ]
    options = [option for option, _ in rows]
    source = table.iloc[model.options.candidate[options]] if options else table.iloc[:0]
    cures = source[["asset_kind", "measure", "street", "length_m", *EXTRA_COLUMNS]].copy()
    cures.index = pd.Index(source["asset_id"].to_numpy(dtype=object), name="asset_id")
    cures["job_id"] = np.array([None if job is None else job_ids[job] for _, job in rows] + [None], object)[:-1]
    cures["cost"] = model.options.cost[options]
    cures["benefit"] = model.options.benefit[options]
    for name in DATE_COLUMNS:
        dates = [pd.NaT if job is None else jobs[job][name] for _, job in rows]
        cures[name] = pd.to_datetime(pd.Series(dates, index=cures.index, dtype="datetime64[s]"))
    columns = [*CURE_COLUMNS, *EXTRA_COLUMNS]
    if "worth" in table.columns:
        cures["worth"] = model.options.worth[options]
        cures["ratio"] = cures["worth"] / cures["cost"].where(cures["cost"] > 0)
        cures["measure_first"] = source["measure_first"].to_numpy(dtype=bool)
        columns += WORTH_COLUMNS
    return cures[columns].infer_objects()


def _job_table(jobs: list[dict[str, Any]], job_ids: list[str], *, has_worth: bool) -> pd.DataFrame:
    columns = [*JOB_COLUMNS, "fund", "households_shut", *(JOB_WORTH_COLUMNS if has_worth else ())]
    table = pd.DataFrame(
        {name: [job[name] for job in jobs] for name in columns}, index=pd.Index(job_ids, dtype=object, name="job_id")
    )
    kinds: dict[str, str] = dict.fromkeys(("cures",), "int64") | dict.fromkeys(("days", "crew"), "Int64")
    kinds |= dict.fromkeys(("length_m", "job_cost", "cost", "benefit", "households_shut"), "float64")
    kinds |= dict.fromkeys(DATE_COLUMNS, "datetime64[s]")
    if has_worth:
        kinds |= {"worth": "float64", "households": "float64"}
        columns.insert(columns.index("worth") + 1, "ratio")
        table = table.astype(kinds)
        return table.assign(ratio=table["worth"] / table["cost"].where(table["cost"] > 0))[columns].infer_objects()
    return table.astype(kinds).infer_objects()


def binding_limits(model: Model, solution: Solution) -> tuple[str, ...]:
    """Return limits that hold the plan back: they have a price, so that more of them would bring more.

    By kind, a fund or community behind it: ``"budget"``, ``"min_km north"``; each once.
    """
    size = max(abs(solution.bound), abs(solution.benefit))
    found = [
        f"{limit.kind} {limit.name}".strip() if limit.kind != "crew_days" else "crew_days"
        for limit, price in zip(model.limits, solution.dual.prices.tolist(), strict=True)
        if price * abs(limit.total) > BINDS * size
    ]
    return tuple(dict.fromkeys(found))


def standing_table(table: pd.DataFrame, model: Model, solution: Solution) -> pd.DataFrame:
    """Return how each asset stands at the prices of the limits, by its best option.

    Columns: measure, benefit, cost, margin (hours by which having it in is better than leaving it out, all
    limits priced; negative: worse), money_price (hours that one unit of money is worth), is_must.
    """
    prices = solution.dual.prices
    margin = margins(model, solution.relaxation, prices)
    money = np.zeros(len(model.options.benefit))
    for number, limit in enumerate(model.limits):
        if limit.kind == "budget":
            money += prices[number] * (model.use[:, number] > 0)
    chosen = np.zeros(len(model.options.benefit), dtype=bool)
    chosen[solution.options] = True
    candidate = model.options.candidate
    asset = np.cumsum(begins_asset(table))[candidate]
    order = np.lexsort((candidate, -margin, ~chosen, asset))  # the table is in order of assets and measures
    best = order[np.unique(asset[order], return_index=True)[1]]
    standing = pd.DataFrame(
        {
            "measure": table["measure"].to_numpy()[candidate[best]],
            "benefit": model.options.benefit[best],
            "worth": model.options.worth[best],
            "cost": model.options.cost[best],
            "margin": margin[best],
            "money_price": money[best],
            "is_must": model.options.is_must[best],
            "reason": np.full(len(best), None, dtype=object),
        },
        index=pd.Index(table["asset_id"].to_numpy()[candidate[best]], name="asset_id"),
    )
    out = table.drop_duplicates("asset_id").set_index("asset_id").reindex(sorted(model.too_much))
    if not len(out):
        return standing
    gross = out["worth"] if "worth" in out.columns else out["cold_household_hours"] * out["removes"]
    facts = {"measure": out["measure"], "benefit": gross, "worth": gross, "cost": out["price"], "margin": -np.inf}
    facts |= {"money_price": 0.0, "is_must": False, "reason": [model.too_much[one] for one in out.index]}
    alone = pd.DataFrame(facts, index=out.index)
    return alone if standing.empty else pd.concat([standing, alone]).sort_index()
