"""Two plans side by side: what entered, what left, and why."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd

from heatnet._typed import typed
from heatnet.language import Note, note, worded
from heatnet.planning.plan import Plan

CHANGES = ("entered", "left", "moved", "stayed")
_MOVES = ("measure", "start_on", "end_on")
_INPUTS = ("worth", "cold_household_hours", "price")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison:
    """What one plan has that the other has not; made by `compare`.

    Attributes
    ----------
    cures : DataFrame
        Index asset_id, ascending, every asset that either plan cures: ``change`` (entered: only the second plan has
        it; left: only the first; moved: in both, with another measure or other days; stayed), ``measure_a``,
        ``measure_b``, ``cost_a``, ``cost_b``, ``benefit_a``, ``benefit_b``, ``start_on_a``, ``start_on_b`` (missing
        where the plan has it not), ``why`` (a sentence).
    totals : DataFrame
        Index quantity (benefit, worth, cost, km, cures, jobs): ``a``, ``b``, ``difference`` = b - a.
    asked : DataFrame
        What was asked for otherwise: index rule, ``a``, ``b`` as text; empty where the rules are equal.
    language : str
        Language of the sentences.
    """

    cures: pd.DataFrame
    totals: pd.DataFrame
    asked: pd.DataFrame
    language: str = field(default="en")

    def __repr__(self) -> str:
        return f"Comparison({self._counts()})"

    def _counts(self) -> str:
        counts = self.cures["change"].value_counts()
        return ", ".join(f"{int(counts.get(change, 0))} {change}" for change in CHANGES)

    def to_text(self) -> str:
        """Return the comparison as lines of text: totals, what was asked otherwise, then each cure that changed."""
        said: list[Note] = [
            note("planning.compare_total", quantity=str(name), a=float(a), b=float(b), more=float(b - a))
            for name, a, b in zip(self.totals.index, self.totals["a"], self.totals["b"], strict=True)
        ]
        said += [
            note("planning.compare_rule", rule=str(rule), a=a, b=b)
            for rule, a, b in zip(self.asked.index, self.asked["a"], self.asked["b"], strict=True)
        ]
        lines = [worded(one, self.language) for one in said]
        changed = self.cures[self.cures["change"] != "stayed"]
        for change in CHANGES[:-1]:
            lines += changed["why"][changed["change"] == change].tolist()
        if changed.empty:
            lines.append(worded(note("planning.compare_same"), self.language))
        return "".join(f"{line}\n" for line in lines)


@typed
def compare(plan_a: Plan, plan_b: Plan, *, language: str = "en") -> Comparison:
    """Return what entered, what left and what moved from one plan to another, and why.

    Parameters
    ----------
    plan_a, plan_b : Plan
        The two plans; made, or read back by `read_plan`.
    language : str
        Language of the sentences, one of `heatnet.language.languages`.

    Returns
    -------
    Comparison
        ``.cures``, ``.totals``, ``.asked``.

    Raises
    ------
    HeatnetError
        heatnet does not speak the language.

    Examples
    --------
    >>> from heatnet.planning import plan_cures
    >>> table = pd.DataFrame(
    ...     {"asset_kind": "station", "cold_household_hours": [10.0, 20.0]},
    ...     index=pd.Index(["s1", "s2"], name="asset_id"),
    ... )
    >>> first = plan_cures(table, max_stations=1)
    >>> second = plan_cures(table.assign(cold_household_hours=[40.0, 20.0]), max_stations=1)
    >>> compare(first, second).cures["change"].to_dict()
    {'s1': 'entered', 's2': 'left'}
    """
    assets = sorted({*plan_a.cures.index, *plan_b.cures.index})
    columns: dict[str, Any] = {"change": [_change(plan_a, plan_b, asset) for asset in assets]}
    for name in ("measure", "cost", "benefit", "start_on"):
        for label, plan in (("a", plan_a), ("b", plan_b)):
            columns[f"{name}_{label}"] = plan.cures[name].reindex(assets).to_numpy()
    columns["why"] = [
        worded(_why(plan_a, plan_b, asset, change), language)
        for asset, change in zip(assets, columns["change"], strict=True)
    ]
    cures = pd.DataFrame(columns, index=pd.Index(assets, dtype=object, name="asset_id"))
    return Comparison(cures, _totals(plan_a, plan_b), _asked(plan_a, plan_b), language)


def _change(plan_a: Plan, plan_b: Plan, asset: str) -> str:
    if asset not in plan_a.cures.index:
        return "entered"
    if asset not in plan_b.cures.index:
        return "left"
    rows = [plan.cures.loc[[asset], list(_MOVES)].iloc[0] for plan in (plan_a, plan_b)]
    same = all(_is_same(rows[0][name], rows[1][name]) for name in _MOVES)
    return "stayed" if same else "moved"


def _is_same(one: Any, other: Any) -> bool:
    return bool(pd.isna(one) and pd.isna(other)) or bool(one == other)


def _why(plan_a: Plan, plan_b: Plan, asset: str, change: str) -> Note:
    reasons = tuple(_inputs_changed(plan_a, plan_b, asset))
    key = f"planning.compare_{change}"
    if change == "moved":
        days = [_when(plan, asset) for plan in (plan_a, plan_b)]
        return note(key, asset=asset, before=days[0], after=days[1])
    if change == "stayed":
        return note(key, asset=asset)
    said = note(key, asset=asset, why=_standing(plan_b, asset), before=_standing(plan_a, asset))
    return note("planning.compare_with_inputs", said=said, inputs=reasons) if reasons else said


def _standing(plan: Plan, asset: str) -> Note:
    return plan.why_note(asset) if plan.knows(asset) else note("planning.compare_no_candidate", asset=asset)


def _when(plan: Plan, asset: str) -> Note | str:
    row = plan.cures.loc[[asset]].iloc[0]
    if pd.isna(row["start_on"]):
        return str(row["measure"])
    days = {name: str(row[name].date()) for name in ("start_on", "end_on")}
    return note("planning.compare_days", measure=str(row["measure"]), **days)


def _inputs_changed(plan_a: Plan, plan_b: Plan, asset: str) -> list[Note]:
    """Return what the candidates say of a cure otherwise: its worth, its hours, its price."""
    measure = (plan_b if asset in plan_b.cures.index else plan_a).cures.at[asset, "measure"]
    rows = []
    for plan in (plan_a, plan_b):
        table = plan.request.table
        rows.append(table[(table["asset_id"] == asset) & (table["measure"] == measure)])
    if any(row.empty for row in rows):
        return []
    found = []
    for name in _INPUTS:
        if all(name in row.columns for row in rows):
            a, b = (float(row[name].iloc[0]) for row in rows)
            if f"{a:,.0f}" != f"{b:,.0f}":  # as it is told: what looks the same is no reason
                found.append(note(f"planning.compare_input_{name}", a=a, b=b))
    return found


def _totals(plan_a: Plan, plan_b: Plan) -> pd.DataFrame:
    values = {
        label: [plan.benefit, plan.worth, plan.cost, plan.km, float(len(plan.cures)), float(len(plan.jobs))]
        for label, plan in (("a", plan_a), ("b", plan_b))
    }
    names = pd.Index(["benefit", "worth", "cost", "km", "cures", "jobs"], dtype=object, name="quantity")
    table = pd.DataFrame(values, index=names)
    return table.assign(difference=table["b"] - table["a"])


def _asked(plan_a: Plan, plan_b: Plan) -> pd.DataFrame:
    rules = [plan.request.rules for plan in (plan_a, plan_b)]
    rows = {}
    for rule in fields(rules[0]):
        asked = [getattr(one, rule.name) for one in rules]
        if _as_text(asked[0]) != _as_text(asked[1]):
            rows[rule.name] = [f"{len(one)} rows" if isinstance(one, pd.DataFrame) else _as_text(one) for one in asked]
    index = pd.Index(list(rows), dtype=object, name="rule")
    return pd.DataFrame(list(rows.values()), columns=["a", "b"], index=index, dtype=object)


def _as_text(value: Any) -> str:
    if isinstance(value, pd.DataFrame):
        return value.sort_values(list(value.columns), key=lambda cells: cells.astype(str)).to_csv(index=False)
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    return "" if value is None else str(value)
