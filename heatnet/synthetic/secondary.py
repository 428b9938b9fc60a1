"""The secondary networks of a drawn city: from each station a trunk, lanes to both sides, yards and buildings.

Each node but the stations has one segment that feeds it, so segment k of a tree belongs to its k-th node.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from heatnet._arrays import Floats, Ints, Truths
from heatnet.synthetic.blocks import Blocks
from heatnet.synthetic.pipes import BRANCH, LANE, RISER, TIE, TRUNK, Pipes, within
from heatnet.synthetic.primary import grid_streets, primary_runs

_LANE_GAP_M = 62.0
_PIECE_M = 76.0
_YARD_SHARE = 0.28
_BUILDINGS_OF_YARD = (0.8, 0.17, 0.03)
_STATIONS_PER_TIE = 3


@dataclass(frozen=True, slots=True)
class _Level:
    """Nodes of one kind in the axes of their blocks, each with its parent, street and run."""

    block: Ints
    along_m: Floats
    away_m: Floats
    parent: Ints
    street: Ints
    run: Ints


def draw_trees(rng: np.random.Generator, blocks: Blocks, first_station: int, first_node: int) -> Pipes:
    """Draw the secondary network of every station; the parent of a node is the ``from_node`` of its segment."""
    trunks = _trunks(rng, blocks, first_station, first_node)
    first_lane = first_node + len(trunks.block)
    lanes, is_last = _lanes(rng, blocks, trunks, first_node, first_lane)
    first_yard = first_lane + len(lanes.block)
    yards = _yards(rng, lanes, is_last, first_lane)
    risers = _risers(rng, yards, first_yard)
    levels = (trunks, lanes, yards, risers)
    block = np.concatenate([level.block for level in levels])
    x_m, y_m = blocks.place(
        block,
        np.concatenate([level.along_m for level in levels]),
        np.concatenate([level.away_m for level in levels]),
    )
    return Pipes(
        x_m=x_m,
        y_m=y_m,
        block=block,
        from_node=np.concatenate([level.parent for level in levels]),
        to_node=first_node + np.arange(len(block)),
        role=np.repeat([TRUNK, LANE, BRANCH, RISER], [len(level.block) for level in levels]),
        street=np.concatenate([level.street for level in levels]),
        run=np.concatenate([level.run for level in levels]),
        is_closed=np.zeros(len(block), dtype=bool),
    )


def _trunks(rng: np.random.Generator, blocks: Blocks, first_station: int, first_node: int) -> _Level:
    """Lay two trunks from each station, with a node at every lane."""
    gap_m = _LANE_GAP_M * rng.uniform(0.85, 1.2, blocks.count)
    lanes = np.maximum(2, np.rint(blocks.depth_m * 0.93 / gap_m)).astype(np.int64)
    block, nth = within(lanes)
    share = (nth + 0.5 + rng.uniform(-0.22, 0.22, len(nth))) / lanes[block]
    away_m = blocks.depth_m[block] * (0.035 + 0.93 * share)
    before = np.bincount(block[away_m < blocks.station_m[block]], minlength=blocks.count)[block]
    node = first_node + np.arange(len(block))
    is_before = nth < before
    is_first = np.where(is_before, nth == before - 1, nth == before)
    parent = np.where(is_first, first_station + block, node + np.where(is_before, 1, -1))
    return _Level(
        block=block,
        along_m=blocks.gate_m[block],
        away_m=away_m,
        parent=parent,
        street=grid_streets(blocks) + block,
        run=primary_runs(blocks) + block,
    )


def _lanes(
    rng: np.random.Generator, blocks: Blocks, trunks: _Level, first_trunk: int, first_node: int
) -> tuple[_Level, Truths]:
    """Lay pipes along the lanes to either side of the trunk, cut at chambers; some sides are not built up."""
    count = len(trunks.block)
    trunk, side = np.divmod(np.arange(2 * count), 2)
    is_first = np.append(True, trunks.block[1:] != trunks.block[:-1])
    kept = (rng.random(2 * count) > 0.06) | is_first[trunk]
    trunk, side = trunk[kept], side[kept]
    block = trunks.block[trunk]
    room_m = np.where(side == 0, blocks.gate_m[block], blocks.width_m[block] - blocks.gate_m[block]) - 12.0
    reach_m = np.maximum(25.0, room_m * rng.uniform(0.72, 1.0, len(trunk)))
    slope = rng.normal(0.0, 0.012, len(trunk))
    pieces = np.maximum(1, np.rint(reach_m / _PIECE_M)).astype(np.int64)
    lane, nth = within(pieces)
    is_last = nth == pieces[lane] - 1
    jitter = np.where(is_last, 0.0, rng.uniform(-0.25, 0.25, len(nth)))
    out_m = reach_m[lane] * (nth + 1 + jitter) / pieces[lane]
    node = first_node + np.arange(len(lane))
    level = _Level(
        block=block[lane],
        along_m=trunks.along_m[trunk[lane]] + np.where(side[lane] == 0, -out_m, out_m),
        away_m=trunks.away_m[trunk[lane]] + slope[lane] * out_m,
        parent=np.where(nth == 0, first_trunk + trunk[lane], node - 1),
        street=grid_streets(blocks) + blocks.count + trunk[lane],
        run=primary_runs(blocks) + blocks.count + 2 * trunk[lane] + side[lane],
    )
    return level, is_last


def _yards(
    rng: np.random.Generator,
    lanes: _Level,
    is_last: Truths,
    first_lane: int,
) -> _Level:
    """Lay a branch into a yard at the end of each lane and at some chambers before it."""
    at = np.flatnonzero(is_last | (rng.random(len(is_last)) < _YARD_SHARE))
    side = np.where(rng.random(len(at)) < 0.5, -1.0, 1.0)
    return _Level(
        block=lanes.block[at],
        along_m=lanes.along_m[at] + rng.uniform(-18.0, 18.0, len(at)),
        away_m=lanes.away_m[at] + side * rng.uniform(14.0, 27.0, len(at)),
        parent=first_lane + at,
        street=lanes.street[at],
        run=lanes.run[at],
    )


def _risers(rng: np.random.Generator, yards: _Level, first_yard: int) -> _Level:
    """Lay the last pipes, from a yard to each of its buildings."""
    count = 1 + rng.choice(len(_BUILDINGS_OF_YARD), len(yards.block), p=_BUILDINGS_OF_YARD)
    yard, nth = within(count)
    turn = 2.0 * np.pi * (nth / count[yard] + rng.random(len(yards.block))[yard])
    away = rng.uniform(12.0, 34.0, len(yard))
    return _Level(
        block=yards.block[yard],
        along_m=yards.along_m[yard] + away * np.cos(turn),
        away_m=yards.away_m[yard] + 0.5 * away * np.sin(turn),
        parent=first_yard + yard,
        street=yards.street[yard],
        run=yards.run[yard],
    )


def draw_ties(rng: np.random.Generator, blocks: Blocks, trees: Pipes) -> Pipes:
    """Draw closed connections between lane ends of neighbouring stations; each lane end has one at most."""
    is_lane = trees.role == LANE
    has_next = np.isin(trees.to_node, trees.from_node[is_lane])
    ends = np.flatnonzero(is_lane & ~has_next)
    wanted = blocks.count // _STATIONS_PER_TIE
    place = np.column_stack([trees.x_m[ends], trees.y_m[ends]])
    tried = np.sort(rng.permutation(len(ends))[: 12 * wanted])
    reach_m = 0.3 * float(blocks.width_m.mean())
    _, near = KDTree(place).query(place[tried], k=np.arange(1, min(10, len(ends)) + 1), distance_upper_bound=reach_m)
    near = np.where(near < len(ends), near, tried[:, None])
    other = trees.block[ends[near]] != trees.block[ends[tried]][:, None]
    found = other.any(axis=1)
    a, b = tried[found], near[found, other[found].argmax(axis=1)]
    pairs = np.stack([np.minimum(a, b), np.maximum(a, b)])
    pairs = pairs[:, np.sort(np.unique(pairs[0], return_index=True)[1])]
    pairs = pairs[:, np.sort(np.unique(pairs[1], return_index=True)[1])]
    pairs = pairs[:, ~np.isin(pairs[0], pairs[1])]
    pairs = pairs[:, np.sort(rng.permutation(pairs.shape[1])[:wanted])]
    a, b = ends[pairs]
    last_run = int(trees.run.max(initial=0)) + 1
    return Pipes(
        x_m=np.zeros(0),
        y_m=np.zeros(0),
        block=np.zeros(0, dtype=np.int64),
        from_node=trees.to_node[a],
        to_node=trees.to_node[b],
        role=np.full(len(a), TIE),
        street=trees.street[a],
        run=last_run + np.arange(len(a)),
        is_closed=np.ones(len(a), dtype=bool),
    )
