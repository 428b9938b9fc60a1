"""The calendar drawn: as text for a terminal, as a matplotlib figure for a report."""

from __future__ import annotations

from typing import Any

import pandas as pd

from heatnet.errors import HeatnetError, MissingExtraError
from heatnet.planning.terms import Summer


def gantt_text(jobs: pd.DataFrame, summer: Summer | None, *, width: int = 100) -> str:
    """Calendar of jobs as text: a line per job, in the order of their starts."""
    dated, first, days = _dated(jobs, summer)
    label = max((len(_label(job_id, row)) for job_id, row in dated.iterrows()), default=0)
    columns = max(10, width - label - 1)
    last = first + pd.Timedelta(days=days - 1)
    lines = [f"{'':{label}} {first.date()}{last.date()!s:>{columns - 10}}"]
    for job_id, row in dated.iterrows():
        start = int((row["start_on"] - first).days * columns // days)
        end = max(start + 1, int(((row["end_on"] - first).days + 1) * columns // days))
        bar = "=" if row["job_kind"] == "trench" else "#"
        lines.append(f"{_label(job_id, row):{label}} {' ' * start}{bar * (end - start)}".rstrip())
    return "\n".join(lines)


def gantt_figure(jobs: pd.DataFrame, summer: Summer | None) -> Any:
    """Calendar of jobs as a matplotlib Figure: a bar per job, coloured by kind."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("report", "drawing the calendar") from error
    dated, first, days = _dated(jobs, summer)
    figure = Figure(figsize=(10, 1.0 + 0.22 * max(1, len(dated))), layout="constrained")
    axes = figure.add_subplot()
    colours = ["tab:blue" if kind == "trench" else "tab:orange" for kind in dated["job_kind"]]
    lengths = (dated["end_on"] - dated["start_on"]).dt.days + 1
    begins = (dated["start_on"] - first).dt.days
    axes.barh(range(len(dated)), lengths.to_numpy(), left=begins.to_numpy(), color=colours)
    axes.set_yticks(range(len(dated)), [_label(job_id, row) for job_id, row in dated.iterrows()])
    axes.invert_yaxis()
    months = pd.date_range(first, first + pd.Timedelta(days=days), freq="MS")
    marks = sorted({first, *months})
    axes.set_xticks([(day - first).days for day in marks], [f"{day:%m-%d}" for day in marks])
    axes.set_xlim(0, days)
    return figure


def _dated(jobs: pd.DataFrame, summer: Summer | None) -> tuple[pd.DataFrame, pd.Timestamp, int]:
    if summer is None:
        raise HeatnetError("This plan has no calendar: plan with summer=Summer(first_day, last_day).")
    dated = jobs[jobs["start_on"].notna()]
    order = dated.reset_index().sort_values(["start_on", "job_id"], kind="stable").index
    return dated.iloc[order], summer.first_day, summer.working_days + summer.test_days


def _label(job_id: Any, row: pd.Series) -> str:
    street = "" if pd.isna(row["street"]) else f" {row['street']}"
    crew = "" if pd.isna(row["crew"]) else f" crew {row['crew']}"
    return f"{job_id}{street}{crew}"
