"""Functions that compute on the network in order of its ids, whatever the order of its tables."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import pandas as pd

from heatnet.network.frozen import Network

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


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
