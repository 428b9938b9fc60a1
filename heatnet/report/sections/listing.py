"""The lists of a plan: measure first, streets and weeks, jobs, cures, below the line, claims, left out, how to read."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from heatnet.language import worded
from heatnet.planning import Plan
from heatnet.report.drawings import gantt_chart
from heatnet.report.sections.blocks import Block, Drawing, Look, Section, Sentences, Table, table_of
from heatnet.report.subject import Subject
from heatnet.report.words import word

BELOW_SHOWN = 100
_BARS_ON_A_PAGE = 38
_JOBS = (
    *("number", "job_id", "place", "community", "measure", "crew", "start_on", "end_on", "cures", "length_m"),
    *("diameters_mm", "total_cost", "worth", "ratio", "benefit", "problem", "households", "households_shut"),
    *("grade", "fund", "dig_id"),
)
_CURES = (
    *("job_id", "asset_id", "measure", "street", "community", "diameter_mm", "length_m", "laid_year", "cost", "worth"),
    *("ratio", "benefit", "grade", "measure_first", "owner", "reason"),
)
_BELOW = (
    "rank",
    "asset_id",
    "street",
    "community",
    "diameter_mm",
    "length_m",
    "laid_year",
    "cost",
    "worth",
    "ratio",
    "turn",
)
_SHEETS = {
    "measure": (
        "what_to_do",
        "asset_count",
        "group_prob",
        "households_behind",
        "action_cost",
        "knowing_worth",
        "net_worth",
        "assets",
    ),
    "claims": ("asset_id", "asset_kind", "measure", "street", "accepted_on", "worth", "cold_household_hours"),
}


def measure(subject: Subject) -> Section | None:
    """Return where to measure before digging; None where knowing is nowhere worth its cost."""
    return _listed(subject, "measure")


def claims(subject: Subject) -> Section | None:
    """Return what is to be claimed from contractors; None where there is nothing to claim."""
    return _listed(subject, "claims")


def _listed(subject: Subject, key: str) -> Section | None:
    sheet = next((sheet for sheet in subject.programme.sheets if sheet.key == key), None)
    if sheet is None:
        return None
    marks = [f"asset:{asset}" for asset in sheet.table["asset_id"]] if "asset_id" in sheet.table else ()
    table = table_of(sheet.table, _SHEETS[key], subject.language, Look(marks=marks))
    return Section(key, sheet.title, (table,), sheet.caption, is_new_page=True)


def jobs(subject: Subject) -> Section | None:
    """Return the list of jobs; None where there are none."""
    sheet = next((sheet for sheet in subject.programme.sheets if sheet.key == "jobs"), None)
    if sheet is None:
        return None
    marks = [f"job:{job}" for job in sheet.table["job_id"]]
    table = table_of(sheet.table, _JOBS, subject.language, Look(totals=sheet.totals, marks=marks))
    return Section("jobs", sheet.title, (table,), sheet.caption, is_new_page=True)


def cures(subject: Subject) -> Section | None:
    """Return the list of cures with their reasons; None where there are none."""
    sheet = next((sheet for sheet in subject.programme.sheets if sheet.key == "cures"), None)
    if sheet is None:
        return None
    marks = [f"asset:{asset}" for asset in sheet.table["asset_id"]]
    table = table_of(sheet.table, _CURES, subject.language, Look(totals=sheet.totals, marks=marks))
    return Section("cures", sheet.title, (table,), sheet.caption, is_new_page=True)


def streets(subject: Subject) -> Section | None:
    """Return the cures by street, with a calendar by week too, and the calendar drawn; None for a plan without jobs."""
    label, plan = subject.label, subject.plan
    if not len(plan.jobs):
        return None
    by_street = _by_street(subject)
    if plan.request.summer is None:
        return Section(
            "streets", label("streets"), (by_street,), label("streets_undated"), is_new_page=True, is_screen_only=True
        )
    labels = [f"{job} {place}" for job, place in zip(subject.jobs.index, _job_places(subject), strict=True)]
    starts = range(0, len(labels), _BARS_ON_A_PAGE)
    parts = [slice(start, start + _BARS_ON_A_PAGE) for start in starts]
    charts = [gantt_chart(subject.jobs.iloc[part], plan.request.summer, labels[part]) for part in parts]
    drawings = (Drawing(chart, "" if at else label("gantt_caption")) for at, chart in enumerate(charts))
    return Section("streets", label("streets_weeks"), (_by_week(subject), *drawings, by_street), is_new_page=True)


def _job_places(subject: Subject) -> list[str]:
    table = next(sheet.table for sheet in subject.programme.sheets if sheet.key == "jobs")
    return [str(place) for place in table["place"]]


def _by_street(subject: Subject) -> Table:
    """Return a row per street: jobs, cures, metres, measures, money; the most money first."""
    cures, trench = subject.cures, subject.plan.jobs["job_cost"].to_dict()
    places = subject.places.reindex(cures.index).tolist()
    columns = (cures[name].tolist() for name in ("community", "measure", "job_id", "length_m", "cost"))
    of_place: dict[str, list[tuple[Any, ...]]] = {}
    for place, *row in zip(places, *columns, strict=True):
        of_place.setdefault(str(place), []).append(tuple(row))
    found = []
    for place, rows in of_place.items():
        communities, measures, jobs = (
            sorted({one for one in part if not pd.isna(one)}) for part in list(zip(*rows, strict=True))[:3]
        )
        found.append(
            {
                "place": place,
                "community": ", ".join(communities),
                "measure": ", ".join(word(str(name), subject.language) for name in measures),
                "job_id": ", ".join(map(str, jobs)),
                "cures": len(rows),
                "length_m": math.fsum(row[3] for row in rows if not pd.isna(row[3])),
                "total_cost": math.fsum([*(row[4] for row in rows), *(trench[job] for job in jobs)]),
            }
        )
    table = pd.DataFrame(found).sort_values(["total_cost", "place"], ascending=[False, True], kind="stable")
    totals = {name: float(table[name].sum()) for name in ("cures", "length_m", "total_cost")}
    look = Look(totals=totals, title=subject.label("by_street"), is_screen_only=True)
    return table_of(table, tuple(table.columns), subject.language, look)


def _by_week(subject: Subject) -> Table:
    """Return a row per week and street at work: from when to when, which jobs, which crew."""
    plan, language = subject.plan, subject.language
    summer = plan.request.summer
    assert summer is not None
    rows = subject.jobs.assign(place=_job_places(subject))
    rows = rows[rows["start_on"].notna()]
    first = summer.first_day - pd.Timedelta(days=summer.first_day.weekday())
    found = []
    for monday in pd.date_range(first, summer.last_day, freq="7D"):
        sunday = monday + pd.Timedelta(days=6)
        at_work = rows[(rows["start_on"] <= sunday) & (rows["end_on"] >= monday)]
        for job, row in at_work.iterrows():
            found.append(
                {
                    "when": f"{monday:%m-%d} – {sunday:%m-%d}",
                    "crew": row["crew"],
                    "place": row["place"],
                    "community": row["community"],
                    "job_id": job,
                    "start_on": row["start_on"],
                    "end_on": row["end_on"],
                    "length_m": row["length_m"],
                }
            )
    table = pd.DataFrame(found)
    marks = [f"job:{job}" for job in table["job_id"]] if len(table) else ()
    # On paper the bars, the list of jobs and the crews' sheets of the workbook say the same in a third of the pages.
    look = Look(title=subject.label("by_week"), marks=marks, is_screen_only=True)
    return table_of(table, tuple(table.columns), language, look)


def below(subject: Subject) -> Section | None:
    """Return the best hundred that are not in the plan, and what each would need to be in it; None where all are in."""
    plan, ranking = subject.plan, subject.ranking
    is_out = ~ranking.index.isin(plan.cures.index) & ~ranking.index.isin(plan.claims.index)
    rows = ranking[is_out].head(BELOW_SHOWN)
    if not len(rows):
        return None
    table = rows.reset_index().assign(
        street=subject.places.reindex(rows.index).to_numpy(),
        turn=[_why(plan, str(asset), subject.language) for asset in rows.index],
    )
    caption = subject.label("below_caption", shown=len(rows), all=int(is_out.sum()))
    look = Look(marks=[f"asset:{asset}" for asset in rows.index])
    blocks: tuple[Block, ...] = (*_left_out(subject), table_of(table, _BELOW, subject.language, look))
    return Section("below", subject.label("below"), blocks, caption, is_new_page=True)


def _why(plan: Plan, asset: str, language: str) -> str:
    is_known = asset in plan.claims.index or asset in plan.left_out.index or asset in plan.standing.index
    return plan.why(asset, language=language) if is_known else ""


def _left_out(subject: Subject) -> tuple[Sentences, ...]:
    """Return how many assets could not be planned at all, by reason."""
    out = subject.plan.left_out[~subject.plan.left_out.index.isin(subject.plan.claims.index)]
    if not len(out):
        return ()
    counts: dict[str, int] = {}
    for reason in out["reason"]:
        said = worded(reason, subject.language)
        counts[said] = counts.get(said, 0) + 1
    items = [f"{said}: {count:,}" for said, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    return (Sentences(tuple(items), title=subject.label("left_out_counts")),)


def reading(subject: Subject) -> Section:
    """Return how the words of the page are meant."""
    said = tuple(subject.programme.sentences["meaning"])
    return Section("meaning", subject.label("meaning"), (Sentences(said),), is_new_page=True)
