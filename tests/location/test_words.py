"""One word per building and week: the most frequent, else the earliest, else that of the smallest id."""

import pandas as pd
import pytest

from heatnet.location.words import one_word_a_week


def table(*rows: tuple[str, str, str | None, bool]) -> pd.DataFrame:
    """Rows of visit_id, day, cause, cold; all at building B."""
    visits = pd.DataFrame(rows, columns=["visit_id", "visited_on", "cause", "is_cold"])
    return visits.assign(building_id="B", visited_on=pd.to_datetime(visits["visited_on"]))


def words_left(visits: pd.DataFrame) -> dict[str, str]:
    left = one_word_a_week(visits)
    assert left.drop(columns="cause").equals(visits.drop(columns="cause"))
    return left.dropna(subset="cause").set_index("visit_id")["cause"].to_dict()


def test_a_remark_copied_ten_times_is_one_word() -> None:
    rows = [(f"v{i}", "2024-01-10", "network", True) for i in range(10)]
    assert words_left(table(*rows)) == {"v0": "network"}


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        # Household and building mean own: two against one.
        (
            [("a", "2024-01-08", "network"), ("b", "2024-01-09", "household"), ("c", "2024-01-10", "building")],
            {"b": "household"},
        ),
        # Once each: the earliest day, then the smallest id.
        ([("a", "2024-01-10", "network"), ("b", "2024-01-09", "station")], {"b": "station"}),
        ([("b", "2024-01-09", "station"), ("a", "2024-01-09", "network")], {"a": "network"}),
        # Sunday and Monday lie in two weeks.
        ([("a", "2024-01-14", "network"), ("b", "2024-01-15", "network")], {"a": "network", "b": "network"}),
        # Words that say nothing stay as they are and outvote nobody.
        (
            [("a", "2024-01-08", "unknown"), ("b", "2024-01-09", "unknown"), ("c", "2024-01-10", "station")],
            {"a": "unknown", "b": "unknown", "c": "station"},
        ),
    ],
)
def test_of_several_words_the_most_frequent_stays(rows: list, left: dict) -> None:
    visits = table(*((*row, True) for row in rows))
    assert words_left(visits) == left
    assert words_left(visits.sample(frac=1, random_state=1)) == left


def test_words_on_warm_rows_and_of_other_buildings_do_not_meet() -> None:
    visits = table(("a", "2024-01-08", "network", False), ("b", "2024-01-09", "station", True))
    assert words_left(visits) == {"a": "network", "b": "station"}
    visits = table(("a", "2024-01-08", "network", True), ("b", "2024-01-09", "station", True))
    assert words_left(visits.assign(building_id=["B", "C"])) == {"a": "network", "b": "station"}
