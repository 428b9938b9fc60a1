"""What is true in a drawn city and stands in no table of its inventory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet.network import Integers, Network, Truths
from heatnet.synthetic.contacts import P_CLEAR, P_IMPAIRED, REASONS
from heatnet.synthetic.layout import Layout
from heatnet.synthetic.seasons import Past


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true in a drawn city and stands in no table of its inventory.

    Parameters
    ----------
    fault_rate : DataFrame
        Index ``asset_id``, a column per season (the recorded ones and the next): expected faults of the asset in that
        season. The recorded faults are Poisson with it. The next season is as it comes without any cure.
    is_impaired : DataFrame
        Index ``asset_id``, a column per season, true where the asset is impaired; the next season likewise.
    is_building_troubled : DataFrame
        Index ``building_id``, a column per season, true where the building's own risers, balance or envelope
        leave it cold.
    households_behind : Series
        By ``asset_id``: households whose least-resistance supply path holds the asset.
    cold_reason : Series
        By ``visit_id``: why the visit was cold (network, station, building, household, other, late start), empty
        where it was warm.
    households : Series
        By ``building_id``: households of the building, also where the inventory does not say.
    p_clear, p_impaired : float
        Probability that a visit is cold when nothing, or something, on the path of its building is impaired.
    """

    fault_rate: pd.DataFrame
    is_impaired: pd.DataFrame
    is_building_troubled: pd.DataFrame
    households_behind: pd.Series[float]
    cold_reason: pd.Series[str]
    households: pd.Series[float]
    p_clear: float
    p_impaired: float


def truth_of(network: Network, layout: Layout, past: Past, troubled: Truths, reason: Integers) -> Truth:
    """Return the truth about assets, buildings and visits, by their ids."""
    seasons = list(past.seasons)
    building_ids = network.node_ids[layout.buildings].rename("building_id")
    visit_ids = pd.Index([f"C{number:06d}" for number in range(1, len(reason) + 1)], name="visit_id")
    behind = layout.tree.sum_up(layout.households)
    through = np.zeros(network.n_assets)
    supplied = np.flatnonzero(layout.entering >= 0)
    through[layout.entering[supplied]] = behind[supplied]
    through[network.n_segments :] = behind[layout.stations]
    return Truth(
        fault_rate=pd.DataFrame(past.fault_rate, index=network.asset_ids, columns=seasons),
        is_impaired=pd.DataFrame(past.is_impaired, index=network.asset_ids, columns=seasons),
        is_building_troubled=pd.DataFrame(troubled, index=building_ids, columns=seasons),
        households_behind=pd.Series(through, index=network.asset_ids),
        cold_reason=pd.Series(np.array(REASONS, dtype=object)[reason], index=visit_ids),
        households=pd.Series(layout.households[layout.buildings], index=building_ids),
        p_clear=P_CLEAR,
        p_impaired=P_IMPAIRED,
    )


def impaired_on_path(layout: Layout, past: Past) -> tuple[Truths, Truths]:
    """Return building by season: an impaired segment, and an impaired station, on the supply path."""
    by_segment = past.is_impaired[layout.entering] & (layout.entering >= 0)[:, None]
    by_station = np.zeros_like(by_segment)
    by_station[layout.stations] = past.is_impaired[layout.n_segments :]
    buildings = layout.buildings
    return layout.tree.spread_down(by_segment)[buildings], layout.tree.spread_down(by_station)[buildings]


def stations_of(layout: Layout) -> Integers:
    """Return for each asset the place of its station among the stations, -1 on the primary level."""
    of_segment = np.where(layout.is_primary, -1, layout.pipes.block[layout.pipes.to_node])
    return np.append(of_segment, np.arange(len(layout.stations)))
