"""What still arrives in one connected part of a level, for many outages at once.

First the core alone is solved with everybody taking what he asks: where every core side then has the head that
everybody behind it needs, that is the answer, all get everything. The other cases are solved with delivery by head.

Where all get everything with nothing out, those left get everything when others are cut off by the ends behind which
they hang: nowhere does less flow take more head. With one source, or with rows that are all pairs, this is the
comparison principle of networks whose edges take the more head the more flows through them (C. Berge, A.
Ghouila-Houri, "Programming, games and transportation networks", 1965); these cases need no solving.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from heatnet._arrays import Floats, Ints, Truths
from heatnet.hydraulics.closing import CONSUMER, END, PIPE, SOURCE
from heatnet.hydraulics.drawings import Sketch, core_sketch, short_sketch
from heatnet.hydraulics.intact import flow_shares
from heatnet.hydraulics.joining import meets_source, vertex_labels
from heatnet.hydraulics.newton import Cases, Flows, solved
from heatnet.hydraulics.plumbing import Plumbing

_CELLS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Out:
    """What one case takes out of an area: things as in `Closings`, and sources that feed nothing."""

    kind: Ints
    item: Ints
    dead_sources: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def closes_ends_alone(self) -> bool:
        """Whether only ends and consumers go: the core and all sources stay as they are."""
        return not len(self.dead_sources) and bool(((self.kind == END) | (self.kind == CONSUMER)).all())


NOTHING_OUT = Out(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Delivered:
    """What consumers get, per consumer of the area and case.

    `is_joined`: both sides meet a common source that feeds. `share`: the flow share; NaN where a case was not solved.
    """

    is_joined: Truths
    share: Floats


class Area:
    """One connected part of a level, valves that turn opened.

    Parameters
    ----------
    plumbing : Plumbing
    sides, rows : array of int
        What it is made of.
    head_m : array of float
        Per source of the plumbing.
    feeds : array of bool
        Per source of the plumbing: it feeds where nothing is out.
    """

    def __init__(self, plumbing: Plumbing, sides: Ints, rows: Ints, head_m: Floats, feeds: Truths) -> None:
        self.plumbing, self.sides, self.rows = plumbing, sides, rows
        core = sides[plumbing.ends.parent[sides] < 0]
        consumers = plumbing.consumers
        self.first = int(consumers.first[core].min(initial=len(consumers.node)))
        self.stop = int(consumers.stop[core].max(initial=self.first))
        self.core = core_sketch(plumbing, sides, rows)
        self.sources = self.core.sources
        self.head_m, self.feeds = head_m[self.sources], feeds[self.sources]
        self._core_edge = _edge_of_pipe(self.core)
        self._with_dead: dict[tuple[int, ...], Floats] = {}

    @cached_property
    def _short(self) -> Sketch:
        return short_sketch(self.plumbing, self.sides, self.rows)

    @cached_property
    def _short_edge(self) -> dict[int, int]:
        return _edge_of_pipe(self._short)

    @property
    def n_consumers(self) -> int:
        """Number of consumers of the area; they stand at ``first:stop`` of the plumbing's."""
        return self.stop - self.first

    @cached_property
    def untouched(self) -> Delivered:
        """What arrives with nothing out."""
        return self._solved([NOTHING_OUT], None)

    @cached_property
    def _stays_full(self) -> bool:
        """Whether everybody joined gets everything, whoever else is cut off by ends alone."""
        if not (self.core.is_mirrored or self.feeds.sum() <= 1):
            return False
        return bool((self.untouched.share[self.untouched.is_joined] == 1.0).all())

    @cached_property
    def _core_start(self) -> Floats:
        closed = _Closed.of(self, [NOTHING_OUT])
        return np.asarray(self._core_flows(closed, None).flow_m3_s[:, 0])

    @cached_property
    def _short_start(self) -> Floats:
        closed = _Closed.of(self, [NOTHING_OUT])
        return np.asarray(self._short_flows(closed, np.zeros(1, dtype=np.int64), None).flow_m3_s[:, 0])

    def delivered(self, outs: Sequence[Out]) -> Iterable[tuple[int, Delivered]]:
        """Return what arrives in each case, block by block: the first case of the block and its answer."""
        width = max(1, _CELLS_AT_ONCE // max(1, self.n_consumers, len(self.core.drawing.a)))
        for first in range(0, len(outs), width):
            yield first, self._delivered(outs[first : first + width])

    def with_dead(self, sources: Ints) -> Floats:
        """Return what consumers get where these sources feed nothing, in one case; NaN where it was not solved."""
        self.prepare([sources])
        return self._with_dead[tuple(sources.tolist())]

    def prepare(self, several: Sequence[Ints]) -> None:
        """Solve the cases in which these sources feed nothing side by side, those that are not known yet."""
        new = {tuple(sources.tolist()): sources for sources in several}
        new = {key: sources for key, sources in new.items() if key not in self._with_dead}
        outs = [Out(NOTHING_OUT.kind, NOTHING_OUT.item, sources) for sources in new.values()]
        keys = list(new)
        for first, found in self.delivered(outs):
            for place in range(found.share.shape[1]):
                self._with_dead[keys[first + place]] = found.share[:, place]

    def _delivered(self, outs: Sequence[Out]) -> Delivered:
        is_plain = np.array([self._stays_full and out.closes_ends_alone for out in outs], dtype=bool)
        if not is_plain.any():
            return self._solved(outs, self._core_start)
        is_joined = self.untouched.is_joined & ~_cut_off(self, *_listed(outs), len(outs))
        share = is_joined.astype(np.float64)
        others = np.flatnonzero(~is_plain)
        if len(others):
            found = self._solved([outs[at] for at in others.tolist()], self._core_start)
            is_joined[:, others], share[:, others] = found.is_joined, found.share
        return Delivered(is_joined, share)

    def _solved(self, outs: Sequence[Out], core_start: Floats | None) -> Delivered:
        closed = _Closed.of(self, outs)
        flows = self._core_flows(closed, core_start)
        share = closed.is_joined.astype(np.float64)
        short = np.flatnonzero(~(flows.converged & self._all_get_all(closed, flows)))
        if len(short):
            start = self._short_start if core_start is not None else None
            found = self._short_flows(closed, short, start)
            shares = flow_shares(self._short, found, closed.is_joined[:, short])
            shares[:, ~found.converged] = np.nan
            share[:, short] = shares
        return Delivered(closed.is_joined, share)

    def _core_flows(self, closed: _Closed, start: Floats | None) -> Flows:
        is_open = np.concatenate([closed.core_open, closed.core_joined, closed.source_open])
        heads = np.repeat(self.head_m[:, None], is_open.shape[1], axis=1)
        return solved(self.core.drawing, Cases(is_open, heads, closed.core_asked), start)

    def cases_of(self, sketch: Sketch, out: Out) -> tuple[Cases, Truths]:
        """Return a case for a whole sketch of the area, and who is joined in it."""
        closed, drawing = _Closed.of(self, [out]), sketch.drawing
        edge_of = _edge_of_pipe(sketch)
        pipe_open = np.ones((drawing.n_pipes, 1), dtype=bool)
        for pipe, _ in closed.core_pipes:
            pipe_open[edge_of[pipe]] = False
        is_open = np.concatenate([pipe_open, closed.is_joined, closed.source_open])
        is_steered = (drawing.required_m > 0.0) & (drawing.asked_m3_s > 0.0)
        fixed = np.where(is_steered, np.nan, drawing.asked_m3_s)[:, None]
        return Cases(is_open, self.head_m[:, None], fixed), closed.is_joined

    def _all_get_all(self, closed: _Closed, flows: Flows) -> Truths:
        """Return the cases in which every side of the core that is joined has the head that is needed behind it."""
        drawing = self.core.drawing
        edges = slice(drawing.n_pipes, drawing.n_pipes + drawing.n_consumers)
        head = flows.head_m[drawing.a[edges]] - flows.head_m[drawing.b[edges]]
        needed = self.plumbing.needed_m[self.core.consumers][:, None]
        return np.asarray(((head >= needed) | ~closed.core_joined).all(axis=0))

    def _short_flows(self, closed: _Closed, chosen: Ints, start: Floats | None) -> Flows:
        drawing = self._short.drawing
        pipe_open = np.ones((drawing.n_pipes, len(chosen)), dtype=bool)
        place = np.full(closed.source_open.shape[1], -1)
        place[chosen] = np.arange(len(chosen))
        pipes = [(self._short_edge[pipe], place[case]) for pipe, case in closed.core_pipes if place[case] >= 0]
        for edge, case in pipes:
            pipe_open[edge, case] = False
        is_open = np.concatenate([pipe_open, closed.is_joined[:, chosen], closed.source_open[:, chosen]])
        is_steered = (drawing.required_m > 0.0) & (drawing.asked_m3_s > 0.0)
        fixed = np.repeat(np.where(is_steered, np.nan, drawing.asked_m3_s)[:, None], len(chosen), axis=1)
        heads = np.repeat(self.head_m[:, None], len(chosen), axis=1)
        return solved(drawing, Cases(is_open, heads, fixed), start)


@dataclass(frozen=True, slots=True, eq=False)
class _Closed:
    """What is open and joined in each case of an area.

    `core_open` per pipe of the core; `core_joined` and `core_asked` per core side that asks; `source_open` per source;
    `is_joined` per consumer of the area; `core_pipes`: the pipes closed, as (2*row + layer, case).
    """

    core_open: Truths
    core_joined: Truths
    core_asked: Floats
    source_open: Truths
    is_joined: Truths
    core_pipes: list[tuple[int, int]]

    @classmethod
    def of(cls, area: Area, outs: Sequence[Out]) -> _Closed:
        plumbing, drawing, n_cases = area.plumbing, area.core.drawing, len(outs)
        kind, item, case = _listed(outs)
        core_open = np.ones((drawing.n_pipes, n_cases), dtype=bool)
        core_pipes = list(zip(item[kind == PIPE].tolist(), case[kind == PIPE].tolist(), strict=True))
        for pipe, at in core_pipes:
            core_open[area._core_edge[pipe], at] = False
        source_open = np.repeat(area.feeds[:, None], n_cases, axis=1)
        source_at = np.searchsorted(area.sources, item[kind == SOURCE])
        source_open[source_at, case[kind == SOURCE]] = False
        for at, out in enumerate(outs):
            source_open[np.searchsorted(area.sources, out.dead_sources), at] = False
        is_cut = _cut_off(area, kind, item, case, n_cases)
        labels = vertex_labels(drawing, core_open)
        edges = slice(drawing.n_pipes, drawing.n_pipes + drawing.n_consumers)
        joined = meets_source(drawing, labels, source_open, drawing.a[edges], drawing.b[edges])
        consumers, asking = plumbing.consumers, area.core.consumers
        by_place = np.argsort(consumers.first[asking], kind="stable")
        sizes = (consumers.stop[asking] - consumers.first[asking])[by_place]
        at_core = np.repeat(by_place, sizes)
        is_joined = joined[at_core] & ~is_cut
        asked = is_joined * consumers.asked_m3_s[area.first : area.stop][:, None]
        core_asked = np.zeros((len(asking), n_cases))
        if len(asking):
            core_asked[by_place] = np.add.reduceat(asked, np.cumsum(sizes) - sizes)
        return cls(core_open, joined, core_asked, source_open, is_joined, core_pipes)


def _listed(outs: Sequence[Out]) -> tuple[Ints, Ints, Ints]:
    """Return kind, item and case of everything that the cases close."""
    case = np.repeat(np.arange(len(outs)), [len(out.kind) for out in outs])
    kind = np.concatenate([out.kind for out in outs]) if outs else np.zeros(0, dtype=np.int64)
    item = np.concatenate([out.item for out in outs]) if outs else np.zeros(0, dtype=np.int64)
    return kind, item, case


def _cut_off(area: Area, kind: Ints, item: Ints, case: Ints, n_cases: int) -> Truths:
    """Return per consumer of the area and case whether it stands at or behind something closed."""
    consumers = area.plumbing.consumers
    is_end = kind == END
    change = np.zeros((area.n_consumers + 1, n_cases), dtype=np.int32)
    np.add.at(change, (consumers.first[item[is_end]] - area.first, case[is_end]), 1)
    np.add.at(change, (consumers.stop[item[is_end]] - area.first, case[is_end]), -1)
    is_cut: Truths = np.cumsum(change[:-1], axis=0) > 0
    alone = kind == CONSUMER
    is_cut[item[alone] - area.first, case[alone]] = True
    return is_cut


def _edge_of_pipe(sketch: Sketch) -> dict[int, int]:
    """Return the edge of each pipe of the core, pipes as 2*row + layer."""
    edges: dict[int, int] = {}
    for layer in (0, 1):
        rows = sketch.pipe_row[layer]
        edges.update({2 * row + layer: edge for edge, row in enumerate(rows.tolist()) if row >= 0})
    return edges
