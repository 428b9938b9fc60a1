"""The calendar of a plan drawn as a matplotlib figure."""

from __future__ import annotations

from typing import Any

import pandas as pd

from heatnet.planning.gantt import dated_jobs, job_label
from heatnet.planning.plan import Plan
from heatnet.report.figures import _figure

_COLOURS = {"trench": "tab:blue", "station": "tab:orange"}


def gantt_figure(plan: Plan) -> Any:
    """Return the calendar of a plan as a matplotlib Figure: a bar per job, coloured by kind, in the order of starts.

    Raises
    ------
    HeatnetError
        The plan has no summer.
    MissingExtraError
        matplotlib is not installed.
    """
    dated, first, days = dated_jobs(plan.jobs, plan.request.summer)
    figure, axes = _figure((10.0, 1.0 + 0.22 * max(1, len(dated))))
    begins = (dated["start_on"] - first).dt.days
    lengths = (dated["end_on"] - dated["start_on"]).dt.days + 1
    colours = [_COLOURS[kind] for kind in dated["job_kind"]]
    axes.barh(range(len(dated)), lengths.to_numpy(), left=begins.to_numpy(), color=colours)
    axes.set_yticks(range(len(dated)), [job_label(job_id, row) for job_id, row in dated.iterrows()])
    axes.invert_yaxis()
    months = pd.date_range(first, first + pd.Timedelta(days=days), freq="MS")
    marks = sorted({first, *months})
    axes.set_xticks([(day - first).days for day in marks], [f"{day:%m-%d}" for day in marks])
    axes.set(xlim=(0, days), xlabel="day (month-day)")
    return figure
