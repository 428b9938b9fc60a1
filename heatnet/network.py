"""The frozen network: tables checked once, ids turned into integers once, the only translator between them.

Outside, everything has an id; inside, everything has a position: the row of a node in `nodes`, of a segment in
`segments`. Assets are the segments followed by the stations, in the order of their tables.

Sums of floats hang on the order of their terms. So everything is computed on the network `in_id_order`, and
`computed_in_id_order` puts the rows of a result back into the order of the tables.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet._typed import typed
from heatnet.schema import (
    NODES,
    PANDAS_VERSION,
    SEGMENTS,
    VALVES,
    Problem,
    conform_leniently,
    problem_at,
    raise_problems,
)

if TYPE_CHECKING:
    import networkx as nx

SOURCE, STATION, JUNCTION, BUILDING = 0, 1, 2, 3
_KIND_CODES = {"source": SOURCE, "station": STATION, "junction": JUNCTION, "building": BUILDING}
_COPY_ON_WRITE = PANDAS_VERSION >= (3, 0)


@dataclass(frozen=True, eq=False, repr=False, init=False)
class Network:
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
    _node_lookup: pd.Index[Any]
    _segment_lookup: pd.Index[Any]
    node_kind: npt.NDArray[np.int8]
    from_node: Ints
    to_node: Ints
    valve_segment: Ints
    valve_end: npt.NDArray[np.int8]

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
        checked = _Checked(nodes, segments, valves, origins)
        raise_problems(checked.problems, origins)
        self.__dict__.update(
            _nodes=checked.nodes,
            _segments=checked.segments,
            _valves=checked.valves[~checked.is_stray].reset_index(drop=True),
            _set_aside=checked.valves[checked.is_stray].assign(reason="names no segment of the network"),
            node_ids=checked.node_ids,
            segment_ids=checked.segment_ids,
            _node_lookup=checked.node_lookup,
            _segment_lookup=checked.segment_lookup,
            node_kind=_frozen(checked.nodes["kind"].map(_KIND_CODES).to_numpy(dtype=np.int8)),
            from_node=_frozen(checked.from_node),
            to_node=_frozen(checked.to_node),
            valve_segment=_frozen(checked.valve_segment[~checked.is_stray]),
            valve_end=_frozen(checked.valve_end[~checked.is_stray]),
        )

    def __repr__(self) -> str:
        return (
            f"Network({self.n_nodes} nodes, {self.n_segments} segments, {len(self.station_nodes)} stations, "
            f"{len(self.building_nodes)} buildings, {len(self.valve_segment)} valves, "
            f"{self.length_m.sum() / 1000:.3f} km)"
        )

    @property
    def nodes(self) -> pd.DataFrame:
        """The table of nodes, one row per node in the order given; a copy."""
        return _copy(self._nodes)

    @property
    def segments(self) -> pd.DataFrame:
        """The table of segments, one row per segment in the order given; a copy."""
        return _copy(self._segments)

    @property
    def valves(self) -> pd.DataFrame:
        """The table of valves that sit on a segment of the network; a copy."""
        return _copy(self._valves)

    @property
    def set_aside(self) -> pd.DataFrame:
        """The rows of valves that were not used, with the ``reason``; their index is the row in the table given."""
        return _copy(self._set_aside)

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self._nodes)

    @property
    def n_segments(self) -> int:
        """Number of segments."""
        return len(self._segments)

    @property
    def n_assets(self) -> int:
        """Number of segments and stations."""
        return self.n_segments + len(self.station_nodes)

    @cached_property
    def station_nodes(self) -> Ints:
        """Node positions of the stations; station k is the asset at position ``n_segments + k``."""
        return _frozen(np.flatnonzero(self.node_kind == STATION))

    @cached_property
    def source_nodes(self) -> Ints:
        """Node positions of the sources."""
        return _frozen(np.flatnonzero(self.node_kind == SOURCE))

    @cached_property
    def building_nodes(self) -> Ints:
        """Node positions of the buildings."""
        return _frozen(np.flatnonzero(self.node_kind == BUILDING))

    @cached_property
    def asset_ids(self) -> pd.Index[Any]:
        """Ids of the segments, then of the stations, in table order."""
        return self.segment_ids.append(self.node_ids[self.station_nodes]).rename("asset_id")

    @cached_property
    def asset_names(self) -> npt.NDArray[np.object_]:
        """The ids of the assets as Python text, for comparing and sorting; read-only."""
        segments, nodes = self._segment_lookup.to_numpy(), self._node_lookup.to_numpy()
        return _frozen(np.concatenate([segments, nodes[self.station_nodes]]))

    @cached_property
    def _asset_lookup(self) -> pd.Index[Any]:
        return pd.Index(self.asset_names, dtype=object)

    @cached_property
    def asset_kind(self) -> npt.NDArray[np.object_]:
        """``segment`` or ``station`` for each asset."""
        return _frozen(np.array(["segment"] * self.n_segments + ["station"] * len(self.station_nodes), dtype=object))

    @cached_property
    def is_primary(self) -> Truths:
        """Per segment: on the primary level."""
        return _frozen((self._segments["level"] == "primary").to_numpy(dtype=bool))

    @cached_property
    def in_supply(self) -> Truths:
        """Per segment: has a pipe in the supply layer."""
        return _frozen((self._segments["line"] != "return").to_numpy(dtype=bool))

    @cached_property
    def in_return(self) -> Truths:
        """Per segment: has a pipe in the return layer."""
        return _frozen((self._segments["line"] != "supply").to_numpy(dtype=bool))

    @cached_property
    def length_m(self) -> Floats:
        """Per segment: route length in metres."""
        return _frozen(self._segments["length_m"].to_numpy(dtype=np.float64))

    @cached_property
    def diameter_mm(self) -> Floats:
        """Per segment: diameter in millimetres."""
        return _frozen(self._segments["diameter_mm"].to_numpy(dtype=np.float64))

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
        return _frozen(self._valves["is_operable"].to_numpy(dtype=bool))

    @cached_property
    def valve_open(self) -> Truths:
        """Per valve: stands open."""
        return _frozen(self._valves["is_open"].to_numpy(dtype=bool))

    def node_positions(self, ids: Iterable[str]) -> Ints:
        """Return the position of each node id, -1 where there is none."""
        return _positions(self._node_lookup, ids)

    def asset_positions(self, ids: Iterable[str]) -> Ints:
        """Return the position of each asset id, -1 where there is none."""
        return _positions(self._asset_lookup, ids)

    @cached_property
    def in_id_order(self) -> Network:
        """The same network with the rows of each table sorted by id as text; itself where they are."""
        of_nodes, of_segments = _text_order(self._node_lookup), _text_order(self._segment_lookup)
        of_valves = self._valve_order(_ranks(of_segments))
        if all(_is_sorted(order) for order in (of_nodes, of_segments, of_valves)):
            return self
        rank = _ranks(of_nodes)
        ordered = object.__new__(Network)
        ordered.__dict__.update(
            _nodes=self._nodes.take(of_nodes).reset_index(drop=True),
            _segments=self._segments.take(of_segments).reset_index(drop=True),
            _valves=self._valves.take(of_valves).reset_index(drop=True),
            _set_aside=self._set_aside,
            node_ids=self.node_ids.take(of_nodes),
            segment_ids=self.segment_ids.take(of_segments),
            _node_lookup=self._node_lookup.take(of_nodes),
            _segment_lookup=self._segment_lookup.take(of_segments),
            node_kind=_frozen(self.node_kind[of_nodes]),
            from_node=_frozen(rank[self.from_node[of_segments]]),
            to_node=_frozen(rank[self.to_node[of_segments]]),
            valve_segment=_frozen(_ranks(of_segments)[self.valve_segment[of_valves]]),
            valve_end=_frozen(self.valve_end[of_valves]),
        )
        ordered.__dict__["in_id_order"] = ordered
        return ordered

    def in_table_order(self, table: Table) -> Table:
        """Return rows that are named by their index in the order of this network's tables.

        Parameters
        ----------
        table : DataFrame or Series
            Its index holds assets (``asset_id``, ``segment_id``) or nodes (``node_id``, ``building_id``).
        """
        is_asset = table.index.name in ("asset_id", "segment_id")
        place = self.asset_positions(table.index) if is_asset else self.node_positions(table.index)
        return table if _is_sorted(place) else table.iloc[np.argsort(place, kind="stable")]

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
            Nodes by ``node_id``, edges keyed by ``segment_id``; all columns of the tables as attributes.

        Examples
        --------
        >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]})
        >>> segments = pd.DataFrame(
        ...     {"segment_id": ["S", "T"], "from_node": "A", "to_node": "B", "length_m": 50, "diameter_mm": 100}
        ... )
        >>> Network(nodes, segments).to_networkx().number_of_edges("A", "B")
        2
        """
        import networkx as nx  # few ask for it, and it takes long to import

        graph: nx.MultiGraph[Any] = nx.MultiGraph()
        for row in self._nodes.to_dict("records"):
            graph.add_node(row["node_id"], **{str(column): value for column, value in row.items()})
        for row in self._segments.to_dict("records"):
            attributes = {str(column): value for column, value in row.items()}
            graph.add_edge(row["from_node"], row["to_node"], key=row["segment_id"], **attributes)
        return graph

    def _of_buildings(self, column: str) -> Floats:
        values = self._nodes[column].to_numpy(dtype=np.float64)
        return _frozen(np.where((self.node_kind == BUILDING) & ~np.isnan(values), values, 0.0))


Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")
Table = TypeVar("Table", pd.DataFrame, "pd.Series[Any]")


def computed_in_id_order(
    function: Callable[Concatenate[Network, Asked], Answer],
) -> Callable[Concatenate[Network, Asked], Answer]:
    """Return the function as one that computes on the network `in_id_order`, whatever the order of its tables.

    A table that comes back with assets or nodes as its index has them in the order of the network's tables.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["B", "A"], "kind": ["building", "source"]})
    >>> segments = pd.DataFrame(
    ...     {"segment_id": ["T", "S"], "from_node": "A", "to_node": "B", "length_m": [50, 60], "diameter_mm": 100}
    ... )
    >>> @computed_in_id_order
    ... def lengths(network):
    ...     print(*network.segment_ids)
    ...     return pd.Series(network.length_m, index=network.segment_ids)
    >>> lengths(Network(nodes, segments)).tolist()
    S T
    [50.0, 60.0]
    """

    def ordered(network: Network, *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        if not isinstance(network, Network) or network.in_id_order is network:
            return function(network, *args, **kwargs)
        answer = function(network.in_id_order, *args, **kwargs)
        if isinstance(answer, (pd.DataFrame, pd.Series)) and answer.index.name in _ROW_NAMES:
            back: Any = network.in_table_order(cast(pd.DataFrame, answer))
            return cast(Answer, back)
        return answer

    return cast(Callable[Concatenate[Network, Asked], Answer], functools.wraps(function)(ordered))


_ROW_NAMES = ("asset_id", "segment_id", "node_id", "building_id")


class _Checked:
    """The three tables in standard form, their integer positions, and all problems found in them."""

    def __init__(
        self, nodes: pd.DataFrame, segments: pd.DataFrame, valves: pd.DataFrame, origins: Mapping[str, str]
    ) -> None:
        self.nodes, node_problems = conform_leniently(nodes, NODES, origin=origins.get("nodes"))
        self.segments, segment_problems = conform_leniently(segments, SEGMENTS, origin=origins.get("segments"))
        self.valves, valve_problems = conform_leniently(valves, VALVES, origin=origins.get("valves"))
        self.problems: list[Problem] = [*node_problems, *segment_problems, *valve_problems]
        self.first_row = {name: 2 if name in origins else 0 for name in ("nodes", "segments", "valves")}
        self.node_ids = pd.Index(self.nodes["node_id"], name="node_id")
        self.segment_ids = pd.Index(self.segments["segment_id"], name="segment_id")
        self.node_lookup, self.segment_lookup = _lookup(self.node_ids), _lookup(self.segment_ids)
        if any(not problem.column for problem in self.problems):
            return  # not a table at all
        self._follow_segments()
        if self.node_ids.is_unique and self.segment_ids.is_unique:
            self._follow_levels()
            self._follow_valves()

    def _follow_segments(self) -> None:
        self.from_node = _positions(self.node_lookup, self.segments["from_node"])
        self.to_node = _positions(self.node_lookup, self.segments["to_node"])
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
        self.valve_segment = _positions(self.segment_lookup, self.valves["segment_id"])
        self.is_stray = self.valve_segment < 0
        valve_node = _positions(self.node_lookup, self.valves["node_id"])
        at_from = (valve_node == self.from_node[self.valve_segment]) if len(self.segments) else valve_node < -1
        at_to = (valve_node == self.to_node[self.valve_segment]) if len(self.segments) else valve_node < -1
        self.valve_end = np.where(at_to & ~at_from, 1, 0).astype(np.int8)
        lost = ~self.is_stray & ~((at_from | at_to) & (valve_node >= 0)) & self.valves["node_id"].notna().to_numpy()
        self._note(VALVES, "node_id", lost, "names no end of its segment")

    def _note(self, spec: Any, column: str, bad: Truths, what: str) -> None:
        if bad.any():
            table: pd.DataFrame = getattr(self, spec.name)
            self.problems.append(problem_at(table, spec, column, bad, what, self.first_row[spec.name]))

    def _named(self, column: str, bad: Truths) -> str:
        names = self.segments.loc[bad, column].unique()[:5]
        return f" ({', '.join(repr(str(name)) for name in names)})"


def _lookup(ids: pd.Index[Any]) -> pd.Index[Any]:
    """Return the different ids as an index of Python text, which finds ids faster than one of pandas' text."""
    lookup: pd.Index[Any] = pd.Index(_frozen(ids.unique().to_numpy(dtype=object)), dtype=object)
    return lookup


def _positions(lookup: pd.Index[Any], ids: Iterable[Any]) -> Ints:
    """Return the position of each id, -1 where it is missing or unknown."""
    wanted = ids if isinstance(ids, (pd.Series, pd.Index)) else pd.Series(ids, dtype=object)
    found = lookup.get_indexer(pd.Index(wanted.to_numpy(dtype=object), dtype=object)).astype(np.int64)
    found[np.asarray(wanted.isna())] = -1
    return found


def _text_order(ids: pd.Index[Any]) -> Ints:
    return np.argsort(ids.to_numpy(dtype=object), kind="stable").astype(np.int64)


def _ranks(order: Ints) -> Ints:
    """Return the new position of each row when the rows are taken in this order."""
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _is_sorted(places: Ints) -> bool:
    return bool((places[1:] >= places[:-1]).all())


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the array (or a copy, where it is another's view) that can no longer be written to."""
    if array.flags.writeable and array.base is not None:
        array = array.copy()
    array.flags.writeable = False
    return array


def _copy(table: pd.DataFrame) -> pd.DataFrame:
    """Return a copy that is safe to change; free where pandas copies on write."""
    return table.copy(deep=not _COPY_ON_WRITE)
