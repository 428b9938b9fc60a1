"""Columns of a network's tables as arrays: made when they are first asked for."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.network.identified import Identified
from heatnet.network.positions import BUILDING, frozen


class Columns(Identified):
    """What the tables say of segments, nodes and valves, by their positions."""

    _nodes: pd.DataFrame
    _segments: pd.DataFrame
    _valves: pd.DataFrame

    @cached_property
    def is_primary(self) -> Truths:
        """Per segment: on the primary level."""
        return frozen((self._segments["level"] == "primary").to_numpy(dtype=bool))

    @cached_property
    def in_supply(self) -> Truths:
        """Per segment: has a pipe in the supply layer."""
        return self._is_not_line("return")

    @cached_property
    def in_return(self) -> Truths:
        """Per segment: has a pipe in the return layer."""
        return self._is_not_line("supply")

    @cached_property
    def length_m(self) -> Floats:
        """Per segment: route length in metres."""
        return frozen(self._segments["length_m"].to_numpy(dtype=np.float64))

    @cached_property
    def diameter_mm(self) -> Floats:
        """Per segment: diameter in millimetres."""
        return frozen(self._segments["diameter_mm"].to_numpy(dtype=np.float64))

    @cached_property
    def households(self) -> Floats:
        """Per node: households of a building, missing as 0; 0 at other nodes."""
        return self._of_buildings("households")

    @cached_property
    def load_kw(self) -> Floats:
        """Per node: heat load of a building in kW, missing as 0; 0 at other nodes."""
        return self._of_buildings("load_kw")

    @cached_property
    def valve_operable(self) -> Truths:
        """Per valve: can be turned."""
        return frozen(self._valves["is_operable"].to_numpy(dtype=bool))

    @cached_property
    def valve_open(self) -> Truths:
        """Per valve: stands open."""
        return frozen(self._valves["is_open"].to_numpy(dtype=bool))

    @cached_property
    def _single_pipes(self) -> Ints:
        """Positions of the segments that are no pairs: few, where text is to be compared."""
        return np.flatnonzero((self._segments["line"] != "pair").to_numpy(dtype=bool))

    def _is_not_line(self, word: str) -> Truths:
        is_other = np.ones(self.n_segments, dtype=bool)
        is_other[self._single_pipes] = (self._segments["line"].iloc[self._single_pipes] != word).to_numpy(dtype=bool)
        return frozen(is_other)

    def _of_buildings(self, column: str) -> Floats:
        values = self._nodes[column].to_numpy(dtype=np.float64)
        return frozen(np.where((self.node_kind == BUILDING) & ~np.isnan(values), values, 0.0))
