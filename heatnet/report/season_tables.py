"""The tables of a season in review, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from heatnet.language import note, worded, words
from heatnet.report.privacy import told_count
from heatnet.report.sections.blocks import Column, Sentences, Table
from heatnet.report.words import label, shown, word
from heatnet.review.in_review import SeasonReview
from heatnet.review.ledger import STATES
from heatnet.validation.capture import SHARES

KINDS = ("asset", "building", "home", "own", "fault", "finding", "aside")
_MOST_ROWS = 40  # communities, open problems


class Told:
    """A review, its words and the places of its assets.

    Parameters
    ----------
    review : SeasonReview
        What is told.
    places : Series
        What people call each asset.
    """

    def __init__(self, review: SeasonReview, places: pd.Series[Any]) -> None:
        self.review, self.language, self._places = review, review.language, places

    def say(self, key: str, /, **values: Any) -> str:
        """Return words of the review's room."""
        return worded(note(f"review.{key}", **values), self.language)

    def number(self, value: Any, form: str) -> str:
        """Return a number as it is read."""
        return shown(value, form, self.language)

    def place(self, asset: str) -> str:
        """Return what people call an asset."""
        return str(self._places.get(asset, ""))

    def table(self, heads: Iterable[tuple[str, str]], rows: Sequence[Sequence[str]], title: str = "") -> Table:
        """Return a table of text; a head is the key of its words and its look."""
        columns = tuple(Column(self.say(key), look) for key, look in heads)
        return Table(columns, tuple(tuple(row) for row in rows), title=title)


def quantities(told: Told) -> Table:
    """Return what was planned and what was done."""
    unit = label("money_unit", told.language)
    forms = {"km": "km", "cost": "money", "worth": "money"}
    rows = []
    for name, row in told.review.figures.iterrows():
        form = forms.get(str(name), "count")
        values = {"unit": unit} if form == "money" else {}
        text = told.say(f"quantity_{name}", **values)
        rows.append((text, *(told.number(row[part], form) for part in ("planned", "done")), _share(row["share"])))
    heads = [("quantity", "text"), ("planned", "number"), ("of_it_done", "number"), ("share", "number")]
    return told.table(heads, rows)


def _share(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.0%}"


def cures_done(told: Told) -> Table:
    """Return each cure and what became of it, those first that were not done as planned."""
    done = told.review.done
    first = done.iloc[np.argsort((done["state"] == "done").to_numpy(), kind="stable")]
    rows = [
        (
            str(asset),
            told.place(str(asset)),
            "" if pd.isna(row["community"]) else str(row["community"]),
            word(str(row["measure"]), told.language),
            told.number(row["length_m"], "length"),
            told.say(f"state_{row['state']}"),
            told.number(row["done_on"], "date"),
            "" if pd.isna(row["kind"]) else told.say(f"work_{row['kind']}"),
            told.number(row["done_m"], "length"),
        )
        for asset, row in first.assign(**_absent(first, ("community",))).iterrows()
    ]
    heads = [("asset", "text"), ("place", "text"), ("community", "text"), ("measure", "text"), ("length", "number")]
    heads += [("state", "text"), ("done_on", "date"), ("work_kind", "text"), ("done_m", "number")]
    return told.table(heads, rows, told.say("each_cure"))


def _absent(table: pd.DataFrame, names: Sequence[str]) -> dict[str, Any]:
    return {name: None for name in names if name not in table.columns}


def unplanned(told: Told) -> Sentences:
    """Return one sentence on the works that no plan named."""
    works = told.review.unplanned
    metres = works["length_m"][(works["kind"] == "renewal").to_numpy(dtype=bool)].sum()
    return Sentences((told.say("unplanned", count=len(works), km=float(metres) / 1000.0),))


def sums(told: Told) -> Table:
    """Return expected and found, all in all."""
    rows = [
        (
            told.say(f"outcome_{name}"),
            f"{row['expected']:,.1f}",
            f"{row['low']:,.0f} – {row['high']:,.0f}",
            f"{row['came']:,.0f}",
            told.number(row["ratio"], "ratio"),
        )
        for name, row in told.review.forecast.iterrows()
    ]
    heads = [("outcome", "text"), ("expected", "number"), ("range", "number"), ("came", "number"), ("ratio", "number")]
    return told.table(heads, rows)


def verdicts(told: Told) -> Sentences:
    """Return for each outcome whether it lies in what the forecast allowed."""
    said = []
    for name, row in told.review.forecast.iterrows():
        outcome, came = told.say(f"outcome_{name}"), float(row["came"])
        if row["low"] <= came <= row["high"]:
            said.append(told.say("in_range", outcome=outcome, came=came))
        else:
            ends = {"low": float(row["low"]), "high": float(row["high"])}
            said.append(told.say("out_of_range", outcome=outcome, came=came, **ends))
    return Sentences(tuple(said))


def captures(told: Told) -> Table:
    """Return what each ranking would have met."""
    table = told.review.capture
    rows = []
    for method, row in table.iterrows():
        cells = []
        for share in SHARES:
            caught, error = float(row[f"{share:g}"]), float(row[f"standard_error_{share:g}"])
            cells.append("" if np.isnan(caught) else f"{caught:.1%}" + ("" if np.isnan(error) else f" ± {error:.1%}"))
        rows.append((told.say(f"method_{method}"), *cells))
    columns = (Column(told.say("method"), "text"), *(Column(f"{share:.1%}", "number") for share in SHARES))
    return Table(columns, tuple(rows), title=told.say("capture"))


def tenths(told: Told, outcome: str) -> Table | None:
    """Return expected and found by tenths; None where the outcome is not known."""
    table = told.review.calibration
    if outcome not in table.index.get_level_values("outcome"):
        return None
    rows = [
        (
            str(group),
            f"{row['count']:,.0f}",
            f"{row['expected']:,.1f}",
            f"{row['came']:,.0f}",
            told.number(row["ratio"], "ratio"),
        )
        for group, row in table.loc[outcome].iterrows()
    ]
    heads = [("group", "text"), (f"count_{outcome}", "number"), ("expected", "number"), ("came", "number")]
    return told.table([*heads, ("ratio", "number")], rows, told.say(f"tenths_{outcome}"))


def surprises(told: Told) -> Table:
    """Return the largest surprises."""
    rows = [
        (
            str(number),
            str(row["asset_id"]),
            told.place(str(row["asset_id"])),
            told.say(f"outcome_{row['outcome']}"),
            f"{row['bits']:.1f}",
            str(row["why"]),
        )
        for number, row in told.review.surprises.iterrows()
    ]
    heads = [("number", "number"), ("asset", "text"), ("place", "text"), ("outcome", "text"), ("bits", "number")]
    return told.table([*heads, ("why", "long")], rows)


def changes(told: Told, order: Sequence[str]) -> Table:
    """Return what changed in the list, kind of change by kind, the best rank first."""
    table = told.review.changes
    place = table["change"].map({change: k for k, change in enumerate(order)}).to_numpy()
    best = table[["rank_now", "rank_before"]].min(axis=1).fillna(np.inf).to_numpy()
    rows = [
        (
            told.say(f"change_{row['change']}"),
            str(asset),
            told.place(str(asset)),
            word(str(row["measure"]), told.language),
            told.number(row["length_m"], "length"),
            told.number(row["rank_before"], "count"),
            told.number(row["rank_now"], "count"),
            str(row["why"]),
        )
        for asset, row in table.iloc[np.lexsort((best, place))].iterrows()
    ]
    heads = [("change", "text"), ("asset", "text"), ("place", "text"), ("measure", "text"), ("length", "number")]
    heads += [("rank_before", "number"), ("rank_now", "number"), ("change_why", "long")]
    return told.table(heads, rows)


def states(told: Told, ledger: pd.DataFrame, title: str) -> Table:
    """Return how many problems of each kind stand in each state."""
    counts = pd.crosstab(ledger["kind"], ledger["state"])
    found = [state for state in STATES if state in counts.columns]
    rows = [
        (told.say(f"kind_{kind}"), *(_count(counts.at[kind, state]) for state in found), _count(counts.loc[kind].sum()))
        for kind in KINDS
        if kind in counts.index
    ]
    heads = [("kind", "text"), *((f"ledger_{state}", "number") for state in found), ("total", "number")]
    return told.table(heads, rows, told.say(title))


def _count(count: Any) -> str:
    return f"{count:,.0f}" if count else ""


def totals(told: Told, by: str) -> Table:
    """Return households visited, problems found, solved and open, by community or by month, the whole city last."""
    table = told.review.problems.totals().reset_index()
    other = "month" if by == "community" else "community"
    rows = table[(table[other] == "all").to_numpy(dtype=bool)]
    whole = rows[by] == "all"
    parts = rows[~whole]
    if by == "community":
        parts = parts.sort_values(["problems_open", "problems_found"], ascending=False, kind="stable")[:_MOST_ROWS]
    names = ("households_visited", "problems_found", "problems_solved", "problems_open")
    told_rows = [
        (
            told.say("whole_city") if row[by] == "all" else str(row[by]) or told.say("no_community"),
            *(f"{row[name]:,.0f}" for name in names),
            told.number(row["median_days"], "count"),
        )
        for _, row in pd.concat([parts, rows[whole]]).iterrows()
    ]
    heads = [(by, "text"), *((name, "number") for name in names), ("median_days", "number")]
    return told.table(heads, told_rows, told.say(f"by_{by}"))


def open_assets(told: Told) -> Table:
    """Return the open problems that an asset explains, most visits first; under five cold homes are not counted."""
    table = told.review.problems.table
    is_open = (table["kind"] == "asset") & table["closed_on"].isna() & (table["state"] != "not_ours")
    rows = table[is_open.to_numpy(dtype=bool)].sort_values("visits", ascending=False, kind="stable")[:_MOST_ROWS]
    told_rows = [
        (
            row["assets"],
            told.place(str(row["assets"]).split(" ", maxsplit=1)[0]),
            str(row["community"]),
            told.number(row["opened_on"], "date"),
            told_count(float(row["households"]), told.language),
            told.say(f"ledger_{row['state']}"),
            told.say(f"to_{row['handed_to']}") if row["handed_to"] else "",
        )
        for _, row in rows.iterrows()
    ]
    heads = [
        ("asset", "long"),
        ("place", "text"),
        ("community", "text"),
        ("opened_on", "date"),
        ("cold_homes", "number"),
    ]
    return told.table([*heads, ("state", "text"), ("handed_to", "text")], told_rows, told.say("open_assets"))


def effects(told: Told) -> Table | None:
    """Return what the cures of the last summers did; None where there were none."""
    effect = told.review.effect
    if effect is None:
        return None
    table = effect.table[(effect.table["cases"] > 0).to_numpy(dtype=bool)]
    rows = [
        (
            told.say(f"work_{row['measure']}"),
            told.say(f"outcome_{row['outcome']}"),
            _size(told, str(row["diameter"])),
            told.number(row["ratio"], "ratio"),
            f"{row['low']:.2f} – {row['high']:.2f}" if np.isfinite(row["high"]) else "",
            f"{row['cases']:,}",
            told.say(str(row["verdict"])),
        )
        for _, row in table.iterrows()
    ]
    heads = [("measure", "text"), ("outcome", "text"), ("diameter", "text"), ("effect_ratio", "number")]
    heads += [("interval", "number"), ("cases", "number"), ("verdict", "text")]
    return told.table(heads, rows)


def _size(told: Told, text: str) -> str:
    known = words("review", told.language).get(f"size_{text}")
    return text if known is None else known


def worths(told: Told) -> Table | None:
    """Return the worth of last summer's cures as foreseen and as seen; None where there were none."""
    table = told.review.worth
    if table is None or not table["cures"].sum():
        return None
    rows = [
        (
            told.say(f"work_{measure}"),
            f"{row['cures']:,.0f}",
            told.number(row["foreseen"], "money"),
            *(told.number(row[name], "money") if np.isfinite(row[name]) else "" for name in ("seen", "low", "high")),
        )
        for measure, row in table[(table["cures"] > 0).to_numpy(dtype=bool)].iterrows()
    ]
    heads = [("measure", "text"), ("quantity_cures", "number"), ("foreseen", "number"), ("seen", "number")]
    title = told.say("worths", unit=label("money_unit", told.language))
    return told.table([*heads, ("seen_low", "number"), ("seen_high", "number")], rows, title)
