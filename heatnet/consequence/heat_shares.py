"""Outages in which homes get part of their heat: sums over buildings with a heat share each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from heatnet._arrays import Floats, Ints, Truths


class HeatShares(Protocol):
    """Heat shares by outage and building, as hydraulics finds them; handed over in blocks, never as one table."""

    def blocks(self) -> Iterable[tuple[Ints, Floats]]:
        """Yield positions of assets, shape (k,), and the heat share of every node in their outages, (k, n_nodes).

        0 where a building is cut off, 1 where it is untouched. An outage that no block holds has 0 where connectivity
        cuts a building off and 1 elsewhere.
        """
        ...


def with_shares(
    totals: Floats,
    shares: HeatShares | None,
    weights: Floats,
    is_served: Truths,
    effect: Callable[[int, Ints, Floats], Floats],
) -> Floats:
    """Return totals by asset in which the outages that have heat shares are summed anew, home by home.

    Parameters
    ----------
    totals : numpy.ndarray
        Per asset: the sum where every building is cut off or untouched.
    shares : HeatShares, optional
        None: the totals stay as they are.
    weights, is_served : numpy.ndarray
        Per node: weight of the building; whether the intact network serves it.
    effect : callable
        Of an asset's position, node positions and their heat shares below 1: what the outage does to a home there.

    Examples
    --------
    >>> class Half:
    ...     def blocks(self):
    ...         yield np.array([1]), np.array([[1.0, 0.5, 0.0]])
    >>> lost = lambda asset, nodes, share: 10.0 * (1.0 - share)
    >>> with_shares(np.array([7.0, 0.0]), Half(), np.array([2.0, 2.0, 3.0]), np.ones(3, bool), lost).tolist()
    [7.0, 40.0]
    """
    if shares is None:
        return totals
    summed = totals.copy()
    counts = np.asarray(is_served, dtype=bool) & (weights != 0)
    for assets, of_nodes in shares.blocks():
        for asset, share in zip(assets.tolist(), of_nodes, strict=True):
            nodes = np.flatnonzero(counts & (share < 1.0))
            summed[asset] = float((weights[nodes] * effect(asset, nodes, share[nodes])).sum())
    return summed
