"""One outage by itself, to be solved as it is and with something built."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from heatnet._arrays import Floats, Ints
from heatnet.errors import HeatnetError
from heatnet.hydraulics.areas import Out
from heatnet.hydraulics.asking import building_load_kw, flow_asked_m3_s
from heatnet.hydraulics.closing import CONSUMER
from heatnet.hydraulics.drawings import Sketch, whole_sketch
from heatnet.hydraulics.intact import flow_shares
from heatnet.hydraulics.newton import Flows, solved
from heatnet.hydraulics.outages import Changes, OutageWork
from heatnet.hydraulics.supply import flow_shares_of, heat_shares_of, served_buildings
from heatnet.network import Network

_NOMINAL_MM = np.array(
    [25, 32, 40, 50, 65, 80, 100, 125, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900, 1000, 1200, 1400],
    dtype=np.float64,
)
_STEPS = 2
_NOTHING = np.zeros(0, dtype=np.int64)


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


class OneOutage:
    """One outage, ready to be solved as it is and with some rows wider.

    Attributes
    ----------
    part : int
        The connected part that it touches; -1: it closes nothing that carries, and nothing below is there.
    """

    def __init__(self, network: Network, asset_id: str, isolate: Literal["segment", "section"]) -> None:
        asset = int(network.asset_positions([asset_id])[0])
        if asset < 0:
            raise HeatnetError(
                f"asset_id {asset_id!r} is no segment or station of the network; take one of its asset_ids"
            )
        self.network, self.asset_id, self.isolate = network, asset_id, isolate
        self.work = OutageWork(network, isolate)
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

    def flows(self, wider: Ints = _NOTHING) -> Flows:
        """Return the steady flow of the outage, with some rows wider."""
        drawing = self.sketch.drawing
        if len(wider):
            diameter = self.network.diameter_mm[wider]
            factor = (diameter / wider_mm(diameter)) ** 5.25  # r is lambda/D^5, lambda goes with D^-0.25
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

    def changes(self, flows: Flows) -> Changes:
        """Return what the flow of the outage changes."""
        share = flow_shares(self.sketch, flows, self.is_joined)[:, 0]
        return self.work.changes(self.part, self.case, share, self.is_joined[:, 0])

    def arrives(self, flows: Flows, norm_share: float) -> tuple[float, float]:
        """Return the flow share of the outage, and the households whose heat share is below the norm."""
        share = flow_shares_of(self.work.base, self.changes(flows), self.buildings)
        heat = heat_shares_of(share, self.work.base.intact_share[self.buildings])
        households = self.network.households[self.buildings]
        total = self.asked.sum()
        of_all = float((share * self.asked).sum() / total) if total > 0.0 else float("nan")
        return of_all, float(households[heat < norm_share].sum())
