"""Maps for paper, as SVG inside a page: the city with its jobs, each community with street names and job numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.network import Network
from heatnet.report.places import station_names

_WIDTH = 1000  # units across the longer side: about a quarter of a millimetre on A4
_MARGIN = 24
_LETTER, _LINE = 7.0, 15.0  # room of a letter and of a line of a label; a Chinese letter is twice as wide
_MOST_STREETS = 40
_MOST_LINES = 60_000


@dataclass(slots=True)
class _Sheet:
    """A drawing in the making: where metres come to lie, what is drawn, what is already written where."""

    least: Floats
    units_per_m: float
    height: float
    parts: list[str] = field(default_factory=list)
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def at(self, place: Floats) -> Ints:
        """Return places in whole units, north up."""
        x = (place[..., 0] - self.least[0]) * self.units_per_m + _MARGIN
        y = self.height - _MARGIN - (place[..., 1] - self.least[1]) * self.units_per_m
        places: Ints = np.rint(np.stack([x, y], axis=-1)).astype(np.int64)
        return places

    def write(self, words: str, x: float, y: float, look: str) -> bool:
        """Write words there where nothing is written yet; return whether they were written."""
        half = sum(2 * _LETTER if ord(letter) > 0x2E7F else _LETTER for letter in words) / 2
        box = (x - half, y - _LINE / 2, x + half, y + _LINE / 2)
        if any(box[0] < b[2] and box[2] > b[0] and box[1] < b[3] and box[3] > b[1] for b in self.taken):
            return False
        self.taken.append(box)
        text = f'<text class="{look}" x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle">{escape(words)}</text>'
        self.parts.append(text)
        return True


def paper_map(
    network: Network, cures: pd.DataFrame, *, chosen: Truths | None = None, north: str = "N", with_streets: bool = False
) -> str:
    """Return the map of a network, or of some of its assets, with the cures and the numbers of their jobs, as SVG.

    Parameters
    ----------
    network : Network
        Its nodes' ``x_m``, ``y_m`` are drawn, north up.
    cures : DataFrame
        Index asset_id: ``job_id`` (the words at the cure), ``measure``; those among `chosen` are drawn in colour.
    chosen : array of bool, optional
        Per asset: whether it is drawn; None: all.
    north : str
        The letter at the arrow.
    with_streets : bool
        Whether the names of streets are written.

    Returns
    -------
    str
        Empty where nothing chosen has coordinates at both ends. It does not depend on the order of rows.
    """
    network = network.in_id_order if chosen is None else network
    place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    ends = place[np.stack([network.from_node, network.to_node], axis=1)]
    is_drawn: Truths = np.isfinite(ends).all(axis=(1, 2))
    spots = place[network.station_nodes]
    has_spot: Truths = np.isfinite(spots).all(axis=1)
    if chosen is not None:
        is_drawn, has_spot = is_drawn & chosen[: network.n_segments], has_spot & chosen[network.n_segments :]
    if not is_drawn.any():
        return ""
    sheet = _sheet_of(np.concatenate([ends[is_drawn].reshape(-1, 2), spots[has_spot]]))
    sheet.parts.append(f'<path class="rest" d="{"".join(_rest(sheet, network, ends, is_drawn))}"/>')
    _draw_cures(sheet, network, cures, (ends, spots), (is_drawn, has_spot))
    _draw_points(sheet, network, spots, has_spot, is_city=chosen is None)
    if with_streets:
        _write_streets(sheet, network, ends, is_drawn, cures)
    look = "city" if chosen is None else "community"
    return (
        f'<svg class="{look}" viewBox="0 0 {_WIDTH} {sheet.height:.0f}" role="img">'
        f"{''.join(sheet.parts)}{_scale_bar(sheet)}{_arrow(north)}</svg>"
    )


def _rest(sheet: _Sheet, network: Network, ends: Floats, is_drawn: Truths) -> list[str]:
    """Return the lines of all pipes, each once; of very many those of the primary level alone."""
    chosen = is_drawn & network.is_primary if int(is_drawn.sum()) > _MOST_LINES else is_drawn
    lines = np.unique(sheet.at(ends[chosen]).reshape(-1, 4), axis=0)
    return [_line(ends) for ends in lines.tolist()]


def _sheet_of(places: Floats) -> _Sheet:
    least, most = places.min(axis=0), places.max(axis=0)
    span = np.maximum(most - least, 1.0)
    units_per_m = (_WIDTH - 2 * _MARGIN) / float(max(span[0], 1.5 * span[1]))
    height = max(float(span[1]) * units_per_m + 2 * _MARGIN + 16, 160.0)
    aside = (_WIDTH - 2 * _MARGIN - float(span[0]) * units_per_m) / 2 / units_per_m
    return _Sheet(np.array([least[0] - aside, least[1] - 16 / units_per_m]), units_per_m, height)


def _draw_cures(
    sheet: _Sheet, network: Network, cures: pd.DataFrame, places: tuple[Floats, Floats], is_drawn: tuple[Truths, Truths]
) -> None:
    """Draw the pipes and stations to be cured, those with coordinates, and write the number of each job once."""
    longest: dict[str, tuple[float, float, float]] = {}
    positions = network.asset_positions(cures.index).tolist()
    rows = sorted(zip(positions, cures["job_id"].tolist(), cures["measure"].tolist(), strict=True), key=str)
    for position, job, measure in rows:
        look = "cure" if measure in ("renew", "part") else "cure soft"
        if 0 <= position < network.n_segments and is_drawn[0][position]:
            x, y, to_x, to_y = sheet.at(places[0][position]).reshape(-1).tolist()
            sheet.parts.append(f'<path class="{look}" d="{_line([x, y, to_x, to_y])}"/>')
            length, middle = math.hypot(to_x - x, to_y - y), ((x + to_x) / 2, (y + to_y) / 2)
        elif position >= network.n_segments and is_drawn[1][position - network.n_segments]:
            spot = sheet.at(places[1][position - network.n_segments]).tolist()
            sheet.parts.append(f'<circle class="station cure" cx="{spot[0]}" cy="{spot[1]}" r="6"/>')
            length, middle = 1e9, (float(spot[0]), spot[1] - 14.0)
        else:
            continue
        if not pd.isna(job) and length >= longest.get(job, (-1.0,))[0]:
            longest[str(job)] = (length, *middle)
    for job, (_, middle_x, middle_y) in sorted(longest.items()):
        sheet.write(job, middle_x, middle_y - 8, "job")


def _draw_points(sheet: _Sheet, network: Network, spots: Floats, has_spot: Truths, *, is_city: bool) -> None:
    """Draw stations with their names, on the map of a city sources too."""
    for place, name in zip(sheet.at(spots[has_spot]).tolist(), np.array(station_names(network))[has_spot], strict=True):
        x, y = place
        sheet.parts.append(f'<rect class="station" x="{x - 4}" y="{y - 4}" width="8" height="8"/>')
        sheet.write(str(name), x, y + 13, "name")
    if is_city:
        sources = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)[network.source_nodes]
        for x, y in sheet.at(sources[np.isfinite(sources).all(axis=1)]).tolist():
            sheet.parts.append(f'<rect class="source" x="{x - 6}" y="{y - 6}" width="12" height="12"/>')


def _write_streets(sheet: _Sheet, network: Network, ends: Floats, is_drawn: Truths, cures: pd.DataFrame) -> None:
    """Write the names of streets beside their longest pipe: first those with cures, then the longest."""
    cured, streets = set(cures["street"].dropna()), network.segments["street"].to_numpy(dtype=object)
    longest: dict[str, int] = {}
    total: dict[str, float] = {}
    for at in np.flatnonzero(is_drawn).tolist():
        name, metres = streets[at], float(network.length_m[at])
        if pd.isna(name):
            continue
        total[name] = total.get(name, 0.0) + metres
        if name not in longest or metres > network.length_m[longest[name]]:
            longest[name] = at
    order = sorted(total, key=lambda name: (name not in cured, -round(total[name], 3), name))
    for name in order[:_MOST_STREETS]:
        x, y, to_x, to_y = sheet.at(ends[longest[name]]).reshape(-1).tolist()
        sheet.write(str(name), (x + to_x) / 2, (y + to_y) / 2 + 9, "street")


def _line(ends: list[int]) -> str:
    x, y, to_x, to_y = ends
    return f"M{x} {y}l{to_x - x} {to_y - y}"


def _scale_bar(sheet: _Sheet) -> str:
    """Return a bar of a round length, about a tenth of the map."""
    metres = 0.12 * _WIDTH / sheet.units_per_m
    power = 10.0 ** math.floor(math.log10(metres))
    length = power * max(step for step in (1, 2, 5) if step * power <= metres)
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    y, width = sheet.height - 8, round(length * sheet.units_per_m)
    return f'<path class="scale" d="M8 {y - 6:.0f}v6h{width}v-6"/><text x="12" y="{y - 6:.0f}">{text}</text>'


def _arrow(north: str) -> str:
    x = _WIDTH - 16
    text = f'<text x="{x}" y="38" text-anchor="middle">{escape(north)}</text>'
    return f'<path class="source" d="M{x} 4l6 21l-6 -5l-6 5z"/>{text}'


def not_drawn(network: Network) -> int:
    """Return how many segments cannot be drawn: an end has no coordinates."""
    place: Any = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    known = np.isfinite(place).all(axis=1)
    return int((~(known[network.from_node] & known[network.to_node])).sum())
