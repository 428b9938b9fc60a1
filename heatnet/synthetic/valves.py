"""Valves of a drawn city: at sources, crossings, stations, lanes and buildings; some closed, some stuck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet._arrays import Ints, Truths
from heatnet.synthetic.layout import Layout
from heatnet.synthetic.pipes import BRANCH, FEED, LANE, MAIN, RISER, SERVICE, TIE, TRUNK

_STUCK_SHARE = 0.07
# Probability of a valve at the from end and at the to end; mains have theirs where they branch.
_SHARE_AT_ENDS = {
    FEED: (1.0, 0.6),
    MAIN: (0.55, 0.55),
    SERVICE: (0.95, 0.85),
    TRUNK: (0.25, 0.1),
    LANE: (0.6, 0.0),
    BRANCH: (0.3, 0.0),
    RISER: (0.35, 0.0),
    TIE: (1.0, 0.5),
}
_SHARE_AT_STATION = 0.95


@dataclass(frozen=True, slots=True)
class Valves:
    """One entry per valve: its segment, the end (0: from, 1: to), whether it can be turned, whether it is open."""

    segment: Ints
    end: Ints
    is_operable: Truths
    is_open: Truths


def draw_valves(rng: np.random.Generator, layout: Layout) -> Valves:
    """Draw the valves; a return row has the same valves as its supply row."""
    pipes = layout.pipes
    rows = np.flatnonzero(~layout.is_return)
    share = np.array([_SHARE_AT_ENDS[role] for role in range(len(_SHARE_AT_ENDS))])[pipes.role[rows]]
    share = np.where(_is_plain_joint(layout, rows), 0.0, share)
    from_station = np.isin(pipes.from_node[rows], layout.stations)
    share[from_station, 0] = _SHARE_AT_STATION
    is_closed = pipes.is_closed[rows]
    share[is_closed, 0] = 1.0
    has_valve = rng.random(share.shape) < share
    is_operable = rng.random(share.shape) >= _STUCK_SHARE
    is_operable[is_closed & (pipes.role[rows] == TIE), 0] = True  # a stuck one would be no tie at all
    is_open = np.ones(share.shape, dtype=bool)
    is_open[is_closed, 0] = False
    row, end = np.nonzero(has_valve)
    twin = layout.twin[rows[row]]
    on_twin = np.flatnonzero(twin >= 0)
    return Valves(
        segment=np.concatenate([rows[row], twin[on_twin]]),
        end=np.concatenate([end, end[on_twin]]),
        is_operable=np.concatenate([is_operable[row, end], is_operable[row, end][on_twin]]),
        is_open=np.concatenate([is_open[row, end], is_open[row, end][on_twin]]),
    )


def _is_plain_joint(layout: Layout, rows: Ints) -> Truths:
    """Return ends at which a main or a lane only runs on: no place for a valve."""
    pipes = layout.pipes
    ends = np.stack([pipes.from_node[rows], pipes.to_node[rows]], axis=1)
    degree = np.bincount(ends.ravel(), minlength=layout.n_nodes)
    runs_on = np.isin(pipes.role[rows], [MAIN, LANE])[:, None]
    plain: Truths = runs_on & (degree[ends] < 3)
    return plain
