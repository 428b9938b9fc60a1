"""What a working valve is worth where pipes and pumps carry only so much: households short of heat."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Truths
from heatnet._typed import typed
from heatnet.hydraulics.outages import OutageWork
from heatnet.hydraulics.supply import NORM_SHARE, heat_shares_in, served_buildings, short_of_heat
from heatnet.network import Network, computed_in_id_order
from heatnet.reachability.cut_off import outages_of_parts
from heatnet.reachability.parts import Parts, section_parts
from heatnet.reachability.valves import valve_value as valve_value_by_connection
from heatnet.reachability.valves import worth_of_valves


@typed
@computed_in_id_order
def valve_value(
    network: Network,
    *,
    rates: pd.Series[float] | None = None,
    capacity: bool = False,
    norm_share: float = NORM_SHARE,
) -> pd.DataFrame:
    """Return what repairing each stuck valve, or a new valve at each end without one, is worth; best first.

    The worth is the drop of ``sum(rate x households)`` over all assets, outages being isolated by sections: households
    that are cut off, or with `capacity` those whose heat share is below the norm (`outage_supply`). Exact: the same as
    evaluating the network anew with that one valve working.

    Parameters
    ----------
    network : Network
        The network.
    rates : Series of float, optional
        Expected outages of each asset, by ``asset_id``; an asset that is not named has none. None: one per km of
        segment, none at stations, so that only the order and ratios mean something.
    capacity : bool
        Count households that pipes and pumps leave short of heat. Half a minute for a city, and longer by an
        `outage_supply` for each valve that is stuck closed.
    norm_share : float
        A home whose heat share is below it is short, 0 to 1; with `capacity` alone.

    Returns
    -------
    DataFrame
        One row per stuck valve (``measure`` repair) and per end of a segment without a valve (new), by falling
        ``households_saved``, then by id. Columns ``measure``, ``valve_id`` (missing for new), ``segment_id``,
        ``node_id`` and ``households_saved``: below 0 where a valve does harm, as the repair of one that is stuck closed
        may (it lets more buildings be served, so that there is more to lose), or, with `capacity`, a smaller section
        (pipes left in place can draw flow away); missing where an outage concerned has no steady flow.

    Raises
    ------
    HeatnetError
        If `rates` names an unknown asset, or holds a negative or missing number; with `capacity` if the intact network
        has no steady flow.

    Examples
    --------
    >>> from heatnet.examples import line
    >>> valve_value(line()).loc[0, ["segment_id", "node_id", "households_saved"]].to_dict()
    {'segment_id': 'T', 'node_id': 'B', 'households_saved': 4.0}
    """
    if not capacity:
        return valve_value_by_connection(network, rates=rates)
    return worth_of_valves(network, rates, _ShortOfHeat(network, norm_share))


class _ShortOfHeat:
    """Households whose heat share is below the norm, those cut off included."""

    def __init__(self, network: Network, norm_share: float) -> None:
        self._network, self._norm_share = network, norm_share
        self._work = OutageWork(network, "section")
        self._buildings = served_buildings(network)

    def of_sections(self, parts: Parts, rows: Truths) -> Floats:
        """Return the households that each asset's outage leaves short with these sections, of segments in `rows`."""
        self._work.drain_by(parts)
        flows = self._work.answer(None if rows.all() else rows)
        shares = heat_shares_in(self._network, flows, self._buildings)
        cut = outages_of_parts(self._network, parts, "section")
        return short_of_heat(shares, cut, self._network.households, self._norm_share)

    def of_repair(self, valve: int) -> Floats:
        """Return the households that each asset's outage leaves short with one valve (by position) repaired."""
        operable = self._network.valve_operable.copy()
        operable[valve] = True
        repaired = self._network.replace(valves=self._network.valves.assign(is_operable=operable))
        anew = _ShortOfHeat(repaired, self._norm_share)
        return anew.of_sections(section_parts(repaired), np.ones(repaired.n_segments, dtype=bool))
