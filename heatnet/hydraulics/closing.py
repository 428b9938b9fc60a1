"""What each outage closes: ends, pipes of the core, consumers and sources, by the thing that is drained.

A *unit* is what is drained at once: a section (isolated by sections) or one pipe (isolated by segments). A case is what
the outage of a row takes out: the units of its pipes. Rows that drain the same are one case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from heatnet._arrays import AnyInts, Ints
from heatnet.graph.ranges import group_by
from heatnet.hydraulics.plumbing import Plumbing
from heatnet.network import Network
from heatnet.reachability.parts import Parts, section_parts

END, PIPE, CONSUMER, SOURCE = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Closings:
    """What goes with each unit, and the units of each case.

    Parameters
    ----------
    kind, item, starts : array of int
        The things that go with unit u stand at ``starts[u]:starts[u + 1]``: an end (its side), a pipe of the core
        (``2*row + layer``), a consumer (its position) or a source.
    supply_rows, supply_row_starts, supply_sides, supply_side_starts : array of int
        Likewise the rows and the sides that are drained in the supply layer.
    case_units : array of int, shape (2, n_cases)
        The units of each case, -1: none.
    case_row : array of int
        The first row of each case.
    row_case : array of int
        The case of each row.
    """

    kind: Ints
    item: Ints
    starts: Ints
    supply_rows: Ints
    supply_row_starts: Ints
    supply_sides: Ints
    supply_side_starts: Ints
    case_units: Ints
    case_row: Ints
    row_case: Ints

    def of_case(self, case: int) -> tuple[Ints, Ints]:
        """Return kinds and items of what the case closes; what goes with both its units may stand there twice."""
        at = self._at(self.starts, case)
        return _joined(self.kind, at), _joined(self.item, at)

    def drained_in_supply(self, case: int) -> tuple[Ints, Ints]:
        """Return the rows and the sides that the case drains in the supply layer."""
        rows, sides = self._at(self.supply_row_starts, case), self._at(self.supply_side_starts, case)
        return _joined(self.supply_rows, rows), _joined(self.supply_sides, sides)

    def _at(self, starts: Ints, case: int) -> list[slice]:
        units = self.case_units[:, case].tolist()
        return [slice(*starts[unit : unit + 2].tolist()) for unit in units if unit >= 0]


def _joined(things: Ints, stretches: list[slice]) -> Ints:
    """Return what stands at these stretches."""
    if len(stretches) == 1:
        return things[stretches[0]]
    return np.concatenate([things[stretch] for stretch in stretches]) if stretches else things[:0]


def closings_of(
    network: Network, plumbing: Plumbing, isolate: Literal["segment", "section"], parts: Parts | None = None
) -> Closings:
    """Return what every outage of a row closes; with `parts` these are the sections."""
    n_segments = network.n_segments
    if isolate == "section":
        parts = section_parts(network) if parts is None else parts
        pipe_unit = np.broadcast_to(parts.pipe_unit, (2, n_segments)).astype(np.int64)
        point_unit = np.broadcast_to(parts.point_part, (2, plumbing.n_sides)).astype(np.int64)
        n_units = parts.n_parts
    else:
        pipe_unit = np.arange(2 * n_segments).reshape(2, n_segments)
        pipe_unit = np.where(np.stack([network.in_supply, network.in_return]), pipe_unit, -1)
        point_unit = np.full((2, plumbing.n_sides), -1)
        n_units = 2 * n_segments
    kind, item, unit = _things(plumbing, pipe_unit, point_unit)
    order, starts = group_by(unit, n_units)
    pairs = np.sort(pipe_unit, axis=0)
    _, first, row_case = np.unique(
        (pairs[0] + 1) * (n_units + 1) + pairs[1] + 1, return_index=True, return_inverse=True
    )
    units = pipe_unit[:, first].copy()
    units[1, units[0] == units[1]] = -1
    rows, row_starts = _by_unit(pipe_unit[0], n_units)
    sides, side_starts = _by_unit(point_unit[0], n_units)
    return Closings(
        kind[order].astype(np.int64),
        item[order].astype(np.int64),
        starts.astype(np.int64),
        rows,
        row_starts,
        sides,
        side_starts,
        units,
        first,
        row_case.reshape(-1),
    )


def _by_unit(unit: Ints, n_units: int) -> tuple[Ints, Ints]:
    """Return the things of each unit, and where those of a unit start; things without a unit are left out."""
    known = np.flatnonzero(unit >= 0)
    order, starts = group_by(unit[known], n_units)
    return known[order], starts.astype(np.int64)


def _things(plumbing: Plumbing, pipe_unit: Ints, point_unit: Ints) -> tuple[AnyInts, AnyInts, AnyInts]:
    """Return kind, item and unit of everything that goes with a unit."""
    ends = plumbing.ends
    end = np.flatnonzero(ends.parent >= 0)
    found: list[tuple[int, Ints, Ints]] = []
    for layer in (0, 1):
        found.append((END, end, pipe_unit[layer, ends.rows[layer, end]]))
        found.append((END, end, point_unit[layer, end]))
        found.append((END, end, point_unit[layer, ends.parent[end]]))
        is_core = (ends.parent[plumbing.end_sides] < 0).all(axis=0)
        row = np.flatnonzero(plumbing.in_layer[layer] & is_core)
        found.append((PIPE, 2 * row + layer, pipe_unit[layer, row]))
        found.extend((PIPE, 2 * row + layer, point_unit[layer, side[row]]) for side in plumbing.end_sides)
        consumer = np.arange(len(plumbing.consumers.node))
        found.append((CONSUMER, consumer, point_unit[layer, plumbing.consumers.node]))
        source = np.arange(len(plumbing.source_side))
        found.append((SOURCE, source, point_unit[layer, plumbing.source_side]))
    kind = np.concatenate([np.full(len(item), one) for one, item, _ in found])
    item = np.concatenate([item for _, item, _ in found])
    unit = np.concatenate([unit for _, _, unit in found])
    known = unit >= 0
    return kind[known], item[known], unit[known]
