"""Units: streets, connected pieces of the nameless street and lone stations, in which options interact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from heatnet._arrays import Ints, Truths
from heatnet.planning.model.streets import StreetRule
from heatnet.planning.model.summers import Terms


@dataclass(frozen=True, slots=True)
class Unit:
    """A street, a piece of the nameless street or a lone station, in one period."""

    street: str | None
    family: int
    period: int
    rule: StreetRule | None
    options: Ints
    job_cost: float
    setup_days: int


def node_codes(table: pd.DataFrame, is_trench: Truths) -> tuple[Ints, Ints]:
    """End nodes as codes that are shared only by trenches on one street; an unknown end is shared by none."""
    opens = np.flatnonzero(is_trench)
    street, node, asset = (
        pd.factorize(np.concatenate([table[name].to_numpy(dtype=object)[opens] for name in names]))[0].astype(np.int64)
        for names in (("street", "street"), ("from_node", "to_node"), ("asset_id", "asset_id"))
    )
    # Measures of one asset with unknown ends share them.
    side = np.repeat([1, 2], len(opens))
    pairs = np.where(node < 0, -(2 * asset + side), (street + 1) * (node.max(initial=0) + 1) + node)
    ends = np.full((2, len(table)), -1, dtype=np.int64)
    ends[:, opens] = pd.factorize(pairs)[0].reshape(2, -1)
    return ends[0], ends[1]


def unit_codes(table: pd.DataFrame, is_trench: Truths, node_a: Ints, node_b: Ints) -> Ints:
    """Return the unit of each option: its street; else its connected piece, else its asset; in the order of options."""
    streets, assets = table["street"].tolist(), table["asset_id"].tolist()
    nameless = np.array([street is None for street in streets], dtype=bool) & is_trench
    n_nodes = int(max(node_a.max(initial=-1), node_b.max(initial=-1))) + 1
    a, b = node_a[nameless], node_b[nameless]
    joins = sparse.coo_array((np.ones(len(a)), (a, b)), shape=(n_nodes, n_nodes))
    piece_of_node = sparse.csgraph.connected_components(joins, directed=False)[1]
    piece = {assets[one]: int(piece_of_node[node_a[one]]) for one in np.flatnonzero(nameless).tolist()}
    keys = [
        ("street", street) if street is not None else ("piece", piece.get(asset, asset))
        for street, asset in zip(streets, assets, strict=True)
    ]
    codes: dict[tuple[str, str | int], int] = {}
    return np.array([codes.setdefault(key, len(codes)) for key in keys], dtype=np.int64)


def units_of(table: pd.DataFrame, unit: Ints, terms: Terms) -> tuple[Unit, ...]:
    """Return units by their codes, each with its options and the terms of its street."""
    order = np.argsort(unit, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(unit[order])) + 1) if len(order) else []
    streets = table["street"].tolist()
    units = []
    for number, options in enumerate(parts):
        street = streets[int(options[0])]
        cost = terms.prices.job_cost * (1 - (terms.prices.dig_saving if terms.is_shared(street) else 0.0))
        units.append(Unit(street, number, 0, terms.rule_of(street), options.astype(np.int64), cost, terms.setup_days))
    return tuple(units)
