"""The network and the calendar of a plan drawn as SVG, to stand inside a page."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd

from heatnet._arrays import Ints, Truths
from heatnet.network import Network
from heatnet.planning import Summer

_SIZE = 4000  # units across the longer side of the map: whole numbers of them are exact enough and short
_MARGIN = 40
_ROW, _DAY, _LABEL = 16, 6, 150  # of the calendar, in px


def network_map(network: Network, cures: pd.DataFrame) -> tuple[str, int]:
    """Return the map of a network with its cures as SVG, and how many segments are not drawn for want of coordinates.

    Parameters
    ----------
    network : Network
        Its nodes' ``x_m``, ``y_m`` are drawn, north up.
    cures : DataFrame
        Index asset_id: ``job_id``, ``street``; each is drawn in colour, with these words where the pointer rests.

    Returns
    -------
    tuple of str and int
        The drawing is empty where no segment has coordinates at both ends. It does not depend on the order of rows.
    """
    points, units_per_m = _points(network)
    ends = np.column_stack([points[network.from_node], points[network.to_node]])
    is_drawn: Truths = np.all(ends >= 0, axis=1)
    if not is_drawn.any():
        return "", len(ends)
    width, height = (points.max(axis=0) + _MARGIN).tolist()
    lines = [_line(*row) if drawn else "" for row, drawn in zip(ends.tolist(), is_drawn.tolist(), strict=True)]
    sources = points[(network.nodes["kind"] == "source").to_numpy()]
    parts = [
        f'<path class="rest" d="{"".join(sorted(set(lines)))}"/>',
        *_drawn_cures(network, cures, lines, points),
        *(f'<rect class="source" x="{x - 25}" y="{y - 25}" width="50" height="50"/>' for x, y in sources if x >= 0),
        _scale_bar(units_per_m, height),
    ]
    drawing = f'<svg class="map" viewBox="0 0 {width} {height + 60}" role="img">{"".join(parts)}</svg>'
    return drawing, int((~is_drawn).sum())


def _drawn_cures(network: Network, cures: pd.DataFrame, lines: list[str], points: Ints) -> list[str]:
    """Return the pipes and stations to be cured, drawn over the others, those with coordinates."""
    parts = []
    rows = zip(
        cures.index, cures["job_id"], cures["street"], network.asset_positions(cures.index).tolist(), strict=True
    )
    for asset, job, street, position in rows:
        words = escape(" · ".join(str(word) for word in (job, street, asset) if pd.notna(word)))
        if 0 <= position < network.n_segments and lines[position]:
            parts.append(f'<path class="cure" d="{lines[position]}"><title>{words}</title></path>')
        elif position >= network.n_segments:
            x, y = points[network.station_nodes[position - network.n_segments]].tolist()
            if x >= 0:
                parts.append(f'<circle class="station" cx="{x}" cy="{y}" r="30"><title>{words}</title></circle>')
    return parts


def _points(network: Network) -> tuple[Ints, float]:
    """Return each node's place on the map in whole units, -1 where unknown, and the units in a metre."""
    places = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    is_known = np.isfinite(places).all(axis=1)
    points = np.full(places.shape, -1, dtype=np.int64)
    if not is_known.any():
        return points, 1.0
    least, most = places[is_known].min(axis=0), places[is_known].max(axis=0)
    units_per_m = (_SIZE - 2 * _MARGIN) / max(1.0, float((most - least).max()))
    x = (places[is_known, 0] - least[0]) * units_per_m
    y = (most[1] - places[is_known, 1]) * units_per_m
    points[is_known] = np.rint(np.column_stack([x, y])).astype(np.int64) + _MARGIN
    return points, units_per_m


def _line(x: int, y: int, to_x: int, to_y: int) -> str:
    return f"M{x} {y}l{to_x - x} {to_y - y}"


def _scale_bar(units_per_m: float, height: int) -> str:
    """Return a bar of a round length, about a tenth of the map."""
    metres = 0.1 * _SIZE / units_per_m
    power = 10.0 ** np.floor(np.log10(metres))
    length = power * max(step for step in (1, 2, 5) if step * power <= metres)
    length_text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    return (
        f'<path class="scale" d="M{_MARGIN} {height + 20}h{round(length * units_per_m)}"/>'
        f'<text x="{_MARGIN}" y="{height}" class="scale-text">{length_text}</text>'
    )


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
