"""The ground plan of a drawn city: a grid of main streets and, between them, one block for each station.

A block has its own axes: along the main street at which its station is connected, and away from that street.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet._arrays import Floats, Ints, Truths

_ELONGATION = 1.25
_KM_PER_STATION = 1854.0 / 83.0
_SIDE_M = 1010.0


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks between main streets, each with one station; one entry per block unless said otherwise.

    Parameters
    ----------
    row, col : int array
        Place in the grid; block (r, c) lies between the lines r and r + 1 and the lines c and c + 1.
    x_lines, y_lines : float array
        Position of the main streets, one entry per line.
    on_row : bool array
        The station is connected at a main along a row line, else at one along a column line.
    is_far : bool array
        That line is the one with the larger coordinate.
    gate_m, station_m : float array
        Place of the connection along the line, and distance of the station from it.
    width_m, depth_m : float array
        Extent of the block along that line and away from it.
    """

    row: Ints
    col: Ints
    x_lines: Floats
    y_lines: Floats
    on_row: Truths
    is_far: Truths
    gate_m: Floats
    station_m: Floats
    width_m: Floats
    depth_m: Floats

    @property
    def count(self) -> int:
        """Number of blocks."""
        return len(self.row)

    @property
    def rows(self) -> int:
        """Number of rows of the grid."""
        return len(self.y_lines) - 1

    @property
    def cols(self) -> int:
        """Number of columns of the grid."""
        return len(self.x_lines) - 1

    @property
    def distance(self) -> Floats:
        """Distance from the middle of the city, 0 to 1."""
        x, y = self.place(np.arange(self.count), self.width_m / 2, self.depth_m / 2)
        away = np.hypot(x - self.x_lines.mean(), y - self.y_lines.mean())
        share: Floats = away / max(float(away.max()), 1.0)
        return share

    def place(self, block: Ints, along_m: Floats, away_m: Floats) -> tuple[Floats, Floats]:
        """Return the coordinates of points given in the axes of their blocks."""
        on_row, is_far = self.on_row[block], self.is_far[block]
        low_x, high_x = self.x_lines[self.col[block]], self.x_lines[self.col[block] + 1]
        low_y, high_y = self.y_lines[self.row[block]], self.y_lines[self.row[block] + 1]
        away_x = np.where(is_far, high_x - away_m, low_x + away_m)
        away_y = np.where(is_far, high_y - away_m, low_y + away_m)
        return np.where(on_row, low_x + along_m, away_x), np.where(on_row, away_y, low_y + along_m)


def draw_blocks(rng: np.random.Generator, length_km: float, stations: int) -> Blocks:
    """Draw the main streets and the blocks of a round city, one block per station."""
    side_m = _SIDE_M * np.sqrt(length_km / stations / _KM_PER_STATION)
    row, col = _cells(stations)
    y_lines = _lines(rng, int(row.max()) + 2, side_m)
    x_lines = _lines(rng, int(col.max()) + 2, side_m)
    on_row = rng.random(stations) < 0.5
    width_m = np.where(on_row, np.diff(x_lines)[col], np.diff(y_lines)[row])
    depth_m = np.where(on_row, np.diff(y_lines)[row], np.diff(x_lines)[col])
    return Blocks(
        row=row,
        col=col,
        x_lines=x_lines,
        y_lines=y_lines,
        on_row=on_row,
        is_far=np.where(on_row, row % 2 == 1, col % 2 == 1),  # mains run along every second line
        gate_m=width_m * rng.uniform(0.36, 0.64, stations),
        station_m=depth_m * rng.uniform(0.15, 0.5, stations),
        width_m=width_m,
        depth_m=depth_m,
    )


def _cells(count: int) -> tuple[Ints, Ints]:
    """Return the cells of a grid nearest to its middle: a convex patch, so that every street holds together."""
    size = int(np.ceil(np.sqrt(count) * _ELONGATION)) + 3
    row, col = np.divmod(np.arange(size * size), size)
    away = np.hypot((col - size / 2 + 0.37) / _ELONGATION, row - size / 2 + 0.41)
    nearest = np.sort(np.argsort(away, kind="stable")[:count])
    return row[nearest] - row[nearest].min(), col[nearest] - col[nearest].min()


def _lines(rng: np.random.Generator, count: int, side_m: float) -> Floats:
    lines: Floats = side_m * (np.arange(count) + 1.0 + rng.uniform(-0.13, 0.13, count))
    return lines
