"""A sheet of paper for each crew and week: from where to where, what to close, whom to tell, room to write."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from heatnet.report.projects import Project, Projects

_VALVES_NAMED, _BUILDINGS_NAMED, _COMMUNITIES_NAMED = 8, 6, 4
COLUMNS_OF_CREW = {  # and their widths, in characters
    **{"job_id": 7, "project": 22, "start_on": 11, "end_on": 11, "from_words": 20, "from_xy": 13, "to_words": 20},
    **{"to_xy": 13, "content": 24, "valves": 24, "notify": 24, "began_on": 10, "finished_on": 10, "remarks": 12},
}


@dataclass(frozen=True, slots=True, eq=False)
class CrewWeek:
    """What one crew does in one week.

    Attributes
    ----------
    crew : int or None
        None: crews have no numbers.
    monday : Timestamp or None
        The week; None: the plan has no calendar.
    rows : DataFrame
        A row per job, of `COLUMNS_OF_CREW`.
    """

    crew: int | None
    monday: pd.Timestamp | None
    rows: pd.DataFrame


def crew_weeks(projects: Projects) -> Iterator[CrewWeek]:
    """Yield the weeks of each crew, crew by crew; without a calendar all jobs at once."""
    jobs = projects.subject.jobs
    told = zip(projects.items, projects.table["project"], projects.table["content"], strict=True)
    days = dict(zip(jobs.index, zip(jobs["start_on"], jobs["end_on"], strict=True), strict=True))
    rows = {
        one.job_id: _row(projects, one, (name, content), days[one.job_id])
        for one, name, content in told
        if one.job_id is not None
    }
    if not rows:
        return
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(jobs.index)
    summer = projects.subject.plan.request.summer
    if summer is None:
        yield CrewWeek(None, None, table)
        return
    first = summer.first_day - pd.Timedelta(days=summer.first_day.weekday())
    for crew in sorted({-1 if pd.isna(one) else int(one) for one in jobs["crew"]}):
        mine = jobs["crew"].isna() if crew < 0 else jobs["crew"] == crew
        for monday in pd.date_range(first, summer.last_day, freq="7D"):
            is_on = (jobs["start_on"] <= monday + pd.Timedelta(days=6)) & (jobs["end_on"] >= monday) & mine
            if is_on.any():
                yield CrewWeek(None if crew < 0 else crew, monday, table[is_on.to_numpy(dtype=bool)])


def _row(projects: Projects, project: Project, told: Any, job: Any) -> dict[str, Any]:
    """Return what a crew is told of a job; `told` is its line of the list of projects."""
    label, ends = projects.subject.label, projects.ends(project)
    valves = projects.shutdowns.valves(projects.positions(project))
    named = label("content_join").join(valves[:_VALVES_NAMED])
    words = [projects.end_words(project, node, with_id=True) for node in (ends[0], ends[-1])]
    spots = [_at(projects, node) for node in (ends[0], ends[-1])]
    has_end = len(ends) > 1
    return {
        "job_id": project.job_id,
        "project": told[0],
        "start_on": job[0],
        "end_on": job[1],
        "from_words": words[0],
        "from_xy": spots[0],
        "to_words": words[1] if has_end else None,
        "to_xy": spots[1] if has_end else None,
        "content": told[1],
        "valves": label("valves_more", named=named, count=len(valves)) if len(valves) > _VALVES_NAMED else named,
        "notify": _notify(projects, project),
        **dict.fromkeys(("began_on", "finished_on", "remarks")),
    }


def _at(projects: Projects, node: int) -> str | None:
    x_m, y_m = projects.places[node].tolist()
    return None if math.isnan(x_m) or math.isnan(y_m) else f"{x_m:.0f}, {y_m:.0f}"


def _notify(projects: Projects, project: Project) -> str:
    """Return which buildings lose heat: their names where they are few, else how many in which community."""
    label = projects.subject.label
    found = projects.shutdowns.buildings(projects.positions(project))
    join = label("content_join")
    if not len(found):
        return label("nobody")
    if len(found) <= _BUILDINGS_NAMED:
        return join.join(projects.house_names[node] for node in found.tolist())
    counts: dict[str, int] = {}
    for community in projects.communities[found].tolist():
        name = label("outside") if pd.isna(community) else str(community)
        counts[name] = counts.get(name, 0) + 1
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    said = [label("buildings_in", community=name, count=count) for name, count in ordered[:_COMMUNITIES_NAMED]]
    if len(ordered) > _COMMUNITIES_NAMED:
        said.append(label("buildings_all", count=len(found)))
    return join.join(said)
