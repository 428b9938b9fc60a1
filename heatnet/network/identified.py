"""Ids to positions: the only translator between what stands outside and what is computed with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Ints
from heatnet.network.positions import (
    BUILDING,
    SOURCE,
    STATION,
    found_at,
    frozen,
    is_sorted,
    lookup_of,
    placed_among,
    positions_in,
    text_order,
)
from heatnet.schema.id_places import IdPlaces

Table = TypeVar("Table", pd.DataFrame, "pd.Series[Any]")


class Identified:
    """What is known of a network's ids; `heatnet.network.frozen.Network` has the tables beside them."""

    node_ids: pd.Index[Any]
    segment_ids: pd.Index[Any]
    node_kind: npt.NDArray[np.int8]

    @property
    def in_id_order(self) -> Identified:
        """The same with the rows of each table sorted by id as text; `Network.in_id_order` makes it."""
        return self

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_ids)

    @property
    def n_segments(self) -> int:
        """Number of segments."""
        return len(self.segment_ids)

    @property
    def n_assets(self) -> int:
        """Number of segments and stations."""
        return self.n_segments + len(self.station_nodes)

    @cached_property
    def station_nodes(self) -> Ints:
        """Node positions of the stations; station k is the asset at position ``n_segments + k``."""
        return frozen(np.flatnonzero(self.node_kind == STATION))

    @cached_property
    def source_nodes(self) -> Ints:
        """Node positions of the sources."""
        return frozen(np.flatnonzero(self.node_kind == SOURCE))

    @cached_property
    def building_nodes(self) -> Ints:
        """Node positions of the buildings."""
        return frozen(np.flatnonzero(self.node_kind == BUILDING))

    @cached_property
    def building_ids(self) -> pd.Index[Any]:
        """Ids of the buildings, in table order."""
        return self.node_ids[self.building_nodes].rename("building_id")

    @cached_property
    def _node_lookup(self) -> pd.Index[Any]:
        return lookup_of(self.node_ids)

    @cached_property
    def _segment_lookup(self) -> pd.Index[Any]:
        return lookup_of(self.segment_ids)

    @cached_property
    def _node_places(self) -> IdPlaces | None:
        return IdPlaces.of(self.node_ids)

    @cached_property
    def _segment_places(self) -> IdPlaces | None:
        return IdPlaces.of(self.segment_ids)

    @cached_property
    def _asset_of_node(self) -> Ints:
        """Per node the position of its asset, -1 where it is no station; the last stands for no node."""
        found = np.full(self.n_nodes + 1, -1, dtype=np.int64)
        found[self.station_nodes] = self.n_segments + np.arange(len(self.station_nodes))
        return frozen(found)

    @cached_property
    def asset_ids(self) -> pd.Index[Any]:
        """Ids of the segments, then of the stations, in table order."""
        return self.segment_ids.append(self.node_ids[self.station_nodes]).rename("asset_id")

    @cached_property
    def asset_names(self) -> npt.NDArray[np.object_]:
        """The ids of the assets as Python text, for comparing and sorting; read-only."""
        return frozen(self.asset_ids.to_numpy(dtype=object, copy=True))

    @cached_property
    def _asset_lookup(self) -> pd.Index[Any]:
        return pd.Index(self.asset_names, dtype=object)

    def forget_names(self) -> None:
        """Forget the ids as Python text, which fills much of a large network's memory; made anew when asked for."""
        for name in ("asset_names", "_asset_lookup", "_segment_lookup", "_node_lookup"):
            self.__dict__.pop(name, None)

    @cached_property
    def assets_by_id(self) -> Ints:
        """The positions of the assets in the order of their ids as text."""
        return frozen(text_order(self.asset_ids))

    @cached_property
    def asset_kind(self) -> npt.NDArray[np.object_]:
        """``segment`` or ``station`` for each asset."""
        return frozen(np.array(["segment"] * self.n_segments + ["station"] * len(self.station_nodes), dtype=object))

    def node_positions(self, ids: Iterable[str]) -> Ints:
        """Return the position of each node id, -1 where there is none."""
        found = found_at(self._node_places, ids)
        return positions_in(self._node_lookup, ids) if found is None else found

    def asset_positions(self, ids: Iterable[str]) -> Ints:
        """Return the position of each asset id, -1 where there is none."""
        found = self._assets_at(ids)
        return positions_in(self._asset_lookup, ids) if found is None else found

    def nodes_named(self, columns: Sequence[pd.Series[Any]]) -> list[Ints]:
        """Return `node_positions` of several large columns, looked up together."""
        return placed_among(self.node_ids, columns, self._node_places)

    def assets_named(self, columns: Sequence[pd.Series[Any]]) -> list[Ints]:
        """Return `asset_positions` of several large columns, looked up together."""
        found = [self._assets_at(column) for column in columns]
        unknown = [one for one in found if one is None]
        return placed_among(self.asset_ids, columns) if unknown else [one for one in found if one is not None]

    def _assets_at(self, ids: Iterable[Any]) -> Ints | None:
        """Return the position of each asset id, None where they have to be looked up."""
        found, nodes = found_at(self._segment_places, ids), found_at(self._node_places, ids)
        return None if found is None or nodes is None else np.where(found < 0, self._asset_of_node[nodes], found)

    def in_table_order(self, table: Table) -> Table:
        """Return rows that are named by their index in the order of this network's tables.

        Parameters
        ----------
        table : DataFrame or Series
            Its index holds assets (``asset_id``, ``segment_id``) or nodes (``node_id``, ``building_id``).
        """
        place = self._rows_sorted_by_id(table.index)
        if place is None:
            is_asset = table.index.name in ("asset_id", "segment_id")
            place = self.asset_positions(table.index) if is_asset else self.node_positions(table.index)
        return table if is_sorted(place) else table.iloc[np.argsort(place, kind="stable")]

    def _rows_sorted_by_id(self, index: pd.Index[Any]) -> Ints | None:
        """Return the positions of rows that all assets or nodes of the network `in_id_order` name, without looking up.

        None: they are named by something else.
        """
        ordered = self.in_id_order
        by_id: tuple[Ints, Ints] | None = self.__dict__.get("_by_id")
        if by_id is None:
            return None
        of_nodes, of_segments = by_id
        if index.is_(ordered.asset_ids):
            stations = np.searchsorted(self.station_nodes, of_nodes[ordered.station_nodes])
            places: Ints = np.concatenate([of_segments, self.n_segments + stations])
            return places
        if index.is_(ordered.building_ids):
            return of_nodes[ordered.building_nodes]
        if index.is_(ordered.segment_ids):
            return of_segments
        return of_nodes if index.is_(ordered.node_ids) else None
