"""Which pipes bind in an outage, and what widening each of them gives back."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.hydraulics.areas import Out
from heatnet.hydraulics.asking import building_load_kw, flow_asked_m3_s
from heatnet.hydraulics.closing import CONSUMER
from heatnet.hydraulics.drawings import Sketch, whole_sketch
from heatnet.hydraulics.intact import flow_shares
from heatnet.hydraulics.newton import Flows, solved
from heatnet.hydraulics.outages import OutageWork
from heatnet.hydraulics.supply import flow_shares_of, served_buildings
from heatnet.network import Network
from heatnet.reachability.cut_off import isolation

_NOMINAL_MM = np.array(
    [25, 32, 40, 50, 65, 80, 100, 125, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900, 1000, 1200, 1400],
    dtype=np.float64,
)
_STEPS = 2


@typed
def reinforcements(
    network: Network, asset_id: str, *, isolate: Literal["segment", "section"] | None = None, most: int = 20
) -> pd.DataFrame:
    """Return the pipes that take most head in the outage of an asset, and the flow share that widening each gives back.

    Each row alone is made two nominal diameters wider (above DN 1400 by a quarter); pumps keep their head.

    Parameters
    ----------
    network : Network
        The network.
    asset_id : str
        The segment or station that is out.
    isolate : {None, "segment", "section"}
        As in `supply_loss`.
    most : int
        How many rows are tried, those that lose most head first.

    Returns
    -------
    DataFrame
        Index ``segment_id``, the greatest gain first: ``diameter_mm``, ``wider_mm``, ``length_m``, ``velocity_m_s`` and
        ``head_loss_m`` (of both pipes) in the outage, ``flow_share`` of the outage once it is wider, ``gain`` (that
        less the flow share today; it can be below 0). Empty where the outage closes nothing that carries.

    Raises
    ------
    HeatnetError
        No asset has this id, or the outage has no steady flow.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"], "load_kw": [None, 4190.0],
    ...                       "head_m": [20.0, None]})
    >>> segments = pd.DataFrame({"segment_id": ["S", "T"], "from_node": "A", "to_node": "B", "length_m": 1000.0,
    ...                          "diameter_mm": [250.0, 100.0]})
    >>> reinforcements(Network(nodes, segments), "S")[["wider_mm", "gain"]].round(2).to_dict("index")
    {'T': {'wider_mm': 150.0, 'gain': 0.4}}
    """
    ordered = network.in_id_order
    asset = int(ordered.asset_positions([asset_id])[0])
    if asset < 0:
        raise HeatnetError(f"asset_id {asset_id!r} is no segment or station of the network; take one of its asset_ids")
    outage = _Outage(ordered, asset, isolate)
    if outage.part < 0:
        return _table(ordered, np.zeros(0, dtype=np.int64), {})
    before = outage.flows(None)
    lost, speed = outage.losses(before)
    tried = np.argsort(-lost, kind="stable")[:most]
    tried = tried[lost[tried] > 0.0]
    share = np.array([outage.flow_share(outage.flows(row)) for row in tried.tolist()])
    gain = share - outage.flow_share(before)
    order = np.argsort(-gain, kind="stable")
    columns = {
        "wider_mm": wider_mm(ordered.diameter_mm[tried]),
        "velocity_m_s": speed[tried],
        "head_loss_m": lost[tried],
        "flow_share": share,
        "gain": gain,
    }
    return _table(ordered, tried[order], {name: values[order] for name, values in columns.items()})


def wider_mm(diameter_mm: Floats) -> Floats:
    """Return the diameters two nominal sizes above these, a quarter more where there is none.

    Examples
    --------
    >>> wider_mm(np.array([100.0, 219.0, 1400.0])).tolist()
    [150.0, 300.0, 1750.0]
    """
    place = np.searchsorted(_NOMINAL_MM, diameter_mm, side="right") + _STEPS - 1
    listed = _NOMINAL_MM[np.minimum(place, len(_NOMINAL_MM) - 1)]
    return np.where(place < len(_NOMINAL_MM), listed, np.maximum(diameter_mm * 1.25, listed))


class _Outage:
    """One outage, ready to be solved with one row wider."""

    def __init__(self, network: Network, asset: int, isolate: Literal["segment", "section"] | None) -> None:
        self.network, self.work = network, OutageWork(network, isolation(network, isolate))
        closings, consumers = self.work.closings, self.work.consumers
        n_cases = closings.case_units.shape[1]
        if asset < network.n_segments:
            self.case = int(closings.row_case[asset])
            self.out = Out(*closings.of_case(self.case))
        else:
            self.case = n_cases + asset - network.n_segments
            node = network.station_nodes[asset - network.n_segments]
            self.out = Out(np.array([CONSUMER]), np.flatnonzero(consumers.node == node))
        self.part = self.work.parts.touched(self.out, consumers.node)
        if self.part < 0:
            return
        self.area = self.work.area(self.part)
        sketch = whole_sketch(self.work.plumbing, self.area.sides, self.area.rows)
        self.sketch: Sketch = sketch
        self.cases, self.is_joined = self.area.cases_of(sketch, self.out)
        self.buildings = served_buildings(network)
        level = np.zeros(network.n_nodes, dtype=bool)
        level[consumers.node] = consumers.is_secondary
        load = building_load_kw(network)
        asked = np.where(level, flow_asked_m3_s(load, "secondary"), flow_asked_m3_s(load, "primary"))
        self.asked = asked[self.buildings]

    def flows(self, wider: int | None) -> Flows:
        """Return the steady flow of the outage, with one row wider."""
        drawing = self.sketch.drawing
        if wider is not None:
            diameter = self.network.diameter_mm[[wider]]
            factor = float((diameter / wider_mm(diameter))[0]) ** 5.25  # r is lambda/D^5, lambda goes with D^-0.25
            resistance = self.work.plumbing.resistance.copy()
            resistance[wider] *= factor
            rows = self.sketch.pipe_row
            of_edge = np.where(rows >= 0, resistance[rows], 0.0).sum(axis=0)
            drawing = replace(drawing, resistance=of_edge)
        found = solved(drawing, self.cases)
        if not found.converged.all():
            raise HeatnetError("no steady flow was found for this outage; see check_network and steady_flow.findings")
        return found

    def losses(self, flows: Flows) -> tuple[Floats, Floats]:
        """Return per row the head that it takes and the velocity in it."""
        lost, speed = np.zeros(self.network.n_segments), np.zeros(self.network.n_segments)
        flow = np.abs(flows.flow_m3_s[: self.sketch.drawing.n_pipes, 0])
        area = np.pi / 4.0 * (self.network.diameter_mm / 1000.0) ** 2
        for rows in self.sketch.pipe_row:
            drawn = rows >= 0
            np.add.at(lost, rows[drawn], self.work.plumbing.resistance[rows[drawn]] * flow[drawn] ** 2)
            np.maximum.at(speed, rows[drawn], flow[drawn] / area[rows[drawn]])
        return lost, speed

    def flow_share(self, flows: Flows) -> float:
        """Return the flow share of the outage."""
        share = flow_shares(self.sketch, flows, self.is_joined)[:, 0]
        change = self.work.changes(self.part, self.case, share, self.is_joined[:, 0])
        arrives = flow_shares_of(self.work.base, change, self.buildings)
        total = self.asked.sum()
        return float((arrives * self.asked).sum() / total) if total > 0.0 else float("nan")


def _table(network: Network, rows: Ints, columns: dict[str, Floats]) -> pd.DataFrame:
    names = ("wider_mm", "velocity_m_s", "head_loss_m", "flow_share", "gain")
    found = {name: columns.get(name, np.zeros(len(rows))) for name in names}
    known = {"diameter_mm": network.diameter_mm[rows], "length_m": network.length_m[rows]}
    order = ["diameter_mm", "wider_mm", "length_m", "velocity_m_s", "head_loss_m", "flow_share", "gain"]
    index = pd.Index(network.segment_ids[rows], name="segment_id")
    return pd.DataFrame({**known, **found}, index=index)[order]
