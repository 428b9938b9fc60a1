"""From candidates to a plan: choose, give every job its days, and choose again where a job found none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

import pandas as pd

from heatnet.errors import HeatnetError
from heatnet.planning.candidates import Candidates, candidate_table, sift_candidates, with_prices
from heatnet.planning.model import Limits, Model, build_model
from heatnet.planning.plan import Plan, Request
from heatnet.planning.solving import solve
from heatnet.planning.streets import street_rules
from heatnet.planning.tables import plan_tables, standing_table
from heatnet.planning.terms import Summer
from heatnet.value.settings import Prices

DEFAULT_PRICES = Prices()


def plan_cures(
    candidates_or_assessment: Any,
    *,
    budget: float | Mapping[str, float] | None = None,
    max_km: float | None = None,
    max_stations: float | None = None,
    min_km: Mapping[str, float] | None = None,
    owners: Iterable[str] | None = None,
    digs: pd.DataFrame | None = None,
    prices: Prices = DEFAULT_PRICES,
    summer: Summer | None = None,
    horizon: float = 1,
    must: Iterable[str] = (),
    never: Iterable[str] = (),
    under_way: Iterable[str] = (),
    max_households_shut: float | None = None,
) -> Plan:
    """Plan the cures of one summer that avoid the most cold household-hours within every limit.

    Maximises ``sum(cold_household_hours x removes) x horizon`` over the choices that keep all limits, with
    trenches, shared digs and the calendar counted as they are carried out. `Plan.bound` is proven: no feasible
    plan exceeds it.

    Parameters
    ----------
    candidates_or_assessment : pandas.DataFrame or object
        Table by asset_id (index or column) with asset_kind (segment, station) and cold_household_hours (expected
        per season, >= 0); optional length_m, diameter_mm, from_node, to_node, street, community, owner,
        accepted_on, cost (replaces the price formula), measure (renew, part, clean, balance, valve; default
        renew), removes (share of the hours, default 1), fund, section_id (of segments) and households_shut (cut off
        while that section is drained, or by a station). Or any object whose ``candidates()`` returns one.
    budget : float or mapping, optional
        Money for all jobs, or money by fund; then only assets tied to one of the funds (column fund) are planned,
        and a trench is paid by the fund with the most candidate length on its street (ties: the smallest name).
    max_km, max_stations : float, optional
        Most renewed kilometres of route and renewed stations.
    min_km : mapping, optional
        Least renewed kilometres by community.
    owners : iterable of str, optional
        Only assets of these owners.
    digs : pandas.DataFrame, optional
        dig_id, street (``"*"``: the whole city), start_on, end_on, is_ban (missing: False), closed_years (missing:
        `Summer.no_dig_years`). Without a summer they mean nothing.
    prices : Prices
        Prices; heatnet's defaults are marked as not yours in `Plan.notes`.
    summer : Summer, optional
        Working days and crews; None = no calendar.
    horizon : float
        Number of seasons over which a cure counts, > 0.
    must, never, under_way : iterable of str
        Assets that are cured in any case; that are not; that somebody is curing already.
    max_households_shut : float, optional
        Most households shut together on any day, summed over the distinct sections of the jobs under way; needs a
        summer and `households_shut` of every trench and station. A job that alone exceeds it is not planned.

    Returns
    -------
    Plan
        Cures, jobs, benefit, bound, gap, cost, notes.

    Raises
    ------
    HeatnetError
        When the input cannot be used, or no plan keeps the minima and musts within the limits.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {
    ...         "asset_kind": "segment",
    ...         "cold_household_hours": [50.0, 30.0, 45.0],
    ...         "length_m": 100.0,
    ...         "diameter_mm": 200.0,
    ...         "from_node": ["a", "b", "x"],
    ...         "to_node": ["b", "c", "y"],
    ...         "street": ["Main", "Main", "Park"],
    ...     },
    ...     index=pd.Index(["p1", "p2", "p3"], name="asset_id"),
    ... )
    >>> plan = plan_cures(table, budget=500_000.0)  # two on one street share a trench
    >>> plan.cures.index.tolist(), plan.benefit, plan.cost
    (['p1', 'p2'], 80.0, 480000.0)
    """
    limits = Limits(budget, max_km, max_stations, min_km, max_households_shut)
    check_limits(limits, horizon)
    if summer is not None and not isinstance(summer, Summer):
        raise HeatnetError(f"summer is {type(summer).__name__}: give hn.Summer(first_day, last_day).")
    if max_households_shut is not None and summer is None:
        raise HeatnetError("max_households_shut is a limit of each day: give a summer as well.")
    return plan_request(
        Request(
            table=candidate_table(candidates_or_assessment),
            digs=None if digs is None else digs.copy(),
            limits=limits,
            prices=prices,
            summer=summer,
            horizon=float(horizon),
            owners=None if owners is None else tuple(sorted(ids_of(owners))),
            must=ids_of(must),
            never=ids_of(never),
            under_way=ids_of(under_way),
        )
    )


def ids_of(assets: Iterable[str]) -> frozenset[str]:
    """Ids or names as a set of text; HeatnetError for one text, which would be read letter by letter."""
    if isinstance(assets, str):
        raise HeatnetError(f"{assets!r} is one text: give a list, such as [{assets!r}].")
    return frozenset(str(one) for one in assets)


def check_limits(limits: Limits, horizon: float) -> None:
    """Raise HeatnetError when a limit or the horizon is no usable number."""
    named: dict[str, Any] = {name: getattr(limits, name) for name in ("max_km", "max_stations", "max_households_shut")}
    named |= {f"min_km of {name}": least for name, least in (limits.min_km or {}).items()}
    if limits.funds is not None:
        named |= {f"budget of {name}": amount for name, amount in limits.funds.items()}
    else:
        named["budget"] = limits.budget
    for name, limit in named.items():
        if limit is not None and not (_is_number(limit) and math.isfinite(limit) and limit >= 0):
            raise HeatnetError(f"{name} is {limit!r}: give a number that is not negative, or leave it out.")
    if not (_is_number(horizon) and math.isfinite(horizon) and horizon > 0):
        raise HeatnetError(f"horizon is {horizon!r}: give a number of seasons above 0.")


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def prepare(request: Request) -> Candidates:
    """Candidates of a request: sifted and priced."""
    limits = request.limits
    sifted = sift_candidates(
        request.table,
        owners=request.owners,
        never=request.never,
        under_way=request.under_way,
        must=request.must,
        funds=limits.funds,
        summer=request.summer,
    )
    needs_length = limits.max_km is not None or bool(limits.min_km)
    return with_prices(
        sifted,
        request.prices,
        summer=request.summer,
        needs_length=needs_length,
        needs_households=limits.max_households_shut is not None,
    )


def model_of(
    request: Request,
    table: pd.DataFrame,
    *,
    crew_days: tuple[int, ...] | None = None,
    shut_under_way: tuple[tuple[str, float, int], ...] = (),
) -> tuple[Model, dict[str, str]]:
    """Model of a request's summer, and the reason for each asset that fits no calendar."""
    summer = request.summer
    rules = None
    if summer is not None:
        streets = [one for one in table["street"].unique() if one is not None]
        rules = street_rules(request.digs, summer, streets)
        if crew_days is None and summer.crews is not None:
            crew_days = (0,) * summer.crews
    return build_model(
        table,
        limits=request.limits,
        prices=request.prices,
        summer=summer,
        rules=rules,
        must=request.must,
        horizon=request.horizon,
        crew_days=crew_days,
        shut_under_way=shut_under_way,
    )


def plan_request(
    request: Request,
    *,
    crew_days: tuple[int, ...] | None = None,
    shut_under_way: tuple[tuple[str, float, int], ...] = (),
) -> Plan:
    """Plan what was asked for.

    `crew_days` holds the day from which each crew is free (default: the first), `shut_under_way` the sections that
    are shut at the start: section, households, days.
    """
    candidates = prepare(request)
    model, misfits = model_of(request, candidates.table, crew_days=crew_days, shut_under_way=shut_under_way)
    solution = solve(model)
    misfit_table = pd.DataFrame(
        {"reason": list(misfits.values())}, index=pd.Index(list(misfits), dtype=object), dtype=object
    )
    notes = list(candidates.notes)
    if request.summer is None and request.digs is not None and len(request.digs):
        notes.append("Without a summer no dig or ban counts: give summer to plan with them.")
    cures, jobs = plan_tables(candidates.table, model, solution, request.summer)
    return Plan(
        cures=cures,
        jobs=jobs,
        benefit=solution.benefit,
        bound=max(solution.bound, solution.benefit, 0.0) + 0.0,  # never -0.0
        cost=math.fsum([*cures["cost"].tolist(), *jobs["job_cost"].tolist()]),
        notes=tuple(notes),
        left_out=pd.concat([candidates.left_out, misfit_table]).rename_axis("asset_id").sort_index(),
        claims=candidates.claims,
        standing=standing_table(candidates.table, model, solution),
        request=request,
    )
