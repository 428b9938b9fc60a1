"""Parts of the network as drawings for the solver: whole, with ends drawn together, or the core alone.

*Whole*: every side has its vertices. *Short*: an end behind which one consumer hangs is drawn together with it, which
changes nothing: pipes in a row with a consumer, ``r*q^2 + required*(q/asked)^2``, are a consumer that needs the head
``required + r*asked^2``. *Core*: all that hangs on a core side takes its full flow there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet._arrays import Floats, Ints, Truths
from heatnet.hydraulics.newton import Drawing
from heatnet.hydraulics.plumbing import Plumbing


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """A drawing and what its vertices and edges stand for.

    Parameters
    ----------
    drawing : Drawing
    pipe_row : array of int, shape (2, n_pipes)
        The row of the supply pipe and of the return pipe that each edge stands for, -1: none.
    pipe_a, pipe_b : array of int
        Sides at its ends.
    consumers : array of int
        What the consumers stand for: positions in `Plumbing.consumers` (whole, short) or core sides (core).
    sources : array of int
        Positions of the sources.
    sides : array of int
        The sides drawn.
    side_supply, side_return : array of int
        Vertices of each of these.
    is_mirrored : bool
        Whether every row is a pair, so that one vertex stands for all return sides.
    """

    drawing: Drawing
    pipe_row: Ints
    pipe_a: Ints
    pipe_b: Ints
    consumers: Ints
    sources: Ints
    sides: Ints
    side_supply: Ints
    side_return: Ints
    is_mirrored: bool


def whole_sketch(plumbing: Plumbing, sides: Ints, rows: Ints) -> Sketch:
    """Return these sides and the rows between them, with every end."""
    is_end = plumbing.ends.parent[sides] >= 0
    vertices = _Vertices.of(plumbing, sides[~is_end], sides[is_end], rows)
    consumers = _consumers_at(plumbing, sides)
    at = plumbing.consumers.node[consumers]
    required = plumbing.consumers.required_m[consumers]
    return _sketch(plumbing, vertices, rows, consumers, at, required, plumbing.consumers.asked_m3_s[consumers])


def short_sketch(plumbing: Plumbing, sides: Ints, rows: Ints) -> Sketch:
    """Return the same with every end behind which one consumer hangs drawn together with it."""
    ends, consumers = plumbing.ends, plumbing.consumers
    count = consumers.stop - consumers.first
    is_end = ends.parent[sides] >= 0
    vertices = _Vertices.of(plumbing, sides[~is_end], sides[is_end & (count[sides] > 1)], rows)
    of_part = _consumers_at(plumbing, sides)
    at, resistance = consumers.node[of_part].copy(), np.zeros(len(of_part))
    while True:
        inside = np.flatnonzero(~vertices.are_drawn(at))
        if not len(inside):
            break
        resistance[inside] += plumbing.resistance[ends.rows[:, at[inside]]].sum(axis=0)
        at[inside] = ends.parent[at[inside]]
    required = consumers.required_m[of_part]
    more = np.where(required > 0.0, resistance * consumers.asked_m3_s[of_part] ** 2, 0.0)
    return _sketch(plumbing, vertices, rows, of_part, at, required + more, consumers.asked_m3_s[of_part])


def core_sketch(plumbing: Plumbing, sides: Ints, rows: Ints) -> Sketch:
    """Return the core; its consumers are the core sides behind which anything hangs."""
    core = sides[plumbing.ends.parent[sides] < 0]
    vertices = _Vertices.of(plumbing, core, core[:0], rows)
    asking = core[plumbing.consumers.stop[core] > plumbing.consumers.first[core]]
    return _sketch(plumbing, vertices, rows, asking, asking, np.ones(len(asking)), plumbing.full_m3_s[asking])


@dataclass(frozen=True, slots=True, eq=False)
class _Vertices:
    """The vertices of the sides that are drawn, in the supply and in the return layer.

    `sides` as they are drawn; `by_number` and `place`: the same in rising order, and where each stands in `sides`;
    `supply` and `back`: per drawn side. Where every row is a pair both layers mirror each other: one vertex stands for
    all return sides, and rows count twice.
    """

    count: int
    sides: Ints
    by_number: Ints
    place: Ints
    supply: Ints
    back: Ints
    is_mirrored: bool

    @classmethod
    def of(cls, plumbing: Plumbing, core: Ints, ends: Ints, rows: Ints) -> _Vertices:
        is_mirrored = bool(plumbing.in_layer[:, rows].all())
        sides, first = np.concatenate([core, ends]), len(core) + (1 if is_mirrored else len(core))
        place = np.argsort(sides)
        supply = np.append(np.arange(len(core)), first + np.arange(len(ends)))
        back = np.full(len(sides), len(core)) if is_mirrored else np.arange(len(core), len(core) + len(sides))
        self = cls(first + len(ends), sides, sides[place], place, supply, back, is_mirrored)
        if not is_mirrored:
            back[len(core) :] = back[self._at(plumbing.ends.root[ends])]
        return self

    def _at(self, sides: Ints) -> Ints:
        """Return where drawn sides stand among those that are drawn."""
        return self.place[np.searchsorted(self.by_number, sides)]

    def are_drawn(self, sides: Ints) -> Truths:
        """Return which of these sides are drawn."""
        return _are_among(self.by_number, sides)

    def at(self, layer: Ints | int, sides: Ints) -> Ints:
        """Return the vertices of drawn sides in the supply (0) or the return layer (1)."""
        place = self._at(sides)
        return np.where(np.equal(layer, 0), self.supply[place], self.back[place])


@dataclass(frozen=True, slots=True, eq=False)
class _PipeEdges:
    row: Ints
    a: Ints
    b: Ints
    layer: Ints
    resistance: Floats
    slow: Floats


def _pipes(plumbing: Plumbing, vertices: _Vertices, rows: Ints) -> _PipeEdges:
    """Return the pipes between drawn sides: of the core layer by layer, to ends as one of both pipes."""
    ends = plumbing.ends
    drawn_ends = vertices.sides[ends.parent[vertices.sides] >= 0]
    between_core = (ends.parent[plumbing.end_sides[:, rows]] < 0).all(axis=0)
    core_rows = rows[between_core & vertices.are_drawn(plumbing.end_sides[:, rows]).all(axis=0)]
    layers = (0,) if vertices.is_mirrored else (0, 1)
    row, layer = [ends.rows[:, drawn_ends]], [np.zeros(len(drawn_ends), dtype=np.int64)]
    a, b = [ends.parent[drawn_ends]], [drawn_ends]
    for one in layers:
        found = core_rows[plumbing.in_layer[one, core_rows]]
        both = np.full((2, len(found)), -1)
        both[one] = found
        if vertices.is_mirrored:
            both[1] = found
        row.append(both)
        layer.append(np.full(len(found), one))
        a.append(plumbing.end_sides[0, found])
        b.append(plumbing.end_sides[1, found])
    rows_of = np.concatenate(row, axis=1)
    resistance = np.where(rows_of >= 0, plumbing.resistance[rows_of], 0.0).sum(axis=0)
    return _PipeEdges(
        row=rows_of,
        a=np.concatenate(a),
        b=np.concatenate(b),
        layer=np.concatenate(layer),
        resistance=resistance,
        slow=plumbing.slow_m3_s[rows_of.max(axis=0)],
    )


def _sketch(
    plumbing: Plumbing,
    vertices: _Vertices,
    rows: Ints,
    consumers: Ints,
    at: Ints,
    required_m: Floats,
    asked_m3_s: Floats,
) -> Sketch:
    """Return the drawing of the vertices, with these consumers at sides `at`."""
    pipes = _pipes(plumbing, vertices, rows)
    sources = np.flatnonzero(vertices.are_drawn(plumbing.source_side))
    source_at = plumbing.source_side[sources]
    drawing = Drawing.of(
        vertices.count,
        (vertices.at(pipes.layer, pipes.a), vertices.at(pipes.layer, pipes.b), pipes.resistance, pipes.slow),
        (vertices.at(0, at), vertices.at(1, at), asked_m3_s, required_m),
        (vertices.at(1, source_at), vertices.at(0, source_at)),
    )
    drawn = (vertices.sides, vertices.supply, vertices.back)
    return Sketch(drawing, pipes.row, pipes.a, pipes.b, consumers, sources, *drawn, vertices.is_mirrored)


def _consumers_at(plumbing: Plumbing, sides: Ints) -> Ints:
    """Return the consumers that stand at these sides; those behind a core side stand side by side."""
    core = sides[plumbing.ends.parent[sides] < 0]
    first, stop = plumbing.consumers.first[core], plumbing.consumers.stop[core]
    near = np.arange(first.min(initial=len(plumbing.consumers.node)), stop.max(initial=0))
    return near[_are_among(np.sort(sides), plumbing.consumers.node[near])]


def _are_among(those: Ints, sides: Ints) -> Truths:
    """Return which sides are among those, which rise."""
    if not len(those):
        return np.zeros(sides.shape, dtype=bool)
    return np.asarray(those[np.minimum(np.searchsorted(those, sides), len(those) - 1)] == sides)
