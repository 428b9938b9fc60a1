"""The intact network: the heads of its sources and stations, its flows, and what each consumer gets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatnet._arrays import Floats, Ints, Truths
from heatnet.errors import HeatnetError
from heatnet.hydraulics.asking import HEAD_FACTOR, given_heads
from heatnet.hydraulics.drawings import Sketch, whole_sketch
from heatnet.hydraulics.joining import meets_source, vertex_labels
from heatnet.hydraulics.newton import Cases, Flows, solved
from heatnet.hydraulics.plumbing import Plumbing, plumbing_of
from heatnet.network import Network

_TRIALS, _ROUNDS = 32, 9


@dataclass(frozen=True, slots=True, eq=False)
class Intact:
    """The intact network in steady flow.

    Parameters
    ----------
    plumbing : Plumbing
    sketch : Sketch
        Of everything.
    flows : Flows
        Of one case.
    head_m : array of float
        Per source: given, else worked out.
    head_given, is_feeding : array of bool
        Per source: its head stands in the tables; it stands on the primary level, or is a station that such reach.
    is_joined : array of bool
        Per consumer: its two sides meet a common source.
    share : array of float
        Per consumer: the flow share of its own, 0 where it is not joined.
    side_joined : array of bool
        Per side of the sketch.
    """

    plumbing: Plumbing
    sketch: Sketch
    flows: Flows
    head_m: Floats
    head_given: Truths
    is_feeding: Truths
    is_joined: Truths
    share: Floats
    side_joined: Truths


def intact_of(network: Network) -> Intact:
    """Return the steady flow of the intact network, closed valves closed.

    Raises
    ------
    HeatnetError
        If the flow was not found, which means that a number of the tables is far outside of what pipes are.
    """
    plumbing = plumbing_of(network)
    rows = np.flatnonzero(plumbing.in_layer.any(axis=0))
    sketch = whole_sketch(plumbing, np.arange(plumbing.n_sides), rows)
    pipe_open = ~_is_shut(plumbing, sketch)[:, None]
    source_open = _feeding(plumbing, sketch, pipe_open)
    labels = vertex_labels(sketch.drawing, pipe_open)
    p, c = sketch.drawing.n_pipes, sketch.drawing.n_consumers
    at_consumers = slice(p, p + c)
    is_joined = meets_source(
        sketch.drawing, labels, source_open, sketch.drawing.a[at_consumers], sketch.drawing.b[at_consumers]
    )
    is_open = np.concatenate([pipe_open, is_joined, source_open])
    heads = given_heads(network)[plumbing.source_node]
    is_given = ~np.isnan(heads)
    heads = _heads(plumbing, sketch, is_open, heads)
    flows = solved(sketch.drawing, Cases(is_open, heads[:, None], _unsteered(sketch)[:, None]))
    if not flows.converged.all():
        raise HeatnetError(
            "the steady flow of the intact network was not found; look for lengths, diameters, loads or heads far "
            "outside of what they can be (check_network)"
        )
    share = flow_shares(sketch, flows, is_joined)[:, 0]
    side_joined = meets_source(sketch.drawing, labels, source_open, sketch.side_supply, sketch.side_return)[:, 0]
    return Intact(plumbing, sketch, flows, heads, is_given, source_open[:, 0], is_joined[:, 0], share, side_joined)


def flow_shares(sketch: Sketch, flows: Flows, is_joined: Truths) -> Floats:
    """Return per consumer and case the share of what it asks that it gets, 0 where it is not joined.

    Parameters
    ----------
    sketch : Sketch
        Whole or short.
    flows : Flows
        Its flows.
    is_joined : array of bool, shape (n_consumers, n_cases)
    """
    drawing = sketch.drawing
    chosen = slice(drawing.n_pipes, drawing.n_pipes + drawing.n_consumers)
    asked, required = drawing.asked_m3_s[:, None], drawing.required_m[:, None]
    head = flows.head_m[drawing.a[chosen]] - flows.head_m[drawing.b[chosen]]
    of_head = np.sqrt(np.clip(np.divide(head, required, out=np.ones_like(head), where=required > 0.0), 0.0, 1.0))
    by_flow = (asked > 0.0) & (required > 0.0)
    of_flow = np.divide(flows.flow_m3_s[chosen], asked, out=np.ones_like(head), where=by_flow)
    share = np.where(by_flow, np.clip(of_flow, 0.0, 1.0), of_head)
    return np.where(is_joined, share, 0.0)


def _unsteered(sketch: Sketch) -> Floats:
    """Return what consumers take that need no head or ask nothing, NaN for the others."""
    drawing = sketch.drawing
    is_steered = (drawing.required_m > 0.0) & (drawing.asked_m3_s > 0.0)
    return np.where(is_steered, np.nan, drawing.asked_m3_s)


def _is_shut(plumbing: Plumbing, sketch: Sketch) -> Truths:
    rows = sketch.pipe_row
    return np.asarray((plumbing.is_shut[rows] & (rows >= 0)).any(axis=0))


def _feeding(plumbing: Plumbing, sketch: Sketch, pipe_open: Truths) -> Truths:
    """Return which sources feed: those of the primary level, and the stations that these reach."""
    station = plumbing.source_station[sketch.sources]
    feeds = (station < 0)[:, None]
    labels = vertex_labels(sketch.drawing, pipe_open)
    of_consumer = plumbing.consumers.station[sketch.consumers]
    at = np.flatnonzero(of_consumer >= 0)
    edges = sketch.drawing.n_pipes + at
    is_live = meets_source(sketch.drawing, labels, feeds, sketch.drawing.a[edges], sketch.drawing.b[edges])
    live = np.zeros(int(plumbing.source_station.max(initial=-1)) + 1, dtype=bool)
    live[of_consumer[at]] = is_live[:, 0]
    feeds[station >= 0, 0] = live[station[station >= 0]]
    return feeds


def _heads(plumbing: Plumbing, sketch: Sketch, is_open: Truths, given: Floats) -> Floats:
    """Return the head of each source: where it is missing 1.1 x the least that serves everybody whom it reaches."""
    drawing = sketch.drawing
    missing = np.isnan(given)
    if not missing.any():
        return given
    part = _intact_parts(plumbing)
    source_part = part[plumbing.source_side]
    first = drawing.n_pipes + drawing.n_consumers
    feeds: Truths = is_open[first:, 0]
    has_feed = np.zeros(plumbing.n_sides, dtype=bool)
    has_feed[source_part[feeds]] = True
    is_cold: Truths = ~has_feed[source_part]
    feeds = np.logical_or(feeds, is_cold)  # a part without heat today: as if its stations had some
    edges = slice(drawing.n_pipes, first)
    labels = vertex_labels(drawing, is_open[: drawing.n_pipes])
    joined = meets_source(drawing, labels, feeds[:, None], drawing.a[edges], drawing.b[edges])
    is_open = np.concatenate([is_open[: drawing.n_pipes], joined, feeds[:, None]])
    needs = _Needs.of(plumbing, sketch, is_open, missing & feeds, part)
    without = np.where(missing, 0.0, given)[:, None]
    has_given = np.zeros(plumbing.n_sides, dtype=bool)
    has_given[source_part[~missing & feeds]] = True
    alone = without * ~has_given[source_part][:, None]
    least = np.maximum(needs.short_of(alone)[:, 0], 0.0)
    if has_given[source_part[missing & feeds]].any():
        least = _least_beside_given(needs, least, given, missing, source_part, has_given)
    return np.where(missing, HEAD_FACTOR * least[source_part], given)


@dataclass(frozen=True, slots=True, eq=False)
class _Needs:
    """What heads at the sources leave wanting at full flow, part by part."""

    sketch: Sketch
    is_open: Truths
    consumers: Ints
    consumer_part: Ints
    required_m: Floats
    n_parts: int

    @classmethod
    def of(cls, plumbing: Plumbing, sketch: Sketch, is_open: Truths, asked_of: Truths, part: Ints) -> _Needs:
        """Count the consumers that a source without a given head reaches."""
        drawing = sketch.drawing
        edges = slice(drawing.n_pipes, drawing.n_pipes + drawing.n_consumers)
        labels = vertex_labels(drawing, is_open[: drawing.n_pipes])
        counts = meets_source(drawing, labels, asked_of[:, None], drawing.a[edges], drawing.b[edges])[:, 0]
        required = plumbing.consumers.required_m[sketch.consumers]
        counted = np.flatnonzero(counts & (required > 0.0))
        at = part[plumbing.consumers.node[sketch.consumers[counted]]]
        return cls(sketch, is_open, counted, at, required[counted], plumbing.n_sides)

    def short_of(self, heads: Floats) -> Floats:
        """Return per part and case the head that the worst consumer lacks (below 0: has to spare); nobody: 0."""
        drawing, n_cases = self.sketch.drawing, heads.shape[1]
        is_open = np.repeat(self.is_open, n_cases, axis=1)
        fixed = np.repeat(drawing.asked_m3_s[:, None], n_cases, axis=1)
        flows = solved(drawing, Cases(is_open, heads, fixed))
        if not flows.converged.all():
            raise HeatnetError(
                "the heads of sources and stations could not be worked out: no steady flow carries what is asked; "
                "give head_m, or look for lengths and diameters far outside of what they can be (check_network)"
            )
        edge = drawing.n_pipes + self.consumers
        head = flows.head_m[drawing.a[edge]] - flows.head_m[drawing.b[edge]]
        worst = np.full((self.n_parts, n_cases), -np.inf)
        np.maximum.at(worst, self.consumer_part, self.required_m[:, None] - head)
        return np.where(np.isneginf(worst), 0.0, worst)


def _least_beside_given(
    needs: _Needs, alone: Floats, given: Floats, missing: Truths, source_part: Ints, has_given: Truths
) -> Floats:
    """Return per part the least head of its sources without one, where others of the part have theirs given.

    Between 0 and twice what they need alone, narrowed down by trials side by side.
    """
    low, high = np.zeros(len(alone)), 2.0 * alone + 10.0
    shares = (np.arange(1, _TRIALS + 1) / _TRIALS)[None, :]
    for _ in range(_ROUNDS):
        trials = low[:, None] + (high - low)[:, None] * shares
        heads = np.where(missing[:, None], trials[source_part], given[:, None])
        serves = needs.short_of(heads) <= 0.0
        serves[:, -1] = True
        first = serves.argmax(axis=1)
        width = (high - low) / _TRIALS
        low, high = low + first * width, low + (first + 1) * width
    nothing = needs.short_of(np.where(missing, 0.0, given)[:, None])[:, 0] <= 0.0
    return np.where(has_given, np.where(nothing, 0.0, high), alone)


def _intact_parts(plumbing: Plumbing) -> Ints:
    """Return per side the part that holds together with closed valves closed."""
    rows = np.flatnonzero(plumbing.in_layer.any(axis=0) & ~plumbing.is_shut)
    ones = np.ones(len(rows), dtype=np.int8)
    a, b = plumbing.end_sides[:, rows]
    graph = coo_array((ones, (a, b)), shape=(plumbing.n_sides, plumbing.n_sides))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, dtype=np.int64)
