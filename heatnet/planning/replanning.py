"""A plan made again in mid-summer: what is done and started stays, the rest is planned anew."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Unpack

import pandas as pd

from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.planning.changes import plan_changes
from heatnet.planning.model.candidates import TRENCH_MEASURES
from heatnet.planning.model.shutdowns import section_keys
from heatnet.planning.model.streets import dig_table
from heatnet.planning.plan import Plan, Request
from heatnet.planning.planner import plan_request, requested
from heatnet.planning.rules import PlanRules, RuleFields, ids_of, rules_of
from heatnet.planning.summer import day_of, first_ids
from heatnet.schema import DIGS, conform


@dataclass(frozen=True, slots=True, eq=False)
class Replan:
    """A new plan and what it changed.

    Parameters
    ----------
    plan : Plan
        The whole summer: jobs done and started as they are, the others planned anew under new job ids. Its bound
        holds for every plan that keeps the jobs done and started.
    changes : pandas.DataFrame
        Index asset_id: change (done, carried over, dropped, new), why.
    benefit_lost, cost_added : float
        Cold household-hours and money, new plan against old; negative where the new plan is better or cheaper.
    """

    plan: Plan
    changes: pd.DataFrame
    benefit_lost: float
    cost_added: float


@typed
def replan(
    plan: Plan,
    candidates_or_assessment: Any = None,
    rules: PlanRules | None = None,
    *,
    today: Any,
    done: Iterable[str] | None = None,
    started: Mapping[str, Any] | Iterable[str] | None = None,
    **fields: Unpack[RuleFields],
) -> Replan:
    """Keep what is done and started, plan the rest of the summer from `today` on.

    Parameters
    ----------
    plan : Plan
        A plan with a summer.
    candidates_or_assessment : optional
        New candidates; default: those of the plan. Assets whose cure is done or started are left out.
    today : str, date or Timestamp
        First day that can still be planned.
    done : iterable of str, optional
        Ids of finished jobs; default: those that were to end before today.
    started : iterable of str, or mapping to dates, optional
        Ids of jobs at work, with the day on which each now ends; default: those that were to be at work today, as
        planned. A job that was to start before today and is neither done nor started is planned again.
    rules : PlanRules, optional
        New rules, for the whole summer; default: those of the plan.
    **fields
        Or single fields of `PlanRules`, such as new `digs`, in place of those of the plan.

    Returns
    -------
    Replan
        The new plan, what changed, and what it cost.

    Raises
    ------
    HeatnetError
        When the plan has no summer, today lies outside it, or a job id is unknown.

    Examples
    --------
    >>> from heatnet.planning import Summer, plan_cures
    >>> table = pd.DataFrame(
    ...     {"asset_kind": "station", "cold_household_hours": [10.0, 20.0, 30.0]},
    ...     index=pd.Index(["s1", "s2", "s3"], name="asset_id"),
    ... )
    >>> first = plan_cures(table, summer=Summer("2026-05-01", "2026-06-14", crews=1))
    >>> again = replan(first, today="2026-05-20", done=["J001"], started=[])  # after rain
    >>> again.changes["change"].to_dict(), again.benefit_lost
    ({'s1': 'done', 's2': 'dropped', 's3': 'carried over'}, 20.0)
    """
    asked = plan.request.rules.replace(**fields) if rules is None else rules_of(rules, fields)
    summer = plan.request.summer
    if summer is None or asked.summer is None:
        raise HeatnetError("This plan has no calendar: replan needs a plan made with a summer.")
    day = day_of("today", today)
    finished, at_work = _kept_jobs(plan, day, done, started)
    kept_jobs = plan.jobs[plan.jobs.index.isin([*finished, *at_work])].copy()
    yesterday = day - pd.Timedelta(days=1)
    ends = [at_work.get(str(job), min(end, yesterday)) for job, end in kept_jobs["end_on"].items()]
    kept_jobs["end_on"] = pd.Series(ends, index=kept_jobs.index, dtype="datetime64[s]")
    kept_jobs["start_on"] = kept_jobs["start_on"].where(
        kept_jobs["start_on"] <= kept_jobs["end_on"], kept_jobs["end_on"]
    )
    kept_jobs["days"] = ((kept_jobs["end_on"] - kept_jobs["start_on"]).dt.days + 1).astype("Int64")
    kept = plan.cures[plan.cures["job_id"].isin(list(kept_jobs.index))].copy()
    kept["start_on"] = kept_jobs["start_on"].reindex(kept["job_id"]).to_numpy()
    kept["end_on"] = kept_jobs["end_on"].reindex(kept["job_id"]).to_numpy()
    base = _asked_anew(plan.request, asked)
    if candidates_or_assessment is not None:
        base = requested(candidates_or_assessment, asked)
    table = base.table[~base.table["asset_id"].isin(list(kept.index)) & ~_joins_kept(base.table, kept)]
    rest = plan_request(
        replace(base, table=table, rules=_rest_rules(asked, table, kept, kept_jobs, at_work, day)),
        crew_days=_crew_days(kept_jobs, at_work, asked.summer, day),
        shut_under_way=_shut_under_way(plan.request.table, kept, at_work, day),
    )
    new = _whole_plan(plan, rest, kept, kept_jobs, base)
    changes = plan_changes(plan, new, done=kept.index[kept["job_id"].isin(list(finished))])
    return Replan(new, changes, plan.benefit - new.benefit, new.cost - plan.cost)


def _asked_anew(request: Request, rules: PlanRules) -> Request:
    """Return the same candidates under other rules; those of an assessment are priced anew where prices are others."""
    if rules.prices is not None and rules.prices != request.prices:
        table = request.table.drop(columns="price")
        if request.is_assessed:
            table = table.assign(cost=float("nan"))
        new = requested(table, rules)
        return replace(new, is_assessed=request.is_assessed, decay=request.decay)
    least = request.least_ratio if rules.min_ratio is None else rules.min_ratio
    return replace(request, rules=rules, least_ratio=least if request.has_worth else 0.0)


def _kept_jobs(
    plan: Plan, day: pd.Timestamp, done: Iterable[str] | None, started: Mapping[str, Any] | Iterable[str] | None
) -> tuple[set[str], dict[str, pd.Timestamp]]:
    """Return jobs done, and jobs at work with the day on which each ends."""
    ends, begins = plan.jobs["end_on"], plan.jobs["start_on"]
    finished = set(ends.index[ends < day]) if done is None else set(ids_of("done", done))
    if started is None:
        at_work = {str(job): ends[job] for job in ends.index[(begins < day) & (ends >= day)]}
    elif isinstance(started, Mapping):
        at_work = {str(job): day_of(f"end of {job}", end) for job, end in started.items()}
    else:
        at_work = {job: ends.get(job, pd.NaT) for job in ids_of("started", started)}
    unknown = sorted((finished | set(at_work)) - set(plan.jobs.index))
    if unknown:
        raise HeatnetError(f"done and started name jobs that are not in the plan: {first_ids(unknown)}.")
    at_work = {job: end for job, end in at_work.items() if job not in finished}
    return finished, dict(sorted(at_work.items()))


def _joins_kept(table: pd.DataFrame, kept: pd.DataFrame) -> pd.Series:
    """Return trenches that would join one that is done or started: they would belong to that job."""
    nodes = set()
    for _, row in kept[(kept["asset_kind"] == "segment") & kept["measure"].isin(TRENCH_MEASURES)].iterrows():
        street = None if pd.isna(row["street"]) else row["street"]
        nodes |= {(street, row["from_node"]), (street, row["to_node"])}
    joins = [
        measure in TRENCH_MEASURES and not nodes.isdisjoint({(street, a), (street, b)} - {(street, None)})
        for street, a, b, measure in zip(
            table["street"], table["from_node"], table["to_node"], table["measure"], strict=True
        )
    ]
    return pd.Series(joins, index=table.index, dtype=bool)


def _rest_rules(
    rules: PlanRules,
    table: pd.DataFrame,
    kept: pd.DataFrame,
    kept_jobs: pd.DataFrame,
    at_work: Mapping[str, pd.Timestamp],
    day: pd.Timestamp,
) -> PlanRules:
    """Return rules of the rest of the summer: what is kept is spent, and its streets are closed while it is at work."""
    summer = rules.summer
    if summer is None or not summer.first_day <= day:
        raise HeatnetError(f"today is {day.date()}: it has to lie in the plan's summer.")
    streets: dict[Any, Any] = kept_jobs["street"].to_dict()
    busy = [
        {"dig_id": f"job {job}", "street": streets[job], "start_on": day, "end_on": end, "is_ban": True}
        for job, end in at_work.items()
        if not pd.isna(streets[job]) and end >= day
    ]
    digs = rules.digs
    if busy:
        own = conform(pd.DataFrame(busy), DIGS)
        digs = own if digs is None else pd.concat([dig_table(digs), own], ignore_index=True)
    return replace(
        rules,
        digs=digs,
        summer=replace(summer, first_day=day),
        must=rules.must - set(kept.index),
        never=rules.never & set(table["asset_id"]),
        **_left(rules, kept, kept_jobs),
    )


def _left(rules: PlanRules, kept: pd.DataFrame, kept_jobs: pd.DataFrame) -> dict[str, Any]:
    """Return limits less what the kept jobs take; nothing is left where they take more."""
    renewed = kept[kept["measure"] == "renew"]
    pipes = renewed[renewed["asset_kind"] == "segment"]
    taken_m = [-metres for metres in pipes["length_m"].tolist()]
    budget: Any = rules.budget
    if rules.funds is not None:
        paid = {
            fund: [
                *kept["cost"][kept["fund"] == fund].tolist(),
                *kept_jobs["job_cost"][kept_jobs["fund"] == fund].tolist(),
            ]
            for fund in rules.funds
        }
        budget = {fund: _rest(amount, paid[fund]) for fund, amount in rules.funds.items()}
    elif rules.budget is not None:
        budget = _rest(rules.budget, [*kept["cost"].tolist(), *kept_jobs["job_cost"].tolist()])
    least = {
        name: _rest_km(amount, [-metres for metres in pipes["length_m"][pipes["community"] == name].tolist()])
        for name, amount in (rules.min_km or {}).items()
    }
    stations = len(renewed) - len(pipes)
    return {
        "budget": budget,
        "max_km": None if rules.max_km is None else _rest_km(rules.max_km, taken_m),
        "max_stations": None if rules.max_stations is None else max(0.0, rules.max_stations - stations),
        "min_km": least or None,
    }


def _rest(amount: Any, spent: list[float]) -> float:
    return max(0.0, math.fsum([float(amount), *(-one for one in spent)]))


def _rest_km(limit_km: float, taken_m: list[float]) -> float:
    return max(0.0, math.fsum([limit_km * 1000, *taken_m]) / 1000)


def _crew_days(
    kept_jobs: pd.DataFrame, at_work: Mapping[str, pd.Timestamp], summer: Any, day: pd.Timestamp
) -> tuple[int, ...] | None:
    if summer.crews is None:
        return None
    free = [0] * summer.crews
    crews: dict[Any, Any] = kept_jobs["crew"].to_dict()
    for job, end in at_work.items():
        crew = int(crews[job]) - 1
        free[crew] = max(free[crew], (end - day).days + 1)
    return tuple(free)


def _shut_under_way(
    table: pd.DataFrame, kept: pd.DataFrame, at_work: Mapping[str, pd.Timestamp], day: pd.Timestamp
) -> tuple[tuple[str, float, int], ...]:
    """Return sections that jobs at work keep shut, with their households and the days until they are open again."""
    rows = table.merge(kept[["measure", "job_id"]].reset_index(), on=["asset_id", "measure"])
    rows = rows[rows["job_id"].isin(list(at_work))]
    shut: dict[tuple[str, float], int] = {}
    keys = section_keys(rows, [True] * len(rows))
    for key, count, job in zip(keys, rows["households_shut"], rows["job_id"], strict=True):
        days = (at_work[job] - day).days + 1
        if not pd.isna(count):
            section = str(key), float(count)
            shut[section] = max(days, shut.get(section, 0))
    return tuple((name, count, days) for (name, count), days in sorted(shut.items()) if days > 0)


def _whole_plan(old: Plan, rest: Plan, kept: pd.DataFrame, kept_jobs: pd.DataFrame, request: Request) -> Plan:
    last = max((int(str(job).removeprefix("J")) for job in old.jobs.index), default=0)
    width = max(3, len(str(last + len(rest.jobs))))
    names = {job: f"J{last + number:0{width}d}" for number, job in enumerate(rest.jobs.index, start=1)}
    new_jobs = rest.jobs.rename(index=names)
    new_cures = rest.cures.copy()
    new_cures["job_id"] = [names.get(job) for job in new_cures["job_id"]]
    cures = _stacked(kept, new_cures)
    jobs = _stacked(kept_jobs, new_jobs)
    jobless = kept["benefit"][~kept["job_id"].isin(list(kept_jobs.index))]
    before = math.fsum([*kept_jobs["benefit"].tolist(), *jobless.tolist()])
    standing = pd.concat([old.standing[old.standing.index.isin(list(kept.index))], rest.standing])
    benefit = math.fsum([before, rest.benefit])
    return Plan(
        cures=cures,
        jobs=jobs,
        benefit=benefit,
        bound=max(before + rest.bound, benefit),
        cost=math.fsum([*cures["cost"].tolist(), *jobs["job_cost"].tolist()]),
        worth=math.fsum(cures["worth"].tolist()) if "worth" in cures.columns else 0.0,
        binding=rest.binding,
        notes=rest.notes,
        left_out=rest.left_out,
        claims=rest.claims,
        standing=standing[~standing.index.duplicated()].sort_index(),
        request=request,
    )


def _stacked(upper: pd.DataFrame, lower: pd.DataFrame) -> pd.DataFrame:
    if upper.empty or lower.empty:
        return (lower if upper.empty else upper).copy()
    kinds: Any = upper.dtypes.to_dict()
    stacked = pd.concat([upper, lower.astype(kinds)])
    stacked.index.name = upper.index.name
    return stacked
