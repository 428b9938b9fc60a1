"""Nodes and segments as they are drawn, before they have lengths, diameters and ids."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from heatnet._arrays import Floats, Ints, Truths

# What a segment is for: from a source, ring main, to a station, along the block, along a lane, into a yard, to a
# building, between two secondary networks.
FEED, MAIN, SERVICE, TRUNK, LANE, BRANCH, RISER, TIE = range(8)


@dataclass(frozen=True, slots=True)
class Pipes:
    """Nodes and segments of a part of the network.

    Parameters
    ----------
    x_m, y_m : float array
        Per node.
    block : int array
        Per node: its block, -1 outside of all.
    from_node, to_node, role, street, run : int array
        Per segment: its ends, what it is for, the number of its street, the stretch that is renewed together.
    is_closed : bool array
        Per segment: a tie that stands closed at its from end.
    """

    x_m: Floats
    y_m: Floats
    block: Ints
    from_node: Ints
    to_node: Ints
    role: Ints
    street: Ints
    run: Ints
    is_closed: Truths

    def only(self, kept: Truths) -> Pipes:
        """Return the same nodes with only these segments."""
        return replace(
            self,
            from_node=self.from_node[kept],
            to_node=self.to_node[kept],
            role=self.role[kept],
            street=self.street[kept],
            run=self.run[kept],
            is_closed=self.is_closed[kept],
        )


def joined(*parts: Pipes) -> Pipes:
    """Return the parts in one; node numbers already count through."""
    return Pipes(
        x_m=np.concatenate([part.x_m for part in parts]),
        y_m=np.concatenate([part.y_m for part in parts]),
        block=np.concatenate([part.block for part in parts]),
        from_node=np.concatenate([part.from_node for part in parts]),
        to_node=np.concatenate([part.to_node for part in parts]),
        role=np.concatenate([part.role for part in parts]),
        street=np.concatenate([part.street for part in parts]),
        run=np.concatenate([part.run for part in parts]),
        is_closed=np.concatenate([part.is_closed for part in parts]),
    )


def points(x_m: Floats, y_m: Floats, block: Ints) -> Pipes:
    """Return nodes without segments."""
    none = np.zeros(0, dtype=np.int64)
    return Pipes(x_m, y_m, block, none, none, none, none, none, none.astype(bool))


def within(counts: Ints) -> tuple[Ints, Ints]:
    """Return owner and place in the owner's list for lists of these lengths.

    Examples
    --------
    >>> owner, place = within(np.array([2, 0, 3]))
    >>> owner.tolist(), place.tolist()
    ([0, 0, 2, 2, 2], [0, 1, 0, 1, 2])
    """
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
