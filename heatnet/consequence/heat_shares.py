"""Outages in which homes get part of their heat: sums over buildings with a heat share each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from heatnet._arrays import Floats, Ints

_HOMES_AT_ONCE = 500_000
_Held = dict[float, list[tuple[Ints, Ints, Floats]]]  # outages by hours: assets, homes, heat shares


class HeatShares(Protocol):
    """Heat shares by outage and building, as hydraulics finds them; handed over outage by outage, never as a table."""

    def outages(self) -> Iterable[tuple[Ints, Ints, Floats]]:
        """Yield positions of the assets of an outage, of buildings whose heat share is below 1, and their shares.

        An outage that is not among them leaves every building all of its heat or none.
        """
        ...


def with_shares(
    totals: Floats,
    shares: HeatShares | None,
    weights: Floats,
    outage_h: Floats,
    effect: Callable[[float, Ints, Floats], Floats],
) -> Floats:
    """Return totals by asset in which the outages that leave a part of the heat are summed anew, home by home.

    Parameters
    ----------
    totals : numpy.ndarray
        Per asset: the sum where every building is cut off or untouched.
    shares : HeatShares, optional
        None: the totals stay as they are.
    weights : numpy.ndarray
        Per node: weight of the building.
    outage_h : numpy.ndarray
        Per asset: hours.
    effect : callable
        Of hours, node positions and their heat shares below 1: what an outage of these hours does to a home there.

    Examples
    --------
    >>> class Half:
    ...     def outages(self):
    ...         yield np.array([1]), np.array([1, 2]), np.array([0.5, 0.0])
    >>> lost = lambda hours, nodes, share: hours * (1.0 - share)
    >>> with_shares(np.array([7.0, 0.0]), Half(), np.array([2.0, 2.0, 3.0]), np.array([9.0, 10.0]), lost).tolist()
    [7.0, 40.0]
    """
    if shares is None:
        return totals
    summed, size = totals.copy(), 0
    held: _Held = {}
    for assets, nodes, share in shares.outages():
        counts = weights[nodes] != 0.0
        nodes, share = nodes[counts], share[counts]
        of_assets = outage_h[assets]
        for hours in set(of_assets.tolist()):
            held.setdefault(hours, []).append((assets[of_assets == hours], nodes, share))
            size += len(nodes)
        if size > _HOMES_AT_ONCE:
            _add(summed, held, weights, effect)
            held, size = {}, 0
    _add(summed, held, weights, effect)
    return summed


def _add(summed: Floats, held: _Held, weights: Floats, effect: Callable[[float, Ints, Floats], Floats]) -> None:
    """Put in the sums of outages that last as long: the effect on all their homes at once, then summed one by one."""
    for hours, outages in held.items():
        nodes, share = (np.concatenate([outage[part] for outage in outages]) for part in (1, 2))
        weighed = weights[nodes] * effect(hours, nodes, share)
        stop = 0
        for assets, homes, _ in outages:
            start, stop = stop, stop + len(homes)
            summed[assets] = float(weighed[start:stop].sum())
