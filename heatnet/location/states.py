"""What the path to a building can be like: how many of its elements are impaired, and of which kinds.

The visits tell apart none, one and two or more impaired elements where a dose is asked for, and the crews' words tell
apart segments and stations where causes are asked for. What is told apart is a state; two stretches of a path joined
have the state ``joins[a][b]``. A path passes one station at most (`heatnet.reachability.paths`), so five states are
enough for both questions at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

CLEAR, ONE, TWO = 0, 1, 2
"""Places of the rates in `Rates.of_visits`: none, one, two or more impaired elements."""


@dataclass(frozen=True, slots=True)
class PathStates:
    """The states of a path; state 0: nothing impaired, the last one: everything that is told apart is.

    Parameters
    ----------
    joins : tuple of tuple of int
        State of two stretches joined, from the states of each; the state 0 changes nothing.
    counts : tuple of int
        Per state: `CLEAR`, `ONE` or `TWO`, the rates that hold.
    has_station, has_segment : tuple of bool
        Per state: whether an impaired station, an impaired segment is among its elements (where causes are asked for).
    one_segment, two_segments, station, station_and_segment : int
        The states of a stretch of which just these are impaired.
    dose : bool
        Whether two or more impaired elements are told from one.
    """

    joins: tuple[tuple[int, ...], ...]
    counts: tuple[int, ...]
    has_station: tuple[bool, ...]
    has_segment: tuple[bool, ...]
    one_segment: int
    two_segments: int
    station: int
    station_and_segment: int
    dose: bool
    pairs: tuple[tuple[int, int], ...] = field(init=False)
    moves: tuple[tuple[int, ...], ...] = field(init=False)
    chained: tuple[tuple[tuple[int, int], ...], ...] = field(init=False)
    from_state: tuple[tuple[int, ...], ...] = field(init=False)
    to_state: tuple[tuple[int, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        n = len(self.joins)
        pairs = [(u, v) for u in range(n) for v in range(n) if v in self.joins[u]]
        place = {pair: i for i, pair in enumerate(pairs)}
        moves = [tuple(x for x in range(n) if self.joins[u][x] == v) for u, v in pairs]
        chained = [
            tuple((place[u, w], place[w, v]) for w in range(n) if (u, w) in place and (w, v) in place) for u, v in pairs
        ]
        by_start = [tuple(i for i, (u, _) in enumerate(pairs) if u == state) for state in range(n)]
        by_end = [tuple(i for i, (_, v) in enumerate(pairs) if v == state) for state in range(n)]
        for name, value in (
            ("pairs", pairs),
            ("moves", moves),
            ("chained", chained),
            ("from_state", by_start),
            ("to_state", by_end),
        ):
            object.__setattr__(self, name, tuple(value))

    def __len__(self) -> int:
        return len(self.joins)

    def with_one_more(self, state: int) -> int:
        """Return the count (`CLEAR`, `ONE`, `TWO`) with one more impaired element, of any kind."""
        return min(self.counts[state] + 1, TWO if self.dose else ONE)


def path_states(*, dose: bool, causes: bool) -> PathStates:
    """Return the states that these questions tell apart.

    Examples
    --------
    >>> [len(path_states(dose=dose, causes=causes)) for dose in (False, True) for causes in (False, True)]
    [2, 4, 3, 5]
    """
    return _STATES[dose, causes]


_STATES = {
    (False, False): PathStates(
        joins=((0, 1), (1, 1)),
        counts=(CLEAR, ONE),
        has_station=(False, False),
        has_segment=(False, False),
        one_segment=1,
        two_segments=1,
        station=1,
        station_and_segment=1,
        dose=False,
    ),
    (True, False): PathStates(
        joins=((0, 1, 2), (1, 2, 2), (2, 2, 2)),
        counts=(CLEAR, ONE, TWO),
        has_station=(False, False, False),
        has_segment=(False, False, False),
        one_segment=1,
        two_segments=2,
        station=1,
        station_and_segment=2,
        dose=True,
    ),
    # Nothing, segments, the station, both.
    (False, True): PathStates(
        joins=((0, 1, 2, 3), (1, 1, 3, 3), (2, 3, 2, 3), (3, 3, 3, 3)),
        counts=(CLEAR, ONE, ONE, ONE),
        has_station=(False, False, True, True),
        has_segment=(False, True, False, True),
        one_segment=1,
        two_segments=1,
        station=2,
        station_and_segment=3,
        dose=False,
    ),
    # Nothing, one segment, the station, two or more segments, the station and segments.
    (True, True): PathStates(
        joins=((0, 1, 2, 3, 4), (1, 3, 4, 3, 4), (2, 4, 4, 4, 4), (3, 3, 4, 3, 4), (4, 4, 4, 4, 4)),
        counts=(CLEAR, ONE, ONE, TWO, TWO),
        has_station=(False, False, True, False, True),
        has_segment=(False, True, False, True, True),
        one_segment=1,
        two_segments=3,
        station=2,
        station_and_segment=4,
        dose=True,
    ),
}
