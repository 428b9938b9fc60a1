"""The supply path of one building, with names."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.network import Network
from heatnet.reachability.paths import supply_paths


@typed
def supply_path(network: Network, building_id: str) -> pd.DataFrame:
    """Return the assets on the path of least resistance from a source to a building, the source's first.

    The resistance of a path is the sum of ``length_m / diameter_mm**5``; a station adds nothing and is passed only from
    its primary to its secondary side. No path runs through a closed valve; return rows carry none.

    Parameters
    ----------
    network : Network
        The network.
    building_id : str
        The building; any other node will do as well.

    Returns
    -------
    DataFrame
        Index ``asset_id`` from the source outwards; columns ``asset_kind``, ``length_m`` and ``diameter_mm`` (missing
        at stations). Empty where no path reaches the building.

    Raises
    ------
    HeatnetError
        If no node has this id.

    Examples
    --------
    >>> from heatnet.examples import yard
    >>> supply_path(yard(), "C").index.tolist()
    ['main', 'W', 'lane', 'c']
    """
    node = int(network.node_positions([building_id])[0])
    if node < 0:
        raise HeatnetError(f"building_id {building_id!r} is no node of the network; take one of nodes.node_id")
    path = supply_paths(network).path_of(node)
    is_segment = path < network.n_segments
    segment = np.where(is_segment, path, 0)
    columns = {
        name: np.where(is_segment, values[segment], np.nan) if len(path) else np.empty(0)
        for name, values in (("length_m", network.length_m), ("diameter_mm", network.diameter_mm))
    }
    return pd.DataFrame({"asset_kind": network.asset_kind[path], **columns}, index=network.asset_ids[path])
