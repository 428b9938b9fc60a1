"""One number per asset, given as a Series by asset id or as one number for all."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet.errors import HeatnetError
from heatnet.network import Network

_MOST = 1e100  # far beyond any hour or rate, so that sums and products stay numbers


def values_by_asset(network: Network, values: Any, name: str, *, above_zero: bool) -> npt.NDArray[np.float64]:
    """Return values in the order of the network's assets, checked.

    Parameters
    ----------
    network : Network
        The network whose assets need a value.
    values : pandas.Series or float
        Indexed by asset_id in any order (other ids are ignored), or one number for all assets.
    name : str
        What the values are called in messages.
    above_zero : bool
        Whether 0 is refused as well as negative numbers.

    Returns
    -------
    numpy.ndarray
        Shape (n_assets,), finite.

    Raises
    ------
    HeatnetError
        When `values` is neither, names an asset twice, lacks one, or holds a value that is not finite or too small.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]})
    >>> segments = pd.DataFrame(
    ...     {"segment_id": ["S", "T"], "from_node": "A", "to_node": "B", "length_m": 50, "diameter_mm": 100}
    ... )
    >>> values_by_asset(Network(nodes, segments), pd.Series({"T": 2.0, "S": 1.0}), "repair_h", above_zero=True)
    array([1., 2.])
    """
    if isinstance(values, (bool, np.bool_)) or not isinstance(values, (Real, pd.Series)):
        raise HeatnetError(
            f"{name} is {type(values).__name__}: give one number, or a pandas Series of numbers indexed by asset_id."
        )
    if isinstance(values, pd.Series):
        numbers = _in_asset_order(network, values, name)
    else:
        numbers = np.full(network.n_assets, float(values))
    bad = ~(np.abs(numbers) < _MOST) | ((numbers <= 0) if above_zero else (numbers < 0))
    if bad.any():
        rule = "finite numbers above 0" if above_zero else "finite numbers, 0 or above"
        raise HeatnetError(f"{name} must be {rule}; {_named(network.asset_ids[bad])}.")
    return numbers


def _in_asset_order(network: Network, values: pd.Series[Any], name: str) -> npt.NDArray[np.float64]:
    """Return the numbers of a Series, one per asset of the network; NaN where a cell is no number."""
    twice = values.index.duplicated()
    if twice.any():
        raise HeatnetError(
            f"{name} names assets more than once: {_named(values.index[twice])}; keep one value for each."
        )
    rows = values.index.get_indexer(network.asset_ids)
    if (rows < 0).any():
        raise HeatnetError(f"{name} lacks assets of the network: {_named(network.asset_ids[rows < 0])}.")
    numbers = pd.to_numeric(values.iloc[rows], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.array(numbers, dtype=np.float64)


def _named(ids: pd.Index[Any]) -> str:
    """Return the first five ids and the count."""
    more = ", ..." if len(ids) > 5 else ""
    return f"{len(ids)} {'asset' if len(ids) == 1 else 'assets'}: {', '.join(str(one) for one in ids[:5])}{more}"
