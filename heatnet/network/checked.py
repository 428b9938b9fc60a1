"""The three tables in standard form, checked against each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import AnyInts, Truths
from heatnet.network.positions import Lookups, looked_up
from heatnet.schema import NODES, SEGMENTS, VALVES, Problem, conform_leniently, problem_at
from heatnet.schema.plain import ascends


class Checked:
    """The three tables in standard form, their integer positions, and all problems found in them."""

    @classmethod
    def of(
        cls, nodes: pd.DataFrame, segments: pd.DataFrame, valves: pd.DataFrame, origins: Mapping[str, str]
    ) -> Checked:
        """Bring the tables into standard form and check them."""
        given = ((nodes, NODES), (segments, SEGMENTS), (valves, VALVES))
        parts = [conform_leniently(table, spec, origin=origins.get(spec.name)) for table, spec in given]
        problems = [problem for _, found in parts for problem in found]
        return cls(*(table for table, _ in parts), problems=problems, origins=origins)

    def __init__(
        self,
        nodes: pd.DataFrame,
        segments: pd.DataFrame,
        valves: pd.DataFrame,
        *,
        problems: list[Problem],
        origins: Mapping[str, str],
        rows: Mapping[str, AnyInts] | None = None,
        lookups: Lookups | None = None,
    ) -> None:
        self.nodes, self.segments, self.valves, self.problems = nodes, segments, valves, problems
        self.origins, numbers = origins, rows or {}
        names = ("nodes", "segments", "valves")
        self.rows: dict[str, int | AnyInts] = {name: numbers.get(name, 2 if name in origins else 0) for name in names}
        self.node_ids = pd.Index(self.nodes["node_id"], name="node_id")
        self.segment_ids = pd.Index(self.segments["segment_id"], name="segment_id")
        if any(not problem.column for problem in self.problems):
            return  # not a table at all
        known = looked_up({"nodes": nodes, "segments": segments, "valves": valves}, lookups)
        self.lookups, self.found = known, known.found
        self._follow_segments()
        tables = {"nodes": self.node_ids, "segments": self.segment_ids}
        if all(name in known.places or ascends(ids.to_series()) or ids.is_unique for name, ids in tables.items()):
            self._follow_levels()
            self._follow_valves()

    def _follow_segments(self) -> None:
        self.from_node = self.found["segments", "from_node"]
        self.to_node = self.found["segments", "to_node"]
        for column, ends in (("from_node", self.from_node), ("to_node", self.to_node)):
            unknown = (ends < 0) & self.segments[column].notna().to_numpy()
            self._note(
                SEGMENTS,
                column,
                unknown,
                f"names a node that is not in the table of nodes{self._named(column, unknown)}",
            )
        equal = (self.from_node == self.to_node) & (self.from_node >= 0)
        self._note(SEGMENTS, "to_node", equal, "equals from_node; a segment joins two different nodes")
        stations = self.nodes.loc[(self.nodes["kind"] == "station").to_numpy(dtype=bool), "node_id"]
        shared = self.segments["segment_id"].isin(stations).to_numpy(dtype=bool)
        self._note(
            SEGMENTS,
            "segment_id",
            shared,
            "is also the id of a station; segments and stations share one id space",
        )

    def _follow_levels(self) -> None:
        touched = {}
        for level in ("primary", "secondary"):
            on_level = (self.segments["level"] == level).to_numpy(dtype=bool)
            ends = np.concatenate([self.from_node[on_level], self.to_node[on_level]])
            touched[level] = np.zeros(len(self.nodes), dtype=bool)
            touched[level][ends[ends >= 0]] = True
        is_other = (self.nodes["kind"] != "station").to_numpy(dtype=bool)
        what = "only a station may touch both levels; set the level of its segments, or make it a station"
        self._note(NODES, "kind", touched["primary"] & touched["secondary"] & is_other, what)

    def _follow_valves(self) -> None:
        self.valve_segment = self.found["valves", "segment_id"]
        self.is_stray = self.valve_segment < 0
        valve_node = self.found["valves", "node_id"]
        at_from = (valve_node == self.from_node[self.valve_segment]) if len(self.segments) else valve_node < -1
        at_to = (valve_node == self.to_node[self.valve_segment]) if len(self.segments) else valve_node < -1
        self.valve_end = np.where(at_to & ~at_from, 1, 0).astype(np.int8)
        lost = ~self.is_stray & ~((at_from | at_to) & (valve_node >= 0)) & self.valves["node_id"].notna().to_numpy()
        self._note(VALVES, "node_id", lost, "names no end of its segment")

    def _note(self, spec: Any, column: str, bad: Truths, what: str) -> None:
        if bad.any():
            table: pd.DataFrame = getattr(self, spec.name)
            origin = self.origins.get(spec.name, "")
            self.problems.append(problem_at(table, spec, column, bad, what, self.rows[spec.name], origin))

    def _named(self, column: str, bad: Truths) -> str:
        names = self.segments.loc[bad, column].unique()[:5]
        return f" ({', '.join(repr(str(name)) for name in names)})"
