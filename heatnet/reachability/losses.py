"""The table of what every single outage takes away."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet._typed import typed
from heatnet.network import Network
from heatnet.reachability.cut_off import Isolation, isolation, outages_of_parts
from heatnet.reachability.parts import section_parts, segment_parts
from heatnet.reachability.sections import drained_length, valves_to_close


@typed
def supply_loss(network: Network, isolate: Isolation | None = None) -> pd.DataFrame:
    """Return what the outage of every segment and every station takes away.

    Exact, for all assets at once. *Served* means connected to a source, in supply and in return; whether pipes and
    pumps carry enough is not checked. What the intact network does not serve is not lost.

    Parameters
    ----------
    network : Network
        The network.
    isolate : {None, "segment", "section"}
        ``"segment"``: the row alone is out. ``"section"``: each pipe of the row drains its whole section, bounded by
        operable valves. None: sections where the network has a valve, operable or not, else segments.

    Returns
    -------
    DataFrame
        Index ``asset_id``: the segments, then the stations, in table order. Columns ``asset_kind``,
        ``buildings_lost`` (whole numbers), ``households_lost`` and ``load_lost_kw`` (missing values of a building
        count as 0), ``drained_m`` (length of all rows with a drained pipe, each once) and ``valves_to_close`` (ends of
        segments with an operable valve between a drained and a filled part). In segment mode the length is the row's
        own and no valve is counted.

    Raises
    ------
    HeatnetError
        If `isolate` is another word.

    Examples
    --------
    >>> from heatnet.examples import line
    >>> supply_loss(line())["households_lost"].to_dict()
    {'S': 50.0, 'T': 30.0}
    """
    isolate = isolation(network, isolate)
    # In the order of the tables: all sums are of integers, so the order of rows cannot show.
    weights = np.stack([np.ones(network.n_nodes), network.households, network.load_kw], axis=1)
    parts = section_parts(network) if isolate == "section" else segment_parts(network)
    lost = outages_of_parts(network, parts, isolate).lost(weights)
    drained_m, valves = np.zeros(network.n_assets), np.zeros(network.n_assets, dtype=np.int64)
    drained_m[: network.n_segments] = network.length_m
    if isolate == "section":
        drained_m[: network.n_segments] = drained_length(network, parts)
        valves[: network.n_segments] = valves_to_close(network, parts)
    return pd.DataFrame(
        {
            "asset_kind": network.asset_kind,
            "buildings_lost": lost[:, 0].astype(np.int64),
            "households_lost": lost[:, 1],
            "load_lost_kw": lost[:, 2],
            "drained_m": drained_m,
            "valves_to_close": valves,
        },
        index=network.asset_ids,
    )
