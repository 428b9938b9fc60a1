"""The steady flow of many cases of one drawing, by safeguarded Newton steps on the convex content.

With ``A`` the conservation of flow at every vertex, the flows ``x`` minimise the content

    sum of F_e(x_e)   where   A x = 0,   F_e' = f_e the head that edge e takes at flow x_e

    pipe      f(x) = r*x*|x|
    consumer  f(x) = required*(x/q)^2 for 0 <= x <= q, a wall at 0 and at q
    source    f(x) = -head, from its return to its supply side, a wall at 0 (check valve)

F is convex, so the flow is unique where it matters. A step solves the linearised edges ``x' = x + (dh - f)/f'`` with
conservation (Todini and Pilati's global gradient), which keeps ``A x = 0`` exactly. The first steps are whole ones,
consumers then moved back between their walls: nearly every case ends so in about ten. A case that takes longer has its
steps shortened where the content would not fall along them, which ends for certain, and one that takes very long leaps
now and then. Walls are steep, not vertical: a flow passes them by less than 1e-8 of what is asked.

Sources: E. Todini, S. Pilati, "A gradient algorithm for the analysis of pipe networks" (1988); J. Collins et al.,
"Solving the pipe network analysis problem using optimization techniques", Management Science 24 (1978) 747-760;
pressure-dependent delivery: J. Wagner et al., "Water distribution reliability", J. Water Resour. Plan. Manage. 114
(1988).
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from heatnet._arrays import Floats, Ints, Truths
from heatnet.hydraulics.elimination import Elimination, Sums

_WALL = 1e9
_SOURCE_SLOPE = 1e-6
_LEAST_M3_S = 1e-4
_ROUNDING = 1e-12
_TOLERANCE = 1e-8
_MOST_STEPS = 200
_LEAPS_FIRST, _PATIENT_STEPS, _LEAP_EVERY = 20, 60, 3
_NUMBERS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """Vertices and edges: pipes, then consumers (supply to return side), then sources (return to supply side).

    Parameters
    ----------
    n_vertices, n_pipes, n_consumers, n_sources : int
        How many there are.
    a, b : array of int
        Per edge: the vertices at its ends; flow counts positive from a to b.
    resistance, floor_m3_s : array of float
        Per pipe: r in m/(m3/s)^2; the flow below which it counts as slow.
    asked_m3_s, required_m : array of float
        Per consumer: what it asks, the head with which it gets all of it. Where the latter is 0 or nothing is
        asked the flow is what is asked, whatever the head.
    elimination : Elimination
        Of these edges.
    """

    n_vertices: int
    n_pipes: int
    n_consumers: int
    n_sources: int
    a: Ints
    b: Ints
    resistance: Floats
    floor_m3_s: Floats
    asked_m3_s: Floats
    required_m: Floats
    elimination: Elimination
    out_of: Sums
    into: Sums

    @classmethod
    def of(
        cls,
        n_vertices: int,
        pipes: tuple[Ints, Ints, Floats, Floats],
        consumers: tuple[Ints, Ints, Floats, Floats],
        sources: tuple[Ints, Ints],
    ) -> Drawing:
        """Return the drawing of these pipes (a, b, r, floor), consumers (a, b, asked, required), sources (a, b)."""
        a = np.concatenate([pipes[0], consumers[0], sources[0]])
        b = np.concatenate([pipes[1], consumers[1], sources[1]])
        counts = (len(pipes[0]), len(consumers[0]), len(sources[0]))
        elimination = Elimination.of(a, b, n_vertices)
        return cls(n_vertices, *counts, a, b, pipes[2], pipes[3], *consumers[2:], elimination, Sums.of(a), Sums.of(b))


class Cases(NamedTuple):
    """What differs between the cases.

    `is_open` per edge; `head_m` per source; `fixed_m3_s` per consumer: what it takes whatever the head, NaN where the
    head decides. Shapes (edges, cases), (sources, cases), (consumers, cases).
    """

    is_open: Truths
    head_m: Floats
    fixed_m3_s: Floats


class Flows(NamedTuple):
    """Flows (n_edges, n_cases), heads (n_vertices, n_cases), steps taken and whether each case converged."""

    flow_m3_s: Floats
    head_m: Floats
    converged: Truths
    steps: Ints


def solved(drawing: Drawing, cases: Cases, start_m3_s: Floats | None = None) -> Flows:
    """Return the steady flow of every case.

    Parameters
    ----------
    drawing : Drawing
        What all cases share.
    cases : Cases
        Open edges, heads of the sources, flows that no head decides.
    start_m3_s : array of float, shape (n_edges,), optional
        Flows to start from, e.g. of a like case.

    Returns
    -------
    Flows
        A case that did not converge is marked, its numbers mean nothing.
    """
    n_cases = cases.is_open.shape[1]
    width = max(1, _NUMBERS_AT_ONCE // max(1, drawing.elimination.n_entries + 8 * len(drawing.a)))
    parts = []
    for first in range(0, n_cases, width):
        chosen = slice(first, first + width)
        part = Cases(cases.is_open[:, chosen], cases.head_m[:, chosen], cases.fixed_m3_s[:, chosen])
        parts.append(_solved_together(drawing, part, start_m3_s))
    if len(parts) == 1:
        return parts[0]
    if not parts:
        nothing = np.zeros(0)
        shapes = (len(drawing.a), 0), (drawing.n_vertices, 0)
        return Flows(np.zeros(shapes[0]), np.zeros(shapes[1]), nothing.astype(bool), nothing.astype(np.int64))
    return Flows(*(np.concatenate(arrays, axis=-1) for arrays in zip(*parts, strict=True)))


class _Edges:
    """The edges of the cases still at work: heads taken and slopes at given flows."""

    def __init__(self, drawing: Drawing, cases: Cases) -> None:
        self.drawing = drawing
        is_open, self.head, fixed = cases
        p, c = drawing.n_pipes, drawing.n_consumers
        self.pipes, self.consumers, self.sources = slice(0, p), slice(p, p + c), slice(p + c, None)
        self.resistance, self.floor = drawing.resistance[:, None], drawing.floor_m3_s[:, None]
        self.asked = drawing.asked_m3_s[:, None]
        self.required = drawing.required_m[:, None]
        self.curve = np.divide(self.required, self.asked**2, out=np.zeros_like(self.asked), where=self.asked > 0.0)
        self.wall = 2.0 * _WALL * self.curve * self.asked
        is_fixed = ~np.isnan(fixed)
        total = (np.where(is_fixed, fixed, self.asked) * is_open[self.consumers]).sum(axis=0)
        self.highest = np.abs(self.head).max(axis=0, initial=1.0)
        self.steepness = self.highest / np.maximum(total, _LEAST_M3_S)
        self.rounding = _ROUNDING * self.highest / self.steepness  # a flow below it may be none
        # Columns lie together: most of what is computed has one number per edge and few cases.
        self.is_open, self.is_fixed = np.asfortranarray(is_open), np.asfortranarray(is_fixed)

    def only(self, kept: Ints) -> _Edges:
        """Return the edges of these cases."""
        few = copy(self)
        few.is_open, few.head, few.is_fixed = self.is_open[:, kept], self.head[:, kept], self.is_fixed[:, kept]
        few.steepness, few.highest, few.rounding = self.steepness[kept], self.highest[kept], self.rounding[kept]
        return few

    def taken(self, flow: Floats) -> Floats:
        """Return the head that each edge takes at these flows."""
        taken: Floats = np.abs(flow)
        taken[self.pipes] *= self.resistance * flow[self.pipes]
        x = flow[self.consumers]
        inside = np.minimum(np.maximum(x, 0.0), self.asked)
        beyond = x - inside
        beyond *= self.wall
        np.add(self.curve * inside * inside, beyond, out=taken[self.consumers])
        x = flow[self.sources]
        taken[self.sources] = _WALL * self.steepness * np.where(x < -self.rounding, x, 0.0) - self.head
        return taken

    def slope(self, flow: Floats) -> Floats:
        """Return how fast the head taken rises with the flow."""
        slope: Floats = np.abs(flow)
        of_pipes = slope[self.pipes]
        np.multiply(2.0 * self.resistance, np.maximum(of_pipes, self.floor), out=of_pipes)
        x = flow[self.consumers]
        is_inside = (x >= 0.0) & (x < self.asked)
        slope[self.consumers] = np.where(is_inside, 2.0 * self.curve * np.maximum(x, 1e-6 * self.asked), self.wall)
        slope[self.sources] = np.where(flow[self.sources] >= -self.rounding, _SOURCE_SLOPE, _WALL) * self.steepness
        return slope

    def between(self, heads: Floats) -> Floats:
        """Return the head between the two ends of each edge."""
        between: Floats = heads.take(self.drawing.a, axis=0)
        between -= heads.take(self.drawing.b, axis=0)
        return between


def _solved_together(drawing: Drawing, cases: Cases, start_m3_s: Floats | None) -> Flows:
    edges = _Edges(drawing, cases)
    n_cases = cases.is_open.shape[1]
    at_work = np.arange(n_cases)
    flow = _start(drawing, cases, start_m3_s)
    result = Flows(
        np.zeros_like(flow),
        np.zeros((drawing.n_vertices, n_cases)),
        np.zeros(n_cases, dtype=bool),
        np.zeros(n_cases, dtype=np.int64),
    )
    for step in range(1, _MOST_STEPS + 1):
        flow_next, heads, between = _newton_step(edges, flow)
        settled = _settled(edges, flow_next, between)
        done = at_work[settled]
        result.flow_m3_s[:, done], result.head_m[:, done] = flow_next[:, settled], heads[:, settled]
        result.converged[done], result.steps[done] = True, step
        left = np.flatnonzero(~settled)
        if not len(left):
            break
        if len(left) < len(at_work):
            at_work, flow, flow_next = at_work[left], flow[:, left], flow_next[:, left]
            edges = edges.only(left)
        if step <= _LEAPS_FIRST or (step > _PATIENT_STEPS and step % _LEAP_EVERY == 0):
            flow = _leap(edges, flow_next)
        else:
            flow = _safeguarded(edges, flow, flow_next - flow)
    return result


def _leap(edges: _Edges, flow: Floats) -> Floats:
    """Return the flows after a whole step, those of consumers moved back between their walls.

    Steps that are shortened at one consumer's wall after the other can crawl for ever a hair from the answer. A whole
    step need not lower the content, and conservation is for the next one to restore; what counts as solved is judged
    by the laws alone.
    """
    flow = flow.copy()
    flow[edges.consumers] = np.where(
        edges.is_fixed, flow[edges.consumers], np.clip(flow[edges.consumers], 0.0, edges.asked)
    )
    return flow


def _start(drawing: Drawing, cases: Cases, start_m3_s: Floats | None) -> Floats:
    flow = np.zeros(cases.is_open.shape, order="F")
    edge = np.empty(len(drawing.a))
    p, c = drawing.n_pipes, drawing.n_consumers
    if start_m3_s is None:
        edge[:p], edge[p : p + c], edge[p + c :] = 1000.0 * drawing.floor_m3_s, drawing.asked_m3_s, 0.0
    else:
        edge[:] = start_m3_s
        slow = 100.0 * drawing.floor_m3_s
        edge[:p] = np.where(np.abs(edge[:p]) < slow, np.copysign(slow, edge[:p]), edge[:p])
    flow[:] = edge[:, None]
    flow[p : p + c] = np.where(np.isnan(cases.fixed_m3_s), flow[p : p + c], cases.fixed_m3_s)
    flow[~cases.is_open] = 0.0
    return flow


def _newton_step(edges: _Edges, flow: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the flows of the linearised edges, which keep conservation, the heads, and those between edges' ends."""
    drawing = edges.drawing
    slope = edges.slope(flow)
    gives = edges.is_open & (slope > 0.0)
    gives[edges.consumers] &= ~edges.is_fixed
    conductance = np.divide(1.0, slope, out=np.zeros_like(slope), where=gives)
    base = edges.taken(flow)
    base *= conductance
    np.subtract(flow, base, out=base)
    base[~edges.is_open] = 0.0
    inflow = np.zeros((drawing.n_vertices, flow.shape[1]))
    drawing.out_of.add(-base, inflow)
    drawing.into.add(base, inflow)
    heads = drawing.elimination.heads(conductance, inflow)
    between = edges.between(heads)
    conductance *= between
    base += conductance
    _balance_sources(drawing, base, slope[edges.sources] <= edges.steepness)
    return base, heads, between


def _balance_sources(drawing: Drawing, flow: Floats, gives: Truths) -> None:
    """Set what a source gives to what leaves its supply side: as a sum, not as a small head by a small loss.

    At its wall the head tells better than a sum of nearly nothing.
    """
    first = drawing.n_pipes + drawing.n_consumers
    at_wall = flow[first:].copy()
    flow[first:] = 0.0
    leaves = np.zeros((drawing.n_vertices, flow.shape[1]))
    drawing.out_of.add(flow, leaves)
    drawing.into.add(-flow, leaves)
    flow[first:] = np.where(gives, leaves[drawing.b[first:]], at_wall)


def _settled(edges: _Edges, flow: Floats, between: Floats) -> Truths:
    """Return which cases are solved: each edge takes the head between its ends, each consumer gets its share of it."""
    tolerance_m = _TOLERANCE * edges.highest
    x = flow[edges.pipes]
    off = np.where(edges.is_open[edges.pipes], edges.resistance * x * np.abs(x) - between[edges.pipes], 0.0)
    settled: Truths = np.abs(off).max(axis=0, initial=0.0) <= tolerance_m
    if settled.any():
        settled &= _consumers_fit(edges, flow[edges.consumers], between[edges.consumers])
        settled &= _sources_fit(edges, flow[edges.sources], between[edges.sources], tolerance_m)
    return settled


def _consumers_fit(edges: _Edges, flow: Floats, between: Floats) -> Truths:
    """Return the cases in which each consumer gets its share of the head between its ends, between its walls."""
    asks = (edges.curve > 0.0) & ~edges.is_fixed & edges.is_open[edges.consumers]
    inside = np.clip(flow, 0.0, edges.asked)
    share = np.divide(inside, edges.asked, out=np.zeros(asks.shape), where=asks)
    of_head = np.divide(between, edges.required, out=np.zeros(asks.shape), where=asks)
    off = np.abs(share * share - np.clip(of_head, 0.0, 1.0)) - 1e-8 * share - 1e-12
    beyond = np.abs(flow - inside) * edges.wall - 2.0 * np.abs(between) - edges.required  # the head that walls take
    fit: Truths = np.where(asks, np.maximum(off, beyond), 0.0).max(axis=0, initial=0.0) <= 0.0
    return fit


def _sources_fit(edges: _Edges, flow: Floats, between: Floats, tolerance_m: Floats) -> Truths:
    """Return the cases in which each source gives at its head, or is shut by a higher one."""
    above = -edges.head - between
    wall = _WALL * edges.steepness * np.where(flow < -edges.rounding, flow, 0.0)
    little = 1e-7 * edges.highest / edges.steepness + 1e-4 * edges.drawing.floor_m3_s.min(initial=1.0)
    holds = np.abs(wall - edges.head - between) <= 10.0 * tolerance_m
    is_shut = (flow >= -little) & (above >= -10.0 * tolerance_m)
    is_fit = np.where(flow > little, holds, is_shut)
    fit: Truths = (is_fit | ~edges.is_open[edges.sources]).all(axis=0)
    return fit


def _safeguarded(edges: _Edges, flow: Floats, step: Floats) -> Floats:
    """Return the flows after the step, shortened where the content would rise at its end."""
    taken, whole = edges.taken(flow), flow + step
    at_start, at_end = (taken * step).sum(axis=0), (edges.taken(whole) * step).sum(axis=0)
    taken *= flow
    noise = 1e-9 * edges.highest**2 / edges.steepness + 1e-12 * np.abs(taken).sum(axis=0)
    long = np.flatnonzero((at_start < 0.0) & (at_end > 0.5 * np.abs(at_start) + noise))
    if len(long):
        few, x, d = edges.only(long), flow[:, long], step[:, long]
        share = _shortened(few, x, d, 0.5 * np.abs(at_start[long]) + noise[long])
        whole[:, long] = x + share * d
    return whole


def _shortened(edges: _Edges, flow: Floats, step: Floats, tolerance: Floats) -> Floats:
    """Return the share of each step at which the content ceases to fall, by halving."""
    share = np.ones(flow.shape[1])
    low, high = np.zeros_like(share), np.ones_like(share)
    is_long = np.ones(len(share), dtype=bool)
    for _ in range(30):
        share = np.where(is_long, 0.5 * (low + high), share)
        falls = (edges.taken(flow + share * step) * step).sum(axis=0)
        low = np.where(is_long & (falls < 0.0), share, low)
        high = np.where(is_long & (falls >= 0.0), share, high)
        is_long &= np.abs(falls) > tolerance
        if not is_long.any():
            break
    return share
