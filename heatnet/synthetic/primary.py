"""The primary network of a drawn city: ring mains along every second main street, branches to the stations.

Nodes are numbered sources first, then stations, then junctions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from heatnet._arrays import Floats, Ints, Truths
from heatnet.synthetic.blocks import Blocks
from heatnet.synthetic.pipes import FEED, MAIN, SERVICE, Pipes, joined, points, within

_STATIONS_PER_SOURCE = 35
_CHAMBER_M = 270.0
_CLOSED_SHARE = 0.35
_FEED_M = (350.0, 800.0)


@dataclass(frozen=True, slots=True)
class _Edges:
    """Stretches of main between two crossings: ends, street, is it a tie, and at which one a block is connected."""

    x: Floats
    y: Floats
    ends: Ints
    street: Ints
    is_tie: Truths
    of_block: Ints


def sources_of(stations: int) -> int:
    """Return the number of sources of a city with so many stations."""
    return max(1, round(stations / _STATIONS_PER_SOURCE))


def grid_streets(blocks: Blocks) -> int:
    """Return the number of street names on the grid: each line has one for either half of the city."""
    return 2 * (blocks.rows + 1) + 2 * (blocks.cols + 1)


def draw_primary(rng: np.random.Generator, blocks: Blocks) -> Pipes:
    """Draw sources, ring mains and the branches to the stations."""
    edges = _grid_edges(rng, blocks)
    n_sources, numbers = sources_of(blocks.count), np.arange(blocks.count)
    n_fixed = n_sources + blocks.count
    mains, gate = _mains(rng, blocks, edges, n_fixed)
    services = _services(rng, blocks, gate, n_fixed + len(mains.x_m))
    feeds, source_x, source_y = _feeds(rng, blocks, edges, n_fixed, n_fixed + len(mains.x_m) + blocks.count)
    station_x, station_y = blocks.place(numbers, blocks.gate_m, blocks.station_m)
    sources = points(source_x, source_y, np.full(n_sources, -1))
    stations = points(station_x, station_y, numbers)
    return _without_dead_ends(joined(sources, stations, mains, services, feeds), n_fixed)


def _grid_edges(rng: np.random.Generator, blocks: Blocks) -> _Edges:
    """Return the mains: along every second line that a block touches; column lines are ties, but for the middle one."""
    cells = np.zeros((blocks.rows, blocks.cols), dtype=bool)
    cells[blocks.row, blocks.col] = True
    edged = np.pad(cells, 1)
    along_row = edged[:-1, 1:-1] | edged[1:, 1:-1]
    along_col = edged[1:-1, :-1] | edged[1:-1, 1:]
    along_row[1::2] = False
    along_col[:, 1::2] = False
    row_i, row_j = np.nonzero(along_row)
    col_i, col_j = np.nonzero(along_col)
    width = blocks.cols + 1
    corner_a = np.concatenate([row_i * width + row_j, col_i * width + col_j])
    corner_b = np.concatenate([row_i * width + row_j + 1, (col_i + 1) * width + col_j])
    row_number = np.cumsum(along_row).reshape(along_row.shape) - 1
    col_number = np.cumsum(along_col).reshape(along_col.shape) - 1 + len(row_i)
    line_row, line_col = blocks.row + blocks.row % 2, blocks.col + blocks.col % 2
    of_block = np.where(
        blocks.on_row,
        row_number[line_row, np.minimum(blocks.col, blocks.cols - 1)],
        col_number[blocks.row, line_col],
    )
    street = np.concatenate(
        [2 * row_i + (row_j >= blocks.cols / 2), 2 * (blocks.rows + 1) + 2 * col_j + (col_i >= blocks.rows / 2)]
    )
    corners, ends = np.unique(np.concatenate([corner_a, corner_b]), return_inverse=True)
    return _Edges(
        x=blocks.x_lines[corners % width],
        y=blocks.y_lines[corners // width],
        ends=ends.reshape(2, -1),
        street=street,
        is_tie=np.concatenate([np.zeros(len(row_i), dtype=bool), _ties(rng, blocks, along_col, col_i, col_j)]),
        of_block=of_block,
    )


def _ties(rng: np.random.Generator, blocks: Blocks, along_col: Truths, col_i: Ints, col_j: Ints) -> Truths:
    """Return the stretches between two row mains that stand closed; the column through every row stays open."""
    full_col = int(np.bincount(blocks.col).argmax())
    spine = full_col + full_col % 2
    above = np.vstack([np.zeros((1, along_col.shape[1]), dtype=bool), along_col[:-1]])
    is_second_half = (col_i % 2 == 1) & above[col_i, col_j]  # both rows between the mains are there
    is_tie: Truths = is_second_half & (col_j != spine) & (rng.random(len(col_i)) < _CLOSED_SHARE)
    return is_tie


def _mains(rng: np.random.Generator, blocks: Blocks, edges: _Edges, first_node: int) -> tuple[Pipes, Ints]:
    """Return cut the mains at crossings, chambers and the connections of stations; return the connections too."""
    a, b = edges.ends
    length = np.hypot(edges.x[b] - edges.x[a], edges.y[b] - edges.y[a])
    chambers = np.maximum(1, np.rint(length / _CHAMBER_M * rng.uniform(0.7, 1.3, len(length)))).astype(np.int64)
    chamber_edge, nth = within(chambers)
    chamber_share = (nth + 0.5 + rng.uniform(-0.3, 0.3, len(nth))) / chambers[chamber_edge]
    point_edge = np.concatenate([edges.of_block, chamber_edge])
    point_share = np.concatenate([blocks.gate_m / blocks.width_m, chamber_share])
    point = first_node + len(edges.x) + np.arange(len(point_edge))

    numbers = np.arange(len(length))
    edge = np.concatenate([numbers, numbers, point_edge])
    share = np.concatenate([np.zeros(len(a)), np.ones(len(a)), point_share])
    node = np.concatenate([first_node + a, first_node + b, point])
    along = np.lexsort((node, share, edge))
    edge, share, node = edge[along], share[along], node[along]
    is_next = edge[1:] == edge[:-1]
    of_edge = edge[1:][is_next]
    x_step, y_step = edges.x[b] - edges.x[a], edges.y[b] - edges.y[a]
    n_nodes = len(edges.x) + len(point)
    pipes = Pipes(
        x_m=np.concatenate([edges.x, edges.x[a[point_edge]] + point_share * x_step[point_edge]]),
        y_m=np.concatenate([edges.y, edges.y[a[point_edge]] + point_share * y_step[point_edge]]),
        block=np.full(n_nodes, -1),
        from_node=node[:-1][is_next],
        to_node=node[1:][is_next],
        role=np.full(len(of_edge), MAIN),
        street=edges.street[of_edge],
        run=of_edge,
        is_closed=edges.is_tie[of_edge] & (share[:-1][is_next] == 0.0),
    )
    return pipes, point[: blocks.count]


def _services(rng: np.random.Generator, blocks: Blocks, gate: Ints, first_node: int) -> Pipes:
    """Lay pipes from each connection over one chamber to the station."""
    count = blocks.count
    numbers = np.arange(count)
    x, y = blocks.place(numbers, blocks.gate_m, blocks.station_m * rng.uniform(0.3, 0.7, count))
    chamber = first_node + numbers
    station = sources_of(count) + numbers
    street = grid_streets(blocks) + numbers
    return Pipes(
        x_m=x,
        y_m=y,
        block=numbers,
        from_node=np.concatenate([gate, chamber]),
        to_node=np.concatenate([chamber, station]),
        role=np.full(2 * count, SERVICE),
        street=np.tile(street, 2),
        run=_grid_runs(blocks) + np.tile(numbers, 2),
        is_closed=np.zeros(2 * count, dtype=bool),
    )


def _feeds(
    rng: np.random.Generator, blocks: Blocks, edges: _Edges, first_main: int, first_chamber: int
) -> tuple[Pipes, Floats, Floats]:
    """Return place the plants around the city; each feeds the outermost crossing in its direction over one chamber.

    Every second one of a large city is a peak boiler at a crossing within it. Returned are chambers and segments, and
    the places of the sources.
    """
    count = sources_of(blocks.count)
    numbers = np.arange(count)
    turn = rng.uniform(0, 2 * np.pi) + 2 * np.pi * (numbers + rng.uniform(-0.2, 0.2, count)) / count
    x, y = edges.x - blocks.x_lines.mean(), edges.y - blocks.y_lines.mean()
    rim = np.array([np.argmax(x * np.cos(angle) + y * np.sin(angle)) for angle in turn])
    inside = rng.integers(0, len(x), count)
    crossing = np.where((numbers % 2 == 1) & (count > 2), inside, rim)
    away = rng.uniform(*_FEED_M, count) * min(1.0, float(blocks.width_m.mean()) / 1000.0)
    street_at = np.zeros(len(x), dtype=np.int64)
    street_at[edges.ends[1]] = edges.street
    street_at[edges.ends[0]] = edges.street
    chamber = first_chamber + numbers
    first_run = _grid_runs(blocks) + blocks.count
    pipes = Pipes(
        x_m=edges.x[crossing] + 0.5 * away * np.cos(turn),
        y_m=edges.y[crossing] + 0.5 * away * np.sin(turn),
        block=np.full(count, -1),
        from_node=np.concatenate([numbers, chamber]),
        to_node=np.concatenate([chamber, first_main + crossing]),
        role=np.full(2 * count, FEED),
        street=np.tile(street_at[crossing], 2),
        run=first_run + np.tile(numbers, 2),
        is_closed=np.zeros(2 * count, dtype=bool),
    )
    return pipes, edges.x[crossing] + away * np.cos(turn), edges.y[crossing] + away * np.sin(turn)


def _grid_runs(blocks: Blocks) -> int:
    """Return a number above that of every run of ring main."""
    return 2 * len(blocks.x_lines) * len(blocks.y_lines)


def primary_runs(blocks: Blocks) -> int:
    """Return a number above that of every run of the primary network."""
    return _grid_runs(blocks) + blocks.count + sources_of(blocks.count)


def _without_dead_ends(pipes: Pipes, n_fixed: int) -> Pipes:
    """Take away mains that lead nowhere, and the nodes left without a segment."""
    while True:
        degree = np.bincount(np.concatenate([pipes.from_node, pipes.to_node]), minlength=len(pipes.x_m))
        is_end = degree == 1
        is_end[:n_fixed] = False
        dead = is_end[pipes.from_node] | is_end[pipes.to_node]
        if not dead.any():
            break
        pipes = pipes.only(~dead)
    is_kept = degree > 0
    number = np.cumsum(is_kept) - 1
    return replace(
        pipes,
        x_m=pipes.x_m[is_kept],
        y_m=pipes.y_m[is_kept],
        block=pipes.block[is_kept],
        from_node=number[pipes.from_node],
        to_node=number[pipes.to_node],
    )
