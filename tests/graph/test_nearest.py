"""The nearest line: as looking at every line finds it, on maps with short and long lines."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heatnet.graph.nearest import nearest_lines

METRES = st.integers(min_value=-60, max_value=60).map(lambda tens: tens * 25.0)
PLACE = st.tuples(METRES, METRES)


def distance(place: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the distance from a place to a line between two points."""
    along = (end[0] - start[0], end[1] - start[1])
    square = along[0] ** 2 + along[1] ** 2
    share = ((place[0] - start[0]) * along[0] + (place[1] - start[1]) * along[1]) / square if square else 0.0
    share = min(1.0, max(0.0, share))
    return float(np.hypot(start[0] + share * along[0] - place[0], start[1] + share * along[1] - place[1]))


@given(st.lists(PLACE, min_size=1, max_size=4), st.lists(st.tuples(PLACE, PLACE), min_size=1, max_size=6))
def test_the_nearest_line_is_that_of_looking_at_each(
    places: list[tuple[float, float]], lines: list[tuple[tuple[float, float], tuple[float, float]]]
) -> None:
    starts, ends = (np.array([line[at] for line in lines]) for at in (0, 1))
    found = nearest_lines(np.array(places), starts, ends, within_m=30.0).tolist()
    for place, line in zip(places, found, strict=True):
        away = [distance(place, *other) for other in lines]
        if line < 0:
            assert min(away) > 30.0 - 1e-9
        else:
            assert away[line] <= min(min(away) + 1e-9, 30.0 + 1e-9)


def test_places_far_apart_find_their_own_lines() -> None:
    starts = np.array([[0.0, 0.0], [50_000.0, 40_000.0], [0.0, 1e6]])
    ends = starts + np.array([[0.0, 10.0], [2_000.0, 0.0], [10.0, 0.0]])
    places = np.array([[5.0, 5.0], [51_000.0, 40_020.0], [5.0, 999_960.0], [np.nan, 0.0]])
    assert nearest_lines(places, starts, ends, within_m=30.0).tolist() == [0, 1, -1, -1]
