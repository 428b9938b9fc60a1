"""The drawn network as the tables of an inventory, with the gaps that inventories have."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.synthetic.blocks import Blocks
from heatnet.synthetic.ground import INSULATIONS, LAYINGS, MATERIALS, SOILS, Ground
from heatnet.synthetic.ids import Ids, numbered, text_column, worded
from heatnet.synthetic.layout import Layout
from heatnet.synthetic.names import chinese_number, place_names
from heatnet.synthetic.pipes import RISER, TRUNK
from heatnet.synthetic.primary import grid_streets
from heatnet.synthetic.valves import draw_valves

_KINDS = ("source", "station", "junction", "building")
_BLOCKS_PER_COMMUNITY = 2
_WALL_MM = ((50.0, 3.5), (100.0, 4.0), (150.0, 4.5), (200.0, 6.0), (300.0, 7.0), (500.0, 8.0), (1e9, 10.0))
_FIRST_ACCEPTED = 2012  # earlier acceptance protocols were not kept


def valve_table(rng: np.random.Generator, layout: Layout, ids: Ids) -> pd.DataFrame:
    """Return the valves as a table."""
    valves = draw_valves(rng, layout)
    ends = np.stack([layout.pipes.from_node, layout.pipes.to_node])
    return pd.DataFrame(
        {
            "valve_id": text_column(numbered("V", len(valves.segment), 5)),
            "segment_id": ids.segments.take(valves.segment),
            "node_id": ids.nodes.take(ends[valves.end, valves.segment]),
            "is_operable": valves.is_operable,
            "is_open": valves.is_open,
        }
    )


def street_names(blocks: Blocks, layout: Layout) -> list[str]:
    """Return the name of each street: lines of the grid in two halves each, block streets, lanes."""
    lines = blocks.rows + blocks.cols + 2
    names = place_names(lines + blocks.count)
    streets = []
    for line in range(blocks.rows + 1):
        streets += [f"{names[line]}西路", f"{names[line]}东路"]
    for line in range(blocks.rows + 1, lines):
        streets += [f"{names[line]}南街", f"{names[line]}北街"]
    of_block = names[lines:]
    streets += [f"{name}路" for name in of_block]
    lanes = np.bincount(layout.pipes.street[layout.pipes.role == TRUNK] - grid_streets(blocks), minlength=blocks.count)
    lanes = lanes - np.bincount(
        layout.pipes.street[layout.is_return & (layout.pipes.role == TRUNK)] - grid_streets(blocks),
        minlength=blocks.count,
    )
    for name, count in zip(of_block, lanes.tolist(), strict=True):
        streets += [f"{name}{chinese_number(number)}巷" for number in range(1, count + 1)]
    return streets


def community_of(blocks: Blocks) -> Ints:
    """Return the community of each block: neighbours in a row share one."""
    key = blocks.row * (blocks.cols + 1) + blocks.col // _BLOCKS_PER_COMMUNITY
    community: Ints = np.unique(key, return_inverse=True)[1].astype(np.int64)
    return community


def node_table(rng: np.random.Generator, blocks: Blocks, layout: Layout, ids: Ids, block_year: Floats) -> pd.DataFrame:
    """Return sources, stations, junctions and buildings as a table; a few cells are empty."""
    pipes, count = layout.pipes, layout.n_nodes
    at = layout.buildings
    years, households = block_year[pipes.block[at]], layout.households[at]
    built = np.rint(years + rng.normal(-1.0, 2.0, len(at)))
    area = np.rint(households * rng.uniform(82.0, 108.0, len(at)))
    watts = np.select([built < 1990, built < 2005], [50.0, 44.0], 36.0) * rng.uniform(0.9, 1.1, len(at))
    cooling = np.select([built < 1990, built < 2005], [36.0, 46.0], 64.0) * rng.uniform(0.8, 1.2, len(at))
    priority = np.where(rng.random(len(at)) < 0.012, 3.0, 1.0)
    built_year = _spread(count, at, _gaps(rng, built, 0.02))
    built_year[layout.stations] = block_year
    names = place_names(blocks.rows + blocks.cols + 2 + blocks.count)[blocks.rows + blocks.cols + 2 :]
    community = community_of(blocks)
    first = np.unique(community, return_index=True)[1]
    words = [f"{names[block]}社区" for block in first.tolist()]
    code = np.where(pipes.block < 0, -1, community[pipes.block])
    return pd.DataFrame(
        {
            "node_id": ids.nodes,
            "kind": worded(_KINDS, layout.node_kind.astype(np.int64)),
            "x_m": pipes.x_m,
            "y_m": pipes.y_m,
            "households": _spread(count, at, _gaps(rng, households, 0.003)),
            "load_kw": _spread(count, at, _gaps(rng, np.round(area * watts / 1000.0, 1), 0.01)),
            "area_m2": _spread(count, at, _gaps(rng, area, 0.01)),
            "cooling_h": _spread(count, at, _gaps(rng, np.round(cooling, 1), 0.05)),
            "built_year": built_year,
            "community": worded(words, code),
            "name": worded((), np.full(count, -1)),
            "priority": _spread(count, at, priority, 1.0),
            "owner": worded(("热力公司",), np.where(layout.node_kind < 2, 0, -1)),
            "accepted_on": np.full(count, np.datetime64("NaT", "s")),
            "head_m": np.full(count, np.nan),
            "required_head_m": np.full(count, np.nan),
        },
        copy=False,  # each column is made for this table
    )


def segment_table(rng: np.random.Generator, blocks: Blocks, layout: Layout, ground: Ground, ids: Ids) -> pd.DataFrame:
    """Return the segments as a table, in the state after the last works; a few cells are empty."""
    pipes, count = layout.pipes, layout.n_segments
    line = np.where(layout.is_return, 2, np.where(layout.twin >= 0, 1, 0))
    wall = np.array([wall for _, wall in _WALL_MM])[
        np.searchsorted([limit for limit, _ in _WALL_MM], layout.diameter_mm)
    ]
    is_steel = ground.material < 2
    lost = np.minimum(0.035 * (2026 - ground.laid_year) * ground.frailty**0.5, 0.75 * wall)
    is_measured = is_steel & (rng.random(count) < 0.02)
    is_known = rng.random((3, count)) > 0.015
    is_private = (pipes.role == RISER) & (rng.random(int(pipes.run.max()) + 1)[pipes.run] < 0.25)
    laid_year = _gaps(rng, ground.laid_year, 0.03)
    return pd.DataFrame(
        {
            "segment_id": ids.segments,
            "from_node": ids.nodes.take(pipes.from_node),
            "to_node": ids.nodes.take(pipes.to_node),
            "length_m": layout.length_m,
            "diameter_mm": layout.diameter_mm,
            "laid_year": laid_year,
            "level": worded(("primary", "secondary"), np.where(layout.is_primary, 0, 1)),
            "line": worded(("pair", "supply", "return"), line),
            "material": worded(MATERIALS, np.where(is_known[0], ground.material, -1)),
            "insulation": worded(INSULATIONS, np.where(is_known[1], ground.insulation, -1)),
            "laying": worded(LAYINGS, ground.laying),
            "street": worded(street_names(blocks, layout), pipes.street),
            "wall_mm": np.where(is_steel, wall, np.nan),
            "wall_left_mm": np.where(is_measured, np.round(wall - lost, 1), np.nan),
            "soil_corrosion": worded(SOILS, np.where(is_known[2], ground.soil, -1)),
            "is_flooded": pd.array(ground.is_flooded, dtype="boolean"),
            "is_crossing": pd.array(ground.is_crossing, dtype="boolean"),
            "owner": worded(("热力公司", "小区业主"), is_private.astype(np.int64)),
            "accepted_on": _accepted(rng, laid_year),
            "heat_loss_w_m": np.full(count, np.nan),
            "roughness_mm": np.full(count, np.nan),
            "geometry": worded(("",), np.full(count, -1)),
        },
        copy=False,  # each column is made for this table
    )


def _accepted(rng: np.random.Generator, laid_year: Floats) -> npt.NDArray[np.datetime64]:
    """Return days of acceptance: in the autumn of the year in which a pipe was laid."""
    is_known = laid_year >= _FIRST_ACCEPTED
    year = np.where(is_known, laid_year, _FIRST_ACCEPTED).astype(np.int64)
    autumn = ((year - 1970) * 12 + 8).astype("datetime64[M]").astype("datetime64[D]")
    day = autumn + rng.integers(0, 40, len(year))
    return np.where(is_known, day, np.datetime64("NaT", "D")).astype("datetime64[s]")


def _gaps(rng: np.random.Generator, values: Floats, share: float) -> Floats:
    """Return the values with that share of them unknown."""
    is_lost: Truths = rng.random(len(values)) < share
    return np.where(is_lost, np.nan, values)


def _spread(count: int, at: Ints, values: Floats, elsewhere: float = np.nan) -> Floats:
    """Return a column of that length with the values at their places."""
    column = np.full(count, elsewhere)
    column[at] = values
    return column
