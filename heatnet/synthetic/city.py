"""A sample city: drawn, with known truth; no row of it comes from a real network or a real person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
import pandas as pd

from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.network import Network
from heatnet.season import checked_season
from heatnet.synthetic.blocks import draw_blocks
from heatnet.synthetic.contacts import draw_contacts
from heatnet.synthetic.felt import draw_felt, felt_faults, felt_segments, felt_visits, lacking_at_visits
from heatnet.synthetic.ground import block_years, draw_ground
from heatnet.synthetic.ids import ids_of
from heatnet.synthetic.inventory import node_table, segment_table, street_names, valve_table
from heatnet.synthetic.layout import draw_layout
from heatnet.synthetic.records import (
    by_date,
    dig_table,
    draw_faults,
    fault_table,
    makeup_table,
    visit_table,
    work_table,
)
from heatnet.synthetic.seasons import building_troubles, live_through
from heatnet.synthetic.truth import Truth, impaired_on_path, truth_of

RECIPES = (1, 2)
LATEST_RECIPE = RECIPES[-1]
_PUBLISHED_KM, _PUBLISHED_VISITED = 1854.0, 3651
_MOST_KM, _MOST_SEASONS = 100_000.0, 100
_LEAST_KM_PER_STATION = 1.0


@dataclass(frozen=True, eq=False)
class City:
    """A drawn city: the tables of its inventory, ready to be written, its network, and beside them the truth.

    Parameters
    ----------
    nodes, segments, valves, visits, faults, works, digs, makeup : DataFrame
        The tables of the inventory, in standard columns and types.
    truth : Truth
        What the tables do not tell.
    """

    nodes: pd.DataFrame
    segments: pd.DataFrame
    valves: pd.DataFrame
    visits: pd.DataFrame
    faults: pd.DataFrame
    works: pd.DataFrame
    digs: pd.DataFrame
    makeup: pd.DataFrame
    truth: Truth

    @cached_property
    def network(self) -> Network:
        """The network of `nodes`, `segments` and `valves`, built when first asked for."""
        return Network(self.nodes, self.segments, self.valves)

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables of the inventory by name."""
        names = ("nodes", "segments", "valves", "visits", "faults", "works", "digs", "makeup")
        return MappingProxyType({name: getattr(self, name) for name in names})


@typed
def make_city(
    *,
    length_km: float = _PUBLISHED_KM,
    stations: int = 83,
    visited_households: int | None = None,
    first_season: int = 2016,
    last_season: int = 2025,
    recipe: int = LATEST_RECIPE,
    rng: int | np.random.Generator = 0,
) -> City:
    """Return a drawn city with known truth.

    Streets, communities, pipes, households and records are made up. Only the totals of the default size are real:
    the 1,854 km of pipe, 83 stations and 3,651 visited households that Jiayuguan has published.

    Parameters
    ----------
    length_km : float
        Sum of ``length_m`` of all segments, met to the decimetre.
    stations : int
        Number of stations; about 20 km of pipe to each looks like a city, at least 1 km is needed.
    visited_households : int, optional
        Different households visited in the last season; half as many in the first. Default: 3,651 in 1,854 km
        and in proportion elsewhere, at most half of all households.
    first_season, last_season : int
        Seasons of the records. Works end with the summer before `last_season`; digs are announced for the summer
        after its heating.
    recipe : {2, 1}
        How the city is drawn. 2: mains are sized for what flows in them, rooms are as cold as what is impaired makes
        them, crews write what they think the cause is, faults have hours until heat is back. 1: none of these; kept so
        that figures can be compared with earlier ones.
    rng : int or numpy.random.Generator
        The same seed gives the same city.

    Raises
    ------
    HeatnetError
        A recipe that there is not, no station, less than 1 km of pipe per station, seasons that end before they start,
        no visited household or more of them than households.

    Examples
    --------
    >>> city = make_city(length_km=12, stations=1, rng=3)
    >>> print(round(city.segments["length_m"].sum(), 3), len(city.network.station_nodes), len(city.tables))
    12000.0 1 8
    """
    _refuse_impossible(length_km, stations, first_season, last_season)
    if recipe not in RECIPES:
        raise HeatnetError(f"There is no recipe {recipe}: take one of {', '.join(map(str, RECIPES))}.")
    seasons = tuple(range(first_season, last_season + 2))
    streams = np.random.default_rng(rng).spawn(6)
    blocks = draw_blocks(streams[0], length_km, stations)
    layout = draw_layout(streams[0], blocks, length_km, recipe)
    visited = _visited(visited_households, length_km, float(layout.households.sum()))
    block_year = block_years(streams[1], blocks, first_season)
    ground = draw_ground(streams[1], layout, block_year, first_season - 1)
    past = live_through(streams[2], layout, ground, block_year, seasons)
    troubled = building_troubles(streams[4], len(layout.buildings), len(seasons))
    behind = (*impaired_on_path(layout, past), troubled)
    contacts = by_date(draw_contacts(streams[4], layout.households[layout.buildings], behind, seasons[:-1], visited))
    ids = ids_of(layout)
    faults = draw_faults(streams[3], layout, past)
    visits, reason = visit_table(streams[4], layout, ids, contacts), contacts.reason
    felt = draw_felt(streams[5], layout, past.ground, last_season + 1)
    city = City(
        nodes=node_table(streams[1], blocks, layout, ids, block_year),
        segments=segment_table(streams[1], blocks, layout, past.ground, ids),
        valves=valve_table(streams[1], layout, ids),
        visits=visits,
        faults=fault_table(streams[3], layout, ids, faults),
        works=work_table(streams[3], layout, ids, past, faults),
        digs=dig_table(streams[3], layout, street_names(blocks, layout), last_season + 1),
        makeup=makeup_table(streams[3], layout, ids, past),
        truth=truth_of(layout, ids, past, troubled, visits, reason, felt),
    )
    if recipe == 1:
        return city
    lacking_k = lacking_at_visits(layout, past, felt, contacts)
    return replace(
        city,
        segments=felt_segments(streams[5], city.segments, felt),
        faults=felt_faults(streams[5], city.faults),
        visits=felt_visits(streams[5], visits, reason, lacking_k),
    )


def _refuse_impossible(length_km: float, stations: int, first_season: int, last_season: int) -> None:
    if stations < 1:
        raise HeatnetError(f"A city needs at least one station, not {stations}.")
    if not length_km >= _LEAST_KM_PER_STATION * stations:
        raise HeatnetError(
            f"{length_km:g} km of pipe are too short for {stations} stations: "
            f"give at least {_LEAST_KM_PER_STATION:g} km to each."
        )
    if not length_km <= _MOST_KM:
        raise HeatnetError(f"{length_km:g} km of pipe are more than any city has: give at most {_MOST_KM:,.0f}.")
    for season in (first_season, last_season):
        checked_season(season)
    if last_season < first_season:
        raise HeatnetError(f"The last season, {last_season}, lies before the first, {first_season}.")
    if last_season - first_season >= _MOST_SEASONS:
        raise HeatnetError(f"{first_season} to {last_season} are more seasons than anybody records: give fewer.")


def _visited(wanted: int | None, length_km: float, households: float) -> int:
    if wanted is None:
        return max(1, min(round(_PUBLISHED_VISITED * length_km / _PUBLISHED_KM), int(households // 2)))
    if not 0 < wanted <= households:
        raise HeatnetError(
            f"{wanted} households cannot be visited: this city has {households:.0f}. Give a number from 1 to that."
        )
    return wanted
