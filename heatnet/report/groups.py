"""What projects add up to: by community and by fund."""

from __future__ import annotations

import pandas as pd

from heatnet.report.programme import Sheet
from heatnet.report.projects import Projects
from heatnet.report.subject import Subject
from heatnet.report.tallies import tallies_of

_COMMUNITY = (
    *("number", "community", "building_count", "households", "area", "length_km", "job_count", "investment", "worth"),
    *("risk", "past_faults", "visit_share", "stuck_valves"),
)


def community_sheet(subject: Subject) -> Sheet | None:
    """Return a row per community, the greatest risk first; None where nobody names one."""
    table = tallies_of(subject).table.reset_index()
    if not len(table):
        return None
    table = table.assign(
        number=range(1, len(table) + 1), area=table["area_m2"] / 10_000.0, investment=table["total_cost"]
    )
    kept = [name for name in _COMMUNITY if name in table.columns]
    summed = ("building_count", "households", "area", "length_km", "investment", "worth", "risk", "past_faults")
    totals = {name: float(table[name].sum()) for name in summed if name in kept}
    return Sheet(
        "by_community", subject.label("by_community"), subject.label("by_community_caption"), table[kept], totals
    )


def fund_sheet(projects: Projects) -> Sheet | None:
    """Return a row per fund: projects, kilometres, stations, money; None for a plan without projects."""
    subject, rows = projects.subject, []
    if not projects.items:
        return None
    table = projects.table
    fund = table["fund"].where(table["fund"].notna(), subject.label("no_fund"))
    stations = [len(project.rows) - len(project.pipes) for project in projects.items]
    for name, group in table.assign(fund=fund, stations=stations).groupby("fund", sort=True):
        metres = float(pd.to_numeric(group["length_m"]).sum())
        money = float(pd.to_numeric(group["investment"]).sum())
        counts = {"project_count": len(group), "station_count": int(group["stations"].sum())}
        rows.append({"fund": name, **counts, "length_km": metres / 1000.0, "investment": money})
    found = pd.DataFrame(rows)
    found.insert(0, "number", range(1, len(found) + 1))
    totals = {name: float(found[name].sum()) for name in ("project_count", "station_count", "length_km", "investment")}
    return Sheet("by_fund", subject.label("by_fund"), subject.label("by_fund_caption"), found, totals)
