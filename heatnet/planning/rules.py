"""What the office asks of a plan: every limit and wish as one frozen value, checked once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from numbers import Real
from typing import Any, Literal, TypedDict, Unpack

import pandas as pd

from heatnet.errors import HeatnetError
from heatnet.planning.summer import Summer, first_ids
from heatnet.schema import text_values
from heatnet.value import Prices

MOST_SEASONS = 1000
# Nothing that is summed in a plan is larger: money, metres, households.
MOST_AMOUNT = 1e15


class FieldsButBudget(TypedDict, total=False):
    """The fields of `PlanRules` but the budget, as keywords of functions that take budgets of their own."""

    max_km: float | None
    max_stations: float | None
    min_km: Mapping[str, float] | None
    owners: Iterable[str] | None
    digs: pd.DataFrame | None
    must: Iterable[str]
    never: Iterable[str]
    under_way: Iterable[str]
    max_households_shut: float | None
    min_ratio: float | None
    min_job_m: float
    prices: Prices | None
    measure_first: Literal["plan", "leave"]
    summer: Summer | None
    horizon: float


class RuleFields(FieldsButBudget, total=False):
    """The fields of `PlanRules`, as keywords of the functions that take them."""

    budget: float | Mapping[str, float] | None


@dataclass(frozen=True, slots=True, eq=False)
class PlanRules:
    """All that the office asks of a plan; `plan_cures` and all other planners take it, or its fields as keywords.

    It holds the table `digs` as it was given, and is not hashable.

    Parameters
    ----------
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
    must, never, under_way : iterable of str
        Assets that are cured in any case; that are not; that somebody is curing already.
    max_households_shut : float, optional
        Most households shut together on any day, summed over the distinct sections of the jobs under way; needs a
        summer and `households_shut` of every trench and station. A job that alone exceeds it is not planned.
    min_ratio : float, optional
        Least worth per cost, for candidates with `worth`: every cure and every trench is charged so much of its cost,
        so that nothing is dug that returns less, but to join trenches. None: total worth / total cost of all renewals
        offered; 0: worth alone counts.
    min_job_m : float
        No trench whose cures are shorter together, in metres.
    prices : Prices, optional
        Prices. None: those of the assessment's settings, else heatnet's defaults, marked as not yours in `Plan.notes`.
    measure_first : {"plan", "leave"}
        Whether candidates marked `measure_first` are planned all the same or left out.
    summer : Summer, optional
        Working days and crews; None = no calendar.
    horizon : float
        Number of seasons over which a cure counts, above 0 and at most 1000; for candidates with `worth` 1.

    Raises
    ------
    HeatnetError
        A field cannot be used.

    Examples
    --------
    >>> rules = PlanRules(max_km=44.52, max_stations=4)
    >>> rules.replace(budget=80e6).budget, rules.budget
    (80000000.0, None)
    """

    budget: Any = None
    max_km: float | None = None
    max_stations: float | None = None
    min_km: Any = None
    owners: Any = None
    digs: pd.DataFrame | None = None
    must: Any = ()
    never: Any = ()
    under_way: Any = ()
    max_households_shut: float | None = None
    min_ratio: float | None = None
    min_job_m: float = 0.0
    prices: Prices | None = None
    measure_first: Literal["plan", "leave"] = "plan"
    summer: Summer | None = None
    horizon: float = 1.0

    def __post_init__(self) -> None:
        def put(name: str, value: Any) -> None:
            object.__setattr__(self, name, value)

        is_by_fund = isinstance(self.budget, Mapping)
        put("budget", _amounts("budget", self.budget) if is_by_fund else _amount("budget", self.budget))
        put("min_km", None if self.min_km is None else _amounts("min_km", self.min_km) or None)
        for name in ("max_km", "max_stations", "max_households_shut", "min_ratio"):
            put(name, _amount(name, getattr(self, name)))
        put("min_job_m", _amount("min_job_m", 0.0 if self.min_job_m is None else self.min_job_m))
        put("owners", None if self.owners is None else tuple(sorted(ids_of("owners", self.owners))))
        for name in ("must", "never", "under_way"):
            put(name, ids_of(name, getattr(self, name)))
        for name, kind in (("digs", pd.DataFrame), ("prices", Prices), ("summer", Summer)):
            given = getattr(self, name)
            if given is not None and not isinstance(given, kind):
                raise HeatnetError(f"{name} is {type(given).__name__}: give {_KINDS[name]}, or None.")
        if not isinstance(self.measure_first, str) or self.measure_first not in ("plan", "leave"):
            raise HeatnetError(f"measure_first is {self.measure_first!r}: give 'plan' or 'leave'.")
        if not (is_number(self.horizon) and 0 < self.horizon <= MOST_SEASONS):
            raise HeatnetError(
                f"horizon is {self.horizon!r}: give a number of seasons above 0, at most {MOST_SEASONS}."
            )
        put("horizon", float(self.horizon))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PlanRules):
            return NotImplemented
        mine, theirs = (
            [getattr(rules, field.name) for field in fields(rules) if field.name != "digs"] for rules in (self, other)
        )
        has_digs = self.digs is not None and other.digs is not None
        same_digs = self.digs.equals(other.digs) if has_digs else self.digs is other.digs  # type: ignore[union-attr,arg-type]
        return mine == theirs and bool(same_digs)

    @property
    def funds(self) -> dict[str, float] | None:
        """Budget by fund; None where there is one budget or none."""
        return self.budget if isinstance(self.budget, dict) else None

    def replace(self, **changes: Unpack[RuleFields]) -> PlanRules:
        """Return the rules with some fields changed."""
        return replace(self, **changes)


_KINDS = {
    "digs": "a table of digs",
    "prices": "hn.Prices(...)",
    "summer": "hn.Summer(first_day, last_day)",
}


def rules_of(rules: PlanRules | None, given: Mapping[str, Any]) -> PlanRules:
    """Return rules as a value, whichever way they were given.

    Raises
    ------
    TypeError
        Both ways at once, or a keyword that is no field.
    """
    if rules is None:
        return PlanRules(**given)
    if not isinstance(rules, PlanRules):
        raise HeatnetError(f"rules is {type(rules).__name__}: give hn.PlanRules(...).")
    if given:
        raise TypeError(
            f"Give rules, or {', '.join(sorted(given))} as keywords, not both: rules.replace(...) joins them."
        )
    return rules


def ids_of(name: str, ids: Any) -> frozenset[str]:
    """Return ids or names as a set of text, read as in the tables; a single text is refused."""
    if isinstance(ids, str):
        raise HeatnetError(f"{name} is {ids!r}, one text: give a list, such as [{ids!r}].")
    if not isinstance(ids, Iterable) or isinstance(ids, Mapping):
        raise HeatnetError(f"{name} is {ids!r}: give a list of ids.")
    given = list(ids)
    if any(isinstance(one, Iterable) and not isinstance(one, str) for one in given):
        raise HeatnetError(f"{name} holds {given[0]!r}: give one list of ids.")
    texts = text_values(pd.Series(given, dtype=object))
    if texts.isna().any():
        raise HeatnetError(f"{name} holds an empty id: leave it out.")
    return frozenset(texts.tolist())


def is_number(value: Any) -> bool:
    """Return whether a value is a finite number."""
    try:
        return isinstance(value, Real) and value is not True and value is not False and math.isfinite(value)
    except OverflowError:  # a whole number beyond all others
        return False


def _amount(name: str, amount: Any) -> float | None:
    if amount is None:
        return None
    if not (is_number(amount) and 0 <= amount <= MOST_AMOUNT):
        raise HeatnetError(f"{name} is {amount!r}: give a number from 0 to {MOST_AMOUNT:g}, or leave it out.")
    return float(amount)


def _amounts(name: str, by_name: Any) -> dict[str, float]:
    if not isinstance(by_name, Mapping):
        raise HeatnetError(f"{name} is {by_name!r}: give a mapping of names to numbers.")
    amounts = {str(key): _amount(f"{name} of {key}", amount) for key, amount in by_name.items()}
    missing = [key for key, amount in amounts.items() if amount is None]
    if missing or len(amounts) < len(by_name):
        raise HeatnetError(f"{name} has no single number for each name ({first_ids(missing or amounts)}): give one.")
    return {key: amount for key, amount in amounts.items() if amount is not None}
