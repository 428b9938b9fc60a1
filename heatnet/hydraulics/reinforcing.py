"""What would help in an outage: pipes to widen, ties to build, what each gives back and what it costs."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from heatnet._typed import typed
from heatnet.hydraulics.newton import Flows
from heatnet.hydraulics.one_outage import OneOutage, wider_mm
from heatnet.hydraulics.supply import NORM_SHARE
from heatnet.hydraulics.ties import promising_ties, with_tie
from heatnet.network import Network
from heatnet.reachability.cut_off import isolation
from heatnet.value import Prices

_MONEY = ["flow_share", "gain", "households_short", "cost", "cost_per_point"]
_COLUMNS = {
    "widen": [
        *("diameter_mm", "wider_mm", "length_m", "velocity_m_s", "head_loss_m"),
        *_MONEY,
        *("together_share", "together_cost"),
    ],
    "tie": ["from_node", "to_node", "level", "diameter_mm", "length_m", *_MONEY],
}
_INDEX = {"widen": "segment_id", "tie": "tie"}


@typed
def reinforcements(
    network: Network,
    asset_id: str,
    *,
    isolate: Literal["segment", "section"] | None = None,
    measure: Literal["widen", "tie"] = "widen",
    most: int = 20,
    norm_share: float = NORM_SHARE,
    prices: Prices | None = None,
) -> pd.DataFrame:
    """Return what would help in the outage of an asset: pipes to widen or ties to build, what each brings and costs.

    To widen: the rows that take most head in the outage, each made two nominal diameters wider (above DN 1400 by a
    quarter). To tie: new pairs between a node that lacks head and one near it that has it, as wide as the narrower of
    the widest rows at both, 1.3 x the beeline long, with a valve at each end that is opened in outages alone. Pumps
    keep their head. Every gain is that of the outage solved anew.

    Parameters
    ----------
    network : Network
        The network.
    asset_id : str
        The segment or station that is out.
    isolate : {None, "segment", "section"}
        As in `supply_loss`.
    measure : {"widen", "tie"}
        What to look for.
    most : int
        How many are tried: rows that lose most head, ties that promise most flow for their cost.
    norm_share : float
        A home whose heat share is below it is short.
    prices : Prices, optional
        ``cost_per_m``: c0 + c1*diameter_mm a metre, without job costs. None: the defaults.

    Returns
    -------
    DataFrame
        The greatest gain first. Both: ``flow_share`` of the outage then, ``gain`` (that less the flow share today; it
        can be below 0), ``households_short`` then, ``cost``, ``cost_per_point`` (cost of each hundredth of the flow
        share gained; missing where nothing is). To widen: index ``segment_id``, also ``diameter_mm``, ``wider_mm``,
        ``length_m``, ``velocity_m_s`` and ``head_loss_m`` (of both pipes) in the outage, ``together_share`` and
        ``together_cost`` (this row and all above it). To tie: index ``tie`` from 1, also ``from_node`` (has head),
        ``to_node`` (lacks it), ``level``, ``diameter_mm``, ``length_m``. Empty where the outage closes nothing that
        carries, or no tie is to be found. `attrs`: ``flow_share`` and ``households_short`` of the outage today.

    Raises
    ------
    HeatnetError
        No asset has this id, the outage has no steady flow, or ties are asked for where nodes have no ``x_m, y_m``.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"], "load_kw": [None, 4190.0],
    ...                       "head_m": [20.0, None]})
    >>> segments = pd.DataFrame({"segment_id": ["S", "T"], "from_node": "A", "to_node": "B", "length_m": 1000.0,
    ...                          "diameter_mm": [250.0, 100.0]})
    >>> wider = reinforcements(Network(nodes, segments), "S")
    >>> wider[["wider_mm", "gain", "cost"]].round(2).to_dict("index")
    {'T': {'wider_mm': 150.0, 'gain': 0.4, 'cost': 1800000.0}}
    """
    ordered, prices = network.in_id_order, prices or Prices()
    outage = OneOutage(ordered, asset_id, isolation(ordered, isolate))
    if outage.part < 0:
        return pd.DataFrame(columns=_COLUMNS[measure], index=pd.Index([], name=_INDEX[measure]), dtype=np.float64)
    before = outage.flows()
    today, short = outage.arrives(before, norm_share)
    found = (_widened if measure == "widen" else _tied)(outage, before, most, norm_share)
    c0, c1 = prices.cost_per_m
    new_mm = found["wider_mm" if measure == "widen" else "diameter_mm"]
    found["gain"] = found["flow_share"] - today
    found["cost"] = found["length_m"] * (c0 + c1 * new_mm)
    found["cost_per_point"] = (found["cost"] / (100.0 * found["gain"])).where(found["gain"] > 1e-9)
    found = found.sort_values("gain", ascending=False, kind="stable")
    if measure == "widen":
        rows = ordered.asset_positions(found.index)
        sets = [rows[: n + 1] for n in range(len(rows))]
        found["together_share"] = [outage.arrives(outage.flows(rows), norm_share)[0] for rows in sets]
        found["together_cost"] = found["cost"].cumsum()
    else:
        found.index = pd.RangeIndex(1, len(found) + 1, name="tie")
    found = found[_COLUMNS[measure]]
    found.attrs |= {"flow_share": today, "households_short": short}
    return found


def _widened(outage: OneOutage, before: Flows, most: int, norm_share: float) -> pd.DataFrame:
    """Return the rows that take most head, and what the outage is with each of them wider."""
    network = outage.network
    lost, speed = outage.losses(before)
    tried = np.argsort(-lost, kind="stable")[:most]
    tried = tried[lost[tried] > 0.0]
    then = [outage.arrives(outage.flows(tried[[n]]), norm_share) for n in range(len(tried))]
    columns = {
        "diameter_mm": network.diameter_mm[tried],
        "wider_mm": wider_mm(network.diameter_mm[tried]),
        "length_m": network.length_m[tried],
        "velocity_m_s": speed[tried],
        "head_loss_m": lost[tried],
        "flow_share": np.array([share for share, _ in then], dtype=np.float64),
        "households_short": np.array([short for _, short in then], dtype=np.float64),
    }
    return pd.DataFrame(columns, index=pd.Index(network.segment_ids[tried], name="segment_id"))


def _tied(outage: OneOutage, before: Flows, most: int, norm_share: float) -> pd.DataFrame:
    """Return the ties that promise most, and what the outage is with each of them."""
    network = outage.network
    ties = promising_ties(outage, before, most)
    shares, shorts = np.zeros((2, len(ties)))
    for n in range(len(ties)):
        tied = OneOutage(with_tie(network, ties.iloc[n]).in_id_order, outage.asset_id, outage.isolate)
        shares[n], shorts[n] = tied.arrives(tied.flows(), norm_share)
    return ties.assign(flow_share=shares, households_short=shorts)
