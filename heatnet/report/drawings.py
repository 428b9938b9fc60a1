"""The calendar of a plan drawn as SVG, to stand inside a page."""

from __future__ import annotations

from html import escape

import pandas as pd

from heatnet.planning import Summer

_ROW, _DAY, _LABEL = 16, 6, 190  # px


def gantt_chart(jobs: pd.DataFrame, summer: Summer, labels: list[str]) -> str:
    """Return the calendar as SVG: a bar per job in the order given, its words at the left, months marked.

    Parameters
    ----------
    jobs : DataFrame
        ``job_kind``, ``start_on``, ``end_on``.
    summer : Summer
        The days drawn: from its first to its last, those kept for pressure tests shaded.
    labels : list of str
        The words of each job.
    """
    days = int((summer.last_day - summer.first_day).days) + 1
    height, width = (len(jobs) + 2) * _ROW, _LABEL + days * _DAY
    months = [summer.first_day, *pd.date_range(summer.first_day, summer.last_day, freq="MS")]
    marks = sorted({int((month - summer.first_day).days): f"{month:%m-%d}" for month in months}.items())
    parts = [
        f'<path class="mark" d="M{_x(day)} {_ROW}V{height}"/><text x="{_x(day) + 2}" y="{_ROW - 4}">{text}</text>'
        for day, text in marks
    ]
    if summer.test_days:
        begin = _x(days - summer.test_days)
        parts.append(f'<rect class="test" x="{begin}" y="{_ROW}" width="{summer.test_days * _DAY}" height="{height}"/>')
    begins = (jobs["start_on"] - summer.first_day).dt.days.tolist()
    lengths = ((jobs["end_on"] - jobs["start_on"]).dt.days + 1).tolist()
    for number, (kind, begin, length, text) in enumerate(
        zip(jobs["job_kind"], begins, lengths, labels, strict=True), 1
    ):
        y = number * _ROW + 2
        parts.append(
            f'<text x="0" y="{y + 10}">{escape(text)}</text>'
            f'<rect class="{escape(kind)}" x="{_x(begin)}" y="{y}" width="{length * _DAY}" height="{_ROW - 4}"/>'
        )
    return f'<svg class="gantt" viewBox="0 0 {width} {height}" role="img">{"".join(parts)}</svg>'


def _x(day: int) -> int:
    return _LABEL + day * _DAY
