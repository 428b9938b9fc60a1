"""Bars: where the risk lies, what the years have left, who works when."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from heatnet.assessment.results import Assessment
from heatnet.language import money_unit
from heatnet.planning.gantt import dated_jobs
from heatnet.planning.plan import Plan
from heatnet.plot.canvas import Letters, axes_for

_PARTS = {
    "repair_risk": "tab:orange",
    "outage_risk": "tab:red",
    "cold_risk": "tab:blue",
    "heat_risk": "tab:olive",
}
_KINDS = {"trench": "tab:blue", "station": "tab:orange"}


def risk_parts(
    assessment: Assessment, by: str = "community", *, most: int = 20, ax: Any = None, language: str = "en"
) -> Any:
    """Return the risk of doing nothing in the coming season as stacked bars: repairs, outages, cold homes, heat lost.

    Parameters
    ----------
    assessment : Assessment
        Of `assess`.
    by : str
        Column of the ranking whose values have a bar each, such as ``community``, ``asset_kind`` or ``grade``; assets
        without a value are left out.
    most : int
        The bars of the highest risk, so many.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.
    language : str
        Of the words.

    Returns
    -------
    matplotlib.axes.Axes
    """
    parts = assessment.ranking.groupby(by, observed=True, sort=True)[[*_PARTS]].sum()
    parts = parts.iloc[np.argsort(-parts.sum(axis=1).round(6).to_numpy(), kind="stable")[:most]]
    ax, letters = axes_for(ax, (7.0, 1.5 + 0.25 * max(1, len(parts)))), Letters(language)
    places, left = np.arange(len(parts)), np.zeros(len(parts))
    for name, colour in _PARTS.items():
        width = parts[name].to_numpy(dtype=float) / money_unit(letters.language)[0]
        ax.barh(places, width, left=left, color=colour, label=letters.words(name))
        left = left + width
    ax.set_yticks(places, [letters.drawn(name) for name in parts.index])
    ax.invert_yaxis()
    ax.legend()
    letters.label(ax, title=letters.words("risk_title", season=assessment.season), xlabel=letters.words("risk"))
    return ax


def ageing(assessment: Assessment, *, ax: Any = None, language: str = "en") -> Any:
    """Return, by decade of laying, the length of pipe (bars) and the faults expected per 100 km and season (line).

    Parameters
    ----------
    assessment : Assessment
        Of `assess`; segments without a laying year are left out.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own. The line has Axes of its own on the right, the last
        of ``ax.figure.axes``.
    language : str
        Of the words.

    Returns
    -------
    matplotlib.axes.Axes
        That of the bars.
    """
    ax, letters = axes_for(ax), Letters(language)
    pipes = assessment.ranking[assessment.ranking["asset_kind"] == "segment"].dropna(subset=["laid_year"])
    decade = (pipes["laid_year"].astype(float) // 10 * 10).astype(int)
    sums = pipes.sort_index().groupby(decade, sort=True)[["length_m", "faults_mean"]].sum()
    ax.bar(sums.index.to_numpy(), sums["length_m"].to_numpy() / 1000.0, width=8.0, color="tab:grey", alpha=0.6)
    right = ax.twinx()
    per_100_km = sums["faults_mean"].to_numpy() / sums["length_m"].to_numpy() * 1e5
    right.plot(sums.index.to_numpy(), per_100_km, color="tab:red", marker="o")
    right.set_ylim(0.0, None)
    letters.label(right, ylabel=letters.words("fault_rate"))
    ax.set_xticks(sums.index.to_numpy(), [f"{year}" for year in sums.index])
    letters.label(
        ax, title=letters.words("ageing_title"), xlabel=letters.words("decade"), ylabel=letters.words("length_km")
    )
    return ax


def gantt(plan: Plan, *, ax: Any = None, language: str = "en") -> Any:
    """Return the calendar of a plan: a bar per job, coloured by kind, in the order of starts.

    Parameters
    ----------
    plan : Plan
        Made with a `Summer`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.
    language : str
        Of the words.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    HeatnetError
        The plan has no summer.
    MissingExtraError
        matplotlib is not installed.
    """
    dated, first, days = dated_jobs(plan.jobs, plan.request.summer)
    ax, letters = axes_for(ax, (10.0, 1.0 + 0.22 * max(1, len(dated)))), Letters(language)
    begins = (dated["start_on"] - first).dt.days
    lengths = (dated["end_on"] - dated["start_on"]).dt.days + 1
    colours = [_KINDS[kind] for kind in dated["job_kind"]]
    ax.barh(range(len(dated)), lengths.to_numpy(), left=begins.to_numpy(), color=colours)
    ax.set_yticks(range(len(dated)), [_job(job_id, row, letters) for job_id, row in dated.iterrows()])
    ax.invert_yaxis()
    marks = sorted({first, *pd.date_range(first, first + pd.Timedelta(days=days), freq="MS")})
    ax.set_xticks([(day - first).days for day in marks], [f"{day:%m-%d}" for day in marks])
    ax.set_xlim(0, days)
    letters.label(ax, title=letters.words("gantt_title", year=first.year), xlabel=letters.words("day"))
    return ax


def _job(job_id: Any, row: pd.Series[Any], letters: Letters) -> str:
    """Return the id, street and crew of a job, as far as they are known."""
    parts = [str(job_id), "" if pd.isna(row["street"]) else letters.drawn(row["street"])]
    parts.append("" if pd.isna(row["crew"]) else letters.words("crew", crew=row["crew"]))
    return " ".join(part for part in parts if part)
