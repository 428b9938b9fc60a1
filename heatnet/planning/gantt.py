"""The calendar drawn as text for a terminal."""

from __future__ import annotations

from typing import Any

import pandas as pd

from heatnet.errors import HeatnetError
from heatnet.planning.summer import Summer


def gantt_text(jobs: pd.DataFrame, summer: Summer | None, *, width: int = 100) -> str:
    """Return the calendar of jobs as text: a line per job, in the order of their starts."""
    dated, first, days = dated_jobs(jobs, summer)
    label = max((len(job_label(job_id, row)) for job_id, row in dated.iterrows()), default=0)
    columns = max(10, width - label - 1)
    last = first + pd.Timedelta(days=days - 1)
    lines = [f"{'':{label}} {first.date()}{last.date()!s:>{columns - 10}}"]
    for job_id, row in dated.iterrows():
        start = int((row["start_on"] - first).days * columns // days)
        end = max(start + 1, int(((row["end_on"] - first).days + 1) * columns // days))
        bar = "=" if row["job_kind"] == "trench" else "#"
        lines.append(f"{job_label(job_id, row):{label}} {' ' * start}{bar * (end - start)}".rstrip())
    return "\n".join(lines)


def dated_jobs(jobs: pd.DataFrame, summer: Summer | None) -> tuple[pd.DataFrame, pd.Timestamp, int]:
    """Return jobs that have days, by start; the summer's first day; the number of days to its last.

    Raises
    ------
    HeatnetError
        When there is no summer.
    """
    if summer is None:
        raise HeatnetError("This plan has no calendar: plan with summer=Summer(first_day, last_day).")
    dated = jobs[jobs["start_on"].notna()]
    order = dated.reset_index().sort_values(["start_on", "job_id"], kind="stable").index
    return dated.iloc[order], summer.first_day, summer.working_days + summer.test_days


def job_label(job_id: Any, row: pd.Series) -> str:
    """Return the id, street and crew of a job, as far as they are known."""
    street = "" if pd.isna(row["street"]) else f" {row['street']}"
    crew = "" if pd.isna(row["crew"]) else f" crew {row['crew']}"
    return f"{job_id}{street}{crew}"
