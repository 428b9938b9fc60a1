"""Who is joined to whom: whether a consumer's two sides meet a common source, in every case."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatnet._arrays import Ints, Truths
from heatnet.hydraulics.newton import Drawing


def vertex_labels(drawing: Drawing, pipe_open: Truths) -> Ints:
    """Return per vertex and case the number of the part that open pipes hold together; cases share no number.

    Parameters
    ----------
    drawing : Drawing
    pipe_open : array of bool, shape (n_pipes, n_cases)
    """
    is_whole = np.asarray(pipe_open.all(axis=0))
    if is_whole.sum() < 2:
        return _labels(drawing, pipe_open)
    whole, parted = np.flatnonzero(is_whole), np.flatnonzero(~is_whole)
    few = np.append(parted, whole[0])  # where all pipes are open the parts are the same
    found = _labels(drawing, pipe_open[:, few])
    labels = np.empty((drawing.n_vertices, len(is_whole)), dtype=np.int64)
    labels[:, parted] = found[:, :-1]
    first = found[:, -1].min(initial=0)  # the last case has the highest numbers
    width = found[:, -1].max(initial=0) - first + 1
    labels[:, whole] = found[:, [-1]] + width * np.arange(len(whole))
    return labels


def _labels(drawing: Drawing, pipe_open: Truths) -> Ints:
    n_cases = pipe_open.shape[1]
    pipe, case = np.nonzero(pipe_open)
    offset = case * drawing.n_vertices
    a, b = drawing.a[pipe] + offset, drawing.b[pipe] + offset
    size = drawing.n_vertices * n_cases
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, dtype=np.int64).reshape(n_cases, drawing.n_vertices).T


def meets_source(
    drawing: Drawing, labels: Ints, source_open: Truths, supply_vertex: Ints, return_vertex: Ints
) -> Truths:
    """Return per pair of vertices and case whether a source in place is joined to the one and, behind it, the other.

    Parameters
    ----------
    drawing : Drawing
    labels : array of int
        Of `vertex_labels`.
    source_open : array of bool, shape (n_sources, n_cases)
        Whether it feeds.
    supply_vertex, return_vertex : array of int
        The pairs.
    """
    n_labels = int(labels.max(initial=0)) + 1
    first = drawing.n_pipes + drawing.n_consumers
    source_return, source_supply = drawing.a[first:], drawing.b[first:]
    keys = (labels[source_supply] * n_labels + labels[source_return])[source_open]
    asked = labels[supply_vertex] * n_labels + labels[return_vertex]
    return np.isin(asked, np.unique(keys))
