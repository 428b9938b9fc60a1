"""The options of a plan, one measure on one asset each, as a table of named columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from heatnet._arrays import Floats, Ints, Truths


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """Columns over options, in the order of the candidates.

    Parameters
    ----------
    candidate, asset : arrays of int
        Row of the candidates; code of the asset, of which one option at most is chosen.
    is_must : array of bool
        Whether one of its asset's options has to be chosen.
    benefit, cost : arrays of float
        What it brings; money, without that of the trench.
    days : array of int
        Days that it adds to a job; of a station: of the job.
    is_trench, is_station : arrays of bool
        Whether it opens a trench; whether it is a job by itself.
    node_a, node_b : arrays of int
        Codes of its end nodes, shared only inside a street; -1 where it opens no trench.
    unit : array of int
        The unit to which it belongs.
    section : array of str
        The section that it drains; None: none.
    shut : array of float
        Households that this cuts off.
    length_m : array of float
        Route length; 0 where it opens no trench.
    worth : array of float
        What it is worth in money; 0 where nobody says.
    station : array of int
        Asset of the station that it is, or at which its trench ends; -1: none.
    """

    candidate: Ints
    asset: Ints
    is_must: Truths
    benefit: Floats
    cost: Floats
    days: Ints
    is_trench: Truths
    is_station: Truths
    node_a: Ints
    node_b: Ints
    unit: Ints
    section: npt.NDArray[np.object_]
    shut: Floats
    length_m: Floats
    worth: Floats
    station: Ints

    def __len__(self) -> int:
        return len(self.candidate)

    @property
    def n_assets(self) -> int:
        """Number of codes of assets."""
        return int(self.asset.max(initial=-1)) + 1

    @property
    def n_nodes(self) -> int:
        """Number of codes of nodes."""
        return int(max(self.node_a.max(initial=-1), self.node_b.max(initial=-1))) + 1

    def must_assets(self) -> Truths:
        """Return which assets have to be cured."""
        must = np.zeros(self.n_assets, dtype=bool)
        must[self.asset[self.is_must]] = True
        return must

    def with_benefit(self, benefit: Floats, worth: Floats) -> Options:
        """Return the same options with another benefit and worth."""
        return replace(self, benefit=benefit, worth=worth)


def trenches_of(options: Options, chosen: Ints) -> list[Ints]:
    """Return chosen options that open a trench, one group for each trench, by unit and first option."""
    trenches = np.sort(chosen[options.is_trench[chosen]])
    if not len(trenches):
        return []
    nodes, ends = np.unique(np.stack([options.node_a[trenches], options.node_b[trenches]]), return_inverse=True)
    a, b = ends.reshape(2, -1)
    joins = sparse.coo_array((np.ones(len(a)), (a, b)), shape=(len(nodes), len(nodes)))
    label = sparse.csgraph.connected_components(joins, directed=False)[1][a]
    order = np.argsort(label, kind="stable")
    groups = np.split(trenches[order], np.flatnonzero(np.diff(label[order])) + 1)
    return sorted(groups, key=lambda group: (int(options.unit[group[0]]), int(group[0])))


def joined_options(parts: Sequence[Options], units: Sequence[int]) -> Options:
    """Return options of several summers behind each other, none of which shares assets, nodes or units with another.

    `units` holds the number of units of each part.
    """
    shifts = {
        "asset": _before([part.n_assets for part in parts]),
        "station": _before([part.n_assets for part in parts]),
        "node_a": _before([part.n_nodes for part in parts]),
        "node_b": _before([part.n_nodes for part in parts]),
        "unit": _before(units),
    }

    def column(name: str) -> Any:
        columns = [getattr(part, name) for part in parts]
        if name in shifts:
            columns = [np.where(one >= 0, one + shift, -1) for one, shift in zip(columns, shifts[name], strict=True)]
        return np.concatenate(columns)

    return Options(**{field.name: column(field.name) for field in fields(Options)})


def _before(sizes: Sequence[int]) -> list[int]:
    return [sum(sizes[:number]) for number in range(len(sizes))]
