"""The frozen network: tables checked once, ids turned into integers once, the only translator between them.

Outside, everything has an id; inside, everything has a position: the row of a node in `nodes`, of a segment in
`segments`. Assets are the segments followed by the stations, in the order of their tables.

Sums of floats hang on the order of their terms. So everything is computed on the network `in_id_order`, and
`computed_in_id_order` puts the rows of a result back into the order of the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import AnyInts, Ints
from heatnet._cards import card
from heatnet._typed import typed
from heatnet.network.checked import Checked
from heatnet.network.columns import Columns
from heatnet.network.graphs import graph_of, tables_of
from heatnet.network.lines import Lines, lines_of
from heatnet.network.positions import (
    Lookups,
    copy_of,
    frozen,
    is_sorted,
    kind_codes,
    ranks_of,
    text_order,
)
from heatnet.schema import TABLES, VALVES, conform, raise_problems
from heatnet.schema.changing import conformed_changes

if TYPE_CHECKING:
    import networkx as nx

Table = TypeVar("Table", pd.DataFrame, "pd.Series[Any]")


@dataclass(frozen=True, eq=False, repr=False, init=False)
class Network(Columns):
    """Sources, stations, junctions and buildings joined by segments.

    Parameters
    ----------
    nodes, segments : DataFrame
        Tables of the inventory; required columns ``node_id``, ``kind`` and ``segment_id``, ``from_node``, ``to_node``,
        ``length_m``, ``diameter_mm``.
    valves : DataFrame, optional
        Required columns ``valve_id``, ``segment_id``, ``node_id``. A valve on an unknown segment is set aside.
    origins : mapping of str to str, optional
        The file of each table, for messages; rows are then counted as in that file.

    Raises
    ------
    HeatnetError
        Everything that makes the tables unusable, at once: duplicate ids, unknown end nodes, equal ends, lengths not
        above 0, text where a number belongs, unknown words, a node other than a station on both levels, an id
        used by a segment and a station, a valve that names no end of its segment.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]})
    >>> segments = pd.DataFrame(
    ...     {"segment_id": ["S"], "from_node": ["A"], "to_node": ["B"], "length_m": [50], "diameter_mm": [100]}
    ... )
    >>> Network(nodes, segments)
    Network(2 nodes, 1 segments, 0 stations, 1 buildings, 0 valves, 0.050 km)
    """

    _nodes: pd.DataFrame
    _segments: pd.DataFrame
    _valves: pd.DataFrame
    _set_aside: pd.DataFrame
    node_ids: pd.Index[Any]
    segment_ids: pd.Index[Any]
    node_kind: npt.NDArray[np.int8]
    from_node: Ints
    to_node: Ints
    valve_segment: Ints
    valve_end: npt.NDArray[np.int8]
    crs: str

    @typed
    def __init__(
        self,
        nodes: pd.DataFrame,
        segments: pd.DataFrame,
        valves: pd.DataFrame | None = None,
        *,
        origins: Mapping[str, str] | None = None,
    ) -> None:
        origins = dict(origins or {})
        if valves is None:
            valves = pd.DataFrame(columns=[column.name for column in VALVES.columns])
        checked = Checked.of(nodes, segments, valves, origins)
        raise_problems(checked.problems, origins)
        self._take(checked)

    @classmethod
    def of_standard(
        cls,
        tables: Mapping[str, pd.DataFrame],
        origins: Mapping[str, str],
        rows: Mapping[str, AnyInts],
        problems: Any,
        lookups: Lookups | None = None,
    ) -> Network:
        """Return the network of tables that are in standard form already.

        Parameters
        ----------
        tables : mapping of str to DataFrame
            ``nodes``, ``segments`` and, if there are any, ``valves``, each with a RangeIndex.
        origins : mapping of str to str
            The file of each, for messages.
        rows : mapping of str to array of int
            The row of each row in its file.
        problems : sequence of Problem
            What was found when they were brought into that form; raised together with what is found here.
        lookups : Lookups, optional
            What was looked up in these tables before.
        """
        valves = tables.get("valves")
        if valves is None:
            valves = conform(pd.DataFrame(columns=[column.name for column in VALVES.columns]), VALVES)
        found = list(problems)
        checked = Checked(
            tables["nodes"], tables["segments"], valves, problems=found, origins=origins, rows=rows, lookups=lookups
        )
        raise_problems(checked.problems, origins)
        network = object.__new__(cls)
        network._take(checked)
        return network

    def _take(self, checked: Checked, crs: str = "") -> None:
        self.__dict__.update(
            crs=crs,
            _nodes=checked.nodes,
            _segments=checked.segments,
            _valves=checked.valves[~checked.is_stray].reset_index(drop=True),
            _set_aside=checked.valves[checked.is_stray].assign(reason="names no segment of the network"),
            node_ids=checked.node_ids,
            segment_ids=checked.segment_ids,
            node_kind=frozen(kind_codes(checked.nodes["kind"])),
            from_node=frozen(checked.from_node),
            to_node=frozen(checked.to_node),
            valve_segment=frozen(checked.valve_segment[~checked.is_stray]),
            valve_end=frozen(checked.valve_end[~checked.is_stray]),
        )
        ready: dict[str, Any] = {"_node_lookup": checked.lookups.nodes, "_segment_lookup": checked.lookups.segments}
        ready |= {f"_{name[:-1]}_places": of_ids for name, of_ids in checked.lookups.places.items()}
        self.__dict__.update({name: known for name, known in ready.items() if known is not None})

    def __repr__(self) -> str:
        return (
            f"Network({self.n_nodes} nodes, {self.n_segments} segments, {len(self.station_nodes)} stations, "
            f"{len(self.building_nodes)} buildings, {len(self.valve_segment)} valves, "
            f"{self.length_m.sum() / 1000:.3f} km)"
        )

    def _repr_html_(self) -> str:
        kinds = {"nodes": self.n_nodes, "segments": self.n_segments, "stations": len(self.station_nodes)}
        kinds |= {"buildings": len(self.building_nodes), "valves": len(self.valve_segment)}
        facts = [(name, f"{count:,}") for name, count in kinds.items()]
        km = [("primary", self.is_primary), ("secondary", ~self.is_primary)]
        facts += [(f"{name}, km of route", f"{self.length_m[chosen].sum() / 1000:,.1f}") for name, chosen in km]
        facts.append(("households", f"{self.households.sum():,.0f}"))
        return card("Network", facts)

    @property
    def nodes(self) -> pd.DataFrame:
        """The table of nodes, one row per node in the order given; a copy."""
        return copy_of(self._nodes)

    @property
    def segments(self) -> pd.DataFrame:
        """The table of segments, one row per segment in the order given; a copy."""
        return copy_of(self._segments)

    @property
    def valves(self) -> pd.DataFrame:
        """The table of valves that sit on a segment of the network; a copy."""
        return copy_of(self._valves)

    @property
    def set_aside(self) -> pd.DataFrame:
        """The rows of valves that were not used, with the ``reason``; their index is the row in the table given."""
        return copy_of(self._set_aside)

    def replace(
        self,
        *,
        nodes: pd.DataFrame | None = None,
        segments: pd.DataFrame | None = None,
        valves: pd.DataFrame | None = None,
    ) -> Network:
        """Return a new checked network with other tables in the place of some of these.

        Parameters
        ----------
        nodes, segments, valves : DataFrame, optional
            Whole tables, such as `segments` with one row changed or added; None: as they are.

        Raises
        ------
        HeatnetError
            As for a new network.

        Examples
        --------
        What would it bring if the one stuck valve were repaired?

        >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]})
        >>> segments = pd.DataFrame(
        ...     {"segment_id": ["S"], "from_node": ["A"], "to_node": ["B"], "length_m": [50], "diameter_mm": [100]}
        ... )
        >>> valves = pd.DataFrame({"valve_id": ["V"], "segment_id": ["S"], "node_id": ["B"], "is_operable": [False]})
        >>> network = Network(nodes, segments, valves)
        >>> network.replace(valves=network.valves.assign(is_operable=True)).valve_operable.tolist()
        [True]
        """
        given = {"nodes": nodes, "segments": segments, "valves": valves}
        parts = {name: self._changed(name, table) for name, table in given.items()}
        if all(part is not None for part in parts.values()):
            ready = Lookups(
                nodes=self._node_lookup if nodes is None else None,
                segments=self._segment_lookup if segments is None else None,
            )
            checked = Checked(**parts, problems=[], origins={}, lookups=ready)  # type: ignore[arg-type]
            if not checked.problems:
                changed = object.__new__(Network)
                changed._take(checked, self.crs)
                return changed
        whole = (getattr(self, f"_{name}") if table is None else table for name, table in given.items())
        return Network(*whole).with_crs(self.crs)

    def _changed(self, name: str, given: pd.DataFrame | None) -> pd.DataFrame | None:
        """Return a table in standard form where few rows were changed; None: it has to be read as a whole."""
        known: pd.DataFrame = getattr(self, f"_{name}")
        if given is None:
            return known
        lookup = {"nodes": self._node_lookup, "segments": self._segment_lookup}.get(name)
        if lookup is None:
            lookup = pd.Index(known["valve_id"].to_numpy(dtype=object), dtype=object)
        return conformed_changes(given, known, lookup, TABLES[name]) if lookup.is_unique else None

    @cached_property
    def in_id_order(self) -> Network:
        """The same network with the rows of each table sorted by id as text; itself where they are."""
        of_nodes, of_segments = text_order(self.node_ids), text_order(self.segment_ids)
        of_valves = self._valve_order(ranks_of(of_segments))
        if all(is_sorted(order) for order in (of_nodes, of_segments, of_valves)):
            return self
        rank = ranks_of(of_nodes)
        self.__dict__["_by_id"] = of_nodes, of_segments
        ordered = object.__new__(Network)
        ordered.__dict__.update(
            crs=self.crs,
            _nodes=self._nodes.take(of_nodes).reset_index(drop=True),
            _segments=self._segments.take(of_segments).reset_index(drop=True),
            _valves=self._valves.take(of_valves).reset_index(drop=True),
            _set_aside=self._set_aside,
            node_ids=self.node_ids.take(of_nodes),
            segment_ids=self.segment_ids.take(of_segments),
            node_kind=frozen(self.node_kind[of_nodes]),
            from_node=frozen(rank[self.from_node[of_segments]]),
            to_node=frozen(rank[self.to_node[of_segments]]),
            valve_segment=frozen(ranks_of(of_segments)[self.valve_segment[of_valves]]),
            valve_end=frozen(self.valve_end[of_valves]),
        )
        ordered.__dict__["in_id_order"] = ordered
        return ordered

    def _valve_order(self, segment_rank: Ints) -> Ints:
        """Return the rows of the valves by id; of equal ids by segment, end and state."""
        ids = np.unique(self._valves["valve_id"].to_numpy(dtype=object).astype(str), return_inverse=True)[1]
        keys = (self.valve_open, self.valve_operable, self.valve_end, segment_rank[self.valve_segment], ids)
        return np.lexsort(keys).astype(np.int64)

    def to_networkx(self) -> nx.MultiGraph[Any]:
        """Return the network as a multigraph for other tools; parallel segments stay two edges.

        Returns
        -------
        networkx.MultiGraph
            Nodes by ``node_id``, edges keyed by ``segment_id``. What the columns of the tables say are attributes, of
            types that GraphML and GML can hold (dates as text; what is unknown is left out); the valves stand as JSON
            in the graph's attribute ``valves``.

        Examples
        --------
        >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]})
        >>> segments = pd.DataFrame(
        ...     {"segment_id": ["S", "T"], "from_node": "A", "to_node": "B", "length_m": 50, "diameter_mm": 100}
        ... )
        >>> Network(nodes, segments).to_networkx().number_of_edges("A", "B")
        2
        """
        return graph_of(self._nodes, self._segments, self._valves)

    @classmethod
    def from_networkx(cls, graph: nx.Graph[Any]) -> Network:
        """Return the network of a graph, such as `to_networkx` gives.

        Parameters
        ----------
        graph : networkx.Graph or MultiGraph
            Nodes need the attribute ``kind``, edges ``length_m`` and ``diameter_mm``; other columns of the tables as
            they are known. Where they are missing, ``node_id`` is the name of the node, ``segment_id`` the key of the
            edge of a multigraph, else ``u-v``.

        Raises
        ------
        HeatnetError
            It is no graph, or as for a new network.

        Examples
        --------
        >>> import networkx as nx
        >>> graph = nx.Graph()
        >>> graph.add_node("A", kind="source")
        >>> graph.add_node("B", kind="building", households=40)
        >>> graph.add_edge("A", "B", length_m=50, diameter_mm=100)
        >>> Network.from_networkx(graph).segment_ids.tolist()
        ['A-B']
        """
        return cls(*tables_of(graph))

    @cached_property
    def lines(self) -> Lines:
        """The course of each segment on the map: its ``geometry``, else straight from node to node."""
        return lines_of(self._nodes, self._segments, self.from_node, self.to_node)

    def to_geodataframe(self, crs: str | None = None, *, table: str = "segments") -> Any:
        """Return segments as lines, or nodes as points, in a geopandas.GeoDataFrame; needs the extra ``geo``.

        Parameters
        ----------
        crs : str, optional
            The grid in which ``x_m`` and ``y_m`` stand, such as ``"EPSG:4547"``; by default the network's own, which it
            knows where it came from a map.
        table : str
            ``segments`` or ``nodes``.

        Returns
        -------
        geopandas.GeoDataFrame
            The columns of the table and ``geometry``: the course of a segment as drawn, else straight; missing where
            nobody knows its place.

        Raises
        ------
        MissingExtraError
            geopandas is not installed.
        """
        return import_module("heatnet.interop.geoframes").frame_of(self, table, crs)

    def with_crs(self, crs: str) -> Network:
        """Return the same network with the name of the grid in which ``x_m`` and ``y_m`` stand; empty: unknown."""
        same = object.__new__(Network)
        same.__dict__.update(self.__dict__, crs=crs)
        same.__dict__.pop("in_id_order", None)
        return same
