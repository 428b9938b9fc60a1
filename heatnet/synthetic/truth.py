"""What is true in a drawn city and stands in no table of its inventory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet._arrays import Ints, Truths
from heatnet.synthetic.contacts import P_CLEAR, P_IMPAIRED, REASONS
from heatnet.synthetic.felt import OUTAGE_SHARE, Felt
from heatnet.synthetic.ids import Ids, text_column
from heatnet.synthetic.layout import Layout
from heatnet.synthetic.seasons import Past

_BITS = 32


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
    deficit_k : Series
        By ``asset_id``: degrees below 18 degC in the homes behind the asset while it is impaired.
    outage_h : Series
        By ``asset_id``: mean hours until heat is back after a fault that cuts homes off.
    outage_share : float
        Share of the faults that cut homes off.
    heat_loss_w_m : Series
        By ``segment_id``: heat lost per metre of route in the coming season.
    """

    fault_rate: pd.DataFrame
    is_impaired: pd.DataFrame
    is_building_troubled: pd.DataFrame
    households_behind: pd.Series[float]
    cold_reason: pd.Series[str]
    households: pd.Series[float]
    p_clear: float
    p_impaired: float
    deficit_k: pd.Series[float]
    outage_h: pd.Series[float]
    outage_share: float
    heat_loss_w_m: pd.Series[float]


def truth_of(
    layout: Layout, ids: Ids, past: Past, troubled: Truths, visits: pd.DataFrame, reason: Ints, felt: Felt
) -> Truth:
    """Return the truth about assets, buildings and visits, by their ids."""
    seasons = list(past.seasons)
    asset_ids = pd.Index(ids.assets, name="asset_id")
    building_ids = pd.Index(ids.nodes.take(layout.buildings), name="building_id")
    visit_ids = pd.Index(visits["visit_id"])
    behind = layout.tree.sum_up(layout.households)
    through = np.zeros(len(asset_ids))
    supplied = np.flatnonzero(layout.entering >= 0)
    through[layout.entering[supplied]] = behind[supplied]
    through[layout.n_segments :] = behind[layout.stations]
    return Truth(
        fault_rate=pd.DataFrame(past.fault_rate, index=asset_ids, columns=seasons, copy=False),
        is_impaired=pd.DataFrame(past.is_impaired, index=asset_ids, columns=seasons, copy=False),
        is_building_troubled=pd.DataFrame(troubled, index=building_ids, columns=seasons, copy=False),
        households_behind=pd.Series(through, index=asset_ids),
        cold_reason=pd.Series(text_column(REASONS).take(reason), index=visit_ids),
        households=pd.Series(layout.households[layout.buildings], index=building_ids),
        p_clear=P_CLEAR,
        p_impaired=P_IMPAIRED,
        deficit_k=pd.Series(felt.deficit_k, index=asset_ids),
        outage_h=pd.Series(felt.outage_h, index=asset_ids),
        outage_share=OUTAGE_SHARE,
        heat_loss_w_m=pd.Series(felt.heat_loss_w_m, index=pd.Index(ids.segments, name="segment_id")),
    )


def impaired_on_path(layout: Layout, past: Past) -> tuple[Truths, Truths]:
    """Return building by season: an impaired segment, and an impaired station, on the supply path."""
    n_seasons = len(past.seasons)
    behind = np.zeros((2, n_seasons, len(layout.buildings)), dtype=bool)
    is_entered = layout.entering >= 0
    for first in range(0, n_seasons, _BITS):  # each season is one bit, so that all walk down the tree together
        seasons = range(first, min(first + _BITS, n_seasons))
        bits = np.zeros(len(past.is_impaired), dtype=np.uint32)
        for k in seasons:
            bits |= past.is_impaired[:, k].astype(np.uint32) << np.uint32(k - first)
        by_segment = bits.take(layout.entering) * is_entered
        by_station = np.zeros_like(by_segment)
        by_station[layout.stations] = bits[layout.n_segments :]
        for of_kind, marks in zip(behind, (by_segment, by_station), strict=True):
            spread = layout.tree.spread_down(marks).take(layout.buildings)
            for k in seasons:
                of_kind[k] = spread >> np.uint32(k - first) & np.uint32(1)
    return behind[0].T, behind[1].T
